"""Means of rows over cells: the rows of one valve segment within one minute, before or after the sample had settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["MINUTE", "CellMeans", "Grouping"]

MINUTE = 60_000_000_000


class CellMeans(NamedTuple):
    """(k,) mean, standard deviation (n - 1; NaN for n < 2) and number of the values of each cell."""

    mean: FloatArray
    stdev: FloatArray
    n: NDArray[np.int32]


class Grouping:
    """Rows cut into cells.

    Parameters
    ----------
    rows
        (m,) numbers of the rows that belong to cells, increasing.
    starts
        (k,) positions in `rows` at which cells begin, increasing, the first 0.
    """

    def __init__(self, rows: NDArray[np.intp], starts: NDArray[np.intp]) -> None:
        self.rows, self.starts = rows, starts
        self.first = rows[starts]
        self.sizes = np.diff(np.append(starts, rows.size))
        self.last = rows[starts + self.sizes - 1]

    @classmethod
    def of(cls, rows: NDArray[np.intp], *keys: NDArray[Any]) -> Grouping:
        """Begin a cell wherever a key changes from one row to the next; `keys` are (n,) over all rows."""
        changes = np.zeros(rows.size, dtype=bool)
        changes[:1] = True
        for key in keys:
            mine = key[rows]
            changes[1:] |= mine[1:] != mine[:-1]
        return cls(rows, np.flatnonzero(changes))

    def count(self, chosen: Mask) -> NDArray[np.int32]:
        """Return (k,) how many rows of each cell are chosen; `chosen` is (n,) over all rows."""
        return self._sum(chosen[self.rows].astype(np.int32))

    def means(self, values: FloatArray, chosen: Mask) -> CellMeans:
        """Return mean and spread of the chosen values of each cell.

        The mean is subtracted before squares are summed: mole fractions are large compared with their spread.
        """
        mine, weight = values[self.rows], chosen[self.rows]
        count = self._sum(weight.astype(np.int32))
        total = self._sum(np.where(weight, mine, 0.0))
        mean = np.full(count.shape, np.nan)
        np.divide(total, count, out=mean, where=count > 0)
        deviation = np.where(weight, mine - np.repeat(mean, self.sizes), 0.0)
        squares = self._sum(deviation * deviation)
        stdev = np.full(count.shape, np.nan)
        np.divide(squares, count - 1, out=stdev, where=count > 1)
        return CellMeans(mean=mean, stdev=np.sqrt(stdev), n=count)

    def _sum(self, values: NDArray[Any]) -> NDArray[Any]:
        summed: NDArray[Any] = np.add.reduceat(values, self.starts) if self.starts.size else values[:0]
        return summed
