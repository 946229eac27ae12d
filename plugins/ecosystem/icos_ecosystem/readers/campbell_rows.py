"""Records of a logger's table → rows of a stream."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import Lines
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.readers.campbell_options import CampbellOptions, provides, usual_columns, words_of
from icos_ecosystem.readers.campbell_tables import NO_TIME
from icos_ecosystem.readers.raw_clock import SECOND, common_step, regular_times, start_from_name, to_interval_start
from icos_ecosystem.readers.raw_columns import Resolved, resolve_columns

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import ReadResult, Span
    from icos_ecosystem.readers.campbell_header import CampbellHeader
    from icos_ecosystem.readers.campbell_tables import CampbellTable

__all__ = ["campbell_columns", "interval_starts", "table_rows", "table_span", "times_from_name"]

_SHOWN = 12


def campbell_columns(path: Path, header: CampbellHeader, options: CampbellOptions) -> tuple[Resolved, ...]:
    """Return the columns that are variables.

    Raises
    ------
    InputError
        For a description that does not fit the file, and where there is no such column.
    """
    usual = usual_columns(header.names, header.units, options)
    found = resolve_columns(path, header.names, header.units, options, words_of(options), usual)
    if not found:
        shown = ", ".join(map(repr, header.names[:_SHOWN])) + (" …" if len(header.names) > _SHOWN else "")
        raise InputError(path.name, f"columns has to say which column is which variable; the columns are: {shown}")
    return found


def interval_starts(path: Path, stamps: NDArray[np.int64], options: CampbellOptions, interval: int | None = None) -> NDArray[np.int64]:
    """Return when the interval of each row starts, in UTC.

    Parameters
    ----------
    path
        The file, for errors.
    stamps
        (n,) by the logger's clock, `INVALID` where there is none.
    options
        What the stamps are of the interval.
    interval
        Between rows [ns], where the file tells it.

    Raises
    ------
    InputError
        Where the length of the interval is needed, and neither stated nor to be seen.
    """
    told = Fraction(interval) if interval else options.row_interval
    if options.row_time != "start" and told is None and stamps.size and not common_step(stamps):
        raise InputError(
            path.name,
            f"rows are stamped at the {options.row_time} of an interval whose length is not known: frequency or interval is needed",
        )
    return to_interval_start(stamps, options, told)


def table_rows(path: Path, table: CampbellTable, options: CampbellOptions) -> ReadResult:
    """Return the stream of a binary table, and the account of its records.

    Raises
    ------
    InputError
        For a description that does not fit the file, or times that cannot be told.
    """
    account = LineAccount(path.name)
    columns = campbell_columns(path, table.header, options)
    words = words_of(options)
    time = _times(path, table, options)
    kept = np.flatnonzero(time != INVALID)
    account.seen = table.records.size + sum(table.rejected.values())
    for reason, count in table.rejected.items():
        account.reject(reason, count)
        account.tell(reason, f"{reason}: {count}")
    lost = table.records.size - kept.size
    account.reject(NO_TIME, lost)
    if lost:
        account.tell(NO_TIME, f"{NO_TIME}: {lost} records", int(np.flatnonzero(time == INVALID)[0]) + 1)
    missing = _missing(options)
    values: dict[str, NDArray[np.generic]] = {}
    for column in columns:
        numbers = table.numbers(column.place)[kept]
        numbers[np.isinf(numbers) | np.isin(numbers, missing)] = np.nan
        values[column.variable] = column.values(numbers, words[column.variable])
    return row_stream(
        options.stream_kind,
        time[kept],
        kept + 1,
        values,
        provides(options)[options.stream_kind],
        _no_lines(table.records.size),
        account,
        instrument=table.header.instrument,
    )


def table_span(path: Path, table: CampbellTable, options: CampbellOptions) -> Span:
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`table_rows`.
    """
    time = _times(path, table, options)
    return span_of(time[time != INVALID])


def times_from_name(path: Path, count: int, options: CampbellOptions) -> NDArray[np.int64]:
    """Return when the interval of each row starts, in UTC, for rows without stamps that follow one another from the first on.

    Raises
    ------
    InputError
        Where the frequency is not stated, or the name tells no time.
    """
    if options.row_interval is None:
        raise InputError(path.name, "the rows bear no time: frequency and name_format are needed, to tell it from the name of the file")
    return regular_times(start_from_name(path, options, count), count, float(SECOND / options.row_interval))


def _times(path: Path, table: CampbellTable, options: CampbellOptions) -> NDArray[np.int64]:
    if table.time is None:
        return times_from_name(path, table.records.size, options)
    return interval_starts(path, table.time, options, table.interval)


def _missing(options: CampbellOptions) -> list[float]:
    found: list[float] = []
    for text in options.missing_values:
        try:
            found.append(float(text))
        except ValueError:
            continue
    return found


def _no_lines(count: int) -> Lines:
    """Return lines without text: records of a binary file are told by their number alone."""
    nowhere: NDArray[Any] = np.zeros(count, dtype=np.int64)
    return Lines(b"", nowhere, nowhere)
