"""Covariances of the wind with a scalar over a window of time lags, of the whole period and of its sub-intervals, in one pass.

The scalar is shifted against the wind, ``s(t + lag)``; what is left without a partner at either end takes no part, and means are taken over
the pairs that there are, as in a covariance after alignment. Everything is linear in the wind, so the covariances of any rotated component
follow from those of the three components of the anemometer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["LaggedCovariances", "lagged_covariances", "wind_covariances"]


class LaggedCovariances(NamedTuple):
    """What one scalar gives over a window of lags.

    Attributes
    ----------
    covariance
        (1 + n_intervals, n_wind, n_lags) of the whole period and of its sub-intervals, ``mean(xy) - mean(x) mean(y)`` over the pairs, 1/N.
    detrended
        (n_wind, n_lags) of the whole period, both series without their linear trend.
    mean, variance, detrended_variance
        (n_lags,) of the shifted scalar over the times at which it is there.
    """

    covariance: FloatArray
    detrended: FloatArray
    mean: FloatArray
    variance: FloatArray
    detrended_variance: FloatArray


def lagged_covariances(wind: FloatArray, scalar: FloatArray, first_lag: int, last_lag: int, intervals: int = 6) -> LaggedCovariances:
    """Return covariances of wind components with a scalar at every lag of a window.

    Parameters
    ----------
    wind
        (n_wind, n) components, NaN where missing.
    scalar
        (n,), NaN where missing.
    first_lag, last_lag
        First and last lag of the window in samples, both included; positive where the scalar comes late.
    intervals
        Number of sub-intervals of equal length.

    Returns
    -------
    LaggedCovariances
        NaN where there are fewer than two pairs.
    """
    offset = _mean(scalar)
    offsets = np.array([_mean(component) for component in wind])
    complete = bool(np.isfinite(scalar).all() and np.isfinite(wind).all())
    kernel = _complete_kernel if complete else _gappy_kernel
    covariance, detrended, mean, variance, detrended_variance = kernel(
        np.ascontiguousarray(wind - offsets[:, np.newaxis]), scalar - offset, first_lag, last_lag, intervals
    )
    return LaggedCovariances(covariance, detrended, mean + offset, variance, detrended_variance)


def wind_covariances(wind: FloatArray, intervals: int = 6) -> FloatArray:
    """Return the (1 + intervals, n_wind, n_wind) covariances of wind components among each other, of the period and its sub-intervals."""
    components = [lagged_covariances(wind, component, 0, 0, intervals).covariance[:, :, 0] for component in wind]
    return np.stack(components, axis=2)


def _mean(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else 0.0


@njit(cache=True)  # type: ignore[untyped-decorator]
def _trend_free(
    n: float, st: float, stt: float, sx: float, sy: float, stx: float, sty: float, sxy: float, slope_x: float, slope_y: float
) -> float:
    """Return the covariance of x and y without their trends, from sums over the pairs."""
    cov_xy = sxy / n - (sx / n) * (sy / n)
    cov_tx = stx / n - (st / n) * (sx / n)
    cov_ty = sty / n - (st / n) * (sy / n)
    var_t = stt / n - (st / n) * (st / n)
    return cov_xy - slope_x * cov_ty - slope_y * cov_tx + slope_x * slope_y * var_t


@njit(cache=True)  # type: ignore[untyped-decorator]
def _slopes(wind: FloatArray) -> FloatArray:
    n_wind, n = wind.shape
    slopes = np.zeros(n_wind)
    for j in range(n_wind):
        count, st, stt, sx, stx = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(n):
            x = wind[j, i]
            if not np.isnan(x):
                t = (i - 0.5 * (n - 1)) / n
                count += 1.0
                st += t
                stt += t * t
                sx += x
                stx += t * x
        if count > 1.0:
            slopes[j] = (stx / count - st / count * sx / count) / (stt / count - st / count * st / count)
    return slopes


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})  # type: ignore[untyped-decorator]
def _complete_kernel(
    wind: FloatArray, scalar: FloatArray, first: int, last: int, intervals: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return covariances where nothing is missing; sums may be reordered, so that several rows are taken at once."""
    n_wind, n = wind.shape
    lags = last - first + 1
    covariance = np.full((1 + intervals, n_wind, lags), np.nan)
    detrended = np.full((n_wind, lags), np.nan)
    mean, variance, detrended_variance = np.full(lags, np.nan), np.full(lags, np.nan), np.full(lags, np.nan)
    slopes = _slopes(wind)
    length = n // intervals
    for k in range(lags):
        lag = first + k
        begin, end = max(0, -lag), min(n, n - lag)
        if end - begin < 2:
            continue
        total = np.zeros((n_wind, 3))
        whole_s, whole_ss, whole_st, whole_t, whole_tt = 0.0, 0.0, 0.0, 0.0, 0.0
        for part in range(intervals + 1):
            low = max(part * length, begin)
            high = min((part + 1) * length, end) if part < intervals else end
            if high <= low:
                continue
            count = float(high - low)
            x = scalar[low + lag : high + lag]
            ss, s2, s_t, t1, t2 = 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(high - low):
                t = (low + i - 0.5 * (n - 1)) / n
                ss += x[i]
                s2 += x[i] * x[i]
                s_t += x[i] * t
                t1 += t
                t2 += t * t
            whole_s += ss
            whole_ss += s2
            whole_st += s_t
            whole_t += t1
            whole_tt += t2
            for j in range(n_wind):
                y = wind[j, low:high]
                sy, sxy, sty = 0.0, 0.0, 0.0
                for i in range(high - low):
                    t = (low + i - 0.5 * (n - 1)) / n
                    sy += y[i]
                    sxy += y[i] * x[i]
                    sty += y[i] * t
                total[j, 0] += sy
                total[j, 1] += sxy
                total[j, 2] += sty
                if part < intervals and high - low > 1:
                    covariance[1 + part, j, k] = sxy / count - (sy / count) * (ss / count)
        count = float(end - begin)
        mean[k] = whole_s / count
        variance[k] = whole_ss / count - mean[k] * mean[k]
        var_t = whole_tt / count - (whole_t / count) * (whole_t / count)
        slope = (whole_st / count - whole_t / count * whole_s / count) / var_t
        detrended_variance[k] = variance[k] - slope * slope * var_t
        for j in range(n_wind):
            covariance[0, j, k] = total[j, 1] / count - (total[j, 0] / count) * (whole_s / count)
            detrended[j, k] = _trend_free(
                count, whole_t, whole_tt, total[j, 0], whole_s, total[j, 2], whole_st, total[j, 1], slopes[j], slope
            )
    return covariance, detrended, mean, variance, detrended_variance


@njit(cache=True)  # type: ignore[untyped-decorator]
def _gappy_kernel(
    wind: FloatArray, scalar: FloatArray, first: int, last: int, intervals: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return covariances over the pairs of which both are there."""
    n_wind, n = wind.shape
    lags = last - first + 1
    covariance = np.full((1 + intervals, n_wind, lags), np.nan)
    detrended = np.full((n_wind, lags), np.nan)
    mean, variance, detrended_variance = np.full(lags, np.nan), np.full(lags, np.nan), np.full(lags, np.nan)
    slopes = _slopes(wind)
    length = n // intervals
    for k in range(lags):
        lag = first + k
        begin, end = max(0, -lag), min(n, n - lag)
        count, ss, s2, s_t, t1, t2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(begin, end):
            x = scalar[i + lag]
            if not np.isnan(x):
                t = (i - 0.5 * (n - 1)) / n
                count += 1.0
                ss += x
                s2 += x * x
                s_t += x * t
                t1 += t
                t2 += t * t
        if count < 2.0:
            continue
        mean[k] = ss / count
        variance[k] = s2 / count - mean[k] * mean[k]
        var_t = t2 / count - (t1 / count) * (t1 / count)
        slope = (s_t / count - t1 / count * ss / count) / var_t
        detrended_variance[k] = variance[k] - slope * slope * var_t
        for j in range(n_wind):
            whole = np.zeros(8)
            for part in range(intervals + 1):
                low = max(part * length, begin)
                high = min((part + 1) * length, end) if part < intervals else end
                sums = np.zeros(8)
                for i in range(low, high):
                    x, y = scalar[i + lag], wind[j, i]
                    if not (np.isnan(x) or np.isnan(y)):
                        t = (i - 0.5 * (n - 1)) / n
                        sums[0] += 1.0
                        sums[1] += t
                        sums[2] += t * t
                        sums[3] += y
                        sums[4] += x
                        sums[5] += t * y
                        sums[6] += t * x
                        sums[7] += x * y
                whole += sums
                if part < intervals and sums[0] > 1.0:
                    covariance[1 + part, j, k] = sums[7] / sums[0] - (sums[3] / sums[0]) * (sums[4] / sums[0])
            if whole[0] > 1.0:
                covariance[0, j, k] = whole[7] / whole[0] - (whole[3] / whole[0]) * (whole[4] / whole[0])
                detrended[j, k] = _trend_free(
                    whole[0], whole[1], whole[2], whole[3], whole[4], whole[5], whole[6], whole[7], slopes[j], slope
                )
    return covariance, detrended, mean, variance, detrended_variance
