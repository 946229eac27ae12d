"""Columns that tell the time of half-hourly rows: both ends, one stamp, date and time of day, or parts of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_ecosystem.readers.half_hourly_clock import Stamps
from icos_ecosystem.readers.half_hourly_options import HOUR, MINUTE
from icos_ecosystem.readers.raw_stamps import days_from_civil, parse_dates_and_times, parse_stamps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.raw_clock import Place

    IntArray = NDArray[np.int64]
    FloatArray = NDArray[np.float64]

__all__ = ["CALENDAR_PARTS", "BothEnds", "CalendarParts", "DateAndTime", "OneStamp", "calendar_stamps"]

CALENDAR_PARTS = ("year", "month", "day", "day_of_year", "hour", "minute")
_DAY = 24 * HOUR
_LATEST_HOUR, _LATEST_MINUTE, _LATEST_DAY = 24, 60, 367
_COMPACT = DateFormat.from_text("yyyymmdd")


@dataclass(frozen=True)
class BothEnds:
    """Columns of start and end as YYYYMMDDHHMM, the form of FLUXNET."""

    start: int
    end: int
    written = "YYYYMMDDHHMM"
    numbers: tuple[int, ...] = ()

    @property
    def texts(self) -> tuple[int, ...]:
        """Columns that are wanted as they are."""
        return self.start, self.end

    def stamps(self, table: TextTable) -> Stamps:
        """Return the time stamps of the rows."""
        return Stamps(parse_stamps(table.texts[self.start], _COMPACT), "start", parse_stamps(table.texts[self.end], _COMPACT))


@dataclass(frozen=True)
class OneStamp:
    """A column of date and time."""

    place: int
    of_interval: Place
    date_format: str = "yyyymmdd"
    numbers: tuple[int, ...] = ()

    @property
    def texts(self) -> tuple[int, ...]:
        """Columns that are wanted as they are."""
        return (self.place,)

    @property
    def written(self) -> str:
        """What a time looks like, for messages."""
        return f"{self.date_format} and HH:MM"

    def stamps(self, table: TextTable) -> Stamps:
        """Return the time stamps of the rows."""
        return Stamps(parse_stamps(table.texts[self.place], DateFormat.from_text(self.date_format)), self.of_interval)


@dataclass(frozen=True)
class DateAndTime:
    """A column of the date and one of the time of day."""

    date: int
    time: int
    of_interval: Place
    date_format: str = "yyyy-mm-dd"
    numbers: tuple[int, ...] = ()

    @property
    def texts(self) -> tuple[int, ...]:
        """Columns that are wanted as they are."""
        return self.date, self.time

    @property
    def written(self) -> str:
        """What a time looks like, for messages."""
        return f"{self.date_format} and HH:MM"

    def stamps(self, table: TextTable) -> Stamps:
        """Return the time stamps of the rows."""
        dates, times = table.texts[self.date], table.texts[self.time]
        return Stamps(parse_dates_and_times(dates, times, DateFormat.from_text(self.date_format)), self.of_interval)


@dataclass(frozen=True)
class CalendarParts:
    """Columns of parts of the calendar.

    Attributes
    ----------
    places
        Part (`CALENDAR_PARTS`) → column.
    of_interval
        What a time is of its interval.
    year
        The year, where no column holds it.
    """

    places: Mapping[str, int]
    of_interval: Place
    year: int | None = None
    texts: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Columns that are wanted as numbers."""
        return tuple(self.places.values())

    @property
    def written(self) -> str:
        """What a time looks like, for messages."""
        return f"numbers for {', '.join(part.replace('_', ' ') for part in self.places)}"

    def stamps(self, table: TextTable) -> Stamps:
        """Return the time stamps of the rows."""
        parts = {part: table.numbers[place] for part, place in self.places.items()}
        if self.year is not None:
            parts["year"] = np.full(table.line.size, float(self.year))
        return Stamps(calendar_stamps(parts), self.of_interval)


def calendar_stamps(parts: Mapping[str, FloatArray]) -> IntArray:
    """Return times from parts of the calendar.

    Parameters
    ----------
    parts
        Part → (n,) numbers, NaN where missing: year with month and day or with day_of_year (1 January is 1), hour, which may have a
        fraction (0.5 is half past midnight) and may be 24, and minute.

    Returns
    -------
    (n,) ndarray of int64
        [ns since 1970], to the nearest minute; `INVALID` where there is no such time.
    """
    count = next(iter(parts.values())).size
    valid = np.ones(count, dtype=bool)
    for values in parts.values():
        valid &= np.isfinite(values)
    whole = {name: np.where(valid, values, 1.0) for name, values in parts.items()}
    for name in ("year", "month", "day", "day_of_year"):
        if name in whole:
            valid &= (whole[name] == np.floor(whole[name])) & (np.abs(whole[name]) < 1e4)
    first = {"year": 1970, "month": 1, "day": 1}
    years, months, days = (
        np.where(valid, whole[name], start).astype(np.int64) if name in whole else np.full(count, start) for name, start in first.items()
    )
    found = days_from_civil(years, months, days)
    if "day_of_year" in whole:
        day = np.where(valid, whole["day_of_year"], 1.0).astype(np.int64)
        valid &= (day >= 1) & (day <= _LATEST_DAY)
        found = np.where(found == INVALID, INVALID, found + day - 1)
    hour, minute = whole.get("hour", np.zeros(count)), whole.get("minute", np.zeros(count))
    valid &= (found != INVALID) & (hour >= 0) & (hour <= _LATEST_HOUR) & (minute >= 0) & (minute < _LATEST_MINUTE)
    of_day = np.rint(np.where(valid, hour, 0.0) * 60 + np.where(valid, minute, 0.0)).astype(np.int64)
    return np.where(valid, np.where(valid, found, 0) * _DAY + of_day * MINUTE, INVALID)
