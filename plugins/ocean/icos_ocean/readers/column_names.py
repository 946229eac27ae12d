"""What columns of underway tables are usually called: name → variable.

Names are compared without case, underscores, and the unit in brackets at the end; the dictionary proposes, a description decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_core.exceptions import DataError
from icos_core.units import convertible
from icos_ocean.readers.general_oceanics_columns import COLUMNS
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Proposal", "known", "propose", "without_unit"]

_UNIT = re.compile(r"(.*?)\s*[\[(]\s*([^\[\]()]*?)\s*[\])]\s*")
_UNITS = {
    "psu": "1",
    "pss-78": "1",
    "pss78": "1",
    "deg": "degree",
    "deg.c": "degree_C",
    "deg c": "degree_C",
    "degc": "degree_C",
    "°c": "degree_C",
    "c": "degree_C",
    "dec.deg.e": "degrees_east",
    "dec.deg.n": "degrees_north",
    "deg.e": "degrees_east",
    "deg.n": "degrees_north",
    "deg e": "degrees_east",
    "deg n": "degrees_north",
    "ppm": "umol mol-1",
    "mbar": "hPa",
    "mb": "hPa",
    "kn": "knot",
    "kt": "knot",
    "kts": "knot",
    "knots": "knot",
    "umol/mol": "umol mol-1",
    "mmol/mol": "mmol mol-1",
    "µatm": "uatm",
    "μatm": "uatm",
    "-": "1",
    "m/s": "m s-1",
}
_FURTHER: Mapping[str, tuple[str, ...]] = {
    "latitude": ("latitude dec deg n", "lat dec degree", "latitude dec", "ship lat"),
    "longitude": ("longitude dec deg e", "long dec degree", "longitude dec", "ship lon", "lng"),
    "sst": ("sea surface temperature", "sst c", "water temperature", "intake t", "t intake", "sea temp", "sea temperature", "tsea"),
    "salinity": ("sal", "sss", "sea surface salinity", "p sal", "psal", "salinity tsg", "salt"),
    "equilibrator_temperature": ("tequ", "t equ", "temperature equi", "temperature eq", "teq", "eq temp", "equilibrator t", "temp equ"),
    "equilibrator_pressure": ("pequ", "p equ", "pressure equi", "peq", "air pressure equ", "equilibrator p"),
    "atmospheric_pressure": ("pppp", "patm", "pressure atm", "air pressure", "barometric pressure", "baro", "slp", "atmospheric pressure"),
    "xco2_dry": ("xco2water equ dry", "xco2 water equi temp dry ppm", "xco2 water tequ dry", "xco2 dry", "xco2 equ dry"),
    "pco2_reported": ("pco2", "pco2 corr", "pco2water"),
    "co2": ("xco2", "co2", "xco2 ppm", "co2 ppm"),
    "h2o": ("xh2o", "h2o"),
    "fco2": ("fco2water", "fco2rec", "fco2 water sst wet", "fco2water sst wet"),
    "xco2_air": ("xco2air", "xco2 atm", "xco2 air", "xco2 atm dry"),
    "wind_speed": ("windspeed", "wind", "true wind", "truewind speed"),
    "wind_speed_second_moment": ("wind moment2", "wind moment 2"),
    "wind_speed_third_moment": ("wind moment3", "wind moment 3"),
    "ice_fraction": ("ice coverage", "ice concentration", "sea ice fraction"),
    "wind_direction": ("wind dir", "wind direction", "true winddir"),
    "air_temperature": ("air temp", "airtemp", "tair", "t air"),
    "conductivity": ("cond",),
    "conductivity_cell_temperature": ("t tsg", "tsg t"),
    "ship_speed": ("speed", "ship speed"),
    "ship_course": ("course", "ship course"),
}
_AMBIGUOUS: Mapping[str, tuple[str, ...]] = {
    "temperature": ("sst", "equilibrator_temperature", "air_temperature"),
    "temp": ("sst", "equilibrator_temperature", "air_temperature"),
    "pressure": ("atmospheric_pressure", "equilibrator_pressure", "analyser_pressure"),
    "co2 um m": ("co2",),
}


class Proposal(NamedTuple):
    """What a column may be: variables, the likeliest first (one alone is sure), and the unit that its header states, if any."""

    variables: tuple[str, ...]
    units: str


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_./-]", " ", name.strip().strip('"').casefold()).split())


_DICTIONARY: Mapping[str, str] = {
    **{_plain(name): variable for variable, names in _FURTHER.items() for name in (*names, variable)},
    **{_plain(header): column.name for column in COLUMNS for header in column.headers},
}


def without_unit(header: str) -> tuple[str, str]:
    """Return the name in a header and the unit in brackets at its end (UDUNITS), empty where there is none."""
    match = _UNIT.fullmatch(header.strip().strip('"'))
    if match is None or not match[1]:
        return header.strip().strip('"'), ""
    return match[1], _UNITS.get(match[2].casefold(), match[2])


def known(unit: str) -> bool:
    """Whether UDUNITS knows a unit."""
    try:
        return convertible(unit, unit)
    except DataError:
        return False


def propose(header: str) -> Proposal | None:
    """Return what the column of a header may be, None where the dictionary does not know it.

    A unit in brackets that does not fit the variable speaks against it.
    """
    name, unit = without_unit(header)
    for key in (_plain(header), _plain(name)):
        if key in _DICTIONARY:
            variable = _DICTIONARY[key]
            return Proposal((variable,), unit) if _fits(unit, variable) else None
        if key in _AMBIGUOUS:
            return Proposal(_AMBIGUOUS[key], unit)
    return None


def _fits(unit: str, variable: str) -> bool:
    return not unit or not known(unit) or convertible(unit, VOCABULARY[variable].units)
