"""Errors of the mole fraction of air where it is interpolated, and what they have in common with those of water samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from icos_ocean.shared_errors import mean_over_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.air import InterpolatedAir
    from icos_ocean.calibration.sample_errors import SampleErrors
    from icos_ocean.shared_errors import ErrorSources

    FloatArray = NDArray[np.float64]

__all__ = ["AirErrors"]

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class AirErrors:
    """Errors of r runs of air.

    `errors` of the methods are those of the samples, of which `which` counts some that have a mole fraction.

    Attributes
    ----------
    sources : ErrorSources
        What the errors of the run means come from.
    noise : (r,) ndarray
        Variance of the mean that the noise of the readings makes, (µmol mol⁻¹)².
    own, following : (r,) and (r - 1,) ndarray
        Variance of each mean and covariance with the one that follows, without the noise of the readings, (µmol mol⁻¹)².
    spread : (r,) ndarray
        What the variance of the mean of a random walk of unit variance per hour is less than at the mean time of the readings.
    """

    sources: ErrorSources
    noise: FloatArray
    own: FloatArray
    following: FloatArray
    spread: FloatArray

    @classmethod
    def of(cls, errors: SampleErrors, which: NDArray[np.intp], first: NDArray[np.int64]) -> Self:
        """Trace the runs of air that the samples `which` form; `first` says where among these each run begins."""
        means, noise, spread = mean_over_runs(errors.trace(which), first)
        own = errors.covariance(means, means)
        # Air that reads nearly the same lies off the line by the same amount each time.
        curvature = errors.lack_of_fit**2
        following = errors.covariance(means.take(slice(None, -1)), means.take(slice(1, None)))
        return cls(
            sources=means,
            noise=noise * errors.noise**2,
            own=own - spread * errors.drift**2 + curvature,
            following=following + curvature,
            spread=spread / np.square(means.by_reading),
        )

    def interpolated(self, air: InterpolatedAir, variability: float) -> FloatArray:
        """Return the variance of interpolated air, (µmol mol⁻¹)².

        Between two runs air is taken for a random walk that gathers `variability` in one hour.
        """
        w, v, before, after = air.weight_after, 1.0 - air.weight_after, air.before, air.before + 1
        variance: FloatArray = v**2 * (self.own[before] + self.noise[before]) + w**2 * (self.own[after] + self.noise[after])
        variance += 2.0 * v * w * self.following[before]
        # Two means, not two moments, tie the walk down.
        free = air.bridge / _SECONDS_PER_HOUR - v**2 * self.spread[before] - w**2 * self.spread[after]
        variance += variability**2 * np.maximum(free, 0.0)
        return variance

    def with_water(self, water: ErrorSources, before: NDArray[np.intp], weight_after: FloatArray, errors: SampleErrors) -> FloatArray:
        """Return the covariance of interpolated air with samples of water, (µmol mol⁻¹)²."""
        one = errors.covariance(water, self.sources.take(before))
        other = errors.covariance(water, self.sources.take(before + 1))
        return (1.0 - weight_after) * one + weight_after * other
