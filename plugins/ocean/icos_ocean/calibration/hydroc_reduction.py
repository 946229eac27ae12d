"""The steps of the calibrator `hydroc`, in order; `icos_ocean.calibration.hydroc` says what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import CalibrationResult, Problem
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_ocean.calibration.hydroc_accounting import calibration_table, comparison_table, rows_table, zeros_table
from icos_ocean.calibration.hydroc_polynomials import NO_CALIBRATION, RowCalibration, row_calibration
from icos_ocean.calibration.hydroc_runs import drift_coordinate, hydroc_run_types, zero_readings, zero_signal
from icos_ocean.calibration.partial_pressure import (
    MeasuredPartialPressure,
    calibrated_stream,
    partial_pressure_inputs,
    partial_pressure_record,
    reduce_partial_pressure,
    run_type_problems,
    spread_tables,
)
from icos_ocean.calibration.partial_pressure_contract import partial_pressure_carried
from icos_ocean.calibration.record import Result
from icos_ocean.hydroc_signal import hydroc_partial_pressure, signal_ratio
from icos_ocean.membrane_response import CorrectedResponse, correct_response

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.components import Streams
    from icos_ocean.calibration.hydroc_options import HydroCCalibratorOptions
    from icos_ocean.calibration.record import Record
    from icos_ocean.hydroc_signal import HydroCPartialPressure
    from icos_ocean.hydroc_zero import Zeros, ZeroSignal

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["CARRIED", "INPUTS", "TERMS", "reduce_hydroc"]

INPUTS = ("signal_raw", "signal_reference", "analyser_pressure", "membrane_pressure", "gas_temperature")
"""What pCO2 is computed from."""

CARRIED = (*INPUTS, "runtime", "signal_reported", "pco2_reported", "sensor_temperature", "relative_humidity")
"""Measured variables of the instrument that go on to the calibrated stream."""

TERMS = ("noise", "zero", "calibration", "drift", "cell_pressure", "gas_temperature", "response")
"""Terms of the uncertainty of pCO2."""


@dataclass(frozen=True, kw_only=True)
class _Zero:
    """The zero signal of n rows, and where it is the stated one because there is no reading of zero."""

    signal: ZeroSignal
    ratio: FloatArray
    stated: BoolArray


def reduce_hydroc(streams: Streams, name: str, options: HydroCCalibratorOptions) -> CalibrationResult:
    """Turn the measured stream `name` into the calibrated stream of the same name and rows."""
    stream = streams[name]
    record = partial_pressure_record(stream, name, options, run_type=hydroc_run_types(stream), flush_after=options.flushing)
    inputs = partial_pressure_inputs(record, options)
    result = Result(record)
    coordinate, problems = drift_coordinate(record, options)
    result.problems += problems
    zeros = zero_readings(record, coordinate, streams, options)
    zero = _zero(record, zero_signal(record, coordinate, zeros, options), options)
    calibration = row_calibration(record, zero.ratio, options)
    ratio = signal_ratio(stream["signal_raw"].values, stream["signal_reference"].values)
    result.values["signal_ratio"], result.values["zero_signal_ratio"] = ratio, zero.ratio
    rows = np.flatnonzero(record.water & ~record.flushed & np.isfinite(ratio))
    chain, changed = _chain(record, rows, ratio, zero, calibration, options)
    result.scatter("signal_processed", rows, chain.signal)
    response = _response(record, rows, chain, options)
    measured = _measured(record, rows, ratio, zero, chain, changed, calibration, response, options)
    complete = reduce_partial_pressure(inputs, measured, result, options).complete
    _outcomes(record, rows, zero, calibration, response, result, options)
    result.problems += _problems(record, zeros, zero, calibration, complete, options)
    return CalibrationResult(
        streams={name: calibrated_stream(inputs, result, partial_pressure_carried(options, CARRIED))},
        outcomes=tuple(result.outcomes),
        problems=tuple(result.problems),
        tables=(
            rows_table(record, complete),
            zeros_table(zeros, record),
            calibration_table(calibration, record, options),
            comparison_table(record, result, options),
            *spread_tables(result, options),
        ),
    )


def _zero(record: Record, found: ZeroSignal, options: HydroCCalibratorOptions) -> _Zero:
    """Put the stated zero signal where it is asked for, or where no reading of zero is at hand."""
    stated = np.full(record.size, np.nan)
    for each in options.calibrations:
        if each.zero_ratio is not None:
            stated[each.covers(record.moment)] = each.zero_ratio
    asked = options.zero == "stated"
    instead = np.isfinite(stated) if asked else np.isnan(found.ratio) & np.isfinite(stated)
    return _Zero(signal=found, ratio=np.where(instead, stated, found.ratio), stated=instead)


def _chain(
    record: Record,
    rows: NDArray[np.intp],
    ratio: FloatArray,
    zero: _Zero,
    calibration: RowCalibration,
    options: HydroCCalibratorOptions,
) -> tuple[HydroCPartialPressure, FloatArray]:
    """Return pCO2 and its derivatives, and what pCO2 is between the calibrations before and after, µatm."""
    of_rows = calibration.take(rows)
    before, after = (of_rows.polynomials(options, which) for which in ("before", "after"))
    cell, membrane = (_pressure(record, name, rows) for name in ("analyser_pressure", "membrane_pressure"))
    gas = record.stream["gas_temperature"].values[rows]
    densities = {each.density for each in options.calibrations}
    scale, zero_ratio = of_rows.scale(options), zero.ratio[rows]

    def at(share: FloatArray) -> HydroCPartialPressure:
        polynomial = before.towards(after, share)
        found = {
            density: hydroc_partial_pressure(ratio[rows], zero_ratio, scale, polynomial, cell, gas, membrane, density=density)
            for density in densities
        }
        if len(found) == 1:
            return next(iter(found.values()))
        inside = np.array([*(each.density == "signal" for each in options.calibrations), False])[of_rows.number]
        one, other = found["signal"], found["result"]
        return type(one)(**{name: np.where(inside, value, getattr(other, name)) for name, value in vars(one).items()})

    return at(of_rows.share), at(np.ones(rows.size)).pco2 - at(np.zeros(rows.size)).pco2


def _pressure(record: Record, name: str, rows: NDArray[np.intp]) -> FloatArray:
    """Return a pressure in some rows, hPa; one of 0 is none."""
    values = record.stream[name].values[rows]
    return np.where(values > 0.0, values, np.nan)


def _response(record: Record, rows: NDArray[np.intp], chain: HydroCPartialPressure, options: HydroCCalibratorOptions) -> CorrectedResponse:
    """Correct pCO2 for the response time, or leave it as it is.

    The correction carries a value into those that follow, and into a mean: questionable and bad ones are left out of it and as they are.
    """
    values = chain.pco2.copy()
    corrected, by_time, factor = np.zeros(rows.size, dtype=np.bool_), np.zeros(rows.size), np.ones(rows.size)
    if options.response_correction and options.response_time is not None:
        passed = np.logical_and.reduce([record.flag(name)[rows] <= NOT_EVALUATED for name in INPUTS])
        kept = np.flatnonzero(passed & np.isfinite(chain.pco2))
        found = correct_response(
            record.time[rows[kept]],
            chain.pco2[kept],
            record.run[rows[kept]],
            options.response_time.total_seconds(),
            options.response_smoothing.total_seconds(),
        )
        values[kept], corrected[kept], by_time[kept], factor[kept] = found
    return CorrectedResponse(values, corrected, by_time, factor)


def _measured(
    record: Record,
    rows: NDArray[np.intp],
    ratio: FloatArray,
    zero: _Zero,
    chain: HydroCPartialPressure,
    changed: FloatArray,
    calibration: RowCalibration,
    response: CorrectedResponse,
    options: HydroCCalibratorOptions,
) -> MeasuredPartialPressure:
    stated, of_rows = options.uncertainty, calibration.take(rows)
    of_polynomial = np.hypot(stated.calibration * chain.by_polynomial, stated.calibration_relative * chain.pco2)
    share = of_rows.share
    u_zero = np.where(zero.stated, stated.stated_zero * zero.ratio, zero.signal.uncertainty)[rows]
    terms = {
        "noise": np.abs(chain.by_ratio) * ratio[rows] * stated.signal * response.noise_factor,
        "zero": np.abs(chain.by_zero_ratio) * u_zero,
        "calibration": of_polynomial,
        "drift": np.where(
            of_rows.has_after,
            2.0 * stated.drift_share * np.sqrt(share * (1.0 - share)) * np.abs(changed),
            stated.without_after * np.abs(chain.pco2),
        ),
        "cell_pressure": np.abs(chain.by_cell_pressure) * stated.cell_pressure,
        "gas_temperature": np.abs(chain.by_gas_temperature) * stated.gas_temperature,
    }
    if options.response_correction:
        terms["response"] = np.abs(response.by_time_constant) * stated.response_time.total_seconds()
    evaluated = np.logical_and.reduce([record.flag(name)[rows] != NOT_EVALUATED for name in INPUTS])
    return MeasuredPartialPressure(
        rows=rows,
        pco2=response.values,
        pressure=_pressure(record, "membrane_pressure", rows),
        evaluated=evaluated,
        terms=terms,
        pressure_uncertainty=stated.membrane_pressure,
        by_pressure=chain.by_membrane_pressure,
    )


def _outcomes(
    record: Record,
    rows: NDArray[np.intp],
    zero: _Zero,
    calibration: RowCalibration,
    response: CorrectedResponse,
    result: Result,
    options: HydroCCalibratorOptions,
) -> None:
    """Note what makes the zero signal and pCO2 questionable; what is computed from them follows by cascade."""
    of_zero = {"stated_zero": zero.stated & (options.zero != "stated")}
    if options.zero != "stated":
        of_zero["one_sided_zero"] = zero.signal.one_sided
        of_zero["distant_zero"] = np.isfinite(zero.signal.apart) & (zero.signal.apart > options.zero_interval_limit.total_seconds())
    required = options.after_calibration == "required"
    of_pco2 = {"after_calibration": ~calibration.has_after & required, "outside_calibrations": calibration.outside}
    if options.response_correction:
        uncorrected = np.zeros(record.size, dtype=np.bool_)
        uncorrected[rows] = ~response.corrected & np.isfinite(response.values)
        of_pco2["uncorrected_response"] = uncorrected
    for variable, conditions in (("zero_signal_ratio", of_zero), ("pco2_equilibrator", of_pco2)):
        for name, held in conditions.items():
            level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
            level[rows] = np.where(held[rows], QUESTIONABLE, GOOD)
            result.outcome(variable, name, level)
    tested = np.logical_and.reduce([record.flag(name) != NOT_EVALUATED for name in ("signal_raw", "signal_reference")])
    result.judged_by_inputs(("signal_ratio", "signal_processed"), tested)


def _problems(
    record: Record, zeros: Zeros, zero: _Zero, calibration: RowCalibration, complete: BoolArray, options: HydroCCalibratorOptions
) -> list[Problem]:
    problems = run_type_problems(record, "water_run_types", options.water_run_types)
    if options.zero != "stated" and zeros.ratio.size == 0 and record.size:
        instead = "the stated zero_ratio is used" if zero.stated.any() else "there is no pCO2; state zero_ratio with the calibration"
        problems.append(Problem(message=f"no reading of zero that passed its tests: {instead}"))
    blind = int(np.count_nonzero(record.water & np.isnan(zero.ratio)))
    if blind and zeros.ratio.size:
        message = f"{blind} rows of water have no reading of zero that passed its tests in their deployment, and no zero_ratio is stated"
        problems.append(Problem(message=message))
    without = int(np.count_nonzero(record.water & (calibration.number == NO_CALIBRATION)))
    if without:
        problems.append(Problem(message=f"calibrations: none is valid for {without} rows of water"))
    lost = int(np.count_nonzero(record.water & (calibration.number != NO_CALIBRATION) & ~calibration.has_after))
    if lost and any(each.after is not None for each in options.calibrations):
        message = f"{lost} rows of water have no runtime, or no calibration after them: the calibration before is used as it is"
        problems.append(Problem(message=message))
    if record.water.any() and not complete.any():
        problems.append(Problem(message="no row of water has everything that fCO2 needs; see the tables of rows and zeros"))
    return problems
