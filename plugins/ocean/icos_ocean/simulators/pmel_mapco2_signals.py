"""What the analyser of a MAPCO2 or ASVCO2 reads in each cycle, the opposite way of the calibration.

1. The dry mole fraction in equilibrium with water of known pCO2, or that of air;
2. the gas is moist, ``x_wet = x (1 - e/P)``;
3. the analyser was set with span gas at the beginning of the cycle, not quite to its stated value, which is not quite the true one.

Errors that a deployment shares (cylinder, humidity, pressure, thermometer, what remains of the analyser's response) are drawn once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import make_stream
from icos_ocean.calibration.mapco2_drying import saturation_vapour_pressure
from icos_ocean.sea_level_pressure import hydrostatic_sea_level_pressure
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fugacity, fugacity_coefficient, pco2_from_xco2, water_vapour_pressure
from icos_ocean.simulators.mooring import mooring_at, times
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.simulators.pmel_mapco2_options import CycleSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["BAROMETER_HEIGHT", "MINUTES", "Cycles", "simulate_cycles", "together", "truth_of"]

BAROMETER_HEIGHT = 1.0  # m
MINUTES = (0, 1, 2, 3, 4, 5, 16, 17, 18, 18)
"""Minute of each reading; the last is half a minute after the one before."""

_LAST_DELAY = np.timedelta64(30, "s")
_POINTS = len(CYCLE_POINTS)
_ZERO, _SPAN = CYCLE_POINTS["zero_post_calibration"], CYCLE_POINTS["span_flow_off"]
_CHECK, _WATER, _AIR = (CYCLE_POINTS[point] for point in ("span_post_calibration", "equilibrator_pump_off", "air_pump_off"))


@dataclass(frozen=True, kw_only=True)
class Cycles:
    """n cycles of ten readings.

    Attributes
    ----------
    start : (n,) ndarray
        ``datetime64[s]``.
    time : (n, 10) ndarray
        ``datetime64[s]`` of the readings.
    measured : dict of str to ndarray
        Variable → (n, 10) readings, or (n,) what holds for a cycle.
    dry : (n, 2) ndarray
        What the instrument computes of water and air, µmol mol⁻¹.
    truth : dict of str to (n,) ndarray
        True values at the time of the water sample; ``xco2_air`` at that of the air sample half a minute to minutes later.
    """

    start: NDArray[np.datetime64]
    time: NDArray[np.datetime64]
    measured: dict[str, FloatArray]
    dry: FloatArray
    truth: dict[str, FloatArray]


def simulate_cycles(options: CycleSimulation, seed: int) -> Cycles:
    """Draw one deployment.

    Parameters
    ----------
    options
        Place, instrument and errors.
    seed
        Of all random numbers.
    """
    random = np.random.default_rng(seed)
    errors = options.errors
    start = times(options.mooring, options.interval)
    count = start.size
    time = start[:, None] + np.array(MINUTES) * np.timedelta64(60, "s")
    time[:, -1] += _LAST_DELAY
    place = mooring_at(time.reshape(-1), options.mooring, random)
    sst, pressure, air = (array.reshape(count, _POINTS) for array in (place.sst, place.air_pressure, place.xco2_air))
    pco2 = place.pco2.reshape(count, _POINTS)[:, _WATER]
    salinity = options.salinity + 0.02 * random.standard_normal(count)
    dry_pressure = pressure[:, _WATER] / STANDARD_ATMOSPHERE - water_vapour_pressure(sst[:, _WATER], salinity)
    xco2 = pco2 / dry_pressure
    truth = {
        "xco2": xco2,
        "pco2": pco2,
        "fco2": pco2 * fugacity_coefficient(xco2, pressure[:, _WATER], sst[:, _WATER]),
        "sst": sst[:, _WATER],
        "salinity": salinity,
        "xco2_air": air[:, _AIR],
        "latitude": np.full(count, options.mooring.latitude),
        "longitude": np.full(count, options.mooring.longitude),
    }
    truth["delta_fco2"] = truth["fco2"] - _fco2_of_air(air[:, _WATER], pressure[:, _WATER], truth)
    sign = -1.0 if options.mirrored else 1.0
    shared = sign * random.standard_normal(6)
    measured = _surroundings(options, pressure, sst, shared, random)
    gain = (1.0 + errors.span_setting * random.standard_normal(count)) * options.span_gas
    gain = gain / (options.span_gas + options.span_gas_uncertainty * shared[0])
    moist = _moist(measured["relative_humidity"], measured["humidity_temperature"], pressure)
    gas = np.zeros((count, _POINTS))
    gas[:, 3:6] = options.span_gas + options.span_gas_uncertainty * shared[0]
    # Before the instrument sets its zero and its span it reads with those of the cycle before, which have drifted.
    zero_drift = -2.0 + np.cumsum(0.2 * random.standard_normal(count))
    span_drift = 1.004 + np.cumsum(0.0005 * random.standard_normal(count))
    points = np.arange(_POINTS)
    drifted = np.where(points < _CHECK, span_drift[:, None], 1.0)
    of_samples = errors.instrument * shared[2]
    gas[:, _WATER - 1 : _WATER + 1] = (xco2 + of_samples)[:, None]
    gas[:, _AIR - 1 : _AIR + 1] = (air[:, _AIR] + of_samples)[:, None]
    wet = gas * moist * gain[:, None] * drifted + errors.reading * random.standard_normal(gas.shape)
    measured["xco2_wet"] = wet + np.where(points < _ZERO, zero_drift[:, None], 0.0)
    measured["relative_humidity"][:, _WATER - 1 :] += errors.humidity * shared[1]
    measured["sst"] = truth["sst"] + errors.sst * shared[4]
    measured["salinity"] = salinity + errors.salinity * shared[5]
    return Cycles(start=start, time=time, measured=measured, dry=_firmware(measured), truth=truth)


def _fco2_of_air(xco2: FloatArray, pressure: FloatArray, truth: dict[str, FloatArray]) -> FloatArray:
    """Return the fugacity in air at sea level, saturated with water vapour; `pressure` is that of the barometer."""
    sst = truth["sst"]
    at_sea_level = hydrostatic_sea_level_pressure(pressure, sst, BAROMETER_HEIGHT)
    partial = pco2_from_xco2(xco2, at_sea_level, sst, truth["salinity"])
    return fugacity(partial, xco2, at_sea_level, sst)


def _surroundings(
    options: CycleSimulation, pressure: FloatArray, sst: FloatArray, shared: FloatArray, random: np.random.Generator
) -> dict[str, FloatArray]:
    """Return what the analyser's sensors of temperature, pressure and humidity read."""
    count = pressure.shape[0]
    residual = 36.0 + 3.0 * random.standard_normal((count, 1))
    humidity = np.array([62.0, 63.0, 64.0, 27.0, 36.0, 45.0, 70.0, 70.0, 67.0, 67.0]) - 36.0 + residual
    humidity[:, 6:] += 2.0 * random.standard_normal((count, 1))
    pumping = np.array([-25.0, 0.0, 0.0, 25.0, 0.5, 0.0, -60.0, 0.0, -60.0, 0.0])
    box = sst + 1.5
    return {
        "analyser_temperature": box + 0.6 + 0.12 * np.arange(_POINTS),
        "analyser_pressure": pressure + pumping + options.errors.analyser_pressure * shared[3],
        "relative_humidity": humidity,
        "humidity_temperature": box,
        "oxygen": np.full(pressure.shape, 20.7),
    }


def _moist(humidity: FloatArray, temperature: FloatArray, pressure: FloatArray) -> FloatArray:
    """Return how much of the gas is not water vapour; span gas and zero gas are dry."""
    relative = humidity - humidity[:, _SPAN][:, None]
    share = 1.0 - saturation_vapour_pressure(temperature) * relative / 100.0 / pressure
    share[:, : _WATER - 1] = 1.0
    return share


def _firmware(measured: dict[str, FloatArray]) -> FloatArray:
    """Return the dry mole fractions of water and air as the instrument computes them."""
    points = [_WATER, _AIR]
    relative = measured["relative_humidity"][:, points] - measured["relative_humidity"][:, _SPAN][:, None]
    vapour = saturation_vapour_pressure(measured["humidity_temperature"][:, points]) * relative / 100.0
    computed: FloatArray = measured["xco2_wet"][:, points] / (1.0 - vapour / measured["analyser_pressure"][:, points])
    return computed


def truth_of(cycles: Cycles) -> xr.Dataset:
    """Return the true values at the times of the water samples, under the names of the calibrated variables."""
    return make_stream(cycles.time[:, _WATER].astype("datetime64[ns]"), cycles.truth, VOCABULARY.values())


def together(deployments: list[Cycles], apart: np.timedelta64) -> Cycles:
    """Return many deployments as one, each beginning `apart` after the one before."""
    shifted = [number * apart for number in range(len(deployments))]
    return Cycles(
        start=np.concatenate([each.start + shift for each, shift in zip(deployments, shifted, strict=True)]),
        time=np.concatenate([each.time + shift for each, shift in zip(deployments, shifted, strict=True)]),
        measured={name: np.concatenate([each.measured[name] for each in deployments]) for name in deployments[0].measured},
        dry=np.concatenate([each.dry for each in deployments]),
        truth={name: np.concatenate([each.truth[name] for each in deployments]) for name in deployments[0].truth},
    )
