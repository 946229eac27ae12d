"""Calibrator `sami`: from the light signals of a Sunburst SAMI-CO2 to the fugacity of CO2 in sea water, with uncertainty.

In order: the blanks are interpolated to the times of the samples; the absorbances of the dye relative to them give pCO2 at the temperature
of the instrument (`icos_ocean.sami_spectrophotometry`); fugacity and temperature in situ are those of all such instruments
(`partial_pressure`). Every row of the input is a row of the output; blanks have no pCO2.

References
----------
DeGrandpre, M. D., Hammar, T. R., Smith, S. P. and Sayles, F. L. (1995). In situ measurements of seawater pCO2. Limnology and Oceanography
40, 969-975. https://doi.org/10.4319/lo.1995.40.5.0969
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import CalibrationResult, Calibrator, Cascade, Problem, Requirement, Table
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE, category_words, is_good
from icos_ocean.calibration.deployments import deployments
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
from icos_ocean.calibration.partial_pressure_contract import (
    partial_pressure_carried,
    partial_pressure_cascades,
    partial_pressure_requirements,
    partial_pressure_tests,
    partial_pressure_words,
)
from icos_ocean.calibration.record import Result
from icos_ocean.calibration.sami_blanks import BlanksAtSamples, blanks_at
from icos_ocean.calibration.sami_options import SamiCalibrationOptions
from icos_ocean.sami_spectrophotometry import Coefficients, Response, absorbance, dye_response
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Record

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["CALIBRATOR", "calibrate", "cascades", "default_tests", "provides", "requires"]

_RATIOS = ("light_ratio_434", "light_ratio_620")
_OF_HEADER = ("calibration_a", "calibration_b", "calibration_c", "calibration_temperature")
_COMPUTED = ("blank_434", "blank_620", "absorbance_434", "absorbance_620")
_TERMS = ("calibration", "blank", "noise")
_LN10 = np.log(10.0)


def requires(options: SamiCalibrationOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with light ratios must have."""
    own = [Requirement(name="measurement_type"), *(Requirement(name=name, units="1") for name in _RATIOS)]
    own += [Requirement(name=name, units=VOCABULARY[name].units, optional=True) for name in (*_OF_HEADER, "supply_voltage")]
    if options.pressure_variable is not None:
        own.append(Requirement(name=options.pressure_variable, units="hPa"))
    return {options.stream or "*": partial_pressure_requirements(options, own)}


def provides(options: SamiCalibrationOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    words = partial_pressure_words(options, _TERMS, (*_carried(options), *_COMPUTED))
    return {options.stream or "*": words}


def cascades(options: SamiCalibrationOptions) -> Mapping[str, tuple[Cascade, ...]]:
    """Say which flags follow from which: those of light ratios and thermistor reach everything."""
    found = partial_pressure_cascades(options, _RATIOS)
    own = [Cascade(source=options.water_temperature, target="pco2_equilibrator")]
    own += [Cascade(source=f"light_ratio_{wavelength}", target=f"absorbance_{wavelength}") for wavelength in (434, 620)]
    if options.pressure_variable is not None:
        own += [Cascade(source=options.pressure_variable, target=target) for target in ("fco2_equilibrator", "fco2")]
    return {options.stream or "*": (*found, *own)}


def default_tests(options: SamiCalibrationOptions) -> Sequence[Mapping[str, Any]]:
    """List the usual tests: those of ship sensors and of pCO2, and of the light ratios and the battery of the instrument."""
    own: list[Mapping[str, Any]] = [{"test": "range", "variable": name, "bad_outside": [0.0, 4.0]} for name in _RATIOS]
    own.append({"test": "range", "variable": "supply_voltage", "questionable_outside": [8.0, 20.0]})
    return partial_pressure_tests(options, own)


def calibrate(streams: Streams, options: SamiCalibrationOptions, context: Context) -> CalibrationResult:  # noqa: ARG001  # the contract's
    """Compute fCO2 for the stream that the options name, or else for the one that has light ratios.

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
        If no stream or, where none is named, more than one has light ratios and types of measurement.
    """
    name = choose_stream(streams, ("measurement_type", *_RATIOS), "sami", options)
    stream = streams[name]
    record = partial_pressure_record(stream, name, options)
    result = Result(record)
    inputs = partial_pressure_inputs(record, options)
    is_blank = stream["measurement_type"].values == category_words(stream, "measurement_type").get("blank")
    good = is_blank & np.logical_and.reduce([is_good(stream, each) & (stream[each].values > 0.0) for each in _RATIOS])
    rows = np.flatnonzero(record.water & ~is_blank & ~record.flushed)
    coefficients = _coefficients(stream, record, options)
    blanks = _blanks(stream, record, rows, np.flatnonzero(good), options)
    response = _response(stream, rows, blanks, coefficients, inputs, result, options)
    complete = _reduce(rows, blanks, response, inputs, result, options)
    _judge(rows, blanks, response, result, options)
    result.problems += _problems(record, good, response, coefficients, options)
    return CalibrationResult(
        streams={name: calibrated_stream(inputs, result, _carried(options))},
        outcomes=tuple(result.outcomes),
        problems=tuple(result.problems),
        tables=(_rows_table(record, is_blank, good, complete), _blanks_table(stream, good), *spread_tables(result, options)),
    )


def _carried(options: SamiCalibrationOptions) -> tuple[str, ...]:
    pressure = () if options.pressure_variable is None else (options.pressure_variable,)
    of_instrument = ("measurement_type", *_RATIOS, "supply_voltage", *pressure)
    return ("run_type", *partial_pressure_carried(options, of_instrument))


def _of_header(stream: xr.Dataset, size: int) -> list[FloatArray]:
    return [np.asarray(stream[name].values, dtype=np.float64) if name in stream else np.full(size, np.nan) for name in _OF_HEADER]


def _coefficients(stream: xr.Dataset, record: Record, options: SamiCalibrationOptions) -> Coefficients:
    """Return the coefficients of each row: those of the options where valid, else those of the file."""
    found = _of_header(stream, record.size)
    for table in options.coefficients:
        valid = table.covers(record.moment)
        found = [np.where(valid, value, array) for array, value in zip(found, (table.a, table.b, table.c, table.temperature), strict=True)]
    a, b, c, temperature = found
    return Coefficients(a=a, b=b, c=c, temperature=temperature)


def _blanks(
    stream: xr.Dataset,
    record: Record,
    rows: NDArray[np.intp],
    good: NDArray[np.intp],
    options: SamiCalibrationOptions,
) -> BlanksAtSamples:
    """Return the blanks of the samples `rows` from the good ones of the same instrument.

    One instrument is told from the next by the coefficients of its files, or by the time from which those of the options hold: the blank
    of another says nothing about the light of this one.
    """
    each = np.column_stack([*_of_header(stream, record.size), deployments(record.moment, options.coefficients)])
    _, instrument = np.unique(np.nan_to_num(each, nan=np.inf), axis=0, return_inverse=True)
    instrument = instrument.reshape(record.size)
    found = np.full((5, rows.size), np.nan)
    for number in np.unique(instrument[rows]).tolist():
        samples, own = instrument[rows] == number, good[instrument[good] == number]
        found[:, samples] = blanks_at(
            record.time[rows[samples]],
            record.time[own],
            *(stream[name].values[own] for name in _RATIOS),
            how=options.blanks,
            noise=options.uncertainty.light_ratio,
            drift=options.uncertainty.blank_drift,
        )
    return BlanksAtSamples(*found)


def _response(
    stream: xr.Dataset,
    rows: NDArray[np.intp],
    blanks: BlanksAtSamples,
    everywhere: Coefficients,
    inputs: Inputs,
    result: Result,
    options: SamiCalibrationOptions,
) -> Response:
    of_rows = Coefficients(
        a=np.asarray(everywhere.a)[rows],
        b=np.asarray(everywhere.b)[rows],
        c=np.asarray(everywhere.c)[rows],
        temperature=np.asarray(everywhere.temperature)[rows],
    )
    absorbances = {}
    for wavelength, blank in ((434, blanks.ratio_434), (620, blanks.ratio_620)):
        absorbances[wavelength] = absorbance(stream[f"light_ratio_{wavelength}"].values[rows], blank)
        result.scatter(f"blank_{wavelength}", rows, blank)
        result.scatter(f"absorbance_{wavelength}", rows, absorbances[wavelength])
    temperature = inputs.take(options.water_temperature).values[rows]
    return dye_response(absorbances[434], absorbances[620], temperature, of_rows, response_temperature=options.response_temperature)


def _pressure(inputs: Inputs, rows: NDArray[np.intp], options: SamiCalibrationOptions) -> tuple[FloatArray, BoolArray]:
    """Return pressure for the fugacity, hPa, and whether it is the one that the options state."""
    if options.pressure_variable is None or not inputs.has(options.pressure_variable):
        return np.full(rows.shape, options.pressure), np.ones(rows.shape, dtype=np.bool_)
    values = inputs.take(options.pressure_variable).usable_in(rows)
    known = values > 0.0
    return np.where(known, values, options.pressure), ~known


def _reduce(
    rows: NDArray[np.intp],
    blanks: BlanksAtSamples,
    response: Response,
    inputs: Inputs,
    result: Result,
    options: SamiCalibrationOptions,
) -> BoolArray:
    record, stated = result.record, options.uncertainty
    pressure, assumed = _pressure(inputs, rows, options)
    ratios = [np.asarray(record.stream[name].values[rows], dtype=np.float64) for name in _RATIOS]
    by = (response.by_absorbance_434, response.by_absorbance_620)
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.hypot(*(each * stated.light_ratio / (ratio * _LN10) for each, ratio in zip(by, ratios, strict=True)))
    measured = MeasuredPartialPressure(
        rows=rows,
        pco2=response.pco2,
        pressure=pressure,
        evaluated=np.logical_and.reduce(
            [record.flag(name)[rows] != NOT_EVALUATED for name in _RATIOS]
            + [inputs.take(options.water_temperature).flag[rows] != NOT_EVALUATED]
        ),
        terms={
            "calibration": np.where(np.isfinite(response.pco2), stated.calibration, np.nan),
            "blank": np.hypot(by[0] * blanks.uncertainty_434, by[1] * blanks.uncertainty_620),
            "noise": noise,
        },
        pressure_uncertainty=np.where(assumed, stated.assumed_pressure, stated.pressure),
        pressure_stated=assumed,
        by_temperature=response.by_temperature,
    )
    return reduce_partial_pressure(inputs, measured, result, options).complete


def _judge(rows: NDArray[np.intp], blanks: BlanksAtSamples, response: Response, result: Result, options: SamiCalibrationOptions) -> None:
    """Say which samples the dye cannot tell, which lie outside the calibration, and which are far from a blank."""
    level = np.full(result.record.size, NOT_EVALUATED, dtype=np.int8)
    absorbing = np.isfinite(result.column("absorbance_434")[rows]) & np.isfinite(result.column("absorbance_620")[rows])
    low, high = options.calibrated_range
    level[rows] = np.select(
        [
            absorbing & ~np.isfinite(response.pco2),
            (response.pco2 < low) | (response.pco2 > high),
            np.isfinite(response.pco2),
        ],
        [np.int8(BAD), np.int8(QUESTIONABLE), np.int8(GOOD)],
        default=np.int8(NOT_EVALUATED),
    )
    distant = np.full(result.record.size, NOT_EVALUATED, dtype=np.int8)
    far = blanks.distance > options.blank_limit.total_seconds()
    distant[rows] = np.where(np.isfinite(blanks.distance), np.where(far, QUESTIONABLE, GOOD), NOT_EVALUATED)
    for variable in ("pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2"):
        result.outcome(variable, "dye_range", level)
        result.outcome(variable, "distant_blank", distant)


def _problems(
    record: Record, good: BoolArray, response: Response, coefficients: Coefficients, options: SamiCalibrationOptions
) -> list[Problem]:
    found = run_type_problems(record, "water_run_types", options.water_run_types)
    if record.size and not good.any():
        found.append(Problem(message="no good blank: without one there is no absorbance, hence no pCO2"))
    missing = int(np.count_nonzero(~np.isfinite(np.asarray(coefficients.a) + np.asarray(coefficients.temperature))))
    if missing:
        message = (
            f"{missing} of {record.size} rows have no coefficients: neither the option coefficients nor the header of the file has them"
        )
        found.append(Problem(message=message))
    impossible = int(np.count_nonzero(~np.isfinite(response.pco2)))
    if impossible:
        found.append(
            Problem(message=f"{impossible} of {response.pco2.size} samples have no pCO2: see the outcome dye_range and the blanks")
        )
    return found


def _rows_table(record: Record, is_blank: BoolArray, good: BoolArray, complete: BoolArray) -> Table:
    counted = {
        "all rows": np.ones(record.size, dtype=np.bool_),
        "samples": record.water & ~is_blank,
        "less than flush_after after a blank, not used": record.flushed & record.water,
        "blanks": is_blank,
        "blanks that are good": good,
        "samples with fCO2": complete,
    }
    return Table(
        title="Rows of the SAMI-CO2",
        columns=("rows", "number"),
        rows=tuple((words, int(np.count_nonzero(rows))) for words, rows in counted.items()),
    )


def _blanks_table(stream: xr.Dataset, good: BoolArray) -> Table:
    time = stream["time"].values[good].astype("datetime64[s]")
    first, second = (stream[name].values[good] for name in _RATIOS)
    rows = zip(time, first.tolist(), second.tolist(), strict=True)
    return Table(
        title="Blanks of the SAMI-CO2",
        columns=("time", "light ratio at 434 nm", "light ratio at 620 nm"),
        rows=tuple((f"{moment}Z", round(ratio_434, 5), round(ratio_620, 5)) for moment, ratio_434, ratio_620 in rows),
    )


CALIBRATOR = Calibrator(
    name="sami",
    summary="fCO2 of sea water from the colour of the dye in a Sunburst SAMI-CO2",
    options=SamiCalibrationOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=cascades,
    default_tests=default_tests,
)
