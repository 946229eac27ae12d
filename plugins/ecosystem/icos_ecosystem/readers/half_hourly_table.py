"""A half-hourly table → its stream: every row with its interval, every line and every column accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from icos_core.raw_text.regular_lines import reject_rows
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.readers.fast_text import TextForm, read_table
from icos_ecosystem.readers.half_hourly_clock import OFF_GRID, OTHER_LENGTH, from_bounds, from_stamps, longer_steps, minutes
from icos_ecosystem.readers.raw_columns import NO_CODE
from icos_ecosystem.readers.raw_rows import placed_by_stamp, values_of
from icos_ecosystem.vocabulary.flux_flagged import carries_flags, described_by
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS
from icos_ecosystem.vocabulary.half_hourly import HALF_HOURLY_OWNERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import ReadResult, Span, Variable
    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.half_hourly_clock import Stamps
    from icos_ecosystem.readers.half_hourly_options import IntervalOptions
    from icos_ecosystem.readers.raw_columns import Resolved

    IntArray = NDArray[np.int64]

Values = dict[str, "NDArray[np.generic]"]
"""Variable → (n,) values."""

__all__ = ["Clock", "Finish", "HalfHourlyTable", "Values", "no_change", "read_half_hourly", "span_half_hourly"]

_LONGEST_LIST = 200
_OF_EDDYPRO = frozenset(word.name for word in EDDYPRO_WORDS)


class Clock(Protocol):
    """Columns that hold the time, and how they are read."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Columns that are wanted as numbers."""

    @property
    def texts(self) -> tuple[int, ...]:
        """Columns that are wanted as they are."""

    @property
    def written(self) -> str:
        """What a time looks like, for messages."""

    def stamps(self, table: TextTable) -> Stamps:
        """Return the time stamps of the rows."""


class Finish(Protocol):
    """What makes further variables of the columns that were read, or other values of the same."""

    def __call__(self, values: Values, table: TextTable, kept: NDArray[np.bool_]) -> None:
        """Change the values of the kept rows in place."""


def no_change(values: Values, table: TextTable, kept: NDArray[np.bool_]) -> None:
    """Leave the values as they are."""


@dataclass(frozen=True, kw_only=True)
class HalfHourlyTable:
    """A table that was looked at, and what is read of it.

    Attributes
    ----------
    lines
        The file.
    headers
        Names of its columns.
    header, first
        Index of the line with the names, None where there is none, and of the first row.
    clock
        Columns of the time.
    columns
        Columns that are a variable each.
    numbers, texts
        Columns of which `finish` makes something, read as numbers and as they are.
    words
        Variable → word.
    finish
        Makes other variables of what was read.
    unread
        What is said of columns that are not read → their names.
    separator, decimal, encoding
        How it is written.
    stream
        Name of the stream.
    """

    lines: Lines
    headers: tuple[str, ...]
    header: int | None
    first: int
    clock: Clock
    columns: tuple[Resolved, ...]
    words: Mapping[str, Variable]
    stream: str
    numbers: tuple[int, ...] = ()
    texts: tuple[int, ...] = ()
    finish: Finish = no_change
    unread: Mapping[str, Sequence[str]] = field(default_factory=dict)
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"


def read_half_hourly(table: HalfHourlyTable, options: IntervalOptions, ahead: int, account: LineAccount) -> ReadResult:
    """Return the stream of a table with the ends of every interval, and the account of its lines.

    Parameters
    ----------
    table
        The table.
    options
        What is declared of it.
    ahead
        How far its clock is ahead of UTC [ns].
    account
        Takes the account.

    Raises
    ------
    HeaderError
        Where the intervals are neither half hours nor hours, or do not begin at full or half hours.
    """
    for what, names in table.unread.items():
        _tell_unread(what, names, account)
    rows = _rows(table, options, account, (*(column.place for column in table.columns), *table.numbers), table.texts)
    start, kept, length = _intervals(table, rows, options, account)
    values = values_of(rows, table.columns, table.words, account, kept)
    table.finish(values, rows, kept)
    _known_codes(values, table, account)
    line = rows.line[kept]
    _tell_order(start, line, length, table, account)
    result = row_stream(table.stream, start - ahead, line, values, table.words.values(), table.lines, account, table.encoding)
    stream = bounded(result.streams[table.stream], np.timedelta64(length, "ns"))
    stream.attrs["averaging_period"] = length / 1e9
    _describe(stream, table)
    result.streams[table.stream] = stream
    return result


def span_half_hourly(table: HalfHourlyTable, options: IntervalOptions, ahead: int, account: LineAccount) -> Span:
    """Return the time from the earliest to the latest row, ``NaT`` where there is none; raises as :func:`read_half_hourly`."""
    # Which lines are rows depends on the last column that is read.
    last = max((*(column.place for column in table.columns), *table.numbers, *table.texts))
    rows = _rows(table, options, account, (), (last,))
    return span_of(_intervals(table, rows, options, account)[0] - ahead)


def _rows(
    table: HalfHourlyTable, options: IntervalOptions, account: LineAccount, numbers: Sequence[int], texts: Sequence[int]
) -> TextTable:
    form = TextForm(
        headers=table.headers,
        numbers=tuple(dict.fromkeys((*table.clock.numbers, *numbers))),
        texts=tuple(dict.fromkeys((*table.clock.texts, *texts))),
        missing=options.missing_values,
        separator=table.separator,
        decimal=table.decimal,
        encoding=table.encoding,
    )
    return read_table(table.lines, table.first, form, account, table.header)


def _intervals(
    table: HalfHourlyTable, rows: TextTable, options: IntervalOptions, account: LineAccount
) -> tuple[IntArray, NDArray[np.bool_], int]:
    """Return beginnings of the kept rows, which rows they are, and how long their intervals are."""
    stamps = table.clock.stamps(rows)
    declared = options.interval_length
    found = from_bounds(stamps.time, stamps.end, declared) if stamps.end is not None else from_stamps(stamps.time, stamps.place, declared)
    placed = placed_by_stamp(found.start, rows.line, table.lines, account, table.clock.written, table.encoding)
    kept = placed.kept.copy()
    for reason, wrong in ((OTHER_LENGTH, found.other_length & kept), (OFF_GRID, found.off_grid & kept)):
        if wrong.any():
            message = f"{reason}; those of the file are {minutes(found.length)} long"
            reject_rows(account, reason, message, rows.line[wrong] - 1, table.lines, table.encoding)
            kept &= ~wrong
    return found.start[kept], kept, found.length


def _known_codes(values: Values, table: HalfHourlyTable, account: LineAccount) -> None:
    """Take codes without a meaning as not stated, and count them."""
    headers = {column.variable: column.header for column in table.columns}
    for name, codes in values.items():
        meanings = table.words[name].flag_values
        if meanings:
            strange = ~np.isin(codes, meanings)
            account.damage(headers.get(name, name), int(strange.sum()))
            values[name] = np.where(strange, np.int8(NO_CODE), codes)


def _tell_order(start: IntArray, line: IntArray, length: int, table: HalfHourlyTable, account: LineAccount) -> None:
    """Tell rows that are out of order, and where the interval may have changed."""
    backwards = np.flatnonzero(np.diff(start) < 0)
    if backwards.size:
        at = int(line[backwards[0] + 1])
        text = table.lines.raw(at - 1).decode(table.encoding, errors="replace")
        account.tell("order", f"{backwards.size} rows are of an earlier time than the row before them: put in order of time", at, text)
    order = np.argsort(start, kind="stable")
    changed = longer_steps(start[order], length)
    if changed is not None:
        at = int(line[order[changed]])
        text = table.lines.raw(at - 1).decode(table.encoding, errors="replace")
        account.tell("interval", "from here on rows of half an hour come every hour: is the interval an hour from here on?", at, text)


def _tell_unread(what: str, names: Sequence[str], account: LineAccount) -> None:
    """Name columns that are not read, in several messages where there are many."""
    shown: list[str] = []
    parts: list[list[str]] = [shown]
    for name in names:
        if shown and sum(len(each) + 2 for each in shown) + len(name) > _LONGEST_LIST:
            shown = []
            parts.append(shown)
        shown.append(name[:_LONGEST_LIST])
    for number, part in enumerate(parts if names else []):
        beginning = f"{len(names)} {'column' if len(names) == 1 else 'columns'} {what}" if number == 0 else f"columns {what}, further"
        account.tell(f"{what} {number}", f"{beginning}: {', '.join(part)}")


def _describe(stream: xr.Dataset, table: HalfHourlyTable) -> None:
    """Say which column a variable is of, and of numbers without flags of their own which quantity they say something of, if it is there."""
    for column in table.columns:
        if column.header != column.variable:
            stream.variables[column.variable].attrs["original_name"] = column.header
    for name in [str(each) for each in stream.data_vars if stream.variables[each].dtype.kind == "f"]:
        owner = HALF_HOURLY_OWNERS.get(name) or (described_by(name) if name in _OF_EDDYPRO and not carries_flags(name) else None)
        if owner in stream and owner != name:
            stream.variables[name].attrs["describes"] = owner
