"""Date and time of the rows of a table, in whichever columns and style a logger writes them.

=============== ======================================================================================================
style           columns
=============== ======================================================================================================
one column      ``date_time``: date and time of day with anything between them, the time first or last, with or without Z
two columns     ``date`` and ``time``
numbers         ``year``, ``month``, ``day``, and any of ``hour``, ``minute``, ``second``
day of the year ``day_of_year`` (1.0 is the beginning of 1 January, or 0.0 with ``first_day = 0``) with ``year``, a column or
                a number, and with or without ``time``; or ``year_day``, which holds both: 2014212.99355
time elapsed    ``elapsed`` in ``elapsed_unit`` since ``since``: a moment, ``unix``, ``excel``, ``matlab``, or a date and
                time that the expression ``since_header`` finds in the header
=============== ======================================================================================================
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.raw_text.delimited_text import TextError
from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates, parse_times
from icos_core.versioned import Options, utc64
from icos_ocean.readers.option_kinds import DateOrder  # noqa: TC001  # pydantic evaluates annotations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Words

    IntArray = NDArray[np.int64]
    FloatArray = NDArray[np.float64]

__all__ = ["Clock", "moments", "months_as_numbers", "parse_moments"]

_DAY = 86_400_000_000_000
_NANOSECONDS = {"s": 1_000_000_000, "min": 60_000_000_000, "h": 3_600_000_000_000, "d": _DAY}
# Whole days before 1970: Excel counts from 1899-12-30, MATLAB's datenum from the year 0.
_SINCE = {"unix": 0, "excel": -25569, "matlab": -719529}
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_TIME_OF_DAY = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?")
_COMPACT = re.compile(r"([0-9]{8})[T _]?([0-9]{6}(?:\.[0-9]+)?)Z?")
_UTC_ENDS = ("UTC", "GMT", "00:00", "0000")
_UTC = re.compile(r"(:[0-9]{2}(?:[.,][0-9]+)?)\s*(?:UTC|GMT|[+-]00:?00)$")
_AFTERNOON = re.compile(r"\s*([AaPp])\.?[Mm]\.?$")
_MONTH = re.compile(r"(?<![A-Za-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?![A-Za-z])", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Clock(Options):
    """``[input.clock]``: the columns that say when a row was measured."""

    date_time: str | None = Field(default=None, description="column of date and time together")
    date: str | None = Field(default=None, description="column of the date; needs time")
    time: str | None = Field(default=None, description="column of the time of day: HH:MM, HH:MM:SS, HHMMSS, fractions, AM and PM")
    date_format: DateOrder = Field(
        default="yyyy-mm-dd", description="order of day, month and year and digits of the year, e.g. dd/mm/yyyy; any separator"
    )
    year: str | int | None = Field(default=None, description="column of the year, or the year itself")
    month: str | None = Field(default=None, description="column of the month")
    day: str | None = Field(default=None, description="column of the day of the month")
    hour: str | None = Field(default=None, description="column of the hour")
    minute: str | None = Field(default=None, description="column of the minute")
    second: str | None = Field(default=None, description="column of the second")
    day_of_year: str | None = Field(default=None, description="column of the day of the year, with or without a fraction; needs year")
    year_day: str | None = Field(default=None, description="column of year and day of the year in one number, e.g. 2014212.99355")
    first_day: Literal[0, 1] = Field(default=1, description="what day_of_year or year_day calls the first of January")
    elapsed: str | None = Field(default=None, description="column of the time that has passed since a moment; needs since or since_header")
    elapsed_unit: Literal["s", "min", "h", "d"] = Field(default="s", description="unit of elapsed")
    since: Moment | Literal["unix", "excel", "matlab"] | None = Field(
        default=None, description="what elapsed counts from: a moment, or the epoch of unix (1970), excel (1899-12-30) or matlab (year 0)"
    )
    since_header: str | None = Field(
        default=None, description="regular expression with one group that finds date and time of the start in the header of each file"
    )
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the clock is ahead of UTC")

    @field_validator("since_header")
    @classmethod
    def _one_group(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                groups = re.compile(value).groups
            except re.error as error:
                raise ValueError(f"{value!r} is no regular expression: {error}") from error
            if groups != 1:
                raise ValueError(f"{value!r} has {groups} groups; expected one, around date and time")
        return value

    @model_validator(mode="after")
    def _one_style(self) -> Self:
        chosen = [name for name in ("date_time", "date", "month", "day_of_year", "year_day", "elapsed") if getattr(self, name) is not None]
        if len(chosen) != 1:
            found = " and ".join(chosen) or "none"
            styles = "date_time, date, month, day_of_year, year_day, elapsed"
            raise ValueError(f"exactly one of {styles} says when a row was measured; found: {found}")
        style = chosen[0]
        needs = {"date": ("time",), "month": ("year", "day"), "day_of_year": ("year",)}.get(style, ())
        lacking = [name for name in needs if getattr(self, name) is None]
        if lacking:
            raise ValueError(f"{style} needs {' and '.join(lacking)}, too")
        allowed = {
            "date": {"date", "time"},
            "month": set(_PARTS),
            "day_of_year": {"day_of_year", "year", "time"},
        }.get(style, {style})
        strange = [name for name in ("time", *_PARTS) if getattr(self, name) is not None and name not in allowed]
        if strange:
            raise ValueError(f"{strange[0]} does not go with {style}")
        if style == "elapsed" and (self.since is None) == (self.since_header is None):
            raise ValueError("elapsed needs either since or since_header")
        if style != "elapsed" and (self.since is not None or self.since_header is not None):
            raise ValueError("since and since_header go with elapsed only")
        return self

    @property
    def words(self) -> dict[str, str]:
        """Columns that hold text: what they are → header."""
        return {name: header for name in ("date_time", "date", "time") if (header := getattr(self, name)) is not None}

    @property
    def numbers(self) -> dict[str, str]:
        """Columns that hold numbers: what they are → header."""
        names = (*_PARTS, "day_of_year", "year_day", "elapsed")
        return {name: header for name in names if isinstance(header := getattr(self, name), str)}

    @property
    def dates(self) -> DateFormat:
        """The date format, understood."""
        return DateFormat.from_text(self.date_format)

    @property
    def written(self) -> str:
        """What a moment looks like, for messages."""
        if self.date_time is not None or self.date is not None:
            return f"{self.date_format} and HH:MM:SS"
        return f"numbers in {', '.join(map(repr, (*self.numbers.values(), *self.words.values())))}"

    def start(self, header: str) -> int:
        """Return the moment that `elapsed` counts from, ns since 1970.

        Raises
        ------
        TextError
            Where the header does not hold it.
        """
        if self.since_header is not None:
            match = re.search(self.since_header, header)
            if match is None:
                raise TextError(f"clock.since_header = {self.since_header!r} finds nothing in the header")
            found = int(parse_moments([match[1]], self.dates)[0])
            if found == INVALID:
                raise TextError(f"clock.since_header found {match[1][:60]!r}, no date and time; expected {self.date_format} HH:MM:SS")
            return found
        if isinstance(self.since, str):
            return _SINCE[self.since] * _DAY
        return _nanoseconds(self.since) if self.since is not None else 0


def parse_moments(texts: Sequence[str], date_format: DateFormat) -> IntArray:
    """Nanoseconds since 1970 of each date with time of day in one text, `INVALID` where it is none.

    The time of day is the part with colons, wherever it stands; months may be written as words. What says UTC at the end is passed over; a
    text with any other offset is no moment, for the clock's offset is stated once.
    """
    texts = [_UTC.sub(r"\1", text) if text.endswith(_UTC_ENDS) else text for text in texts]
    found = _alike(texts, date_format)
    rest = np.flatnonzero(found == INVALID).tolist()
    halves = [_halves(texts[index]) for index in rest]
    found[rest] = _moments_of([date for date, _ in halves], [time for _, time in halves], date_format)
    return found


def _alike(texts: Sequence[str], date_format: DateFormat) -> IntArray:
    """Parse in one piece the texts that are cut as the first one is; the others are `INVALID`."""
    found = np.full(len(texts), INVALID)
    match = _TIME_OF_DAY.search(texts[0]) if texts else None
    if match is None:
        return found
    array = np.array(texts, dtype=str)
    rows = np.flatnonzero(np.char.str_len(array) == len(texts[0]))
    size = array.dtype.itemsize // 4
    letters = array[rows].view(np.uint32).reshape(rows.size, size)[:, : len(texts[0])]
    date, _ = _halves(texts[0])
    begin = texts[0].find(date)
    dates, times = (_text(letters[:, slice(*cut)]) for cut in ((begin, begin + len(date)), match.span()))
    # What stands between both must be what the first text has there, or a cut could go through a longer number.
    between = np.ones(len(texts[0]), dtype=bool)
    between[begin : begin + len(date)] = between[match.start() : match.end()] = False
    same = (letters[:, between] == letters[0, between]).all(axis=1)
    found[rows[same]] = _moments_of(dates[same].tolist(), times[same].tolist(), date_format)
    return found


def _text(letters: NDArray[np.uint32]) -> NDArray[np.str_]:
    width = letters.shape[1]
    if not width:
        return np.full(letters.shape[0], "")
    joined: NDArray[np.str_] = np.ascontiguousarray(letters).view(f"U{width}").reshape(-1)
    return joined


def _moments_of(dates: list[str], times: list[str], date_format: DateFormat) -> IntArray:
    if not dates:
        return np.empty(0, dtype=np.int64)
    days, which = np.unique(np.array(dates, dtype=str), return_inverse=True)
    numbers = parse_dates([months_as_numbers(day) for day in days.tolist()], date_format)
    return _sum(numbers[which.reshape(-1)], _times(times))


def _halves(text: str) -> tuple[str, str]:
    match = _TIME_OF_DAY.search(text)
    if match is not None:
        rest = text[: match.start()] + " " + text[match.end() :]
        return rest.strip(" TZ_,;").strip(), match[0]
    compact = _COMPACT.fullmatch(text.strip())
    return (compact[1], compact[2]) if compact is not None else (text, "")


def months_as_numbers(text: str) -> str:
    """Write the name of a month, if a date has one, as its number."""
    return _MONTH.sub(lambda match: f"{_MONTHS.index(match[1].lower()[:3]) + 1:02d}", text)


def _times(texts: Sequence[str]) -> IntArray:
    found = parse_times(texts)
    for index in np.flatnonzero(found == INVALID).tolist():
        text = texts[index].replace(",", ".")
        match = _AFTERNOON.search(text)
        if match is None:
            found[index] = parse_times([text])[0]
        else:
            plain = int(parse_times([text[: match.start()]])[0])
            hour = plain // _NANOSECONDS["h"]
            if plain != INVALID and 1 <= hour <= 12:
                found[index] = plain + ((12 if match[1] in "pP" else 0) - (12 if hour == 12 else 0)) * _NANOSECONDS["h"]
    return found


def _sum(days: IntArray, times: IntArray) -> IntArray:
    valid = (days != INVALID) & (times != INVALID)
    return np.where(valid, np.where(valid, days, 0) * _DAY + np.where(valid, times, 0), INVALID)


def moments(clock: Clock, words: Mapping[str, Words], numbers: Mapping[str, FloatArray], start: int, size: int) -> IntArray:
    """Return when each of `size` rows was measured.

    Parameters
    ----------
    clock
        The style.
    words, numbers
        What the columns are (`Clock.words`, `Clock.numbers`) → their rows.
    start
        What `elapsed` counts from, ns since 1970.

    Returns
    -------
    (size,) ndarray of int64
        Nanoseconds since 1970, UTC; `INVALID` where there is no moment between 1970 and 2199.
    """
    texts = {name: np.append(_understood(name, column.words, clock), INVALID)[column.codes] for name, column in words.items()}
    if "date_time" in texts:
        found = texts["date_time"]
    elif "date" in texts:
        found = _sum(texts["date"], texts["time"])
    elif "month" in numbers:
        found = _from_parts(clock, numbers, size)
    elif "elapsed" in numbers:
        found = _scaled(numbers["elapsed"], _NANOSECONDS[clock.elapsed_unit], start)
    else:
        found = _from_day_of_year(clock, numbers, texts.get("time"), size)
    shifted = np.where(found == INVALID, INVALID, found - round(clock.utc_offset * _NANOSECONDS["h"]))
    return np.where((shifted >= _nanoseconds(_FIRST)) & (shifted < _nanoseconds(_LAST)), shifted, INVALID)


def _nanoseconds(moment: datetime) -> int:
    return int(utc64(moment).astype("M8[ns]").astype("i8"))


def _understood(name: str, texts: Sequence[str], clock: Clock) -> IntArray:
    if name == "date_time":
        return parse_moments(texts, clock.dates)
    if name == "date":
        return parse_dates([months_as_numbers(text) for text in texts], clock.dates)
    return _times(texts)


def _scaled(values: FloatArray, nanoseconds: int, start: int = 0) -> IntArray:
    """Return numbers of some unit after a start [ns] as whole nanoseconds; `INVALID` far outside of what 64 bits hold.

    Whole units and their fraction go apart, which keeps milliseconds of large numbers. Whole days of the start are taken off before
    anything is multiplied: days since the year 0 are too many nanoseconds.
    """
    whole = np.floor(values)
    days, rest = divmod(start, _DAY)
    units = days * (_DAY // nanoseconds)
    valid = np.isfinite(values) & (np.abs(np.nan_to_num(whole) + units) < 2**62 / nanoseconds)
    fraction = np.where(valid, values - whole, 0.0)
    # A float of days resolves some 10 µs: what is closer to a millisecond than that is one.
    parts = np.rint(fraction * (nanoseconds / 1e6)).astype(np.int64) * 1_000_000
    return np.where(valid, (np.where(valid, whole, 0.0).astype(np.int64) + units) * nanoseconds + parts + rest, INVALID)


def _year(clock: Clock, numbers: Mapping[str, FloatArray], size: int) -> FloatArray:
    return np.full(size, float(clock.year)) if isinstance(clock.year, int) else numbers["year"]


def _begin_of(year: FloatArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return days since 1970 of the first of January, two-digit years by the POSIX convention, and where the year is one."""
    valid = np.isfinite(year) & (year == np.floor(year))
    whole = np.where(valid, year, 1970.0).astype(np.int64)
    whole = np.where((whole >= 0) & (whole < 100), whole + np.where(whole < 70, 2000, 1900), whole)
    valid &= (whole >= 1970) & (whole < 2200)
    days = (np.where(valid, whole, 1970) - 1970).astype("M8[Y]").astype("M8[D]").astype(np.int64)
    return days, valid


def _from_parts(clock: Clock, numbers: Mapping[str, FloatArray], size: int) -> IntArray:
    first, valid = _begin_of(_year(clock, numbers, size))
    month, day = numbers["month"], numbers["day"]
    valid &= (month == np.floor(month)) & (day == np.floor(day)) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    begin = first.astype("M8[D]").astype("M8[M]") + np.where(valid, month, 1.0).astype(np.int64) - 1
    days = begin.astype("M8[D]").astype(np.int64) + np.where(valid, day, 1.0).astype(np.int64) - 1
    valid &= days.astype("M8[D]").astype("M8[M]") == begin
    time = np.zeros(size, dtype=np.int64)
    for name, unit, limit in (("hour", "h", 24.0), ("minute", "min", 60.0), ("second", "s", 60.0)):
        if name in numbers:
            values = numbers[name]
            valid &= (values >= 0.0) & (values < limit)
            time += np.where(valid, _scaled(values, _NANOSECONDS[unit]), 0)
    return np.where(valid, days * _DAY + time, INVALID)


def _from_day_of_year(clock: Clock, numbers: Mapping[str, FloatArray], time: IntArray | None, size: int) -> IntArray:
    if "year_day" in numbers:
        year, day = np.divmod(numbers["year_day"], 1000.0)
    else:
        year, day = _year(clock, numbers, size), numbers["day_of_year"]
    first, valid = _begin_of(year)
    passed = day - clock.first_day
    # A buoy that was set up last year counts on.
    valid &= (passed >= 0.0) & (passed < 3660.0)
    if time is not None:
        valid &= time != INVALID
        passed = np.floor(passed)
    elapsed = _scaled(np.where(valid, passed, 0.0), _DAY) + (np.where(valid, time, 0) if time is not None else 0)
    return np.where(valid, first * _DAY + elapsed, INVALID)
