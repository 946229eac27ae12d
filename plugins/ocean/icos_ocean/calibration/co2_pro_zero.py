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

__all__ = ["flags_of_zeros", "judge_zero_counts", "recovering", "zero_periods"]


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
    marks = is_zero | _changes(zero_count)
    last = np.maximum.accumulate(np.where(marks, time, -np.inf)) if time.size else np.empty(0)
    return ~is_zero & (time - last < limit)


def zero_periods(is_zero: BoolArray, zero_count: FloatArray) -> NDArray[np.int64]:
    """Return the number of the zero that each row rests on: rows between two zeros share its error.

    Parameters
    ----------
    is_zero, zero_count : (n,) ndarray
        As in `recovering`.
    """
    before = np.append(False, is_zero[:-1])[: is_zero.size]
    # A record of a zero and the count that first shows in the row behind it are one zero.
    return np.cumsum(~before & (is_zero | _changes(zero_count)))


def flags_of_zeros(flag: NDArray[np.int8], is_zero: BoolArray, zero_count: FloatArray) -> NDArray[np.int8]:
    """Return the worst flag of the zero that each row rests on: questionable, bad, or good where it is neither.

    Parameters
    ----------
    flag : (n,) ndarray of int8
        Worst flag of what each row says about its zero; those of the zeros themselves count.
    is_zero, zero_count : (n,) ndarray
        As in `recovering`.
    """
    known = np.where(is_zero & ((flag == QUESTIONABLE) | (flag == BAD)), flag, np.int8(GOOD))
    number = zero_periods(is_zero, zero_count)
    worst = np.full(int(number.max(initial=0)) + 1, GOOD, dtype=np.int8)
    np.maximum.at(worst, number, known)
    return worst[number]


def _changes(zero_count: FloatArray) -> BoolArray:
    """Rows with another zero count than the row before that has one."""
    changes = np.zeros(zero_count.shape, dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(zero_count))
    changes[known[1:][np.diff(zero_count[known]) != 0.0]] = True
    return changes


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
