"""What a SAMI-CO2 at a mooring records, and what is true: one deployment, with errors drawn from what is stated of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.sami_spectrophotometry import RATIO_SCALE, Coefficients, absorbances_of, response_of_pco2, thermistor_temperature
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fugacity
from icos_ocean.simulators.mooring import mooring_at, times
from icos_ocean.vocabulary.sami import MEASUREMENT_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.simulators.sunburst_sami_co2_options import SamiSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["Deployment", "simulate_deployment", "thermistor_counts"]

USUAL_PRESSURE = 1013.25
_DARK = (42.0, 37.0)
_REFERENCES = (2950.0, 1940.0)
_BATTERY_VOLTS = 11.7
_SECONDS_PER_HOUR = 3600.0
# Rounding to counts belongs to the stated noise of a light ratio.
_ROUNDING = 1.0 / (12.0 * RATIO_SCALE**2)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """n records.

    Attributes
    ----------
    time : (n,) ndarray
        ``datetime64[s]``.
    kind : (n,) ndarray of int
        4 sample, 5 blank.
    numbers : (n, 16) ndarray of int
        Light signals, battery and thermistor as they stand in a record.
    truth : dict of str to (n,) ndarray
        What is true, by the names of the calibrated variables; NaN at blanks.
    """

    time: NDArray[np.datetime64]
    kind: NDArray[np.int64]
    numbers: NDArray[np.int64]
    truth: dict[str, FloatArray]


def simulate_deployment(options: SamiSimulation, seed: int) -> Deployment:
    """Simulate one deployment."""
    world, errors = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    noise = np.random.default_rng([seed, 2, int(options.mirrored)])
    time = times(options.mooring, options.interval)
    true = mooring_at(time, options.mooring, world)
    stated, sign = options.errors, -1.0 if options.mirrored else 1.0
    of_calibration, of_temperature, of_pressure = sign * errors.normal(0.0, 1.0, 3)
    pressure = USUAL_PRESSURE - stated.assumed_pressure * of_pressure

    kind = np.where(np.arange(time.size) % options.records_per_blank == 0, MEASUREMENT_TYPES["blank"], MEASUREMENT_TYPES["sample"])
    kind[-1:] = MEASUREMENT_TYPES["blank"]
    table = options.coefficients
    coefficients = Coefficients(a=table.a, b=table.b, c=table.c, temperature=table.temperature)
    response = response_of_pco2(true.pco2 + stated.calibration * of_calibration, true.sst, coefficients)
    absorbances = absorbances_of(response, options.dye)
    is_sample = kind == MEASUREMENT_TYPES["sample"]
    step = stated.blank_drift * np.sqrt(options.interval.total_seconds() / _SECONDS_PER_HOUR)
    random = np.sqrt(max(stated.light_ratio**2 - _ROUNDING, 0.0))
    ratios = []
    for blank, absorbance in zip((options.blank_434, options.blank_620), absorbances, strict=True):
        wander = sign * np.cumsum(errors.normal(0.0, step, time.size))
        light = blank * 10.0 ** -(wander + np.where(is_sample, absorbance, 0.0))
        ratios.append(light + noise.normal(0.0, random, time.size))
    counts = thermistor_counts(true.sst + stated.water_temperature * of_temperature, options.adc_bits)
    fco2 = fugacity(true.pco2, true.pco2 * STANDARD_ATMOSPHERE / pressure, pressure, true.sst)
    at_samples = np.where(is_sample, 1.0, np.nan)
    return Deployment(
        time=time,
        kind=kind,
        numbers=_numbers(ratios[0], ratios[1], counts, options, noise),
        truth={"sst": true.sst, "pco2": true.pco2 * at_samples, "fco2": fco2 * at_samples},
    )


def thermistor_counts(temperature: FloatArray, bits: int) -> FloatArray:
    """Return the readings of the thermistor's converter nearest to temperatures, °C."""
    readings = np.arange(1.0, 2.0**bits)
    # The temperature falls as the reading rises.
    known = thermistor_temperature(readings, bits)[::-1]
    return np.asarray(np.round(np.interp(temperature, known, readings[::-1])))


def _numbers(
    ratio_434: FloatArray, ratio_620: FloatArray, thermistor: FloatArray, options: SamiSimulation, noise: np.random.Generator
) -> NDArray[np.int64]:
    battery = _BATTERY_VOLTS * (4096.0 / 15.0 if options.adc_bits == 12 else 4000.0 / 3.0)
    columns = []
    for _ in range(2):
        dark = [level + noise.normal(0.0, 1.5, ratio_434.size) for level in _DARK]
        columns += dark
        for reference, ratio in zip(_REFERENCES, (ratio_434, ratio_620), strict=True):
            columns += [np.full(ratio.shape, reference), dark[1] + (reference - dark[0]) * ratio]
        if len(columns) == 6:
            columns += [RATIO_SCALE * ratio_434, RATIO_SCALE * ratio_620]
    columns += [np.full(ratio_434.shape, battery), thermistor]
    return np.clip(np.round(np.stack(columns, axis=1)), 0, 65535).astype(np.int64)
