"""Records of a logger's table → rows of a stream."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import Lines, number
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.regular_lines import reject
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.readers.campbell_options import CampbellOptions, provides, usual_columns, words_of
from icos_ecosystem.readers.fast_text import TextTable
from icos_ecosystem.readers.raw_clock import common_step, to_interval_start
from icos_ecosystem.readers.raw_columns import Resolved, resolve_columns
from icos_ecosystem.readers.raw_rows import Placed, placed_by_name, placed_by_stamp, values_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import ReadResult, Span
    from icos_ecosystem.readers.campbell_header import CampbellHeader
    from icos_ecosystem.readers.campbell_tables import CampbellTable

__all__ = ["campbell_columns", "interval_starts", "table_rows", "table_span"]

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
    count = table.records.size
    account.seen = count + sum(table.rejected.values())
    for reason, slots in table.rejected.items():
        reject(account, reason, slots)
        account.tell(reason, f"{reason}: {slots}")
    rows = _placed(path, table, options, account)
    line = np.arange(1, count + 1, dtype=np.int64)
    missing = _missing(options)
    numbers = {column.place: _without(missing, table.numbers(column.place)) for column in columns}
    values = values_of(TextTable(line, numbers, {}), columns, words_of(options), account, rows.kept)
    return row_stream(
        options.stream_kind,
        rows.time,
        line[rows.kept],
        values,
        provides(options)[options.stream_kind],
        _no_lines(count),
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
    return span_of(_placed(path, table, options, LineAccount(path.name)).time)


def _placed(path: Path, table: CampbellTable, options: CampbellOptions, account: LineAccount) -> Placed:
    line = np.arange(1, table.records.size + 1, dtype=np.int64)
    if table.time is None:
        return placed_by_name(path, options, line - 1, account)
    time = interval_starts(path, table.time, options, table.interval)
    return placed_by_stamp(time, line, _no_lines(line.size), account, "seconds since 1990 and a fraction below one")


def _without(missing: list[float], numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isinf(numbers) | np.isin(numbers, missing), np.nan, numbers)


def _missing(options: CampbellOptions) -> list[float]:
    return [value for value in map(number, options.missing_values) if value is not None]


def _no_lines(count: int) -> Lines:
    """Return lines without text: records of a binary file are told by their number alone."""
    nowhere: NDArray[Any] = np.zeros(count, dtype=np.int64)
    return Lines(b"", nowhere, nowhere)
