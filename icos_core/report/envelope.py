"""Reduce a series of any length to what a figure can show, before matplotlib sees it.

A line is cut into columns, about one per pixel; each column keeps its first, lowest, highest and last value. The reduced line covers
the same pixels as the full one and no extreme is lost, so that a year is drawn as quickly as a day. Marks are thinned to one per cell
of a fine grid, class by class, so that a rare class is never hidden by a common one.

References
----------
Jugel, U., Jerzak, Z., Hackenbroich, G., Markl, V. (2014): M4: a visualization-oriented time series data aggregation. Proceedings of
the VLDB Endowment 7, 797–808. https://doi.org/10.14778/2732951.2732953
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COLUMNS", "Envelope", "column_edges", "column_means", "envelope", "thin_marks", "usual_gap"]

COLUMNS = 1200
"""Columns per figure: about the pixels across a panel."""

_CELLS_ACROSS, _CELLS_HIGH = 600, 120
_SAMPLED_STEPS = 20_001
_GAP_IN_STEPS = 5


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A series reduced to columns; every array has one element per column that holds data.

    Attributes
    ----------
    start, stop
        int64 positions of the first and the last point.
    first, last, low, high
        Values of the first and the last point, and the extremes.
    broken
        Whether a gap lies before the column, so that nothing may be drawn across.
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    broken: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """Number of columns that hold data."""
        return self.start.size

    def polyline(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the vertices of the line; NaN where it breaks.

        Per column: first, lowest, highest, last. The two extremes stand in the middle of the column, which is within its pixel.
        """
        middle = self.start + (self.stop - self.start) / 2
        x = np.stack([self.start, middle, middle, self.stop], axis=1)
        y = np.stack([self.first, self.low, self.high, self.last], axis=1)
        return _with_breaks(x, y, self.broken)

    def edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return positions, lower and upper edge of the area between the extremes; NaN where it breaks."""
        x = np.stack([self.start, self.stop], axis=1).astype(np.float64)
        low = np.stack([self.low, self.low], axis=1)
        high = np.stack([self.high, self.high], axis=1)
        positions, lower = _with_breaks(x, low, self.broken)
        return positions, lower, _with_breaks(x, high, self.broken)[1]


def _with_breaks(
    x: NDArray[np.float64], y: NDArray[np.float64], broken: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    width = x.shape[1]
    before = np.flatnonzero(broken) * width
    return np.insert(x.ravel(), before, x[broken, 0]), np.insert(y.ravel(), before, np.nan)


def usual_gap(x: NDArray[np.int64]) -> int:
    """Return the step from which on a series counts as interrupted: five times its usual (median) step.

    Parameters
    ----------
    x
        (n,) increasing positions, such as nanoseconds since 1970.
    """
    if x.size < 2:
        return 0
    sampled = np.unique(np.linspace(0, x.size - 2, min(x.size - 1, _SAMPLED_STEPS)).astype(np.int64))
    return int(_GAP_IN_STEPS * np.median(x[sampled + 1] - x[sampled]))


def column_edges(x: NDArray[np.int64], limits: tuple[int, int], columns: int = COLUMNS) -> NDArray[np.int64]:
    """Return the index of the first point of every column that holds data, for increasing positions.

    Parameters
    ----------
    x
        (n,) increasing positions, all within `limits`.
    limits
        First and last position of the axis.
    columns
        Number of columns that the axis is cut into.
    """
    if x.size == 0:
        return np.empty(0, dtype=np.int64)
    # In whole numbers: a rounded edge would put a point into the column beside its own.
    width, rest = divmod(int(limits[1]) - int(limits[0]), columns)
    column = np.arange(1, columns)
    edges = limits[0] + column * width + -(-column * rest // columns)
    starts = np.concatenate([[0], np.searchsorted(x, edges)])
    return _without_repeats(starts[starts < x.size])


def envelope(
    x: NDArray[np.int64],
    y: NDArray[np.float64],
    *,
    upper: NDArray[np.float64] | None = None,
    limits: tuple[int, int] | None = None,
    columns: int = COLUMNS,
    gap: int | None = None,
) -> Envelope:
    """Reduce a series to at most `columns` columns, exactly in its extremes.

    Parameters
    ----------
    x
        (n,) int64 increasing positions, such as nanoseconds since 1970.
    y
        (n,) values; NaN is left out.
    upper
        (n,) upper edge where the series is a band; `y` is then its lower edge.
    limits
        First and last position of the axis; those of the series if not given.
    columns
        Number of columns that the axis is cut into.
    gap
        Steps longer than this are not drawn across; :func:`usual_gap` of the valid points if not given. A gap narrower than a column
        cannot be seen and is passed over.
    """
    top = y if upper is None else upper
    valid = ~np.isnan(y) if upper is None else ~(np.isnan(y) | np.isnan(upper))
    if not valid.all():
        x, y, top = x[valid], y[valid], top[valid]
    if x.size == 0:
        nothing = np.empty(0)
        none = np.empty(0, dtype=np.int64)
        return Envelope(start=none, stop=none, first=nothing, last=nothing, low=nothing, high=nothing, broken=np.empty(0, dtype=np.bool_))
    limits = limits or (int(x[0]), int(x[-1]))
    starts = column_edges(x, limits, columns)
    ends = np.append(starts[1:], x.size) - 1
    limit = max(usual_gap(x) if gap is None else gap, (limits[1] - limits[0]) // columns)
    broken = np.zeros(starts.shape, dtype=np.bool_)
    broken[1:] = x[starts[1:]] - x[ends[:-1]] > limit
    return Envelope(
        start=x[starts],
        stop=x[ends],
        first=y[starts],
        last=top[ends],
        low=np.minimum.reduceat(y, starts),
        high=np.maximum.reduceat(top, starts),
        broken=broken,
    )


def column_means(y: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean of each column; `starts` as from :func:`column_edges`. NaN in a column makes its mean NaN."""
    if starts.size == 0:
        return np.empty(0)
    means: NDArray[np.float64] = np.add.reduceat(y, starts) / np.diff(np.append(starts, y.size))
    return means


def thin_marks(
    x: NDArray[np.float64] | NDArray[np.int64], y: NDArray[np.float64], *, columns: int = _CELLS_ACROSS, rows: int = _CELLS_HIGH
) -> NDArray[np.int64]:
    """Return indices of marks that look like all of them: the first in each cell of a grid over their extent, and the four extremes.

    Parameters
    ----------
    x, y
        (n,) positions; marks with NaN or infinite positions are left out.
    columns, rows
        Cells across and up; a cell should not be larger than a mark.

    Returns
    -------
    numpy.ndarray
        Increasing indices, never more than ``columns * rows + 4``.
    """
    drawable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if drawable.size <= columns:
        return drawable
    across, up = x[drawable], y[drawable]
    cell = _cells(across, columns) * rows + _cells(up, rows)
    representative = np.full(columns * rows, -1, dtype=np.int64)
    # of repeated indices the last assignment counts: reversed, the first mark of a cell stays
    representative[cell[::-1]] = drawable[::-1]
    extremes = drawable[[across.argmin(), across.argmax(), up.argmin(), up.argmax()]]
    return _without_repeats(np.sort(np.concatenate([representative[representative >= 0], extremes])))


def _without_repeats(ordered: NDArray[np.int64]) -> NDArray[np.int64]:
    kept: NDArray[np.int64] = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return kept


def _cells(values: NDArray[np.float64] | NDArray[np.int64], count: int) -> NDArray[np.int64]:
    low, high = values.min(), values.max()
    if high == low:
        return np.zeros(values.shape, dtype=np.int64)
    cells: NDArray[np.int64] = ((values - low) / (high - low) * count).astype(np.int64)
    return np.minimum(cells, count - 1)
