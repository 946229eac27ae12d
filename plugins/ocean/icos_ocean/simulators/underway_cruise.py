"""A made-up cruise of a ship with an equilibrator system: the sea as it is, and what the instruments read of it.

The chain runs from fCO2 of the sea to the analyser's reading, the opposite way of a calibration:

1. fCO2 at sea-surface temperature → fCO2 in the equilibrator, ``f_eq = f exp(c (Teq - SST))``;
2. dry mole fraction x from ``f_eq = x (P - pH2O) exp(V(x))`` by fixed-point iteration, for V depends weakly on x;
3. the analyser reads ``s(t) x + o(t) + noise``, where the slope s wanders slowly and the zero o is a random walk.

Probes and cylinders are off by an error drawn once per cruise from its stated standard uncertainty: whoever simulates many
cruises can see whether a stated uncertainty of fCO2 holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.seawater_co2 import fugacity_coefficient, water_vapour_pressure
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.simulators.general_oceanics_options import GeneralOceanicsSimulation, SimulatedGas

    FloatArray = NDArray[np.float64]

__all__ = ["Cruise", "equilibrated_mole_fraction", "simulate_cruise"]

STANDARD_ATMOSPHERE = 1013.25  # hPa
TEMPERATURE_COEFFICIENT = 0.0423  # °C-1, Takahashi et al. (1993), doi:10.1029/93GB02263
BAROMETER_HEIGHT = 20.0  # m
_DEGREES_PER_HOUR = 15.0 / 60.0  # of 15 knots
_RELAXATION = 12.0  # h
_ITERATIONS = 5


@dataclass(frozen=True, kw_only=True)
class Cruise:
    """One realisation.

    Attributes
    ----------
    time
        (n,) ``datetime64[s]``, UTC by GPS.
    run_type
        (n,) int8, codes of `icos_ocean.vocabulary.RUN_TYPES`.
    draining
        (n,) bool.
    truth
        Variable of the vocabulary → (n,) true values; of water in every row, whatever was measured there.
    measured
        Variable of the vocabulary → (n,) what the instruments read, before any of it is lost.
    """

    time: NDArray[np.datetime64]
    run_type: NDArray[np.int8]
    draining: NDArray[np.bool_]
    truth: dict[str, FloatArray]
    measured: dict[str, FloatArray]


def equilibrated_mole_fraction(fco2: FloatArray, pressure: FloatArray, temperature: FloatArray, salinity: FloatArray) -> FloatArray:
    """Dry mole fraction of CO2 in air that is in equilibrium with water of a known fugacity.

    Parameters
    ----------
    fco2
        Fugacity at `temperature`, µatm.
    pressure
        Pressure of the air, hPa.
    temperature
        °C.
    salinity
        Practical salinity.

    Returns
    -------
    ndarray
        µmol mol⁻¹.
    """
    dry_pressure = pressure / STANDARD_ATMOSPHERE - water_vapour_pressure(temperature, salinity)
    x = fco2 / dry_pressure
    for _ in range(_ITERATIONS):
        x = fco2 / (dry_pressure * fugacity_coefficient(x, pressure, temperature))
    return x


def simulate_cruise(options: GeneralOceanicsSimulation, seed: int) -> Cruise:
    """Draw one cruise.

    Parameters
    ----------
    options
        Cruise and instrument.
    seed
        Of all random numbers.
    """
    random = np.random.default_rng(seed)
    interval = options.interval // timedelta(seconds=1)
    count = options.duration // options.interval
    elapsed = np.arange(count, dtype=np.int64) * interval
    start = np.datetime64(options.start.astimezone(UTC).replace(tzinfo=None), "s")
    run_type = _schedule(options, count)
    sign = -1.0 if options.mirrored else 1.0
    truth = _sea(options, elapsed / 3600.0, random, sign * random.standard_normal())
    measured = _probes(options, truth, random, sign * random.standard_normal(4))
    gas = np.where(run_type == RUN_TYPES["ATM"], truth["xco2_air"], truth["xco2"])
    for standard, true_value in zip(options.standards, _true_gases(options.standards, random, sign), strict=True):
        rows = run_type == RUN_TYPES[standard.run_type]
        gas[rows] = true_value
        measured["standard_value"][rows] = standard.xco2 + (18.58 if options.stale_standard_values and standard.xco2 else 0.0)
    measured["co2"] = _analyser(options, gas, measured["h2o"], elapsed, random)
    return Cruise(
        time=start + elapsed.astype("timedelta64[s]"),
        run_type=run_type,
        draining=random.random(count) < options.draining,
        truth=truth,
        measured=measured,
    )


def _schedule(options: GeneralOceanicsSimulation, count: int) -> NDArray[np.int8]:
    """Run type of each row: rounds of standards and air, water in between."""
    rows_per_round = options.standards_every // options.interval

    def one_round(*, with_setting: bool) -> NDArray[np.int8]:
        words = [gas.run_type for gas in options.standards if with_setting or gas.run_type[-1] not in "zs"]
        codes = [RUN_TYPES[word] for word in words for _ in range(options.readings_per_standard)]
        codes += [RUN_TYPES["ATM"]] * options.readings_of_air
        return np.array(codes + [RUN_TYPES["EQU"]] * (rows_per_round - len(codes)), dtype=np.int8)

    rounds = -(-count // rows_per_round)
    setting = np.arange(rounds) % options.set_analyser_every == 0
    return np.where(setting[:, None], one_round(with_setting=True), one_round(with_setting=False)).reshape(-1)[:count]


def _wander(hours: FloatArray, random: np.random.Generator, deviation: float, longest: float) -> FloatArray:
    """Return a smooth series of a standard deviation, made of waves from `longest` hours down to a thirtieth of it."""
    periods = longest / np.array([1.0, 2.3, 5.1, 11.7, 29.0])
    heights = np.array([1.0, 0.6, 0.35, 0.15, 0.05])
    heights *= deviation * np.sqrt(2.0 / np.sum(heights**2))
    phases = random.uniform(0.0, 2.0 * np.pi, periods.size)
    series = np.zeros_like(hours)
    for period, height, phase in zip(periods, heights, phases, strict=True):
        series += height * np.sin(2.0 * np.pi * hours / period + phase)
    return series


def _sea(
    options: GeneralOceanicsSimulation, hours: FloatArray, random: np.random.Generator, of_coefficient: float
) -> dict[str, FloatArray]:
    sst = np.maximum(options.sst + _wander(hours, random, options.sst_range, 120.0), -1.8)
    salinity = np.clip(options.salinity + _wander(hours, random, 0.4, 90.0), 0.0, 42.0)
    fco2 = np.maximum(options.fco2 + _wander(hours, random, options.fco2_range, 100.0), 20.0)
    equilibrator = sst + options.warming + _wander(hours, random, 0.05, 30.0)
    sea_level = 1010.0 + _wander(hours, random, 6.0, 150.0)
    barometer = _at_barometer(sea_level, sst)
    pressure = barometer + 1.0 + _wander(hours, random, 0.3, 12.0)
    air = options.air + _wander(hours, random, 1.5, 80.0)
    coefficient = TEMPERATURE_COEFFICIENT + options.errors.temperature_coefficient * of_coefficient
    fco2_equilibrator = fco2 * np.exp(coefficient * (equilibrator - sst))
    sailed = hours * _DEGREES_PER_HOUR
    air_partial_pressure = air * (sea_level / STANDARD_ATMOSPHERE - water_vapour_pressure(sst, salinity))
    fco2_air = air_partial_pressure * fugacity_coefficient(air, sea_level, sst)
    return {
        "latitude": options.latitude + 3.0 * np.sin(sailed / 16.0),
        "longitude": (options.longitude - sailed / np.cos(np.radians(options.latitude)) + 180.0) % 360.0 - 180.0,
        "sst": sst,
        "salinity": salinity,
        "equilibrator_temperature": equilibrator,
        "equilibrator_pressure": pressure,
        "sea_level_pressure": sea_level,
        "atmospheric_pressure": barometer,
        "xco2": equilibrated_mole_fraction(fco2_equilibrator, pressure, equilibrator, salinity),
        "fco2": fco2,
        "xco2_air": air,
        "fco2_air": fco2_air,
    }


def _at_barometer(sea_level: FloatArray, temperature: FloatArray) -> FloatArray:
    """Return the pressure at the height of the barometer: molar mass of air 28.97 g mol⁻¹, gravity 9.8 m s⁻²."""
    return sea_level / (1.0 + 28.97e-3 * 9.8 * BAROMETER_HEIGHT / (8.314 * (temperature + 273.15)))


def _true_gases(standards: tuple[SimulatedGas, ...], random: np.random.Generator, sign: float) -> FloatArray:
    """Return the true mole fractions: a gas that comes out under several run types is one cylinder with one error."""
    cylinders = {standard.xco2: sign * random.standard_normal() for standard in standards}
    # Zero gas is scrubbed air, not a cylinder with a certificate: it is what it is.
    return np.array([standard.xco2 + (cylinders[standard.xco2] * standard.uncertainty if standard.xco2 else 0.0) for standard in standards])


def _probes(
    options: GeneralOceanicsSimulation, truth: dict[str, FloatArray], random: np.random.Generator, shared: FloatArray
) -> dict[str, FloatArray]:
    errors = options.errors
    count = truth["sst"].size
    first, second, of_pressure, of_salinity = shared
    correlation = errors.temperature_correlation
    second = correlation * first + np.sqrt(1.0 - correlation**2) * second
    ambient = truth["equilibrator_pressure"] + errors.pressure * of_pressure
    differential = np.round(0.5 * random.standard_normal(count), 2)
    return {
        "latitude": truth["latitude"],
        "longitude": truth["longitude"],
        "sst": truth["sst"] + errors.sst * first,
        "equilibrator_temperature": truth["equilibrator_temperature"] + errors.equilibrator_temperature * second,
        "salinity": truth["salinity"] + errors.salinity * of_salinity,
        "ambient_pressure": ambient - differential,
        "equilibrator_differential_pressure": differential,
        "analyser_pressure": ambient - 1.2,
        "atmospheric_pressure": truth["atmospheric_pressure"],
        "h2o": np.maximum(0.0, 1.5 + 0.2 * random.standard_normal(count)),
        "standard_value": np.zeros(count),
        "water_flow": 2.5 + 0.05 * random.standard_normal(count),
        "analyser_flow": 62.0 + random.standard_normal(count),
        "vent_flow": -6.5 + 0.3 * random.standard_normal(count),
    }


def _analyser(
    options: GeneralOceanicsSimulation, gas: FloatArray, h2o: FloatArray, elapsed: NDArray[np.int64], random: np.random.Generator
) -> FloatArray:
    zero = options.offset + _drift(elapsed.size, options.interval / timedelta(hours=1), options.errors.drift, random)
    slope = options.span + _wander(elapsed / 3600.0, random, options.span_wander, 240.0)
    if options.memory:
        # The gas of the row before lingers; what lingers from rows before that one is less than the square of it.
        rest = np.exp(-options.interval / options.memory)
        gas = gas + np.diff(gas, prepend=gas[:1]) * -rest
    wet = gas if options.reports_dry else gas * (1.0 - np.round(h2o, 2) * 1e-3)
    return slope * wet + zero + options.errors.reading * random.standard_normal(elapsed.size)


def _drift(count: int, step: float, rate: float, random: np.random.Generator) -> FloatArray:
    """Return a random walk that gathers `rate` in the root of an hour and slowly comes back to 0, as a thermostat makes it.

    Over the hours between two rounds of standards it cannot be told from a free walk (the variance midway between rounds 3 h apart is
    0.5 % less), but it does not leave the range of the instrument in a year: its standard deviation is ``rate √(relaxation/2)``.
    """
    keep = np.exp(-step / _RELAXATION)
    deviation = rate * np.sqrt(_RELAXATION / 2.0)
    shocks = deviation * np.sqrt(1.0 - keep**2) * random.standard_normal(count)
    walk = np.empty(count)
    last = deviation * random.standard_normal()
    # The sum of fading shocks as a sum of growing ones, in blocks short enough for the growth not to overflow.
    block = max(1, int(300.0 * _RELAXATION / step))
    for start in range(0, count, block):
        rows = slice(start, start + block)
        growth = keep ** -np.arange(1.0, shocks[rows].size + 1.0)
        walk[rows] = (last + np.cumsum(shocks[rows] * growth)) / growth
        last = walk[rows][-1]
    return walk
