"""What fits in the windows of a light response have in common: their weighted records, quantiles, and how sure parameters are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from icos_ecosystem.partitioning.daytime_results import FIXED_SLOPE, FIXED_VPD_EFFECT, RESPIRATION_ONLY
from icos_ecosystem.partitioning.least_squares import CONVERGED, fit_light_response
from icos_ecosystem.partitioning.light_response import point_gradient
from icos_ecosystem.partitioning.lloyd_taylor_fit import smallest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = [
    "BOOTSTRAPS_NEEDED",
    "bootstrapped_covariance",
    "mean_square",
    "quantile",
    "ranges_of",
    "residual_variance",
    "set_free",
    "weighted_records",
]

BOOTSTRAPS_NEEDED = 0.8
"""Share of the resampled fits of a window that have to succeed."""
_SENSITIVITY_LIMITS = (50.0, 400.0)
_GREATEST_SLOPE = 0.22
_GREATEST_SATURATION = 250.0


def ranges_of(rows: NDArray[np.int64], first: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (windows, 2) where in `rows`, which are in order, those of each window begin and end."""
    return np.ascontiguousarray(np.stack([np.searchsorted(rows, first), np.searchsorted(rows, end)], axis=1), np.int64)


@njit(cache=True, nogil=True, error_model="numpy")
def quantile(values: FloatArray, share: float) -> float:
    """Return a quantile, linearly between neighbours in order; moves the values about."""
    place = (values.size - 1) * share
    below = int(place)
    low = smallest(values, below)
    high = smallest(values, min(below + 1, values.size - 1))
    return low + (place - below) * (high - low)


@njit(cache=True, nogil=True, error_model="numpy")
def weighted_records(records: FloatArray, sensitivity: float, lowest_share: float, fewest: int) -> tuple[FloatArray, bool]:
    """Return the records of a window as a fit takes them.

    Parameters
    ----------
    records
        (n, 6): radiation [W m-2], vapour pressure deficit [hPa], temperature term [K-1], row number, NEE and its standard deviation
        [umol m-2 s-1]; deficit and standard deviation may be missing.
    sensitivity
        Temperature sensitivity [K].
    lowest_share
        Standard deviations below this quantile count as it, so that no record has all the weight.
    fewest
        Where so many records have a vapour pressure deficit the others are left out, else the deficit is left out of account.

    Returns
    -------
    tuple
        Data of :func:`icos_ecosystem.partitioning.least_squares.fit_light_response`, and whether the deficit is left out of account.
        Where any standard deviation is missing, or not positive, all records have the weight one.
    """
    with_deficit = 0
    for i in range(records.shape[0]):
        if np.isfinite(records[i, 1]):
            with_deficit += 1
    neglect = with_deficit < fewest
    data = np.empty((records.shape[0] if neglect else with_deficit, 6))
    count = 0
    known = True
    for i in range(records.shape[0]):
        if not neglect and not np.isfinite(records[i, 1]):
            continue
        for column in range(6):
            data[count, column] = records[i, column]
        data[count, 3] = np.exp(sensitivity * records[i, 2])
        if not records[i, 5] > 0.0:
            known = False
        count += 1
    lowest = quantile(data[:, 5].copy(), lowest_share) if known and count and lowest_share > 0.0 else 0.0
    for i in range(count):
        spread = max(data[i, 5], lowest) if known else 1.0
        data[i, 5] = 1.0 / (spread * spread)
    return data, neglect


@njit(cache=True, nogil=True, error_model="numpy")
def mean_square(data: FloatArray, parameters: FloatArray, capped: bool) -> float:
    """Return the mean square of the unweighted residuals."""
    total = 0.0
    derivatives = np.empty(parameters.size)
    for i in range(data.shape[0]):
        model = point_gradient(parameters, data[i, 0], data[i, 1], data[i, 2], data[i, 3], capped, derivatives)
        total += (data[i, 4] - model) ** 2
    mean: float = total / data.shape[0]
    return mean


@njit(cache=True, nogil=True, error_model="numpy")
def residual_variance(cost: float, records: int, free: BoolArray) -> float:
    """Return the variance of weighted residuals, which is one where the weights are right."""
    count = 0
    for each in free:
        count += int(each)
    variance: float = cost / max(records - count, 1)
    return variance


@njit(cache=True, nogil=True, error_model="numpy")
def set_free(assumed: int, free: BoolArray) -> None:
    """Fill which parameters of a fit by day are looked for, (5,), from what is assumed; the temperature sensitivity never is."""
    free[0] = not assumed & FIXED_VPD_EFFECT
    free[1] = not assumed & RESPIRATION_ONLY
    free[2] = not assumed & (FIXED_SLOPE | RESPIRATION_ONLY)
    free[3] = True
    free[4] = False


@njit(cache=True, nogil=True, error_model="numpy")
def _resampled_fits(
    records: FloatArray,
    parameters: FloatArray,
    free: BoolArray,
    prior: FloatArray,
    prior_weight: FloatArray,
    sensitivity: FloatArray,
    picks: FloatArray,
    lowest_share: float,
    fewest: int,
    capped: bool,
    values: FloatArray,
    outcome: NDArray[np.int8],
) -> None:
    for draw in range(sensitivity.size):
        data, _ = weighted_records(records, sensitivity[draw], lowest_share, fewest)
        resampled = np.empty_like(data)
        for i in range(data.shape[0]):
            picked = int(picks[draw, i] * data.shape[0])
            for column in range(data.shape[1]):
                resampled[i, column] = data[picked, column]
        found, used, start = values[draw], free.copy(), parameters.copy()
        start[4] = sensitivity[draw]
        while True:
            _, outcome[draw] = fit_light_response(resampled, start, used, prior, prior_weight, capped, found)
            if used[0] and found[0] < 0.0:
                used[0] = False
                start[0] = 0.0
            elif used[2] and found[2] > _GREATEST_SLOPE:
                used[2] = False
            else:
                break


def bootstrapped_covariance(
    records: FloatArray,
    parameters: FloatArray,
    free: BoolArray,
    prior: FloatArray,
    prior_weight: FloatArray,
    sensitivity: FloatArray,
    picks: FloatArray,
    lowest_share: float,
    fewest: int,
) -> FloatArray | None:
    """Return (5, 5) the covariance of a window's parameters from fits to resampled records; None where too few fits succeed.

    Parameters
    ----------
    records
        (n, 6) as for :func:`weighted_records`.
    parameters, free, prior, prior_weight
        (5,) what was found, and how.
    sensitivity
        (draws,) temperature sensitivity of each draw [K]; held within 50 and 400 K.
    picks
        (draws, n or more) random numbers from zero to one that choose the records.
    lowest_share, fewest
        As for the fit.

    Notes
    -----
    Resampled fits obey the rules of the window's own: a negative `k` becomes zero, an initial slope above 0.22 that of the window, and
    parameters outside limits do not count.
    """
    values, outcome = np.empty((sensitivity.size, parameters.size)), np.empty(sensitivity.size, np.int8)
    held = np.clip(sensitivity, *_SENSITIVITY_LIMITS)
    _resampled_fits(records, parameters, free, prior, prior_weight, held, picks, lowest_share, fewest, False, values, outcome)
    possible = (outcome == CONVERGED) & (values[:, 1] >= 0.0) & (values[:, 1] < _GREATEST_SATURATION)
    possible &= (values[:, 2] >= 0.0) & (values[:, 3] >= 0.0)
    if possible.sum() < max(BOOTSTRAPS_NEEDED * sensitivity.size, 2):
        return None
    return np.cov(values[possible], rowvar=False)
