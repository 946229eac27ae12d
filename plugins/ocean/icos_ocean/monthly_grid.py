"""Monthly means on a regular grid of latitude and longitude, unweighted and with each cruise counting once.

References
----------
Sabine, C. L. et al. (2013), Surface Ocean CO2 Atlas (SOCAT) gridded data products, Earth Syst. Sci. Data 5, 145-153,
doi:10.5194/essd-5-145-2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Cells", "Summary", "cells_of", "cruises_per_cell", "dense", "offsets", "summarise"]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells that have rows, and which row lies in which.

    Attributes
    ----------
    month
        (k,) ``datetime64[M]`` of each cell.
    row, column
        (k,) index of its latitude and longitude in `latitude` and `longitude`.
    latitude, longitude
        Centres of the grid, degrees; longitudes increase and may go beyond 180.
    size
        Width and height of a cell, degrees.
    cell
        (n,) cell of each row of the data.
    """

    month: NDArray[np.datetime64]
    row: Integers
    column: Integers
    latitude: FloatArray
    longitude: FloatArray
    size: float
    cell: Integers

    @property
    def count(self) -> int:
        """Number of cells with rows."""
        return self.month.size


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Statistics of one variable in each cell, (k,) each; NaN where a cell has no value, `sd` also where it has one only.

    Attributes
    ----------
    count
        Number of values.
    mean, sd, minimum, maximum
        Of all values of the cell; `sd` with n - 1.
    mean_weighted
        Mean of the means of the cruises: each cruise counts once.
    sd_weighted
        Spread of all values around `mean_weighted`, where the values of each cruise share the weight of one cruise.
    """

    count: Integers
    mean: FloatArray
    mean_weighted: FloatArray
    sd: FloatArray
    sd_weighted: FloatArray
    minimum: FloatArray
    maximum: FloatArray


def cells_of(
    time: NDArray[np.datetime64], latitude: FloatArray, longitude: FloatArray, *, size: float = 1.0, whole_globe: bool = False
) -> Cells:
    """Find the cell of each row.

    Parameters
    ----------
    time
        (n,) times in the calendar that months are wanted in.
    latitude, longitude
        (n,) degrees, all present; longitudes in any convention.
    size
        Width and height of a cell in degrees; a whole number of cells has to fit into 180°.
    whole_globe
        Lay the grid over the whole globe from -180 to 180; else over the smallest box of cells that holds all rows, which is not cut at
        the date line.

    Notes
    -----
    A cell holds its southern and western edge; the pole belongs to the cells south of it.
    """
    across, up = round(360.0 / size), round(180.0 / size)
    row = np.clip(np.floor((latitude + 90.0) / size).astype(np.int64), 0, up - 1)
    column = np.floor(((longitude + 180.0) % 360.0) / size).astype(np.int64) % across
    first_row, height, first_column, width = 0, up, 0, across
    if not whole_globe:
        first_row, height = (int(row.min()), int(np.ptp(row)) + 1) if row.size else (0, 0)
        first_column, width = _narrowest(column, across) if row.size else (0, 0)
    month = time.astype("datetime64[M]").astype(np.int64)
    row, column = row - first_row, (column - first_column) % across
    key = (month * height + row) * width + column
    keys, cell = np.unique(key, return_inverse=True)
    centres = -180.0 + (first_column + np.arange(width, dtype=np.float64) + 0.5) * size
    if width and centres.mean() > 180.0:
        centres -= 360.0
    return Cells(
        month=(keys // (height * width)).astype("datetime64[M]"),
        row=keys // width % height,
        column=keys % width,
        latitude=-90.0 + (first_row + np.arange(height, dtype=np.float64) + 0.5) * size,
        longitude=centres,
        size=size,
        cell=cell.reshape(-1).astype(np.int64),
    )


def _narrowest(column: Integers, across: int) -> tuple[int, int]:
    """Return first column and number of columns of the narrowest box, which begins behind the widest empty gap."""
    taken = np.unique(column)
    gaps = np.diff(np.append(taken, taken[0] + across))
    widest = int(np.argmax(gaps))
    first = int(taken[(widest + 1) % taken.size])
    return first, across - int(gaps[widest]) + 1


def summarise(cells: Cells, values: FloatArray, cruise: Integers) -> Summary:
    """Summarise the values in each cell.

    Parameters
    ----------
    cells
        Cells of the rows.
    values
        (n,) values; NaN is left out.
    cruise
        (n,) cruise of each row.
    """
    rows = np.flatnonzero(np.isfinite(values))
    cell, value, size = cells.cell[rows], values[rows], cells.count
    count = np.bincount(cell, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(cell, value, size) / count
        spread = np.bincount(cell, (value - mean[cell]) ** 2, size)
        sd = np.where(count > 1, np.sqrt(spread / np.maximum(count - 1, 1)), np.nan)
        group_cell, group, per_group = _groups(cell, cruise[rows])
        groups = np.bincount(group_cell, minlength=size)
        weighted = np.bincount(group_cell, np.bincount(group, value, group_cell.size) / per_group, size) / groups
        around = np.bincount(group, (value - weighted[cell]) ** 2, group_cell.size) / per_group
        sd_weighted = np.where(count > 1, np.sqrt(np.bincount(group_cell, around, size) / groups), np.nan)
    minimum, maximum = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(minimum, cell, value)
    np.maximum.at(maximum, cell, value)
    return Summary(
        count=count.astype(np.int64),
        mean=mean,
        mean_weighted=weighted,
        sd=sd,
        sd_weighted=sd_weighted,
        minimum=np.where(count > 0, minimum, np.nan),
        maximum=np.where(count > 0, maximum, np.nan),
    )


def _groups(cell: Integers, cruise: Integers) -> tuple[Integers, Integers, Integers]:
    """Return the cell of each pair of cell and cruise, the pair of each row, and the number of rows of each pair."""
    _, cruises = np.unique(cruise, return_inverse=True)
    width = int(cruises.max(initial=0)) + 1
    pairs, pair, count = np.unique(cell * width + cruises.reshape(-1), return_inverse=True, return_counts=True)
    return pairs // width, pair.reshape(-1).astype(np.int64), count.astype(np.int64)


def cruises_per_cell(cells: Cells, cruise: Integers) -> Integers:
    """Return the number of cruises in each cell."""
    group_cell, _, _ = _groups(cells.cell, cruise)
    return np.bincount(group_cell, minlength=cells.count).astype(np.int64)


def offsets(cells: Cells, latitude: FloatArray, longitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far north and east of the centre of its cell the mean position of the rows is, degrees."""
    count = np.bincount(cells.cell, minlength=cells.count)
    north = latitude - cells.latitude[cells.row[cells.cell]]
    east = (longitude - cells.longitude[cells.column[cells.cell]] + 180.0) % 360.0 - 180.0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.bincount(cells.cell, north, cells.count) / count, np.bincount(cells.cell, east, cells.count) / count


def dense(cells: Cells, months: NDArray[np.datetime64], values: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    """Spread values of cells over (month, latitude, longitude); empty cells are NaN, or 0 where the values are whole numbers.

    Parameters
    ----------
    cells
        The cells.
    months
        (m,) months in order; those of all cells are among them.
    values
        Name → (k,) values.
    """
    at = np.searchsorted(months, cells.month)
    shape = (months.size, cells.latitude.size, cells.longitude.size)
    spread: dict[str, NDArray[np.generic]] = {}
    for name, array in values.items():
        whole = np.zeros(shape, dtype=array.dtype) if array.dtype.kind in "iu" else np.full(shape, np.nan)
        whole[at, cells.row, cells.column] = array
        spread[name] = whole
    return spread
