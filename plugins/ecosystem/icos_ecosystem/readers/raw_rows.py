"""Rows of a raw table → values of the vocabulary; rows whose times follow from the name of their file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.duration import format_duration
from icos_core.exceptions import InputError
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.regular_lines import reject, reject_rows
from icos_ecosystem.readers.raw_clock import SECOND, regular_times, start_from_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Variable
    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.raw_clock import ClockOptions
    from icos_ecosystem.readers.raw_columns import Resolved

    IntArray = NDArray[np.int64]

__all__ = ["BEYOND", "NO_TIME", "ROW", "Placed", "placed_by_name", "placed_by_stamp", "values_of"]

ROW = "row"
NO_TIME = "no valid date and time"
BEYOND = "after the time that the file covers"
_FIRST, _LAST = (int(np.datetime64(text, "ns").astype(np.int64)) for text in ("1970-01-01", "2200-01-01"))


def values_of(
    table: TextTable, columns: Sequence[Resolved], words: Mapping[str, Variable], account: LineAccount, kept: NDArray[np.bool_]
) -> dict[str, NDArray[np.generic]]:
    """Return variable → values of the rows of a table that are kept; numbers that are no code of a diagnostic word count as damaged."""
    found: dict[str, NDArray[np.generic]] = {}
    everything = bool(kept.all())
    for column in columns:
        numbers, word = table.numbers[column.place], words[column.variable]
        numbers = numbers if everything else numbers[kept]
        values = column.values(numbers, word)
        if word.dtype != "float64":
            account.damage(column.header, int((np.isfinite(numbers) & (values != numbers)).sum()))
        found[column.variable] = values
    return found


class Placed(NamedTuple):
    """Rows that have a time.

    Attributes
    ----------
    kept : (n,) ndarray of bool
        Which of all rows they are.
    time : (k,) ndarray of int64
        Starts of their intervals [ns since 1970 UTC].
    """

    kept: NDArray[np.bool_]
    time: IntArray


def placed_by_name(path: Path, options: ClockOptions, place: IntArray, account: LineAccount) -> Placed:
    """Return the times of rows of a file whose name tells when it begins or ends.

    Rows after `file_duration`, which would be taken for rows of the next file, are left out, counted and told.

    Parameters
    ----------
    path
        The file.
    options
        They hold the frequency.
    place
        (n,) which sample of the file each row is, from 0, increasing: a line that is left out leaves a gap.
    account
        Takes the account of the rows.

    Raises
    ------
    InputError
        For a name that does not tell the time, and where there is no frequency.
    """
    if options.frequency is None:
        raise InputError(path.name, "times follow from the name of the file: frequency is needed, in rows per second")
    count = int(place[-1]) + 1 if place.size else 0
    start = start_from_name(path, options, count)
    time = regular_times(start, count, options.frequency)[place]
    kept = np.ones(place.size, dtype=bool)
    if options.file_duration is not None:
        kept = time < start + round(options.file_duration.total_seconds() * SECOND)
    late = int((~kept).sum())
    account.count_type(ROW, int(kept.sum()))
    if late:
        reject(account, BEYOND, late)
        length = format_duration(options.file_duration) if options.file_duration is not None else ""
        account.tell(BEYOND, f"{late} of {kept.size} rows are {BEYOND}, {length} at {options.frequency:g} Hz; they are left out")
    return Placed(kept, time[kept])


def placed_by_stamp(time: IntArray, line: IntArray, lines: Lines, account: LineAccount, written: str, encoding: str = "utf-8") -> Placed:
    """Return the rows that have a time; the others are counted and told.

    Parameters
    ----------
    time
        (n,) ns since 1970 UTC, `INVALID` where a row has none.
    line
        (n,) line of each row, counted from 1.
    lines
        The file.
    account
        Takes the account of the rows.
    written
        What a time looks like, for messages.
    encoding
        Of the file.
    """
    kept = (time != INVALID) & (time >= _FIRST) & (time < _LAST)
    account.count_type(ROW, int(kept.sum()))
    if not kept.all():
        account.count_type(f"({NO_TIME})", int((~kept).sum()))
        reject_rows(account, NO_TIME, f"{NO_TIME}; expected {written}", line[~kept] - 1, lines, encoding)
    return Placed(kept, time[kept])
