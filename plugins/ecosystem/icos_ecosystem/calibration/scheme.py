"""Fluxes of one combination of rotation and detrending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.ambient_state import ambient_state, barometric_pressure, molar_volume
from icos_ecosystem.calibration.spectral_losses import spectral_losses
from icos_ecosystem.calibration.turbulence import maximum_of, rotated, turbulence
from icos_ecosystem.constants import MOLAR_MASS
from icos_ecosystem.density_corrections import CellTerms, burba_surface_heat
from icos_ecosystem.flux_levels import corrected_fluxes
from icos_ecosystem.instruments.li7700_line_shape import li7700_line_shape
from icos_ecosystem.solar_radiation import NIGHT_BELOW
from icos_ecosystem.uncorrected_fluxes import GasFlux, gas_flux, momentum_and_heat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState
    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.spectral_losses import SpectralLosses
    from icos_ecosystem.calibration.turbulence import Turbulence
    from icos_ecosystem.density_corrections import SurfaceHeat
    from icos_ecosystem.flux_levels import Corrected
    from icos_ecosystem.series.time_lags import FoundLag
    from icos_ecosystem.uncorrected_fluxes import Uncorrected

    FloatArray = NDArray[np.float64]
    FindLag = Callable[[str, FloatArray], FoundLag]

__all__ = ["SchemeFluxes", "ambient_of", "scheme_fluxes"]


@dataclass(frozen=True, kw_only=True)
class SchemeFluxes:
    """Everything that one combination of methods gave.

    Attributes
    ----------
    halves, turbulence, state, uncorrected, corrected, gases
        What went in and came out, see there.
    losses
        Spectral correction factors and how they were found.
    mixing_ratio
        Gas → (n,) mean mixing ratio.
    actual_lags
        Gas → (n,) lag in rows of the largest covariance, whatever was used.
    cell_temperature, cell_pressure
        Of the analyser's cell, NaN where that is not measured [K, Pa].
    surface_heat
        Of the surfaces of a LI-7500, None where it is not asked for.
    """

    halves: HalfHours
    turbulence: Turbulence
    state: AmbientState
    uncorrected: Uncorrected
    corrected: Corrected
    gases: dict[str, GasFlux]
    losses: SpectralLosses
    mixing_ratio: dict[str, FloatArray]
    actual_lags: dict[str, FloatArray]
    cell_temperature: FloatArray
    cell_pressure: FloatArray
    surface_heat: SurfaceHeat | None

    @property
    def factors(self) -> Mapping[str, FloatArray]:
        """Spectral correction factors: momentum, heat and each gas."""
        return self.losses.factors


def scheme_fluxes(halves: HalfHours, rotation: str, detrending: str, find_lag: FindLag, radiation: FloatArray) -> SchemeFluxes:
    """Return the fluxes of a combination of rotation and detrending.

    Parameters
    ----------
    halves
        Condensed half hours.
    rotation, detrending
        The methods.
    find_lag
        See :func:`icos_ecosystem.calibration.turbulence.turbulence`.
    radiation
        (n,) potential short-wave radiation [W m-2], which tells day from night.
    """
    options = halves.options
    found = turbulence(halves, rotated(halves, rotation), detrending, find_lag)
    pressure = _pressure(halves)
    # Of the analyser's cell; NaN where that is not measured.
    cell_temperature, cell_pressure = halves.of_series("mean", "tc"), halves.of_series("mean", "pc")
    state, fraction, ratio, density = ambient_of(halves, found.mean, pressure, cell_temperature, cell_pressure)
    height = halves.setup.effective_height
    uncorrected = momentum_and_heat(found.wind, found.covariance["ts"][:, 2], found.mean["ts"], state, height)
    gases = {
        gas: _gas(halves, found, gas, state, fraction[gas], density[gas], cell_temperature, cell_pressure) for gas in options.wanted_gases
    }
    losses = spectral_losses(halves, found, state, uncorrected, gases, detrending)
    surface = _surface_heat(halves, state, found, radiation)
    corrected = corrected_fluxes(
        uncorrected,
        gases,
        losses.factors,
        state,
        found.mean["ts"],
        height,
        density_correction=options.density.wpl,
        surface_heat=0.0 if surface is None else surface.total,
        vapour_needs_cell=options.eddypro_compatible,
        uncorrected_humidity=options.eddypro_compatible,
    )
    return SchemeFluxes(
        halves=halves,
        turbulence=found,
        state=state,
        uncorrected=uncorrected,
        corrected=corrected,
        gases=gases,
        losses=losses,
        mixing_ratio=ratio,
        actual_lags=_actual_lags(halves, found),
        cell_temperature=cell_temperature,
        cell_pressure=cell_pressure,
        surface_heat=surface,
    )


def _pressure(halves: HalfHours) -> FloatArray:
    """Return air pressure [Pa]: measured by meteorology, by the analyser, or usual at the station's altitude."""
    altitude = halves.context.station.altitude
    usual = barometric_pressure(altitude if altitude is not None else 0.0)
    found = np.full(len(halves), usual)
    for measured in (halves.number("ambient_pressure"), halves.meteorology("PA")):
        found = np.where((measured > 40_000.0) & (measured < 110_000.0), measured, found)
    return found


def ambient_of(
    halves: HalfHours, mean: Mapping[str, FloatArray], pressure: FloatArray, cell_temperature: FloatArray, cell_pressure: FloatArray
) -> tuple[AmbientState, dict[str, FloatArray], dict[str, FloatArray], dict[str, FloatArray]]:
    """Return the air's state, and mole fraction, mixing ratio and molar density of every gas.

    Where a closed path's cell is not measured, air in it is taken as that outside.
    """
    measured = halves.meteorology("TA")
    first = np.where((measured >= 220.0) & (measured <= 340.0), measured, mean["ts"])
    outside = molar_volume(first, pressure)
    inside = molar_volume(
        np.where(np.isfinite(cell_temperature), cell_temperature, first), np.where(np.isfinite(cell_pressure), cell_pressure, pressure)
    )
    volumes = {}
    for gas in halves.layout.gases:
        as_density = halves.measured_as(gas, "molar_density") & ~halves.gas_setup(gas).open_path
        volumes[gas] = np.where(as_density, inside, outside)
    absent = np.full(len(halves), np.nan)
    fraction: dict[str, FloatArray] = {}
    ratio: dict[str, FloatArray] = {}
    vapour = _fraction(halves, mean, "h2o", volumes, None) if "h2o" in halves.layout.gases else absent
    dry = 1.0 - np.nan_to_num(vapour) * 1e-3
    for gas in halves.layout.gases:
        fraction[gas] = vapour if gas == "h2o" else _fraction(halves, mean, gas, volumes, dry)
        ratio[gas] = fraction[gas] / dry
    state = ambient_state(mean["ts"], pressure, vapour, measured, halves.meteorology("RH"))
    density = {
        gas: np.where(
            halves.measured_as(gas, "molar_density") & halves.gas_setup(gas).open_path,
            mean[gas],
            fraction[gas] / volumes_of_air(halves, gas, state, inside) * (1.0 if gas == "h2o" else 1e-3),
        )
        for gas in halves.layout.gases
    }
    return state, fraction, ratio, density


def volumes_of_air(halves: HalfHours, gas: str, state: AmbientState, inside: FloatArray) -> FloatArray:
    """Return the molar volume of the air in which the density of a gas is given: of a closed path the cell's."""
    return np.where(halves.gas_setup(gas).open_path, state.molar_volume, inside)


def _fraction(
    halves: HalfHours, mean: Mapping[str, FloatArray], gas: str, volumes: Mapping[str, FloatArray], dry: FloatArray | None
) -> FloatArray:
    """Return the mean mole fraction of a gas from what was measured."""
    values = mean[gas]
    of_ratio = values / (1.0 + values * 1e-3) if dry is None else values * dry
    of_density = values * volumes[gas] * (1.0 if gas == "h2o" else 1e3)
    as_ratio, as_density = halves.measured_as(gas, "mixing_ratio"), halves.measured_as(gas, "molar_density")
    return np.where(as_ratio, of_ratio, np.where(as_density, of_density, values))


def _gas(
    halves: HalfHours,
    found: Turbulence,
    gas: str,
    state: AmbientState,
    fraction: FloatArray,
    density: FloatArray,
    cell_temperature: FloatArray,
    cell_pressure: FloatArray,
) -> GasFlux:
    as_ratio, as_density = halves.measured_as(gas, "mixing_ratio"), halves.measured_as(gas, "molar_density")
    covariance = np.where(halves.usable_gas(gas), found.covariance[gas][:, 2], np.nan)
    vapour_flux = np.full(len(halves), np.nan)
    if "h2o" in halves.layout.gases:
        ratio, dense = halves.measured_as("h2o", "mixing_ratio"), halves.measured_as("h2o", "molar_density")
        vapour_flux = gas_flux(found.at_lag_of("h2o", gas), state, ratio, dense, water=True) * MOLAR_MASS["h2o"] * 1e-3
    # A cell that is not measured is taken to be like the air outside; EddyPro takes sonic temperature for it.
    outside = found.mean["ts"] if halves.options.eddypro_compatible else state.temperature
    temperature = np.where(np.isfinite(cell_temperature), cell_temperature, outside)
    pressure = np.where(np.isfinite(cell_pressure), cell_pressure, state.pressure)
    volume = molar_volume(temperature, pressure)
    open_path = halves.gas_setup(gas).open_path
    cell = CellTerms(
        molar_volume=np.where(open_path, np.nan, volume),
        temperature=temperature,
        pressure=pressure,
        temperature_flux=state.heat_capacity * found.at_lag_of("tc", gas),
        pressure_covariance=found.at_lag_of("pc", gas),
        vapour_flux=vapour_flux,
    )
    return GasFlux(
        covariance=covariance,
        flux=gas_flux(covariance, state, as_ratio, as_density, water=gas == "h2o"),
        density=density,
        fraction=fraction,
        as_ratio=as_ratio,
        as_density=as_density,
        open_path=open_path,
        cell=cell,
        line_shape=_line_shape(halves, gas, state),
    )


def _line_shape(halves: HalfHours, gas: str, state: AmbientState) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    setup = halves.gas_setup(gas)
    places = [place for place, each in enumerate(halves.options.gas_analyser) if "li7700" in each.model]
    if not np.isin(setup.model, places).any():
        return None
    multipliers = np.ones((3, len(halves)))
    for place in places:
        mine = setup.model == place
        multipliers[:, mine] = np.stack(li7700_line_shape(state, halves.options.gas_analyser[place].kappa))[:, mine]
    whole, vapour, heat = multipliers
    return whole, vapour, heat


def _surface_heat(halves: HalfHours, state: AmbientState, found: Turbulence, radiation: FloatArray) -> SurfaceHeat | None:
    method = halves.options.density.burba
    if method == "none":
        return None
    speed = np.sqrt((found.rotation.mean**2).sum(axis=1))
    shortwave = halves.meteorology("SW_IN") if method == "multiple" else None
    longwave = halves.meteorology("LW_IN") if method == "multiple" else None
    return burba_surface_heat(state.temperature, speed, radiation >= NIGHT_BELOW, shortwave=shortwave, longwave=longwave)


def _actual_lags(halves: HalfHours, found: Turbulence) -> dict[str, FloatArray]:
    vertical = found.rotation.matrices[:, 2]
    lagged = np.einsum("nj,njc->nc", vertical, halves.values["lagged"][:, 0])
    return {gas: maximum_of(halves, gas, lagged[:, halves.layout.slice_of(gas)], default=False).rows for gas in halves.layout.gases}
