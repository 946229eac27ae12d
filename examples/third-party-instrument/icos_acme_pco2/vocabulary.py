"""The columns of an AquaFlux 100 file, in the words of the ocean's vocabulary.

``icos describe calibrator fco2`` prints the names and units that the calibrator takes. Only those have to agree, long names are ours.
"""

from icos_core import Variable

STREAM = "underway"

RUN_TYPES = {"WATER": "EQU", "AIR": "ATM", "CAL1": "STD1", "CAL2": "STD2", "CAL3": "STD3", "CAL4": "STD4"}
"""The instrument's word for the gas it measures → the calibrator's word."""

CODES = {word: code for code, word in enumerate(RUN_TYPES.values(), start=1)}
"""Codes are free, the words that stand beside them in the data set are what counts."""

COLUMNS = {
    "lat": Variable(name="latitude", units="degrees_north", long_name="latitude", standard_name="latitude"),
    "lon": Variable(name="longitude", units="degrees_east", long_name="longitude", standard_name="longitude"),
    "co2": Variable(name="co2", units="umol mol-1", long_name="dry mole fraction of CO2 as the AquaFlux reports it"),
    "t_equ": Variable(name="equilibrator_temperature", units="degree_C", long_name="water temperature in the equilibrator"),
    "p_equ": Variable(name="equilibrator_pressure", units="hPa", long_name="absolute pressure in the equilibrator"),
    "t_sea": Variable(name="sst", units="degree_C", long_name="sea-surface temperature", standard_name="sea_surface_temperature"),
    "sal": Variable(name="salinity", units="1", long_name="practical salinity", standard_name="sea_water_practical_salinity"),
    "p_air": Variable(name="atmospheric_pressure", units="hPa", long_name="pressure of the barometer", standard_name="air_pressure"),
}

RUN_TYPE = Variable(
    name="run_type",
    dtype="int8",
    long_name="what the analyser was measuring",
    flag_values=tuple(CODES.values()),
    flag_meanings=tuple(CODES),
)

VOCABULARY = (RUN_TYPE, *COLUMNS.values())
