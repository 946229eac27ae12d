"""The Python interface: in a script, in a notebook, and as a tree of data sets."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from minutes import GAIN, HALF_HOUR, LINES, LOG, PLUGIN, contents, log_lines, write_log, write_station

import icos_core
from icos_core import DescriptionError, LockedError
from icos_core.api import tree_of
from icos_core.running.commit import exclusive
from icos_core.running.flow import Flow

pytestmark = pytest.mark.usefixtures("minutes")


@pytest.fixture
def station(tmp_path):
    lines = log_lines(hours=2)
    write_log(tmp_path, "a.log", lines[:60])
    write_log(tmp_path, "b.log", lines[60:])
    return write_station(tmp_path, LOG, GAIN, '[[derive]]\nproduct = "whole"\n', LINES)


def test_result(station):
    result = icos_core.run(str(station))
    assert (result.status, result.set_aside, result.unchanged) == (0, {}, False)
    assert all(path.is_file() and path.is_absolute() for path in result.paths)
    assert "log.txt" in {path.name for path in result.paths}
    tree, paths = result
    assert tree is result.tree
    assert paths == result.paths


def test_tree(station):
    tree = icos_core.run(station).tree
    assert isinstance(tree, xr.DataTree)
    assert {node.path for node in tree.leaves} == {"/measured/log", "/calibrated/log", "/product/daily", "/product/whole"}
    log = tree["/calibrated/log"]
    assert log.sizes == {"time": 120}
    assert {"mole_fraction", "mole_fraction_flag", "mole_fraction_flag_origin", "signal", "gas"} <= set(log.data_vars)
    assert log["mole_fraction"].attrs["units"] == "umol mol-1"
    assert "mole_fraction" not in tree["/measured/log"]
    # What a notebook does with it.
    assert float(log["mole_fraction"].mean()) == pytest.approx(float(tree["/product/whole"]["mean"]), rel=1e-12)
    assert "mole_fraction" in icos_core.run(station)._repr_html_()


def test_streams_whose_names_have_a_slash():
    time = {"time": np.array(["2024-01-01"], "M8[ns]")}
    other = {"time": np.array(["2024-01-02"], "M8[ns]")}
    flow = Flow(measured={"co2/150m": xr.Dataset({"x": ("time", [1.0])}, time), "co2/50m": xr.Dataset({"x": ("time", [2.0])}, other)})
    tree = tree_of(flow)
    assert tree["/measured/co2/150m"]["x"].item() == 1.0
    assert tree["/measured/co2/50m"]["x"].item() == 2.0


def test_a_stream_below_another():
    """A tree hands coordinates down, so a stream cannot stand where another has its own times; it stands beside it."""
    time = {"time": np.array(["2024-01-01"], "M8[ns]")}
    other = {"time": np.array(["2024-01-02", "2024-01-03"], "M8[ns]")}
    flow = Flow(measured={"co2": xr.Dataset({"x": ("time", [1.0])}, time), "co2/50m": xr.Dataset({"x": ("time", [2.0, 3.0])}, other)})
    tree = tree_of(flow)
    assert tree["/measured/co2"]["x"].values.tolist() == [1.0]
    assert tree["/measured/co2_50m"]["x"].values.tolist() == [2.0, 3.0]


def test_the_tree_of_a_run_that_had_nothing_to_do(station, monkeypatch):
    first = icos_core.run(station).tree
    monkeypatch.setattr("icos_core.running.reading.read_file", lambda task: pytest.fail("read again"))
    second = icos_core.run(station)
    assert second.unchanged
    xr.testing.assert_identical(second.tree, first)


def test_the_tree_may_be_asked_for_from_another_folder(station, tmp_path, monkeypatch):
    monkeypatch.chdir(station.parent)
    icos_core.run("station.toml")
    result = icos_core.run("station.toml")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert result.tree["/calibrated/log"].sizes["time"] == 120
    assert all(path.is_file() for path in result.paths)


def test_folders(station, tmp_path):
    icos_core.run(station)
    assert (tmp_path / "output" / "log.txt").is_file()
    other = tmp_path / "other.toml"
    other.write_text(station.read_text())
    icos_core.run(other)
    assert contents(tmp_path / "other_output") == contents(tmp_path / "output")
    icos_core.run(station, str(tmp_path / "deep" / "er"))
    assert contents(tmp_path / "deep" / "er") == contents(tmp_path / "output")


def test_two_stations_in_one_folder_are_refused(station, tmp_path):
    icos_core.run(station)
    before = contents(tmp_path / "output")
    other = tmp_path / "other.toml"
    other.write_text(station.read_text().replace('id = "T1"', 'id = "T2"'))
    with pytest.raises(DescriptionError, match=r"--out: .*output' – expected a folder of its own; .* the outputs of station 'T1'"):
        icos_core.run(other, tmp_path / "output")
    assert contents(tmp_path / "output") == before
    # Another description of the same station replaces the outputs of the first.
    other.write_text(station.read_text().replace('"lines"', '"lines"\nsuffix = "dat"'))
    icos_core.run(other, tmp_path / "output")
    assert not contents(tmp_path / "output")
    assert (tmp_path / "output" / "log.dat").is_file()


def test_progress_is_told(station):
    class Noted:
        def __init__(self):
            self.stages, self.steps = {}, {}

        def stage(self, name, total):
            self.name = name
            self.stages[name], self.steps[name] = total, 0

        def advance(self, steps=1):
            self.steps[self.name] += steps

    noted = Noted()
    icos_core.run(station, progress=noted)
    assert {name: total for name, total in noted.stages.items() if name != "report"} == {
        "look at the input files": 2,
        "read": 2,
        "calibrate": 1,
        "export": 1,
    }
    assert noted.steps == noted.stages


def test_progress_of_periods_is_told(station, tmp_path):
    class Noted:
        stages = ()

        def stage(self, name, total):
            self.stages += ((name, total),)

        def advance(self, steps=1):
            pass

    noted = Noted()
    icos_core.run(write_station(tmp_path, LOG, HALF_HOUR), progress=noted)
    assert noted.stages[:3] == (("look at the input files", 2), ("survey", 2), ("condense", 4))


@pytest.mark.parametrize(("more", "message"), [({"level": "finl"}, "did you mean 'final'"), ({"jobs": 0}, "jobs: 0 – expected 1 or more")])
def test_arguments_are_checked(station, tmp_path, more, message):
    with pytest.raises(DescriptionError, match=message):
        icos_core.run(station, **more)
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    "tables",
    [
        (LOG.replace("*.log", "*.nothing"), GAIN),
        (LOG + 'offset = "1 s"\n', LOG.replace("a*", "b*").replace("*.log", "b.log"), GAIN),
        (LOG, GAIN + "mistyped = 1\n"),
    ],
)
def test_where_the_description_is_wrong_nothing_is_written(station, tmp_path, tables):
    with pytest.raises(DescriptionError):
        icos_core.run(write_station(tmp_path, *tables))
    assert not (tmp_path / "output").exists()


def test_a_run_at_the_same_time(station, tmp_path):
    icos_core.run(station)
    lazy = icos_core.run(station)
    with exclusive(tmp_path / "output"):
        with pytest.raises(LockedError):
            icos_core.run(station)
        with pytest.raises(LockedError):
            _ = lazy.tree
    assert lazy.tree["/calibrated/log"].sizes["time"] == 120


SCRIPT = """
import icos_core

print("begin", flush=True)
result = icos_core.run("station.toml", "out", jobs=2)
print(result.tree["/calibrated/log"].sizes["time"], result.status)
"""


@pytest.mark.parametrize("how", ["script", "stdin", "argument"])
def test_a_script_without_a_guard(station, tmp_path, how):
    """Workers must not run the script again: with `spawn` they would import the main module."""
    (tmp_path / "script.py").write_text(SCRIPT)
    command = {"script": [sys.executable, "script.py"], "stdin": [sys.executable, "-"], "argument": [sys.executable, "-c", SCRIPT]}[how]
    given = SCRIPT if how == "stdin" else None
    environment = {**os.environ, "PYTHONPATH": str(PLUGIN)}
    done = subprocess.run(command, input=given, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["begin", "120", "0"]
    assert done.stderr == ""


def test_the_main_module_is_given_back(station):
    before = sys.modules["__main__"]
    icos_core.run(station, jobs=2)
    assert sys.modules["__main__"] is before


def test_many_processes_on_little_work(station, tmp_path):
    icos_core.run(station, jobs=1)
    icos_core.run(station, tmp_path / "many", jobs=7)
    assert contents(tmp_path / "output") == contents(tmp_path / "many")


def test_reproducible_from_nothing(station, tmp_path):
    """Two runs into two folders differ in what stands for the run itself only."""
    for name in ("one", "two"):
        icos_core.run(station, tmp_path / name)
    files = [{path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*") if path.is_file()} for name in ("one", "two")]
    assert files[0] == files[1]
    same = {path for path in files[0] if (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()}
    differ = {path.as_posix() for path in files[0] - same}
    assert differ <= {"manifest.json", "report.html", "ledger.sqlite", "cache/standing.json"}
    assert Path("log.txt") in same
