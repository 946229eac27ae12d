"""Rows of what GCWerks exports: columns apart by any number of blanks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.readers.analyser_table import NO_TIME, tell_damage
from icos_atmosphere.readers.gcwerks_export_layout import CLOCK
from icos_atmosphere.readers.stamps import nanoseconds_of
from icos_core.raw_text.byte_fields import Pieces, split_at_blanks
from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates, parse_times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from icos_atmosphere.readers.gcwerks_export_layout import Layout
    from icos_atmosphere.readers.gcwerks_export_options import GcwerksExportOptions
    from icos_core.raw_text.byte_fields import Tokens
    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

    IntArray = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["Rows", "read_rows"]

BLANK, HEADER_AGAIN, TOO_FEW, TOO_MANY = "blank line", "header line again", "too few columns", "too many columns"
_DATE = DateFormat.from_text("yymmdd")
_DIGITS = 6
_TYPES = ("air", "std", "tank", "cal", "target", "zero")
"""Types that are no surprise; those that a laboratory names itself are told."""
_MOST_COUNTED = 2**31 - 1


class Rows(NamedTuple):
    """Rows kept, in the order of the file: lines counted from 1, times [ns since 1970], values by variable."""

    line: IntArray
    time: IntArray
    values: Mapping[str, NDArray[np.generic]]


def read_rows(lines: Lines, layout: Layout, options: GcwerksExportOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    """Read the rows of the type that is wanted; every line after the header is accounted for.

    Rows of other types are counted under their type, and rejected as such: standards and tanks are no air.
    """
    first = layout.header + 1
    account.seen = len(lines) - first
    every = Pieces(np.frombuffer(lines.data, dtype=np.uint8), lines.starts[first:], lines.ends[first:])
    if not len(every):
        return Rows(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), {})
    tokens = split_at_blanks(every)
    left = np.ones(len(every), dtype=bool)
    left &= ~_reject(left & (tokens.count == 0), BLANK, account)
    left &= ~_reject(left & _repeats_header(lines, first), HEADER_AGAIN, account)
    for reason, wrong in ((TOO_FEW, tokens.count < len(layout.names)), (TOO_MANY, tokens.count > len(layout.names))):
        found = _reject(left & wrong, reason, account)
        left &= ~found
        _tell(reason, f"{reason}: expected {len(layout.names)}", np.flatnonzero(found) + first, lines, account)
    rows = np.flatnonzero(left)
    time = _times(tokens, rows)
    valid = time != INVALID
    _reject(~valid, NO_TIME, account)
    _tell(NO_TIME, f"{NO_TIME}; expected yymmdd hhmmss", rows[~valid] + first, lines, account)
    rows, time = rows[valid], time[valid]
    wanted = _of_type(tokens, rows, options.sample_type, first, lines, account)
    rows, time = rows[wanted], time[wanted]
    places = {} if clock_only else layout.places
    values = {name: _values(name, place, layout, tokens, rows, first, lines, account) for name, place in places.items()}
    return Rows(rows + first + 1, time, values)


def _reject(which: Mask, reason: str, account: LineAccount) -> Mask:
    count = int(which.sum())
    account.reject(reason, count)
    account.count_type(f"({reason})", count)
    return which


def _tell(kind: str, message: str, index: IntArray, lines: Lines, account: LineAccount) -> None:
    for told, at in enumerate(index.tolist(), start=1):
        if not account.tell(kind, message, at + 1, lines.raw(at).decode("latin-1")):
            account.tell_more(kind, index.size - told)
            break


def _repeats_header(lines: Lines, first: int) -> Mask:
    """Return the lines that are again what stands above the rows, as where files were put one behind the other."""
    above = {b" ".join(lines.raw(index).split()) for index in range(first)}
    # Rows begin with a digit; what does not is looked at.
    view = np.frombuffer(lines.data, dtype=np.uint8)[lines.starts[first:]]
    found = np.zeros(view.size, dtype=bool)
    for row in np.flatnonzero((view < ord("0")) | (view > ord("9"))).tolist():
        text = b" ".join(lines.raw(first + row).split())
        found[row] = bool(text) and (text in above or text.startswith(b"Created:"))
    return found


def _times(tokens: Tokens, rows: NDArray[np.intp]) -> IntArray:
    days, times = (
        _understood(tokens.token(position)[rows], parse)
        for position, parse in ((0, lambda texts: parse_dates(texts, _DATE)), (1, parse_times))
    )
    return nanoseconds_of(days, times)


def _understood(pieces: Pieces, parse: Callable[[Sequence[str]], IntArray]) -> IntArray:
    which, texts = pieces.words()
    return parse([text if len(text) == _DIGITS and text.isdigit() else "" for text in texts])[which]


def _of_type(tokens: Tokens, rows: NDArray[np.intp], wanted: str, first: int, lines: Lines, account: LineAccount) -> Mask:
    which, words = tokens.token(CLOCK.index("type"))[rows].words()
    keep = np.zeros(rows.size, dtype=bool)
    for code, word in enumerate(words):
        of_word = which == code
        count = int(of_word.sum())
        if word.casefold() == wanted.casefold():
            keep |= of_word
            account.count_type(word, count)
            continue
        account.reject(f"row of another type than {wanted}", count)
        if word.casefold() in _TYPES:
            account.count_type(word, count)
            continue
        at = int(rows[int(np.argmax(of_word))]) + first
        message = f"rows of the type {word[:30]!r}, which is not known, are not read: see the option sample_type"
        account.count_unknown_type(word, count, message, at + 1, lines.raw(at).decode("latin-1"))
    if rows.size and not keep.any():
        account.tell("type", f"no row is of the type {wanted!r}, which is read: see the option sample_type")
    return keep


def _values(
    name: str, place: int, layout: Layout, tokens: Tokens, rows: NDArray[np.intp], first: int, lines: Lines, account: LineAccount
) -> NDArray[np.generic]:
    values, damaged = tokens.token(place)[rows].numbers()
    texts = tokens.token(place)[rows[damaged]].texts()
    cells = {row: f"{text[:40]!r} is not a number" for row, text in zip(damaged.tolist(), texts, strict=True)}
    if name.endswith("_n"):
        counts = np.isfinite(values) & (values == np.floor(values)) & (values >= 0) & (values <= _MOST_COUNTED)
        cells |= {row: f"{values[row]:g} is no number of readings" for row in np.flatnonzero(np.isfinite(values) & ~counts).tolist()}
        values = np.where(counts, values, 0.0)
    tell_damage(layout.names[place], cells, rows + first, lines, account, "latin-1")
    return values.astype(np.int32) if name.endswith("_n") else values
