"""Which half-hourly fluxes to reject: severe errors, and outliers with moderate errors (Vitale et al. 2020).

References
----------
Vitale, D., et al. (2020), A robust data cleaning procedure for eddy covariance flux measurements, Biogeosciences 17, 1367-1391,
doi:10.5194/bg-17-1367-2020.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.rflux.robust_scale import qn_scale
from icos_ecosystem.rflux.seasonal_decomposition import seasonal_decomposition

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "KEPT",
    "KEPT_MODERATE",
    "KEPT_OUTLIER",
    "MISSING",
    "REJECTED_OUTLIER",
    "REJECTED_SEVERE",
    "decide",
    "flux_outliers",
    "laplace_outliers",
]

MISSING, KEPT, KEPT_MODERATE, KEPT_OUTLIER, REJECTED_OUTLIER, REJECTED_SEVERE = -1, 0, 1, 2, 3, 4
"""What becomes of a half hour: no flux; kept without an error, with a moderate one, as an outlier without an error; rejected as an outlier
with a moderate error, or for a severe one."""

_OFFSET = 1000.0
_DAY = 48
_SEASONAL_WINDOW, _TREND_WINDOW, _FINE_WINDOW = 7, 337, 7
_FEWEST_OF_CLASS = 10


def laplace_outliers(residual: ArrayLike, signal: ArrayLike, *, classes: int = 10, alpha: float = 0.01) -> NDArray[np.bool_]:
    """Return which residuals are too large for a Laplace distribution of those with a like signal.

    Parameters
    ----------
    residual, signal
        (n,), NaN where missing.
    classes
        Classes between quantiles of the signal. In a class with fewer than ten members all are outliers.
    alpha
        Probability of an outlier among regular values.

    Notes
    -----
    |r - median| > -Qn ln(alpha) in the class.
    """
    residuals, signals = (np.asarray(each, dtype=np.float64) for each in (residual, signal))
    there = np.isfinite(residuals) & np.isfinite(signals)
    outlier = np.zeros(residuals.shape, dtype=bool)
    if not there.any():
        return outlier
    inner = np.quantile(signals[there], np.linspace(0.0, 1.0, classes + 1)[1:-1])
    place = np.where(there, np.searchsorted(inner, signals, side="left"), -1)
    for k in range(classes):
        of_class = place == k
        members = residuals[of_class]
        if members.size < _FEWEST_OF_CLASS:
            outlier[of_class] = True
        else:
            outlier[of_class] = np.abs(members - np.median(members)) > -qn_scale(members) * np.log(alpha)
    return outlier


def flux_outliers(flux: ArrayLike, *, alpha: float = 0.01) -> NDArray[np.bool_]:
    """Return outliers of a regular half-hourly flux.

    Parameters
    ----------
    flux
        (n,) half-hourly values above -1000, NaN where missing, at least ten days of them, and a value in each half hour of the day.
    alpha
        As in :func:`laplace_outliers`.

    Notes
    -----
    log10(flux + 1000) is decomposed: period 48, seasonal window 7, trend 337, 20 updates of robustness, further components of 337 and 7
    samples; the remainder is judged in ten classes of the signal.
    """
    values = np.asarray(flux, dtype=np.float64)
    logarithm = np.log10(values + _OFFSET)
    parts = seasonal_decomposition(
        logarithm,
        _DAY,
        seasonal_window=_SEASONAL_WINDOW,
        trend_window=_TREND_WINDOW,
        outer=20,
        component_windows=(_TREND_WINDOW, _FINE_WINDOW),
    )
    return laplace_outliers(parts.remainder, logarithm - parts.remainder, alpha=alpha)


def decide(flux: ArrayLike, severe: ArrayLike, moderate: ArrayLike, *, alpha: float = 0.01) -> NDArray[np.int8]:
    """Return what becomes of each half hour.

    Parameters
    ----------
    flux
        (n,) regular half-hourly flux, NaN where missing.
    severe, moderate
        (n,) from :func:`icos_ecosystem.rflux.flags.evaluate`.
    alpha
        As in :func:`laplace_outliers`.

    Returns
    -------
    numpy.ndarray
        (n,) int8: `MISSING` … `REJECTED_SEVERE`.

    Raises
    ------
    ValueError
        If what severe errors leave cannot be decomposed.
    """
    values = np.asarray(flux, dtype=np.float64)
    wrong, doubtful = np.asarray(severe, dtype=bool), np.asarray(moderate, dtype=bool)
    there = np.isfinite(values)
    outlier = flux_outliers(np.where(wrong, np.nan, values), alpha=alpha)
    code = np.select(
        [~there, wrong, outlier & doubtful, outlier, doubtful],
        [MISSING, REJECTED_SEVERE, REJECTED_OUTLIER, KEPT_OUTLIER, KEPT_MODERATE],
        default=KEPT,
    )
    return code.astype(np.int8)
