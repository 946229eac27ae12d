"""Meteorology with its gaps filled from a reanalysis that is fitted to the site, and long-wave radiation calculated from other weather.

The table is read by :func:`icos_ecosystem.gap_filling.reanalysis_table.read_reanalysis`. For a variable X that the gap filling has
filled as `values` with `quality` (0 measured, 1 to 3 filled, -1 not filled)::

    reanalysis = read_reanalysis(path, calendar, times="utc", utc_offset=1.0)
    made = fill_from_reanalysis(values, quality, reanalysis["TA"], downscaling=DOWNSCALINGS["TA"])

`made.values` and `made.quality` are FLUXNET's TA_F and TA_F_QC, `made.downscaled` is TA_ERA. Of PA, P and WS FLUXNET takes nothing but
measured records: hand over `quality` with -1 where it is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]
    QualityArray = NDArray[np.int8]

__all__ = [
    "BY_REANALYSIS",
    "DOWNSCALINGS",
    "FEWEST_COMMON",
    "Downscaling",
    "FromReanalysis",
    "calculated_long_wave",
    "fill_from_reanalysis",
]

BY_REANALYSIS = 2
"""Quality of what is taken from a reanalysis, as in FLUXNET."""

FEWEST_COMMON = 48
"""Measured records with a value of the reanalysis beside them, below which nothing is fitted."""

_STEFAN_BOLTZMANN = 5.6696e-8
_KELVIN = 273.15
_LEAST_PRESSURE = 3.3546e-4
_PLAUSIBLE_LONG_WAVE = (10.0, 1000.0)


@dataclass(frozen=True, kw_only=True)
class Downscaling:
    """How a variable of a reanalysis is fitted to the site.

    Attributes
    ----------
    fit
        "line": linear regression of the site on the reanalysis; "proportion": the same through the origin; "ratio": the ratio of their
        sums.
    lowest, highest
        Limits of what comes out.
    """

    fit: Literal["line", "proportion", "ratio"] = "line"
    lowest: float = -np.inf
    highest: float = np.inf


DOWNSCALINGS: Mapping[str, Downscaling] = {
    "TA": Downscaling(),
    "TS": Downscaling(),
    "PA": Downscaling(),
    "LW_IN": Downscaling(),
    "NETRAD": Downscaling(),
    "VPD": Downscaling(lowest=0.0),
    "RH": Downscaling(lowest=0.0, highest=100.0),
    "SW_IN": Downscaling(fit="proportion", lowest=0.0),
    "PPFD_IN": Downscaling(fit="proportion", lowest=0.0),
    "WS": Downscaling(fit="proportion", lowest=0.0),
    "P": Downscaling(fit="ratio", lowest=0.0),
}
"""Variable → how it is fitted: radiation and wind keep their zero; rain falls at other half hours than in the reanalysis, and only its
sum is fitted."""


class FromReanalysis(NamedTuple):
    """A variable with its gaps filled from a reanalysis.

    Attributes
    ----------
    values, quality
        (n,) filled; quality 2 is the reanalysis, else as handed over.
    intercept, slope, r2
        Of the fit, in the unit of the variable; NaN where there were too few common records. r2 is the squared correlation.
    downscaled
        (n,) the fitted reanalysis.
    replaced
        (n,) which records are from it.
    """

    values: FloatArray
    quality: QualityArray
    intercept: float
    slope: float
    r2: float
    downscaled: FloatArray
    replaced: NDArray[np.bool_]


def fill_from_reanalysis(
    values: FloatArray,
    quality: QualityArray,
    reanalysis: FloatArray,
    *,
    downscaling: Downscaling | None = None,
    worst_quality: int = 1,
) -> FromReanalysis:
    r"""Put a fitted reanalysis where a variable is missing or poorly filled.

    Parameters
    ----------
    values
        (n,) measured or filled values; NaN where there is none.
    quality
        (n,) 0 measured, 1 (good) to 3 (poor) filled, -1 none.
    reanalysis
        (n,) NaN where missing.
    downscaling
        How it is fitted; default: a line. See :data:`DOWNSCALINGS`.
    worst_quality
        Filled values of a quality up to this stay.

    Returns
    -------
    FromReanalysis
        With fewer than :data:`FEWEST_COMMON` common records, or where the reanalysis does not vary, nothing is replaced. Where the
        reanalysis is missing, values stay as they are, with their quality.

    Raises
    ------
    ValueError
        Where shapes differ.

    Notes
    -----
    The fit is made on measured records: with x the reanalysis and y the site

    .. math:: y = a + b x; \quad b = \frac{\sum (x - \bar x)(y - \bar y)}{\sum (x - \bar x)^2}, \quad
              b_{proportion} = \frac{\sum x y}{\sum x^2}, \quad b_{ratio} = \frac{\sum y}{\sum x}

    References
    ----------
    Vuichard and Papale (2015), Earth Syst. Sci. Data 7, 157, doi:10.5194/essd-7-157-2015
    """
    if not values.shape == quality.shape == reanalysis.shape:
        raise ValueError(f"values {values.shape}, quality {quality.shape} and reanalysis {reanalysis.shape} must have one shape")
    downscaling = downscaling or Downscaling()
    common = (quality == 0) & np.isfinite(values) & np.isfinite(reanalysis)
    intercept, slope, r2 = _fitted(reanalysis[common], values[common], downscaling.fit)
    downscaled = np.clip(intercept + slope * reanalysis, downscaling.lowest, downscaling.highest)
    wanting = np.isnan(values) | (quality > worst_quality) | (quality < 0)
    replaced = wanting & np.isfinite(downscaled)
    return FromReanalysis(
        values=np.where(replaced, downscaled, values),
        quality=np.where(replaced, np.int8(BY_REANALYSIS), quality),
        intercept=intercept,
        slope=slope,
        r2=r2,
        downscaled=downscaled,
        replaced=replaced,
    )


def _fitted(x: FloatArray, y: FloatArray, fit: Literal["line", "proportion", "ratio"]) -> tuple[float, float, float]:
    """Return intercept, slope and squared correlation; NaN where there is nothing to fit."""
    if x.size < FEWEST_COMMON or not np.ptp(x) > 0.0:
        return np.nan, np.nan, np.nan
    from_x, from_y = x - x.mean(), y - y.mean()
    products, squares, of_y = float(from_x @ from_y), float(from_x @ from_x), float(from_y @ from_y)
    r2 = products**2 / (squares * of_y) if of_y > 0.0 else np.nan
    if fit == "line":
        slope = products / squares
        return float(y.mean() - slope * x.mean()), slope, r2
    total = float(x.sum())
    if fit == "ratio":
        return (0.0, float(y.sum()) / total, r2) if total != 0.0 else (np.nan, np.nan, np.nan)
    return 0.0, float(x @ y) / float(x @ x), r2


def calculated_long_wave(
    air_temperature: FloatArray,
    vapour_pressure_deficit: FloatArray,
    short_wave: FloatArray,
    potential_radiation: FloatArray,
    calendar: SiteCalendar,
) -> FloatArray:
    r"""Return incoming long-wave radiation [W m-2] calculated from other weather (FLUXNET's LW_IN_JSB).

    Parameters
    ----------
    air_temperature
        (n,) [degree_C].
    vapour_pressure_deficit
        (n,) [hPa].
    short_wave, potential_radiation
        (n,) incoming, and at the top of the atmosphere [W m-2].
    calendar
        The calendar of the records.

    Returns
    -------
    ndarray
        (n,) NaN where temperature or deficit are missing, or what comes out lies outside of 10 to 1000 W m-2.

    Notes
    -----
    .. math:: L = (1 + 0.22 c^2) \cdot 0.64 (e / T)^{1/7} \sigma T^4, \quad c = 1 - (f - 0.5) / 0.4 \text{ between 0 and 1}

    with T [K], vapour pressure e [Pa] of Magnus' formula and f the share of the potential radiation that arrives: by night the mean of the
    day's, where there is none the mean of all. Formula and coefficients of the land-surface model JSBACH as ONEFlux has them.

    References
    ----------
    Brutsaert (1975), Water Resour. Res. 11, 742, doi:10.1029/WR011i005p00742
    """
    share = _clear_share(short_wave, potential_radiation, calendar)
    cloud = np.clip(1.0 - (share - 0.5) / 0.4, 0.0, 1.0)
    kelvin = air_temperature + _KELVIN
    vapour_pressure = 611.0 * np.exp(17.27 * air_temperature / (kelvin - 36.0)) - 100.0 * vapour_pressure_deficit
    vapour_pressure = np.where(vapour_pressure < 0.0, _LEAST_PRESSURE, vapour_pressure)
    radiation: FloatArray = (1.0 + 0.22 * cloud**2) * 0.64 * (vapour_pressure / kelvin) ** (1.0 / 7.0) * _STEFAN_BOLTZMANN * kelvin**4
    lowest, highest = _PLAUSIBLE_LONG_WAVE
    return np.where((radiation >= lowest) & (radiation <= highest), radiation, np.nan)


def _clear_share(short_wave: FloatArray, potential_radiation: FloatArray, calendar: SiteCalendar) -> FloatArray:
    """Return (n,) the share of the potential radiation that arrives; all NaN where it is known at no time."""
    day = potential_radiation > 0.0
    known = day & np.isfinite(short_wave)
    share = np.full(calendar.size, np.nan)
    share[known] = np.maximum(short_wave[known] / potential_radiation[known], 0.0)
    number = np.bincount(calendar.day[known], minlength=calendar.days)
    total = np.bincount(calendar.day[known], weights=share[known], minlength=calendar.days)
    of_day = np.divide(total, number, out=np.full(calendar.days, np.nan), where=number > 0)
    share = np.where(day, share, of_day[calendar.day])
    rest = np.isnan(share)
    if not rest.all():
        share[rest] = share[~rest].mean()
    return share
