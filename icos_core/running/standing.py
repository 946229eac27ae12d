"""Whether the outputs of the last run still stand, told in a fraction of a second: before anything heavy is imported.

What a run depended on is noted in the cache: the description and people's flags by content, input files and outputs by size and time, code
by fingerprint. Where any of it differs, or ``--verify`` is asked for, the run looks closer.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icos_core.discovery import plugin_distributions
from icos_core.running.commit import CACHE, MANIFEST, STAGING, write_whole
from icos_core.running.fingerprints import fingerprint, requirement_versions, sha256_of_file
from icos_core.running.inputs import matching_files
from icos_core.running.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["beside", "circumstances", "default_out", "note_standing", "standing_manifest"]

_NOTE = Path(CACHE) / "standing.json"
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def default_out(description: Path) -> Path:
    """Return the folder of outputs when none is named: ``output`` beside a ``station.toml``, ``NAME_output`` beside any other."""
    return description.parent / ("output" if description.stem == "station" else f"{description.stem}_output")


def circumstances(out: Path, description: Path, text: str, level: str | None, patterns: Sequence[str]) -> dict[str, Any]:
    """Return what a run depends on; to be asked before anything is read, so that a file that changes meanwhile is found to have changed.

    Parameters
    ----------
    out
        Folder of the outputs.
    description, text
        The station description and its content, as it was read.
    level
        The level that the command asked for, or None.
    patterns
        Patterns of input files, with the environment filled in.
    """
    flags = description.parent / "flags.csv"
    distributions = sorted({"icos-core", *plugin_distributions()})
    files = [path for pattern in patterns for path, _ in matching_files(pattern, description.parent, out)]
    return {
        "patterns": list(patterns),
        "description": text,
        "flags": flags.read_text(encoding="utf-8") if flags.is_file() else None,
        "level": level,
        "environment": {name: os.environ.get(name) for name in ["SOURCE_DATE_EPOCH", *_VARIABLE.findall(text)]},
        "code": {name: fingerprint(name) for name in distributions},
        "requirements": requirement_versions(distributions),
        "python": sys.version,
        "inputs": [_look(path) for path in files],
    }


def beside(paths: Iterable[str | Path]) -> dict[str, Any]:
    """Return how files beside the inputs are, and which files of the same ending stand in their folders: a product may take all of them."""
    files = sorted(map(Path, paths))
    kinds = sorted({(path.parent, path.suffix) for path in files})
    siblings = {str(folder / f"*{ending}"): sorted(each.name for each in folder.glob(f"*{ending}")) for folder, ending in kinds}
    return {"paths": [str(path) for path in files], "files": [_look(path) for path in files], "siblings": siblings}


def note_standing(out: Path, before: Mapping[str, Any]) -> None:
    """Note what the run that has just ended depended on, and what it left."""
    write_whole(out, out / _NOTE, json.dumps({**before, **_left(out)}))


def standing_manifest(out: Path, description: Path, level: str | None) -> dict[str, Any] | None:
    """Return the manifest of the last run if a run now would change nothing, else None."""
    try:
        note = json.loads((out / _NOTE).read_text(encoding="utf-8"))
        if (out / STAGING).exists():
            return None
        text = description.read_text(encoding="utf-8")
        now = {**circumstances(out, description, text, level, note["patterns"]), "beside": beside(note["beside"]["paths"]), **_left(out)}
        return read_manifest(out / MANIFEST) if json.loads(json.dumps(now)) == note else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _left(out: Path) -> dict[str, Any]:
    manifest = read_manifest(out / MANIFEST)
    if manifest is None:
        raise ValueError("no manifest")
    outputs = [_look(out / each["name"]) for each in manifest["outputs"]]
    return {"outputs": outputs, "manifest": sha256_of_file(out / MANIFEST)}


def _look(path: Path) -> list[Any]:
    status = path.stat()
    return [str(path), status.st_size, status.st_mtime_ns]
