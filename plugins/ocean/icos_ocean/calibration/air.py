"""Mole fraction of CO2 in air at the times of water samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ocean.calibration.gap_filling import between
from icos_ocean.gas_standards import run_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["InterpolatedAir", "interpolate_air"]


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
