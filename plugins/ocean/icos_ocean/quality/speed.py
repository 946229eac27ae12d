"""Quality test ``speed``: positions that the platform cannot have reached in time.

The speed between a position and the one before it follows from the great-circle distance; positions that are not on the globe (see
``position``) are passed over. A speed that is too high counts against the later position, unless that one merely comes back from a single
position that stands alone: then only the latter is flagged, not both of its neighbours.

Limits are in knots, as the Surface Ocean CO2 Atlas gives them, whose own are 80 (warning) and 400 (error). No ship of opportunity does
40 knots, hence the narrower defaults of 40 and 80 knots.

`tolerance` allows for rounded coordinates: three decimals put a position wrong by up to 80 m, which between readings one second apart
would be some hundred knots.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, NOT_EVALUATED, QUESTIONABLE
from icos_core.quality.limits import Length, Limits, NonNegative
from icos_core.quality.series import NANOSECONDS, in_nanoseconds, nanoseconds, numbers, steps_to_blame
from icos_ocean.quality.position import COORDINATES, fixed_coordinates, on_globe

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["TEST", "SpeedOptions", "great_circle_distance", "speeds"]

EARTH_RADIUS = 6371008.8
"""Mean radius of the Earth (m), (2a + b)/3 of the WGS 84 ellipsoid."""
KNOT = 1852.0 / 3600.0
"""m s⁻¹."""


class SpeedOptions(Limits):
    """Options of the test ``speed``; at least one of the two limits is needed."""

    questionable: NonNegative | None = Field(default=40.0, description="a faster platform makes its position questionable (knots)")
    bad: NonNegative | None = Field(default=80.0, description="a faster platform makes its position bad (knots)")
    tolerance: NonNegative = Field(default=200.0, description="taken off every distance, as coordinates are rounded (m)")
    max_gap: Length = Field(
        default=timedelta(days=1), description="longest time to the position before; beyond it the position is not evaluated (s)"
    )


def great_circle_distance(latitude_1: Array, longitude_1: Array, latitude_2: Array, longitude_2: Array) -> Array:
    """Distance on a sphere of the Earth's mean radius.

    Parameters
    ----------
    latitude_1, longitude_1, latitude_2, longitude_2
        (n,) degrees; longitudes in any convention.

    Returns
    -------
    ndarray
        (n,) distance in m, within 0.6 % of that on the ellipsoid.

    Notes
    -----
    Haversine formula, which stays exact for short distances::

        a = sin²(Δφ/2) + cos φ1 cos φ2 sin²(Δλ/2)
        d = 2 R asin √a
    """
    phi_1, phi_2 = np.deg2rad(latitude_1), np.deg2rad(latitude_2)
    half_dphi, half_dlambda = (phi_2 - phi_1) / 2, np.deg2rad(longitude_2 - longitude_1) / 2
    a = np.sin(half_dphi) ** 2 + np.cos(phi_1) * np.cos(phi_2) * np.sin(half_dlambda) ** 2
    distance: Array = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(a, 1.0)))
    return distance


def speeds(latitude: Array, longitude: Array, time: NDArray[np.int64], back: int, tolerance: float = 0.0) -> Array:
    """Speed from the position `back` rows before each.

    Parameters
    ----------
    latitude, longitude
        (n,) degrees, all present.
    time
        (n,) increasing times in ns.
    back
        1 for the position before, 2 for the one before that.
    tolerance
        Taken off every distance, in m.

    Returns
    -------
    ndarray
        (n,) knots; NaN in the first `back` rows.
    """
    speed = np.full(latitude.shape, np.nan)
    if latitude.size > back:
        distance = great_circle_distance(latitude[:-back], longitude[:-back], latitude[back:], longitude[back:])
        speed[back:] = np.maximum(distance - tolerance, 0.0) / ((time[back:] - time[:-back]) / NANOSECONDS) / KNOT
    return speed


def _test(dataset: xr.Dataset, _variables: Sequence[str], options: SpeedOptions, _context: Context) -> list[Outcome]:
    latitude, longitude = (numbers(dataset, name) for name in COORDINATES)
    time = nanoseconds(dataset)
    rows = np.flatnonzero(on_globe(latitude, longitude))
    track = latitude[rows], longitude[rows], time[rows]
    step = speeds(*track, 1, options.tolerance)
    step[1:][np.diff(time[rows]) > in_nanoseconds(options.max_gap.total_seconds())] = np.nan
    across = speeds(*track, 2, options.tolerance)
    level = np.full(time.shape, NOT_EVALUATED, dtype=np.int8)
    level[rows] = steps_to_blame(step, across, ((options.questionable, QUESTIONABLE), (options.bad, BAD)))
    return [Outcome(variable=name, name="speed", level=level) for name in COORDINATES]


TEST = QualityTest(
    name="speed",
    summary="Positions that the platform cannot have reached in time",
    options=SpeedOptions,
    test=_test,
    stages=("measured", "calibrated"),
    fixed_variables=fixed_coordinates,
    reach=lambda options: 2 * options.max_gap,
)
