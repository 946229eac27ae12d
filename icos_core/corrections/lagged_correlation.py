"""How far one series runs ahead of another: lagged correlation of their rates of change, at irregular times.

Two sensors see the same water (or air), one some time after the other. Slow changes make everything correlate with everything; rates of
change keep what is common to both and lose the rest. Let a be the rates of the one series at the times t, b those of the other at the
times u, each without its mean and in units of its standard deviation. Then

    r(L) = Σ K(u_j − t_i − L) a_i b_j / Σ K(u_j − t_i − L)

over all pairs, with a Gaussian K, has its peak at the lag L by which the second series comes after the first. Products are averaged rather
than the series interpolated: interpolation takes noise away between rows, and the peak is drawn there. The peak is looked for with a K of
which the standard deviation is the time between rows, which puts it right to a few hundredths of that wherever it lies between rows; the
correlation is stated with half of that, closer to what two series at common times would give.

References
----------
Rehfeld, K. et al. (2011), Comparison of correlation analysis techniques for irregularly sampled time series, Nonlin. Processes
Geophys. 18, 389-404, doi:10.5194/npg-18-389-2011.
Künsch, H. R. (1989), The jackknife and the bootstrap for general stationary observations, Ann. Statist. 17, 1217-1241,
doi:10.1214/aos/1176347265.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LagEstimate", "averaged", "estimate_lag", "rates_of_change"]

STEPS_PER_ROW = 10
MOST_BLOCKS, LEAST_BLOCKS = 60, 8
RESAMPLES = 400
BOUND = 3.0
"""Rates beyond this many robust standard deviations count as this many: one spike must not speak for a cruise."""
SIGNIFICANT = 4.0
"""Least height of a peak in units of its standard error. Some tens of independent lags are looked at; the error is of few blocks."""
WIDEST_SPREAD = 0.1
"""Of the window's half-width: a peak whose place is less certain is no peak."""


@dataclass(frozen=True, kw_only=True)
class LagEstimate:
    """What the correlation of two series says of the lag between them.

    Attributes
    ----------
    lag
        Time in s by which the second series comes after the first at the highest correlation; NaN where there is none.
    uncertainty
        Standard uncertainty of `lag` in s.
    peak, zero
        Correlation of the rates of change at `lag`, and at no lag.
    pairs
        Number of pairs of rates less than half a row from `lag`.
    spacing
        Time between rows in s (median, after averaging): what can be resolved.
    doubt
        Why `lag` is not to be trusted at all; empty where it is.
    """

    lag: float = np.nan
    uncertainty: float = np.nan
    peak: float = np.nan
    zero: float = np.nan
    pairs: int = 0
    spacing: float = np.nan
    doubt: str = ""


def averaged(time: NDArray[np.float64], values: NDArray[np.float64], width: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average rows over intervals of `width`; without effect where rows are further apart.

    Parameters
    ----------
    time
        (n,) times in s, increasing.
    values
        (n,) values.
    width
        Length of the intervals in s.

    Returns
    -------
    time, values
        Means over the intervals that have a row.
    """
    _, first, count = np.unique(np.floor(time / width), return_index=True, return_counts=True)
    if first.size in {0, time.size}:
        return time, values
    return np.add.reduceat(time, first) / count, np.add.reduceat(values, first) / count


def rates_of_change(time: NDArray[np.float64], values: NDArray[np.float64], gap: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rates of change between successive rows.

    Parameters
    ----------
    time
        (n,) times in s, increasing.
    values
        (n,) values, none missing; angles unwrapped.
    gap
        Rows further apart than this, in s, are no pair.

    Returns
    -------
    time, rate
        Midpoints of the pairs in s, and rates per s.
    """
    step = np.diff(time)
    near = step <= gap
    return ((time[1:] + time[:-1]) / 2)[near], np.diff(values)[near] / step[near]


def estimate_lag(
    first: tuple[NDArray[np.float64], NDArray[np.float64]],
    second: tuple[NDArray[np.float64], NDArray[np.float64]],
    window: float,
    least_pairs: int = 100,
    seed: int = 0,
) -> LagEstimate:
    """Find the lag at which the rates of change of two series agree best.

    Parameters
    ----------
    first, second
        Midpoints in s and rates, from :func:`rates_of_change`.
    window
        Largest lag looked at in s, to either side.
    least_pairs
        Fewer pairs at the peak are too few.
    seed
        Of the bootstrap.

    Returns
    -------
    LagEstimate
        Positive lags: the second series comes after the first, the first leads.

    Notes
    -----
    The peak is refined by a parabola through the highest correlation and those one row to either side. Its uncertainty is the
    standard deviation of the peak over resamples of whole blocks of time (bootstrap), so that the memory of the series is kept. The
    correlation at the peak must be 4 times its own standard error from the same resamples.
    """
    if min(first[0].size, second[0].size) < least_pairs:
        return LagEstimate(doubt="too few pairs", pairs=min(first[0].size, second[0].size))
    spacing = float(max(np.median(np.diff(first[0])), np.median(np.diff(second[0]))))
    if 2 * spacing > window:
        return LagEstimate(doubt="rows too far apart for the window", spacing=spacing)
    rates = _standardised(first[1]), _standardised(second[1])
    if rates[0] is None or rates[1] is None:
        return LagEstimate(doubt="a series that does not change", spacing=spacing)
    blocks = _blocks(second[0], window)
    if blocks is None:
        return LagEstimate(doubt="record too short for the window", spacing=spacing)
    curve = _Curve(spacing, window)
    products, counts = curve.sums((first[0], rates[0]), (second[0], rates[1]), blocks)
    wide = _along(products, curve.wide), _along(counts, curve.wide)
    lag, height, edge = curve.peak((wide[0].sum(axis=0) / _divisor(wide[1].sum(axis=0)))[None, :])
    drawn = np.random.default_rng(seed).multinomial(len(products), np.full(len(products), 1 / len(products)), size=RESAMPLES)
    resampled = (drawn @ wide[0]) / _divisor(drawn @ wide[1])
    at = int(np.abs(curve.lags - lag[0]).argmin())
    total, number = products.sum(axis=0)[None, :], counts.sum(axis=0)[None, :]
    stated = (_along(total, curve.narrow) / _divisor(_along(number, curve.narrow)))[0]
    found = LagEstimate(
        lag=float(lag[0]),
        uncertainty=float(np.hypot(curve.peak(resampled)[0].std(ddof=1), curve.step / np.sqrt(12))),
        peak=float(stated[at]),
        zero=float(stated[curve.centre]),
        pairs=int(_along(number, np.ones(STEPS_PER_ROW + 1))[0, at]),
        spacing=spacing,
    )
    significant = bool(height[0] > SIGNIFICANT * resampled[:, at].std(ddof=1))
    return _doubted(found, significant, bool(edge[0]), window, least_pairs)


def _doubted(found: LagEstimate, significant: bool, edge: bool, window: float, least_pairs: int) -> LagEstimate:
    """Add the first reason there is not to trust an estimate."""
    if found.pairs < least_pairs:
        doubt = "too few pairs"
    elif not significant:
        doubt = "no correlation beyond chance"
    elif edge:
        doubt = "peak at the edge of the window"
    elif found.uncertainty > WIDEST_SPREAD * window:
        doubt = "flat peak"
    else:
        return found
    return LagEstimate(**{**found.__dict__, "doubt": doubt})


def _standardised(rates: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return rates without outliers and mean, in units of their standard deviation; None where there is no change."""
    distance = rates - np.median(rates)
    scale = 1.4826 * np.median(np.abs(distance))
    if scale == 0:
        # Most rates of a coarse or slow sensor are exactly 0.
        scale = np.sqrt(np.pi / 2) * np.abs(distance).mean()
    bounded = np.clip(distance, -BOUND * scale, BOUND * scale)
    bounded = bounded - bounded.mean()
    deviation = bounded.std()
    return bounded / deviation if deviation > 0 else None


def _blocks(time: NDArray[np.float64], window: float) -> NDArray[np.int64] | None:
    """Return the number of the block of each row: stretches of equal numbers of rows, most of them longer than twice the window."""
    covered = np.minimum(np.diff(time), window).sum()
    count = int(min(covered // (2 * window), MOST_BLOCKS))
    if count < LEAST_BLOCKS:
        return None
    return np.arange(time.size, dtype=np.int64) * count // time.size


def _divisor(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(weights > 0, weights, np.inf)


def _along(sums: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum each row with the weights of a kernel around each of its places."""
    return np.array([np.convolve(row, kernel, mode="same") for row in sums])


class _Curve:
    """The grid of lags, finer than the rows and wider than the window, and what is done along it."""

    def __init__(self, spacing: float, window: float) -> None:
        self.step = spacing / STEPS_PER_ROW
        within = int(np.ceil(window / self.step))
        # The kernel reaches beyond the window, and so does the parabola of a peak at its edge.
        self.centre = within + 5 * STEPS_PER_ROW
        self.lags = self.step * np.arange(-self.centre, self.centre + 1)
        self.inside = slice(self.centre - within, self.centre + within + 1)
        rows = np.arange(-4 * STEPS_PER_ROW, 4 * STEPS_PER_ROW + 1) / STEPS_PER_ROW
        self.wide = np.exp(-0.5 * rows**2)
        self.narrow = np.exp(-0.5 * (2 * rows) ** 2)

    def sums(
        self,
        first: tuple[NDArray[np.float64], NDArray[np.float64]],
        second: tuple[NDArray[np.float64], NDArray[np.float64]],
        blocks: NDArray[np.int64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (block, lag) arrays: sums of products of rates, and numbers of pairs."""
        (early, leading), (late, following) = first, second
        reach = self.lags[-1]
        low, high = np.searchsorted(early, late - reach), np.searchsorted(early, late + reach, side="right")
        shape = (int(blocks[-1]) + 1, self.lags.size)
        products, counts = np.zeros(shape[0] * shape[1]), np.zeros(shape[0] * shape[1])
        for offset in range(int((high - low).max(initial=0))):
            rows = np.flatnonzero(low + offset < high)
            partners = low[rows] + offset
            lag = np.rint((late[rows] - early[partners]) / self.step).astype(np.int64) + self.centre
            place = blocks[rows] * shape[1] + np.clip(lag, 0, shape[1] - 1)
            products += np.bincount(place, leading[partners] * following[rows], minlength=products.size)
            counts += np.bincount(place, minlength=counts.size)
        return products.reshape(shape), counts.reshape(shape)

    def peak(self, correlation: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return lag and height of the highest correlation of each curve in the window, and whether it is at an end of it."""
        place = correlation[:, self.inside].argmax(axis=1) + self.inside.start
        rows = np.arange(len(correlation))
        before, middle, after = (correlation[rows, place + offset] for offset in (-STEPS_PER_ROW, 0, STEPS_PER_ROW))
        bend = np.minimum(before - 2 * middle + after, -np.finfo(float).tiny)
        move = np.clip((before - after) / (2 * bend), -1.0, 1.0)
        edge = (place < self.inside.start + STEPS_PER_ROW) | (place >= self.inside.stop - STEPS_PER_ROW)
        return self.lags[place] + move * STEPS_PER_ROW * self.step, middle - (before - after) * move / 4, edge
