"""Seasonal and trend decomposition of a regular series with missing values, by locally weighted lines (Cleveland et al. 1990).

References
----------
Cleveland, R. B., W. S. Cleveland, J. E. McRae, and I. Terpenning (1990), STL: a seasonal-trend decomposition procedure based on loess,
J. Off. Stat. 6, 3-73.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Decomposition", "local_lines", "seasonal_decomposition"]

_FAR = 6.0


class Decomposition(NamedTuple):
    """Parts of a series, (n,) each.

    Attributes
    ----------
    seasonal, trend
        Known everywhere, also where the series is missing.
    components
        (m, n) further components, smoother first, in place of the trend.
    remainder
        Series less seasonal part and components (without any: less seasonal part and trend); NaN where missing.
    weights
        Robustness weights, 0 to 1.
    """

    seasonal: FloatArray
    trend: FloatArray
    components: FloatArray
    remainder: FloatArray
    weights: FloatArray


def seasonal_decomposition(
    series: ArrayLike,
    period: int,
    *,
    seasonal_window: int = 7,
    trend_window: int,
    inner: int = 1,
    outer: int = 0,
    component_windows: Sequence[int] = (),
) -> Decomposition:
    """Decompose a regular series.

    Parameters
    ----------
    series
        (n,), NaN where missing; every phase of the period needs a value.
    period
        Samples of a season, at least 2.
    seasonal_window, trend_window
        Points of the local lines: of seasons for the seasonal part, of samples for the trend.
    inner
        Passes between updates of the robustness weights.
    outer
        Updates of the robustness weights; 0: least squares.
    component_windows
        Windows of further components, each a local line through what the seasonal part and those before it leave.

    Raises
    ------
    ValueError
        If a phase of the period has no value.

    Notes
    -----
    Each pass: the series less the trend is smoothed phase by phase, one season beyond either end; what moving averages of period, period
    and 3 samples and a local line over the next odd number from the period leave of it is taken off, the rest is the seasonal part; the
    series less the seasonal part is smoothed to the trend. Weights are (1 - (r / 6 median|r|)²)² of the remainder r.
    """
    values = np.asarray(series, dtype=np.float64)
    size = values.size
    empty = [phase for phase in range(min(period, size)) if np.isnan(values[phase::period]).all()]
    if size < 2 * period or empty:
        told = f"phase {empty[0]} of {period} has no value" if empty else f"{size} values are fewer than two periods of {period}"
        raise ValueError(f"a seasonal decomposition needs two periods and a value in each phase: {told}")
    low_pass_window = period + 1 - period % 2
    weights = np.ones(size)
    trend, seasonal = np.zeros(size), np.zeros(size)
    for update in range(outer + 1):
        for _ in range(inner):
            cycle = _smoothed_by_phase(values - trend, weights, period, seasonal_window)
            slow = cycle
            for width in (period, period, 3):
                slow = np.convolve(slow, np.full(width, 1.0 / width), "valid")
            seasonal = cycle[period:-period] - local_lines(slow, np.ones(size), low_pass_window, 0, size)
            trend = local_lines(values - seasonal, weights, trend_window, 0, size)
        if update < outer:
            weights = _robustness(values - seasonal - trend)
    components, left = [], values - seasonal
    for window in component_windows:
        components.append(local_lines(left, weights, window, 0, size))
        left = left - components[-1]
    remainder = left if components else left - trend
    return Decomposition(seasonal, trend, np.array(components).reshape(-1, size), remainder, weights)


def _smoothed_by_phase(values: FloatArray, weights: FloatArray, period: int, window: int) -> FloatArray:
    """Return (n + 2 period,) values of each phase smoothed over seasons, one season beyond either end."""
    smooth = np.empty(values.size + 2 * period)
    for phase in range(period):
        of_phase = values[phase::period]
        smooth[phase::period] = local_lines(of_phase, weights[phase::period], window, -1, of_phase.size + 1)
    return smooth


def _robustness(remainder: FloatArray) -> FloatArray:
    far = _FAR * float(np.nanmedian(np.abs(remainder)))
    if not far > 0.0:
        return np.ones(remainder.size)
    share = np.nan_to_num(np.abs(remainder) / far, nan=1.0)
    return np.where(share < 1.0, (1.0 - share**2) ** 2, 0.0)


def local_lines(values: FloatArray, weights: FloatArray, window: int, first: int, end: int) -> FloatArray:
    """Return a regular series smoothed by locally weighted straight lines.

    Parameters
    ----------
    values, weights
        (n,) series, NaN where missing, and weights beside those of distance.
    window
        Number of values in each line, the nearest that are there. With fewer values than that the reach is widened in proportion.
    first, end
        Indices from which and up to which the smooth series is wanted; they may lie outside of the series.

    Returns
    -------
    numpy.ndarray
        (end - first,). Where all weights in the window are zero, those of distance alone count.

    Notes
    -----
    Weights fall as (1 - (d / h)³)³ with the distance d, h the distance of the farthest of the values.
    """
    there = np.flatnonzero(~np.isnan(values))
    return np.asarray(_local_lines(there.astype(np.float64), values[there], weights[there], window, first, end), dtype=np.float64)


@njit(cache=True)
def _local_lines(
    x: FloatArray, y: FloatArray, weights: FloatArray, window: int, first: int, end: int
) -> FloatArray:  # pragma: no cover  # compiled
    size = x.size
    held = min(window, size)
    smooth = np.empty(end - first)
    start = 0
    for place in range(first, end):
        while start + held < size and x[start + held] - place < place - x[start]:
            start += 1
        reach = max(place - x[start], x[start + held - 1] - place)
        if window > size:
            reach *= window / size
        smooth[place - first] = _line_at(place, reach, x[start : start + held], y[start : start + held], weights[start : start + held])
    return smooth


@njit(cache=True)
def _line_at(place: float, reach: float, x: FloatArray, y: FloatArray, weights: FloatArray) -> float:  # pragma: no cover  # compiled
    for unweighted in (False, True):
        total, mean_x, mean_y = 0.0, 0.0, 0.0
        near = np.empty(x.size)
        for k in range(x.size):
            distance = abs(x[k] - place)
            near[k] = (1.0 - (distance / reach) ** 3) ** 3 if distance < reach else 0.0
            if distance == 0.0:
                near[k] = 1.0
            near[k] *= 1.0 if unweighted else weights[k]
            total += near[k]
            mean_x += near[k] * x[k]
            mean_y += near[k] * y[k]
        if total > 0.0:
            mean_x /= total
            mean_y /= total
            variance, covariance = 0.0, 0.0
            for k in range(x.size):
                variance += near[k] * (x[k] - mean_x) ** 2
                covariance += near[k] * (x[k] - mean_x) * y[k]
            spread = x[x.size - 1] - x[0]
            if variance / total <= (1e-3 * spread) ** 2:
                return mean_y
            return mean_y + covariance / variance * (place - mean_x)
    return float(np.mean(y))
