"""Words of tables of half-hourly data that the flux table of this suite does not have: net exchange, its parts, further meteorology.

Names and units are those of FLUXNET. A name that ends in ``_F`` is a series whose gaps others have filled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_templates import number, quantity
from icos_ecosystem.vocabulary.fluxes import FLUX_WORDS
from icos_ecosystem.vocabulary.fluxnet_half_hourly import FLUXNET_OWNERS, FLUXNET_WORDS
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Variable

__all__ = ["HALF_HOURLY_OWNERS", "HALF_HOURLY_WORDS", "TABLE_WORDS"]

_CARBON = "umol m-2 s-1"
_KNOWN = frozenset(word.name for word in (*FLUX_WORDS, *FLUXNET_WORDS))

_NEW = (
    *(word for word in GRID_WORDS if word.name not in _KNOWN),
    number("NEE_SSITC_TEST", "flag of the net ecosystem exchange from stationarity and integral turbulence", "0 best, 2 to be discarded"),
    quantity("GPP", _CARBON, "gross primary production"),
    quantity("RECO", _CARBON, "ecosystem respiration"),
    quantity("SW_DIF", "W m-2", "short-wave radiation, diffuse incoming", "surface_diffuse_downwelling_shortwave_flux_in_air"),
    quantity("PPFD_DIF", _CARBON, "photosynthetic photon flux density, diffuse incoming"),
    quantity("PPFD_DIR", _CARBON, "photosynthetic photon flux density, direct incoming"),
    quantity("PPFD_BC_IN", _CARBON, "photosynthetic photon flux density below the canopy, incoming"),
    quantity("PPFD_BC_OUT", _CARBON, "photosynthetic photon flux density below the canopy, outgoing"),
    quantity("APAR", _CARBON, "photosynthetic photon flux density absorbed by the canopy"),
    quantity("FAPAR", "percent", "share of the photosynthetic photon flux density that the canopy absorbs"),
    quantity("ALB", "percent", "albedo", "surface_albedo"),
    number("NDVI", "normalised difference vegetation index"),
    number("PRI", "photochemical reflectance index"),
    quantity("T_CANOPY", "degree_C", "temperature of the canopy's surface", "surface_temperature"),
    quantity("T_BOLE", "degree_C", "temperature of the bole"),
    quantity("TSN", "degree_C", "temperature of the snow"),
    quantity("SB", "W m-2", "storage of heat in biomass"),
    quantity("SG", "W m-2", "storage of heat in the soil above the plates"),
    quantity("P_RAIN", "mm", "rain in the interval"),
    quantity("P_SNOW", "mm", "snowfall in the interval, as water"),
    quantity("D_SNOW", "cm", "depth of the snow", "surface_snow_thickness"),
    quantity("RUNOFF", "mm", "run-off in the interval"),
    quantity("STEMFLOW", "mm", "stem flow in the interval"),
    quantity("THROUGHFALL", "mm", "throughfall in the interval"),
    quantity("WTD", "m", "depth of the water table, negative below the surface"),
    quantity("SWP", "kPa", "soil water potential"),
    quantity("LEAF_WET", "percent", "wetness of leaves"),
    quantity("CO2_SIGMA", "umol mol-1", "standard deviation of the mole fraction of carbon dioxide"),
    quantity("H2O_SIGMA", "mmol mol-1", "standard deviation of the mole fraction of water vapour"),
)
_FILLED = ("NEE", "FC", "GPP", "RECO", "LE", "H", "FCH4", "G", "RH", "TS", "SWC", "NETRAD", "PPFD_IN", "SW_OUT", "LW_OUT", "WD", "USTAR")
_BY_NAME = {word.name: word for word in (*FLUX_WORDS, *_NEW)}

HALF_HOURLY_WORDS: tuple[Variable, ...] = (
    *_NEW,
    *(replace(_BY_NAME[name], name=f"{name}_F", long_name=f"{_BY_NAME[name].long_name}, gaps filled", comment="") for name in _FILLED),
)
"""Words that are neither in the flux table nor in FLUXNET's product."""

TABLE_WORDS: Mapping[str, Variable] = {word.name: word for word in (*FLUX_WORDS, *HALF_HOURLY_WORDS, *FLUXNET_WORDS)}
"""Every word that a table of half-hourly data may have, by name."""

HALF_HOURLY_OWNERS: Mapping[str, str] = {**FLUXNET_OWNERS, "NEE_SSITC_TEST": "NEE"}
"""Word that carries no flags of its own → quantity that it says something of."""
