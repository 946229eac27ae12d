"""Mean states that are taken off series: trend, running mean, exponential filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["exponential_mean", "fluctuations", "linear_trend", "running_mean"]


def linear_trend(series: FloatArray) -> FloatArray:
    """Return the least-squares line through a series, missing values left out."""
    valid = np.isfinite(series)
    if valid.sum() < 2:
        return np.where(valid, series, np.nan)
    time = np.arange(series.size, dtype=np.float64)
    kept, values = time[valid], series[valid]
    centre = kept.mean()
    slope = ((kept - centre) @ values) / ((kept - centre) @ (kept - centre))
    trend: FloatArray = values.mean() + slope * (time - centre)
    return trend


def running_mean(series: FloatArray, rows: int) -> FloatArray:
    """Return the mean over the last rows; over all rows so far where there are fewer.

    References
    ----------
    McMillen, R. T. (1988), Boundary-Layer Meteorol. 43, 231-245, doi:10.1007/BF00128405.
    """
    return _begun_with_mean(series, rows, lambda values, start: _moving(values, rows, start))


def exponential_mean(series: FloatArray, rows: int) -> FloatArray:
    """Return the exponentially weighted mean of what was so far, with a time constant in rows; begun with the mean over all rows so far.

    References
    ----------
    Moncrieff, J. et al. (2004), in Handbook of Micrometeorology, chapter 2, doi:10.1007/1-4020-2265-4_2.
    """
    weight = float(np.exp(-1.0 / rows))

    def followed(values: FloatArray, start: float) -> FloatArray:
        return _recursive_mean(np.ascontiguousarray(values[rows:]), start, weight)

    return _begun_with_mean(series, rows, followed)


@njit(cache=True)
def _recursive_mean(values: FloatArray, start: float, weight: float) -> FloatArray:
    """Return ``m = weight m + (1 - weight) x`` from a first mean on."""
    mean = np.empty_like(values)
    last = start
    for i in range(values.size):
        last = weight * last + (1.0 - weight) * values[i]
        mean[i] = last
    return mean


def _begun_with_mean(series: FloatArray, rows: int, follow: Callable[[FloatArray, float], FloatArray]) -> FloatArray:
    """Return a trend of which the first rows are the mean so far, and `follow` what comes after."""
    valid = np.isfinite(series)
    if not valid.any():
        return np.full_like(series, np.nan)
    places = np.arange(series.size)
    # A gap holds the value before it, so that no filter sees one.
    values = series if valid.all() else np.interp(places, places[valid], series[valid])
    begun = min(max(rows, 1), series.size)
    start = np.cumsum(values[:begun]) / np.arange(1, begun + 1)
    if begun == series.size:
        return start
    return np.concatenate([start, follow(values, float(start[-1]))])


def _moving(values: FloatArray, rows: int, start: float) -> FloatArray:
    change: FloatArray = start + np.cumsum(values[rows:] - values[:-rows]) / rows
    return change


def fluctuations(series: FloatArray, method: str, rows: int) -> FloatArray:
    """Return a series without its mean state.

    Parameters
    ----------
    series
        (n,), NaN where missing.
    method
        ``block``, ``linear``, ``running-mean`` or ``exponential``.
    rows
        Time constant of the filters in rows.

    Raises
    ------
    ValueError
        For another method.
    """
    if method == "block":
        valid = np.isfinite(series)
        return series - (series[valid].mean() if valid.any() else np.nan)
    trends = {"linear": lambda: linear_trend(series), "running-mean": lambda: running_mean(series, rows)}
    trends["exponential"] = lambda: exponential_mean(series, rows)
    if method not in trends:
        raise ValueError(f"no way of detrending {method!r}: expected block, {', '.join(trends)}")
    return series - trends[method]()
