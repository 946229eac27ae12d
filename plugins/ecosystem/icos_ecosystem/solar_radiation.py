"""Short-wave radiation at the top of the atmosphere, and day and night."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["NIGHT_BELOW", "potential_radiation"]

_SOLAR_CONSTANT = 1376.0
NIGHT_BELOW = 12.0
"""Potential radiation [W m-2] below which it is night."""


def potential_radiation(time: NDArray[np.datetime64], latitude: float, longitude: float, utc_offset: float) -> FloatArray:
    """Return the short-wave radiation on a level surface at the top of the atmosphere [W m-2].

    Parameters
    ----------
    time
        (n,) UTC.
    latitude, longitude
        Degrees north and east.
    utc_offset
        Hours that local standard time is ahead of UTC; the day of the year is that of local standard time.

    References
    ----------
    Campbell, G. S. and Norman, J. M. (1998), An introduction to environmental biophysics, doi:10.1007/978-1-4612-1626-1, chapter 11.
    """
    local = time + np.timedelta64(round(utc_offset * 3600), "s")
    day = local.astype("datetime64[D]")
    day_of_year = (day - local.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) + 1.0
    hour = (local - day).astype("timedelta64[ns]").astype(np.float64) / 3.6e12
    angle = np.radians(278.97 + 0.9856 * day_of_year + 1.9165 * np.sin(np.radians(356.6 + 0.9856 * day_of_year)))
    declination = np.arcsin(0.39785 * np.sin(angle))
    f = np.radians(279.575 + 0.9856 * day_of_year)
    equation_of_time = (
        -104.7 * np.sin(f)
        + 596.2 * np.sin(2.0 * f)
        + 4.3 * np.sin(3.0 * f)
        - 12.7 * np.sin(4.0 * f)
        - 429.3 * np.cos(f)
        - 2.0 * np.cos(2.0 * f)
        + 19.3 * np.cos(3.0 * f)
    ) / 3600.0
    noon = 12.0 - (longitude - 15.0 * utc_offset) / 15.0 - equation_of_time
    hour_angle = np.radians(15.0 * (hour - noon))
    lat = np.radians(latitude)
    elevation = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(hour_angle)
    return _SOLAR_CONSTANT * np.maximum(elevation, 0.0)
