"""Fixtures of the runner's tests: the small test plugin, its raw files and station descriptions."""

from pathlib import Path

import numpy as np
import pytest

from icos_core.plugins import installed_plugins

PLUGIN = Path(__file__).parent / "runner_plugin"

HEAD = """
[station]
id = "T1"
name = "Test station"
domain = "test"
platform = "fixed"
latitude = 50.0
longitude = 10.0
altitude = 100.0
utc_offset = 1.0
contact = { institution = "Institute", email = "data@example.org" }
"""

LOG = '[[input]]\nreader = "minute-logger"\nfiles = "raw/*.log"\n'
GAIN = '[[calibrate]]\ncalibrator = "gain"\n'
HALF_HOUR = '[[calibrate]]\ncalibrator = "half-hour"\n'
LINES = '[[export]]\nexporter = "lines"\n'


@pytest.fixture
def minutes(monkeypatch):
    """Install the test plugin for this test and its child processes."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setenv("PYTHONPATH", str(PLUGIN))
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()


def log_lines(start="2024-01-01T00:00", hours=6, step=60, seed=0):
    """Lines of a log: a signal that walks, a temperature, cylinder gas in the first ten minutes of each hour."""
    random = np.random.default_rng(seed)
    count = hours * 3600 // step
    time = np.datetime64(start, "s") + np.arange(count) * step
    signal = 4 + 0.01 * np.cumsum(random.standard_normal(count))
    temperature = 20 + random.standard_normal(count)
    minute = time.astype("datetime64[m]").astype(int) % 60
    return [
        f"{each}Z,signal={value:.4f},temperature={degrees:.2f},gas={int(past < 10)}"
        for each, value, degrees, past in zip(time, signal, temperature, minute, strict=True)
    ]


def write_log(folder, name, lines):
    path = folder / "raw" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_station(folder, *tables):
    path = folder / "station.toml"
    path.write_text(HEAD + "\n".join(tables), encoding="utf-8")
    return path


def contents(out):
    """Return name → bytes of every export, without what holds times of the run."""
    return {path.name: path.read_bytes() for path in sorted(out.glob("*.txt"))}
