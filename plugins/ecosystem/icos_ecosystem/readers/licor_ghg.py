"""Reader of SmartFlux archives (.ghg): fast data of LI-COR's analysers with the wind, and data of the weather station."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.regular_lines import reject_rows
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.readers.ghg_archive import open_archive
from icos_ecosystem.readers.ghg_biomet import biomet_columns, label_of_data
from icos_ecosystem.readers.ghg_clock import clock_columns, local_times, offset_of, stated_offset, utc_times
from icos_ecosystem.readers.ghg_columns import fast_columns
from icos_ecosystem.readers.ghg_metadata import parse_metadata
from icos_ecosystem.readers.ghg_table import open_table, rows_of
from icos_ecosystem.readers.licor_ghg_options import FAST_WORDS, METEO_WORDS, LicorGhgOptions
from icos_ecosystem.readers.raw_clock import ClockOptions, common_step, to_interval_start
from icos_ecosystem.vocabulary.measured import FAST, METEO_STREAM, METEOROLOGY, STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, Variable
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.ghg_archive import GhgArchive
    from icos_ecosystem.readers.ghg_metadata import GhgMetadata
    from icos_ecosystem.readers.ghg_table import Table
    from icos_ecosystem.readers.raw_clock import Place
    from icos_ecosystem.readers.raw_columns import ColumnOptions, Resolved

__all__ = ["READER", "guess", "provides", "read", "span"]

NO_TIME = "no time"
_SECOND = 1_000_000_000
_OFF_FREQUENCY = 0.01


class _Rows(NamedTuple):
    """Rows of a table, in its order: UTC of each row's interval [ns], line from 1, and values."""

    time: NDArray[np.int64]
    line: NDArray[np.int64]
    values: dict[str, NDArray[np.generic]]


def read(path: Path, options: LicorGhgOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one archive.

    Parameters
    ----------
    path
        The file.
    options
        What is read of it.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``eddy``, and ``meteo`` where the archive holds data of a weather station; the account of every line after the headers.

    Raises
    ------
    InputError
        For a file that is no such archive, and where the archive and the station contradict each other.
    """
    archive = open_archive(path)
    account, slow = LineAccount(path.name), LineAccount(path.name)
    table, metadata = _opened(path, archive)
    fast, offset = _fast_rows(path, table, metadata, options, account)
    result = row_stream(STREAM, fast.time, fast.line, fast.values, FAST, table.lines, account, "utf-8", _instruments(table, metadata))
    if not archive.biomet_data or not options.biomet.read:
        return result
    biomet, columns = _opened_biomet(path, archive, options)
    rows = _slow_rows(path, biomet, columns, options, slow, offset)
    meteo = row_stream(METEO_STREAM, rows.time, rows.line, rows.values, METEOROLOGY, biomet.lines, slow, "utf-8")
    return ReadResult(
        streams={**result.streams, **meteo.streams}, tally=result.tally + meteo.tally, problems=(*result.problems, *meteo.problems)
    )


def span(path: Path, options: LicorGhgOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    archive = open_archive(path)
    account = LineAccount(path.name)
    table, metadata = _opened(path, archive)
    if not archive.biomet_data or not options.biomet.read:
        return span_of(_fast_rows(path, table, metadata, options, account, clock_only=True)[0].time)
    # What the local clock is ahead, and what a row's interval is, follow from the rows that are read: the same ones as in `read`.
    fast, offset = _fast_rows(path, table, metadata, options, account)
    biomet, columns = _opened_biomet(path, archive, options)
    times = (fast.time, _slow_rows(path, biomet, columns, options, account, offset).time)
    return span_of(np.concatenate(times))


def provides(options: LicorGhgOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that an archive may have."""
    return {STREAM: FAST, METEO_STREAM: METEOROLOGY} if options.biomet.read else {STREAM: FAST}


def _opened(path: Path, archive: GhgArchive) -> tuple[Table, GhgMetadata]:
    metadata = parse_metadata(archive.metadata)
    with faults_named(path):
        return open_table(archive.data, metadata.label), metadata


def _opened_biomet(path: Path, archive: GhgArchive, options: LicorGhgOptions) -> tuple[Table, tuple[Resolved, ...]]:
    with faults_named(path):
        table = open_table(archive.biomet_data, label_of_data(archive.biomet_metadata))
    return table, biomet_columns(path, table, archive.biomet_metadata, options.biomet)


def _fast_rows(
    path: Path, table: Table, metadata: GhgMetadata, options: LicorGhgOptions, account: LineAccount, *, clock_only: bool = False
) -> tuple[_Rows, int | None]:
    columns = fast_columns(path, table, metadata, options, account)
    clock = clock_columns(table.headers)
    by_date = options.time_from == "date" or clock.seconds is None
    regular = options.row_time == "start" or metadata.frequency is not None
    wanted = () if clock_only and regular else columns
    if by_date:
        found, local = _dated(path, table, wanted, options, account)
        offset: int | None = stated_offset(path, options)
        time = np.where(local == INVALID, INVALID, local - (offset or 0))
    else:
        numbers = sorted({place for place in (clock.seconds, clock.nanoseconds, *(each.place for each in wanted)) if place is not None})
        with faults_named(path):
            found = rows_of(table, numbers, options.missing_values, account)
        time = utc_times(found.numbers[clock.seconds or 0], None if clock.nanoseconds is None else found.numbers[clock.nanoseconds])
    rows = _valid(table, found, time, wanted, FAST_WORDS, account)
    if not by_date:
        offset = offset_of(path, table, rows.time, rows.line, options, account)
    _check_frequency(rows.time, metadata, account)
    return rows._replace(time=_interval_start(rows.time, options.row_time, metadata.frequency)), offset


def _slow_rows(
    path: Path, table: Table, columns: tuple[Resolved, ...], options: LicorGhgOptions, account: LineAccount, offset: int | None
) -> _Rows:
    found, local = _dated(path, table, columns, options.biomet, account)
    ahead = stated_offset(path, options) if offset is None else offset
    time = np.where(local == INVALID, INVALID, local - ahead)
    rows = _valid(table, found, time, columns, METEO_WORDS, account)
    return rows._replace(time=_interval_start(rows.time, options.biomet.row_time, None))


def _dated(
    path: Path, table: Table, columns: tuple[Resolved, ...], options: ColumnOptions, account: LineAccount
) -> tuple[TextTable, NDArray[np.int64]]:
    """Return rows with their local time."""
    clock = clock_columns(table.headers)
    if clock.date is None or clock.time is None:
        raise InputError(path.name, f"no columns Date and Time; the columns are: {', '.join(table.headers)[:200]}", line=table.header + 1)
    with faults_named(path):
        found = rows_of(table, sorted({each.place for each in columns}), options.missing_values, account, (clock.date, clock.time))
    return found, local_times(found.texts[clock.date].texts(), found.texts[clock.time].texts())


def _valid(
    table: Table,
    found: TextTable,
    time: NDArray[np.int64],
    columns: tuple[Resolved, ...],
    words: Mapping[str, Variable],
    account: LineAccount,
) -> _Rows:
    """Return rows that have a time."""
    good = time != INVALID
    if not good.all():
        reject_rows(account, NO_TIME, "its columns tell no time", found.line[~good] - 1, table.lines, "utf-8")
    values = {each.variable: each.values(found.numbers[each.place][good], words[each.variable]) for each in columns}
    return _Rows(time[good], found.line[good], values)


def _interval_start(time: NDArray[np.int64], row_time: Place, frequency: float | None) -> NDArray[np.int64]:
    if row_time == "start" or not time.size:
        return time
    return to_interval_start(time, ClockOptions(row_time=row_time, frequency=frequency))


def _check_frequency(time: NDArray[np.int64], metadata: GhgMetadata, account: LineAccount) -> None:
    step = common_step(time)
    if metadata.frequency is None or not step:
        return
    found = _SECOND / step
    if abs(found / metadata.frequency - 1) > _OFF_FREQUENCY:
        account.tell("frequency", f"its description says {metadata.frequency:g} Hz, its rows are at {found:g} Hz")


def _instruments(table: Table, metadata: GhgMetadata) -> str:
    described = (" ".join(filter(None, (each.manufacturer, each.model, each.serial_number))) for each in metadata.instruments)
    return "; ".join(described) or " ".join(filter(None, (table.preamble.get("Model", ""), table.preamble.get("SN", ""))))


def guess(path: Path) -> Guess | None:
    """Recognise an archive by its members and their description."""
    try:
        archive = open_archive(path)
        table, metadata = _opened(path, archive)
        columns = fast_columns(path, table, metadata, LicorGhgOptions(), LineAccount(path.name))
    except InputError:
        return None
    read_columns = sorted(each.variable for each in columns)
    found = [f"{_instruments(table, metadata)[:200] or 'no instrument described'}", f"columns: {', '.join(read_columns)}"]
    if metadata.frequency is not None:
        found.append(f"{metadata.frequency:g} Hz")
    if archive.biomet_data:
        found.append("data of a weather station")
    unsure = ["row_time: whether a stamp is of the start or end of its interval is not told; the start is taken"]
    if archive.biomet_data:
        unsure.append("biomet.row_time: the end is taken")
    return Guess(confidence=0.97, found=tuple(found), unsure=tuple(unsure))


READER = Reader(
    name="licor-ghg",
    summary="LI-COR SmartFlux archives (.ghg)",
    options=LicorGhgOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
