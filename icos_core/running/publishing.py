"""What a run leaves: exports, report and manifest, put into place together."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from icos_core.components import Problem, Tally
from icos_core.exceptions import RunError
from icos_core.people import format_time
from icos_core.running.commit import MANIFEST, commit, staging_dropped_on_error, start_staging, write_whole
from icos_core.running.computing import newest_time
from icos_core.running.exporting import REPORT, UNREVIEWED, export_all
from icos_core.running.fingerprints import requirement_versions, sha256_of_file
from icos_core.running.inputs import offsets
from icos_core.running.manifest import build_manifest, write_manifest
from icos_core.running.reading import ReadReceipt
from icos_core.running.review import unreviewed

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Context
    from icos_core.people import PersonFlag
    from icos_core.running.inputs import InputFile
    from icos_core.running.ledger import Ledger
    from icos_core.running.preflight import NamedFile
    from icos_core.running.work import Computed, Job

__all__ = ["FINISHED", "INPUTS_SET_ASIDE", "clock", "enter_into_ledger", "has_report", "publish"]

FINISHED, INPUTS_SET_ASIDE = 0, 3


def clock() -> str:
    """Return the time of the clock, for manifest, ledger and report."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def has_report() -> bool:
    """Whether the extra `report` is installed."""
    return find_spec("matplotlib") is not None and find_spec("jinja2") is not None


def publish(
    job: Job,
    computed: Computed,
    out: Path,
    run_key: str,
    started: str,
    previous: dict[str, Any] | None,
    flags: tuple[PersonFlag, ...],
) -> dict[str, Any]:
    """Export, report, manifest; then everything into place at once.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    RunError
        Where level final is asked for and automatic flags are not reviewed, or an export cannot be made; earlier outputs stay.
    """
    flow = computed.flow
    flow.problems += _unmet(flags, computed)
    flow.problems += [Problem(message=f"{name} could not be made: its task {reason}") for name, reason in computed.lost.items()]
    _ask_for_review(job, computed, out)
    with staging_dropped_on_error(out):
        staged = start_staging(out)
        context = replace(job.context, newest=job.context.newest if job.context.newest is not None else newest_time(flow.calibrated))
        exporting = time.perf_counter()
        shifts = offsets(job.description, job.plugins)
        in_stream_time = tuple(flag.shifted(shifts.get(flag.stream, timedelta(0))) for flag in context.people_flags)
        streams = {**flow.calibrated, **flow.products}
        people = replace(context, people_flags=in_stream_time)
        names, unwritten = export_all(job.description, job.plugins, streams, staged, people, job.progress)
        flow.problems += unwritten
        computed.seconds["export"] = time.perf_counter() - exporting
        manifest = _manifest(job, computed, context, staged, names, run_key, started, flags)
        write_manifest(staged / MANIFEST, manifest)
    commit(out, [each["name"] for each in previous["outputs"]] if previous is not None else [], computed.keys, job.store.discard)
    return manifest


def _manifest(
    job: Job,
    computed: Computed,
    context: Context,
    staged: Path,
    names: list[str],
    run_key: str,
    started: str,
    flags: tuple[PersonFlag, ...],
) -> dict[str, Any]:
    flow = computed.flow
    inputs = [
        *(_input_row(file, job, computed) for file in job.files),
        *(_named_row(file, job) for file in job.named_files),
    ]
    outputs = [_output_row(staged, name) for name in names]
    status = INPUTS_SET_ASIDE if computed.lost or any(each["set_aside"] for each in inputs) else FINISHED
    if has_report():
        from icos_core.running.reporting import report_run  # noqa: PLC0415  # the extra `report`

        job.progress.stage("report", 1)
        reporting = time.perf_counter()
        report_run(
            job=job,
            computed=computed,
            context=context,
            path=staged / REPORT,
            status=status,
            started=started,
            finished=clock(),
            inputs=inputs,
            outputs=outputs,
            people=flags,
        )
        computed.seconds["report"] = time.perf_counter() - reporting
        job.progress.advance()
        outputs.append(_output_row(staged, REPORT))
    receipts = [_receipt(file, computed) for file in job.files]
    problems = [*(problem for receipt in receipts for problem in receipt.problems), *flow.problems]
    return build_manifest(
        run_key=run_key,
        status=status,
        started=started,
        finished=clock(),
        station_id=job.description.station.id,
        description=job.description.resolved(),
        inputs=inputs,
        outputs=outputs,
        software={**requirement_versions(context.software), **context.software},
        flags=[_flag_row(flag, flow.met.get(flag.id, 0)) for flag in flags],
        tables=[asdict(table) for table in flow.tables],
        problems=[str(problem) for problem in problems],
        lost=computed.lost,
        retry=[*(receipt.name for receipt in receipts if receipt.passing), *computed.lost],
    )


def _unmet(flags: tuple[PersonFlag, ...], computed: Computed) -> list[Problem]:
    return [
        Problem(
            message=f"person's flag {flag.id} ({flag.stream}/{flag.variable}, {format_time(flag.start)} to {format_time(flag.end)}) "
            "met no row",
            file="flags.csv",
        )
        for flag in flags
        if not flag.withdrawn and not computed.flow.met.get(flag.id)
    ]


def _ask_for_review(job: Job, computed: Computed, out: Path) -> None:
    """Refuse level final while automatic flags are not reviewed; say which in a file."""
    target = out / UNREVIEWED
    if job.description.level != "final":
        target.unlink(missing_ok=True)
        return
    flow = computed.flow
    stages = {"measured": flow.measured, "calibrated": flow.calibrated, "product": flow.products}
    table = unreviewed(stages, offsets(job.description, job.plugins))
    if not table.rows:
        target.unlink(missing_ok=True)
        return
    lines = [",".join(table.columns), *(",".join(str(cell) for cell in row) for row in table.rows)]
    write_whole(out, target, "\n".join(lines) + "\n")
    count = sum(row[-1] for row in table.rows)
    first = "\n".join(f"  {row[0]}/{row[1]} {row[2]} to {row[3]}: {row[4]}, {row[5]} rows" for row in table.rows[:10])
    raise RunError(
        f"level final: {count} automatic flags in {len(table.rows)} stretches were neither accepted nor overruled by a person; "
        f"all of them are in {UNREVIEWED}, the first are\n{first}\naccept with: icos flag add STATION --flag accept …"
    )


def _receipt(file: InputFile, computed: Computed) -> ReadReceipt:
    """Return the receipt of a file; a file that no period needed has none: it holds no row."""
    return computed.receipts.get(file.name) or ReadReceipt(name=file.name, key="")


def _input_row(file: InputFile, job: Job, computed: Computed) -> dict[str, Any]:
    receipt = _receipt(file, computed)
    seen = job.seen.get(file.path)
    return {
        "name": file.name,
        "input": file.input,
        "sha256": seen.sha256 if seen is not None else "",
        "bytes": seen.size if seen is not None else 0,
        "tally": asdict(receipt.tally),
        "problems": receipt.problem_count,
        "set_aside": receipt.set_aside,
    }


def _named_row(file: NamedFile, job: Job) -> dict[str, Any]:
    seen = job.seen.get(file.path)
    return {
        "name": file.name,
        file.kind: file.component,
        "sha256": seen.sha256 if seen is not None else "",
        "bytes": seen.size if seen is not None else 0,
        "tally": asdict(Tally()),
        "problems": 0,
        "set_aside": "",
    }


def _output_row(staged: Path, name: str) -> dict[str, Any]:
    path = staged / name
    return {"name": name, "sha256": sha256_of_file(path), "bytes": path.stat().st_size}


def _flag_row(flag: PersonFlag, met: int) -> dict[str, Any]:
    return {**asdict(flag), "start": format_time(flag.start), "end": format_time(flag.end), "rows_met": met}


def enter_into_ledger(ledger: Ledger, run: int, manifest: dict[str, Any]) -> None:
    """Note in the ledger what the manifest of a run says."""
    inputs, outputs = manifest["inputs"], manifest["outputs"]
    ledger.finish(
        run,
        finished=manifest["finished"],
        status=manifest["status"],
        summary=f"{len(inputs)} inputs, {len(manifest['set_aside'])} set aside, {len(outputs)} outputs",
        inputs=[
            {
                "path": each["name"],
                "sha256": each["sha256"],
                "bytes": each["bytes"],
                "rows_kept": each["tally"]["kept"],
                "lines_seen": each["tally"]["seen"],
                "set_aside": each["set_aside"] or None,
            }
            for each in inputs
        ],
        outputs=[{"path": each["name"], "sha256": each["sha256"], "bytes": each["bytes"]} for each in outputs],
    )
