"""Blanks of a SAMI-CO2 at the times of its samples, with their uncertainty.

A blank is the light ratio with pure water in place of the dye. Its absorbance relative to another blank wanders slowly as the optics age:
it is taken for a random walk, known at the blanks but for their noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from icos_ocean.calibration.gap_filling import between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["BlanksAtSamples", "blanks_at"]

_SECONDS_PER_HOUR = 3600.0


class BlanksAtSamples(NamedTuple):
    """Blanks at the times of m samples.

    Attributes
    ----------
    ratio_434, ratio_620 : (m,) ndarray
        Light ratios; NaN where there is no blank at all.
    uncertainty_434, uncertainty_620 : (m,) ndarray
        Standard uncertainty of the absorbances by that of the blanks.
    distance : (m,) ndarray
        Time to the nearest blank that the value rests on, s; infinite where there is none.
    """

    ratio_434: FloatArray
    ratio_620: FloatArray
    uncertainty_434: FloatArray
    uncertainty_620: FloatArray
    distance: FloatArray


def blanks_at(
    time: FloatArray,
    blank_time: FloatArray,
    ratio_434: FloatArray,
    ratio_620: FloatArray,
    *,
    how: Literal["linear", "latest"],
    noise: float,
    drift: float,
) -> BlanksAtSamples:
    """Return the blank of each sample.

    Parameters
    ----------
    time : (m,) ndarray
        Times of the samples, s.
    blank_time : (k,) ndarray
        Increasing times of the blanks, s.
    ratio_434, ratio_620 : (k,) ndarray
        Their light ratios, above zero.
    how
        ``linear``: interpolated in time between two blanks, constant before the first and after the last; ``latest``: that before the
        sample, or the first.
    noise : float
        Standard uncertainty of a light ratio.
    drift : float
        What the absorbance of the blank gathers in one hour, h^-½.
    """
    if blank_time.size == 0:
        nothing = np.full(time.shape, np.nan)
        return BlanksAtSamples(nothing, nothing.copy(), nothing.copy(), nothing.copy(), np.full(time.shape, np.inf))
    found = between(time, blank_time)
    last = blank_time.size - 1
    at_or_after = np.clip(found.after, 0, last)
    exact = blank_time[at_or_after] == time
    # Outside the blanks, and with "latest" everywhere, one blank stands for all.
    before = np.where(exact, at_or_after, np.clip(found.before, 0, last))
    shared = found.bracketed & ~exact if how == "linear" else np.zeros(time.shape, dtype=np.bool_)
    weight = np.where(shared, found.weight_after, 0.0)
    after = np.where(shared, at_or_after, before)
    to_before, to_after = np.abs(time - blank_time[before]), np.abs(blank_time[after] - time)
    wander = drift**2 / _SECONDS_PER_HOUR * np.where(shared, found.bridge, to_before)

    def at_samples(ratio: FloatArray) -> tuple[FloatArray, FloatArray]:
        of_blanks = np.square((1.0 - weight) * noise / ratio[before]) + np.square(weight * noise / ratio[after])
        return (1.0 - weight) * ratio[before] + weight * ratio[after], np.sqrt(of_blanks / np.log(10.0) ** 2 + wander)

    (first, of_first), (second, of_second) = at_samples(ratio_434), at_samples(ratio_620)
    return BlanksAtSamples(first, second, of_first, of_second, np.minimum(to_before, to_after))
