"""``icos describe --guess``."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import json
import tomllib

import pytest
from station_parts import STATION, icos, installed_parts

pytestmark = pytest.mark.usefixtures("installed_parts")


@pytest.fixture
def ask(icos, tmp_path):
    def _ask(text, *more):
        path = tmp_path / "raw.log"
        path.write_text(text, encoding="utf-8")
        return icos("describe", "--guess", path, *more)

    return _ask


def test_the_surest_guess_is_ready_to_be_pasted(ask, icos, tmp_path):
    result = ask("LOG sure\n")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines == [
        "# logger: quite sure (90%)",
        "# found: begins with LOG",
        "# unsure: level: the file does not tell",
        "[[input]]",
        'reader = "logger"',
        f'files = "{tmp_path / "raw.log"}"',
        "# unsure: date_format: the first of the month is the first of the year",
        'date_format = "day-first"',
        'interval = "5 min"',
        "",
        "[[input.sensors]]",
        "serial = 'A\\1'",
        "slope = 2.0",
        "",
        "[input.rename]",
        'port = "inlet"',
        "# less likely: weather, no more than a guess (30%)",
    ]
    (table,) = tomllib.loads(result.stdout)["input"]
    assert table["sensors"] == [{"serial": "A\\1", "slope": 2.0}]
    station = tmp_path / "station.toml"
    station.write_text(STATION + result.stdout, encoding="utf-8")
    assert icos("check", station).exit_code == 0


def test_guesses_that_are_equally_sure_are_all_shown(ask):
    result = ask("LOG\n")
    assert result.exit_code == 0
    assert [table["reader"] for table in tomllib.loads(result.stdout)["input"]] == ["logger", "weather"]
    assert "# still needed: height – expected no such key" in result.stdout


def test_json(ask):
    found = json.loads(ask("LOG sure\n", "--json").stdout)
    assert [each["reader"] for each in found] == ["logger", "weather"]
    assert found[0]["confidence"] == 0.9
    assert found[0]["found"] == ["begins with LOG"]
    assert found[0]["lacks"] == []
    assert found[1]["lacks"] == ["height – expected no such key"]


def test_one_reader(ask):
    assert "reader = " in ask("LOG sure\n", "--reader", "weather").stdout
    assert "logger" not in ask("LOG sure\n", "--reader", "weather").stdout
    result = ask("LOG sure\n", "--reader", "wether")
    assert result.exit_code == 2
    assert "did you mean 'weather'?" in result.output


@pytest.mark.parametrize(("text", "fault"), [("FAULT", "KeyError: 'fault'"), ("ODD", "TypeError: gave 3, expected a Guess")])
def test_a_faulty_reader_stops_no_other(ask, text, fault):
    result = ask(text)
    assert result.exit_code == 2
    assert f"reader 'logger' could not be asked: {fault}" in result.output
    assert "none of these readers knows it:" in result.output
    assert "weather" in result.output


def test_nobody_knows_the_file(ask):
    result = ask("something else\n")
    assert result.exit_code == 2
    assert "none of these readers knows it: " in result.output
    assert "logger" in result.output
    assert "these do not say what they know: two-streams" in result.output
    assert "Traceback" not in result.output


def test_files_that_are_not_there(icos, tmp_path):
    (tmp_path / "raw.log").write_text("LOG", encoding="utf-8")
    missing = icos("describe", "--guess", tmp_path / "rav.log")
    assert missing.exit_code == 2
    assert "expected a file that is there; did you mean 'raw.log'?" in missing.output
    folder = icos("describe", "--guess", tmp_path)
    assert folder.exit_code == 2
    assert "expected a file, not a folder" in folder.output


def test_arguments_that_do_not_go_together(icos, tmp_path):
    assert "--reader names the reader to ask" in icos("describe", "logger", "--guess", tmp_path).output
    assert "--reader goes with --guess" in icos("describe", "--reader", "logger").output
