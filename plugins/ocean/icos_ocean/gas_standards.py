r"""Calibration of a CO2 analyser with standard gases that are measured now and then.

Successive readings of a cylinder are averaged to runs (`icos_ocean.gas_runs`). Each cylinder's reading is interpolated linearly in time to
every sample, and a straight line through the cylinders available there turns the sample's reading into a mole fraction
(`icos_ocean.standard_line`). The standard uncertainty comes along, term by term. Mole fractions and readings are in µmol mol⁻¹, times in s.

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

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ocean.standard_line import (
    AFTER_ONLY,
    BEFORE_ONLY,
    check_standards,
    fit_line,
    interpolate_standard,
    line_sensitivities,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from icos_ocean.standard_line import Form, InterpolatedStandard, Line, Standard

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["Calibration", "calibrate"]

_SECONDS_PER_HOUR = 3600.0
_BLOCK = 16384


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


class _Noise(NamedTuple):
    """What makes readings uncertain besides the noise of the run means."""

    sample: float
    drift_rate: float
    lack_of_fit: float


def calibrate(
    time: ArrayLike,
    reading: ArrayLike,
    standards: Sequence[Standard],
    *,
    form: Form = "measured-on-true",
    sample_uncertainty: float = 0.0,
    drift_rate: float = 0.0,
    lack_of_fit: float = 0.0,
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
        q: standard deviation that the analyser's drift gathers in one hour, µmol mol⁻¹ h^-½;
        see `icos_ocean.analyser_response.drift_rate`.
    lack_of_fit : float
        L: standard deviation of gases about the line beyond their stated uncertainties, µmol mol⁻¹;
        see `icos_ocean.analyser_response.lack_of_fit`.

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
    check_standards(standards, form)
    n = t.size
    noise = _Noise(sample_uncertainty, drift_rate, lack_of_fit)
    floats = np.empty((8, n))
    position = np.empty((len(standards), n), dtype=np.int8)
    count = np.empty(n, dtype=np.int8)
    with np.errstate(invalid="ignore", divide="ignore"):
        for start in range(0, n, _BLOCK):
            cut = slice(start, start + _BLOCK)
            at = [interpolate_standard(standard, t[cut]) for standard in standards]
            for row, one in zip(position[:, cut], at, strict=True):
                row[:] = one.position
            line = fit_line(standards, at, form, t[cut].size)
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


def _evaluate(
    standards: Sequence[Standard],
    at: Sequence[InterpolatedStandard],
    line: Line,
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
    for standard, one, (per_value, per_reading) in zip(standards, at, line_sensitivities(at, line, m), strict=True):
        usable = one.used > 0.0
        lowest = np.where(usable, np.minimum(lowest, standard.xco2), lowest)
        highest = np.where(usable, np.maximum(highest, standard.xco2), highest)
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


def _random_walk(at: Sequence[InterpolatedStandard], by_reading: Sequence[FloatArray], size: int) -> FloatArray:
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
