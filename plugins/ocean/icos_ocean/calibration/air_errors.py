"""Errors of the mole fraction of air where it is interpolated, and what they have in common with those of water samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from icos_ocean.shared_errors import ErrorSources, covariance, mean_over_runs, trace_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.air import InterpolatedAir
    from icos_ocean.calibration.fco2_options import FCO2Options
    from icos_ocean.calibration.record import Record, Samples

    FloatArray = NDArray[np.float64]

__all__ = ["AirErrors", "trace_samples"]

_SECONDS_PER_HOUR = 3600.0


def trace_samples(record: Record, samples: Samples, which: NDArray[np.intp], options: FCO2Options) -> ErrorSources:
    """Say what the errors of some calibrated samples come from; `which` counts samples that have a mole fraction.

    Beside the cylinders, and after them, stands the reading of water vapour where gas is dried: its error is common to all samples, too.
    """
    rows = samples.rows[which]
    time, reading = record.time[rows], record.stream["co2"].values[rows]
    basis = samples.calibrated.basis[which]
    count = len(options.fitted) + (samples.by_water_vapour is not None)
    parts = [
        (part, trace_errors(time[part], reading[part], samples.bases[number], count, options.regression))
        for number in np.unique(basis).tolist()
        for part in (np.flatnonzero(basis == number),)
    ]
    traced = parts[0][1] if len(parts) == 1 else ErrorSources.scattered(parts, which.size, count)
    if samples.drying is not None:
        traced = traced.times(samples.drying[which])
    if samples.by_water_vapour is not None:
        traced.by_value[-1] = samples.by_water_vapour[which]
    return traced


@dataclass(frozen=True, kw_only=True)
class AirErrors:
    """Errors of r runs of air.

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
    def of(cls, record: Record, samples: Samples, which: NDArray[np.intp], first: NDArray[np.int64], options: FCO2Options) -> Self:
        """Trace the runs of air that the samples `which` form; `first` says where among these each run begins."""
        means, noise, spread = mean_over_runs(trace_samples(record, samples, which, options), first)
        own = _covariance(means, means, samples, options)
        # Air that reads nearly the same lies off the line by the same amount each time.
        curvature = samples.response.lack_of_fit**2
        following = _covariance(means.take(slice(None, -1)), means.take(slice(1, None)), samples, options)
        return cls(
            sources=means,
            noise=noise * options.uncertainty.reading**2,
            own=own - spread * samples.response.drift**2 + curvature,
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

    def with_water(
        self, water: ErrorSources, before: NDArray[np.intp], weight_after: FloatArray, samples: Samples, options: FCO2Options
    ) -> FloatArray:
        """Return the covariance of interpolated air with samples of water, (µmol mol⁻¹)²."""
        one = _covariance(water, self.sources.take(before), samples, options)
        other = _covariance(water, self.sources.take(before + 1), samples, options)
        return (1.0 - weight_after) * one + weight_after * other


def _covariance(a: ErrorSources, b: ErrorSources, samples: Samples, options: FCO2Options) -> FloatArray:
    stated = np.hypot([gas.uncertainty for gas in options.fitted], samples.response.lack_of_fit)
    if samples.by_water_vapour is not None:
        stated = np.append(stated, options.uncertainty.h2o)
    return covariance(a, b, stated, drift_rate=samples.response.drift)
