"""Seasons, temperature strata and bins of friction velocity for change points of one year, after Barr et al. (2013).

References
----------
Barr et al. (2013), Agric. For. Meteorol. 171-172, 31, doi:10.1016/j.agrformet.2012.11.023
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

from icos_ecosystem.ustar.change_point import COLUMNS, ChangePointFits, Model, fits_of_rows, scan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["MOST_STRATA", "RECORDS_PER_BIN", "SEASONS", "NightRecords", "Strata", "evaluate", "fewest_records", "night_records"]

SEASONS: Final = 4
MOST_STRATA: Final = 8
"""Temperature strata of a season at most; there are four at least."""
RECORDS_PER_BIN: Final = {48: 5, 24: 3}
"""Intervals of a day → records of a bin."""

_FEWEST_STRATA: Final = 4
_BINS: Final = 50
_HIGHEST_USTAR: Final = 3.0


@dataclass(frozen=True, kw_only=True)
class NightRecords:
    """Night-time records of a year that have everything, in the order in which seasons are made of them.

    Attributes
    ----------
    row
        (m,) where in the year's arrays they stand.
    day
        (m,) decimal day of the year at their end, from 1; what was moved to the start is dated before the year.
    ustar, flux, temperature
        (m,) their values.
    """

    row: NDArray[np.int64]
    day: FloatArray
    ustar: FloatArray
    flux: FloatArray
    temperature: FloatArray


@dataclass(frozen=True, kw_only=True)
class Strata:
    """Fits of all strata; arrays of shape (samples, seasons, strata).

    Attributes
    ----------
    fits
        The change points.
    mean_day, mean_temperature
        Means of the records of a stratum; NaN where a season has no such stratum.
    """

    fits: ChangePointFits
    mean_day: FloatArray
    mean_temperature: FloatArray


def fewest_records(per_day: int) -> int:
    """Return how many night-time records a year needs: 4000 half hours, 2400 hours."""
    return SEASONS * _FEWEST_STRATA * _BINS * RECORDS_PER_BIN[per_day]


def night_records(
    nee: FloatArray,
    ustar: FloatArray,
    ta: FloatArray,
    sw_in: FloatArray,
    per_day: int,
    *,
    moved_from_day: int = 336,
    night_below: float = 5.0,
) -> NightRecords:
    """Return the night-time records of a year.

    Parameters
    ----------
    nee, ustar, ta, sw_in
        Net ecosystem exchange, friction velocity [m s-1], air temperature [degC] and incoming short-wave radiation [W m-2] of the year,
        each of shape (n,).
    per_day
        Intervals of a day: 48 or 24.
    moved_from_day
        Records from this day of the year on come first, so that a winter is not cut in two.
    night_below
        Night is where `sw_in` is below this.
    """
    n = nee.size
    kept = (sw_in < night_below) & np.isfinite(nee) & np.isfinite(ta) & (ustar >= 0.0) & (ustar <= _HIGHEST_USTAR)
    first = min(max((moved_from_day - 1) * per_day, 0), n)
    order = np.concatenate([np.arange(first, n), np.arange(first)])
    row = order[kept[order]]
    day = 1.0 + (row + 1) / per_day
    day[row >= first] -= n / per_day
    return NightRecords(row=row, day=day, ustar=ustar[row], flux=nee[row], temperature=ta[row])


def evaluate(records: NightRecords, copies: NDArray[np.int64], *, per_day: int, model: Model = "operational") -> Strata:
    """Fit a change point in every stratum of every sample.

    Parameters
    ----------
    records
        The night-time records of the year, shape (m,).
    copies
        (samples, m) how often each sample has each record.
    per_day
        Intervals of a day: 48 or 24.
    model
        Which lines are fitted.

    Returns
    -------
    Strata
        A sample with too few records, see :func:`fewest_records`, has no fit.

    Notes
    -----
    Seasons have equal numbers of records; the last one takes the rest. A season has a stratum for 250 records (hourly data: 150), four at
    least and eight at most, between percentiles of temperature; a stratum has a bin for five records (three), between percentiles of
    friction velocity. Records on an edge belong to both sides. Bins with fewer records than that are left out.

    Percentiles lie halfway between the steps of the empirical distribution (Hazen). Where values are rounded many are equal to an edge, and
    the last digit decides on which side they are: edges are ``(1 - f) x[k] + f x[k + 1]`` at ``k + f = m p / 100 + 0.5`` with
    ``p = i (100 / bins)``, in this order of operations.
    """
    samples = copies.shape[0]
    rows = np.full((samples, SEASONS, MOST_STRATA, COLUMNS), np.nan)
    means = np.full((samples, SEASONS, MOST_STRATA, 2), np.nan)
    _evaluate(
        np.ascontiguousarray(copies, np.int64),
        np.argsort(records.temperature, kind="stable"),
        np.argsort(records.ustar, kind="stable"),
        np.stack([records.ustar, records.flux, records.temperature, records.day]),
        RECORDS_PER_BIN[per_day],
        fewest_records(per_day),
        model == "diagnostic",
        rows,
        means,
    )
    return Strata(fits=fits_of_rows(rows, model), mean_day=means[..., 0], mean_temperature=means[..., 1])


@njit(cache=True, nogil=True)
def _edges(x: FloatArray, size: int, parts: int, edges: FloatArray) -> None:
    """Write the edges of `parts` equal shares of the first `size` values of `x`, which are in order."""
    increment = 100.0 / parts
    for i in range(parts + 1):
        position = size * (i * increment / 100.0) + 0.5
        k = min(max(int(np.floor(position)), 1), size - 1)
        f = min(max(position - k, 0.0), 1.0)
        edges[i] = (1.0 - f) * x[k - 1] + f * x[k]


@njit(cache=True, nogil=True)
def _first(x: FloatArray, size: int, value: float, beyond: bool) -> int:
    """Return the first place of `x` at or above `value`, or beyond it."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if x[middle] < value or (beyond and x[middle] == value):
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _binned(x: FloatArray, y: FloatArray, size: int, per_bin: int, edges: FloatArray, mx: FloatArray, my: FloatArray) -> int:
    """Write the means of bins of the first `size` records, which are in the order of `x`; return how many bins there are."""
    parts = size // per_bin
    if size < 2 or parts < 1:
        return 0
    _edges(x, size, parts, edges)
    bins = 0
    for i in range(parts):
        start, stop = _first(x, size, edges[i], beyond=False), _first(x, size, edges[i + 1], beyond=True)
        if stop - start < per_bin:
            continue
        sx, sy = 0.0, 0.0
        for j in range(start, stop):
            sx += x[j]
            sy += y[j]
        mx[bins] = sx / (stop - start)
        my[bins] = sy / (stop - start)
        bins += 1
    return bins


@njit(cache=True, nogil=True)
def _shared_out(copies: NDArray[np.int64], start: int, stop: int, share: NDArray[np.int64]) -> None:
    """Write how many copies of each record lie from `start` to before `stop`, all copies in a row."""
    place = 0
    for j in range(copies.size):
        after = place + copies[j]
        share[j] = max(min(after, stop) - max(place, start), 0)
        place = after


@njit(cache=True, nogil=True)
def _borders(temperature: FloatArray, by_temperature: NDArray[np.int64], share: NDArray[np.int64], per_bin: int) -> FloatArray:
    """Return the edges of a season's strata of temperature."""
    ordered = np.empty(share.sum())
    size = 0
    for j in by_temperature:
        for _ in range(share[j]):
            ordered[size] = temperature[j]
            size += 1
    strata = min(max(size // (_BINS * per_bin), _FEWEST_STRATA), MOST_STRATA)
    borders = np.empty(strata + 1)
    _edges(ordered, size, strata, borders)
    return borders


@njit(cache=True, nogil=True)
def _evaluate(
    copies: NDArray[np.int64],
    by_temperature: NDArray[np.int64],
    by_ustar: NDArray[np.int64],
    values: FloatArray,
    per_bin: int,
    fewest: int,
    diagnostic: bool,
    rows: FloatArray,
    means: FloatArray,
) -> None:
    """Fill `rows` and `means`; rows of `values` are friction velocity, flux, temperature and day."""
    ustar, flux, temperature, day = values[0], values[1], values[2], values[3]
    share = np.empty(copies.shape[1], np.int64)
    for sample in range(copies.shape[0]):
        total = copies[sample].sum()
        if total < fewest:
            continue
        length = int(np.rint(total / SEASONS))
        edges = np.empty(total + 1)
        mx, my = np.empty(total), np.empty(total)
        x, y = np.empty(total), np.empty(total)
        for season in range(SEASONS):
            start = season * length
            _shared_out(copies[sample], start, total if season == SEASONS - 1 else start + length, share)
            borders = _borders(temperature, by_temperature, share, per_bin)
            for stratum in range(borders.size - 1):
                size = 0
                days, warmth = 0.0, 0.0
                for j in by_ustar:
                    if share[j] and borders[stratum] <= temperature[j] <= borders[stratum + 1]:
                        for _ in range(share[j]):
                            x[size] = ustar[j]
                            y[size] = flux[j]
                            size += 1
                            days += day[j]
                            warmth += temperature[j]
                if size:
                    means[sample, season, stratum, 0] = days / size
                    means[sample, season, stratum, 1] = warmth / size
                bins = _binned(x, y, size, per_bin, edges, mx, my)
                scan(mx, my, bins, diagnostic, rows[sample, season, stratum])
