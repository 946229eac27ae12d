"""Meteorology of the FLUXNET product.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.aggregation.calendar_means import (
    day_means,
    good_fraction,
    mostly_measured,
    period_means,
    period_means_of_valid,
    period_sums,
)
from icos_ecosystem.aggregation.night_day import parts_of_day
from icos_ecosystem.fluxnet.site_series import FilledSeries
from icos_ecosystem.gap_filling.meteorology import calculated_long_wave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.aggregation.periods import Periods
    from icos_ecosystem.fluxnet.site_series import SiteSeries
    from icos_ecosystem.fluxnet.table import ProductTable

    FloatArray = NDArray[np.float64]

__all__ = ["CONSOLIDATED", "NOT_FILLED", "SAMPLED", "add_meteorology"]

SAMPLED = {"TA": "TA_F_MDS", "SW_IN": "SW_IN_F_MDS", "LW_IN": "LW_IN_F_MDS", "VPD": "VPD_F_MDS", "CO2": "CO2_F_MDS"} | {
    "TS": "TS_F_MDS_1",
    "SWC": "SWC_F_MDS_1",
    "G": "G_F_MDS",
}
"""Variable → its column filled by the marginal distribution sampling."""
CONSOLIDATED = ("TA", "SW_IN", "LW_IN", "VPD", "PA", "P", "WS")
"""Variables that have a column of the best there is, measured, filled or of a reanalysis."""
NOT_FILLED = ("USTAR", "NETRAD", "PPFD_IN", "PPFD_DIF", "PPFD_OUT", "SW_DIF", "SW_OUT", "LW_OUT")
_HALF_HOURLY_ONLY = ("PA", "P", "WS", "WD", "RH")
_LONG_WAVE_DRIVERS = ("TA", "VPD", "SW_IN")
_FROM_REANALYSIS, _POORLY_FILLED = 2, 3


def add_meteorology(table: ProductTable, site: SiteSeries) -> None:
    """Add what there is of meteorology."""
    for name in (*_HALF_HOURLY_ONLY, *NOT_FILLED):
        measured = site.measured(name)
        if measured is not None:
            table.add("hh", {name: measured})
            if name in NOT_FILLED:
                table.add_to_all(partial(_unfilled, name, measured, site.calendar.per_day))
    _add_potential(table, site)
    for name, target in SAMPLED.items():
        found = site.by_sampling(name)
        if found is not None:
            _add_filled(table, target, _not_negative(name, found), site)
    for name in CONSOLIDATED:
        reanalysis = site.reanalysis(name)
        if reanalysis is not None:
            _add_series(table, f"{name}_ERA", reanalysis, site)
        found = _consolidated(name, site)
        if found is not None:
            _add_filled(table, f"{name}_F", _not_negative(name, found), site)
    _add_calculated_long_wave(table, site)


def _add_calculated_long_wave(table: ProductTable, site: SiteSeries) -> None:
    """Add the incoming long-wave radiation that temperature, humidity and short-wave radiation tell of."""
    potential = site.measured("SW_IN_POT")
    if potential is None:
        return
    for end, source in (("", site.by_sampling), ("_F", partial(_consolidated, site=site))):
        temperature, deficit, radiation = (source(name) for name in _LONG_WAVE_DRIVERS)
        if temperature is not None and deficit is not None and radiation is not None:
            values = calculated_long_wave(temperature.values, deficit.values, radiation.values, potential, site.calendar)
            quality = np.max([temperature.quality, deficit.quality, radiation.quality], axis=0)
            _add_filled(table, f"LW_IN_JSB{end}", FilledSeries(values=values, quality=np.where(np.isfinite(values), quality, -1)), site)
    air, dry, light = (site.reanalysis(name) for name in _LONG_WAVE_DRIVERS)
    if air is not None and dry is not None and light is not None:
        _add_series(table, "LW_IN_JSB_ERA", calculated_long_wave(air, dry, light, potential, site.calendar), site)


def _add_potential(table: ProductTable, site: SiteSeries) -> None:
    potential = site.measured("SW_IN_POT")
    if potential is None:
        return
    per_day = site.calendar.per_day
    table.add("hh", {"SW_IN_POT": potential, "NIGHT": np.where(np.isfinite(potential), potential == 0.0, np.nan)})
    days = day_means(potential, per_day)
    counts = {
        f"{name}_D": part.count.astype(np.float64) for name, part in zip(("NIGHT", "DAY"), parts_of_day(potential, per_day), strict=True)
    }
    for resolution, periods in table.periods.items():
        if resolution != "yy":
            found = {"SW_IN_POT": period_means(days, periods)} | {name: period_means(each, periods) for name, each in counts.items()}
            table.add(resolution, found)


def _unfilled(name: str, values: FloatArray, per_day: int, periods: Periods) -> dict[str, FloatArray]:
    means, share = mostly_measured(values, per_day, periods)
    return {name: means, f"{name}_QC": share}


def _add_filled(table: ProductTable, name: str, found: FilledSeries, site: SiteSeries) -> None:
    """Add a series with its quality."""
    _add_series(table, name, found.values, site, found.quality)
    table.add("hh", {f"{name}_QC": np.where(found.quality >= 0, found.quality, np.nan)})
    quality = good_fraction(found.quality, site.calendar.per_day)
    for resolution, periods in table.periods.items():
        there = np.isfinite(table.columns[resolution].get(name, np.nan))
        table.add(resolution, {f"{name}_QC": np.where(there, period_means(quality, periods), np.nan)})


def _add_series(table: ProductTable, name: str, values: FloatArray, site: SiteSeries, quality: NDArray[np.int8] | None = None) -> None:
    """Add a series: means of days and longer, of precipitation sums; of temperature those of night and day too."""
    table.add("hh", {name: values})
    days = day_means(values, site.calendar.per_day)
    if name.startswith("P_"):
        amounts = days * site.calendar.per_day
        table.add_to_all(
            lambda periods: {name: period_sums(amounts, periods) if periods.resolution == "yy" else period_means(amounts, periods)}
        )
        return
    table.add_to_all(lambda periods: {name: period_means(days, periods)})
    potential = site.measured("SW_IN_POT")
    if not name.startswith("TA_") or potential is None:
        return
    for part, of_part in zip(("NIGHT", "DAY"), parts_of_day(potential, site.calendar.per_day), strict=True):
        end = f"{name}_{part}"
        daily = {end: of_part.means(values), f"{end}_SD": of_part.spread(values)}
        if quality is not None:
            daily[f"{end}_QC"] = of_part.good_fraction(quality)
        table.add_to_all(partial(_means_of_days, daily))


def _means_of_days(daily: Mapping[str, FloatArray], periods: Periods) -> dict[str, FloatArray]:
    return {name: period_means_of_valid(values, periods) for name, values in daily.items()}


def _consolidated(name: str, site: SiteSeries) -> FilledSeries | None:
    """Return the best there is: quality 0 measured, 1 well filled, 2 of a reanalysis, 3 poorly filled."""
    found = site.delivered(name)
    if found is None:
        measured = site.measured(name)
        if measured is None:
            return None
        return FilledSeries(values=measured, quality=np.where(np.isfinite(measured), 0, -1).astype(np.int8))
    quality = np.where(found.quality > 1, np.int8(_POORLY_FILLED), found.quality)
    return replace(found, quality=np.where(site.from_reanalysis(name), np.int8(_FROM_REANALYSIS), quality))


def _not_negative(name: str, found: FilledSeries) -> FilledSeries:
    """Return short-wave radiation without the negative values of the sensor's noise, anything else as it is."""
    return replace(found, values=np.where(found.values < 0.0, 0.0, found.values)) if name == "SW_IN" else found
