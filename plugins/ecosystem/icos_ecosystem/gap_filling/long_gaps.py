"""Long gaps: which records are left, or taken out again, because what fills them is made of too little.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]

__all__ = ["in_runs_longer_than", "long_gap_mask", "runs_of"]


def runs_of(condition: BoolArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first rows, and those after the last, of runs of true; each of shape (runs,)."""
    change = np.diff(condition.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def in_runs_longer_than(condition: BoolArray, longest: int) -> BoolArray:
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
    return _between(start[long], stop[long], condition.size)


def long_gap_mask(quality: NDArray[np.int8], *, per_day: int, worst: int = 2, margin: float = 15.0, fewest: float = 5.0) -> BoolArray:
    """Return which rows lie so deep inside a badly filled run that their estimate says nothing.

    Parameters
    ----------
    quality
        Quality of the filled series, shape (n,): 0 measured to 3 poor, -1 without a value.
    per_day
        Records of a day: 48 or 24.
    worst
        Quality above which a record is badly filled. Records without a value are, too.
    margin
        Days from either end of a run that are kept. An end of the series is no end of a run: nothing is measured beyond.
    fewest
        Days that must be left between the margins; a shorter rest is kept.

    Returns
    -------
    NDArray
        Shape (n,).

    Notes
    -----
    This is what ``nee_proc`` of ONEFlux leaves out of the search for the reference, judged there by the quality of the most severe of the
    40 thresholds, and what its last step takes out of every half-hourly variable. The latter's program differs by a row at either end
    and where a run reaches the series' ends; here both take out the same.
    """
    start, stop = runs_of((quality > worst) | (quality < 0))
    kept = round(margin * per_day)
    first = np.where(start == 0, 0, start + kept)
    last = np.where(stop == quality.size, quality.size, stop - kept)
    taken = last - first >= max(round(fewest * per_day), 1)
    return _between(first[taken], last[taken], quality.size)


def _between(start: NDArray[np.int64], stop: NDArray[np.int64], rows: int) -> BoolArray:
    """Return which rows lie in one of the disjoint ranges, shape (rows,)."""
    change = np.zeros(rows + 1, np.int8)
    change[start] = 1
    change[stop] -= 1
    return np.cumsum(change[:-1]).astype(np.bool_)
