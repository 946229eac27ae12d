"""Night-time records from which a friction-velocity threshold is estimated, year by year, sorted once for all bootstraps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.ustar.filtering import NIGHT_RADIATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.ustar.seasons import Seasons

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["NightRecords", "SortedRecords", "night_records", "sorted_records"]


@dataclass(frozen=True, eq=False)
class SortedRecords:
    """Records of one or more groups, those of a group together.

    Attributes
    ----------
    ta, ustar, nee
        Shape (m,), ascending in air temperature within a group.
    source
        Row of the year that each of them is, shape (m,).
    by_ustar
        Positions within the group in the order of friction velocity, shape (m,).
    borders
        Where groups begin, and where the last one ends; shape (groups + 1,).
    """

    ta: FloatArray
    ustar: FloatArray
    nee: FloatArray
    source: IntArray
    by_ustar: IntArray
    borders: IntArray

    @property
    def counts(self) -> IntArray:
        """Records of each group."""
        return np.diff(self.borders)


@dataclass(frozen=True, eq=False)
class NightRecords:
    """Records of the seasons that count to one year.

    Attributes
    ----------
    year
        The year.
    rows
        Rows of the series that belong to it, day and night, in order; shape (r,).
    seasons
        Numbers of its seasons; shape (s,).
    season
        Which of `seasons` each of `rows` is in; shape (r,).
    by_season
        Valid records of the night by season.
    together
        The same records as one group.
    days
        Rows of the year that are not night; shape (r,).
    """

    year: int
    rows: IntArray
    seasons: IntArray
    season: IntArray
    by_season: SortedRecords
    together: SortedRecords
    days: NDArray[np.bool_]


def night_records(
    nee: FloatArray, ustar: FloatArray, ta: FloatArray, sw_in: FloatArray, seasons: Seasons, night_radiation: float = NIGHT_RADIATION
) -> list[NightRecords]:
    """Return the night-time records of every year.

    Parameters
    ----------
    nee
        Net ecosystem exchange [µmol m-2 s-1], not gap-filled; shape (n,).
    ustar
        Friction velocity [m s-1], shape (n,).
    ta
        Air temperature [degree_C], shape (n,).
    sw_in
        Incoming short-wave radiation [W m-2], shape (n,).
    seasons
        Of the same records.
    night_radiation
        It is night where radiation is below it [W m-2]; a record without radiation is neither.

    Returns
    -------
    list
        One entry per year of `seasons`. A record is valid where all four are there.
    """
    night = sw_in < night_radiation
    valid = night & np.isfinite(nee) & np.isfinite(ustar) & np.isfinite(ta)
    year_of_record = seasons.year_of_record
    found = []
    for year in seasons.years:
        rows = np.flatnonzero(year_of_record == year)
        numbers = np.flatnonzero(seasons.year == year)
        season = np.searchsorted(numbers, seasons.index[rows])
        chosen = np.flatnonzero(valid[rows])
        values = (ta[rows][chosen], ustar[rows][chosen], nee[rows][chosen], chosen)
        found.append(
            NightRecords(
                year=int(year),
                rows=rows,
                seasons=numbers,
                season=season,
                by_season=sorted_records(*values, season[chosen], numbers.size),
                together=sorted_records(*values, np.zeros(chosen.size, np.int64), 1),
                days=~night[rows],
            )
        )
    return found


def sorted_records(ta: FloatArray, ustar: FloatArray, nee: FloatArray, source: IntArray, group: IntArray, groups: int) -> SortedRecords:
    """Return records sorted for the classes.

    Parameters
    ----------
    ta, ustar, nee, source
        Shape (m,).
    group
        Group of each, 0 … `groups` - 1; shape (m,).
    groups
        Their number.
    """
    order = np.lexsort((ta, group))
    borders = np.searchsorted(group[order], np.arange(groups + 1))
    by_ustar = np.lexsort((ustar[order], group[order]))
    by_ustar -= np.repeat(borders[:-1], np.diff(borders))
    return SortedRecords(ta[order], ustar[order], nee[order], source[order], by_ustar, borders)
