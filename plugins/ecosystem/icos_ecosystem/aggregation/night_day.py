"""Means, spread and quality of the night's and of the day's records, per day and from days.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.aggregation.calendar_means import by_day, is_good

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["PartOfDay", "parts_of_day"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PartOfDay:
    """The night's, or the day's, records of every day.

    Attributes
    ----------
    per_day
        Records of a day.
    chosen
        (n,) which records belong to it.
    count
        (days,) how many do.
    """

    per_day: int
    chosen: NDArray[np.bool_]
    count: NDArray[np.int64]

    def means(self, values: FloatArray) -> FloatArray:
        """Return daily means of the chosen records that have a value, shape (…, days) from (…, n); NaN where there is none."""
        total, count = self._sums(values)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def spread(self, values: FloatArray) -> FloatArray:
        """Return the daily standard deviation (n - 1) of the chosen records, shape (…, days) from (…, n); NaN where fewer than two."""
        total, count = self._sums(values)
        apart = by_day(values, self.per_day) - (total / np.maximum(count, 1))[..., np.newaxis]
        squares, _ = self._sums((apart * apart).reshape(values.shape))
        return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)

    def good_fraction(self, quality: NDArray[np.int8]) -> FloatArray:
        """Return the daily share of the chosen records with quality 0 or 1, shape (…, days) from (…, n); NaN where none is chosen."""
        good = is_good(quality) & self.chosen
        count = np.count_nonzero(good.reshape(*good.shape[:-1], -1, self.per_day), axis=-1)
        return np.where(self.count > 0, count / np.maximum(self.count, 1), np.nan)

    def only(self, values: FloatArray) -> FloatArray:
        """Return the records with those that are not chosen missing, shape (…, n)."""
        return np.where(self.chosen, values, np.nan)

    def _sums(self, values: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
        """Return daily sums of the chosen records that have a value, and their number."""
        counted = self.chosen & np.isfinite(values)
        total = by_day(np.where(counted, values, 0.0), self.per_day).sum(axis=-1)
        count = np.count_nonzero(counted.reshape(*counted.shape[:-1], -1, self.per_day), axis=-1)
        return total, count


def parts_of_day(potential_radiation: FloatArray, per_day: int) -> tuple[PartOfDay, PartOfDay]:
    """Return night and day.

    Parameters
    ----------
    potential_radiation
        Incoming short-wave radiation at the top of the atmosphere [W m-2], shape (n,).
    per_day
        Records of a day.

    Returns
    -------
    night, day
        Night is where potential radiation is 0, day where it is above; where it is missing it is neither.
    """
    night, day = potential_radiation == 0.0, potential_radiation > 0.0
    parts = [
        PartOfDay(per_day=per_day, chosen=chosen, count=np.count_nonzero(chosen.reshape(-1, per_day), axis=-1)) for chosen in (night, day)
    ]
    return parts[0], parts[1]
