"""Local solar time: what a sundial shows.

References
----------
Spencer, J. W. (1971), Fourier series representation of the position of the sun, Search 2(5), 172. The printed constants are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["calendar_components", "decimal_year", "solar_time"]

_MINUTES_PER_RADIAN = 229.18


def solar_time(time: NDArray[np.datetime64], longitude: float) -> NDArray[np.datetime64]:
    """Return local solar time, cut to whole seconds.

    Parameters
    ----------
    time
        (n,) UTC.
    longitude
        Degrees east.

    Notes
    -----
    Solar time is UTC + 4 min per degree of longitude + E, with the equation of time

    E = 229.18 min (0.000075 + 0.001868 cos g - 0.032077 sin g - 0.014615 cos 2g - 0.040849 sin 2g)

    and g = 2π (d - 1) / 365 of the day of the year d. It is right within half a minute.
    """
    days = (time.astype("M8[D]") - time.astype("M8[Y]").astype("M8[D]")).astype(np.int64)
    angle = 2.0 * np.pi * days / 365.0
    series = 0.000075 + 0.001868 * np.cos(angle) - 0.032077 * np.sin(angle) - 0.014615 * np.cos(2 * angle) - 0.040849 * np.sin(2 * angle)
    minutes = 4.0 * longitude + _MINUTES_PER_RADIAN * series
    found: NDArray[np.datetime64] = time.astype("M8[s]") + np.floor(minutes * 60.0).astype(np.int64).astype("m8[s]")
    return found


def calendar_components(time: NDArray[np.datetime64]) -> NDArray[np.int16]:
    """Return year, month, day, hour, minute and second of times, (n, 6); fractions of a second are cut off."""
    seconds = time.astype("M8[s]")
    years, months, days = seconds.astype("M8[Y]"), seconds.astype("M8[M]"), seconds.astype("M8[D]")
    of_day = (seconds - days).astype(np.int64)
    parts = (
        years.astype(np.int64) + 1970,
        (months - years).astype(np.int64) + 1,
        (days - months).astype(np.int64) + 1,
        of_day // 3600,
        of_day // 60 % 60,
        of_day % 60,
    )
    return np.stack(parts, axis=1).astype(np.int16)


def decimal_year(time: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return times as years with their fraction: 2 July 2021, noon, is 2021.5."""
    years = time.astype("M8[Y]")
    start, end = years.astype("M8[s]"), (years + 1).astype("M8[s]")
    fraction = (time.astype("M8[ms]") - start.astype("M8[ms]")) / (end - start)
    return np.asarray(years.astype(np.int64) + 1970 + fraction, dtype=np.float64)
