"""From the readings of a cycle to dry mole fractions of water and air, and what their errors come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Problem, Table
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE, is_good
from icos_ocean.calibration.mapco2_drying import drying_factor
from icos_ocean.calibration.mapco2_span import cycle_rows, span_checks, span_weights
from icos_ocean.calibration.record import Sampled, Samples
from icos_ocean.calibration.sample_errors import OF_DRIFT, OF_GASES, OF_INSTRUMENT, SampleErrors
from icos_ocean.shared_errors import ErrorSources
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.mapco2_options import MapCO2CalibrationOptions
    from icos_ocean.calibration.mapco2_span import SpanChecks, SpanWeights
    from icos_ocean.calibration.record import Record, Result

    FloatArray = NDArray[np.float64]
    Rows = NDArray[np.intp]

__all__ = ["sample_cycles"]

_SAMPLES = (CYCLE_POINTS["equilibrator_pump_off"], CYCLE_POINTS["air_pump_off"])
_SPAN_DRY, _SPAN_CHECK = CYCLE_POINTS["span_flow_off"], CYCLE_POINTS["span_post_calibration"]
_ZERO_CHECK = CYCLE_POINTS["zero_post_calibration"]


@dataclass(frozen=True)
class _Mole:
    """Mole fractions of m samples on their way: value, and derivatives with respect to reading and humidity."""

    value: FloatArray
    by_reading: FloatArray
    by_humidity: FloatArray


def sample_cycles(record: Record, inputs: Inputs, result: Result, options: MapCO2CalibrationOptions) -> Sampled:  # noqa: ARG001  # the contract of `reduce_samples`
    """Dry the readings of water and air, bring them to the scale of the span gas and air to the marine boundary layer."""
    stream = record.stream
    problems: list[Problem] = []
    rows = record.sample_rows(stream[options.reading_variable].values)
    rows = rows[np.isin(stream["cycle_point"].values[rows], _SAMPLES)]
    zero = _zero(record, result, options)
    computed = _dried(record, rows, np.zeros(record.size), options)
    _compare(record, rows, computed, result)
    # Samples without a zero are kept, questionable; span gas without one serves nobody.
    mole = (
        _dried(record, rows, np.nan_to_num(zero), options)
        if options.source == "raw"
        else _as_reported(stream["xco2_dry"].values[rows], computed)
    )
    known = np.isfinite(mole.value)
    lost = int(np.count_nonzero(~known))
    if lost:
        problems.append(
            Problem(message=f"{lost} of {rows.size} samples cannot be dried: pressure, humidity or that of span gas is missing or bad")
        )
    checks = span_checks(record, _SPAN_CHECK, zero, options)
    if options.span_gases and not checks.time.size:
        problems.append(
            Problem(message="no reading of span gas serves: without one there is no mole fraction; see span_gases and span_limit")
        )
        known[:] = False
    rows, mole = rows[known], _Mole(mole.value[known], mole.by_reading[known], mole.by_humidity[known])
    samples = _samples(record, rows, mole, checks, result, options)
    return Sampled(samples=samples, problems=problems, tables=(_table(record, checks, result, options),))


def _zero(record: Record, result: Result, options: MapCO2CalibrationOptions) -> FloatArray:
    """Return what is subtracted from each row: the reading of zero gas of its cycle, NaN where it should be and none serves."""
    found = cycle_rows(record, _ZERO_CHECK, np.arange(record.size), options.cycle_limit.total_seconds())
    serves = (found >= 0) & is_good(record.stream, "xco2_wet")[found]
    offset = np.where(serves, record.stream["xco2_wet"].values[found], np.nan)
    result.values["zero_offset"] = offset
    return offset if options.subtract_zero else np.zeros(record.size)


def _dried(record: Record, rows: Rows, zero: FloatArray, options: MapCO2CalibrationOptions) -> _Mole:
    stream = record.stream
    wet = stream["xco2_wet"].values[rows] - zero[rows]
    reference: FloatArray = np.zeros(rows.size)
    if options.humidity_reference == "span":
        of_cycle = cycle_rows(record, _SPAN_DRY, rows, options.cycle_limit.total_seconds())
        serves = (of_cycle >= 0) & is_good(stream, "relative_humidity")[of_cycle]
        reference = np.where(serves, stream["relative_humidity"].values[of_cycle], np.nan)
    pressure, humidity, temperature = (
        stream[name].values[rows] for name in ("analyser_pressure", "relative_humidity", "humidity_temperature")
    )
    factor, by_humidity = drying_factor(pressure, humidity, temperature, dry_humidity=reference, formula=options.vapour_pressure)
    return _Mole(wet * factor, factor, wet * by_humidity)


def _as_reported(value: FloatArray, computed: _Mole) -> _Mole:
    """Return what the instrument computed; it responds to reading and humidity as what is computed here, where that can be computed."""
    known = np.isfinite(computed.value)
    return _Mole(value, np.where(known, computed.by_reading, 1.0), np.where(known, computed.by_humidity, 0.0))


def _compare(record: Record, rows: Rows, computed: _Mole, result: Result) -> None:
    result.scatter("xco2_dry_computed", rows, computed.value)
    if "xco2_dry" in record.stream:
        result.scatter("xco2_dry_difference", rows, computed.value - record.stream["xco2_dry"].values[rows])


def _samples(record: Record, rows: Rows, dry: _Mole, checks: SpanChecks, result: Result, options: MapCO2CalibrationOptions) -> Samples:
    stated, count = options.uncertainty, rows.size
    water = record.water[rows]
    gases = options.span_gases
    factor, span_noise = np.ones(count), np.zeros(count)
    questionable = np.zeros(count, dtype=np.bool_)
    weights = span_weights(record.time[rows], checks, options) if gases else None
    if weights is not None:
        value = np.array([gas.xco2 for gas in gases])[checks.gas]
        factor = np.sum(weights.weight * (value / checks.reading)[weights.check], axis=0)
        questionable = weights.distance > options.span_interval_limit.total_seconds()
        span_noise = _span_noise(weights, checks, value, stated.span_setting, stated.reading)
        result.scatter("span_factor", rows, factor)
    offset, offset_uncertainty = _air_offset(record, rows, water, options)
    result.scatter("air_offset", rows, offset)
    by_humidity = dry.by_humidity * factor
    xco2 = dry.value * factor + offset
    # The instrument itself dries with humidities that are not rounded.
    rounding = stated.humidity_rounding if options.source == "raw" else 0.0
    of_humidity = by_humidity * rounding * (np.sqrt(2.0) if options.humidity_reference == "span" else 1.0)
    terms = {"sample": np.hypot(dry.by_reading * factor * stated.reading, of_humidity)}
    terms["instrument"] = np.hypot(stated.instrument, offset_uncertainty)
    terms["drying"] = by_humidity * stated.humidity
    if weights is not None:
        terms["interpolation"] = dry.value * span_noise
        terms["standards"] = dry.value * factor * np.array([gas.uncertainty / gas.xco2 for gas in gases])[checks.gas[weights.check[0]]]
    without_zero = np.isnan(result.column("zero_offset")[rows])
    for name, chosen in (("xco2", water), ("xco2_air", ~water)):
        if options.subtract_zero:
            level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
            level[rows[chosen]] = np.where(without_zero[chosen], np.int8(QUESTIONABLE), np.int8(GOOD))
            result.outcome(name, "zero_of_cycle", level)
        level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
        level[rows[chosen]] = np.where(questionable[chosen], np.int8(QUESTIONABLE), np.int8(GOOD)) if gases else NOT_EVALUATED
        result.outcome(name, "span_interval", level)

    def trace(which: Rows) -> ErrorSources:
        return _traced(record.time[rows[which]], dry, factor, by_humidity, offset_uncertainty, weights, checks, options, which)

    noise = float(np.sqrt(np.mean(np.square(terms["sample"])))) if count else stated.reading
    kinds = (*(OF_GASES for _ in gases), "drying", OF_INSTRUMENT, OF_INSTRUMENT)
    errors = SampleErrors(trace=trace, stated=_stated(options), kinds=kinds, noise=noise, of_runs=OF_DRIFT)
    questionable = questionable | (without_zero & options.subtract_zero)
    return Samples(rows, water, xco2, terms, errors, questionable, np.zeros(count, dtype=np.int64))


def _span_noise(weights: SpanWeights, checks: SpanChecks, value: FloatArray, setting: float, reading: float) -> FloatArray:
    """Return the uncertainty of the factor: noise of the readings of span gas, and settings of the analyser other than the sample's."""
    noise = np.sum(np.square(weights.weight * (value / np.square(checks.reading))[weights.check] * reading), axis=0)
    own = np.sum(np.where(weights.own, weights.weight, 0.0), axis=0)
    settings = 1.0 - 2.0 * own + np.sum(np.square(weights.weight), axis=0)
    total: FloatArray = np.sqrt(noise + np.maximum(settings, 0.0) * setting**2)
    return total


def _air_offset(record: Record, rows: Rows, water: NDArray[np.bool_], options: MapCO2CalibrationOptions) -> tuple[FloatArray, FloatArray]:
    offset, uncertainty = np.zeros((2, rows.size))
    for table in options.air_offsets:
        held = table.covers(record.moment[rows]) & (~water | table.also_water)
        offset[held], uncertainty[held] = table.offset, table.uncertainty
    return offset, uncertainty


def _stated(options: MapCO2CalibrationOptions) -> FloatArray:
    """Return the uncertainties of the common sources: each cylinder, humidity, instrument, offset of air (in units of its uncertainty)."""
    stated = options.uncertainty
    return np.array([*(gas.uncertainty for gas in options.span_gases), stated.humidity, stated.instrument, 1.0])


def _traced(
    time: FloatArray,
    dry: _Mole,
    factor: FloatArray,
    by_humidity: FloatArray,
    offset_uncertainty: FloatArray,
    weights: SpanWeights | None,
    checks: SpanChecks,
    options: MapCO2CalibrationOptions,
    which: Rows,
) -> ErrorSources:
    """Say what the errors of some samples come from, with the sources in the order of `_stated`."""
    gases = len(options.span_gases)
    by_value = np.zeros((gases + 3, which.size))
    by_run, run_time, run_uncertainty = np.zeros((3, 2, gases + 3, which.size))
    by_value[gases], by_value[gases + 1], by_value[gases + 2] = by_humidity[which], 1.0, offset_uncertainty[which]
    if weights is not None:
        value = np.array([gas.xco2 for gas in options.span_gases])
        at = np.arange(which.size)
        for side in (0, 1):
            check, weight = weights.check[side, which], weights.weight[side, which]
            gas, reading = checks.gas[check], checks.reading[check]
            by_value[gas, at] += dry.value[which] * weight / reading
            by_run[side, gas, at] = -dry.value[which] * weight * value[gas] / np.square(reading)
            run_time[side, gas, at] = checks.time[check]
            run_uncertainty[side, gas, at] = options.uncertainty.reading
    gain = dry.by_reading[which] * factor[which]
    return ErrorSources(time=time, by_reading=gain, by_value=by_value, by_run=by_run, run_time=run_time, run_uncertainty=run_uncertainty)


def _table(record: Record, checks: SpanChecks, result: Result, options: MapCO2CalibrationOptions) -> Table:
    zero = result.column("zero_offset")
    rows: list[tuple[str, float | int | str | None]] = [("source of dry mole fractions", options.source)]
    known = zero[np.isfinite(zero)]
    rows.append(("largest reading of zero gas after setting (µmol mol⁻¹)", round(float(np.abs(known).max()), 3) if known.size else None))
    if options.span_gases:
        value = np.array([gas.xco2 for gas in options.span_gases])[checks.gas]
        away = np.abs(checks.reading - value)
        rows += [
            ("readings of span gas used", checks.time.size),
            ("readings of span gas not used", checks.rejected),
            ("largest distance of span gas from its value (µmol mol⁻¹)", round(float(away.max()), 3) if away.size else None),
        ]
    if "xco2_dry_difference" in result.values:
        difference = result.column("xco2_dry_difference")
        for word, chosen in (("water", record.water), ("air", record.air)):
            found = np.abs(difference[chosen & np.isfinite(difference)])
            worst = round(float(found.max()), 3) if found.size else None
            rows.append((f"largest difference from the instrument's own dry mole fraction of {word} (µmol mol⁻¹)", worst))
    return Table(title="Cycles of zero, span, water and air", columns=("what", "value"), rows=tuple(rows))
