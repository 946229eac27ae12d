"""Representativeness of hourly means: the month's own semivariogram, and the minutes in which each hour was sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.products.hourly_minutes import HOUR
from icos_atmosphere.representativeness import MINUTES, minute_pairs, plume_uncertainty, pooled, sampling_uncertainty, semivariogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.products.hourly_minutes import GasMinutes

    FloatArray = NDArray[np.float64]

__all__ = ["representativeness"]

_INDEPENDENT = ("_uncertainty_repeatability", "_uncertainty_representativeness")


def representativeness(minutes: GasMinutes, first: np.datetime64, excess: FloatArray) -> FloatArray:
    """Return the standard uncertainty of each hour's mean because not all of its minutes were sampled.

    Parameters
    ----------
    minutes
        The minutes that count.
    first
        Start of the first hour.
    excess
        (hours,) mean with spikes minus mean without.

    Returns
    -------
    ndarray
        (hours,) in the unit of the gas; 0 of hours that were sampled throughout; NaN without a minute, and where no pair of minutes tells
        how variable the air is.
    """
    hours = excess.size
    place = minutes.hour * MINUTES + minutes.minute
    sampled = np.bincount(place, minlength=hours * MINUTES).reshape(hours, MINUTES).astype(np.float64)
    flat = np.full((hours + 1) * MINUTES, np.nan)
    flat[place[~minutes.spike]] = minutes.columns[""][~minutes.spike]
    grid = flat.reshape(hours + 1, MINUTES)
    month = (first + np.arange(hours) * HOUR).astype("datetime64[M]")
    begins = np.flatnonzero(np.append(True, month[1:] != month[:-1]))
    months = list(zip(begins, np.append(begins[1:], hours), strict=True))
    noise = _noise(minutes, np.searchsorted(begins, minutes.hour, side="right") - 1, len(months))
    pairs = [minute_pairs(grid[begin : end + 1], of_month) for (begin, end), of_month in zip(months, noise, strict=True)]
    found = np.full(hours, np.nan)
    for (begin, end), each in zip(months, pooled(pairs), strict=True):
        gamma = semivariogram(each)
        if gamma is not None:
            found[begin:end] = sampling_uncertainty(sampled[begin:end], gamma)
    found[sampled.min(axis=1) == 1] = 0.0
    return np.hypot(found, plume_uncertainty(excess, sampled)) if minutes.spike.any() else found


def _noise(minutes: GasMinutes, month: NDArray[np.intp], months: int) -> list[FloatArray | None]:
    """Return the independent uncertainty of the minutes of each month, None where no minute has any."""
    parts = [minutes.columns[name] for name in _INDEPENDENT if name in minutes.columns]
    if not parts:
        return [None] * months
    noise: FloatArray = np.sqrt(np.sum(np.square(np.nan_to_num(parts)), axis=0))
    # Minutes of several instruments are not in order of time.
    return [noise[month == number] for number in range(months)]
