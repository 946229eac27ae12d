"""What a CO2-Pro at a mooring reports, and what is true: one deployment, with errors drawn from what is stated of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.sea_level_pressure import hydrostatic_sea_level_pressure
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fugacity, pco2_from_xco2
from icos_ocean.simulators.mooring import mooring_at, times
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.co2_pro_options import Co2ProUncertainties
    from icos_ocean.simulators.mooring import Mooring
    from icos_ocean.simulators.pro_oceanus_co2_pro_options import Co2ProSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["BAROMETER_HEIGHT", "SALINITY", "Deployment", "simulate_deployment"]

BAROMETER_HEIGHT = 3.0
SALINITY = 35.0
_COUNTS_PER_PPM = 6.95
# What the records are rounded to belongs to the uncertainty of the pressure: 1 hPa.
_ROUNDING = 1.0 / 12.0


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """n rows.

    Attributes
    ----------
    time : (n,) ndarray
        ``datetime64[s]``, of the instrument.
    run_type : (n,) ndarray of int8
        Codes of the vocabulary.
    measured : dict of str to (n,) ndarray
        What the instruments report, by the names of the vocabulary.
    truth : dict of str to (n,) ndarray
        What is true, by the names of the calibrated variables; NaN where it does not apply.
    """

    time: NDArray[np.datetime64]
    run_type: NDArray[np.int8]
    measured: dict[str, FloatArray]
    truth: dict[str, FloatArray]


def simulate_deployment(options: Co2ProSimulation, seed: int) -> Deployment:
    """Simulate one deployment."""
    world, errors = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    noise = np.random.default_rng([seed, 2, int(options.mirrored)])
    time = times(options.mooring, options.interval)
    true = mooring_at(time, options.mooring, world)
    seconds = (time - time[0]) / np.timedelta64(1, "s") if time.size else np.empty(0)
    run_type, zero_number, since_zero = _schedule(seconds, options)
    water, air = run_type == RUN_TYPES["EQU"], run_type == RUN_TYPES["ATM"]
    pressure = true.air_pressure + world.uniform(-3.0, 3.0)
    vapour = np.where(air, 8.0, 11.0) + 0.4 * np.sin(2.0 * np.pi * seconds / 86_400.0)
    moist = np.where(water, true.pco2 * STANDARD_ATMOSPHERE / pressure, np.where(air, true.xco2_air * (1.0 - vapour / pressure), 0.0))
    gas = moist * (1.0 - np.exp(-since_zero / options.response.total_seconds()))

    stated, sign = options.errors, -1.0 if options.mirrored else 1.0
    shared = sign * errors.normal(0.0, 1.0, 5)
    of_zeros = sign * errors.normal(0.0, stated.zero, int(zero_number.max(initial=0)) + 1)
    reported = gas * (1.0 + stated.accuracy * shared[0]) + of_zeros[zero_number] + noise.normal(0.0, stated.reading, time.size)
    counts = options.zero_count + np.cumsum(world.normal(0.0, 30.0, of_zeros.size))
    measured = {
        "zero_count": np.round(counts[zero_number]),
        "current_count": np.round(counts[zero_number] - _COUNTS_PER_PPM * gas - 5.0),
        "xco2_wet": np.where(run_type == RUN_TYPES["ZERO"], reported - of_zeros[zero_number], reported),
        "sensor_temperature": np.full(time.shape, 40.1),
        "humidity_pressure": vapour + stated.humidity * shared[1],
        "humidity_temperature": 21.0 + 0.5 * np.sin(2.0 * np.pi * seconds / 86_400.0),
        "analyser_pressure": np.round(pressure + shared[2] * np.sqrt(max(stated.pressure**2 - _ROUNDING, 0.0))),
        "detector_temperature": np.full(time.shape, 39.8),
        "source_temperature": np.full(time.shape, 40.4),
        "supply_voltage": np.full(time.shape, 11.7),
        "sst": true.sst + stated.water_temperature * shared[3],
        "atmospheric_pressure": _barometer(true, stated, shared[4]),
    }
    return Deployment(time=time, run_type=run_type, measured=measured, truth=_truth(true, pressure, vapour, water))


def _schedule(seconds: FloatArray, options: Co2ProSimulation) -> tuple[NDArray[np.int8], NDArray[np.int64], FloatArray]:
    """Return run types, the number of the zero that holds, and the time since it ended."""
    step = options.interval.total_seconds()
    zero_every, air_every = options.zero_every.total_seconds(), options.air_every.total_seconds()
    in_zero = seconds % zero_every
    is_zero = in_zero < options.readings_of_zero * step
    # Air comes half an interval of its own after the beginning, out of the way of the zeros.
    is_air = ~is_zero & ((seconds + 0.5 * air_every) % air_every < options.readings_of_air * step)
    run_type = np.where(is_zero, RUN_TYPES["ZERO"], np.where(is_air, RUN_TYPES["ATM"], RUN_TYPES["EQU"])).astype(np.int8)
    return run_type, (seconds // zero_every).astype(np.int64), np.maximum(in_zero - (options.readings_of_zero - 1) * step, 0.0)


def _barometer(true: Mooring, stated: Co2ProUncertainties, error: float) -> FloatArray:
    return np.asarray(true.air_pressure + stated.sea_level_pressure * error)


def _truth(true: Mooring, pressure: FloatArray, vapour: FloatArray, water: NDArray[np.bool_]) -> dict[str, FloatArray]:
    in_water = np.where(water, 1.0, np.nan)
    dry = true.pco2 * STANDARD_ATMOSPHERE / pressure / (1.0 - vapour / pressure)
    at_sea_level = hydrostatic_sea_level_pressure(true.air_pressure, true.sst, BAROMETER_HEIGHT)
    pco2_air = pco2_from_xco2(true.xco2_air, at_sea_level, true.sst, SALINITY)
    fco2_air = fugacity(pco2_air, true.xco2_air, at_sea_level, true.sst)
    fco2 = fugacity(true.pco2, dry, pressure, true.sst)
    return {
        "sst": true.sst,
        "pco2": true.pco2 * in_water,
        "fco2": fco2 * in_water,
        "xco2": dry * in_water,
        "xco2_air": true.xco2_air,
        "fco2_air": fco2_air,
        "delta_fco2": (fco2 - fco2_air) * in_water,
    }
