"""Dates with times of day as loggers write them, many at once from the bytes of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.byte_fields import Pieces
from icos_core.raw_text.instrument_clock import INVALID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.raw_text.instrument_clock import DateFormat

    IntArray = NDArray[np.int64]
    Letters = NDArray[np.uint8]

__all__ = ["days_from_civil", "parse_dates_and_times", "parse_stamps", "parse_times_of_day"]

_SECOND = 1_000_000_000
_DAY = 86400 * _SECOND
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_LONGEST = 40
_MOST_LAYOUTS = 8
_QUOTE = ord('"')
_TIME = r"(?P<h>[0-9]{1,2}(?=:)|[0-9]{2}):?(?P<n>[0-9]{2})(?::?(?P<s>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9})[0-9]*)?)?"
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True)
class _Layout:
    """Where the parts of a stamp stand: part → first place and the one after its last; other places hold these letters."""

    parts: dict[str, tuple[int, int]]
    letters: Letters
    fixed: NDArray[np.intp]


def parse_stamps(pieces: Pieces, date_format: DateFormat) -> IntArray:
    """Return nanoseconds since 1970 of each stamp, `INVALID` where a piece is none.

    Understands ``2018-07-20 08:30:00``, ``20.07.2018 08:30``, ``2018-07-20T08:30:00.1Z``, ``20180720083000``; days alone are midnight. A
    fraction of a second may be there or not, row by row. Quotes and blanks around a stamp are passed over.

    Parameters
    ----------
    pieces
        (n,) stamps.
    date_format
        Order of day, month and year.
    """
    return _parsed(pieces, _expression(date_format), short_year=date_format.year_digits == 2)


def parse_times_of_day(pieces: Pieces) -> IntArray:
    """Return nanoseconds since midnight of each time of day, `INVALID` where a piece is none: ``08:30``, ``8:30:00.5``, ``083000``.

    Parameters
    ----------
    pieces
        (n,) times of day.
    """
    return _parsed(pieces, re.compile(_TIME, re.ASCII), short_year=False)


def parse_dates_and_times(dates: Pieces, times: Pieces, date_format: DateFormat) -> IntArray:
    """Return nanoseconds since 1970 of dates and times of day in two columns, `INVALID` where either is none.

    Parameters
    ----------
    dates, times
        (n,) dates and times of day.
    date_format
        Order of day, month and year.
    """
    days, of_day = parse_stamps(dates, date_format), parse_times_of_day(times)
    valid = (days != INVALID) & (of_day != INVALID)
    return np.where(valid, np.where(valid, days, 0) + np.where(valid, of_day, 0), INVALID)


def _parsed(pieces: Pieces, expression: re.Pattern[str], *, short_year: bool) -> IntArray:
    found = np.full(len(pieces), INVALID, dtype=np.int64)
    pieces = _unquoted(pieces.stripped())
    lengths = pieces.ends - pieces.starts
    for length in np.unique(lengths).tolist():
        if 0 < length <= _LONGEST:
            rows = np.flatnonzero(lengths == length)
            found[rows] = _of_one_length(pieces[rows], length, expression, short_year=short_year)
    return found


def days_from_civil(year: IntArray, month: IntArray, day: IntArray) -> IntArray:
    """Return days since 1970-01-01, `INVALID` where there is no such day, or none from 1970 to 2199.

    Parameters
    ----------
    year, month, day
        (n,) whole numbers of any size.
    """
    there = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)
    year, month = np.where(there, year, _FIRST_YEAR), np.where(there, month, 1)
    is_leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    there &= day <= _MONTH_DAYS[month] + (is_leap & (month == 2))
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return np.where(there, months.astype("datetime64[D]").astype(np.int64) + day - 1, INVALID)


def _unquoted(pieces: Pieces) -> Pieces:
    if not len(pieces):
        return pieces
    long = pieces.ends - pieces.starts >= 2
    first, last = pieces.view.take(pieces.starts, mode="clip"), pieces.view.take(pieces.ends - 1, mode="clip")
    quoted = (long & (first == _QUOTE) & (last == _QUOTE)).astype(np.int64)
    return Pieces(pieces.view, pieces.starts + quoted, pieces.ends - quoted)


def _expression(date_format: DateFormat) -> re.Pattern[str]:
    widths = {"y": f"{{{date_format.year_digits}}}", "m": "{1,2}", "d": "{1,2}"}
    tight = {"y": widths["y"], "m": "{2}", "d": "{2}"}
    free = r"[./\- ]".join(f"(?P<{part}>[0-9]{widths[part]})" for part in date_format.order)
    joined = "".join(f"(?P<{part}_>[0-9]{tight[part]})" for part in date_format.order)
    time = _TIME.replace("P<h>", "P<H>").replace("P<n>", "P<N>").replace("P<s>", "P<S>").replace("P<f>", "P<F>")
    return re.compile(rf"(?:{free}(?:[ T]+{_TIME})?|{joined}(?:[ T]*{time})?)Z?", re.ASCII)


def _of_one_length(pieces: Pieces, length: int, expression: re.Pattern[str], *, short_year: bool) -> IntArray:
    letters = pieces.view[pieces.starts[:, None] + np.arange(length)]
    found = np.full(len(pieces), INVALID, dtype=np.int64)
    left = np.arange(len(pieces))
    for _ in range(_MOST_LAYOUTS):
        if not left.size:
            return found
        layout = _layout(letters[left[0]], expression)
        if layout is None:
            left = left[1:]
            continue
        fits = _fits(letters[left], layout)
        found[left[fits]] = _moments(letters[left[fits]], layout, short_year=short_year)
        left = left[~fits]
    for row in left.tolist():
        layout = _layout(letters[row], expression)
        if layout is not None:
            found[row] = _moments(letters[row : row + 1], layout, short_year=short_year)[0]
    return found


def _layout(letters: Letters, expression: re.Pattern[str]) -> _Layout | None:
    match = expression.fullmatch(letters.tobytes().decode("latin-1"))
    if match is None:
        return None
    parts = {part.rstrip("_").lower(): match.span(part) for part, text in match.groupdict().items() if text is not None}
    fixed = np.ones(letters.size, dtype=bool)
    for start, end in parts.values():
        fixed[start:end] = False
    return _Layout(parts, letters, np.flatnonzero(fixed))


def _fits(letters: Letters, layout: _Layout) -> NDArray[np.bool_]:
    fits = np.ones(len(letters), dtype=bool)
    for place in layout.fixed.tolist():
        fits &= letters[:, place] == layout.letters[place]
    for start, end in layout.parts.values():
        # Unsigned: what is below "0" wraps around to far above 9.
        fits &= (letters[:, start:end] - np.uint8(ord("0")) <= 9).all(axis=1)
    return fits


def _moments(letters: Letters, layout: _Layout, *, short_year: bool) -> IntArray:
    parts = {part: _number(letters[:, start:end]) for part, (start, end) in layout.parts.items()}
    none = np.zeros(len(letters), dtype=np.int64)
    days = none
    if "y" in parts:
        year = np.where(parts["y"] < 70, 2000, 1900) + parts["y"] if short_year else parts["y"]
        days = days_from_civil(year, parts["m"], parts["d"])
    hours, minutes, seconds = (parts.get(part, none) for part in "hns")
    start, end = layout.parts.get("f", (0, 9))
    fraction = parts.get("f", none) * 10 ** (9 - (end - start))
    valid = (days != INVALID) & (hours < 24) & (minutes < 60) & (seconds < 60)
    return np.where(valid, np.where(valid, days, 0) * _DAY + ((hours * 60 + minutes) * 60 + seconds) * _SECOND + fraction, INVALID)


def _number(letters: Letters) -> IntArray:
    value = np.zeros(len(letters), dtype=np.int64)
    for place in range(letters.shape[1]):
        value = value * 10 + (letters[:, place].astype(np.int64) - ord("0"))
    return value
