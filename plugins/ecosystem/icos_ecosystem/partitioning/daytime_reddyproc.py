"""Windows of the light response as REddyProc fits them, over the whole record.

References
----------
Lasslop et al. (2010), Glob. Change Biol. 16, 187, doi:10.1111/j.1365-2486.2009.02041.x
Wutzler et al. (2018), Biogeosciences 15, 5015, doi:10.5194/bg-15-5015-2018
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from icos_ecosystem.partitioning.daytime_results import (
    FITTED,
    FIXED_SLOPE,
    FIXED_VPD_EFFECT,
    NO_MINIMUM,
    NO_SENSITIVITY,
    NOT_CONVERGED,
    OUTSIDE_LIMITS,
    TOO_FEW_BY_DAY,
    UNCERTAIN_SATURATION,
    FittedWindows,
    free_of,
)
from icos_ecosystem.partitioning.least_squares import CONVERGED, covariance_of_fit, fit_light_response
from icos_ecosystem.partitioning.lloyd_taylor import temperature_term
from icos_ecosystem.partitioning.peer_searches import coarse_search, curvature_variances, respiration_search
from icos_ecosystem.partitioning.window_fits import quantile, residual_variance, set_free, weighted_records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["FEWEST", "PRIOR_WEIGHT", "WindowRows", "fit_windows", "night_respirations", "night_sensitivities", "window_rows"]

FEWEST = 10
"""Measured fluxes that a window needs."""
PRIOR_WEIGHT = np.array([50.0, 600.0, 10.0, 80.0, np.inf]) ** -2.0
"""Inverse variances of what is thought of the parameters before."""
_COUNT = 5
_DAYS = 4
_NIGHT_DAYS = 12
_EXTENDED = (1, 2, 4)
_K_GUESS, _SLOPE_GUESS, _SENSITIVITY_GUESS = 0.05, 0.1, 100.0
_FACTORS = (1.0, 1.3, 0.8)
_GREATEST_SLOPE = 0.22
_GREATEST_SATURATION = 250.0
_DOUBTED_SATURATION = 100.0
_VPD_THRESHOLD = 10.0
_FREEZING = -1.0
_FEWEST_THAWED = 12
_LEAST, _GREATEST = 50.0, 400.0


class WindowRows(NamedTuple):
    """First and end rows of the windows by day, and of those by night of 12, 24 and 48 days, and the middle rows; (w,) each."""

    first: IntArray
    end: IntArray
    night_first: tuple[IntArray, ...]
    night_end: tuple[IntArray, ...]
    centre: IntArray


def window_rows(days: int, per_day: int) -> WindowRows:
    """Return the windows of so many days: four days long by day, beginning every other day, and longer ones around by night."""
    limit = days * per_day
    centre = np.arange(_DAYS // 2, max(days - _DAYS // 2, 0) + _DAYS // 2, _DAYS // 2, dtype=np.int64) * per_day
    halves = [times * _NIGHT_DAYS // 2 * per_day for times in _EXTENDED]
    half = _DAYS // 2 * per_day
    return WindowRows(
        first=np.maximum(centre - half, 0),
        end=np.minimum(centre + half, limit),
        night_first=tuple(np.maximum(centre - each, 0) for each in halves),
        night_end=tuple(np.minimum(centre + each, limit) for each in halves),
        centre=centre,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _thawed(night: FloatArray, first: int, end: int) -> FloatArray:
    """Return (3, n) temperature, its term and flux of a window's nights, without freezing ones where enough others are there."""
    thawed = 0
    for i in range(first, end):
        thawed += int(night[i, 0] > _FREEZING)
    everything = thawed < _FEWEST_THAWED
    kept = np.empty((3, end - first if everything else thawed))
    count = 0
    for i in range(first, end):
        if everything or night[i, 0] > _FREEZING:
            for row in range(3):
                kept[row, count] = night[i, row]
            count += 1
    return kept


def _night_fit(kept: FloatArray, guess: float, *, converged: bool) -> tuple[float, float]:
    """Return the temperature sensitivity of a window's nights and its standard error, NaN where there is none within limits."""
    n = kept.shape[1]
    if n < FEWEST:
        return np.nan, np.nan
    flux = kept[2]
    term = kept[1] - temperature_term(quantile(kept[0].copy(), 0.5))
    mean = float(flux.sum() / n)
    if converged:
        data = np.zeros((n, 6))
        data[:, 2], data[:, 4], data[:, 5] = term, flux, 1.0
        start, free = np.array([0.0, 0.0, 0.0, mean, guess]), np.array([False, False, False, True, True])
        found, curvature, nothing = np.empty(_COUNT), np.empty((_COUNT, _COUNT)), np.zeros(_COUNT)
        cost, outcome = fit_light_response(data, start, free, start, nothing, False, found)
        covariance_of_fit(data, found, free, nothing, 0.0, False, curvature)
        e0, error = float(found[4]), float(np.sqrt(curvature[4, 4] * cost / (n - 2)))
    else:
        _, e0, error, outcome = respiration_search(term, flux, mean, guess)
    return (e0, error) if outcome == CONVERGED and _LEAST <= e0 <= _GREATEST else (np.nan, np.nan)


def night_sensitivities(
    temperature: FloatArray, flux: FloatArray, ranges: tuple[IntArray, ...], *, converged: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return the temperature sensitivity of windows of nights [K] and its standard error.

    Parameters
    ----------
    temperature, flux
        (m,) air temperature [degree_C] and NEE [umol m-2 s-1] of the night-time fluxes.
    ranges
        (w, 2) each: which of them belong to each window, in windows of growing length; a longer one counts where shorter ones have none.
    converged
        Whether searches go on where those of REddyProc give up.

    Notes
    -----
    Unweighted fits about the median temperature, without frost (-1 degree_C and below) where twelve other fluxes are there. Sensitivities
    outside 50 to 400 K do not count: NaN.
    """
    night = np.ascontiguousarray(np.stack([temperature, temperature_term(temperature), flux], axis=1))
    found = np.full((ranges[0].shape[0], 2), np.nan)
    for each in ranges:
        missing = np.isnan(found[:, 0])
        if not missing.any():
            break
        trial = np.empty_like(found)
        guess = _SENSITIVITY_GUESS
        for window in range(each.shape[0]):
            trial[window] = _night_fit(_thawed(night, *each[window]), guess, converged=converged)
            guess = float(trial[window, 0]) if np.isfinite(trial[window, 0]) else _SENSITIVITY_GUESS
        found[missing] = trial[missing]
    return found[:, 0].copy(), found[:, 1].copy()


def night_respirations(temperature: FloatArray, flux: FloatArray, ranges: IntArray, sensitivity: FloatArray) -> FloatArray:
    """Return (w,) the reference respiration of windows of nights, at a given sensitivity; that of the window before where there is none.

    Parameters as for :func:`night_sensitivities`; `sensitivity` is that of each window [K].
    """
    night = np.ascontiguousarray(np.stack([temperature, temperature_term(temperature), flux], axis=1))
    found = np.full(ranges.shape[0], np.nan)
    for window, e0 in enumerate(sensitivity):
        kept = _thawed(night, *ranges[window])
        if kept.shape[1] >= FEWEST and np.isfinite(e0):
            growth = np.exp(e0 * kept[1])
            found[window] = max(growth @ kept[2] / (growth @ growth), 0.0)
    return forward_filled(found)


def forward_filled(values: FloatArray) -> FloatArray:
    """Return values with those of before where they are missing; at the beginning the first one there is."""
    known = np.flatnonzero(np.isfinite(values))
    if known.size == 0:
        return values
    return values[known[np.maximum(np.searchsorted(known, np.arange(values.size), side="right") - 1, 0)]]


@njit(cache=True, nogil=True, error_model="numpy")
def _fit_starts(
    data: FloatArray,
    prior: FloatArray,
    starts: FloatArray,
    prior_weight: FloatArray,
    first_assumed: int,
    last_slope: float,
    converged: bool,
    found: FloatArray,
    cost: FloatArray,
    outcome: NDArray[np.int8],
    assumed: NDArray[np.int8],
) -> None:
    """Fit from each start, with the effect of the deficit or the initial slope held where they come out impossible."""
    free = np.empty(_COUNT, np.bool_)
    for number in range(starts.shape[0]):
        start, fit = starts[number], found[number]
        held = first_assumed
        while True:
            set_free(held, free)
            if converged:
                cost[number], outcome[number] = fit_light_response(data, start, free, prior, prior_weight, not converged, fit)
            else:
                cost[number], outcome[number] = coarse_search(data, start, free, prior, prior_weight, fit)
            if free[0] and not fit[0] >= 0.0:
                held |= FIXED_VPD_EFFECT
                start[0] = 0.0
            elif free[2] and not fit[2] <= _GREATEST_SLOPE:
                held |= FIXED_SLOPE
                start[2] = last_slope
            else:
                break
        assumed[number] = held


class _Light(NamedTuple):
    """The fit of a window's light response."""

    parameters: FloatArray
    cost: float
    outcome: int
    assumed: int


def _said(found: FloatArray, outcome: int) -> int:
    """Return what is to be said of parameters."""
    if outcome != CONVERGED:
        return NOT_CONVERGED
    within = found[2] >= 0.0 and found[3] >= 0.0 and 0.0 <= found[1] < _GREATEST_SATURATION
    return FITTED if within else OUTSIDE_LIMITS


def _best_of_starts(
    data: FloatArray, prior: FloatArray, last_slope: float, *, neglect: bool, converged: bool, needs_minimum: bool
) -> _Light:
    """Return the fit with the smallest cost of those from several starts, or what is to be said of the first of them."""
    starts = np.tile(prior, (len(_FACTORS), 1))
    starts[:, 1] *= _FACTORS
    if neglect:
        starts[:, 0] = 0.0
    found, cost = np.empty(starts.shape), np.empty(len(_FACTORS))
    outcome, assumed = np.zeros(len(_FACTORS), np.int8), np.zeros(len(_FACTORS), np.int8)
    first = FIXED_VPD_EFFECT if neglect or not (data[:, 1] >= _VPD_THRESHOLD).any() else 0
    _fit_starts(data, prior, starts, PRIOR_WEIGHT, first, last_slope, converged, found, cost, outcome, assumed)
    told = [_said(each, int(word)) for each, word in zip(found, outcome, strict=True)]
    best = int(np.argmin([each if word == FITTED else np.inf for each, word in zip(cost, told, strict=True)]))
    if told[best] != FITTED:
        return _Light(np.full(_COUNT, np.nan), np.nan, told[0], 0)
    judged = _judged(data, found[best], free_of(assumed)[best], prior, float(cost[best]), needs_minimum=needs_minimum)
    parameters = found[best] if judged == FITTED else np.full(_COUNT, np.nan)
    return _Light(parameters, float(cost[best]), judged, int(assumed[best]))


def _judged(data: FloatArray, found: FloatArray, free: BoolArray, prior: FloatArray, cost: float, *, needs_minimum: bool) -> int:
    """Return what is to be said of parameters within limits once it is known how sure they are."""
    variance = 0.0
    if needs_minimum:
        variances = np.zeros(_COUNT)
        if not curvature_variances(data, found, free, prior, PRIOR_WEIGHT, variances):
            return NO_MINIMUM
        variance = float(variances[1])
    elif found[1] > _DOUBTED_SATURATION:
        curvature = np.empty((_COUNT, _COUNT))
        covariance_of_fit(data, found, free, PRIOR_WEIGHT, 0.0, False, curvature)
        variance = float(curvature[1, 1]) * residual_variance(cost, data.shape[0], free)
    return UNCERTAIN_SATURATION if found[1] > _DOUBTED_SATURATION and variance >= found[1] ** 2 else FITTED


def _mean_row(records: FloatArray, first_row: int, *, neglect: bool) -> int:
    """Return the row that is the mean of those used, rounded to the even one of a window that is counted from one."""
    rows = records[:, 3] if neglect else records[np.isfinite(records[:, 1]), 3]
    return first_row - 1 + int(np.rint(np.mean(rows - first_row + 1.0)))


def fit_windows(
    day: FloatArray,
    ranges: IntArray,
    first_rows: IntArray,
    sensitivity: FloatArray,
    night_respiration: FloatArray,
    *,
    lowest_share: float,
    converged: bool = False,
    needs_minimum: bool = False,
) -> tuple[FittedWindows, IntArray]:
    """Fit the windows of a record, each with the initial slope of the one before it where its own comes out too large.

    Parameters
    ----------
    day
        (m, 6) records by day as for :func:`icos_ecosystem.partitioning.window_fits.weighted_records`.
    ranges
        (w, 2) which of them belong to each window.
    first_rows
        (w,) row at which each window begins.
    sensitivity, night_respiration
        (w,) temperature sensitivity [K] and reference respiration of the nights [umol m-2 s-1].
    lowest_share
        See :func:`icos_ecosystem.partitioning.window_fits.weighted_records`.
    converged
        Whether searches go on to the minimum, where those of REddyProc stop at a thousandth.
    needs_minimum
        Whether a window counts only where the cost is convex where the search ended.

    Returns
    -------
    tuple
        What was found, and the mean row of the records used in each window, its middle where there is no fit.
    """
    made = FittedWindows.empty(ranges.shape[0])
    made.sensitivity[:, 0] = sensitivity
    position = first_rows + 0
    slope = _GREATEST_SLOPE
    for window in range(ranges.shape[0]):
        records, e0, respiration = day[slice(*ranges[window])], float(sensitivity[window]), float(night_respiration[window])
        if records.shape[0] < FEWEST:
            made.outcome[window] = TOO_FEW_BY_DAY
            continue
        if not np.isfinite(e0 + respiration):
            made.outcome[window] = NO_SENSITIVITY
            continue
        data, neglect = weighted_records(records, e0, lowest_share, FEWEST)
        position[window] = _mean_row(records, int(first_rows[window]), neglect=neglect)
        amplitude = abs(quantile(data[:, 4].copy(), 0.03) - quantile(data[:, 4].copy(), 0.97))
        prior = np.array([_K_GUESS, amplitude, _SLOPE_GUESS, respiration, e0])
        light = _best_of_starts(data, prior, slope, neglect=neglect, converged=converged, needs_minimum=needs_minimum)
        made.parameters[window], made.prior[window], made.cost[window] = light.parameters, prior, light.cost
        made.outcome[window], made.assumed[window] = light.outcome, light.assumed
        if light.outcome == FITTED:
            slope = float(light.parameters[2])
    return made, position
