"""Day and night as the programs that partition fluxes see them: potential radiation, sunrise and sunset.

References
----------
Spencer, J. W. (1971), Fourier series representation of the position of the sun, Search 2, 172.
Linacre, E. (1992), Climate data and resources: a reference and guide, Routledge, London.
Meeus, J. (1998), Astronomical algorithms, 2nd ed., Willmann-Bell, Richmond (chapters 25 and 28: the equation of time).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.solar_radiation import declination_of, distance_factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["potential_radiation_oneflux", "potential_radiation_reddyproc", "sunrise_and_sunset"]

_ONEFLUX_SOLAR_CONSTANT = 1376.0
_REDDYPROC_SOLAR_CONSTANT = 1366.1
_MINUTES_OF_DAY = 1440


def potential_radiation_oneflux(
    start: NDArray[np.datetime64], latitude: float, longitude: float, utc_offset: float, *, minutes: int = 30
) -> FloatArray:
    """Return ONEFlux's SW_IN_POT: the mean of an interval's minutes, the sun highest at the true noon of the day [W m-2].

    Parameters
    ----------
    start
        (n,) local standard time at which intervals start.
    latitude, longitude
        Degrees north and east.
    utc_offset
        Hours that local standard time is ahead of UTC.
    minutes
        Length of an interval.

    Returns
    -------
    FloatArray
        (n,), zero when the sun is below the horizon.

    Notes
    -----
    Radiation of minute m of a day is that of minute m - s of a day whose noon is at 12 h; s is the whole number of minutes (rounded down,
    with seconds rounded to the nearest) by which the true noon, after the equation of time of Meeus (1998), comes after 12 h. Distance and
    declination are those of Spencer (1971), of the whole day. ONEFlux moves the day's minutes and fills the ones that come free with
    zero, so that the sun of a polar summer sets at midnight for as long as s; here it does not.
    """
    day = start.astype("datetime64[D]")
    days, index = np.unique(day, return_inverse=True)
    shift = np.floor(_minute_of_noon(days, longitude, utc_offset) + 0.5 / 60.0) - 720.0
    first = (start - day).astype("timedelta64[s]").astype(np.float64) / 60.0
    minute = first[:, np.newaxis] + np.arange(minutes) - shift[index][:, np.newaxis]
    year = 2.0 * np.pi * (_day_of_year(day) - 1.0) / 365.0
    lat, declination = np.radians(latitude), declination_of(year)
    base, swing = np.sin(declination) * np.sin(lat), np.cos(declination) * np.cos(lat)
    sine = base[:, np.newaxis] - swing[:, np.newaxis] * np.cos(2.0 * np.pi / _MINUTES_OF_DAY * minute)
    radiation: FloatArray = _ONEFLUX_SOLAR_CONSTANT * distance_factor(year) * np.maximum(sine, 0.0).mean(axis=1)
    return radiation


def potential_radiation_reddyproc(
    start: NDArray[np.datetime64], latitude: float, longitude: float, utc_offset: float, *, minutes: int = 30
) -> FloatArray:
    """Return REddyProc's potential radiation, of the middle of an interval in solar time [W m-2].

    Parameters
    ----------
    start, latitude, longitude, utc_offset, minutes
        As for :func:`potential_radiation_oneflux`.

    Returns
    -------
    FloatArray
        (n,), zero when the sun is below the horizon.

    Notes
    -----
    With the angle of the year f = 2 pi (day - 1) / 365.24 of the whole day of the year, in local standard time: the distance is that of
    Spencer (1971), declination and equation of time are fits to harmonics of f up to the third, the solar constant is 1366.1 W m-2.
    """
    day = start.astype("datetime64[D]")
    hour = (start - day).astype("timedelta64[s]").astype(np.float64) / 3600.0 + minutes / 120.0
    f = 2.0 * np.pi * (_day_of_year(day) - 1.0) / 365.24
    ahead = (
        0.0072 * np.cos(f)
        - 0.0528 * np.cos(2.0 * f)
        - 0.0012 * np.cos(3.0 * f)
        - 0.1229 * np.sin(f)
        - 0.1565 * np.sin(2.0 * f)
        - 0.0041 * np.sin(3.0 * f)
    )
    declination = np.radians(
        0.33281
        - 22.984 * np.cos(f)
        - 0.34990 * np.cos(2.0 * f)
        - 0.13980 * np.cos(3.0 * f)
        + 3.7872 * np.sin(f)
        + 0.03205 * np.sin(2.0 * f)
        + 0.07187 * np.sin(3.0 * f)
    )
    lat = np.radians(latitude)
    angle = np.pi / 12.0 * (hour + longitude / 15.0 - utc_offset + ahead - 12.0)
    sine = np.sin(declination) * np.sin(lat) + np.cos(declination) * np.cos(lat) * np.cos(angle)
    radiation: FloatArray = _REDDYPROC_SOLAR_CONSTANT * distance_factor(f) * np.maximum(sine, 0.0)
    return radiation


def sunrise_and_sunset(day_of_year: NDArray[np.integer], latitude: float) -> tuple[FloatArray, FloatArray]:
    """Return hours of sunrise and sunset in solar time, as ONEFlux's partitioning takes them: from the latitude only.

    Parameters
    ----------
    day_of_year
        (n,), 1 on the first of January.
    latitude
        Degrees north.

    Returns
    -------
    sunrise, sunset
        (n,) hours. Where the sun never sets 0 and 24, where it never rises 12 and 12.

    Notes
    -----
    Linacre (1992): declination 23.45 degrees times sin(2 pi (day - 80) / 365), half a day's length arccos(-tan(latitude) tan(declination)).
    """
    declination = np.radians(23.45) * np.sin(2.0 * np.pi * (day_of_year - 80.0) / 365.0)
    cosine = np.clip(-np.tan(np.radians(latitude)) * np.tan(declination), -1.0, 1.0)
    half: FloatArray = 12.0 / np.pi * np.arccos(cosine)
    return 12.0 - half, 12.0 + half


def _day_of_year(day: NDArray[np.datetime64]) -> FloatArray:
    number: FloatArray = (day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) + 1.0
    return number


def _minute_of_noon(day: NDArray[np.datetime64], longitude: float, utc_offset: float) -> FloatArray:
    """Return (n,) minutes of local standard time at which the sun is highest."""
    days = (day - np.datetime64("2000-01-01")).astype(np.float64) - 0.5
    mean = 720.0 - 4.0 * longitude
    first = mean - _equation_of_time(days - longitude / 360.0)
    return mean - _equation_of_time(days - 0.5 + first / _MINUTES_OF_DAY) + 60.0 * utc_offset


def _equation_of_time(days: FloatArray) -> FloatArray:
    """Return minutes that the sun is ahead of the mean sun, from days since noon of the first of January 2000 (Meeus 1998, 28.3)."""
    century = days / 36525.0
    mean_longitude = np.radians(280.46646 + century * (36000.76983 + 0.0003032 * century))
    anomaly = np.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    seconds = 21.448 - century * (46.8150 + century * (0.00059 - century * 0.001813))
    obliquity = 23.0 + (26.0 + seconds / 60.0) / 60.0 + 0.00256 * np.cos(np.radians(125.04 - 1934.136 * century))
    y = np.tan(np.radians(obliquity) / 2.0) ** 2
    angle = (
        y * np.sin(2.0 * mean_longitude)
        - 2.0 * eccentricity * np.sin(anomaly)
        + 4.0 * eccentricity * y * np.sin(anomaly) * np.cos(2.0 * mean_longitude)
        - 0.5 * y**2 * np.sin(4.0 * mean_longitude)
        - 1.25 * eccentricity**2 * np.sin(2.0 * anomaly)
    )
    minutes: FloatArray = 4.0 * np.degrees(angle)
    return minutes
