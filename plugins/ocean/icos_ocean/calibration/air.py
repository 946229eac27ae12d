"""Mole fraction of CO2 in air at the times of water samples, and pCO2 and fCO2 of air at sea level."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_ocean.calibration.diagnostics import diagnostic_flag
from icos_ocean.calibration.gap_filling import between
from icos_ocean.calibration.uncertainty import air_uncertainty, total
from icos_ocean.gas_runs import run_means
from icos_ocean.seawater_co2 import fugacity, pco2_from_xco2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Record, Result, Samples
    from icos_ocean.calibration.sea_level import SeaLevelPressure

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["InterpolatedAir", "interpolate_air", "reduce_air"]

_USUAL_SALINITY = 35.0


class InterpolatedAir(NamedTuple):
    """Air at the times of water samples.

    Attributes
    ----------
    xco2 : (m,) ndarray
        Mole fraction, µmol mol⁻¹; NaN where there are no runs of air on both sides within the limit.
    questionable : (m,) ndarray of bool
        Whether a reading that it rests on is questionable.
    """

    xco2: FloatArray
    questionable: BoolArray


def interpolate_air(
    wanted: FloatArray, time: FloatArray, xco2: FloatArray, run: NDArray[np.int64], questionable: BoolArray, limit: float
) -> InterpolatedAir:
    """Interpolate linearly between the means of runs of air.

    Parameters
    ----------
    wanted : (m,) ndarray
        Times of the water samples, s.
    time : (n,) ndarray
        Times in order of the air samples that may serve, s.
    xco2 : (n,) ndarray
        Their calibrated mole fractions, µmol mol⁻¹.
    run : (n,) ndarray of int
        Number of the run that each belongs to.
    questionable : (n,) ndarray of bool
        Whether each is questionable.
    limit : float
        Longest time between the two runs, s.
    """
    usable = np.isfinite(xco2)
    means = run_means(time[usable], xco2[usable], run[usable], np.ones(int(usable.sum()), dtype=np.bool_), np.inf)
    doubtful = np.add.reduceat(questionable[usable].astype(np.int64), means.first) > 0 if means.first.size else np.empty(0, dtype=np.bool_)
    found = between(wanted, means.time)
    rows = np.flatnonzero(found.bracketed & (found.apart <= limit))
    before, after, weight = found.before[rows], found.after[rows], found.weight_after[rows]
    air = InterpolatedAir(np.full(wanted.shape, np.nan), np.zeros(wanted.shape, dtype=np.bool_))
    air.xco2[rows] = (1.0 - weight) * means.reading[before] + weight * means.reading[after]
    air.questionable[rows] = doubtful[before] | doubtful[after]
    return air


def reduce_air(inputs: Inputs, samples: Samples, at_sea_level: SeaLevelPressure, result: Result, options: FCO2Options) -> None:
    """Compute xCO2, pCO2 and fCO2 of air, measured and at the times of the water samples, and ΔfCO2, into `result`.

    Only readings of air that passed their tests are interpolated. Where salinity is missing or bad, 35 stands in for it: a whole
    unit changes the vapour pressure by 0.05 %, hence fCO2 by less than 0.01 µatm.
    """
    record = result.record
    air = ~samples.water
    rows, wanted = samples.rows[air], samples.rows[samples.water]
    reading = _reading_flag(record, options)
    serves = reading[rows] <= NOT_EVALUATED
    interpolated = interpolate_air(
        record.time[wanted],
        record.time[rows[serves]],
        samples.xco2[air][serves],
        record.run[rows[serves]],
        samples.calibrated.questionable[air][serves],
        options.air_interpolation_limit.total_seconds(),
    )
    xco2 = result.scatter("xco2_air", rows, samples.xco2[air])
    xco2[wanted] = interpolated.xco2
    source = np.zeros(record.size, dtype=np.int8)
    source[wanted[np.isfinite(interpolated.xco2)]] = 1
    result.values["xco2_air_source"] = source
    level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
    level[wanted] = np.where(interpolated.questionable, QUESTIONABLE, GOOD)
    level[rows] = np.where(reading[rows] > BAD, NOT_EVALUATED, reading[rows])
    result.outcome("xco2_air", "air_reading", level)
    _pressures_of_air(inputs, samples, at_sea_level, xco2, result, options)


def _pressures_of_air(
    inputs: Inputs, samples: Samples, at_sea_level: SeaLevelPressure, xco2: FloatArray, result: Result, options: FCO2Options
) -> None:
    salinity, sst = inputs.take("salinity"), inputs.take("sst")
    rows = np.flatnonzero(np.isfinite(xco2))
    salinity_or_usual = np.nan_to_num(salinity.usable, nan=_USUAL_SALINITY)
    P, S, s = at_sea_level.pressure[rows], salinity_or_usual[rows], sst.values[rows]
    pco2 = pco2_from_xco2(xco2[rows], P, s, S)
    result.scatter("pco2_air", rows, pco2)
    fco2 = result.scatter("fco2_air", rows, fugacity(pco2, xco2[rows], P, s))
    result.values["delta_fco2"] = np.asarray(result.values["fco2"], dtype=np.float64) - fco2
    evaluated = np.logical_and.reduce([flag != NOT_EVALUATED for flag in (at_sea_level.flag, sst.flag)])
    result.judged_by_inputs(("pco2_air", "fco2_air", "delta_fco2"), evaluated)
    rows = samples.rows[~samples.water]
    terms = {name: term[~samples.water] for name, term in samples.terms.items()}
    result.scatter("xco2_air_uncertainty", rows, total(terms))
    P, S, s = at_sea_level.pressure[rows], salinity_or_usual[rows], sst.values[rows]
    uncertain = air_uncertainty(samples.xco2[~samples.water], P, S, s, xco2_terms=terms, stated=options.uncertainty)
    result.scatter("fco2_air_uncertainty", rows, uncertain)


def _reading_flag(record: Record, options: FCO2Options) -> NDArray[np.int8]:
    """Return the worst flag of what the mole fraction of air is computed from, and of the state of the instrument."""
    flag = np.maximum(record.flag("co2"), diagnostic_flag(record, options, "air", "all"))
    return np.maximum(flag, record.flag("h2o")) if options.dry_samples else flag
