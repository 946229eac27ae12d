"""The exports of a run, each made in a folder of its own before they come together."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from icos_core.components import Problem
from icos_core.exceptions import ExportRefused, RunError
from icos_core.running.commit import CACHE, LEDGER, LOCK, MANIFEST, STAGING
from icos_core.running.faults import blame

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Context, Exporter, Streams
    from icos_core.plugins import Plugins
    from icos_core.running.progress import Progress
    from icos_core.station import Description

__all__ = ["REPORT", "RESERVED", "UNREVIEWED", "export_all"]

REPORT = "report.html"
UNREVIEWED = "unreviewed.csv"
RESERVED = frozenset({CACHE, LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", LOCK, MANIFEST, REPORT, STAGING, UNREVIEWED})
"""First parts of names in the folder of the outputs that no export may have."""


def export_all(
    description: Description, plugins: Plugins, streams: Streams, staged: Path, context: Context, progress: Progress
) -> tuple[list[str], list[Problem]]:
    """Run every exporter.

    Returns
    -------
    list of str
        Names of the files, relative to `staged`, in order of name.
    list of Problem
        What exporters refused to write, and exporters that wrote nothing although there are rows.

    Raises
    ------
    RunError
        Where an exporter fails, two of them write a file of one name, or one writes over the run's own files.
    """
    progress.stage("export", len(description.export))
    owner: dict[str, str] = {}
    problems = []
    has_rows = any(size for stream in streams.values() for size in stream.sizes.values())
    for position, spec in enumerate(description.export):
        exporter: Exporter = plugins.component("exporter", spec.exporter)
        folder = staged.parent / f"export-{position}"
        folder.mkdir()
        refused: tuple[str, ...] = ()
        try:
            with blame(f"exporter {spec.exporter!r}"):
                exporter.export(streams, folder, spec.options, context)
        except ExportRefused as refusal:
            refused = refusal.reasons
        problems += [Problem(message=f"exporter {spec.exporter!r}: {reason}") for reason in refused]
        written = sorted(path for path in folder.rglob("*") if path.is_file())
        if not written and has_rows and not refused:
            message = f"exporter {spec.exporter!r} wrote no file: no row has what its format asks for"
            problems.append(Problem(message=message))
        for path in written:
            name = path.relative_to(folder).as_posix()
            if name.partition("/")[0] in RESERVED:
                raise RunError(f"exporter {spec.exporter!r} writes {name}, which is a name of the run's own files")
            if name in owner:
                raise RunError(f"the exporters {owner[name]!r} and {spec.exporter!r} both write {name}; give one of them another file name")
            owner[name] = spec.exporter
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(staged / name)
        shutil.rmtree(folder)
        progress.advance()
    return sorted(owner), problems
