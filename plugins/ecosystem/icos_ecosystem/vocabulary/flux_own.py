"""Words beyond EddyPro's table: uncertainty, storage as it is used, meteorology in FLUXNET's units, and (co)spectra."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_templates import FLUXES, GASES, quantity
from icos_ecosystem.vocabulary.measured import METEOROLOGY

if TYPE_CHECKING:
    from icos_core.components import Variable

__all__ = ["METEO_WORDS", "SPECTRA_WORDS", "STORAGE_WORDS", "UNCERTAINTY_WORDS"]

_FLUXNET_UNITS = {"K": "degree_C", "Pa": "kPa"}


def _term(name: str, units: str, long_name: str, correlation: str) -> Variable:
    """Return the word of a term of an uncertainty, with how its errors hang together from half hour to half hour."""
    return replace(quantity(name, units, long_name), attributes={"error_correlation": correlation})


UNCERTAINTY_WORDS = (
    *(quantity(f"{name}_uncertainty", units, f"standard uncertainty of the {text}") for name, units, text in FLUXES),
    *(
        _term(
            f"{name}_uncertainty_random", units, f"standard uncertainty of the {text}, share of the sampling of turbulence", "independent"
        )
        for name, units, text in FLUXES
    ),
    *(
        _term(f"{name}_uncertainty_method", units, f"standard uncertainty of the {text}, share of the choice of methods", "common")
        for name, units, text in FLUXES
    ),
    *(quantity(f"{name}_METHOD_SPREAD", units, f"spread of the {text} over the ensemble of methods") for name, units, text in FLUXES),
)
STORAGE_WORDS = (
    quantity("SH", "W m-2", "storage of sensible heat below the instruments"),
    quantity("SLE", "W m-2", "storage of latent heat below the instruments"),
    *(quantity(gas.storage, gas.flux_units, f"storage of {gas.long_name} below the instruments") for gas in GASES),
)
_SHARED = ("WS", "WD")
METEO_WORDS = (
    *(replace(word, units=_FLUXNET_UNITS.get(word.units, word.units)) for word in METEOROLOGY if word.name not in _SHARED),
    quantity("VPD", "hPa", "vapour pressure deficit", "water_vapor_saturation_deficit_in_air"),
    quantity("PBLH", "m", "height of the boundary layer", "atmosphere_boundary_layer_thickness"),
)

_SPECTRA = (
    ("u", "streamwise wind", "m s-1"),
    ("v", "crosswind", "m s-1"),
    ("w", "vertical wind", "m s-1"),
    ("ts", "sonic temperature", "K"),
    *((gas.name.lower(), gas.long_name, gas.fraction_units) for gas in GASES),
)


def _product(one: str, other: str) -> str:
    return f"({one}) ({other})" if one != other else f"({one})2"


SPECTRA_WORDS = (
    quantity("frequency", "Hz", "natural frequency"),
    *(
        quantity(
            f"S_{name}", _product(units, units), f"spectrum of {text} times frequency", comment="its integral over ln n is the variance"
        )
        for name, text, units in _SPECTRA
    ),
    *(
        quantity(
            f"C_w_{name}",
            _product("m s-1", units),
            f"cospectrum of vertical wind and {text} times frequency",
            comment="its integral over ln n is the covariance",
        )
        for name, text, units in _SPECTRA
        if name != "w"
    ),
    quantity("spectral_counts", "1", "Fourier coefficients averaged in the bin"),
)
