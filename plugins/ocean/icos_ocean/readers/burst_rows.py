"""Lines of several kinds that belong together → rows: a receiver sends its sentences in bursts, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["JOINED", "row_numbers"]

JOINED = "in the same row as the line before"


def row_numbers(time: NDArray[np.int64], kind: NDArray[np.int64], pause: int) -> NDArray[np.intp]:
    """Return the number of the row that each line belongs to.

    A row ends with a pause, where the clock goes back, and where a kind of line comes again.

    Parameters
    ----------
    time
        (n,) time of each line, ns.
    kind
        (n,) kind of each line, any number.
    pause
        Time from one line to the next after which a row ends, ns.
    """
    _, code = np.unique(kind, return_inverse=True)
    step = np.diff(time, prepend=time[:1])
    apart = ((step > pause) | (step < 0)).tolist()
    rows = np.empty(time.size, dtype=np.intp)
    row, seen = -1, -1
    for index, (begins, bit) in enumerate(zip(apart, (1 << code.reshape(-1).astype(np.int64)).tolist(), strict=True)):
        if begins or seen & bit:
            row, seen = row + 1, 0
        seen |= bit
        rows[index] = row
    return rows
