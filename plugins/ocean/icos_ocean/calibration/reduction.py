"""The steps from a measured to a calibrated stream, in order; `icos_ocean.calibration.fco2` says what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import CalibrationResult, Problem
from icos_core.dataset import NOT_EVALUATED, is_good, set_variable
from icos_core.exceptions import hint
from icos_core.flags import carry
from icos_ocean.calibration.accounting import calibration_table, filling_table, pressure_table, rows_table
from icos_ocean.calibration.air import reduce_air
from icos_ocean.calibration.air_uncertainty import reduce_air_uncertainty
from icos_ocean.calibration.diagnostics import absent_diagnostics, diagnostic_flag, diagnostic_sensors
from icos_ocean.calibration.equilibrator_pressure import ChosenPressure, choose_pressure, pressure_candidates
from icos_ocean.calibration.fco2_options import Filling
from icos_ocean.calibration.inputs import Inputs, put_filled
from icos_ocean.calibration.record import Record, Result, Samples
from icos_ocean.calibration.samples import (
    Response,
    analyser_response,
    calibrate_samples,
    condition_outcomes,
)
from icos_ocean.calibration.sea_level import SeaLevelPressure, sea_level_pressure
from icos_ocean.calibration.sea_water import reduce_water
from icos_ocean.calibration.standards import (
    NO_GAS,
    GasRuns,
    assign_gases,
    gas_problems,
    gas_runs,
    judge_readings,
    standards_table,
    stated_value_problems,
)
from icos_ocean.calibration.uncertainty import total
from icos_ocean.seawater_co2 import (
    dry_mole_fraction,
)
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["carried_variables", "reduce_underway"]

_CARRIED = (
    *("run_type", "draining", "latitude", "longitude", "co2", "h2o", "sst", "salinity", "equilibrator_temperature"),
    *("atmospheric_pressure", "air_temperature", "wind_speed", "wind_direction", "water_flow", "analyser_flow", "analyser_pressure"),
)


def carried_variables(options: FCO2Options) -> tuple[str, ...]:
    """Return the measured variables that go on to the calibrated stream with their flags; those that are filled, filled."""
    return tuple(dict.fromkeys((*_CARRIED, *diagnostic_sensors(options))))


def reduce_underway(stream: xr.Dataset, name: str, options: FCO2Options) -> CalibrationResult:
    """Turn the measured stream `name` into the calibrated stream of the same name and rows."""
    record = Record.of(stream, name, options)
    result = Result(record)
    inputs = Inputs(stream=stream, time=record.time, filling=options.fill, variability=options.uncertainty.variability)
    runs = _standards(record, inputs, result, options)
    response = analyser_response(runs, options)
    samples = _samples(record, runs, response, result, options)
    at_sea_level = sea_level_pressure(inputs, options)
    candidates = pressure_candidates(inputs, at_sea_level, options)
    pressure = choose_pressure(candidates, record.size)
    _pressures(at_sea_level, pressure, result)
    complete = reduce_water(inputs, samples, pressure, result, options)
    air, serving = reduce_air(inputs, samples, at_sea_level, result, options)
    reduce_air_uncertainty(inputs, samples, at_sea_level, pressure, air, serving, result, options)
    as_measured = _as_measured(record, inputs, None if not candidates else candidates[0].filled | np.isnan(candidates[0].pressure))
    result.problems += _problems(record, inputs, runs, response, pressure, complete, options)
    limits = {each: options.fill.limit(each).total_seconds() for each in Filling.model_fields}
    return CalibrationResult(
        streams={name: _calibrated_stream(record, inputs, result, options)},
        outcomes=tuple(result.outcomes),
        problems=tuple(result.problems),
        tables=(
            rows_table(record.run_type, record.words, record.flushed, record.water, as_measured, complete),
            standards_table(runs, options.fitted),
            calibration_table(samples.calibrated, response, options),
            filling_table({each: taken for each, taken in inputs.taken.items() if each in limits}, limits, record.water),
            pressure_table(pressure.source, record.water, options),
        ),
    )


def _standards(record: Record, inputs: Inputs, result: Result, options: FCO2Options) -> GasRuns:
    """Judge the readings of standard gases and average them to runs."""
    assigned = assign_gases(record.moment, record.run_type, record.words, options.standards)
    reading = record.stream["co2"].values
    good = is_good(record.stream, "co2") & ~record.flushed & (diagnostic_flag(record, options, "all") == NOT_EVALUATED)
    if options.dry_standards:
        reading = dry_mole_fraction(reading, record.stream["h2o"].values)
        good &= is_good(record.stream, "h2o")
    level = judge_readings(np.where(record.flushed, np.nan, reading), assigned, options.standards, options.standard_limit)
    rows = np.flatnonzero(assigned != NO_GAS)
    result.scatter("standard_xco2", rows, np.array([gas.xco2 for gas in options.standards])[assigned[rows]])
    result.outcome("co2", "standard_reading", level)
    result.mark("co2", "flushing", record.flushed)
    if inputs.has("standard_value"):
        result.problems += stated_value_problems(record.stream["standard_value"].values, assigned, options.standards)
    return gas_runs(record.time, reading, assigned, record.run, good, level, options.standards)


def _samples(record: Record, runs: GasRuns, response: Response, result: Result, options: FCO2Options) -> Samples:
    """Calibrate and dry the readings of water and air."""
    reading = record.stream["co2"].values
    rows = np.flatnonzero((record.water | record.air) & ~record.flushed & np.isfinite(reading))
    calibrated, bases = calibrate_samples(record.moment[rows], record.time[rows], reading[rows], runs, response, options)
    xco2, terms = calibrated.xco2, calibrated.terms
    drying = dry_mole_fraction(np.ones(rows.size), record.stream["h2o"].values[rows]) if options.dry_samples else None
    if drying is not None:
        xco2 = xco2 * drying
        terms = {name: term * drying for name, term in terms.items()}
    by_water_vapour = None
    if options.dries:
        by_water_vapour = xco2 * (drying if drying is not None else 1.0) / 1000.0
        terms["drying"] = by_water_vapour * options.uncertainty.h2o
    water = record.water[rows]
    for variable, chosen in (("xco2", water), ("xco2_air", ~water)):
        result.outcomes += condition_outcomes(calibrated, rows, chosen, variable, record.size, record.name)
    result.mark("xco2", "flushing", record.flushed & record.water)
    result.mark("xco2_air", "flushing", record.flushed & record.air)
    result.scatter("xco2", rows[water], xco2[water])
    result.scatter("xco2_uncertainty", rows[water], total(terms)[water])
    return Samples(rows, water, xco2, terms, calibrated, bases, drying, by_water_vapour, response)


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


def _as_measured(record: Record, inputs: Inputs, pressure_wanting: BoolArray | None) -> BoolArray:
    """Water rows that could be computed without filling and with the first source of pressure."""
    rows = record.water & np.isfinite(record.stream["co2"].values)
    for name in ("equilibrator_temperature", "salinity", "sst"):
        rows &= inputs.take(name).measured
    return rows & ~pressure_wanting if pressure_wanting is not None else np.zeros(record.size, dtype=np.bool_)


def _problems(
    record: Record,
    inputs: Inputs,
    runs: GasRuns,
    response: Response,
    pressure: ChosenPressure,
    complete: BoolArray,
    options: FCO2Options,
) -> list[Problem]:
    problems = [*gas_problems(record.run_type, record.words, runs, options), *absent_diagnostics(record, options)]
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
    if response.drift_seen > 2.0 * response.drift:
        message = (
            f"the standards show a drift of {response.drift_seen:.2g} µmol mol⁻¹ h^-½, more than twice the {response.drift:.2g} stated in "
            "uncertainty.drift: the uncertainty of interpolation is too small"
        )
        problems.append(Problem(message=message))
    return problems


def _calibrated_stream(record: Record, inputs: Inputs, result: Result, options: FCO2Options) -> xr.Dataset:
    stream = carry(record.stream, carried_variables(options))
    stream.attrs = dict(record.stream.attrs)
    for name, taken in inputs.taken.items():
        if name in stream:
            put_filled(stream, name, taken)
        elif name == "salinity":
            set_variable(stream, VOCABULARY["salinity"], taken.values)
            put_filled(stream, name, taken)
            result.outcome("salinity", "inputs", np.where(np.isfinite(taken.values), taken.flag, np.int8(NOT_EVALUATED)))
    order: Sequence[str] = [name for name in VOCABULARY if name in result.values]
    for name in order:
        set_variable(stream, VOCABULARY[name], result.values[name])
    return stream
