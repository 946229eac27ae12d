"""Long gaps: which records are left, or taken out again, because what fills them is made of too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["in_runs_longer_than", "runs_of"]


def runs_of(condition: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first rows, and those after the last, of runs of true; each of shape (runs,)."""
    change = np.diff(condition.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def in_runs_longer_than(condition: NDArray[np.bool_], longest: int) -> NDArray[np.bool_]:
    """Return which rows lie in a run of true of more than `longest` rows.

    Parameters
    ----------
    condition
        What makes a run, shape (n,).
    longest
        Rows of the longest run that is not meant.

    Returns
    -------
    NDArray
        Shape (n,).
    """
    start, stop = runs_of(condition)
    long = stop - start > longest
    change = np.zeros(condition.size + 1, np.int8)
    change[start[long]] = 1
    change[stop[long]] = -1
    return np.cumsum(change[:-1]).astype(np.bool_)
