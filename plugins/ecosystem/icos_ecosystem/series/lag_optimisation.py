"""Default lag and window of each gas from the lags of a whole data set, of water vapour by class of relative humidity.

Only half hours whose flux is large tell the lag of a tube; their median and spread then bound the search in all others. Water vapour
sticks to the walls the longer the moister the air is. The scheme is EddyPro's time-lag optimisation (LI-COR, EddyPro manual).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["OptimisedLag", "humidity_class", "optimised_lag", "optimised_lag_by_humidity", "telling_lags"]

_NORMAL = 0.6745
_LEAST_DEVIATION = 0.1
_LEAST_HALF_RANGE = 0.3
_FARTHEST = 5.0


class OptimisedLag(NamedTuple):
    """Default, first and last lag [s], and the number of half hours behind them: scalars, or (n_classes,) each."""

    default: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    number: NDArray[np.int64]


def telling_lags(
    lag: ArrayLike, flux: ArrayLike, least_flux: float, minimum: ArrayLike, maximum: ArrayLike, *, rejects_nothing: bool = False
) -> FloatArray:
    """Return the lags that tell something, NaN in place of others.

    Parameters
    ----------
    lag
        (n,) lag [s] of each half hour, where the covariance is largest.
    flux, least_flux
        (n,) flux, and what its modulus has to exceed; EddyPro: 2 µmol m-2 s-1 of CO2, 20 W m-2 of latent heat.
    minimum, maximum
        () or (n,) bounds [s] of the search; a lag at one of them was not found.
    rejects_nothing
        Keep lags that are more than five standard deviations from the mean, as EddyPro does: its standard deviation is not divided by the
        number of lags, so that nothing ever exceeds it.
    """
    lags, fluxes = np.asarray(lag, dtype=np.float64), np.asarray(flux, dtype=np.float64)
    told = np.where((np.abs(fluxes) > least_flux) & (lags > np.asarray(minimum)) & (lags < np.asarray(maximum)), lags, np.nan)
    if rejects_nothing or np.isnan(told).all():
        return told
    deviation = np.abs(told - np.nanmean(told))
    return np.where(deviation > _FARTHEST * np.nanstd(told), np.nan, told)


def optimised_lag(lags: ArrayLike, *, range_factor: float = 1.5) -> OptimisedLag:
    """Return default and window of a gas that walls do not hold back.

    Parameters
    ----------
    lags
        (n,) [s] from :func:`telling_lags`; NaN where there is none.
    range_factor
        Half width of the window in scaled median absolute deviations.

    Returns
    -------
    OptimisedLag
        The median, and that many MAD / 0.6745 to either side, MAD at least 0.1 s; NaN without a lag.
    """
    told = np.asarray(lags, dtype=np.float64)
    told = told[~np.isnan(told)]
    if not told.size:
        nothing = np.float64(np.nan)
        return OptimisedLag(np.asarray(nothing), np.asarray(nothing), np.asarray(nothing), np.asarray(0))
    median = np.median(told)
    reach = range_factor * max(float(np.median(np.abs(told - median))), _LEAST_DEVIATION) / _NORMAL
    return OptimisedLag(np.asarray(median), np.asarray(median - reach), np.asarray(median + reach), np.asarray(told.size))


def humidity_class(relative_humidity: ArrayLike, classes: int) -> NDArray[np.int64]:
    """Return the class of relative humidity [%], 0 to `classes` - 1, of equal width; 100 % is in the last, -1 stands for missing."""
    humidity = np.asarray(relative_humidity, dtype=np.float64)
    place = np.clip(np.floor(np.nan_to_num(humidity) / 100.0 * classes), 0, classes - 1)
    return np.where(np.isnan(humidity), -1, place).astype(np.int64)


def optimised_lag_by_humidity(
    lags: ArrayLike, relative_humidity: ArrayLike, *, classes: int = 10, range_factor: float = 1.5
) -> OptimisedLag:
    """Return default and window of water vapour in each class of relative humidity.

    Parameters
    ----------
    lags
        (n,) [s] from :func:`telling_lags`; NaN where there is none.
    relative_humidity
        (n,) [%].
    classes
        Number of classes of equal width.
    range_factor
        Reach of the window in scaled one-sided median absolute deviations.

    Returns
    -------
    OptimisedLag
        (classes,) each; NaN throughout without a lag.

    Notes
    -----
    In each class the median, and below and above it the median deviation of lags on that side / 0.6745 times the factor, at least 0.3 s.
    Classes without lags are those of the first class with any before it, extrapolated in a straight line from the last two after the last
    one, and interpolated between. *Unverified*: the factor in the one-sided reach, and interpolation of classes in the middle.
    """
    told = np.asarray(lags, dtype=np.float64)
    place = np.where(np.isnan(told), -1, humidity_class(relative_humidity, classes))
    found = np.full((3, classes), np.nan)
    count = np.bincount(place[place >= 0], minlength=classes)
    for k in np.flatnonzero(count):
        of_class = told[place == k]
        median = np.median(of_class)
        below, above = (range_factor * _one_sided(side) / _NORMAL for side in (median - of_class, of_class - median))
        found[:, k] = median, median - max(below, _LEAST_HALF_RANGE), median + max(above, _LEAST_HALF_RANGE)
    filled = [_filled(row, np.flatnonzero(count)) for row in found]
    return OptimisedLag(filled[0], filled[1], filled[2], count)


def _one_sided(deviation: FloatArray) -> float:
    """Return the median of the deviations on the positive side, 0 without any."""
    outward = deviation[deviation > 0.0]
    return float(np.median(outward)) if outward.size else 0.0


def _filled(values: FloatArray, good: NDArray[np.int64]) -> FloatArray:
    """Return values of all classes from those of the good ones."""
    if not good.size:
        return values
    places = np.arange(values.size, dtype=np.float64)
    filled = np.interp(places, good, values[good])
    if good.size > 1:
        slope = (values[good[-1]] - values[good[-2]]) / (good[-1] - good[-2])
        after = places > good[-1]
        filled[after] = values[good[-1]] + slope * (places[after] - good[-1])
    return filled
