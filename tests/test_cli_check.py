"""``icos check``."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import pytest
from station_parts import FLUX_TABLE, LOG, STATION, icos, installed_parts


@pytest.fixture
def station(installed_parts, tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(STATION + LOG + FLUX_TABLE + '[[derive]]\nproduct = "daily"\n[[export]]\nexporter = "csv"\n', encoding="utf-8")
    for name in ("a.log", "b.log", "c.txt"):
        (tmp_path / name).touch()
    return path


def test_summary(icos, station):
    result = icos("check", station)
    assert result.exit_code == 0
    rows = [line.split() for line in result.output.splitlines()]
    assert "station.toml: Test station (T1), level nrt, no mistakes" in result.output
    assert ["logger", "log", "*.log", "2"] in rows
    assert ["calibrate", "fluxes"] in rows
    assert ["derive", "hourly", "comes", "along"] in rows
    assert ["export", "csv"] in rows
    assert ["calibrated", "range", "range_cylinder", "flux", "port", "=", "cylinder", "usual"] in rows


def test_mistakes(icos, station):
    station.write_text(STATION.replace("ship", "shipp") + LOG + 'intervall = "1 s"\n', encoding="utf-8")
    result = icos("check", station)
    assert result.exit_code == 2
    assert "station.toml: 2 mistakes" in result.output
    assert "did you mean 'ship'?" in result.output
    assert "did you mean 'interval'?" in result.output


def test_patterns_that_match_nothing_and_wrong_flags(icos, station, tmp_path):
    station.write_text(STATION + LOG.replace("*.log", "*.lgo") + LOG.replace("*.log", "none"), encoding="utf-8")
    (tmp_path / "flags.csv").write_text("id,stream\n", encoding="utf-8")
    result = icos("check", station)
    assert result.exit_code == 2
    assert "line 10: input[0].files: '*.lgo' – expected a pattern that matches files" in result.output
    assert "line 13: input[1].files: 'none'" in result.output
    assert "flags.csv: 8 mistakes" in result.output


def test_people_s_flags_are_counted(icos, station, tmp_path):
    rows = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"
    rows += "F0001,log,flux,2024-01-05,2024-01-06,bad,Institute,2024-02-01,bubbles,\n"
    rows += "F0002,log,flux,2024-01-07,2024-01-08,bad,Institute,2024-02-01,bubbles,2024-03-01 Institute: no\n"
    (tmp_path / "flags.csv").write_text(rows, encoding="utf-8")
    assert "1 people's flags, 1 withdrawn" in icos("check", station).output


def test_flags_about_names_that_are_not_there_are_warned_of(icos, station, tmp_path):
    rows = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"
    rows += "F0001,lgo,flux,2024-01-05,2024-01-06,bad,Institute,2024-02-01,bubbles,\n"
    rows += "F0002,log,fluxx,2024-01-07,2024-01-08,bad,Institute,2024-02-01,bubbles,\n"
    rows += "F0003,log,nothing,2024-01-07,2024-01-08,bad,Institute,2024-02-01,bubbles,2024-03-01 Institute: no\n"
    rows += "F0004,daily,daily_flux,2024-01-07,2024-01-08,bad,Institute,2024-02-01,bubbles,\n"
    (tmp_path / "flags.csv").write_text(rows, encoding="utf-8")
    result = icos("check", station)
    assert result.exit_code == 0
    lines = [line for line in result.output.splitlines() if line.startswith("warning: ")]
    assert len(lines) == 2
    assert lines[0].startswith("warning: flags.csv: F0001: stream: 'lgo' – expected a stream of this station: ")
    assert lines[0].endswith("did you mean 'log'?")
    assert lines[1] == "warning: flags.csv: F0002: variable: 'fluxx' – expected a variable of stream 'log'; did you mean 'flux'?"


def test_a_domain_that_is_nearly_that_of_a_plugin_is_warned_of(icos, station):
    text = station.read_text(encoding="utf-8")
    station.write_text(text.replace('domain = "test"', 'domain = "prats"'), encoding="utf-8")
    result = icos("check", station)
    assert result.exit_code == 0
    assert "warning: line 5: station.domain: 'prats' is no domain of an installed plugin; nearest: 'parts'" in result.output
    station.write_text(text.replace('domain = "test"', 'domain = "parts"'), encoding="utf-8")
    assert "warning" not in icos("check", station).output


def test_absent(icos, tmp_path):
    result = icos("check", tmp_path / "station.toml")
    assert result.exit_code == 2
    assert "expected a station description" in result.output
