"""Words of the exchange of CO2 between sea and air."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Variable
from icos_ocean.vocabulary.underway import temperature

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FLUX_INPUTS", "MEASURED", "OWN_TERMS", "WORDS"]

MEASURED: tuple[Variable, ...] = (
    Variable(name="wind_speed_second_moment", units="m2 s-2", long_name="mean of the square of the wind speed"),
    Variable(name="wind_speed_third_moment", units="m3 s-3", long_name="mean of the cube of the wind speed"),
    Variable(
        name="ice_fraction",
        units="1",
        long_name="fraction of the sea that is covered with ice",
        standard_name="sea_ice_area_fraction",
    ),
)
"""What readers may provide beside wind speed."""

FLUX_INPUTS = ("wind_speed", "relative_wind_speed", *(word.name for word in MEASURED))
"""Measured variables that no fCO2 is computed from, but the flux is: calibrators carry them into the calibrated stream."""

WORDS: tuple[Variable, ...] = (
    Variable(
        name="co2_flux",
        units="mmol m-2 d-1",
        long_name="flux of CO2 from the sea to the air",
        standard_name="surface_upward_mole_flux_of_carbon_dioxide",
        comment="positive where the sea gives CO2 off",
    ),
    Variable(name="co2_flux_uncertainty", units="mmol m-2 d-1", long_name="standard uncertainty of the flux of CO2"),
    Variable(
        name="co2_flux_spread_gas_transfer",
        units="mmol m-2 d-1",
        long_name="largest minus smallest flux of CO2 by the parameterisations of gas transfer that are listed",
    ),
    Variable(name="gas_transfer_velocity", units="cm h-1", long_name="transfer velocity of CO2 across the surface of the sea"),
    Variable(name="co2_solubility", units="mol L-1 atm-1", long_name="solubility of CO2 in sea water per volume"),
    Variable(name="schmidt_number", units="1", long_name="Schmidt number of CO2 in sea water"),
    Variable(
        name="wind_speed_10m",
        units="m s-1",
        long_name="wind speed 10 m above the sea",
        standard_name="wind_speed",
    ),
    temperature("skin_temperature", "temperature of the skin of the sea", "sea_surface_skin_temperature"),
)
"""What the product `air-sea-flux` makes, beside what it carries and the terms of the uncertainty."""

OWN_TERMS: Mapping[str, tuple[str, str]] = {
    "gas_transfer": ("common", "choice among the parameterisations of gas transfer that are listed"),
    "transfer_velocity": ("common", "parameterisation of gas transfer itself"),
    "wind": ("common", "wind speed"),
    "solubility": ("common", "solubility of CO2"),
    "skin": ("common", "temperature of the skin of the sea"),
}
"""Terms that arise in the flux; those of ΔfCO2 keep their names."""
