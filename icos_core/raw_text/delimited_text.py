"""Delimited text as loggers write it, parsed fast and with every line accounted for.

The work is divided: :func:`split_lines` finds the lines whatever their ends, :func:`count_fields` finds those of the wrong shape,
:func:`parse_block` hands the regular ones to the C parser of pandas in one piece. Only cells that are no number go the slow way.
Lines keep their number in the file throughout, so that a message can name them.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "Block",
    "HeaderError",
    "Lines",
    "TextError",
    "Words",
    "count_fields",
    "cut_at_headers",
    "gather",
    "number",
    "parse_block",
    "repaired",
    "split_lines",
]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NEWLINE = 10
_SCAN_BYTES = 1 << 24
# Bytes beyond ASCII mean nothing in numbers, dates and type words; no-break space and degree sign (Windows-1252, Latin-1) are blanks.
_TO_ASCII = bytes(byte if byte < 128 else (32 if byte in {0xA0, 0xB0} else 63) for byte in range(256))
# Every mode of pandas >= 3.1 rounds correctly, and naming one is deprecated there; before, only this one does.
_EXACT: dict[str, Any] = {} if Version(pd.__version__) >= Version("3.1.0.dev0") else {"float_precision": "round_trip"}


class TextError(ValueError):
    """A text that cannot be read at all, with the line that shows it where there is one."""

    def __init__(self, message: str, line: int | None = None) -> None:
        self.line = line
        super().__init__(message)


class HeaderError(TextError):
    """A header that lacks what the reader cannot do without, or that cannot be used."""


@dataclass(frozen=True)
class Lines:
    r"""Lines of a text whose line ends are all ``\n``.

    Attributes
    ----------
    data
        The text.
    starts, ends
        (n,) int64 offsets of the first byte of each line and of its line end.
    complete
        Whether the last line had an end; a file that was cut off has none.
    """

    data: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    complete: bool = True

    def __len__(self) -> int:
        """Return the number of lines."""
        return int(self.starts.size)

    def raw(self, index: int) -> bytes:
        """Return one line without its end, counted from 0."""
        return self.data[self.starts[index] : self.ends[index]]

    def blocks(self, first: int, last: int, size: int) -> Iterator[tuple[int, int]]:
        """Cut lines `first` to `last` (exclusive) into runs of about `size` bytes."""
        while first < last:
            stop = int(np.searchsorted(self.starts, self.starts[first] + size))
            stop = min(max(stop, first + 1), last)
            yield first, stop
            first = stop


@dataclass(frozen=True)
class Words:
    """A column of few distinct texts: `codes` index into `words`, -1 where the cell is empty."""

    codes: NDArray[np.int64]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """Parsed columns of a run of lines.

    Attributes
    ----------
    numbers
        Column → (n,) float64, NaN where the cell is empty, stands for a missing value, or is damaged.
    words
        Column → its distinct texts.
    damaged
        Column → row → text of the cells that are no number; columns without any are absent.
    """

    numbers: dict[int, NDArray[np.float64]]
    words: dict[int, Words]
    damaged: dict[int, dict[int, str]] = field(default_factory=dict)


def split_lines(data: bytes) -> Lines:
    r"""Find the lines of a text that ends its lines with ``\r\n``, ``\n``, ``\r`` or a mixture.

    A byte-order mark of UTF-8 is dropped. A last line without an end counts as a line.

    Raises
    ------
    TextError
        For UTF-16 and UTF-32, recognised by their byte-order mark or by their NUL bytes.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_wide(data[:4096]):
        raise TextError("the file is UTF-16 or UTF-32; expected one byte per character: save it as plain text")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    complete = not data or data.endswith(b"\n")
    if not complete:
        data += b"\n"
    view = np.frombuffer(data, dtype=np.uint8)
    ends = np.concatenate(
        [np.flatnonzero(view[offset : offset + _SCAN_BYTES] == _NEWLINE) + offset for offset in range(0, max(view.size, 1), _SCAN_BYTES)]
    ).astype(np.int64)
    starts = np.empty_like(ends)
    starts[:1] = 0
    starts[1:] = ends[:-1] + 1
    return Lines(data=data, starts=starts, ends=ends, complete=complete)


def _looks_wide(head: bytes) -> bool:
    # Latin text in UTF-16 without a mark has a NUL in every other byte; a damaged file has them in a row.
    return len(head) >= 16 and max(head[::2].count(0), head[1::2].count(0)) > 0.4 * len(head) and head.count(0) < 0.8 * len(head)


def count_fields(lines: Lines, first: int, last: int, separator: str) -> NDArray[np.int64]:
    """Count the fields of lines `first` to `last` (exclusive)."""
    begin = lines.starts[first]
    view = np.frombuffer(lines.data, dtype=np.uint8)[begin : lines.ends[last - 1]]
    separators = np.flatnonzero(view == ord(separator))
    before_start = np.searchsorted(separators, lines.starts[first:last] - begin)
    before_end = np.searchsorted(separators, lines.ends[first:last] - begin)
    return np.asarray(before_end - before_start + 1, dtype=np.int64)


def cut_at_headers(lines: Lines, header: int, separator: str) -> list[tuple[int, int]]:
    """Cut a file where a header line differs from the one before it.

    A header line begins with the same field as the first one; the same header again is no cut.

    Parameters
    ----------
    lines
        The file.
    header
        Index of the first header line.
    separator
        One character.

    Returns
    -------
    list of (int, int)
        Index of each header line, and of the line after the last that stands under it.
    """
    current = lines.raw(header).rstrip()
    first_field = current.split(separator.encode())[0]
    cuts = [header]
    if first_field.strip():
        mark = b"\n" + first_field + separator.encode()
        position = lines.data.find(mark, int(lines.ends[header]))
        while position >= 0:
            index = int(np.searchsorted(lines.starts, position + 1))
            text = lines.raw(index).rstrip()
            if text != current:
                cuts.append(index)
                current = text
            position = lines.data.find(mark, position + 1)
    return list(zip(cuts, [*cuts[1:], len(lines)], strict=True))


def repaired(raw: bytes, wanted: int, least: int, separator: str) -> bytes | None:
    """Return a line with blank fields at its end added or taken away, None where it truly has too few or too many.

    Parameters
    ----------
    raw
        The line.
    wanted
        Number of fields it shall have.
    least
        Number of fields it must have already.
    separator
        One character.
    """
    mark = separator.encode()
    parts = raw.split(mark)
    if least <= len(parts) <= wanted:
        return raw + mark * (wanted - len(parts))
    if len(parts) > wanted and not any(part.strip() for part in parts[wanted:]):
        return mark.join(parts[:wanted])
    return None


def gather(lines: Lines, first: int, regular: NDArray[np.bool_], instead: Mapping[int, bytes]) -> bytes:
    """Return the text of some lines: those that are regular in one piece, those with another text between them.

    Parameters
    ----------
    lines
        The file.
    first
        Index of the line that the next two count from.
    regular
        (n,) which lines are wanted as they are.
    instead
        Lines wanted with another text.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], regular, [False]]).astype(np.int8)))
    pieces = {
        start: lines.data[lines.starts[first + start] : lines.ends[first + stop - 1] + 1] for start, stop in edges.reshape(-1, 2).tolist()
    }
    pieces.update((index, text + b"\n") for index, text in instead.items())
    return b"".join(pieces[index] for index in sorted(pieces))


def number(text: str) -> float | None:
    """Return the number that a text is, None where it is none (``10.0.3``, ``H``, ``-``, ``1e``, ``inf``)."""
    if _NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def parse_block(
    text: bytes,
    n_rows: int,
    n_fields: int,
    *,
    separator: str,
    words: Sequence[int],
    numbers: Mapping[int, Callable[[str], float | None]],
    missing: Sequence[str] = (),
    decimal: str = ".",
) -> Block:
    r"""Parse lines that all have the same number of fields.

    Parameters
    ----------
    text
        The lines, each ended by ``\n``, none of them empty.
    n_rows, n_fields
        Number of lines and of fields in each.
    separator
        One character.
    words
        Columns to deliver as distinct texts, without the blanks around them.
    numbers
        Column → function that makes a number of a stripped text which the C parser could not read, or returns None: see :func:`number`.
    missing
        Texts that stand for a missing value beside an empty cell and ``NaN``; those that are numbers count by value.
    decimal
        Decimal sign.

    Raises
    ------
    TextError
        If the parser finds another number of rows than there are lines.
    """
    if n_rows == 0:
        return Block(
            numbers={column: np.empty(0) for column in numbers},
            words={column: Words(np.empty(0, dtype=np.int64), ()) for column in words},
        )
    frame = pd.read_csv(
        io.BytesIO(text if text.isascii() else text.translate(_TO_ASCII)),
        sep=separator,
        header=None,
        names=range(n_fields),
        usecols=sorted({*words, *numbers}),
        # Not "category": of words that are all digits pandas 3 makes numbers, and 000156 becomes 156.
        dtype=dict.fromkeys(words, str),
        quoting=3,
        keep_default_na=False,
        na_values=["", "NaN"],
        skip_blank_lines=False,
        lineterminator="\n",
        decimal=decimal,
        engine="c",
        low_memory=False,
        **_EXACT,
    )
    if len(frame) != n_rows:
        raise TextError(f"{n_rows} lines were parsed as {len(frame)} rows")
    values: dict[int, NDArray[np.float64]] = {}
    damaged: dict[int, dict[int, str]] = {}
    absent = {word.strip().casefold() for word in ("", "nan", *missing)}
    absent_values = [value for value in map(number, missing) if value is not None]
    for column, convert in numbers.items():
        values[column], wrong = _numbers(frame[column], convert, absent, decimal)
        for value in absent_values:
            values[column][values[column] == value] = np.nan
        if wrong:
            damaged[column] = wrong
    return Block(numbers=values, words={column: _words(frame[column]) for column in words}, damaged=damaged)


def _words(series: pd.Series[Any]) -> Words:
    codes, found = pd.factorize(series)
    texts = [str(word).strip() for word in found.tolist()]
    # Cells that differ by blanks only are one word; a cell of blanks only is empty.
    codes_of = {word: code for code, word in enumerate(dict.fromkeys(filter(None, texts)))}
    recode = np.array([*(codes_of.get(text, -1) for text in texts), -1], dtype=np.int64)
    return Words(codes=recode[codes.astype(np.int64)], words=tuple(codes_of))


def _numbers(
    series: pd.Series[Any], convert: Callable[[str], float | None], absent: set[str], decimal: str
) -> tuple[NDArray[np.float64], dict[int, str]]:
    if series.dtype.kind in "iuf":
        values = series.to_numpy(dtype=np.float64, copy=True)
        infinite = np.flatnonzero(np.isinf(values))
        values[infinite] = np.nan
        return values, dict.fromkeys(infinite.tolist(), "number out of range")
    codes, texts = pd.factorize(series)
    converted = np.full(len(texts) + 1, np.nan)
    unreadable: dict[int, str] = {}
    for code, text in enumerate(map(str, texts)):
        stripped = text.strip()
        if stripped.casefold() in absent:
            continue
        value = convert(stripped if decimal == "." else stripped.replace(decimal, "."))
        if value is None:
            unreadable[code] = stripped
        else:
            converted[code] = value
    is_wrong = np.zeros(len(texts) + 1, dtype=bool)
    is_wrong[list(unreadable)] = True
    rows = np.flatnonzero(is_wrong[codes])
    return converted[codes], {int(row): unreadable[int(codes[row])] for row in rows}
