"""All files of an export appear together, or none do."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["file_stem", "write_all"]


def file_stem(*words: str) -> str:
    """Join words to a file name without folder or ending: whatever is no letter, digit, ``.``, ``-`` or ``_`` becomes ``-``."""
    kept = ("".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in word) for word in words)
    return "_".join(word.strip(".") for word in kept if word)


def write_all(folder: Path, files: Sequence[tuple[str, Callable[[Path], None]]]) -> tuple[Path, ...]:
    """Write files beside `folder`'s contents, then move them in; where one fails, none appears.

    Parameters
    ----------
    folder
        Existing folder.
    files
        Name and the function that writes the file to the path it is given.

    Returns
    -------
    tuple of Path
        The files, in the order given.

    Raises
    ------
    DataError
        Where two files have the same name.
    """
    names = [name for name, _ in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"two parts of one export have the same file name {twice[0]!r}: stream names or expocodes differ too little")
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    moved: list[Path] = []
    try:
        for name, write in files:
            write(partial / name)
        for name in names:
            (partial / name).replace(folder / name)
            moved.append(folder / name)
    except BaseException:
        for path in moved:
            path.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return tuple(moved)
