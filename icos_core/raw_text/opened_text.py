"""A text file opened: its lines, and what is wrong with it as an `InputError` that names the file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import TextError, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["faults_named", "open_lines"]


@contextmanager
def faults_named(path: Path) -> Iterator[None]:
    """Within this block, a file that cannot be opened and a text that cannot be read are told with the file's name and the line.

    Raises
    ------
    InputError
        In place of an :class:`OSError` or :class:`~icos_core.raw_text.delimited_text.TextError`.
    """
    try:
        yield
    except OSError as error:
        raise InputError(path.name, f"cannot be opened: {error.strerror or error}") from error
    except TextError as error:
        raise InputError(path.name, str(error), line=error.line) from error


def open_lines(path: Path) -> Lines:
    """Return the lines of a file.

    Raises
    ------
    InputError
        For a file that cannot be opened or is in a wide encoding.
    """
    with faults_named(path):
        return split_lines(path.read_bytes())
