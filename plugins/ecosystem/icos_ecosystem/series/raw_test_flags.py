"""Flags of raw series from what :mod:`icos_ecosystem.series.raw_tests` measured, with EddyPro's thresholds and words.

Functions take numbers of any shape, usually one for each averaging period, and return int8 of that shape: 0 passed, 1 failed,
9 not known, because the number is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "DISCONTINUITY_LIMITS",
    "NOT_KNOWN",
    "amplitude_resolution_flag",
    "attack_angle_flag",
    "digits",
    "discontinuity_flag",
    "drop_out_flag",
    "limits_flag",
    "moments_flag",
    "spikes_flag",
    "time_lag_flag",
    "unsteady_wind_flag",
]

NOT_KNOWN = 9

DISCONTINUITY_LIMITS = {
    "u": (4.0, 2.7),
    "v": (4.0, 2.7),
    "w": (2.0, 1.3),
    "ts": (4.0, 2.7),
    "co2": (40.0, 27.0),
    "h2o": (3.26, 2.2),
    "ch4": (40.0, 30.0),
    "n2o": (40.0, 30.0),
}
"""Hard and soft limits of :func:`icos_ecosystem.series.raw_tests.discontinuity` of the mean, in the units of the series."""


def _flag(failed: ArrayLike, *numbers: ArrayLike) -> NDArray[np.int8]:
    """Return 1 where failed, 0 where not, and 9 where any number is missing."""
    missing = np.logical_or.reduce([np.isnan(np.asarray(number, np.float64)) for number in numbers])
    return np.where(missing, NOT_KNOWN, np.asarray(failed)).astype(np.int8)


def spikes_flag(spikes: ArrayLike, samples: ArrayLike, *, limit: float = 1.0) -> NDArray[np.int8]:
    """Flag more spikes than `limit` percent of the samples, or as many."""
    spikes, samples = np.asarray(spikes, np.float64), np.asarray(samples, np.float64)
    return _flag(100.0 * spikes >= limit * samples, spikes, samples)


def limits_flag(outside: ArrayLike) -> NDArray[np.int8]:
    """Flag any sample out of absolute limits; `outside` is the number of them."""
    return _flag(np.asarray(outside) > 0, outside)


def amplitude_resolution_flag(empty_bins: ArrayLike, *, limit: float = 70.0) -> NDArray[np.int8]:
    """Flag a share of empty bins [percent] at `limit` or more."""
    return _flag(np.asarray(empty_bins) >= limit, empty_bins)


def drop_out_flag(
    central: ArrayLike, extreme: ArrayLike, *, central_limit: float = 10.0, extreme_limit: float = 6.0, integer_division: bool = False
) -> NDArray[np.int8]:
    """Flag drop-outs.

    Parameters
    ----------
    central, extreme
        Longest drop-outs [percent]: ``central_drop_out`` and ``extreme_drop_out`` of :class:`icos_ecosystem.series.raw_tests.Resolution`.
    central_limit, extreme_limit
        What is flagged, or more.
    integer_division
        As EddyPro: takes ``central_repeats`` and ``extreme_repeats``, loses their fractions of one before they become percent, and judges
        the extreme bins only. Practically nothing is flagged.
    """
    central, extreme = np.asarray(central, np.float64), np.asarray(extreme, np.float64)
    if integer_division:
        return _flag(100.0 * np.floor(extreme / 100.0) >= extreme_limit, central, extreme)
    return _flag((central >= central_limit) | (extreme >= extreme_limit), central, extreme)


def moments_flag(
    skewness: ArrayLike,
    kurtosis: ArrayLike,
    *,
    skewness_limits: tuple[float, float] = (-2.0, 2.0),
    kurtosis_limits: tuple[float, float] = (1.0, 8.0),
) -> NDArray[np.int8]:
    """Flag higher moments at their limits or beyond; the soft limits are (-1, 1) and (2, 5)."""
    skewness, kurtosis = np.asarray(skewness, np.float64), np.asarray(kurtosis, np.float64)
    beyond = [(x <= low) | (x >= high) for x, (low, high) in ((skewness, skewness_limits), (kurtosis, kurtosis_limits))]
    return _flag(beyond[0] | beyond[1], skewness, kurtosis)


def discontinuity_flag(mean: ArrayLike, variance: ArrayLike, *, mean_limit: float, variance_limit: float = 3.0) -> NDArray[np.int8]:
    """Flag differences at their limit or beyond: :data:`DISCONTINUITY_LIMITS`, and of the variance 3 (hard) or 2 (soft)."""
    mean, variance = np.asarray(mean, np.float64), np.asarray(variance, np.float64)
    return _flag((mean >= mean_limit) | (variance >= variance_limit), mean, variance)


def time_lag_flag(mismatch: ArrayLike, *, limit: float = 20.0) -> NDArray[np.int8]:
    """Flag a mismatch [percent] at `limit` or more; the soft limit is 10."""
    return _flag(np.asarray(mismatch) >= limit, mismatch)


def attack_angle_flag(share: ArrayLike, *, limit: float = 10.0) -> NDArray[np.int8]:
    """Flag a share of steep angles of attack [percent] at `limit` or more."""
    return _flag(np.asarray(share) >= limit, share)


def unsteady_wind_flag(along: ArrayLike, across: ArrayLike, vector: ArrayLike, *, limit: float = 0.5) -> NDArray[np.int8]:
    """Flag a change of the wind, as share of the mean wind, at `limit` or more."""
    largest = np.maximum(np.maximum(along, across), vector)
    return _flag(largest >= limit, largest)


def digits(flags: ArrayLike) -> NDArray[np.str_]:
    """Write flags as EddyPro does: an 8, then one digit for each flag.

    Parameters
    ----------
    flags
        Flags of 0 to 9, shape (..., k): k = 8 variables (u, v, w, ts, co2, h2o, ch4, fourth gas), 4 gases or 1.

    Returns
    -------
    ndarray of str
        Shape (...).

    Examples
    --------
    >>> str(digits([1, 0, 0, 0, 0, 1, 9, 9]))
    '810000199'
    """
    values = np.asarray(flags, np.int64)
    places = 10 ** np.arange(values.shape[-1] - 1, -1, -1)
    return np.asarray(8 * 10 ** values.shape[-1] + values @ places).astype(np.str_)
