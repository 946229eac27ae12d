"""Footprints of many half hours added up on a map around the tower, and the areas that shares of the flux come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from icos_ecosystem.footprint.kljun_2015 import ACROSS, ALONG, ALONG_FACTOR, FootprintShape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["SourceArea", "climatology", "cumulated_share", "source_areas"]

# Beyond five standard deviations across the wind lies less than a millionth of a footprint.
_WIDEST = 5.0


class SourceArea(NamedTuple):
    """Smallest area from which a share of the flux comes.

    Attributes
    ----------
    share
        The share, 0 to 1.
    area
        Its size [m2]; NaN where the map does not cover so large a share.
    farthest
        Largest distance of its cells from the tower [m].
    """

    share: float
    area: float
    farthest: float


def climatology(east: ArrayLike, north: ArrayLike, shape: FootprintShape, wind_direction: ArrayLike) -> FloatArray:
    """Return the mean share of the flux that comes from each cell of a map.

    Parameters
    ----------
    east, north
        Distances of the centres of cells from the tower [m], shapes (n_east,) and (n_north,), evenly spaced.
    shape
        Scales of the footprints, each of shape (n_periods,); periods with NaN are left out.
    wind_direction
        Where the wind comes from [degrees clockwise from north], shape (n_periods,).

    Returns
    -------
    ndarray
        Shares, shape (n_north, n_east); their sum is the share of the flux that the map covers. NaN without a period.

    Raises
    ------
    ValueError
        Where cells are not evenly spaced, or there are fewer than two along an axis.

    Notes
    -----
    The density at the centre of a cell stands for the cell: cells have to be small against the distance of the peak.
    """
    x, y = np.asarray(east, np.float64), np.asarray(north, np.float64)
    cell = _spacing(x, "east") * _spacing(y, "north")
    direction, along, across = np.broadcast_arrays(np.radians(np.asarray(wind_direction, np.float64)), shape.length, shape.width)
    use = np.isfinite(direction) & np.isfinite(along) & (across > 0.0)
    if not use.any():
        return np.full((y.size, x.size), np.nan)
    periods = (np.sin(direction[use]), np.cos(direction[use]), along[use], across[use])
    density: FloatArray = _added_up(x, y, *periods, *ALONG, *ACROSS, ALONG_FACTOR)
    shares: FloatArray = density * (cell / float(use.sum()))
    return shares


def _spacing(centres: FloatArray, name: str) -> float:
    steps = np.diff(centres)
    if not steps.size or not np.allclose(steps, steps[0], rtol=1e-6) or steps[0] <= 0.0:
        raise ValueError(f"climatology: {name} must be at least two evenly spaced distances, rising")
    return float(steps[0])


@njit(cache=True)
def _added_up(
    x: FloatArray,
    y: FloatArray,
    sine: FloatArray,
    cosine: FloatArray,
    length: FloatArray,
    width: FloatArray,
    b: float,
    c: float,
    d: float,
    across_a: float,
    across_b: float,
    across_c: float,
    factor: float,
) -> FloatArray:
    total = np.zeros((y.size, x.size))
    step = x[1] - x[0]
    for period in range(length.size):
        s, k = sine[period], cosine[period]
        scale, nearest = length[period], d * length[period]
        spread = (across_a * width[period]) ** 2 * across_b
        limit = _WIDEST * _WIDEST * spread
        strength = factor / (scale * math.sqrt(2.0 * math.pi * spread))
        for row in range(y.size):
            # Columns of the row that lie upwind, one more on each side.
            first, last = 0, x.size
            if abs(s) > 1e-9:
                edge = int(min(max(((nearest - y[row] * k) / s - x[0]) / step, -1.0), float(x.size)))
                first, last = (max(edge - 1, 0), last) if s > 0.0 else (first, min(edge + 2, last))
            for column in range(first, last):
                upwind = x[column] * s + y[row] * k
                if upwind <= nearest:
                    continue
                scaled = upwind / scale
                crosswind = x[column] * k - y[row] * s
                # The variance across the wind is spread / inverse.
                growth, offset = 1.0 + across_c * scaled, crosswind * crosswind
                if offset * growth > limit * scaled * scaled:
                    continue
                inverse = growth / (scaled * scaled)
                beyond = scaled - d
                exponent = b * math.log(beyond) - c / beyond - 0.5 * offset * inverse / spread
                total[row, column] += strength * math.sqrt(inverse) * math.exp(exponent)
    return total


def cumulated_share(shares: ArrayLike) -> FloatArray:
    """Return for each cell the share of the flux that comes from it and from all cells that contribute more.

    Its contour at 0.8 encloses the smallest area from which 80 % of the flux come.

    Parameters
    ----------
    shares
        Share of each cell, see :func:`climatology`; shape (n_north, n_east).
    """
    values = np.asarray(shares, np.float64)
    order = np.argsort(-values, axis=None, kind="stable")
    cumulated = np.empty(values.size)
    cumulated[order] = np.cumsum(values.ravel()[order])
    return cumulated.reshape(values.shape)


def source_areas(shares: ArrayLike, east: ArrayLike, north: ArrayLike, wanted: Sequence[float] = (0.5, 0.8, 0.9)) -> list[SourceArea]:
    """Return size and reach of the areas from which shares of the flux come.

    Parameters
    ----------
    shares, east, north
        The map, see :func:`climatology`.
    wanted
        Shares of the whole flux, 0 to 1.
    """
    x, y = np.asarray(east, np.float64), np.asarray(north, np.float64)
    values = np.asarray(shares, np.float64)
    before = cumulated_share(values) - values
    distance = np.hypot(*np.meshgrid(x, y))
    cell = _spacing(x, "east") * _spacing(y, "north")
    covered = values.sum()
    areas = []
    for share in wanted:
        # The cell in which the share is reached belongs to the area.
        inside = (before < share) & (values > 0.0)
        reached = covered >= share and bool(inside.any())
        area, farthest = (float(inside.sum()) * cell, float(distance[inside].max())) if reached else (math.nan, math.nan)
        areas.append(SourceArea(float(share), area, farthest))
    return areas
