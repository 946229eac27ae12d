"""Reader of the logs of underway pCO2 systems of the Lamont-Doherty Earth Observatory (LDEO).

The system writes one line per measurement of water (Equil), air (Atmos), nitrogen or a cylinder, whose name stands at the end of the line.
A ship's logger may put its own time in front.

References
----------
Takahashi, T., Sutherland, S. C., Wanninkhof, R. et al. (2009). Climatological mean and decadal change in surface ocean pCO2, and net
sea-air CO2 flux over the global oceans. Deep-Sea Research II 56, 554-577. https://doi.org/10.1016/j.dsr2.2008.12.009
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.exceptions import InputError, hint
from icos_ocean.readers.delimited_text import number
from icos_ocean.readers.instrument_clock import INVALID
from icos_ocean.readers.ldeo_underway_columns import COLUMNS, LdeoOptions
from icos_ocean.readers.logged_file import LoggedFile, head_of, open_log, span_of
from icos_ocean.readers.logger_time import form_of, logger_times
from icos_ocean.vocabulary import RUN_TYPES, STREAM, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context

__all__ = ["READER", "guess", "provides", "read", "span"]

_TIME_TAG = re.compile(r"([0-9]{4})([0-9]{3})(\.[0-9]{1,12})?")
_NANOSECONDS_PER_DAY = 86_400_000_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_UNKNOWN = "UNK"
_INSTRUMENT = "LDEO underway pCO2 system"


def read(path: Path, options: LdeoOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file.
    options
        How it is written.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``underway`` in order of time; the account of every line by source; problems.

    Raises
    ------
    InputError
        For a file that cannot be opened, has no line of such a system, or no time in front of its lines where one is declared.
    """
    log, rows, cells = _rows(path, options)
    time, tags = _times(log, rows, cells, options)
    valid = time != INVALID
    rows, time, tags = rows[valid], time[valid], tags[valid]
    cells = [each for each, good in zip(cells, valid.tolist(), strict=True) if good]
    values: dict[str, NDArray[np.generic]] = {"run_type": _run_types(cells, options)}
    for column, variable in options.variables.items():
        values[variable] = _numbers(log, column, rows, [each[column] for each in cells])
    if options.time_stamp != "none" and "time_tag" in options.columns:
        values["clock_difference"] = np.where(tags == INVALID, np.nan, (log.time[rows] - tags) / 1e9)
    words = provides(options)[STREAM]
    return log.result(STREAM, rows, time, values, words, _INSTRUMENT)


def span(path: Path, options: LdeoOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps; ``NaT`` at both ends where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    log, rows, cells = _rows(path, options)
    time, _ = _times(log, rows, cells, options)
    return span_of(time[time != INVALID])


def provides(options: LdeoOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file has."""
    names = ["run_type", *options.variables.values()]
    if options.time_stamp != "none" and "time_tag" in options.columns:
        names.append("clock_difference")
    return {STREAM: tuple(VOCABULARY[name] for name in names)}


def guess(path: Path) -> Guess | None:
    """Say whether a file is such a log, and how it is written; sources that are cylinders are left to the person."""
    head = head_of(path)
    form = form_of(head)
    time, body = logger_times(head, form)
    bodies = body[time != INVALID] if form != "none" else body
    parts = [each for each in (bodies.text(row).split(None, len(COLUMNS) - 1) for row in range(len(bodies))) if _looks_right(each)]
    if len(parts) <= len(head) / 2:
        return None
    sources = Counter(each[-1].strip() for each in parts)
    cylinders = sorted(name for name in sources if name.casefold() not in LdeoOptions(sources={}).run_types)
    options: dict[str, object] = {} if form == "iso" else {"time_stamp": form}
    if form == "none":
        options["clock"] = "time-tag"
    unsure = ["equilibrator_temperature: which of the two probes is the better one"]
    if form != "none":
        unsure.append("clock: whether the logger or the instrument has the right time")
    if cylinders:
        unsure.append(f"sources: which standards {', '.join(cylinders)} are")
    return Guess(
        confidence=0.95 if len(parts) == len(head) else 0.8,
        options=options,
        found=(f"{len(parts)} of {len(head)} lines have a time tag, nine numbers and a source",),
        unsure=tuple(unsure),
    )


def _looks_right(parts: list[str]) -> bool:
    return len(parts) == len(COLUMNS) and _time_of_tag(parts[0]) != INVALID and all(number(each) is not None for each in parts[1:-1])


def _rows(path: Path, options: LdeoOptions) -> tuple[LoggedFile, NDArray[np.intp], list[dict[str, str]]]:
    """Return the lines of the right shape, and the text in each column of each."""
    log = open_log(path, options.time_stamp)
    wanted = len(options.columns)
    short = np.zeros(len(log.lines), dtype=bool)
    found = {}
    other = 0
    for row in range(len(log.lines)):
        if not log.kept[row]:
            other += 1
            continue
        parts = log.body.text(row).split(None, wanted - 1)
        if len(parts) == wanted and (options.columns[0] != "time_tag" or _TIME_TAG.fullmatch(parts[0])):
            found[row] = dict(zip(options.columns, (part.strip() for part in parts), strict=True))
        else:
            short[row] = True
            other += 1
    if not found:
        raise InputError(path.name, f"no line of an LDEO underway system: expected {', '.join(options.columns)}", line=_first(log.kept))
    log.reject(short, "not the columns that are declared", f"expected {wanted} columns: {', '.join(options.columns)}")
    sources = Counter(each["source"] for each in found.values())
    first = {each["source"]: row for row, each in reversed(found.items())}
    known = options.run_types
    for source, count in sources.items():
        if source.casefold() in known:
            log.account.count_type(source, count)
        else:
            message = f"source {source[:30]!r} is not known{hint(source, known)}; it is kept as {_UNKNOWN}, name it in the option sources"
            log.account.count_unknown_type(source, count, message, first[source] + 1, log.text(first[source]))
    log.account.count_type("(no measurement)", other)
    return log, np.array(list(found), dtype=np.intp), list(found.values())


def _first(kept: NDArray[np.bool_]) -> int:
    return int(np.argmax(kept)) + 1


def _times(
    log: LoggedFile, rows: NDArray[np.intp], cells: list[dict[str, str]], options: LdeoOptions
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return time and time tag of each row; rows without time are rejected."""
    tags = np.array([_time_of_tag(each.get("time_tag", "")) for each in cells], dtype=np.int64)
    if options.clock == "logger":
        return log.time[rows], tags
    absent = np.zeros(len(log.lines), dtype=bool)
    absent[rows[tags == INVALID]] = True
    log.reject(absent, "no valid time tag", "expected a time tag of year, day of the year and fraction of the day: 2014213.00116")
    return tags, tags


def _time_of_tag(text: str) -> int:
    """Return ns since 1970 of ``yyyyjjj.fffff``: year, day of the year (1 is 1 January), fraction of the day."""
    match = _TIME_TAG.fullmatch(text)
    if match is None:
        return INVALID
    year, day = int(match[1]), int(match[2])
    if not (1970 <= year < 2200 and 1 <= day <= date(year, 12, 31).timetuple().tm_yday):
        return INVALID
    fraction = match[3] or ".0"
    whole = date(year, 1, 1).toordinal() - _EPOCH + day - 1
    of_day = round(float(fraction) * _NANOSECONDS_PER_DAY)
    return whole * _NANOSECONDS_PER_DAY + of_day


def _run_types(cells: list[dict[str, str]], options: LdeoOptions) -> NDArray[np.int8]:
    known = options.run_types
    return np.array([RUN_TYPES[known.get(each["source"].casefold(), _UNKNOWN)] for each in cells], dtype=np.int8)


def _numbers(log: LoggedFile, column: str, rows: NDArray[np.intp], texts: list[str]) -> NDArray[np.float64]:
    values = np.array([np.nan if (value := number(text)) is None else value for text in texts], dtype=np.float64)
    damaged = np.array([value != value and text.casefold() != "nan" for value, text in zip(values, texts, strict=True)], dtype=bool)  # noqa: PLR0124
    log.account.damage(column, int(damaged.sum()))
    log.tell(f"{column}: not a number", f"{column} is not a number", rows[damaged])
    return values


READER = Reader(
    name="ldeo-underway",
    summary="LDEO underway pCO2 system, with or without a logger's time in front",
    options=LdeoOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
