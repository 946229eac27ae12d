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
from icos_core.fingerprints import fingerprint, requirement_versions, sha256_of_file
from icos_core.inputs import matching_files
from icos_core.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["default_out", "note_standing", "standing_manifest"]

_NOTE = Path("cache") / "standing.json"
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def default_out(description: Path) -> Path:
    """Return the folder of outputs when none is named: ``output`` beside a ``station.toml``, ``NAME_output`` beside any other."""
    return description.parent / ("output" if description.stem == "station" else f"{description.stem}_output")


def note_standing(out: Path, description: Path, level: str | None, patterns: Sequence[str], manifest: Path) -> None:
    """Note what the run that has just ended depended on.

    Parameters
    ----------
    out
        Folder of the outputs.
    description
        The station description.
    level
        The level that the command asked for, or None.
    patterns
        Patterns of input files, with the environment filled in.
    manifest
        The manifest that the run has written.
    """
    content = read_manifest(manifest)
    assert content is not None
    outputs = [out / each["name"] for each in content["outputs"]]
    note = {"patterns": list(patterns), **_circumstances(description, level, patterns, manifest, outputs)}
    beside = (out / _NOTE).with_suffix(".part")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(json.dumps(note), encoding="utf-8")
    beside.replace(out / _NOTE)


def standing_manifest(out: Path, description: Path, level: str | None) -> dict[str, Any] | None:
    """Return the manifest of the last run if a run now would change nothing, else None."""
    manifest = out / "manifest.json"
    try:
        note = json.loads((out / _NOTE).read_text(encoding="utf-8"))
        content = read_manifest(manifest)
        if content is None or (out / ".staging").exists():
            return None
        outputs = [out / each["name"] for each in content["outputs"]]
        now = {"patterns": note["patterns"], **_circumstances(description, level, note["patterns"], manifest, outputs)}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return content if json.loads(json.dumps(now)) == note else None


def _circumstances(
    description: Path, level: str | None, patterns: Iterable[str], manifest: Path, outputs: Iterable[Path]
) -> dict[str, Any]:
    text = description.read_text(encoding="utf-8")
    flags = description.parent / "flags.csv"
    distributions = sorted({"icos-core", *plugin_distributions()})
    files = [path for pattern in patterns for path, _ in matching_files(pattern, description.parent)]
    return {
        "description": text,
        "flags": flags.read_text(encoding="utf-8") if flags.is_file() else None,
        "level": level,
        "environment": {name: os.environ.get(name) for name in ["SOURCE_DATE_EPOCH", *_VARIABLE.findall(text)]},
        "code": {name: fingerprint(name) for name in distributions},
        "requirements": requirement_versions(distributions),
        "python": sys.version,
        "inputs": [_look(path) for path in files],
        "outputs": [_look(path) for path in outputs],
        "manifest": sha256_of_file(manifest),
    }


def _look(path: Path) -> list[Any]:
    status = path.stat()
    return [str(path), status.st_size, status.st_mtime_ns]
