"""Air measured by a partial-pressure instrument: at sea level, at the times of the water samples, and the difference to the water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        Independent terms of its standard uncertainty, µmol mol⁻¹, under names that have a word ``fco2_uncertainty_<term>``. What is common
        to all rows has the same sign in air and in water.
    flag : (m,) ndarray of int8
        Worst flag of what it was computed from: questionable and bad readings are not interpolated.
    """

    rows: NDArray[np.intp]
    xco2: FloatArray
    terms: Mapping[str, FloatArray]
    flag: NDArray[np.int8]


def reduce_partial_pressure_air(inputs: Inputs, air: MeasuredAir, result: Result, options: AirOptions) -> None:
    """Compute xCO2, pCO2 and fCO2 of air, measured and at the times of the water samples, and ΔfCO2, into `result`.

    Water comes first: ΔfCO2 needs its fCO2 and the terms of its uncertainty. Readings of air are averaged to runs; between two runs air is
    interpolated in time, taken for a random walk.

    Notes
    -----
    Terms whose errors are common to a period are taken for equal in the runs on both sides of a sample and for independent of those of the
    water: neither makes an uncertainty too small. The sea-surface thermometer serves both water and air; what that does to ΔfCO2, some
    0.3 µatm per °C, is left out.
    """
    record = result.record
    water = np.flatnonzero(np.isfinite(result.column("pco2")))
    serves = np.flatnonzero((air.flag <= NOT_EVALUATED) & np.isfinite(air.xco2))
    found = interpolate_air(
        record.time[water],
        record.time[air.rows[serves]],
        air.xco2[serves],
        record.run[air.rows[serves]],
        np.zeros(serves.size, dtype=np.bool_),
        options.air_interpolation_limit.total_seconds(),
    )
    wanted = water[found.rows]
    xco2 = result.scatter("xco2_air", air.rows, air.xco2)
    xco2[wanted] = found.xco2
    source = np.zeros(record.size, dtype=np.int8)
    source[wanted] = 1
    result.values["xco2_air_source"] = source
    level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
    level[wanted] = np.int8(GOOD) if (air.flag[serves] == GOOD).all() else np.int8(NOT_EVALUATED)
    level[air.rows] = np.where(air.flag > BAD, NOT_EVALUATED, air.flag)
    result.outcome("xco2_air", "air_reading", level)
    evaluated = _at_sea_level(inputs, xco2, result, options)
    result.judged_by_inputs(("pco2_air", "fco2_air", "delta_fco2"), evaluated & (level != NOT_EVALUATED))
    _uncertainty(inputs, air, serves, found, wanted, result, options)
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


def _uncertainty(
    inputs: Inputs,
    air: MeasuredAir,
    serves: NDArray[np.intp],
    found: InterpolatedAir,
    wanted: NDArray[np.intp],
    result: Result,
    options: AirOptions,
) -> None:
    size = result.record.size
    terms = {name: _interpolated(name, term[serves][found.readings], found) for name, term in air.terms.items()}
    variance = np.full(size, np.nan)
    variance[air.rows] = _sum_of_squares(air.terms, air.rows.size)
    wander = options.uncertainty.variability.air**2 * found.bridge / _SECONDS_PER_HOUR
    variance[wanted] = wander + _sum_of_squares(terms, wanted.size)
    result.values["xco2_air_uncertainty"] = np.sqrt(variance)

    of_air, of_difference = np.full((2, size), np.nan)
    rows = np.flatnonzero(np.isfinite(result.column("fco2_air")))
    of_air[rows] = air_fco2_uncertainty(_sensitivities(inputs, rows, result, options), variance[rows], _stated(inputs, rows, options))
    both = np.square(result.column("fco2_uncertainty")[wanted]) + np.square(of_air[wanted])
    by_xco2 = _sensitivities(inputs, wanted, result, options).xco2
    for name, term in terms.items():
        if _correlation(name) == "common" and f"fco2_uncertainty_{name}" in result.values:
            both -= 2.0 * result.column(f"fco2_uncertainty_{name}")[wanted] * by_xco2 * term
    # Where everything cancels, rounding may leave less than nothing.
    of_difference[wanted] = np.sqrt(np.maximum(both, 0.0))
    result.values["fco2_air_uncertainty"], result.values["delta_fco2_uncertainty"] = of_air, of_difference


def _sensitivities(inputs: Inputs, rows: NDArray[np.intp], result: Result, options: AirOptions) -> FCO2Sensitivities:
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


def _interpolated(name: str, term: FloatArray, found: InterpolatedAir) -> FloatArray:
    """Return what a term of single readings is in values interpolated between their means."""
    if found.first.size == 0:
        return np.empty(0)
    count = np.diff(np.append(found.first, term.size)).astype(np.float64)
    v, w, before, after = 1.0 - found.weight_after, found.weight_after, found.before, found.before + 1
    if _correlation(name) == "independent":
        mean = np.sqrt(np.add.reduceat(np.square(term), found.first)) / count
        return np.hypot(v * mean[before], w * mean[after])
    mean = np.add.reduceat(term, found.first) / count
    together: FloatArray = v * mean[before] + w * mean[after]
    return together
