"""Reader of the table ``full_output`` of EddyPro: three header rows (groups, names, units), date and time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from icos_core.components import Reader
from icos_core.raw_text.delimited_text import HeaderError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_ecosystem.readers.clock_columns import DateAndTime
from icos_ecosystem.readers.eddypro_full_output_columns import full_output_columns
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.fluxnet_table import UNKNOWN
from icos_ecosystem.readers.half_hourly_guess import guess_eddypro_full_output
from icos_ecosystem.readers.half_hourly_options import HalfHourlyOptions
from icos_ecosystem.readers.half_hourly_table import HalfHourlyTable, read_half_hourly, span_half_hourly
from icos_ecosystem.readers.raw_clock import Place  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS, FLUX_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_core.components import Context, ReadResult, Span, Variable

__all__ = ["READER", "EddyProFullOutputOptions", "provides", "read", "span"]

_HEADER_LINES, _NAMES, _UNITS = 3, 1, 2
_SHOWN = 12
OTHER_UNITS = "not read, whose units do not stand for what they measure"


class EddyProFullOutputOptions(HalfHourlyOptions):
    """What is declared of a table of EddyPro."""

    time_stamps: Place = Field(default="end", description="what date and time are of the interval; EddyPro's project says")


def read(path: Path, options: EddyProFullOutputOptions, context: Context) -> ReadResult:
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        What is declared of it.
    context
        Its station's `utc_offset` is the clock of the time stamps, where `time_zone` says nothing else.

    Returns
    -------
    ReadResult
        Stream ``fluxes`` with the names and units of EddyPro's table ``fluxnet``; `time` is the start of each interval.

    Raises
    ------
    InputError
        For a file that is no such table.
    """
    account = LineAccount(path.name)
    with faults_named(path):
        return read_half_hourly(_table(path, options), options, options.ahead_of_utc(context, path.name), account)


def span(path: Path, options: EddyProFullOutputOptions, context: Context) -> Span:
    """Return the time from the earliest to the latest row, ``NaT`` where there is none; raises as :func:`read`."""
    with faults_named(path):
        return span_half_hourly(_table(path, options), options, options.ahead_of_utc(context, path.name), LineAccount(path.name))


def provides(options: EddyProFullOutputOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a table may have."""
    return {FLUX_STREAM: tuple(options.chosen(EDDYPRO_WORDS).values())}


def _table(path: Path, options: EddyProFullOutputOptions) -> HalfHourlyTable:
    lines = split_lines(plain_bytes(path))
    if len(lines) < _HEADER_LINES:
        raise HeaderError(f"the file has {len(lines)} lines, expected three header rows: groups, names, units")
    names, units = (split_header(lines.raw(index), ",", _encoding(lines.raw(_UNITS))) for index in (_NAMES, _UNITS))
    absent = next((name for name in ("date", "time") if name not in names), None)
    if absent is not None:
        shown = ", ".join(map(repr, names[:_SHOWN]))
        raise HeaderError(f"no column {absent!r} in the second row; the columns are: {shown}", _NAMES + 1)
    chosen = options.chosen(EDDYPRO_WORDS)
    columns = full_output_columns(names, units, chosen)
    if not columns.read:
        raise HeaderError("no column of a variable that is read", _NAMES + 1)
    return HalfHourlyTable(
        lines=lines,
        headers=names,
        header=_NAMES,
        first=_HEADER_LINES,
        clock=DateAndTime(names.index("date"), names.index("time"), options.time_stamps),
        columns=columns.read,
        words=chosen,
        numbers=columns.flags,
        finish=columns.finish,
        unread={OTHER_UNITS: columns.other_units, **({} if options.variables else {UNKNOWN: columns.unknown})},
        stream=FLUX_STREAM,
    )


def _encoding(units: bytes) -> str:
    """Return in which of two encodings the letter for micro is written."""
    try:
        units.decode()
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


READER = Reader(
    name="eddypro-full-output",
    summary="the table full_output of EddyPro",
    options=EddyProFullOutputOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess_eddypro_full_output,
)
