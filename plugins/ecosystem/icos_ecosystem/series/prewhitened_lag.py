"""Time lags of small fluxes: cross-correlation after pre-whitening, its uncertainty by a block bootstrap, and which lag to trust.

The maximum of the covariance of a small flux lies almost anywhere, for both series follow their own past so closely that chance gives
broad humps. A model of that past is taken away first; what is left of either series has no memory, and the cross-correlation stands out
where the lag is.

References
----------
Vitale, D., et al. (2024), A pre-whitening with block-bootstrap cross-correlation procedure for temporal alignment of data sampled by eddy
covariance systems, Environ. Ecol. Stat. 31, 219-244, doi:10.1007/s10651-024-00615-9.
Künsch, H. R. (1989), The jackknife and the bootstrap for general stationary observations, Ann. Stat. 17, 1217-1241,
doi:10.1214/aos/1176347265.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from icos_ecosystem.series.autoregressive import RANDOM_WALK_LIMIT, fit_autoregression, variance_ratio, whitened

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "BORROWED",
    "CARRIED",
    "CERTAIN",
    "DEFAULT",
    "NEAR",
    "DecidedLags",
    "Lag",
    "decide_lags",
    "highest_density_interval",
    "prewhitened_lag",
]

DEFAULT, CERTAIN, NEAR, CARRIED, BORROWED = 0, 1, 2, 3, 4
"""How a lag was decided: as stated; S1, its interval is narrow; S2, near the last good one; S3, the last good one; S4, another gas's."""

_SHARE = 0.95
_SMOOTHING = 5
_MOST_MISSING = 0.5


class Lag(NamedTuple):
    """Lag of a scalar behind the wind, positive where the scalar comes late.

    Attributes
    ----------
    lag
        [s], the mode of its bootstrap distribution.
    low, high
        Ends [s] of the shortest interval with 95 % of the replicates.
    correlation
        Mean smoothed cross-correlation of the pre-whitened series at the lag.
    """

    lag: float
    low: float
    high: float
    correlation: float


def prewhitened_lag(
    vertical: FloatArray,
    scalar: FloatArray,
    temperature: FloatArray,
    frequency: float,
    *,
    lag_max: float = 10.0,
    replicates: int = 99,
    block: float | None = None,
    refined: bool = True,
    random: np.random.Generator,
) -> Lag:
    """Return the lag of a scalar by pre-whitening and a block bootstrap.

    Parameters
    ----------
    vertical, scalar, temperature
        (n,) vertical wind, scalar and sonic temperature, NaN where missing (interpolated).
    frequency
        Sampling frequency [Hz].
    lag_max
        Largest lag [s] to either side.
    replicates
        Number of bootstrap replicates.
    block
        Length of blocks [s]; default: twice `lag_max`.
    refined
        Seek the largest correlation without smoothing among the five lags of which the smoothed maximum is the mean. After whitening a
        peak is often one sample wide, and its mean over five lags is a plateau on which chance decides; RFlux leaves it at that.
    random
        Source of random numbers; seeded with the time of the data it makes the result repeatable.

    Returns
    -------
    Lag
        NaN throughout where half of a series is missing, one does not vary, or there are fewer than two blocks.

    Notes
    -----
    If the variance ratio of any of the three series is one that a random walk reaches in 99 of 100 cases, all are differenced. Four
    cross-correlations are made: scalar and wind, both filtered with the model of the scalar or with that of the wind, and scalar and
    temperature, with that of the scalar or of the temperature. Blocks of products x(t) s(t + lag) are drawn with replacement; each
    replicate's correlation is smoothed over five lags, and the lag of its largest modulus is taken. Of the four, the one with the
    largest mean correlation at the mode of these lags is the result.

    Block length, smoothing and the 1 % of the test are those of RFlux. *Unverified*: drawing blocks of products, whose partners may lie in
    the next block, in place of blocks of the series; the mode of a Gaussian kernel density with Silverman's width.
    """
    series = [_filled(each) for each in (vertical, scalar, temperature)]
    size = series[0].size
    largest = round(lag_max * frequency)
    length = round((2.0 * lag_max if block is None else block) * frequency)
    nothing = Lag(np.nan, np.nan, np.nan, np.nan)
    if any(each.size == 0 or not np.ptp(each) > 0.0 for each in series) or size < 3 * length:
        return nothing
    if any(variance_ratio(each) >= RANDOM_WALK_LIMIT for each in series):
        series = [np.diff(each) for each in series]
    wind, gas, heat = series
    model_of_gas = fit_autoregression(gas)
    best, strength = nothing, -1.0
    for partner, models in ((wind, (model_of_gas, fit_autoregression(wind))), (heat, (model_of_gas, fit_autoregression(heat)))):
        for model in models:
            found = _bootstrapped(whitened(partner, model), whitened(gas, model), largest, length, replicates, refined, random)
            if abs(found.correlation) > strength:
                best, strength = found, abs(found.correlation)
    return Lag(best.lag / frequency, best.low / frequency, best.high / frequency, best.correlation)


def _filled(series: FloatArray) -> FloatArray:
    """Return a series with gaps interpolated; empty where most of it is missing."""
    there = ~np.isnan(series)
    if np.count_nonzero(there) <= _MOST_MISSING * series.size:
        return np.empty(0)
    if there.all():
        return series
    return np.interp(np.arange(series.size), np.flatnonzero(there), series[there])


def _bootstrapped(
    partner: FloatArray, scalar: FloatArray, largest: int, length: int, replicates: int, refined: bool, random: np.random.Generator
) -> Lag:
    """Return the lag in samples from the replicates of one cross-correlation."""
    products = _products_of_blocks(partner, scalar, largest, length)
    blocks = products.shape[0]
    drawn = random.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=replicates)
    norm = blocks * length * np.sqrt(np.mean(partner**2) * np.mean(scalar**2))
    correlations = drawn @ products / norm
    parts = np.lib.stride_tricks.sliding_window_view(correlations, _SMOOTHING, axis=1)
    smooth = parts.mean(axis=2)
    places = np.argmax(np.abs(smooth), axis=1)
    half = largest - _SMOOTHING // 2
    lags = places - half
    if refined:
        lags = lags + np.argmax(np.abs(parts[np.arange(replicates), places]), axis=1) - _SMOOTHING // 2
    mode = _mode(lags)
    low, high = highest_density_interval(lags)
    at = min(max(mode + half, 0), smooth.shape[1] - 1)
    return Lag(float(mode), low, high, float(np.mean(smooth[:, at])))


def _products_of_blocks(partner: FloatArray, scalar: FloatArray, largest: int, length: int) -> FloatArray:
    """Return (blocks, 2 largest + 1) sums over each block of partner(t) scalar(t + lag)."""
    blocks = partner.size // length
    reach = length + 2 * largest
    padded = np.zeros(blocks * length + 2 * largest)
    there = scalar[: padded.size - largest]
    padded[largest : largest + there.size] = there
    size = next_fast_len(reach + length, real=True)
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach)[::length]
    spectra = np.conj(rfft(partner[: blocks * length].reshape(blocks, length), size)) * rfft(windows, size)
    return np.asarray(irfft(spectra, size)[:, : 2 * largest + 1], dtype=np.float64)


def _mode(lags: NDArray[np.int64]) -> int:
    """Return the lag at which a Gaussian kernel density with Silverman's width is largest."""
    spread = min(float(np.std(lags, ddof=1)), float(np.subtract(*np.quantile(lags, [0.75, 0.25]))) / 1.34) or float(np.std(lags, ddof=1))
    width = max(0.9 * spread * lags.size**-0.2, 0.5)
    places = np.arange(lags.min(), lags.max() + 1)
    density = np.exp(-0.5 * ((places[:, np.newaxis] - lags) / width) ** 2).sum(axis=1)
    return int(places[np.argmax(density)])


def highest_density_interval(sample: ArrayLike, share: float = _SHARE) -> tuple[float, float]:
    """Return the ends of the shortest interval that holds a share of a sample."""
    ordered = np.sort(np.asarray(sample, dtype=np.float64))
    held = min(int(np.ceil(share * ordered.size)), ordered.size)
    widths = ordered[held - 1 :] - ordered[: ordered.size - held + 1]
    first = int(np.argmin(widths))
    return float(ordered[first]), float(ordered[first + held - 1])


class DecidedLags(NamedTuple):
    """Lag of each half hour [s] and how it was decided (``DEFAULT`` …), each (n,)."""

    lag: FloatArray
    rule: NDArray[np.int8]


def decide_lags(
    lag: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    default: ArrayLike = np.nan,
    borrowed: ArrayLike = np.nan,
    *,
    narrow: float = 0.5,
    near: float = 0.5,
) -> DecidedLags:
    """Decide the lags of successive half hours.

    Parameters
    ----------
    lag, low, high
        (n,) from :func:`prewhitened_lag` [s], in the order of time; NaN where there is none.
    default
        () or (n,) lag [s] where nothing is known yet.
    borrowed
        () or (n,) lag [s] found for a gas that comes through the same tube; NaN where there is none.
    narrow
        An interval narrower than this [s] makes a lag certain (S1).
    near
        A lag within this [s] of the last good one is good itself (S2).

    Returns
    -------
    DecidedLags
        Else the borrowed lag is taken (S4), else the last good one (S3), else the default.
    """
    lags, lows, highs, defaults, others = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (np.atleast_1d(lag), low, high, default, borrowed))
    )
    certain = highs - lows < narrow
    decided = defaults.copy()
    rule = np.full(lags.size, DEFAULT, dtype=np.int8)
    last = np.nan
    for k, found in enumerate(lags):
        if certain[k] and not np.isnan(found):
            last, rule[k] = found, CERTAIN
        elif abs(found - last) <= near:
            last, rule[k] = found, NEAR
        elif not np.isnan(others[k]):
            decided[k], rule[k] = others[k], BORROWED
            continue
        elif not np.isnan(last):
            rule[k] = CARRIED
        else:
            continue
        decided[k] = last
    return DecidedLags(decided, rule)
