"""Constants of eddy covariance, with the values that EddyPro uses: results agree to the printed digits only with the same ones."""

from __future__ import annotations

__all__ = [
    "DRY_AIR_GAS_CONSTANT",
    "DRY_AIR_MOLAR_MASS",
    "EVAPOTRANSPIRATION",
    "GAS_CONSTANT",
    "GRAVITY",
    "MOLAR_MASS",
    "STANDARD_MOLAR_VOLUME",
    "VAPOUR_GAS_CONSTANT",
    "VAPOUR_MASS_RATIO",
    "VON_KARMAN",
    "ZERO_CELSIUS",
]

VON_KARMAN = 0.41
GRAVITY = 9.81
"""m s-2"""
GAS_CONSTANT = 8.314
"""J mol-1 K-1"""
DRY_AIR_GAS_CONSTANT = 287.04
"""J kg-1 K-1"""
VAPOUR_GAS_CONSTANT = 461.5
"""J kg-1 K-1"""
DRY_AIR_MOLAR_MASS = 0.02897
"""kg mol-1"""
MOLAR_MASS = {"co2": 0.04401, "h2o": 0.01802, "ch4": 0.01604, "n2o": 0.04401}
"""kg mol-1"""
VAPOUR_MASS_RATIO = DRY_AIR_MOLAR_MASS / MOLAR_MASS["h2o"]
"""Molar mass of dry air over that of water."""
EVAPOTRANSPIRATION = 0.0648
"""mm h-1 of water that a flux of 1 mmol m-2 s-1 is."""
STANDARD_MOLAR_VOLUME = 0.02245
"""m3 mol-1"""
ZERO_CELSIUS = 273.15
"""K"""
