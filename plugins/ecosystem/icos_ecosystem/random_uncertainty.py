"""Random error of covariances that comes from sampling turbulence for a finite time.

All functions work on many periods at once, on covariances of the rotated, lag-aligned and detrended series; a factor, the one of the
flux before spectral corrections, makes flux units of them: for the momentum flux the density of air, also where the flux is made of both
horizontal components. EddyPro leaves its spectral correction factors out of random errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "IntegralTimeScaleMethod",
    "finkelstein_sims",
    "integral_time_scale",
    "mahrt",
    "mann_lenschow",
    "non_stationarity_ratio",
    "per_pair",
]

IntegralTimeScaleMethod = Literal["first-crossing", "full", "one-over-e"]


def per_pair(covariances: ArrayLike, n: ArrayLike) -> FloatArray:
    """Return covariances divided by the number of pairs at each lag, of such divided by that of all samples.

    EddyPro's time scales and random errors are of the former; they differ by the lag's share of the period, up to 0.3 % of the error.

    Parameters
    ----------
    covariances
        ``1/n sum x(t) y(t + lag)`` from lag 0, shape (n_periods, n_lags).
    n
        Number of samples of the period, scalar or (n_periods,).
    """
    values = np.asarray(covariances, np.float64)
    samples = np.asarray(n, np.float64)[..., np.newaxis]
    lag = np.arange(values.shape[-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(samples > lag, values * samples / (samples - lag), np.nan)


def integral_time_scale(
    cross_covariance: ArrayLike,
    sampling_frequency: ArrayLike,
    method: IntegralTimeScaleMethod = "full",
    fallback: ArrayLike = np.nan,
) -> FloatArray:
    """Return the integral time scale of a flux.

    Parameters
    ----------
    cross_covariance
        Covariance of w with the scalar that many samples later, from lag 0, shape (n_periods, n_lags). EddyPro goes to 20 s; see
        :func:`per_pair`.
    sampling_frequency
        Samples per second [Hz], scalar or (n_periods,).
    method
        How far to add up: ``first-crossing`` to the first lag with another sign than lag 0, ``full`` to the last lag, ``one-over-e`` to
        the first lag below 1/e. EddyPro's `ru_its_meth` 1, 2 and any other.
    fallback
        Time scale [s] where the sum is longer than twice the last lag, or there is none; usually ``(z - d) / U``.

    Returns
    -------
    ndarray
        ``sum(|rho|) / f`` [s], shape (n_periods,), with the correlation rho normalised at lag 0.

    Raises
    ------
    ValueError
        For a method that there is not, with the nearest one.
    """
    if method not in get_args(IntegralTimeScaleMethod):
        raise ValueError(f"no way to integrate a time scale is called {method!r}{hint(method, get_args(IntegralTimeScaleMethod))}")
    covariance = np.asarray(cross_covariance, np.float64)
    frequency = np.asarray(sampling_frequency, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = covariance / covariance[..., :1]
    counts = np.ones(rho.shape, dtype=bool)
    if method != "full":
        counts = np.logical_and.accumulate(rho >= (0.0 if method == "first-crossing" else np.exp(-1.0)), axis=-1)
    with np.errstate(invalid="ignore"):
        scale = np.where(counts, np.abs(rho), 0.0).sum(axis=-1) / frequency
        usable = scale <= 2.0 * (covariance.shape[-1] - 1) / frequency
    known = np.isfinite(covariance[..., 0])
    return np.where(known, np.where(usable, scale, np.asarray(fallback, np.float64)), np.nan)


def finkelstein_sims(
    gww: ArrayLike, gxx: ArrayLike, gwx_positive: ArrayLike, gwx_negative: ArrayLike, m: ArrayLike, n: ArrayLike
) -> FloatArray:
    """Return the standard error of a covariance after Finkelstein and Sims.

    Parameters
    ----------
    gww, gxx
        Autocovariances of w and of the scalar x from lag 0, shape (n_periods, n_lags).
    gwx_positive, gwx_negative
        Covariance of w with x that many samples later, and that many earlier; shape (n_periods, n_lags).
    m
        Number of lags to add up, shape (n_periods,): ``nint(time scale · sampling frequency)``. Fewer are added up where `gww` has fewer.
    n
        Number of samples of the period, scalar or (n_periods,).

    Returns
    -------
    ndarray
        Standard error in units of the covariance, shape (n_periods,); NaN where the sum is negative.

    Notes
    -----
    ``var = (gww(0) gxx(0) + gwx(0)^2 + 2 sum_{l=1..m} (gww(l) gxx(l) + gwx(l) gwx(-l))) / n``.

    References
    ----------
    Finkelstein and Sims (2001), J. Geophys. Res. 106, 3503, doi:10.1029/2000JD900731
    """
    ww, xx, later, earlier = (np.asarray(each, np.float64) for each in (gww, gxx, gwx_positive, gwx_negative))
    terms = ww * xx + later * earlier
    longest = np.asarray(m, np.float64)[..., np.newaxis]
    lag = np.arange(terms.shape[-1])
    total = terms[..., 0] + 2.0 * np.where((lag > 0) & (lag <= longest), terms, 0.0).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        error: FloatArray = np.sqrt(total / np.asarray(n, np.float64))
    return np.where(np.isfinite(longest[..., 0]), error, np.nan)


def mann_lenschow(covariance: ArrayLike, correlation: ArrayLike, time_scale: ArrayLike, duration: ArrayLike) -> FloatArray:
    """Return the standard error of a covariance (or of the flux made of it) after Mann and Lenschow.

    Parameters
    ----------
    covariance
        Covariance, or flux, shape (n_periods,).
    correlation
        Correlation r of w and the scalar.
    time_scale
        Integral time scale [s], see :func:`integral_time_scale`.
    duration
        Length of the period [s].

    Returns
    -------
    ndarray
        ``|cov| sqrt((1 + r^2) / r^2) sqrt(2 time_scale / duration)``, shape (n_periods,).

    References
    ----------
    Mann and Lenschow (1994), J. Geophys. Res. 99, 14519, doi:10.1029/94JD01108
    """
    r2 = np.square(np.asarray(correlation, np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        error: FloatArray = np.abs(np.asarray(covariance, np.float64)) * np.sqrt(
            (1.0 + r2) / r2 * 2.0 * np.asarray(time_scale, np.float64) / np.asarray(duration, np.float64)
        )
    return np.where(np.isfinite(error), error, np.nan)


def mahrt(sub_covariances: ArrayLike, *, single_record: bool = False) -> FloatArray:
    """Return the standard error of a covariance from the spread among parts of its parts, after Mahrt.

    Parameters
    ----------
    sub_covariances
        Covariances of the sub-records of each record of a period, shape (n_periods, n_records, n_sub_records); usually 6 × 6.
    single_record
        Return the error of the mean of one record instead of the mean of them all; it is larger by ``sqrt(n_records)``. Which of the two
        EddyPro prints (`ru_meth` 3) is *unverified*.

    Returns
    -------
    ndarray
        Mean standard deviation (n - 1) within records, over the square root of the number of sub-records; shape (n_periods,).

    References
    ----------
    Mahrt (1998), J. Atmos. Ocean. Technol. 15, 416, doi:10.1175/1520-0426(1998)015<0416:FSAVTF>2.0.CO;2
    """
    values = np.asarray(sub_covariances, np.float64)
    of_record: FloatArray = values.std(axis=-1, ddof=1).mean(axis=-1) / np.sqrt(values.shape[-1])
    return of_record if single_record else of_record / np.sqrt(values.shape[-2])


def non_stationarity_ratio(sub_covariances: ArrayLike) -> FloatArray:
    """Return Mahrt's non-stationarity ratio: spread between records over the random error of one; EddyPro's ``*_NSR``.

    Parameters
    ----------
    sub_covariances
        See :func:`mahrt`; of the series that are *not* detrended.

    References
    ----------
    Mahrt (1998), J. Atmos. Ocean. Technol. 15, 416, doi:10.1175/1520-0426(1998)015<0416:FSAVTF>2.0.CO;2
    """
    between = np.asarray(sub_covariances, np.float64).mean(axis=-1).std(axis=-1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: FloatArray = between / mahrt(sub_covariances, single_record=True)
    return np.where(np.isfinite(ratio), ratio, np.nan)
