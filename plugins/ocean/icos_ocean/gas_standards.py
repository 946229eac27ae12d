r"""Calibration of a CO2 analyser with standard gases that are measured now and then.

Successive readings of a cylinder are averaged to runs (`run_means`). Each cylinder's reading is interpolated linearly in time to
every sample, and a straight line through the cylinders available there turns the sample's reading into a mole fraction
(`calibrate`). The standard uncertainty comes along, term by term. Mole fractions and readings are in µmol mol⁻¹, times in s.

Notes
-----
For a sample read as m at time t, M_i is the interpolated reading of cylinder i, c_i its assigned value; bars are means over the
cylinders in use.

=================== =================== ==================================== ====================
form                line                coefficient                          mole fraction
=================== =================== ==================================== ====================
true-on-measured    ``c_i = a M_i + b`` ``a = S(M,c) / S(M,M)``              ``x = a m + b``
measured-on-true    ``M_i = s c_i + o`` ``s = S(M,c) / S(c,c)``              ``x = (m - o) / s``
=================== =================== ==================================== ====================

First-order uncertainty, with g_i = dx/dc_i, h_i = dx/dM_i and d = dx/dm:

standards (common to all samples)
    ``Σ g_i² u(c_i)²``: the assigned values, taken as independent between cylinders.
regression (common to the samples between two runs)
    ``Σ h_i² (v_i² u_i0² + w_i² u_i1²)``: the noise of the two run means that bracket the sample, v_i and w_i being their weights
    in the interpolation; plus ``(1 + Σ g_i²) L²`` where L is how far a gas, read as a mole fraction, lies off the straight line beyond
    what these explain (`lack_of_fit`), the sample as much as the cylinders.
interpolation (common to the samples between two runs)
    The zero of the analyser drifts between runs as a random walk B of variance q² per hour, the same for sample and cylinders:
    ``x`` errs by ``Σ -h_i [B(t) - v_i B(t_i0) - w_i B(t_i1)]``, whose exact variance is
    ``q² Σ_ij h_i h_j [v_i v_j min(t - t_i0, t - t_j0) + w_i w_j min(t_i1 - t, t_j1 - t)]``.
    It vanishes at the runs, is largest midway (``q √T/2`` for runs T apart) and grows as the root of time beyond the last run.
sample (independent between samples)
    ``d² u(m)²``: noise of the sample's own reading.

References
----------
Pierrot, D. et al. (2009), Recommendations for autonomous underway pCO2 measuring systems and data-reduction routines,
Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
JCGM 100:2008, Evaluation of measurement data - Guide to the expression of uncertainty in measurement, doi:10.59161/JCGM100-2008E.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    IntArray = NDArray[np.int64]

__all__ = [
    "AFTER_ONLY",
    "BEFORE_ONLY",
    "BRACKETED",
    "FORMS",
    "MISSING",
    "Calibration",
    "Runs",
    "Standard",
    "calibrate",
    "drift_rate",
    "lack_of_fit",
    "run_means",
    "standard_from_runs",
]

Form = Literal["measured-on-true", "true-on-measured"]
FORMS: tuple[Form, ...] = ("measured-on-true", "true-on-measured")

MISSING, BRACKETED, BEFORE_ONLY, AFTER_ONLY = 0, 1, 2, 3
"""How a cylinder stands to a sample: not usable, runs on both sides, only runs before it, only runs after it."""

_SECONDS_PER_HOUR = 3600.0
_BLOCK = 16384


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Means of successive readings of one gas, in order of time; every array has one element per run.

    Attributes
    ----------
    code : ndarray of int
        Which gas.
    time : ndarray
        Mean time of the readings used, or of all readings of the run if none is good, s.
    reading : ndarray
        Mean of the good readings; NaN if there is none.
    count : ndarray of int
        Number of good readings.
    scatter : ndarray
        Sample standard deviation of the good readings (divisor n - 1); NaN for fewer than two.
    first, stop : ndarray of int
        Half-open range of rows.
    """

    code: IntArray
    time: FloatArray
    reading: FloatArray
    count: IntArray
    scatter: FloatArray
    first: IntArray
    stop: IntArray


@dataclass(frozen=True, kw_only=True)
class Standard:
    """A cylinder and its runs.

    Attributes
    ----------
    time : ndarray
        Times of the runs, increasing, s.
    reading : ndarray
        Mean reading of each run. A NaN (missing or bad run) makes the cylinder unusable between the runs on either side of it.
    reading_uncertainty : ndarray
        Standard uncertainty of each mean reading (repeatability divided by the root of the number of readings).
    xco2 : float
        Assigned value.
    xco2_uncertainty : float
        Standard uncertainty of the assigned value.
    """

    time: FloatArray
    reading: FloatArray
    reading_uncertainty: FloatArray
    xco2: float
    xco2_uncertainty: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Calibrated samples; n samples, k cylinders.

    Attributes
    ----------
    xco2 : (n,) ndarray
        Mole fraction; NaN where fewer than two cylinders are usable or all of them agree.
    slope, intercept : (n,) ndarray
        Coefficients of the line in the form that was asked for.
    n_standards : (n,) ndarray of int8
        Number of cylinders used.
    position : (k, n) ndarray of int8
        `MISSING`, `BRACKETED`, `BEFORE_ONLY` or `AFTER_ONLY` for each cylinder.
    bracketed : (n,) ndarray of bool
        Every cylinder in use has runs on both sides.
    before_only, after_only : (n,) ndarray of bool
        Some cylinder in use has runs only before, only after the sample: its nearest reading was held constant.
    outside : (n,) ndarray
        Distance from the range of the cylinders in use, 0 inside; NaN where `xco2` is.
    standards, regression, interpolation, sample : (n,) ndarray
        Terms of the standard uncertainty of `xco2` as the module's notes define them.
    """

    xco2: FloatArray
    slope: FloatArray
    intercept: FloatArray
    n_standards: NDArray[np.int8]
    position: NDArray[np.int8]
    bracketed: BoolArray
    before_only: BoolArray
    after_only: BoolArray
    outside: FloatArray
    standards: FloatArray
    regression: FloatArray
    interpolation: FloatArray
    sample: FloatArray


class _Interpolated(NamedTuple):
    """One cylinder at the times of a block of samples; `back` and `ahead` are the runs before and after."""

    used: FloatArray  # 1 where usable, else 0
    reading: FloatArray  # 0 where not usable
    variance: FloatArray  # of `reading`, from the noise of the run means
    weight_back: FloatArray
    weight_ahead: FloatArray
    since_back: FloatArray  # s
    until_ahead: FloatArray  # s
    position: NDArray[np.int8]


class _Line(NamedTuple):
    """Straight line through the cylinders; lists run over cylinders, arrays over samples."""

    form: Form
    number: FloatArray  # of usable cylinders
    mean_true: FloatArray
    mean_measured: FloatArray
    true: list[FloatArray]  # c_i less its mean, 0 where not usable
    measured: list[FloatArray]
    spread: FloatArray  # S(c,c) or S(M,M), whichever the form divides by
    gain: FloatArray  # change of mole fraction with reading: a or 1/s


class _Noise(NamedTuple):
    """What makes readings uncertain besides the noise of the run means."""

    sample: float
    drift_rate: float
    lack_of_fit: float


def run_means(time: ArrayLike, value: ArrayLike, code: ArrayLike, good: ArrayLike, gap_seconds: float) -> Runs:
    """Average successive readings of the same gas.

    A run ends where the gas changes or where two rows are more than `gap_seconds` apart. Rows that are not good belong to their run
    but do not enter its mean.

    Parameters
    ----------
    time : (n,) array_like
        Times of the rows, not decreasing, s.
    value : (n,) array_like
        Readings; NaN counts as not good.
    code : (n,) array_like of int
        Which gas was read.
    good : (n,) array_like of bool
        Whether the reading may be used.
    gap_seconds : float
        Longest step within a run, s.

    Returns
    -------
    Runs
        One element per run, in order of time.

    Raises
    ------
    ValueError
        If the arrays differ in length, times decrease or `gap_seconds` is not positive.
    """
    t = np.asarray(time, dtype=np.float64)
    v = np.asarray(value, dtype=np.float64)
    gas = np.asarray(code, dtype=np.int64)
    usable = np.asarray(good, dtype=np.bool_) & np.isfinite(v)
    if not t.shape == v.shape == gas.shape == usable.shape or t.ndim != 1:
        raise ValueError(f"time, value, code and good must be of one length, got shapes {t.shape}, {v.shape}, {gas.shape}, {usable.shape}")
    if not gap_seconds > 0.0:
        raise ValueError(f"gap_seconds must be positive, got {gap_seconds}")
    step = np.diff(t)
    if not np.all(step >= 0.0):
        raise ValueError("time must not decrease and must not be missing")
    starts_new = np.ones(t.size, dtype=np.bool_)
    starts_new[1:] = (gas[1:] != gas[:-1]) | (step > gap_seconds)
    first = np.flatnonzero(starts_new).astype(np.int64)
    if first.size == 0:
        empty = np.empty(0)
        return Runs(code=first, time=empty, reading=empty, count=first, scatter=empty, first=first, stop=first)
    stop = np.append(first[1:], t.size)
    run = np.cumsum(starts_new) - 1
    count = np.add.reduceat(usable.astype(np.int64), first)
    none = count == 0
    elapsed = t - t[first][run]
    timed = usable | none[run]
    mean_time = t[first] + np.add.reduceat(np.where(timed, elapsed, 0.0), first) / np.where(none, stop - first, count)
    divisor = np.where(none, np.nan, count)
    mean = np.add.reduceat(np.where(usable, v, 0.0), first) / divisor
    squares = np.add.reduceat(np.where(usable, (v - mean[run]) ** 2, 0.0), first)
    scatter = np.sqrt(squares / np.where(count > 1, count - 1, np.nan))
    return Runs(code=gas[first], time=mean_time, reading=mean, count=count, scatter=scatter, first=first, stop=stop)


def standard_from_runs(runs: Runs, code: int, *, xco2: float, xco2_uncertainty: float, repeatability: float) -> Standard:
    """Pick the runs of one cylinder.

    Parameters
    ----------
    runs : Runs
        Runs of all gases.
    code : int
        Code of the cylinder's gas.
    xco2, xco2_uncertainty : float
        Assigned value and its standard uncertainty.
    repeatability : float
        Standard deviation of a single reading.

    Returns
    -------
    Standard
        With NaN for runs without a good reading.
    """
    mine = runs.code == code
    return Standard(
        time=runs.time[mine],
        reading=runs.reading[mine],
        reading_uncertainty=repeatability / np.sqrt(np.maximum(runs.count[mine], 1)),
        xco2=xco2,
        xco2_uncertainty=xco2_uncertainty,
    )


def calibrate(
    time: ArrayLike,
    reading: ArrayLike,
    standards: Sequence[Standard],
    *,
    form: Form = "measured-on-true",
    sample_uncertainty: float = 0.0,
    drift_rate: float = 0.0,
    lack_of_fit: float = 0.0,
    maximum_gap: float = math.inf,
) -> Calibration:
    """Turn readings into mole fractions by the line through the standard gases at the time of each sample.

    Parameters
    ----------
    time : (n,) array_like
        Times of the samples in any order, s.
    reading : (n,) array_like
        Readings of the samples; NaN gives NaN.
    standards : sequence of Standard
        The cylinders, without zero and span gases unless these are to enter the line.
    form : {"measured-on-true", "true-on-measured"}
        Which way the line is fitted.
    sample_uncertainty : float
        Standard uncertainty (noise) of one sample's reading.
    drift_rate : float
        q: standard deviation that the analyser's drift gathers in one hour, µmol mol⁻¹ h^-½; see the function `drift_rate`.
    lack_of_fit : float
        L: standard deviation of gases about the line beyond their stated uncertainties, µmol mol⁻¹; see the function `lack_of_fit`.
    maximum_gap : float
        A cylinder is not used between two runs further apart than this, nor further than this from its nearest run, s.

    Returns
    -------
    Calibration
        Mole fractions, coefficients, markers and terms of the standard uncertainty.

    Raises
    ------
    ValueError
        If shapes do not fit, the runs of a cylinder are not in order of time or `form` is unknown.
    """
    t = np.asarray(time, dtype=np.float64)
    m = np.asarray(reading, dtype=np.float64)
    if t.shape != m.shape or t.ndim != 1:
        raise ValueError(f"time and reading must be of one length, got shapes {t.shape} and {m.shape}")
    _check(standards, form)
    n = t.size
    noise = _Noise(sample_uncertainty, drift_rate, lack_of_fit)
    floats = np.empty((8, n))
    position = np.empty((len(standards), n), dtype=np.int8)
    count = np.empty(n, dtype=np.int8)
    with np.errstate(invalid="ignore", divide="ignore"):
        for start in range(0, n, _BLOCK):
            cut = slice(start, start + _BLOCK)
            at = [_interpolate(standard, t[cut], maximum_gap) for standard in standards]
            for row, one in zip(position[:, cut], at, strict=True):
                row[:] = one.position
            line = _fit(standards, at, form, t[cut].size)
            count[cut] = line.number
            floats[:, cut] = _evaluate(standards, at, line, m[cut], noise)
    x, slope, intercept, outside, by_standards, by_regression, by_interpolation, by_sample = floats
    before = np.any(position == BEFORE_ONLY, axis=0)
    after = np.any(position == AFTER_ONLY, axis=0)
    return Calibration(
        xco2=x,
        slope=slope,
        intercept=intercept,
        n_standards=count,
        position=position,
        bracketed=(count > 0) & ~before & ~after,
        before_only=before,
        after_only=after,
        outside=outside,
        standards=by_standards,
        regression=by_regression,
        interpolation=by_interpolation,
        sample=by_sample,
    )


def drift_rate(standards: Sequence[Standard]) -> float:
    """Estimate the drift of the analyser from the curvature of the cylinders' readings.

    Parameters
    ----------
    standards : sequence of Standard
        The cylinders.

    Returns
    -------
    float
        q, µmol mol⁻¹ h^-½; 0 where no cylinder has three successive good runs or the noise of the readings explains everything.

    Notes
    -----
    A run between two others deviates from the straight line between its neighbours (weights v and w) by the drift and the noise of
    the three: ``E[dev²] = q² (t1 - t0)(t2 - t1)/(t2 - t0) + u1² + v² u0² + w² u2²``. All triples of all cylinders are pooled.
    """
    drifted = noise = spans = 0.0
    for standard in standards:
        if standard.time.size < 3:
            continue
        before, middle, after = standard.time[:-2], standard.time[1:-1], standard.time[2:]
        w = (middle - before) / (after - before)
        deviation = standard.reading[1:-1] - (1.0 - w) * standard.reading[:-2] - w * standard.reading[2:]
        u = np.square(standard.reading_uncertainty)
        known = np.isfinite(deviation)
        drifted += float(np.sum(np.square(deviation[known])))
        noise += float(np.sum((u[1:-1] + (1.0 - w) ** 2 * u[:-2] + w**2 * u[2:])[known]))
        spans += float(np.sum((w * (after - middle))[known])) / _SECONDS_PER_HOUR
    return math.sqrt(max(0.0, drifted - noise) / spans) if spans > 0.0 else 0.0


def lack_of_fit(standards: Sequence[Standard], *, form: Form = "measured-on-true", maximum_gap: float = math.inf) -> float:
    """Estimate how far readings lie off the straight line beyond what their stated uncertainties explain.

    Parameters
    ----------
    standards : sequence of Standard
        The cylinders.
    form, maximum_gap
        As in `calibrate`.

    Returns
    -------
    float
        L, µmol mol⁻¹; 0 where fewer than three cylinders are usable together or the residuals agree with the stated uncertainties.

    Notes
    -----
    The line is fitted at the time of every run. The residuals of a cylinder have a mean, to which errors of the assigned values and a
    curved response contribute, and a scatter about it, to which the noise of the readings contributes. The sums of squares of both
    are compared with what the stated uncertainties let expect, the first with k - 2 degrees of freedom (the error of a cylinder is the
    same at all times), the second with k - 2 for every further set of runs. Only what exceeds the 95 % point of chi-square is taken
    for real, and its excess over the expected sum enters L²: otherwise chance would be counted twice and the uncertainty overstated.
    """
    _check(standards, form)
    if len(standards) < 3:
        return 0.0
    times = np.unique(np.concatenate([standard.time for standard in standards]))
    with np.errstate(invalid="ignore", divide="ignore"):
        at = [_interpolate(standard, times, maximum_gap) for standard in standards]
        line = _fit(standards, at, form, times.size)
    fitted = (line.number > 2.0) & np.isfinite(line.gain)
    if not fitted.any():
        return 0.0
    gain, number, spread = line.gain[fitted], line.number[fitted], line.spread[fitted]
    runs = by_value = by_noise = steady = scattered = 0.0
    for standard, one, c, M in zip(standards, at, line.true, line.measured, strict=True):
        used = one.used[fitted]
        residual = c[fitted] - gain * M[fitted]
        mean = float(np.sum(residual)) / max(float(np.sum(used)), 1.0)
        steady += mean**2 * float(np.sum(used))
        scattered += float(np.sum(used * np.square(residual - mean)))
        abscissa = M[fitted] if form == "true-on-measured" else c[fitted]
        free = used * (1.0 - 1.0 / number - np.square(abscissa) / spread)
        by_value += float(np.sum(free)) * standard.xco2_uncertainty**2
        by_noise += float(np.sum(free * np.square(gain) * one.variance[fitted]))
        runs += float(np.count_nonzero(np.isfinite(standard.reading)))
    fits = gain.size
    freedom = float(np.mean(number)) - 2.0
    sets = max(1.0, runs / float(np.mean(number)))
    excess = _significant_excess(steady / fits, (by_value + by_noise / sets) / fits, freedom)
    if sets > 1.0:
        excess += _significant_excess(scattered / fits, by_noise * (1.0 - 1.0 / sets) / fits, freedom * (sets - 1.0))
    return math.sqrt(excess / freedom)


def _check(standards: Sequence[Standard], form: str) -> None:
    """Raise ValueError for what would give wrong numbers silently."""
    if form not in FORMS:
        raise ValueError(f"unknown form of the regression {form!r}, expected one of {', '.join(FORMS)}")
    for number, standard in enumerate(standards):
        shapes = standard.time.shape, standard.reading.shape, standard.reading_uncertainty.shape
        if len(set(shapes)) != 1 or standard.time.ndim != 1:
            raise ValueError(f"standard {number}: time, reading and reading_uncertainty differ in shape: {shapes}")
        if not np.all(np.diff(standard.time) > 0.0):
            raise ValueError(f"standard {number}: times of its runs must increase")


def _interpolate(standard: Standard, t: FloatArray, maximum_gap: float) -> _Interpolated:
    """Bring one cylinder to the times `t`."""
    runs = standard.time.size
    if runs == 0:
        zero = np.zeros_like(t)
        return _Interpolated(zero, zero, zero, zero, zero, zero, zero, np.full(t.shape, MISSING, dtype=np.int8))
    following = np.searchsorted(standard.time, t, side="right")
    back = np.maximum(following - 1, 0)
    ahead = np.minimum(following, runs - 1)
    since = t - standard.time[back]
    until = standard.time[ahead] - t
    early = following == 0
    late = following == runs
    since[early] = 0.0
    until[late] = 0.0
    # Beyond the first and last run one of the two distances is 0 and the weight of the only run is 1.
    weight_ahead = np.where(late, 0.0, np.where(early, 1.0, since / (since + until)))
    weight_back = 1.0 - weight_ahead
    # A weight of 0 must silence a bad run: 0 × NaN would not.
    reading = np.where(weight_back > 0.0, weight_back * standard.reading[back], 0.0)
    reading += np.where(weight_ahead > 0.0, weight_ahead * standard.reading[ahead], 0.0)
    u = standard.reading_uncertainty
    variance = np.square(weight_back * u[back]) + np.square(weight_ahead * u[ahead])
    usable = np.isfinite(reading) & (since + until <= maximum_gap)
    position = np.where(late, BEFORE_ONLY, np.where(early, AFTER_ONLY, BRACKETED))
    # A sample at the very time of the last run needs no run after it.
    position = np.where(late & (since == 0.0), BRACKETED, position)
    return _Interpolated(
        used=usable.astype(np.float64),
        reading=np.where(usable, reading, 0.0),
        variance=np.where(usable, variance, 0.0),
        weight_back=weight_back,
        weight_ahead=weight_ahead,
        since_back=since,
        until_ahead=until,
        position=np.where(usable, position, MISSING).astype(np.int8),
    )


def _fit(standards: Sequence[Standard], at: Sequence[_Interpolated], form: Form, size: int) -> _Line:
    """Least-squares line through the usable cylinders of each sample."""
    count = np.zeros(size)
    mean_true = np.zeros(size)
    mean_measured = np.zeros(size)
    for standard, one in zip(standards, at, strict=True):
        count += one.used
        mean_true += standard.xco2 * one.used
        mean_measured += one.reading
    mean_true /= count
    mean_measured /= count
    true = [one.used * (standard.xco2 - mean_true) for standard, one in zip(standards, at, strict=True)]
    measured = [one.used * (one.reading - mean_measured) for one in at]
    products = np.zeros(size)
    spread = np.zeros(size)
    for c, M in zip(true, measured, strict=True):
        products += c * M
        spread += np.square(M if form == "true-on-measured" else c)
    # Two cylinders of one value, or one cylinder, fix no line.
    spread[(count < 2.0) | (spread <= 0.0)] = np.nan
    gain = products / spread if form == "true-on-measured" else spread / products
    gain[~np.isfinite(gain)] = np.nan
    return _Line(form, count, mean_true, mean_measured, true, measured, spread, gain)


def _evaluate(
    standards: Sequence[Standard],
    at: Sequence[_Interpolated],
    line: _Line,
    m: FloatArray,
    noise: _Noise,
) -> list[FloatArray]:
    """Return mole fraction, slope, intercept, distance from the range and the four terms of the uncertainty."""
    size = m.size
    above_measured = m - line.mean_measured
    above_true = line.gain * above_measured
    x = line.mean_true + above_true
    if line.form == "true-on-measured":
        slope = line.gain
        intercept = line.mean_true - slope * line.mean_measured
    else:
        slope = 1.0 / line.gain
        intercept = line.mean_measured - slope * line.mean_true
    lowest = np.full(size, np.inf)
    highest = np.full(size, -np.inf)
    by_value = np.zeros(size)
    by_noise = np.zeros(size)
    leverage = np.zeros(size)
    by_reading: list[FloatArray] = []
    for standard, one, c, M in zip(standards, at, line.true, line.measured, strict=True):
        usable = one.used > 0.0
        lowest = np.where(usable, np.minimum(lowest, standard.xco2), lowest)
        highest = np.where(usable, np.maximum(highest, standard.xco2), highest)
        # Residual of the cylinder as a mole fraction; it enters the derivative of the coefficient that the form divides by.
        residual = c - line.gain * M
        if line.form == "true-on-measured":
            per_value = one.used / line.number + M * above_measured / line.spread
            per_reading = -line.gain * per_value + residual * above_measured / line.spread
        else:
            share = one.used / line.number + c * above_true / line.spread
            per_reading = -line.gain * share
            per_value = share + residual * above_true / line.spread
        by_value += np.square(per_value * standard.xco2_uncertainty)
        by_noise += np.square(per_reading) * one.variance
        leverage += np.square(per_value)
        by_reading.append(per_reading)
    walked = _random_walk(at, by_reading, size) if noise.drift_rate > 0.0 else np.zeros(size)
    terms = [
        np.sqrt(by_value),
        np.sqrt(by_noise + noise.lack_of_fit**2 * (1.0 + leverage)),
        noise.drift_rate * np.sqrt(np.maximum(walked, 0.0) / _SECONDS_PER_HOUR),
        np.abs(line.gain) * noise.sample,
    ]
    # Without a mole fraction there is no uncertainty of it, not even 0.
    missing = np.isnan(x)
    for term in terms:
        term[missing] = np.nan
    return [x, slope, intercept, np.maximum(0.0, np.maximum(lowest - x, x - highest)), *terms]


def _random_walk(at: Sequence[_Interpolated], by_reading: Sequence[FloatArray], size: int) -> FloatArray:
    """Variance of x, per unit variance and second of a walk shared by sample and cylinders."""
    total = np.zeros(size)
    for i, (one, h) in enumerate(zip(at, by_reading, strict=True)):
        for j in range(i + 1):
            other = at[j]
            covariance = one.weight_back * other.weight_back * np.minimum(one.since_back, other.since_back)
            covariance += one.weight_ahead * other.weight_ahead * np.minimum(one.until_ahead, other.until_ahead)
            covariance *= h * by_reading[j]
            total += covariance if i == j else 2.0 * covariance
    return total


def _significant_excess(found: float, expected: float, freedom: float) -> float:
    """Return what a mean sum of squares exceeds the expected one by, if chance would not do that in 95 of 100 cases.

    Chi-square's 95 % point is that of Wilson and Hilferty (1931), within 3 % for one degree of freedom and better for more.
    """
    part = 2.0 / (9.0 * freedom)
    limit = (1.0 - part + 1.6448536269514722 * math.sqrt(part)) ** 3
    return found - expected if found > expected * limit else 0.0
