"""The fewest decimal digits that read back as the same float64, for whole arrays at once.

A number with leading decimal exponent e is scaled by 10**k, k = 16 - e, to 17 digits before the point. The product is known exactly as
the sum of two floats (Dekker 1971), so rounding it to 17, 16 or 15 digits and comparing with half the distance to the neighbouring floats
is exact too. The digits taken are the nearest ones of that many, as in Python's ``repr``; of two that are equally near, either.

References
----------
Dekker, T. J. (1971), A floating-point technique for extending the available precision, Numer. Math. 18, 224-242, doi:10.1007/BF01397083.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LARGEST", "SMALLEST", "shortest_decimals"]

SMALLEST, LARGEST = 1e-5, 1e15
"""Magnitudes for which the power of ten is a float without rounding."""
_SPLITTER = 2.0**27 + 1.0
_POWERS: NDArray[np.float64] = np.array([float(10**power) for power in range(23)])


def shortest_decimals(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return whole numbers and numbers of decimal places: ``values == whole / 10**places``, read as a decimal.

    Parameters
    ----------
    values
        (n,) positive numbers from `SMALLEST` to less than `LARGEST`.

    Returns
    -------
    whole : (n,) ndarray of int64
        Digits, at most 18, with zeros at their end where fewer suffice.
    places : (n,) ndarray of int64
        Digits after the point, 2 to 22.
    """
    places = 16 - np.floor(np.log10(values)).astype(np.int64)
    scale = _POWERS[places]
    high, low = _product(values, scale)
    whole_high = high.astype(np.int64)
    whole = whole_high + np.rint(low).astype(np.int64)
    margin = 0.5 * np.spacing(values) * scale
    for unit in (10, 100):
        behind = whole_high % unit
        # From the last multiple of the unit: small numbers, so the fraction in `low` is not lost.
        away = np.rint((behind + low) / unit) * unit - behind
        whole = np.where(np.abs(away - low) < margin, whole_high + away.astype(np.int64), whole)
    return whole, places


def _product(left: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a product and its rounding error, whose sum is exact."""
    product = left * right
    left_high, left_low = _halves(left)
    right_high, right_low = _halves(right)
    error = left_low * right_low - (((product - left_high * right_high) - left_low * right_high) - left_high * right_low)
    return product, error


def _halves(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    scaled = _SPLITTER * values
    high = scaled - (scaled - values)
    return high, values - high
