"""The calendar of a site: whole years of half hours or hours in local standard time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

__all__ = ["SiteCalendar", "whole_years"]

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteCalendar:
    """A regular grid of intervals.

    Attributes
    ----------
    start
        (n,) ``datetime64[m]``, when each interval starts, local standard time; the first one starts a year, the last one ends one.
    per_day
        Intervals of a day: 48 or 24.
    """

    start: NDArray[np.datetime64]
    per_day: int

    @property
    def size(self) -> int:
        """Number of intervals."""
        return self.start.size

    @cached_property
    def year(self) -> IntArray:
        """(n,) calendar year in which each interval starts."""
        return self.start.astype("datetime64[Y]").astype(np.int64) + 1970

    @cached_property
    def month(self) -> IntArray:
        """(n,) 1 to 12."""
        return self.start.astype("datetime64[M]").astype(np.int64) % 12 + 1

    @cached_property
    def day_of_year(self) -> IntArray:
        """(n,) 1 to 366."""
        day, year = self.start.astype("datetime64[D]"), self.start.astype("datetime64[Y]").astype("datetime64[D]")
        number: IntArray = (day - year).astype(np.int64) + 1
        return number

    @cached_property
    def hour(self) -> NDArray[np.float64]:
        """(n,) decimal hour at which each interval starts."""
        return (np.arange(self.size) % self.per_day).astype(np.float64) * (24.0 / self.per_day)

    @cached_property
    def day(self) -> IntArray:
        """(n,) days since the first row."""
        return np.arange(self.size, dtype=np.int64) // self.per_day

    @property
    def days(self) -> int:
        """Number of days."""
        return self.size // self.per_day

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years, in order."""
        return tuple(range(int(self.year[0]), int(self.year[-1]) + 1)) if self.size else ()

    def check(self, arrays: Mapping[str, NDArray[np.generic] | None]) -> None:
        """Raise ValueError for an array, (…, n), of another length than the calendar; None stands for one that is absent."""
        for name, array in arrays.items():
            if array is not None and array.shape[-1] != self.size:
                raise ValueError(f"{name} has {array.shape[-1]} records, expected {self.size} as in the calendar")

    def rows_of(self, year: int) -> slice:
        """Return the rows of a year."""
        first, last = (int((np.datetime64(str(each), "D") - self.start[0].astype("datetime64[D]")) / _DAY) for each in (year, year + 1))
        return slice(first * self.per_day, last * self.per_day)


def whole_years(first: int, last: int, per_day: int) -> SiteCalendar:
    """Return the calendar of the years `first` to `last`, both included.

    Raises
    ------
    ValueError
        Where a day has neither 48 nor 24 intervals, or `last` is before `first`.
    """
    if per_day not in (24, 48):
        raise ValueError(f"per_day is {per_day}, expected 48 (half-hourly) or 24 (hourly)")
    if last < first:
        raise ValueError(f"the last year {last} is before the first one {first}")
    step = np.timedelta64(1440 // per_day, "m")
    start = np.arange(np.datetime64(f"{first}-01-01T00:00", "m"), np.datetime64(f"{last + 1}-01-01T00:00", "m"), step)
    return SiteCalendar(start=start, per_day=per_day)
