"""Parameters of respiration in windows of nights, in compiled code."""

from __future__ import annotations

import numpy as np
from numba import njit

from icos_ecosystem.partitioning.lloyd_taylor_fit import fitted, smallest

__all__ = ["COUNT", "E0", "E0_SE", "RREF", "RREF_SE", "T_RANGE", "respiration_fits", "sensitivity_fits"]

COUNT, T_RANGE, RREF, RREF_SE, E0, E0_SE = range(6)
"""Columns of :func:`sensitivity_fits`."""

_QUANTILE = 0.05


@njit(cache=True, nogil=True)
def _quantile(values: np.ndarray, share: float) -> float:
    """Return the quantile that numpy and R return by default; reorders the values."""
    place = share * (values.size - 1)
    below = int(place)
    low = smallest(values, below)
    return low + (place - below) * (smallest(values, min(below + 1, values.size - 1)) - low)


@njit(cache=True, nogil=True)
def _keep_within_quantiles(x: np.ndarray, y: np.ndarray, r_ref: float, e0: float) -> int:
    """Move the values whose residuals lie between two quantiles to the front, and return how many they are."""
    residuals = np.empty(x.size)
    for i in range(x.size):
        residuals[i] = y[i] - r_ref * np.exp(e0 * x[i])
    ordered = residuals.copy()
    low, high = _quantile(ordered, _QUANTILE), _quantile(ordered, 1.0 - _QUANTILE)
    kept = 0
    for i in range(x.size):
        if low <= residuals[i] <= high:
            x[kept], y[kept] = x[i], y[i]
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def sensitivity_fits(
    term: np.ndarray, temperature: np.ndarray, flux: np.ndarray, windows: np.ndarray, fewest: int, least_range: float, within_cost: float
) -> np.ndarray:
    """Fit reference respiration and temperature sensitivity in windows.

    Parameters
    ----------
    term, temperature, flux
        (n,) of the nights [K-1, degree_C, umol m-2 s-1]; flux NaN where it was not measured.
    windows
        (w, 2) first value of a window and the one after its last.
    fewest
        A window needs more values.
    least_range
        Range of temperature that a window needs [K].
    within_cost
        Share of the largest residuals that the cost leaves out (ONEFlux: 0.1); 0: values whose residuals are beyond the quantiles 0.05 and
        0.95 of a first fit are left out of a second one (REddyProc).

    Returns
    -------
    ndarray
        (w, 6): number of values, range of temperature, reference respiration, its standard error, temperature sensitivity, its standard
        error; the latter four NaN where a window was not fitted.
    """
    found = np.full((windows.shape[0], 6), np.nan)
    x, y = np.empty(term.size), np.empty(term.size)
    for w in range(windows.shape[0]):
        n = 0
        lowest, highest = np.inf, -np.inf
        for i in range(windows[w, 0], windows[w, 1]):
            if not np.isnan(flux[i]):
                x[n], y[n] = term[i], flux[i]
                lowest, highest = min(lowest, temperature[i]), max(highest, temperature[i])
                n += 1
        found[w, COUNT] = n
        found[w, T_RANGE] = highest - lowest if n > 0 else 0.0
        if n <= fewest or found[w, T_RANGE] < least_range:
            continue
        r_ref, e0, r_ref_se, e0_se = fitted(x[:n], y[:n], within_cost)
        if within_cost == 0.0 and not np.isnan(e0):
            kept = _keep_within_quantiles(x[:n], y[:n], r_ref, e0)
            r_ref, e0, r_ref_se, e0_se = fitted(x[:kept], y[:kept], 0.0)
        found[w, RREF], found[w, RREF_SE], found[w, E0], found[w, E0_SE] = r_ref, r_ref_se, e0, e0_se
    return found


@njit(cache=True, nogil=True)
def respiration_fits(growth: np.ndarray, flux: np.ndarray, records: np.ndarray, windows: np.ndarray, fewest: int) -> np.ndarray:
    """Fit the reference respiration in windows, the temperature sensitivity being known.

    Parameters
    ----------
    growth, flux
        (n,) of the nights: respiration at a reference respiration of one, and measured flux (NaN where there is none).
    records
        (n,) position of each in the record.
    windows
        (w, 2) first value of a window and the one after its last.
    fewest
        A window needs more values.

    Returns
    -------
    ndarray
        (w, 4): number of values, mean position, reference respiration and its standard error, the latter two NaN where a window has too
        few values.
    """
    found = np.full((windows.shape[0], 4), np.nan)
    for w in range(windows.shape[0]):
        n = 0
        position = ff = fg = gg = 0.0
        for i in range(windows[w, 0], windows[w, 1]):
            if not np.isnan(flux[i]):
                n += 1
                position += records[i]
                ff += flux[i] * flux[i]
                fg += flux[i] * growth[i]
                gg += growth[i] * growth[i]
        found[w, 0] = n
        if n > 0:
            found[w, 1] = position / n
        if n > fewest and gg > 0.0:
            found[w, 2] = fg / gg
            found[w, 3] = np.sqrt(max(ff - fg * fg / gg, 0.0) / ((n - 1) * gg))
    return found
