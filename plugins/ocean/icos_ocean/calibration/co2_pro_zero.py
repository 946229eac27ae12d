"""Zeros of a CO2-Pro: when they were, how long the sensor takes to recover, and whether its counts make sense.

The sensor sends its gas through a scrubber every few hours and keeps what its detector reads then, the zero count, until the next zero.
Carbon dioxide takes light away: the count of a measurement lies below the zero count. Logs hold the zeros themselves, or only the zero
count that changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["judge_zero_counts", "recovering"]


def recovering(time: FloatArray, is_zero: BoolArray, zero_count: FloatArray, limit: float) -> BoolArray:
    """Rows that were measured less than `limit` after a zero.

    Parameters
    ----------
    time : (n,) ndarray
        Increasing times, s.
    is_zero : (n,) ndarray of bool
        Rows of the zeros themselves.
    zero_count : (n,) ndarray
        Zero count that the sensor uses; NaN where it is not known.
    limit : float
        s.

    Returns
    -------
    (n,) ndarray of bool
        False for the zeros themselves.
    """
    marks = is_zero.copy()
    known = np.flatnonzero(np.isfinite(zero_count))
    marks[known[1:][np.diff(zero_count[known]) != 0.0]] = True
    last = np.maximum.accumulate(np.where(marks, time, -np.inf)) if time.size else np.empty(0)
    return ~is_zero & (time - last < limit)


def judge_zero_counts(
    zero_count: FloatArray, current_count: FloatArray, is_zero: BoolArray, limits: tuple[float, float], drift_limit: float
) -> NDArray[np.int8]:
    """Judge the counts of each row.

    Parameters
    ----------
    zero_count, current_count : (n,) ndarray
        Counts; NaN where they are not known.
    is_zero : (n,) ndarray of bool
        Rows of the zeros themselves, whose count is the zero count but for its noise.
    limits : (float, float)
        Zero counts outside are bad.
    drift_limit : float
        A zero count that differs by more than this fraction from the one before it makes the rows until the next zero questionable.

    Returns
    -------
    (n,) ndarray of int8
        Bad where the zero count is outside the limits or not above the current count, questionable where it jumped, not evaluated where it
        is missing.
    """
    level = np.where(np.isfinite(zero_count), np.int8(GOOD), np.int8(NOT_EVALUATED))
    known = np.flatnonzero(np.isfinite(zero_count))
    counts = zero_count[known]
    if known.size:
        first = np.flatnonzero(np.concatenate([[True], np.diff(counts) != 0.0]))
        before = counts[first[:-1]]
        with np.errstate(divide="ignore", invalid="ignore"):
            jumped = np.concatenate([[False], np.abs(counts[first[1:]] / before - 1.0) > drift_limit])
        level[known[np.repeat(jumped, np.diff(np.append(first, known.size)))]] = QUESTIONABLE
    outside = (zero_count < limits[0]) | (zero_count > limits[1])
    level[outside | (~is_zero & (zero_count <= current_count))] = BAD
    return level
