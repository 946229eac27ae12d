"""Qn, a scale that half of the data may spoil and that needs no centre (Rousseeuw and Croux 1993).

Qn is a low order statistic of all n(n-1)/2 pairwise distances. They are never formed: how many do not exceed a given distance is counted in
one pass over the sorted sample; the range of floating-point numbers is halved until the few distances that are left can be ranked.

References
----------
Rousseeuw, P. J., and C. Croux (1993), Alternatives to the median absolute deviation, J. Am. Stat. Assoc. 88, 1273-1283,
doi:10.1080/01621459.1993.10476408.
Croux, C., and P. J. Rousseeuw (1992), Time-efficient algorithms for two highly robust estimators of scale, Computational Statistics 1,
411-428, doi:10.1007/978-3-662-26811-7_58.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["NORMAL_CONSISTENCY", "qn_scale"]

NORMAL_CONSISTENCY = 2.21914
"""Factor that makes Qn the standard deviation of a normal distribution."""

_FEW = 4
_SMALL_SAMPLES = (0.399, 0.994, 0.512, 0.844, 0.611, 0.857, 0.669, 0.872)


def qn_scale(sample: ArrayLike, *, corrected: bool = True) -> float:
    """Return the scale Qn of a sample.

    Parameters
    ----------
    sample
        Values, any shape and unit; missing ones (NaN) are left out.
    corrected
        Multiply by the factor that removes the bias of a small normal sample.

    Returns
    -------
    float
        Scale in the unit of the sample; NaN with fewer than two values.

    Notes
    -----
    With h = n // 2 + 1, Qn = 2.21914 d_n {abs(x_i - x_j); i < j}_(k), k = h (h - 1) / 2. The factor d_n is tabulated to n = 9, then
    n / (n + 1.4) for odd and n / (n + 3.8) for even n (Croux and Rousseeuw 1992).
    """
    values = np.asarray(sample, dtype=np.float64).ravel()
    values = np.sort(values[~np.isnan(values)])
    n = values.size
    if n < 2:  # no distance
        return float("nan")
    half = n // 2 + 1
    scale = NORMAL_CONSISTENCY * _smallest_distance(values, half * (half - 1) // 2)
    return scale * _small_sample_factor(n) if corrected else scale


def _small_sample_factor(n: int) -> float:
    if n < len(_SMALL_SAMPLES) + 2:
        return _SMALL_SAMPLES[n - 2]
    return n / (n + 1.4) if n % 2 else n / (n + 3.8)


def _smallest_distance(ordered: NDArray[np.float64], rank: int) -> float:
    """Return the distance of the given rank (1 the smallest) among all pairs of a sorted sample."""
    # The bit patterns of non-negative floating-point numbers are in the order of the numbers; -1 stands for less than none.
    low, high = -1, int(np.float64(ordered[-1] - ordered[0]).view(np.int64))
    closer, within = 0, ordered.size * (ordered.size - 1) // 2
    while high - low > 1 and within - closer > _FEW * ordered.size:
        middle = (low + high) // 2
        count = _pairs_within(ordered, np.int64(middle).view(np.float64))
        if count >= rank:
            high, within = middle, count
        else:
            low, closer = middle, count
    widest = float(np.int64(high).view(np.float64))
    if high - low == 1:
        return widest
    narrowest = float(np.int64(low).view(np.float64)) if low >= 0 else -1.0
    candidates = _distances_between(ordered, narrowest, widest, within - closer)
    return float(np.partition(candidates, rank - closer - 1)[rank - closer - 1])


@njit(cache=True)
def _pairs_within(ordered: NDArray[np.float64], distance: float) -> int:  # pragma: no cover  # compiled
    count = 0
    first = 0
    for last in range(ordered.size):
        while ordered[last] - ordered[first] > distance:
            first += 1
        count += last - first
    return count


@njit(cache=True)
def _distances_between(
    ordered: NDArray[np.float64], narrowest: float, widest: float, count: int
) -> NDArray[np.float64]:  # pragma: no cover  # compiled
    found = np.empty(count)
    place = 0
    first = 0
    for last in range(ordered.size):
        while ordered[last] - ordered[first] > widest:
            first += 1
        other = first
        while other < last and ordered[last] - ordered[other] > narrowest:
            found[place] = ordered[last] - ordered[other]
            place += 1
            other += 1
    return found
