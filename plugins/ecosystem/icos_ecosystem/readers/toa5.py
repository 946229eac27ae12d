"""Reader of TOA5 tables: the text files of Campbell Scientific loggers, fast or slow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from icos_core.components import Context, Guess, ReadResult, Span
    from icos_core.raw_text.delimited_text import Lines
    from icos_ecosystem.readers.campbell_header import CampbellHeader

__all__ = ["READER", "guess", "read", "span"]

_FORMAT = DateFormat.from_text("yyyy-mm-dd")
_FIRST = header_lines("TOA5")
_NAMES = 1
_TIMESTAMP = "TIMESTAMP"
_ROW = "row"
_NO_TIME = "unreadable time"
_BEYOND_RANGE = ("INF", "-INF")


class _Table(NamedTuple):
    """Rows of a file in its order: start of the interval, line, and values of each."""

    time: NDArray[np.int64]
    line: NDArray[np.int64]
    values: dict[str, NDArray[np.generic]]


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
    time, line, values = _table(path, lines, header, options, account)
    untimed = time == INVALID
    if untimed.any():
        reject_rows(account, _NO_TIME, f"{_NO_TIME}: expected YYYY-MM-DD HH:MM:SS", line[untimed] - 1, lines, "utf-8")
        time, line = time[~untimed], line[~untimed]
        values = {name: array[~untimed] for name, array in values.items()}
    words = provides(options)[options.stream_kind]
    return row_stream(options.stream_kind, time, line, values, words, lines, account, encoding="utf-8", instrument=header.instrument)


def span(path: Path, options: CampbellOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    lines, header = _opened(path)
    time = _table(path, lines, header, options, LineAccount(path.name), clock_only=True).time
    return span_of(time[time != INVALID])


def guess(path: Path) -> Guess | None:
    """Propose how to describe a file; None where it is no TOA5 file."""
    return guess_of(path, "TOA5")


def _opened(path: Path) -> tuple[Lines, CampbellHeader]:
    with faults_named(path):
        lines = split_lines(plain_bytes(path))
        return lines, read_header(lines.data, "TOA5")


def _has_stamps(header: CampbellHeader) -> bool:
    return header.names[0].upper() == _TIMESTAMP


def _table(
    path: Path, lines: Lines, header: CampbellHeader, options: CampbellOptions, account: LineAccount, *, clock_only: bool = False
) -> _Table:
    """Return the rows; with `clock_only` but one of their variables, so that the same lines count as rows."""
    columns = campbell_columns(path, header, options)[: 1 if clock_only else None]
    form = TextForm(
        headers=header.names,
        numbers=[column.place for column in columns],
        texts=(0,) if _has_stamps(header) else (),
        missing=(*options.missing_values, *_BEYOND_RANGE),
    )
    with faults_named(path):
        table = read_table(lines, _FIRST, form, account, header=_NAMES)
    account.count_type(_ROW, table.line.size)
    if _has_stamps(header):
        time = interval_starts(path, parse_stamps(table.texts[0], _FORMAT), options)
    else:
        time = times_from_name(path, len(lines) - _FIRST, options)[table.line - 1 - _FIRST]
    words = words_of(options)
    values = {column.variable: column.values(table.numbers.pop(column.place), words[column.variable]) for column in columns}
    return _Table(time, table.line, values)


READER = Reader(
    name="toa5",
    summary="Campbell Scientific TOA5 text tables, fast or slow",
    options=CampbellOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
