"""Quartiles of the closure factors in a moving window, and their means around given places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["NOWHERE", "means_around", "moving_quartiles"]

NOWHERE = -(2**40)
"""A place before all series, however far one looks from it."""


@njit(cache=True)
def moving_quartiles(values: FloatArray, before: int, after: int) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return quartiles of what lies around each place.

    Parameters
    ----------
    values
        (n,), NaN where missing.
    before, after
        The window of place i reaches from ``i - before`` to ``i + after``, both included.

    Returns
    -------
    upwards, downwards
        (n, 3) the values number ⌊n_w/4⌋ + 1, ⌊n_w/2⌋ + 1 and ⌊3 n_w/4⌋ + 1 of the n_w in the window, counted from the smallest, and
        from the largest; NaN where there is none.
    count
        (n,) n_w.

    Notes
    -----
    The window's values are kept in order while it moves: one enters, one leaves.
    """
    size = values.size
    upwards = np.full((size, 3), np.nan)
    downwards = np.full((size, 3), np.nan)
    count = np.zeros(size, dtype=np.int64)
    ordered = np.empty(before + after + 2)
    held = 0
    for entering in range(size + after):
        if entering < size and not np.isnan(values[entering]):
            place = np.searchsorted(ordered[:held], values[entering])
            for k in range(held, place, -1):
                ordered[k] = ordered[k - 1]
            ordered[place] = values[entering]
            held += 1
        leaving = entering - before - after - 1
        if leaving >= 0 and not np.isnan(values[leaving]):
            held -= 1
            for k in range(np.searchsorted(ordered[: held + 1], values[leaving]), held):
                ordered[k] = ordered[k + 1]
        i = entering - after
        if i < 0:
            continue
        count[i] = held
        if held > 0:
            for quarter in range(3):
                rank = (quarter + 1) * held // 4
                upwards[i, quarter] = ordered[rank]
                downwards[i, quarter] = ordered[held - 1 - rank]
    return upwards, downwards, count


@njit(cache=True)
def means_around(values: FloatArray, centres: IntArray, days: int, per_day: int, beside: int) -> tuple[FloatArray, IntArray]:
    """Return sums of what lies around given places on several days, and how many values they are of.

    Parameters
    ----------
    values
        (n,), NaN where missing.
    centres
        (m, c) places, c of them per row of the result; those outside of the series count as well: what is around them may lie within.
    days
        So many days before and after.
    per_day
        Values of a day.
    beside
        So many values beside the time of day.

    Returns
    -------
    mean
        (m,) NaN where there is nothing.
    count
        (m,) values that it is of.
    """
    rows = centres.shape[0]
    mean = np.full(rows, np.nan)
    count = np.zeros(rows, dtype=np.int64)
    for row in range(rows):
        total = 0.0
        for column in range(centres.shape[1]):
            for day in range(-days, days + 1):
                for offset in range(-beside, beside + 1):
                    at = centres[row, column] + day * per_day + offset
                    if 0 <= at < values.size and not np.isnan(values[at]):
                        total += values[at]
                        count[row] += 1
        if count[row] > 0:
            mean[row] = total / count[row]
    return mean, count
