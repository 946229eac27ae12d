"""Auto- and cross-covariance functions of series, all at once through Fourier transforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["covariance_functions"]


def covariance_functions(series: FloatArray, pairs: Sequence[tuple[int, int]], first_lag: int, last_lag: int) -> FloatArray:
    """Return ``1/n sum x(t) y(t + lag)`` of pairs of series at every lag of a window.

    Parameters
    ----------
    series
        (n_series, n); the mean of the valid values is taken off, what is missing (NaN) counts as nil.
    pairs
        Places of x and y.
    first_lag, last_lag
        Lags in samples, both included.

    Returns
    -------
    ndarray
        (n_pairs, n_lags).
    """
    n = series.shape[1]
    # Series that hold nothing at all have no mean; they give nil.
    valid = np.isfinite(series)
    count = np.maximum(valid.sum(axis=1), 1)
    mean = np.where(valid, series, 0.0).sum(axis=1) / count
    centred = np.where(valid, series - mean[:, np.newaxis], 0.0)
    length = fft.next_fast_len(n + max(abs(first_lag), abs(last_lag)), real=True)
    transforms = fft.rfft(centred, length, axis=1)
    lags = np.arange(first_lag, last_lag + 1) % length
    functions: FloatArray = np.stack([fft.irfft(np.conj(transforms[x]) * transforms[y], length)[lags] for x, y in pairs]) / n
    return functions
