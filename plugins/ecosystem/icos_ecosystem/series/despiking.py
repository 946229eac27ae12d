"""Spikes in raw series: found and replaced after Vickers and Mahrt (1997) or Mauder et al. (2013)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["THRESHOLDS", "Despiked", "despike_mauder", "despike_vickers_mahrt", "despike_vickers_mahrt_together"]

THRESHOLDS = {"w": 5.0, "ch4": 8.0, "n2o": 8.0}
"""Plausibility limits in standard deviations where they are not 3.5 (EddyPro's defaults)."""

_MAD_OF_NORMAL = 0.6745


class Despiked(NamedTuple):
    """A series without its spikes.

    Attributes
    ----------
    values
        The series, spikes replaced; shape (n,).
    spikes
        Number of spikes; a run of neighbouring samples is one.
    samples
        Number of samples that belong to spikes.
    """

    values: NDArray[np.float64]
    spikes: int
    samples: int


def despike_vickers_mahrt(
    x: NDArray[np.float64],
    threshold: float = 3.5,
    *,
    window: int,
    step: int = 100,
    longest: int = 3,
    growth: float = 0.1,
    passes: int = 10,
    keep_after_missing: bool = False,
) -> Despiked:
    """Replace short excursions from the mean of a moving window.

    Parameters
    ----------
    x
        Series, shape (n,); NaN where missing.
    threshold
        Limit of the deviation from the window's mean, in standard deviations of the window; see :data:`THRESHOLDS`.
    window
        Samples of the window; a sixth of the averaging period is usual. Larger than the series, it is the series.
    step
        Samples by which the window moves; its statistics hold for as many samples in its middle.
    longest
        Samples that a spike may last; a longer excursion is taken for a feature of the flow.
    growth
        What is added to `threshold` after each pass.
    passes
        Largest number of passes. The last one is the first that finds no spike which was not known before.
    keep_after_missing
        A spike that follows on a missing value is counted but stays in the series, as in EddyPro; else it becomes missing.

    Returns
    -------
    Despiked
        Spikes are replaced by linear interpolation between their neighbours. What is missing stays missing (within an excursion it counts
        to its length). Of a spike that begins the series the first sample is cut at the limit. An excursion that the end of the series
        cuts off is left: it may be a long one.

    Raises
    ------
    ValueError
        Where `x` is not one-dimensional, or `window`, `step` or `passes` is not positive.

    Notes
    -----
    A sample is out of bounds where ``|x - mean| > threshold · s`` with mean and standard deviation (n - 1) of the valid samples of the
    window of which it lies among the middle `step` samples; before the first window's middle and after the last one's, of these windows.
    Windows are computed again in each pass on what the passes before replaced.

    References
    ----------
    Vickers and Mahrt (1997), J. Atmos. Ocean. Technol. 14, 512, doi:10.1175/1520-0426(1997)014<0512:QCAFSP>2.0.CO;2
    """
    return despike_vickers_mahrt_together(
        [x],
        [threshold],
        window=window,
        step=step,
        longest=longest,
        growth=growth,
        passes=passes,
        keep_after_missing=keep_after_missing,
    )[0]


def despike_vickers_mahrt_together(
    series: Sequence[NDArray[np.float64]],
    thresholds: Sequence[float],
    *,
    window: int,
    step: int = 100,
    longest: int = 3,
    growth: float = 0.1,
    passes: int = 10,
    keep_after_missing: bool = False,
) -> list[Despiked]:
    """Replace spikes of several series in passes that they share, as EddyPro does.

    Passes go on over all series for as long as any of them has a new spike. As thresholds grow with each pass, an excursion that is too
    long for a spike at first may be cut short enough later: what is found in one series depends on what else is measured.

    Parameters
    ----------
    series
        Series, each of shape (n,); NaN where missing.
    thresholds
        Threshold of each series, see :func:`despike_vickers_mahrt`.
    window, step, longest, growth, passes, keep_after_missing
        See :func:`despike_vickers_mahrt`.

    Returns
    -------
    list
        What became of each series.

    Raises
    ------
    ValueError
        As :func:`despike_vickers_mahrt`, or where there are not as many thresholds as series.
    """
    if min(window, step, passes) < 1:
        raise ValueError(f"window ({window}), step ({step}) and passes ({passes}) of despiking must be positive")
    if len(series) != len(thresholds):
        raise ValueError(f"despiking needs a threshold for each series: got {len(thresholds)} for {len(series)}")
    states = [_State(x) for x in series]
    for number in range(passes):
        fresh = 0
        for state, threshold in zip(states, thresholds, strict=True):
            limit = threshold + growth * number
            new = _replace_spikes(state.values, state.found, limit, min(window, state.values.size), step, longest, keep_after_missing)
            state.spikes += new
            fresh += new
        if fresh == 0:
            break
    return [state.result() for state in states]


class _State:
    """A series between two passes, about its mean: sums of squares keep their digits."""

    def __init__(self, x: NDArray[np.float64]) -> None:
        if x.ndim != 1:
            raise ValueError(f"despiking takes series of shape (n,), got {x.shape}")
        self.original = x
        self.offset = float(np.mean(x[np.isfinite(x)])) if np.isfinite(x).any() else 0.0
        self.values = x - self.offset
        self.found = np.zeros(x.size, bool)
        self.spikes = 0

    def result(self) -> Despiked:
        return Despiked(np.where(self.found, self.values + self.offset, self.original), self.spikes, int(self.found.sum()))


def despike_mauder(x: NDArray[np.float64], threshold: float = 7.0, *, passes: int = 10) -> Despiked:
    """Replace what lies far from the median of the whole series.

    Parameters
    ----------
    x
        Series, shape (n,); NaN where missing.
    threshold
        Limit of the deviation from the median, in ``MAD / 0.6745`` – the standard deviation, were the series normal.
    passes
        Largest number of passes; median and deviation are computed again in each.

    Returns
    -------
    Despiked
        Values replaced by linear interpolation between the next samples within bounds, however long the spike; before the first and after
        the last of these their value holds.

    References
    ----------
    Mauder et al. (2013), Agric. For. Meteorol. 169, 122, doi:10.1016/j.agrformet.2012.09.006
    """
    values = np.array(x, np.float64)
    valid = np.isfinite(values)
    found = np.zeros(values.size, bool)
    if not valid.any():
        return Despiked(values, 0, 0)
    index = np.arange(values.size)
    for _ in range(passes):
        deviation = np.abs(values - np.median(values[valid]))
        outside = deviation > threshold * np.median(deviation[valid]) / _MAD_OF_NORMAL
        if not outside.any():
            break
        inside = valid & ~outside
        values[outside] = np.interp(index[outside], index[inside], values[inside])
        found |= outside
    runs = int(np.count_nonzero(np.diff(found, prepend=False) & found))
    return Despiked(values, runs, int(found.sum()))


@njit(cache=True)
def _replace_spikes(
    values: NDArray[np.float64], found: NDArray[np.bool_], threshold: float, window: int, step: int, longest: int, keep_after_missing: bool
) -> int:
    """Replace spikes in place and mark their samples in `found`; return the number of those that were not marked before."""
    low, high = _bounds(values, threshold, window, step)
    fresh = 0
    start = -1
    for i in range(values.size):
        if start >= 0 and np.isnan(values[i]):
            continue
        k = _window_of(i, window, step, low.size)
        if values[i] < low[k] or values[i] > high[k]:
            if start < 0:
                start = i
            continue
        if start >= 0 and i - start <= longest:
            if not found[i - 1]:
                fresh += 1
            if start == 0:
                values[0] = min(max(values[0], low[0]), high[0])
            _interpolate(values, found, start, i, keep_after_missing)
        start = -1
    return fresh


@njit(cache=True)
def _interpolate(values: NDArray[np.float64], found: NDArray[np.bool_], start: int, stop: int, keep_after_missing: bool) -> None:
    """Interpolate what is not missing from `start` to before `stop` between the neighbours; without a left one there is nothing to take."""
    left = max(start - 1, 0)
    kept = keep_after_missing and np.isnan(values[left])
    for j in range(start, stop):
        if not np.isnan(values[j]):
            if j > left and not kept:
                values[j] = values[left] + (values[stop] - values[left]) * (j - left) / (stop - left)
            found[j] = True


@njit(cache=True)
def _window_of(i: int, window: int, step: int, windows: int) -> int:
    """Return the window that judges sample `i`."""
    return min(max((i - (window // 2 - step // 2 - 1)) // step, 0), windows - 1)


@njit(cache=True)
def _bounds(values: NDArray[np.float64], threshold: float, window: int, step: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and upper limit of each window, from sums of blocks: windows overlap, and no difference loses digits."""
    n = values.size
    whole = window // step
    windows = (n - window) // step + 1
    blocks = np.zeros((windows + whole, 3))
    for block in range(windows + whole - 1):
        for i in range(block * step, (block + 1) * step):
            if not np.isnan(values[i]):
                blocks[block, 0] += 1.0
                blocks[block, 1] += values[i]
                blocks[block, 2] += values[i] * values[i]
    low = np.full(windows, -np.inf)
    high = np.full(windows, np.inf)
    for k in range(windows):
        count, total, squares = 0.0, 0.0, 0.0
        for block in range(k, k + whole):
            count += blocks[block, 0]
            total += blocks[block, 1]
            squares += blocks[block, 2]
        for i in range((k + whole) * step, k * step + window):
            if not np.isnan(values[i]):
                count += 1.0
                total += values[i]
                squares += values[i] * values[i]
        if count > 1.0:
            mean = total / count
            spread = threshold * np.sqrt(max(squares - total * mean, 0.0) / (count - 1.0))
            low[k] = mean - spread
            high[k] = mean + spread
    return low, high
