"""Reader of meteorological and storage files as the ICOS Ecosystem Thematic Centre asks for them (doi:10.18160/tpp4-4smp, 9p4f-6nwg)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Reader, ReadResult, Span
from icos_core.dataset import make_stream
from icos_core.exceptions import hint
from icos_core.raw_text.delimited_text import HeaderError, split_lines
from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_core.raw_text.row_order import in_order
from icos_core.raw_text.row_stream import CUT_OFF, span_of
from icos_ecosystem.readers.fast_text import TextForm, read_table, split_header
from icos_ecosystem.readers.icos_bm_columns import BmColumns, chosen_columns, profile_stream
from icos_ecosystem.readers.icos_bm_guess import guess
from icos_ecosystem.readers.icos_bm_options import LEVELS, SEPARATORS, WORDS, IcosBmOptions
from icos_ecosystem.readers.raw_clock import to_interval_start
from icos_ecosystem.readers.raw_columns import find_column
from icos_ecosystem.readers.raw_rows import placed_by_stamp
from icos_ecosystem.readers.raw_stamps import parse_stamps
from icos_ecosystem.vocabulary.measured import METEO_STREAM, PROFILE_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.raw_rows import Placed

__all__ = ["READER", "provides", "read", "span"]


def read(path: Path, options: IcosBmOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        How it is written, and which sensors are read.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``meteo`` with one sensor of each variable that the file has, and stream ``profile`` with dimensions time and height of the
        columns that `heights` names; `time` is the start of each row's interval.

    Raises
    ------
    InputError
        For a file that cannot be read, and for one that has none of the columns that are read.
    """
    account = LineAccount(path.name)
    with faults_named(path):
        lines, headers, clock = _opened(path, options)
        columns = chosen_columns(headers, clock, options)
        table, placed = _rows(lines, headers, clock, columns, options, account)
        found = {column.header: column.values(table.numbers[column.place][placed.kept], WORDS["TA"]) for column in columns.all}
        order = in_order(placed.time, found, table.line[placed.kept], lines, account, "utf-8")
        time = placed.time[order].astype("datetime64[ns]")
        account.kept = time.size
        if not lines.complete:
            account.tell("end", CUT_OFF, len(lines), lines.raw(len(lines) - 1).decode("utf-8", errors="replace"))
        streams = {}
        if columns.meteo:
            values = {column.variable: found[column.header][order] for column in columns.meteo}
            streams[METEO_STREAM] = make_stream(time, values, WORDS.values())
        if columns.profile:
            levels = [(column.variable, height, found[column.header][order]) for height, column in columns.profile]
            streams[PROFILE_STREAM] = profile_stream(time, levels, options.levels)
        return ReadResult(streams=streams, tally=account.tally, problems=account.problems)


def span(path: Path, options: IcosBmOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    with faults_named(path):
        lines, headers, clock = _opened(path, options)
        chosen_columns(headers, clock, options)
        return span_of(_rows(lines, headers, clock, BmColumns((), ()), options, LineAccount(path.name))[1].time)


def provides(options: IcosBmOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return meteorology, and the variables of the profile where one is described."""
    profile = {PROFILE_STREAM: tuple(LEVELS.values())} if options.heights else {}
    return {METEO_STREAM: tuple(WORDS.values()), **profile}


def _opened(path: Path, options: IcosBmOptions) -> tuple[Lines, tuple[str, ...], int]:
    lines = split_lines(plain_bytes(path))
    if len(lines) < options.header_lines:
        raise HeaderError(f"the file has {len(lines)} lines; its header alone should have {options.header_lines}")
    headers = split_header(lines.raw(options.names_line - 1), SEPARATORS[options.separator])
    clock = find_column(headers, options.time_column)
    if clock is None:
        named = options.time_column
        shown = ", ".join(map(repr, headers[:12]))
        raise HeaderError(f"no column {named!r} for the time{hint(named, headers)}; the columns are: {shown}", options.names_line)
    return lines, headers, clock


def _rows(
    lines: Lines, headers: tuple[str, ...], clock: int, columns: BmColumns, options: IcosBmOptions, account: LineAccount
) -> tuple[TextTable, Placed]:
    form = TextForm(
        headers=headers,
        numbers=[column.place for column in columns.all],
        texts=(clock,),
        missing=options.missing_values,
        separator=SEPARATORS[options.separator],
    )
    table = read_table(lines, options.header_lines, form, account, options.names_line - 1)
    stamps = parse_stamps(table.texts[clock], DateFormat.from_text(options.date_format))
    written = f"{options.date_format} and hhmmss"
    return table, placed_by_stamp(to_interval_start(stamps, options), table.line, lines, account, written)


READER = Reader(
    name="icos-bm",
    summary="meteorological files as the Ecosystem Thematic Centre asks for them",
    options=IcosBmOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
