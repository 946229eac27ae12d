"""Words of the stream `profile`: concentrations and weather at several heights, with dimensions ``(time, height)``."""

from __future__ import annotations

from icos_core.components import Variable

__all__ = ["HEIGHT", "PROFILE"]

HEIGHT = "height"
"""Coordinate beside time: height above ground of each level [m]."""

_ON_SCALE = {"units_metadata": "temperature: on_scale"}

PROFILE = (
    Variable(
        name="CO2", units="umol mol-1", standard_name="mole_fraction_of_carbon_dioxide_in_air", long_name="carbon dioxide in the profile"
    ),
    Variable(name="H2O", units="mmol mol-1", standard_name="mole_fraction_of_water_vapor_in_air", long_name="water vapour in the profile"),
    Variable(name="CH4", units="umol mol-1", standard_name="mole_fraction_of_methane_in_air", long_name="methane in the profile"),
    Variable(
        name="N2O", units="umol mol-1", standard_name="mole_fraction_of_nitrous_oxide_in_air", long_name="nitrous oxide in the profile"
    ),
    Variable(name="TA", units="K", standard_name="air_temperature", long_name="air temperature in the profile", attributes=_ON_SCALE),
    Variable(name="RH", units="percent", standard_name="relative_humidity", long_name="relative humidity in the profile"),
)
