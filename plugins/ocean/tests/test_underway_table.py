"""The reader of any table: each style, each line accounted for, what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ocean.readers.underway_table import READER
from icos_ocean.readers.underway_table_options import UnderwayTableOptions
from icos_ocean.simulators.underway_table import SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES
from pydantic import ValidationError

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

EASY: dict[str, Any] = {"clock": {"date_time": "time"}, "columns": {"T": "sst"}}
TOLERANCE = {"latitude": 1e-5, "longitude": 1e-5, "sst": 0.2, "salinity": 0.5, "equilibrator_temperature": 0.2}


class TestTable(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    truth_tolerance = TOLERANCE


class TestTableOfWords(TestTable):
    simulator_options = {"separator": "tab", "clock": "date", "position": "hemispheres", "preamble": 3, "units_line": True}
    header_lines = 5


class TestTableOfBlanks(TestTable):
    simulator_options = {"separator": "blanks", "clock": "parts", "position": "degrees-minutes"}
    truth_tolerance = TOLERANCE | {"latitude": 2e-5, "longitude": 2e-5}


class TestTableWithDecimalComma(TestTable):
    simulator_options = {"separator": "semicolon", "clock": "day_of_year", "decimal_comma": True}


def read(tmp_path: Path, text: str | bytes, **options: Any) -> ReadResult:
    path = tmp_path / "table.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = READER.read(path, UnderwayTableOptions.model_validate({**EASY, **options}), example_context())
    assert result.tally.balanced
    span = READER.span(path, UnderwayTableOptions.model_validate({**EASY, **options}), example_context())
    times = result.streams["underway"]["time"].values
    if times.size:
        assert (span.start, span.end) == (times[0], times[-1])
    return result


def values(result: ReadResult, name: str = "sst") -> list[float]:
    found: list[float] = result.streams["underway"][name].values.tolist()
    return found


def moments(result: ReadResult) -> list[str]:
    found: list[str] = np.datetime_as_string(result.streams["underway"]["time"].values, "ms").tolist()
    return found


HALF_PAST = "2019-07-06T12:30:15.000"


@pytest.mark.parametrize(
    ("cells", "clock"),
    [
        ({"t": "2019-07-06 12:30:15"}, {"date_time": "t"}),
        ({"t": "2019-07-06T12:30:15Z"}, {"date_time": "t"}),
        ({"t": "06.07.2019 12:30:15"}, {"date_time": "t", "date_format": "dd.mm.yyyy"}),
        ({"t": "07/06/19 12:30:15"}, {"date_time": "t", "date_format": "mm/dd/yy"}),
        ({"t": "12:30:15 06/07/2019"}, {"date_time": "t", "date_format": "dd/mm/yyyy"}),
        ({"t": "20190706123015"}, {"date_time": "t", "date_format": "yyyymmdd"}),
        ({"t": "20190706T123015Z"}, {"date_time": "t", "date_format": "yyyymmdd"}),
        ({"t": "6-Jul-2019 12:30:15"}, {"date_time": "t", "date_format": "dd-mm-yyyy"}),
        ({"t": "07/06/2019 12:30:15 PM"}, {"date_time": "t", "date_format": "mm/dd/yyyy"}),
        ({"t": "2019-07-06 14:30:15"}, {"date_time": "t", "utc_offset": 2.0}),
        ({"d": "06/07/2019", "h": "12:30:15"}, {"date": "d", "time": "h", "date_format": "dd/mm/yyyy"}),
        ({"d": "July 6 2019", "h": "123015"}, {"date": "d", "time": "h", "date_format": "mm dd yyyy"}),
        (
            {"y": "2019", "m": "7", "d": "6", "H": "12", "M": "30", "S": "15"},
            dict(zip(("year", "month", "day", "hour", "minute", "second"), "ymdHMS", strict=True)),
        ),
        ({"y": "19", "m": "7", "d": "6", "H": "12.504166667"}, {"year": "y", "month": "m", "day": "d", "hour": "H"}),
        ({"y": "2019", "j": "187.521006944"}, {"year": "y", "day_of_year": "j"}),
        ({"j": "187.521006944"}, {"year": 2019, "day_of_year": "j"}),
        ({"j": "186.521006944"}, {"year": 2019, "day_of_year": "j", "first_day": 0}),
        ({"j": "187", "h": "12:30:15"}, {"year": 2019, "day_of_year": "j", "time": "h"}),
        ({"j": "2019187.521006944"}, {"year_day": "j"}),
        ({"s": "1562416215"}, {"elapsed": "s", "since": "unix"}),
        ({"s": "43652.521006944"}, {"elapsed": "s", "elapsed_unit": "d", "since": "excel"}),
        ({"s": "737612.521006944"}, {"elapsed": "s", "elapsed_unit": "d", "since": "matlab"}),
        ({"s": "0.5041666667"}, {"elapsed": "s", "elapsed_unit": "h", "since": "2019-07-06T14:00:00+02:00"}),
    ],
)
def test_every_style_of_date_and_time(tmp_path: Path, cells: dict[str, str], clock: dict[str, Any]) -> None:
    text = f"{','.join(cells)},T\n{','.join(cells.values())},9.5\n"
    result = read(tmp_path, text, clock=clock)
    assert moments(result) == [HALF_PAST]
    assert values(result) == [9.5]


def test_time_since_a_moment_in_the_header(tmp_path: Path) -> None:
    text = "Logger 7\nStarted: 06/07/2019 12:00:00\nh;T\n0,0;9,1\n0,5;9,2\n"
    clock = {"elapsed": "h", "elapsed_unit": "h", "since_header": r"Started: (.+)", "date_format": "dd/mm/yyyy"}
    result = read(tmp_path, text, clock=clock, separator="semicolon", decimal_comma=True, header_lines=3)
    assert moments(result) == ["2019-07-06T12:00:00.000", "2019-07-06T12:30:00.000"]
    with pytest.raises(InputError, match="finds nothing in the header"):
        read(tmp_path, text.replace("Started", "Begun"), clock=clock, separator="semicolon", decimal_comma=True, header_lines=3)


@pytest.mark.parametrize("end", ["Z", " UTC", "+00:00", "-0000", " GMT"])
def test_utc_at_the_end_is_passed_over(tmp_path: Path, end: str) -> None:
    text = f"time,T\n2019-07-06T12:00:00{end},1\n2019-07-06T12:01:00.5{end},2\n2019-07-06 12:02{end},3\n2019-07-06T12:03:00+02:00,4\n"
    result = read(tmp_path, text)
    assert values(result) == [1.0, 2.0, 3.0]
    assert dict(result.tally.rejected) == {"no valid date and time": 1}


@pytest.mark.parametrize(
    "moment", ["2019-02-29 10:00:00", "2019-13-01 10:00:00", "2019-07-06 25:00:00", "1969-01-01 00:00:00", "yesterday", ""]
)
def test_what_is_no_moment_is_rejected_and_told(tmp_path: Path, moment: str) -> None:
    result = read(tmp_path, f"time,T\n2019-07-06 12:00:00,1\n{moment},2\n")
    assert dict(result.tally.rejected) == {"no valid date and time": 1}
    assert "expected yyyy-mm-dd and HH:MM:SS" in str(result.problems[0])
    assert values(result) == [1.0]


@pytest.mark.parametrize(("month", "day"), [("2", "30"), ("13", "1"), ("0", "1"), ("1", "1.5"), ("", "1")])
def test_days_that_no_month_has(tmp_path: Path, month: str, day: str) -> None:
    clock = {"year": "y", "month": "m", "day": "d"}
    assert read(tmp_path, f"y,m,d,T\n2019,{month},{day},1\n", clock=clock).tally.kept == 0


POSITIONS = [
    ("54.25,-10.5", {}, (54.25, -10.5)),
    ("54.25 N,10.5 W", {}, (54.25, -10.5)),
    ("S54.25,E10.5", {}, (-54.25, 10.5)),
    ("54.25,349.5", {}, (54.25, -10.5)),
    ("5415.0,-1030.0", {"position_style": "degrees-minutes"}, (54.25, -10.5)),
    ("5415.0 S,01030.0 E", {"position_style": "degrees-minutes"}, (-54.25, 10.5)),
    ("54 15.0 N,10 30.0 W", {}, (54.25, -10.5)),
    ("54°15.0'N,10°30.0'W", {}, (54.25, -10.5)),
    ("54 15.0 N,10 30.0 W", {"position_style": "degrees-minutes"}, (54.25, -10.5)),
]


@pytest.mark.parametrize(("cells", "options", "expected"), POSITIONS)
def test_positions(tmp_path: Path, cells: str, options: dict[str, Any], expected: tuple[float, float]) -> None:
    columns = {"lat": "latitude", "lon": "longitude"}
    result = read(tmp_path, f"time,lat,lon\n2019-07-06 12:00:00,{cells}\n", columns=columns, **options)
    assert (values(result, "latitude")[0], values(result, "longitude")[0]) == pytest.approx(expected, abs=1e-12)


def test_hemispheres_in_columns_of_their_own(tmp_path: Path) -> None:
    text = "time,lat,ns,lon,ew\n2019-07-06 12:00:00,54,S,10,E\n2019-07-06 12:01:00,54,N,10,W\n2019-07-06 12:02:00,54,?,10,W\n"
    columns = {"lat": "latitude", "lon": "longitude"}
    result = read(tmp_path, text, columns=columns, hemispheres={"latitude": "ns", "longitude": "ew"})
    assert values(result, "longitude") == [10.0, -10.0, -10.0]
    np.testing.assert_array_equal(values(result, "latitude"), [-54.0, 54.0, np.nan])
    assert dict(result.tally.damaged) == {"lat: no hemisphere, or a minus beside it": 1}


def test_a_minus_beside_a_hemisphere_could_be_either_side(tmp_path: Path) -> None:
    text = "time,lon,ew\n2019-07-06 12:00:00,-10,W\n2019-07-06 12:01:00,10,W\n2019-07-06 12:02:00,-10,E\n"
    result = read(tmp_path, text, columns={"lon": "longitude"}, hemispheres={"longitude": "ew"})
    np.testing.assert_array_equal(values(result, "longitude"), [np.nan, -10.0, np.nan])
    assert dict(result.tally.damaged) == {"lon: no hemisphere, or a minus beside it": 2}


def test_minutes_beyond_59_are_missing(tmp_path: Path) -> None:
    result = read(tmp_path, "time,lat\n2019-07-06 12:00:00,5475.0\n", columns={"lat": "latitude"}, position_style="degrees-minutes")
    assert np.isnan(values(result, "latitude")[0])


def test_units_are_converted_once(tmp_path: Path) -> None:
    columns = {"P": "equilibrator_pressure", "C": "conductivity"}
    text = "time,P,C\n2019-07-06 12:00:00,101.3,42.0\n"
    result = read(tmp_path, text, columns=columns, units={"equilibrator_pressure": "kPa", "conductivity": "mS cm-1"})
    assert values(result, "equilibrator_pressure") == pytest.approx([1013.0])
    assert values(result, "conductivity") == pytest.approx([4.2])


def test_run_types_by_words_of_the_vocabulary_and_own_ones(tmp_path: Path) -> None:
    text = "time,what,T\n" + "".join(
        f"2019-07-06 12:0{minute}:00,{word},{minute}\n" for minute, word in enumerate(["equ", "EQU-DRAIN", "7", "sleep", "bogus", ""])
    )
    result = read(tmp_path, text, run_type_column="what", run_types={"7": "STD1"}, housekeeping=("Sleep",))
    stream = result.streams["underway"]
    assert stream["run_type"].values.tolist() == [RUN_TYPES["EQU"], RUN_TYPES["EQU"], RUN_TYPES["STD1"]]
    assert stream["draining"].values.tolist() == [0, 1, 0]
    assert dict(result.tally.rejected) == {"housekeeping line": 1, "unknown word for the run type": 1, "no word for the run type": 1}
    assert dict(result.tally.by_type) == {"equ": 1, "EQU-DRAIN": 1, "7": 1, "sleep": 1, "bogus": 1, "(no word for the run type)": 1}
    assert any("'bogus' is no run type" in str(problem) for problem in result.problems)


def test_one_run_type_for_all_rows(tmp_path: Path) -> None:
    result = read(tmp_path, "time,T\n2019-07-06 12:00:00,1\n", run_type="EQU")
    assert result.streams["underway"]["run_type"].values.tolist() == [RUN_TYPES["EQU"]]


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    text = (
        "time,T,S\n# a comment\n2019-07-06 12:00:00,1,35\n\n2019-07-06 12:01:00,2\n2019-07-06 12:02:00,3,35,1\n"
        "time,T,S\n2019-07-06 12:03:00,x,35\n2019-07-06 12:04:00\n2019-07-06 12:00:00,1,35\n2019-07-06 12:00:00,1,36\n\0\0\0,1,1\n"
    )
    result = read(tmp_path, text, columns={"T": "sst", "S": "salinity"}, comment="#")
    assert dict(result.tally.rejected) == {
        "blank line": 1,
        "comment": 1,
        "header line again": 1,
        "too few fields": 2,
        "too many fields": 1,
        "the same row again": 1,
        "same time, other values": 1,
        "NUL bytes in the line": 1,
    }
    assert (result.tally.seen, result.tally.kept) == (11, 2)
    assert dict(result.tally.damaged) == {"T": 1}
    assert any("'x' is not a number" in str(problem) and problem.line == 8 for problem in result.problems)


def test_blank_fields_at_the_end_may_be_absent(tmp_path: Path) -> None:
    result = read(tmp_path, "time,T,note\n2019-07-06 12:00:00,1\n2019-07-06 12:01:00,2,,\n")
    assert values(result) == [1.0, 2.0]


def test_missing_values(tmp_path: Path) -> None:
    cells = ("-999", "-999.00", "n/a", "", "NaN")
    text = "time,T\n" + "".join(f"2019-07-06 12:0{minute}:00,{cell}\n" for minute, cell in enumerate(cells))
    result = read(tmp_path, text, missing_values=["-999", "n/a"])
    assert np.isnan(values(result)).all()
    assert not result.tally.damaged


def test_quotes(tmp_path: Path) -> None:
    text = '"time","T, C","who"\n"2019-07-06 12:00:00","1.5","Smith, Co"\n2019-07-06 12:01:00,2.5,nobody\n'
    result = read(tmp_path, text, quotes=True, columns={"#2": "sst"})
    assert values(result) == [1.5, 2.5]


def test_a_quote_that_does_not_close_spoils_its_own_line_only(tmp_path: Path) -> None:
    text = 'time,T\n2019-07-06 12:00:00,"1.5"\n"2019-07-06 12:01:00,2.5\n2019-07-06 12:02:00,"3.5\n2019-07-06 12:03:00,4.5\n'
    result = read(tmp_path, text, quotes=True)
    assert values(result) == [1.5, 3.5, 4.5]
    assert (result.tally.seen, dict(result.tally.rejected)) == (4, {"too few fields": 1})
    long = "x" * 200_000
    result = read(tmp_path, f'time,T\n2019-07-06 12:00:00,"{long}"\n2019-07-06 12:01:00,"2.5"\n', quotes=True)
    np.testing.assert_array_equal(values(result), [np.nan, 2.5])


def test_names_in_quotes_that_differ_in_case_only(tmp_path: Path) -> None:
    text = '"t","T"\n2019-07-06 12:00:00,1.5\n'
    assert values(read(tmp_path, text, clock={"date_time": "t"})) == [1.5]


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {"T": "sst", "#2": "salinity"}},
        {"columns": {"time": "sst"}},
        {"columns": {"T": "sst"}, "run_type_column": "T"},
        {"columns": {"T": "sst"}, "flag_columns": {"T": "sst"}},
    ],
)
def test_a_column_that_is_taken_twice(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"column '(T|time)' is taken twice, for .*columns: "):
        read(tmp_path, "time,T\n2019-07-06 12:00:00,1.5\n", **options)


def test_columns_by_number_and_names_of_ones_own(tmp_path: Path) -> None:
    result = read(tmp_path, "time,T,,T\n2019-07-06 12:00:00,1,2,3\n", columns={"T": "sst", "#3": "salinity", "#4": "sst_2"})
    assert [values(result, name) for name in ("sst", "salinity", "sst_2")] == [[1.0], [2.0], [3.0]]
    assert result.streams["underway"]["sst_2"].attrs["long_name"].endswith("sensor 2")
    result = read(
        tmp_path,
        "2019-07-06T12:00:00Z  21.76\n",
        header_lines=0,
        names=["when", "remote"],
        separator="blanks",
        clock={"date_time": "when"},
        columns={"remote": "sst"},
    )
    assert values(result) == [21.76]


def test_quantities_of_ones_own(tmp_path: Path) -> None:
    quantities = [{"name": "chlorophyll", "units": "mg m-3", "long_name": "chlorophyll a by fluorescence"}]
    result = read(tmp_path, "time,chl\n2019-07-06 12:00:00,0.8\n", columns={"chl": "chlorophyll"}, quantities=quantities)
    assert values(result, "chlorophyll") == [0.8]
    assert result.streams["underway"]["chlorophyll"].attrs["units"] == "mg m-3"


def test_flags_in_the_file(tmp_path: Path) -> None:
    text = "time,T,QC\n2019-07-06 12:00:00,1,1\n2019-07-06 12:01:00,2,4\n2019-07-06 12:02:00,3,\n"
    result = read(tmp_path, text, flag_columns={"QC": "sst"}, flags_to_use=["1"])
    np.testing.assert_array_equal(values(result), [1.0, np.nan, np.nan])
    assert dict(result.tally.damaged) == {"T: flagged in the file": 2}


def test_a_header_that_ends_with_a_mark(tmp_path: Path) -> None:
    text = "junk\nmore junk\ntime;T\n*END*\n2019-07-06 12:00:00;1\n"
    result = read(tmp_path, text, separator="semicolon", header_end="*END*", names_line=-2)
    assert values(result) == [1.0]
    with pytest.raises(InputError, match="no line begins with header_end"):
        read(tmp_path, text.replace("*END*", "*FIN*"), separator="semicolon", header_end="*END*", names_line=-2)


def test_files_that_are_not_as_described(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column 'time' for clock.date_time, nearest 'Times'; the columns are: 'Times', 'T'"):
        read(tmp_path, "Times,T\n2019-07-06 12:00:00,1\n")
    with pytest.raises(InputError, match=r"none of the columns 'T' is there"):
        read(tmp_path, "time,S\n2019-07-06 12:00:00,1\n")
    with pytest.raises(InputError, match="its header alone should have 5"):
        read(tmp_path, "time,T\n", header_lines=5)
    result = read(tmp_path, "time,T,Salt\n2019-07-06 12:00:00,1,35\n", columns={"T": "sst", "Sal": "salinity"})
    assert "'Sal', nearest 'Salt'" in str(result.problems[0])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"columns": {"T": "ssst"}}, "no variable 'ssst'.*'sst'"),
        ({"columns": {"T": "sst", "U": "sst"}}, "a second sensor is sst_2"),
        ({"columns": {}}, "at least 1 item"),
        ({"units": {"sst": "hPa"}}, "cannot be converted"),
        ({"units": {"salinity": "1"}}, "no variable of columns"),
        ({"separator": "comma", "decimal_comma": True}, "exclude each other"),
        ({"clock": {"date": "d"}}, "date needs time"),
        ({"clock": {"date_time": "t", "elapsed": "s", "since": "unix"}}, "exactly one of"),
        ({"clock": {}}, "found: none"),
        ({"clock": {"elapsed": "s"}}, "needs either since or since_header"),
        ({"clock": {"date_time": "t", "hour": "h"}}, "hour does not go with date_time"),
        ({"clock": {"date_time": "t", "date_format": "dd/mm"}}, "is no date format"),
        ({"clock": {"elapsed": "s", "since_header": "("}}, "no regular expression"),
        ({"run_types": {"a": "EQU"}}, "need run_type_column"),
        ({"run_type_column": "t", "run_types": {"a": "EQQ"}}, "no run type 'EQQ'.*'EQU'"),
        ({"names_line": 3}, "the header has 1 lines"),
        ({"encoding": "utf-9"}, "no encoding"),
        ({"quantities": [{"name": "x", "units": "furlonks"}]}, "no unit"),
        (
            {
                "columns": {"T": "latitude_raw"},
                "quantities": [{"name": "latitude_raw", "units": "1"}],
                "hemispheres": {"latitude_raw": "ns"},
            },
            "neither latitude nor longitude",
        ),
    ],
)
def test_wrong_descriptions(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        UnderwayTableOptions.model_validate({**EASY, **options})
