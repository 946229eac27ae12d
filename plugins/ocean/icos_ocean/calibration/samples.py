"""Calibration of samples with the gases that are valid at their time, and what there is to say about it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_ocean.analyser_response import drift_rate, lack_of_fit
from icos_ocean.calibration.standards import fit_standards
from icos_ocean.gas_standards import calibrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options, StandardGas
    from icos_ocean.calibration.standards import GasRuns
    from icos_ocean.standard_line import Standard

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["CONDITIONS", "Bases", "CalibratedSamples", "Response", "analyser_response", "calibrate_samples", "condition_outcomes"]

Bases = list[dict[int, "Standard"]]
"""Sets of standards that calibrate together: position among the fitted gases of the options → standard."""

CONDITIONS = ("few_standards", "one_sided_standards", "distant_standards", "bridged_standards", "outside_standards")
"""What makes a calibrated value questionable; names of the bits."""


class Response(NamedTuple):
    """What is assumed of the analyser, and what its standards show: drift [µmol mol⁻¹ h^-½] and distance from a line [µmol mol⁻¹]."""

    drift: float
    drift_seen: float
    lack_of_fit: float
    lack_of_fit_seen: float


@dataclass(frozen=True, kw_only=True)
class CalibratedSamples:
    """Calibrated samples; every array has one element per sample.

    Attributes
    ----------
    xco2
        Mole fraction, µmol mol⁻¹; NaN where there is no line.
    slope
        Slope of the line, in the form that was asked for.
    n_standards
        Number of standards in use.
    few_standards, one_sided_standards, distant_standards, bridged_standards, outside_standards
        The `CONDITIONS`: fewer standards than wanted; a standard has runs only before or only after the sample; the runs of a standard are
        far apart; rejected runs had to be bridged; the value is far outside the range of the standards.
    extrapolated
        The value is outside the range of the standards at all.
    standards, regression, interpolation, sample
        Terms of the standard uncertainty, µmol mol⁻¹.
    basis
        Which of the `Bases` it was calibrated with.
    """

    xco2: FloatArray
    slope: FloatArray
    n_standards: NDArray[np.int8]
    few_standards: BoolArray
    one_sided_standards: BoolArray
    distant_standards: BoolArray
    bridged_standards: BoolArray
    outside_standards: BoolArray
    extrapolated: BoolArray
    standards: FloatArray
    regression: FloatArray
    interpolation: FloatArray
    sample: FloatArray
    basis: NDArray[np.int16]

    @property
    def terms(self) -> dict[str, FloatArray]:
        """The terms of the standard uncertainty by name."""
        return {name: getattr(self, name) for name in ("standards", "regression", "interpolation", "sample")}

    @property
    def questionable(self) -> BoolArray:
        """Whether any of the `CONDITIONS` holds."""
        held: BoolArray = np.logical_or.reduce([getattr(self, name) for name in CONDITIONS])
        return held


def analyser_response(runs: GasRuns, options: FCO2Options) -> Response:
    """Return what is to be assumed of the analyser: as stated, or estimated from all runs of the standards."""
    stated = options.uncertainty
    seen = fit_standards(runs, options.fitted, repeatability=stated.reading, bridge=False)
    drift_seen = drift_rate(seen)
    curvature_seen = lack_of_fit(seen, form=options.form)
    return Response(
        drift=drift_seen if isinstance(stated.drift, str) else stated.drift,
        drift_seen=drift_seen,
        lack_of_fit=curvature_seen if isinstance(stated.lack_of_fit, str) else stated.lack_of_fit,
        lack_of_fit_seen=curvature_seen,
    )


def calibrate_samples(
    moment: NDArray[np.datetime64], time: FloatArray, reading: FloatArray, runs: GasRuns, response: Response, options: FCO2Options
) -> tuple[CalibratedSamples, Bases]:
    """Calibrate samples with the gases that are valid at the time of each.

    A standard whose neighbouring run was rejected is left out between the runs on either side (or bridged, as the options say). Where
    that leaves no line, the rejected runs are bridged, so that a value is questionable rather than lost.

    Parameters
    ----------
    moment, time : (n,) ndarray
        The same times of the samples in order, as datetime64 and in the seconds of the runs.
    reading : (n,) ndarray
        Readings, µmol mol⁻¹.
    runs : GasRuns
        Runs of all gases.
    response : Response
        What is assumed of the analyser.
    options : FCO2Options
        Options of the calibrator.

    Returns
    -------
    CalibratedSamples
        The samples.
    list of dict
        What `CalibratedSamples.basis` counts: the standards that calibrated a sample, by their position among those of the options.
    """
    bases: Bases = []
    parts = [
        _calibrate_part(time[rows], reading[rows], runs, gases, response, options, bases)
        for rows, gases in _segments(moment, options.fitted)
    ]
    if len(parts) == 1:
        return parts[0], bases
    whole = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(CalibratedSamples)}
    return CalibratedSamples(**whole), bases


def condition_outcomes(
    samples: CalibratedSamples, rows: NDArray[np.intp], chosen: BoolArray, variable: str, size: int, stream: str
) -> list[Outcome]:
    """Turn the conditions of the chosen samples into outcomes for a variable.

    A sample without any line is bad by ``few_standards``; ``outside_standards`` marks every value outside the range of the standards.

    Parameters
    ----------
    samples : CalibratedSamples
        m samples.
    rows : (m,) ndarray of int
        Row of each sample.
    chosen : (m,) ndarray of bool
        Samples that the variable is about.
    variable, stream : str
        What the outcomes are for.
    size : int
        Number of rows of the stream.
    """
    outcomes = []
    for name in CONDITIONS:
        level = np.full(size, NOT_EVALUATED, dtype=np.int8)
        level[rows[chosen]] = np.where(getattr(samples, name)[chosen], QUESTIONABLE, GOOD)
        mark = None
        if name == "few_standards":
            level[rows[chosen & (samples.n_standards < 2)]] = BAD
        if name == "outside_standards":
            mark = np.zeros(size, dtype=np.bool_)
            mark[rows[chosen]] = samples.extrapolated[chosen]
        outcomes.append(Outcome(variable=variable, name=name, level=level, mark=mark, stream=stream))
    return outcomes


def _segments(moment: NDArray[np.datetime64], gases: Sequence[StandardGas]) -> Iterator[tuple[slice, tuple[StandardGas, ...]]]:
    """Cut times in order where a gas becomes valid or invalid; yields at least one segment."""
    valid = np.array([gas.covers(moment) for gas in gases])
    changes = np.flatnonzero(np.any(valid[:, 1:] != valid[:, :-1], axis=0)) + 1
    for start, stop in zip([0, *changes.tolist()], [*changes.tolist(), moment.size], strict=True):
        rows = slice(start, stop)
        # An empty record has no row to ask.
        yield rows, tuple(gas for gas, covered in zip(gases, valid, strict=True) if start == stop or covered[start])


def _calibrate_part(
    time: FloatArray,
    reading: FloatArray,
    runs: GasRuns,
    gases: Sequence[StandardGas],
    response: Response,
    options: FCO2Options,
    bases: Bases,
) -> CalibratedSamples:
    bridge = options.rejected_runs == "bridge"
    found = _calibrate_with(time, reading, runs, gases, response, options, bases, bridge=bridge)
    lost = np.flatnonzero((found.n_standards < 2) & np.isfinite(reading))
    if bridge or lost.size == 0:
        return found
    rescued = _calibrate_with(time[lost], reading[lost], runs, gases, response, options, bases, bridge=True)
    better = rescued.n_standards > found.n_standards[lost]
    for field in fields(CalibratedSamples):
        getattr(found, field.name)[lost[better]] = getattr(rescued, field.name)[better]
    found.bridged_standards[lost[better]] = True
    return found


def _calibrate_with(
    time: FloatArray,
    reading: FloatArray,
    runs: GasRuns,
    gases: Sequence[StandardGas],
    response: Response,
    options: FCO2Options,
    bases: Bases,
    *,
    bridge: bool,
) -> CalibratedSamples:
    standards = fit_standards(runs, gases, repeatability=options.uncertainty.reading, bridge=bridge)
    bases.append({options.fitted.index(gas): standard for gas, standard in zip(gases, standards, strict=True)})
    result = calibrate(
        time,
        reading,
        standards,
        form=options.form,
        sample_uncertainty=options.uncertainty.reading,
        drift_rate=response.drift,
        lack_of_fit=response.lack_of_fit,
    )
    outside = np.nan_to_num(result.outside, nan=0.0)
    return CalibratedSamples(
        xco2=result.xco2,
        slope=result.slope,
        n_standards=result.n_standards,
        few_standards=result.n_standards < options.minimum_standards,
        one_sided_standards=result.before_only | result.after_only,
        distant_standards=_distant(time, standards, options.standard_interval_limit.total_seconds()),
        bridged_standards=np.zeros(time.shape, dtype=np.bool_),
        outside_standards=outside > options.outside_limit,
        extrapolated=outside > 0.0,
        standards=result.standards,
        regression=result.regression,
        interpolation=result.interpolation,
        sample=result.sample,
        basis=np.full(time.shape, len(bases) - 1, dtype=np.int16),
    )


def _distant(time: FloatArray, standards: Sequence[Standard], limit: float) -> BoolArray:
    """Whether the runs of any standard on both sides of a sample, or the only run on one side, are further away than the limit."""
    distant = np.zeros(time.shape, dtype=np.bool_)
    for standard in standards:
        if standard.time.size == 0:
            continue
        edges = np.concatenate([[-np.inf], standard.time, [np.inf]])
        # Far intervals are rare: samples are looked up per interval, not per sample.
        for start, stop in pairwise(edges.tolist()):
            if stop - start > limit:
                first = start + limit if np.isinf(stop) else start
                last = stop - limit if np.isinf(start) else stop
                low, high = np.searchsorted(time, first, side="right"), np.searchsorted(time, last, side="left")
                distant[low:high] = True
    return distant
