"""Incoming short-wave radiation where the sun is below the horizon: what a sensor missed, or measured below zero, is nil."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["radiation_of_night"]


def radiation_of_night(sw_in: FloatArray, potential: FloatArray, *, per_day: int) -> FloatArray:
    """Set radiation at night to zero and leave out what is negative by day, as ONEFlux's ``qc_auto`` does before all else.

    Parameters
    ----------
    sw_in
        Incoming short-wave radiation [W m-2], shape (n,); NaN where missing.
    potential
        Radiation at the top of the atmosphere [W m-2], shape (n,); zero where the sun is below the horizon during the whole interval.
    per_day
        Intervals of a day.

    Returns
    -------
    ndarray
        Shape (n,). Where `potential` is zero, missing and negative values are zero, as long as there is any value from half a day before
        to less than half a day after; else missing values stay so. Where it is not, negative values are missing.
    """
    half = per_day // 2
    measured = np.isfinite(sw_in)
    before = np.concatenate([[0], np.cumsum(measured)])
    rows = np.arange(sw_in.size)
    near = before[np.minimum(rows + half, sw_in.size)] > before[np.maximum(rows - half, 0)]
    doubtful = ~measured | (np.where(measured, sw_in, 0.0) < 0.0)
    night = potential == 0.0
    return np.where(doubtful & night & near, 0.0, np.where(doubtful & ~night, np.nan, sw_in))
