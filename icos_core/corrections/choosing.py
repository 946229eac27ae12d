"""Which of several sensors each row takes: plain arrays of what is usable, sensors in order of preference."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Difference", "difference_of", "first_usable", "held_back", "mean_of", "shorter_way"]


class Difference(NamedTuple):
    """How far a sensor is from the primary: median, robust standard deviation, and number of common rows."""

    median: float
    spread: float
    rows: int


def held_back(usable: NDArray[np.bool_], time: NDArray[np.int64], hold: int) -> NDArray[np.bool_]:
    """Return where a sensor has been usable for at least `hold` without a break.

    Parameters
    ----------
    usable
        (n,) whether it is.
    time
        (n,) times, increasing, in the unit of `hold`.
    hold
        Time to wait after the last row in which it was not usable. Before the first such row nothing is waited for.
    """
    number = np.arange(usable.size)
    last = np.maximum.accumulate(np.where(usable, -1, number))
    waited = time - time[np.maximum(last, 0)]
    return usable & ((last < 0) | (waited >= hold))


def first_usable(preferred: NDArray[np.bool_], usable: NDArray[np.bool_], present: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the sensor of each row: the first preferred, else the first usable, else the first with a value, else the first.

    All are (sensor, row) arrays.
    """
    chosen = np.zeros(usable.shape[1], dtype=np.intp)
    for which in (present, usable, preferred):
        chosen = np.where(which.any(axis=0), which.argmax(axis=0), chosen)
    return chosen


def shorter_way(difference: NDArray[np.float64], *, circular: bool) -> NDArray[np.float64]:
    """Return differences, of angles in degrees those along the shorter arc."""
    return (difference + 180.0) % 360.0 - 180.0 if circular else difference


def difference_of(sensor: NDArray[np.float64], primary: NDArray[np.float64], common: NDArray[np.bool_], *, circular: bool) -> Difference:
    """Return the median of sensor minus primary over their common rows, and 1.4826 times the median distance from it."""
    found = shorter_way(sensor[common] - primary[common], circular=circular)
    if found.size == 0:
        return Difference(np.nan, np.nan, 0)
    median = float(np.median(found))
    return Difference(median, float(1.4826 * np.median(np.abs(found - median))), found.size)


def mean_of(values: NDArray[np.float64], used: NDArray[np.bool_], *, circular: bool) -> NDArray[np.float64]:
    """Return the mean of the used values of each row, NaN where there is none; all are (sensor, row) arrays.

    The mean of angles is the direction of the sum of their unit vectors.
    """
    count = used.sum(axis=0)
    known = np.where(used, values, 0.0)
    if not circular:
        return np.where(count > 0, known.sum(axis=0) / np.maximum(count, 1), np.nan)
    radians = np.deg2rad(known)
    direction = np.rad2deg(np.arctan2((np.sin(radians) * used).sum(axis=0), (np.cos(radians) * used).sum(axis=0)))
    lowest = np.where(used, values, np.inf).min(axis=0, initial=np.inf)
    return np.where(count > 0, np.where(lowest < 0, direction, direction % 360.0), np.nan)
