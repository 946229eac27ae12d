"""Calibrator `fco2-isotopologues`: fCO2 from an analyser that reads 12CO2 and 13CO2 one by one, with standard gases.

Each isotopologue is calibrated and dried by itself, with its part of every gas; the sum is the mole fraction of CO2, from which fCO2
follows as in `icos_ocean.calibration.fco2`. QuinCe forms the fugacity of each isotopologue and adds them up: the two differ by less than
0.001 µatm, for the correction from partial pressure to fugacity hardly depends on the mole fraction. Of CO2 with oxygen other than 16O,
0.4 %, sample and gases are taken to have the same share.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from icos_core.components import CalibrationResult, Calibrator, Problem, Requirement
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_ocean.calibration.fco2 import TERMS
from icos_ocean.calibration.isotopologues_errors import SummedErrors
from icos_ocean.calibration.isotopologues_options import IsotopologueOptions
from icos_ocean.calibration.record import Sampled, Samples
from icos_ocean.calibration.reduction import reduce_samples
from icos_ocean.calibration.samples import CONDITIONS
from icos_ocean.calibration.standard_reduction import calibrate_channel, put_conditions
from icos_ocean.calibration.standards import NO_GAS, assign_gases
from icos_ocean.calibration.underway import chosen_stream, default_tests, shared_cascades, shared_requirements, shared_variables
from icos_ocean.vocabulary import isotopologues

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Record, Result
    from icos_ocean.calibration.samples import CalibratedSamples
    from icos_ocean.calibration.standard_reduction import Channel

    FloatArray = NDArray[np.float64]

__all__ = ["CALIBRATOR", "calibrate", "provides", "requires"]

_BLOCK = 8192
_ISOTOPES: tuple[Literal[12], Literal[13]] = (12, 13)
_OWN = ("regression", "interpolation", "sample")
_HEAVY_RANGE = {"questionable_outside": [0.8, 14.0], "bad_outside": [0.0, 560.0]}


def requires(options: IsotopologueOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say what the one stream with run types and readings must have."""
    own = (
        *(Requirement(name=word.name, units=word.units) for word in isotopologues.MEASURED),
        Requirement(name="co2", units="umol mol-1", optional=True),
        Requirement(name="h2o", units="mmol mol-1", optional=not options.dries),
    )
    return shared_requirements(options, own)


def provides(options: IsotopologueOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List the variables of the result."""
    shared = shared_variables(options, TERMS if options.dries else TERMS[:-1])
    return {stream: (*words, *isotopologues.CALIBRATED) for stream, words in shared.items()}


def usual_tests(options: IsotopologueOptions) -> Sequence[Mapping[str, Any]]:
    """List the usual tests: those of an underway system, and the range of the second reading."""
    where = {"where": {"run_type": list(options.water_run_types)}} | ({} if options.stream is None else {"stream": options.stream})
    return [*default_tests(options), {"test": "range", "variable": "co2_13", **where, **_HEAVY_RANGE}]


def sample_isotopologues(record: Record, inputs: Inputs, result: Result, options: IsotopologueOptions) -> Sampled:
    """Calibrate and dry both isotopologues of the samples, and add them up."""
    readings = [record.stream[name].values for name in ("co2_12", "co2_13")]
    rows = record.sample_rows(np.add(*readings))
    light, heavy = (calibrate_channel(record, rows, result, options.of(isotope)) for isotope in _ISOTOPES)
    samples = _sum(light, heavy, options)
    put_conditions(record, samples, _conditions(light.calibrated, heavy.calibrated), result)
    for name, channel in (("xco2_12", light), ("xco2_13", heavy)):
        result.scatter(name, rows, channel.samples.xco2)
    assigned = assign_gases(record.moment, record.run_type, record.words, options.standards)
    measured = np.flatnonzero(assigned != NO_GAS)
    result.scatter("standard_xco2", measured, np.array([gas.xco2 for gas in options.standards])[assigned[measured]])
    problems = [_named(problem, name) for name, channel in (("12CO2", light), ("13CO2", heavy)) for problem in channel.problems]
    problems += _compare_with_total(record, inputs, result, options)
    tables = [
        replace(table, title=f"{table.title}: {name}") for name, channel in (("12CO2", light), ("13CO2", heavy)) for table in channel.tables
    ]
    return Sampled(samples=samples, problems=list(dict.fromkeys(problems)), tables=tables)


def _named(problem: Problem, name: str) -> Problem:
    return problem if " has no " in problem.message else replace(problem, message=f"{name}: {problem.message}")


def _sum(light: Channel, heavy: Channel, options: IsotopologueOptions) -> Samples:
    one, other = light.samples, heavy.samples
    gases = [gas for gas in options.standards if gas in options.fitted]
    further = light.errors.stated[len(gases) :]
    shares = [[gas.share(isotope, options.vpdb_ratio) for gas in gases] for isotope in _ISOTOPES]
    errors = SummedErrors(
        parts=(light.errors, heavy.errors),
        shares=np.hstack([shares, np.ones((2, further.size))]),
        stated=np.append([gas.uncertainty for gas in gases], further),
    )
    xco2 = one.xco2 + other.xco2
    terms = {name: np.hypot(one.terms[name], other.terms[name]) for name in _OWN}
    shared = {name: np.full(xco2.size, np.nan) for name in one.terms if name not in _OWN}
    known = np.flatnonzero(np.isfinite(xco2))
    for start in range(0, known.size, _BLOCK):
        some = known[start : start + _BLOCK]
        traced = errors.trace(some)
        for name, variance in errors.of_common_sources(traced, traced).items():
            shared[name][some] = np.sqrt(variance)
    return one._replace(
        xco2=xco2,
        terms={name: (terms | shared)[name] for name in one.terms},
        errors=errors,
        questionable=one.questionable | other.questionable,
        basis=one.basis.astype(np.int64) * (int(other.basis.max(initial=0)) + 1) + other.basis,
        alternatives=[a + b for a, b in zip(one.alternatives, other.alternatives, strict=True)],
    )


def _conditions(light: CalibratedSamples, heavy: CalibratedSamples) -> CalibratedSamples:
    """Return the calibration of 12CO2 with what is questionable about either."""
    either = {name: getattr(light, name) | getattr(heavy, name) for name in (*CONDITIONS, "extrapolated")}
    return replace(light, **either, n_standards=np.minimum(light.n_standards, heavy.n_standards))


def _compare_with_total(record: Record, inputs: Inputs, result: Result, options: IsotopologueOptions) -> list[Problem]:
    """Compare the sum of the readings with the total that the analyser gives."""
    if not inputs.has("co2"):
        return []
    light, heavy, whole = (record.stream[name].values for name in ("co2_12", "co2_13", "co2"))
    # Differences of decimal numbers are not exact: 0.001 must not count as more than 0.001.
    away = np.round(np.abs(light + heavy - whole), 9)
    level = np.where(away > options.total_limit, np.int8(QUESTIONABLE), np.int8(GOOD))
    level[~np.isfinite(away)] = NOT_EVALUATED
    for name in ("co2_12", "co2_13"):
        result.outcome(name, "total", level)
    off = int(np.count_nonzero(level == QUESTIONABLE))
    if not off:
        return []
    limit = f"{options.total_limit:g} µmol mol⁻¹"
    return [Problem(message=f"co2_12 and co2_13 add up to something else than co2 in {off} rows (more than {limit} apart)")]


def calibrate(streams: Streams, options: IsotopologueOptions, context: Context) -> CalibrationResult:  # noqa: ARG001  # no part of the run matters
    """Compute fCO2 for the stream that the options name, or else for the one that has run types and both readings.

    Raises
    ------
    DataError
        If no stream or, where none is named, more than one has ``run_type`` and ``co2_12``, or salinity cannot be had.
    """
    name, stream = chosen_stream(streams, options, CALIBRATOR.name)
    return reduce_samples(stream, name, options, partial(sample_isotopologues, options=options))


CALIBRATOR = Calibrator(
    name="fco2-isotopologues",
    summary="fCO2 of sea water and air from an analyser that reads 12CO2 and 13CO2 one by one, with standard gases",
    options=IsotopologueOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    cascades=shared_cascades,
    default_tests=usual_tests,
)
