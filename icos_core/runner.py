"""One run: from a station description to a committed set of outputs."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Context
from icos_core.exceptions import DescriptionError, Mistake, RunError
from icos_core.people import read_flags
from icos_core.running.commit import CACHE, LEDGER, MANIFEST, exclusive, recover
from icos_core.running.computing import code_versions, compute
from icos_core.running.executors import choose_executor
from icos_core.running.fingerprints import requirement_versions, sha256_of_file
from icos_core.running.keys import content_key
from icos_core.running.ledger import Ledger
from icos_core.running.manifest import read_manifest
from icos_core.running.preflight import look_before_reading
from icos_core.running.publishing import clock, enter_into_ledger, has_report, publish
from icos_core.running.standing import beside, circumstances, note_standing
from icos_core.running.store import Store
from icos_core.running.work import Job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from icos_core.people import PersonFlag
    from icos_core.plugins import Plugins
    from icos_core.running.flow import Flow
    from icos_core.running.preflight import Ready
    from icos_core.running.progress import Progress
    from icos_core.station import Description

__all__ = ["Finished", "Settings", "execute"]

_FAILED, _INTERRUPTED = 1, 130
_LAST_EPOCH = 9_000_000_000  # nanoseconds since 1970 fit 64 bits until the year 2262


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to run, beside what the description says.

    `level` is what overrides it, `text` the description as it stood in the file when it was read.
    """

    out: Path
    text: str
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
    epoch = _epoch()
    before = _circumstances(description, settings)
    flags = read_flags(description.flags_path)
    ready = look_before_reading(description, plugins, flags, settings.out)
    if before is not None:
        with suppress(OSError):  # without what is beside, the note stands for nothing
            before["beside"] = beside(file.path for file in ready.named_files)
    choose_executor(settings.jobs, settings.cluster, 1, {})
    previous = read_manifest(settings.out / MANIFEST)
    if previous is not None and previous["station"] != description.station.id:
        expected = f"a folder of its own; this one holds the outputs of station {previous['station']!r}"
        raise DescriptionError("command line", [Mistake(key="--out", value=str(settings.out), expected=expected)])
    with exclusive(settings.out):
        store = Store(settings.out / CACHE)
        store.clear_parts()
        recover(settings.out, store.discard)
        ledger = Ledger(settings.out / LEDGER)
        try:
            finished = _locked_run(description, plugins, settings, progress, ready, flags, store, ledger, epoch)
        except MemoryError as error:
            raise RunError("there is not enough memory for this run") from error
        finally:
            ledger.close()
        if before is not None:
            _note_standing(settings.out, before)
        return finished


def _circumstances(description: Description, settings: Settings) -> dict[str, Any] | None:
    patterns = [pattern for spec in description.inputs for pattern in spec.files]
    try:
        return circumstances(settings.out, description.path, settings.text, settings.level, patterns)
    except (OSError, ValueError):
        # A file that cannot be looked at is set aside later on, a pattern that is none becomes a mistake.
        return None


def _note_standing(out: Path, before: dict[str, Any]) -> None:
    manifest = read_manifest(out / MANIFEST)
    if manifest is not None and not manifest["retry"]:
        # The outputs are in place; without the note the next run only looks closer.
        with suppress(OSError):
            note_standing(out, before)


def _epoch() -> np.datetime64 | None:
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > _LAST_EPOCH:
        raise DescriptionError(
            "environment", [Mistake(key="SOURCE_DATE_EPOCH", value=text, expected="seconds since 1970 as a whole number")]
        )
    moment: np.datetime64 = np.datetime64(int(text), "s").astype("datetime64[ns]")
    return moment


def _locked_run(
    description: Description,
    plugins: Plugins,
    settings: Settings,
    progress: Progress,
    ready: Ready,
    flags: tuple[PersonFlag, ...],
    store: Store,
    ledger: Ledger,
    epoch: np.datetime64 | None,
) -> Finished:
    began, started = time.perf_counter(), clock()
    files = ready.files
    paths = list(dict.fromkeys([*(file.path for file in files), *(file.path for file in ready.named_files)]))
    progress.stage("look at the input files", len(paths))
    seen = ledger.look_at(paths, verify=settings.verify, advance=progress.advance)
    code = code_versions(description, plugins)
    context = Context(
        station=description.station,
        deployments=description.deployments,
        level=description.level,
        people_flags=tuple(flag for flag in flags if not flag.withdrawn),
        newest=epoch,
        software={name: metadata.version(name) for name in code if is_installed(name)},
        sources=tuple(sorted(file.name for file in files)),
        folder=description.folder,
    )
    run_key = content_key(
        "run",
        [(file.name, file.input, file.group, seen[file.path].sha256 if file.path in seen else "") for file in files],
        [(file.name, file.component, seen[file.path].sha256 if file.path in seen else "") for file in ready.named_files],
        description.resolved(),
        [asdict(flag) for flag in flags],
        code,
        requirement_versions(code),
        str(context.newest),
        has_report(),
    )
    job = Job(
        description=description,
        plugins=plugins,
        context=context,
        files=files,
        named_files=ready.named_files,
        seen=seen,
        store=store,
        ledger=ledger,
        progress=progress,
        code=code,
        jobs=settings.jobs,
        cluster=settings.cluster,
    )
    previous = read_manifest(settings.out / MANIFEST)
    if previous is not None and previous["run_key"] == run_key and _stands(settings.out, previous, verify=settings.verify):
        killed = ledger.unfinished(run_key)
        if killed is not None:
            enter_into_ledger(ledger, killed, previous)
        return _finished(job, settings, previous, None, {"total": time.perf_counter() - began})
    run = ledger.begin(started, run_key)
    try:
        computed = compute(job)
        manifest = publish(job, computed, settings.out, run_key, started, previous, flags)
    except BaseException as error:
        status = _FAILED if isinstance(error, Exception) else _INTERRUPTED
        with suppress(RunError):  # the error that matters is the first
            ledger.fail(run, finished=clock(), status=status, reason=f"{type(error).__name__}: {error}")
        raise
    enter_into_ledger(ledger, run, manifest)
    ledger.forget_spans(computed.span_keys)
    computed.seconds["total"] = time.perf_counter() - began
    return _finished(job, settings, manifest, computed.flow, computed.seconds)


def _finished(job: Job, settings: Settings, manifest: dict[str, Any], flow: Flow | None, seconds: dict[str, float]) -> Finished:
    return Finished(
        status=int(manifest["status"]),
        out=settings.out,
        paths=tuple(settings.out / each["name"] for each in manifest["outputs"]),
        set_aside=dict(manifest["set_aside"]),
        unchanged=flow is None,
        flow=flow,
        again=_again(job, settings),
        problems=len(manifest["problems"]),
        seconds=seconds,
    )


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
            ledger = Ledger(settings.out / LEDGER)
            try:
                return compute(replace(job, ledger=ledger)).flow
            finally:
                ledger.close()

    return recompute


def _stands(out: Path, manifest: dict[str, Any], *, verify: bool) -> bool:
    """Whether the outputs of an earlier run are all there, and nothing in it may go better the next time."""
    if manifest["retry"]:
        return False
    for each in manifest["outputs"]:
        path = out / each["name"]
        if not path.is_file() or path.stat().st_size != each["bytes"] or (verify and sha256_of_file(path) != each["sha256"]):
            return False
    return True
