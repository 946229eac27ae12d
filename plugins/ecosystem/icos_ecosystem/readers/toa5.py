"""Reader of TOA5 tables: the text files of Campbell Scientific loggers, fast or slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Reader
from icos_core.raw_text.delimited_text import split_lines
from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.readers.campbell_guess import guess_of
from icos_ecosystem.readers.campbell_header import header_lines, read_header
from icos_ecosystem.readers.campbell_options import CampbellOptions, provides, words_of
from icos_ecosystem.readers.campbell_rows import campbell_columns, interval_starts
from icos_ecosystem.readers.fast_text import TextForm, read_table
from icos_ecosystem.readers.raw_rows import placed_by_name, placed_by_stamp, values_of
from icos_ecosystem.readers.raw_stamps import parse_stamps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from icos_core.components import Context, Guess, ReadResult, Span
    from icos_core.raw_text.delimited_text import Lines
    from icos_ecosystem.readers.campbell_header import CampbellHeader
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.raw_columns import Resolved
    from icos_ecosystem.readers.raw_rows import Placed

__all__ = ["READER", "guess", "read", "span"]

_FORMAT = DateFormat.from_text("yyyy-mm-dd")
_FIRST = header_lines("TOA5")
_NAMES = 1
_TIMESTAMP = "TIMESTAMP"
_ENCODING = "utf-8"
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
    table, rows = _rows(path, lines, header, columns, options, account)
    values = values_of(table, columns, words_of(options), account, rows.kept)
    return row_stream(
        options.stream_kind,
        rows.time,
        table.line[rows.kept],
        values,
        provides(options)[options.stream_kind],
        lines,
        account,
        encoding=_ENCODING,
        instrument=header.instrument,
    )


def span(path: Path, options: CampbellOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    lines, header = _opened(path)
    one = campbell_columns(path, header, options)[:1]
    return span_of(_rows(path, lines, header, one, options, LineAccount(path.name))[1].time)


def guess(path: Path) -> Guess | None:
    """Propose how to describe a file; None where it is no TOA5 file."""
    return guess_of(path, "TOA5")


def _opened(path: Path) -> tuple[Lines, CampbellHeader]:
    with faults_named(path):
        lines = split_lines(plain_bytes(path))
        return lines, read_header(lines.data, "TOA5")


def _rows(
    path: Path, lines: Lines, header: CampbellHeader, columns: Sequence[Resolved], options: CampbellOptions, account: LineAccount
) -> tuple[TextTable, Placed]:
    has_stamps = header.names[0].upper() == _TIMESTAMP
    form = TextForm(
        headers=header.names,
        numbers=[column.place for column in columns],
        texts=(0,) if has_stamps else (),
        missing=(*options.missing_values, *_BEYOND_RANGE),
    )
    with faults_named(path):
        table = read_table(lines, _FIRST, form, account, header=_NAMES)
    if not has_stamps:
        return table, placed_by_name(path, options, table.line - 1 - _FIRST, account)
    time = interval_starts(path, parse_stamps(table.texts[0], _FORMAT), options)
    return table, placed_by_stamp(time, table.line, lines, account, "YYYY-MM-DD HH:MM:SS", _ENCODING)


READER = Reader(
    name="toa5",
    summary="Campbell Scientific TOA5 text tables, fast or slow",
    options=CampbellOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
