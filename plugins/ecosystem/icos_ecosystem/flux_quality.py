"""Quality of fluxes from stationarity and developed turbulence: deviations, their classes 1 to 9, and flags made of two classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "CLASS_LIMITS",
    "GOECKEDE_LIMITS",
    "QualityScheme",
    "deviation_class",
    "foken",
    "friction_velocity_stationarity",
    "goeckede",
    "mauder_foken",
    "quality_flag",
    "stationarity",
]

CLASS_LIMITS = (15.0, 30.0, 50.0, 75.0, 100.0, 250.0, 500.0, 1000.0)
"""Largest deviation in percent of the classes 1 to 8; class 9 has none."""
GOECKEDE_LIMITS = (2, 4, 6, 8)
"""Worse of both classes up to which a flux has the flags 1 to 4 of :func:`goeckede`."""

QualityScheme = Literal["mauder-foken", "foken", "goeckede"]

# Worst class of stationarity and of turbulence of each flag of Foken's scheme: the first that fits holds.
_FOKEN = ((1, 1, 2), (2, 2, 2), (3, 2, 4), (4, 4, 2), (5, 4, 5), (6, 5, 5), (7, 6, 6), (8, 8, 8))


def stationarity(covariance: ArrayLike, parts: ArrayLike) -> NDArray[np.float64]:
    """Return how far the mean of the covariances of parts of a period is from that of the whole, in whole percent.

    Parameters
    ----------
    covariance
        Covariance (or variance) over the whole period, shape (n_periods,), after tilt correction and alignment of lags, not detrended.
    parts
        The same of its parts, usually six, shape (n_periods, n_parts); NaN where a part has none.

    Returns
    -------
    ndarray
        ``100 |cov - mean(parts)| / |cov|`` [%] with the fraction cut off, shape (n_periods,); NaN where there is no covariance.

    References
    ----------
    Foken and Wichura (1996), Agric. For. Meteorol. 78, 83, doi:10.1016/0168-1923(95)02248-1
    """
    return _deviation(np.asarray(covariance, np.float64), _mean(parts))


def friction_velocity_stationarity(uw: ArrayLike, vw: ArrayLike, parts_uw: ArrayLike, parts_vw: ArrayLike) -> NDArray[np.float64]:
    """Return the deviation of the friction velocity from the one of mean covariances of parts, in whole percent.

    The momentum flux is judged by it: ``u* = (uw^2 + vw^2)^(1/4)`` of the whole period and of the means over the parts.

    Parameters
    ----------
    uw, vw
        Covariances of the vertical wind with both horizontal components [m2 s-2], shape (n_periods,).
    parts_uw, parts_vw
        The same of parts, shape (n_periods, n_parts).
    """
    whole = np.sqrt(np.hypot(np.asarray(uw, np.float64), np.asarray(vw, np.float64)))
    return _deviation(whole, np.sqrt(np.hypot(_mean(parts_uw), _mean(parts_vw))))


def _mean(parts: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(parts, np.float64)
    known = np.isfinite(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: NDArray[np.float64] = np.where(known, values, 0.0).sum(axis=-1) / known.sum(axis=-1)
    return mean


def _deviation(whole: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.trunc(100.0 * np.abs((whole - mean) / whole))
    return np.where(np.isfinite(deviation), deviation, np.nan)


def deviation_class(deviation: ArrayLike) -> NDArray[np.float64]:
    """Return the class 1 to 9 of a deviation in percent, NaN where there is none.

    Limits are whole numbers, and so are the deviations of this module and of :mod:`~icos_ecosystem.integral_turbulence`: 15.9 % counts
    as 15. See :data:`CLASS_LIMITS`.

    References
    ----------
    Foken et al. (2004), in Lee et al. (eds), Handbook of Micrometeorology, 181-208, doi:10.1007/1-4020-2265-4_9
    """
    values = np.asarray(deviation, np.float64)
    classes = np.searchsorted(CLASS_LIMITS, np.trunc(np.nan_to_num(values)), side="left") + 1.0
    return np.where(np.isnan(values), np.nan, classes)


def mauder_foken(stationarity_class: ArrayLike, turbulence_class: ArrayLike) -> NDArray[np.float64]:
    """Return flag 0 (both classes at most 2), 1 (at most 5) or 2; NaN where a class is missing.

    Parameters
    ----------
    stationarity_class, turbulence_class
        Classes 1 to 9, shape (n_periods,). The momentum flux takes the worse class of u and w for turbulence, other fluxes that of w.

    References
    ----------
    Mauder and Foken (2004), Arbeitsergebnisse 26, Universität Bayreuth, Abt. Mikrometeorologie
    """
    worse = _worse(stationarity_class, turbulence_class)
    return np.where(np.isnan(worse), np.nan, np.select([worse <= 2, worse <= 5], [0.0, 1.0], 2.0))


def foken(stationarity_class: ArrayLike, turbulence_class: ArrayLike) -> NDArray[np.float64]:
    """Return flag 1 (best) to 9 of Foken's scheme; NaN where a class is missing.

    1 to 3 serve fundamental research, 4 to 6 general use as of continuous networks, 7 and 8 orientation, 9 is to be discarded.

    Parameters
    ----------
    stationarity_class, turbulence_class
        See :func:`mauder_foken`.

    References
    ----------
    Foken et al. (2004), in Lee et al. (eds), Handbook of Micrometeorology, 181-208, doi:10.1007/1-4020-2265-4_9
    """
    steady, developed = np.asarray(stationarity_class, np.float64), np.asarray(turbulence_class, np.float64)
    fits = [(steady <= worst_steady) & (developed <= worst_developed) for _, worst_steady, worst_developed in _FOKEN]
    flag = np.select(fits, [float(each) for each, _, _ in _FOKEN], 9.0)
    return np.where(np.isnan(_worse(steady, developed)), np.nan, flag)


def goeckede(stationarity_class: ArrayLike, turbulence_class: ArrayLike, limits: Sequence[int] = GOECKEDE_LIMITS) -> NDArray[np.float64]:
    """Return flag 1 (best) to 5; NaN where a class is missing.

    *Unverified*: that there are five flags, made of the nine classes, is documented; the table itself was not at hand, and no reference
    result uses it. The limits are therefore an argument, and their defaults ours: pairs of Foken's classes.

    Parameters
    ----------
    stationarity_class, turbulence_class
        See :func:`mauder_foken`.
    limits
        Worse of both classes up to which the flags 1, 2, 3 and 4 hold, increasing.

    Raises
    ------
    ValueError
        Unless there are four increasing limits.

    References
    ----------
    Göckede et al. (2004), Agric. For. Meteorol. 127, 175, doi:10.1016/j.agrformet.2004.07.012
    """
    if len(limits) != 4 or (np.diff(limits) <= 0).any():
        raise ValueError(f"goeckede: limits are {list(limits)}, expected four increasing classes such as {list(GOECKEDE_LIMITS)}")
    worse = _worse(stationarity_class, turbulence_class)
    return np.where(np.isnan(worse), np.nan, np.searchsorted(limits, np.nan_to_num(worse), side="left") + 1.0)


def quality_flag(scheme: QualityScheme, stationarity_class: ArrayLike, turbulence_class: ArrayLike) -> NDArray[np.float64]:
    """Return the flags of a scheme by its name.

    Raises
    ------
    ValueError
        For a scheme that there is not, with the nearest one.
    """
    schemes = {"mauder-foken": mauder_foken, "foken": foken, "goeckede": goeckede}
    if scheme not in schemes:
        raise ValueError(f"no scheme of quality flags {scheme!r}{hint(scheme, get_args(QualityScheme))}")
    return schemes[scheme](stationarity_class, turbulence_class)


def _worse(one: ArrayLike, other: ArrayLike) -> NDArray[np.float64]:
    worse: NDArray[np.float64] = np.maximum(np.asarray(one, np.float64), np.asarray(other, np.float64))
    return worse
