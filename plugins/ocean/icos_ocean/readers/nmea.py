"""Reader of NMEA 0183 logs: position, course, speed, heading and wind as the instruments of a bridge send them.

References
----------
NMEA 0183, Standard for Interfacing Marine Electronic Devices; the sentences and their fields are published by the makers of receivers.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.row_stream import span_of
from icos_ocean.readers.burst_rows import JOINED, columns_of, row_numbers
from icos_ocean.readers.logged_file import LoggedFile, LoggedOptions, head_of, open_log
from icos_ocean.readers.logger_time import form_of, logger_times
from icos_ocean.readers.nmea_sentences import find_sentences, packed
from icos_ocean.readers.nmea_values import NAVIGATION, POSITIONS, VARIABLES, Formatter, Values, read_values
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.ship_sensors import NAVIGATION_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

    from icos_core.components import Context

__all__ = ["READER", "NmeaOptions", "guess", "provides", "read", "span"]

_DAY = 86_400_000_000_000
_HALF_A_DAY = _DAY // 2


class NmeaOptions(LoggedOptions):
    """How the log of a bridge's instruments is written."""

    clock: Literal["logger", "sentence"] = Field(
        default="logger",
        description="What gives the time of a row: the logger, in front of the line, or the sentences (date from ZDA or RMC).",
    )
    pause: Annotated[Duration, Field(ge=timedelta(0))] = Field(
        default=timedelta(seconds=0.3), description="A pause longer than this between two lines begins a new row; by the logger's time."
    )
    sentences: tuple[Formatter, ...] = Field(
        default=NAVIGATION, min_length=1, description="Formatters that are read: the default, and MWV and MWD for wind."
    )
    talkers: tuple[Annotated[str, Field(pattern="^[A-Z0-9]{2}$")], ...] = Field(
        default=(), description='Talkers whose sentences are read, e.g. ["GP"]; empty for all.'
    )
    checksum: Literal["verified", "required"] = Field(
        default="verified", description="A wrong checksum is always rejected; with required a sentence without one is rejected, too."
    )

    @model_validator(mode="after")
    def _has_its_clock(self) -> Self:
        if self.clock == "logger" and self.time_stamp == "none":
            raise ValueError("time_stamp = 'none' leaves the time of the sentences only: set clock = 'sentence'")
        return self


def read(path: Path, options: NmeaOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``navigation`` in order of time, one row per burst of sentences with the time of its position; the account of every line,
        in which the first line of a row is kept and the others are joined to it; problems.

    Raises
    ------
    InputError
        For a file that cannot be opened, has no sentence, or no time in front of its lines where one is declared.
    """
    log, lines, number, time, values = _rows(path, options)
    columns = columns_of(values.found, lines, number, time.size, len(log.lines))
    first = np.searchsorted(number, np.arange(time.size))
    log.account.reject(JOINED, lines.size - time.size)
    words = provides(options)[NAVIGATION_STREAM]
    ordered: dict[str, NDArray[np.generic]] = {word.name: columns[word.name] for word in words if word.name in columns}
    return log.result(NAVIGATION_STREAM, lines[first], time, ordered, words, "NMEA 0183")


def span(path: Path, options: NmeaOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps; ``NaT`` at both ends where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    _, _, _, time, _ = _rows(path, options)
    return span_of(time)


def provides(options: NmeaOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have: what its sentences give."""
    names = dict.fromkeys(name for formatter, given in VARIABLES.items() if formatter in options.sentences for name in given)
    return {NAVIGATION_STREAM: tuple(VOCABULARY[name] for name in names)}


def guess(path: Path) -> Guess | None:
    """Say whether a file is such a log, and how it is written."""
    head = head_of(path)
    form = form_of(head)
    time, body = logger_times(head, form)
    body = body[time != INVALID] if form != "none" else body
    texts = [body.text(row).lstrip() for row in range(len(body))]
    kinds = [text[3:6] for text in texts if text.startswith("$") and text[3:6] in VARIABLES]
    sentences = sum(text.startswith(("$", "!")) for text in texts)
    if not kinds or sentences <= len(head) / 2:
        return None
    options: dict[str, object] = {} if form == "iso" else {"time_stamp": form}
    if form == "none":
        options["clock"] = "sentence"
    if more := sorted(set(kinds) - set(NAVIGATION)):
        options["sentences"] = [*NAVIGATION, *more]
    return Guess(
        confidence=0.95 if sentences == len(head) else 0.8,
        options=options,
        found=(f"{sentences} of {len(head)} lines are NMEA 0183 sentences, among them {', '.join(sorted(set(kinds)))}",),
        unsure=() if form == "none" else ("clock: whether the logger or the receiver has the right time",),
    )


def _rows(path: Path, options: NmeaOptions) -> tuple[LoggedFile, NDArray[np.intp], NDArray[np.intp], NDArray[np.int64], Values]:
    """Return the log; the lines that are used, the number of the row of each; the time of each row; and what the lines say."""
    log = open_log(path, options.time_stamp)
    sentences = find_sentences(
        log, path.name, options.sentences, tuple(VARIABLES), options.talkers, checksum_required=options.checksum == "required"
    )
    values = read_values(sentences)
    if options.clock == "logger":
        time = shown = log.time
        pause = int(np.timedelta64(options.pause, "ns").astype(np.int64))
    else:
        time = _times_of_sentences(log, values, stamped=options.time_stamp != "none")
        # Sentences without a time of their own belong to the one before them that has one.
        shown = _carried_on(time, log.kept)
        pause = 0
    lines = np.flatnonzero(log.kept)
    number = row_numbers(shown[lines], sentences.formatter[lines], pause)
    of_row = _times_of_rows(time[lines], sentences.formatter[lines], number)
    says = _rows_that_say_something(values, lines, number, of_row.size)
    useful = says & (of_row != INVALID)
    if not useful.all():
        for rows, reason, message in (
            (of_row == INVALID, "no sentence with time and date beside it", "the time of the sentence is not known"),
            (~says, "nothing but the time, or nothing that can be read", ""),
        ):
            wrong = np.zeros(len(log.lines), dtype=bool)
            wrong[lines[rows[number]]] = True
            log.reject(wrong, reason, message)
        lines, of_row = lines[useful[number]], of_row[useful]
        number = (np.cumsum(useful) - 1)[number[useful[number]]]
    return log, lines, number, of_row, values


def _rows_that_say_something(values: Values, lines: NDArray[np.intp], number: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    row_of = np.zeros(values.date.size, dtype=np.intp)
    row_of[lines] = number
    says = np.zeros(count, dtype=bool)
    for _, rows, numbers in values.found:
        says[row_of[rows[np.isfinite(numbers)]]] = True
    return says


def _times_of_rows(time: NDArray[np.int64], formatter: NDArray[np.int64], number: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the time of each row: that of its position, else of its first line that has one."""
    of_row = np.full(int(number[-1]) + 1 if number.size else 0, INVALID)
    timed = time != INVALID
    of_row[number[timed][::-1]] = time[timed][::-1]
    for each in reversed(POSITIONS):
        rows = timed & (formatter == packed(each))
        of_row[number[rows]] = time[rows]
    return of_row


def _times_of_sentences(log: LoggedFile, values: Values, *, stamped: bool) -> NDArray[np.int64]:
    """Return the time that each sentence says: its time of day on the day that makes it nearest to a sentence with a date.

    That is the last one before, else the first one after; the logger's time serves where there is one.
    """
    has_time = log.kept & (values.time_of_day != INVALID)
    dated = has_time & (values.date != INVALID)
    known = np.where(dated, values.date + values.time_of_day, INVALID)
    if stamped:
        known = np.where(dated, known, np.where(log.kept, log.time, INVALID))
    anchors = np.flatnonzero(known != INVALID)
    time = np.full(known.shape, INVALID)
    if not anchors.size:
        return time
    rows = np.flatnonzero(has_time)
    anchor = known[anchors[np.maximum(np.searchsorted(anchors, rows, side="right") - 1, 0)]]
    time[rows] = anchor + (values.time_of_day[rows] - anchor % _DAY + _HALF_A_DAY) % _DAY - _HALF_A_DAY
    return time


def _carried_on(time: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the last time that was said up to each line."""
    has_time = kept & (time != INVALID)
    last = np.maximum.accumulate(np.where(has_time, np.arange(time.size), -1))
    return np.where(last >= 0, time[last], INVALID)


READER = Reader(
    name="nmea",
    summary="NMEA 0183 logs: position, course, speed, heading, wind",
    options=NmeaOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
