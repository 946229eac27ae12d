"""The exports of a run, each made in a folder of its own before they come together."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from icos_core.exceptions import IcosError, RunError

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Context, Exporter, Streams
    from icos_core.plugins import Plugins
    from icos_core.progress import Progress
    from icos_core.station import Description

__all__ = ["export_all"]


def export_all(
    description: Description, plugins: Plugins, streams: Streams, staged: Path, context: Context, progress: Progress
) -> list[str]:
    """Run every exporter; return the names of the files, relative to `staged`, in order of name.

    Raises
    ------
    RunError
        Where an exporter fails, or two of them write a file of one name.
    """
    progress.stage("export", len(description.export))
    owner: dict[str, str] = {}
    for position, spec in enumerate(description.export):
        exporter: Exporter = plugins.component("exporter", spec.exporter)
        folder = staged.parent / f"export-{position}"
        folder.mkdir()
        try:
            exporter.export(streams, folder, spec.options, context)
        except IcosError:
            raise
        except Exception as error:
            raise RunError(f"exporter {spec.exporter!r} failed: {type(error).__name__}: {error}") from error
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            if name in owner:
                raise RunError(f"the exporters {owner[name]!r} and {spec.exporter!r} both write {name}; give one of them another file name")
            owner[name] = spec.exporter
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(staged / name)
        shutil.rmtree(folder)
        progress.advance()
    return sorted(owner)
