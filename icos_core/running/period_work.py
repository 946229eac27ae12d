"""The stage of a run that condenses: what has to be made is made, the rest is taken from the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Context
from icos_core.exceptions import RunError
from icos_core.people import format_time
from icos_core.running.condensing import CondenseTask, account_key, condense_batch, forget_latest, one_flow
from icos_core.running.finished import KILLED
from icos_core.running.inputs import offsets
from icos_core.running.merging import merge
from icos_core.running.planning import PeriodKeys, Windows, nanoseconds, plan_periods, shifted
from icos_core.running.reading import ReadReceipt, read_or_set_aside, receipt_of_meta, span_batch
from icos_core.running.work import FROM_BYTES, batches_of, check_shared, nothing_read, spread, total_size, work_through

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from icos_core.running.ledger import Segments
    from icos_core.running.planning import Period
    from icos_core.running.reading import ReadTask
    from icos_core.running.store import Stored
    from icos_core.running.work import Computed, Job

__all__ = ["condensed_stage"]

_POOL_FROM_FILES = 100

Planned = list[tuple["Period", str]]


def condensed_stage(
    job: Job, tasks: Sequence[ReadTask], position: int, code: Mapping[str, str], computed: Computed
) -> dict[str, xr.Dataset]:
    """Return the condensed streams of all periods.

    Parameters
    ----------
    job
        The run.
    tasks
        The tasks that would read the files.
    position
        Which calibrator condenses.
    code
        Distribution → fingerprint of everything that takes part up to here.
    computed
        Receives receipts, keys, counts, and what was lost.
    """
    work = _PeriodWork(job, tasks, position, code, computed)
    try:
        stored = work.load(work.make_all())
    finally:
        forget_latest()
    one_flow([each.meta for each in stored], computed.flow)
    parts: dict[str, list[tuple[str, xr.Dataset]]] = {}
    for number, each in enumerate(stored):
        for name, stream in each.streams.items():
            if stream.sizes["time"]:
                parts.setdefault(name, []).append((f"{number:09d}", stream))
    if not parts:
        raise RunError(nothing_read(computed))
    streams = {name: merge(pieces, name).stream for name, pieces in parts.items()}
    computed.flow.measured.update(streams)
    return streams


class _PeriodWork:
    def __init__(self, job: Job, tasks: Sequence[ReadTask], position: int, code: Mapping[str, str], computed: Computed) -> None:
        self.job, self.tasks, self.position, self.computed = job, tasks, position, computed
        self.windows = Windows.of(job.description, job.plugins, position)
        by_stream = offsets(job.description, job.plugins)
        self.shifts = [max((nanoseconds(by_stream[name]) for name in task.streams.values()), default=0) for task in tasks]
        own = job.context
        # What a task can see of the run is what its result is kept under; the level changes no row.
        context = Context(station=own.station, deployments=own.deployments, people_flags=own.people_flags, folder=own.folder)
        self.keys = PeriodKeys(job.description, job.plugins, position, self.windows, context, code)
        self.context = replace(context, people_flags=self.keys.flags)
        self.failed: set[str] = set()
        self.incomplete: set[str] = set()

    def make_all(self) -> Planned:
        """Make every period that is missing; return those that are there now.

        Where a file turns out to hold rows at times that its reader's cheap way did not tell, the periods are planned once more.
        """
        spans = self._spans()
        planned = self._made(spans)
        wider = self._wider(self._accounts(planned), spans)
        if wider:
            self.job.ledger.remember_spans(wider)
            planned = self._made({**spans, **wider})
            self._accounts(planned)
        self.computed.keys.update(key for _, key in planned)
        self.computed.span_keys.update(task.key for task in self.tasks)
        self._note_lost(planned)
        return [(period, key) for period, key in planned if key not in self.failed]

    def _made(self, spans: Mapping[str, Segments]) -> Planned:
        planned = self._plan(spans)
        self.make([(period, key) for period, key in planned if key not in self.failed and self.job.store.meta(key) is None])
        return planned

    def _plan(self, spans: Mapping[str, Segments]) -> Planned:
        read_keys = [task.key for task in self.tasks]
        covered = [shifted(spans.get(task.key, ()), shift) for task, shift in zip(self.tasks, self.shifts, strict=True)]
        return [(period, self.keys.key(period, read_keys)) for period in plan_periods(covered, self.windows)]

    def make(self, missing: Planned) -> None:
        """Make periods in batches, the members of a batch whose worker died once more each alone."""
        self.job.progress.stage("condense", len(missing))
        if not missing:
            return
        size = total_size([self.tasks[file] for file in {file for period, _ in missing for file in period.files}])
        batches = batches_of(missing, self.job)
        dead = [number for number, made in self._condense(batches, size) if not made]
        singles = [[pair] for number in dead for pair in batches[number]]
        if singles:
            self.failed |= {singles[number][0][1] for number, made in self._condense(singles, FROM_BYTES) if not made}
        check_shared(self.job, [key for _, key in missing if key not in self.failed])

    def _condense(self, batches: Sequence[Planned], size: int) -> list[tuple[int, bool]]:
        finished = []
        for number, receipts, _ in spread(self.job, condense_batch, [self._task(batch) for batch in batches], size):
            finished.append((number, receipts is not None))
            for receipt in receipts or ():
                for file in receipt.without:
                    self.computed.receipts[file.name] = file
                    self.incomplete.add(receipt.key)
        return finished

    def _task(self, periods: Planned) -> CondenseTask:
        return CondenseTask(
            periods=tuple(periods),
            files={file: self.tasks[file] for period, _ in periods for file in period.files},
            windows=self.windows,
            description=self.job.description,
            position=self.position,
            context=self.context,
            store=self.job.store.folder,
        )

    def _spans(self) -> dict[str, Segments]:
        """Return what is known of the time that files cover; the others are asked."""
        spans = self.job.ledger.spans()
        missing = [task for task in self.tasks if task.key not in spans]
        if not missing:
            return spans
        self.job.progress.stage("survey", len(missing))
        few = len(missing) < _POOL_FROM_FILES and self.job.cluster is None
        fresh: dict[str, Segments] = {}
        for receipt in work_through(replace(self.job, jobs=1) if few else self.job, span_batch, missing, FROM_BYTES):
            if receipt.segments:
                fresh[receipt.key] = receipt.segments
            else:
                self.computed.receipts[receipt.name] = receipt
        self.job.ledger.remember_spans(fresh)
        return {**spans, **fresh}

    def _accounts(self, planned: Planned) -> dict[int, ReadReceipt]:
        """Return the account of every file that went into a period, and note it."""
        found: dict[int, ReadReceipt] = {}
        for file in sorted({file for period, key in planned if key not in self.failed for file in period.files}):
            task = self.tasks[file]
            noted = self.computed.receipts.get(task.name)
            if noted is not None and noted.passing:
                continue
            key = account_key(task)
            self.computed.keys.add(key)
            meta = self.job.store.meta(key)
            if meta is None:
                found[file] = read_or_set_aside(task)[1]
                if not found[file].passing:
                    self.job.store.save(key, {}, found[file].meta())
            else:
                found[file] = receipt_of_meta(meta, task.name)
            self.computed.receipts[task.name] = found[file]
        return found

    def _wider(self, accounts: Mapping[int, ReadReceipt], spans: Mapping[str, Segments]) -> dict[str, Segments]:
        """Return what files cover that hold rows outside of what was known."""
        wider = {}
        for file, receipt in accounts.items():
            known = spans.get(self.tasks[file].key, ())
            if not all(any(first <= start and end <= last for first, last in known) for start, end in receipt.segments):
                wider[self.tasks[file].key] = receipt.segments
        return wider

    def _note_lost(self, planned: Planned) -> None:
        for period, key in planned:
            if key in self.failed:
                self.computed.lost[f"the period from {format_time(np.datetime64(period.start, 'ns'))}"] = KILLED
        good = {file for period, key in planned if key not in self.failed for file in period.files}
        for file in {file for period, _ in planned for file in period.files} - good:
            task = self.tasks[file]
            self.computed.receipts[task.name] = ReadReceipt(name=task.name, key=task.key, set_aside=KILLED, passing=True)

    def load(self, planned: Planned) -> list[Stored]:
        """Load periods; one that was damaged from outside is made again, one that lacks a file now is not kept."""
        found = {key: self.job.store.load(key) for _, key in planned}
        damaged = [(period, key) for period, key in planned if found[key] is None]
        if damaged:
            self.make(damaged)
            found.update((key, self.job.store.load(key)) for _, key in damaged)
        loaded = [stored for stored in found.values() if stored is not None]
        if len(loaded) < len(found):
            raise RunError(f"periods cannot be read back from {self.job.store.folder}; remove this folder and run again")
        for key in self.incomplete:
            self.job.store.remove(key)
        return loaded
