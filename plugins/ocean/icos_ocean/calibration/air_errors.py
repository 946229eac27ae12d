"""Errors of the mole fraction of air where it is interpolated, and what they have in common with those of water samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from icos_ocean.calibration.sample_errors import OF_DRIFT, OF_READING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.air import InterpolatedAir
    from icos_ocean.calibration.sample_errors import ErrorModel

    FloatArray = NDArray[np.float64]

__all__ = ["OF_AIR", "AirErrors"]

OF_AIR = "air"
"""The term of the uncertainty that the variability of air between its runs belongs to."""

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class AirErrors:
    """Errors of r runs of air.

    `errors` of the methods are those of the samples, of which `which` counts some that have a mole fraction.

    Attributes
    ----------
    sources
        What the errors of the run means come from.
    noise : (r,) ndarray
        Variance of the mean that the noise of the readings makes, (µmol mol⁻¹)².
    own, following : dict of str to (r,) and (r - 1,) ndarray
        Variance of each mean and covariance with the one that follows by terms, without the noise of the readings, (µmol mol⁻¹)².
    spread : (r,) ndarray
        What the variance of the mean of a random walk of unit variance per hour is less than at the mean time of the readings.
    """

    sources: Any
    noise: FloatArray
    own: dict[str, FloatArray]
    following: dict[str, FloatArray]
    spread: FloatArray

    @classmethod
    def of(cls, errors: ErrorModel, which: NDArray[np.intp], first: NDArray[np.int64]) -> Self:
        """Trace the runs of air that the samples `which` form; `first` says where among these each run begins."""
        means = errors.means(which, first)
        sources = means.sources
        own = errors.covariances(sources, sources)
        following = errors.covariances(sources.take(slice(None, -1)), sources.take(slice(1, None)))
        own[OF_DRIFT] = own[OF_DRIFT] - means.averaged_drift
        # Air that reads nearly the same lies off the line by the same amount each time.
        for terms in (own, following):
            terms[errors.of_runs] = terms[errors.of_runs] + errors.lack_of_fit**2
        return cls(sources=sources, noise=means.noise, own=own, following=following, spread=means.spread)

    def interpolated(self, air: InterpolatedAir, variability: float) -> dict[str, FloatArray]:
        """Return the terms of the variance of interpolated air, (µmol mol⁻¹)².

        Between two runs air is taken for a random walk that gathers `variability` in one hour.
        """
        w, v, before, after = air.weight_after, 1.0 - air.weight_after, air.before, air.before + 1
        terms = {
            name: v**2 * own[before] + w**2 * own[after] + 2.0 * v * w * self.following[name][before] for name, own in self.own.items()
        }
        terms[OF_READING] = terms.get(OF_READING, 0.0) + v**2 * self.noise[before] + w**2 * self.noise[after]
        # Two means, not two moments, tie the walk down.
        free = air.bridge / _SECONDS_PER_HOUR - v**2 * self.spread[before] - w**2 * self.spread[after]
        terms[OF_AIR] = variability**2 * np.maximum(free, 0.0)
        # Where nothing is uncertain, rounding may leave less than nothing.
        return {name: np.maximum(term, 0.0) for name, term in terms.items()}

    def with_water(self, water: Any, before: NDArray[np.intp], weight_after: FloatArray, errors: ErrorModel) -> dict[str, FloatArray]:
        """Return the covariance of interpolated air with samples of water by terms, (µmol mol⁻¹)²."""
        one, other = (errors.covariances(water, self.sources.take(run)) for run in (before, before + 1))
        return {name: (1.0 - weight_after) * one[name] + weight_after * other[name] for name in one}
