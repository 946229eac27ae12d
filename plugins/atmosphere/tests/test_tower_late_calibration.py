"""A calibration sequence that arrives late: what is condensed again, which hours change in which column, and what the result is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from cells import START, cells_of, cylinder, sequence
from cells import station as cells_station
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR
from icos_atmosphere.products.hourly_means import PRODUCT as HOURLY
from icos_atmosphere.quality.spike_sd import TEST as SPIKES
from icos_atmosphere.simulators.picarro import small_station
from icos_atmosphere.simulators.picarro_schedule import injections
from sampled_air import tower
from simulated_towers import exported, log_of, run, some_rows, tower_rows, without_figures, write_station

from icos_core.flags import apply_flags, decode_bits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.running.flow import Flow

    Hours = NDArray[np.datetime64]
    Mask = NDArray[np.bool_]

HOUR, MINUTE = np.timedelta64(1, "h"), np.timedelta64(1, "m")
MONDAY = np.datetime64("2024-01-01", "ns")

# Calibrations on Tuesdays at 12:15, of which those of 6 and 20 February, 19 March and 2 April are in the files; targets every ten hours.
STATION = small_station(
    start="2024-02-05T00:00:00Z",
    duration="58 d",
    lines=[{"name": "10m", "height": 10.0, "port": 1, "transport_delay": "5 s"}, {"name": "50m", "height": 50.0, "port": 2}],
    calibration={"first": "36.25 h", "every": "14 d", "cycles": 2, "injection": "4 min"},
    short_term_target={"first": "30 min", "every": "10 h", "injection": "5 min"},
    long_term_target={"first": "31 h", "every": "14 d", "injection": "5 min"},
    analyser={"model": "G2301", "row_stretch": 8.0},
)
STRETCHES = (("2024-02-05", 6), ("2024-02-20", 1), ("2024-03-15", 9), ("2024-04-01", 2))
"""First day, and how many: of each hour the first ten minutes are in the files, and all measurements of cylinders."""
LATE = (np.datetime64("2024-04-02T12:00"), np.datetime64("2024-04-02T14:00"))
BEFORE = np.datetime64("2024-03-19T12:40", "ns")
"""When the calibration before the late one was, amid minutes in which no air was measured."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a late calibration changes, by the rules.

    Attributes
    ----------
    hours
        Hours of the line.
    value, new
        Hours that have a value, and those that had none before.
    calibrated
        When the calibration before was: later values are interpolated, no longer held.
    targets
        Times of the good injections of the short-term target, with and without the late ones.
    marked
        Hours of which other minutes are spikes.
    """

    hours: Hours
    value: Mask
    new: Mask
    calibrated: np.datetime64
    targets: Hours
    marked: Mask

    def expected(self) -> dict[str, Mask]:
        """Return suffix of a column → the hours in which it changes, those that are new besides."""
        later = self.hours > self.calibrated
        moved = self.targets > self.calibrated
        last, first = self.targets[~moved][-1], self.targets[moved][0]
        months = np.isin(self.hours.astype("M8[M]"), self.targets[moved].astype("M8[M]"))
        since_target = self.hours > first
        rules = {
            # A value, and the terms that the calibration brings.
            **dict.fromkeys(("", "_stdev", "_uncertainty_fit", "_uncertainty_assignment"), later),
            # Linear between injections: from the last one that stays as it is.
            "_sttb": self.hours > last,
            # Of the last three days up to an injection, and held from there.
            **dict.fromkeys(("_ltr", "_uncertainty_long_term_repeatability"), since_target),
            # The month's repeatability, and how variable its air is.
            **dict.fromkeys(("_cmr", "_uncertainty_repeatability", "_uncertainty_representativeness", "_uncertainty"), months),
            # The background of the week tells what is a spike.
            **dict.fromkeys(("_without_spikes", "_without_spikes_stdev"), later | self.marked),
            "_without_spikes_n": self.marked,
            **dict.fromkeys(("_n", "_raw", "_raw_stdev", "_raw_dry", "_raw_dry_stdev", "_instrument"), np.zeros(later.shape, dtype=bool)),
        }
        return {suffix: (hours & self.value) | self.new for suffix, hours in rules.items()}


def differs(before: xr.Dataset, after: xr.Dataset, name: str) -> Mask:
    """Return the rows in which a column has not the same bits."""
    left, right = (stream[name].values for stream in (before, after))
    same: Mask = (left == right) | ((left != left) & (right != right))  # noqa: PLR0124  # NaN equals NaN here
    return ~same


def spike_hours(before: xr.Dataset, after: xr.Dataset, gas: str, hours: Hours) -> Mask:
    """Return the hours of which other minutes are spikes, of minutes that are in both."""
    _, left, right = np.intersect1d(before["time"].values, after["time"].values, return_indices=True)
    marks = [decode_bits(stream, f"{gas}_tests")["spike_sd"][rows] for stream, rows in ((before, left), (after, right))]
    return np.isin(hours, before["time"].values[left][marks[0] != marks[1]].astype("M8[h]").astype("M8[ns]"))


def good_targets(targets: xr.Dataset, gas: str) -> Hours:
    """Return the times of the injections of the short-term target that count."""
    times: Hours = targets["time"].values[(targets["role"].values == 1) & (targets[f"{gas}_flag"].values == 1)]
    return times


def assert_changes(
    before: Mapping[str, xr.Dataset], after: Mapping[str, xr.Dataset], line: str, gas: str, calibrated: np.datetime64
) -> Change:
    """Assert of every column of a gas that it changed in exactly those hours that the rules say."""
    hourly = [streams[f"hourly/{line}"] for streams in (before, after)]
    hours = hourly[0]["time"].values
    np.testing.assert_array_equal(hourly[1]["time"].values, hours)
    had, has = (np.isfinite(stream[gas].values) for stream in hourly)
    change = Change(
        hours=hours,
        value=has,
        new=has & ~had,
        calibrated=calibrated,
        targets=good_targets(after["picarro/targets"], gas),
        marked=spike_hours(before[f"picarro/{line}"], after[f"picarro/{line}"], gas, hours),
    )
    week = (hours - MONDAY) // (168 * HOUR) >= (calibrated - MONDAY) // (168 * HOUR)
    assert not change.marked[~week].any()
    for suffix, expected in change.expected().items():
        name = f"{gas}{suffix}"
        found = differs(*hourly, name)
        assert (found == expected).all(), f"{name}: {hours[found != expected].astype('M8[h]')}"
    return change


class Done(NamedTuple):
    """A run: what it made, what it wrote, the periods that it condensed and the files that it read."""

    flow: Flow
    exports: dict[str, bytes]
    condensed: list[str]
    read: list[str]

    @property
    def streams(self) -> dict[str, xr.Dataset]:
        """Calibrated streams and products."""
        return {**self.flow.calibrated, **self.flow.products}


def write_days(folder: Path) -> None:
    """Write a file per day, the late rows by themselves."""
    start = np.datetime64(STATION.start.replace(tzinfo=None), "ms")
    for first, days in STRETCHES:
        for day in np.datetime64(first) + np.arange(days):
            rows = tower_rows(STATION, 1, day.astype("M8[ms]"), (day + 1).astype("M8[ms]"))
            chosen = (rows.time - rows.time.astype("M8[h]")) < 10 * MINUTE
            for each in injections(STATION):
                begin, end = (start + np.timedelta64(round(1000 * moment), "ms") for moment in (each.start, each.end))
                chosen |= (rows.time >= begin) & (rows.time < end)
            late = (rows.time >= LATE[0]) & (rows.time < LATE[1])
            for name, part in ((f"{day}.dat", chosen & ~late), (f"{day}-late.dat", chosen & late)):
                if part.any():
                    (folder / name).write_bytes(log_of(some_rows(rows, part)))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """Run without the late file, with it in the same folder, with all files in a new one, then with another value of a cylinder."""
    from icos_core.running import condensing, reading  # patched where they are used

    folder = tmp_path_factory.mktemp("tower")
    station = write_station(folder, STATION)
    write_days(folder / "raw")
    condensed: list[str] = []
    read: list[str] = []
    condense, read_file = condensing._condense, reading.read_file

    def noted(period, *more):  # type: ignore[no-untyped-def]
        condensed.append(str(np.datetime64(period.start, "ns").astype("M8[D]")))
        return condense(period, *more)

    def noted_file(task):  # type: ignore[no-untyped-def]
        read.append(task.name)
        return read_file(task)

    late = next((folder / "raw").glob("*-late.dat"))
    late.rename(folder / late.name)
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        without_figures(patch)
        patch.setattr(condensing, "_condense", noted)
        patch.setattr(reading, "read_file", noted_file)
        for name, out in (("before", "output"), ("after", "output"), ("fresh", "fresh"), ("reassigned", "fresh"), ("anew", "anew")):
            if name == "after":
                (folder / late.name).rename(late)
            if name == "reassigned":
                text = station.read_text(encoding="utf-8")
                assert "value = 379.84" in text
                station.write_text(text.replace("value = 379.84", "value = 379.94"), encoding="utf-8")
            condensed.clear()
            read.clear()
            flow = run(station, folder / out).finished.flow
            found[name] = Done(flow, exported(folder / out), sorted(condensed), sorted(read))
    return found


def test_only_the_day_of_the_new_file_is_condensed_again(runs: dict[str, Done]) -> None:
    days = sorted(str(np.datetime64(first) + day) for first, count in STRETCHES for day in range(count))
    assert runs["before"].condensed == days
    assert runs["before"].read == [f"{day}.dat" for day in days]
    assert runs["after"].condensed == ["2024-04-02"]
    assert runs["after"].read == ["2024-04-02-late.dat", "2024-04-02.dat"]
    assert runs["fresh"].condensed == days


def test_a_cylinder_that_is_assigned_anew_repeats_no_condensing(runs: dict[str, Done]) -> None:
    assert runs["reassigned"].condensed == []
    assert runs["reassigned"].read == []
    assert runs["reassigned"].exports == runs["anew"].exports
    assert runs["reassigned"].exports != runs["fresh"].exports


def test_the_result_is_that_of_a_fresh_run(runs: dict[str, Done]) -> None:
    assert runs["after"].exports == runs["fresh"].exports
    assert runs["after"].exports != runs["before"].exports


@pytest.mark.parametrize("line", ["10m", "50m"])
@pytest.mark.parametrize("gas", ["co2", "ch4"])
def test_hours_of_a_run_change_by_the_rules(runs: dict[str, Done], gas: str, line: str) -> None:
    before, after = runs["before"].streams, runs["after"].streams
    sequences = after["picarro/calibration"]
    assert (sequences["time"].values.astype("M8[D]") == np.array(["2024-02-06", "2024-02-20", "2024-03-19", "2024-04-02"], "M8[D]")).all()
    assert sequences[f"{gas}_accepted"].values.all()
    assert abs(sequences["time"].values[2] - BEFORE) < MINUTE
    change = assert_changes(before, after, line, gas, BEFORE)
    assert change.hours[change.new].astype("M8[h]").astype(str).tolist() == ["2024-04-02T12", "2024-04-02T13"]


def test_lines_of_exported_tables_change_by_the_rules(runs: dict[str, Done]) -> None:
    """All that is exported of hours before March has the same bytes."""
    for line in ("10m", "50m"):
        name = f"SIM_hourly-{line}.csv"
        left, right = (runs[each].exports[name].decode().splitlines() for each in ("before", "after"))
        assert len(left) == len(right)
        changed = [row.partition(",")[0] for old, row in zip(left, right, strict=True) if old != row]
        value = np.isfinite(runs["after"].streams[f"hourly/{line}"]["co2"].values)
        hours = runs["after"].streams[f"hourly/{line}"]["time"].values
        expected = hours[value & (hours >= np.datetime64("2024-03-01"))].astype("M8[s]").astype(str).tolist()
        assert [each.removesuffix("Z") for each in changed] == expected


VALUES = (379.84, 399.97, 419.93, 449.72)
OPTIONS = cells_station(
    [
        *(cylinder(f"CAL{number}", value, uncertainty=0.01) for number, value in enumerate(VALUES)),
        cylinder("STT", 415.0, "short-term-target"),
    ]
)
DAYS_OF_SEQUENCES = (1.5, 15.5, 29.5, 50.5, 64.5)
"""The last but one is of Tuesday 20 February, the last of Tuesday 5 March 2024."""


def drifting_reading(port: int, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return readings of an analyser that drifts by 0.1 µmol mol⁻¹ per day after 20 February: what is held on until then is far off."""
    random = np.random.default_rng(port)
    drift = 0.01 * hours / 24.0 + np.where(hours > 50.5 * 24.0, 0.09 * (hours / 24.0 - 50.5), 0.0)
    true = VALUES[port - 2] if 2 <= port <= 5 else 415.0 if port == 6 else 410.0 + 0.3 * np.sin(hours / 7.0)
    return (true - 0.304) / 1.00527 + drift + random.normal(0.0, 0.1 if port == 1 else 0.005, hours.size)


def hours_of_cells(cells: xr.Dataset) -> dict[str, xr.Dataset]:
    """Calibrate cells, test and flag minutes, and make hours."""
    result = CALIBRATOR.calibrate({"picarro": cells}, OPTIONS, tower())
    streams = dict(result.streams)
    for name, stream in streams.items():
        outcomes = [outcome for outcome in result.outcomes if outcome.stream == name]
        apply_flags(stream, [*outcomes, *SPIKES.test(stream, ["co2"] if "co2" in stream else [], SPIKES.options(), tower())])
    return streams | dict(HOURLY.derive(streams, HOURLY.options(), tower()).streams)


def test_spikes_of_the_week_change_too() -> None:
    """Of an analyser that drifts much the background of the week is another one than was held on: minutes before the calibration, too."""
    visits = [visit for day in DAYS_OF_SEQUENCES for visit in sequence(24.0 * day, (2, 3, 4, 5), length=1 / 3)]
    free = [hour for hour in range(66 * 24) if not any(0 <= hour - 24.0 * day < 4 for day in DAYS_OF_SEQUENCES)]
    visits += [(hour, 2 / 3, 1) for hour in free]
    visits += [(hour + 2 / 3, 1 / 3, 6) for hour in free if hour % 10 == 0]
    every = cells_of(sorted(visits), drifting_reading, stdev=0.03)
    hours = (every["time"].values - START) / HOUR
    without = every.isel(time=np.flatnonzero((hours < 64.5 * 24.0) | (hours >= 64.5 * 24.0 + 4.0)))
    before, after = hours_of_cells(without), hours_of_cells(every)
    calibrated = after["picarro/calibration"]["time"].values[3]
    change = assert_changes(before, after, "100m", "co2", calibrated)
    assert not change.new.any()
    earlier = change.marked & (change.hours < calibrated)
    assert earlier.sum() > 5
    assert (change.hours[earlier] >= np.datetime64("2024-02-19")).all()


@pytest.mark.parametrize("seed", range(5))
def test_later_sequences_change_no_bit_of_earlier_lines(seed: int) -> None:
    """Of cylinders as different as those of CO, whose readings do not have the same number of binary places."""
    random = np.random.default_rng(seed)
    values = np.sort(random.uniform(50.0, 400.0, 4))
    tables = [cylinder(f"CAL{number}", float(value)) for number, value in enumerate(values)]
    options = cells_station(tables, limits={"co2": {"residual": 1.0, "cycle_spread": 1.0}}, slope_range=[0.5, 2.0])
    visits = [visit for number in range(6) for visit in sequence(number * 48.0, (2, 3, 4, 5), cycles=4)]
    cells = cells_of(visits, lambda port, hours: values[port - 2] + random.normal(0.0, 0.05, hours.size), stdev=0.05)
    found = []
    for count in (5, 6):
        part = cells.isel(time=np.flatnonzero(cells["time"].values < START + count * 48 * HOUR))
        lines = analyser_of("picarro", part, options, ()).gases["co2"].sequences
        assert lines is not None
        found.append([lines.measured[:5], lines.spread[:5], lines.error[:5], lines.fit.slope[:5], lines.fit.intercept[:5]])
    for left, right in zip(*found, strict=True):
        np.testing.assert_array_equal(left, right)
