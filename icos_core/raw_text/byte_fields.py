"""Fields of lines of any shape, turned into numbers in numpy: for logs that mix several sentences, which no table parser takes.

A piece of text is where it begins and ends in the bytes of the file. Nothing is copied until a number or a word is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Offsets = NDArray[np.int64]

__all__ = ["Fields", "Pieces", "Tokens", "split_at_blanks", "split_fields"]

_ROWS_AT_ONCE = 1 << 15
_LONGEST = 24
_EXACT_DIGITS = 15  # an integer of so many digits, and the power of ten that it is divided by, are exact in float64
_ZERO, _NINE, _POINT, _PLUS, _MINUS, _BLANK, _TAB, _LINE_END = (ord(letter) for letter in "09.+- \t\n")


@dataclass(frozen=True)
class Pieces:
    """Pieces of a text.

    Attributes
    ----------
    view
        Bytes of the text.
    starts, ends
        (n,) int64 offsets of the first byte of each piece, and of the byte after its last. A piece that is not there is empty.
    """

    view: Bytes
    starts: Offsets
    ends: Offsets

    def __len__(self) -> int:
        """Return the number of pieces."""
        return int(self.starts.size)

    def __getitem__(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Pieces:
        """Return some of the pieces."""
        return Pieces(self.view, self.starts[rows], self.ends[rows])

    def text(self, row: int) -> str:
        """Return one piece as text."""
        return self.view[self.starts[row] : self.ends[row]].tobytes().decode("latin-1")

    def texts(self) -> list[str]:
        """Return all pieces as texts, faster than one by one."""
        if not len(self):
            return []
        first = int(self.starts.min())
        together = self.view[first : int(self.ends.max())].tobytes().decode("latin-1")
        starts, ends = (self.starts - first).tolist(), np.maximum(self.ends - first, 0).tolist()
        return [together[start:end] for start, end in zip(starts, ends, strict=True)]

    def stripped(self) -> Pieces:
        """Return the pieces without the blanks and tabs around them."""
        starts, ends = self.starts.copy(), self.ends.copy()
        rows = np.flatnonzero(starts < ends)
        while rows.size:
            rows = rows[self._is_blank(starts[rows])]
            starts[rows] += 1
            rows = rows[starts[rows] < ends[rows]]
        rows = np.flatnonzero(starts < ends)
        while rows.size:
            rows = rows[self._is_blank(ends[rows] - 1)]
            ends[rows] -= 1
            rows = rows[starts[rows] < ends[rows]]
        return Pieces(self.view, starts, ends)

    def _is_blank(self, places: Offsets) -> NDArray[np.bool_]:
        found = self.view[places]
        return np.asarray((found == _BLANK) | (found == _TAB))

    def letters(self) -> Bytes:
        """Return the one letter of each piece in upper case, 0 for a piece that is empty or longer."""
        piece = self.stripped()
        single = piece.ends - piece.starts == 1
        found = np.zeros(len(self), dtype=np.uint8)
        found[single] = self.view[piece.starts[single]]
        is_small = (found >= ord("a")) & (found <= ord("z"))
        return np.where(is_small, found - np.uint8(32), found)

    def words(self) -> tuple[NDArray[np.intp], tuple[str, ...]]:
        """Return the distinct texts, stripped and sorted, and the index into them of each piece."""
        texts = self.stripped().texts()
        distinct = tuple(sorted(set(texts)))
        index = {text: code for code, text in enumerate(distinct)}
        return np.array([index[text] for text in texts], dtype=np.intp), distinct

    def numbers(self, missing: Sequence[str] = ()) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return the numbers that the pieces are, NaN where one is empty or is none; and which are not empty and yet no number.

        Parameters
        ----------
        missing
            Texts that stand for a missing value beside ``NaN``.
        """
        values = np.full(len(self), np.nan)
        damaged = [
            first + self[first : first + _ROWS_AT_ONCE]._convert(values[first : first + _ROWS_AT_ONCE], missing)  # noqa: SLF001  # own kind
            for first in range(0, len(self), _ROWS_AT_ONCE)
        ]
        return values, np.concatenate([np.empty(0, dtype=np.intp), *damaged])

    def _convert(self, values: NDArray[np.float64], missing: Sequence[str]) -> NDArray[np.intp]:
        """Fill `values`; return the rows that are no number."""
        piece = self.stripped()
        length = piece.ends - piece.starts
        is_plain = (length > 0) & (length <= _LONGEST)
        width = int(length[is_plain].max(initial=0))
        first = self.view.take(piece.starts, mode="clip")
        signed = is_plain & ((first == _MINUS) | (first == _PLUS))
        mantissa = np.zeros(len(self), dtype=np.int64)
        digits = np.zeros(len(self), dtype=np.int64)
        decimals = np.zeros(len(self), dtype=np.int64)
        after_point = np.zeros(len(self), dtype=bool)
        for place in range(width):
            found = self.view.take(piece.starts + place, mode="clip")
            inside = place < length
            is_digit = inside & (found >= _ZERO) & (found <= _NINE)
            mantissa = np.where(is_digit, mantissa * 10 + (found.astype(np.int64) - _ZERO), mantissa)
            digits += is_digit
            decimals += is_digit & after_point
            is_point = inside & (found == _POINT) & ~after_point
            after_point |= is_point
            sign = signed if place == 0 else False
            is_plain &= ~inside | is_digit | is_point | sign
        is_plain &= (digits > 0) & (digits <= _EXACT_DIGITS)
        magnitude = mantissa[is_plain] / 10.0 ** decimals[is_plain]
        values[is_plain] = np.where(first[is_plain] == _MINUS, -magnitude, magnitude)
        absent = {word.casefold() for word in ("nan", *missing)}
        damaged = []
        for row in np.flatnonzero(~is_plain & (length > 0)).tolist():
            text = piece.text(row)
            value = number(text) if len(text) <= 10 * _LONGEST else None
            if value is not None:
                values[row] = value
            elif text.casefold() not in absent:
                damaged.append(row)
        return np.array(damaged, dtype=np.intp)


@dataclass(frozen=True)
class Fields:
    """Delimited fields of lines that need not have the same number of them.

    Attributes
    ----------
    view
        Bytes of the text.
    count
        (n,) number of fields of each line.
    """

    view: Bytes
    count: Offsets
    _starts: Offsets
    _ends: Offsets
    _separators: Offsets
    _first: Offsets

    def field(self, position: int) -> Pieces:
        """Return one field of every line, counted from 0; empty where a line has not so many."""
        exists = position < self.count
        last = position == self.count - 1
        before = self._separators.take(self._first + position - 1, mode="clip") if self._separators.size and position else self._starts - 1
        after = self._separators.take(self._first + position, mode="clip") if self._separators.size else self._ends
        starts = np.where(exists, before + 1, self._ends)
        ends = np.where(exists, np.where(last, self._ends, after), self._ends)
        return Pieces(self.view, starts, ends)


def split_fields(lines: Pieces, separator: str, separators: Offsets | None = None) -> Fields:
    """Split lines at a separator.

    Parameters
    ----------
    lines
        The lines, or the parts of them that hold fields.
    separator
        One character.
    separators
        Offsets of that character in the text, where they are known already.
    """
    found = np.flatnonzero(lines.view == ord(separator)) if separators is None else separators
    first = np.searchsorted(found, lines.starts)
    count = np.where(lines.starts <= lines.ends, np.searchsorted(found, lines.ends) - first + 1, 0)
    return Fields(lines.view, np.asarray(count, dtype=np.int64), lines.starts, lines.ends, found, np.asarray(first, dtype=np.int64))


@dataclass(frozen=True)
class Tokens:
    """What stands between blanks and tabs in lines.

    Attributes
    ----------
    lines
        The lines.
    count
        (n,) number of tokens of each line.
    """

    lines: Pieces
    count: Offsets
    _starts: Offsets
    _ends: Offsets
    _first: Offsets

    def token(self, position: int) -> Pieces:
        """Return one token of every line, counted from 0; empty where a line has not so many."""
        exists = position < self.count
        starts = np.where(exists, self._of_lines(self._starts, position), self.lines.ends)
        return Pieces(self.lines.view, starts, np.where(exists, self._of_lines(self._ends, position), self.lines.ends))

    def rest(self, position: int) -> Pieces:
        """Return what stands from one token on to the end of each line, blanks within it included."""
        return Pieces(self.lines.view, self.token(position).starts, self.lines.ends).stripped()

    def _of_lines(self, places: Offsets, position: int) -> Offsets:
        return places.take(self._first + position, mode="clip") if places.size else self.lines.ends


def split_at_blanks(lines: Pieces) -> Tokens:
    """Split lines at any number of blanks and tabs."""
    blank = np.concatenate([[True], np.isin(lines.view, (_BLANK, _TAB, _LINE_END)), [True]])
    blank[lines.starts] = True  # whatever is in front of a piece is none of it
    edges = np.flatnonzero(blank[1:] != blank[:-1])
    starts, ends = edges[::2], edges[1::2]
    first = np.searchsorted(starts, lines.starts)
    return Tokens(lines, np.searchsorted(starts, lines.ends) - first, starts, ends, first)
