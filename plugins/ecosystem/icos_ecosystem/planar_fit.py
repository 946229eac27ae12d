"""Planes through the mean winds of many half hours, per wind sector, and the file in which EddyPro keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Planes", "fit_planes", "read_planar_fit", "sector_of"]

_ROW = re.compile(r"^\s*\d+\s+(-?\d+)\s*-\s*(-?\d+)\s+([-+.\dEe]+)\s+([-+.\dEe]+)\s+([-+.\dEe]+)\s*$")


class Planes(NamedTuple):
    """Planes w = b0 + b1 u + b2 v of wind sectors.

    Attributes
    ----------
    first, last
        (n_sectors,) wind directions in degrees.
    coefficients
        (n_sectors, 3), NaN where there is no plane.
    number
        (n_sectors,) half hours that each was fitted from.
    taken_from
        (n_sectors,) the sector whose plane is used; -1 for none.
    """

    first: FloatArray
    last: FloatArray
    coefficients: FloatArray
    number: NDArray[np.int64]
    taken_from: NDArray[np.int64]


def sector_of(direction: FloatArray, sectors: int, first: float = 0.0) -> NDArray[np.int64]:
    """Return the number of the sector of each wind direction [degrees], -1 where there is none.

    Parameters
    ----------
    direction
        (n,) degrees.
    sectors
        Number of sectors of equal width.
    first
        Direction at which the first begins.
    """
    width = 360.0 / sectors
    with np.errstate(invalid="ignore"):
        found = np.floor(np.mod(direction - first, 360.0) / width)
    return np.where(np.isfinite(found), np.minimum(found, sectors - 1), -1).astype(np.int64)


def fit_planes(
    mean: FloatArray,
    sector: NDArray[np.int64],
    sectors: int,
    *,
    first: float = 0.0,
    minimum_number: int = 100,
    minimum_wind: float = 0.5,
    maximum_wind: float = 20.0,
    maximum_vertical_wind: float = 1.0,
    bias: bool = True,
    missing: str = "clockwise",
) -> Planes:
    """Fit a plane per wind sector.

    Parameters
    ----------
    mean
        (n, 3) mean winds of half hours, not rotated [m s-1]; NaN where there is none.
    sector
        (n,) number of the sector of each, -1 for none.
    sectors
        Number of sectors of equal width.
    first
        Direction in degrees at which the first begins.
    minimum_number
        Fewest half hours of a plane.
    minimum_wind, maximum_wind, maximum_vertical_wind
        Half hours outside do not count [m s-1].
    bias
        Whether the plane has an offset b0; without, it passes through the origin (van Dijk et al. 2004).
    missing
        ``clockwise`` or ``counter-clockwise``: the sector whose plane one without takes; anything else: none.

    References
    ----------
    Wilczak, J. M. et al. (2001), Boundary-Layer Meteorol. 99, 127-150, doi:10.1023/A:1018966204465.
    van Dijk, A., Moene, A. F. and de Bruin, H. A. R. (2004), The principles of surface flux physics, Wageningen University.
    """
    with np.errstate(invalid="ignore"):
        speed = np.hypot(mean[:, 0], mean[:, 1])
        counts = (speed >= minimum_wind) & (speed <= maximum_wind) & (np.abs(mean[:, 2]) <= maximum_vertical_wind)
    coefficients, number = np.full((sectors, 3), np.nan), np.zeros(sectors, dtype=np.int64)
    for each in range(sectors):
        rows = mean[counts & (sector == each)]
        number[each] = len(rows)
        if len(rows) >= max(minimum_number, 3):
            coefficients[each] = _plane(rows, bias=bias)
    borders = first + np.arange(sectors + 1) * 360.0 / sectors
    taken_from = _taken_from(np.isfinite(coefficients[:, 1]), missing)
    filled = np.where((taken_from >= 0)[:, np.newaxis], coefficients[taken_from], np.nan)
    return Planes(borders[:-1], borders[1:], filled, number, taken_from)


def _plane(rows: FloatArray, *, bias: bool) -> FloatArray:
    u, v, w = rows.T
    regressors = np.stack([np.ones_like(u), u, v]) if bias else np.stack([u, v])
    matrix, right = regressors @ regressors.T, regressors @ w
    try:
        found = np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return np.full(3, np.nan)
    return found if bias else np.concatenate([[0.0], found])


def _taken_from(present: NDArray[np.bool_], missing: str) -> NDArray[np.int64]:
    """Return for each sector the one whose plane it takes, its own where there is one."""
    count = present.size
    step = {"clockwise": 1, "counter-clockwise": -1}.get(missing, 0)
    found = np.where(present, np.arange(count), -1)
    if step and present.any():
        for each in np.flatnonzero(~present):
            neighbour = each
            while not present[neighbour]:
                neighbour = (neighbour + step) % count
            found[each] = neighbour
    return found.astype(np.int64)


def read_planar_fit(path: Path) -> Planes:
    """Read a file ``planar_fit`` of EddyPro.

    Raises
    ------
    InputError
        For a file that cannot be read or holds no coefficients.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror or error}") from error
    rows = [found.groups() for found in map(_ROW.match, lines) if found is not None]
    if not rows:
        raise InputError(str(path), "no rows of fitting planes coefficients (sector, degrees, B0, B1, B2): no planar_fit file of EddyPro?")
    try:
        values = np.array([[float(each) for each in row] for row in rows])
    except ValueError as error:
        raise InputError(str(path), f"coefficients of the planes: {error}") from error
    numbers = [int(found[1]) for found in (re.search(r"numerosity:\s*(\d+)", line) for line in lines) if found is not None]
    number = np.array(numbers if len(numbers) == len(rows) else [0] * len(rows), dtype=np.int64)
    present = np.all(values[:, 2:] > -9999.0, axis=1)
    coefficients = np.where(present[:, np.newaxis], values[:, 2:], np.nan)
    return Planes(values[:, 0], values[:, 1], coefficients, number, np.where(present, np.arange(len(rows)), -1))
