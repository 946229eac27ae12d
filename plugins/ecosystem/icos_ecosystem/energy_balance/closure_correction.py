"""Latent and sensible heat corrected so that they close the energy balance, as ONEFlux does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.energy_balance.closure_factors import closure_factors, mean_of_periods, periods
from icos_ecosystem.energy_balance.moving_factors import NOWHERE, means_around, moving_quartiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.energy_balance.closure_factors import EnergyFluxes, Resolution
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["ClosureCorrection", "CorrectedFlux", "correct", "joint_uncertainty"]

_FEWEST = 5
_NEAR_DAYS = 5
_WINDOW_DAYS = {"hh": 15, "dd": 7}
_HOURS = ((22.0, 26.5), (10.0, 14.5))
"""Ends of the half hours whose factors count: in between, heat that is stored and released opens the balance."""
_NEIGHBOURS = {"hh": _NEAR_DAYS, "dd": _NEAR_DAYS, "ww": 2, "mm": 1, "yy": 1}
_OTHER_YEARS = ((1, 1), (2, 1), (1, 2), (2, 4))
"""Years before and after, and by what the reach within them grows, in the order in which they are tried."""
_RANGE_OF_NORMAL = 1.349


@dataclass(frozen=True, kw_only=True, eq=False)
class CorrectedFlux:
    """A flux that closes the energy balance [W m-2]; each (m,), NaN where it could not be made.

    Attributes
    ----------
    mean
        The gap-filled flux of the period, not corrected.
    corrected
        With the median factor (method 1 of half hours and days) or the mean one.
    lower, upper
        With the quartiles of the factors; method 1 of half hours and days only.
    """

    mean: FloatArray
    corrected: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class ClosureCorrection:
    """What :func:`correct` makes.

    Attributes
    ----------
    latent_heat, sensible_heat
        The fluxes.
    count
        (m,) of how many factors the correction is, NaN where there is none; with method 1 of weeks, months and years the share of half
        hours that the factor is of.
    method
        (m,) 1, 2 or 3; 0 where no factor was found.
    """

    latent_heat: CorrectedFlux
    sensible_heat: CorrectedFlux
    count: FloatArray
    method: NDArray[np.int8]


def correct(fluxes: EnergyFluxes, calendar: SiteCalendar, resolution: Resolution = "hh") -> ClosureCorrection:
    """Correct latent and sensible heat of half hours, days, weeks, months or years.

    Parameters
    ----------
    fluxes
        The components of the energy balance of n half hours (or hours) [W m-2].
    calendar
        Their calendar.
    resolution
        Which periods.

    Returns
    -------
    ClosureCorrection
        m periods.

    Notes
    -----
    Half hours and days, method 1: with all factors f_j within ±15 days whose half hour ends from 22:00 to 02:30 or from 10:00 to 14:30
    (days: within ±7 days), at least 5 of them, the corrected flux is the median of f_j · LE; quartiles likewise. Sorted values number
    ⌊p·n⌋ + 1 are taken, without interpolation; for a negative flux the order of the products is that of the factors reversed. Window of
    half hours as in ONEFlux: from 15 days and one half hour before to one half hour less than 15 days after.

    Method 2: the mean of the factors that method 1 led to (corrected flux over flux, so those of LE and of H may differ) within ±5 days
    and ±1 h (days: ±5 days). Method 3: the same around the same time of the years before and after; if there is nothing, of those two
    years apart, then within ±10 days of the first and ±20 days of the second.

    Weeks, months and years, method 1: the period's own factor. Method 2: the mean of those of ±2 weeks, ±1 month, ±1 year. Method 3: as
    above with ±2 weeks and ±1 month (then twice and four times that); of years: ±2 years.

    Where ONEFlux (commit 44ac040) does otherwise, out of what looks like mistakes: a missing flux becomes the factor itself; of monthly
    data only later years are looked at in method 3; two years ahead, leap years shift the day by one; where all factors are equal, or
    there is but one (a single year), all count as outliers.

    References
    ----------
    Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
    """
    period = periods(calendar, resolution)
    count = int(period[-1]) + 1 if period.size else 0
    factors, share = closure_factors(fluxes, calendar, resolution)
    latent, _ = mean_of_periods(fluxes.latent_heat, period, count)
    sensible, _ = mean_of_periods(fluxes.sensible_heat, period, count)
    if resolution in _WINDOW_DAYS:
        upwards, downwards, held = _quartiles(factors, calendar, resolution)
        made = [_with_quartiles(each, upwards, downwards, held) for each in (latent, sensible)]
        number, first = held.astype(np.float64), held >= _FEWEST
    else:
        nothing = np.full(count, np.nan)
        made = [CorrectedFlux(mean=each, corrected=each * factors, lower=nothing, upper=nothing) for each in (latent, sensible)]
        number, first = share, np.isfinite(factors)
    method = np.where(first, 1, 0).astype(np.int8)
    implied = [_implied(each, first) for each in made]
    number = np.where(first, number, np.nan)
    for which, centres, reach in _elsewhere(calendar, resolution, period):
        rows = np.flatnonzero(method == 0)
        if not rows.size:
            break
        around = (centres[rows], reach, *_beside(calendar, resolution))
        means = [means_around(each, *around) for each in implied]
        found = means[0][1] > 0
        method[rows[found]] = which
        number[rows[found]] = means[0][1][found]
        for flux, (mean, _) in zip(made, means, strict=True):
            flux.corrected[rows[found]] = mean[found] * flux.mean[rows[found]]
    return ClosureCorrection(latent_heat=made[0], sensible_heat=made[1], count=number, method=method)


def joint_uncertainty(random: FloatArray, flux: CorrectedFlux) -> FloatArray:
    r"""Return the joint standard uncertainty of a corrected flux [W m-2]: random, and of the factor.

    Parameters
    ----------
    random
        (m,) standard random uncertainty [W m-2].
    flux
        The corrected flux.

    Returns
    -------
    ndarray
        (m,) NaN where the quartiles or the random uncertainty are missing.

    Notes
    -----
    .. math:: u = \sqrt{u_r^2 + \left(\frac{q_{75} - q_{25}}{1.349}\right)^2}
    """
    return np.hypot(random, (flux.upper - flux.lower) / _RANGE_OF_NORMAL)


def _quartiles(factors: FloatArray, calendar: SiteCalendar, resolution: Resolution) -> tuple[FloatArray, FloatArray, IntArray]:
    days = _WINDOW_DAYS[resolution]
    if resolution == "dd":
        return moving_quartiles(factors, days, days)
    length = 24.0 / calendar.per_day
    ends = calendar.hour + length
    counts = np.zeros(ends.shape, dtype=bool)
    for first, last in _HOURS:
        counts |= (np.mod(ends - first, 24.0)) <= last - first
    early = 1 if calendar.per_day == 48 else 0
    return moving_quartiles(np.where(counts, factors, np.nan), days * calendar.per_day + early, days * calendar.per_day - 1)


def _with_quartiles(flux: FloatArray, upwards: FloatArray, downwards: FloatArray, count: IntArray) -> CorrectedFlux:
    of_products = np.where((flux >= 0.0)[:, np.newaxis], upwards, downwards) * flux[:, np.newaxis]
    lower, middle, upper = np.where((count >= _FEWEST)[:, np.newaxis], of_products, np.nan).T.copy()
    return CorrectedFlux(mean=flux, corrected=middle, lower=lower, upper=upper)


def _implied(flux: CorrectedFlux, first: NDArray[np.bool_]) -> FloatArray:
    """Return the factor that method 1 came to; NaN elsewhere, and where the flux is nil."""
    nothing = np.full(flux.mean.shape, np.nan)
    factor: FloatArray = np.divide(flux.corrected, flux.mean, out=nothing, where=first & (flux.mean != 0.0))
    return factor


def _beside(calendar: SiteCalendar, resolution: Resolution) -> tuple[int, int]:
    """Return how many values a day has, and how many are an hour."""
    return (calendar.per_day, calendar.per_day // 24) if resolution == "hh" else (1, 0)


def _elsewhere(calendar: SiteCalendar, resolution: Resolution, period: IntArray) -> list[tuple[int, IntArray, int]]:
    """Return where factors are looked for in turn: the method, (m, c) places, the reach around them in days (weeks, …)."""
    count = int(period[-1]) + 1 if period.size else 0
    here: IntArray = np.arange(count, dtype=np.int64)
    reach = _NEIGHBOURS[resolution]
    near = (2, here[:, np.newaxis], reach)
    if resolution == "yy":
        return [near, (3, np.stack([here - 2, here + 2], axis=1), 0)]
    starts = np.array([int(period[calendar.rows_of(year).start]) for year in calendar.years] + [count], dtype=np.int64)
    year = np.searchsorted(starts, here, side="right") - 1
    tries = [near]
    for apart, growth in _OTHER_YEARS:
        places = np.full((count, 2), NOWHERE, dtype=np.int64)
        for column, other in enumerate((year - apart, year + apart)):
            exists = (other >= 0) & (other < starts.size - 1)
            places[exists, column] = here[exists] - starts[year[exists]] + starts[other[exists]]
        tries.append((3, places, reach * growth))
    return tries
