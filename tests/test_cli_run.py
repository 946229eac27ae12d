"""``icos run`` as its user sees it: exit statuses, what is printed where, interrupts, and never a traceback."""

import errno
import inspect
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from minutes import GAIN, HALF_HOUR, LINES, LOG, PLUGIN, contents, log_lines, write_log, write_station

from icos_core.cli import main
from icos_core.plugins import installed_plugins
from icos_core.running.commit import exclusive
from icos_core.running.publishing import has_report

pytestmark = pytest.mark.usefixtures("minutes")

ICOS = [sys.executable, "-m", "icos_core"]


def icos(*arguments):
    """Run the command in this process."""
    # Before click 8.2 the two streams are mixed unless one asks for them apart.
    apart = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    return CliRunner(**apart).invoke(main, ["run", *map(str, arguments)])


def environment(**more):
    return {**os.environ, "PYTHONPATH": str(PLUGIN), **more}


@pytest.fixture
def station(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    return write_station(tmp_path, LOG, GAIN, LINES)


def test_all_inputs_used(station, tmp_path):
    done = icos(station)
    assert done.exit_code == 0, done.stderr + done.stdout
    assert f"  {tmp_path / 'output' / 'log.txt'}\n" in done.stdout
    # Standard error is no terminal here: plain lines.
    stages = ["look at the input files", "read", "calibrate", "export"]
    assert done.stderr.splitlines() == [*stages, *(["report"] if has_report() else [])]
    assert "\x1b" not in done.stderr + done.stdout


def test_plain_lines(tmp_path):
    for number in range(60):
        write_log(tmp_path, f"{number}.log", log_lines(f"2024-01-{1 + number // 2:02d}T{12 * (number % 2):02d}:00", hours=1, step=600))
    told = icos(write_station(tmp_path, LOG, GAIN, LINES)).stderr.splitlines()
    assert "look at the input files (60)" in told
    assert "read (60)" in told
    assert [line for line in told if re.fullmatch(r"look at the input files \d+/60", line)] == [
        f"look at the input files {6 * tenth}/60" for tenth in range(1, 11)
    ]
    assert "calibrate" in told


def test_nothing_to_do(station):
    icos(station)
    done = icos(station)
    assert done.exit_code == 0
    assert done.stdout.startswith("Nothing has changed since the last run; its outputs stand.\n")
    assert "log.txt" in done.stdout
    assert done.stderr == ""


def test_stages_without_work_are_not_told(station):
    icos(station)
    station.write_text(station.read_text().replace('"lines"', '"lines"\nsuffix = "dat"'))
    assert "read" not in icos(station).stderr.splitlines()


def test_set_aside(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    (tmp_path / "raw" / "b.log").touch()
    write_log(tmp_path, "c.log", ["CRASH"])
    station = write_station(tmp_path, LOG, GAIN, LINES)
    for _ in range(2):
        done = icos(station)
        assert done.exit_code == 3
        assert done.stderr.endswith(
            "2 inputs were set aside:\n  b.log: the file is empty\n"
            "  c.log: reader 'minute-logger' failed: RuntimeError: a fault of the reader\n"
        )
    assert (tmp_path / "output" / "log.txt").is_file()


def test_many_set_aside(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    for number in range(30):
        (tmp_path / "raw" / f"x{number:02d}.log").touch()
    done = icos(write_station(tmp_path, LOG, GAIN))
    assert done.exit_code == 3
    told = done.stderr.splitlines()
    assert sum(line.startswith("  x") for line in told) == 20
    assert told[-1] == "  and 10 more, see manifest.json"


def test_quiet(station, tmp_path):
    done = icos(station, "--quiet")
    assert (done.exit_code, done.stderr + done.stdout) == (0, "")
    done = icos(station, "--quiet")
    assert (done.exit_code, done.stderr + done.stdout) == (0, "")
    (tmp_path / "raw" / "b.log").touch()
    done = icos(station, "--quiet")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr == "1 input was set aside:\n  b.log: the file is empty\n"


def test_problems_are_pointed_at(tmp_path):
    write_log(tmp_path, "a.log", [*log_lines(hours=1), "rubbish"])
    done = icos(write_station(tmp_path, LOG, GAIN))
    assert done.exit_code == 0
    assert f"1 problem is listed in {tmp_path / 'output' / 'manifest.json'}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing.toml",), "nothing.toml: 1 mistake\n  file: 'nothing.toml' – expected a station .* did you mean 'station.toml'"),
        (("station.toml", "--level", "finl"), "'finl' is not one of 'nrt', 'final'"),
        (("station.toml", "--jobs", "0"), "0 is not in the range x>=1"),
        (("station.toml", "--quite"), "No such option"),
        ((), "Missing argument 'STATION'"),
        (("station.toml", "--out", "station.toml"), "is a file"),
    ],
)
def test_the_command_is_wrong(station, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    done = icos(*arguments)
    assert done.exit_code == 2
    assert re.search(message, done.stderr), done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ((LOG, GAIN + "gans = 1\n"), r"calibrate\[0\]\.gans – expected one of the keys .* did you mean 'gains'\?"),
        ((LOG.replace("*.log", "*.nothing"),), r"'raw/\*\.nothing' – expected a pattern that matches files"),
        ((GAIN,), r"expected at least one \[\[input\]\]"),
        ((LOG.replace("raw/*.log", "raw/**.log"),), r"input\[0\]\.files"),
    ],
)
def test_the_description_is_wrong(tmp_path, tables, message):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    done = icos(write_station(tmp_path, *tables))
    if done.exit_code == 0:
        # Newer versions of Python take `**` within a name as `*`.
        assert "**" in tables[0]
        return
    assert done.exit_code == 2
    assert re.search(message, done.stderr), done.stderr
    assert not (tmp_path / "output").exists()


def test_wrong_flags(station, tmp_path):
    (tmp_path / "flags.csv").write_text("id,stream\n1,log\n")
    done = icos(station)
    assert done.exit_code == 2
    assert "flags.csv" in done.stderr
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize("tables", [(LOG,), (LOG, LINES), (LOG, GAIN), (LOG, HALF_HOUR)])
def test_without_calibration_or_export(tmp_path, tables):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    done = icos(write_station(tmp_path, *tables))
    assert done.exit_code == 0, done.stderr + done.stdout
    assert (tmp_path / "output" / "manifest.json").is_file()
    assert (tmp_path / "output" / "log.txt").is_file() == (LINES in tables)


def test_the_run_fails(station, tmp_path):
    icos(station)
    before = contents(tmp_path / "output")
    station.write_text(station.read_text() + "fail = true\n")
    done = icos(station)
    assert done.exit_code == 1
    assert "exporter 'lines' failed: OSError: no space left on device" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert contents(tmp_path / "output") == before
    assert not (tmp_path / "output" / ".staging").exists()


def test_another_run_at_work(station, tmp_path):
    with exclusive(tmp_path / "output"):
        done = icos(station)
    assert done.exit_code == 1
    assert "another run works in this folder" in done.stderr


def test_a_folder_that_cannot_be_made(station, tmp_path):
    (tmp_path / "file").touch()
    done = icos(station, "--out", tmp_path / "file" / "out")
    assert done.exit_code == 1
    assert re.search(r"file/out: the folder of the outputs cannot be written to \(Not a directory\)", done.stderr)


@pytest.mark.parametrize("place", ["cache", "staging"])
def test_a_full_disk(station, tmp_path, monkeypatch, place):
    """Old outputs stay, what was begun is gone, and the next run is whole."""
    icos(station)
    before = contents(tmp_path / "output")
    write_log(tmp_path, "b.log", log_lines("2024-01-02T00:00", hours=1))
    target = "icos_core.running.store.Store.save" if place == "cache" else "icos_core.running.publishing.write_manifest"

    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")

    with monkeypatch.context() as patch:
        patch.setattr(target, full)
        done = icos(station)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (1, "somewhere: No space left on device")
    assert contents(tmp_path / "output") == before
    assert not (tmp_path / "output" / ".staging").exists()
    assert icos(station).exit_code == 0
    assert contents(tmp_path / "output") != before


def test_unexpected_faults_of_plugins_are_messages(station, monkeypatch):
    from dataclasses import replace

    plugins = installed_plugins()
    component = plugins.component("calibrator", "gain")

    def fail(*args):
        raise KeyError("sst")

    monkeypatch.setitem(plugins._loaded, ("calibrator", "gain"), replace(component, calibrate=fail))
    done = icos(station)
    assert done.exit_code == 1
    assert re.search(r"calibrator 'gain' failed: KeyError: 'sst' \(test_cli_run\.py, line \d+\)", done.stderr)
    assert isinstance(done.exception, SystemExit)


def test_paths_are_shown_as_the_user_wrote_them(station, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "  output/log.txt\n" in icos("station.toml").stdout
    assert "  output/log.txt\n" in icos("station.toml").stdout
    assert "  elsewhere/log.txt\n" in icos("station.toml", "--out", "elsewhere").stdout


def on_a_terminal(command, **more):
    """Run a command whose standard error is a terminal; return its status, and what the terminal was sent."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=terminal, stdin=subprocess.DEVNULL, **more)
    os.close(terminal)
    sent = b""
    while True:
        try:
            piece = os.read(controller, 10_000)
        except OSError:
            break
        if not piece:
            break
        sent += piece
    os.close(controller)
    return process.wait(timeout=60), sent.decode()


def test_progress_on_a_terminal(station):
    status, sent = on_a_terminal([*ICOS, "run", str(station)], env=environment(TERM="xterm", COLUMNS="100"))
    assert status == 0, sent
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", sent)
    for stage in ("look at the input files", "read", "calibrate", "export"):
        assert re.search(rf"{stage}\s.*1/1", shown), shown
    # The cursor that a bar hides is shown again.
    assert sent.count("\x1b[?25l") == sent.count("\x1b[?25h")


def test_quiet_on_a_terminal(station):
    assert on_a_terminal([*ICOS, "run", str(station), "--quiet"], env=environment(TERM="xterm")) == (0, "")


# What a shell starts in the background ignores interrupts, and hands that down to all its children.
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from icos_core.cli import main; main(prog_name='icos')"
)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt(tmp_path, jobs):
    """Ctrl-C reaches every process of the terminal; the run ends soon, quietly, and leaves what was there."""
    write_log(tmp_path, "a.log", log_lines(hours=1))
    station = write_station(tmp_path, LOG, GAIN, LINES)
    assert icos(station).exit_code == 0
    before = contents(tmp_path / "output")
    for number in range(4):
        write_log(tmp_path, f"slow{number}.log", [f"# {number}", "SLEEP"])
    command = [sys.executable, "-c", INTERRUPTIBLE, "run", str(station), "--jobs", str(jobs)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, env=environment(), start_new_session=True) as process:
        while not process.stderr.readline().startswith("read ("):
            assert process.poll() is None
        # The files sleep for a minute each.
        time.sleep(1.0)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=50)
    assert time.monotonic() - began < 30
    assert process.returncode in {1, 130}, told
    assert "Traceback" not in told
    assert "Aborted" in told
    assert contents(tmp_path / "output") == before
    assert not (tmp_path / "output" / ".staging").exists()
    assert nobody_left(process.pid)


def nobody_left(group, seconds=20):
    """Whether the processes of a group end within some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
