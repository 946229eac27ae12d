"""Injections: the stretches in which an analyser was fed from a cylinder, reduced to one value of each gas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.calibration.assignments import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.assignments import Assignment

    FloatArray = NDArray[np.float64]

__all__ = ["GasInjections", "Injections", "find_injections"]

_SIGNIFICANT = 2.0
"""Standard errors from which a drift is more than the noise of the readings."""


@dataclass(frozen=True, kw_only=True)
class GasInjections:
    """What the kept part of k injections says of one gas.

    Attributes
    ----------
    mean, stdev, n
        Mean of the new valid readings, weighted by rows; their standard deviation and number.
    minute_stdev, minutes
        Mean of the standard deviations within minutes, and of how many minutes.
    drift, drift_error
        Slope of the minutes' means over time, times the length of the kept part; and its standard error.
    last
        Mean of the readings at the end of the injection, see `Injections.middle_of_last`.
    """

    mean: FloatArray
    stdev: FloatArray
    n: NDArray[np.int32]
    minute_stdev: FloatArray
    minutes: NDArray[np.int32]
    drift: FloatArray
    drift_error: FloatArray
    last: FloatArray

    def is_drifting(self, limit: float) -> NDArray[np.bool_]:
        """Return which injections still drift: by more than a limit, and by more than noise."""
        drift = np.abs(np.nan_to_num(self.drift))
        return (drift > limit) & (drift > _SIGNIFICANT * np.nan_to_num(self.drift_error))


@dataclass(frozen=True, kw_only=True)
class Injections:
    """k injections in order of time.

    Attributes
    ----------
    time, end
        First and last kept row (UTC, ns); of an injection without a kept row those of all its rows.
    cylinder
        Position in the tables of cylinders.
    duration
        Length of the kept part in seconds.
    middle_of_last
        Middle of the end of the injection, of which a mean is kept by itself.
    h2o
        Mean water vapour in the kept part, %.
    gases
        Gas → what the injections say of it.
    """

    time: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    cylinder: NDArray[np.int16]
    duration: FloatArray
    middle_of_last: NDArray[np.datetime64]
    h2o: FloatArray
    gases: Mapping[str, GasInjections]

    @property
    def middle(self) -> NDArray[np.datetime64]:
        """Middle of the kept part."""
        middle: NDArray[np.datetime64] = self.time + (self.end - self.time) // 2
        return middle


def find_injections(cells: xr.Dataset, where: Assignment, gases: tuple[str, ...], last: np.timedelta64) -> Injections:
    """Reduce the cells of cylinders to injections.

    Parameters
    ----------
    cells
        Condensed rows of one instrument, in order of time.
    where
        Where their ports lead.
    gases
        The gases.
    last
        Length of the end of an injection that has a mean of its own.

    Returns
    -------
    Injections
        One per valve segment of a cylinder.
    """
    segment = np.cumsum(cells.variables["begins"].values)
    rows = np.flatnonzero(where.cylinder != NOWHERE)
    _, starts = np.unique(segment[rows], return_index=True)
    count = starts.size
    of = np.repeat(np.arange(count), np.diff(np.append(starts, rows.size)))
    time = cells.variables["time"].values[rows].astype("i8")
    ends = time + np.rint(cells.variables["duration"].values[rows] * 1e9).astype("i8")
    settled = cells.variables["settled"].values[rows] > 0
    anything = np.bincount(of, weights=settled, minlength=count) > 0
    counted = np.where(anything[of], settled, True)
    first = np.full(count, np.iinfo("i8").max)
    np.minimum.at(first, of[counted], time[counted])
    final = np.full(count, np.iinfo("i8").min)
    np.maximum.at(final, of[counted], ends[counted])
    middle = (time + ends) // 2
    recent = middle >= (final - last.astype("timedelta64[ns]").astype("i8"))[of]
    recent_first = np.where(anything, final, first)
    np.minimum.at(recent_first, of[recent & settled], time[recent & settled])
    columns = {name: cells.variables[name].values[rows] for name in _names(gases)}
    found = {
        gas: _of_gas(
            *(columns[f"{gas}_{part}"] for part in ("dry", "stdev", "n")),
            settled=settled,
            of=of,
            middle=middle,
            first=first,
            final=final,
            recent=recent,
        )
        for gas in gases
    }
    return Injections(
        time=first.astype("M8[ns]"),
        end=final.astype("M8[ns]"),
        cylinder=where.cylinder[rows][starts],
        duration=np.where(anything, (final - first) / 1e9, 0.0),
        middle_of_last=((recent_first + final) // 2).astype("M8[ns]"),
        h2o=_weighted(columns["h2o"], np.where(settled, columns["rows"], 0), of, count),
        gases=found,
    )


def _names(gases: tuple[str, ...]) -> tuple[str, ...]:
    return (*(f"{gas}_{part}" for gas in gases for part in ("dry", "stdev", "n")), "h2o", "rows")


def _weighted(values: FloatArray, weight: NDArray[np.generic], of: NDArray[np.intp], count: int) -> FloatArray:
    """Return (count,) weighted means by group, NaN without weight."""
    counted = np.where(np.isfinite(values), weight, 0)
    total = np.bincount(of, weights=counted, minlength=count)
    summed = np.bincount(of, weights=counted * np.where(counted > 0, values, 0.0), minlength=count)
    mean = np.full(count, np.nan)
    np.divide(summed, total, out=mean, where=total > 0)
    return mean


def _of_gas(
    dry: FloatArray,
    stdev: FloatArray,
    number: NDArray[np.int32],
    *,
    settled: NDArray[np.bool_],
    of: NDArray[np.intp],
    middle: NDArray[np.int64],
    first: NDArray[np.int64],
    final: NDArray[np.int64],
    recent: NDArray[np.bool_],
) -> GasInjections:
    count = first.size
    weight = np.where(settled, number, 0)
    mean = _weighted(dry, weight, of, count)
    total = np.bincount(of, weights=weight, minlength=count)
    away = np.where(weight > 0, dry - mean[of], 0.0)
    within = np.where(weight > 1, (weight - 1) * np.square(np.nan_to_num(stdev)), 0.0)
    squares = np.bincount(of, weights=within + weight * np.square(away), minlength=count)
    spread = np.full(count, np.nan)
    np.divide(squares, total - 1, out=spread, where=total > 1)
    whole = (weight > 1) & np.isfinite(stdev)
    drift, error = _drift(away, weight, (middle - first[of]) / 1e9, (final - first) / 1e9, of, count)
    return GasInjections(
        mean=mean,
        stdev=np.sqrt(spread),
        n=total.astype(np.int32),
        minute_stdev=_weighted(stdev, whole.astype(np.int32), of, count),
        minutes=np.bincount(of, weights=whole, minlength=count).astype(np.int32),
        drift=drift,
        drift_error=error,
        last=_weighted(dry, np.where(recent, weight, 0), of, count),
    )


def _drift(
    away: FloatArray, weight: NDArray[np.int32], seconds: FloatArray, length: FloatArray, of: NDArray[np.intp], count: int
) -> tuple[FloatArray, FloatArray]:
    """Return slope times length by weighted least squares, and its standard error from the scatter about the line."""

    def total(values: FloatArray) -> FloatArray:
        summed: FloatArray = np.bincount(of, weights=weight * values, minlength=count).astype(np.float64)
        return summed

    with np.errstate(divide="ignore", invalid="ignore"):
        mean_time = total(seconds) / total(np.ones(seconds.shape))
        offset = seconds - mean_time[of]
        spread = total(np.square(offset))
        slope = total(offset * away) / spread
        cells = np.bincount(of, weights=weight > 0, minlength=count)
        scatter = total(np.square(away - np.where(weight > 0, slope[of] * offset, 0.0))) / (cells - 2)
        known = (cells > 2) & (spread > 0)
        drift: FloatArray = np.where(known, slope * length, np.nan)
        error: FloatArray = np.where(known, np.sqrt(scatter / spread) * length, np.nan)
    return drift, error
