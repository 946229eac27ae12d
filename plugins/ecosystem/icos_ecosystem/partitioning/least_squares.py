"""Weighted non-linear least squares of the light-response curve, with prior knowledge and with parameters held fixed.

Matrices and vectors of the compiled functions are those of the free parameters alone, in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from icos_ecosystem.partitioning.light_response import deficit_factor, production_gradient

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["CONVERGED", "NOT_CONVERGED", "SINGULAR", "covariance_of_fit", "fit_light_response", "free_positions"]

CONVERGED, NOT_CONVERGED, SINGULAR = 0, 1, 2
"""What became of a fit: the minimum was found; not within a thousand steps; the cost is not finite, or equations have no solution."""

_MOST_STEPS = 1000
_MOST_CORRECTIONS = 10
_COUNT = 5
_TOLERANCE = 1.49012e-8
_FIRST_RADIUS = 0.25
_TINY = 1e-300


@njit(cache=True, nogil=True, error_model="numpy")
def free_positions(free: BoolArray) -> IntArray:
    """Return (m,) the positions of the free parameters."""
    count = 0
    for each in free:
        count += int(each)
    which = np.empty(count, np.int64)
    count = 0
    for a in range(free.size):
        if free[a]:
            which[count] = a
            count += 1
    return which


@njit(cache=True, nogil=True, error_model="numpy")
def _cost_and_equations(
    data: FloatArray,
    parameters: FloatArray,
    which: IntArray,
    prior: FloatArray,
    prior_weight: FloatArray,
    capped: bool,
    normal: FloatArray,
    slope: FloatArray,
) -> float:
    """Return the cost; fill the normal matrix (half the Gauss-Newton Hessian) and half the cost's negative gradient."""
    n, grows = data.shape[0], which[-1] == _COUNT - 1
    # Without calls in the loop over records its sums stay in registers.
    here = np.empty((3, n))
    growth, factor, excess = here[0], here[1], here[2]
    for i in range(n):
        growth[i] = np.exp(parameters[4] * data[i, 2]) if grows else data[i, 3]
        factor[i], excess[i] = deficit_factor(parameters[0], data[i, 1], capped)
    known, shift = np.zeros(_COUNT), np.zeros(_COUNT)
    cost = 0.0
    for a in which:
        away = prior[a] - parameters[a]
        known[a] = prior_weight[a]
        shift[a] = prior_weight[a] * away
        cost += prior_weight[a] * away * away
    s0, s1, s2, s3, s4 = shift[0], shift[1], shift[2], shift[3], shift[4]
    n00, n11, n22, n33, n44 = known[0], known[1], known[2], known[3], known[4]
    n10 = n20 = n21 = n30 = n31 = n32 = n40 = n41 = n42 = n43 = 0.0
    for i in range(n):
        gpp, d0, d1, d2 = production_gradient(parameters[1] * factor[i], factor[i], parameters[2] * data[i, 0], data[i, 0], excess[i])
        d3, weight = growth[i], data[i, 5]
        residual = data[i, 4] - (parameters[3] * d3 - gpp)
        cost += weight * residual * residual
        w0, w1, w2, w3 = weight * d0, weight * d1, weight * d2, weight * d3
        s0, s1, s2, s3 = s0 + w0 * residual, s1 + w1 * residual, s2 + w2 * residual, s3 + w3 * residual
        n00, n10, n11 = n00 + w0 * d0, n10 + w1 * d0, n11 + w1 * d1
        n20, n21, n22 = n20 + w2 * d0, n21 + w2 * d1, n22 + w2 * d2
        n30, n31, n32, n33 = n30 + w3 * d0, n31 + w3 * d1, n32 + w3 * d2, n33 + w3 * d3
        if grows:
            d4 = parameters[3] * d3 * data[i, 2]
            w4 = weight * d4
            s4 += w4 * residual
            n40, n41, n42, n43, n44 = n40 + w4 * d0, n41 + w4 * d1, n42 + w4 * d2, n43 + w4 * d3, n44 + w4 * d4
    slopes = (s0, s1, s2, s3, s4)
    lower = (n00, n10, n11, n20, n21, n22, n30, n31, n32, n33, n40, n41, n42, n43, n44)
    for a in range(which.size):
        slope[a] = slopes[which[a]]
        for b in range(a + 1):
            normal[a, b] = normal[b, a] = lower[which[a] * (which[a] + 1) // 2 + which[b]]
    return cost


@njit(cache=True, nogil=True, error_model="numpy")
def _factorise(matrix: FloatArray, damping: float, scale: FloatArray, factor: FloatArray) -> bool:
    """Fill the lower factor of ``matrix + damping diag(scale²)`` after Cholesky; False where it is not positive definite."""
    for a in range(scale.size):
        for b in range(a + 1):
            total = matrix[a, b]
            for c in range(b):
                total -= factor[a, c] * factor[b, c]
            if b < a:
                factor[a, b] = total / factor[b, b]
            else:
                total += damping * scale[a] * scale[a]
                if not total > 0.0:
                    return False
                factor[a, a] = np.sqrt(total)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _substitute(factor: FloatArray, right: FloatArray, solution: FloatArray) -> None:
    """Fill the solution of equations from their factor."""
    size = right.size
    for a in range(size):
        total = right[a]
        for c in range(a):
            total -= factor[a, c] * solution[c]
        solution[a] = total / factor[a, a]
    for d in range(size):
        a = size - 1 - d
        total = solution[a]
        for c in range(a + 1, size):
            total -= factor[c, a] * solution[c]
        solution[a] = total / factor[a, a]


@njit(cache=True, nogil=True, error_model="numpy")
def _length(scale: FloatArray, step: FloatArray) -> float:
    total = 0.0
    for a in range(step.size):
        total += (scale[a] * step[a]) ** 2
    return float(np.sqrt(total))


@njit(cache=True, nogil=True, error_model="numpy")
def _correction(factor: FloatArray, scale: FloatArray, step: FloatArray, radius: float, outward: FloatArray, solved: FloatArray) -> float:
    """Return by what more damping a step becomes as long as the radius, to first order in its inverse length (Moré 1978)."""
    length = _length(scale, step)
    for a in range(step.size):
        outward[a] = scale[a] * scale[a] * step[a] / length
    _substitute(factor, outward, solved)
    change = 0.0
    for a in range(step.size):
        change += outward[a] * solved[a]
    return (length - radius) / (radius * change)


@njit(cache=True, nogil=True, error_model="numpy")
def _damped_step(
    normal: FloatArray, slope: FloatArray, scale: FloatArray, radius: float, damping: float, step: FloatArray, work: FloatArray
) -> float:
    """Find the damping whose step is as long as the radius to a tenth (zero where the undamped step is within it), and the step.

    In `work`, two rows more than parameters, is written.
    """
    size = slope.size
    factor, outward, solved = work[:size], work[size], work[size + 1]
    lowest = 0.0
    if _factorise(normal, 0.0, scale, factor):
        _substitute(factor, slope, step)
        if _length(scale, step) <= 1.1 * radius:
            return 0.0
        lowest = _correction(factor, scale, step, radius, outward, solved)
    steepest = 0.0
    for a in range(slope.size):
        steepest += (slope[a] / scale[a]) ** 2
    highest = np.sqrt(steepest) / radius
    damping = min(max(damping, lowest), highest)
    if damping == 0.0:
        damping = np.sqrt(steepest) / max(_length(scale, step), radius)
    for _ in range(_MOST_CORRECTIONS):
        damping = max(damping, _TINY, 1e-3 * highest if damping == 0.0 else 0.0)
        while not _factorise(normal, damping, scale, factor):
            damping *= 2.0
        _substitute(factor, slope, step)
        excess = _length(scale, step) - radius
        if abs(excess) <= 0.1 * radius:
            break
        if excess > 0.0:
            lowest = max(lowest, damping)
        else:
            highest = min(highest, damping)
        used = damping
        damping = max(lowest, damping + _correction(factor, scale, step, radius, outward, solved))
    else:
        damping = used
    return damping


@njit(cache=True, nogil=True, error_model="numpy")
def _next_radius(radius: float, damping: float, length: float, decrease: float, linear: float, damped: float) -> tuple[float, float]:
    """Return the radius and the damping of the next step, from the relative decrease of the cost and the two parts of what was foretold."""
    foretold = linear + 2.0 * damped
    ratio = decrease / foretold if foretold > 0.0 else 0.0
    if ratio <= 0.25:
        descent = -(linear + damped)
        shrink = 0.5 if decrease >= 0.0 else 0.5 * descent / (descent + 0.5 * decrease)
        if decrease <= -1.0 or shrink < 0.1:
            shrink = 0.1
        return shrink * min(radius, 10.0 * length), damping / shrink
    if damping == 0.0 or ratio >= 0.75:
        return 2.0 * length, 0.5 * damping
    return radius, damping


@njit(cache=True, nogil=True, error_model="numpy")
def _form(matrix: FloatArray, step: FloatArray) -> float:
    total = 0.0
    for a in range(step.size):
        for b in range(step.size):
            total += step[a] * matrix[a, b] * step[b]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _rescale(normal: FloatArray, found: FloatArray, which: IntArray, scale: FloatArray, place: FloatArray) -> float:
    """Fill the largest norms so far of the Jacobian's columns, and the free parameters; return their length in these units."""
    for a in range(which.size):
        norm = np.sqrt(normal[a, a])
        scale[a] = max(scale[a], norm if norm > 0.0 else 1.0)
        place[a] = found[which[a]]
    return _length(scale, place)


@njit(cache=True, nogil=True, error_model="numpy")
def _invert(matrix: FloatArray, inverse: FloatArray) -> bool:
    """Fill the inverse of a symmetric matrix; False where it is not positive definite."""
    size = matrix.shape[0]
    factor, unit = np.zeros((size, size)), np.zeros(size)
    if not _factorise(matrix, 0.0, unit, factor):
        return False
    for a in range(size):
        unit[a] = 1.0
        _substitute(factor, unit, inverse[a])
        unit[a] = 0.0
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def fit_light_response(
    data: FloatArray, start: FloatArray, free: BoolArray, prior: FloatArray, prior_weight: FloatArray, capped: bool, found: FloatArray
) -> tuple[float, int]:
    """Find the parameters of the light-response curve that fit some records best.

    Parameters
    ----------
    data
        (n, 6): incoming short-wave radiation [W m-2], vapour pressure deficit [hPa], temperature term T [K-1], ``exp(E0 T)`` (used where
        the temperature sensitivity is fixed), NEE [umol m-2 s-1] and its weight (inverse variance). Nothing missing; the deficit may be
        missing where `k` is fixed at zero.
    start
        (5,) where the search starts, ``(k, beta, alpha, reference respiration, temperature sensitivity)``; of fixed parameters the value.
    free
        (5,) parameters that are looked for, one at least.
    prior, prior_weight
        (5,) what is known of free parameters before, and the inverse variance of that (0: nothing is).
    capped
        See :func:`icos_ecosystem.partitioning.light_response.point_gradient`.
    found
        (5,) filled with the parameters.

    Returns
    -------
    tuple
        The cost, and what became of the fit, see :data:`CONVERGED`.

    Notes
    -----
    The cost is ``sum w (NEE - model)² + sum (theta - prior)² / variance`` over records and free parameters. The method is that of
    Levenberg and Marquardt with a radius of trust after Moré (1978): each step is the best within an ellipsoid whose axes are the largest
    norms so far of the columns of the Jacobian; the radius shrinks or grows with the ratio of the decrease to the foretold one. It starts
    with a quarter of the length of the starting point, as ONEFlux has it, which decides on which minimum is found where there are
    several. The search ends where a decrease, and the foretold one, is below 1.5e-8 of the cost or the radius below 1.5e-8 of the
    parameters (the square root of the digits of a double).

    References
    ----------
    Marquardt (1963), J. Soc. Ind. Appl. Math. 11, 431, doi:10.1137/0111030
    Moré (1978), The Levenberg-Marquardt algorithm: implementation and theory, doi:10.1007/BFb0067700
    """
    which = free_positions(free)
    size = which.size
    normal, trial_normal = np.empty((size, size)), np.empty((size, size))
    slope, trial_slope = np.empty(size), np.empty(size)
    work = np.empty((size + 2, size))
    scale, step, place, trial = np.zeros(size), np.zeros(size), np.empty(size), start.copy()
    for a in range(_COUNT):
        found[a] = start[a]
    cost = _cost_and_equations(data, found, which, prior, prior_weight, capped, normal, slope)
    radius, damping, moved = np.nan, 0.0, False
    for _ in range(_MOST_STEPS):
        if not np.isfinite(cost):
            return cost, SINGULAR
        extent = _rescale(normal, found, which, scale, place)
        if np.isnan(radius):
            radius = _FIRST_RADIUS * (extent if extent > 0.0 else 1.0)
        damping = _damped_step(normal, slope, scale, radius, damping, step, work)
        length = _length(scale, step)
        if not moved:
            radius = min(radius, length)
        for a in range(size):
            trial[which[a]] = found[which[a]] + step[a]
        linear, damped = _form(normal, step) / cost, damping * length * length / cost
        trial_cost = _cost_and_equations(data, trial, which, prior, prior_weight, capped, trial_normal, trial_slope)
        decrease = 1.0 - trial_cost / cost if 0.01 * trial_cost < cost else -1.0
        radius, damping = _next_radius(radius, damping, length, decrease, linear, damped)
        foretold = linear + 2.0 * damped
        if decrease >= 1e-4 * foretold > 0.0:
            moved = True
            cost = trial_cost
            normal, trial_normal = trial_normal, normal
            slope, trial_slope = trial_slope, slope
            for a in range(size):
                found[which[a]] = place[a] = trial[which[a]]
        settled = abs(decrease) <= _TOLERANCE and foretold <= _TOLERANCE and decrease <= 2.0 * foretold
        if settled or radius <= _TOLERANCE * _length(scale, place):
            return cost, CONVERGED
    return cost, NOT_CONVERGED


@njit(cache=True, nogil=True, error_model="numpy")
def covariance_of_fit(
    data: FloatArray,
    parameters: FloatArray,
    free: BoolArray,
    prior_weight: FloatArray,
    sensitivity_variance: float,
    capped: bool,
    covariance: FloatArray,
) -> bool:
    """Fill the covariance of parameters from the curvature of the cost at its minimum.

    Parameters
    ----------
    data, free, prior_weight, capped
        As for :func:`fit_light_response`.
    parameters
        (5,) what it found.
    sensitivity_variance
        Variance of the temperature sensitivity [K2] where it is fixed at an estimate that was made before; zero where it is free.
    covariance
        (5, 5) filled; zero for parameters that are fixed and known.

    Returns
    -------
    bool
        False where the curvature has no inverse: `covariance` is then NaN.

    Notes
    -----
    ``C = (Jᵀ W J + P)⁻¹`` of the free parameters theta, as residuals are weighted by their inverse variance and the cost is their sum of
    squares (twice the negative logarithm of the likelihood). A sensitivity that is uncertain by s shifts the minimum by
    ``g = dtheta/dE0 = -C Jᵀ W dNEE/dE0``: the covariance gains ``g gᵀ s²``, that of theta and E0 is ``g s²``.
    """
    everything, which = np.arange(_COUNT), free_positions(free)
    size = which.size
    whole, known, unused = np.empty((_COUNT, _COUNT)), np.zeros(_COUNT), np.empty(_COUNT)
    for a in range(size):
        known[which[a]] = prior_weight[which[a]]
    _cost_and_equations(data, parameters, everything, parameters, known, capped, whole, unused)
    normal, inverse = np.empty((size, size)), np.empty((size, size))
    for a in range(size):
        for b in range(size):
            normal[a, b] = whole[which[a], which[b]]
    regular = _invert(normal, inverse)
    for a in range(_COUNT * _COUNT):
        covariance[a // _COUNT, a % _COUNT] = 0.0 if regular else np.nan
    if not regular:
        return False
    shift = np.zeros(_COUNT)
    shift[4] = 1.0
    for a in range(size):
        for b in range(size):
            covariance[which[a], which[b]] = inverse[a, b]
            shift[which[a]] -= inverse[a, b] * whole[which[b], 4]
    if sensitivity_variance > 0.0:
        for a in range(_COUNT * _COUNT):
            covariance[a // _COUNT, a % _COUNT] += shift[a // _COUNT] * shift[a % _COUNT] * sensitivity_variance
    return True
