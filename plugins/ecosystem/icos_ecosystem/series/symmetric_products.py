"""Products of rotated wind components from those of the anemometer's components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["WIND_PAIRS", "rotated_product"]

WIND_PAIRS = tuple((i, j) for i in range(3) for j in range(i, 3))
"""Pairs of components, in the order in which their products are kept."""


def rotated_product(left: FloatArray, right: FloatArray, products: FloatArray) -> FloatArray:
    """Return a product (covariance function, cospectrum) of two rotated components of the wind.

    Parameters
    ----------
    left, right
        (n, 3) unit vectors along which the components stand, rows of rotation matrices.
    products
        (n, 6, …) products of the anemometer's components in the order of :data:`WIND_PAIRS`, of which both orders count alike.

    Returns
    -------
    ndarray
        (n, …).
    """
    weights = np.stack([left[:, i] * right[:, j] + (left[:, j] * right[:, i] if i != j else 0.0) for i, j in WIND_PAIRS], axis=1)
    found: FloatArray = np.einsum("np,np...->n...", weights, products)
    return found
