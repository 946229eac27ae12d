"""Air around the simulated tower: the prescribed fluxes of every half hour, and the covariances that they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.versioned import utc64
from icos_ecosystem.ambient_state import ambient_state, saturation_vapour_pressure
from icos_ecosystem.constants import GRAVITY, MOLAR_MASS, VON_KARMAN
from icos_ecosystem.simulated_turbulence import Scalar, Turbulence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState
    from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["DISPLACEMENT", "TowerAir", "tower_air"]

DISPLACEMENT, _ROUGHNESS = 0.67, 0.15
"""Of canopy heights."""
_CORRELATION = 0.5
"""Of the vertical wind with a scalar."""
_DEVIATIONS = {"temperature": 0.05, "h2o": 0.05, "co2": 0.1, "ch4": 2e-4, "n2o": 2e-5}
"""Least standard deviation of a scalar, where its flux is nil [K, mmol mol-1, µmol mol-1]."""
_LONGEST_STABILITY = 2.0


@dataclass(frozen=True, kw_only=True)
class TowerAir:
    """Prescribed, arrays of shape (n,) of the half hours.

    Attributes
    ----------
    time
        Start of each.
    state
        The air.
    sonic_temperature
        Mean [K].
    mixing_ratio
        Gas → mean [µmol mol-1; water vapour mmol mol-1].
    fluxes
        Names of the stream ``fluxes`` in its units.
    covariances
        Of the vertical wind with ``temperature`` [K m s-1] and the mixing ratio of each gas.
    wind_speed, direction, stability
        [m s-1, degrees, 1].
    net_radiation, soil_heat
        [W m-2].
    height
        Above the zero-plane displacement [m].
    """

    time: NDArray[np.datetime64]
    state: AmbientState
    sonic_temperature: FloatArray
    mixing_ratio: dict[str, FloatArray]
    fluxes: dict[str, FloatArray]
    covariances: dict[str, FloatArray]
    wind_speed: FloatArray
    direction: FloatArray
    stability: FloatArray
    net_radiation: FloatArray
    soil_heat: FloatArray
    height: float

    def turbulence(self, place: int) -> Turbulence:
        """Return what is prescribed for one half hour."""
        deviation_of_w = 1.25 * self.fluxes["USTAR"][place]
        scalars = {
            name: Scalar(
                covariance=float(values[place]),
                deviation=max(abs(float(values[place])) / (_CORRELATION * float(deviation_of_w)), _DEVIATIONS[name]),
            )
            for name, values in self.covariances.items()
        }
        return Turbulence(
            height=self.height,
            wind_speed=float(self.wind_speed[place]),
            friction_velocity=float(self.fluxes["USTAR"][place]),
            stability=float(self.stability[place]),
            scalars=scalars,
        )


def tower_air(options: EddyCovarianceSimulation) -> TowerAir:
    """Return what is prescribed for all half hours.

    Notes
    -----
    Covariances follow from fluxes with the densities, the heat capacity and the heat of evaporation of the mean air:
    ``cov(w, T) = H / (rho cp)``, ``cov(w, r) = F Vd`` with the volume Vd of a mole of dry air.
    """
    time = utc64(options.start) + np.arange(options.half_hours) * np.timedelta64(30, "m")
    sun = _sun(time, options)
    warmth = _sun(time - np.timedelta64(2, "h"), options)

    def between(pair: tuple[float, float], course: FloatArray = sun) -> FloatArray:
        return pair[0] + (pair[1] - pair[0]) * course

    state, vapour_ratio, sonic = _state(
        between(options.air_temperature, warmth), between(options.relative_humidity, warmth), options.air_pressure
    )
    heat, latent, friction = (between(each) for each in (options.sensible_heat, options.latent_heat, options.friction_velocity))
    vapour_flux = latent / state.latent_heat / MOLAR_MASS["h2o"] * 1e3
    gas_fluxes = {"co2": between(options.co2_flux)}
    traces = {"ch4": options.ch4_flux, "n2o": options.n2o_flux}
    gas_fluxes |= {gas: between(flux) * 1e-3 for gas, flux in traces.items() if gas in options.gases}
    volume = state.dry_molar_volume
    height = options.height - DISPLACEMENT * options.canopy_height
    covariances = {"temperature": heat / state.heat_capacity, "h2o": vapour_flux * volume}
    covariances |= {gas: flux * volume for gas, flux in gas_fluxes.items()}
    # As the calibrator has it: the temperature flux after correction for humidity.
    potential = state.temperature * (1e5 / state.pressure) ** 0.286
    length = -potential * friction**3 / (VON_KARMAN * GRAVITY * covariances["temperature"])
    stability = np.clip(height / length, -_LONGEST_STABILITY, _LONGEST_STABILITY)
    turbulent = heat + latent
    net = turbulent / options.energy_balance / (1.0 - options.soil_heat_share)
    fluxes = {"H": heat, "LE": latent, "FH2O": vapour_flux, "FC": gas_fluxes["co2"], "USTAR": friction}
    fluxes["TAU"] = -state.density * friction**2
    for gas in ("ch4", "n2o"):
        if gas in gas_fluxes:
            fluxes[f"F{gas.upper()}"] = gas_fluxes[gas] * 1e3
    days = (time - time[0]) / np.timedelta64(1, "D")
    turn = options.wind_turn * np.sin(2 * np.pi * days) if options.course == "diurnal" else np.zeros(time.size)
    return TowerAir(
        time=time,
        state=state,
        sonic_temperature=sonic,
        mixing_ratio={
            "h2o": vapour_ratio,
            **{gas: np.full(time.size, getattr(options, gas)) for gas in gas_fluxes},
        },
        fluxes=fluxes,
        covariances=covariances,
        wind_speed=friction / VON_KARMAN * np.log(height / (_ROUGHNESS * options.canopy_height)),
        direction=np.mod(options.wind_direction + turn, 360.0),
        stability=stability,
        net_radiation=net,
        soil_heat=options.soil_heat_share * net,
        height=height,
    )


def _sun(time: NDArray[np.datetime64], options: EddyCovarianceSimulation) -> FloatArray:
    """Return 0 at night to 1 at noon, in the middle of half hours; 1 throughout for a constant course."""
    if options.course == "constant":
        return np.ones(time.size)
    hours = (time + np.timedelta64(15, "m") - time.astype("datetime64[D]")) / np.timedelta64(1, "h")
    course: FloatArray = np.maximum(np.sin((hours - 6.0) / 12.0 * np.pi), 0.0)
    return course


def _state(temperature: FloatArray, humidity: FloatArray, pressure: float) -> tuple[AmbientState, FloatArray, FloatArray]:
    """Return the air, the mixing ratio of water vapour [mmol mol-1] and the mean sonic temperature [K]."""
    total = np.full(temperature.size, pressure)
    vapour = 0.01 * humidity * saturation_vapour_pressure(temperature)
    state = ambient_state(temperature, total, 1e3 * vapour / total, temperature, humidity)
    return state, 1e3 * vapour / (total - vapour), temperature * (1.0 + 0.51 * state.specific_humidity)
