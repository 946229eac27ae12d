"""From input files to flagged streams and products, with everything that can be reused taken from the store."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Problem
from icos_core.exceptions import RunError
from icos_core.executors import KILLED, choose_executor
from icos_core.fingerprints import fingerprint
from icos_core.flow import Flow, calibrated_stage, condensing, measured_stage, product_stage
from icos_core.inputs import InputFile, offsets, stream_names
from icos_core.merging import merge
from icos_core.periods import CondenseTask, Period, Windows, condense_batch, flow_of_meta, period_key, plan_periods
from icos_core.reading import ReadReceipt, ReadTask, read_batch, read_file, receipt_of_meta, span_batch
from icos_core.store import Store, content_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Context
    from icos_core.ledger import Ledger
    from icos_core.plugins import Plugins
    from icos_core.progress import Progress
    from icos_core.station import Description

__all__ = ["Computed", "Job", "code_versions", "compute", "newest_time"]

_POOL_FROM_BYTES = 16_000_000
_POOL_FROM_FILES = 100
_TASKS_PER_WORKER = 8


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that a computation works with."""

    description: Description
    plugins: Plugins
    context: Context
    files: tuple[InputFile, ...]
    hashes: dict[Path, str]
    store: Store
    ledger: Ledger
    progress: Progress
    jobs: int | None = None
    cluster: str | None = None


@dataclass(kw_only=True)
class Computed:
    """What came of it: the flow, a receipt per file, the keys that the store must keep, seconds per stage."""

    flow: Flow = field(default_factory=Flow)
    receipts: dict[str, ReadReceipt] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)


def code_versions(description: Description, plugins: Plugins) -> dict[str, str]:
    """Return distribution → fingerprint of the core and of every plugin that the description names."""
    names = {
        *(("reader", spec.reader) for spec in description.inputs),
        *(("calibrator", spec.calibrator) for spec in description.calibrate),
        *(("quality-test", spec.test) for spec in description.qc),
        *(("product", spec.product) for spec in description.derive),
        *(("exporter", spec.exporter) for spec in description.export),
    }
    distributions = {"icos-core", *(plugins.distribution(kind, name)[0] for kind, name in names)}
    return {name: fingerprint(name) for name in sorted(distributions)}


def compute(job: Job) -> Computed:
    """Read, condense, calibrate, derive.

    Raises
    ------
    RunError
        Where no input gave a row.
    DataError
        Where data sets break a contract between stages.
    """
    computed = Computed()
    tasks = _read_tasks(job)
    position = condensing(job.description, job.plugins)
    if position is None:
        streams = _timed(computed, "read", lambda: _measured_at_once(job, tasks, computed))
        rest = job.description.calibrate
    else:
        streams = _timed(computed, "condense", lambda: _condensed(job, tasks, position, computed))
        rest = job.description.calibrate[position:]
    job.progress.stage("calibrate", 1)
    shifts = offsets(job.description, job.plugins)
    context = replace(job.context, newest=job.context.newest if job.context.newest is not None else newest_time(streams))
    _timed(
        computed,
        "calibrate",
        lambda: calibrated_stage(streams, rest, shifts, job.description, job.plugins, context, computed.flow),
    )
    job.progress.advance()
    if job.description.derive:
        _timed(computed, "derive", lambda: product_stage(job.description, job.plugins, context, computed.flow))
    return computed


def _timed(computed: Computed, stage: str, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = work()
    computed.seconds[stage] = time.perf_counter() - began
    return result


def newest_time(streams: Mapping[str, xr.Dataset]) -> np.datetime64 | None:
    """Return the time of the newest datum."""
    return max((stream["time"].values[-1] for stream in streams.values() if stream.sizes.get("time")), default=None)


def _read_tasks(job: Job) -> list[ReadTask]:
    code = {spec.reader: fingerprint(job.plugins.distribution("reader", spec.reader)[0]) for spec in job.description.inputs}
    core = fingerprint("icos-core")
    tasks = []
    for file in job.files:
        spec = job.description.inputs[file.input]
        streams = stream_names(spec, job.plugins)
        options = spec.options.model_dump(mode="json")
        digest = job.hashes.get(file.path, "")
        key = content_key("read", digest, file.path.name, spec.reader, options, streams, dict(spec.rename), core, code[spec.reader])
        tasks.append(
            ReadTask(
                path=file.path,
                name=file.name,
                reader=spec.reader,
                options=spec.options,
                streams=streams,
                rename=dict(spec.rename),
                context=job.context,
                store=job.store.folder,
                key=key,
            )
        )
    return tasks


def _spread(job: Job, function: Callable[[Any], list[Any]], batches: Sequence[Any], size: int) -> list[tuple[int, list[Any] | None, str]]:
    """Run batches where they run best; return (position, receipts or None, failure) in order of position."""
    jobs = job.jobs if job.jobs is not None or size >= _POOL_FROM_BYTES else 1
    executor = choose_executor(jobs, job.cluster, len(batches))
    finished = []
    for result in executor.run(function, batches):
        finished.append((result.position, result.receipt, result.failure))
        job.progress.advance(len(result.receipt) if result.receipt is not None else 1)
    return sorted(finished, key=lambda each: each[0])


def _batches(items: Sequence[Any], job: Job) -> list[list[Any]]:
    workers = job.jobs or 2
    length = max(1, -(-len(items) // (workers * _TASKS_PER_WORKER)))
    return [list(items[start : start + length]) for start in range(0, len(items), length)]


def _bytes(tasks: Sequence[ReadTask]) -> int:
    return sum(task.path.stat().st_size for task in tasks if task.path.exists())


def _work_through(job: Job, function: Callable[[Any], list[ReadReceipt]], tasks: Sequence[ReadTask], size: int) -> list[ReadReceipt]:
    """Run tasks in batches; the members of a batch whose worker died twice are tried once more, each alone."""
    receipts: list[ReadReceipt] = []
    batches = _batches(tasks, job)
    for position, result, failure in _spread(job, function, batches, size):
        if result is not None:
            receipts += result
        elif len(batches[position]) == 1:
            receipts.append(ReadReceipt(name=batches[position][0].name, key=batches[position][0].key, set_aside=failure))
        else:
            singles = [[task] for task in batches[position]]
            for single, alone, reason in _spread(job, function, singles, _POOL_FROM_BYTES):
                task = singles[single][0]
                receipts += alone if alone is not None else [ReadReceipt(name=task.name, key=task.key, set_aside=reason)]
    return receipts


def _measured_at_once(job: Job, tasks: Sequence[ReadTask], computed: Computed) -> dict[str, xr.Dataset]:
    missing: list[ReadTask] = []
    for task in tasks:
        computed.keys.add(task.key)
        meta = job.store.meta(task.key)
        if meta is None:
            missing.append(task)
        else:
            computed.receipts[task.name] = receipt_of_meta(meta, task.name)
    job.progress.stage("read", len(missing))
    if missing:
        for receipt in _work_through(job, read_batch, missing, _bytes(missing)):
            computed.receipts[receipt.name] = receipt
    parts: dict[str, list[tuple[str, xr.Dataset]]] = {}
    for task in tasks:
        if computed.receipts[task.name].set_aside:
            continue
        stored = job.store.load(task.key)
        streams = stored.streams if stored is not None else _read_again(task, job.store, computed)
        for name, stream in streams.items():
            if stream.sizes["time"]:
                parts.setdefault(name, []).append((task.name, stream))
    if not parts:
        raise RunError(_nothing_read(computed))
    shifts = offsets(job.description, job.plugins)
    return measured_stage(parts, shifts, job.description, job.plugins, job.context, computed.flow)


def _read_again(task: ReadTask, store: Store, computed: Computed) -> dict[str, xr.Dataset]:
    """Read a file whose object in the store was damaged from outside."""
    streams, receipt = read_file(task)
    store.save(task.key, streams, receipt.meta())
    computed.receipts[task.name] = receipt
    return streams


def _nothing_read(computed: Computed) -> str:
    reasons = [f"  {receipt.name}: {receipt.set_aside or 'no rows'}" for receipt in list(computed.receipts.values())[:20]]
    return "\n".join(["no input gave a row", *reasons])


def _condensed(job: Job, tasks: Sequence[ReadTask], position: int, computed: Computed) -> dict[str, xr.Dataset]:
    windows = Windows.of(job.description, job.plugins, position)
    spans = _spans(job, tasks, computed)
    by_stream = offsets(job.description, job.plugins)
    shifts = [round(max(by_stream[name] for name in task.streams.values()).total_seconds() * 1e9) for task in tasks]
    code = code_versions(job.description, job.plugins)
    read_keys = [task.key for task in tasks]
    planned: list[tuple[Period, str]] = []
    for period in plan_periods([spans.get(task.key) for task in tasks], shifts, windows):
        key = period_key(period, read_keys, windows, job.description, job.plugins, position, job.context, code)
        planned.append((period, key))
        computed.keys.add(key)
    missing = [(period, key) for period, key in planned if job.store.meta(key) is None]
    job.progress.stage("condense", len(missing))
    size = _bytes([tasks[file] for file in {file for period, _ in missing for file in period.files}])
    lost = _condense_missing(job, missing, tasks, windows, position, size)
    for number in sorted({file for period, key in missing if key in lost for file in period.files}):
        if not any(number in period.files for period, key in planned if key not in lost):
            computed.receipts[tasks[number].name] = ReadReceipt(name=tasks[number].name, key="", set_aside=KILLED)
    computed.flow.problems += [
        Problem(message=f"the period from {np.datetime64(period.start, 'ns')}Z could not be made: its task {KILLED}")
        for period, key in missing
        if key in lost
    ]
    return _gather([key for _, key in planned if key not in lost], job, computed)


def _condense_missing(
    job: Job, missing: Sequence[tuple[Period, str]], tasks: Sequence[ReadTask], windows: Windows, position: int, size: int
) -> set[str]:
    """Make periods in batches, the members of a batch whose worker died once more each alone; return the keys of those that failed."""

    def task(periods: Sequence[tuple[Period, str]]) -> CondenseTask:
        return CondenseTask(
            periods=tuple(periods),
            files={file: tasks[file] for period, _ in periods for file in period.files},
            windows=windows,
            description=job.description,
            position=position,
            context=job.context,
            store=job.store.folder,
        )

    batches = _batches(missing, job)
    if not batches:
        return set()
    failed = [number for number, result, _ in _spread(job, condense_batch, [task(batch) for batch in batches], size) if result is None]
    singles = [[pair] for number in failed for pair in batches[number]]
    if not singles:
        return set()
    again = _spread(job, condense_batch, [task(single) for single in singles], _POOL_FROM_BYTES)
    return {singles[number][0][1] for number, result, _ in again if result is None}


def _spans(job: Job, tasks: Sequence[ReadTask], computed: Computed) -> dict[str, tuple[int, int]]:
    spans = job.ledger.spans()
    missing = [task for task in tasks if task.key not in spans]
    if missing:
        job.progress.stage("survey", len(missing))
        few = len(missing) < _POOL_FROM_FILES and job.cluster is None
        for receipt in _work_through(replace(job, jobs=1) if few else job, span_batch, missing, _POOL_FROM_BYTES):
            if receipt.set_aside:
                computed.receipts[receipt.name] = receipt
            elif receipt.start is not None and receipt.end is not None:
                spans[receipt.key] = (receipt.start, receipt.end)
        job.ledger.remember_spans({task.key: spans[task.key] for task in missing if task.key in spans})
    return spans


def _gather(keys: Sequence[str], job: Job, computed: Computed) -> dict[str, xr.Dataset]:
    parts: dict[str, list[tuple[str, xr.Dataset]]] = {}
    for number, key in enumerate(keys):
        stored = job.store.load(key)
        if stored is None:
            raise RunError(f"the object {key} of the cache is damaged; remove the folder {job.store.folder.name} and run again")
        flow_of_meta(stored.meta, computed.flow)
        for name, meta in stored.meta["files"].items():
            computed.receipts[name] = receipt_of_meta(meta, name)
        for name, stream in stored.streams.items():
            if stream.sizes["time"]:
                parts.setdefault(name, []).append((f"{number:09d}", stream))
    if not parts:
        raise RunError(_nothing_read(computed))
    streams = {name: merge(pieces, name).stream for name, pieces in parts.items()}
    computed.flow.measured.update(streams)
    return streams
