"""Windows of the light response as ONEFlux fits them, year by year.

References
----------
Lasslop et al. (2010), Glob. Change Biol. 16, 187, doi:10.1111/j.1365-2486.2009.02041.x
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
)
from icos_ecosystem.partitioning.least_squares import covariance_of_fit, fit_light_response
from icos_ecosystem.partitioning.lloyd_taylor_fit import smallest
from icos_ecosystem.partitioning.window_fits import mean_square, residual_variance, set_free, weighted_records

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


@njit(inline="always")
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
            set_free(held, free)
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


@njit(inline="always")
def _said(found: FloatArray, converged: bool) -> int:
    """Return what is to be said of parameters."""
    k, beta, alpha, respiration = found[0], found[1], found[2], found[3]
    if not converged and abs(alpha - _SLOPE_GUESS) < _UNMOVED:
        return STUCK
    within = 0.0 <= alpha < _GREATEST_SLOPE and 0.0 <= beta < _GREATEST_SATURATION and k >= 0.0 and respiration > 0.0
    return FITTED if within else OUTSIDE_LIMITS


@njit(inline="always")
def _amplitude(exchange: FloatArray) -> float:
    """Return the range between two percentiles, which are those of ONEFlux; moves the values about."""
    size = exchange.size
    low = smallest(exchange, int(0.03 * size))
    return abs(low - smallest(exchange, min(int(0.97 * (size + 1)), size - 1)))


@njit(inline="always")
def _night_sensitivity(nights: FloatArray, respiration: float, prior_weight: FloatArray, fewest: int, capped: bool) -> tuple[float, float]:
    """Return the temperature sensitivity of night-time fluxes and its standard error."""
    data, _ = weighted_records(nights, 0.0, 0.0, fewest)
    start, found, curvature = np.zeros(_COUNT), np.empty(_COUNT), np.empty((_COUNT, _COUNT))
    start[3], start[4] = respiration, _SENSITIVITY_GUESS
    free = np.zeros(_COUNT, np.bool_)
    free[3], free[4] = True, True
    cost, _ = fit_light_response(data, start, free, start, prior_weight, capped, found)
    covariance_of_fit(data, found, free, prior_weight, 0.0, capped, curvature)
    return found[4], np.sqrt(curvature[4, 4] * cost / (data.shape[0] - 2))


@njit(inline="always")
def _bounded(e0: float, e0_sd: float, lent_e0: float, lent_e0_sd: float) -> tuple[float, float, int]:
    """Return a sensitivity within limits: its own, else that of the window before, else the limit; and what was assumed."""
    if _LEAST <= e0 <= _GREATEST:
        return e0, e0_sd, 0
    if np.isfinite(lent_e0):
        return lent_e0, lent_e0_sd, BORROWED_SENSITIVITY
    return _LEAST if e0 < _LEAST else _GREATEST, np.nan, BORROWED_SENSITIVITY


@njit(inline="always")
def _fit_light(
    days: FloatArray,
    amplitude: float,
    respiration: float,
    e0: float,
    last_slope: float,
    prior_weight: FloatArray,
    fewest: int,
    capped: bool,
    converged: bool,
    window: int,
    made: FittedWindows,
) -> None:
    """Fill in of a window the fit with the smallest misfit of those from several starts, or what is to be said of the first of them."""
    data, neglect = weighted_records(days, e0, 0.0, fewest)
    starts = len(_FACTORS)
    guesses, found = np.zeros((starts, _COUNT)), np.empty((starts, _COUNT))
    cost, assumed = np.empty(starts), np.zeros(starts, np.int8)
    for number in range(starts):
        guesses[number, 1], guesses[number, 2] = _FACTORS[number] * amplitude, _SLOPE_GUESS
        guesses[number, 3], guesses[number, 4] = respiration, e0
    _fit_starts(data, guesses, prior_weight, FIXED_VPD_EFFECT if neglect else 0, last_slope, not converged, found, cost, assumed)
    curvature, free = np.empty((_COUNT, _COUNT)), np.empty(_COUNT, np.bool_)
    smallest_misfit = np.inf
    for number in range(starts):
        told = _said(found[number], converged)
        if told == FITTED and found[number, 1] > _DOUBTED_SATURATION:
            set_free(int(assumed[number]), free)
            covariance_of_fit(data, found[number], free, prior_weight, 0.0, capped, curvature)
            variance = curvature[1, 1] * residual_variance(cost[number], data.shape[0], free)
            if found[number, 1] < np.sqrt(variance):
                told = UNCERTAIN_SATURATION
        misfit = mean_square(data, found[number], capped) if told == FITTED else np.inf
        if number == 0 or misfit < smallest_misfit:
            smallest_misfit = misfit
            made.outcome[window] = told
            if told == FITTED:
                for a in range(_COUNT):
                    made.parameters[window, a], made.prior[window, a] = found[number, a], guesses[number, a]
                made.cost[window], made.assumed[window] = cost[number], assumed[number]


@njit(cache=True, nogil=True, error_model="numpy")
def _fit_windows(
    night: FloatArray,
    night_ranges: IntArray,
    day: FloatArray,
    day_ranges: IntArray,
    exchange: FloatArray,
    exchange_ranges: IntArray,
    respiration: FloatArray,
    prior_weight: FloatArray,
    night_prior_weight: FloatArray,
    fixed_e0: float,
    fixed_e0_sd: float,
    fewest: int,
    capped: bool,
    converged: bool,
    made: FittedWindows,
) -> None:
    """Fill in all windows; see :func:`fit_windows`. A fixed sensitivity that is missing is none.

    `fewest` and `capped` do not change; what is handed literals is compiled once more for them.
    """
    e0, e0_sd = fixed_e0, fixed_e0_sd
    lent_e0, lent_e0_sd, lent_slope = np.nan, np.nan, 0.0
    free = np.isnan(fixed_e0)
    for window in range(day_ranges.shape[0]):
        nights = night[night_ranges[window, 0] : night_ranges[window, 1]]
        days = day[day_ranges[window, 0] : day_ranges[window, 1]]
        enough = nights.shape[0] >= fewest
        if days.shape[0] < fewest:
            made.outcome[window] = TOO_FEW_BY_DAY
            continue
        if not enough and free and np.isnan(lent_e0):
            made.outcome[window] = TOO_FEW_BY_NIGHT
            continue
        borrowed = BORROWED_SENSITIVITY
        if enough and free:
            e0, e0_sd = _night_sensitivity(nights, respiration[window], night_prior_weight, fewest, capped)
            e0, e0_sd, borrowed = _bounded(e0, e0_sd, lent_e0, lent_e0_sd)
        amplitude = _amplitude(exchange[exchange_ranges[window, 0] : exchange_ranges[window, 1]].copy())
        _fit_light(days, amplitude, respiration[window], e0, lent_slope, prior_weight, fewest, capped, converged, window, made)
        made.sensitivity[window, 0], made.sensitivity[window, 1] = e0, e0_sd
        made.assumed[window] |= borrowed
        if made.outcome[window] == FITTED:
            lent_e0, lent_e0_sd, lent_slope = e0, e0_sd, made.parameters[window, 2]


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
    e0, e0_sd = fixed or (np.nan, np.nan)
    flux = night[:, 4]
    means = [np.add.reduce(flux[first:end]) / (end - first) if end > first else RESPIRATION_GUESS for first, end in night_ranges.tolist()]
    series = (night, night_ranges, day, day_ranges, exchange, exchange_ranges, np.array(means, np.float64))
    _fit_windows(*series, PRIOR_WEIGHT, _NIGHT_PRIOR_WEIGHT, float(e0), float(e0_sd), FEWEST, True, converged, made)
    return made
