"""What the readings of standard gases tell of the analyser: its drift, and how straight its response is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.standard_line import check_standards, fit_line, interpolate_standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_ocean.standard_line import Form, Standard

__all__ = ["drift_rate", "lack_of_fit"]

_SECONDS_PER_HOUR = 3600.0


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


def lack_of_fit(standards: Sequence[Standard], *, form: Form = "measured-on-true") -> float:
    """Estimate how far readings lie off the straight line beyond what their stated uncertainties explain.

    Parameters
    ----------
    standards : sequence of Standard
        The cylinders.
    form
        As in `icos_ocean.gas_standards.calibrate`.

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
    check_standards(standards, form)
    if len(standards) < 3:
        return 0.0
    times = np.unique(np.concatenate([standard.time for standard in standards]))
    with np.errstate(invalid="ignore", divide="ignore"):
        at = [interpolate_standard(standard, times) for standard in standards]
        line = fit_line(standards, at, form, times.size)
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


def _significant_excess(found: float, expected: float, freedom: float) -> float:
    """Return what a mean sum of squares exceeds the expected one by, if chance would not do that in 95 of 100 cases.

    Chi-square's 95 % point is that of Wilson and Hilferty (1931), within 3 % for one degree of freedom and better for more.
    """
    part = 2.0 / (9.0 * freedom)
    limit = (1.0 - part + 1.6448536269514722 * math.sqrt(part)) ** 3
    return found - expected if found > expected * limit else 0.0
