"""Reader `gcwerks-export`: simulated and real files, the deliberately broken among them, and other exports of GCWerks refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.readers.gcwerks_export import READER
from icos_atmosphere.simulators.gcwerks_export import SIMULATOR
from pydantic import ValidationError
from raw_damage import assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import ReadResult

CONTEXT = example_context()
CREATED = "Created: 28 Sep 20 07:34 GMT"
UPPER = "     -      -         -    -       ch4     ch4   ch4       co2     co2   co2 "
LOWER = "  date   time      type port         C   stdev     N         C   stdev     N "
NAME = "bsd.picarro.1minute.108m.min.dat"


class TestMinutes(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = {"duration": "2 h"}
    header_lines = 3
    truth_tolerance = {"ch4": 0.0051, "co2": 0.0051, "co": 0.0051}


class TestHoursWithStandards(TestMinutes):
    simulator_options = {"duration": "5 d", "averaging_interval": "hour", "standards": True}


def row(
    date: str = "140130", time: str = "110930", kind: str = "air", port: str = "9", rest: str = "1961.77 1.541 26 410.00 0.076 25"
) -> str:
    return f"{date} {time}       {kind}   {port}   {rest} "


def read(
    folder: Path, *rows: str, name: str = NAME, created: str = CREATED, upper: str = UPPER, lower: str = LOWER, **options: Any
) -> ReadResult:
    path = folder / name
    path.write_text("\n".join([created, upper, lower, *rows, ""]), encoding="latin-1")
    validated = READER.options.model_validate(options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def stream_of(result: ReadResult) -> xr.Dataset:
    return result.streams["gcwerks"]


def test_a_series_as_the_file_has_it(tmp_path: Path) -> None:
    scales = {"co2": "WMO X2019"}
    result = read(tmp_path, row(), row(time="111030", rest="nan nan nan 409.90 0.05 24"), scales=scales, instrument_id=530)
    stream = stream_of(result)
    np.testing.assert_array_equal(stream["ch4"].to_numpy(), [1961.77, np.nan])
    assert stream["co2"].to_numpy().tolist() == [410.0, 409.9]
    assert stream["co2_stdev"].to_numpy().tolist() == [0.076, 0.05]
    assert stream["ch4_n"].to_numpy().tolist() == [26, 0]
    assert stream["inlet_number"].to_numpy().tolist() == [9.0, 9.0]
    assert [str(moment)[:19] for moment in stream["time"].to_numpy()] == ["2014-01-30T11:09:30", "2014-01-30T11:10:30"]
    assert stream.attrs == {
        "line": "108m",
        "intake_height": 108.0,
        "averaging_interval": "minute",
        "instrument": "picarro",
        "instrument_ids": [530],
        "instrument_methods": ["Cavity ring-down spectrometer"],
    }
    assert (stream["co2"].attrs["calibration_scale"], stream["ch4"].attrs["calibration_scale"]) == ("WMO CO2 X2019", "unknown")
    assert not result.problems


def test_rows_of_other_types_are_no_air(tmp_path: Path) -> None:
    rows = [
        row(),
        row(time="111030", kind="std"),
        row(time="111130", kind="tank"),
        row(time="111230", kind="AIR"),
        row(time="111330", kind="odd"),
    ]
    result = read(tmp_path, *rows)
    assert stream_of(result).sizes["time"] == 2
    assert dict(result.tally.rejected) == {"row of another type than air": 3}
    assert dict(result.tally.by_type) == {"AIR": 1, "air": 1, "odd": 1, "std": 1, "tank": 1}
    (problem,) = result.problems
    assert "rows of the type 'odd', which is not known, are not read: see the option sample_type (1 lines)" in str(problem)
    tanks = read(tmp_path, *rows, sample_type="tank")
    assert [str(moment)[11:19] for moment in stream_of(tanks)["time"].to_numpy()] == ["11:11:30"]
    assert any("no row is of the type 'flask'" in str(each) for each in read(tmp_path, *rows, sample_type="flask").problems)


@pytest.mark.parametrize(
    ("name", "rows", "options", "expected"),
    [
        ("bsd.picarro.hourly.108m.min.dat", [row()], {}, ("108m", 108.0, "hour")),
        ("bsd.picarro.1minute.42m.dat.gz", [row()], {"line": "low"}, ("low", 42.0, "minute")),
        ("export.dat", [row(), row(time="111030"), row(time="111130")], {"intake_height": 10.5}, ("10.5m", 10.5, "minute")),
        ("export.dat", [row(), row(time="122045"), row(time="132051")], {"intake_height": 10}, ("10m", 10.0, "hour")),
        ("export.dat", [row()], {"intake_height": 10, "averaging_interval": "hour", "line": "roof"}, ("roof", 10.0, "hour")),
    ],
)
def test_line_and_interval(tmp_path: Path, name: str, rows: list[str], options: dict[str, Any], expected: tuple[str, float, str]) -> None:
    attributes = stream_of(read(tmp_path, *rows, name=name, **options)).attrs
    assert (attributes["line"], attributes["intake_height"], attributes["averaging_interval"]) == expected


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("export.dat", {"averaging_interval": "hour"}, "neither the file's name nor the option intake_height says the height"),
        ("export.dat", {"intake_height": 10}, "neither the file's name, the option averaging_interval nor the rows say"),
        (NAME, {"intake_height": 42}, "intake_height = 42, but the file's name says 108m: one input per line"),
        (NAME, {"averaging_interval": "hour"}, "averaging_interval = 'hour', but the file's name says 'minute'"),
    ],
)
def test_what_is_missing_or_contradicts_is_refused(tmp_path: Path, name: str, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read(tmp_path, row(), name=name, **options)


def test_an_interval_that_the_rows_contradict_is_told(tmp_path: Path) -> None:
    result = read(tmp_path, row(), row(time="111030"), name="bsd.picarro.hourly.108m.dat")
    assert "rows are apart like means of a minute, taken for means of a hour" in str(result.problems[0])


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    rows = [row(), CREATED, UPPER, LOWER, "", row(time="111030", rest="x 1 2 3 4 5.5"), "140130 1 2", row(rest="1 2 3 4 5 6 7")]
    rows += [row(date="140231"), row(time="1109"), row(), row(rest="1 2 3 4 5 6")]
    result = read(tmp_path, *rows)
    assert dict(result.tally.rejected) == {
        "header line again": 3,
        "blank line": 1,
        "too few columns": 1,
        "too many columns": 1,
        "no valid date and time": 2,
        "the same row again": 1,
        "same time, other values": 1,
    }
    assert (result.tally.seen, result.tally.kept) == (12, 2)
    assert dict(result.tally.damaged) == {"ch4 C": 1, "co2 N": 1}
    assert stream_of(result)["co2_n"].to_numpy().tolist() == [25, 0]


def test_what_a_file_says_of_itself_is_told(tmp_path: Path) -> None:
    result = read(tmp_path, row(), row(date="201201"), row(date="201202"))
    assert "2 rows are later than the file's creation, 2020-09-28 07:34" in str(result.problems[0])
    assert result.problems[0].line == 5
    assert "no line 'Created:'" in str(read(tmp_path, row(), created="# MOCK DATA").problems[0])


def test_gases_that_are_not_known_are_told(tmp_path: Path) -> None:
    result = read(tmp_path, row(rest="1 2 3 4 5 6"), upper=UPPER.replace("ch4", "c2h"))
    assert "columns not used: c2h C, c2h stdev, c2h N" in str(result.problems[0])
    with pytest.raises(InputError, match=r"no mean of a gas that is known \(co2, ch4, co, n2o\)"):
        read(tmp_path, row(), upper=UPPER.replace("ch4", "c2h").replace("co2", "sf6"))
    with pytest.raises(InputError, match="9 gases above 10 names of columns"):
        read(tmp_path, row(), upper=UPPER.rstrip()[:-3])


def test_scales_of_gases_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"no gas 'c02'.*'co2'"):
        READER.options.model_validate({"scales": {"c02": "WMO CO2 X2019"}})


def test_damaged_variants(tmp_path: Path) -> None:
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options.model_validate({"duration": "3 h", "standards": True}), 1)
    options = READER.options.model_validate({"line": "108m", "intake_height": 108.0, "averaging_interval": "minute"})
    assert_survives_damage(READER, options, tmp_path / "damaged.dat", simulated.files[0].read_bytes())


CRDS = "atmosphere/openghg/proc_test_data/CRDS"
# File → rows that are there twice, and what a person is told.
REAL: dict[str, tuple[int, str]] = {
    "tac.picarro.1minute.100m.min.dat": (0, "rows are later"),
    "tac.picarro.hourly.100m.test.dat": (0, ""),
    "bsd.picarro.hourly.108m.min.dat": (0, ""),
    "bsd.picarro.hourly.108m.overlap-dates.dat": (0, ""),
    "bsd.picarro.1minute.248m.future.dat": (0, "no line 'Created:'"),
    "bsd.picarro.1minute.108m.min.dat": (0, "rows are later"),
    "hfd.picarro.1minute.100m.min.dat": (0, ""),
    "bsd.picarro.1minute.42m.dupes.dat": (3, ""),
    "bsd.picarro.1minute.250m.min.dat": (0, "rows are later"),
    "hfd.picarro.1minute.50m.min.dat": (0, ""),
    "bsd.picarro.1minute.248m.co2_mod.dat": (0, ""),
    "bsd.picarro.1minute.108m.shifted-4h.dat": (0, "rows are later"),
    "tac.picarro.1minute.100m.test.dat": (0, ""),
    "rgl.picarro.1minute.90m.minimum.dat": (0, ""),
    "bsd.picarro.1minute.248m.min.dat": (0, "rows are later"),
    "bsd.picarro.1minute.42m.min.dat": (0, "rows are later"),
}


@pytest.mark.realdata
def test_no_file_is_left_out(real_data: Path) -> None:
    assert {path.name for path in (real_data / CRDS).iterdir()} == {*REAL, "test.tar.gz"}


@pytest.mark.realdata
@pytest.mark.parametrize("file", REAL)
def test_real_files(real_data: Path, file: str) -> None:
    """Rows counted in plain Python, values as pandas reads them."""
    path = real_data / CRDS / file
    repeated, told = REAL[file]
    lines = path.read_text(encoding="latin-1").split("\n")
    lines = lines[:-1] if not lines[-1] else lines
    body = [line.split() for line in lines[3:]]
    blank = sum(not cells for cells in body)
    rows = [cells for cells in body if cells]
    result = READER.read(path, READER.options(), CONTEXT)
    assert (result.tally.seen, result.tally.kept) == (len(body), len(rows) - repeated)
    expected = {"blank line": blank, "the same row again": repeated}
    assert dict(result.tally.rejected) == {reason: count for reason, count in expected.items() if count}
    assert not result.tally.damaged
    plain = pd.DataFrame(rows).drop_duplicates()
    plain["time"] = pd.to_datetime(plain[0] + plain[1], format="%y%m%d%H%M%S")
    plain = plain.sort_values("time", kind="stable")
    stream = stream_of(result)
    np.testing.assert_array_equal(stream["time"].to_numpy(), plain["time"].to_numpy().astype("M8[ns]"))
    gases = lines[1].split()
    for place in range(4, len(gases), 3):
        mean, spread, count = (plain[place + offset].map(float).to_numpy() for offset in range(3))
        np.testing.assert_array_equal(stream[gases[place]].to_numpy(), mean)
        np.testing.assert_array_equal(stream[f"{gases[place]}_stdev"].to_numpy(), spread)
        np.testing.assert_array_equal(stream[f"{gases[place]}_n"].to_numpy(), np.nan_to_num(count).astype(int))
    assert stream["inlet_number"].to_numpy().tolist() == plain[3].map(float).tolist()
    _, instrument, interval, height, *_ = file.split(".")
    assert (stream.attrs["line"], stream.attrs["instrument"]) == (height, instrument)
    assert stream.attrs["averaging_interval"] == {"1minute": "minute", "hourly": "hour"}[interval]
    assert told in " ".join(map(str, result.problems))
    assert bool(result.problems) == bool(told)
    assert_result_fits(READER, result, READER.options())
    assert_span_covers(READER, path, result, READER.options(), CONTEXT)
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert guess.confidence > 0.9


@pytest.mark.realdata
def test_an_archive_is_refused(real_data: Path) -> None:
    with pytest.raises(InputError, match=r"test\.tar\.gz: an archive \(tar\), which may hold several files: unpack it"):
        READER.read(real_data / CRDS / "test.tar.gz", READER.options(), CONTEXT)
    assert READER.guess is not None
    assert READER.guess(real_data / CRDS / "test.tar.gz") is None


@pytest.mark.realdata
def test_exports_of_chromatographs_are_refused_by_their_name(real_data: Path) -> None:
    files = sorted((real_data / "atmosphere/openghg/proc_test_data/GC").glob("*.C"))
    assert len(files) > 15
    for path in files:
        kind = (
            r"precisions that GCWerks exports" if ".precisions." in path.name else r"an export of GCWerks for gas chromatographs \(\.C file"
        )
        with pytest.raises(InputError, match=kind):
            READER.read(path, READER.options(), CONTEXT)
        assert READER.guess is not None
        assert READER.guess(path) is None
