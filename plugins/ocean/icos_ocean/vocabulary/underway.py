"""Words of underway systems with an equilibrator, and of everything that is computed from water and air."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CALIBRATED",
    "DIFFERENCE_TERMS",
    "MEASURED",
    "POSITION",
    "RUN_TYPES",
    "STREAM",
    "UNCERTAINTY_TERMS",
    "temperature",
]

STREAM = "underway"
"""The stream of an underway system: water, air and standard gases in the order in which they were measured."""

RUN_TYPES: Mapping[str, int] = {
    "EQU": 1,
    "ATM": 2,
    **{f"STD{number}": 10 + number for number in range(1, 10)},
    **{f"STD{number}z": 20 + number for number in range(1, 10)},
    **{f"STD{number}s": 30 + number for number in range(1, 10)},
    "UNK": 40,
    **{f"UNK{number}": 40 + number for number in range(1, 10)},
    "ZERO": 50,
    "SPAN": 51,
    "FLUSH": 52,
    "IDLE": 53,
}
"""What the analyser was measuring, and the codes that stand for it.

EQU is water, ATM air, STDn a gas of known mole fraction, UNKn another gas: the words of the General Oceanics 8050. ZERO (gas without
CO2), SPAN (the one gas of an instrument that has one), FLUSH (recovering after either) and IDLE are of membrane sensors and buoys.
"""

UNCERTAINTY_TERMS: Mapping[str, tuple[str, str]] = {
    "standards": ("common", "stated values of the standard gases"),
    "regression": ("period", "regression across the standard gases"),
    "interpolation": ("period", "drift of the analyser between runs of standard gas"),
    "instrument": ("common", "stated accuracy of an instrument that is not calibrated with standard gases"),
    "sample": ("independent", "noise of the analyser's reading of the sample"),
    "drying": ("common", "correction for water vapour, where the gas is not dried before it is measured"),
    "temperature": ("common", "equilibrator and sea-surface temperature, with their correlation"),
    "pressure": ("common", "equilibrator pressure"),
    "salinity": ("common", "salinity"),
    "method": ("common", "coefficient of the correction to sea-surface temperature"),
    "filling": ("period", "interpolation of temperatures, salinity and pressure where they were missing or bad"),
    "temperature_correction": ("common", "choice among the corrections to sea-surface temperature that are listed"),
    "regression_form": ("common", "choice among the forms of the regression across the standard gases that are listed"),
}
"""Terms of the uncertainty of fCO2: term → (how errors of neighbouring rows correlate, what it comes from)."""

DIFFERENCE_TERMS: Mapping[str, tuple[str, str]] = {
    **UNCERTAINTY_TERMS,
    "pressure": ("common", "equilibrator pressure and pressure at sea level, with what they have in common"),
    "filling": ("period", "interpolation of temperatures, salinity and pressures where they were missing or bad"),
    "air": ("period", "variability of air between the runs that it is interpolated from"),
}
"""Terms of the uncertainty of the difference of fCO2 in sea water and in air; what both have in common is in each of them."""

_ON_SCALE = {"units_metadata": "temperature: on_scale"}
_DIFFERENCE = {"units_metadata": "temperature: difference"}


def temperature(name: str, long_name: str, standard_name: str | None = None) -> Variable:
    """Return the word of a temperature on a scale, in degrees Celsius."""
    return Variable(name=name, units="degree_C", long_name=long_name, standard_name=standard_name, attributes=_ON_SCALE)


def _source(name: str, long_name: str, *further: str) -> Variable:
    meanings = ("measured", "interpolated", *further)
    return Variable(
        name=f"{name}_source",
        dtype="int8",
        long_name=f"source of {long_name}",
        flag_values=tuple(range(len(meanings))),
        flag_meanings=meanings,
    )


POSITION: tuple[Variable, ...] = (
    Variable(name="latitude", units="degrees_north", long_name="latitude", standard_name="latitude"),
    Variable(name="longitude", units="degrees_east", long_name="longitude", standard_name="longitude"),
)

_SEA_WATER: tuple[Variable, ...] = (
    temperature("sst", "sea-surface temperature at the water intake", "sea_surface_temperature"),
    Variable(name="salinity", units="1", long_name="practical salinity", standard_name="sea_water_practical_salinity"),
    temperature("equilibrator_temperature", "water temperature in the equilibrator", "temperature_of_analysis_of_sea_water"),
)

MEASURED: tuple[Variable, ...] = (
    *POSITION,
    Variable(
        name="run_type",
        dtype="int8",
        long_name="what the analyser was measuring",
        flag_values=tuple(RUN_TYPES.values()),
        flag_meanings=tuple(RUN_TYPES),
    ),
    Variable(
        name="draining",
        dtype="int8",
        long_name="whether water was drained from the system during the measurement",
        flag_values=(0, 1),
        flag_meanings=("not_draining", "draining"),
    ),
    Variable(
        name="co2",
        units="umol mol-1",
        long_name="mole fraction of CO2 as the analyser reports it, not calibrated",
    ),
    Variable(
        name="h2o",
        units="mmol mol-1",
        long_name="mole fraction of water vapour in the analyser",
        standard_name="mole_fraction_of_water_vapor_in_air",
    ),
    Variable(
        name="standard_value",
        units="umol mol-1",
        long_name="mole fraction of CO2 in the standard gas as typed into the instrument",
    ),
    *_SEA_WATER,
    Variable(
        name="conductivity",
        units="S m-1",
        long_name="electrical conductivity of sea water in the thermosalinograph",
        standard_name="sea_water_electrical_conductivity",
    ),
    temperature("conductivity_cell_temperature", "water temperature in the thermosalinograph", "sea_water_temperature"),
    Variable(
        name="equilibrator_pressure",
        units="hPa",
        long_name="absolute pressure in the equilibrator",
    ),
    Variable(
        name="equilibrator_differential_pressure",
        units="hPa",
        long_name="pressure of the equilibrator relative to the ambient pressure, with the sign of the instrument",
    ),
    Variable(
        name="ambient_pressure",
        units="hPa",
        long_name="absolute pressure beside the equilibrator",
    ),
    Variable(
        name="analyser_pressure",
        units="hPa",
        long_name="absolute pressure in the cell of the analyser",
    ),
    temperature("analyser_temperature", "temperature of the cell of the analyser"),
    Variable(
        name="atmospheric_pressure",
        units="hPa",
        long_name="atmospheric pressure at the height of the barometer",
        standard_name="air_pressure",
    ),
    Variable(name="water_flow", units="L min-1", long_name="flow of water through the equilibrator"),
    Variable(name="analyser_flow", units="mL min-1", long_name="flow of gas through the analyser"),
    Variable(name="vent_flow", units="mL min-1", long_name="flow of gas through the vent of the equilibrator"),
    Variable(name="equilibrator_pump", units="1", long_name="setting of the equilibrator's gas pump, in the instrument's own scale"),
    temperature("condenser_temperature", "temperature of the condenser"),
    temperature("dry_box_temperature", "temperature in the dry box"),
    temperature("deck_box_temperature", "temperature in the deck box"),
    temperature("air_temperature", "air temperature", "air_temperature"),
    Variable(name="wind_speed", units="m s-1", long_name="true wind speed", standard_name="wind_speed"),
    Variable(name="wind_direction", units="degree", long_name="true wind direction", standard_name="wind_from_direction"),
    Variable(
        name="ship_speed",
        units="m s-1",
        long_name="speed of the ship over ground",
        standard_name="platform_speed_wrt_ground",
    ),
    Variable(name="ship_course", units="degree", long_name="course of the ship over ground", standard_name="platform_course"),
)
"""What readers of underway systems provide; a file has those that its instrument writes."""


def _uncertainty(name: str, what: str, terms: Mapping[str, tuple[str, str]]) -> tuple[Variable, ...]:
    whole = Variable(name=f"{name}_uncertainty", units="uatm", long_name=f"standard uncertainty of {what}")
    parts = (
        Variable(
            name=f"{name}_uncertainty_{term}",
            units="uatm",
            long_name=f"standard uncertainty of {what} due to: {source}",
            attributes={"error_correlation": correlation},
        )
        for term, (correlation, source) in terms.items()
    )
    return (whole, *parts)


_UNCERTAINTIES: tuple[Variable, ...] = (
    *_uncertainty("fco2", "the fugacity of CO2 in sea water", UNCERTAINTY_TERMS),
    Variable(
        name="xco2_uncertainty",
        units="umol mol-1",
        long_name="standard uncertainty of the mole fraction of CO2 in dry air equilibrated with sea water",
    ),
)

CALIBRATED: tuple[Variable, ...] = (
    Variable(
        name="standard_xco2",
        units="umol mol-1",
        long_name="assigned mole fraction of CO2 in the standard gas that was measured",
    ),
    *POSITION,
    *_SEA_WATER,
    *(_source(word.name, word.long_name, *(("assumed",) if word.name == "salinity" else ())) for word in _SEA_WATER),
    Variable(name="equilibrator_pressure", units="hPa", long_name="absolute pressure in the equilibrator"),
    Variable(
        name="equilibrator_pressure_source",
        dtype="int8",
        long_name="what the equilibrator pressure was taken from",
        flag_values=(0, 1, 2, 3, 4, 5),
        flag_meanings=(
            "none",
            "equilibrator",
            "ambient_and_differential",
            "analyser_cell",
            "atmospheric_at_sea_level_and_overpressure",
            "analyser_cell_and_differential",
        ),
    ),
    Variable(
        name="sea_level_pressure",
        units="hPa",
        long_name="atmospheric pressure at sea level",
        standard_name="air_pressure_at_mean_sea_level",
    ),
    Variable(name="xco2", units="umol mol-1", long_name="mole fraction of CO2 in dry air equilibrated with sea water"),
    Variable(
        name="water_vapour_pressure",
        units="hPa",
        long_name="saturation pressure of water vapour in the equilibrator",
        standard_name="water_vapor_partial_pressure_in_air",
    ),
    Variable(
        name="pco2_equilibrator",
        units="uatm",
        long_name="partial pressure of CO2 in sea water at equilibrator temperature",
        standard_name="partial_pressure_of_carbon_dioxide_in_sea_water",
    ),
    Variable(
        name="fco2_equilibrator",
        units="uatm",
        long_name="fugacity of CO2 in sea water at equilibrator temperature",
        standard_name="fugacity_of_carbon_dioxide_in_sea_water",
    ),
    Variable(
        name="pco2",
        units="uatm",
        long_name="partial pressure of CO2 in sea water at sea-surface temperature",
        standard_name="partial_pressure_of_carbon_dioxide_in_sea_water",
    ),
    Variable(
        name="fco2",
        units="uatm",
        long_name="fugacity of CO2 in sea water at sea-surface temperature",
        standard_name="fugacity_of_carbon_dioxide_in_sea_water",
    ),
    *_UNCERTAINTIES,
    *(
        Variable(name=f"fco2_spread_{choice}", units="uatm", long_name=f"greatest minus smallest fugacity of CO2 in sea water over {what}")
        for choice, what in (
            ("temperature_correction", "the corrections to sea-surface temperature that are listed"),
            ("regression_form", "the forms of the regression across the standard gases that are listed"),
        )
    ),
    Variable(
        name="delta_temperature",
        units="degree_C",
        long_name="equilibrator temperature minus sea-surface temperature",
        attributes=_DIFFERENCE,
    ),
    Variable(
        name="xco2_air",
        units="umol mol-1",
        long_name="mole fraction of CO2 in dry air of the atmosphere",
        standard_name="mole_fraction_of_carbon_dioxide_in_dry_air",
    ),
    _source("xco2_air", "mole fraction of CO2 in dry air of the atmosphere"),
    Variable(
        name="xco2_air_uncertainty",
        units="umol mol-1",
        long_name="standard uncertainty of the mole fraction of CO2 in dry air of the atmosphere",
    ),
    Variable(
        name="pco2_air",
        units="uatm",
        long_name="partial pressure of CO2 in the atmosphere at sea level, saturated with water vapour",
        standard_name="surface_partial_pressure_of_carbon_dioxide_in_air",
    ),
    Variable(name="fco2_air", units="uatm", long_name="fugacity of CO2 in the atmosphere at sea level, saturated with water vapour"),
    Variable(
        name="fco2_air_uncertainty",
        units="uatm",
        long_name="standard uncertainty of the fugacity of CO2 in the atmosphere",
    ),
    Variable(name="delta_fco2", units="uatm", long_name="fugacity of CO2 in sea water minus that in the atmosphere"),
    *_uncertainty("delta_fco2", "the difference of the fugacities of CO2 in sea water and in the atmosphere", DIFFERENCE_TERMS),
)
"""What the calibrator `fco2` provides."""
