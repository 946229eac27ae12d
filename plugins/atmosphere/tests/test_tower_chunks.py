"""How a logger cut its files never shows: a simulated tower in files of hours, of days, cut anywhere, overlapping, in any order."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import netCDF4
import numpy as np
import pytest
from icos_atmosphere.simulators.picarro import small_station
from simulated_towers import exported, log_of, run, some_rows, tower_rows, without_figures, write_station

from icos_core.testing import assert_same_streams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from icos_atmosphere.simulators.picarro_rows import Rows

    from icos_core.running.flow import Flow

# The valve switches every four minutes over both midnights: on the first within the kept part of an injection, which began at 23:56:30, on
# the second within the two minutes after the switch of 23:59:30 in which the sample settles.
STATION = small_station(
    start="2024-03-04T18:02:30Z",
    duration="31 h",
    calibration={"first": "342 min", "every": "1447 min", "cycles": 2, "injection": "4 min"},
    analyser={"row_stretch": 8.0},
)
CRITICAL = ("2024-03-04T23:57:30", "2024-03-04T23:59:00", "2024-03-05T00:00:00", "2024-03-05T23:59:40", "2024-03-06T00:01:00")
GAPS = (("2024-03-05T03:08:30", "2024-03-05T03:11:00"), ("2024-03-05T10:00:00", "2024-03-05T10:20:00"))
FILES = (('files = "raw/**/*.dat"', 'files = "raw/*.dat*"'),)
SECOND = np.timedelta64(1, "s")


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Return the rows of the station, with two gaps: one within a segment, one that ends it."""
    every = tower_rows(STATION)
    there = np.ones(every.time.size, dtype=bool)
    for first, last in GAPS:
        there &= (every.time < np.datetime64(first)) | (every.time >= np.datetime64(last))
    return some_rows(every, there)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)


def by_length(rows: Rows, length: str) -> Iterator[tuple[str, bytes]]:
    """Yield files of an hour or a day, named by their first row as the analyser does."""
    number = rows.time.astype(f"M8[{length}]").astype(int)
    for each in np.unique(number):
        part = some_rows(rows, number == each)
        yield f"CFKADS2999-{str(part.time[0]).replace(':', '')}-DataLog_User.dat", log_of(part)


def anywhere(rows: Rows, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield files cut at random rows and at critical ones, most with rows of the next file, some compressed; names tell no order."""
    random = np.random.default_rng(seed)
    critical = np.searchsorted(rows.time, [np.datetime64(moment) for moment in CRITICAL])
    cuts = np.unique([*random.integers(1, rows.time.size, 12), *critical, rows.time.size])
    names = random.permutation(cuts.size)
    for name, first, last in zip(names, [0, *cuts[:-1]], cuts, strict=True):
        content = log_of(some_rows(rows, slice(first, last + int(random.integers(0, 60)))))
        yield (f"{name:03d}.dat.gz", gzip.compress(content, 1)) if name % 3 == 0 else (f"{name:03d}.dat", content)


def assert_same_but_for_names(found: bytes, wanted: bytes, name: str) -> None:
    """Assert that two netCDF files are the same but for the names of the input files, which are listed in ``history``."""
    contents = []
    for content in (found, wanted):
        with netCDF4.Dataset(name, memory=content) as data:
            data.set_auto_mask(False)
            contents.append(
                {
                    "": {key: repr(data.getncattr(key)) for key in data.ncattrs() if key != "history"},
                    **{
                        key: (each.dimensions, each[:].tobytes(), {part: repr(each.getncattr(part)) for part in each.ncattrs()})
                        for key, each in data.variables.items()
                    },
                }
            )
    assert contents[0] == contents[1], name


def test_files_never_show(tmp_path: Path, rows: Rows) -> None:
    layouts = {
        "hours": (list(by_length(rows, "h")), 1),
        "days": (list(by_length(rows, "D")), 1),
        "cut anywhere": (list(anywhere(rows, 0)), 1),
        "cut elsewhere": (list(anywhere(rows, 1)), 2),
    }
    results, exports = {}, {}
    for name, (files, jobs) in layouts.items():
        station = write_station(tmp_path / name, STATION, *FILES)
        for file, content in files:
            (station.parent / "raw" / file).write_bytes(content)
        results[name] = run(station, jobs=jobs).finished.flow
        exports[name] = exported(station.parent / "output")
    first = results.pop("hours")
    assert_what_was_asked_for(first)
    wanted = exports.pop("hours")
    # Nine files of icos-atc; of the others at least one of each line.
    assert len(wanted) > 9
    assert {name.rpartition(".")[2] for name in wanted} >= {"CO2", "CH4", "CO", "csv", "nc", "txt", "json"}
    for name, flow in results.items():
        assert_same_streams(flow.measured, first.measured, f"files of {name}: cells")
        assert_same_streams(flow.calibrated, first.calibrated, f"files of {name}: minutes")
        assert_same_streams(flow.products, first.products, f"files of {name}: products")
        assert flow.tables == first.tables
        assert [str(problem) for problem in flow.problems] == [str(problem) for problem in first.problems]
        assert sorted(exports[name]) == sorted(wanted)
        for file, content in exports[name].items():
            if any(each.encode() in content for each, _ in layouts[name][0]):
                assert file.startswith("SIM_hourly-")
                assert_same_but_for_names(content, wanted[file], file)
            else:
                assert content == wanted[file], f"files of {name}: {file}"


def assert_what_was_asked_for(flow: Flow) -> None:
    """The borders fall where they are meant to."""
    injections = flow.calibrated["picarro/injections"]
    begin, end = injections["time"].values, injections["time"].values + np.round(injections["duration"].values * 1e3).astype("m8[ms]")
    midnight = np.datetime64("2024-03-05T00:00:00")
    assert ((begin < midnight - 30 * SECOND) & (end > midnight + 10 * SECOND)).sum() == 1
    cells = flow.measured["picarro"]
    at = np.searchsorted(cells["time"].values, np.datetime64("2024-03-06T00:00:00"))
    assert cells["settled"].values[at - 1 : at + 1].tolist() == [0, 0]
    assert cells["port"].values[at - 1] == cells["port"].values[at]
    assert cells["begins"].values[at] == 0
    begins = cells["time"].values[cells["begins"].values == 1]
    to_begin = [np.min(np.abs(begins - np.datetime64(end_of_gap))) for _, end_of_gap in GAPS]
    assert to_begin[0] > 60 * SECOND
    assert to_begin[1] < 20 * SECOND
