"""Runs: successive readings of one gas, averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["Runs", "run_means"]


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Means of successive readings of one gas, in order of time; every array has one element per run.

    Attributes
    ----------
    code : ndarray of int
        Which gas.
    time : ndarray
        Mean time of the readings used, or of all readings of the run if none is good, s.
    reading : ndarray
        Mean of the good readings; NaN if there is none.
    count : ndarray of int
        Number of good readings.
    scatter : ndarray
        Sample standard deviation of the good readings (divisor n - 1); NaN for fewer than two.
    first, stop : ndarray of int
        Half-open range of rows.
    """

    code: IntArray
    time: FloatArray
    reading: FloatArray
    count: IntArray
    scatter: FloatArray
    first: IntArray
    stop: IntArray


def run_means(time: ArrayLike, value: ArrayLike, code: ArrayLike, good: ArrayLike, gap_seconds: float) -> Runs:
    """Average successive readings of the same gas.

    A run ends where the gas changes or where two rows are more than `gap_seconds` apart. Rows that are not good belong to their run
    but do not enter its mean.

    Parameters
    ----------
    time : (n,) array_like
        Times of the rows, not decreasing, s.
    value : (n,) array_like
        Readings; NaN counts as not good.
    code : (n,) array_like of int
        Which gas was read.
    good : (n,) array_like of bool
        Whether the reading may be used.
    gap_seconds : float
        Longest step within a run, s.

    Returns
    -------
    Runs
        One element per run, in order of time.

    Raises
    ------
    ValueError
        If the arrays differ in length, times decrease or `gap_seconds` is not positive.
    """
    t = np.asarray(time, dtype=np.float64)
    v = np.asarray(value, dtype=np.float64)
    gas = np.asarray(code, dtype=np.int64)
    usable = np.asarray(good, dtype=np.bool_) & np.isfinite(v)
    if not t.shape == v.shape == gas.shape == usable.shape or t.ndim != 1:
        raise ValueError(f"time, value, code and good must be of one length, got shapes {t.shape}, {v.shape}, {gas.shape}, {usable.shape}")
    if not gap_seconds > 0.0:
        raise ValueError(f"gap_seconds must be positive, got {gap_seconds}")
    step = np.diff(t)
    if not np.all(step >= 0.0):
        raise ValueError("time must not decrease and must not be missing")
    starts_new = np.ones(t.size, dtype=np.bool_)
    starts_new[1:] = (gas[1:] != gas[:-1]) | (step > gap_seconds)
    first = np.flatnonzero(starts_new).astype(np.int64)
    if first.size == 0:
        empty = np.empty(0)
        return Runs(code=first, time=empty, reading=empty, count=first, scatter=empty, first=first, stop=first)
    stop = np.append(first[1:], t.size)
    run = np.cumsum(starts_new) - 1
    count = np.add.reduceat(usable.astype(np.int64), first)
    none = count == 0
    elapsed = t - t[first][run]
    timed = usable | none[run]
    mean_time = t[first] + np.add.reduceat(np.where(timed, elapsed, 0.0), first) / np.where(none, stop - first, count)
    divisor = np.where(none, np.nan, count)
    mean = np.add.reduceat(np.where(usable, v, 0.0), first) / divisor
    squares = np.add.reduceat(np.where(usable, (v - mean[run]) ** 2, 0.0), first)
    scatter = np.sqrt(squares / np.where(count > 1, count - 1, np.nan))
    return Runs(code=gas[first], time=mean_time, reading=mean, count=count, scatter=scatter, first=first, stop=stop)
