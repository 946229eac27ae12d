"""Words of the Surface Ocean CO2 Atlas (SOCAT) beside those that its files share with underway systems.

What a SOCAT file calls xCO2 in equilibrated air, pCO2 and fCO2 in the equilibrator and at sea-surface temperature are the words `xco2`,
`pco2_equilibrator`, `fco2_equilibrator`, `pco2` and `fco2` of the underway systems: figures, products and exporters take a file of SOCAT as
they take a calibrated stream.

References
----------
Pfeil, B. et al. (2013), Earth Syst. Sci. Data 5, 125-143, doi:10.5194/essd-5-125-2013.
Bakker, D. C. E. et al. (2016), Earth Syst. Sci. Data 8, 383-413, doi:10.5194/essd-8-383-2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Variable
from icos_ocean.vocabulary.underway import CALIBRATED, POSITION
from icos_ocean.vocabulary.underway import MEASURED as UNDERWAY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DATASET_FLAGS", "EXPOCODE", "FCO2REC", "FCO2REC_SOURCE", "MEASURED", "SOURCES", "STREAM", "WOCE_FLAGS", "WORDS"]

STREAM = "socat"
"""The stream that readers of SOCAT files make."""

SOURCES: Mapping[str, int] = {
    "none": 0,
    "xco2_equilibrator": 1,
    "xco2_sst": 2,
    "pco2_equilibrator": 3,
    "pco2_sst": 4,
    "fco2_equilibrator": 5,
    "fco2_sst": 6,
    "pco2_equilibrator_ncep": 7,
    "pco2_sst_ncep": 8,
    "xco2_equilibrator_woa": 9,
    "xco2_sst_woa": 10,
    "xco2_equilibrator_ncep": 11,
    "xco2_sst_ncep": 12,
    "xco2_equilibrator_ncep_woa": 13,
    "xco2_sst_ncep_woa": 14,
}
"""What SOCAT recomputes fCO2 from, in the order in which it is preferred: the column ``fCO2rec_src``."""

WOCE_FLAGS: Mapping[str, int] = {"good": 2, "questionable": 3, "bad": 4, "not_generated": 9}
"""WOCE flags of rows."""

DATASET_FLAGS: Mapping[str, int] = {"unknown": 0, "A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "S": 6, "X": 7, "N": 8, "U": 9, "Q": 10}
"""SOCAT's flags of whole data sets: accuracy A to E, suspended, excluded, new, updated, in conflict."""

EXPOCODE = Variable(
    name="expocode",
    units="1",
    dtype="int64",
    long_name="expocode of the cruise, as a number",
    comment="(NODC code of the platform to the base of 36 * 10^8 + first day as yyyymmdd) * 100 + number after the hyphen; -1: none",
)


def _category(name: str, long_name: str, codes: Mapping[str, int]) -> Variable:
    return Variable(name=name, dtype="int8", long_name=long_name, flag_values=tuple(codes.values()), flag_meanings=tuple(codes))


FCO2REC = Variable(
    name="fco2rec",
    units="uatm",
    long_name="fugacity of CO2 in sea water at sea-surface temperature, recomputed as SOCAT does",
    standard_name="fugacity_of_carbon_dioxide_in_sea_water",
)
FCO2REC_SOURCE = _category("fco2rec_source", "what the fugacity of CO2 was recomputed from", SOURCES)

MEASURED: tuple[Variable, ...] = (
    EXPOCODE,
    _category("dataset_quality", "SOCAT's quality flag of the data set", DATASET_FLAGS),
    Variable(name="sample_depth", units="m", long_name="depth of the water intake"),
    Variable(name="salinity_climatology", units="1", long_name="salinity at the surface in the World Ocean Atlas"),
    Variable(
        name="sea_level_pressure_reanalysis",
        units="hPa",
        long_name="atmospheric pressure at sea level in the reanalysis of NCEP/NCAR",
        standard_name="air_pressure_at_mean_sea_level",
    ),
    Variable(name="bottom_depth", units="m", long_name="depth of the sea floor", standard_name="sea_floor_depth_below_mean_sea_level"),
    Variable(name="distance_to_land", units="km", long_name="distance to the nearest land"),
    Variable(
        name="xco2_air_climatology",
        units="umol mol-1",
        long_name="mole fraction of CO2 in dry air of the marine boundary layer in GLOBALVIEW",
        standard_name="mole_fraction_of_carbon_dioxide_in_dry_air",
    ),
    Variable(
        name="xco2_sst",
        units="umol mol-1",
        long_name="mole fraction of CO2 in dry air equilibrated with sea water, corrected to sea-surface temperature",
    ),
    FCO2REC,
    FCO2REC_SOURCE,
    _category("fco2rec_woce", "WOCE flag of the recomputed fugacity of CO2", WOCE_FLAGS),
    _category("fco2_woce", "WOCE flag of CO2 in sea water", WOCE_FLAGS),
    _category("fco2_air_woce", "WOCE flag of CO2 in air", WOCE_FLAGS),
)
"""What readers of SOCAT files provide beside the words of underway systems."""

_SHARED = (
    *("sst", "salinity", "equilibrator_temperature", "equilibrator_pressure", "atmospheric_pressure", "air_temperature"),
    *("xco2", "pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2", "delta_temperature", "water_vapour_pressure"),
    *("xco2_air", "pco2_air", "fco2_air"),
)
_KNOWN = {variable.name: variable for words in (UNDERWAY, CALIBRATED) for variable in words}

WORDS: Mapping[str, Variable] = {variable.name: variable for variable in (*POSITION, *(_KNOWN[name] for name in _SHARED), *MEASURED)}
"""All words of a SOCAT file by name."""
