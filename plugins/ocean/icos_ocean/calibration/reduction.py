"""The steps from a measured to a calibrated stream, in order; `icos_ocean.calibration.fco2` says what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import CalibrationResult, Outcome, Problem
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE, category_words, is_good, set_variable
from icos_core.exceptions import nearest
from icos_core.flags import carry
from icos_ocean.calibration.accounting import calibration_table, filling_table, pressure_table, rows_table
from icos_ocean.calibration.air import interpolate_air
from icos_ocean.calibration.equilibrator_pressure import ChosenPressure, choose_pressure, pressure_candidates
from icos_ocean.calibration.fco2_options import Filling
from icos_ocean.calibration.flushing import flushing, run_numbers
from icos_ocean.calibration.inputs import Inputs, put_filled
from icos_ocean.calibration.samples import (
    CalibratedSamples,
    Response,
    analyser_response,
    calibrate_samples,
    condition_outcomes,
)
from icos_ocean.calibration.sea_level import SeaLevelPressure, sea_level_pressure
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
from icos_ocean.calibration.uncertainty import air_uncertainty, total, water_uncertainty
from icos_ocean.seawater_co2 import (
    STANDARD_ATMOSPHERE,
    dry_mole_fraction,
    fco2_chain,
    fugacity,
    pco2_from_xco2,
)
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["CARRIED", "reduce_underway"]

CARRIED = (
    *("run_type", "draining", "latitude", "longitude", "co2", "h2o", "sst", "salinity", "equilibrator_temperature"),
    *("atmospheric_pressure", "air_temperature", "wind_speed", "wind_direction"),
)
"""Measured variables that go on to the calibrated stream with their flags; those that are filled, filled."""


@dataclass(frozen=True, kw_only=True)
class _Record:
    """A measured stream and the kinds of its rows."""

    stream: xr.Dataset
    name: str
    moment: NDArray[np.datetime64]
    time: FloatArray
    run_type: NDArray[np.integer]
    words: Mapping[str, int]
    run: NDArray[np.int64]
    flushed: BoolArray
    water: BoolArray
    air: BoolArray

    @property
    def size(self) -> int:
        return self.time.size


class _Samples(NamedTuple):
    """Calibrated samples, dry, and where they stand in the record."""

    rows: NDArray[np.intp]
    water: BoolArray
    xco2: FloatArray
    terms: dict[str, FloatArray]
    calibrated: CalibratedSamples


class _Result:
    """What is collected on the way."""

    def __init__(self, record: _Record) -> None:
        self.record = record
        self.values: dict[str, NDArray[np.generic]] = {}
        self.outcomes: list[Outcome] = []
        self.problems: list[Problem] = []

    def scatter(self, name: str, rows: NDArray[np.intp], values: FloatArray) -> FloatArray:
        """Store values of some rows; the others are missing. Returns the values of all rows."""
        everywhere = np.full(self.record.size, np.nan)
        everywhere[rows] = values
        self.values[name] = everywhere
        return everywhere

    def outcome(self, variable: str, name: str, level: NDArray[np.int8]) -> None:
        """Note how a variable passed a test."""
        self.outcomes.append(Outcome(variable=variable, name=name, level=level, stream=self.record.name))

    def mark(self, variable: str, name: str, rows: BoolArray) -> None:
        """Note something about rows of a variable that does not change their flag."""
        level = np.full(rows.shape, NOT_EVALUATED, dtype=np.int8)
        self.outcomes.append(Outcome(variable=variable, name=name, level=level, mark=rows, stream=self.record.name))


def reduce_underway(stream: xr.Dataset, name: str, options: FCO2Options) -> CalibrationResult:
    """Turn the measured stream `name` into the calibrated stream of the same name and rows."""
    record = _record(stream, name, options)
    result = _Result(record)
    inputs = Inputs(stream=stream, time=record.time, filling=options.fill)
    runs = _standards(record, inputs, result, options)
    response = analyser_response(runs, options)
    samples = _samples(record, runs, response, result, options)
    at_sea_level = sea_level_pressure(inputs, options)
    candidates = pressure_candidates(inputs, at_sea_level, options)
    pressure = choose_pressure(candidates, record.size)
    _pressures(at_sea_level, pressure, result)
    complete = _water(record, inputs, samples, pressure, result, options)
    _air(record, inputs, samples, at_sea_level.pressure, result, options)
    as_measured = _as_measured(record, inputs, None if not candidates else candidates[0].filled | np.isnan(candidates[0].pressure))
    result.problems += _problems(record, inputs, runs, response, pressure, complete, options)
    limits = {each: options.fill.limit(each).total_seconds() for each in Filling.model_fields}
    return CalibrationResult(
        streams={name: _calibrated_stream(record, inputs, result)},
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


def _record(stream: xr.Dataset, name: str, options: FCO2Options) -> _Record:
    moment = stream["time"].values
    time = (moment - moment[0]) / np.timedelta64(1, "s") if moment.size else np.empty(0)
    run_type = stream["run_type"].values
    words = category_words(stream, "run_type")
    return _Record(
        stream=stream,
        name=name,
        moment=moment,
        time=time,
        run_type=run_type,
        words=words,
        run=run_numbers(time, run_type, options.run_gap.total_seconds()),
        flushed=flushing(time, run_type, options.flush_before.total_seconds(), options.flush_after.total_seconds()),
        water=np.isin(run_type, [words[word] for word in options.water_run_types if word in words]),
        air=np.isin(run_type, [words[word] for word in options.air_run_types if word in words]),
    )


def _standards(record: _Record, inputs: Inputs, result: _Result, options: FCO2Options) -> GasRuns:
    """Judge the readings of standard gases and average them to runs."""
    assigned = assign_gases(record.moment, record.run_type, record.words, options.standards)
    reading = record.stream["co2"].values
    good = is_good(record.stream, "co2") & ~record.flushed
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


def _samples(record: _Record, runs: GasRuns, response: Response, result: _Result, options: FCO2Options) -> _Samples:
    """Calibrate and dry the readings of water and air."""
    reading = record.stream["co2"].values
    rows = np.flatnonzero((record.water | record.air) & ~record.flushed & np.isfinite(reading))
    calibrated = calibrate_samples(record.moment[rows], record.time[rows], reading[rows], runs, response, options)
    xco2, terms = calibrated.xco2, calibrated.terms
    if options.dry_samples:
        factor = dry_mole_fraction(np.ones(rows.size), record.stream["h2o"].values[rows])
        xco2 = xco2 * factor
        terms = {name: term * factor for name, term in terms.items()}
    water = record.water[rows]
    for variable, chosen in (("xco2", water), ("xco2_air", ~water)):
        result.outcomes += condition_outcomes(calibrated, rows, chosen, variable, record.size, record.name)
    result.mark("xco2", "flushing", record.flushed & record.water)
    result.mark("xco2_air", "flushing", record.flushed & record.air)
    result.scatter("xco2", rows[water], xco2[water])
    result.scatter("xco2_uncertainty", rows[water], total(terms)[water])
    return _Samples(rows, water, xco2, terms, calibrated)


def _pressures(at_sea_level: SeaLevelPressure, chosen: ChosenPressure, result: _Result) -> None:
    result.values["sea_level_pressure"] = at_sea_level.pressure
    result.values["equilibrator_pressure"] = chosen.pressure
    result.values["equilibrator_pressure_source"] = chosen.source
    for name, pressure, questionable, filled in (
        ("sea_level_pressure", at_sea_level.pressure, at_sea_level.flag == QUESTIONABLE, at_sea_level.filled),
        ("equilibrator_pressure", chosen.pressure, chosen.questionable, chosen.filled),
    ):
        level = np.full(pressure.shape, NOT_EVALUATED, dtype=np.int8)
        level[np.isfinite(pressure)] = GOOD
        level[questionable] = QUESTIONABLE
        result.outcome(name, "inputs", level)
        result.mark(name, "interpolated_inputs", filled)


def _water(
    record: _Record, inputs: Inputs, samples: _Samples, pressure: ChosenPressure, result: _Result, options: FCO2Options
) -> BoolArray:
    """Compute pCO2 and fCO2 in sea water; returns the rows that have fCO2."""
    rows = samples.rows[samples.water]
    x = samples.xco2[samples.water]
    P = pressure.pressure[rows]
    t, S, s = (inputs.take(name).values[rows] for name in ("equilibrator_temperature", "salinity", "sst"))
    chain = fco2_chain(x, P, t, S, s, method=options.temperature_correction, coefficient=options.temperature_coefficient)
    result.scatter("water_vapour_pressure", rows, chain.water_vapour_pressure * STANDARD_ATMOSPHERE)
    result.scatter("pco2_equilibrator", rows, chain.pco2_equilibrator)
    result.scatter("fco2_equilibrator", rows, chain.fco2_equilibrator)
    result.scatter("pco2", rows, chain.pco2_sst)
    fco2 = result.scatter("fco2", rows, chain.fco2_sst)
    result.scatter("delta_temperature", rows, t - s)
    uncertain = water_uncertainty(
        x,
        P,
        t,
        S,
        s,
        xco2_terms={name: term[samples.water] for name, term in samples.terms.items()},
        pressure_source=pressure.source[rows],
        options=options,
    )
    result.scatter("fco2_uncertainty", rows, uncertain.total)
    for name, term in uncertain.terms.items():
        result.scatter(f"fco2_uncertainty_{name}", rows, term)
    result.mark("fco2", "flushing", record.flushed & record.water)
    return np.isfinite(fco2)


def _air(record: _Record, inputs: Inputs, samples: _Samples, at_sea_level: FloatArray, result: _Result, options: FCO2Options) -> None:
    """Bring the mole fraction in air to the water samples and compute pCO2 and fCO2 of air at sea level."""
    air = ~samples.water
    rows = samples.rows[air]
    measured = samples.xco2[air]
    serves = is_good(record.stream, "co2")[rows]
    if options.dry_samples:
        serves &= is_good(record.stream, "h2o")[rows]
    wanted = samples.rows[samples.water]
    interpolated = interpolate_air(
        record.time[wanted],
        record.time[rows[serves]],
        measured[serves],
        record.run[rows[serves]],
        samples.calibrated.questionable[air][serves],
        options.air_interpolation_limit.total_seconds(),
    )
    xco2 = result.scatter("xco2_air", rows, measured)
    xco2[wanted] = interpolated.xco2
    source = np.zeros(record.size, dtype=np.int8)
    source[wanted[np.isfinite(interpolated.xco2)]] = 1
    result.values["xco2_air_source"] = source
    level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
    level[wanted] = np.where(interpolated.questionable, QUESTIONABLE, GOOD)
    level[rows] = _reading_level(record, rows, options)
    result.outcome("xco2_air", "air_reading", level)
    here = np.flatnonzero(np.isfinite(xco2))
    P, S, s = at_sea_level[here], inputs.take("salinity").values[here], inputs.take("sst").values[here]
    pco2 = pco2_from_xco2(xco2[here], P, s, S)
    result.scatter("pco2_air", here, pco2)
    fco2 = result.scatter("fco2_air", here, fugacity(pco2, xco2[here], P, s))
    result.values["delta_fco2"] = np.asarray(result.values["fco2"], dtype=np.float64) - fco2
    terms = {name: term[air] for name, term in samples.terms.items()}
    result.scatter("xco2_air_uncertainty", rows, total(terms))
    P, S, s = at_sea_level[rows], inputs.take("salinity").values[rows], inputs.take("sst").values[rows]
    result.scatter("fco2_air_uncertainty", rows, air_uncertainty(measured, P, S, s, xco2_terms=terms, stated=options.uncertainty))


def _reading_level(record: _Record, rows: NDArray[np.intp], options: FCO2Options) -> NDArray[np.int8]:
    """Worst flag of the readings that the mole fraction of air samples was computed from."""
    level = np.full(rows.shape, GOOD, dtype=np.int8)
    for name in ("co2", "h2o") if options.dry_samples else ("co2",):
        if f"{name}_flag" in record.stream:
            flag = record.stream[f"{name}_flag"].values[rows]
            level = np.where((flag == QUESTIONABLE) | (flag == BAD), np.maximum(level, flag), level)
    return level


def _as_measured(record: _Record, inputs: Inputs, pressure_wanting: BoolArray | None) -> BoolArray:
    """Water rows that could be computed without filling and with the first source of pressure."""
    rows = record.water & np.isfinite(record.stream["co2"].values)
    for name in ("equilibrator_temperature", "salinity", "sst"):
        rows &= inputs.take(name).measured
    return rows & ~pressure_wanting if pressure_wanting is not None else np.zeros(record.size, dtype=np.bool_)


def _problems(
    record: _Record,
    inputs: Inputs,
    runs: GasRuns,
    response: Response,
    pressure: ChosenPressure,
    complete: BoolArray,
    options: FCO2Options,
) -> list[Problem]:
    problems = gas_problems(record.run_type, record.words, runs, options)
    for key, wanted in (("water_run_types", options.water_run_types), ("air_run_types", options.air_run_types)):
        for word in wanted:
            if word not in record.words:
                near = nearest(word, record.words)
                problems.append(Problem(message=f"{key}: the data know no run type {word!r}" + (f"; nearest: {near!r}" if near else "")))
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


def _calibrated_stream(record: _Record, inputs: Inputs, result: _Result) -> xr.Dataset:
    stream = carry(record.stream, CARRIED)
    stream.attrs = dict(record.stream.attrs)
    for name, taken in inputs.taken.items():
        if name in stream:
            put_filled(stream, name, taken)
        elif name == "salinity":
            set_variable(stream, VOCABULARY["salinity"], taken.values)
            put_filled(stream, name, taken)
            level = np.where(taken.flag == BAD, np.int8(BAD), np.where(taken.flag == QUESTIONABLE, np.int8(QUESTIONABLE), np.int8(GOOD)))
            result.outcome("salinity", "inputs", np.where(np.isfinite(taken.values), level, np.int8(NOT_EVALUATED)))
    order: Sequence[str] = [name for name in VOCABULARY if name in result.values]
    for name in order:
        set_variable(stream, VOCABULARY[name], result.values[name])
    return stream
