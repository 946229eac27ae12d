"""Fluxes from covariances, level by level: uncorrected, and corrected for spectral losses, density fluctuations and humidity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.constants import EVAPOTRANSPIRATION, MOLAR_MASS
from icos_ecosystem.density_corrections import (
    closed_path_gas,
    closed_path_vapour,
    open_path_gas,
    open_path_vapour,
    water_flux,
)
from icos_ecosystem.uncorrected_fluxes import turbulence_scales

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState
    from icos_ecosystem.uncorrected_fluxes import GasFlux, Scales, Uncorrected

    FloatArray = NDArray[np.float64]

__all__ = ["Corrected", "corrected_fluxes"]

_HUMIDITY_PASSES = 3
"""Turns in which heat and evaporation are found; each adds some three digits."""


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """Fluxes after every level, arrays of shape (n,).

    Attributes
    ----------
    momentum, heat, latent_heat, evapotranspiration
        [kg m-1 s-2, W m-2, W m-2, mm h-1].
    heat_without_humidity
        After the correction for humidity, before the spectral one [W m-2].
    gases
        Gas → flux [µmol m-2 s-1; water vapour mmol m-2 s-1].
    first, second
        Gas → flux of level 1 and 2.
    scales
        Of turbulence, from corrected fluxes.
    bowen_ratio
        Sensible over latent heat.
    """

    momentum: FloatArray
    heat: FloatArray
    latent_heat: FloatArray
    evapotranspiration: FloatArray
    heat_without_humidity: FloatArray
    gases: dict[str, FloatArray]
    first: dict[str, FloatArray]
    second: dict[str, FloatArray]
    scales: Scales
    bowen_ratio: FloatArray


def corrected_fluxes(
    uncorrected: Uncorrected,
    gases: Mapping[str, GasFlux],
    factors: Mapping[str, FloatArray],
    state: AmbientState,
    sonic_temperature: FloatArray,
    height: FloatArray,
    *,
    density_correction: bool,
    surface_heat: FloatArray | float = 0.0,
    vapour_needs_cell: bool = False,
    uncorrected_humidity: bool = False,
) -> Corrected:
    """Return fluxes corrected for spectral losses, density fluctuations and humidity.

    Parameters
    ----------
    uncorrected
        Momentum and heat.
    gases
        Gas → what is known of it.
    factors
        Spectral correction factors: ``momentum``, ``heat`` and each gas, (n,).
    state
        The air.
    sonic_temperature
        (n,) mean [K].
    height
        (n,) above the zero-plane displacement [m].
    density_correction
        Whether fluxes of what is not a mixing ratio are corrected for density fluctuations.
    surface_heat
        Sensible heat that the surfaces of a LI-7500 give [W m-2].
    vapour_needs_cell
        Quirk of EddyPro: water vapour of a closed path stays uncorrected where the cell's temperature is not measured.
    uncorrected_humidity
        Quirk of EddyPro: the sonic heat flux is corrected for humidity with the evaporation before its own corrections, to first order, and
        what humidity takes gets the spectral factor of heat.

    Notes
    -----
    Level 1: momentum and open-path gases get their spectral factors. Level 2: closed paths are corrected for density fluctuations, and the
    sonic heat flux for humidity (Schotanus et al. 1983), with an evaporation that is found in turns with it. Level 3: heat and closed-path
    gases get their spectral factors, open paths are corrected for density fluctuations with the heat so found.

    References
    ----------
    Schotanus, P., Nieuwstadt, F. T. M. and de Bruin, H. A. R. (1983), Boundary-Layer Meteorol. 26, 81-93, doi:10.1007/BF00164332.
    """
    first = {name: np.where(gas.open_path, gas.flux * factors[name], gas.flux) for name, gas in gases.items()}
    vapour = gases.get("h2o")
    evaporation = first["h2o"] * MOLAR_MASS["h2o"] * 1e-3 if vapour is not None else np.zeros_like(height)
    before = np.nan_to_num(vapour.flux * MOLAR_MASS["h2o"] * 1e-3) if vapour is not None else np.zeros_like(height)
    if uncorrected_humidity:
        heat_second, heat = _heat_of_eddypro(uncorrected, before, factors["heat"], state, sonic_temperature)
    else:
        heat_second, heat = _heat(uncorrected, before, factors["heat"], state)
    if vapour is not None and not uncorrected_humidity:
        for _ in range(_HUMIDITY_PASSES):
            _, found = _vapour(
                evaporation, vapour, factors["h2o"], heat + surface_heat, state, density_correction=density_correction, needs_cell=False
            )
            heat_second, heat = _heat(uncorrected, np.nan_to_num(found), factors["heat"], state)
    path_heat = heat + surface_heat
    second, third, corrected_evaporation = dict(first), {}, evaporation
    if vapour is not None:
        second["h2o"], corrected_evaporation = _vapour(
            evaporation, vapour, factors["h2o"], path_heat, state, density_correction=density_correction, needs_cell=vapour_needs_cell
        )
        third["h2o"] = water_flux(corrected_evaporation)
    for name, gas in gases.items():
        if name == "h2o":
            continue
        closed = first[name]
        if density_correction:
            closed = np.where(gas.as_ratio, first[name], _closed_gas(first[name], gas, state))
        second[name] = np.where(gas.open_path, first[name], closed)
        opened = first[name]
        if density_correction:
            # The surfaces are those of a LI-7500; a LI-7700 stands apart.
            warmed = path_heat if gas.line_shape is None else heat
            opened = open_path_gas(first[name], gas.density, corrected_evaporation, warmed, state, gas.line_shape)
            opened = np.where(gas.as_density, opened, first[name])
        third[name] = np.where(gas.open_path, opened, second[name] * factors[name])
    latent = state.latent_heat * corrected_evaporation
    with np.errstate(invalid="ignore", divide="ignore"):
        scales = turbulence_scales(
            uncorrected.scales.friction_velocity * np.sqrt(factors["momentum"]),
            heat / state.heat_capacity,
            state.temperature,
            state.pressure,
            height,
        )
        bowen = heat / latent
    return Corrected(
        momentum=uncorrected.momentum * factors["momentum"],
        heat=heat,
        latent_heat=latent,
        evapotranspiration=third.get("h2o", np.full_like(height, np.nan)) * EVAPOTRANSPIRATION,
        heat_without_humidity=heat_second,
        gases=third,
        first=first,
        second=second,
        scales=scales,
        bowen_ratio=bowen,
    )


def _heat_of_eddypro(
    uncorrected: Uncorrected, evaporation: FloatArray, factor: FloatArray, state: AmbientState, sonic_temperature: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the heat flux without what humidity gives to sonic temperature, before and after the spectral factor [W m-2]."""
    of_humidity = sonic_temperature * evaporation / state.density
    of_humidity = of_humidity + np.nan_to_num(state.specific_humidity) * uncorrected.temperature_covariance
    second = uncorrected.heat - state.heat_capacity * 0.51 * of_humidity
    return second, second * factor


def _heat(uncorrected: Uncorrected, evaporation: FloatArray, factor: FloatArray, state: AmbientState) -> tuple[FloatArray, FloatArray]:
    """Return the heat flux without what humidity gives to sonic temperature, before and after the spectral factor [W m-2].

    From ``Ts = T (1 + 0.51 q)`` with the covariance of vertical wind and humidity ``cov(w, q) = (1 - q) E / rho``: the evaporation is
    corrected for its own losses already and takes no other factor.
    """
    humidity = np.nan_to_num(state.specific_humidity)
    of_humidity = state.heat_capacity * 0.51 * state.temperature * (1.0 - humidity) * evaporation / state.density
    heat = (uncorrected.heat * factor - of_humidity) / (1.0 + 0.51 * humidity)
    return heat / factor, heat


def _vapour(
    evaporation: FloatArray,
    vapour: GasFlux,
    factor: FloatArray,
    heat: FloatArray,
    state: AmbientState,
    *,
    density_correction: bool,
    needs_cell: bool,
) -> tuple[FloatArray, FloatArray]:
    """Return the flux of level 2 [mmol m-2 s-1] and the evaporation of level 3 [kg m-2 s-1]."""
    if not density_correction:
        return water_flux(evaporation), np.where(vapour.open_path, evaporation, evaporation * factor)
    closed = np.where(
        vapour.as_density,
        closed_path_vapour(evaporation, vapour.cell, state, density=True),
        closed_path_vapour(evaporation, vapour.cell, state, density=False),
    )
    untouched = vapour.as_ratio | (needs_cell & ~np.isfinite(vapour.cell.temperature_flux))
    closed = np.where(untouched, evaporation, closed)
    opened = np.where(vapour.as_density, open_path_vapour(evaporation, heat, state), evaporation)
    return water_flux(np.where(vapour.open_path, evaporation, closed)), np.where(vapour.open_path, opened, closed * factor)


def _closed_gas(flux: FloatArray, gas: GasFlux, state: AmbientState) -> FloatArray:
    of_density = closed_path_gas(flux, gas.fraction, gas.cell, state, density=True)
    return np.where(gas.as_density, of_density, closed_path_gas(flux, gas.fraction, gas.cell, state, density=False))
