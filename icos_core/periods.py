"""Periods of a calibrator that condenses: which exist, which files contribute, and the task that makes one.

Periods are aligned to 1970-01-01T00:00Z and cut by time, so the files' own borders never show.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Problem, Table
from icos_core.exceptions import InputError
from icos_core.flow import Flow, calibrated_stage, measured_stage
from icos_core.inputs import offsets
from icos_core.merging import cut
from icos_core.plugins import installed_plugins
from icos_core.reading import ReadReceipt, ReadTask, read_file
from icos_core.store import Store, content_key
from icos_core.versioned import valid_within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Calibrator, Context
    from icos_core.plugins import Plugins
    from icos_core.station import Description

__all__ = ["CondenseTask", "Period", "Windows", "condense_batch", "flow_of_meta", "period_key", "plan_periods"]


@dataclass(frozen=True, kw_only=True)
class Windows:
    """How far around a period rows are needed, in nanoseconds."""

    length: int
    look_back: int
    reach: int

    @classmethod
    def of(cls, description: Description, plugins: Plugins, position: int) -> Windows:
        """Ask the condensing calibrator, the tests of the measured stage and the joins."""
        spec = description.calibrate[position]
        calibrator: Calibrator = plugins.component("calibrator", spec.calibrator)
        assert calibrator.period is not None
        reaches = [plugins.component("quality-test", test.test).reach(test.options) for test in description.qc if test.stage == "measured"]
        joins = [entry.join.limit for entry in description.inputs if entry.join is not None]
        reach = max(reaches, default=timedelta(0)) + max(joins, default=timedelta(0))
        return cls(length=_ns(calibrator.period(spec.options)), look_back=_ns(calibrator.look_back(spec.options)), reach=_ns(reach))


def _ns(length: timedelta) -> int:
    return round(length.total_seconds() * 1e9)


@dataclass(frozen=True, kw_only=True)
class Period:
    """One period (corrected time, nanoseconds since 1970, half-open) and the tasks that would read its files."""

    start: int
    end: int
    files: tuple[int, ...]


def plan_periods(spans: Sequence[tuple[int, int] | None], shifts: Sequence[int], windows: Windows) -> list[Period]:
    """Return the periods that rows may fall into, in order of time.

    Parameters
    ----------
    spans
        Per file its first and last instrument time in nanoseconds; None for a file without rows.
    shifts
        Per file what is added to its instrument time, in nanoseconds.
    windows
        Length of a period and what is needed around it.
    """
    covered = [(span[0] + shift, span[1] + shift) if span is not None else None for span, shift in zip(spans, shifts, strict=True)]
    wanted: set[int] = set()
    for span in covered:
        if span is not None:
            wanted.update(range(span[0] // windows.length, span[1] // windows.length + 1))
    periods = []
    for number in sorted(wanted):
        start, end = number * windows.length, (number + 1) * windows.length
        first, last = start - windows.look_back - windows.reach, end + windows.reach
        files = tuple(position for position, span in enumerate(covered) if span is not None and span[0] < last and span[1] >= first)
        periods.append(Period(start=start, end=end, files=files))
    return periods


def period_key(
    period: Period,
    read_keys: Sequence[str],
    windows: Windows,
    description: Description,
    plugins: Plugins,
    position: int,
    context: Context,
    code: Mapping[str, str],
) -> str:
    """Return the key of a condensed period: files, options valid in it, flags that touch it, code."""
    first = np.datetime64(period.start - windows.look_back - windows.reach, "ns")
    last = np.datetime64(period.end + windows.reach, "ns")
    widest = np.timedelta64(max((abs(_ns(offset)) for offset in offsets(description, plugins).values()), default=0), "ns")
    flags = [asdict(flag) for flag in context.people_flags if flag.start < last + widest and flag.end > first - widest]
    return content_key(
        "period",
        period.start,
        period.end,
        sorted(read_keys[file] for file in period.files),
        [(spec.offset.total_seconds(), spec.join.model_dump(mode="json") if spec.join else None) for spec in description.inputs],
        [(spec.calibrator, valid_within(spec.options, first, last)) for spec in description.calibrate[: position + 1]],
        [
            (spec.test, spec.label, spec.variables, spec.stream, dict(spec.where), valid_within(spec.options, first, last))
            for spec in description.qc
            if spec.stage == "measured"
        ],
        flags,
        description.station.model_dump(mode="json"),
        dict(code),
    )


@dataclass(frozen=True, kw_only=True)
class CondenseTask:
    """Consecutive periods for one worker; `files` are the tasks that read, by position."""

    periods: tuple[tuple[Period, str], ...]
    files: dict[int, ReadTask]
    windows: Windows
    description: Description
    position: int
    context: Context
    store: Path


def condense_batch(task: CondenseTask) -> list[str]:
    """Make every period of a task; return their keys. Each file is read once and let go when no later period needs it."""
    plugins = installed_plugins()
    store = Store(task.store)
    read: dict[int, tuple[dict[str, xr.Dataset], ReadReceipt]] = {}
    for period, key in task.periods:
        for file in [file for file in read if file not in period.files]:
            del read[file]
        for file in period.files:
            if file not in read:
                read[file] = _read(task.files[file])
        streams, flow = _condense(period, {file: read[file][0] for file in period.files}, task, plugins)
        meta = {
            "files": {read[file][1].name: read[file][1].meta() for file in period.files},
            "problems": [asdict(problem) for problem in flow.problems],
            "tables": [asdict(table) for table in flow.tables],
            "met": flow.met,
            "duplicates": flow.duplicates,
            "conflicts": flow.conflicts,
        }
        store.save(key, streams, meta)
    return [key for _, key in task.periods]


def _read(task: ReadTask) -> tuple[dict[str, xr.Dataset], ReadReceipt]:
    try:
        return read_file(task)
    except InputError as error:
        reason = f"line {error.line}: {error.message}" if error.line is not None else error.message
        return {}, ReadReceipt(name=task.name, key=task.key, set_aside=reason)


def _condense(
    period: Period, read: Mapping[int, dict[str, xr.Dataset]], task: CondenseTask, plugins: Plugins
) -> tuple[dict[str, xr.Dataset], Flow]:
    windows, description = task.windows, task.description
    shifts = offsets(description, plugins)
    flow = Flow()
    parts: dict[str, list[tuple[str, xr.Dataset]]] = {}
    for file, streams in read.items():
        for name, stream in streams.items():
            shift = _ns(shifts.get(name, timedelta(0)))
            first = np.datetime64(period.start - windows.look_back - windows.reach - shift, "ns")
            last = np.datetime64(period.end + windows.reach - shift, "ns")
            rows = cut(stream, first, last)
            if rows.sizes["time"]:
                parts.setdefault(name, []).append((task.files[file].name, rows))
    if not parts:
        return {}, flow
    measured = measured_stage(parts, shifts, description, plugins, task.context, flow)
    current = calibrated_stage(
        measured, description.calibrate[: task.position], shifts, description, plugins, task.context, flow, last=False
    )
    start, end = np.datetime64(period.start, "ns"), np.datetime64(period.end, "ns")
    visible = {name: cut(stream, start - np.timedelta64(windows.look_back, "ns"), end) for name, stream in current.items()}
    spec = description.calibrate[task.position]
    calibrator: Calibrator = plugins.component("calibrator", spec.calibrator)
    assert calibrator.condense is not None
    condensed = calibrator.condense(visible, spec.options, task.context, period=(start, end))
    return {name: cut(stream, start, end) for name, stream in condensed.items()}, flow


def flow_of_meta(meta: Mapping[str, Any], flow: Flow) -> None:
    """Add to `flow` what was noted when a period was made."""
    flow.problems += [Problem(**problem) for problem in meta["problems"]]
    flow.tables += [
        Table(title=table["title"], columns=tuple(table["columns"]), rows=tuple(map(tuple, table["rows"])), note=table["note"])
        for table in meta["tables"]
    ]
    for identifier, rows in meta["met"].items():
        flow.met[identifier] = flow.met.get(identifier, 0) + rows
    for name in meta["duplicates"]:
        flow.duplicates[name] = flow.duplicates.get(name, 0) + meta["duplicates"][name]
        flow.conflicts[name] = flow.conflicts.get(name, 0) + meta["conflicts"][name]
