"""Words of the stream ``half-hourly``: fluxes and meteorology of one interval in FLUXNET's names and units, on a grid without holes."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_own import METEO_WORDS
from icos_ecosystem.vocabulary.flux_templates import number, quantity

__all__ = ["DISCARDING", "GRID_STREAM", "GRID_UNITS", "GRID_WORDS", "METEO_VARIABLES"]

GRID_STREAM = "half-hourly"
METEO_VARIABLES = tuple(word.name for word in METEO_WORDS)
DISCARDING = {"NEE": ("NEE_SSITC_TEST", "FC_SSITC_TEST"), "LE": ("LE_SSITC_TEST",), "H": ("H_SSITC_TEST",)}
"""Flux → flags of stationarity and turbulence that may discard it."""

GRID_WORDS = (
    quantity(
        "NEE",
        "umol m-2 s-1",
        "net ecosystem exchange of carbon dioxide",
        "surface_upward_mole_flux_of_carbon_dioxide",
        "positive upwards; flux and storage below the instruments",
    ),
    quantity("LE", "W m-2", "latent heat flux", "surface_upward_latent_heat_flux"),
    quantity("H", "W m-2", "sensible heat flux", "surface_upward_sensible_heat_flux"),
    quantity("USTAR", "m s-1", "friction velocity"),
    quantity("CO2", "umol mol-1", "mole fraction of carbon dioxide in moist air", "mole_fraction_of_carbon_dioxide_in_air"),
    quantity("SW_IN_POT", "W m-2", "short-wave radiation at the top of the atmosphere on a level surface"),
    number("NIGHT", "1 where the sun is below the horizon during the whole interval"),
    *METEO_WORDS,
    quantity("WS", "m s-1", "wind speed", "wind_speed"),
    quantity("WD", "degree", "wind direction", "wind_from_direction"),
)
GRID_UNITS = {word.name: word.units for word in GRID_WORDS}
"""Name → unit."""
