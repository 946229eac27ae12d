"""The steps from a measured to a calibrated stream, in order, that the calibrators of underway systems and of buoys share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import CalibrationResult, Problem
from icos_core.dataset import NOT_EVALUATED, set_variable
from icos_core.exceptions import hint
from icos_core.flags import carry
from icos_ocean.calibration.accounting import filling_table, pressure_table, rows_table
from icos_ocean.calibration.air import reduce_air
from icos_ocean.calibration.air_uncertainty import reduce_air_uncertainty
from icos_ocean.calibration.diagnostics import absent_diagnostics, diagnostic_sensors
from icos_ocean.calibration.equilibrator_pressure import ChosenPressure, choose_pressure, pressure_candidates
from icos_ocean.calibration.inputs import Inputs, put_filled
from icos_ocean.calibration.method_spread import spread_table
from icos_ocean.calibration.record import Record, Result
from icos_ocean.calibration.sea_level import SeaLevelPressure, sea_level_pressure
from icos_ocean.calibration.sea_water import reduce_water
from icos_ocean.calibration.uncertainty import total
from icos_ocean.calibration.underway_options import Filling
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.flux import FLUX_INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.calibration.record import Sampled, Samples
    from icos_ocean.calibration.underway_options import UnderwayOptions

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    SampleFunction = Callable[[Record, Inputs, Result], Sampled]

__all__ = ["carried_variables", "reduce_samples"]

_CARRIED = (
    *("run_type", "draining", "latitude", "longitude", "co2", "h2o", "sst", "salinity", "equilibrator_temperature"),
    *("atmospheric_pressure", "air_temperature", "wind_direction", "water_flow", "analyser_flow", "analyser_pressure"),
    *FLUX_INPUTS,
)


def carried_variables(options: UnderwayOptions) -> tuple[str, ...]:
    """Return the measured variables that go on to the calibrated stream with their flags; those that are filled, filled."""
    return tuple(dict.fromkeys((*_CARRIED, options.reading_variable, *options.humidity_variables, *diagnostic_sensors(options))))


def reduce_samples(stream: xr.Dataset, name: str, options: UnderwayOptions, sample: SampleFunction) -> CalibrationResult:
    """Turn a measured stream with water and air into the calibrated stream of the same name and rows.

    This is what all calibrators of underway systems, buoys and surface vehicles share, from dry mole fractions to fCO2 of water and air
    with flags and uncertainties. What turns readings into dry mole fractions is handed in.

    Parameters
    ----------
    stream : xarray.Dataset
        Measured rows with flags, in the units of `icos_ocean.calibration.underway.shared_requirements`: ``run_type``, sea-surface
        temperature, salinity or conductivity, pressures.
    name : str
        Name of the stream.
    options : UnderwayOptions
        Options of the calibrator.
    sample : callable
        ``sample(record, inputs, result)`` returns the samples of water and air with a dry mole fraction (a `Sampled`), and puts what it
        finds beside them into `result`: outcomes for the variable that holds the reading, ``xco2`` and ``xco2_air``; further variables of
        the vocabulary. ``record.sample_rows(reading)`` tells which rows hold a sample.

    Returns
    -------
    CalibrationResult
        The calibrated stream with outcomes, problems and tables.
    """
    record = Record.of(stream, name, options)
    result = Result(record)
    inputs = Inputs(
        stream=stream,
        time=record.time,
        filling=options.fill,
        variability=options.uncertainty.variability,
        assumed_salinity=options.salinity,
    )
    sampled = sample(record, inputs, result)
    samples = sampled.samples
    _mole_fractions(record, samples, result, options)
    at_sea_level = sea_level_pressure(inputs, options)
    candidates = pressure_candidates(inputs, at_sea_level, options)
    pressure = choose_pressure(candidates, record.size)
    _pressures(at_sea_level, pressure, result)
    complete = reduce_water(inputs, samples, pressure, result, options)
    air, serving = reduce_air(inputs, samples, at_sea_level, result, options)
    reduce_air_uncertainty(inputs, samples, at_sea_level, pressure, air, serving, result, options)
    wanting = None if not candidates else candidates[0].filled | np.isnan(candidates[0].pressure)
    as_measured = _as_measured(record, inputs, wanting, options)
    problems = [*sampled.problems, *absent_diagnostics(record, options), *_problems(record, inputs, pressure, complete, options)]
    limits = {each: options.fill.limit(each).total_seconds() for each in Filling.model_fields}
    slow = {each: taken for each, taken in inputs.taken.items() if each in limits and (each != "salinity" or inputs.measures_salinity)}
    return CalibrationResult(
        streams={name: _calibrated_stream(record, inputs, result, options)},
        outcomes=tuple(result.outcomes),
        problems=tuple(problems),
        tables=(
            rows_table(record.run_type, record.words, record.flushed, record.water, as_measured, complete),
            *sampled.tables,
            filling_table(slow, limits, record.water),
            pressure_table(pressure.source, record.water, options),
            *((spread_table(result.spreads, options.listed_methods),) if result.spreads else ()),
        ),
    )


def _mole_fractions(record: Record, samples: Samples, result: Result, options: UnderwayOptions) -> None:
    result.mark(options.reading_variable, "flushing", record.flushed)
    result.mark("xco2", "flushing", record.flushed & record.water)
    result.mark("xco2_air", "flushing", record.flushed & record.air)
    water = samples.water
    result.scatter("xco2", samples.rows[water], samples.xco2[water])
    result.scatter("xco2_uncertainty", samples.rows[water], total(samples.terms)[water])


def _pressures(at_sea_level: SeaLevelPressure, chosen: ChosenPressure, result: Result) -> None:
    result.values["sea_level_pressure"] = at_sea_level.pressure
    result.values["equilibrator_pressure"] = chosen.pressure
    result.values["equilibrator_pressure_source"] = chosen.source
    for name, pressure, level, filled in (
        ("sea_level_pressure", at_sea_level.pressure, at_sea_level.flag, at_sea_level.filled),
        ("equilibrator_pressure", chosen.pressure, chosen.level, chosen.filled),
    ):
        result.outcome(name, "inputs", np.where(np.isfinite(pressure), level, np.int8(NOT_EVALUATED)))
        result.mark(name, "interpolated_inputs", filled)


def _as_measured(record: Record, inputs: Inputs, pressure_wanting: BoolArray | None, options: UnderwayOptions) -> BoolArray:
    """Water rows that could be computed without filling and with the first source of pressure."""
    rows = record.water & np.isfinite(record.stream[options.reading_variable].values)
    for taken in (inputs.equilibrator_temperature, inputs.take("sst"), *((inputs.take("salinity"),) if inputs.measures_salinity else ())):
        rows &= taken.measured
    return rows & ~pressure_wanting if pressure_wanting is not None else np.zeros(record.size, dtype=np.bool_)


def _problems(
    record: Record,
    inputs: Inputs,
    pressure: ChosenPressure,
    complete: BoolArray,
    options: UnderwayOptions,
) -> list[Problem]:
    problems = []
    for key, wanted in (("water_run_types", options.water_run_types), ("air_run_types", options.air_run_types)):
        problems += [
            Problem(message=f"{key}: the data know no run type {word!r}{hint(word, record.words)}")
            for word in wanted
            if word not in record.words
        ]
    if options.barometer_height is None and inputs.has(options.barometer):
        message = "barometer_height is not stated: no pressure at sea level, hence neither pCO2 nor fCO2 of air"
        problems.append(Problem(message=message))
    without = int(np.count_nonzero(record.water & np.isnan(pressure.pressure)))
    if without:
        tried = ", ".join(options.pressure_sources)
        message = f"{without} of {int(np.count_nonzero(record.water))} water samples have no equilibrator pressure from any of: {tried}"
        problems.append(Problem(message=message))
    if record.water.any() and not complete.any():
        problems.append(Problem(message="no water sample has everything that fCO2 needs; see the tables of rows, standards and filling"))
    return problems


def _calibrated_stream(record: Record, inputs: Inputs, result: Result, options: UnderwayOptions) -> xr.Dataset:
    stream = carry(record.stream, carried_variables(options))
    stream.attrs = dict(record.stream.attrs)
    for name, taken in inputs.taken.items():
        if name in stream:
            put_filled(stream, name, taken)
            if taken.computed.any():
                result.outcome(name, "inputs", np.where(taken.computed, taken.flag, np.int8(NOT_EVALUATED)))
        elif name == "salinity":
            set_variable(stream, VOCABULARY["salinity"], taken.values)
            put_filled(stream, name, taken)
            result.outcome("salinity", "inputs", np.where(np.isfinite(taken.values), taken.flag, np.int8(NOT_EVALUATED)))
    order: Sequence[str] = [name for name in VOCABULARY if name in result.values]
    for name in order:
        set_variable(stream, VOCABULARY[name], result.values[name])
    return stream
