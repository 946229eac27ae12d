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
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.exceptions import InputError, hint
from icos_core.raw_text.byte_fields import split_at_blanks
from icos_core.raw_text.delimited_text import number
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.row_stream import span_of
from icos_ocean.readers.ldeo_underway_columns import COLUMNS, LdeoOptions
from icos_ocean.readers.logged_file import LoggedFile, head_of, open_log
from icos_ocean.readers.logger_time import form_of, logger_times
from icos_ocean.vocabulary import RUN_TYPES, STREAM, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.raw_text.byte_fields import Pieces

__all__ = ["READER", "guess", "provides", "read", "span"]

_TIME_TAG = re.compile(r"([0-9]{4})([0-9]{3})(\.[0-9]{1,12})?")
_NANOSECONDS_PER_DAY = 86_400_000_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_UNKNOWN = "UNK"
_MOST_STANDARDS = 9
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
    log, tokens = _lines(path, options)
    rows, time, tags = _times(log, tokens, options)
    cells = {name: piece[rows] for name, piece in tokens.items()}
    values: dict[str, NDArray[np.generic]] = {"run_type": _run_types(cells["source"], options)}
    for column, variable in options.variables.items():
        values[variable] = log.numbers(column, cells[column], rows)
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
    log, tokens = _lines(path, options)
    return span_of(_times(log, tokens, options)[1])


def provides(options: LdeoOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file has."""
    names = ["run_type", *options.variables.values()]
    if options.time_stamp != "none" and "time_tag" in options.columns:
        names.append("clock_difference")
    return {STREAM: tuple(VOCABULARY[name] for name in names)}


def guess(path: Path) -> Guess | None:
    """Say whether a file is such a log, and how it is written; cylinders are taken for standards in order of their mole fraction."""
    head = head_of(path)
    form = form_of(head)
    time, body = logger_times(head, form)
    bodies = body[time != INVALID] if form != "none" else body
    parts = [each for each in (bodies.text(row).split(None, len(COLUMNS) - 1) for row in range(len(bodies))) if _looks_right(each)]
    if len(parts) <= len(head) / 2:
        return None
    options: dict[str, object] = {} if form == "iso" else {"time_stamp": form}
    if form == "none":
        options["clock"] = "time-tag"
    unsure = ["equilibrator_temperature: which of the two probes is the better one"]
    if form != "none":
        unsure.append("clock: whether the logger or the instrument has the right time")
    cylinders = _cylinders(parts)
    if cylinders:
        options["sources"] = {name: f"STD{number}" for number, name in enumerate(cylinders[:_MOST_STANDARDS], start=1)}
        unsure.append(f"sources: which standards {', '.join(cylinders)} are; they are in order of their mole fraction")
    return Guess(
        confidence=0.95 if len(parts) == len(head) else 0.8,
        options=options,
        found=(f"{len(parts)} of {len(head)} lines have a time tag, nine numbers and a source",),
        unsure=tuple(unsure),
    )


def _cylinders(parts: list[list[str]]) -> list[str]:
    """Return the sources that are no known ones, in order of their mole fraction."""
    known = LdeoOptions().run_types
    column = list(COLUMNS).index("vco2")
    first = {each[-1].strip(): float(each[column]) for each in reversed(parts)}
    return sorted((name for name in first if name.casefold() not in known), key=lambda name: (first[name], name))


def _looks_right(parts: list[str]) -> bool:
    return len(parts) == len(COLUMNS) and _time_of_tag(parts[0]) != INVALID and all(number(each) is not None for each in parts[1:-1])


def _lines(path: Path, options: LdeoOptions) -> tuple[LoggedFile, dict[str, Pieces]]:
    """Return the lines, those of another shape rejected, and where each column stands in each."""
    log = open_log(path, options.time_stamp)
    tokens = split_at_blanks(log.body)
    last = len(options.columns) - 1
    pieces = {name: tokens.rest(place) if place == last else tokens.token(place) for place, name in enumerate(options.columns)}
    shaped = log.kept & (tokens.count > last)
    if options.columns[0] == "time_tag":
        rows = np.flatnonzero(shaped)
        shaped[rows] = [_TIME_TAG.fullmatch(text) is not None for text in pieces["time_tag"][rows].texts()]
    expected = f"expected {last + 1} columns: {', '.join(options.columns)}"
    if not shaped.any():
        raise InputError(path.name, f"no line of an LDEO underway system: {expected}", line=int(np.argmax(log.kept)) + 1)
    log.account.count_type("(no measurement)", int((~shaped).sum()))
    log.reject(~shaped, "not the columns that are declared", expected)
    _count_sources(log, pieces["source"], options)
    return log, pieces


def _count_sources(log: LoggedFile, sources: Pieces, options: LdeoOptions) -> None:
    rows = np.flatnonzero(log.kept)
    codes, words = sources[rows].words()
    known = options.run_types
    first = dict(zip(codes[::-1].tolist(), rows[::-1].tolist(), strict=True))
    for code, count in enumerate(np.bincount(codes, minlength=len(words)).tolist()):
        source, row = words[code], first[code]
        if source.casefold() in known:
            log.account.count_type(source, count)
            continue
        message = f"source {source[:30]!r} is not known{hint(source, known)}; it is kept as {_UNKNOWN}, name it in the option sources"
        log.account.count_unknown_type(source, count, message, row + 1, log.text(row))


def _times(
    log: LoggedFile, tokens: dict[str, Pieces], options: LdeoOptions
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Return the lines that have a time, it, and their time tag; lines without time are rejected."""
    rows = np.flatnonzero(log.kept)
    tag = tokens.get("time_tag")
    tags = np.full(rows.size, INVALID) if tag is None else np.array([*map(_time_of_tag, tag[rows].texts())], dtype=np.int64)
    if options.clock == "logger":
        return rows, log.time[rows], tags
    absent = np.zeros(len(log.lines), dtype=bool)
    absent[rows[tags == INVALID]] = True
    log.reject(absent, "no valid time tag", "expected a time tag of year, day of the year and fraction of the day: 2014213.00116")
    timed = tags != INVALID
    return rows[timed], tags[timed], tags[timed]


def _time_of_tag(text: str) -> int:
    """Return ns since 1970 of ``yyyyjjj.fffff``: year, day of the year (1 is 1 January), fraction of the day."""
    match = _TIME_TAG.fullmatch(text)
    if match is None:
        return INVALID
    whole = _day(match[1], match[2])
    if whole is None:
        return INVALID
    return whole * _NANOSECONDS_PER_DAY + round(float(match[3] or ".0") * _NANOSECONDS_PER_DAY)


@lru_cache(maxsize=1024)
def _day(year: str, day_of_year: str) -> int | None:
    """Return days since 1970, None for a day that the year does not have; rows of a day stand one after the other."""
    first, day = int(year), int(day_of_year)
    if not (1970 <= first < 2200 and 1 <= day <= date(first, 12, 31).timetuple().tm_yday):
        return None
    return date(first, 1, 1).toordinal() - _EPOCH + day - 1


def _run_types(sources: Pieces, options: LdeoOptions) -> NDArray[np.int8]:
    codes, words = sources.words()
    known = options.run_types
    return np.array([RUN_TYPES[known.get(word.casefold(), _UNKNOWN)] for word in words], dtype=np.int8)[codes]


READER = Reader(
    name="ldeo-underway",
    summary="LDEO underway pCO2 system, with or without a logger's time in front",
    options=LdeoOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
