"""Short-wave radiation at the top of the atmosphere, and day and night."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["NIGHT_BELOW", "declination_of", "distance_factor", "potential_radiation"]

_SOLAR_CONSTANT = 1376.0
NIGHT_BELOW = 12.0
"""Potential radiation [W m-2] below which it is night."""
_QUARTER = 0.25


def potential_radiation(
    time: NDArray[np.datetime64], latitude: float, longitude: float, utc_offset: float, *, clock_noon: bool = False
) -> FloatArray:
    """Return the short-wave radiation on a level surface at the top of the atmosphere [W m-2].

    Parameters
    ----------
    time
        (n,) UTC.
    latitude, longitude
        Degrees north and east.
    utc_offset
        Hours that local standard time is ahead of UTC; the day of the year is that of local standard time.
    clock_noon
        Quirk of EddyPro: the sun is highest at 12 h of local standard time, whatever the longitude and the day of the year, and the
        result is the mean of what holds a quarter of an hour before and after `time`. With the *start* of half hours as `time` this gives
        EddyPro's SW_IN_POT to its six digits. For periods of another length the quarter of an hour is unverified.

    Notes
    -----
    The sun's distance and declination are those of Spencer (1971), the equation of time that of Campbell and Norman (1998). The solar
    constant is 1376 W m-2, which is EddyPro's; that measured from space is 1361 W m-2 (Kopp and Lean 2011).

    References
    ----------
    Spencer, J. W. (1971), Fourier series representation of the position of the sun, Search 2, 172.
    Campbell, G. S. and Norman, J. M. (1998), An introduction to environmental biophysics, doi:10.1007/978-1-4612-1626-1, chapter 11.
    Kopp, G. and Lean, J. L. (2011), Geophys. Res. Lett. 38, L01706, doi:10.1029/2010GL045777.
    """
    local = time + np.timedelta64(round(utc_offset * 3600), "s")
    day = local.astype("datetime64[D]")
    day_of_year = (day - local.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) + 1.0
    hour = (local - day).astype("timedelta64[ns]").astype(np.float64) / 3.6e12
    year = 2.0 * np.pi * (day_of_year - 1.0) / 365.0
    at_zenith = _SOLAR_CONSTANT * distance_factor(year)
    declination, lat = declination_of(year), np.radians(latitude)
    base, swing = np.sin(lat) * np.sin(declination), np.cos(lat) * np.cos(declination)

    def at(after_noon: FloatArray) -> FloatArray:
        sine_of_elevation: FloatArray = base + swing * np.cos(np.radians(15.0 * after_noon))
        return at_zenith * np.maximum(sine_of_elevation, 0.0)

    if clock_noon:
        return 0.5 * (at(hour - 12.0 - _QUARTER) + at(hour - 12.0 + _QUARTER))
    return at(hour - 12.0 + longitude / 15.0 - utc_offset + _equation_of_time(day_of_year))


def distance_factor(year: FloatArray) -> FloatArray:
    """Return the square of the sun's mean distance over its distance, from the angle of the year [radians] (Spencer 1971)."""
    factor: FloatArray = (
        1.00011 + 0.034221 * np.cos(year) + 0.00128 * np.sin(year) + 0.000719 * np.cos(2.0 * year) + 0.000077 * np.sin(2.0 * year)
    )
    return factor


def declination_of(year: FloatArray) -> FloatArray:
    """Return the sun's declination [radians] from the angle of the year [radians] (Spencer 1971)."""
    declination: FloatArray = (
        0.006918
        - 0.399912 * np.cos(year)
        + 0.070257 * np.sin(year)
        - 0.006758 * np.cos(2.0 * year)
        + 0.000907 * np.sin(2.0 * year)
        - 0.002697 * np.cos(3.0 * year)
        + 0.00148 * np.sin(3.0 * year)
    )
    return declination


def _equation_of_time(day_of_year: FloatArray) -> FloatArray:
    """Return how far the sun is ahead of the mean sun [hours]."""
    f = np.radians(279.575 + 0.9856 * day_of_year)
    hours: FloatArray = (
        -104.7 * np.sin(f)
        + 596.2 * np.sin(2.0 * f)
        + 4.3 * np.sin(3.0 * f)
        - 12.7 * np.sin(4.0 * f)
        - 429.3 * np.cos(f)
        - 2.0 * np.cos(2.0 * f)
        + 19.3 * np.cos(3.0 * f)
    ) / 3600.0
    return hours
