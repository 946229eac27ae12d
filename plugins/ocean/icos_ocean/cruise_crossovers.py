"""Where cruises cross: pairs of measurements that are near in space and time.

Time counts as distance: water drifts by 30 km in a day, so that two measurements are as far apart as ``√(dx² + (30 km d⁻¹ · dt)²)``,
with dx along the great circle. SOCAT calls a crossing of two platforms one of high quality where that is at most 80 km for a pair of
measurements that differ by no more than 5 µatm in fCO2 and 0.3 °C in sea-surface temperature.

References
----------
Wanninkhof, R. et al. (2013), Incorporation of alternative sensors in the SOCAT database and adjustments to dataset quality control flags,
CDIAC, doi:10.3334/CDIAC/OTG.SOCAT_ADQCF.
NOAA-PMEL/SocatDashboard, classes CrossoverChecker and DashboardServerUtils: limits and radius of the Earth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["DRIFT", "EARTH_RADIUS", "LARGEST_DISTANCE", "Pairs", "Track", "near_pairs"]

EARTH_RADIUS = 6371.007
"""Radius of the sphere that has the surface of the Earth, km."""

DRIFT = 30.0
"""Distance that a day counts for, km."""

LARGEST_DISTANCE = 80.0
"""Distance of a crossing, km."""

_CANDIDATES = 2_000_000
_ROWS = 200_000
_NANOSECONDS_PER_DAY = 86_400_000_000_000
_MARGIN = 1e-4
"""Degrees by which windows of longitude are wider than needed, so that rounding loses nothing."""


class Track(NamedTuple):
    """Measurements: (n,) time in ns since 1970, latitude and longitude in degrees, all present, longitudes in any convention."""

    time: Integers
    latitude: FloatArray
    longitude: FloatArray


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs of a measurement of one track and one of another, in order of the former.

    Attributes
    ----------
    left, right
        (k,) row of each.
    kilometres
        Distance along the great circle.
    days
        Time of the right minus that of the left.
    equivalent
        Distance with time counted as distance, km.
    """

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    kilometres: FloatArray
    days: FloatArray
    equivalent: FloatArray


class _Index:
    """Measurements sorted by boxes of time and latitude and, within each, by longitude."""

    def __init__(self, track: Track, days: float, degrees: float) -> None:
        self.days, self.degrees = days, degrees
        self.bands = int(180.0 / degrees) + 4
        box, longitude = self.box(track.time, track.latitude), _wrapped(track.longitude)
        self.order = np.lexsort((longitude, box))
        self.place = self.composed(box[self.order], longitude[self.order])

    def box(self, time: Integers, latitude: FloatArray) -> Integers:
        period = np.floor(time / (self.days * _NANOSECONDS_PER_DAY)).astype(np.int64)
        return period * self.bands + np.floor((latitude + 90.0) / self.degrees).astype(np.int64) + 1

    def composed(self, box: Integers, longitude: FloatArray) -> FloatArray:
        """Return one number for box and longitude, in order of both; 1000 keeps boxes apart."""
        return box * 1000.0 + longitude

    def between(self, box: Integers, west: FloatArray, east: FloatArray) -> tuple[Integers, Integers]:
        """Return first place and number of the measurements of a box between two longitudes within ±180."""
        first = np.searchsorted(self.place, self.composed(box, np.maximum(west, -180.0)) - _MARGIN, side="left")
        last = np.searchsorted(self.place, self.composed(box, np.minimum(east, 180.0)) + _MARGIN, side="right")
        return first.astype(np.int64), np.where(west <= east, np.maximum(last - first, 0), 0).astype(np.int64)


def near_pairs(left: Track, right: Track, distance: float = LARGEST_DISTANCE, drift: float = DRIFT) -> Iterator[Pairs]:
    """Find all pairs that are no farther apart than `distance`, time counted as distance.

    Parameters
    ----------
    left, right
        Two sets of measurements.
    distance
        Largest distance, km.
    drift
        Distance that a day counts for, km; more than 0.

    Yields
    ------
    Pairs
        Pairs of some rows of `left`; all pairs of one row are in one piece.

    Notes
    -----
    The right side is sorted by boxes whose sides are `distance` in latitude and the time that counts for it; of the nine boxes around a
    measurement only a window of longitude is looked at. Neither the date line nor a pole is an edge.
    """
    if not left.time.size or not right.time.size:
        return
    radius = distance / EARTH_RADIUS
    index = _Index(right, distance / drift, float(np.degrees(radius)))
    for begin in range(0, left.time.size, _ROWS):
        yield from _pairs_of_rows(left, right, index, slice(begin, begin + _ROWS), distance, drift)


def _pairs_of_rows(left: Track, right: Track, index: _Index, own: slice, distance: float, drift: float) -> Iterator[Pairs]:
    radius = distance / EARTH_RADIUS
    first, count = _windows(index, Track(left.time[own], left.latitude[own], left.longitude[own]), radius)
    total = count.sum(axis=0)
    rows = np.flatnonzero(total)
    upto = np.cumsum(total[rows])
    start = 0
    while start < rows.size:
        before = int(upto[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(upto, before + _CANDIDATES, side="right")))
        part = rows[start:stop]
        yield _measured(left, right, index, part + own.start, first[:, part], count[:, part], distance, drift)
        start = stop


def _windows(index: _Index, track: Track, radius: float) -> tuple[Integers, Integers]:
    """Return, per window and measurement, first place and number of candidates."""
    longitude, half = _wrapped(track.longitude), _half_width(track.latitude, radius)
    whole = half >= 180.0
    west, east = np.where(whole, -180.0, longitude - half), np.where(whole, 180.0, longitude + half)
    box = index.box(track.time, track.latitude)
    firsts, counts = [], []
    for period in (-1, 0, 1):
        for band in (-1, 0, 1):
            each = box + period * index.bands + band
            # What reaches beyond the date line is looked for on its other side.
            sides = (
                (west, east),
                (np.where(whole, 181.0, west + 360.0), np.full_like(east, 180.0)),
                (np.full_like(west, -180.0), np.where(whole, -181.0, east - 360.0)),
            )
            for from_west, to_east in sides:
                first, count = index.between(each, from_west, to_east)
                firsts.append(first)
                counts.append(count)
    return np.array(firsts), np.array(counts)


def _half_width(latitude: FloatArray, radius: float) -> FloatArray:
    """Return how far in longitude a circle of an angular radius reaches, degrees; 180 where it holds a pole."""
    phi = np.radians(np.abs(latitude))
    over_pole = phi + radius >= 0.5 * np.pi
    reach = np.arcsin(np.minimum(np.sin(radius) / np.where(over_pole, 1.0, np.cos(phi)), 1.0))
    return np.where(over_pole, 180.0, np.degrees(reach) + _MARGIN)


def _wrapped(longitude: FloatArray) -> FloatArray:
    return (longitude + 180.0) % 360.0 - 180.0


def _measured(
    left: Track, right: Track, index: _Index, part: NDArray[np.intp], first: Integers, count: Integers, distance: float, drift: float
) -> Pairs:
    first, count = first.T.reshape(-1), count.T.reshape(-1)
    windows = first.size // part.size
    ends = np.cumsum(count)
    place = np.arange(int(ends[-1])) + np.repeat(first - (ends - count), count)
    i = np.repeat(np.repeat(part, windows), count)
    j = index.order[place]
    days = (right.time[j] - left.time[i]) / _NANOSECONDS_PER_DAY
    # Time and latitude alone rule most candidates out, without a sine.
    north = np.radians(right.latitude[j] - left.latitude[i]) * EARTH_RADIUS
    near = np.flatnonzero(north**2 + (drift * days) ** 2 <= distance**2 * (1.0 + 1e-9))
    i, j, days = i[near], j[near], days[near]
    kilometres = _great_circle(left, right, i, j)
    equivalent = np.hypot(kilometres, drift * days)
    kept = np.flatnonzero(equivalent <= distance)
    order = kept[np.lexsort((j[kept], i[kept]))]
    i, j = i[order], j[order]
    # Windows that are wider than needed may overlap at ±180°.
    new = np.ones(order.size, dtype=bool)
    new[1:] = (np.diff(i) != 0) | (np.diff(j) != 0)
    order = order[new]
    return Pairs(left=i[new], right=j[new], kilometres=kilometres[order], days=days[order], equivalent=equivalent[order])


def _great_circle(left: Track, right: Track, i: NDArray[np.intp], j: NDArray[np.intp]) -> FloatArray:
    """Return distances by the haversine formula, which stays exact for short ones, km."""
    phi_1, phi_2 = np.radians(left.latitude[i]), np.radians(right.latitude[j])
    turn = np.radians(right.longitude[j] - left.longitude[i])
    a = np.sin(0.5 * (phi_2 - phi_1)) ** 2 + np.cos(phi_1) * np.cos(phi_2) * np.sin(0.5 * turn) ** 2
    kilometres: FloatArray = 2.0 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(a, 1.0)))
    return kilometres
