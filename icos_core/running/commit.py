"""All outputs of a run appear together, or none do.

Outputs are made in ``.staging/``, flushed to disk and listed in a journal; then each is renamed into place, the manifest last; then
files that only the previous manifest lists are removed, and the cache is tidied. A run killed at any moment leaves either the old set, or
a journal from which the next start completes the new one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from icos_core.exceptions import LockedError, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

__all__ = [
    "CACHE",
    "LEDGER",
    "LOCK",
    "MANIFEST",
    "PARTS",
    "STAGING",
    "commit",
    "exclusive",
    "recover",
    "staging_dropped_on_error",
    "start_staging",
    "write_whole",
]

MANIFEST = "manifest.json"
STAGING = ".staging"
LOCK = ".lock"
LEDGER = "ledger.sqlite"
CACHE = "cache"
PARTS = "part"
"""Folder in the cache of what is being written; the next run empties it."""
_JOURNAL = "journal.json"
_FILES = "files"


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold the lock of an output folder; a killed run leaves none.

    Raises
    ------
    LockedError
        Where another run holds it.
    RunError
        Where the folder cannot be made or written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / LOCK).open("a+")
    except OSError as error:
        raise RunError(f"{out}: the folder of the outputs cannot be written to ({error.strerror or error})") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(f"{out}: another run works in this folder; wait for it or choose another --out") from error
        except OSError as error:
            raise RunError(f"{out}: the file system of this folder has no locks ({error.strerror}); choose another --out") from error
        yield


def start_staging(out: Path) -> Path:
    """Return an empty folder in which the outputs of a run are made."""
    shutil.rmtree(out / STAGING, ignore_errors=True)
    files = out / STAGING / _FILES
    files.mkdir(parents=True)
    return files


@contextmanager
def staging_dropped_on_error(out: Path) -> Iterator[None]:
    """Where making the outputs fails, drop what is staged: a disk that is full should not stay so."""
    try:
        yield
    except BaseException:
        shutil.rmtree(out / STAGING, ignore_errors=True)
        raise


def commit(out: Path, previous: Collection[str], keep: Collection[str], tidy: Callable[[Collection[str]], object]) -> None:
    """Put everything from staging into place.

    Parameters
    ----------
    out
        Folder of the outputs; its staging folder must hold the manifest.
    previous
        Outputs that the manifest lists which is replaced.
    keep, tidy
        When the outputs are in place `tidy` is called with `keep`, even if another process has to complete this one's work.

    Raises
    ------
    RunError
        Where something that no earlier run has made stands in the way; nothing has been changed then.
    """
    staging = out / STAGING
    files = sorted(path.relative_to(staging / _FILES).as_posix() for path in (staging / _FILES).rglob("*") if path.is_file())
    remove = sorted({*filter(_is_inside, previous)} - {*files, MANIFEST})
    _check_ways(out, files, remove)
    for name in files:
        _flush(staging / _FILES / name)
    for folder in _folders(files):
        _flush(staging / _FILES / folder)
    journal = {"files": files, "remove": remove, "keep": sorted(keep)}
    beside = staging / f"{_JOURNAL}.part"
    beside.write_text(json.dumps(journal), encoding="utf-8")
    _flush(beside)
    beside.replace(staging / _JOURNAL)
    _flush(staging)
    _complete(out, journal, tidy)


def recover(out: Path, tidy: Callable[[Collection[str]], object]) -> bool:
    """Complete what a killed run had begun to put into place, or clear what it had not; return whether outputs were completed."""
    staging = out / STAGING
    if not staging.exists():
        return False
    try:
        journal = json.loads((staging / _JOURNAL).read_text(encoding="utf-8"))
    except FileNotFoundError:
        shutil.rmtree(staging)
        return False
    except ValueError as error:
        raise RunError(f"{staging / _JOURNAL} is damaged; remove {out} and run again") from error
    _complete(out, journal, tidy)
    return True


def write_whole(out: Path, target: Path, text: str) -> None:
    """Write a file that is there whole or not at all; what a kill leaves of it is swept with the cache."""
    part = out / CACHE / PARTS / uuid.uuid4().hex
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(text, encoding="utf-8")
    part.replace(target)


def _complete(out: Path, journal: dict[str, Any], tidy: Callable[[Collection[str]], object]) -> None:
    staged = out / STAGING / _FILES
    files: list[str] = journal["files"]
    for name in journal["remove"]:
        if any(_one_holds_the_other(name, new) for new in files):
            _remove(out, name)
    for name in sorted(files, key=lambda name: (name == MANIFEST, name)):
        if name == MANIFEST:
            for folder in _folders(files):
                if (out / folder).is_dir():
                    _flush(out / folder)
        if (staged / name).exists():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).replace(out / name)
    _flush(out)
    for name in journal["remove"]:
        _remove(out, name)
    tidy(journal["keep"])
    shutil.rmtree(out / STAGING)
    _flush(out)


def _is_inside(name: str) -> bool:
    """Whether a name from a manifest, which anybody may have edited, stays in the folder."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _check_ways(out: Path, files: Iterable[str], remove: Collection[str]) -> None:
    for name in files:
        for way in PurePosixPath(name).parents:
            if (out / way).exists() and not (out / way).is_dir() and str(way) not in remove:
                raise RunError(f"{out / way} stands in the way of the output {name}; move it, or choose another --out")
        if (out / name).is_dir():
            inside = {path.relative_to(out).as_posix() for path in (out / name).rglob("*") if not path.is_dir()}
            if inside - {*remove} or not inside:
                raise RunError(f"the folder {out / name} stands in the way of the output {name}; move it, or choose another --out")


def _one_holds_the_other(left: str, right: str) -> bool:
    return left.startswith(f"{right}/") or right.startswith(f"{left}/")


def _folders(files: Iterable[str]) -> list[str]:
    """Return the folders of files, the innermost first; the last is the folder of the outputs itself."""
    folders = {str(folder) for name in files for folder in PurePosixPath(name).parents}
    return sorted(folders, key=lambda folder: (-folder.count("/") - (folder != "."), folder))


def _remove(out: Path, name: str) -> None:
    path = out / name
    # After a kill this runs once more, and a new output may stand here as a folder, or in place of the folder around it.
    if path.is_symlink() or path.is_file():
        path.unlink()
    folder = (out / name).parent
    while folder != out and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
