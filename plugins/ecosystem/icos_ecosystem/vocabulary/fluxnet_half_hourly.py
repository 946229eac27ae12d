"""Words of FLUXNET's half-hourly and hourly product (FULLSET): names and units of FLUXNET2015 and of ONEFlux.

References
----------
Pastorello, G. et al. (2020), The FLUXNET2015 dataset and the ONEFlux processing pipeline for eddy covariance data, Sci. Data 7, 225,
doi:10.1038/s41597-020-0534-3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_templates import number, quantity
from icos_ecosystem.vocabulary.fluxnet_columns import PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from icos_core.components import Variable

__all__ = ["FLUXNET_OWNERS", "FLUXNET_WORDS", "SOIL_LAYERS"]

SOIL_LAYERS = 30
"""Soil temperature and water content may stand at so many depths; files at hand have fourteen."""

_CARBON = "umol m-2 s-1"
_FILLED_BY_MDS = "0 measured, 1 good, 2 medium, 3 poor"
_CONSOLIDATED = "0 measured, 1 good, 2 downscaled from a reanalysis"
_THRESHOLDS = {"CUT": "constant u* threshold", "VUT": "u* threshold of each year"}
_METHODS = {"NT": "night-time", "DT": "day-time"}
_FLUXES = {"RECO": "ecosystem respiration", "GPP": "gross primary production"}

_Owned = tuple["Variable", str]
"""Word, and the quantity that it says something of; its own name where it carries flags itself."""


def _own(name: str, units: str, long_name: str, standard_name: str | None = None) -> _Owned:
    return quantity(name, units, long_name, standard_name), name


def _quality(name: str, text: str, owner: str, comment: str = _FILLED_BY_MDS) -> _Owned:
    return number(f"{name}_QC", f"quality of {text}", comment), owner


def _meteorology() -> Iterator[_Owned]:
    by_mds: tuple[tuple[str, str, str, str | None], ...] = (
        ("TA", "degree_C", "air temperature", "air_temperature"),
        ("SW_IN", "W m-2", "short-wave radiation, incoming", "surface_downwelling_shortwave_flux_in_air"),
        ("LW_IN", "W m-2", "long-wave radiation, incoming", "surface_downwelling_longwave_flux_in_air"),
        ("VPD", "hPa", "vapour pressure deficit", "water_vapor_saturation_deficit_in_air"),
    )
    for name, units, text, standard_name in by_mds:
        yield _own(f"{name}_F_MDS", units, f"{text}, gaps filled by marginal distribution sampling", standard_name)
        yield _quality(f"{name}_F_MDS", f"{text} filled by marginal distribution sampling", f"{name}_F_MDS")
    others = (
        ("PA", "kPa", "air pressure", "air_pressure"),
        ("P", "mm", "precipitation in the interval", None),
        ("WS", "m s-1", "wind speed", "wind_speed"),
    )
    for name, units, text, standard_name in (*by_mds, *others):
        yield _own(f"{name}_ERA", units, f"{text} downscaled from a reanalysis", standard_name)
        yield _own(f"{name}_F", units, f"{text}, gaps filled, consolidated with the reanalysis", standard_name)
        yield _quality(f"{name}_F", f"{text} consolidated with the reanalysis", f"{name}_F", _CONSOLIDATED)
    text = "long-wave radiation, incoming, of the algorithm of JSBACH"
    yield _own("LW_IN_JSB", "W m-2", text)
    yield _quality("LW_IN_JSB", text, "LW_IN_JSB")
    yield _own("LW_IN_JSB_ERA", "W m-2", f"{text}, downscaled from a reanalysis")
    yield _own("LW_IN_JSB_F", "W m-2", f"{text}, consolidated with the reanalysis")
    yield _quality("LW_IN_JSB_F", f"{text}, consolidated with the reanalysis", "LW_IN_JSB_F", _CONSOLIDATED)


def _series_filled() -> Iterator[_Owned]:
    yield _own("CO2_F_MDS", "umol mol-1", "mole fraction of carbon dioxide, gaps filled", "mole_fraction_of_carbon_dioxide_in_air")
    yield _quality("CO2_F_MDS", "the mole fraction of carbon dioxide", "CO2_F_MDS")
    yield _own("G_F_MDS", "W m-2", "soil heat flux, gaps filled", "downward_heat_flux_in_soil")
    yield _quality("G_F_MDS", "the soil heat flux", "G_F_MDS")
    for name, units, text in (("TS", "degree_C", "soil temperature"), ("SWC", "percent", "soil water content")):
        for layer in range(1, SOIL_LAYERS + 1):
            owner = f"{name}_F_MDS_{layer}"
            yield _own(owner, units, f"{text}, gaps filled, layer {layer} from above")
            yield _quality(owner, f"{text} of layer {layer}", owner)


def _energy() -> Iterator[_Owned]:
    for name, text, standard_name in (
        ("LE", "latent heat flux", "surface_upward_latent_heat_flux"),
        ("H", "sensible heat flux", "surface_upward_sensible_heat_flux"),
    ):
        filled, corrected = f"{name}_F_MDS", f"{name}_CORR"
        yield _own(filled, "W m-2", f"{text}, gaps filled", standard_name)
        yield _quality(filled, f"the {text}", filled)
        yield _own(corrected, "W m-2", f"{text} corrected for the closure of the energy balance", standard_name)
        for percentile in ("25", "75"):
            end = f"{percentile}th percentile of the correction"
            yield quantity(f"{corrected}_{percentile}", "W m-2", f"corrected {text}, {end}"), corrected
        yield from _random_uncertainty(name, "W m-2", text, filled)
        yield quantity(f"{corrected}_JOINTUNC", "W m-2", f"joint uncertainty of the corrected {text}"), corrected
    yield number("EBC_CF_N", "values behind the correction factor of the energy balance"), "LE_CORR"
    yield (
        number("EBC_CF_METHOD", "method of the correction factor of the energy balance", "1 sliding window, 2 and 3 wider ones"),
        "LE_CORR",
    )


def _random_uncertainty(name: str, units: str, text: str, owner: str) -> Iterator[_Owned]:
    yield quantity(f"{name}_RANDUNC", units, f"random uncertainty of the {text}"), owner
    method = "1 standard deviation of similar values, 2 median of similar uncertainties"
    yield number(f"{name}_RANDUNC_METHOD", f"method of the random uncertainty of the {text}", method), owner
    yield number(f"{name}_RANDUNC_N", f"values behind the random uncertainty of the {text}"), owner


def _exchange() -> Iterator[_Owned]:
    for kind, threshold in _THRESHOLDS.items():
        text = f"net ecosystem exchange, {threshold}"
        reference = f"NEE_{kind}_REF"
        for ending, what in (("REF", "most representative threshold"), ("USTAR50", "median threshold")):
            name = f"NEE_{kind}_{ending}"
            yield _own(name, _CARBON, f"{text}, {what}")
            yield _quality(name, f"the {text}, {what}", name)
            yield from _random_uncertainty(name, _CARBON, f"{text}, {what}", name)
            yield quantity(f"{name}_JOINTUNC", _CARBON, f"joint uncertainty of the {text}, {what}"), name
        mean = f"NEE_{kind}_MEAN"
        yield _own(mean, _CARBON, f"{text}, mean over the thresholds")
        yield _quality(mean, f"the {text}, mean over the thresholds", mean, "share of the thresholds with good quality")
        yield quantity(f"NEE_{kind}_SE", _CARBON, f"{text}, standard error over the thresholds"), mean
        for percentile in PERCENTILES:
            name = f"NEE_{kind}_{percentile}"
            yield quantity(name, _CARBON, f"{text}, percentile {percentile} over the thresholds"), reference
            yield _quality(name, f"the {text}, percentile {percentile} over the thresholds", reference)


def _partitioned() -> Iterator[_Owned]:
    for method, of_method in _METHODS.items():
        for flux, text in _FLUXES.items():
            for kind, threshold in _THRESHOLDS.items():
                stem, said = f"{flux}_{method}_{kind}", f"{text}, {of_method} method, {threshold}"
                yield _own(f"{stem}_REF", _CARBON, f"{said}, most representative threshold")
                yield _own(f"{stem}_USTAR50", _CARBON, f"{said}, median threshold")
                yield _own(f"{stem}_MEAN", _CARBON, f"{said}, mean over the thresholds")
                yield quantity(f"{stem}_SE", _CARBON, f"{said}, standard error over the thresholds"), f"{stem}_MEAN"
                for percentile in PERCENTILES:
                    yield quantity(f"{stem}_{percentile}", _CARBON, f"{said}, percentile {percentile}"), f"{stem}_REF"
    yield _own("RECO_SR", _CARBON, "ecosystem respiration, Sundown method")
    yield number("RECO_SR_N", "thresholds for which the Sundown method found ecosystem respiration"), "RECO_SR"


_ALL = tuple(each for made in (_meteorology, _series_filled, _energy, _exchange, _partitioned) for each in made())

FLUXNET_WORDS: tuple[Variable, ...] = tuple(word for word, _ in _ALL)
"""Columns of the product beside measured meteorology, which has the names of the flux table."""

FLUXNET_OWNERS: Mapping[str, str] = {word.name: owner for word, owner in _ALL if word.name != owner}
"""Word that carries no flags of its own → quantity that it says something of."""
