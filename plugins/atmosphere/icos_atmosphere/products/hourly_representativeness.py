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
    sampled = np.zeros((hours, MINUTES), dtype=bool)
    sampled.ravel()[place] = True
    undisturbed = np.flatnonzero(~minutes.spike)
    # Minutes of several instruments are not in order of time.
    rows = undisturbed[np.argsort(place[undisturbed], kind="stable")]
    minute, values, noise = place[rows], minutes.columns[""][rows], _noise(minutes, rows)
    month = (first + np.arange(hours) * HOUR).astype("datetime64[M]")
    begins = np.flatnonzero(np.append(True, month[1:] != month[:-1]))
    months = list(zip(begins.tolist(), [*begins[1:].tolist(), hours], strict=True))
    pairs = []
    for begin, end in months:
        # Pairs end in the hour after the month, too.
        part = slice(*np.searchsorted(minute, [begin * MINUTES, (end + 1) * MINUTES]).tolist())
        pairs.append(minute_pairs(minute[part], values[part], end * MINUTES, noise[part] if noise is not None else None))
    found = np.full(hours, np.nan)
    for (begin, end), each in zip(months, pooled(pairs), strict=True):
        gamma = semivariogram(each)
        if gamma is not None:
            found[begin:end] = sampling_uncertainty(sampled[begin:end], gamma)
    found[sampled.all(axis=1)] = 0.0
    return np.hypot(found, plume_uncertainty(excess, sampled)) if minutes.spike.any() else found


def _noise(minutes: GasMinutes, rows: NDArray[np.intp]) -> FloatArray | None:
    """Return the independent uncertainty of minutes, None where none has any."""
    parts = [minutes.columns[name][rows] for name in _INDEPENDENT if name in minutes.columns]
    if not parts:
        return None
    noise: FloatArray = np.sqrt(np.sum(np.square(np.nan_to_num(parts)), axis=0))
    return noise
