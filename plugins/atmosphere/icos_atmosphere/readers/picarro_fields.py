"""Fields of a Picarro log turned into numbers: blocks of rows in which every field has its place, 26 bytes wide.

A reading is written ``d.ddddddddddE±dd``. Its eleven digits are an integer that float64 holds exactly, and so is the power of ten
up to 10^22: their quotient is rounded once, and is the double that is nearest to the text – what every parser that rounds correctly
gives. Digits are put together in integer arithmetic on whole blocks, two, four and eight bytes at a time. Fields of another form (a
minus in front, what a person saved again) are found on the way and read apart.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from icos_core.raw_text.delimited_text import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Block = NDArray[np.uint8]

__all__ = ["FIELD_WIDTH", "NumberParser", "field_texts", "is_strict", "reading", "words"]

FIELD_WIDTH = 26
"""Bytes of a field."""

_AT_ONCE = 1 << 15
_WORD = 16
_MOST_BY_ONE = 64
_BLANK, _ZERO, _MINUS = (ord(letter) for letter in " 0-")
_USUAL = re.compile(r"-?[0-9]\.[0-9]{10}E[+-][0-9]{2,3}")

# The form of a reading: what every byte is compared with by exclusive or. Where a digit belongs, 0 to 9 is left of it, and 0 of what
# has to stand there as it is; the sign of the exponent leaves 0 or 6. Added to the limit, anything else has its highest bit set.
_FORM = np.frombuffer(b"0.0000000000E+00", dtype=np.uint8)
_LIMITS = np.where(np.isin(np.arange(_WORD), (1, 12)), 0x7F, 0x76).astype(np.uint8)
_HIGHEST_BITS, _NINE = np.uint64(0x8080808080808080), 9
# Pairs of bytes a, b in the low and high byte of a word become 10 a + b in its high byte: multiplied by 10·256 + 1. The first pair is
# the digit before the point and nothing.
_PAIRS = np.array([256] + [10 * 256 + 1] * 7, dtype=np.uint16)
_FOURS = np.uint32(100 * 65536 + 1)
_FORMS, _ALL_PAIRS = np.tile(_FORM, _AT_ONCE).view(np.uint64), np.tile(_PAIRS, _AT_ONCE)
_DIGITS_AFTER_POINT, _LARGEST_EXACT, _MINUS_SIGN = 10, 22, 600


def _divisors() -> NDArray[np.float64]:
    """Return what the eleven digits are divided by, by the exponent's sign (600 for minus) and digits; NaN where that is not exact."""
    divisors = np.full(1000, np.nan)
    for exponent in range(_DIGITS_AFTER_POINT - _LARGEST_EXACT, _DIGITS_AFTER_POINT + 1):
        divisors[exponent if exponent >= 0 else _MINUS_SIGN - exponent] = 10.0 ** (_DIGITS_AFTER_POINT - exponent)
    divisors[_MINUS_SIGN] = divisors[0]
    return divisors


_DIVISORS = _divisors()


def words(block: Block, position: int, shift: int = 0, kind: str = "<c16", columns: int = 1) -> NDArray[Any]:
    """Return a view of some bytes of the fields of columns side by side, as elements of any type.

    Parameters
    ----------
    block
        (n, width) bytes of rows, contiguous; n is not 0.
    position
        Number of the first column in the file.
    shift
        Which byte of a field is the first.
    kind
        Type of the elements: ``"<c16"`` is sixteen bytes of text.
    columns
        How many columns.

    Returns
    -------
    ndarray
        (columns, n).
    """
    return np.ndarray((columns, block.shape[0]), kind, block, position * FIELD_WIDTH + shift, (FIELD_WIDTH, block.shape[1]))


def field_texts(block: Block, position: int, rows: Iterable[int]) -> list[str]:
    """Return the texts of a field in some rows, without the blanks around them."""
    first = position * FIELD_WIDTH
    return [block[row, first : first + FIELD_WIDTH].tobytes().decode("latin-1").strip() for row in rows]


class NumberParser:
    """Reads the numbers of some columns out of blocks of rows.

    Parameters
    ----------
    positions
        Number of each column in the file, from 0, increasing.
    first_row
        (1, width) bytes of the first row. A column whose first number has the instrument's form has only such numbers: what looks
        like another one is damaged.
    """

    def __init__(self, positions: Sequence[int], first_row: Block) -> None:
        self._positions = tuple(positions)
        edges = [0, *(at + 1 for at in range(len(positions) - 1) if positions[at + 1] != positions[at] + 1), len(positions)]
        self._neighbours = [slice(first, last) for first, last in pairwise(edges) if last > first]
        self._is_strict = [is_strict(first_row, position) for position in self._positions]
        usual = [position for position, strict in zip(self._positions, self._is_strict, strict=True) if strict]
        self._long_exponents = any(len(field_texts(first_row, position, [0])[0].lstrip("-")) > _WORD for position in usual)
        self.rows_at_once = max(_AT_ONCE // max(len(self._positions), 1), 1)
        fields = len(self._positions) * self.rows_at_once
        self._bytes = np.empty(fields * _WORD, dtype=np.uint8)
        self._digits = np.empty(fields)
        self._exponents = np.empty(fields, dtype=np.intp)
        self._divisors = np.empty(fields)

    def parse(self, block: Block, values: NDArray[np.float64]) -> dict[int, NDArray[np.intp]]:
        """Read the numbers of a block of up to `rows_at_once` rows.

        Parameters
        ----------
        block
            (n, width) bytes of rows, contiguous.
        values
            (columns, n) array to fill; NaN where a field is no number.

        Returns
        -------
        dict
            Index of a column → rows in which its field is no number; columns without any are absent.
        """
        size = block.shape[0]
        text = self._bytes[: len(self._positions) * size * _WORD]
        places = text.view(np.complex128).reshape(len(self._positions), size)
        ended = True
        for columns in self._neighbours:
            position, count = self._positions[columns.start], columns.stop - columns.start
            np.copyto(places[columns], words(block, position, columns=count))
            if self._long_exponents:
                # Two digits of the exponent are looked at; the first of three has to be 0.
                last = places[columns].view(np.uint16).reshape(count, size, _WORD // 2)[..., -1]
                np.copyto(last, words(block, position, _WORD - 1, "<u2", count))
            ended = ended and not self._runs_on(block, position, count).any()
        if self._put_together(text, values) and ended:
            return {}
        return self._read_apart(block, values)

    def _runs_on(self, block: Block, position: int, columns: int = 1) -> NDArray[np.bool_]:
        """Tell where the text of a field is not over after the number."""
        if not self._long_exponents:
            return np.asarray(words(block, position, _WORD, "u1", columns) != _BLANK)
        ends = words(block, position, _WORD + 1, "u1", columns), words(block, position, _WORD - 2, "u1", columns)
        return np.asarray((ends[0] != _BLANK) | (ends[1] != _ZERO))

    def _put_together(self, text: NDArray[np.uint8], values: NDArray[np.float64]) -> bool:
        """Make numbers of texts of the usual form; tell whether all have it. `text` is overwritten."""
        fields = text.size // _WORD
        whole, pairs, fours = text.view(np.uint64), text.view(np.uint16), text.view(np.uint32)
        np.bitwise_xor(whole, _FORMS[: whole.size], out=whole)
        # What is left of a letter that has to be there makes an exponent that no divisor has, that of the point is looked at apart.
        has_form = text.max(initial=0) <= _NINE and pairs[:: _WORD // 2].max(initial=0) <= _NINE
        np.multiply(pairs, _ALL_PAIRS[: pairs.size], out=pairs)
        np.right_shift(pairs, 8, out=pairs)
        np.multiply(fours, _FOURS, out=fours)
        np.right_shift(fours, np.uint32(16), out=fours)
        digits, exponents, divisors = self._digits[:fields], self._exponents[:fields], self._divisors[:fields]
        np.multiply(fours[0::4], 1e4, out=digits)
        np.add(digits, fours[1::4], out=digits)
        np.multiply(digits, 1e4, out=digits)
        np.add(digits, fours[2::4], out=digits)
        np.copyto(exponents, fours[3::4])
        _DIVISORS.take(exponents, out=divisors, mode="clip")
        np.divide(digits.reshape(values.shape), divisors.reshape(values.shape), out=values)
        return bool(has_form and not np.isnan(divisors.sum()))

    def _read_apart(self, block: Block, values: NDArray[np.float64]) -> dict[int, NDArray[np.intp]]:
        """Read the fields again that have not the usual form."""
        unreadable = {}
        for index, position in enumerate(self._positions):
            first = position * FIELD_WIDTH
            rows = np.flatnonzero(~self._has_form(block[:, first : first + FIELD_WIDTH]) | np.isnan(values[index]))
            if not rows.size:
                continue
            fields = block[rows, first : first + FIELD_WIDTH]
            found = self._negative(fields)
            left = np.flatnonzero(np.isnan(found))
            found[left] = _as_written(fields[left]) if self._is_strict[index] else _any_form(fields[left])
            values[index, rows] = found
            if np.isnan(found).any():
                unreadable[index] = rows[np.isnan(found)]
        return unreadable

    def _has_form(self, fields: Block) -> NDArray[np.bool_]:
        """Tell which of (n, 26) fields hold a number of the usual form and nothing else up to its end."""
        compared = self._text_of(fields).view(np.uint64).reshape(-1, 2) ^ _FORM.view(np.uint64)
        compared |= compared + _LIMITS.view(np.uint64)
        formed = (compared[:, 0] | compared[:, 1]) & _HIGHEST_BITS == 0
        if not self._long_exponents:
            return np.asarray(formed & (fields[:, _WORD] == _BLANK))
        return np.asarray(formed & (fields[:, _WORD + 1] == _BLANK) & (fields[:, _WORD - 2] == _ZERO))

    def _text_of(self, fields: Block) -> NDArray[np.uint8]:
        """Return a copy of the bytes of the numbers that are put together."""
        text = np.array(fields[:, :_WORD], order="C")
        if self._long_exponents:
            text[:, -2:] = fields[:, _WORD - 1 : _WORD + 1]
        return text

    def _negative(self, fields: Block) -> NDArray[np.float64]:
        """Return the numbers of fields with a minus before the usual form, NaN for others."""
        found = np.full(fields.shape[0], np.nan)
        rows = np.flatnonzero(fields[:, 0] == _MINUS)
        shifted = np.roll(fields[rows], -1, axis=1)
        values = np.empty((1, rows.size))
        self._put_together(self._text_of(shifted).reshape(-1), values)
        found[rows] = np.where(self._has_form(shifted), -values[0], np.nan)
        return found


def _as_written(fields: Block) -> NDArray[np.float64]:
    """Return the numbers of (n, 26) fields of the instrument's form, whatever their exponent; NaN for all that has another form."""
    return np.array([reading(text, strict=True) for text in field_texts(fields, 0, range(fields.shape[0]))])


def _any_form(fields: Block) -> NDArray[np.float64]:
    """Return the numbers of (n, 26) fields of any form, NaN where one is none."""
    values = np.full(fields.shape[0], np.nan)
    if values.size > _MOST_BY_ONE:
        ends = np.arange(0, fields.size + 1, FIELD_WIDTH, dtype=np.int32)
        texts = pa.StringArray.from_buffers(values.size, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(fields)))
        with suppress(pa.ArrowInvalid):  # where one of them is no number each is looked at
            values = pc.cast(pc.ascii_trim_whitespace(texts), pa.float64()).to_numpy(zero_copy_only=False).copy()
    for row in np.flatnonzero(~np.isfinite(values)).tolist():
        values[row] = reading(field_texts(fields, 0, [row])[0])
    return values


def reading(text: str, *, strict: bool = False) -> float:
    """Return the number that a text is, NaN where it is none, or where it shall have the instrument's form and has not."""
    value = number(text) if not strict or _USUAL.fullmatch(text) else None
    return np.nan if value is None else value


def is_strict(first_row: Block, position: int) -> bool:
    """Whether a column has the instrument's form in the first row, and therefore throughout."""
    return any(map(_USUAL.fullmatch, field_texts(first_row, position, range(first_row.shape[0]))))
