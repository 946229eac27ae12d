"""A run that is killed at any moment and started again ends with the bytes of one that nobody disturbed, and leaves nothing behind.

The runs are children of a process that has imported everything already, so that a run takes a fraction of a second and kills at moments
spread over it hit the run and not the start of Python.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from minutes import GAIN, HALF_HOUR, LINES, LOG, PLUGIN, log_lines, write_log, write_station

SERVER = '''
import json, os, signal, sys, traceback
import icos_core
from icos_core.plugins import installed_plugins

# Everything is loaded and noted before the first run, as the runs themselves must not differ.
warm = json.loads(sys.stdin.readline())
icos_core.run(warm["station"], warm["out"], jobs=1)

STEPS = ("replace", "rename", "fsync", "unlink", "rmdir", "mkdir")


def kill_before(step):
    """Let the process kill itself before the given step of the operating system."""
    done = 0

    def guarded(original):
        def call(*args, **more):
            nonlocal done
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
            return original(*args, **more)

        return call

    for name in STEPS:
        setattr(os, name, guarded(getattr(os, name)))


print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        try:
            if order.get("step") is not None:
                kill_before(order["step"])
            if order.get("after") is not None:
                signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
                signal.setitimer(signal.ITIMER_REAL, order["after"])
            result = icos_core.run(order["station"], order["out"], jobs=1)
            os._exit(result.status)
        except BaseException:
            traceback.print_exc()
            os._exit(70)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
'''


class Server:
    """Runs a description in children of a warm process."""

    def __init__(self, folder, calibrate):
        self.folder = folder
        lines = log_lines(hours=6)
        for number in range(6):
            write_log(folder, f"{number}.log", lines[60 * number : 60 * number + 70])
        qc = '[[qc]]\ntest = "range"\nvariable = "signal"\nbad_outside = [0, 50]\n'
        exports = [LINES, LINES + 'suffix = "dat"\n', LINES + 'suffix = "more/x"\n']
        self.station = write_station(folder, LOG, calibrate, qc, '[[derive]]\nproduct = "daily"\n' if calibrate == GAIN else "", *exports)
        # The outputs before have other files, so that there is something to remove.
        (folder / "older").mkdir()
        self.older = write_station(folder / "older", LOG.replace("raw", "../raw"), calibrate, LINES, LINES + 'suffix = "old"\n')
        environment = {**os.environ, "PYTHONPATH": str(PLUGIN), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.ask(station=self.station, out=folder / "warm") == "ready"
        assert self.run(folder / "before", station=self.older) == 0

    def ask(self, **order):
        self.process.stdin.write(json.dumps({key: str(each) if isinstance(each, Path) else each for key, each in order.items()}) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def run(self, out, *, station=None, **kill):
        """Return the exit status of a run, negative where it was killed."""
        return int(self.ask(station=station or self.station, out=out, **kill))

    def older_outputs(self, out):
        """Make a folder with the outputs of an older description."""
        shutil.copytree(self.folder / "before", out)
        return out

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=60)


def exports(out):
    """Every file that is neither the cache nor tells the time of the run."""
    own = {"cache", "ledger.sqlite", "manifest.json", "report.html", ".lock"}
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.relative_to(out).parts[0] not in own
    }


def left_behind(out, undisturbed):
    """Names that an undisturbed run has not, and what is half done."""
    names = [{path.relative_to(each).as_posix() for path in each.rglob("*") if path.is_file()} for each in (out, undisturbed)]
    half_done = [path for path in out.rglob("*") if path.suffix == ".part" or path.name == ".staging"]
    return (names[0] ^ names[1]), half_done


@pytest.fixture(scope="module", params=[GAIN, HALF_HOUR], ids=["at once", "by periods"])
def server(request, tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("killed"), request.param)
    yield started
    started.close()


@pytest.fixture
def undisturbed(server, tmp_path):
    out = server.older_outputs(tmp_path / "undisturbed")
    assert server.run(out) == 0
    assert {"log.txt", "log.dat", "log.more/x"} <= exports(out).keys()
    return out


def check(out, undisturbed):
    assert exports(out) == exports(undisturbed)
    assert left_behind(out, undisturbed) == (set(), [])
    manifest = json.loads((out / "manifest.json").read_text())
    for each in manifest["outputs"]:
        assert (out / each["name"]).stat().st_size == each["bytes"]


def test_killed_at_random_moments(server, tmp_path, undisturbed):
    """Twenty kills spread over the whole of a run that replaces older outputs; every other one again and again."""
    generator = random.Random(20)
    fresh = server.older_outputs(tmp_path / "timed")
    began = time.monotonic()
    assert server.run(fresh) == 0
    duration = time.monotonic() - began
    killed = 0
    for number in range(20):
        out = server.older_outputs(tmp_path / str(number))
        for _ in range(1 + number % 2):
            moment = duration * (number + generator.random()) / 20
            killed += server.run(out, after=max(moment, 1e-4)) == -signal.SIGKILL
        assert server.run(out) == 0
        check(out, undisturbed)
    assert killed >= 10


def test_killed_before_every_step_that_matters(server, tmp_path, undisturbed):
    """Before each rename, flush, removal and new folder of a run."""
    step, status = 0, -signal.SIGKILL
    seen = set()
    while status == -signal.SIGKILL:
        out = server.older_outputs(tmp_path / str(step))
        before = exports(out)
        status = server.run(out, step=step)
        # Whatever is seen is the old set or, the manifest aside, on its way to the new one.
        seen.add("old" if exports(out) == before else "other")
        assert server.run(out) == 0
        check(out, undisturbed)
        step += 5 if step < 20 else 3
    assert status == 0
    assert seen == {"old", "other"}
    assert step > 40


def test_the_command_killed_with_its_workers(server, tmp_path, undisturbed):
    """The whole command, with processes of its own, killed at a few moments."""
    environment = {**os.environ, "PYTHONPATH": str(PLUGIN)}
    out = server.older_outputs(tmp_path / "out")
    command = [sys.executable, "-m", "icos_core", "run", str(server.station), "--quiet", "--jobs", "2", "--out", str(out)]
    for seconds in (0.5, 1.2, 2.0):
        with subprocess.Popen(command, env=environment) as process:
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
    assert server.run(out) == 0
    check(out, undisturbed)
