"""Uncertainty of fluxes: of the sampling of turbulence, and of the choice of methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT, flux_variables
from icos_ecosystem.calibration.random_errors import covariance_errors
from icos_ecosystem.constants import EVAPOTRANSPIRATION, MOLAR_MASS
from icos_ecosystem.uncorrected_fluxes import gas_flux
from icos_ecosystem.vocabulary.flux_templates import FLUX_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.scheme import SchemeFluxes

    FloatArray = NDArray[np.float64]
    Columns = dict[str, NDArray[np.generic]]

__all__ = ["uncertainty_variables"]

_QUARTILE_RANGE_OF_NORMAL = 1.349


def uncertainty_variables(own: SchemeFluxes, members: Mapping[str, SchemeFluxes], columns: Columns) -> Columns:
    """Return random uncertainty, spread over an ensemble and both together; of an ensemble also the medians that are the fluxes."""
    random = _random(own) if own.halves.options.random_uncertainty.method != "none" else {}
    made: Columns = {f"{name}_RANDUNC_HF": values for name, values in random.items()}
    factors = {"TAU": "TAU_SCF", "H": "H_SCF", "LE": "LE_SCF", "ET": "ET_SCF"} | {flux: f"{flux}_SCF" for _, flux, _ in GAS_OUTPUT.values()}
    medians, spreads = _ensemble(members) if members else ({}, {})
    for name in FLUX_NAMES:
        terms = []
        if name in random:
            # What is lost to filters is lost of the uncertainty too; EddyPro's own column leaves that out.
            term = random[name] * np.asarray(columns[factors[name]], dtype=np.float64)
            made[f"{name}_uncertainty_random"] = term
            terms.append(term)
        if name in spreads:
            made |= {name: medians[name], f"{name}_METHOD_SPREAD": spreads[name], f"{name}_uncertainty_method": spreads[name]}
            terms.append(spreads[name])
        if terms:
            made[f"{name}_uncertainty"] = np.sqrt(sum(term * term for term in terms))
    return made


def _random(own: SchemeFluxes) -> dict[str, FloatArray]:
    """Return the random error of uncorrected fluxes, in their units."""
    errors, state = covariance_errors(own), own.state
    found: dict[str, FloatArray] = {}
    if "u" in errors:
        found["TAU"] = state.density * errors["u"]
    found["H"] = state.heat_capacity * errors["ts"]
    for gas, flux in own.gases.items():
        _, name, scale = GAS_OUTPUT[gas]
        error = gas_flux(errors[gas], state, flux.as_ratio, flux.as_density, water=gas == "h2o")
        found[name] = error * scale
        if gas == "h2o":
            found |= {"LE": error * MOLAR_MASS["h2o"] * 1e-3 * state.latent_heat, "ET": error * EVAPOTRANSPIRATION}
    return found


def _ensemble(members: Mapping[str, SchemeFluxes]) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Return median and standard deviation of fluxes over combinations of methods.

    The deviation is the interquartile range of a normal distribution's, which few members bear; NaN where fewer than two have a flux.
    """
    of_members = [flux_variables(member) for member in members.values()]
    medians, spreads = {}, {}
    for name in FLUX_NAMES:
        if name not in of_members[0]:
            continue
        stacked = np.stack([np.asarray(each[name], dtype=np.float64) for each in of_members])
        enough = np.isfinite(stacked).sum(axis=0)
        filled = np.where(enough > 0, stacked, 0.0)
        with np.errstate(invalid="ignore"):
            low, middle, high = np.nanpercentile(filled, (25.0, 50.0, 75.0), axis=0)
        medians[name] = np.where(enough > 0, middle, np.nan)
        spreads[name] = np.where(enough > 1, (high - low) / _QUARTILE_RANGE_OF_NORMAL, np.nan)
    return medians, spreads
