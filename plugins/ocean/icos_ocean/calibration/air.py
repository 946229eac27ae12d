"""Mole fraction of CO2 in air at the times of water samples, and pCO2 and fCO2 of air at sea level."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_ocean.calibration.diagnostics import diagnostic_flag
from icos_ocean.calibration.gap_filling import between
from icos_ocean.gas_runs import run_means
from icos_ocean.seawater_co2 import fugacity, pco2_from_xco2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.record import Record, Result, Samples
    from icos_ocean.calibration.sea_level import SeaLevelPressure
    from icos_ocean.calibration.underway_options import UnderwayOptions

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["USUAL_SALINITY", "InterpolatedAir", "interpolate_air", "reduce_air"]

USUAL_SALINITY = 35.0
"""Stands in for salinity that is missing or bad: a whole unit changes the vapour pressure by 0.05 %, fCO2 of air by less than 0.01 µatm."""


class InterpolatedAir(NamedTuple):
    """Air at the times of water samples.

    Attributes
    ----------
    rows : (m,) ndarray of int
        Which of the wanted times have runs of air on both sides within the limit.
    xco2 : (m,) ndarray
        Mole fraction, µmol mol⁻¹.
    questionable : (m,) ndarray of bool
        Whether a reading that it rests on is questionable.
    before : (m,) ndarray of int
        Number of the run of air before; the one after follows it.
    weight_after : (m,) ndarray
        Weight of the run after in the interpolation.
    bridge : (m,) ndarray
        `icos_ocean.calibration.gap_filling.Neighbours.bridge`, s.
    readings : (j,) ndarray of int
        Which of the readings of air served.
    first : (r,) ndarray of int
        Where among these each run begins.
    """

    rows: NDArray[np.intp]
    xco2: FloatArray
    questionable: BoolArray
    before: NDArray[np.intp]
    weight_after: FloatArray
    bridge: FloatArray
    readings: NDArray[np.intp]
    first: NDArray[np.int64]


def interpolate_air(
    wanted: FloatArray, time: FloatArray, xco2: FloatArray, run: NDArray[np.int64], questionable: BoolArray, limit: float
) -> InterpolatedAir:
    """Interpolate linearly between the means of runs of air.

    Parameters
    ----------
    wanted : (n,) ndarray
        Times of the water samples, s.
    time : (k,) ndarray
        Times in order of the air samples that may serve, s.
    xco2 : (k,) ndarray
        Their calibrated mole fractions, µmol mol⁻¹; NaN for those that have none and do not serve.
    run : (k,) ndarray of int
        Number of the run that each belongs to.
    questionable : (k,) ndarray of bool
        Whether each is questionable.
    limit : float
        Longest time between the two runs, s.
    """
    readings = np.flatnonzero(np.isfinite(xco2))
    means = run_means(time[readings], xco2[readings], run[readings], np.ones(readings.size, dtype=np.bool_), np.inf)
    doubtful = np.zeros(0, dtype=np.bool_)
    if means.first.size:
        doubtful = np.add.reduceat(questionable[readings].astype(np.int64), means.first) > 0
    found = between(wanted, means.time)
    rows = np.flatnonzero(found.bracketed & (found.apart <= limit))
    before, after, weight = found.before[rows], found.after[rows], found.weight_after[rows]
    return InterpolatedAir(
        rows=rows,
        xco2=(1.0 - weight) * means.reading[before] + weight * means.reading[after],
        questionable=doubtful[before] | doubtful[after],
        before=before,
        weight_after=weight,
        bridge=found.bridge[rows],
        readings=readings,
        first=means.first,
    )


def reduce_air(
    inputs: Inputs, samples: Samples, at_sea_level: SeaLevelPressure, result: Result, options: UnderwayOptions
) -> tuple[InterpolatedAir, NDArray[np.intp]]:
    """Compute xCO2, pCO2 and fCO2 of air, measured and at the times of the water samples, and ΔfCO2, into `result`.

    Only readings of air that passed their tests are interpolated.

    Returns
    -------
    InterpolatedAir
        Air at the times of the water samples.
    ndarray of int
        Which samples its readings count.
    """
    record = result.record
    air, water = np.flatnonzero(~samples.water), samples.rows[samples.water]
    rows = samples.rows[air]
    reading = _reading_flag(record, options)
    serves = air[reading[rows] <= NOT_EVALUATED]
    # Readings that different gases calibrated are not averaged: their errors are not of one kind.
    run = record.run[samples.rows[serves]] * (int(samples.basis.max(initial=0)) + 1) + samples.basis[serves]
    interpolated = interpolate_air(
        record.time[water],
        record.time[samples.rows[serves]],
        samples.xco2[serves],
        run,
        samples.questionable[serves],
        options.air_interpolation_limit.total_seconds(),
    )
    wanted = water[interpolated.rows]
    xco2 = result.scatter("xco2_air", rows, samples.xco2[air])
    xco2[wanted] = interpolated.xco2
    source = np.zeros(record.size, dtype=np.int8)
    source[wanted] = 1
    result.values["xco2_air_source"] = source
    level = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
    level[water] = GOOD
    level[wanted[interpolated.questionable]] = QUESTIONABLE
    level[rows] = np.where(reading[rows] > BAD, NOT_EVALUATED, reading[rows])
    result.outcome("xco2_air", "air_reading", level)
    _pressures_of_air(inputs, at_sea_level, xco2, result)
    return interpolated, serves


def _pressures_of_air(inputs: Inputs, at_sea_level: SeaLevelPressure, xco2: FloatArray, result: Result) -> None:
    salinity, sst = inputs.take("salinity"), inputs.take("sst")
    rows = np.flatnonzero(np.isfinite(xco2))
    P, s = at_sea_level.pressure[rows], sst.values[rows]
    S = np.nan_to_num(salinity.usable_in(rows), nan=USUAL_SALINITY)
    pco2 = pco2_from_xco2(xco2[rows], P, s, S)
    result.scatter("pco2_air", rows, pco2)
    fco2 = result.scatter("fco2_air", rows, fugacity(pco2, xco2[rows], P, s))
    result.values["delta_fco2"] = result.column("fco2") - fco2
    evaluated = np.logical_and.reduce([flag != NOT_EVALUATED for flag in (at_sea_level.flag, sst.flag)])
    result.judged_by_inputs(("pco2_air", "fco2_air", "delta_fco2"), evaluated)


def _reading_flag(record: Record, options: UnderwayOptions) -> NDArray[np.int8]:
    """Return the worst flag of what the mole fraction of air is computed from, and of the state of the instrument."""
    flags = (record.flag(name) for name in (options.reading_variable, *options.humidity_variables))
    worst: NDArray[np.int8] = np.maximum.reduce([diagnostic_flag(record, options, "air", "all"), *flags])
    return worst
