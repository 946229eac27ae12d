r"""Random uncertainty of means over days and longer, from that of the records.

Notes
-----
Random errors of records are independent: of the mean of n records with the standard uncertainties :math:`r_i` it is

.. math:: r = \frac{1}{n} \sqrt{\sum_i r_i^2}

where only the n records that have one count. Longer periods take the sums of squares and the counts of their days, not means of daily
uncertainties.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.aggregation.calendar_means import by_day, period_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.aggregation.periods import Periods

    FloatArray = NDArray[np.float64]

__all__ = ["random_uncertainty_of_means", "records_with_uncertainty"]


def random_uncertainty_of_means(uncertainty: FloatArray, per_day: int, periods: Periods) -> FloatArray:
    """Return the random uncertainty of the mean over each period.

    Parameters
    ----------
    uncertainty
        Of the records, shape (n,); NaN where there is none, or where a record does not belong to the mean.
    per_day
        Records of a day.
    periods
        Days, weeks, months or years.

    Returns
    -------
    ndarray
        Shape (p,), unit of `uncertainty`; NaN where no record has any.
    """
    table = by_day(uncertainty, per_day)
    found = np.isfinite(table)
    squares = period_sums(np.where(found, table * table, 0.0).sum(axis=-1), periods)
    count = period_sums(np.count_nonzero(found, axis=-1).astype(np.float64), periods)
    return np.where(count > 0, np.sqrt(squares) / np.where(count > 0, count, 1.0), np.nan)


def records_with_uncertainty(uncertainty: FloatArray, per_day: int) -> FloatArray:
    """Return how many records of each day have an uncertainty, shape (days,) from (n,)."""
    count: FloatArray = np.count_nonzero(np.isfinite(by_day(uncertainty, per_day)), axis=-1).astype(np.float64)
    return count
