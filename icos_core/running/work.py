"""The work of a run: what it works with, what came of it, and how tasks are spread over workers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from icos_core.exceptions import RunError
from icos_core.running.executors import choose_executor, cores
from icos_core.running.finished import KILLED
from icos_core.running.reading import ReadReceipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from icos_core.components import Context
    from icos_core.plugins import Plugins
    from icos_core.running.flow import Flow
    from icos_core.running.inputs import InputFile
    from icos_core.running.ledger import Ledger, SeenFile
    from icos_core.running.preflight import NamedFile
    from icos_core.running.progress import Progress
    from icos_core.running.reading import ReadTask
    from icos_core.running.store import Store
    from icos_core.station import Description

__all__ = ["FROM_BYTES", "Computed", "Job", "batches_of", "check_shared", "nothing_read", "spread", "total_size", "work_through"]

FROM_BYTES = 16_000_000
"""Size of inputs from which starting a pool of processes pays."""

_BATCHES_PER_WORKER = 8
_WORKERS_OF_CLUSTER = 32
_MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that a computation works with.

    `seen` holds the hashes of the files that could be opened, `code` the fingerprint of every distribution that takes part.
    """

    description: Description
    plugins: Plugins
    context: Context
    files: tuple[InputFile, ...]
    named_files: tuple[NamedFile, ...]
    seen: dict[Path, SeenFile]
    store: Store
    ledger: Ledger
    progress: Progress
    code: dict[str, str]
    jobs: int | None = None
    cluster: str | None = None


@dataclass(kw_only=True)
class Computed:
    """What came of it: the flow, a receipt per file, the keys that store and ledger must keep, seconds per stage.

    `lost` names periods that could not be made, with the reason; another run may make them.
    """

    flow: Flow
    receipts: dict[str, ReadReceipt] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    span_keys: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


def spread(job: Job, function: Callable[[Any], list[Any]], batches: Sequence[Any], size: int) -> list[tuple[int, list[Any] | None, str]]:
    """Run batches where they run best; return (position, receipts or None, failure) in order of position."""
    jobs = job.jobs if job.jobs is not None or size >= FROM_BYTES else 1
    executor = choose_executor(jobs, job.cluster, len(batches), job.code)
    finished = []
    for result in executor.run(function, batches):
        finished.append((result.position, result.receipt, result.failure))
        job.progress.advance(len(result.receipt) if result.receipt is not None else 1)
    return sorted(finished, key=lambda each: each[0])


def batches_of(items: Sequence[Any], job: Job) -> list[list[Any]]:
    """Cut tasks into batches of neighbours, some for every worker."""
    workers = _WORKERS_OF_CLUSTER if job.cluster is not None else job.jobs or cores()
    length = max(1, -(-len(items) // (workers * _BATCHES_PER_WORKER)))
    return [list(items[start : start + length]) for start in range(0, len(items), length)]


def total_size(tasks: Sequence[ReadTask]) -> int:
    """Return how many bytes tasks have to read."""
    return sum(task.stamp[0] for task in tasks if task.stamp is not None)


def work_through(job: Job, function: Callable[[Any], list[ReadReceipt]], tasks: Sequence[ReadTask], size: int) -> list[ReadReceipt]:
    """Run tasks in batches; the members of a batch whose worker died twice are tried once more, each alone."""
    receipts: list[ReadReceipt] = []
    batches = batches_of(tasks, job)
    for position, result, _ in spread(job, function, batches, size):
        if result is not None:
            receipts += result
        elif len(batches[position]) == 1:
            receipts.append(_killed(batches[position][0]))
        else:
            singles = [[task] for task in batches[position]]
            for single, alone, _ in spread(job, function, singles, FROM_BYTES):
                receipts += alone if alone is not None else [_killed(singles[single][0])]
    return receipts


def _killed(task: ReadTask) -> ReadReceipt:
    return ReadReceipt(name=task.name, key=task.key, set_aside=KILLED, passing=True)


def check_shared(job: Job, keys: Sequence[str]) -> None:
    """Raise :class:`RunError` where workers of a cluster wrote to a folder that this process does not see."""
    if job.cluster is not None and keys and not any(job.store.path(key).exists() for key in keys):
        raise RunError(
            f"--cluster {job.cluster}: what its workers wrote to {job.store.folder} is not there; a shared file system is needed"
        )


def nothing_read(computed: Computed) -> str:
    """Say why a run has nothing to work on."""
    receipts = list(computed.receipts.values())
    reasons = [f"  {receipt.name}: {receipt.set_aside or 'no rows'}" for receipt in receipts[:_MOST_NAMED]]
    if len(receipts) > _MOST_NAMED:
        reasons.append(f"  and {len(receipts) - _MOST_NAMED} more")
    return "\n".join(["no input gave a row", *reasons])
