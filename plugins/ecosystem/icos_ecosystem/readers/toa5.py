"""Reader of TOA5 tables: the text files of Campbell Scientific loggers, fast or slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Reader
from icos_core.raw_text.delimited_text import split_lines
from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.regular_lines import reject_rows
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.readers.campbell_guess import guess_of
from icos_ecosystem.readers.campbell_header import header_lines, read_header
from icos_ecosystem.readers.campbell_options import CampbellOptions, provides, words_of
from icos_ecosystem.readers.campbell_rows import campbell_columns, interval_starts, times_from_name
from icos_ecosystem.readers.fast_text import TextForm, read_table
from icos_ecosystem.readers.packed import plain_bytes
from icos_ecosystem.readers.raw_stamps import parse_stamps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, Guess, ReadResult, Span
    from icos_core.raw_text.delimited_text import Lines
    from icos_ecosystem.readers.campbell_header import CampbellHeader
    from icos_ecosystem.readers.fast_text import TextTable

__all__ = ["READER", "guess", "read", "span"]

_FORMAT = DateFormat.from_text("yyyy-mm-dd")
_FIRST = header_lines("TOA5")
_NAMES = 1
_TIMESTAMP = "TIMESTAMP"
_ROW = "row"
_NO_TIME = "unreadable time"
_BEYOND_RANGE = ("INF", "-INF")


def read(path: Path, options: CampbellOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        What its columns are.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``eddy`` or ``meteo`` in order of time, and the account of every line after the header. Rows without time stamps follow one
        another at the declared frequency from the time in the file's name on.

    Raises
    ------
    InputError
        For a file that cannot be read, or is not the one described.
    """
    account = LineAccount(path.name)
    lines, header = _opened(path)
    columns = campbell_columns(path, header, options)
    table = _table(lines, header, [column.place for column in columns], options, account)
    account.count_type(_ROW, table.line.size)
    time = _times(path, lines, header, table, options)
    kept = np.flatnonzero(time != INVALID)
    if kept.size < time.size:
        message = f"{_NO_TIME}: expected YYYY-MM-DD HH:MM:SS"
        reject_rows(account, _NO_TIME, message, table.line[time == INVALID] - 1, lines, "utf-8")
        time = time[kept]
    rows = slice(None) if kept.size == table.line.size else kept
    words = words_of(options)
    values = {column.variable: column.values(table.numbers.pop(column.place), words[column.variable])[rows] for column in columns}
    given = provides(options)[options.stream_kind]
    return row_stream(
        options.stream_kind, time, table.line[rows], values, given, lines, account, encoding="utf-8", instrument=header.instrument
    )


def span(path: Path, options: CampbellOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    lines, header = _opened(path)
    table = _table(lines, header, (), options, LineAccount(path.name))
    time = _times(path, lines, header, table, options)
    return span_of(time[time != INVALID])


def guess(path: Path) -> Guess | None:
    """Propose how to describe a file; None where it is no TOA5 file."""
    return guess_of(path, "TOA5")


def _opened(path: Path) -> tuple[Lines, CampbellHeader]:
    with faults_named(path):
        lines = split_lines(plain_bytes(path))
        return lines, read_header(lines.data, "TOA5")


def _time_place(header: CampbellHeader) -> int | None:
    names = [name.upper() for name in header.names]
    return names.index(_TIMESTAMP) if _TIMESTAMP in names else None


def _table(lines: Lines, header: CampbellHeader, numbers: Sequence[int], options: CampbellOptions, account: LineAccount) -> TextTable:
    place = _time_place(header)
    form = TextForm(
        headers=header.names,
        numbers=numbers,
        texts=() if place is None else (place,),
        missing=(*options.missing_values, *_BEYOND_RANGE),
    )
    return read_table(lines, _FIRST, form, account, header=_NAMES)


def _times(path: Path, lines: Lines, header: CampbellHeader, table: TextTable, options: CampbellOptions) -> NDArray[np.int64]:
    place = _time_place(header)
    if place is None:
        return times_from_name(path, len(lines) - _FIRST, options)[table.line - 1 - _FIRST]
    return interval_starts(path, parse_stamps(table.texts[place], _FORMAT), options)


READER = Reader(
    name="toa5",
    summary="Campbell Scientific TOA5 text tables, fast or slow",
    options=CampbellOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
