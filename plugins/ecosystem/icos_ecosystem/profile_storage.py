"""Storage of heat and gases below the instruments from a profile: how fast the integral over the column's height changes in time.

What counts of a gas is its amount per amount of dry air (Montagnani et al. 2018). The density of the air in the column changes too, with
temperature, pressure and humidity, but air that expands leaves the column and takes its gas along: little exchange with the surface follows
from it (Gu et al. 2012), and none here. The change is that between instantaneous profiles at the start and the end; means over longer times
around these underestimate it (Finnigan 2006), as single gusts disturb shorter ones.

References
----------
Finnigan, J. (2006), The storage term in eddy flux calculations, Agric. For. Meteorol. 136, 108-113, doi:10.1016/j.agrformet.2004.12.010.

Gu, L. et al. (2012), The fundamental equation of eddy covariance and its application in flux measurements, Agric. For. Meteorol. 152,
135-148, doi:10.1016/j.agrformet.2011.09.014.

Montagnani, L. et al. (2018), Estimating the storage term in eddy covariance measurements: the ICOS methodology, Int. Agrophys. 32, 551-567,
doi:10.1515/intag-2017-0037.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["column_storage", "column_weights", "filled_levels", "interval_means"]


def interval_means(
    time: NDArray[np.datetime64], values: FloatArray, first: NDArray[np.datetime64], last: NDArray[np.datetime64]
) -> FloatArray:
    """Return the means of rows in intervals.

    Parameters
    ----------
    time
        (n,) increasing times of rows.
    values
        (n, m) of m levels, NaN where missing; a system that draws from one level after the other leaves the others missing.
    first, last
        (k,) intervals, `last` excluded.

    Returns
    -------
    ndarray
        (k, m), NaN where an interval has no value.
    """
    begin, end = np.searchsorted(time, first), np.searchsorted(time, last)
    found = np.isfinite(values)
    # A row of nothing behind the last one lets intervals end there.
    nothing = np.zeros((1, values.shape[1]))
    bounds = np.stack([begin, end], axis=1).reshape(-1)
    total, count = (
        np.add.reduceat(np.concatenate([each, nothing]), bounds, axis=0)[::2] if bounds.size else np.empty((0, values.shape[1]))
        for each in (np.where(found, values, 0.0), found.astype(np.float64))
    )
    # Of an interval without a row the sum is that row behind it.
    count[begin >= end] = 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        means: FloatArray = np.where(count > 0, total / count, np.nan)
    return means


def filled_levels(values: FloatArray, heights: FloatArray) -> FloatArray:
    """Return a profile in which a missing level lies between its neighbours; beyond the outermost levels, those are held.

    Parameters
    ----------
    values
        (n, m), NaN where missing.
    heights
        (m,) increasing [m].

    Returns
    -------
    ndarray
        (n, m), NaN only in rows without any value.
    """
    levels = np.arange(heights.size)
    found = np.isfinite(values)
    below = np.maximum.accumulate(np.where(found, levels, -1), axis=1)
    above = np.minimum.accumulate(np.where(found, levels, heights.size)[:, ::-1], axis=1)[:, ::-1]
    below, above = np.where(below < 0, above, below), np.where(above == heights.size, below, above)
    empty = ~found.any(axis=1)
    below[empty], above[empty] = 0, 0
    distance = heights[above] - heights[below]
    share = np.where(distance > 0, (heights - heights[below]) / np.where(distance > 0, distance, 1.0), 0.0)
    low, high = (np.take_along_axis(values, each, axis=1) for each in (below, above))
    filled: FloatArray = low + share * (high - low)
    return filled


def column_weights(heights: FloatArray, top: FloatArray) -> FloatArray:
    """Return what each level counts in the integral from the ground to the top of the column.

    Between levels the profile is a straight line; the lowest value is held to the ground, and the highest to the top where that is above.

    Parameters
    ----------
    heights
        (m,) increasing [m].
    top
        (n,) height up to which is integrated [m].

    Returns
    -------
    ndarray
        (n, m) [m]; each row adds up to `top`.
    """
    weights = np.zeros((top.size, heights.size))
    weights[:, 0] += np.minimum(top, heights[0])
    weights[:, -1] += np.maximum(top - heights[-1], 0.0)
    thickness = np.diff(heights)
    # The share of each layer that lies below the top.
    share = np.clip((top[:, np.newaxis] - heights[:-1]) / thickness, 0.0, 1.0)
    weights[:, 1:] += thickness * share**2 / 2.0
    weights[:, :-1] += thickness * (share - share**2 / 2.0)
    return weights


def column_storage(
    tendency: FloatArray, density: FloatArray, heights: FloatArray, top: FloatArray, *, missing_levels: int = 0
) -> FloatArray:
    """Return what a column takes up per area and time.

    Parameters
    ----------
    tendency
        (n, m) change in time of a temperature [K s-1] or of an amount of gas per amount of dry air at m levels, NaN where missing.
    density
        (n, m) of the air at the levels: ``rho cp`` [J m-3 K-1], or dry air [mol m-3].
    heights
        (m,) of the levels above ground, increasing [m].
    top
        (n,) height of the instruments above ground [m].
    missing_levels
        How many levels may lack a value; those beside them stand in for them. Levels that lack it in every row do not count.

    Returns
    -------
    ndarray
        (n,) [W m-2, or the unit of the amount per m2 and s]; NaN where more levels lack a value.
    """
    product = tendency * density
    measured = np.isfinite(product).any(axis=0)
    if not measured.any():
        return np.full(tendency.shape[0], np.nan)
    product, heights = product[:, measured], heights[measured]
    enough = np.isfinite(product).sum(axis=1) >= max(heights.size - missing_levels, 1)
    integral = (filled_levels(product, heights) * column_weights(heights, top)).sum(axis=1)
    return np.where(enough, integral, np.nan)
