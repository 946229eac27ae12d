"""Factors by which turbulent fluxes would have to grow to close the energy balance, of half hours and of longer periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_ecosystem.aggregation.periods import periods_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["RESOLUTIONS", "EnergyFluxes", "Resolution", "closure_factors", "mean_of_periods", "periods", "without_outliers"]

Resolution = Literal["hh", "dd", "ww", "mm", "yy"]
RESOLUTIONS: tuple[Resolution, ...] = ("hh", "dd", "ww", "mm", "yy")
"""Half hours (or hours), days, weeks, months, years."""

_WORST_QUALITY = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class EnergyFluxes:
    """The components of the energy balance of every half hour [W m-2].

    Attributes
    ----------
    net_radiation, ground_heat
        (n,) as measured, NaN where they are not.
    latent_heat, sensible_heat
        (n,) gap-filled.
    latent_heat_quality, sensible_heat_quality
        (n,) 0 measured, 1 well filled, 2 and 3 less well filled.
    """

    net_radiation: FloatArray
    ground_heat: FloatArray
    latent_heat: FloatArray
    sensible_heat: FloatArray
    latent_heat_quality: FloatArray
    sensible_heat_quality: FloatArray

    @property
    def complete(self) -> NDArray[np.bool_]:
        """(n,) whether all four are there, turbulent fluxes measured or well filled."""
        well = (self.latent_heat_quality <= _WORST_QUALITY) & (self.sensible_heat_quality <= _WORST_QUALITY)
        return well & np.isfinite(self.net_radiation + self.ground_heat + self.latent_heat + self.sensible_heat)


def periods(calendar: SiteCalendar, resolution: Resolution) -> NDArray[np.int64]:
    """Return (n,) the number of the period that each interval lies in, from 0.

    A year has 52 weeks of seven days from 1 January on; the last one is a day longer, in leap years two.
    """
    if resolution == "hh" or not calendar.size:
        return np.arange(calendar.size, dtype=np.int64)
    runs = periods_of(calendar, resolution)
    return np.repeat(np.arange(runs.size, dtype=np.int64), runs.length * calendar.per_day)


def mean_of_periods(values: FloatArray, period: NDArray[np.int64], count: int) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return (m,) means of what is there, NaN where nothing is, and of how many values each is.

    Parameters
    ----------
    values
        (n,), NaN where missing.
    period
        (n,) the number of the period of each.
    count
        m, how many periods there are.
    """
    valid = np.isfinite(values)
    number = np.bincount(period[valid], minlength=count)
    total = np.bincount(period[valid], weights=values[valid], minlength=count)
    return np.divide(total, number, out=np.full(count, np.nan), where=number > 0), number


def closure_factors(fluxes: EnergyFluxes, calendar: SiteCalendar, resolution: Resolution) -> tuple[FloatArray, FloatArray]:
    r"""Return the factors that close the energy balance of each period, without outliers.

    Parameters
    ----------
    fluxes
        The components, n half hours.
    calendar
        Their calendar.
    resolution
        Which periods.

    Returns
    -------
    factors
        (m,), NaN where fewer than half of the period's half hours are complete, the turbulent fluxes add up to 0, or the factor is an
        outlier.
    share
        (m,) share of the half hours that are complete, 0 to 1.

    Notes
    -----
    .. math:: f = \frac{\overline{NETRAD} - \overline{G}}{\overline{H} + \overline{LE}}

    with means over the period's complete half hours. An outlier is farther than 1.5 interquartile ranges from the median of all factors.

    References
    ----------
    Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
    """
    period = periods(calendar, resolution)
    count = int(period[-1]) + 1 if period.size else 0
    complete = fluxes.complete
    length = np.bincount(period, minlength=count)
    sums = [
        np.bincount(period[complete], weights=each[complete], minlength=count)
        for each in (fluxes.net_radiation, fluxes.ground_heat, fluxes.sensible_heat, fluxes.latent_heat)
    ]
    number = np.bincount(period[complete], minlength=count)
    available, turbulent = sums[0] - sums[1], sums[2] + sums[3]
    known = (2 * number >= length) & (turbulent != 0.0)
    factors = np.divide(available, turbulent, out=np.full(count, np.nan), where=known)
    return without_outliers(factors, "hh" if resolution == "hh" else "aggregated"), number / np.maximum(length, 1)


def without_outliers(factors: FloatArray, ranks: Literal["hh", "aggregated"]) -> FloatArray:
    """Return the factors with those outside of median ± 1.5 interquartile ranges missing.

    Parameters
    ----------
    factors
        (m,), NaN where missing.
    ranks
        Which of the sorted values count as quartiles (ONEFlux has two rules and never interpolates): number ⌊p·n⌋ + 1, or the nearest
        whole number to p·n.

    Returns
    -------
    ndarray
        (m,). What lies on the limit stays: where all factors are equal, or there is but one, the range is nil and nothing is an outlier.
    """
    values = np.sort(factors[np.isfinite(factors)])
    if not values.size:
        return np.full(factors.shape, np.nan)
    if ranks == "hh":
        first, third = (min(quarter * values.size // 4, values.size - 1) for quarter in (1, 3))
    else:
        first, third = (max((quarter * values.size + 2) // 4 - 1, 0) for quarter in (1, 3))
    reach = 1.5 * (values[third] - values[first])
    return np.where(np.abs(factors - np.median(values)) <= reach, factors, np.nan)
