"""Thresholds that many bootstraps of one or several years give: one for all years (CUT) or one a year (VUT), at 41 percentiles.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["LEAST_YEARS", "PERCENTILES", "ascending", "constant_thresholds", "pool_percentiles", "variable_thresholds"]

PERCENTILES: tuple[float, ...] = (*(1.25 + 2.5 * index for index in range(40)), 50.0)
"""Percentiles of the thresholds: 1.25, 3.75 … 98.75, and 50."""
LEAST_YEARS = 3
"""A threshold for all years is made of so many years at least."""


def pool_percentiles(pool: FloatArray, percentiles: Sequence[float] = PERCENTILES) -> FloatArray:
    """Return percentiles of a pool of thresholds, each a member of the pool.

    Parameters
    ----------
    pool
        Thresholds [m s-1], any shape; NaN where a bootstrap found none: these do not count.
    percentiles
        In percent.

    Returns
    -------
    ndarray
        Shape (percentiles,); NaN where the pool is empty.

    Notes
    -----
    With v sorted and counted from 1, percentile p of n values is ``v[max(1, floor(p n / 100 + 1/2))]``. As in ONEFlux the product is one
    of single precision, which decides where it ends in a half.
    """
    values = np.sort(pool[np.isfinite(pool)], axis=None)
    if values.size == 0:
        return np.full(len(percentiles), np.nan)
    shares = np.asarray(percentiles, np.float32) / np.float32(100.0)
    positions = np.floor((shares * np.float32(values.size)).astype(np.float64) + 0.5).astype(np.int64) - 1
    chosen: FloatArray = values[np.clip(positions, 0, values.size - 1)]
    return chosen


def variable_thresholds(bootstraps: FloatArray, percentiles: Sequence[float] = PERCENTILES) -> FloatArray:
    """Return thresholds of each year (VUT), from its own bootstraps and those of the years beside it.

    Parameters
    ----------
    bootstraps
        Thresholds of the bootstraps [m s-1], shape (years, n), consecutive years, of all methods; NaN where there is none.
    percentiles
        In percent.

    Returns
    -------
    ndarray
        Shape (years, percentiles); NaN where neither the year nor its neighbours have any.
    """
    years = bootstraps.shape[0]
    return np.array([pool_percentiles(bootstraps[max(year - 1, 0) : year + 2], percentiles) for year in range(years)]).reshape(
        years, len(percentiles)
    )


def constant_thresholds(bootstraps: FloatArray, percentiles: Sequence[float] = PERCENTILES) -> FloatArray:
    """Return thresholds that hold for all years (CUT), from the bootstraps of all of them.

    Parameters
    ----------
    bootstraps, percentiles
        See :func:`variable_thresholds`.

    Returns
    -------
    ndarray
        Shape (percentiles,); NaN where there are fewer than :data:`LEAST_YEARS` years.
    """
    if bootstraps.shape[0] < LEAST_YEARS:
        return np.full(len(percentiles), np.nan)
    return pool_percentiles(bootstraps, percentiles)


def ascending(percentiles: Sequence[float] = PERCENTILES) -> NDArray[np.int64]:
    """Return the order in which thresholds at these percentiles do not fall, shape (percentiles,): the 50th stands last otherwise."""
    return np.argsort(np.asarray(percentiles), kind="stable")
