"""All outputs of a run appear together, or none do.

Outputs are made in ``.staging/``, flushed to disk and listed in a journal; then each is renamed into place, the manifest last; then
files that only the previous manifest lists are removed. A run killed at any moment leaves either the old set, or a journal from which
the next start completes the new one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from icos_core.exceptions import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["MANIFEST", "STAGING", "commit", "exclusive", "recover", "start_staging"]

MANIFEST = "manifest.json"
STAGING = ".staging"
_JOURNAL = "journal.json"
_FILES = "files"


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold the lock of an output folder; a killed run leaves none.

    Raises
    ------
    LockedError
        Where another run holds it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LockedError(f"{out}: another run works in this folder; wait for it or choose another --out") from error
        yield


def start_staging(out: Path) -> Path:
    """Return an empty folder in which the outputs of a run are made."""
    shutil.rmtree(out / STAGING, ignore_errors=True)
    files = out / STAGING / _FILES
    files.mkdir(parents=True)
    return files


def commit(out: Path, previous: Sequence[str]) -> None:
    """Put everything from staging into place; `previous` lists the outputs of the manifest that is replaced.

    The staging folder must hold the manifest.
    """
    staging = out / STAGING
    files = sorted(str(path.relative_to(staging / _FILES)) for path in (staging / _FILES).rglob("*") if path.is_file())
    for name in files:
        _flush(staging / _FILES / name)
    journal = {"files": files, "remove": sorted(set(previous) - set(files) - {MANIFEST})}
    beside = staging / f"{_JOURNAL}.part"
    beside.write_text(json.dumps(journal), encoding="utf-8")
    _flush(beside)
    beside.replace(staging / _JOURNAL)
    _flush(staging)
    _complete(out, journal)


def recover(out: Path) -> bool:
    """Complete what a killed run had begun to put into place, or clear what it had not; return whether outputs were completed."""
    staging = out / STAGING
    if not staging.exists():
        return False
    try:
        journal = json.loads((staging / _JOURNAL).read_text(encoding="utf-8"))
    except FileNotFoundError:
        shutil.rmtree(staging)
        return False
    _complete(out, journal)
    return True


def _complete(out: Path, journal: dict[str, list[str]]) -> None:
    staged = out / STAGING / _FILES
    for name in sorted(journal["files"], key=lambda name: (name == MANIFEST, name)):
        if name == MANIFEST:
            _flush(out)
        if (staged / name).exists():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).replace(out / name)
    _flush(out)
    for name in journal["remove"]:
        (out / name).unlink(missing_ok=True)
        _remove_empty_folders(out, (out / name).parent)
    shutil.rmtree(out / STAGING)
    _flush(out)


def _remove_empty_folders(out: Path, folder: Path) -> None:
    while folder != out and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
