"""Windows of the light response as ONEFlux fits them, year by year.

References
----------
Lasslop et al. (2010), Glob. Change Biol. 16, 187, doi:10.1111/j.1365-2486.2009.02041.x
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from icos_ecosystem.partitioning.daytime_results import (
    BORROWED_SENSITIVITY,
    FITTED,
    FIXED_SLOPE,
    FIXED_VPD_EFFECT,
    OUTSIDE_LIMITS,
    RESPIRATION_ONLY,
    STUCK,
    TOO_FEW_BY_DAY,
    TOO_FEW_BY_NIGHT,
    UNCERTAIN_SATURATION,
    FittedWindows,
    free_of,
)
from icos_ecosystem.partitioning.least_squares import covariance_of_fit, fit_light_response
from icos_ecosystem.partitioning.window_fits import mean_square, residual_variance, weighted_records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["FEWEST", "PRIOR_WEIGHT", "RESPIRATION_GUESS", "fit_windows", "window_rows"]

FEWEST = 11
"""Measured fluxes that a window needs by day, and the one around it by night."""
_COUNT = 5
_DAYS = 4
_SLOPE_GUESS = 0.01
_SENSITIVITY_GUESS = 100.0
RESPIRATION_GUESS = 5.0
"""Reference respiration [umol m-2 s-1] that is thought of where no night was measured."""
_FACTORS = (0.5, 1.0, 2.0)
PRIOR_WEIGHT = np.array([50.0, 600.0, 10.0, 80.0, np.inf]) ** -2.0
"""Inverse variances of what is thought of the parameters before."""
_NIGHT_PRIOR_WEIGHT = np.array([np.inf, np.inf, np.inf, 800.0, 1000.0]) ** -2.0
_LEAST, _GREATEST = 50.0, 400.0
_GREATEST_SLOPE = 0.22
_GREATEST_SATURATION = 250.0
_DOUBTED_SATURATION = 100.0
_KINK = 1e-6
_UNMOVED = 1e-9


def window_rows(days: int, per_day: int) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Return first and end rows of the windows by day, those by night, and the middle rows, in a year of so many days.

    Windows of four days begin every other day; those of the night reach four days further. A record belongs to the day in which it ends,
    so that windows begin with the record that ends at midnight.
    """
    count = days // _DAYS * 2
    begin = np.arange(count) * (_DAYS // 2)
    first, end = begin * per_day - 1, (begin + _DAYS) * per_day - 1
    night_first = np.where(np.arange(count) > 1, (begin - 4) * per_day - 1, 0)
    night_end = np.where(np.arange(count) < count - 2, (begin + 8) * per_day - 1, days * per_day)
    limit = days * per_day
    return (
        np.clip(first, 0, limit),
        np.clip(end, 0, limit),
        np.clip(night_first, 0, limit),
        np.clip(night_end, 0, limit),
        (begin + _DAYS // 2) * per_day,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _fit_starts(
    data: FloatArray,
    guesses: FloatArray,
    prior_weight: FloatArray,
    first_assumed: int,
    last_slope: float,
    capped: bool,
    found: FloatArray,
    cost: FloatArray,
    assumed: NDArray[np.int8],
) -> None:
    """Fit from each start, which is also what is thought before; leave out, one after the other, what comes out impossible."""
    free = np.empty(_COUNT, np.bool_)
    for number in range(guesses.shape[0]):
        prior = guesses[number]
        start = prior.copy()
        held = first_assumed
        while True:
            free[0] = not held & FIXED_VPD_EFFECT
            free[1] = not held & RESPIRATION_ONLY
            free[2] = not held & (FIXED_SLOPE | RESPIRATION_ONLY)
            free[3] = True
            free[4] = False
            cost[number], _ = fit_light_response(data, start, free, prior, prior_weight, capped, found[number])
            k, beta, alpha = found[number, 0], found[number, 1], found[number, 2]
            if free[0] and (k < 0.0 or 0.0 < k < _KINK):
                held |= FIXED_VPD_EFFECT
            elif free[2] and alpha > _GREATEST_SLOPE and last_slope > 0.0:
                held |= FIXED_SLOPE
                start[2] = last_slope
            elif free[1] and (alpha < 0.0 or beta < 0.0):
                held = FIXED_VPD_EFFECT | RESPIRATION_ONLY
                start[1] = 0.0
                start[2] = 0.0
            else:
                break
        assumed[number] = held


def _alright(found: FloatArray, *, converged: bool) -> int:
    """Return what is to be said of parameters."""
    k, beta, alpha, respiration, _ = found
    if not converged and abs(alpha - _SLOPE_GUESS) < _UNMOVED:
        return STUCK
    within = 0.0 <= alpha < _GREATEST_SLOPE and 0.0 <= beta < _GREATEST_SATURATION and k >= 0.0 and respiration > 0.0
    return FITTED if within else OUTSIDE_LIMITS


def _amplitude(exchange: FloatArray) -> float:
    """Return the range between two percentiles, which are those of ONEFlux."""
    ordered = np.sort(exchange)
    return float(abs(ordered[int(0.03 * ordered.size)] - ordered[min(int(0.97 * (ordered.size + 1)), ordered.size - 1)]))


def _night_sensitivity(nights: FloatArray, respiration: float) -> tuple[float, float]:
    """Return the temperature sensitivity of night-time fluxes and its standard error."""
    data, _ = weighted_records(nights, 0.0, 0.0, FEWEST)
    start, found, curvature = np.array([0.0, 0.0, 0.0, respiration, _SENSITIVITY_GUESS]), np.empty(_COUNT), np.empty((_COUNT, _COUNT))
    free = np.array([False, False, False, True, True])
    cost, _ = fit_light_response(data, start, free, start, _NIGHT_PRIOR_WEIGHT, True, found)
    covariance_of_fit(data, found, free, _NIGHT_PRIOR_WEIGHT, 0.0, True, curvature)
    return float(found[4]), float(np.sqrt(curvature[4, 4] * cost / (data.shape[0] - 2)))


class _Lent(NamedTuple):
    """What the last fitted window lends to the next ones."""

    e0: float = np.nan
    e0_sd: float = np.nan
    slope: float = 0.0


def _bounded(e0: float, e0_sd: float, lent: _Lent) -> tuple[float, float, int]:
    """Return a sensitivity within limits: its own, else that of the window before, else the limit; and what was assumed."""
    if _LEAST <= e0 <= _GREATEST:
        return e0, e0_sd, 0
    if np.isfinite(lent.e0):
        return lent.e0, lent.e0_sd, BORROWED_SENSITIVITY
    return min(max(e0, _LEAST), _GREATEST), np.nan, BORROWED_SENSITIVITY


class _Light(NamedTuple):
    """The fit of a window's light response."""

    parameters: FloatArray
    prior: FloatArray
    cost: float
    outcome: int
    assumed: int


def _best_of_starts(days: FloatArray, exchange: FloatArray, respiration: float, e0: float, slope: float, *, converged: bool) -> _Light:
    """Return the fit with the smallest misfit of those from several starts, or what is to be said of the first of them."""
    data, neglect = weighted_records(days, e0, 0.0, FEWEST)
    amplitude = _amplitude(exchange)
    guesses = np.array([[0.0, factor * amplitude, _SLOPE_GUESS, respiration, e0] for factor in _FACTORS])
    found, cost, assumed = np.empty(guesses.shape), np.empty(len(_FACTORS)), np.zeros(len(_FACTORS), np.int8)
    _fit_starts(data, guesses, PRIOR_WEIGHT, FIXED_VPD_EFFECT if neglect else 0, slope, not converged, found, cost, assumed)
    told = [_alright(each, converged=converged) for each in found]
    free = free_of(assumed)
    for number in range(len(_FACTORS)):
        if told[number] == FITTED and found[number, 1] > _DOUBTED_SATURATION:
            curvature = np.empty((_COUNT, _COUNT))
            covariance_of_fit(data, found[number], free[number], PRIOR_WEIGHT, 0.0, True, curvature)
            variance = curvature[1, 1] * residual_variance(cost[number], data.shape[0], free[number])
            if found[number, 1] < np.sqrt(variance):
                told[number] = UNCERTAIN_SATURATION
    misfit = [mean_square(data, each, True) if word == FITTED else np.inf for each, word in zip(found, told, strict=True)]
    best = int(np.argmin(misfit))
    if told[best] != FITTED:
        return _Light(np.full(_COUNT, np.nan), np.full(_COUNT, np.nan), np.nan, told[0], 0)
    return _Light(found[best], guesses[best], float(cost[best]), FITTED, int(assumed[best]))


def fit_windows(
    night: FloatArray,
    night_ranges: IntArray,
    day: FloatArray,
    day_ranges: IntArray,
    exchange: FloatArray,
    exchange_ranges: IntArray,
    *,
    fixed: tuple[float, float] | None = None,
    converged: bool = False,
) -> FittedWindows:
    """Fit the windows of a year, each with what the one before it lends where its own data do not suffice.

    Parameters
    ----------
    night, day
        (m, 6) records by night and by day as for :func:`icos_ecosystem.partitioning.window_fits.weighted_records`; those of the night
        without radiation.
    night_ranges, day_ranges, exchange_ranges
        (w, 2) which of them, and of `exchange`, belong to each window.
    exchange
        (m,) all measured NEE [umol m-2 s-1].
    fixed
        Temperature sensitivity [K] that holds instead of one from the data, and its standard deviation.
    converged
        False: searches end where those of ONEFlux do. A negative effect of the vapour pressure deficit is then no slope for the search
        but a kink at which it sticks, and windows in which it did not leave its start have no result. True: they go on to the minimum.
    """
    made = FittedWindows.empty(day_ranges.shape[0])
    lent = _Lent()
    e0, e0_sd = fixed or (np.nan, np.nan)
    for window in range(day_ranges.shape[0]):
        nights, days = night[slice(*night_ranges[window])], day[slice(*day_ranges[window])]
        enough = nights.shape[0] >= FEWEST
        if days.shape[0] < FEWEST:
            made.outcome[window] = TOO_FEW_BY_DAY
            continue
        if not enough and fixed is None and np.isnan(lent.e0):
            made.outcome[window] = TOO_FEW_BY_NIGHT
            continue
        respiration = float(nights[:, 4].mean()) if nights.shape[0] else RESPIRATION_GUESS
        borrowed = BORROWED_SENSITIVITY
        if enough and fixed is None:
            e0, e0_sd, borrowed = _bounded(*_night_sensitivity(nights, respiration), lent)
        exchanged = exchange[slice(*exchange_ranges[window])]
        light = _best_of_starts(days, exchanged, respiration, e0, lent.slope, converged=converged)
        made.sensitivity[window] = e0, e0_sd
        made.parameters[window], made.prior[window], made.cost[window] = light.parameters, light.prior, light.cost
        made.outcome[window], made.assumed[window] = light.outcome, light.assumed | borrowed
        if light.outcome == FITTED:
            lent = _Lent(e0, e0_sd, float(light.parameters[2]))
    return made
