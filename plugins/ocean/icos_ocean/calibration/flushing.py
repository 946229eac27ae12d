"""Runs of rows of one run type, and the rows around a change of run type that the tubing still mixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["flushing", "run_numbers"]


def run_numbers(time: NDArray[np.float64], run_type: NDArray[np.integer], gap: float = np.inf) -> NDArray[np.int64]:
    """Count the runs, which are successive rows of one run type.

    Parameters
    ----------
    time : (n,) ndarray
        Times in order, s.
    run_type : (n,) ndarray of int
        Codes of the run types.
    gap : float
        Two rows further apart than this belong to two runs, s.

    Returns
    -------
    (n,) ndarray of int
        Number of the run that each row belongs to, from 0.
    """
    begins = np.zeros(time.shape, dtype=np.int64)
    begins[1:] = (run_type[1:] != run_type[:-1]) | (np.diff(time) > gap)
    return np.cumsum(begins)


def flushing(time: NDArray[np.float64], run_type: NDArray[np.integer], before: float, after: float) -> NDArray[np.bool_]:
    """Find the rows near a change of run type.

    All that is known of a change is that it lies between the last row of one run and the first of the next. `after` counts from
    that first row, `before` back from that last row, so that never too little is left out. The beginning and the end of the record are no
    changes.

    Parameters
    ----------
    time : (n,) ndarray
        Times in order, s.
    run_type : (n,) ndarray of int
        Codes of the run types.
    before, after : float
        Time before and after a change, s; 0 leaves out nothing.

    Returns
    -------
    (n,) ndarray of bool
        Rows that are not to be used.
    """
    flushed = np.zeros(time.shape, dtype=np.bool_)
    if time.size == 0 or (before <= 0.0 and after <= 0.0):
        return flushed
    run = run_numbers(time, run_type)
    first = np.flatnonzero(np.diff(run, prepend=-1))
    last = np.append(first[1:], time.size) - 1
    if after > 0.0:
        flushed |= (time - time[first][run] < after) & (run > 0)
    if before > 0.0:
        flushed |= (time[last][run] - time < before) & (run < run[-1])
    return flushed
