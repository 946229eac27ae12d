"""``icos flag``."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import json

import pytest
from station_parts import FLUX_TABLE, LOG, STATION, icos, installed_parts

from icos_core.people import read_flags


@pytest.fixture
def station(installed_parts, tmp_path):
    path = tmp_path / "station.toml"
    weather = '[[input]]\nreader = "weather"\nfiles = "*"\n'
    second = LOG + 'stream = "spare"\n'
    path.write_text(STATION + LOG + weather + second + FLUX_TABLE, encoding="utf-8")
    return path


@pytest.fixture
def add(icos, station):
    def _add(**changes):
        options = {
            "--stream": "log",
            "--variable": "flux",
            "--from": "2024-01-05T10:00Z",
            "--to": "2024-01-05T12:00Z",
            "--flag": "bad",
            "--who": "Institute",
            "--why": "bubbles",
        } | {f"--{name}": value for name, value in changes.items()}
        arguments = [text for pair in options.items() if pair[1] is not None for text in pair]
        return icos("flag", "add", station, *arguments)

    return _add


def flags_of(station):
    return read_flags(station.with_name("flags.csv"))


def test_add_and_list(icos, add, station):
    result = add()
    assert result.exit_code == 0
    assert result.output == "F0001: log flux bad from 2024-01-05T10:00:00Z to 2024-01-05T12:00:00Z\n"
    assert add(flag="accept", variable="temperature").exit_code == 0
    assert [(flag.id, flag.flag) for flag in flags_of(station)] == [("F0001", 4), ("F0002", None)]
    listed = json.loads(icos("flag", "list", station, "--json").stdout)
    assert {key: value for key, value in listed[0].items() if key != "when"} == {
        "id": "F0001",
        "stream": "log",
        "variable": "flux",
        "from": "2024-01-05T10:00:00Z",
        "to": "2024-01-05T12:00:00Z",
        "flag": "bad",
        "who": "Institute",
        "why": "bubbles",
        "withdrawn": "",
    }
    assert "bubbles" in icos("flag", "list", station).output


def test_the_stream_may_be_left_out_where_there_is_one(add, station):
    assert add(stream=None, variable="wind_speed").exit_code == 0
    assert flags_of(station)[0].stream == "met"
    result = add(stream=None, variable="temperature")
    assert result.exit_code == 2
    assert "--stream – expected one of log, spare" in result.output
    assert "did you mean 'wind_speed'?" in add(stream=None, variable="windspeed").output


def test_a_time_without_offset_is_taken_as_utc_and_that_is_said(add, station):
    result = add(**{"from": "2024-01-05 10:00"})
    assert "2024-01-05 10:00 is taken as UTC: 2024-01-05T10:00:00Z" in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stream": "lgo"}, "did you mean 'log'?"),
        ({"variable": "flx"}, "did you mean 'flux'?"),
        ({"variable": "port"}, "expected a variable of stream 'log'"),
        ({"flag": "bda"}, "'bda' is not one of"),
        ({"from": "noon"}, "ISO 8601"),
        ({"to": "2024-01-05T10:00Z"}, "expected a time after"),
        ({"why": "  "}, "it is empty"),
        ({"who": None}, "--who"),
    ],
)
def test_mistakes(add, station, changes, message):
    result = add(**changes)
    assert result.exit_code == 2
    assert message in result.output
    assert not station.with_name("flags.csv").exists()


def test_who_from_the_environment(add, station, monkeypatch):
    monkeypatch.setenv("ICOS_WHO", "Another institute")
    assert add(who=None).exit_code == 0
    assert flags_of(station)[0].who == "Another institute"


def test_withdraw(icos, add, station):
    add()
    result = icos("flag", "withdraw", station, "F0001", "--who", "Institute", "--why", "wrong day")
    assert result.output == "F0001: withdrawn\n"
    assert flags_of(station)[0].withdrawn.endswith(" Institute: wrong day")
    assert icos("flag", "list", station).output == "no flags\n"
    assert "wrong day" in icos("flag", "list", station, "--all").output
    assert icos("flag", "withdraw", station, "F0002", "--who", "a", "--why", "b").exit_code == 2


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_import_of_an_empty_file(icos, station, tmp_path, content):
    table = tmp_path / "flags.txt"
    table.write_text(content, encoding="utf-8")
    result = icos("flag", "import", station, table)
    assert result.exit_code == 2
    assert "flags.txt: 1 mistake" in result.output
    assert "a line of titles (stream, variable, from, to, flag, who, why); the file is empty" in result.output


def test_import(icos, add, station, tmp_path):
    add()
    table = tmp_path / "other.csv"
    rows = [
        "stream,variable,from,to,flag,who,why",
        "log,flux,2024-01-05T10:00Z,2024-01-05T12:00Z,bad,Institute,bubbles",
        "log,temperature,2024-01-05 10:00,2024-01-05 12:00,questionable,Institute,pump",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    result = icos("flag", "import", station, table)
    assert result.exit_code == 0
    assert "1 rows have a time without offset, taken as UTC" in result.output
    assert "1 flags added, 1 were there already" in result.output
    table.write_text("\n".join(rows).replace("temperature", "temprature").replace("log,flux", "lgo,flux"), encoding="utf-8")
    result = icos("flag", "import", station, table)
    assert result.exit_code == 2
    assert "line 2: stream: 'lgo'" in result.output
    assert "line 3: variable: 'temprature'" in result.output
    assert len(flags_of(station)) == 2


def test_a_description_with_mistakes_is_no_reason_not_to_flag(add, station):
    station.write_text(station.read_text(encoding="utf-8").replace("logger", "loger"), encoding="utf-8")
    result = add(variable="anything")
    assert result.exit_code == 0
    assert "names of streams and variables were not checked" in result.output
    assert add(stream=None).exit_code == 2


def test_no_description(icos, station):
    result = icos("flag", "list", station.with_name("staton.toml"))
    assert result.exit_code == 2
    assert "did you mean 'station.toml'?" in result.output
