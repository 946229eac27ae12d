"""Temperature sensitivities smoothed over time by a Gaussian process whose noise is as large as each is uncertain.

References
----------
Rasmussen and Williams (2006), Gaussian processes for machine learning, MIT Press; chapters 2 and 5.
Wutzler et al. (2018), Biogeosciences 15, 5015, doi:10.5194/bg-15-5015-2018
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Smoothed", "smooth_by_year", "smooth_sensitivities"]

_FEWEST = 3
_BORROWED_SHARE = 0.9
_BORROWED_FACTOR = 1.5
_STARTS_DAYS = (3.0, 10.0, 30.0, 90.0)
_RANGE_DAYS = (1.0, 1000.0)
_NOISE_SHARE = (1e-6, 1e3)
_DAYS_OF_YEAR = 365
_UNLIKELY = 1e10


class Smoothed(NamedTuple):
    """Smoothed temperature sensitivity and its standard deviation [K], (w,) each."""

    e0: FloatArray
    e0_sd: FloatArray


def smooth_sensitivities(e0: FloatArray, e0_sd: FloatArray, day: FloatArray) -> Smoothed:
    """Smooth the temperature sensitivities of the windows of a year.

    Parameters
    ----------
    e0, e0_sd
        (w,) estimates [K] and their standard errors; NaN where a window has none.
    day
        (w,) time of the windows [days].

    Returns
    -------
    Smoothed
        Of all windows; NaN everywhere where fewer than three have an estimate.

    Notes
    -----
    Estimates are ``mu + f(t) + noise``: f is a Gaussian process with the covariance ``s² exp(-(t - t')² / (2 l²))``, the noise
    independent with a variance proportional to that of each estimate. The length l and the factor of the noise are those of the greatest
    likelihood (looked for from the likeliest of four lengths); mu and s² follow from them. What is returned is the mean of ``mu + f``
    given the estimates; the standard deviation is that of f given the estimates plus that of the noise, where a window has no estimate
    the 0.9 quantile of the noise of others.
    """
    known = np.flatnonzero(np.isfinite(e0) & np.isfinite(e0_sd))
    missing = np.full(e0.size, np.nan)
    if known.size < _FEWEST:
        return Smoothed(missing, missing.copy())
    values, variance = e0[known], e0_sd[known] ** 2
    scale = float(np.mean(variance))
    squares = 0.5 * (day[known, np.newaxis] - day[known]) ** 2
    process = _Process(values, variance / scale if scale > 0.0 else np.full(known.size, 1.0), squares)
    start = min((np.array([np.log(each), 0.0]) for each in _STARTS_DAYS), key=process.unlikelihood)
    limits = [tuple(np.log(_RANGE_DAYS)), tuple(np.log(_NOISE_SHARE))]
    best = minimize(process.unlikelihood, start, method="L-BFGS-B", bounds=limits).x
    length, share, factor, mean, power = process.at(best)
    between = np.exp(-0.5 * ((day[:, np.newaxis] - day[known]) / length) ** 2)
    smooth = mean + between @ cho_solve(factor, values - mean)
    rest = np.maximum(1.0 - np.einsum("ij,ji->i", between, cho_solve(factor, between.T)), 0.0)
    noise = power * share * process.noise
    of_window = np.full(e0.size, np.quantile(noise, _BORROWED_SHARE))
    of_window[known] = noise
    return Smoothed(smooth, np.sqrt(power * rest) + np.sqrt(of_window))


class _Process:
    """Likelihood of the process, as a function of the logarithms of its length and of the noise's share."""

    def __init__(self, values: FloatArray, noise: FloatArray, squares: FloatArray) -> None:
        self.values, self.noise, self.squares = values, noise, squares

    def at(self, place: FloatArray) -> tuple[float, float, tuple[FloatArray, bool], float, float]:
        """Return length, share, factorised covariance, mean and power."""
        length = float(np.exp(place[0]))
        share = float(np.exp(place[1]))
        covariance = np.exp(self.squares * (-1.0 / length**2))
        covariance.flat[:: covariance.shape[0] + 1] += share * self.noise + 1e-10
        factor = cho_factor(covariance, lower=True, overwrite_a=True, check_finite=False)
        solved = cho_solve(factor, np.stack([np.ones(self.values.size), self.values], axis=1), check_finite=False)
        mean = float(solved[:, 1].sum() / solved[:, 0].sum())
        power = float((self.values - mean) @ (solved[:, 1] - mean * solved[:, 0]) / self.values.size)
        return length, share, factor, mean, power

    def unlikelihood(self, place: FloatArray) -> float:
        """Return the negative logarithm of the likelihood, without its constant."""
        try:
            _, _, factor, _, power = self.at(place)
        except np.linalg.LinAlgError:
            return _UNLIKELY
        if not power > 0.0:
            return _UNLIKELY
        return float(0.5 * self.values.size * np.log(power) + np.log(np.diag(factor[0])).sum())


def smooth_by_year(e0: FloatArray, e0_sd: FloatArray, day: FloatArray, window_day: NDArray[np.int64]) -> Smoothed:
    """Smooth temperature sensitivities year by year; a year without estimates has the mean of the others, and is less sure.

    Parameters
    ----------
    e0, e0_sd
        (w,) as for :func:`smooth_sensitivities`. An estimate that equals that of the window before was made from the same nights and is
        left out.
    day
        (w,) time of the windows [days].
    window_day
        (w,) day, from one on, at which the nights of each window begin: by 365 of them windows belong to a year.
    """
    used = e0.copy()
    used[1:][np.diff(e0) == 0.0] = np.nan
    smooth, spread = np.full(e0.size, np.nan), np.full(e0.size, np.nan)
    year = np.ceil(window_day / _DAYS_OF_YEAR)
    for each in np.unique(year):
        of_year = year == each
        smooth[of_year], spread[of_year] = smooth_sensitivities(used[of_year], e0_sd[of_year], day[of_year])
    missing = np.isnan(smooth)
    if missing.any() and not missing.all():
        smooth[missing] = np.mean(smooth[~missing])
        spread[missing] = _BORROWED_FACTOR * np.quantile(spread[~missing], _BORROWED_SHARE)
    return Smoothed(smooth, spread)
