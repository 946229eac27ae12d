"""Reader of meteorology beside the analyser: any delimited file, described by its columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.analyser_columns import plain
from icos_atmosphere.readers.analyser_table import Form, ranges_without, read_rows, repeats_of
from icos_atmosphere.readers.meteo_table_guess import guess
from icos_atmosphere.readers.meteo_table_options import SEPARATORS, STREAM, UNIX, MeteoTableOptions
from icos_atmosphere.readers.plain_text import without_quotes
from icos_atmosphere.readers.stamps import HOUR, nanoseconds_of, parse_stamps
from icos_core.components import Reader, ReadResult, Span
from icos_core.exceptions import hint
from icos_core.raw_text.delimited_text import HeaderError, split_lines
from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates, parse_times
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_core.raw_text.regular_lines import reject
from icos_core.raw_text.row_stream import row_stream, span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.analyser_table import Rows
    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Block, Lines

__all__ = ["READER", "provides", "read", "span"]

_HEADER_AGAIN = "header line again"
_BY_NUMBER = re.compile(r"#([1-9][0-9]*)")
_BLANKS, _AT_ENDS = re.compile(rb"[ \t]+"), re.compile(rb"(?m)^[ \t]+|[ \t]+$")
_SECOND, _MILLISECOND = 1_000_000_000, 1_000_000
_LATEST = 1e11  # s since 1970, far beyond what is a date
_SHOWN = 12


def read(path: Path, options: MeteoTableOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``meteo`` (``[[input]] stream`` gives it another name) in order of time, values as the file has them; the account of every
        line after the header; problems.

    Raises
    ------
    InputError
        For a file that cannot be read, or lacks columns without which it is not the one described.
    """
    account = LineAccount(path.name)
    lines, rows = _rows(path, options, account)
    return row_stream(STREAM, rows.time, rows.line, rows.values, provides(options)[STREAM], lines, account, options.encoding)


def span(path: Path, options: MeteoTableOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    _, rows = _rows(path, options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: MeteoTableOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that the description names."""
    return {STREAM: tuple(options.words.values())}


def _rows(path: Path, options: MeteoTableOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Lines, Rows]:
    separator = SEPARATORS[options.separator]
    with faults_named(path):
        data = without_quotes(plain_bytes(path), separator)
        if options.separator == "blanks":
            data = _BLANKS.sub(b"\t", _AT_ENDS.sub(b"", data))
        lines = split_lines(data)
        headers, named_in = _headers(lines, options)
        clock = tuple(_column(headers, name, "time") for name in (options.date_column, options.time_column) if name is not None)
        places, absent = _places(headers, options)
        if absent:
            account.tell("columns", f"the description names columns that the file does not have: {', '.join(absent)}")
        account.seen = len(lines) - options.header_lines
        again = [] if named_in is None else [index for index in repeats_of(lines, named_in) if index >= options.header_lines]
        reject(account, _HEADER_AGAIN, len(again))
        in_words = options.date_format != UNIX
        form = Form(
            headers=headers,
            places=places,
            words=options.words,
            time_words=clock if in_words else (),
            time_numbers=() if in_words else clock,
            moments=lambda block: _moments(block, clock, options),
            written="seconds since 1970" if not in_words else f"{options.date_format} and HH:MM:SS",
            separator=separator,
            decimal="," if options.decimal_comma else ".",
            missing=options.missing_values,
            encoding=options.encoding,
        )
        ranges = ranges_without(options.header_lines, len(lines), again)
        return lines, read_rows(lines, ranges, form, account, clock_only=clock_only)


def _headers(lines: Lines, options: MeteoTableOptions) -> tuple[tuple[str, ...], int | None]:
    """Return the names of the columns, and the line that holds them where the file does."""
    if len(lines) < options.header_lines:
        raise HeaderError(f"the file has {len(lines)} lines; its header alone should have {options.header_lines}")
    if options.names:
        return options.names, None
    index = options.names_line - 1 if options.names_line > 0 else options.header_lines + options.names_line
    text = lines.raw(index).decode(options.encoding, errors="replace")
    return tuple(name.strip() for name in text.split(SEPARATORS[options.separator])), index


def _find(headers: tuple[str, ...], name: str) -> int | None:
    by_number = _BY_NUMBER.fullmatch(name)
    if by_number is not None:
        return int(by_number[1]) - 1 if int(by_number[1]) <= len(headers) else None
    if name in headers:
        return headers.index(name)
    return next((place for place, header in enumerate(headers) if plain(header) == plain(name)), None)


def _column(headers: tuple[str, ...], name: str, what: str) -> int:
    place = _find(headers, name)
    if place is None:
        shown = ", ".join(map(repr, headers[:_SHOWN])) + (" …" if len(headers) > _SHOWN else "")
        raise HeaderError(f"no column {name!r} for the {what}{hint(name, headers)}; the columns are: {shown}")
    return place


def _places(headers: tuple[str, ...], options: MeteoTableOptions) -> tuple[dict[str, int], list[str]]:
    """Return variable → column, and the columns of the description that the file does not have."""
    places: dict[str, int] = {}
    absent = []
    clock = {_find(headers, name) for name in (options.date_column, options.time_column) if name is not None}
    for header, name in options.columns.items():
        place = _find(headers, header)
        if place is None:
            absent.append(repr(header))
        elif place in clock or place in places.values():
            raise HeaderError(f"column {headers[place]!r} is taken twice, for {name} and for another")
        else:
            places[name] = place
    if not places:
        _column(headers, next(iter(options.columns)), "first of the variables")
    return places, absent


def _moments(block: Block, clock: tuple[int, ...], options: MeteoTableOptions) -> NDArray[np.int64]:
    if options.date_format == UNIX:
        found = _of_unix(block.numbers[clock[0]])
    else:
        date_format = DateFormat.from_text(options.date_format)
        words = [block.words[place] for place in clock]
        if len(words) == 1:
            found = np.append(parse_stamps(words[0].words, date_format), INVALID)[words[0].codes]
        else:
            days = np.append(parse_dates(words[0].words, date_format), INVALID)[words[0].codes]
            times = np.append(parse_times(words[1].words), INVALID)[words[1].codes]
            found = nanoseconds_of(days, times)
    return np.where(found == INVALID, INVALID, found - round(options.utc_offset * HOUR))


def _of_unix(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return seconds since 1970 as nanoseconds, to a millisecond, which is what a float of so many seconds holds for certain."""
    valid = np.isfinite(seconds) & (seconds >= 0) & (seconds < _LATEST)
    whole = np.floor(np.where(valid, seconds, 0.0))
    thousandths = np.rint((np.where(valid, seconds, 0.0) - whole) * 1e3).astype(np.int64)
    return np.where(valid, whole.astype(np.int64) * _SECOND + thousandths * _MILLISECOND, INVALID)


READER = Reader(
    name="meteo-table",
    summary="meteorology beside the analyser, any delimited file",
    options=MeteoTableOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
