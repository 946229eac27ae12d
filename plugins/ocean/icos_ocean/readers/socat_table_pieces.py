"""A long text in pieces of whole lines, so that a file of many gigabytes is never in memory as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import Lines, TextError, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["PIECE_BYTES", "FileLines", "Piece", "pieces"]

PIECE_BYTES = 1 << 25


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some lines of a file.

    Attributes
    ----------
    first
        Index of its first line in the file.
    offset, size
        Where it stands in the file, in bytes.
    lines
        The lines.
    """

    first: int
    offset: int
    size: int
    lines: Lines


@dataclass(frozen=True)
class FileLines(Lines):
    """Lines of a file that is read again for each of them: for messages."""

    path: Path | None = None
    places: tuple[tuple[int, int, int], ...] = ()

    @classmethod
    def of(cls, path: Path, places: list[tuple[int, int, int]]) -> FileLines:
        """Return the lines of a file whose pieces stand at (first line, offset, size)."""
        none = np.empty(0, dtype=np.int64)
        return cls(data=b"", starts=none, ends=none, path=path, places=tuple(places))

    def raw(self, index: int) -> bytes:
        """Return one line without its end, counted from 0."""
        first, offset, size = next(place for place in reversed(self.places) if place[0] <= index)
        assert self.path is not None
        with self.path.open("rb") as file:
            file.seek(offset)
            return split_lines(file.read(size)).raw(index - first)


def pieces(path: Path, size: int = PIECE_BYTES) -> Iterator[Piece]:
    r"""Yield the lines of a file in pieces of about `size` bytes, cut behind ``\n``.

    Raises
    ------
    OSError
        Where the file cannot be opened.
    TextError
        For a file in a wide encoding, with the line at which that shows.
    """
    first = offset = 0
    with path.open("rb") as file:
        while True:
            data = file.read(size)
            if not data.endswith(b"\n"):
                data += file.readline()
            if not data:
                return
            try:
                lines = split_lines(data)
            except TextError as error:
                raise TextError(str(error), first + 1) from error
            yield Piece(first=first, offset=offset, size=len(data), lines=lines)
            first += len(lines)
            offset += len(data)
