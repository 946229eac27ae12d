"""Seasons in which friction-velocity thresholds are estimated, and the years to which they count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

__all__ = ["CALENDAR_QUARTERS", "METEOROLOGICAL", "Seasons", "continuous_seasons", "seasons_within_years"]

CALENDAR_QUARTERS = ((1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12))
"""Months of ONEFlux's seasons."""
METEOROLOGICAL = (3, 6, 9, 12)
"""Months with which REddyProc's seasons begin."""


@dataclass(frozen=True, eq=False)
class Seasons:
    """The season of every record.

    Attributes
    ----------
    index
        Which season a record is in, counted from 0; shape (n,).
    identifiers
        ``1000 year + first month`` of each season, ascending; shape (seasons,).
    year
        Year to which each season counts; shape (seasons,).
    """

    index: IntArray
    identifiers: IntArray
    year: IntArray

    @property
    def years(self) -> IntArray:
        """Years to which seasons count, ascending; shape (years,)."""
        return np.unique(self.year)

    @property
    def year_of_record(self) -> IntArray:
        """Year to which each record's season counts, shape (n,)."""
        return self.year[self.index]


def seasons_within_years(year: IntArray, month: IntArray, groups: Sequence[Sequence[int]] = CALENDAR_QUARTERS) -> Seasons:
    """Return seasons that are months of the same calendar year, wherever these lie in it.

    Parameters
    ----------
    year, month
        In which a record's interval starts; shape (n,).
    groups
        Months of each season. The first one named gives the season its identifier: of ``(12, 1, 2)`` in 1998 it is 1998012, for January
        and February of 1998 as for its December.

    Returns
    -------
    Seasons
        Each counts to its calendar year.

    Raises
    ------
    ValueError
        Where a month is in no group or in more than one.
    """
    named = [month for group in groups for month in group]
    if sorted(named) != list(range(1, 13)):
        missing = sorted(set(range(1, 13)) - set(named))
        more = sorted({month for month in named if named.count(month) > 1 or not 1 <= month <= 12})
        shown = [list(group) for group in groups]
        raise ValueError(f"each month must be in one season, got {shown}: missing {missing}, more than once or no month {more}")
    first = np.zeros(13, np.int64)
    for group in groups:
        first[list(group)] = group[0]
    identifiers, index = np.unique(1000 * year + first[month], return_inverse=True)
    return Seasons(index.astype(np.int64), identifiers, identifiers // 1000)


def continuous_seasons(year: IntArray, month: IntArray, starts: Sequence[int] = METEOROLOGICAL) -> Seasons:
    """Return seasons that run on over the turn of a year.

    Parameters
    ----------
    year, month
        In which a record's interval starts, in order of time; shape (n,).
    starts
        Months with which seasons begin. What lies before the first of them in a year belongs to the last season of the year before; at
        the beginning of the record it is a season that begins in January.

    Returns
    -------
    Seasons
        Each counts to the year in which the middle of its records' time lies: of December to February the year of its January and
        February, but of a December that ends the record its own.

    Raises
    ------
    ValueError
        Where `starts` are not months.
    """
    begins = sorted(set(starts))
    if not begins or not set(begins) <= set(range(1, 13)):
        raise ValueError(f"months with which seasons begin are {list(starts)}, expected some of 1 to 12")
    if not year.size:
        return Seasons(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))
    begin = np.array([max((each for each in begins if each <= of), default=begins[-1]) for of in range(1, 13)])[month - 1]
    start_year = year - (begin > month)
    identifiers = np.where(start_year < year[0], 1000 * year[0] + 1, 1000 * start_year + begin)
    found, index = np.unique(identifiers, return_inverse=True)
    rows = np.arange(year.size)
    first = np.full(found.size, year.size)
    last = np.zeros(found.size, np.int64)
    np.minimum.at(first, index, rows)
    np.maximum.at(last, index, rows)
    return Seasons(index.astype(np.int64), found, year[(first + last) // 2])
