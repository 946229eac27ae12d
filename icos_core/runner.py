"""One run: from a station description to a committed set of outputs."""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.commit import MANIFEST, commit, exclusive, recover, start_staging
from icos_core.components import Context, Problem
from icos_core.computing import Computed, Job, code_versions, compute, newest_time
from icos_core.exceptions import RunError
from icos_core.executors import KILLED
from icos_core.exporting import export_all
from icos_core.fingerprints import requirement_versions, sha256_of_file
from icos_core.inputs import find_files
from icos_core.ledger import Ledger
from icos_core.manifest import build_manifest, read_manifest, write_manifest
from icos_core.people import read_flags
from icos_core.reading import ReadReceipt
from icos_core.review import unreviewed
from icos_core.standing import note_standing
from icos_core.store import Store, content_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from icos_core.flow import Flow
    from icos_core.inputs import InputFile
    from icos_core.plugins import Plugins
    from icos_core.progress import Progress
    from icos_core.station import Description

__all__ = ["FINISHED", "INPUTS_SET_ASIDE", "Finished", "Settings", "execute"]

FINISHED, INPUTS_SET_ASIDE = 0, 3
REPORT = "report.html"
UNREVIEWED = "unreviewed.csv"
_CACHE, _LEDGER = "cache", "ledger.sqlite"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to run, beside what the description says; `level` is what overrides it."""

    out: Path
    level: str | None = None
    jobs: int | None = None
    cluster: str | None = None
    verify: bool = False


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a run ended.

    `flow` is None where nothing had to be done; `again` computes it from the store.
    """

    status: int
    out: Path
    paths: tuple[Path, ...]
    set_aside: dict[str, str]
    unchanged: bool
    flow: Flow | None
    again: Callable[[], Flow]
    problems: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def execute(description: Description, plugins: Plugins, settings: Settings, progress: Progress) -> Finished:
    """Run a station description.

    Raises
    ------
    DescriptionError
        Where description, flags or command are wrong; nothing is written.
    LockedError
        Where another run works in the same folder.
    RunError, DataError
        Where the run failed; the outputs of the run before stay as they are.
    """
    files = tuple(find_files(description))
    flags = read_flags(description.flags_path)
    with exclusive(settings.out):
        recover(settings.out)
        ledger = Ledger(settings.out / _LEDGER)
        try:
            return _locked_run(description, plugins, settings, progress, files, flags, ledger)
        finally:
            ledger.close()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _epoch() -> np.datetime64 | None:
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    return np.datetime64(int(text), "s").astype("datetime64[ns]") if text.isdigit() else None


def _locked_run(
    description: Description,
    plugins: Plugins,
    settings: Settings,
    progress: Progress,
    files: tuple[InputFile, ...],
    flags: tuple[Any, ...],
    ledger: Ledger,
) -> Finished:
    began, started = time.perf_counter(), _now()
    progress.stage("look at the input files", len(files))
    hashes = ledger.hashes([file.path for file in files], verify=settings.verify)
    code = code_versions(description, plugins)
    active = tuple(flag for flag in flags if not flag.withdrawn)
    context = Context(
        station=description.station,
        deployments=description.deployments,
        level=description.level,
        people_flags=active,
        newest=_epoch(),
        software={name: metadata.version(name) for name in code if is_installed(name)},
        sources=tuple(sorted(file.name for file in files)),
        folder=description.folder,
    )
    run_key = content_key(
        "run",
        [(file.name, file.input, hashes.get(file.path, "")) for file in files],
        description.resolved(),
        [asdict(flag) for flag in flags],
        code,
        requirement_versions(code),
        str(context.newest),
        find_spec("matplotlib") is not None and find_spec("jinja2") is not None,
    )
    job = Job(
        description=description,
        plugins=plugins,
        context=context,
        files=files,
        hashes=hashes,
        store=Store(settings.out / _CACHE),
        ledger=ledger,
        progress=progress,
        jobs=settings.jobs,
        cluster=settings.cluster,
    )
    previous = read_manifest(settings.out / MANIFEST)
    again = _again(job, settings)
    if previous is not None and previous["run_key"] == run_key and _stands(settings.out, previous, verify=settings.verify):
        return Finished(
            status=int(previous["status"]),
            out=settings.out,
            paths=tuple(settings.out / each["name"] for each in previous["outputs"]),
            set_aside=dict(previous["set_aside"]),
            unchanged=True,
            flow=None,
            again=again,
            problems=len(previous["problems"]),
            seconds={"total": time.perf_counter() - began},
        )
    run = ledger.begin(started)
    computed = compute(job)
    computed.flow.problems += _unmet(flags, computed)
    _ask_for_review(description, computed, settings.out)
    return _publish(job, computed, settings, run_key, run, started, began, previous, flags, again)


def is_installed(name: str) -> bool:
    """Whether a distribution of this name is installed."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _again(job: Job, settings: Settings) -> Callable[[], Flow]:
    def recompute() -> Flow:
        with exclusive(settings.out):
            ledger = Ledger(settings.out / _LEDGER)
            try:
                return compute(replace(job, ledger=ledger)).flow
            finally:
                ledger.close()

    return recompute


def _stands(out: Path, manifest: dict[str, Any], *, verify: bool) -> bool:
    """Whether the outputs of an earlier run are all there, and nothing in it may go better the next time."""
    if KILLED in manifest["set_aside"].values():
        return False
    for each in manifest["outputs"]:
        path = out / each["name"]
        if not path.is_file() or path.stat().st_size != each["bytes"] or (verify and sha256_of_file(path) != each["sha256"]):
            return False
    return True


def _unmet(flags: tuple[Any, ...], computed: Computed) -> list[Problem]:
    return [
        Problem(message=f"person's flag {flag.id} ({flag.stream}/{flag.variable}, {flag.start} to {flag.end}) met no row", file="flags.csv")
        for flag in flags
        if not flag.withdrawn and not computed.flow.met.get(flag.id)
    ]


def _ask_for_review(description: Description, computed: Computed, out: Path) -> None:
    """Refuse level final while automatic flags are not reviewed; say which in a file."""
    target = out / UNREVIEWED
    if description.level != "final":
        target.unlink(missing_ok=True)
        return
    table = unreviewed({"measured": computed.flow.measured, "calibrated": computed.flow.calibrated, "product": computed.flow.products})
    if not table.rows:
        target.unlink(missing_ok=True)
        return
    lines = [",".join(table.columns), *(",".join(str(cell) for cell in row) for row in table.rows)]
    beside = target.with_suffix(".part")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(target)
    count = sum(row[-1] for row in table.rows)
    first = "\n".join(f"  {row[0]}/{row[1]} {row[2]} to {row[3]}: {row[4]}, {row[5]} rows" for row in table.rows[:10])
    raise RunError(
        f"level final: {count} automatic flags in {len(table.rows)} stretches were neither accepted nor overruled by a person; "
        f"all of them are in {UNREVIEWED}, the first are\n{first}\naccept with: icos flag add STATION --flag accept …"
    )


def _publish(
    job: Job,
    computed: Computed,
    settings: Settings,
    run_key: str,
    run: int,
    started: str,
    began: float,
    previous: dict[str, Any] | None,
    flags: tuple[Any, ...],
    again: Callable[[], Flow],
) -> Finished:
    """Export, report, manifest; then everything into place at once."""
    flow = computed.flow
    staged = start_staging(settings.out)
    newest = job.context.newest if job.context.newest is not None else newest_time(flow.calibrated)
    context = replace(job.context, newest=newest)
    exporting = time.perf_counter()
    names = export_all(job.description, job.plugins, {**flow.calibrated, **flow.products}, staged, context, job.progress)
    computed.seconds["export"] = time.perf_counter() - exporting
    inputs = [_input_row(file, job, computed) for file in job.files]
    set_aside = {str(each["name"]): str(each["set_aside"]) for each in inputs if each["set_aside"]}
    status = INPUTS_SET_ASIDE if set_aside else FINISHED
    outputs = [_output_row(staged, name) for name in names]
    problems = [*(problem for receipt in _receipts(job, computed) for problem in receipt.problems), *flow.problems]
    people = [{**asdict(flag), "start": f"{flag.start}Z", "end": f"{flag.end}Z", "rows_met": flow.met.get(flag.id, 0)} for flag in flags]
    if find_spec("matplotlib") is not None and find_spec("jinja2") is not None:
        from icos_core.reporting import report_run  # noqa: PLC0415  # the extra `report`

        job.progress.stage("report", 1)
        reporting = time.perf_counter()
        report_run(
            job=job,
            computed=computed,
            context=context,
            path=staged / REPORT,
            status=status,
            started=started,
            finished=_now(),
            inputs=inputs,
            outputs=outputs,
            people=flags,
        )
        computed.seconds["report"] = time.perf_counter() - reporting
        outputs.append(_output_row(staged, REPORT))
    finished = _now()
    write_manifest(
        staged / MANIFEST,
        build_manifest(
            run_key=run_key,
            status=status,
            started=started,
            finished=finished,
            station_id=job.description.station.id,
            description=job.description.resolved(),
            inputs=inputs,
            outputs=outputs,
            software={**requirement_versions(context.software), **context.software},
            flags=people,
            tables=[asdict(table) for table in flow.tables],
            problems=[str(problem) for problem in problems],
        ),
    )
    commit(settings.out, [each["name"] for each in previous["outputs"]] if previous is not None else [])
    job.store.discard(computed.keys)
    if KILLED not in set_aside.values():
        patterns = [pattern for spec in job.description.inputs for pattern in spec.files]
        note_standing(settings.out, job.description.path, settings.level, patterns, settings.out / MANIFEST)
    job.ledger.finish(
        run,
        finished=finished,
        status=status,
        run_key=run_key,
        summary=f"{len(inputs)} inputs, {len(set_aside)} set aside, {len(outputs)} outputs",
        inputs=[_ledger_row(each) for each in inputs],
        outputs=[{"path": each["name"], "sha256": each["sha256"], "bytes": each["bytes"]} for each in outputs],
    )
    computed.seconds["total"] = time.perf_counter() - began
    return Finished(
        status=status,
        out=settings.out,
        paths=tuple(settings.out / each["name"] for each in outputs),
        set_aside=set_aside,
        unchanged=False,
        flow=flow,
        again=again,
        problems=len(problems),
        seconds=computed.seconds,
    )


def _receipts(job: Job, computed: Computed) -> list[ReadReceipt]:
    return [_receipt(file, computed) for file in job.files]


def _receipt(file: InputFile, computed: Computed) -> ReadReceipt:
    """Return the receipt of a file; a file that no period needed has none: it holds no row."""
    return computed.receipts.get(file.name) or ReadReceipt(name=file.name, key="")


def _input_row(file: InputFile, job: Job, computed: Computed) -> dict[str, Any]:
    receipt = _receipt(file, computed)
    digest = job.hashes.get(file.path, "")
    return {
        "name": file.name,
        "input": file.input,
        "sha256": digest,
        "bytes": file.path.stat().st_size if digest else 0,
        "tally": asdict(receipt.tally),
        "problems": len(receipt.problems),
        "set_aside": receipt.set_aside,
    }


def _output_row(staged: Path, name: str) -> dict[str, Any]:
    path = staged / name
    return {"name": name, "sha256": sha256_of_file(path), "bytes": path.stat().st_size}


def _ledger_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": row["name"],
        "sha256": row["sha256"],
        "bytes": row["bytes"],
        "rows_kept": row["tally"]["kept"],
        "lines_seen": row["tally"]["seen"],
        "set_aside": row["set_aside"] or None,
    }
