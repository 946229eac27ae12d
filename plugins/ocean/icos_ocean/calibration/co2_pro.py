"""Calibrator `co2-pro`: from the records of a Pro-Oceanus CO2-Pro to the fugacity of CO2 in sea water and air, with uncertainty.

In order: rows that follow a zero or a change of gas are set aside; a linear correction from reference measurements is applied where there
is one; the mole fraction in the moist gas behind the membrane times its pressure is pCO2 of the water; air is dried with the humidity that
the instrument measures; fugacity, temperature and air at sea level are those of all such instruments (`partial_pressure`).

Notes
-----
With x the mole fraction in moist gas (µmol mol⁻¹), P the pressure of the gas and e that of its water vapour (hPa)::

    pCO2 = x P / 1013.25
    x_dry = x / (1 - e / P)

P enters in hPa once here and once in the fugacity coefficient, and is converted to atmospheres in each by itself.

References
----------
Jiang, Z.-P., Hydes, D. J., Hartman, S. E. et al. (2014). Application and assessment of a membrane-based pCO2 sensor under field and
laboratory conditions. Limnology and Oceanography: Methods 12, 264-280. https://doi.org/10.4319/lom.2014.12.264
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import CalibrationResult, Calibrator, Cascade, Problem, Requirement, Table
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_ocean.calibration.co2_pro_options import Co2ProCalibrationOptions
from icos_ocean.calibration.co2_pro_zero import flags_of_zeros, judge_zero_counts, recovering, zero_periods
from icos_ocean.calibration.partial_pressure import (
    MeasuredPartialPressure,
    calibrated_stream,
    choose_stream,
    partial_pressure_inputs,
    partial_pressure_record,
    reduce_partial_pressure,
    run_type_problems,
    spread_tables,
)
from icos_ocean.calibration.partial_pressure_air import MeasuredAir, reduce_partial_pressure_air
from icos_ocean.calibration.partial_pressure_contract import (
    partial_pressure_carried,
    partial_pressure_cascades,
    partial_pressure_requirements,
    partial_pressure_tests,
    partial_pressure_words,
)
from icos_ocean.calibration.record import Result
from icos_ocean.calibration.uncertainty import total
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.partial_pressure import ReducedWater
    from icos_ocean.calibration.record import Record

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["CALIBRATOR", "calibrate", "cascades", "default_tests", "provides", "requires"]

_NEEDED = ("xco2_wet", "analyser_pressure")
_OPTIONAL = (
    *("humidity_pressure", "zero_count", "current_count", "sensor_temperature", "humidity_temperature"),
    *("detector_temperature", "source_temperature", "supply_voltage"),
)
_TERMS = ("calibration", "zero", "noise")
_ZERO = "ZERO"


def requires(options: Co2ProCalibrationOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with moist mole fractions and their pressure must have."""
    own = [Requirement(name=name, units=VOCABULARY[name].units) for name in _NEEDED]
    own += [Requirement(name=name, units=VOCABULARY[name].units, optional=True) for name in _OPTIONAL]
    return {options.stream or "*": partial_pressure_requirements(options, own)}


def provides(options: Co2ProCalibrationOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    own = (*_NEEDED, *_OPTIONAL)
    words = partial_pressure_words(options, _TERMS, own)
    names = {word.name for word in words}
    extra = tuple(VOCABULARY[name] for name in ("xco2", "xco2_uncertainty") if name not in names)
    return {options.stream or "*": (*words, *extra)}


def cascades(options: Co2ProCalibrationOptions) -> Mapping[str, tuple[Cascade, ...]]:
    """Say which flags follow from which: those of reading, pressure and zero reach water and air, those of humidity what is dry."""
    sources = ("xco2_wet", "analyser_pressure", "zero_count")
    found = partial_pressure_cascades(options, sources, targets=("xco2", "pco2_equilibrator"))
    of_air = ("xco2_air", "pco2_air", "fco2_air", "delta_fco2")
    own = [Cascade(source=source, target=target) for source in sources for target in of_air]
    own += [Cascade(source="humidity_pressure", target=target) for target in ("xco2", *of_air)]
    return {options.stream or "*": (*found, *own)}


def default_tests(options: Co2ProCalibrationOptions) -> Sequence[Mapping[str, Any]]:
    """List the usual tests: those of ship sensors, and of the readings, the pressure and the humidity of the sensor.

    Spikes are looked for in pCO2, which readings on the way back from a zero do not have.
    """
    in_water = {"where": {"run_type": list(options.water_run_types)}}
    in_air = {"where": {"run_type": list(options.air_run_types)}}
    bad = [0.0, 50_000.0]
    own: list[Mapping[str, Any]] = [
        {"test": "range", "variable": "xco2_wet", **in_water, "questionable_outside": [80.0, 1200.0], "bad_outside": bad},
        {
            "test": "range",
            "variable": "xco2_wet",
            "label": "range_air",
            **in_air,
            "questionable_outside": [330.0, 600.0],
            "bad_outside": bad,
        },
        {
            "test": "flat-line",
            "variable": "xco2_wet",
            **in_water,
            "plausible": bad,
            "questionable_after": 7200.0,
            "bad_after": 21600.0,
        },
        {
            "test": "range",
            "variable": "analyser_pressure",
            "questionable_outside": [900.0, 1100.0],
            "bad_outside": [750.0, 1250.0],
        },
        {"test": "range", "variable": "humidity_pressure", "bad_outside": [0.0, 100.0]},
    ]
    return partial_pressure_tests(options, own)


def calibrate(streams: Streams, options: Co2ProCalibrationOptions, context: Context) -> CalibrationResult:  # noqa: ARG001  # the contract's
    """Compute fCO2 for the stream that the options name, or else for the one that has moist mole fractions and their pressure.

    Parameters
    ----------
    streams
        Measured streams with their flags.
    options
        Options of the calibrator.
    context
        Not used: the same rows give the same result in every run.

    Raises
    ------
    DataError
        If no stream or, where none is named, more than one has ``xco2_wet`` and ``analyser_pressure``.
    """
    name = choose_stream(streams, _NEEDED, "co2-pro", options)
    stream = streams[name]
    record = partial_pressure_record(stream, name, options, air_run_types=options.air_run_types)
    is_zero = record.run_type == record.words[_ZERO] if _ZERO in record.words else np.zeros(record.size, dtype=np.bool_)
    zero_count = _column(stream, "zero_count", record.size)
    after_zero = recovering(record.time, is_zero, zero_count, options.recovery.total_seconds())
    record = replace(record, flushed=record.flushed | after_zero)
    result = Result(record)
    inputs = partial_pressure_inputs(record, options)
    current = _column(stream, "current_count", record.size)
    level = judge_zero_counts(zero_count, current, is_zero, options.zero_count_range, options.zero_drift_limit)
    if "zero_count" in stream:
        result.outcome("zero_count", "zero_count", level)
    said = np.maximum.reduce([np.where(flag > BAD, GOOD, flag) for flag in map(record.flag, ("zero_count", "xco2_wet"))])
    of_zeros = flags_of_zeros(said, is_zero, zero_count)
    result.outcome("xco2_wet", "zero", np.where(~is_zero & (of_zeros != GOOD), of_zeros, np.int8(NOT_EVALUATED)))
    result.mark("xco2_wet", "flushing", record.flushed)
    result.mark("xco2_wet", "after_zero", after_zero)
    reading = _corrected(stream, record, np.maximum(level, of_zeros), zero_periods(is_zero, zero_count), options)
    water = _water(reading, inputs, result, options)
    if record.air.any():
        _air(reading, water, inputs, result, options)
    result.problems += run_type_problems(record, "water_run_types", options.water_run_types)
    if reading.humidity is None and record.air.any():
        result.problems.append(Problem(message="no humidity_pressure: air cannot be dried, hence no xco2_air"))
    carried = ("run_type", *partial_pressure_carried(options, (*_NEEDED, *_OPTIONAL)))
    return CalibrationResult(
        streams={name: calibrated_stream(inputs, result, carried)},
        outcomes=tuple(result.outcomes),
        problems=tuple(result.problems),
        tables=(_rows_table(record, is_zero, after_zero, water.complete), *spread_tables(result, options)),
    )


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """The sensor's readings of n rows; NaN where they are not used.

    Attributes
    ----------
    x : (n,) ndarray
        Mole fraction in moist gas after correction, µmol mol⁻¹.
    pressure : (n,) ndarray
        hPa.
    humidity : (n,) ndarray or None
        Partial pressure of water vapour, hPa.
    terms : dict of str to (n,) ndarray
        Terms of the standard uncertainty of x, µmol mol⁻¹.
    evaluated : (n,) ndarray of bool
        Whether reading and pressure were tested.
    zero : (n,) ndarray of int8
        Flag of the zero that they rest on.
    periods : dict of str to (n,) ndarray of int
        By term, number of the stretch of rows whose errors are the same.
    """

    x: FloatArray
    pressure: FloatArray
    humidity: FloatArray | None
    terms: dict[str, FloatArray]
    evaluated: BoolArray
    zero: NDArray[np.int8]
    periods: dict[str, NDArray[np.int64]]

    def drying(self, rows: NDArray[np.intp]) -> FloatArray:
        """Return the factor from moist to dry mole fraction in some rows; NaN where humidity is missing or not below pressure."""
        if self.humidity is None:
            return np.full(rows.shape, np.nan)
        share = self.humidity[rows] / self.pressure[rows]
        return 1.0 / (1.0 - np.where((share >= 0.0) & (share < 1.0), share, np.nan))


def _column(stream: xr.Dataset, name: str, size: int) -> FloatArray:
    return np.asarray(stream[name].values, dtype=np.float64) if name in stream else np.full(size, np.nan)


def _corrected(
    stream: xr.Dataset, record: Record, zero: NDArray[np.int8], zero_number: NDArray[np.int64], options: Co2ProCalibrationOptions
) -> _Reading:
    reported, pressure = _column(stream, "xco2_wet", record.size), _column(stream, "analyser_pressure", record.size)
    x, calibration = reported.copy(), np.abs(reported) * options.uncertainty.accuracy
    by_correction = np.zeros(record.size, dtype=np.int64)
    for number, correction in enumerate(options.corrections, start=1):
        rows = correction.covers(record.moment)
        by_correction[rows] = number
        x[rows] = correction.factor * reported[rows] + correction.offset
        calibration[rows] = correction.uncertainty
    return _Reading(
        x=x,
        pressure=np.where(pressure > 0.0, pressure, np.nan),
        humidity=_column(stream, "humidity_pressure", record.size) if "humidity_pressure" in stream else None,
        terms={
            "calibration": calibration,
            "zero": np.full(record.size, options.uncertainty.zero),
            "noise": np.full(record.size, options.uncertainty.reading),
        },
        evaluated=(record.flag("xco2_wet") != NOT_EVALUATED) & (record.flag("analyser_pressure") != NOT_EVALUATED),
        zero=zero,
        periods={"calibration": by_correction, "zero": zero_number},
    )


def _water(reading: _Reading, inputs: Inputs, result: Result, options: Co2ProCalibrationOptions) -> ReducedWater:
    record = result.record
    rows = np.flatnonzero(record.water & ~record.flushed & np.isfinite(reading.x) & np.isfinite(reading.pressure))
    x, P = reading.x[rows], reading.pressure[rows]
    atmospheres = P / STANDARD_ATMOSPHERE
    measured = MeasuredPartialPressure(
        rows=rows,
        pco2=x * atmospheres,
        pressure=P,
        evaluated=reading.evaluated[rows],
        terms={name: term[rows] * atmospheres for name, term in reading.terms.items()},
        pressure_uncertainty=options.uncertainty.pressure,
        by_pressure=x / STANDARD_ATMOSPHERE,
    )
    water = reduce_partial_pressure(inputs, measured, result, options)
    drying = reading.drying(rows)
    result.scatter("xco2", rows, x * drying)
    of_x = total({name: term[rows] * drying for name, term in reading.terms.items()})
    result.scatter("xco2_uncertainty", rows, np.hypot(of_x, _of_humidity(x, P, drying, options)))
    dried = np.zeros(record.size, dtype=np.bool_)
    dried[rows] = reading.evaluated[rows] & (record.flag("humidity_pressure")[rows] != NOT_EVALUATED)
    result.judged_by_inputs(("xco2",), dried)
    return water


def _of_humidity(x: FloatArray, pressure: FloatArray, drying: FloatArray, options: Co2ProCalibrationOptions) -> FloatArray:
    """Uncertainty of dry mole fractions by that of the vapour pressure."""
    return np.abs(x) * np.square(drying) / pressure * options.uncertainty.humidity


def _air(reading: _Reading, water: ReducedWater, inputs: Inputs, result: Result, options: Co2ProCalibrationOptions) -> None:
    record = result.record
    rows = np.flatnonzero(record.air & ~record.flushed & np.isfinite(reading.x) & np.isfinite(reading.pressure))
    drying = reading.drying(rows)
    rows, drying = rows[np.isfinite(drying)], drying[np.isfinite(drying)]
    terms = {name: term[rows] * drying for name, term in reading.terms.items()}
    terms["humidity"] = _of_humidity(reading.x[rows], reading.pressure[rows], drying, options)
    flags = [record.flag(name)[rows] for name in ("xco2_wet", "analyser_pressure", "humidity_pressure")]
    flags.append(np.where(reading.zero[rows] >= QUESTIONABLE, reading.zero[rows], np.int8(GOOD)))
    air = MeasuredAir(rows=rows, xco2=reading.x[rows] * drying, terms=terms, flag=np.maximum.reduce(flags), periods=reading.periods)
    reduce_partial_pressure_air(inputs, water, air, result, options)


def _rows_table(record: Record, is_zero: BoolArray, after_zero: BoolArray, complete: BoolArray) -> Table:
    counted = {
        "all rows": np.ones(record.size, dtype=np.bool_),
        "water": record.water,
        "air": record.air,
        "zeros": is_zero,
        "less than recovery after a zero, not used": after_zero,
        "less than flush_after after a change of run type, not used": record.flushed & ~after_zero,
        "water with fCO2": complete,
    }
    return Table(
        title="Rows of the CO2-Pro",
        columns=("rows", "number"),
        rows=tuple((words, int(np.count_nonzero(rows))) for words, rows in counted.items()),
    )


CALIBRATOR = Calibrator(
    name="co2-pro",
    summary="fCO2 of sea water and air from a Pro-Oceanus CO2-Pro",
    options=Co2ProCalibrationOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=cascades,
    default_tests=default_tests,
)
