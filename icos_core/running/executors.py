"""Where tasks run: in this process, in local processes, or on an existing Dask cluster.

A task takes paths and options, writes to the store and returns a small receipt: arrays never cross processes. A task that kills its worker
twice is given up, and the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from icos_core.exceptions import DescriptionError, Mistake
from icos_core.running.finished import KILLED, Finished
from icos_core.threads import one_thread_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Executor", "InProcessExecutor", "LocalProcessesExecutor", "choose_executor", "cores"]

_TRIES_ALONE = 2


class Executor(Protocol):
    """Runs tasks in any order; yields each as it finishes."""

    def run(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Finished]:
        """Call `function` (importable by name) with every task."""
        ...


class InProcessExecutor:
    """One task after the other, in this process."""

    def run(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Finished]:
        """Call `function` with every task."""
        for position, task in enumerate(tasks):
            yield Finished(position=position, receipt=function(task))


@contextmanager
def _starting_workers() -> Iterator[None]:
    """Hide from workers what is the business of this process alone.

    They must not run a script again that calls `icos_core.run` at its top, so they do not see the main module; and an interrupt from the
    keyboard, which reaches every process of the terminal, must not make each of them print a traceback.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        sys.modules["__main__"] = main


def _begin_work() -> None:
    one_thread_each()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker when its parent is gone: it would wait for tasks for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class LocalProcessesExecutor:
    """Local processes, one task at a time in each."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def run(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Finished]:
        """Call `function` with every task in a pool; those left by a dead worker once more, each alone."""
        left = dict(enumerate(tasks))
        if not left:
            return
        yield from self._round(function, dict(left), min(self.jobs, len(left)), left)
        # A dead worker breaks the whole pool, and nobody can tell whose task it was: what is left is tried twice more, each alone.
        for position in sorted(left):
            for _ in range(_TRIES_ALONE):
                if position in left:
                    yield from self._round(function, {position: left[position]}, 1, left)
            if position in left:
                yield Finished(position=position, failure=KILLED)

    @staticmethod
    def _round(function: Callable[[Any], Any], tasks: dict[int, Any], workers: int, left: dict[int, Any]) -> Iterator[Finished]:
        """Run tasks in a pool; those that finish leave `left`, those of a broken pool stay in it."""
        with _pool(workers) as pool:
            try:
                with _starting_workers():
                    pending: dict[Future[Any], int] = {pool.submit(function, task): position for position, task in sorted(tasks.items())}
                while pending:
                    done, _ = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        position = pending.pop(future)
                        receipt = future.result()
                        del left[position]
                        yield Finished(position=position, receipt=receipt)
            except BrokenProcessPool:
                return


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool; what fails or is interrupted does not wait for tasks that nobody needs any more."""
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_work)
    try:
        yield pool
    except BaseException:
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True)


def choose_executor(jobs: int | None, cluster: str | None, tasks: int, code: Mapping[str, str]) -> Executor:
    """Choose where to run: the cluster if one is named, local processes for several tasks, else this process.

    Parameters
    ----------
    jobs
        Local processes; None for one per core.
    cluster
        Address of a Dask cluster.
    tasks
        How many there are.
    code
        Distribution → fingerprint of what takes part; workers of a cluster must have the same.

    Raises
    ------
    DescriptionError
        Where a cluster is named by what is no address, or the extra `distributed` is not installed.
    """
    if cluster is not None:
        if "://" not in cluster:
            mistake = Mistake(key="--cluster", value=cluster, expected="an address such as tcp://host:8786")
            raise DescriptionError("command line", [mistake])
        try:
            from icos_core.running.dask_executor import DaskExecutor  # noqa: PLC0415  # an extra
        except ImportError as error:
            mistake = Mistake(key="--cluster", value=cluster, expected="the extra: pip install 'icos-core[distributed]'")
            raise DescriptionError("command line", [mistake]) from error
        return DaskExecutor(cluster, code)
    workers = min(jobs if jobs is not None else cores(), tasks)
    return LocalProcessesExecutor(workers) if workers > 1 else InProcessExecutor()


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
