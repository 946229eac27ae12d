"""Reader `generic-ec-table`: times in rows or names, units, fast and slow streams, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ec_text_files import TABLE_OPTIONS, table
from icos_ecosystem.readers.generic_ec_table import READER
from pydantic import ValidationError

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

CONTEXT = example_context()
METRES = {"variable": "u", "unit": "m/s"}
EASY: dict[str, Any] = {"time_column": "time", "columns": {"u": METRES}}


class TestContract(ReaderContract):
    reader = READER
    options = TABLE_OPTIONS

    def make_file(self, folder: Path) -> Path:
        path = folder / "table.csv"
        path.write_bytes(table())
        return path


def read(folder: Path, text: str, name: str = "table.csv", **options: Any) -> ReadResult:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    validated = READER.options.model_validate(EASY | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def times(result: ReadResult, stream: str = "eddy") -> list[str]:
    return [str(moment)[11:23] for moment in result.streams[stream]["time"].to_numpy()]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("time,u\n2024-07-06 12:30:15,9.5\n", {}),
        ("time,u\n2024-07-06T14:30:15Z,9.5\n", {"utc_offset": 2.0}),
        ("time,u\n2024-07-06 12:30:15.1,9.5\n", {"row_time": "end", "frequency": 10.0}),
        ("time,u\n2024-07-06 12:30:15.05,9.5\n", {"row_time": "middle", "frequency": 10.0}),
        (",u\n2024-07-06 12:30:15,9.5\n", {"time_column": "#1"}),
        ('"time";"u"\n"06.07.2024 12:30:15";9,5\n', {"separator": "semicolon", "decimal_comma": True, "date_format": "dd.mm.yyyy"}),
        ("day\ttime\tu\n7/6/2024\t12:30:15\t9.5\n", {"separator": "tab", "date_column": "day", "date_format": "mm/dd/yyyy"}),
        ("  day  time   u \n 20240706   123015  9.5 \n", {"separator": "blanks", "date_column": "day", "date_format": "yyyymmdd"}),
        ("time,u\n1720269015,9.5\n", {"date_format": "unix"}),
        ("a\ntime,u\nTS,m/s\n2024-07-06 12:30:15,9.5\n", {"header_lines": 3, "names_line": 2, "units_line": 3, "columns": {"u": "u"}}),
        ("2024-07-06 12:30:15,x,9.5\n", {"header_lines": 0, "names": ["time", "", ""], "columns": {"#3": METRES}}),
        ("time,u\n2024-07-06 12:30:15,950\n", {"columns": {"u": {"variable": "u", "unit": "cm/s"}}}),
    ],
)
def test_every_style(tmp_path: Path, text: str, options: dict[str, Any]) -> None:
    result = read(tmp_path, text, **options)
    assert times(result) == ["12:30:15.000"]
    assert result.streams["eddy"]["u"].item() == pytest.approx(9.5)


def test_times_from_the_name(tmp_path: Path) -> None:
    options: dict[str, Any] = {"time_column": None, "frequency": 10.0, "name_format": "YYYYMMDDhhmm*"}
    found = read(tmp_path, "u\n1\n2\nx\n4\n", "202407061230.csv", **options)
    assert times(found) == ["12:30:00.000", "12:30:00.100", "12:30:00.200", "12:30:00.300"]
    assert dict(found.tally.damaged) == {"u": 1}
    found = read(tmp_path, "u\n1\n\n3\n", "202407061230.csv", **options, file_time="end")
    assert times(found) == ["12:29:59.700", "12:29:59.900"]
    found = read(tmp_path, "u\n1\n2\n3\n", "202407061230.csv", **options, file_duration="0.2 s")
    assert times(found) == ["12:30:00.000", "12:30:00.100"]


def test_stamps_that_are_too_coarse(tmp_path: Path) -> None:
    text = "time,u\nx,0\n2024-07-06 12:30:15,1\n2024-07-06 12:30:15,2\nbad\n2024-07-06 12:30:16,3\n"
    found = read(tmp_path, text, first_time_only=True, frequency=4.0)
    assert times(found) == ["12:30:15.000", "12:30:15.250", "12:30:15.750"]
    assert dict(found.tally.rejected) == {"no valid date and time": 1, "too few fields": 1}
    # Rows that tell their own time: the same one twice is a conflict.
    assert dict(read(tmp_path, text, frequency=4.0).tally.rejected)["same time, other values"] == 1


def test_slow_meteorology(tmp_path: Path) -> None:
    text = "TIMESTAMP_END,TA,P_kPa\n202407061230,20.5,101.3\n202407061300,-9999,101.2\n"
    columns = {"TA": {"variable": "TA", "unit": "degC"}, "P_kPa": {"variable": "PA", "unit": "kPa"}}
    options: dict[str, Any] = {"stream_kind": "meteo", "time_column": "TIMESTAMP_END", "date_format": "yyyymmdd", "row_time": "end"}
    for interval in ({"interval": "30 min"}, {}):
        found = read(tmp_path, text, **options, **interval, columns=columns)
        assert times(found, "meteo") == ["12:00:00.000", "12:30:00.000"]
    np.testing.assert_allclose(found.streams["meteo"]["TA"], [293.65, np.nan])
    np.testing.assert_allclose(found.streams["meteo"]["PA"], [101300, 101200])


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    text = (
        "time,u\n2024-07-06 12:00:00,1\n\n2024-07-06 12:01:00\n2024-07-06 12:02:00,3,50\ntime,u\n2024-07-06 12:03:00,x\n"
        "2024-02-30 12:00:00,1\n2024-07-06 12:00:00,1\n2024-07-06 12:00:00,2\n2024-07-06 12:04:00,-9999\n"
    )
    result = read(tmp_path, text)
    assert dict(result.tally.rejected) == {
        "blank line": 1,
        "header line again": 1,
        "no valid date and time": 1,
        "same time, other values": 1,
        "the same row again": 1,
        "too few fields": 1,
        "too many fields": 1,
    }
    assert (result.tally.seen, result.tally.kept, dict(result.tally.damaged)) == (10, 3, {"u": 1})
    np.testing.assert_array_equal(result.streams["eddy"]["u"], [1.0, np.nan, np.nan])


def test_codes_that_are_none(tmp_path: Path) -> None:
    text = "time,d\n2024-07-06 12:00:00,63\n2024-07-06 12:00:01,1.5\n2024-07-06 12:00:02,\n"
    found = read(tmp_path, text, columns={"d": "sonic_diagnostic"})
    assert found.streams["eddy"]["sonic_diagnostic"].values.tolist() == [63, -1, -1]
    assert dict(found.tally.damaged) == {"d": 1}


def test_unix_times_are_kept_to_a_microsecond(tmp_path: Path) -> None:
    rows = "".join(f"{1720269015 + tick / 20:.3f},1\n" for tick in range(40))
    found = read(tmp_path, "time,u\n" + rows, date_format="unix")
    steps = np.diff(found.streams["eddy"]["time"].to_numpy())
    assert (steps == np.timedelta64(50, "ms")).all()


def test_files_that_are_not_as_described(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column 'time' for the time; nearest: 'Times'; the columns are: 'Times', 'u'"):
        read(tmp_path, "Times,u\n2024-07-06 12:00:00,1\n")
    with pytest.raises(InputError, match=r"columns: no column 'u'"):
        read(tmp_path, "time,S\n2024-07-06 12:00:00,1\n")
    with pytest.raises(InputError, match="its header alone should have 5"):
        read(tmp_path, "time,u\n", header_lines=5)
    with pytest.raises(InputError, match=r"column 'time' is taken twice, for u and for the time"):
        read(tmp_path, "time,u\n2024-07-06 12:00:00,1\n", columns={"#1": METRES})
    with pytest.raises(InputError, match=r"no unit in the file; columns\.u\.unit"):
        read(tmp_path, "time,u\n2024-07-06 12:00:00,1\n", columns={"u": "u"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {}}, "at least 1"),
        ({"columns": {"u": "TA"}}, "no variable 'TA' of stream_kind = 'eddy'"),
        ({"stream_kind": "meteo"}, "no variable 'u' of stream_kind = 'meteo'"),
        ({"time_column": None}, "time_column, or name_format"),
        ({"time_column": None, "name_format": "YYYYMMDD*"}, "frequency has to be stated"),
        ({"first_time_only": True}, "frequency has to be stated"),
        ({"time_column": None, "date_column": "day"}, "date_column needs time_column"),
        ({"date_column": "day", "date_format": "unix"}, "leave out date_column"),
        ({"decimal_comma": True}, "exclude each other"),
        ({"names_line": 2}, "names_line = 2: the header has 1 lines"),
        ({"units_line": 2}, "units_line = 2: the header has 1 lines"),
        ({"encoding": "utf-9"}, "no encoding"),
        ({"date_format": "yyyy"}, "no date format"),
    ],
)
def test_descriptions_that_cannot_be(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        read(tmp_path, "", **options)


def test_what_a_guess_says(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    assert READER.guess is not None
    path.write_text(
        "site\ntime;Ux [m/s];Uy [m/s];Uz [m/s];Ts;CO2_ppm\n"
        + "".join(f"01.07.2023 11:30:{row // 10:02d}.{row % 10};1;2;3;291.5;400\n" for row in range(30))
    )
    guess = READER.guess(path)
    assert guess is not None
    assert guess.options == {
        "time_column": "time",
        "frequency": 10.0,
        "separator": "semicolon",
        "header_lines": 2,
        "names_line": 2,
        "date_format": "dd.mm.yyyy",
        "columns": {
            "Ux [m/s]": {"variable": "u", "unit": "m/s"},
            "Uy [m/s]": {"variable": "v", "unit": "m/s"},
            "Uz [m/s]": {"variable": "w", "unit": "m/s"},
            "Ts": {"variable": "sonic_temperature", "unit": "K"},
            "CO2_ppm": {"variable": "co2_mixing_ratio", "unit": "ppm"},
        },
    }
    assert any(each.startswith("columns.Ts.unit: taken to be K") for each in guess.unsure)
    result = READER.read(path, READER.options.model_validate(guess.options), CONTEXT)
    assert result.tally.kept == 30
    path.write_text('"TOA5","x"\n"TIMESTAMP","Ux"\n')
    assert READER.guess(path) is None
