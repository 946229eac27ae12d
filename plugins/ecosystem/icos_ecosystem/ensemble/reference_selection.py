r"""The member that is most like all others, by model efficiency.

Notes
-----
Of member c taken for the truth, the model efficiency of member i is

.. math:: M_{ic} = 1 - \frac{\overline{(x_c - x_i)^2}}{\overline{(x_c - \bar x_c)^2}}

and the reference is the first member whose :math:`\sum_i M_{ic}` is largest.

References
----------
Nash, J. E. and Sutcliffe, J. V. (1970), J. Hydrol. 10, 282, doi:10.1016/0022-1694(70)90255-6
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.aggregation.periods import Periods

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = [
    "LEAST_MEMBERS",
    "LEAST_SHARE",
    "comparable",
    "days_with",
    "first_like",
    "model_efficiency",
    "periods_with",
    "select_reference",
]

LEAST_SHARE = 0.9
"""A member of a partitioned flux is compared if it has so many of the records that the fullest one has."""
LEAST_MEMBERS = 10
"""There is no reference among fewer members."""


def model_efficiency(values: FloatArray) -> FloatArray:
    """Return the matrix of model efficiencies.

    Parameters
    ----------
    values
        (members, records), none missing.

    Returns
    -------
    ndarray
        (members, members): row i is the member that is judged, column c the one that is taken for the truth; NaN in the column of a
        member that does not vary.

    Notes
    -----
    The squares of differences come from one matrix product of the records less their mean over all; that leaves 10⁻¹² of the variance.
    """
    apart = values - values.mean() if values.size else values
    products = apart @ apart.T
    squares = np.diag(products)
    variance = values.var(axis=1) if values.shape[1] else np.zeros(len(values))
    distance = np.maximum(squares[:, np.newaxis] + squares - 2.0 * products, 0.0) / max(values.shape[1], 1)
    varies = variance > 0
    return np.where(varies, 1.0 - distance / np.where(varies, variance, 1.0), np.nan)


def select_reference(values: FloatArray) -> int | None:
    """Return the number of the member that is most like all others.

    Parameters
    ----------
    values
        (members, records); records that any member misses do not count, nor do members without any record.

    Returns
    -------
    int or None
        The first of those with the largest sum; None where nothing is left to compare, or no member varies.
    """
    records = np.isfinite(values).all(axis=0)
    if np.count_nonzero(records) < 2:
        return None
    compared = values if records.all() else values[:, records]
    sums = model_efficiency(compared).sum(axis=0)
    if not np.isfinite(sums).any():
        return None
    return first_like(compared, int(np.nanargmax(sums)))


def first_like(values: FloatArray, member: int) -> int:
    """Return the first member with exactly the same values: thresholds that remove the same records make the same member."""
    for earlier in range(member):
        if np.array_equal(values[earlier], values[member]):
            return earlier
    return member


def comparable(values: FloatArray, *, least_share: float = LEAST_SHARE) -> BoolArray:
    """Return which members have enough records to be compared with the others.

    Parameters
    ----------
    values
        (members, records); NaN where a member has none.
    least_share
        Of the records that the fullest member has.

    Returns
    -------
    ndarray
        (members,)
    """
    count = np.count_nonzero(np.isfinite(values), axis=1)
    least = int(least_share * count.max(initial=0))
    enough: BoolArray = (count > 0) & (count >= least)
    return enough


def days_with(records: BoolArray, per_day: int) -> BoolArray:
    """Return the days, shape (days,), in which any of (n,) records is true."""
    return np.asarray(records.reshape(-1, per_day).any(axis=-1))


def periods_with(days: BoolArray, periods: Periods) -> BoolArray:
    """Return the periods, shape (p,), in which any of (days,) days is true."""
    return np.asarray(np.logical_or.reduceat(days, periods.first))
