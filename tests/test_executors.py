"""Tasks run in this process, in local processes and on a Dask cluster alike; dead workers are survived, none outlives its parent."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from minutes import GAIN, HALF_HOUR, LINES, LOG, contents, log_lines, write_log, write_station

import icos_core
from icos_core.exceptions import DescriptionError, InputError, RunError
from icos_core.running.executors import InProcessExecutor, LocalProcessesExecutor, choose_executor, cores
from icos_core.running.finished import KILLED

EXECUTORS = [InProcessExecutor(), LocalProcessesExecutor(2)]


def by_position(results):
    return {result.position: (result.receipt, result.failure) for result in results}


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_task_comes_back_at_its_position(executor):
    tasks = ["d", "a", "c", "b", "e"]
    assert by_position(executor.run(str.upper, tasks)) == {number: (task.upper(), "") for number, task in enumerate(tasks)}
    assert by_position(executor.run(str.upper, [])) == {}


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_a_task_raises_is_raised(executor):
    with pytest.raises(ZeroDivisionError):
        list(executor.run(eval, ["1", "1/0", "2"]))


def test_errors_of_the_suite_cross_processes():
    task = "(_ for _ in ()).throw(__import__('icos_core').InputError('a.txt', 'no', 7))"
    with pytest.raises(InputError, match=r"a\.txt, line 7: no"):
        list(LocalProcessesExecutor(1).run(eval, [task]))


def test_a_task_that_kills_its_worker_is_given_up_and_the_others_go_on():
    kill = "__import__('os')._exit(9)"
    results = by_position(LocalProcessesExecutor(2).run(eval, ["1", kill, "2", "3"]))
    assert results == {0: (1, ""), 1: (None, KILLED), 2: (2, ""), 3: (3, "")}


def test_a_task_that_kills_its_worker_once_is_done(tmp_path):
    once = f"(__import__('pathlib').Path({str(tmp_path / 'x')!r}).touch(exist_ok=False), __import__('os')._exit(9))"
    task = f"'done' if __import__('os').path.exists({str(tmp_path / 'x')!r}) else {once}"
    assert by_position(LocalProcessesExecutor(2).run(eval, [task, "1"])) == {0: ("done", ""), 1: (1, "")}


def test_workers_have_one_thread_and_do_not_hear_interrupts():
    task = "(__import__('os').environ['OMP_NUM_THREADS'], 2 in __import__('signal').pthread_sigmask(0, []))"
    assert by_position(LocalProcessesExecutor(1).run(eval, [task])) == {0: (("1", True), "")}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_an_error_does_not_wait_for_tasks_that_nobody_needs():
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        list(LocalProcessesExecutor(2).run(eval, ["1/0", *["__import__('time').sleep(60)"] * 4]))
    assert time.monotonic() - began < 30


def test_who_stops_listening_stops_the_workers():
    results = LocalProcessesExecutor(2).run(eval, ["__import__('os').getpid()", *["__import__('time').sleep(60)"] * 3])
    worker = next(results).receipt
    results.close()
    assert gone(worker)


def gone(process, seconds=20):
    """Whether a process ends within some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


PARENT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores interrupts
from icos_core.running.executors import LocalProcessesExecutor
tasks = ["(print(__import__('os').getpid(), flush=True), __import__('time').sleep(60))"] * 2
list(LocalProcessesExecutor(2).run(eval, tasks))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_its_parent(how):
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.send_signal(how)
    _, told = parent.communicate(timeout=30)
    assert all(gone(worker) for worker in workers)
    assert parent.returncode != 0
    # The parent's own interrupt is told once; workers say nothing.
    assert told.count("Traceback") == (1 if how == signal.SIGINT else 0)


def test_which_is_chosen():
    assert isinstance(choose_executor(1, None, 10, {}), InProcessExecutor)
    assert isinstance(choose_executor(8, None, 1, {}), InProcessExecutor)
    assert isinstance(choose_executor(8, None, 0, {}), InProcessExecutor)
    chosen = choose_executor(8, None, 3, {})
    assert isinstance(chosen, LocalProcessesExecutor)
    assert chosen.jobs == 3
    assert cores() >= 1


def test_a_cluster_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "icos_core.running.dask_executor", raising=False)
    with pytest.raises(DescriptionError, match=r"--cluster: 'tcp://x:1' – expected the extra: pip install 'icos-core\[distributed\]'"):
        choose_executor(None, "tcp://x:1", 1, {})


CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    workers = int(sys.argv[1])
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@contextmanager
def local_cluster(folder, workers):
    """Address of a cluster in processes of its own, as in the field."""
    pytest.importorskip("distributed", reason="the extra `distributed` is not installed")
    script = folder / "cluster.py"
    script.write_text(textwrap.dedent(CLUSTER))
    plugin = str(Path(__file__).parent / "runner_plugin")
    environment = {**os.environ, "PYTHONPATH": plugin, "DASK_TEMPORARY_DIRECTORY": str(folder)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, str(script), str(workers)], **pipes, text=True, env=environment, cwd=folder)
    yield process.stdout.readline().strip()
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with local_cluster(tmp_path_factory.mktemp("cluster"), 2) as address:
        yield address


# The client of `distributed` warns of ports that are taken and of versions that differ, which is its user's business and not the run's.
distributed_may_warn = pytest.mark.filterwarnings("default:::distributed")


@distributed_may_warn
@pytest.mark.usefixtures("minutes")
@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_a_cluster_gives_the_same_bytes(tmp_path, monkeypatch, cluster, calibrate):
    lines = log_lines(hours=8)
    for number in range(4):
        write_log(tmp_path, f"{number}.log", lines[number * 120 : (number + 1) * 120])
    write_log(tmp_path, "bad.log", ["CRASH"])
    station = write_station(tmp_path, LOG, calibrate, LINES)
    # Paths are relative to where the user stands, which is not where the workers stand.
    monkeypatch.chdir(tmp_path)
    there = icos_core.run("station.toml", "there", cluster=cluster)
    here = icos_core.run(station, tmp_path / "here", jobs=1)
    assert contents(tmp_path / "there") == contents(tmp_path / "here") != {}
    assert there.set_aside == here.set_aside
    assert (there.status, here.status) == (3, 3)


@distributed_may_warn
@pytest.mark.usefixtures("minutes")
def test_a_task_that_kills_the_workers_of_a_cluster(tmp_path, cluster):
    lines = log_lines(hours=1)
    write_log(tmp_path, "a.log", lines)
    write_log(tmp_path, "b.log", ["KILL"])
    result = icos_core.run(write_station(tmp_path, LOG, GAIN, LINES), cluster=cluster)
    assert result.set_aside == {"b.log": KILLED}
    assert result.tree["/calibrated/log"].sizes["time"] == 60


@distributed_may_warn
@pytest.mark.usefixtures("minutes")
def test_workers_with_other_code_are_refused(tmp_path, monkeypatch, cluster):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    from icos_core.running import computing

    monkeypatch.setattr(computing, "fingerprint", lambda name: "0.0.1+other")
    with pytest.raises(RunError, match=r"worker tcp://.* has icos-core .*, expected 0\.0\.1\+other"):
        icos_core.run(write_station(tmp_path, LOG, GAIN), cluster=cluster)


@distributed_may_warn
@pytest.mark.usefixtures("minutes")
def test_a_cluster_that_does_not_answer(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="the extra `distributed` is not installed")
    import dask

    write_log(tmp_path, "a.log", log_lines(hours=1))
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), pytest.raises(RunError, match="no cluster answers there"):
        icos_core.run(write_station(tmp_path, LOG, GAIN), cluster="tcp://127.0.0.1:9")


@distributed_may_warn
@pytest.mark.usefixtures("minutes")
def test_a_cluster_without_workers(tmp_path, monkeypatch):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    with local_cluster(tmp_path, 0) as empty:
        from icos_core.running import dask_executor

        monkeypatch.setattr(dask_executor, "_PATIENCE", 1)
        with pytest.raises(RunError, match="no worker took a task within 1 s"):
            icos_core.run(write_station(tmp_path, LOG, GAIN), cluster=empty)


@distributed_may_warn
@pytest.mark.usefixtures("minutes")
def test_a_cluster_whose_files_are_elsewhere(tmp_path, monkeypatch, cluster):
    from icos_core.running.store import Store

    write_log(tmp_path, "a.log", log_lines(hours=1))
    monkeypatch.setattr(Store, "path", lambda store, key: store.folder / "nowhere" / key)
    with pytest.raises(RunError, match="a shared file system is needed"):
        icos_core.run(write_station(tmp_path, LOG, GAIN), cluster=cluster)


def test_a_cluster_that_is_no_address():
    with pytest.raises(DescriptionError, match="expected an address such as tcp://host:8786"):
        choose_executor(None, "nonsense", 1, {})
