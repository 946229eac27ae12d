"""Words of the air's state, the gases' concentrations and their time lags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_templates import GASES, category, quantity

if TYPE_CHECKING:
    from icos_core.components import Variable
    from icos_ecosystem.vocabulary.flux_templates import FluxGas

__all__ = ["AIR_WORDS", "CONCENTRATION_WORDS", "LAG_WORDS"]

_LAGS = {
    "ACTUAL": "time lag that the detection found",
    "USED": "time lag applied",
    "NOMINAL": "nominal time lag",
    "MIN": "lower end of the search window of the time lag",
    "MAX": "upper end of the search window of the time lag",
}

AIR_WORDS = (
    quantity("T_SONIC", "degree_C", "mean sonic temperature"),
    quantity("TA_EP", "degree_C", "air temperature of the flux computation", "air_temperature"),
    quantity("PA_EP", "kPa", "air pressure of the flux computation", "air_pressure"),
    quantity("RH_EP", "percent", "relative humidity of the flux computation", "relative_humidity"),
    quantity("AIR_MV", "m3 mol-1", "molar volume of moist air"),
    quantity("AIR_DENSITY", "kg m-3", "density of moist air", "air_density"),
    quantity("AIR_RHO_CP", "J m-3 K-1", "volumetric heat capacity of moist air at constant pressure"),
    quantity("AIR_CP", "J kg-1 K-1", "specific heat capacity of moist air at constant pressure"),
    quantity("VAPOR_DENSITY", "kg m-3", "density of water vapour"),
    quantity("VAPOR_PARTIAL_PRESSURE", "hPa", "partial pressure of water vapour", "water_vapor_partial_pressure_in_air"),
    quantity("VAPOR_PARTIAL_PRESSURE_SAT", "hPa", "saturation pressure of water vapour"),
    quantity("SPECIFIC_HUMIDITY", "kg kg-1", "specific humidity", "specific_humidity"),
    quantity("VPD_EP", "hPa", "vapour pressure deficit of the flux computation", "water_vapor_saturation_deficit_in_air"),
    quantity("TDEW", "degree_C", "dew point temperature", "dew_point_temperature"),
    quantity("DRYAIR_PARTIAL_PRESSURE", "kPa", "partial pressure of dry air"),
    quantity("DRYAIR_DENSITY", "kg m-3", "density of dry air"),
    quantity("DRYAIR_MV", "m3 mol-1", "molar volume of dry air"),
    quantity("SPECIFIC_HEAT_EVAP", "J kg-1", "specific heat of evaporation"),
    quantity("VAPOR_DRYAIR_RATIO", "kg kg-1", "density of water vapour over density of dry air"),
)


def _concentrations(gas: FluxGas) -> tuple[Variable, ...]:
    of = f"of {gas.long_name}"
    return (
        category(
            f"{gas.name}_MEAS_TYPE",
            f"what statistics {of} are of",
            {0: "mixing_ratio", 1: "mole_fraction", 2: "molar_density"},
            comment="code 1 is unverified: files at hand hold 0 and 2",
        ),
        quantity(f"{gas.name}_MOLAR_DENSITY", "mmol m-3", f"molar density {of}"),
        quantity(f"{gas.name}_MIXING_RATIO", gas.fraction_units, f"mixing ratio {of}: amount per amount of dry air"),
        quantity(gas.name, gas.fraction_units, f"mole fraction {of} in moist air", gas.fraction_standard_name),
    )


CONCENTRATION_WORDS = tuple(word for gas in GASES for word in _concentrations(gas))
LAG_WORDS = tuple(quantity(f"{gas.name}_TLAG_{end}", "s", f"{text} of {gas.long_name}") for gas in GASES for end, text in _LAGS.items())
