"""Flux of CO2 of each row, and the terms of its standard uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD
from icos_core.exceptions import DataError
from icos_ocean.calibration.method_spread import method_spread, spread_uncertainty
from icos_ocean.gas_transfer import METHODS, MMOL_PER_DAY, Wind, schmidt_number, solubility, transfer_velocity
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fugacity, fugacity_coefficient, pco2_from_xco2, water_vapour_pressure
from icos_ocean.skin_temperature import cool_skin
from icos_ocean.wind_profile import wind_factor

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.products.air_sea_flux_options import AirSeaFluxOptions

    FloatArray = NDArray[np.float64]

__all__ = ["MOMENTS_AND_ICE", "Exchange", "exchange", "terms_of"]

MOMENTS_AND_ICE = ("wind_speed_second_moment", "wind_speed_third_moment", "ice_fraction")
"""Variables that are used where there are."""

_DELTA = "delta_fco2_uncertainty"
_STEP = 0.01


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The exchange of n rows; every array has one element per row.

    Attributes
    ----------
    values
        Variables of the result by name.
    fco2_air, delta_fco2
        fCO2 of air at the temperature of the water, and sea minus air, µatm.
    of_air
        Variables that fCO2 of air comes from.
    per_difference, per_wind, per_skin
        How the flux responds to ΔfCO2 [µatm], wind speed [m s⁻¹] and temperature of the skin [°C], mmol m⁻² d⁻¹ per unit.
    """

    values: dict[str, FloatArray]
    fco2_air: FloatArray
    delta_fco2: FloatArray
    of_air: tuple[str, ...]
    per_difference: FloatArray
    per_wind: FloatArray
    per_skin: FloatArray | None


def exchange(part: xr.Dataset, options: AirSeaFluxOptions) -> Exchange:
    """Compute the flux of every row; missing where an input is missing or bad."""
    sst, salinity, fco2 = (_usable(part, name) for name in ("sst", "salinity", "fco2"))
    fco2_air, of_air = _air(part, sst, salinity, options)
    wind = _wind(part, options)
    schmidt, K0 = schmidt_number(sst), solubility(sst, salinity)
    open_water = _open_water(part, options)
    difference = fco2 - fco2_air
    dissolved, per_skin, skin = K0 * difference, None, None
    if options.cool_skin != "none" or options.skin_salinity:
        cooling = _cooling(wind, options)
        skin = sst + cooling
        dissolved = _through_skin(K0, fco2, fco2_air, sst, salinity, cooling, part, options)
        warmer = _through_skin(K0, fco2, fco2_air, sst, salinity, cooling + _STEP, part, options)
        per_skin = (warmer - dissolved) / _STEP
    fluxes = []
    for method in options.gas_transfer:
        transfer = transfer_velocity(wind, schmidt, method)
        fluxes.append(MMOL_PER_DAY * transfer.velocity * dissolved * open_water)
        if method == options.gas_transfer[0]:
            first = transfer
    scale = MMOL_PER_DAY * first.velocity * open_water
    values = {
        "co2_flux": fluxes[0],
        "gas_transfer_velocity": first.velocity,
        "co2_solubility": K0,
        "schmidt_number": schmidt,
        "wind_speed_10m": wind.speed,
    }
    if skin is not None:
        values["skin_temperature"] = skin
    if len(fluxes) > 1:
        values["co2_flux_spread_gas_transfer"] = method_spread(fluxes)
    return Exchange(
        values=values,
        fco2_air=fco2_air,
        delta_fco2=difference,
        of_air=of_air,
        per_difference=scale * K0,
        per_wind=MMOL_PER_DAY * first.by_wind * dissolved * open_water,
        per_skin=scale * per_skin if per_skin is not None else None,
    )


def terms_of(part: xr.Dataset, found: Exchange, options: AirSeaFluxOptions) -> dict[str, FloatArray]:
    """Return the terms of the standard uncertainty, mmol m⁻² d⁻¹; none where that of ΔfCO2 is not known.

    Those of ΔfCO2 come first, under their names, or as ``delta_fco2`` where only the total is known.
    """
    prefix = f"{_DELTA}_"
    of_difference = {str(name).removeprefix(prefix): part[name].values for name in part.data_vars if str(name).startswith(prefix)}
    if not of_difference:
        if _DELTA not in part:
            return {}
        of_difference = {"delta_fco2": part[_DELTA].values}
    flux = found.values["co2_flux"]
    chosen = METHODS[options.gas_transfer[0]]
    relative = chosen.relative_uncertainty if options.transfer_uncertainty is None else options.transfer_uncertainty
    terms = {name: np.abs(found.per_difference) * term for name, term in of_difference.items()}
    if "co2_flux_spread_gas_transfer" in found.values:
        terms["gas_transfer"] = spread_uncertainty(found.values["co2_flux_spread_gas_transfer"])
    terms["transfer_velocity"] = np.abs(flux) * relative
    terms["wind"] = np.abs(found.per_wind) * options.wind_uncertainty
    terms["solubility"] = np.abs(flux) * options.solubility_uncertainty
    if found.per_skin is not None:
        terms["skin"] = np.abs(found.per_skin) * options.cool_skin_uncertainty
    return terms


def _usable(part: xr.Dataset, name: str) -> FloatArray:
    values: FloatArray = part[name].values
    flag = f"{name}_flag"
    return np.where(part[flag].values == BAD, np.nan, values) if flag in part else values


def _air(part: xr.Dataset, sst: FloatArray, salinity: FloatArray, options: AirSeaFluxOptions) -> tuple[FloatArray, tuple[str, ...]]:
    """Return fCO2 of air: as it is there, from its mole fraction, or from ΔfCO2."""
    if "fco2_air" in part:
        return _usable(part, "fco2_air"), ("fco2_air",)
    if "xco2_air" in part and options.air_pressure in part:
        xco2, pressure = _usable(part, "xco2_air"), _usable(part, options.air_pressure)
        pco2 = pco2_from_xco2(xco2, pressure, sst, salinity)
        return fugacity(pco2, xco2, pressure, sst), ("xco2_air", options.air_pressure)
    if "delta_fco2" in part:
        return _usable(part, "fco2") - _usable(part, "delta_fco2"), ("delta_fco2",)
    raise DataError(f"air-sea-flux needs fco2_air, or xco2_air with {options.air_pressure}, or delta_fco2; the stream has none of them")


def _wind(part: xr.Dataset, options: AirSeaFluxOptions) -> Wind:
    factor = wind_factor(options.wind_height, options.wind_profile, options.wind_profile_parameter)
    speed = _usable(part, options.wind) * factor
    speed = np.where(speed >= 0.0, speed, np.nan)
    second, third = (
        _usable(part, name) * factor**power if name in part else None
        for name, power in (("wind_speed_second_moment", 2), ("wind_speed_third_moment", 3))
    )
    return Wind(speed, second, third)


def _open_water(part: xr.Dataset, options: AirSeaFluxOptions) -> FloatArray:
    ice = _usable(part, "ice_fraction") if "ice_fraction" in part else np.full(part.sizes["time"], np.nan)
    if options.ice_fraction is not None or "ice_fraction" not in part:
        ice = np.where(np.isnan(ice), options.ice_fraction or 0.0, ice)
    return np.maximum(1.0 - np.clip(ice, 0.0, 1.0), options.least_open_water)


def _cooling(wind: Wind, options: AirSeaFluxOptions) -> FloatArray:
    if options.cool_skin == "donlon-2002":
        return cool_skin(wind.speed)
    return np.full(wind.speed.shape, options.cool_skin_offset if options.cool_skin == "constant" else 0.0)


def _through_skin(
    K0: FloatArray,
    fco2: FloatArray,
    fco2_air: FloatArray,
    sst: FloatArray,
    salinity: FloatArray,
    cooling: FloatArray,
    part: xr.Dataset,
    options: AirSeaFluxOptions,
) -> FloatArray:
    """Return what drives the flux through a skin of its own temperature and salinity, mol L⁻¹ × 10⁻⁶.

    Air above a cooler skin holds less water vapour, hence a little more CO2; that needs the pressure, where it is known.
    """
    skin, salty = sst + cooling, salinity + options.skin_salinity
    air = fco2_air
    if options.air_pressure in part:
        pressure = _usable(part, options.air_pressure)
        dry, before = (pressure / STANDARD_ATMOSPHERE - water_vapour_pressure(*at) for at in ((skin, salty), (sst, salinity)))
        mole_fraction = fco2_air / before
        ratio = dry / before * fugacity_coefficient(mole_fraction, pressure, skin) / fugacity_coefficient(mole_fraction, pressure, sst)
        air = fco2_air * np.where(np.isfinite(ratio), ratio, 1.0)
    return K0 * fco2 - solubility(skin, salty) * air
