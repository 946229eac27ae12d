"""Reader `meteo-table`: styles of loggers, every line accounted for, what it refuses, and what it proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.readers.meteo_table import READER
from icos_atmosphere.simulators.meteo_table import SIMULATOR
from pydantic import ValidationError
from raw_damage import VARIANTS, assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Guess, ReadResult

CONTEXT = example_context()
EASY: dict[str, Any] = {"time_column": "time", "columns": {"T": "air_temperature"}}
TOLERANCE = {"air_temperature": 0.0051, "relative_humidity": 0.051, "air_pressure": 0.00051, "wind_speed": 0.0051, "wind_direction": 0.51}


class TestPlain(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    truth_tolerance = TOLERANCE


class TestCampbell(TestPlain):
    simulator_options = {"style": "toa5", "utc_offset": 1.0}
    header_lines = 4


class TestEuropean(TestPlain):
    simulator_options = {"style": "european"}


def read(folder: Path, text: str, **options: Any) -> ReadResult:
    path = folder / "meteo.txt"
    path.write_text(text, encoding="utf-8")
    validated = READER.options.model_validate(EASY | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def values(result: ReadResult, name: str = "air_temperature") -> list[float]:
    found: list[float] = result.streams["meteo"][name].to_numpy().tolist()
    return found


def times(result: ReadResult) -> list[str]:
    return [str(moment)[:23] for moment in result.streams["meteo"]["time"].to_numpy()]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("time,T\n2024-07-06 12:30:15,9.5\n", {}),
        ("time,T\n2024-07-06T12:30:15Z,9.5\n", {}),
        ("time,T\n2024-07-06T14:30:15.000,9.5\n", {"utc_offset": 2.0}),
        ('"time";"T"\n"06.07.2024 12:30:15";9,5\n', {"separator": "semicolon", "decimal_comma": True, "date_format": "dd.mm.yyyy"}),
        ("day\ttime\tT\n7/6/2024\t12:30:15\t9.5\n", {"separator": "tab", "date_column": "day", "date_format": "mm/dd/yyyy"}),
        ("  day  time   T \n 20240706   123015  9.5 \n", {"separator": "blanks", "date_column": "day", "date_format": "yyyymmdd"}),
        ("time,T\n1720269015,9.5\n", {"date_format": "unix"}),
        ("TIME , t\n2024-07-06 12:30:15,9.5\n", {}),
        ("2024-07-06 12:30:15,x,9.5\n", {"header_lines": 0, "names": ["time", "", ""], "columns": {"#3": "air_temperature"}}),
        ("mast\nunits\ntime,T\ns,C\n2024-07-06 12:30:15,9.5\n", {"header_lines": 4, "names_line": 3}),
        ("mast\nunits\ntime,T\ns,C\n2024-07-06 12:30:15,9.5\n", {"header_lines": 4, "names_line": -2}),
    ],
)
def test_every_style(tmp_path: Path, text: str, options: dict[str, Any]) -> None:
    result = read(tmp_path, text, **options)
    assert times(result) == ["2024-07-06T12:30:15.000"]
    assert values(result) == [9.5]


def test_units_are_those_of_the_file(tmp_path: Path) -> None:
    result = read(tmp_path, "time,P\n2024-07-06 12:30,101.3\n", columns={"P": "air_pressure"}, units={"air_pressure": "kPa"})
    assert values(result, "air_pressure") == [101.3]
    assert result.streams["meteo"]["air_pressure"].attrs["units"] == "kPa"


def test_a_log_of_valves(tmp_path: Path) -> None:
    assert values(read(tmp_path, "time,port\n2024-07-06 12:30,4\n", columns={"port": "inlet_number"}), "inlet_number") == [4.0]


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    text = (
        "time,T,RH\n2024-07-06 12:00:00,1,50\n\n2024-07-06 12:01:00\n2024-07-06 12:02:00,3,50,1\ntime,T,RH\n2024-07-06 12:03:00,x,50\n"
        "2024-02-30 12:00:00,1,50\n2024-07-06 12:00:00,1,50\n2024-07-06 12:00:00,2,50\n2024-07-06 12:04:00,-9999,NaN\n"
    )
    result = read(tmp_path, text, columns={"T": "air_temperature", "RH": "relative_humidity"}, missing_values=["-9999"])
    assert dict(result.tally.rejected) == {
        "blank line": 1,
        "header line again": 1,
        "no valid date and time": 1,
        "same time, other values": 1,
        "the same row again": 1,
        "too few fields": 1,
        "too many fields": 1,
    }
    assert (result.tally.seen, result.tally.kept, dict(result.tally.damaged)) == (10, 3, {"T": 1})
    np.testing.assert_array_equal(values(result), [1.0, np.nan, np.nan])


def test_files_that_are_not_as_described(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column 'time' for the time.*'Times'.*the columns are: 'Times', 'T'"):
        read(tmp_path, "Times,T\n2024-07-06 12:00:00,1\n")
    with pytest.raises(InputError, match=r"no column 'T' for the first of the variables"):
        read(tmp_path, "time,S\n2024-07-06 12:00:00,1\n")
    with pytest.raises(InputError, match="its header alone should have 5"):
        read(tmp_path, "time,T\n", header_lines=5)
    with pytest.raises(InputError, match=r"column 'time' is taken twice"):
        read(tmp_path, "time,T\n2024-07-06 12:00:00,1\n", columns={"#1": "air_temperature"})
    result = read(tmp_path, "time,T\n2024-07-06 12:00:00,1\n", columns={"T": "air_temperature", "RH": "relative_humidity"})
    assert "columns that the file does not have: 'RH'" in str(result.problems[0])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"columns": {"T": "air_temprature"}}, "no variable 'air_temprature'.*'air_temperature'"),
        ({"columns": {"T": "air_temperature", "U": "air_temperature"}}, "given twice"),
        ({"columns": {}}, "at least 1 item"),
        ({"units": {"air_pressure": "kPa"}}, "no variable of columns"),
        ({"units": {"air_temperature": "hPa"}}, "cannot be converted"),
        ({"units": {"air_temperature": "furlonk"}}, "no unit"),
        ({"decimal_comma": True}, "exclude each other"),
        ({"names_line": 3}, "the header has 1 lines"),
        ({"encoding": "utf-9"}, "no encoding"),
        ({"date_format": "dd/mm"}, "no date format"),
        ({"date_format": "unix", "date_column": "d"}, "leave out date_column"),
    ],
)
def test_wrong_descriptions(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        READER.options.model_validate(EASY | options)


def guessed(folder: Path, text: str) -> Guess | None:
    path = folder / "meteo.txt"
    path.write_text(text, encoding="utf-8")
    assert READER.guess is not None
    return READER.guess(path)


def test_a_guess_reads_what_it_proposes(tmp_path: Path) -> None:
    for style in ("plain", "toa5", "european"):
        simulated = SIMULATOR.simulate(tmp_path / style, SIMULATOR.options.model_validate({"style": style}), 1)
        assert READER.guess is not None
        guess = READER.guess(simulated.files[0])
        assert guess is not None
        options = dict(guess.options)
        decimal_comma = {"decimal_comma": True} if style == "european" else {}
        result = READER.read(simulated.files[0], READER.options.model_validate(options | decimal_comma), CONTEXT)
        assert result.tally.kept == 144
        assert sorted(map(str, result.streams["meteo"].data_vars)) == sorted(TOLERANCE)


def test_a_guess_says_what_is_not_certain(tmp_path: Path) -> None:
    guess = guessed(tmp_path, "Date,Time,Air Temp (degC),Pressure [kPa],depth\n05/06/2024,12:00:00,9.5,101.3,3\n")
    assert guess is not None
    assert guess.options == {
        "date_column": "Date",
        "time_column": "Time",
        "date_format": "dd/mm/yyyy",
        "columns": {"Air Temp (degC)": "air_temperature", "Pressure [kPa]": "air_pressure"},
        "units": {"air_pressure": "kPa"},
    }
    assert guess.unsure[0] == "date_format: 05/06/2024 may be dd/mm/yyyy or mm/dd/yyyy or dd.mm.yyyy"
    assert guessed(tmp_path, "time,depth\n2024-01-01 00:00:00,3\n") is None


def test_damaged_variants(tmp_path: Path) -> None:
    for style, options in (
        ("plain", EASY | {"columns": {"AirTC_Avg": "air_temperature", "RH": "relative_humidity"}}),
        ("toa5", {"time_column": "TIMESTAMP", "header_lines": 4, "names_line": 2, "columns": {"RH": "relative_humidity"}}),
    ):
        simulated = SIMULATOR.simulate(tmp_path / style, SIMULATOR.options.model_validate({"style": style}), 1)
        content = simulated.files[0].read_bytes()
        assert_survives_damage(READER, READER.options.model_validate(options), tmp_path / "damaged.csv", content, VARIANTS // 2)


@pytest.mark.realdata
def test_a_real_table(real_data: Path) -> None:
    """Meteorology of a mast, half-hourly: rows counted and values parsed in plain Python."""
    path = real_data / "ecosystem_raw/ec_analyze/biomet_data.csv"
    columns = {"TA_2_1_1_1_1": "air_temperature", "RH_19_3_1_1_1": "relative_humidity"}
    options = READER.options.model_validate({"time_column": "TIMESTAMP", "columns": columns})
    result = READER.read(path, options, CONTEXT)
    header, *rows = (line.split(",") for line in path.read_text(encoding="utf-8").splitlines())
    assert (result.tally.seen, result.tally.kept, dict(result.tally.rejected)) == (len(rows), len(rows), {})
    assert not result.tally.damaged
    for column, name in columns.items():
        expected = [float(cells[header.index(column)] or "nan") for cells in rows]
        np.testing.assert_array_equal(values(result, name), expected)
    assert times(result) == [f"{cells[0].replace(' ', 'T')}.000" for cells in rows]
    assert_result_fits(READER, result, options)
    assert_span_covers(READER, path, result, options, CONTEXT)
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert (guess.confidence, guess.options["columns"]) == (0.6, dict(sorted(columns.items())))
