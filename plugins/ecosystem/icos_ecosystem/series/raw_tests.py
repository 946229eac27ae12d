"""What tests of raw series measure, after Vickers and Mahrt (1997); flags follow in :mod:`icos_ecosystem.series.raw_test_flags`.

Each function takes series of one averaging period, shape (n,), NaN where missing. All but :func:`time_lag_mismatch`, whose numbers come
from covariances, want despiked series; :func:`wind_unsteadiness` wants rotated ones.

References
----------
Vickers and Mahrt (1997), J. Atmos. Ocean. Technol. 14, 512, doi:10.1175/1520-0426(1997)014<0512:QCAFSP>2.0.CO;2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ecosystem.series.amplitude_resolution import Resolution, resolution_and_drop_outs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ABSOLUTE_LIMITS",
    "Discontinuity",
    "HigherMoments",
    "Resolution",
    "Unsteadiness",
    "attack_angle_share",
    "discontinuity",
    "higher_moments",
    "outside_limits",
    "resolution_and_drop_outs",
    "time_lag_mismatch",
    "wind_outside_limits",
    "wind_unsteadiness",
]

ABSOLUTE_LIMITS = {
    "u": (-30.0, 30.0),
    "v": (-30.0, 30.0),
    "w": (-5.0, 5.0),
    "ts": (233.15, 323.15),
    "co2": (200.0, 900.0),
    "h2o": (0.0, 40.0),
    "ch4": (0.17, 1000.0),
    "n2o": (0.032, 1000.0),
}
"""Lowest and highest plausible value (EddyPro's defaults): m s-1, K, of gases µmol mol-1, of water vapour mmol mol-1."""


class HigherMoments(NamedTuple):
    """Skewness, and kurtosis (3 if normal)."""

    skewness: float
    kurtosis: float


class Discontinuity(NamedTuple):
    """Largest difference between the halves of a window: of the mean in units of the series, of the variance in variances of the series."""

    mean: float
    variance: float


class Unsteadiness(NamedTuple):
    """Change of the horizontal wind over the period, as share of the mean wind: along it, across it and of the vector."""

    along: float
    across: float
    vector: float


def outside_limits(x: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    """Return which samples are out of absolute limits; what is missing is not. See :data:`ABSOLUTE_LIMITS`."""
    return (x < low) | (x > high)


def wind_outside_limits(
    u: NDArray[np.float64], v: NDArray[np.float64], w: NDArray[np.float64], *, horizontal: float = 30.0, vertical: float = 5.0
) -> NDArray[np.bool_]:
    """Return for which samples any wind component is out of limits [m s-1]: of a broken measurement no component is good."""
    return (np.abs(u) > horizontal) | (np.abs(v) > horizontal) | (np.abs(w) > vertical)


def higher_moments(x: NDArray[np.float64]) -> HigherMoments:
    """Return skewness and kurtosis about the linear trend.

    Parameters
    ----------
    x
        Series, shape (n,).

    Returns
    -------
    HigherMoments
        NaN where the series has less than three valid samples or does not vary about its trend.

    Notes
    -----
    ``sum(x'^k) / s^k / (n - 1)`` for k = 3, 4 with ``s² = sum(x'²) / n``, as EddyPro does.
    """
    time = np.flatnonzero(np.isfinite(x)).astype(np.float64)
    if time.size < 3:
        return HigherMoments(np.nan, np.nan)
    time -= time.mean()
    fluctuation = x[np.isfinite(x)]
    scale = float(np.abs(fluctuation).max())
    fluctuation = fluctuation - fluctuation.mean()
    fluctuation -= time * (time @ fluctuation) / (time @ time)
    squares = fluctuation * fluctuation
    variance = float(squares.mean())
    if variance <= (1e-14 * scale) ** 2:
        return HigherMoments(np.nan, np.nan)
    degrees = time.size - 1
    return HigherMoments(float(squares @ fluctuation) / variance**1.5 / degrees, float(squares @ squares) / variance**2 / degrees)


def discontinuity(
    x: NDArray[np.float64], *, window: int, step: int = 100, signed_difference: bool = False, deviation_for_variance: bool = False
) -> Discontinuity:
    """Measure semi-permanent changes by the Haar transform.

    Parameters
    ----------
    x
        Series, shape (n,).
    window
        Samples of the window whose halves are compared; a sixth of the averaging period is usual.
    step
        Samples by which the window moves.
    signed_difference
        Only decreases count, as in EddyPro.
    deviation_for_variance
        Standard deviations of the halves are compared instead of variances, as in EddyPro.

    Returns
    -------
    Discontinuity
        NaN where no window has two valid samples in each half.
    """
    valid = np.isfinite(x)
    if valid.sum() < 4:
        return Discontinuity(np.nan, np.nan)
    fluctuation = np.where(valid, x - np.mean(x[valid]), 0.0)
    half = min(window, x.size) // 2
    starts = np.arange(0, x.size - 2 * half + 1, step)
    count, total, squares = (_sums(part, starts, half) for part in (valid, fluctuation, fluctuation**2))
    enough = (count > 1).all(axis=0)
    if not enough.any():
        return Discontinuity(np.nan, np.nan)
    count, total, squares = count[:, enough], total[:, enough], squares[:, enough]
    mean = total / count
    spread = np.maximum(squares - total * mean, 0.0) / (count - 1)
    if deviation_for_variance:
        spread = np.sqrt(spread)
    variance = float(np.sum(fluctuation**2)) / valid.sum()
    changes = mean[0] - mean[1], (spread[0] - spread[1]) / variance if variance > 0 else np.zeros(mean.shape[1])
    largest = (np.max(change if signed_difference else np.abs(change)) for change in changes)
    return Discontinuity(*map(float, largest))


def _sums(x: NDArray[np.generic], starts: NDArray[np.intp], half: int) -> NDArray[np.float64]:
    """Return sums over the first and second halves of the windows, shape (2, windows)."""
    cumulative = np.concatenate([[0.0], np.cumsum(x, dtype=np.float64)])
    return np.stack([cumulative[starts + half] - cumulative[starts], cumulative[starts + 2 * half] - cumulative[starts + half]])


def time_lag_mismatch(largest: ArrayLike, expected: ArrayLike) -> NDArray[np.float64]:
    """Return by how many percent the covariance with w at the best lag exceeds that at the expected one; any shape, any unit."""
    largest, expected = np.abs(largest), np.abs(expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100.0 * (largest - expected) / expected, np.float64)


def attack_angle_share(
    u: NDArray[np.float64], v: NDArray[np.float64], w: NDArray[np.float64], *, low: float = -30.0, high: float = 30.0
) -> float:
    """Return the share [percent] of valid samples whose angle of attack [degree] is beyond limits; wind [m s-1] before rotation."""
    angle = np.degrees(np.arctan2(w, np.hypot(u, v)))
    valid = np.count_nonzero(np.isfinite(angle))
    return 100.0 * np.count_nonzero(outside_limits(angle, low, high)) / valid if valid else np.nan


def wind_unsteadiness(u: NDArray[np.float64], v: NDArray[np.float64]) -> Unsteadiness:
    """Return how the wind's linear trend changes it over the period; u and v [m s-1] along and across the mean wind."""
    changes = _change(u), _change(v)
    mean = float(np.mean(u[np.isfinite(u)])) if np.isfinite(u).any() else np.nan
    along, across = (abs(change / mean) if mean else np.nan for change in changes)
    return Unsteadiness(along, across, float(np.hypot(along, across)))


def _change(x: NDArray[np.float64]) -> float:
    """Return the difference of the linear trend between the last sample and the first."""
    time = np.flatnonzero(np.isfinite(x)).astype(np.float64)
    if time.size < 2:
        return np.nan
    time -= time.mean()
    return float(time @ x[np.isfinite(x)] / (time @ time) * (x.size - 1))
