"""Spectra and cospectra of a half hour: of the wind's three components, so that those of any rotated component follow by algebra."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["BinnedSpectra", "bin_edges", "binned", "co_spectrum", "filled", "transform", "transform_length", "window_of"]


@dataclass(frozen=True)
class BinnedSpectra:
    """Averages over bins of frequency.

    Attributes
    ----------
    frequency
        (n_bins,) mean of the lines' frequencies [Hz], NaN in an empty bin.
    count
        (n_bins,) lines of each.
    values
        (…, n_bins) mean frequency times mean spectrum.
    """

    frequency: FloatArray
    count: NDArray[np.int64]
    values: FloatArray


def transform_length(n: int) -> int:
    """Return the power of two nearest below or at a number of rows."""
    return 1 << (n.bit_length() - 1) if n > 0 else 0


def filled(series: FloatArray) -> FloatArray:
    """Return a series with its gaps interpolated linearly, ends held; nil where it holds nothing."""
    missing = np.isnan(series)
    if not missing.any():
        return series
    if missing.all():
        return np.zeros_like(series)
    places = np.arange(series.size)
    return np.where(missing, np.interp(places, places[~missing], series[~missing]), series)


@lru_cache(maxsize=8)
def window_of(name: str, n: int) -> FloatArray:
    """Return the (n,) window by which a series is tapered: ``none``, ``bartlett``, ``welch``, ``hamming`` or ``hann``."""
    place = np.arange(n) / max(n - 1, 1)
    windows: dict[str, Callable[[], FloatArray]] = {
        "none": lambda: np.ones(n),
        "bartlett": lambda: 1.0 - np.abs(2.0 * place - 1.0),
        "welch": lambda: 1.0 - (2.0 * place - 1.0) ** 2,
        "hamming": lambda: 0.54 - 0.46 * np.cos(2.0 * np.pi * place),
        "hann": lambda: 0.5 - 0.5 * np.cos(2.0 * np.pi * place),
    }
    return windows[name]()


def transform(series: Sequence[FloatArray], length: int, taper: str = "none") -> tuple[NDArray[np.complex128], float]:
    """Return the Fourier transforms of series from their begin, without the mean.

    Parameters
    ----------
    series
        Series of at least `length` values without gaps, their mean near nil.
    length
        Number of values.
    taper
        Name of the window.

    Returns
    -------
    transforms, scale
        (n_series, length / 2) without the line of frequency nil, and what ``|transform|²`` is multiplied by to be a one-sided density when
        divided by the sampling rate.
    """
    window = window_of(taper, length)
    stacked = np.stack([each[:length] for each in series]) * window
    return fft.rfft(stacked, axis=-1)[:, 1:], 2.0 / float(np.sum(window * window))


def co_spectrum(left: NDArray[np.complex128], right: NDArray[np.complex128], scale: float, frequency: float) -> FloatArray:
    """Return the one-sided cospectral density [product of units per Hz] of transforms, the real part of their product."""
    density = (left.real * right.real + left.imag * right.imag) * (scale / frequency)
    # Half the sampling rate has no partner among negative frequencies.
    density[..., -1] *= 0.5
    return density


def bin_edges(bins: int, period: float, frequency: float) -> FloatArray:
    """Return the (bins + 1,) edges [Hz] of bins of equal width in the logarithm, from 1 / `period` [s] to half the frequency [Hz]."""
    edges = np.exp(np.linspace(np.log(1.0 / period), np.log(0.5 * frequency), bins + 1))
    # Half the frequency is a line itself: the last digit of a logarithm must not decide whether it is in.
    edges[0], edges[-1] = 1.0 / period, 0.5 * frequency
    return edges


def binned(spectra: FloatArray, frequencies: FloatArray, edges: FloatArray) -> BinnedSpectra:
    """Average spectra over bins, and multiply by the mean frequency.

    Parameters
    ----------
    spectra
        (…, n_lines) densities.
    frequencies
        (n_lines,) [Hz], increasing.
    edges
        (n_bins + 1,) [Hz], increasing; a line on an edge belongs to the bin above it, on the last edge to the last bin.
    """
    begins = np.append(np.searchsorted(frequencies, edges[:-1]), np.searchsorted(frequencies, edges[-1], side="right"))
    count = np.diff(begins)
    sums = np.concatenate([np.zeros((*spectra.shape[:-1], 1)), np.cumsum(spectra, axis=-1)], axis=-1)
    of_frequency = np.concatenate([[0.0], np.cumsum(frequencies)])
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(count > 0, np.diff(of_frequency[begins]) / count, np.nan)
        values = np.where(count > 0, middle * np.diff(sums[..., begins], axis=-1) / count, np.nan)
    return BinnedSpectra(middle, count.astype(np.int64), values)
