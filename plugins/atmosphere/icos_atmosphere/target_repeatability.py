"""What targets tell of an analyser: continuous measurement repeatability, long-term repeatability and short-term target bias.

Targets are cylinders of known mole fraction that no calibration uses. The definitions are those by which the Thematic Centre describes the
columns CMR, LTR and STTB of its data:

==== ==================================================================================================
CMR  monthly average of the standard deviations of the short-term target over intervals of one minute
LTR  standard deviation of the averages of the target (10 min, about every 5 h) over three days
STTB mean of the target minus the value that the calibration laboratory assigned, linear between injections
==== ==================================================================================================

References
----------
Yver Kwok, C. et al. (2015), Atmos. Meas. Tech. 8, 3867-3892, doi:10.5194/amt-8-3867-2015.
Hazan, L. et al. (2016), Atmos. Meas. Tech. 9, 4719-4736, doi:10.5194/amt-9-4719-2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Moments = NDArray[np.datetime64]

__all__ = ["LTR_FEWEST", "LTR_WINDOW", "at_latest", "cmr", "cmr_at", "ltr", "sttb_at"]

LTR_WINDOW = np.timedelta64(3, "D")
LTR_FEWEST = 3
"""Injections of which a standard deviation says something."""


def cmr(time: Moments, minute_stdev: FloatArray, minutes: NDArray[Any] | None = None) -> FloatArray:
    """Return the continuous measurement repeatability of the calendar month (UTC) of each injection.

    Parameters
    ----------
    time
        (n,) times of the injections of one target, increasing.
    minute_stdev
        (n,) mean of the standard deviations within the minutes of the injection; NaN where it is unknown or does not count.
    minutes
        (n,) how many minutes that mean is of: an injection counts as often. Default: every injection counts once.

    Returns
    -------
    ndarray
        (n,) average over all minutes of the month, in the unit of `minute_stdev`; NaN in a month without any.
    """
    weight = np.where(np.isfinite(minute_stdev), 1.0 if minutes is None else np.asarray(minutes, dtype=np.float64), 0.0)
    _, month = np.unique(time.astype("datetime64[M]"), return_inverse=True)
    total = np.bincount(month, weights=weight * np.where(weight > 0, minute_stdev, 0.0))
    count = np.bincount(month, weights=weight)
    average = np.full(count.size, np.nan)
    np.divide(total, count, out=average, where=count > 0)
    return average[month]


def ltr(time: Moments, averages: FloatArray, window: np.timedelta64 = LTR_WINDOW, fewest: int = LTR_FEWEST) -> FloatArray:
    """Return the long-term repeatability up to and with each injection.

    Parameters
    ----------
    time
        (n,) times of the injections of one target, increasing.
    averages
        (n,) averages of the end of the injections; NaN where one does not count.
    window
        How far back injections count: those in (t - `window`, t].
    fewest
        Fewest injections that tell a standard deviation, 2 or more.

    Returns
    -------
    ndarray
        (n,) standard deviation (n - 1) of the averages in the window, in their unit; NaN of fewer than `fewest`.
    """
    rows = np.arange(time.size)
    first = np.searchsorted(time, time - window, side="right")
    longest = int((rows - first).max(initial=0)) + 1
    member = rows[:, None] - np.arange(longest)
    inside = member >= first[:, None]
    values = np.where(inside, averages[np.maximum(member, 0)], np.nan)
    known = np.isfinite(values)
    count = known.sum(axis=1)
    told = count >= fewest
    mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    squares = np.square(np.where(known, values - mean[:, None], 0.0)).sum(axis=1)
    return np.where(told, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


def sttb_at(moments: Moments, time: Moments, bias: FloatArray, hold: np.timedelta64 | None = None) -> FloatArray:
    """Return the short-term target bias at some times: linear between injections.

    Parameters
    ----------
    moments
        (m,) times at which it is wanted.
    time
        (n,) times of the injections, increasing.
    bias
        (n,) measured minus assigned value; NaN where it does not count.
    hold
        How long before the first and after the last injection the nearest one is held. Default: without limit.

    Returns
    -------
    ndarray
        (m,) bias in the unit of `bias`; NaN where no injection counts, and further than `hold` outside of them.
    """
    known = np.isfinite(bias)
    if not known.any():
        return np.full(moments.shape, np.nan)
    at, values = time[known], bias[known]
    start = at[0]
    seconds = np.timedelta64(1, "s")
    found: FloatArray = np.interp((moments - start) / seconds, (at - start) / seconds, values)
    if hold is not None:
        found[(moments < start - hold) | (moments > at[-1] + hold)] = np.nan
    return found


def at_latest(moments: Moments, time: Moments, values: FloatArray) -> FloatArray:
    """Return the value of the latest injection at or before some times; before the first that tells one, its value.

    Parameters
    ----------
    moments
        (m,) times at which it is wanted.
    time
        (n,) times of the injections, increasing.
    values
        (n,) a statistic such as the long-term repeatability; NaN where an injection does not tell it.

    Returns
    -------
    ndarray
        (m,) NaN where no injection tells it.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(moments.shape, np.nan)
    latest = np.searchsorted(time[known], moments, side="right") - 1
    return values[known][np.maximum(latest, 0)]


def cmr_at(moments: Moments, time: Moments, values: FloatArray) -> FloatArray:
    """Return the continuous measurement repeatability of the calendar month (UTC) of some times.

    Where the target was replaced within the month it is that of the latest injection at or before, else of the first of the month.

    Parameters
    ----------
    moments
        (m,) times at which it is wanted.
    time
        (n,) times of the injections, increasing.
    values
        (n,) what :func:`cmr` returns of them.

    Returns
    -------
    ndarray
        (m,) NaN in months without an injection that tells it.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(moments.shape, np.nan)
    at, told = time[known], values[known]
    of_injection, month = at.astype("datetime64[M]"), moments.astype("datetime64[M]")
    latest = np.searchsorted(at, moments, side="right") - 1
    first = np.searchsorted(of_injection, month, side="left")
    row = np.clip(np.maximum(latest, first), 0, at.size - 1)
    return np.where(of_injection[row] == month, told[row], np.nan)
