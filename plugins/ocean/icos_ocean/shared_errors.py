r"""Errors that calibrated mole fractions have in common.

Two samples that were calibrated with the same gases share the errors of the assigned values; where they share runs, they share the noise of
these; and the drift of the analyser runs through all of them. A mean or a difference of mole fractions has therefore not the uncertainty
of independent values. Here an error is kept as what it is to first order, a sum over its sources, so that variance and covariance of
any linear combination are exact to first order. Mole fractions and readings are in µmol mol⁻¹, times in s.

Notes
-----
In the symbols of `icos_ocean.gas_standards` the error of a mole fraction x read at t is

``Σ_i g_i δc_i + Σ_i h_i (v_i e_i0 + w_i e_i1) + d e + Σ_p b_p B(t_p)``

with errors δc_i of the assigned values, noise e_i0 and e_i1 of the runs of cylinder i before and after, noise e of the reading, and
the random walk B at the times of the reading (coefficient d) and of the runs (h_i v_i, h_i w_i). The coefficients b_p add up to zero, for
a shift of every reading changes nothing. The covariance of two such sums of B, of variance q² per hour, is then

``-(q²/2) Σ_p Σ_r b_p b'_r |t_p - t'_r|``

whatever the value from which B starts.

References
----------
JCGM 102:2011, Evaluation of measurement data - Extension to any number of output quantities, doi:10.59161/JCGM102-2011.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from icos_ocean.standard_line import fit_line, interpolate_standard, line_sensitivities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_ocean.standard_line import Form, Standard

    FloatArray = NDArray[np.float64]

__all__ = [
    "ErrorSources",
    "covariance",
    "drift_covariance",
    "mean_over_runs",
    "run_covariance",
    "trace_errors",
    "value_covariance",
]

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class ErrorSources:
    """What the errors of n mole fractions come from; k cylinders, of which not every one needs to be in use.

    Attributes
    ----------
    time : (n,) ndarray
        Time of the reading.
    by_reading : (n,) ndarray
        Coefficient of the analyser's error at that time.
    by_value : (k, n) ndarray
        Coefficients of the errors of the assigned values.
    by_run : (2, k, n) ndarray
        Coefficients of the errors of the run before and of that after; 0 for a cylinder that is not in use.
    run_time, run_uncertainty : (2, k, n) ndarray
        Time and noise of these runs. Two runs of one cylinder are the same if their times are.
    """

    time: FloatArray
    by_reading: FloatArray
    by_value: FloatArray
    by_run: FloatArray
    run_time: FloatArray
    run_uncertainty: FloatArray

    @classmethod
    def scattered(cls, parts: Sequence[tuple[NDArray[np.intp], Self]], size: int, cylinders: int) -> Self:
        """Put together the sources of `size` values from parts, each with the positions of its values."""
        shapes = {"time": (size,), "by_reading": (size,), "by_value": (cylinders, size)}
        whole = cls(**{field.name: np.zeros(shapes.get(field.name, (2, cylinders, size))) for field in fields(cls)})
        for positions, part in parts:
            for field in fields(cls):
                getattr(whole, field.name)[..., positions] = getattr(part, field.name)
        return whole

    @classmethod
    def without_runs(cls, time: FloatArray, by_reading: FloatArray, by_value: FloatArray) -> Self:
        """Return the sources of (n,) values that no run of a gas calibrated; `by_value` has k rows for what they have in common."""
        by_run = np.zeros((2, *by_value.shape))
        return cls(time=time, by_reading=by_reading, by_value=by_value, by_run=by_run, run_time=by_run, run_uncertainty=by_run)

    def also(self, by_value: FloatArray) -> Self:
        """Return the sources with further ones in common, which no cylinder has; `by_value` has a row for each."""
        none = np.zeros((2, *by_value.shape))
        return replace(
            self,
            by_value=np.concatenate([self.by_value, by_value]),
            by_run=np.concatenate([self.by_run, none], axis=1),
            run_time=np.concatenate([self.run_time, none], axis=1),
            run_uncertainty=np.concatenate([self.run_uncertainty, none], axis=1),
        )

    def take(self, which: NDArray[np.intp] | slice) -> Self:
        """Return the sources of some of the values, or of one value several times."""
        return type(self)(**{field.name: getattr(self, field.name)[..., which] for field in fields(self)})

    def times(self, factor: FloatArray) -> Self:
        """Return the sources of the values multiplied by known factors."""
        scaled = {name: getattr(self, name) * factor for name in ("by_reading", "by_value", "by_run")}
        return type(self)(time=self.time, run_time=self.run_time, run_uncertainty=self.run_uncertainty, **scaled)


def trace_errors(time: FloatArray, reading: FloatArray, standards: Mapping[int, Standard], count: int, form: Form) -> ErrorSources:
    """Say what the errors of calibrated samples come from.

    Parameters
    ----------
    time, reading : (n,) ndarray
        Times and readings of the samples, all of which have a mole fraction.
    standards : mapping of int to Standard
        The cylinders that calibrated them, by their number among all cylinders.
    count : int
        Number of all cylinders.
    form : {"measured-on-true", "true-on-measured"}
        Which way the line was fitted.
    """
    used = tuple(standards.values())
    size = time.size
    by_value = np.zeros((count, size))
    by_run, run_time, run_uncertainty = np.zeros((3, 2, count, size))
    with np.errstate(invalid="ignore", divide="ignore"):
        at = [interpolate_standard(standard, time) for standard in used]
        line = fit_line(used, at, form, size)
        for number, standard, one, (per_value, per_reading) in zip(standards, used, at, line_sensitivities(at, line, reading), strict=True):
            if standard.time.size == 0:
                continue
            by_value[number] = per_value
            for side, (run, weight) in enumerate(((one.back, one.weight_back), (one.ahead, one.weight_ahead))):
                by_run[side, number] = per_reading * weight
                run_time[side, number] = standard.time[run]
                run_uncertainty[side, number] = standard.reading_uncertainty[run]
    return ErrorSources(
        time=time, by_reading=line.gain, by_value=by_value, by_run=by_run, run_time=run_time, run_uncertainty=run_uncertainty
    )


def mean_over_runs(sources: ErrorSources, first: NDArray[np.int64]) -> tuple[ErrorSources, FloatArray, FloatArray]:
    """Say what the errors of means of successive readings come from.

    Parameters
    ----------
    sources : ErrorSources
        Of the single readings, in order of time. Those of one run have the same runs of the cylinders before and after them.
    first : (r,) ndarray of int
        Where each run of readings begins.

    Returns
    -------
    ErrorSources
        Of the means, as if each had been read at one moment.
    (r,) ndarray
        Factor of the variance of a reading's noise in that of the mean.
    (r,) ndarray
        What the variance of the drift is less than at one moment, for a drift of unit variance per hour.
    """
    if first.size == 0:
        nothing = np.zeros(0)
        return sources, nothing, nothing
    count = np.diff(np.append(first, sources.time.size)).astype(np.float64)

    def mean(values: FloatArray) -> FloatArray:
        averaged: FloatArray = np.add.reduceat(values, first, axis=-1) / count
        return averaged

    gain = mean(sources.by_reading)
    start = np.repeat(sources.time[first], count.astype(np.int64))
    since = sources.time - start
    share = sources.by_reading / np.repeat(count, count.astype(np.int64))
    moment = sources.time[first] + np.add.reduceat(share * since, first) / gain
    means = ErrorSources(
        time=moment,
        by_reading=gain,
        by_value=mean(sources.by_value),
        by_run=mean(sources.by_run),
        run_time=sources.run_time[..., first],
        run_uncertainty=sources.run_uncertainty[..., first],
    )
    noise = mean(np.square(sources.by_reading)) / count
    # Half of ΣΣ b_j b_l |t_j - t_l| over a run is Σ_j b_j (t_j B_j - T_j) with the sums B of b and T of b t over the readings before j.
    before = np.cumsum(share) - share
    before -= np.repeat(before[first], count.astype(np.int64))
    weighted = np.cumsum(share * since) - share * since
    weighted -= np.repeat(weighted[first], count.astype(np.int64))
    spread = np.add.reduceat(share * (since * before - weighted), first) / _SECONDS_PER_HOUR
    return means, noise, spread


def covariance(a: ErrorSources, b: ErrorSources, value_uncertainty: FloatArray, *, drift_rate: float = 0.0) -> FloatArray:
    """Covariance of each value of `a` with that of `b` in the same place: that of values, runs and drift together.

    Parameters
    ----------
    a, b : ErrorSources
        Two sets of n values that were calibrated with the same k cylinders.
    value_uncertainty : (k,) ndarray
        As in `value_covariance`.
    drift_rate : float
        As in `drift_covariance`.

    Returns
    -------
    (n,) ndarray
        (µmol mol⁻¹)². What belongs to a sample alone is not in it: the noise of its own reading, and how far it lies off the line.
    """
    return value_covariance(a, b, value_uncertainty) + run_covariance(a, b) + drift_covariance(a, b, drift_rate)


def value_covariance(a: ErrorSources, b: ErrorSources, value_uncertainty: FloatArray) -> FloatArray:
    """Covariance that errors of the assigned values make, (µmol mol⁻¹)².

    Parameters
    ----------
    a, b : ErrorSources
        Two sets of n values.
    value_uncertainty : (k,) ndarray
        Standard uncertainties of the assigned values. A cylinder that lies off the straight line acts like one of another value: with the
        lack of fit of `icos_ocean.gas_standards.calibrate` in their place this is the covariance that it makes.
    """
    found = np.zeros(a.time.size)
    for i in np.flatnonzero(value_uncertainty):
        found += a.by_value[i] * b.by_value[i] * value_uncertainty[i] ** 2
    return found


def run_covariance(a: ErrorSources, b: ErrorSources) -> FloatArray:
    """Covariance that the noise of common runs makes, (µmol mol⁻¹)²."""
    found = np.zeros(a.time.size)
    for i in range(a.by_run.shape[1]):
        if not (a.by_run[:, i].any() and b.by_run[:, i].any()):
            continue
        for before_or_after in (0, 1):
            noise = a.by_run[before_or_after, i] * np.square(a.run_uncertainty[before_or_after, i])
            for other in (0, 1):
                same = a.run_time[before_or_after, i] == b.run_time[other, i]
                found += np.where(same, noise * b.by_run[other, i], 0.0)
    return found


def drift_covariance(a: ErrorSources, b: ErrorSources, drift_rate: float) -> FloatArray:
    """Covariance that the drift of the analyser makes, (µmol mol⁻¹)²; `drift_rate` as in `icos_ocean.gas_standards.calibrate`."""
    found = np.zeros(a.time.size)
    if drift_rate > 0.0:
        others = list(_points(b))
        for moment, coefficient in _points(a):
            for time, weight in others:
                found += coefficient * weight * np.abs(moment - time)
        found *= -0.5 * drift_rate**2 / _SECONDS_PER_HOUR
    return found


def _points(sources: ErrorSources) -> list[tuple[FloatArray, FloatArray]]:
    """Return the times at which the drift of the analyser enters, and how much it counts there."""
    of_runs = ((time, share) for side in (0, 1) for time, share in zip(sources.run_time[side], sources.by_run[side], strict=True))
    return [(sources.time, sources.by_reading), *((time, share) for time, share in of_runs if share.any())]
