"""The task that condenses periods, and what the run learns from periods that were made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Problem, Table
from icos_core.dataset import check_stream
from icos_core.plugins import installed_plugins
from icos_core.running.faults import blame
from icos_core.running.flow import Flow, calibrated_stage, measured_stage
from icos_core.running.grouping import Grouping
from icos_core.running.inputs import offsets
from icos_core.running.keys import content_key
from icos_core.running.measured_units import MeasuredUnits
from icos_core.running.merging import cut
from icos_core.running.planning import nanoseconds
from icos_core.running.reading import read_or_set_aside
from icos_core.running.requirements import in_units
from icos_core.running.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Calibrator, Context
    from icos_core.plugins import Plugins
    from icos_core.running.planning import Period, Windows
    from icos_core.running.reading import ReadReceipt, ReadTask
    from icos_core.station import Description

__all__ = ["CondenseReceipt", "CondenseTask", "account_key", "condense_batch", "forget_latest", "one_flow"]


@dataclass(frozen=True, kw_only=True)
class CondenseTask:
    """Consecutive periods with their keys, for one worker; `files` are the tasks that read, by position."""

    periods: tuple[tuple[Period, str], ...]
    files: dict[int, ReadTask]
    windows: Windows
    description: Description
    position: int
    context: Context
    store: Path


@dataclass(frozen=True, kw_only=True)
class CondenseReceipt:
    """A period that was made; `without` are files that could not be read for a passing reason, so that it should be made again."""

    key: str
    without: tuple[ReadReceipt, ...] = ()


def account_key(task: ReadTask) -> str:
    """Return the key under which the account of a file's lines is kept, beside the periods it went into."""
    return content_key("account", task.key)


_latest: dict[str, tuple[dict[str, xr.Dataset], ReadReceipt]] = {}
"""What this process has read last, by key: the next batch often goes on in the same file."""


def forget_latest() -> None:
    """Let go of what this process has read last."""
    _latest.clear()


def condense_batch(task: CondenseTask) -> list[CondenseReceipt]:
    """Make every period of a task. Each file is read once and let go when no later period needs it."""
    plugins = installed_plugins()
    store = Store(task.store)
    units = MeasuredUnits.of(task.description, plugins, task.position)
    grouping = Grouping.of(task.description, plugins)
    made = []
    for period, key in task.periods:
        wanted = {task.files[file].key: task.files[file] for file in period.files}
        for gone in _latest.keys() - wanted.keys():
            del _latest[gone]
        for read_key, file in wanted.items():
            if read_key not in _latest or _latest[read_key][1].passing:
                _latest[read_key] = read_or_set_aside(file)
                if not _latest[read_key][1].passing:
                    store.save(account_key(file), {}, _latest[read_key][1].meta())
        streams, flow = _condense(
            period, [(task.files[file].name, _latest[task.files[file].key][0]) for file in period.files], task, plugins, units, grouping
        )
        store.save(key, streams, _meta(flow))
        receipts = [_latest[task.files[file].key][1] for file in period.files]
        made.append(CondenseReceipt(key=key, without=tuple(receipt for receipt in receipts if receipt.passing)))
    return made


def _condense(
    period: Period,
    read: Sequence[tuple[str, dict[str, xr.Dataset]]],
    task: CondenseTask,
    plugins: Plugins,
    units: MeasuredUnits,
    grouping: Grouping,
) -> tuple[dict[str, xr.Dataset], Flow]:
    windows, description = task.windows, task.description
    shifts = offsets(description, plugins)
    start, end = np.datetime64(period.start, "ns"), np.datetime64(period.end, "ns")
    flow = Flow(period=(start, end))
    parts: dict[str, list[tuple[str, xr.Dataset]]] = {}
    begins: dict[str, dict[str, np.datetime64]] = {}
    for file, streams in read:
        for name, stream in streams.items():
            shift = nanoseconds(shifts.get(name, timedelta(0)))
            first = np.datetime64(period.start - windows.look_back - windows.reach - shift, "ns")
            last = np.datetime64(period.end + windows.reach - shift, "ns")
            rows = cut(stream, first, last)
            if rows.sizes["time"]:
                parts.setdefault(name, []).append((file, rows))
                begins.setdefault(name, {})[file] = stream["time"].values[0]
    if not parts:
        return {}, flow
    measured = measured_stage(parts, shifts, description, plugins, task.context, flow, units, grouping, begins)
    before = description.calibrate[: task.position]
    current = calibrated_stage(measured, before, shifts, description, plugins, task.context, flow, last=False)
    visible = {name: cut(stream, start - np.timedelta64(windows.look_back, "ns"), end) for name, stream in current.items()}
    spec = description.calibrate[task.position]
    calibrator: Calibrator = plugins.component("calibrator", spec.calibrator)
    assert calibrator.condense is not None
    with blame(f"calibrator {spec.calibrator!r}"):
        prepared = in_units(visible, calibrator.requires(spec.options))
        condensed = calibrator.condense(prepared, calibrator.condensing(spec.options), task.context, period=(start, end))
        for name, stream in condensed.items():
            check_stream(stream, name)
    return {name: cut(stream, start, end) for name, stream in condensed.items()}, flow


def _meta(flow: Flow) -> dict[str, Any]:
    return {
        "problems": [asdict(problem) for problem in flow.problems],
        "tables": [asdict(table) for table in flow.tables],
        "met": flow.met,
        "duplicates": flow.duplicates,
        "conflicts": flow.conflicts,
        "told": {name: [asdict(problem) for problem in told] for name, told in flow.conflicts_told.items()},
    }


def one_flow(metas: Iterable[Mapping[str, Any]], flow: Flow) -> None:
    """Add to `flow` what was noted of periods, in order of time: counts add up, what several periods say is said once."""
    problems: dict[Problem, None] = {}
    tables: dict[tuple[str, tuple[str, ...], str], dict[str, tuple[Any, ...]]] = {}
    for meta in metas:
        problems.update(dict.fromkeys(Problem(**problem) for problem in meta["problems"]))
        for table in meta["tables"]:
            rows = tables.setdefault((table["title"], tuple(table["columns"]), table["note"]), {})
            rows.update((json.dumps(row), tuple(row)) for row in table["rows"])
        for identifier, rows_met in meta["met"].items():
            flow.met[identifier] = flow.met.get(identifier, 0) + rows_met
        for name, duplicates in meta["duplicates"].items():
            told = [Problem(**problem) for problem in meta["told"][name]]
            flow.count_repeated(name, duplicates, meta["conflicts"][name], told)
    flow.problems += problems
    flow.tables += [
        Table(title=title, columns=columns, note=note, rows=tuple(rows.values())) for (title, columns, note), rows in tables.items()
    ]
