"""Latent and sensible heat of the FLUXNET product.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.aggregation.calendar_means import day_means, good_fraction, period_means
from icos_ecosystem.aggregation.random_uncertainty_of_means import random_uncertainty_of_means
from icos_ecosystem.energy_balance.closure_correction import correct, joint_uncertainty
from icos_ecosystem.energy_balance.closure_factors import RESOLUTIONS, EnergyFluxes
from icos_ecosystem.gap_filling.flux_random_uncertainty import random_uncertainty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.aggregation.periods import Periods
    from icos_ecosystem.energy_balance.closure_factors import Resolution
    from icos_ecosystem.fluxnet.site_series import FilledSeries, SiteSeries
    from icos_ecosystem.fluxnet.table import ProductTable

    FloatArray = NDArray[np.float64]

__all__ = ["ENERGY_FLUXES", "SIMILAR_ENERGY_FLUX", "add_energy"]

ENERGY_FLUXES = ("LE", "H")
SIMILAR_ENERGY_FLUX = 10.0
"""Difference up to which fluxes are similar for the random uncertainty [W m-2]."""
_WITH_QUARTILES = ("hh", "dd")


def add_energy(table: ProductTable, site: SiteSeries, despiked: Mapping[str, FloatArray]) -> dict[str, NDArray[np.int8]]:
    """Add latent and sensible heat with random uncertainty, and corrected for the closure of the energy balance.

    Parameters
    ----------
    table
        Where to.
    site
        The series.
    despiked
        Measured fluxes without spikes [W m-2], by name.

    Returns
    -------
    dict
        Flux → (n,) quality of its filled series.
    """
    filled = {name: site.by_sampling(name, despiked.get(name)) for name in ENERGY_FLUXES}
    there = {name: found for name, found in filled.items() if found is not None}
    uncertainty = {name: _add_flux(table, name, found, site) for name, found in there.items()}
    net_radiation, ground_heat = site.measured("NETRAD"), site.measured("G")
    if len(there) == len(ENERGY_FLUXES) and net_radiation is not None and ground_heat is not None:
        latent, sensible = there["LE"], there["H"]
        fluxes = EnergyFluxes(
            net_radiation=net_radiation,
            ground_heat=ground_heat,
            latent_heat=latent.values,
            sensible_heat=sensible.values,
            latent_heat_quality=_missing_below_zero(latent.quality),
            sensible_heat_quality=_missing_below_zero(sensible.quality),
        )
        for resolution in RESOLUTIONS:
            table.add(resolution, _corrected(fluxes, site, resolution, uncertainty))
    return {name: found.quality for name, found in there.items()}


def _add_flux(table: ProductTable, name: str, found: FilledSeries, site: SiteSeries) -> dict[str, FloatArray]:
    """Add a flux with its random uncertainty, and return that by resolution."""
    per_day = site.calendar.per_day
    random = random_uncertainty(found.values, found.quality == 0, site.drivers, per_day=per_day, minimum_tolerance=SIMILAR_ENERGY_FLUX)
    known = random.method > 0
    target = f"{name}_F_MDS"
    table.add(
        "hh",
        {
            target: found.values,
            f"{target}_QC": _missing_below_zero(found.quality),
            f"{name}_RANDUNC": random.values,
            f"{name}_RANDUNC_METHOD": np.where(known, random.method, np.nan),
            f"{name}_RANDUNC_N": np.where(known, random.count, np.nan),
        },
    )
    days, quality = day_means(found.values, per_day), good_fraction(found.quality, per_day)
    by_resolution = {"hh": random.values}

    def of(periods: Periods) -> dict[str, FloatArray]:
        means = period_means(days, periods)
        by_resolution[periods.resolution] = random_uncertainty_of_means(random.values, per_day, periods)
        return {
            target: means,
            f"{target}_QC": np.where(np.isfinite(means), period_means(quality, periods), np.nan),
            f"{name}_RANDUNC": by_resolution[periods.resolution],
        }

    table.add_to_all(of)
    return by_resolution


def _corrected(
    fluxes: EnergyFluxes, site: SiteSeries, resolution: Resolution, uncertainty: Mapping[str, Mapping[str, FloatArray]]
) -> dict[str, FloatArray]:
    correction = correct(fluxes, site.calendar, resolution)
    method = np.where(correction.method > 0, correction.method, np.nan)
    found = {"EBC_CF_N": correction.count, "EBC_CF_METHOD": method}
    for name, flux in zip(ENERGY_FLUXES, (correction.latent_heat, correction.sensible_heat), strict=True):
        found[f"{name}_CORR"] = flux.corrected
        if resolution in _WITH_QUARTILES:
            found |= {f"{name}_CORR_25": flux.lower, f"{name}_CORR_75": flux.upper}
            found[f"{name}_CORR_JOINTUNC"] = joint_uncertainty(uncertainty[name][resolution], flux)
    return found


def _missing_below_zero(quality: NDArray[np.int8]) -> FloatArray:
    return np.where(quality >= 0, quality, np.nan)
