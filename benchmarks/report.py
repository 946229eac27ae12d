"""Time to draw the figures and write the page of a run: a day of data against a year of it.

Run by hand: ``python benchmarks/report.py [rows ...]``; without rows a day at 1 Hz, a year at two rows per minute, and ten million rows.
Each line tells the rows, the time of all ocean figures together (drawn for screen and phone) and how much of it the reduction of the
series took, the time of the whole page (each the best of three), its size, and the greatest memory of the process beyond the data.
"""

import resource
import sys
import time
from collections.abc import Callable

import numpy as np
import xarray as xr
from icos_ocean.figures import cruise_track, fco2_series, pressure, salinity, standards, temperatures, uncertainty
from icos_ocean.vocabulary import RUN_TYPES, UNCERTAINTY_TERMS, VOCABULARY

from icos_core.components import Context, Figure, Outcome
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags, test_counts
from icos_core.report.figures import draw_figures
from icos_core.report.page import RunReport, render

FIGURES: tuple[Figure, ...] = tuple(
    module.FIGURE for module in (cruise_track, fco2_series, standards, temperatures, pressure, salinity, uncertainty)
)
CYCLE_SECONDS, GAS_SECONDS, AIR_SECONDS = 3 * 3600, 300, 600
STEPS = {86_400: 1.0, 1_000_000: 31.5, 10_000_000: 3.15}


def cruise(rows: int, step: float) -> xr.Dataset:
    """Return a calibrated stream with noise, standards, gaps and flags; `step` in seconds."""
    rng = np.random.default_rng(1)
    x = np.linspace(0.0, 1.0, rows)
    phase = (np.arange(rows) * step) % CYCLE_SECONDS
    run_type = np.full(rows, RUN_TYPES["EQU"], dtype=np.int8)
    run_type[phase < 3 * GAS_SECONDS + AIR_SECONDS] = RUN_TYPES["ATM"]
    assigned = np.full(rows, np.nan)
    for number, value in enumerate((250.0, 400.0, 500.0)):
        gas = (phase >= number * GAS_SECONDS) & (phase < (number + 1) * GAS_SECONDS)
        run_type[gas], assigned[gas] = RUN_TYPES[f"STD{number + 2}"], value
    water = run_type == RUN_TYPES["EQU"]
    sst = 12.0 + 4.0 * np.sin(20.0 * x) + rng.normal(0.0, 0.02, rows)
    fco2 = np.where(water & (rng.random(rows) > 0.05), 350.0 + 40.0 * np.sin(15.0 * x) + rng.normal(0.0, 1.5, rows), np.nan)
    terms = {f"fco2_uncertainty_{term}": np.where(np.isnan(fco2), np.nan, 0.2 + 0.05 * x) for term in UNCERTAINTY_TERMS}
    stream = make_stream(
        np.datetime64("2024-01-01", "ns") + (np.arange(rows) * step * 1e9).astype("timedelta64[ns]"),
        {
            "latitude": 50.0 + 10.0 * np.sin(40.0 * x),
            "longitude": -20.0 + 25.0 * np.cos(37.0 * x),
            "run_type": run_type,
            "co2": np.where(np.isnan(assigned), 380.0, assigned + np.sin(50.0 * x)) + rng.normal(0.0, 0.1, rows),
            "standard_xco2": assigned,
            "sst": sst,
            "equilibrator_temperature": sst + 0.3,
            "salinity": 35.0 + np.sin(9.0 * x),
            "equilibrator_pressure": 1010.0 + 10.0 * np.sin(70.0 * x),
            "sea_level_pressure": 1012.0 + 10.0 * np.sin(70.0 * x),
            "fco2": fco2,
            **terms,
            "fco2_uncertainty": np.sqrt(len(terms)) * terms["fco2_uncertainty_method"],
            "fco2_air": np.full(rows, 405.0),
            "delta_temperature": np.full(rows, 0.3) + rng.normal(0.0, 0.05, rows),
            "delta_fco2": fco2 - 405.0,
        },
        VOCABULARY.values(),
    )
    levels = np.array([1] * 18 + [3, 4], dtype=np.int8)
    outcomes = [
        Outcome(variable=name, name="chance", level=rng.choice(levels, rows)) for name in ("sst", "fco2", "delta_temperature", "delta_fco2")
    ]
    apply_flags(stream, outcomes)
    return stream


def seconds(call: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest duration of several calls."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def peak() -> float:
    """Return the greatest memory of the process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rows: int, context: Context) -> str:
    """Return the line of one number of rows."""
    streams = {"calibrated/underway": cruise(rows, STEPS.get(rows, 1.0))}
    report = RunReport(
        station_id="X",
        station_name="Benchmark",
        level="nrt",
        started="",
        finished="",
        streams=streams,
        tests={key: test_counts(stream) for key, stream in streams.items()},
    )
    before = peak()
    reduction = seconds(lambda: [figure.draw(streams, context) for figure in FIGURES])
    figures = seconds(lambda: draw_figures(FIGURES, streams, context))
    page = seconds(lambda: render(report, FIGURES, context))
    size = len(render(report, FIGURES, context)) / 1e6
    assert not any(figure.error for figure in draw_figures(FIGURES, streams, context))
    return f"{rows:>12,} {figures:>10.2f} {reduction:>12.2f} {page:>8.2f} {size:>8.2f} {peak() - before:>10.0f}"


def main(sizes: list[int]) -> None:
    """Print one line per number of rows."""
    context = Context(station=None)  # type: ignore[arg-type]  # no figure of the ocean asks for the station
    draw_figures(FIGURES, {"calibrated/underway": cruise(1000, 60.0)}, context)  # fonts are found once
    print(f"{len(FIGURES)} figures")
    print(f"{'rows':>12} {'figures s':>10} {'reduction s':>12} {'page s':>8} {'page MB':>8} {'memory MB':>10}")
    for rows in sizes:
        print(measure(rows, context))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(STEPS))
