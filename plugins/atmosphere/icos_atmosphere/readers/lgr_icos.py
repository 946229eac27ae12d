"""Reader of text files of Los Gatos Research (ABB) analysers: off-axis ICOS, UGGA, GGA, N2O/CO and others.

A line of identification, a header with padded names, one row per reading or per average, and a signature at the end. Which columns there
are depends on the analyser, and the order of day and month on its settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.analyser_columns import tell_absent
from icos_atmosphere.readers.analyser_table import Form, Rows, joined, ranges_without, read_rows
from icos_atmosphere.readers.lgr_icos_clock import dates_of, order_of
from icos_atmosphere.readers.lgr_icos_guess import guess
from icos_atmosphere.readers.lgr_icos_layout import find_header, parts_of, serial_number
from icos_atmosphere.readers.lgr_icos_options import DATE_ORDERS, STREAM, LgrIcosOptions
from icos_atmosphere.readers.stamps import HOUR, check_order, parse_stamps
from icos_core.components import Reader, ReadResult, Span
from icos_core.raw_text.delimited_text import split_lines
from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_core.raw_text.regular_lines import reject
from icos_core.raw_text.row_stream import row_stream, span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.lgr_icos_layout import Part
    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Block, Lines

__all__ = ["READER", "provides", "read", "span"]


def read(path: Path, options: LgrIcosOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``lgr_icos`` in order of time, values as the file has them; the account of every line after the header; problems.

    Raises
    ------
    InputError
        For a file that is none of a Los Gatos analyser, or whose dates can be in several orders where none is stated.
    """
    account = LineAccount(path.name)
    lines, rows, instrument = _rows(path, options, account)
    values = dict(rows.values)
    if "mpv_position" in values:
        valve = np.asarray(values.pop("mpv_position"), dtype=np.float64)
        # An analyser without the multiple inlet unit writes -1 in its column.
        valve = np.where(valve < 0, np.nan, valve)
        if np.isfinite(valve).any():
            values["mpv_position"] = valve
    return row_stream(STREAM, rows.time, rows.line, values, provides(options)[STREAM], lines, account, "latin-1", instrument)


def span(path: Path, options: LgrIcosOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    _, rows, _ = _rows(path, options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: LgrIcosOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    return {STREAM: tuple({word.name: word for word in options.words.values()}.values())}


def _rows(path: Path, options: LgrIcosOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Lines, Rows, str]:
    with faults_named(path):
        lines = split_lines(plain_bytes(path))
        header = find_header(lines)
        account.seen = len(lines) - header - 1
        parts = parts_of(lines, header, options)
        for header_line in (part.first - 1 for part in parts[1:]):
            reject(account, "header line of other columns", 1)
            account.tell("columns", "other columns from here on", header_line + 1)
        tell_absent(options, [name for part in parts for name in part.headers], account, header + 1)
        date_format = DateFormat.from_text(options.date_order or order_of(dates_of(lines, parts), path.name))
        pieces = [_read_part(lines, part, date_format, options, account, clock_only=clock_only) for part in parts]
        serial = serial_number(lines, header)
    words = {word.name: word for word in options.words.values()}
    return lines, joined(pieces, words), f"Los Gatos {serial}" if serial else ""


def _read_part(
    lines: Lines, part: Part, date_format: DateFormat, options: LgrIcosOptions, account: LineAccount, *, clock_only: bool
) -> Rows:
    for reason in part.passed_over.values():
        reject(account, reason, 1)

    def moments(block: Block) -> NDArray[np.int64]:
        words = block.words[part.time]
        check_order([stamp.split(" ", 1)[0] for stamp in words.words], date_format, DATE_ORDERS)
        time = np.append(parse_stamps(words.words, date_format), INVALID)[words.codes]
        return np.where(time == INVALID, INVALID, time - round(options.utc_offset * HOUR))

    form = Form(
        headers=part.headers,
        places=part.places,
        words={word.name: word for word in options.words.values()},
        time_words=(part.time,),
        moments=moments,
        written=f"{date_format.text} and HH:MM:SS",
        encoding="latin-1",
    )
    return read_rows(lines, ranges_without(part.first, part.last, part.passed_over), form, account, clock_only=clock_only)


READER = Reader(
    name="lgr-icos",
    summary="Los Gatos/ABB off-axis ICOS analysers, text files",
    options=LgrIcosOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
