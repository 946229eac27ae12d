"""Words of the streams ``gap-filled`` and ``random-uncertainty``: fluxes and meteorology without gaps, and what fills them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_templates import category, number, quantity
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

if TYPE_CHECKING:
    from icos_core.components import Variable

__all__ = [
    "BY_REANALYSIS",
    "FILLED_FLUXES",
    "FILLED_METEO",
    "FILLED_STREAM",
    "LEARNED",
    "UNCERTAINTY_STREAM",
    "UNCERTAINTY_WORDS",
    "words_of_filled",
]

FILLED_STREAM = "gap-filled"
UNCERTAINTY_STREAM = "random-uncertainty"
FILLED_FLUXES = ("NEE", "LE", "H")
_DRIVERS_FIRST = ("SW_IN", "TA", "VPD")
_UNSUITABLE = ("SW_IN_POT", "NIGHT", "WD", "USTAR", "PBLH", *FILLED_FLUXES)
_BY_NAME = {word.name: word for word in GRID_WORDS}
FILLED_METEO = (*_DRIVERS_FIRST, *(name for name in _BY_NAME if name not in (*_DRIVERS_FIRST, *_UNSUITABLE)))
"""Meteorology that may be filled; P by a reanalysis only, as the mean of similar half hours is no rain."""

LEARNED, BY_REANALYSIS = 4, 5
_METHODS = {
    0: "none",
    1: "all_drivers",
    2: "first_driver",
    3: "mean_diurnal_course",
    LEARNED: "learned",
    BY_REANALYSIS: "reanalysis",
}
_QUALITY = {0: "measured", 1: "good", 2: "medium", 3: "poor"}


def words_of_filled(name: str) -> tuple[Variable, ...]:
    """Return the words of a filled variable."""
    word = _BY_NAME[name]
    of, filled = word.long_name, f"{name}_F"
    of_all = "as by the gap filling, of measured records too"
    era = replace(word, name=f"{name}_ERA", long_name=f"{of} of a reanalysis, fitted to the site", comment="")
    return (
        replace(word, name=filled, long_name=f"{of}, gaps filled", comment=""),
        category(f"{filled}_QC", f"quality of {of} with its gaps filled", _QUALITY),
        _telling_of(filled, replace(word, name=f"{filled}_ALL", long_name=f"estimate of {of}", comment=of_all, standard_name=None)),
        category(f"{filled}_METHOD", f"method of the estimate of {of}", _METHODS),
        _telling_of(filled, quantity(f"{filled}_WINDOW", "d", f"length of the window of the estimate of {of}")),
        _telling_of(filled, number(f"{filled}_N", f"records that make the estimate of {of}")),
        _telling_of(
            filled, quantity(f"{filled}_SD", _difference(word.units), f"standard deviation of the records that make the estimate of {of}")
        ),
        *(() if name in FILLED_FLUXES else (_telling_of(filled, era),)),
    )


def _telling_of(owner: str, word: Variable) -> Variable:
    """Return a word that carries no flags of its own, as it says something of another."""
    return replace(word, attributes={**word.attributes, "describes": owner})


def _difference(units: str) -> str:
    return "K" if units == "degree_C" else units


_UNCERTAINTY_METHODS = {0: "none", 1: "scatter_under_similar_weather", 2: "median_of_similar_fluxes", 3: "scatter_of_the_gap_filling"}
UNCERTAINTY_WORDS = tuple(
    word
    for name in FILLED_FLUXES
    for word in (
        quantity(f"{name}_RANDUNC", _BY_NAME[name].units, f"random uncertainty of the {_BY_NAME[name].long_name}"),
        category(f"{name}_RANDUNC_METHOD", f"method of the random uncertainty of {name}", _UNCERTAINTY_METHODS),
        _telling_of(f"{name}_RANDUNC", number(f"{name}_RANDUNC_N", f"records that make the random uncertainty of {name}")),
    )
)
