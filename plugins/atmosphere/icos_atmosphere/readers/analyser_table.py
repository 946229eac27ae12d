"""Rows of a delimited file: times and numbers, with every line accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import number, parse_block
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.regular_lines import regular_lines, reject_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.components import Variable
    from icos_core.raw_text.delimited_text import Block, Lines
    from icos_core.raw_text.line_account import LineAccount

    IntArray = NDArray[np.int64]

__all__ = ["NO_TIME", "ROW", "Form", "Rows", "joined", "ranges_without", "read_rows", "repeats_of", "tell_damage"]

NO_TIME = "no valid date and time"
ROW = "row"
_BLOCK_BYTES = 1 << 24
_FIRST, _LAST = (int(np.datetime64(text, "ns").astype(np.int64)) for text in ("1970-01-01", "2200-01-01"))


@dataclass(frozen=True, kw_only=True)
class Form:
    """How rows are written.

    Attributes
    ----------
    headers
        Name of each column.
    places
        Variable → column.
    words
        Variable → word; integers of it are -1 where a cell holds none.
    time_words, time_numbers
        Columns of the time that hold text, and those that hold numbers.
    moments
        Parsed columns → (n,) ns since 1970 in UTC, `INVALID` where there is no time.
    written
        What a time looks like, for messages.
    separator, mark, decimal, missing, encoding
        Separator of columns, what a row begins with, decimal sign, texts for a missing value, encoding.
    """

    headers: Sequence[str]
    places: Mapping[str, int]
    words: Mapping[str, Variable]
    time_words: Sequence[int] = ()
    time_numbers: Sequence[int] = ()
    moments: Callable[[Block], IntArray]
    written: str
    separator: str = ","
    mark: bytes = b""
    decimal: str = "."
    missing: Sequence[str] = ()
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Rows:
    """Rows kept, in the order of the file: lines counted from 1, times [ns since 1970], values by variable."""

    line: IntArray
    time: IntArray
    values: dict[str, NDArray[np.generic]]


def ranges_without(first: int, last: int, lines: Iterable[int]) -> list[tuple[int, int]]:
    """Return the ranges of lines, ends exclusive, from `first` to `last` that are left without some lines."""
    left, start = [], first
    for line in sorted(lines):
        if line > start:
            left.append((start, line))
        start = line + 1
    return [*left, (start, last)] if start < last else left


def repeats_of(lines: Lines, index: int) -> list[int]:
    """Return the lines after one, counted from 0, that are that line again, as where files were put one behind the other."""
    found = []
    text = lines.raw(index).rstrip()
    place = lines.data.find(b"\n" + text, int(lines.ends[index])) if text else -1
    while place >= 0:
        again = int(lines.starts.searchsorted(place + 1))
        if lines.raw(again).rstrip() == text:
            found.append(again)
        place = lines.data.find(b"\n" + text, place + 1)
    return found


def read_rows(lines: Lines, ranges: Iterable[tuple[int, int]], form: Form, account: LineAccount, *, clock_only: bool = False) -> Rows:
    """Read rows.

    Parameters
    ----------
    lines
        The file.
    ranges
        First line and the one after the last, of each part of the file to read.
    form
        How they are written.
    account
        Takes the account of every line in the ranges.
    clock_only
        Read no values, only what decides whether a row is kept and when it was measured.
    """
    blocks = [block for start, end in ranges for block in lines.blocks(start, end, _BLOCK_BYTES)]
    return joined([_read_block(lines, start, end, form, account, clock_only=clock_only) for start, end in blocks], form.words)


def joined(pieces: Sequence[Rows], words: Mapping[str, Variable]) -> Rows:
    """Put rows together; a variable that some of them lack is missing there."""
    names = dict.fromkeys(name for piece in pieces for name in piece.values)
    empty = np.empty(0, dtype=np.int64)
    return Rows(
        line=np.concatenate([empty, *(piece.line for piece in pieces)]),
        time=np.concatenate([empty, *(piece.time for piece in pieces)]),
        values={
            name: np.concatenate([piece.values.get(name, _missing(words[name], piece.time.size)) for piece in pieces]) for name in names
        },
    )


def _missing(word: Variable, size: int) -> NDArray[np.generic]:
    return np.full(size, np.nan if word.dtype == "float64" else -1, dtype=word.dtype)


def _read_block(lines: Lines, first: int, last: int, form: Form, account: LineAccount, *, clock_only: bool) -> Rows:
    count = len(form.headers)
    needed = (*form.time_words, *form.time_numbers, *form.places.values())
    found = regular_lines(
        lines,
        first,
        last,
        n_fields=count,
        least=1 + max(needed),
        account=account,
        separator=form.separator,
        mark=form.mark,
        encoding=form.encoding,
    )
    places = {} if clock_only else form.places
    block = parse_block(
        found.text,
        found.rows.size,
        count,
        separator=form.separator,
        words=form.time_words,
        numbers=dict.fromkeys(sorted({*form.time_numbers, *places.values()} - {*form.time_words}), number),
        missing=form.missing,
        decimal=form.decimal,
    )
    time = form.moments(block)
    valid = (time != INVALID) & (time >= _FIRST) & (time < _LAST)
    account.count_type(ROW, int(valid.sum()))
    if not valid.all():
        account.count_type(f"({NO_TIME})", int((~valid).sum()))
        reject_rows(account, NO_TIME, f"{NO_TIME}; expected {form.written}", found.rows[~valid], lines, form.encoding)
    values = {name: _values(name, place, block, form, found.rows, valid, lines, account)[valid] for name, place in places.items()}
    return Rows(line=found.rows[valid] + 1, time=time[valid], values=values)


def _values(
    name: str,
    place: int,
    block: Block,
    form: Form,
    index: IntArray,
    valid: NDArray[np.bool_],
    lines: Lines,
    account: LineAccount,
) -> NDArray[np.generic]:
    label, word = form.headers[place].strip(), form.words[name]
    damaged = {row: f"{text[:40]!r} is not a number" for row, text in block.damaged.get(place, {}).items()}
    values = block.numbers[place]
    if word.dtype == "float64":
        tell_damage(label, {row: text for row, text in damaged.items() if valid[row]}, index, lines, account, form.encoding)
        return values
    limits = np.iinfo(word.dtype)
    whole = np.isfinite(values) & (values == np.floor(values)) & (values >= limits.min) & (values <= limits.max)
    damaged |= {row: f"{values[row]:g} is no code" for row in np.flatnonzero(np.isfinite(values) & ~whole).tolist()}
    tell_damage(label, {row: text for row, text in damaged.items() if valid[row]}, index, lines, account, form.encoding)
    return np.where(whole, values, -1.0).astype(word.dtype)


def tell_damage(label: str, cells: Mapping[int, str], index: IntArray, lines: Lines, account: LineAccount, encoding: str = "utf-8") -> None:
    """Count the damaged cells of a column, and tell the first of them.

    Parameters
    ----------
    label
        Name of the column.
    cells
        Row → what is wrong with its cell.
    index
        (n,) line of each row, counted from 0.
    """
    account.damage(label, len(cells))
    for told, row in enumerate(sorted(cells), start=1):
        at = int(index[row])
        text = lines.raw(at).decode(encoding, errors="replace")
        if not account.tell(f"{label}: not a number", f"column {label!r}: {cells[row]}", at + 1, text):
            account.tell_more(f"{label}: not a number", len(cells) - told)
            break
