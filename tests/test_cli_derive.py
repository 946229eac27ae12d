"""``icos derive``: a product of plain files from the command line."""

import inspect
import tomllib

import numpy as np
import pytest
from click.testing import CliRunner
from minutes import log_lines, write_log

from icos_core.cli import main

pytestmark = pytest.mark.usefixtures("minutes")

RENAMED = 'rename={ signal = "mole_fraction" }'


def derive(*arguments):
    apart = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    return CliRunner(**apart).invoke(main, ["derive", *map(str, arguments)])


@pytest.fixture
def log(tmp_path):
    return write_log(tmp_path, "a.log", log_lines(hours=30))


def test_a_product_and_what_it_needs(log, tmp_path):
    out = tmp_path / "out"
    done = derive("whole", log, "--reader", "minute-logger", "--input", RENAMED, "--out", out)
    assert done.exit_code == 0, done.stderr + done.stdout
    written = tomllib.loads((out / "station.toml").read_text())
    assert written["derive"] == [{"product": "whole"}]
    assert written["input"][0]["rename"] == {"signal": "mole_fraction"}
    assert written["station"]["platform"] == "vehicle"
    (table,) = (out / "output").glob("*whole*.csv")
    days: dict[str, list[float]] = {}
    for line in log.read_text().splitlines():
        moment, signal, *_ = line.split(",")
        days.setdefault(moment[:10], []).append(float(signal.partition("=")[2]))
    assert float(table.read_text().split()[-1]) == pytest.approx(np.mean([np.mean(each) for each in days.values()]))
    assert str(table) in done.stdout.replace("\n", "")


def test_options_of_the_product_and_of_others(log, tmp_path):
    out = tmp_path / "out"
    place = ("--latitude", "50", "--longitude", "10", "--utc-offset", "1")
    chosen = ("--set", "whole.nothing=3", "--set", "text=[a", "--id", "T1")
    done = derive("daily", log, "--reader", "minute-logger", "--out", out, *place, *chosen)
    assert done.exit_code == 2
    assert "nothing" in done.stderr
    written = tomllib.loads((out / "station.toml").read_text())
    assert written["derive"] == [{"product": "daily", "text": "[a"}, {"product": "whole", "nothing": 3}]
    assert {"id": "T1", "platform": "fixed", "latitude": 50.0, "longitude": 10.0}.items() <= written["station"].items()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("dayly",), "did you mean 'daily'"),
        (("daily", "--reader", "minute-loger"), "did you mean 'minute-logger'"),
        (("daily", "--reader", "minute-logger", "--set", "novalue"), "KEY=VALUE"),
        (("daily", "--reader", "minute-logger", "--set", "wole.x=1"), "did you mean 'whole'"),
    ],
)
def test_what_is_mistyped(log, tmp_path, arguments, told):
    done = derive(arguments[0], log, *arguments[1:], "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_description_of_ones_own_stays(log, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "station.toml").write_text("mine = true\n")
    done = derive("daily", log, "--reader", "minute-logger", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert (tmp_path / "out" / "station.toml").read_text() == "mine = true\n"
