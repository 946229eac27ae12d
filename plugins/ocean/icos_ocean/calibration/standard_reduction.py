"""From the readings of an analyser that measures standard gases now and then to dry mole fractions, and what their errors come from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Problem, Table
from icos_core.dataset import NOT_EVALUATED, is_good
from icos_ocean.calibration.accounting import calibration_table
from icos_ocean.calibration.diagnostics import diagnostic_flag
from icos_ocean.calibration.method_spread import spread_uncertainty
from icos_ocean.calibration.record import Sampled, Samples
from icos_ocean.calibration.sample_errors import OF_GASES, SampleErrors
from icos_ocean.calibration.samples import analyser_response, calibrate_samples, condition_outcomes
from icos_ocean.calibration.sea_water import OF_FORM
from icos_ocean.calibration.standards import (
    NO_GAS,
    assign_gases,
    gas_problems,
    gas_runs,
    judge_readings,
    standards_table,
    stated_value_problems,
)
from icos_ocean.seawater_co2 import dry_mole_fraction
from icos_ocean.shared_errors import ErrorSources, trace_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Record, Result
    from icos_ocean.calibration.samples import Bases, CalibratedSamples, Response
    from icos_ocean.calibration.standards import GasRuns

    FloatArray = NDArray[np.float64]

__all__ = ["Channel", "calibrate_channel", "put_conditions", "sample_with_standards"]


class Channel(NamedTuple):
    """What the standard gases make of one reading of an analyser.

    Attributes
    ----------
    samples, calibrated
        Samples with dry mole fractions, and their calibration before drying.
    errors
        What their errors come from.
    problems, tables
        What there is to say about it.
    """

    samples: Samples
    calibrated: CalibratedSamples
    errors: SampleErrors
    problems: list[Problem]
    tables: tuple[Table, ...]


def sample_with_standards(record: Record, inputs: Inputs, result: Result, options: FCO2Options) -> Sampled:
    """Calibrate the readings of water and air with the standard gases; outcomes and the values of the gases go into `result`."""
    rows = record.sample_rows(record.stream[options.reading_variable].values)
    channel = calibrate_channel(record, rows, result, options)
    problems = channel.problems
    if inputs.has("standard_value"):
        assigned = assign_gases(record.moment, record.run_type, record.words, options.standards)
        problems = [*stated_value_problems(record.stream["standard_value"].values, assigned, options.standards), *problems]
    put_conditions(record, channel.samples, channel.calibrated, result)
    return Sampled(samples=channel.samples, problems=problems, tables=channel.tables)


def calibrate_channel(record: Record, rows: NDArray[np.intp], result: Result, options: FCO2Options) -> Channel:
    """Calibrate one reading of an analyser: standards are judged and averaged to runs, the samples calibrated with them and dried.

    Parameters
    ----------
    record : Record
        The measured stream.
    rows : (m,) ndarray of int
        Rows of samples that have the reading.
    result : Result
        Takes the outcomes of the readings of standard gases, and the values of the gases.
    options : FCO2Options
        Options of the calibrator; ``reading_variable`` names the reading.
    """
    runs = _standards(record, result, options)
    response = analyser_response(runs, options)
    samples, calibrated, errors = _samples(record, rows, runs, response, options)
    problems = gas_problems(record.run_type, record.words, runs, options)
    if response.drift_seen > 2.0 * response.drift:
        message = (
            f"the standards show a drift of {response.drift_seen:.2g} µmol mol⁻¹ h^-½, more than twice the {response.drift:.2g} stated in "
            "uncertainty.drift: the uncertainty of interpolation is too small"
        )
        problems.append(Problem(message=message))
    tables = (standards_table(runs, options.fitted), calibration_table(calibrated, response, options))
    return Channel(samples, calibrated, errors, problems, tables)


def put_conditions(record: Record, samples: Samples, calibrated: CalibratedSamples, result: Result) -> None:
    """Turn the conditions of calibrated samples into outcomes of the mole fractions of water and air."""
    for variable, chosen in (("xco2", samples.water), ("xco2_air", ~samples.water)):
        result.outcomes += condition_outcomes(calibrated, samples.rows, chosen, variable, record.size, record.name)


def _standards(record: Record, result: Result, options: FCO2Options) -> GasRuns:
    """Judge the readings of standard gases and average them to runs."""
    name = options.reading_variable
    assigned = assign_gases(record.moment, record.run_type, record.words, options.standards)
    reading = record.stream[name].values
    good = is_good(record.stream, name) & ~record.flushed & (diagnostic_flag(record, options, "all") == NOT_EVALUATED)
    if options.dry_standards:
        reading = dry_mole_fraction(reading, record.stream["h2o"].values)
        good &= is_good(record.stream, "h2o")
    level = judge_readings(np.where(record.flushed, np.nan, reading), assigned, options.standards, options.standard_limit)
    rows = np.flatnonzero(assigned != NO_GAS)
    result.scatter("standard_xco2", rows, np.array([gas.xco2 for gas in options.standards])[assigned[rows]])
    result.outcome(name, "standard_reading", level)
    return gas_runs(record.time, reading, assigned, record.run, good, level, options.standards)


def _samples(
    record: Record, rows: NDArray[np.intp], runs: GasRuns, response: Response, options: FCO2Options
) -> tuple[Samples, CalibratedSamples, SampleErrors]:
    """Calibrate and dry the readings of water and air."""
    reading = record.stream[options.reading_variable].values
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
    stated = [gas.uncertainty for gas in options.fitted]
    kinds = [OF_GASES] * len(stated)
    further = np.empty((0, rows.size))
    if by_water_vapour is not None:
        stated, kinds, further = [*stated, options.uncertainty.h2o], [*kinds, "drying"], by_water_vapour[np.newaxis]
    alternatives = _by_other_forms(record, rows, reading[rows], runs, response, drying, options)
    if alternatives:
        # The choice moves all samples together, each by the distance of the two forms there.
        moved = spread_uncertainty(alternatives[0] - xco2)
        stated, kinds, further = [*stated, 1.0], [*kinds, OF_FORM], np.vstack([further, moved])
        terms[OF_FORM] = np.abs(moved)
    errors = SampleErrors(
        trace=partial(_trace, record.time[rows], reading[rows], calibrated, bases, drying, further, options),
        stated=np.array(stated),
        kinds=tuple(kinds),
        noise=options.uncertainty.reading,
        drift=response.drift,
        lack_of_fit=response.lack_of_fit,
    )
    samples = Samples(rows, water, xco2, terms, errors, calibrated.questionable, calibrated.basis, alternatives)
    return samples, calibrated, errors


def _by_other_forms(
    record: Record,
    rows: NDArray[np.intp],
    reading: FloatArray,
    runs: GasRuns,
    response: Response,
    drying: FloatArray | None,
    options: FCO2Options,
) -> list[FloatArray]:
    """Return the dry mole fractions of the samples by each form of the regression after the first."""
    found = []
    for form in options.regression[1:]:
        other = options.model_copy(update={"regression": (form,)})
        calibrated, _ = calibrate_samples(record.moment[rows], record.time[rows], reading, runs, response, other)
        found.append(calibrated.xco2 if drying is None else calibrated.xco2 * drying)
    return found


def _trace(
    time: FloatArray,
    reading: FloatArray,
    calibrated: CalibratedSamples,
    bases: Bases,
    drying: FloatArray | None,
    further: FloatArray,
    options: FCO2Options,
    which: NDArray[np.intp],
) -> ErrorSources:
    """Say what the errors of some calibrated samples come from; `which` counts samples that have a mole fraction.

    Beside the cylinders, and after them, stand what else all samples have in common, with the responses `further`.
    """
    time, reading, basis = time[which], reading[which], calibrated.basis[which]
    count = len(options.fitted)
    parts = [
        (part, trace_errors(time[part], reading[part], bases[number], count, options.form))
        for number in np.unique(basis).tolist()
        for part in (np.flatnonzero(basis == number),)
    ]
    traced = parts[0][1] if len(parts) == 1 else ErrorSources.scattered(parts, which.size, count)
    if drying is not None:
        traced = traced.times(drying[which])
    return traced.also(further[:, which]) if further.size else traced
