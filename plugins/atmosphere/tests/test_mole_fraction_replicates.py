"""Uncertainty of minutes and hours over drawn stations: an independent model of analyser, cylinders and drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from cells import FRESH, START, cells_of, cylinder, sequence, station
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.minutes import minutes_of_line
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR
from icos_atmosphere.calibration.targets import find_targets
from icos_atmosphere.products.hourly_means import PRODUCT as HOURLY
from sampled_air import tower, wandering_air

from icos_core.testing import flagged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xarray as xr
    from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
    from numpy.typing import NDArray

    Errors = tuple[NDArray[np.float64], NDArray[np.float64]]

VALUES = (379.84, 399.97, 419.93, 449.72)
ASSIGNMENT, NOISE = 0.015, 0.03  # µmol/mol: error of each cylinder, scatter of a reading
CALIBRATING = (0.0, 15.0 * 24.0, 30.0 * 24.0)
FREE = [hour for hour in np.arange(5.0, 720.0, 1.0) if not any(begin - 1 <= hour <= begin + 5 for begin in CALIBRATING)]
REPLICATES = 450


def fluctuation(hours: NDArray[np.float64], size: float, time: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return an Ornstein-Uhlenbeck process at increasing times."""
    kept = np.exp(-np.diff(hours) / time)
    drawn = random.normal(size=hours.size)
    values = np.empty(hours.size)
    values[0] = size * drawn[0]
    for number in range(1, hours.size):
        values[number] = kept[number - 1] * values[number - 1] + size * np.sqrt(1 - kept[number - 1] ** 2) * drawn[number]
    return values


def random_walk(hours: NDArray[np.float64], variance: float, random: np.random.Generator) -> NDArray[np.float64]:
    steps = random.normal(size=hours.size - 1) * np.sqrt(variance * np.diff(hours))
    return np.concatenate([[0.0], np.cumsum(steps)])


def drawn_cells(
    random: np.random.Generator,
    visits: Sequence[tuple[float, float, int]],
    air: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    size: float,
    time: float,
    wander: float,
) -> tuple[xr.Dataset, MoleFractionOptions, NDArray[np.float64]]:
    """Draw a station that calibrates three times in a month, and samples air on port 1; return cells, options and what is true."""
    tables = [cylinder(f"CAL{number}", value, uncertainty=ASSIGNMENT) for number, value in enumerate(VALUES)]
    options = station([*tables, cylinder("STT", 415.0, "short-term-target", uncertainty=ASSIGNMENT)])
    every = [visit for begin in CALIBRATING for visit in sequence(begin, (2, 3, 4, 5), length=1 / 3)]
    every += [(hour, 1 / 3, 6) for hour in FREE[::10]]
    cells = cells_of(sorted([*every, *visits]), lambda _port, hours: np.zeros(hours.shape), stdev=NOISE)
    hours, port = (cells["time"].values - START) / np.timedelta64(1, "h"), cells["port"].values
    true = np.zeros(hours.shape)
    true[port == 1] = air(hours[port == 1])
    for number, value in (*enumerate(VALUES, start=2), (6, 415.0)):
        true[port == number] = value + random.normal(0.0, ASSIGNMENT)
    response = 0.03 * hours / 360.0 + random_walk(hours, wander**2 / 360.0, random) + fluctuation(hours, size, time, random)
    slope = (1.0 + 1e-5 * random.normal() * hours / 720.0) / 1.00527
    cells["co2_dry"].values[:] = (true - 0.304) * slope + response + random.normal(0.0, NOISE / np.sqrt(FRESH), hours.size)
    cells["co2_stdev"].values[:] = NOISE * np.sqrt(random.chisquare(FRESH - 1, hours.size) / (FRESH - 1))
    return cells, options, true[port == 1]


def minutes_replicate(seed: int, size: float, time: float, wander: float) -> Errors:
    """Draw a station; return the errors of some minutes and their stated uncertainties."""
    random = np.random.default_rng(seed)
    visits = [(hour + 0.55, 1 / 60, 1) for hour in sorted(random.choice(FREE, 48, replace=False))]

    def air(hours: NDArray[np.float64]) -> NDArray[np.float64]:
        return 415.0 + random.normal(0.0, 15.0, hours.size)

    cells, options, true = drawn_cells(random, visits, air, size, time, wander)
    analyser = analyser_of("picarro", cells, options, ())
    if not analyser.gases["co2"].sequences.accepted.any():
        return np.empty(0), np.empty(0)
    minutes = minutes_of_line(analyser, "100m", {"co2": find_targets(analyser, "co2")}, "picarro/100m")
    assert minutes is not None
    return minutes.values["co2"] - true, minutes.values["co2_uncertainty"]


def hours_replicate(seed: int, decay: float) -> Errors:
    """Draw a station that samples its line for 20 minutes of every hour of three days; return errors of hourly means."""
    random = np.random.default_rng(seed)
    first, days = 4.0 * 24.0, 3
    whole = wandering_air(random, days * 24, sd=2.0, minutes=decay, mean=415.0)
    visits = [(first + hour + 0.5, 1 / 3, 1) for hour in range(days * 24)]

    def air(hours: NDArray[np.float64]) -> NDArray[np.float64]:
        return whole.ravel()[np.rint((hours - first) * 60.0).astype(int)]

    cells, options, _ = drawn_cells(random, visits, air, size=0.02, time=5.0, wander=0.03)
    result = CALIBRATOR.calibrate({"picarro": cells}, options, tower())
    if "picarro/targets" not in result.streams or not np.isfinite(result.streams["picarro/100m"]["co2"]).any():
        return np.empty(0), np.empty(0)
    streams = {name: flagged(stream) for name, stream in result.streams.items()}
    made = HOURLY.derive(streams, HOURLY.options(), tower()).streams["hourly/100m"]
    return made["co2"].values - whole.mean(axis=1), made["co2_uncertainty"].values


def pooled(drawn: Sequence[Errors]) -> tuple[float, float, float]:
    """Return the coverage of the 95 % interval, the mean error, and how far that may be from nothing."""
    errors, stated = np.concatenate([each[0] for each in drawn]), np.concatenate([each[1] for each in drawn])
    used = sum(each[0].size > 0 for each in drawn)
    assert used >= 0.95 * REPLICATES
    return float(np.mean(np.abs(errors) <= 1.96 * stated)), float(errors.mean()), float(3.0 * stated.mean() / np.sqrt(used))


@pytest.mark.parametrize(
    ("size", "time", "wander"),
    [(0.02, 5.0, 0.03), (0.0, 5.0, 0.03), (0.02, 12.0, 0.03), (0.01, 5.0, 0.0)],
    ids=["fluctuating and wandering", "wandering", "slowly fluctuating and wandering", "fluctuating"],
)
def test_coverage_of_minutes(size: float, time: float, wander: float) -> None:
    coverage, bias, most = pooled([minutes_replicate(seed, size, time, wander) for seed in range(REPLICATES)])
    assert 0.93 <= coverage <= 0.97
    # The mean error of a station is mostly that of its cylinders.
    assert abs(bias) < most


@pytest.mark.parametrize("decay", [30.0, 180.0], ids=["changeable air", "steady air"])
def test_coverage_of_hours(decay: float) -> None:
    coverage, bias, most = pooled([hours_replicate(seed, decay) for seed in range(REPLICATES)])
    assert 0.93 <= coverage <= 0.97
    assert abs(bias) < most
