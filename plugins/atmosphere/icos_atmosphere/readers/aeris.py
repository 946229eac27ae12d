"""Reader of files of Aeris analysers: MIRA Pico, Ultra and Strato.

No file of one was at hand. What is read follows public descriptions of their files: a table with commas, one header line that begins with
``Time Stamp,Inlet Number,P (mbars)``, dates with the month first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.aeris_options import DATE_ORDERS, STREAM, TIME, AerisOptions
from icos_atmosphere.readers.analyser_columns import places_of, plain, tell_absent
from icos_atmosphere.readers.analyser_table import Form, ranges_without, read_rows, repeats_of
from icos_atmosphere.readers.stamps import HOUR, check_order, fitting_orders, parse_stamps
from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.raw_text.delimited_text import HeaderError, TextError, split_lines
from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes, plain_head
from icos_core.raw_text.regular_lines import reject
from icos_core.raw_text.row_stream import row_stream, span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.analyser_table import Rows
    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Block, Lines

__all__ = ["READER", "guess", "provides", "read", "span"]

_HEADER_AGAIN = "header line again"


def read(path: Path, options: AerisOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``aeris`` in order of time, values as the file has them; the account of every line after the header; problems.

    Raises
    ------
    InputError
        For a file without the columns of an Aeris analyser, or with dates in another order than stated.
    """
    account = LineAccount(path.name)
    lines, rows = _rows(path, options, account)
    return row_stream(STREAM, rows.time, rows.line, rows.values, provides(options)[STREAM], lines, account, "utf-8", "Aeris")


def span(path: Path, options: AerisOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    _, rows = _rows(path, options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: AerisOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    return {STREAM: tuple({word.name: word for word in options.words.values()}.values())}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its header."""
    try:
        lines = split_lines(plain_head(path))
        headers, places = _header(lines, AerisOptions())
    except TextError:
        return None
    dates = [lines.raw(index).decode("latin-1").split(",")[0].strip().split(" ")[0] for index in range(1, len(lines) - 1)]
    fitting = fitting_orders(dates, DATE_ORDERS)
    usual = DATE_ORDERS[0]
    unsure = [
        "utc_offset: a file does not say how far its clock is from UTC",
        "mole_fractions: dry is what the maker says of them; water vapour may still matter",
    ]
    if len(fitting) > 1:
        unsure.insert(0, f"date_order: {dates[0]} may be {' or '.join(fitting)}; {usual} is what is known of these analysers")
    return Guess(
        confidence=0.95 if "inletnumber" in map(plain, headers) else 0.7,
        options={} if usual in fitting or not fitting else {"date_order": fitting[0]},
        found=(f"columns of an Aeris analyser: {', '.join(sorted(places))}",),
        unsure=tuple(unsure),
    )


def _header(lines: Lines, options: AerisOptions) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the names of the columns, and variable → column.

    Raises
    ------
    HeaderError
        Where the first line is not that of an Aeris analyser.
    """
    headers = tuple(header.strip() for header in lines.raw(0).decode("utf-8", errors="replace").split(",")) if len(lines) else ()
    if plain(TIME) not in map(plain, headers):
        raise HeaderError(f"no file of an Aeris analyser: its first line has no column {TIME!r}", line=1)
    places = places_of(headers, {name: word for name, word in options.words.items() if plain(name) != plain(TIME)})
    if not any(name.endswith(("_dry", "_wet")) for name in places):
        raise HeaderError(f"no column of a gas, such as 'CH4 (ppm)'; the columns are: {', '.join(headers)[:200]}", line=1)
    return headers, places


def _rows(path: Path, options: AerisOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Lines, Rows]:
    with faults_named(path):
        lines = split_lines(plain_bytes(path))
        headers, places = _header(lines, options)
        account.seen = len(lines) - 1
        tell_absent(options, headers, account, 1)
        again = repeats_of(lines, 0)
        reject(account, _HEADER_AGAIN, len(again))
        time = tuple(map(plain, headers)).index(plain(TIME))
        date_format = DateFormat.from_text(options.date_order)
        form = Form(
            headers=headers,
            places=places,
            words={word.name: word for word in options.words.values()},
            time_words=(time,),
            moments=lambda block: _moments(block, time, date_format, options.utc_offset),
            written=f"{options.date_order} and HH:MM:SS",
        )
        return lines, read_rows(lines, ranges_without(1, len(lines), again), form, account, clock_only=clock_only)


def _moments(block: Block, time: int, date_format: DateFormat, utc_offset: float) -> NDArray[np.int64]:
    words = block.words[time]
    check_order([stamp.partition(" ")[0] for stamp in words.words], date_format, DATE_ORDERS)
    found = np.append(parse_stamps(words.words, date_format), INVALID)[words.codes]
    return np.where(found == INVALID, INVALID, found - round(utc_offset * HOUR))


READER = Reader(
    name="aeris",
    summary="Aeris analysers, CSV files",
    options=AerisOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
