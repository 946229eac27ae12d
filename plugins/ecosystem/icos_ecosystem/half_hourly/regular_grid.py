"""Rows of a table onto the regular grid of a site's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["gridded", "interval_numbers"]


def interval_numbers(local_start: NDArray[np.datetime64], first: np.datetime64, minutes: int) -> NDArray[np.int64]:
    """Return (n,) the number of the interval, counted from `first`, in which each row starts."""
    step = np.timedelta64(minutes, "m").astype("timedelta64[ns]")
    numbers: NDArray[np.int64] = np.floor_divide((local_start - first).astype("timedelta64[ns]"), step).astype(np.int64)
    return numbers


def gridded(values: FloatArray, numbers: NDArray[np.int64], size: int, how: Literal["mean", "sum", "direction"] = "mean") -> FloatArray:
    """Return one value per interval from rows.

    Parameters
    ----------
    values
        (n,) of the rows; NaN is left out.
    numbers
        (n,) interval of each; rows outside 0 to `size` - 1 are left out.
    size
        Number of intervals.
    how
        What several rows of an interval make: their mean, their sum, or the direction of the mean of unit vectors [degree].

    Returns
    -------
    ndarray
        (size,) NaN where an interval has no row with a value.
    """
    kept = (numbers >= 0) & (numbers < size) & np.isfinite(values)
    where, what = numbers[kept], values[kept]
    count = np.bincount(where, minlength=size)
    if count.max(initial=0) <= 1:
        made = np.full(size, np.nan)
        made[where] = what
        return made
    empty = count == 0
    divisor = np.where(empty, 1, count)
    if how == "direction":
        angle = np.radians(what)
        east, north = (np.bincount(where, weights=part, minlength=size) for part in (np.sin(angle), np.cos(angle)))
        return np.where(empty, np.nan, np.degrees(np.arctan2(east, north)) % 360.0)
    total = np.bincount(where, weights=what, minlength=size)
    return np.where(empty, np.nan, total if how == "sum" else total / divisor)
