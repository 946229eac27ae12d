"""From a finished computation to the page of the run (needs the extra `report`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.components import Problem
from icos_core.exceptions import PluginError
from icos_core.flags import test_counts
from icos_core.report.page import InputAccount, OutputFile, PersonFlagUse, RunReport, UnreviewedFlag, write_report
from icos_core.running.inputs import offsets
from icos_core.running.reading import ReadReceipt
from icos_core.running.review import unreviewed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from icos_core.components import Context, Figure, Table
    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.running.work import Computed, Job

__all__ = ["report_run"]

_PROBLEMS_PER_FILE = 20


def report_run(
    *,
    job: Job,
    computed: Computed,
    context: Context,
    path: Path,
    status: int,
    started: str,
    finished: str,
    inputs: Sequence[dict[str, Any]],
    outputs: Sequence[dict[str, Any]],
    people: Sequence[PersonFlag],
) -> None:
    """Write the page of a run to `path`."""
    flow = computed.flow
    stages = {"measured": flow.measured, "calibrated": flow.calibrated, "product": flow.products}
    streams = {f"{stage}/{name}": stream for stage, of_stage in stages.items() for name, stream in of_stage.items()}
    figures, failures = _figures(job.plugins, job.code)
    rows = [
        Problem(message=f"stream {name}: {count} {what}")
        for counts, what in ((flow.duplicates, "rows stood in more than one file"), (flow.conflicts, "rows were in conflict with another"))
        for name, count in counts.items()
        if count
    ]
    report = RunReport(
        station_id=job.description.station.id,
        station_name=job.description.station.name,
        level=job.description.level,
        started=started,
        finished=finished,
        status=status,
        versions=context.software,
        inputs=tuple(_account(each, computed) for each in inputs if not each["set_aside"]),
        set_aside=tuple((str(each["name"]), str(each["set_aside"])) for each in inputs if each["set_aside"]),
        streams=streams,
        tests={key: test_counts(stream) for key, stream in streams.items() if "time" in stream.dims},
        people=tuple(PersonFlagUse(flag=flag, rows=flow.met.get(flag.id, 0)) for flag in people if not flag.withdrawn),
        unreviewed=_per_variable(unreviewed(stages, offsets(job.description, job.plugins))),
        tables=tuple(flow.tables),
        problems=(*flow.problems, *rows, *failures),
        outputs=tuple(OutputFile(name=each["name"], sha256=each["sha256"], size=each["bytes"]) for each in outputs),
        timings=computed.seconds,
    )
    write_report(report, figures, context, path)


def _account(row: dict[str, Any], computed: Computed) -> InputAccount:
    receipt = computed.receipts.get(row["name"]) or ReadReceipt(name=row["name"], key="")
    return InputAccount(
        name=row["name"],
        sha256=row["sha256"],
        size=row["bytes"],
        tally=receipt.tally,
        problem_count=receipt.problem_count,
        problems=receipt.problems[:_PROBLEMS_PER_FILE],
    )


def _figures(plugins: Plugins, taking_part: Collection[str]) -> tuple[list[Figure], list[Problem]]:
    """Load the figures: those of plugins that take part in the run, and of packages that have nothing but figures."""
    found: list[Figure] = []
    failures: list[Problem] = []
    others = {each.distribution for each in plugins.entries() if each.entry.kind != "figure"} - set(taking_part)
    for registered in plugins.entries("figure"):
        if registered.distribution in others:
            continue
        try:
            found.append(plugins.component("figure", registered.entry.name))
        except PluginError as error:
            failures.append(Problem(message=f"a figure of the report could not be loaded: {error}"))
    return sorted(found, key=lambda figure: (figure.order, figure.name)), failures


def _per_variable(table: Table) -> tuple[UnreviewedFlag, ...]:
    rows: dict[tuple[str, str], tuple[int, str, str]] = {}
    for stream, variable, first, last, _, count in table.rows:
        before, earliest, latest = rows.get((stream, variable), (0, first, last))
        rows[stream, variable] = (before + count, min(earliest, first), max(latest, last))
    return tuple(
        UnreviewedFlag(stream=stream, variable=variable, rows=count, first=first, last=last)
        for (stream, variable), (count, first, last) in rows.items()
    )
