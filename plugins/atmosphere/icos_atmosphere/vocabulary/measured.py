"""Words of what analysers write: readings of the gases, water vapour, valves, status and housekeeping."""

from __future__ import annotations

from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Variable

__all__ = ["DIAGNOSTICS", "MEASURED", "METEOROLOGY", "READINGS", "STATUS", "VALVES", "WATER"]

READINGS: tuple[Variable, ...] = tuple(
    word
    for gas in GASES.values()
    for word in (
        Variable(
            name=f"{gas.name}_wet", units=gas.units, long_name=f"mole fraction of {gas.long_name} in moist air, as the analyser reads it"
        ),
        Variable(
            name=f"{gas.name}_dry", units=gas.units, long_name=f"mole fraction of {gas.long_name} in dry air, as the analyser reports it"
        ),
    )
)
"""Readings of the gases. An analyser repeats its last value until the next is there; which rows are fresh the calibrator finds out."""

WATER: tuple[Variable, ...] = (
    Variable(name="h2o", units="percent", long_name="mole fraction of water vapour", standard_name="mole_fraction_of_water_vapor_in_air"),
    Variable(
        name="h2o_reported",
        units="percent",
        long_name="water vapour as the analyser reports it before its own calibration",
        comment="Water corrections of Picarro analysers are in terms of this reading",
    ),
)

VALVES: tuple[Variable, ...] = (
    Variable(
        name="mpv_position", units="1", long_name="position of the rotary valve", comment="fractional in a row during which it switched"
    ),
    Variable(
        name="solenoid_valves",
        units="1",
        long_name="state of the solenoid valves",
        comment="fractional in a row during which they switched",
    ),
    Variable(name="inlet_number", units="1", long_name="number of the inlet"),
)

STATUS: tuple[Variable, ...] = (
    Variable(
        name="species",
        units="1",
        dtype="int16",
        long_name="which reading this row has renewed",
        comment="a code of the instrument; -1: not stated",
    ),
    Variable(
        name="alarm_status", units="1", dtype="int32", long_name="alarm status of the instrument", comment="0: no alarm; -1: not stated"
    ),
    Variable(name="instrument_status", units="1", dtype="int32", long_name="status word of the instrument", comment="-1: not stated"),
)

DIAGNOSTICS: tuple[Variable, ...] = (
    Variable(name="cavity_pressure", units="torr", long_name="pressure in the cavity"),
    Variable(
        name="cavity_temperature",
        units="degree_C",
        long_name="temperature of the cavity",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
    Variable(
        name="das_temperature",
        units="degree_C",
        long_name="temperature in the analyser",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
    Variable(
        name="etalon_temperature",
        units="degree_C",
        long_name="temperature of the etalon",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
    Variable(
        name="warm_box_temperature",
        units="degree_C",
        long_name="temperature of the warm box",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
    Variable(
        name="ambient_temperature",
        units="degree_C",
        long_name="temperature around the analyser",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
    Variable(name="outlet_valve", units="1", long_name="opening of the outlet valve"),
    Variable(name="sample_flow", units="mL min-1", long_name="flow of sample air"),
)
"""Housekeeping; what of it is there depends on the model."""

METEOROLOGY: tuple[Variable, ...] = (
    Variable(
        name="air_temperature",
        units="degree_C",
        long_name="air temperature",
        standard_name="air_temperature",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
    Variable(name="relative_humidity", units="percent", long_name="relative humidity", standard_name="relative_humidity"),
    Variable(name="air_pressure", units="hPa", long_name="air pressure", standard_name="air_pressure"),
    Variable(name="wind_speed", units="m s-1", long_name="wind speed", standard_name="wind_speed"),
    Variable(name="wind_direction", units="degree", long_name="direction from which the wind comes", standard_name="wind_from_direction"),
)

MEASURED: tuple[Variable, ...] = (*READINGS, *WATER, *VALVES, *STATUS, *DIAGNOSTICS, *METEOROLOGY)
"""Everything that readers of analysers and of meteorology may provide."""
