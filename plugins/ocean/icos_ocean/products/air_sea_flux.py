"""Product ``air-sea-flux``: flux of CO2 from the sea to the air, row by row, with its uncertainty term by term.

``F = k (K0 fCO2_water - K0_skin fCO2_air) (1 - ice)``, in mmol m⁻² d⁻¹, positive out of the sea. Without a cool skin both solubilities are
the same. Where a row has ΔfCO2 with its terms, these are propagated one by one; a list of parameterisations gives their spread.

References
----------
Wanninkhof, R. (2014), Relationship between wind speed and gas exchange over the ocean revisited, Limnol. Oceanogr. Methods 12,
351-362, doi:10.4319/lom.2014.12.351.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Outcome, Problem, Product, ProductResult, Requirement, Variable
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE, make_stream
from icos_core.exceptions import DataError, hint
from icos_ocean.products.air_sea_flux_options import AirSeaFluxOptions
from icos_ocean.products.air_sea_flux_summary import summary
from icos_ocean.products.air_sea_flux_terms import MOMENTS_AND_ICE, Exchange, exchange, terms_of
from icos_ocean.products.socat_fco2rec_input import position_of_rows
from icos_ocean.vocabulary import POSITION, VOCABULARY
from icos_ocean.vocabulary.flux import OWN_TERMS, WORDS
from icos_ocean.vocabulary.underway import UNCERTAINTY_TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "STREAM", "derive"]

STREAM = "air_sea_flux"
# Not fco2 itself: one stream has it, and exporters take that one.
_CARRIED = ("sst", "salinity", "fco2_air", "delta_fco2", "ice_fraction")
_UNITS = {
    "wind_speed_second_moment": "m2 s-2",
    "wind_speed_third_moment": "m3 s-3",
    "ice_fraction": "1",
    "latitude": "degrees_north",
    "longitude": "degrees_east",
    "fco2_air": "uatm",
    "delta_fco2": "uatm",
    "xco2_air": "umol mol-1",
    "sea_level_pressure": "hPa",
    "atmospheric_pressure": "hPa",
}


def derive(streams: Streams, options: AirSeaFluxOptions, context: Context) -> ProductResult:
    """Compute the flux of every row that has fCO2 of sea water and air, and wind.

    Bad inputs give no flux; the flux takes the worst flag of its inputs.

    Raises
    ------
    DataError
        Where the wind is relative to a platform that moves, the stream is not there, none is named and several would do, or fCO2 of air
        cannot be had.
    """
    if options.wind == "relative_wind_speed" and context.station.platform in {"ship", "vehicle"}:
        raise DataError(f"air-sea-flux: wind relative to a moving {context.station.platform} is not the wind over the sea; wind_speed is")
    stream = _chosen(streams, options)
    rows = np.flatnonzero(np.isfinite(stream["fco2"].values))
    part = stream.isel(time=rows)
    found = exchange(part, options)
    values: dict[str, FloatArray] = {}
    position = position_of_rows(part, context)
    if position is not None:
        values |= {"latitude": position[0], "longitude": position[1]}
    values |= {name: part[name].values for name in _CARRIED if name in part}
    values |= {"fco2_air": found.fco2_air, "delta_fco2": found.delta_fco2, **found.values}
    terms = terms_of(part, found, options)
    if terms:
        values["co2_flux_uncertainty"] = np.sqrt(np.sum([np.square(term) for term in terms.values()], axis=0))
        values |= {f"co2_flux_uncertainty_{name}": term for name, term in terms.items()}
    made = make_stream(part["time"].values, values, _vocabulary(terms))
    outcome = Outcome(variable="co2_flux", name="inputs", level=_worst(part, found, options))
    return ProductResult(
        streams={STREAM: made},
        outcomes=(outcome,),
        problems=_without_a_flux(found, options),
        tables=(summary(made, list(terms), context, options),),
    )


def _without_a_flux(found: Exchange, options: AirSeaFluxOptions) -> tuple[Problem, ...]:
    """Say why no row has a flux."""
    if not found.fco2_air.size or np.isfinite(found.values["co2_flux"]).any():
        return ()
    inputs = {
        "fCO2 of air": found.fco2_air,
        options.wind: found.values["wind_speed_10m"],
        "sst": found.values["schmidt_number"],
        "sst or salinity": found.values["co2_solubility"],
    }
    lacking = [name for name, values in inputs.items() if not np.isfinite(values).any()]
    which = f"{', '.join(lacking)} missing or bad in every row" if lacking else "no row has all that it takes"
    return (Problem(message=f"air-sea-flux: no row has a flux: {which}"),)


def _chosen(streams: Streams, options: AirSeaFluxOptions) -> xr.Dataset:
    if options.stream is not None:
        if options.stream not in streams:
            there = ", ".join(sorted(streams))
            raise DataError(f"air-sea-flux: no stream {options.stream!r}; there are {there}{hint(options.stream, streams)}")
        return streams[options.stream]
    found = [name for name, stream in streams.items() if "time" in stream.dims and "fco2" in stream and options.wind in stream]
    if len(found) != 1:
        which = f"streams {', '.join(sorted(found))} have them; name one with stream" if found else "no stream has both"
        raise DataError(f"air-sea-flux: one stream with fco2 and {options.wind} is wanted: {which}")
    return streams[found[0]]


def _worst(part: xr.Dataset, found: Exchange, options: AirSeaFluxOptions) -> NDArray[np.int8]:
    level = np.full(part.sizes["time"], np.int8(0))
    more = (name for name in MOMENTS_AND_ICE if name in part)
    for name in ("fco2", "sst", "salinity", options.wind, *found.of_air, *more):
        if f"{name}_flag" not in part:
            level = np.maximum(level, NOT_EVALUATED)
            continue
        flag = part[f"{name}_flag"].values
        if name == "salinity":
            # A salinity in doubt changes solubility by less than the transfer velocity is uncertain, and fCO2 hardly at all.
            flag = np.where(flag == QUESTIONABLE, GOOD, flag)
        level = np.maximum(level, np.where(flag <= BAD, flag, 0))
    known = np.isfinite(found.values["co2_flux"])
    return np.where(known & (level > 0), level, NOT_EVALUATED).astype(np.int8)


def _vocabulary(terms: Mapping[str, FloatArray]) -> tuple[Variable, ...]:
    sources = {**UNCERTAINTY_TERMS, **OWN_TERMS}
    described = []
    for name in terms:
        correlation, source = sources.get(name, ("common", name.replace("_", " ")))
        described.append(
            Variable(
                name=f"co2_flux_uncertainty_{name}",
                units="mmol m-2 d-1",
                long_name=f"standard uncertainty of the flux of CO2 due to: {source}",
                attributes={"error_correlation": correlation},
            )
        )
    return (*POSITION, *(VOCABULARY[name] for name in _CARRIED), *WORDS, *described)


def _requires(options: AirSeaFluxOptions) -> Mapping[str, tuple[Requirement, ...]]:
    needed = [
        Requirement(name="fco2", units="uatm"),
        Requirement(name="sst", units="degree_C"),
        Requirement(name="salinity"),
        Requirement(name=options.wind, units="m s-1"),
    ]
    needed += [Requirement(name=name, units=units, optional=True) for name, units in _UNITS.items()]
    return {options.stream or "*": tuple(needed)}


def _provides(options: AirSeaFluxOptions) -> Mapping[str, tuple[Variable, ...]]:
    own = [name for name in OWN_TERMS if name != "gas_transfer" or len(options.gas_transfer) > 1]
    return {STREAM: _vocabulary(dict.fromkeys((*UNCERTAINTY_TERMS, *own), np.empty(0)))}


PRODUCT = Product(
    name="air-sea-flux",
    summary="flux of CO2 from the sea to the air, from ΔfCO2 and wind, with its uncertainty",
    options=AirSeaFluxOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
