"""Least squares of respiration against temperature: two parameters, in compiled code.

References
----------
Moré, J. J. (1978), The Levenberg-Marquardt algorithm: implementation and theory, Lect. Notes Math. 630, 105, doi:10.1007/BFb0067700
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["fitted", "smallest"]

_START = (2.0, 200.0)
"""Reference respiration and temperature sensitivity at which both peers begin."""
_TOLERANCE = 1.49012e-8
_FIRST_STEP = 0.25
_MOST_STEPS = 1000
_ACCEPTED = 1e-4
_MOST_CORRECTIONS = 10
_FEWEST = 3
"""Values below which two parameters and their standard error cannot be found."""


@njit(cache=True, nogil=True)
def smallest(values: np.ndarray, rank: int) -> float:
    """Return the value that has `rank` values before it when in order; puts those in front of it (Hoare's selection)."""
    low, high = 0, values.size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while pivot < values[j]:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    found: float = values[rank]
    return found


@njit(cache=True, nogil=True)
def _cost(term: np.ndarray, flux: np.ndarray, r_ref: float, e0: float, trimmed: float, residuals: np.ndarray) -> float:
    """Fill the residuals, the largest of them zero where a share is trimmed, and return their sum of squares."""
    n = term.size
    for i in range(n):
        residuals[i] = flux[i] - r_ref * np.exp(e0 * term[i])
    if trimmed > 0.0:
        rank = n * (100.0 - 100.0 * trimmed) / 100.0
        below = int(rank)
        magnitude = np.abs(residuals)
        limit = smallest(magnitude, below)
        if rank == below:
            limit = 0.5 * (limit + smallest(magnitude, below - 1))
        for i in range(n):
            if abs(residuals[i]) > limit:
                residuals[i] = 0.0
    total = 0.0
    for i in range(n):
        total += residuals[i] * residuals[i]
    return total if np.isfinite(total) else np.inf


@njit(cache=True, nogil=True)
def _normal(term: np.ndarray, r_ref: float, e0: float, trimmed: float, residuals: np.ndarray) -> tuple[float, float, float, float, float]:
    """Return J'J (three elements) and J'r of the model's Jacobian J, without the rows that were trimmed."""
    aa = ab = bb = ga = gb = 0.0
    for i in range(term.size):
        if trimmed > 0.0 and residuals[i] == 0.0:
            continue
        a = np.exp(e0 * term[i])
        b = r_ref * term[i] * a
        aa += a * a
        ab += a * b
        bb += b * b
        ga += a * residuals[i]
        gb += b * residuals[i]
    return aa, ab, bb, ga, gb


@njit(cache=True, nogil=True)
def _solve(aa: float, ab: float, bb: float, u: float, v: float) -> tuple[float, float]:
    """Return the solution of a symmetric system of two equations; infinite where it is singular."""
    determinant = aa * bb - ab * ab
    if determinant <= 0.0:
        return np.inf, np.inf
    return (bb * u - ab * v) / determinant, (aa * v - ab * u) / determinant


@njit(cache=True, nogil=True)
def _correction(aa: float, ab: float, bb: float, wa: float, wb: float, excess: float, delta: float) -> float:
    """Return Newton's correction of the damping, from a system and its solution times the squared scales (Moré 1978, equation 5.8)."""
    length = delta + excess
    sa, sb = _solve(aa, ab, bb, wa, wb)
    return excess / delta * length * length / (wa * sa + wb * sb)


@njit(cache=True, nogil=True)
def _damping(normal: tuple[float, float, float, float, float], da: float, db: float, delta: float, start: float) -> float:
    """Return the parameter of Levenberg and Marquardt whose step is as long as `delta` to a tenth (Moré 1978, section 5)."""
    aa, ab, bb, ga, gb = normal
    steepest = np.hypot(ga / da, gb / db)
    lower, upper, excess = 0.0, steepest / delta, np.inf
    damping = max(start, 1e-3 * upper)
    pa, pb = _solve(aa, ab, bb, ga, gb)
    if np.isfinite(pa) and np.isfinite(pb):
        length = np.hypot(da * pa, db * pb)
        excess = length - delta
        if excess <= 0.1 * delta:
            return 0.0
        lower = _correction(aa, ab, bb, da * da * pa, db * db * pb, excess, delta)
        damping = start if start > 0.0 else steepest / length
    damping = min(max(damping, lower), upper)
    for iteration in range(_MOST_CORRECTIONS):
        if damping == 0.0:
            damping = max(np.finfo(np.float64).tiny, 1e-3 * upper)
        ca, cb = aa + damping * da * da, bb + damping * db * db
        pa, pb = _solve(ca, ab, cb, ga, gb)
        before, excess = excess, np.hypot(da * pa, db * pb) - delta
        if abs(excess) <= 0.1 * delta or (lower == 0.0 and excess <= before < 0.0) or iteration == _MOST_CORRECTIONS - 1:
            break
        change: float = _correction(ca, ab, cb, da * da * pa, db * db * pb, excess, delta)
        if excess > 0.0:
            lower = max(lower, damping)
        else:
            upper = min(upper, damping)
        damping = max(lower, damping + change)
    found: float = damping
    return found


@njit(cache=True, nogil=True)
def _next_bound(delta: float, damping: float, length: float, reduction: float, ratio: float, slope: float) -> tuple[float, float]:
    """Return the bound of the next step and its damping, from what the last one brought (Moré 1978, section 4)."""
    if ratio <= 0.25:
        shrink = 0.5 if reduction >= 0.0 else max(0.5 * slope / (slope + 0.5 * reduction), 0.1)
        if reduction == -1.0:
            shrink = 0.1
        return shrink * min(delta, 10.0 * length), damping / shrink
    if damping == 0.0 or ratio >= 0.75:
        return 2.0 * length, 0.5 * damping
    return delta, damping


@njit(cache=True, nogil=True)
def fitted(term: np.ndarray, flux: np.ndarray, trimmed: float) -> tuple[float, float, float, float]:
    r"""Return reference respiration, temperature sensitivity and their standard errors.

    Parameters
    ----------
    term
        (n,) of :func:`icos_ecosystem.partitioning.lloyd_taylor.temperature_term` [K-1].
    flux
        (n,) night-time flux [umol m-2 s-1], nothing missing.
    trimmed
        Share of the values, those of the largest residuals, that do not count in the cost: 0 for ordinary least squares. Which they are
        is asked again at every step, and a value that is left out counts with a residual of zero among the degrees of freedom.

    Returns
    -------
    tuple
        R_ref [umol m-2 s-1], E0 [K], standard error of each; NaN where the fit fails.

    Notes
    -----
    The method of Levenberg and Marquardt in the way of Moré (1978), whose steps ONEFlux's result depends on (its trimmed cost has more
    than one minimum): the first step is bounded to a quarter of the scaled start, and it ends when cost or parameters change by less
    than 1.5e-8. The standard errors are the root of the diagonal of (J'J)^-1 r'r / (n - 2), with J where the last step began.
    """
    n = term.size
    r_ref, e0 = _START
    nothing = (np.nan, np.nan, np.nan, np.nan)
    if n < _FEWEST:
        return nothing
    residuals, tried = np.empty(n), np.empty(n)
    norm = np.sqrt(_cost(term, flux, r_ref, e0, trimmed, residuals))
    normal = _normal(term, r_ref, e0, trimmed, residuals)
    da, db = np.sqrt(normal[0]), np.sqrt(normal[2])
    size = np.hypot(da * r_ref, db * e0)
    delta, damping = _FIRST_STEP * size, 0.0
    moved, ended = False, False
    for _ in range(_MOST_STEPS):
        aa, ab, bb, ga, gb = normal
        if norm == 0.0 or (ga == 0.0 and gb == 0.0):
            ended = True
            break
        damping = _damping(normal, da, db, delta, damping)
        pa, pb = _solve(aa + damping * da * da, ab, bb + damping * db * db, ga, gb)
        length = np.hypot(da * pa, db * pb)
        if not np.isfinite(length):
            return nothing
        if not moved:
            delta = min(delta, length)
        norm_tried = np.sqrt(_cost(term, flux, r_ref + pa, e0 + pb, trimmed, tried))
        along, across = (aa * pa * pa + 2.0 * ab * pa * pb + bb * pb * pb) / norm**2, damping * (length / norm) ** 2
        predicted = along + 2.0 * across
        reduction = 1.0 - (norm_tried / norm) ** 2 if 0.1 * norm_tried < norm else -1.0
        ratio = reduction / predicted if predicted != 0.0 else 0.0
        delta, damping = _next_bound(delta, damping, length, reduction, ratio, -(along + across))
        accepted = ratio >= _ACCEPTED
        if accepted:
            r_ref += pa
            e0 += pb
            size = np.hypot(da * r_ref, db * e0)
            residuals, tried = tried, residuals
            norm = norm_tried
        if (abs(reduction) <= _TOLERANCE and predicted <= _TOLERANCE and ratio <= 2.0) or delta <= _TOLERANCE * size:
            ended = True
            break
        if accepted:
            moved = True
            normal = _normal(term, r_ref, e0, trimmed, residuals)
            da, db = max(da, np.sqrt(normal[0])), max(db, np.sqrt(normal[2]))
    aa, ab, bb = normal[0], normal[1], normal[2]
    determinant = aa * bb - ab * ab
    if not ended or not determinant > 0.0:
        return nothing
    variance = norm * norm / (n - 2)
    return r_ref, e0, np.sqrt(variance * bb / determinant), np.sqrt(variance * aa / determinant)
