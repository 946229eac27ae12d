"""Spikes of local pollution in minutes of one gas on one sampling line: two methods, both of positive spikes only.

`spikes_sd`
    A value is a spike where it rises above the last value that was none by more than noise explains (Drewnick et al. 2012, as El Yazidi
    et al. 2018 use it).
`spikes_rebs`
    A value is a spike where it rises above a robust local baseline (Ruckstuhl et al. 2012), `rebs_baseline`.

Both work window by window, one week unless stated, aligned to Monday 00:00 UTC: what they say of a minute depends on its own window only.
Details of both methods that the abstracts of the papers do not state are unverified; their parameters are arguments.

References
----------
Drewnick, F. et al. (2012), Design of a mobile aerosol research laboratory and data processing tools for effective stationary and mobile
field measurements, Atmos. Meas. Tech. 5, 1443-1457, doi:10.5194/amt-5-1443-2012.
El Yazidi, A. et al. (2018), Identification of spikes associated with local sources in continuous time series of atmospheric CO, CO2 and
CH4, Atmos. Meas. Tech. 11, 1599-1614, doi:10.5194/amt-11-1599-2018.
Ruckstuhl, A. F. et al. (2012), Robust extraction of baseline signal of atmospheric trace species using local regression, Atmos. Meas.
Tech. 5, 2613-2624, doi:10.5194/amt-5-2613-2012.
Cristofanelli, P. et al. (2023), Identification of spikes in continuous ground-based in situ time series of CO2, CH4 and CO: an extended
experiment within the European ICOS Atmosphere network, Atmos. Meas. Tech. 16, 5977-5994, doi:10.5194/amt-16-5977-2023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["WEEK", "Baseline", "Spikes", "background_deviation", "rebs_baseline", "spikes_rebs", "spikes_sd"]

WEEK = 7 * 86400.0
NANOSECONDS = 1_000_000_000
MONDAY = 4 * 86400 * NANOSECONDS
"""The first Monday after 1 January 1970, a Thursday."""
NORMAL_CONSISTENCY = 0.6745
"""Φ⁻¹(3/4): median absolute deviation of a normal distribution in standard deviations, to the digits of the method."""

_FEWEST_AT_ONCE = 32


class Spikes(NamedTuple):
    """What a method says of n values: which are spikes, and of which it can say something."""

    spike: NDArray[np.bool_]
    evaluated: NDArray[np.bool_]


class Baseline(NamedTuple):
    """Baseline at n values and the scale of the noise about it, in the unit of the values; NaN where there is none."""

    value: FloatArray
    scale: FloatArray


def spikes_sd(
    time: NDArray[np.int64],
    values: FloatArray,
    alpha: float,
    *,
    window: float = WEEK,
    reset_gap: float = 3600.0,
    min_count: int = 60,
) -> Spikes:
    """Find spikes by the standard deviation of the background.

    Parameters
    ----------
    time
        (n,) increasing times, ns since 1970 UTC.
    values
        (n,) finite mole fractions of one gas on one line.
    alpha
        Rise above the last value that is no spike from which a value is one, in standard deviations of the background.
    window
        Length of the windows, s; the background is that of the window.
    reset_gap
        A longer time between successive values begins anew, s.
    min_count
        With fewer values in a window none of them is evaluated.

    Returns
    -------
    Spikes
        Of every value. Nothing is evaluated in a window whose background does not vary.

    Notes
    -----
    σ is the standard deviation of the values of the window between its quartiles (`background_deviation`), c_unf the last value that is
    no spike, n the number of spikes since. The next value c is a spike where

        c ≥ c_unf + α σ + √n σ

    so that a plume must keep rising, or last no longer than the growing threshold allows; the first value of a window, and the first
    after a gap, is none. Only where a value rises by α σ above the one before a run of spikes can begin, which is what the search goes by.
    """
    spike, evaluated = np.zeros(values.shape, dtype=bool), np.zeros(values.shape, dtype=bool)
    gap = round(reset_gap * NANOSECONDS)
    for first, last in _windows(time, window):
        part = values[first:last]
        sigma = background_deviation(part) if part.size >= min_count else np.nan
        if sigma > 0.0:
            evaluated[first:last] = True
            spike[first:last] = _runs_above(part, np.diff(time[first:last]) > gap, alpha, sigma)
    return Spikes(spike, evaluated)


def background_deviation(values: FloatArray) -> float:
    """Return the standard deviation of the values from the first to the third quartile, both included; NaN with fewer than two."""
    if values.size < 2:
        return float("nan")
    low, high = np.quantile(values, (0.25, 0.75))
    inner = values[(values >= low) & (values <= high)]
    return float(np.std(inner, ddof=1)) if inner.size > 1 else float("nan")


def rebs_baseline(
    time: NDArray[np.int64],
    values: FloatArray,
    *,
    bandwidth: float = 3600.0,
    b: float = 3.5,
    maxit: tuple[int, int] = (2, 2),
    scale: Literal["negative", "all"] = "negative",
    window: float = WEEK,
) -> Baseline:
    """Fit a robust baseline by local linear regression.

    Parameters
    ----------
    time
        (n,) increasing times, ns since 1970 UTC.
    values
        (n,) finite mole fractions of one gas on one line.
    bandwidth
        Full width of the local regression, s; a value at its edge has no weight.
    b
        Residuals of `b` scales and more have no weight.
    maxit
        Number of asymmetric iterations, in which values below the baseline keep their full weight, and of symmetric ones after them.
    scale
        Which residuals tell the scale of the noise in the asymmetric iterations and at the end: the negative ones, which pollution does
        not reach, or all. Symmetric iterations go by all.
    window
        Length of the windows, s; each is fitted by itself.

    Returns
    -------
    Baseline
        Baseline and scale at every value. Where nothing near a value has weight, amid a plume as long as the bandwidth, the baseline is
        interpolated from both sides.

    Notes
    -----
    At a time t the line Y(t_i) = β₀ + β₁ (t_i - t) is fitted to the values with the weights ρ_i (1 - |u_i|³)³, u_i = (t_i - t) / h, where
    the half width h is half of the bandwidth; the baseline is β₀. ρ is 1 at first. After each fit, with residuals r and their scale
    γ = median(|r|) / 0.6745,

        ρ = (1 - (r / (b γ))²)² where |r| < b γ, else 0

    and in the asymmetric iterations ρ = 1 where r < 0. The sums that the lines need are accumulated neighbour by neighbour, so that a
    fit costs as many vector operations as there are neighbours within the half width.
    """
    baseline, deviation = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    half = 0.5 * bandwidth
    for first, last in _windows(time, window):
        seconds = (time[first:last] - time[first]) / NANOSECONDS
        # Taken off, so that sums of 400 times a weight do not cost digits of what differs from minute to minute.
        middle = float(np.median(values[first:last]))
        fitted, gamma = _robust_fit(seconds, values[first:last] - middle, half, b, maxit, negative_only=scale == "negative")
        baseline[first:last], deviation[first:last] = fitted + middle, gamma
    return Baseline(baseline, deviation)


def spikes_rebs(
    time: NDArray[np.int64],
    values: FloatArray,
    beta: float,
    *,
    bandwidth: float = 3600.0,
    b: float = 3.5,
    maxit: tuple[int, int] = (2, 2),
    scale: Literal["negative", "all"] = "negative",
    window: float = WEEK,
    min_count: int = 60,
) -> Spikes:
    """Find spikes above a robust baseline: values above baseline + β γ.

    Parameters
    ----------
    time
        (n,) increasing times, ns since 1970 UTC.
    values
        (n,) finite mole fractions of one gas on one line.
    beta
        Rise above the baseline beyond which a value is a spike, in scales γ of the noise about it.
    bandwidth, b, maxit, scale, window
        See `rebs_baseline`.
    min_count
        With fewer values in a window none of them is evaluated.

    Returns
    -------
    Spikes
        Of every value. Nothing is evaluated in a window without noise.
    """
    fitted = rebs_baseline(time, values, bandwidth=bandwidth, b=b, maxit=maxit, scale=scale, window=window)
    evaluated = fitted.scale > 0.0
    for first, last in _windows(time, window):
        if last - first < min_count:
            evaluated[first:last] = False
    return Spikes(evaluated & (values > fitted.value + beta * fitted.scale), evaluated)


def _windows(time: NDArray[np.int64], window: float) -> Iterator[tuple[int, int]]:
    """Yield first and last (excluded) row of each window that has rows."""
    if time.size == 0:
        return
    number = (time - MONDAY) // round(window * NANOSECONDS)
    edges = np.flatnonzero(np.diff(number)) + 1
    yield from zip([0, *edges.tolist()], [*edges.tolist(), time.size], strict=True)


def _runs_above(values: FloatArray, gap: NDArray[np.bool_], alpha: float, sigma: float) -> NDArray[np.bool_]:
    """Search the runs of spikes of one window; `gap` is (n-1,) whether a value begins anew after the one before."""
    spike = np.zeros(values.shape, dtype=bool)
    beginnings = (np.flatnonzero((values[1:] >= values[:-1] + alpha * sigma) & ~gap) + 1).tolist()
    fresh = np.append(np.flatnonzero(gap) + 1, values.size)
    done = 0
    for start in beginnings:
        # The value that ended a run is no spike, whatever the step into it: c_unf was the value before the run.
        if start <= done:
            continue
        end = int(fresh[np.searchsorted(fresh, start)])
        done = _end_of_run(values, start, end, alpha, sigma)
        spike[start:done] = True
    return spike


def _end_of_run(values: FloatArray, start: int, end: int, alpha: float, sigma: float) -> int:
    """Return the row after the last spike of the run that begins at `start`, at most `end`."""
    unflagged = values[start - 1]
    at, size = start, _FEWEST_AT_ONCE
    while at < end:
        stop = min(at + size, end)
        since = np.arange(at - start, stop - start)
        below = values[at:stop] < unflagged + alpha * sigma + np.sqrt(since) * sigma
        if below.any():
            return at + int(np.argmax(below))
        at, size = stop, 2 * size
    return end


def _robust_fit(
    time: FloatArray, values: FloatArray, half: float, b: float, maxit: tuple[int, int], *, negative_only: bool
) -> tuple[FloatArray, float]:
    """Baseline of one window and the scale of the noise about it; times in s."""
    weight = np.ones_like(values)
    fitted = _local_lines(time, values, weight, half)
    for number in range(sum(maxit)):
        residual = values - fitted
        asymmetric = number < maxit[0]
        gamma = _scale(residual, negative_only=negative_only and asymmetric)
        if not gamma > 0.0:
            break
        weight = np.square(1.0 - np.square(np.minimum(np.abs(residual) / (b * gamma), 1.0)))
        if asymmetric:
            weight[residual < 0.0] = 1.0
        fitted = _local_lines(time, values, weight, half)
    return fitted, _scale(values - fitted, negative_only=negative_only)


def _scale(residual: FloatArray, *, negative_only: bool) -> float:
    chosen = residual[residual < 0.0] if negative_only else residual
    return float(np.median(np.abs(chosen))) / NORMAL_CONSISTENCY if chosen.size else 0.0


def _local_lines(time: FloatArray, values: FloatArray, weight: FloatArray, half: float) -> FloatArray:
    """Value of the weighted local lines at the times themselves."""
    weighted = weight * values
    # Sums of w, w d and w d² over the neighbours at distance d, and of w y and w d y; every value is its own neighbour at distance 0.
    s0, s1, s2, t0, t1 = weight.copy(), np.zeros_like(values), np.zeros_like(values), weighted.copy(), np.zeros_like(values)
    for lag in range(1, time.size):
        distance = (time[lag:] - time[:-lag]) / half
        if not (distance < 1.0).any():
            break
        kernel = 1.0 - distance * distance * distance
        np.maximum(kernel, 0.0, out=kernel)
        kernel *= kernel * kernel
        for here, there, sign in ((slice(None, -lag), slice(lag, None), 1.0), (slice(lag, None), slice(None, -lag), -1.0)):
            w, y, signed = kernel * weight[there], kernel * weighted[there], sign * distance
            s0[here] += w
            t0[here] += y
            w *= signed
            y *= signed
            s1[here] += w
            t1[here] += y
            s2[here] += w * signed
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = t0 / s0
        away = s1 / s0
        spread = s2 / s0 - away * away
        # Where all the weight is at one place there is no slope.
        slope = np.where(spread > 1e-6, (t1 / s0 - away * mean) / spread, 0.0)
        fitted: FloatArray = mean - slope * away
    known = np.isfinite(fitted)
    if not known.all() and known.any():
        fitted = np.interp(time, time[known], fitted[known])
    return fitted
