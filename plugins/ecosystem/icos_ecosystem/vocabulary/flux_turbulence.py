"""Words of the fluxes themselves: records used, fluxes, their random error, storage, advection; wind and turbulence; the footprint."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_templates import FLUXES, GASES, number, quantity

__all__ = ["FLUX_WORDS_PROPER", "FOOTPRINT_WORDS", "TURBULENCE_WORDS"]

_STANDARD_NAMES = {"TAU": None, "H": "surface_upward_sensible_heat_flux", "LE": "surface_upward_latent_heat_flux"}
_COMMENTS = {
    "TAU": "positive upwards: negative where the air loses momentum to the surface",
    "FCH4": "nanomoles as in FLUXNET",
    "FN2O": "nanomoles as in FLUXNET",
}
_STORAGES = (
    ("SH", "W m-2", "sensible heat"),
    ("SLE", "W m-2", "latent heat"),
    ("SET", "mm h-1", "evapotranspiration"),
    *((gas.storage, gas.flux_units, gas.long_name) for gas in GASES),
)

FLUX_WORDS_PROPER = (
    quantity("SW_IN_POT", "W m-2", "short-wave radiation at the top of the atmosphere on a level surface"),
    number("NIGHT", "1 where it is night"),
    number("EXPECT_NR", "records that the averaging interval should have"),
    number("FILE_NR", "records found in the raw data"),
    number("CUSTOM_FILTER_NR", "records left after custom flags"),
    number("WD_FILTER_NR", "records left after the filter by wind direction"),
    number("SONIC_NR", "records with wind"),
    number("T_SONIC_NR", "records with sonic temperature"),
    *(number(f"{gas.name}_NR", f"records with {gas.long_name}") for gas in GASES),
    *(
        number(f"{name}_NR", f"records with all that the {text} is made of")
        for name, text in (("TAU", "momentum flux"), ("H", "heat flux"))
    ),
    *(
        number(f"{name}_NR", f"records with all that the flux of {text} is made of")
        for name, text in (("FC", "carbon dioxide"), ("LE", "latent heat"), ("FCH4", "methane"), ("FN2O", "nitrous oxide"))
    ),
    *(quantity(name, units, text, _STANDARD_NAMES.get(name), _COMMENTS.get(name, "")) for name, units, text in FLUXES),
    *(quantity(f"{name}_RANDUNC_HF", units, f"random error of the {text} from high-frequency data") for name, units, text in FLUXES),
    *(
        quantity(f"{name}_SINGLE", units, f"storage of {text} from concentrations at the height of the instruments alone")
        for name, units, text in _STORAGES
    ),
    *(quantity(f"{gas.flux}_VADV", gas.flux_units, f"vertical advection of {gas.long_name}") for gas in GASES),
)
_AXES = (("U", "first"), ("V", "second"), ("W", "vertical"))
_ROTATED = (("U", "streamwise wind"), ("V", "crosswind"), ("W", "vertical wind"))
TURBULENCE_WORDS = (
    *(quantity(f"{axis}_UNROT", "m s-1", f"mean wind along the {text} axis before the tilt correction") for axis, text in _AXES),
    *(quantity(axis, "m s-1", f"mean {text} after the tilt correction") for axis, text in _ROTATED),
    quantity("WS", "m s-1", "mean wind speed", "wind_speed"),
    quantity("WS_MAX", "m s-1", "highest wind speed in the interval"),
    quantity("WD", "degree", "wind direction", "wind_from_direction"),
    quantity("WD_SIGMA", "degree", "standard deviation of the wind direction"),
    quantity("USTAR", "m s-1", "friction velocity"),
    quantity("TKE", "m2 s-2", "specific turbulent kinetic energy", "specific_turbulent_kinetic_energy_of_air"),
    quantity("MO_LENGTH", "m", "Monin-Obukhov length"),
    number("ZL", "stability: height above the displacement height over Monin-Obukhov length"),
    number("BOWEN", "Bowen ratio"),
    quantity("TSTAR", "K", "scaling temperature"),
)
_SHARES = (10, 30, 50, 70, 80, 90)
FOOTPRINT_WORDS = (
    quantity("FETCH_MAX", "m", "upwind distance that contributes most to the flux"),
    quantity("FETCH_OFFSET", "m", "distance from which less than 1 % of the flux comes"),
    *(quantity(f"FETCH_{share}", "m", f"upwind distance within which {share} % of the flux originate") for share in _SHARES),
)
