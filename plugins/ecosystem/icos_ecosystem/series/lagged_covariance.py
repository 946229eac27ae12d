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
    wind_there, scalar_there = np.isfinite(wind), np.isfinite(scalar)
    covariance, detrended, mean, variance, detrended_variance = _over_lags(
        np.where(wind_there, wind - offsets[:, np.newaxis], 0.0),
        wind_there.astype(np.float64),
        np.where(scalar_there, scalar - offset, 0.0),
        scalar_there.astype(np.float64),
        first_lag,
        last_lag,
        intervals,
        bool(scalar_there.all() and wind_there.all()),
    )
    return LaggedCovariances(covariance, detrended, mean + offset, variance, detrended_variance)


def wind_covariances(wind: FloatArray, intervals: int = 6) -> FloatArray:
    """Return the (1 + intervals, n_wind, n_wind) covariances of wind components among each other, of the period and its sub-intervals."""
    components = [lagged_covariances(wind, component, 0, 0, intervals).covariance[:, :, 0] for component in wind]
    return np.stack(components, axis=2)


def _mean(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else 0.0


# Columns of sums over rows: of a scalar by itself, and over the pairs of it (x) and a wind component (y); time (t) in units of the period.
_COUNT, _T, _TT, _X, _TX, _XX, _Y, _TY, _XY = range(9)


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def _sum_complete(wind: FloatArray, scalar: FloatArray, low: int, high: int, lag: int, own: FloatArray, pairs: FloatArray) -> None:
    """Sum over rows of which none is missing; sums may be reordered, so that several rows are taken at once."""
    n_wind, n = wind.shape
    rows = float(high - low)
    middle = 0.5 * (low + high - n)
    x = scalar[low + lag : high + lag]
    sx, stx, sxx = 0.0, 0.0, 0.0
    for i in range(high - low):
        sx += x[i]
        stx += i * x[i]
        sxx += x[i] * x[i]
    start = low - 0.5 * (n - 1)
    own[_COUNT] = rows
    own[_T] = rows * middle / n
    own[_TT] = rows * ((rows * rows - 1.0) / 12.0 + middle * middle) / (n * n)
    own[_X], own[_TX], own[_XX] = sx, (stx + start * sx) / n, sxx
    for j in range(n_wind):
        y = wind[j, low:high]
        sy, sty, sxy = 0.0, 0.0, 0.0
        for i in range(high - low):
            sy += y[i]
            sty += i * y[i]
            sxy += x[i] * y[i]
        pairs[j, :_Y] = own
        pairs[j, _Y], pairs[j, _TY], pairs[j, _XY] = sy, (sty + start * sy) / n, sxy


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def _sum_gappy(
    wind: FloatArray,
    wind_there: FloatArray,
    scalar: FloatArray,
    scalar_there: FloatArray,
    low: int,
    high: int,
    lag: int,
    own: FloatArray,
    pairs: FloatArray,
) -> None:
    """Sum over the rows of which a scalar, or both of a pair, are there: what is missing is nil, and its weight too."""
    n_wind, n = wind.shape
    x, x_there = scalar[low + lag : high + lag], scalar_there[low + lag : high + lag]
    start = low - 0.5 * (n - 1)
    count, st, stt, sx, stx, sxx = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(high - low):
        t = float(i)
        count += x_there[i]
        st += t * x_there[i]
        stt += t * t * x_there[i]
        sx += x[i]
        stx += t * x[i]
        sxx += x[i] * x[i]
    _fill(own, count, st, stt, start, n)
    own[_X], own[_TX], own[_XX] = sx, (stx + start * sx) / n, sxx
    for j in range(n_wind):
        y, y_there = wind[j, low:high], wind_there[j, low:high]
        count, st, stt, sx, stx, sy, sty, sxy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(high - low):
            t = float(i)
            both = x_there[i] * y_there[i]
            count += both
            st += t * both
            stt += t * t * both
            sx += x[i] * y_there[i]
            stx += t * (x[i] * y_there[i])
            sy += y[i] * x_there[i]
            sty += t * (y[i] * x_there[i])
            sxy += x[i] * y[i]
        _fill(pairs[j], count, st, stt, start, n)
        pairs[j, _X], pairs[j, _TX] = sx, (stx + start * sx) / n
        pairs[j, _Y], pairs[j, _TY], pairs[j, _XY] = sy, (sty + start * sy) / n, sxy


@njit(cache=True)
def _fill(sums: FloatArray, count: float, st: float, stt: float, start: float, n: int) -> None:
    """Put sums of time in their place, from those of rows after a start."""
    sums[_COUNT] = count
    sums[_T] = (st + start * count) / n
    sums[_TT] = (stt + 2.0 * start * st + start * start * count) / (n * n)


@njit(cache=True)
def _central(sums: FloatArray, product: int, left: int, right: int) -> float:
    """Return the covariance of two columns of sums, of which another one sums the product."""
    count = sums[_COUNT]
    return float(sums[product] / count - (sums[left] / count) * (sums[right] / count))


@njit(cache=True)
def _slopes(wind: FloatArray, there: FloatArray) -> FloatArray:
    """Return the trend of each wind component over the period, nil where there are too few rows."""
    n_wind, n = wind.shape
    slopes, none = np.zeros(n_wind), np.zeros((0, n))
    for j in range(n_wind):
        sums = np.zeros(6)
        _sum_gappy(none, none, wind[j], there[j], 0, n, 0, sums, none)
        if sums[_COUNT] > 1.0:
            slopes[j] = _central(sums, _TX, _T, _X) / _central(sums, _TT, _T, _T)
    return slopes


@njit(cache=True)
def _trend_free(sums: FloatArray, slope_x: float, slope_y: float) -> float:
    """Return the covariance of the pairs without their trends."""
    with_trends = _central(sums, _XY, _X, _Y)
    of_trends = slope_x * slope_y * _central(sums, _TT, _T, _T)
    return with_trends - slope_x * _central(sums, _TY, _T, _Y) - slope_y * _central(sums, _TX, _T, _X) + of_trends


@njit(cache=True)
def _over_lags(
    wind: FloatArray,
    wind_there: FloatArray,
    scalar: FloatArray,
    scalar_there: FloatArray,
    first: int,
    last: int,
    intervals: int,
    complete: bool,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the fields of :class:`LaggedCovariances`, of a scalar and winds near nil, nil where they are missing."""
    n_wind, n = wind.shape
    lags = last - first + 1
    covariance = np.full((1 + intervals, n_wind, lags), np.nan)
    detrended = np.full((n_wind, lags), np.nan)
    mean, variance, detrended_variance = np.full(lags, np.nan), np.full(lags, np.nan), np.full(lags, np.nan)
    slopes, length = _slopes(wind, wind_there), n // intervals
    own, pairs = np.zeros(6), np.zeros((n_wind, 9))
    for k in range(lags):
        lag = first + k
        begin, end = max(0, -lag), min(n, n - lag)
        own_whole, whole = np.zeros(6), np.zeros((n_wind, 9))
        # Rows that are left over after the last interval count for the whole period only.
        for part in range(intervals + 1):
            low = max(part * length, begin)
            high = min((part + 1) * length, end) if part < intervals else end
            if high <= low:
                continue
            if complete:
                _sum_complete(wind, scalar, low, high, lag, own, pairs)
            else:
                _sum_gappy(wind, wind_there, scalar, scalar_there, low, high, lag, own, pairs)
            own_whole += own
            whole += pairs
            if part < intervals:
                _store(covariance[1 + part, :, k], pairs)
        if own_whole[_COUNT] < 2.0:
            continue
        mean[k], variance[k] = own_whole[_X] / own_whole[_COUNT], _central(own_whole, _XX, _X, _X)
        slope = _central(own_whole, _TX, _T, _X) / _central(own_whole, _TT, _T, _T)
        detrended_variance[k] = variance[k] - slope * slope * _central(own_whole, _TT, _T, _T)
        _store(covariance[0, :, k], whole)
        for j in range(n_wind):
            if whole[j, _COUNT] > 1.0:
                detrended[j, k] = _trend_free(whole[j], slope, slopes[j])
    return covariance, detrended, mean, variance, detrended_variance


@njit(cache=True)
def _store(covariance: FloatArray, pairs: FloatArray) -> None:
    for j in range(pairs.shape[0]):
        if pairs[j, _COUNT] > 1.0:
            covariance[j] = _central(pairs[j], _XY, _X, _Y)
