"""Distances upwind from which a flux comes: what the one-dimensional footprint models have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SHARES", "Fetch"]

SHARES = (0.01, 0.10, 0.30, 0.50, 0.70, 0.80, 0.90)
"""Shares of the flux whose distances are told, in the order of the fields of :class:`Fetch` after the first."""


class Fetch(NamedTuple):
    """Distances upwind in metres, each of shape (n_periods,); NaN where the model has no answer.

    Attributes
    ----------
    peak
        Distance of the largest contribution.
    offset
        Distance within which 1 % of the flux comes from; EddyPro's ``x_offset``. The model of Kljun et al. (2004) may put it, and
        10 % too, downwind of the tower: then it is negative.
    x10, x30, x50, x70, x80, x90
        Distances within which 10 … 90 % of the flux come from.
    """

    peak: NDArray[np.float64]
    offset: NDArray[np.float64]
    x10: NDArray[np.float64]
    x30: NDArray[np.float64]
    x50: NDArray[np.float64]
    x70: NDArray[np.float64]
    x80: NDArray[np.float64]
    x90: NDArray[np.float64]
