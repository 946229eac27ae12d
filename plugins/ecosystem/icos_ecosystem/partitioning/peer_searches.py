"""Searches as REddyProc's convention has them: a coarse one for the light response, and one for respiration that gives up.

Where a search stops early, or gives up, decides on the result: in a year at Tharandt the gross primary production of single records differs
by 0.8 umol m-2 s-1 (root mean square) from that at the minimum of the same cost.

References
----------
Nash (1990), Compact numerical methods for computers, 2nd ed., Adam Hilger, Bristol; chapter 15, the variable metric method.
Bates and Watts (1988), Nonlinear regression analysis and its applications, Wiley, doi:10.1002/9780470316757; chapter 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from icos_ecosystem.partitioning.least_squares import CONVERGED, NOT_CONVERGED, SINGULAR, free_positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["coarse_search", "curvature_variances", "respiration_search"]

_DIFFERENCE = 1e-3
_TOLERANCE = 1e-3
_SHORTENED = 0.2
_SUFFICIENT = 1e-4
_MOST_STEPS = 100
_UNCHANGED = 10.0
_FLAT = 1e-8

_MOST_GAUSS_NEWTON = 20
_OFFSET = 1e-5
_SHORTEST = 1.0 / 1024.0


@njit(cache=True, nogil=True, error_model="numpy")
def _cost(data: FloatArray, parameters: FloatArray, which: IntArray, prior: FloatArray, prior_weight: FloatArray) -> float:
    k, beta, alpha, respiration = parameters[0], parameters[1], parameters[2], parameters[3]
    total = 0.0
    for i in range(data.shape[0]):
        capacity = beta
        if k != 0.0 and data[i, 1] > 10.0:
            capacity = beta * np.exp(-k * (data[i, 1] - 10.0))
        slope = alpha * data[i, 0]
        residual = data[i, 4] - respiration * data[i, 3] + slope * capacity / (slope + capacity)
        total += data[i, 5] * residual * residual
    for a in which:
        total += prior_weight[a] * (parameters[a] - prior[a]) ** 2
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _slope(
    data: FloatArray, parameters: FloatArray, which: IntArray, prior: FloatArray, prior_weight: FloatArray, slope: FloatArray
) -> None:
    """Fill the derivatives of the cost from differences of a thousandth, which are coarse for small parameters."""
    beside = parameters.copy()
    for number, a in enumerate(which):
        beside[a] = parameters[a] + _DIFFERENCE
        above = _cost(data, beside, which, prior, prior_weight)
        beside[a] = parameters[a] - _DIFFERENCE
        slope[number] = (above - _cost(data, beside, which, prior, prior_weight)) / (2.0 * _DIFFERENCE)
        beside[a] = parameters[a]


@njit(cache=True, nogil=True, error_model="numpy")
def _improve(inverse: FloatArray, step: FloatArray, slope: FloatArray, old_slope: FloatArray) -> bool:
    """Improve an estimate of the inverse Hessian by a step and the change of slope along it; False where the cost is not convex there."""
    along, across = 0.0, 0.0
    image = np.zeros(step.size)
    for a in range(step.size):
        along += step[a] * (slope[a] - old_slope[a])
        for b in range(step.size):
            image[a] += inverse[a, b] * (slope[b] - old_slope[b])
        across += image[a] * (slope[a] - old_slope[a])
    if not along > 0.0:
        return False
    factor = 1.0 + across / along
    for a in range(step.size):
        for b in range(step.size):
            inverse[a, b] += (factor * step[a] * step[b] - step[a] * image[b] - image[a] * step[b]) / along
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _direction(inverse: FloatArray, slope: FloatArray, fresh: bool, step: FloatArray) -> float:
    """Fill minus the slope times the estimate of the inverse Hessian, the identity where it is fresh; return the slope along it."""
    descent = 0.0
    for a in range(step.size):
        step[a] = 0.0
        for b in range(step.size):
            if fresh:
                inverse[a, b] = 1.0 if a == b else 0.0
            step[a] -= inverse[a, b] * slope[b]
        descent += step[a] * slope[a]
    return descent


@njit(cache=True, nogil=True, error_model="numpy")
def _shortened(
    data: FloatArray,
    found: FloatArray,
    which: IntArray,
    prior: FloatArray,
    prior_weight: FloatArray,
    cost: float,
    descent: float,
    step: FloatArray,
) -> float:
    """Shorten a step until the cost falls enough, and take it; return the cost, which is the one before where nothing helps."""
    old = found.copy()
    length = 1.0
    while descent < 0.0:
        moved = False
        for number, a in enumerate(which):
            found[a] = old[a] + length * step[number]
            moved = moved or _UNCHANGED + found[a] != _UNCHANGED + old[a]
        if not moved:
            break
        trial = _cost(data, found, which, prior, prior_weight)
        if np.isfinite(trial) and trial <= cost + descent * length * _SUFFICIENT:
            for number in range(step.size):
                step[number] *= length
            return trial
        length *= _SHORTENED
    return cost


@njit(cache=True, nogil=True, error_model="numpy")
def coarse_search(
    data: FloatArray, start: FloatArray, free: BoolArray, prior: FloatArray, prior_weight: FloatArray, found: FloatArray
) -> tuple[float, int]:
    """Search for the light response by the variable metric method until the cost falls by less than a thousandth.

    Parameters and result are those of :func:`icos_ecosystem.partitioning.least_squares.fit_light_response`; the temperature sensitivity
    has to be fixed, and a negative `k` counts above 10 hPa only.

    Notes
    -----
    A step is minus the slope times an estimate of the inverse Hessian (Broyden, Fletcher, Goldfarb and Shanno), which starts as the
    identity; it is shortened to a fifth until the cost falls by at least 1e-4 of what the slope foretells. Where a step along an estimate
    brings less than a thousandth, or nothing, the search starts anew along the slope, and ends where that brings nothing either. The
    slope is that of differences of a thousandth.
    """
    which = free_positions(free)
    size = which.size
    for a in range(found.size):
        found[a] = start[a]
    slope, old_slope, step, inverse = np.empty(size), np.empty(size), np.empty(size), np.empty((size, size))
    cost = _cost(data, found, which, prior, prior_weight)
    if not np.isfinite(cost):
        return cost, SINGULAR
    _slope(data, found, which, prior, prior_weight, slope)
    since_fresh, slopes = 0, 1
    while slopes < _MOST_STEPS:
        descent = _direction(inverse, slope, since_fresh == 0, step)
        trial = _shortened(data, found, which, prior, prior_weight, cost, descent, step)
        fell = abs(trial - cost) > _TOLERANCE * (abs(cost) + _TOLERANCE)
        cost = trial
        if fell:
            slope, old_slope = old_slope, slope
            _slope(data, found, which, prior, prior_weight, slope)
            slopes += 1
            kept = _improve(inverse, step, slope, old_slope)
            since_fresh = since_fresh + 1 if kept and since_fresh < 2 * size else 0
        elif since_fresh == 0:
            return cost, CONVERGED
        else:
            since_fresh = 0
    return cost, NOT_CONVERGED


@njit(cache=True, nogil=True, error_model="numpy")
def _diagonal_of_inverse(matrix: FloatArray, diagonal: FloatArray) -> bool:
    """Fill the diagonal of the inverse after Gauss and Jordan, without exchange of rows; False where a pivot is nothing."""
    size = matrix.shape[0]
    inverse = np.eye(size)
    for a in range(size):
        pivot = matrix[a, a]
        if pivot == 0.0 or not np.isfinite(pivot):
            return False
        for c in range(size):
            matrix[a, c] /= pivot
            inverse[a, c] /= pivot
        for b in range(size):
            factor = matrix[b, a] if b != a else 0.0
            for c in range(size):
                matrix[b, c] -= factor * matrix[a, c]
                inverse[b, c] -= factor * inverse[a, c]
    for a in range(size):
        diagonal[a] = inverse[a, a]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def curvature_variances(
    data: FloatArray, parameters: FloatArray, free: BoolArray, prior: FloatArray, prior_weight: FloatArray, variances: FloatArray
) -> bool:
    """Fill the diagonal of the inverse Hessian of the cost, from differences; False where it has no inverse or negative elements.

    Where a search ends before it is at a minimum the cost may still fall. The first free parameter counts as known where the cost does
    not depend on it (or is concave in it, as REddyProc has it).
    """
    which = free_positions(free)
    size = which.size
    beside = parameters.copy()
    above, below, diagonal = np.empty(size), np.empty(size), np.zeros(size)
    hessian = np.empty((size, size))
    for number, a in enumerate(which):
        beside[a] = parameters[a] + _DIFFERENCE
        _slope(data, beside, which, prior, prior_weight, above)
        beside[a] = parameters[a] - _DIFFERENCE
        _slope(data, beside, which, prior, prior_weight, below)
        beside[a] = parameters[a]
        for b in range(size):
            hessian[number, b] = (above[b] - below[b]) / (2.0 * _DIFFERENCE)
    left = 1 if hessian[0, 0] < _FLAT else 0
    matrix = np.empty((size - left, size - left))
    for a in range(left, size):
        for b in range(left, size):
            matrix[a - left, b - left] = 0.5 * (hessian[a, b] + hessian[b, a])
    positive = _diagonal_of_inverse(matrix, diagonal[left:])
    for a in range(size):
        variances[which[a]] = diagonal[a]
        positive = positive and diagonal[a] >= 0.0
    return positive


@njit(cache=True, nogil=True, error_model="numpy")
def respiration_search(term: FloatArray, flux: FloatArray, respiration: float, sensitivity: float) -> tuple[float, float, float, int]:
    """Fit respiration to night-time fluxes by the method of Gauss and Newton, which gives up where it makes no way.

    Parameters
    ----------
    term
        (n,) temperature term [K-1].
    flux
        (n,) [umol m-2 s-1].
    respiration, sensitivity
        Where the search starts: respiration where the term is zero, and temperature sensitivity [K].

    Returns
    -------
    tuple
        Both, the standard error of the sensitivity, and what became of the search. It gives up after 20 steps, where the equations are
        singular, or where a step has to be shortened to less than a 1024th; it has converged where the residuals' part along the model is
        below 1e-5 of the rest (Bates and Watts).
    """
    shortened = 1.0
    aa, ab, bb, ga, gb, total = _respiration_equations(term, flux, respiration, sensitivity)
    for _ in range(_MOST_GAUSS_NEWTON):
        determinant = aa * bb - ab * ab
        if not determinant > 1e-14 * aa * bb:
            return respiration, sensitivity, np.nan, SINGULAR
        by_respiration = (bb * ga - ab * gb) / determinant
        by_sensitivity = (aa * gb - ab * ga) / determinant
        along = by_respiration * ga + by_sensitivity * gb
        if np.sqrt(max(along, 0.0)) <= _OFFSET * np.sqrt(max(total - along, 0.0)):
            error = np.sqrt(aa / determinant * total / max(flux.size - 2, 1))
            return respiration, sensitivity, error, CONVERGED
        while True:
            if shortened < _SHORTEST:
                return respiration, sensitivity, np.nan, NOT_CONVERGED
            trial = _respiration_equations(term, flux, respiration + shortened * by_respiration, sensitivity + shortened * by_sensitivity)
            if trial[5] <= total:
                break
            shortened *= 0.5
        respiration += shortened * by_respiration
        sensitivity += shortened * by_sensitivity
        aa, ab, bb, ga, gb, total = trial
        shortened = min(2.0 * shortened, 1.0)
    return respiration, sensitivity, np.nan, NOT_CONVERGED


@njit(cache=True, nogil=True, error_model="numpy")
def _respiration_equations(
    term: FloatArray, flux: FloatArray, respiration: float, sensitivity: float
) -> tuple[float, float, float, float, float, float]:
    """Return the normal matrix, its right side and the sum of squares."""
    aa, ab, bb, ga, gb, total = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(flux.size):
        growth = np.exp(sensitivity * term[i])
        by_sensitivity = respiration * growth * term[i]
        residual = flux[i] - respiration * growth
        aa += growth * growth
        ab += growth * by_sensitivity
        bb += by_sensitivity * by_sensitivity
        ga += growth * residual
        gb += by_sensitivity * residual
        total += residual * residual
    return aa, ab, bb, ga, gb, total
