"""Lines of several kinds that belong together → rows: a receiver sends its sentences in bursts, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Said = tuple[str, NDArray[np.intp], NDArray[np.float64]]
    """Variable, lines, values."""

__all__ = ["JOINED", "columns_of", "row_numbers"]

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


def columns_of(
    said: Iterable[Said], lines: NDArray[np.intp], number: NDArray[np.intp], count: int, line_count: int
) -> dict[str, NDArray[np.float64]]:
    """Return the values of every row, NaN where none of its lines says one.

    Parameters
    ----------
    said
        (variable, lines, values): what lines say; of several values for one row the last that is not missing counts.
    lines, number
        (n,) the lines that are used, and the row of each.
    count, line_count
        Number of rows, and of all lines.
    """
    row_of = np.full(line_count, -1, dtype=np.intp)
    row_of[lines] = number
    columns: dict[str, NDArray[np.float64]] = {}
    for name, rows, values in said:
        column = columns.setdefault(name, np.full(count, np.nan))
        good = np.isfinite(values) & (row_of[rows] >= 0)
        column[row_of[rows[good]]] = values[good]
    return columns
