"""Does a series fill its range, and does it stay too long in one place? Amplitude resolution and drop-outs, from histograms of windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Resolution", "resolution_and_drop_outs"]


class Resolution(NamedTuple):
    """How a series fills its range, in percent.

    Attributes
    ----------
    empty_bins
        Share of bins without a sample, over all windows.
    central_drop_out, extreme_drop_out
        Longest drop-out in central and in extreme bins, as share of its window.
    central_repeats, extreme_repeats
        Share of samples, over all windows, that lie in the same bin as the sample before, which is central or extreme.
    """

    empty_bins: float
    central_drop_out: float
    extreme_drop_out: float
    central_repeats: float
    extreme_repeats: float


def resolution_and_drop_outs(
    x: NDArray[np.float64], *, window: int, bins: int = 100, width: float = 7.0, extreme: float = 10.0
) -> Resolution:
    """Measure how a series fills a histogram, and how long it stays in one bin.

    Parameters
    ----------
    x
        Series, shape (n,).
    window
        Samples of a window, of which the next begins at the middle; a fifteenth of the averaging period is usual.
    bins
        Number of bins, between mean ± ``width / 2`` standard deviations of the window, or the smallest and largest value if less apart.
    width
        Range of all bins in standard deviations.
    extreme
        Extreme are the bins that hold the lowest and the highest samples of the window, so many percent at each end.

    Returns
    -------
    Resolution
        NaN where no window has two valid samples.

    Notes
    -----
    Vickers and Mahrt call "tentatively" a drop-out whatever stays in a bin, and limit the total of them. At 20 Hz every good series goes
    beyond: water vapour of a closed path repeats its bin in 38 percent of samples at DE-HoH. What is judged here is the longest stay.

    References
    ----------
    Vickers and Mahrt (1997), J. Atmos. Ocean. Technol. 14, 512, doi:10.1175/1520-0426(1997)014<0512:QCAFSP>2.0.CO;2
    """
    return Resolution(*_resolution(x, min(window, x.size), bins, width, extreme / 100.0))


@njit(cache=True)
def _resolution(x: NDArray[np.float64], window: int, bins: int, width: float, extreme: float) -> tuple[float, float, float, float, float]:
    """Return the fields of `Resolution`."""
    empty, windows, samples = 0, 0, 0
    longest = np.zeros(2)
    repeats = np.zeros(2)
    counts = np.empty(bins, np.int64)
    is_extreme = np.empty(bins, np.int64)
    places = np.empty(window, np.int64)
    for start in range(0, x.size - window + 1, max(window // 2, 1)):
        valid = _places(x[start : start + window], width, places, counts)
        if valid < 2:
            continue
        windows += 1
        samples += valid
        below = 0
        for k in range(bins):
            is_extreme[k] = below + counts[k] < extreme * valid or below >= (1.0 - extreme) * valid
            below += counts[k]
            empty += counts[k] == 0
        stay = 1
        for i in range(1, window):
            if places[i] < 0 or places[i] != places[i - 1]:
                stay = 1
                continue
            stay += 1
            kind = is_extreme[places[i]]
            repeats[kind] += 1
            longest[kind] = max(longest[kind], stay)
    if windows == 0:
        return np.nan, np.nan, np.nan, np.nan, np.nan
    share = 100.0 / window
    return (
        100.0 * empty / (bins * windows),
        share * longest[0],
        share * longest[1],
        100.0 * repeats[0] / samples,
        100.0 * repeats[1] / samples,
    )


@njit(cache=True)
def _places(x: NDArray[np.float64], width: float, places: NDArray[np.int64], counts: NDArray[np.int64]) -> int:
    """Fill the bin of each sample (-1: in none) and the samples of each bin; return the number of valid samples."""
    valid, total = 0, 0.0
    lowest, highest = np.inf, -np.inf
    for value in x:
        if not np.isnan(value):
            valid += 1
            total += value
            lowest = min(lowest, value)
            highest = max(highest, value)
    mean = total / max(valid, 1)
    squares = 0.0
    for value in x:
        if not np.isnan(value):
            squares += (value - mean) ** 2
    span = width * np.sqrt(squares / max(valid - 1, 1))
    low, high = (lowest, highest) if highest - lowest < span else (mean - span / 2.0, mean + span / 2.0)
    bins = counts.size
    scale = bins / (high - low) if high > low else 0.0
    counts[:] = 0
    for i in range(x.size):
        place = -1
        if x[i] >= low and x[i] <= high:
            place = min(int((x[i] - low) * scale), bins - 1)
            counts[place] += 1
        places[i] = place
    return valid
