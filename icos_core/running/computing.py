"""From input files to flagged streams and products, with everything that can be reused taken from the store."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from icos_core.components import Context
from icos_core.exceptions import RunError
from icos_core.running.fingerprints import fingerprint
from icos_core.running.flow import Flow, calibrated_stage, condensing, measured_stage, product_stage
from icos_core.running.grouping import Grouping
from icos_core.running.inputs import offsets, stream_names
from icos_core.running.keys import content_key
from icos_core.running.measured_units import MeasuredUnits
from icos_core.running.period_work import condensed_stage
from icos_core.running.planning import station_of_key
from icos_core.running.reading import ReadReceipt, ReadTask, read_batch, read_or_set_aside, receipt_of_meta
from icos_core.running.work import Computed, Job, check_shared, nothing_read, total_size, work_through

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import xarray as xr

    from icos_core.plugins import Plugins
    from icos_core.running.inputs import InputFile
    from icos_core.station import Description

__all__ = ["code_versions", "compute", "newest_time"]


def code_versions(description: Description, plugins: Plugins) -> dict[str, str]:
    """Return distribution → fingerprint of the core and of every plugin that the description names."""
    return _code({**_condensing_parts(description), **_later_parts(description)}, plugins)


def _condensing_parts(description: Description) -> dict[tuple[str, str], None]:
    return dict.fromkeys(
        [
            *(("reader", spec.reader) for spec in description.inputs),
            *(("calibrator", spec.calibrator) for spec in description.calibrate),
            *(("quality-test", spec.test) for spec in description.qc if spec.stage == "measured"),
        ]
    )


def _later_parts(description: Description) -> dict[tuple[str, str], None]:
    return dict.fromkeys(
        [
            *(("quality-test", spec.test) for spec in description.qc),
            *(("product", spec.product) for spec in description.derive),
            *(("exporter", spec.exporter) for spec in description.export),
        ]
    )


def _code(parts: Mapping[tuple[str, str], None], plugins: Plugins) -> dict[str, str]:
    distributions = {"icos-core", *(plugins.distribution(kind, name)[0] for kind, name in parts)}
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
    computed = Computed(flow=Flow())
    tasks = _read_tasks(job, computed)
    position = condensing(job.description, job.plugins)
    if position is None:
        streams = _timed(computed, "read", lambda: _measured_at_once(job, tasks, computed))
        rest = job.description.calibrate
    else:
        code = _code(_condensing_parts(job.description), job.plugins)
        streams = _timed(computed, "condense", lambda: condensed_stage(job, tasks, position, code, computed))
        rest = job.description.calibrate[position:]
    computed.flow.tell_conflicts()
    computed.flow.problems += Grouping.of(job.description, job.plugins).lacking(job.description, job.plugins, job.files, computed.receipts)
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


def _read_tasks(job: Job, computed: Computed) -> list[ReadTask]:
    """Return the tasks that read; a file that cannot be opened is set aside at once."""
    code = _code({("reader", spec.reader): None for spec in job.description.inputs}, job.plugins)
    # What a reader can see of the run is what its results are kept under.
    context = Context(station=job.context.station, folder=job.context.folder)
    station = station_of_key(job.context.station)
    tasks = []
    for file in job.files:
        seen = job.seen.get(file.path)
        if seen is None:
            computed.receipts[file.name] = ReadReceipt(name=file.name, key="", set_aside=_why_not(file), passing=True)
            continue
        spec = job.description.inputs[file.input]
        streams = stream_names(spec, job.plugins)
        options = spec.options.model_dump(mode="json")
        own = {name: code[name] for name in ("icos-core", job.plugins.distribution("reader", spec.reader)[0])}
        key = content_key("read", seen.sha256, file.path.name, spec.reader, options, streams, dict(spec.rename), station, own)
        tasks.append(
            ReadTask(
                path=file.path,
                name=file.name,
                reader=spec.reader,
                options=spec.options,
                streams=streams,
                rename=dict(spec.rename),
                context=context,
                store=job.store.folder,
                key=key,
                stamp=(seen.size, seen.modified_ns),
            )
        )
    return tasks


def _why_not(file: InputFile) -> str:
    try:
        with file.path.open("rb"):
            return "could not be opened when the run began"
    except OSError as error:
        return f"cannot be opened: {error.strerror or error}"


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
        for receipt in work_through(job, read_batch, missing, total_size(missing)):
            computed.receipts[receipt.name] = receipt
        check_shared(job, [task.key for task in missing if not computed.receipts[task.name].set_aside])
    parts: dict[str, list[tuple[str, xr.Dataset]]] = {}
    for task in tasks:
        if computed.receipts[task.name].set_aside:
            continue
        stored = job.store.load(task.key)
        streams = stored.streams if stored is not None else _read_again(task, job, computed)
        for name, stream in streams.items():
            if stream.sizes["time"]:
                parts.setdefault(name, []).append((task.name, stream))
    if not parts:
        raise RunError(nothing_read(computed))
    shifts = offsets(job.description, job.plugins)
    units, grouping = MeasuredUnits.of(job.description, job.plugins), Grouping.of(job.description, job.plugins)
    return measured_stage(parts, shifts, job.description, job.plugins, job.context, computed.flow, units, grouping)


def _read_again(task: ReadTask, job: Job, computed: Computed) -> dict[str, xr.Dataset]:
    """Read a file whose object in the store was damaged from outside."""
    streams, receipt = read_or_set_aside(task)
    if not receipt.set_aside:
        job.store.save(task.key, streams, receipt.meta())
    computed.receipts[task.name] = receipt
    return streams
