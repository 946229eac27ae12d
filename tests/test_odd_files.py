"""Files as they lie about: odd names, links round in circles, outputs beneath inputs; and what the ledger says of failures."""

import json
import os
import sqlite3
from contextlib import closing

import pytest
from minutes import GAIN, HALF_HOUR, LINES, LOG, contents, log_lines, write_log, write_station

import icos_core
from icos_core import RunError

pytestmark = pytest.mark.usefixtures("minutes")


def manifest(folder):
    return json.loads((folder / "output" / "manifest.json").read_text(encoding="utf-8"))


def runs(folder):
    with closing(sqlite3.connect(folder / "output" / "ledger.sqlite")) as connection:
        return connection.execute("SELECT status, finished IS NOT NULL, summary FROM runs ORDER BY id").fetchall()


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_a_name_that_is_no_text(tmp_path, calibrate):
    lines = log_lines(hours=1)
    (tmp_path / "raw").mkdir()
    name = os.fsdecode(b"a\xff\n.log")
    try:
        (tmp_path / "raw" / name).write_text("\n".join([*lines[:30], "rubbish ÿ"]), encoding="utf-8")
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    write_log(tmp_path, "b.log", lines[30:])
    station = write_station(tmp_path, LOG, calibrate, LINES)
    result = icos_core.run(station)
    assert result.status == 0
    assert [each["name"] for each in manifest(tmp_path)["inputs"]] == ["a\\udcff\\n.log", "b.log"]
    assert icos_core.run(station).unchanged


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_links_that_lead_nowhere(tmp_path, calibrate):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    (tmp_path / "raw" / "gone.log").symlink_to("nowhere")
    (tmp_path / "raw" / "loop.log").symlink_to("loop.log")
    (tmp_path / "raw" / "up").symlink_to(tmp_path / "raw")
    station = write_station(tmp_path, LOG.replace("raw/*.log", "raw/**/*.log"), calibrate, LINES)
    result = icos_core.run(station)
    assert result.status == 3
    assert result.set_aside == {
        "gone.log": "cannot be opened: No such file or directory",
        "loop.log": "cannot be opened: Too many levels of symbolic links",
    }
    # What was missing comes back.
    write_log(tmp_path, "nowhere", log_lines("2024-01-02T00:00", hours=1))
    (tmp_path / "raw" / "loop.log").unlink()
    assert icos_core.run(station).set_aside == {}


def test_outputs_beneath_the_inputs(tmp_path):
    """A pattern that matches exports must not feed them in again."""
    write_log(tmp_path, "a.txt", log_lines(hours=1))
    station = write_station(tmp_path, LOG.replace("raw/*.log", "**/*.txt"), GAIN, LINES)
    icos_core.run(station)
    before = contents(tmp_path / "output")
    assert icos_core.run(station).unchanged
    station.write_text(station.read_text() + "\n")
    icos_core.run(station)
    assert contents(tmp_path / "output") == before
    assert [each["name"] for each in manifest(tmp_path)["inputs"]] == ["raw/a.txt"]


def test_the_same_content_twice(tmp_path):
    lines = log_lines(hours=1)
    for name in ("a.log", "b.log"):
        write_log(tmp_path, name, lines)
    for calibrate in (GAIN, HALF_HOUR):
        result = icos_core.run(write_station(tmp_path, LOG, calibrate))
        assert result.finished.flow.duplicates == {"log": 60}
        assert result.finished.flow.conflicts == {"log": 0}
        assert [each["tally"]["kept"] for each in manifest(tmp_path)["inputs"]] == [60, 60]


def test_the_ledger_knows_how_runs_ended(tmp_path, monkeypatch):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    failing = write_station(tmp_path, LOG, GAIN, LINES + "fail = true\n")
    with pytest.raises(RunError):
        icos_core.run(failing)

    def interrupt(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("icos_core.running.publishing.write_manifest", interrupt)
        with pytest.raises(KeyboardInterrupt):
            icos_core.run(write_station(tmp_path, LOG, GAIN, LINES, '[[export]]\nexporter = "csv"\n'))
    assert [(status, finished) for status, finished, _ in runs(tmp_path)] == [(0, 1), (1, 1), (130, 1)]
    assert "no space left" in runs(tmp_path)[1][2]
    assert not (tmp_path / "output" / ".staging").exists()


def test_a_run_that_was_killed_after_its_outputs_were_in_place_is_entered_later(tmp_path, monkeypatch):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    station = write_station(tmp_path, LOG, GAIN, LINES)

    class KilledError(BaseException):
        pass

    def kill(*args, **more):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("icos_core.runner.enter_into_ledger", kill)
        with pytest.raises(KilledError):
            icos_core.run(station)
    assert runs(tmp_path) == [(None, 0, None)]
    assert icos_core.run(station).unchanged
    ((status, finished, summary),) = runs(tmp_path)
    assert (status, finished) == (0, 1)
    assert summary.startswith("1 inputs, 0 set aside, ")


def test_an_export_cannot_take_the_name_of_the_runs_own_files(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    for stream, suffix in (("manifest", "json"), ("report", "html"), ("ledger", "sqlite")):
        tables = (LOG + f'stream = "{stream}"\n', LINES + f'suffix = "{suffix}"\n')
        with pytest.raises(RunError, match=rf"exporter 'lines' writes {stream}\.{suffix}, which is a name of the run's own files"):
            icos_core.run(write_station(tmp_path, *tables))
