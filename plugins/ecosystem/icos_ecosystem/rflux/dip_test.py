"""The dip: how far a sample is from the nearest distribution with one mode (Hartigan and Hartigan 1985).

References
----------
Hartigan, J. A., and P. M. Hartigan (1985), The dip test of unimodality, Ann. Stat. 13, 70-84, doi:10.1214/aos/1176346577.
Hartigan, P. M. (1985), Algorithm AS 217: computation of the dip statistic to test for unimodality, Appl. Stat. 34, 320-325,
doi:10.2307/2347485.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from icos_ecosystem.rflux.dip_quantiles import QUANTILES, SHARES, SIZES

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["dip_probability", "dip_statistic"]


def dip_statistic(sample: ArrayLike) -> float:
    """Return the dip of a sample.

    Parameters
    ----------
    sample
        Values, any shape and unit; missing ones (NaN) are left out.

    Returns
    -------
    float
        Largest distance of the empirical distribution function from the nearest one of a distribution with one mode, between 1 / (2 n) and
        0.25; NaN without a value.

    Notes
    -----
    Between the bounds of a modal interval the greatest convex minorant G and the least concave majorant L of the distribution function are
    compared; the interval shrinks around the place where they are farthest apart, until they are nowhere farther apart than the sample is
    from G below the interval and from L above it. Equal values are one step of the distribution function.
    """
    values = np.asarray(sample, dtype=np.float64).ravel()
    distinct, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if not distinct.size:
        return float("nan")
    above = np.cumsum(counts)
    return float(_twice_dip(distinct, (above - counts).astype(np.float64), above.astype(np.float64))) / (2.0 * float(above[-1]))


def dip_probability(dip: float, n: int) -> float:
    """Return the probability that a uniform sample, the hardest unimodal one to tell, has as large a dip.

    Parameters
    ----------
    dip
        From :func:`dip_statistic`.
    n
        Size of the sample.

    Returns
    -------
    float
        Between 0 and 1, interpolated in a table; 0 beyond its last quantile (0.001), 1 below its first. NaN of NaN or with fewer than four
        values.
    """
    if np.isnan(dip) or n < SIZES[0]:
        return float("nan")
    size = float(np.interp(np.log(n), np.log(SIZES), np.arange(SIZES.size)))
    lower = min(int(size), SIZES.size - 2)
    quantiles = QUANTILES[lower] + (size - lower) * (QUANTILES[lower + 1] - QUANTILES[lower])
    scaled = dip * np.sqrt(n)
    return 0.0 if scaled > quantiles[-1] else 1.0 - float(np.interp(scaled, quantiles, SHARES))


@njit(cache=True)
def _twice_dip(  # noqa: C901  # one loop of the published algorithm
    x: NDArray[np.float64], below: NDArray[np.float64], above: NDArray[np.float64]
) -> float:  # pragma: no cover  # compiled
    """Return twice the dip in counts: `below` and `above` are the numbers of values < x and <= x."""
    low, high = 0, x.size - 1
    dip = 1.0
    minorant, majorant = np.empty(x.size), np.empty(x.size)
    at_minorant, at_majorant = np.empty(x.size, np.int64), np.empty(x.size, np.int64)
    while True:
        n_minorant = _hull(x, below, low, high, 1.0, minorant, at_minorant)
        n_majorant = _hull(x, above, low, high, -1.0, majorant, at_majorant)
        widest, new_low, new_high = -1.0, low, high
        following = 1
        for vertex in at_minorant[:n_minorant]:
            while following < n_majorant - 1 and at_majorant[following] < vertex:
                following += 1
            if majorant[vertex] - minorant[vertex] > widest:
                widest = majorant[vertex] - minorant[vertex]
                new_low, new_high = vertex, max(vertex, at_majorant[following] if n_majorant > 1 else high)
        preceding = 0
        for vertex in at_majorant[:n_majorant]:
            while preceding < n_minorant - 1 and at_minorant[preceding + 1] <= vertex:
                preceding += 1
            if majorant[vertex] - minorant[vertex] > widest:
                widest = majorant[vertex] - minorant[vertex]
                new_low, new_high = at_minorant[preceding], vertex
        if widest <= dip:
            return dip
        if new_low == low and new_high == high:
            return max(dip, _with_mode_at_a_step(below, above, minorant, majorant, low, high))
        for k in range(low, new_low):
            dip = max(dip, above[k] - minorant[k])
        for k in range(new_high + 1, high + 1):
            dip = max(dip, majorant[k] - below[k])
        low, high = new_low, new_high


@njit(cache=True)
def _hull(
    x: NDArray[np.float64], y: NDArray[np.float64], low: int, high: int, sign: float, hull: NDArray[np.float64], at: NDArray[np.int64]
) -> int:  # pragma: no cover  # compiled
    """Fill in the convex minorant (sign 1) or concave majorant (sign -1) between two bounds; return the number of its vertices."""
    size = 0
    for k in range(low, high + 1):
        while size > 1:
            before, last = at[size - 2], at[size - 1]
            if sign * ((y[last] - y[before]) * (x[k] - x[last]) - (y[k] - y[last]) * (x[last] - x[before])) < 0.0:
                break
            size -= 1
        at[size] = k
        size += 1
    hull[low] = y[low]
    for vertex in range(1, size):
        before, last = at[vertex - 1], at[vertex]
        slope = (y[last] - y[before]) / (x[last] - x[before])
        for k in range(before + 1, last):
            hull[k] = y[before] + slope * (x[k] - x[before])
        hull[last] = y[last]
    return size


@njit(cache=True)
def _with_mode_at_a_step(
    below: NDArray[np.float64],
    above: NDArray[np.float64],
    minorant: NDArray[np.float64],
    majorant: NDArray[np.float64],
    low: int,
    high: int,
) -> float:  # pragma: no cover  # compiled
    """Return the distance that is left when the mode takes up the step of one value: the best of all values of the modal interval."""
    of_lower = np.zeros(high - low + 1)
    for k in range(low, high):
        of_lower[k - low + 1] = max(of_lower[k - low], above[k] - minorant[k])
    best: float = of_lower[high - low]
    of_upper = 0.0
    for k in range(high, low, -1):
        of_upper = max(of_upper, majorant[k] - below[k])
        best = min(best, max(of_lower[k - 1 - low], of_upper))
    return best
