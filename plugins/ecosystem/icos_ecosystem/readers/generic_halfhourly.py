"""Reader of half-hourly or hourly data in any delimited table, and in parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Reader
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import HeaderError
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_ecosystem.readers.clock_columns import CalendarParts, DateAndTime, OneStamp
from icos_ecosystem.readers.delimited_file import open_delimited, time_column
from icos_ecosystem.readers.delimited_options import SEPARATORS
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.generic_halfhourly_guess import guess
from icos_ecosystem.readers.generic_halfhourly_options import GenericHalfHourlyOptions
from icos_ecosystem.readers.half_hourly_options import UTC
from icos_ecosystem.readers.half_hourly_table import HalfHourlyTable, read_half_hourly, span_half_hourly
from icos_ecosystem.readers.parquet_table import delimited_of_parquet, is_parquet
from icos_ecosystem.readers.raw_columns import resolve_columns
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from icos_core.components import Context, ReadResult, Span, Variable
    from icos_ecosystem.readers.delimited_file import DelimitedFile
    from icos_ecosystem.readers.half_hourly_table import Clock

__all__ = ["NOT_DESCRIBED", "READER", "provides", "read", "span"]

NOT_DESCRIBED = "not read, which columns does not name"


def read(path: Path, options: GenericHalfHourlyOptions, context: Context) -> ReadResult:
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip; a parquet file is a table with one line of names.
    options
        How it is written, and what its columns are.
    context
        Its station's `utc_offset` is the clock of the time stamps, where `time_zone` says nothing else.

    Returns
    -------
    ReadResult
        Stream ``fluxes``; `time` is the start of each interval.

    Raises
    ------
    InputError
        For a file that cannot be read, and for columns, units or time stamps that are not those described.
    """
    account = LineAccount(path.name)
    with faults_named(path):
        return read_half_hourly(_table(path, options), options, options.ahead_of_utc(context, path.name), account)


def span(path: Path, options: GenericHalfHourlyOptions, context: Context) -> Span:
    """Return the time from the earliest to the latest row, ``NaT`` where there is none; raises as :func:`read`."""
    with faults_named(path):
        return span_half_hourly(_table(path, options), options, options.ahead_of_utc(context, path.name), LineAccount(path.name))


def provides(options: GenericHalfHourlyOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that the description names."""
    return {FLUX_STREAM: tuple(options.words.values())}


def _table(path: Path, options: GenericHalfHourlyOptions) -> HalfHourlyTable:
    data = plain_bytes(path)
    file = open_delimited(delimited_of_parquet(data) if is_parquet(data) else data, options)
    clock = _clock(file.headers, options)
    columns = resolve_columns(path, file.headers, file.units, options, options.words)
    of_time = {*clock.numbers, *clock.texts}
    taken = next((column for column in columns if column.place in of_time), None)
    if taken is not None:
        raise InputError(path.name, f"column {taken.header!r} is taken twice, for {taken.variable} and for the time")
    _check_zone(file, clock, options)
    read_places = of_time | {column.place for column in columns}
    return HalfHourlyTable(
        lines=file.lines,
        headers=file.headers,
        header=None if options.names else options.names_line - 1,
        first=options.header_lines,
        clock=clock,
        columns=columns,
        words=options.words,
        unread={NOT_DESCRIBED: [name or f"#{place + 1}" for place, name in enumerate(file.headers) if place not in read_places]},
        separator=SEPARATORS[options.separator],
        decimal="," if options.decimal_comma else ".",
        encoding=options.encoding,
        stream=FLUX_STREAM,
    )


def _check_zone(file: DelimitedFile, clock: Clock, options: GenericHalfHourlyOptions) -> None:
    """Raise :class:`HeaderError` for times that end in Z, for UTC, and are declared as others."""
    if options.time_zone == UTC or not clock.texts or len(file.lines) <= options.header_lines:
        return
    row = split_header(file.lines.raw(options.header_lines), SEPARATORS[options.separator], options.encoding)
    place = next((place for place in clock.texts if place < len(row) and row[place].endswith("Z")), None)
    if place is not None:
        raise HeaderError(f"times in column {file.headers[place]!r} say that they are UTC: time_zone = 'UTC' has to say so, too")


def _clock(headers: Sequence[str], options: GenericHalfHourlyOptions) -> Clock:
    if options.time_column is None:
        places = {str(part): time_column(headers, name) for part, name in options.calendar_columns.items()}
        return CalendarParts(places, options.time_stamps, options.year)
    place = time_column(headers, options.time_column)
    if options.date_column is None:
        return OneStamp(place, options.time_stamps, options.date_format)
    return DateAndTime(time_column(headers, options.date_column), place, options.time_stamps, options.date_format)


READER = Reader(
    name="generic-halfhourly",
    summary="half-hourly or hourly data in any delimited table or parquet file",
    options=GenericHalfHourlyOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
