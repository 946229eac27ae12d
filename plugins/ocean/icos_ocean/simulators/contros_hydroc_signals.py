"""What a HydroC in a FerryBox reads, and what is true: one deployment, with errors drawn from what is stated of them.

The chain runs from pCO2 in situ to the signals of the detector, the opposite way of a calibration; the signal that gives a mole fraction is
found by Newton's method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.hydroc_signal import Polynomial
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, ZERO_CELSIUS, fugacity_coefficient
from icos_ocean.simulators.mooring import mooring_at, times
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.simulators.contros_hydroc_options import HydroCSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["Deployment", "signal_of", "simulate_deployment"]

TEMPERATURE_COEFFICIENT, ITS_UNCERTAINTY = 0.0423, 0.001  # °C-1, Takahashi et al. (1993), doi:10.1029/93GB02263
_EXCHANGE = 3.0  # s, time constant with which the absorber takes the CO2 out of the gas
_ITERATIONS = 12


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """n rows.

    Attributes
    ----------
    time : (n,) ndarray
        ``datetime64[s]``.
    run_type : (n,) ndarray of int8
        EQU, ZERO or FLUSH.
    measured : dict of str to (n,) ndarray
        What the instruments report, by the names of the vocabulary.
    truth : dict of str to (n,) ndarray
        What is true, by the names of the calibrated variables.
    """

    time: NDArray[np.datetime64]
    run_type: NDArray[np.int8]
    measured: dict[str, FloatArray]
    truth: dict[str, FloatArray]


def signal_of(value: FloatArray, polynomial: Polynomial) -> FloatArray:
    """Return the signal at which a polynomial has a value; it has to grow with the signal."""
    signal: FloatArray = value / np.asarray(polynomial.k1, dtype=np.float64)
    for _ in range(_ITERATIONS):
        signal = signal - (polynomial(signal) - value) / polynomial.slope(signal)
    return signal


def simulate_deployment(options: HydroCSimulation, seed: int) -> Deployment:
    """Simulate one deployment."""
    world, errors = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    noise = np.random.default_rng([seed, 2, int(options.mirrored)])
    stated, sign = options.errors, -1.0 if options.mirrored else 1.0
    shared = sign * errors.standard_normal(9)
    time = times(options.mooring, options.interval)
    true = mooring_at(time, options.mooring, world)
    seconds = np.arange(time.size, dtype=np.float64) * options.interval.total_seconds()
    run_type, since_zero, until_zero = _schedule(seconds, options)

    coefficient = TEMPERATURE_COEFFICIENT + shared[0] * (
        ITS_UNCERTAINTY if stated.temperature_coefficient is None else stated.temperature_coefficient
    )
    at_sensor = true.sst + options.warming + 0.05 * np.sin(2.0 * np.pi * seconds / 21_600.0)
    factor = np.exp(coefficient * (at_sensor - true.sst))
    pco2 = true.pco2 * factor
    membrane = true.air_pressure - 8.0 + world.uniform(-2.0, 2.0)
    cell = membrane + 12.0
    gas = 34.8 + 0.1 * np.sin(2.0 * np.pi * seconds / 43_200.0)

    time_constant = options.response_time.total_seconds()
    seen = _lagged(pco2, options.interval.total_seconds(), time_constant + shared[1] * stated.response_time.total_seconds())
    seen = np.where(
        run_type == RUN_TYPES["ZERO"], seen * np.exp(-until_zero / _EXCHANGE), seen * (1.0 - np.exp(-since_zero / time_constant))
    )
    density = STANDARD_ATMOSPHERE / cell * (gas + ZERO_CELSIUS) / ZERO_CELSIUS
    value = seen * STANDARD_ATMOSPHERE / membrane / density
    value = np.where(seen > 0.0, value * (1.0 + stated.calibration_relative * shared[2]) + stated.calibration * shared[3], 0.0)
    # In gas without CO2 the signal is 0 whatever the polynomial.
    value = np.where((run_type == RUN_TYPES["ZERO"]) & (until_zero > 5.0 * _EXCHANGE), 0.0, value)
    runtime = options.runtime + seconds
    signal = signal_of(value / _change(options, shared[4]), _polynomial(options, runtime, shared[4]))

    hours = seconds / 3600.0
    walk = np.cumsum(noise.standard_normal(time.size)) * stated.zero_drift * np.sqrt(options.interval.total_seconds() / 3600.0)
    zero = options.zero_ratio * (1.0 + options.zero_trend * hours + walk)
    # The lamp flickers and ages; what both beams have in common cancels in their ratio.
    lamp = 1.0 + 2e-3 * np.sin(2.0 * np.pi * hours / 30.0) + 3e-4 * noise.standard_normal(time.size)
    reference = (12_000.0 + world.uniform(-300.0, 300.0)) * lamp
    raw = zero * (1.0 - signal / options.scale_factor) * reference
    rounding = np.sqrt((raw**-2.0 + reference**-2.0) / 12.0) if options.layout == "native" else np.zeros(time.size)
    raw *= 1.0 + noise.standard_normal(time.size) * np.sqrt(np.maximum(stated.signal**2 - rounding**2, 0.0))
    correlation = stated.temperature_correlation
    of_sst = correlation * shared[5] + np.sqrt(1.0 - correlation**2) * shared[6]
    measured = {
        "signal_raw": raw,
        "signal_reference": reference,
        "signal_reported": 0.1 * options.scale_factor * (1.0 - raw / reference / options.zero_ratio),
        "analyser_pressure": cell + stated.cell_pressure * shared[7],
        "membrane_pressure": membrane + stated.membrane_pressure * shared[8],
        "gas_temperature": gas + stated.gas_temperature * sign * errors.standard_normal(),
        "sensor_temperature": np.full(time.size, 47.1),
        "pco2_reported": seen,
        "runtime": runtime,
        "sst": true.sst + stated.sst * of_sst,
        "equilibrator_temperature": at_sensor + stated.water_temperature * shared[5],
    }
    mole_fraction = pco2 * STANDARD_ATMOSPHERE / membrane
    fugacity = true.pco2 * fugacity_coefficient(mole_fraction, membrane, at_sensor)
    truth = {
        "sst": true.sst,
        "equilibrator_temperature": at_sensor,
        "membrane_pressure": membrane,
        "analyser_pressure": cell,
        "gas_temperature": gas,
        "pco2": true.pco2,
        "pco2_equilibrator": pco2,
        "fco2": fugacity,
    }
    return Deployment(time=time, run_type=run_type, measured=measured, truth=truth)


def _schedule(seconds: FloatArray, options: HydroCSimulation) -> tuple[NDArray[np.int8], FloatArray, FloatArray]:
    """Return run types, the time since the last zeroing ended (infinite before the first), and the time since one began."""
    every, zero = options.zero_every.total_seconds(), options.zero_length.total_seconds()
    within = seconds % every
    is_zero = within < zero
    is_flush = ~is_zero & (within < zero + options.flush_length.total_seconds())
    kinds = np.where(is_zero, RUN_TYPES["ZERO"], np.where(is_flush, RUN_TYPES["FLUSH"], RUN_TYPES["EQU"]))
    return kinds.astype(np.int8), np.maximum(within - zero, 0.0), within


def _lagged(values: FloatArray, step: float, time_constant: float) -> FloatArray:
    """Return what a sensor of a response time reads, in equilibrium at the first row; values are constant between readings."""
    rest = np.exp(-step / time_constant)
    seen = np.empty_like(values)
    last = values[0] if values.size else 0.0
    for index, value in enumerate(values.tolist()):
        last = value + (last - value) * rest
        seen[index] = last
    return seen


def _change(options: HydroCSimulation, error: float) -> float:
    """Return what the sensitivity has changed by where nobody calibrated it afterwards."""
    return 1.0 if options.after is not None else 1.0 - options.errors.without_after * error


def _polynomial(options: HydroCSimulation, runtime: FloatArray, error: float) -> Polynomial:
    """Return the coefficients at each row: on the way from before to after, but not quite as far as interpolation says."""
    before = Polynomial(0.0, *options.before)
    if options.after is None:
        return before
    share = np.clip(runtime / options.runtime_between, 0.0, 1.0)
    return before.towards(
        Polynomial(0.0, *options.after), share + 2.0 * options.errors.drift_share * np.sqrt(share * (1.0 - share)) * error
    )
