"""Autoregressive models: how a series follows from its own past, and what is left of it when that is taken away.

References
----------
Brockwell, P. J., and R. A. Davis (1991), Time Series: Theory and Methods, 2nd ed., sections 8.1 and 8.2, doi:10.1007/978-1-4419-0320-4.
Akaike, H. (1974), A new look at the statistical model identification, IEEE Trans. Autom. Control 19, 716-723,
doi:10.1109/TAC.1974.1100705.
Breitung, J. (2002), Nonparametric tests for unit roots and cointegration, J. Econom. 108, 343-363, doi:10.1016/S0304-4076(01)00139-7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.fft import irfft, next_fast_len, rfft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["RANDOM_WALK_LIMIT", "autocovariance", "fit_autoregression", "variance_ratio", "whitened"]

RANDOM_WALK_LIMIT = 0.0056
"""Variance ratio that 1 % of random walks fall short of, mean taken off: from 40000 of them, each of 2000 steps."""


def autocovariance(series: FloatArray, largest_lag: int) -> FloatArray:
    """Return autocovariances, 1/n, at lags 0 to the largest.

    Parameters
    ----------
    series
        (n,) without missing values.
    largest_lag
        In samples, below n.
    """
    size = series.size
    padded = next_fast_len(size + largest_lag, real=True)
    spectrum = rfft(series - series.mean(), padded)
    products = irfft(spectrum.real**2 + spectrum.imag**2, padded)
    return np.asarray(products[: largest_lag + 1] / size, dtype=np.float64)


def fit_autoregression(series: FloatArray, largest_order: int | None = None) -> FloatArray:
    """Return the coefficients of the autoregressive model with the least information criterion.

    Parameters
    ----------
    series
        (n,) without missing values.
    largest_order
        Largest order that is considered; default: 100 log10(n).

    Returns
    -------
    numpy.ndarray
        (p,) coefficients of x(t-1) … x(t-p) about the mean; empty where no order is better than none.

    Notes
    -----
    The equations of Yule and Walker, solved for all orders by the recursion of Levinson and Durbin; AIC = n ln(v_p) + 2 p, v_p the variance
    of the innovations.
    """
    size = series.size
    order = int(100.0 * np.log10(size)) if largest_order is None else largest_order
    covariances = autocovariance(series, min(order, size - 1))
    if not covariances[0] > 0.0:
        return np.empty(0)
    return np.asarray(_levinson(covariances, size), dtype=np.float64)


@njit(cache=True)
def _levinson(covariances: FloatArray, size: int) -> FloatArray:  # pragma: no cover  # compiled
    order = covariances.size - 1
    coefficients, previous = np.zeros(order), np.zeros(order)
    variance = covariances[0]
    least, best = size * np.log(variance), np.zeros(0)
    for p in range(order):
        excess = covariances[p + 1]
        for k in range(p):
            excess -= coefficients[k] * covariances[p - k]
        reflection = excess / variance
        previous[:p] = coefficients[:p]
        coefficients[p] = reflection
        for k in range(p):
            coefficients[k] = previous[k] - reflection * previous[p - 1 - k]
        variance *= 1.0 - reflection * reflection
        if variance <= 0.0:
            break
        criterion = size * np.log(variance) + 2.0 * (p + 1)
        if criterion < least:
            least, best = criterion, coefficients[: p + 1].copy()
    return best


def whitened(series: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Return what a model does not tell in advance: x(t) - sum a_k x(t-k) about the mean.

    Parameters
    ----------
    series
        (n,) without missing values.
    coefficients
        (p,) from :func:`fit_autoregression`, of this or of another series.

    Returns
    -------
    numpy.ndarray
        (n - p,): the first p values have no complete past.
    """
    weights = np.concatenate([[1.0], -coefficients])
    size = next_fast_len(series.size, real=True)
    # Only the first values of a circular convolution, which are left out, are touched by the end of the series.
    convolved = irfft(rfft(series - series.mean(), size) * rfft(weights, size), size)
    return np.asarray(convolved[coefficients.size : series.size], dtype=np.float64)


def variance_ratio(series: FloatArray) -> float:
    """Return Breitung's variance ratio, small for a stationary series; random walks fall short of `RANDOM_WALK_LIMIT` once in a hundred.

    Parameters
    ----------
    series
        (n,) without missing values.

    Notes
    -----
    sum(Y²) / (n² sum(y²)), y the series about its mean and Y its cumulative sum.
    """
    deviation = series - series.mean()
    sums = np.cumsum(deviation)
    variance = float(deviation @ deviation)
    return float(sums @ sums) / (series.size**2 * variance) if variance > 0.0 else float("nan")
