"""When the rows of LI-COR's tables were measured: ``Seconds`` and ``Nanoseconds`` are UTC, ``Date`` and ``Time`` local."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.exceptions import InputError
from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates, parse_times
from icos_ecosystem.readers.raw_clock import SECOND
from icos_ecosystem.readers.raw_columns import find_column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.raw_text.line_account import LineAccount
    from icos_ecosystem.readers.ghg_table import Table
    from icos_ecosystem.readers.licor_ghg_options import LicorGhgOptions

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["ClockColumns", "clock_columns", "local_times", "offset_of", "stated_offset", "utc_times"]

_LAST = 7_258_118_400  # 2200-01-01, s since 1970
_QUARTER = 900 * SECOND
_TOLERANCE = 2 * SECOND
_DATE = DateFormat.from_text("yyyy-mm-dd")
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{6})_.*", re.ASCII | re.DOTALL)
_PART = re.compile(r"(\d{1,2}:\d{2}:\d{2}):(\d+)", re.ASCII)


class ClockColumns(NamedTuple):
    """Places of the columns that tell the time, None where there is none."""

    seconds: int | None
    nanoseconds: int | None
    date: int | None
    time: int | None


def clock_columns(headers: Sequence[str]) -> ClockColumns:
    """Find the columns that tell the time by their headers."""
    return ClockColumns(*(find_column(headers, name) for name in ("Seconds", "Nanoseconds", "Date", "Time")))


def utc_times(seconds: FloatArray, nanoseconds: FloatArray | None) -> IntArray:
    """Return nanoseconds since 1970, `INVALID` where the columns tell no time.

    Parameters
    ----------
    seconds, nanoseconds
        (n,) whole numbers, NaN where missing.
    """
    rest = np.zeros_like(seconds) if nanoseconds is None else nanoseconds
    valid = (seconds >= 0) & (seconds < _LAST) & (seconds == np.floor(seconds)) & (rest >= 0) & (rest < SECOND) & (rest == np.floor(rest))
    whole, part = (np.where(valid, values, 0.0).astype(np.int64) for values in (seconds, rest))
    return np.where(valid, whole * SECOND + part, INVALID)


def local_times(dates: Sequence[str], times: Sequence[str]) -> IntArray:
    """Return nanoseconds since 1970 by the local clock, `INVALID` where a date or time (``20:00:00:050``) is none."""
    if not dates:
        return np.empty(0, dtype=np.int64)
    distinct = list(dict.fromkeys(dates))
    day_of = dict(zip(distinct, parse_dates([text.strip() for text in distinct], _DATE).tolist(), strict=True))
    days = np.array([day_of[text] for text in dates], dtype=np.int64)
    clock = parse_times([_PART.sub(r"\1.\2", text.strip()) for text in times])
    return np.where((days == INVALID) | (clock == INVALID), INVALID, days * 86400 * SECOND + clock)


def offset_of(path: Path, table: Table, time: IntArray, line: IntArray, options: LicorGhgOptions, account: LineAccount) -> int | None:
    """Return how far the local clock is ahead of UTC [ns], None where nothing tells; a person is told what does not fit together.

    Parameters
    ----------
    path
        Its name holds the local time of the first row.
    time, line
        (n,) UTC of each row [ns], and its line from 1.
    """
    stated = None if options.utc_offset is None else round(options.utc_offset * 3600) * SECOND
    if not time.size:
        return stated
    local = _local_of_line(table, int(line[0]))
    if local == INVALID:
        return stated
    difference = local - int(time[0])
    told = _QUARTER * round(difference / _QUARTER)
    if abs(difference - told) > _TOLERANCE or abs(told) > 14 * 4 * _QUARTER:
        message = f"Date and Time differ from Seconds by {difference / SECOND:.0f} s, which is no difference of time zones"
        account.tell("clock", message, int(line[0]))
        return stated
    if stated not in {None, told}:
        message = f"Date and Time are {told / (4 * _QUARTER):g} h ahead of Seconds, utc_offset says {options.utc_offset:g} h"
        account.tell("clock", message, int(line[0]))
    named = _NAME.fullmatch(path.name)
    if named is not None:
        begun = int(local_times([named[1]], [named[2]])[0])
        if begun != INVALID and abs(begun - local) > _TOLERANCE:
            account.tell("name", f"the first row is of {_shown(local)}, the name says {_shown(begun)} (local time)", int(line[0]))
    return told if stated is None else stated


def stated_offset(path: Path, options: LicorGhgOptions) -> int:
    """Return the offset that the description states [ns], needed where Seconds do not tell.

    Raises
    ------
    InputError
        Where it is not stated.
    """
    if options.utc_offset is None:
        raise InputError(path.name, "the time has to be taken from Date and Time, which are local: utc_offset says how far ahead of UTC")
    return round(options.utc_offset * 3600) * SECOND


def _local_of_line(table: Table, line: int) -> int:
    columns = clock_columns(table.headers)
    if columns.date is None or columns.time is None:
        return INVALID
    fields = table.lines.raw(line - 1).decode("latin-1").split("\t")[1:]
    if max(columns.date, columns.time) >= len(fields):
        return INVALID
    return int(local_times([fields[columns.date]], [fields[columns.time]])[0])


def _shown(moment: int) -> str:
    return str(np.datetime64(moment, "ns").astype("datetime64[s]"))
