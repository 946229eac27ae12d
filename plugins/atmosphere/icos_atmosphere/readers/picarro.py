"""Reader of Picarro cavity ring-down analysers: DataLog_User files of any model, with whatever columns they have.

The analyser writes a row per measured spectrum, about one a second, and repeats in it all that this spectrum did not renew. Rows are
handed over as they are; which of them are fresh the calibrator finds out: see `picarro_models`.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from icos_atmosphere.readers.picarro_columns import Layout, layout_of, words_with
from icos_atmosphere.readers.picarro_guess import guess
from icos_atmosphere.readers.picarro_lines import rows_of_lines
from icos_atmosphere.readers.picarro_options import PicarroOptions
from icos_atmosphere.readers.picarro_rows import Rows, regular_rows
from icos_atmosphere.readers.picarro_text import LogText, opened
from icos_core.components import Reader, ReadResult, Span, Variable
from icos_core.dataset import make_stream
from icos_core.duration import format_duration
from icos_core.raw_text.delimited_text import split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.row_stream import row_stream, span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_core.components import Context
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "STREAM", "provides", "read", "span"]

STREAM = "picarro"
"""Name of the stream."""

_INSTRUMENT = "Picarro"
_CUT = "the compressed file was cut off; what could be unpacked of it is read"


def read(path: Path, options: PicarroOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file: text, gzip or a zip archive of one file.
    options
        What is wanted beside the usual columns, and how the clock was set.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``picarro`` in order of time with the columns that the file has, values as in the file; the account of every line but the
        header; problems.

    Raises
    ------
    InputError
        For a file that cannot be read: missing, empty, of another instrument, a sibling that holds other data (``_Sync``, ``_Minimal``,
        HDF5), damaged as an archive, without a column of time, or without a further column that is asked for.
    """
    account = LineAccount(path.name)
    with faults_named(path):
        text = opened(path)
        layout = _layout(text.header, options.extra_columns)
        rows, lines = regular_rows(text, layout), None
        if rows is not None:
            account.seen = account.kept = rows.time.size
        else:
            rows, lines = _line_by_line(text, layout, options, account)
    for remark in layout.remarks:
        account.tell("header", remark, 1)
    if text.is_cut:
        account.tell("archive", _CUT)
    _tell_clock(rows, options, account)
    words = _words(options.extra_columns, tuple(options.units.items()))
    if lines is not None:
        return row_stream(STREAM, rows.time, rows.line, rows.values, words, lines, account, instrument=_INSTRUMENT)
    stream = make_stream(rows.time.view("datetime64[ns]"), rows.values, words, attrs={"instrument": _INSTRUMENT})
    return ReadResult(streams={STREAM: stream}, tally=account.tally, problems=account.problems)


def span(path: Path, options: PicarroOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` at both ends where it keeps none.

    Rows may be out of order: the time of every row is read, and nothing else.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    with faults_named(path):
        text = opened(path)
        layout = _layout(text.header, options.extra_columns)
        rows = regular_rows(text, layout, clock_only=True)
        if rows is None:
            rows, _ = _line_by_line(text, layout, options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: PicarroOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    return {STREAM: _words(options.extra_columns, tuple(options.units.items()))}


@lru_cache(maxsize=64)
def _layout(header: str, extra_columns: tuple[str, ...]) -> Layout:
    """Find the columns once for the many files that have the same header."""
    return layout_of(header, extra_columns)


@lru_cache(maxsize=64)
def _words(extra_columns: tuple[str, ...], units: tuple[tuple[str, str], ...]) -> tuple[Variable, ...]:
    return words_with(extra_columns, dict(units))


def _line_by_line(
    text: LogText, layout: Layout, options: PicarroOptions, account: LineAccount, *, clock_only: bool = False
) -> tuple[Rows, Lines]:
    lines = split_lines(text.content())
    ahead = options.clock_ahead // timedelta(microseconds=1) * 1000
    return rows_of_lines(lines, layout, account, clock_ahead=ahead, clock_only=clock_only), lines


def _tell_clock(rows: Rows, options: PicarroOptions, account: LineAccount) -> None:
    if rows.clock_ahead is None:
        return
    found = timedelta(microseconds=rows.clock_ahead // 1000)
    if found != options.clock_ahead:
        account.tell(
            "clock",
            f"DATE and TIME are {format_duration(found)} ahead of EPOCH_TIME, which is used; expected "
            f"{format_duration(options.clock_ahead)} (clock_ahead)",
        )


READER = Reader(
    name="picarro",
    summary="Picarro analysers (G2301, G2401, G5310, G2508, G2201-i, G4301), DataLog_User files",
    options=PicarroOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
