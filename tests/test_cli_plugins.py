"""``icos plugins``: a broken, a misspelt, a version-incompatible and a name-clashing plugin beside good ones."""

# ruff: noqa: F401, F811  # fixtures are imported and then named by arguments

import json
import os
import subprocess
import sys

import pytest
from minutes import GAIN, LINES, PLUGIN, contents, log_lines, write_log, write_station
from minutes import LOG as MINUTE_LOG
from station_parts import LOG, STATION, icos, installed_parts

HOOK = """
from icos_core import Entry, hookimpl

@hookimpl
def {hook}():
    return [Entry(kind="exporter", name="{name}", summary="s", load="{load}")]
"""
PLUGINS = {
    "acme-broken": ("import no_such_module", ""),
    "acme-misspelt": (HOOK.format(hook="icos_exporter", name="misspelt", load="m:A"), ""),
    "acme-incompatible": (HOOK.format(hook="icos_exporters", name="incompatible", load="m:A"), "Requires-Dist: icos-core>=99\n"),
    "acme-clashing": (HOOK.format(hook="icos_exporters", name="table", load="m:A"), ""),
    "acme-hollow": (HOOK.format(hook="icos_exporters", name="hollow", load="no_such_module:A"), ""),
}
PROBLEMS = {
    "acme-broken": "cannot be imported from 'acme_broken': ModuleNotFoundError: No module named 'no_such_module'",
    "acme-misspelt": "unknown hook 'icos_exporter'; did you mean 'icos_exporters'?",
    "acme-incompatible": "requires icos-core >=99, installed is ",
    "acme-clashing": "exporter 'table': disabled, its name is taken by acme-clashing 1.0 and by icos-parts 1.0",
    "icos-parts": "exporter 'table': disabled, its name is taken by acme-clashing 1.0 and by icos-parts 1.0",
}


@pytest.fixture
def faulty(installed_parts):
    for distribution, (source, requires) in PLUGINS.items():
        module = distribution.replace("-", "_")
        (installed_parts / f"{module}.py").write_text(source, encoding="utf-8")
        info = installed_parts / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n{requires}", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[icos.plugins]\n{module} = {module}\n", encoding="utf-8")


def command(*arguments):
    code = "from icos_core.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *map(os.fspath, arguments)], check=False, capture_output=True, text=True)


def test_every_problem_is_named(faulty):
    done = command("plugins")
    assert done.returncode == 0
    assert done.stderr == ""
    for distribution, problem in PROBLEMS.items():
        assert f"{distribution} 1.0 " in done.stdout
        assert f": {problem}" in done.stdout
    assert "logger" in done.stdout


def test_json(faulty):
    reports = {report["distribution"]: report for report in json.loads(command("plugins", "--json").stdout)}
    for distribution, problem in PROBLEMS.items():
        assert reports[distribution]["problems"][0].startswith(problem)
    assert reports["icos-core"]["problems"] == []
    assert reports["acme-hollow"]["problems"] == []
    parts = {component["name"]: component for component in reports["icos-parts"]["components"]}
    assert parts["logger"] == {
        "kind": "reader",
        "name": "logger",
        "summary": "a logger",
        "load": "station_parts:LOGGER",
        "enabled": True,
    }
    assert not parts["table"]["enabled"]


def test_strict(faulty):
    assert command("plugins", "--strict").returncode == 1


def test_load_finds_what_cannot_be_loaded(faulty):
    problem = "exporter 'hollow' of acme-hollow 1.0 cannot be loaded from 'no_such_module:A': ModuleNotFoundError"
    assert problem not in command("plugins").stdout
    assert problem in command("plugins", "--load").stdout


def test_good_ones_work_beside_them(faulty, tmp_path):
    station = tmp_path / "station.toml"
    (tmp_path / "a.log").touch()
    station.write_text(STATION + LOG + '[[export]]\nexporter = "csv"\n', encoding="utf-8")
    done = command("check", station)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_needs_the_clashing_name_is_stopped(faulty, tmp_path):
    station = tmp_path / "station.toml"
    (tmp_path / "a.log").touch()
    station.write_text(STATION + LOG + '[[export]]\nexporter = "table"\n', encoding="utf-8")
    done = command("check", station)
    assert done.returncode == 2
    assert done.stderr == f"{PROBLEMS['acme-clashing']}\n"


def test_nothing_wrong(installed_parts, icos):
    reports = json.loads(icos("plugins", "--json", "--load").stdout)
    assert {report["distribution"]: report["problems"] for report in reports if report["distribution"] in {"icos-core", "icos-parts"}} == {
        "icos-core": [],
        "icos-parts": [],
    }


class TestRun:
    """A run that does not need the faulty plugins succeeds, with the same result as without them."""

    @pytest.fixture
    def station(self, tmp_path):
        write_log(tmp_path, "a.log", log_lines(hours=1))
        return write_station(tmp_path, MINUTE_LOG, GAIN, LINES)

    def test_beside_them(self, station, tmp_path, faulty, monkeypatch):
        with_faults = os.pathsep.join([os.environ["PYTHONPATH"], os.fspath(PLUGIN)])
        monkeypatch.setenv("PYTHONPATH", os.fspath(PLUGIN))
        alone = command("run", station, "--out", tmp_path / "alone", "--jobs", "1", "--quiet")
        assert (alone.returncode, alone.stderr) == (0, "")
        monkeypatch.setenv("PYTHONPATH", with_faults)
        beside = command("run", station, "--out", tmp_path / "beside", "--jobs", "1", "--quiet")
        assert (beside.returncode, beside.stderr) == (0, "")
        assert contents(tmp_path / "alone") == contents(tmp_path / "beside") != {}

    def test_that_needs_the_clashing_name(self, station, tmp_path, faulty, monkeypatch):
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.environ["PYTHONPATH"], os.fspath(PLUGIN)]))
        station.write_text(station.read_text(encoding="utf-8") + '[[export]]\nexporter = "table"\n', encoding="utf-8")
        done = command("run", station, "--out", tmp_path / "out")
        assert (done.returncode, done.stderr) == (2, f"{PROBLEMS['acme-clashing']}\n")
        assert not (tmp_path / "out").exists()
