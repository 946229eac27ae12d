"""Third and fourth central moments of the wind's three components, from which those of every rotated component follow."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["FOURTH", "THIRD", "moments_along", "wind_moments"]

THIRD: tuple[tuple[int, ...], ...] = tuple(combinations_with_replacement(range(3), 3))
FOURTH: tuple[tuple[int, ...], ...] = tuple(combinations_with_replacement(range(3), 4))
"""Components that each moment is the mean product of."""


def wind_moments(wind: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the (10,) third and (15,) fourth central moments, 1/n, in the order of :data:`THIRD` and :data:`FOURTH`.

    Parameters
    ----------
    wind
        (3, n); times at which a component is missing take no part.
    """
    valid = np.isfinite(wind).all(axis=0)
    kept = wind if valid.all() else wind[:, valid]
    if kept.shape[1] == 0:
        return np.full(len(THIRD), np.nan), np.full(len(FOURTH), np.nan)
    centred = kept - kept.mean(axis=1, keepdims=True)
    products = {(i, j): centred[i] * centred[j] for i in range(3) for j in range(i, 3)}
    # No product of matrices: how BLAS adds up hangs, in the last bit, on where in memory an array lies.
    third = np.array([(products[i, j] * centred[k]).mean() for i, j, k in THIRD])
    fourth = np.array([(products[i, j] * products[k, m]).mean() for i, j, k, m in FOURTH])
    return third, fourth


def moments_along(direction: FloatArray, moments: FloatArray, order: tuple[tuple[int, ...], ...]) -> FloatArray:
    """Return the moment of the wind along a direction.

    Parameters
    ----------
    direction
        (n, 3) unit vectors, such as a row of a rotation matrix.
    moments
        (n, 10) third or (n, 15) fourth moments.
    order
        :data:`THIRD` or :data:`FOURTH`.

    Returns
    -------
    ndarray
        (n,).
    """
    total = np.zeros(direction.shape[0])
    for place, components in enumerate(order):
        times = factorial(len(components))
        for component in set(components):
            times //= factorial(components.count(component))
        total += times * moments[:, place] * np.prod(direction[:, list(components)], axis=1)
    return total
