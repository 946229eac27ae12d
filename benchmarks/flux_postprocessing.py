"""Half-hourly fluxes to the FLUXNET product: each method on one core, three years from files to files, memory, compiling.

One year is Tharandt 1998 where ICOS_REAL_DATA names the folder that holds it, else a simulated one; the three years are simulated. Beside
the methods stands what their peers need: figures of the reference, measured on such a machine, and in the same run marginal distribution
sampling in plain numpy, whose result is compared, and the programs of ONEFlux. These are not part of the repository: ``--oneflux`` names a
folder with qc_auto, gf_mds, ustar_mp and nee_proc, each compiled with ``gcc -O3`` as its Makefile has it. What they read and write is
counted with them.

Run by hand from the root of the repository: ``python benchmarks/flux_postprocessing.py [--oneflux FOLDER] [--folder DIR]``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

# As in the workers of a run: threads that wait for work would count as work.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pyarrow as pa
from icos_ecosystem.energy_balance.closure_correction import correct
from icos_ecosystem.energy_balance.closure_factors import RESOLUTIONS, EnergyFluxes
from icos_ecosystem.ensemble.members import filtered_and_filled
from icos_ecosystem.ensemble.net_exchange import summarise_net_exchange
from icos_ecosystem.gap_filling.flux_random_uncertainty import random_uncertainty
from icos_ecosystem.gap_filling.learned import fill_learned
from icos_ecosystem.gap_filling.marginal_distribution import Driver, fill
from icos_ecosystem.gap_filling.schedules import ONEFLUX
from icos_ecosystem.half_hourly.flux_despiking import is_night, spike_levels
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.partitioning.daytime import DayWeather, partition_daytime, partition_daytime_members
from icos_ecosystem.partitioning.daytime_windows import DayOptions
from icos_ecosystem.partitioning.night_windows import Site
from icos_ecosystem.partitioning.nighttime import partition_nighttime, partition_nighttime_members
from icos_ecosystem.partitioning.sun import potential_radiation_oneflux
from icos_ecosystem.simulators.half_hourly_years import SIMULATOR
from icos_ecosystem.ustar.change_point_annual import annual_change_points
from icos_ecosystem.ustar.filtering import filter_flags
from icos_ecosystem.ustar.moving_point_rules import moving_point_rules
from icos_ecosystem.ustar.pools import PERCENTILES
from icos_ecosystem.ustar.seasons import CALENDAR_QUARTERS, seasons_within_years
from icos_ecosystem.ustar.threshold_estimate import Series, estimated
from pyarrow import csv

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

_Made = TypeVar("_Made")
PER_DAY = 48
PLACE = Site(latitude=51.0, longitude=13.6, utc_offset=1.0)
FIRST, YEARS = 2022, 3
ENOUGH_SECONDS = 4.0
MOST_REPEATS = 7
MEASURED = ("LE", "H", "SW_IN", "TA", "RH", "USTAR")

DESPIKING = "despiking of NEE, LE and H"
SAMPLING = "MDS, all records of NEE"
MOVING = "u* by moving point, 100 bootstraps"
CHANGE = "u* by change point, 100 bootstraps"
PRODUCT = "NEE with 41 thresholds, reference, percentiles, uncertainty, half hours to year"
BY_NIGHT = "night-time partitioning"
BY_DAY = "day-time partitioning with uncertainty from the curvature of the cost"
THREE = "NEE with 41 thresholds, three years, VUT and CUT"
FIGURES = {
    DESPIKING: "ONEFlux qc_auto 0.33 s, hesseflux 0.9 s",
    SAMPLING: "target 0.05 s; ONEFlux gf_mds 0.105 s, REddyProc 5.4 s, hesseflux 6.0 s",
    MOVING: "target 0.2 s; ONEFlux ustar_mp 0.25 s, hesseflux 6.1 s, REddyProc 83 s for 200",
    CHANGE: "target 3 s; Barr's programs in Octave more than 500 s",
    PRODUCT: "target 1 s; ONEFlux nee_proc 3.5 s",
    BY_NIGHT: "target 0.1 s; REddyProc 0.58 s, ONEFlux 1.6 s, hesseflux 3.3 s",
    BY_DAY: "target 1 s; hesseflux 11.3 s, REddyProc 12.8 s, ONEFlux 44 s",
    "day-time partitioning as in REddyProc, uncertainty from 30 bootstraps": "REddyProc 27.7 s",
    THREE: "ONEFlux nee_proc 28.7 s",
}
"""What the reference tells of the peers: seconds of one core on a machine of two, perhaps up to twice too long."""


@dataclass
class Clock:
    """Seconds of what was called."""

    rows: list[tuple[str, float, float, float]] = field(default_factory=list)

    def time(self, name: str, call: Callable[[], _Made]) -> _Made:
        """Call once, then until there is enough of it; note CPU of the first call, medians of CPU and wall time of the others."""
        began = time.process_time()
        made = call()
        first = time.process_time() - began
        cpu: list[float] = []
        wall: list[float] = []
        while len(cpu) < MOST_REPEATS and (not cpu or sum(wall) < ENOUGH_SECONDS):
            began, began_wall = time.process_time(), time.perf_counter()
            made = call()
            cpu.append(time.process_time() - began)
            wall.append(time.perf_counter() - began_wall)
        self.rows.append((name, first, median(cpu), median(wall)))
        return made


class Record:
    """Years at a site, as they stand in their tables."""

    def __init__(self, paths: Sequence[Path]) -> None:
        known = csv.ConvertOptions(null_values=["-9999"])
        table = pa.concat_tables([csv.read_csv(path, convert_options=known) for path in paths], promote_options="permissive")
        self.stamps = np.stack([table[name].to_numpy() for name in ("TIMESTAMP_START", "TIMESTAMP_END")], axis=1)
        self.columns = {name: np.array(table[name].to_numpy(), np.float64) for name in table.column_names}
        first, last = (int(self.stamps[row, 0] // 10**8) for row in (0, -1))
        self.calendar = whole_years(first, last, PER_DAY)
        self.potential = potential_radiation_oneflux(self.calendar.start, PLACE.latitude, PLACE.longitude, PLACE.utc_offset, minutes=30)
        self.seasons = seasons_within_years(self.calendar.year, self.calendar.month, CALENDAR_QUARTERS)
        self.drivers = [
            Driver(values=self["SW_IN"], tolerance=20.0, tolerance_to=50.0),
            Driver(values=self["TA"], tolerance=2.5),
            Driver(values=self["VPD"], tolerance=5.0),
        ]

    def __getitem__(self, name: str) -> FloatArray:
        return self.columns[name]

    def write(self, path: Path, year: int, names: Mapping[str, str], head: str = "") -> None:
        """Write columns of a year, by the names that ONEFlux has for them."""
        rows = self.calendar.rows_of(year)
        stamps = {name: self.stamps[rows, number] for number, name in enumerate(("TIMESTAMP_START", "TIMESTAMP_END"))}
        columns = {theirs: np.nan_to_num(self[ours][rows], nan=-9999.0) for theirs, ours in names.items()}
        table = pa.table(stamps | columns)
        with path.open("wb") as file:
            file.write(f"{head}{','.join(table.column_names)}\n".encode())
            csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style="none"))

    def despiked(self) -> dict[str, FloatArray]:
        """Return the fluxes without spikes."""
        night = is_night(self.potential, self["SW_IN"], np.full(self.calendar.size, np.nan))
        found = {name: self[name].copy() for name in ("NEE", "LE", "H")}
        for name, flux in found.items():
            for year in self.calendar.years:
                rows = self.calendar.rows_of(year)
                levels = spike_levels(self[name][rows], night[rows], block=13 * PER_DAY, beside_gap=6.0 if name == "NEE" else 100.0)
                flux[rows][levels >= 2] = np.nan
        return found

    def thresholds(self, nee: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the thresholds of the years and those of all years at 41 percentiles."""
        series = Series(nee, self["USTAR"], self["TA"], self["SW_IN"])
        rules = moving_point_rules("oneflux")
        found = estimated(series, self.calendar, self.seasons, method="moving-point", rules=rules, bootstraps=100, seed=1)
        return found.vut, np.tile(found.cut, (len(self.calendar.years), 1))

    def product(self, nee: FloatArray, thresholds: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Make the columns of net ecosystem exchange; return its different versions, and where they are measured."""
        year = self.calendar.year - self.calendar.years[0]
        how = {"sw_in": self["SW_IN"], "per_day": PER_DAY, "scheme": ONEFLUX}
        members = filtered_and_filled(nee, self["USTAR"], thresholds, year, self.drivers, convention="oneflux", **how)  # type: ignore[arg-type]
        summarise_net_exchange(members, self.calendar, self.potential, self.drivers, ONEFLUX)
        measured = members.quality[members.distinct] == 0
        order = np.argsort(-np.count_nonzero(measured, axis=1), kind="stable")
        different: FloatArray = members.values[members.distinct]
        return different[order], measured[order]

    def filled(self, name: str, values: FloatArray | None = None) -> tuple[FloatArray, NDArray[np.int8]]:
        """Return a series with its gaps filled, and its quality."""
        target = self[name] if values is None else values
        return fill(target, self.drivers, per_day=PER_DAY, scheme=ONEFLUX, only_gaps=True).filled(target)

    def weather(self) -> DayWeather:
        """Return the weather that day-time partitioning looks at."""
        series = {name: self.filled(name) for name in ("SW_IN", "VPD", "TA")}
        named = {name.lower(): values for name, (values, _) in series.items()}
        return DayWeather(**named, sw_in_measured=series["SW_IN"][1] == 0)


def one_year(record: Record, clock: Clock) -> None:
    """Time the methods on one year."""
    nee = clock.time(DESPIKING, record.despiked)["NEE"]
    estimate = clock.time(SAMPLING, lambda: fill(record["NEE"], record.drivers, per_day=PER_DAY, scheme=ONEFLUX)).estimate
    plain = clock.time("the same in plain numpy", lambda: plain_sampling(record["NEE"], record.drivers))
    np.testing.assert_allclose(plain, estimate, rtol=0, atol=1e-9)
    vut, _ = clock.time(MOVING, lambda: record.thresholds(nee))
    series = (nee, record["USTAR"], record["TA"], record["SW_IN"])
    clock.time(CHANGE, lambda: annual_change_points(*series, PER_DAY, bootstraps=100, seed=1))
    clock.time(PRODUCT, lambda: record.product(nee, vut))
    flags = filter_flags(record["USTAR"], vut[0, PERCENTILES.index(50.0)], record["SW_IN"], convention="oneflux")
    kept = np.where(flags == 0, nee, np.nan)
    whole, measured = record.filled("NEE", kept)[0], np.isfinite(kept)
    weather = record.weather()
    night = (whole, measured, weather.ta, record["SW_IN"], record.calendar, PLACE)
    clock.time(BY_NIGHT, lambda: partition_nighttime(*night))
    for name, options in (
        (BY_DAY, DayOptions()),
        ("the same as in REddyProc", DayOptions(convention="reddyproc")),
        (
            "day-time partitioning as in REddyProc, uncertainty from 30 bootstraps",
            DayOptions(convention="reddyproc", uncertainty="bootstrap"),
        ),
    ):
        clock.time(name, lambda options=options: partition_daytime(whole, measured, weather, record.calendar, PLACE, options))  # type: ignore[misc]
    clock.time("random uncertainty of NEE", lambda: random_uncertainty(whole, measured, record.drivers, per_day=PER_DAY))
    features = {name: record[name] for name in ("SW_IN", "TA", "VPD", "RH", "TS")}
    clock.time("learned filler, all records of NEE, with its skill", lambda: fill_learned(kept, features, record.calendar))


def three_years(record: Record, clock: Clock) -> None:
    """Time on three years what one year of the sample does not have, or what differs with several."""
    fluxes = record.despiked()
    vut, cut = record.thresholds(fluxes["NEE"])
    versions, measured = clock.time(THREE, lambda: [record.product(fluxes["NEE"], each) for each in (cut, vut)])[1]
    weather = record.weather()
    place = (record.calendar, PLACE)
    for name, call in (
        ("night-time", lambda: partition_nighttime_members(versions, measured, weather.ta, record["SW_IN"], *place)),
        ("day-time", lambda: partition_daytime_members(versions, measured, weather, *place)),
    ):
        clock.time(f"{name} partitioning of the {len(versions)} different versions of three years (VUT)", call)
    latent, sensible = (record.filled(name, fluxes[name]) for name in ("LE", "H"))
    energy = EnergyFluxes(
        net_radiation=record["NETRAD"],
        ground_heat=record["G"],
        latent_heat=latent[0],
        sensible_heat=sensible[0],
        latent_heat_quality=latent[1].astype(np.float64),
        sensible_heat_quality=sensible[1].astype(np.float64),
    )
    name = "correction of the energy balance, three years, half hours to years"
    clock.time(name, lambda: [correct(energy, record.calendar, resolution) for resolution in RESOLUTIONS])


def plain_sampling(target: FloatArray, drivers: Sequence[Driver]) -> FloatArray:
    """Return the estimates of marginal distribution sampling in ONEFlux's windows, record by record in plain numpy."""
    valid, rows = np.isfinite(target), np.arange(target.size)
    near = np.arange(-2, 3)
    steps = [(3, 7), (3, 14), (1, 7), (0, 0), (0, 1), (0, 2)]
    steps += [(3, days) for days in range(21, 78, 7)] + [(1, days) for days in range(14, 78, 7)]
    steps += [(0, days) for days in range(3, target.size // PER_DAY + 3, 3)]
    found = np.full(target.size, np.nan)
    for record in rows:
        for number, days in steps:
            if number:
                part = slice(max(record - days * PER_DAY + 1, 0), record + days * PER_DAY)
                alike = valid[part]
                for driver in drivers[:number]:
                    centre = driver.values[record]
                    limit = driver.tolerance if driver.tolerance_to is None else max(driver.tolerance, min(driver.tolerance_to, centre))
                    alike = alike & (np.abs(driver.values[part] - centre) < limit)
                values = target[part][alike]
            else:
                picked = (record + np.arange(-days, days + 1)[:, np.newaxis] * PER_DAY + near).ravel()
                picked = picked[(picked >= 0) & (picked < target.size)]
                values = target[picked][valid[picked]]
            if values.size > 1:
                found[record] = values.mean()
                break
    return found


def child_seconds(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> tuple[float, float, float]:
    """Run a program; return its CPU and wall seconds and the memory of its largest process [MB]."""
    began = time.perf_counter()
    with (folder / "printed").open("w+", encoding="utf-8") as printed:
        process = subprocess.Popen(list(map(str, command)), cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            raise SystemExit(f"{command[0]} ended with {process.returncode}: {printed.read()}")
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1e3


def oneflux(programs: Path, folder: Path, record: Record) -> dict[str, float]:
    """Return CPU seconds of ONEFlux's programs on a record, medians of three; each reads what the one before wrote."""
    for name in ("raw", "clean", "ustar_in", "ustar", "gaps", "filled", "product"):
        (folder / name).mkdir(parents=True)
    for year in record.calendar.years:
        place = f"lat,{PLACE.latitude}\nlon,{PLACE.longitude}\ntimezone,{year}01010030,1\nhtower,{year}01010030,42\n"
        head = f"site,XX-Sit\nyear,{year}\n{place}timeres,halfhourly\nsc_negl,1\nnotes,none\n"
        record.write(folder / f"raw/XX-Sit_qcv_{year}.csv", year, {"FC": "NEE"} | {name: name for name in MEASURED}, head)
        record.write(folder / f"gaps/{year}.csv", year, {name: name for name in ("NEE", "SW_IN", "TA", "VPD")})
    commands = {
        "qc_auto": ["-input_path=raw/", "-output_path=clean/", "-nee", "-ustar", "-energy"],
        "ustar_mp": ["-input_path=ustar_in/", "-output_path=ustar/"],
        "nee_proc": ["-qc_auto_path=clean/", "-ustar_mp_path=ustar/", "-ustar_cp_path=none/", "-output_path=product/", "-percentiles"],
        "gf_mds": ["-input=" + "+".join(f"gaps/{year}.csv" for year in record.calendar.years), "-output=filled/"],
    }
    found = {}
    for program, options in commands.items():
        if program == "ustar_mp":
            for path in (folder / "clean").glob("*_ustar_*.csv"):
                path.rename(folder / "ustar_in" / path.name)
        found[program] = median(child_seconds([programs / program, *options], folder)[0] for _ in range(3))
    # What shows that they did their work.
    if not list((folder / "product").glob("*_NEE_yy.csv")) or not list((folder / "filled").glob("*.csv")):
        raise SystemExit(f"ONEFlux left no product in {folder}")
    return found


def whole_run(folder: Path, environment: Mapping[str, str]) -> None:
    """Print seconds and memory of ``icos run`` on three years, with nothing compiled, with everything, and with nothing new."""
    program = str(Path(sys.executable).with_name("icos"))
    for name, what in (("station", "with spread of methods and archive"), ("product", "FLUXNET product alone")):
        command = [program, "run", str(folder / f"three/{name}.toml"), "--quiet", "--out"]
        for number in range(4):
            if name == "product" and number == 0:
                continue
            cpu, wall, memory = child_seconds([*command, str(folder / f"{name}{number}")], folder, environment)
            used = f"{wall:.1f} s wall, {cpu:.1f} s CPU, {memory:.0f} MB in the largest process"
            print(f"three years from files to files, {what}{'' if number else ', nothing compiled'}: {used}", flush=True)
        print(f"the same with nothing new: {child_seconds([*command, str(folder / f'{name}3')], folder, environment)[1]:.1f} s wall")
        script = "import json, sys, icos_core; print(json.dumps(icos_core.run(sys.argv[1], sys.argv[2], jobs=1).finished.seconds))"
        child_seconds([sys.executable, "-c", script, command[2], str(folder / f"{name}-alone")], folder, environment)
        seconds = json.loads((folder / "printed").read_text(encoding="utf-8").splitlines()[-1])
        print("by stage, in one process, beside imports: " + ", ".join(f"{stage} {each:.1f} s" for stage, each in seconds.items()))
        size = sum(path.stat().st_size for path in (folder / f"{name}3").iterdir() if path.is_file()) / 1e6
        print(f"{sum(path.stat().st_size for path in (folder / 'three/raw').iterdir()) / 1e6:.0f} MB of tables became {size:.0f} MB")


def steps(folder: Path) -> None:
    """Time every method; print all that was found as one line."""
    clock = Clock()
    one_year(Record([folder / "year.csv"]), clock)
    three_years(Record(sorted((folder / "three/raw").glob("*.csv"))), clock)
    print(json.dumps({"rows": clock.rows, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}))


def prepare(folder: Path) -> str:
    """Simulate three years and take one; return what that is."""
    options = SIMULATOR.options.model_validate({"first_year": FIRST, "years": YEARS})
    SIMULATOR.simulate(folder / "three", options, 1)
    blocks = (folder / "three/station.toml").read_text(encoding="utf-8").split("\n\n")
    alone = [block for block in blocks if "method-spread" not in block and "icos-etc-archive" not in block]
    (folder / "three/product.toml").write_text("\n\n".join(alone), encoding="utf-8")
    real = Path(os.environ.get("ICOS_REAL_DATA", "nowhere"), "ecosystem_post/input/DE-Tha_1998_HH.csv")
    source = real if real.is_file() else min((folder / "three/raw").glob("*.csv"))
    (folder / "year.csv").write_bytes(source.read_bytes())
    return "Tharandt 1998" if real.is_file() else "a simulated year"


def measure(folder: Path, programs: Path | None) -> None:
    """Measure, print."""
    what = prepare(folder)
    environments = [
        {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        | {"NUMBA_CACHE_DIR": str(folder / cache), "PYTHONPYCACHEPREFIX": str(folder / cache), "OMP_NUM_THREADS": "1"}
        # Compiled code of their own, so that the first process compiles all of it and the others nothing.
        for cache in ("of-methods", "of-runs")
    ]
    load = os.getloadavg()[0]
    command = [sys.executable, str(Path(__file__).resolve()), "--steps", str(folder)]
    found = []
    for _ in range(2):
        child_seconds(command, folder, environments[0])
        found.append(json.loads((folder / "printed").read_text(encoding="utf-8").splitlines()[-1]))
    print(f"{what}; load of the machine before: {load:.1f}\n")
    print("| method | CPU (s) | wall (s) | compiling once (s) | peers |\n|---|---|---|---|---|")
    for (name, compiling, _, _), (_, _, cpu, wall) in zip(found[0]["rows"], found[1]["rows"], strict=True):
        # What numpy alone does has nothing to compile; its first call differs by chance.
        once = f"{compiling - cpu:.1f}" if compiling - cpu > max(0.05, 0.2 * cpu) else "–"
        print(f"| {name} | {cpu:.3f} | {wall:.3f} | {once} | {FIGURES.get(name, '–')} |")
    seconds = {row[0]: row[2] for row in found[1]["rows"]}
    print(f"\nMDS is {seconds['the same in plain numpy'] / seconds[SAMPLING]:.0f} times as fast as plain numpy, with the same result")
    print(f"memory of a process that does all of this: {found[1]['memory']:.0f} MB")
    whole_run(folder, environments[1])
    if programs is not None:
        of_year = oneflux(programs.resolve(), folder / "oneflux", Record([folder / "year.csv"]))
        of_three = oneflux(programs.resolve(), folder / "oneflux-three", Record(sorted((folder / "three/raw").glob("*.csv"))))
        peers = {DESPIKING: "qc_auto", SAMPLING: "gf_mds", MOVING: "ustar_mp", PRODUCT: "nee_proc"}
        for name, theirs, program in (*((name, of_year, program) for name, program in peers.items()), (THREE, of_three, "nee_proc")):
            print(f"{name}: ONEFlux's {program} {theirs[program]:.3f} s CPU, {theirs[program] / seconds[name]:.1f} times as long")


def main() -> None:
    """Measure in a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oneflux", type=Path, metavar="FOLDER", help="programs of ONEFlux")
    parser.add_argument("--folder", type=Path, help="where to make a temporary folder")
    parser.add_argument("--steps", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.steps:
        steps(arguments.steps)
        return
    with TemporaryDirectory(dir=arguments.folder) as name:
        measure(Path(name), arguments.oneflux)


if __name__ == "__main__":
    main()
