"""A run that would change nothing is told before anything heavy is imported."""

import subprocess
import sys

import pytest
from minutes import GAIN, LINES, LOG, log_lines, write_log, write_station

import icos_core
from icos_core.running.standing import standing_manifest

pytestmark = pytest.mark.usefixtures("minutes")


@pytest.fixture
def finished(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    return station


def standing(station):
    return standing_manifest(station.parent / "output", station, None)


def test_stands_after_a_run(finished):
    assert standing(finished)["status"] == 0


def test_description(finished):
    finished.write_text(finished.read_text() + "# a remark\n")
    assert standing(finished) is None


def test_flags(finished):
    (finished.parent / "flags.csv").write_text("id,stream,variable,from,to,flag,who,when,why,withdrawn\n")
    assert standing(finished) is None


def test_level(finished):
    assert standing_manifest(finished.parent / "output", finished, "final") is None


def test_new_input(finished):
    write_log(finished.parent, "b.log", ["2024-01-02T00:00:00Z,signal=4"])
    assert standing(finished) is None


def test_changed_input(finished):
    write_log(finished.parent, "a.log", log_lines(hours=1, seed=2))
    assert standing(finished) is None


@pytest.mark.parametrize("name", ["log.txt", "manifest.json"])
def test_output_gone(finished, name):
    (finished.parent / "output" / name).unlink()
    assert standing(finished) is None


def test_output_edited(finished):
    (finished.parent / "output" / "log.txt").write_text("mine")
    assert standing(finished) is None


def test_source_date_epoch(finished, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert standing(finished) is None


def test_damaged_note(finished):
    (finished.parent / "output" / "cache" / "standing.json").write_text("{")
    assert standing(finished) is None


def test_nothing_heavy_is_imported(finished):
    code = (
        "import sys\nfrom icos_core.cli import main\n"
        f"try:\n    main(['run', {str(finished)!r}])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'xarray', 'pandas', 'numpy', 'pydantic', 'netCDF4', 'matplotlib', 'rich'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Nothing has changed since the last run")
