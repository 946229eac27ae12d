"""Reader of raw eddy-covariance data, or of slow meteorology, in any delimited table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.readers.delimited_file import open_delimited, time_column
from icos_ecosystem.readers.delimited_options import SEPARATORS
from icos_ecosystem.readers.fast_text import TextForm, read_table
from icos_ecosystem.readers.generic_ec_table_guess import guess
from icos_ecosystem.readers.generic_ec_table_options import UNIX, GenericEcTableOptions
from icos_ecosystem.readers.raw_clock import SECOND, regular_times, span_from_name, to_interval_start
from icos_ecosystem.readers.raw_columns import resolve_columns
from icos_ecosystem.readers.raw_rows import placed_by_name, placed_by_stamp, values_of
from icos_ecosystem.readers.raw_stamps import parse_dates_and_times, parse_stamps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines
    from icos_ecosystem.readers.delimited_file import DelimitedFile
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.raw_columns import Resolved
    from icos_ecosystem.readers.raw_rows import Placed

    IntArray = NDArray[np.int64]

__all__ = ["READER", "provides", "read", "span"]

_MICROSECOND = 1000
_LATEST = 1e11  # s since 1970, far beyond what is a date


def read(path: Path, options: GenericEcTableOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        How it is written.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``eddy`` or ``meteo``, in order of time, which is the start of each row's interval; the account of every line after the
        header; problems.

    Raises
    ------
    InputError
        For a file that cannot be read, and for columns, units or a name that are not those described.
    """
    account = LineAccount(path.name)
    with faults_named(path):
        file, clock = _opened(path, options)
        lines, headers, _ = file
        columns = _columns(path, file, clock, options)
        table = _table(lines, headers, clock, columns, options, account)
        placed = _placed(path, table, lines, clock, options, account)
        values = values_of(table, columns, options.words, account, placed.kept)
        line = table.line[placed.kept]
        return row_stream(options.stream_kind, placed.time, line, values, options.words.values(), lines, account, options.encoding)


def span(path: Path, options: GenericEcTableOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    named = span_from_name(path, options) if options.time_column is None else None
    with faults_named(path):
        if named is not None:
            with path.open("rb"):
                return named
        file, clock = _opened(path, options)
        lines, headers, _ = file
        columns = _columns(path, file, clock, options)
        account = LineAccount(path.name)
        # Without a time in the rows it is the number of rows that tells, so the columns decide which lines are rows.
        table = _table(lines, headers, clock, () if clock else columns, options, account)
        return span_of(_placed(path, table, lines, clock, options, account).time)


def provides(options: GenericEcTableOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that the description names."""
    return {options.stream_kind: tuple(options.words[column.variable] for column in options.columns.values())}


def _opened(path: Path, options: GenericEcTableOptions) -> tuple[DelimitedFile, tuple[int, ...]]:
    """Return the file, and its columns of date and time."""
    file = open_delimited(plain_bytes(path), options)
    return file, tuple(time_column(file.headers, name) for name in (options.date_column, options.time_column) if name is not None)


def _columns(path: Path, file: DelimitedFile, clock: Sequence[int], options: GenericEcTableOptions) -> tuple[Resolved, ...]:
    columns = resolve_columns(path, file.headers, file.units, options, options.words)
    taken = next((column for column in columns if column.place in clock), None)
    if taken is not None:
        raise InputError(path.name, f"column {taken.header!r} is taken twice, for {taken.variable} and for the time")
    return columns


def _table(
    lines: Lines,
    headers: tuple[str, ...],
    clock: tuple[int, ...],
    columns: Sequence[Resolved],
    options: GenericEcTableOptions,
    account: LineAccount,
) -> TextTable:
    in_numbers = clock if options.date_format == UNIX else ()
    form = TextForm(
        headers=headers,
        numbers=(*in_numbers, *(column.place for column in columns)),
        texts=() if in_numbers else clock,
        missing=options.missing_values,
        separator=SEPARATORS[options.separator],
        decimal="," if options.decimal_comma else ".",
        encoding=options.encoding,
    )
    named = None if options.names else options.names_line - 1
    return read_table(lines, options.header_lines, form, account, named)


def _placed(
    path: Path, table: TextTable, lines: Lines, clock: tuple[int, ...], options: GenericEcTableOptions, account: LineAccount
) -> Placed:
    place = table.line - options.header_lines - 1
    if not clock:
        return placed_by_name(path, options, place, account)
    stamps = _stamps(table, clock, options)
    valid = np.flatnonzero(stamps != INVALID)
    if options.first_time_only and options.frequency is not None and valid.size:
        first = int(place[valid[0]])
        count = int(place[-1]) - first + 1
        following = regular_times(int(stamps[valid[0]]), count, options.frequency)[np.maximum(place - first, 0)]
        stamps = np.where(place >= first, following, INVALID)
    written = "seconds since 1970" if options.date_format == UNIX else f"{options.date_format} and HH:MM:SS"
    return placed_by_stamp(to_interval_start(stamps, options), table.line, lines, account, written, options.encoding)


def _stamps(table: TextTable, clock: tuple[int, ...], options: GenericEcTableOptions) -> IntArray:
    if options.date_format == UNIX:
        return _of_unix(table.numbers[clock[0]])
    date_format = DateFormat.from_text(options.date_format)
    if len(clock) == 1:
        return parse_stamps(table.texts[clock[0]], date_format)
    return parse_dates_and_times(table.texts[clock[0]], table.texts[clock[1]], date_format)


def _of_unix(seconds: NDArray[np.float64]) -> IntArray:
    """Return seconds since 1970 as nanoseconds, to a microsecond, which is what a float of so many seconds holds for certain."""
    valid = np.isfinite(seconds) & (seconds >= 0) & (seconds < _LATEST)
    whole = np.floor(np.where(valid, seconds, 0.0))
    millionths = np.rint((np.where(valid, seconds, 0.0) - whole) * 1e6).astype(np.int64)
    return np.where(valid, whole.astype(np.int64) * SECOND + millionths * _MICROSECOND, INVALID)


READER = Reader(
    name="generic-ec-table",
    summary="raw eddy-covariance data in any delimited table",
    options=GenericEcTableOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
