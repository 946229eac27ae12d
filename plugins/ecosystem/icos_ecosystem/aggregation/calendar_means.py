"""Means and sums of days, and of periods from their days, as in the FLUXNET product.

All functions take any leading dimensions (members), so that the versions of a flux are aggregated together.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.aggregation.periods import Periods

    FloatArray = NDArray[np.float64]

__all__ = [
    "GOOD_BELOW",
    "GRAMS_PER_DAY",
    "by_day",
    "day_means",
    "good_fraction",
    "is_good",
    "mostly_measured",
    "period_means",
    "period_means_of_valid",
    "period_sums",
]

GRAMS_PER_DAY = 86400.0 * 12.0107e-6
"""A flux of 1 umol m-2 s-1 over a day [g C m-2]."""
GOOD_BELOW = 2
"""Quality below which a record counts as good: measured (0) or filled with confidence (1)."""
_LEAST_SHARE = 0.5


def by_day(values: FloatArray, per_day: int) -> FloatArray:
    """Return (…, days, per_day) a view of (…, n) records by days."""
    return values.reshape(*values.shape[:-1], -1, per_day)


def day_means(values: FloatArray, per_day: int) -> FloatArray:
    """Return means of days.

    Parameters
    ----------
    values
        Records of whole days, shape (…, n); NaN where missing.
    per_day
        Records of a day.

    Returns
    -------
    ndarray
        Shape (…, days); NaN where one of the day's records is missing.
    """
    means: FloatArray = by_day(values, per_day).mean(axis=-1)
    return means


def is_good(quality: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which records are measured or filled with confidence; quality below 0 is of records without a value."""
    return (quality >= 0) & (quality < GOOD_BELOW)


def good_fraction(quality: NDArray[np.int8], per_day: int) -> FloatArray:
    """Return the share of a day's records with quality 0 or 1.

    Parameters
    ----------
    quality
        0 measured, 1 to 3 filled, below 0 neither; shape (…, n).
    per_day
        Records of a day.

    Returns
    -------
    ndarray
        0 to 1, shape (…, days).
    """
    good = is_good(quality)
    count: FloatArray = np.count_nonzero(good.reshape(*good.shape[:-1], -1, per_day), axis=-1) / per_day
    return count


def period_sums(days: FloatArray, periods: Periods) -> FloatArray:
    """Return sums over the days of each period, shape (…, p) from (…, days); NaN where a day is missing."""
    if periods.resolution == "dd":
        return days.copy()
    sums: FloatArray = np.add.reduceat(days, periods.first, axis=-1)
    return sums


def period_means(days: FloatArray, periods: Periods) -> FloatArray:
    """Return means over the days of each period, shape (…, p) from (…, days); NaN where a day is missing."""
    return period_sums(days, periods) / periods.length


def period_means_of_valid(days: FloatArray, periods: Periods) -> FloatArray:
    """Return means over those days of each period that have a value, shape (…, p) from (…, days); NaN where none has."""
    if periods.resolution == "dd":
        return days.copy()
    found = np.isfinite(days)
    total = np.add.reduceat(np.where(found, days, 0.0), periods.first, axis=-1)
    count = np.add.reduceat(found.astype(np.float64), periods.first, axis=-1)
    return np.where(count > 0, total / np.where(count > 0, count, 1.0), np.nan)


def mostly_measured(values: FloatArray, per_day: int, periods: Periods) -> tuple[FloatArray, FloatArray]:
    """Return means of a variable that is not filled, and how much of each period it covers.

    Parameters
    ----------
    values
        Records, shape (n,); NaN where missing.
    per_day
        Records of a day.
    periods
        Days, weeks, months or years.

    Returns
    -------
    means
        Shape (p,): of the day's records, and of days; NaN where half of the records or fewer are there.
    share
        Shape (p,): share of the records that are there; NaN where the mean is.

    Notes
    -----
    A day with half of its records or fewer counts as one without any, in longer periods too.
    """
    table = by_day(values, per_day)
    found = np.isfinite(table)
    count = np.count_nonzero(found, axis=-1)
    share = count / per_day
    enough = share > _LEAST_SHARE
    days = np.where(enough, np.where(found, table, 0.0).sum(axis=-1) / np.maximum(count, 1), np.nan)
    covered = period_means(np.where(enough, share, 0.0), periods)
    kept = covered > _LEAST_SHARE
    return np.where(kept, period_means_of_valid(days, periods), np.nan), np.where(kept, covered, np.nan)
