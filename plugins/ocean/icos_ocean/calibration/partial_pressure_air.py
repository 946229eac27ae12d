"""Air measured by a partial-pressure instrument: at sea level, at the times of the water samples, and the difference to the water."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Problem
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED
from icos_ocean.air_sea_uncertainty import InputUncertainty, air_fco2_uncertainty
from icos_ocean.calibration.air import USUAL_SALINITY, interpolate_air
from icos_ocean.fco2_uncertainty import FillingUncertainty, fco2_sensitivities
from icos_ocean.sea_level_pressure import hydrostatic_sea_level_pressure, wmo_sea_level_pressure
from icos_ocean.seawater_co2 import fugacity, pco2_from_xco2
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ocean.calibration.air import InterpolatedAir
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.partial_pressure import ReducedWater
    from icos_ocean.calibration.partial_pressure_options import AirOptions
    from icos_ocean.calibration.record import Result
    from icos_ocean.fco2_uncertainty import FCO2Sensitivities

    FloatArray = NDArray[np.float64]

__all__ = ["MeasuredAir", "reduce_partial_pressure_air"]

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class MeasuredAir:
    """Dry mole fraction of CO2 in air; m rows of a stream of n.

    Attributes
    ----------
    rows : (m,) ndarray of int
        Where they stand in the stream.
    xco2 : (m,) ndarray
        Mole fraction in dry air, µmol mol⁻¹.
    terms : mapping of str to (m,) ndarray
        Independent terms of its standard uncertainty, µmol mol⁻¹, under names that have a word ``fco2_uncertainty_<term>``.
    flag : (m,) ndarray of int8
        Worst flag of what it was computed from: questionable and bad readings are not interpolated.
    periods : mapping of str to (n,) ndarray of int
        By term, number of the stretch of rows, of water and of air, within which its error is the same: every term whose errors are shared
        by period needs them. Without them what is common is the same in all rows.
    """

    rows: NDArray[np.intp]
    xco2: FloatArray
    terms: Mapping[str, FloatArray]
    flag: NDArray[np.int8]
    periods: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lacking = sorted(name for name in self.terms if _correlation(name) == "period" and name not in self.periods)
        if lacking:
            raise ValueError(f"periods are needed of the terms {', '.join(lacking)}")

    def period(self, term: str, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return the number of the stretch of each of some rows."""
        return self.periods[term][rows] if term in self.periods else np.zeros(rows.shape, dtype=np.int64)

    def runs(self, run: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of each reading's run, in which no error changes; `run` is that of each row of the stream."""
        each = [run[self.rows], *(of_rows[self.rows] for of_rows in self.periods.values())]
        changes = np.any([np.diff(numbers, prepend=numbers[:1]) != 0 for numbers in each], axis=0)
        return np.cumsum(changes)


class _Shared(NamedTuple):
    """Errors of a term in air at the times of k samples: before and after each, stretches and coefficients, µmol mol⁻¹."""

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    of_before: FloatArray
    of_after: FloatArray

    @property
    def variance(self) -> FloatArray:
        both = np.where(self.before == self.after, 2.0 * self.of_before * self.of_after, 0.0)
        return np.square(self.of_before) + np.square(self.of_after) + both

    def with_rows(self, period: NDArray[np.int64]) -> FloatArray:
        """Return what of the error is that of rows of water in the stretches `period`."""
        return np.where(self.before == period, self.of_before, 0.0) + np.where(self.after == period, self.of_after, 0.0)


def reduce_partial_pressure_air(inputs: Inputs, water: ReducedWater, air: MeasuredAir, result: Result, options: AirOptions) -> None:
    """Compute xCO2, pCO2 and fCO2 of air, measured and at the times of the water samples, and ΔfCO2, into `result`.

    Water comes first: ΔfCO2 needs its fCO2, the terms of its uncertainty, and its sensitivity to temperature. Readings of air are averaged
    to runs; between two runs air is interpolated in time, taken for a random walk.

    Notes
    -----
    An error that water and air share, of the calibration, of a zero or of the sea-surface thermometer, enters ΔfCO2 with the difference of
    both sensitivities: for errors a and b of fCO2 in water and in air the variance is ``a² + b² - 2 a b``, with the signs of the two.
    """
    record = result.record
    samples = np.flatnonzero(np.isfinite(result.column("pco2")))
    serves = np.flatnonzero((air.flag <= NOT_EVALUATED) & np.isfinite(air.xco2))
    found = interpolate_air(
        record.time[samples],
        record.time[air.rows[serves]],
        air.xco2[serves],
        air.runs(record.run)[serves],
        np.zeros(serves.size, dtype=np.bool_),
        options.air_interpolation_limit.total_seconds(),
    )
    wanted = samples[found.rows]
    xco2 = result.scatter("xco2_air", air.rows, air.xco2)
    xco2[wanted] = found.xco2
    source = np.zeros(record.size, dtype=np.int8)
    source[wanted] = 1
    result.values["xco2_air_source"] = source
    level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
    level[wanted] = _tested(air.flag[serves], found)
    level[air.rows] = np.where(air.flag > BAD, NOT_EVALUATED, air.flag)
    result.outcome("xco2_air", "air_reading", level)
    evaluated = _at_sea_level(inputs, xco2, result, options)
    result.judged_by_inputs(("pco2_air", "fco2_air", "delta_fco2"), evaluated & (level != NOT_EVALUATED))
    _uncertainty(inputs, water, air, serves, found, wanted, result, options)
    if options.barometer_height is None and inputs.has(options.barometer) and air.rows.size:
        message = "barometer_height is not stated: no pressure at sea level, hence neither pCO2 nor fCO2 of air"
        result.problems.append(Problem(message=message))


def _at_sea_level(inputs: Inputs, xco2: FloatArray, result: Result, options: AirOptions) -> NDArray[np.bool_]:
    """Compute pressure at sea level, pCO2, fCO2 and ΔfCO2; returns the rows whose inputs were tested."""
    sst = inputs.take(options.sst)
    pressure, flag = np.full(xco2.shape, np.nan), np.full(xco2.shape, NOT_EVALUATED, dtype=np.int8)
    if options.barometer_height is not None and inputs.has(options.barometer):
        barometer = inputs.take(options.barometer)
        wmo = options.sea_level_method == "wmo"
        column = inputs.take("air_temperature") if wmo and inputs.has("air_temperature") else sst
        reduce = wmo_sea_level_pressure if wmo else hydrostatic_sea_level_pressure
        pressure, flag = reduce(barometer.usable, column.usable, options.barometer_height), barometer.flag
    result.values["sea_level_pressure"] = pressure
    result.outcome("sea_level_pressure", "inputs", np.where(np.isfinite(pressure), flag, np.int8(NOT_EVALUATED)))
    rows = np.flatnonzero(np.isfinite(xco2))
    P, s, S = pressure[rows], sst.values[rows], _salinity(inputs, rows)
    pco2 = pco2_from_xco2(xco2[rows], P, s, S)
    result.scatter("pco2_air", rows, pco2)
    fco2 = result.scatter("fco2_air", rows, fugacity(pco2, xco2[rows], P, s))
    result.values["delta_fco2"] = result.column("fco2") - fco2
    tested: NDArray[np.bool_] = (flag != NOT_EVALUATED) & (sst.flag != NOT_EVALUATED)
    return tested


def _salinity(inputs: Inputs, rows: NDArray[np.intp]) -> FloatArray:
    if not inputs.has("salinity") and not (inputs.has("conductivity") and inputs.has("conductivity_cell_temperature")):
        return np.full(rows.shape, USUAL_SALINITY)
    return np.nan_to_num(inputs.take("salinity").usable_in(rows), nan=USUAL_SALINITY)


def _tested(flag: NDArray[np.int8], found: InterpolatedAir) -> NDArray[np.int8]:
    """Return good where all readings of both runs were tested."""
    if found.first.size == 0:
        return np.empty(0, dtype=np.int8)
    all_good = np.logical_and.reduceat(flag[found.readings] == GOOD, found.first)
    both = all_good[found.before] & all_good[found.before + 1] if found.before.size else np.zeros(0, dtype=np.bool_)
    return np.where(both, np.int8(GOOD), np.int8(NOT_EVALUATED))


def _uncertainty(
    inputs: Inputs,
    water: ReducedWater,
    air: MeasuredAir,
    serves: NDArray[np.intp],
    found: InterpolatedAir,
    wanted: NDArray[np.intp],
    result: Result,
    options: AirOptions,
) -> None:
    size = result.record.size
    by_xco2, by_sst = _sensitivities(inputs, wanted, result, options)
    squares, together = np.zeros((2, wanted.size))
    for name, term in air.terms.items():
        readings = term[serves][found.readings]
        if _correlation(name) == "independent":
            squares += _of_noise(readings, found)
            continue
        shared = _shared(readings, air.period(name, air.rows[serves][found.readings]), found)
        squares += shared.variance
        if f"fco2_uncertainty_{name}" in result.values:
            of_water = result.column(f"fco2_uncertainty_{name}")[wanted]
            together += of_water * by_xco2 * shared.with_rows(air.period(name, wanted))
    variance = np.full(size, np.nan)
    variance[air.rows] = _sum_of_squares(air.terms, air.rows.size)
    variance[wanted] = options.uncertainty.variability.air**2 * found.bridge / _SECONDS_PER_HOUR + squares
    result.values["xco2_air_uncertainty"] = np.sqrt(variance)

    of_air, of_difference = np.full((2, size), np.nan)
    rows = np.flatnonzero(np.isfinite(result.column("fco2_air")))
    stated = _stated(inputs, rows, options)
    of_air[rows] = air_fco2_uncertainty(_air_sensitivities(inputs, rows, result, options), variance[rows], stated)
    together += by_sst * _of_thermometer(inputs, water, wanted, options)
    both = np.square(result.column("fco2_uncertainty")[wanted]) + np.square(of_air[wanted]) - 2.0 * together
    # Where everything cancels, rounding may leave less than nothing.
    of_difference[wanted] = np.sqrt(np.maximum(both, 0.0))
    result.values["fco2_air_uncertainty"], result.values["delta_fco2_uncertainty"] = of_air, of_difference


def _of_thermometer(inputs: Inputs, water: ReducedWater, rows: NDArray[np.intp], options: AirOptions) -> FloatArray:
    """Covariance of the errors of sea-surface temperature and of fCO2 in water in some rows, µatm °C."""
    stated, filling = options.uncertainty, inputs.take(options.sst).filling[rows]
    by_temperature, by_sst = water.by_temperature[rows], water.by_sst[rows]
    if not options.corrects:
        return (by_temperature + by_sst) * (stated.water_temperature**2 + np.square(filling))
    of_both = by_temperature * stated.temperature_correlation * stated.water_temperature
    return of_both * stated.sst + by_sst * (stated.sst**2 + np.square(filling))


def _sensitivities(inputs: Inputs, rows: NDArray[np.intp], result: Result, options: AirOptions) -> tuple[FloatArray, FloatArray]:
    """Return what fCO2 of air gains per µmol mol⁻¹ and per °C of sea-surface temperature in some rows, µatm."""
    by = _air_sensitivities(inputs, rows, result, options)
    return by.xco2, by.equilibrator_temperature + by.sst


def _air_sensitivities(inputs: Inputs, rows: NDArray[np.intp], result: Result, options: AirOptions) -> FCO2Sensitivities:
    s = inputs.take(options.sst).values[rows]
    P, x = result.column("sea_level_pressure")[rows], result.column("xco2_air")[rows]
    return fco2_sensitivities(x, P, s, _salinity(inputs, rows), s)


def _stated(inputs: Inputs, rows: NDArray[np.intp], options: AirOptions) -> InputUncertainty:
    stated = options.uncertainty
    return InputUncertainty(
        equilibrator_temperature=0.0,
        sst=stated.sst if options.corrects else stated.water_temperature,
        salinity=stated.salinity,
        pressure=0.0,
        sea_level_pressure=stated.sea_level_pressure,
        coefficient=0.0,
        filling=FillingUncertainty(sst=inputs.take(options.sst).filling[rows]),
        sea_level_pressure_filling=inputs.take(options.barometer).filling[rows] if inputs.has(options.barometer) else 0.0,
    )


def _sum_of_squares(terms: Mapping[str, FloatArray], size: int) -> FloatArray:
    squares = np.zeros(size)
    for term in terms.values():
        squares += np.square(term)
    return squares


def _correlation(term: str) -> str:
    return str(VOCABULARY[f"fco2_uncertainty_{term}"].attributes["error_correlation"])


def _of_noise(term: FloatArray, found: InterpolatedAir) -> FloatArray:
    """Return the variance that the noise of single readings leaves in values interpolated between their means."""
    if found.rows.size == 0:
        return np.empty(0)
    count = np.diff(np.append(found.first, term.size))
    mean = np.add.reduceat(np.square(term), found.first) / np.square(count)
    v, w = 1.0 - found.weight_after, found.weight_after
    of_both: FloatArray = np.square(v) * mean[found.before] + np.square(w) * mean[found.before + 1]
    return of_both


def _shared(term: FloatArray, period: NDArray[np.int64], found: InterpolatedAir) -> _Shared:
    """Return the errors of a term in values interpolated between the means of runs, each of which lies in one stretch."""
    if found.rows.size == 0:
        none = np.empty(0, dtype=np.int64)
        return _Shared(none, none, np.empty(0), np.empty(0))
    count = np.diff(np.append(found.first, term.size))
    mean, of_run = np.add.reduceat(term, found.first) / count, period[found.first]
    before, after = found.before, found.before + 1
    return _Shared(of_run[before], of_run[after], (1.0 - found.weight_after) * mean[before], found.weight_after * mean[after])
