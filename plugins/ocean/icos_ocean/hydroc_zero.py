"""The zero signal of a HydroC between zeroings: interpolated, or by lines through a deployment.

The zero signal drifts with the hours that the lamp has burnt, so a zero stands at the runtime of its readings; times and runtimes are in s,
called coordinates here. Ratios of signals have no unit.

Notes
-----
Between two zeros a and b hours away the drift is taken for a random walk that gathers ``rate × ratio`` in one hour, known at both ends
but for noise: its variance is ``rate² ratio² a b / (a + b)``. Beyond the first and the last zero the nearest one holds, with the
variance ``rate² ratio² a``.

References
----------
Fietzek, P., Fiedler, B., Steinhoff, T. and Körtzinger, A. (2014), J. Atmos. Oceanic Technol. 31, 181-196,
doi:10.1175/JTECH-D-13-00083.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["ZeroSignal", "Zeros", "interpolate_zeros", "regress_zeros", "zero_means"]

_SECONDS_PER_HOUR = 3600.0


class Zeros(NamedTuple):
    """k zeroings.

    Attributes
    ----------
    coordinate, time : (k,) ndarray
        Mean coordinate and time of the readings, s.
    ratio : (k,) ndarray
        Mean ratio of the signals.
    readings : (k,) ndarray of int
        Number of readings.
    spread : (k,) ndarray
        Standard deviation of the readings; NaN for one alone.
    """

    coordinate: FloatArray
    time: FloatArray
    ratio: FloatArray
    readings: NDArray[np.int64]
    spread: FloatArray

    def take(self, which: BoolArray) -> Zeros:
        """Return some of the zeroings."""
        return Zeros._make(each[which] for each in self)


@dataclass(frozen=True, kw_only=True)
class ZeroSignal:
    """The zero signal at n rows.

    Attributes
    ----------
    ratio : (n,) ndarray
        Ratio of the signals in gas without CO2; NaN where there is none.
    uncertainty : (n,) ndarray
        Its standard uncertainty.
    one_sided : (n,) ndarray of bool
        Whether there is a zero only before or only after the row.
    apart : (n,) ndarray
        Time between the zeros on both sides, or to the only one, s; infinite where there is none.
    """

    ratio: FloatArray
    uncertainty: FloatArray
    one_sided: BoolArray
    apart: FloatArray


def zero_means(time: FloatArray, coordinate: FloatArray, ratio: FloatArray, run: NDArray[np.int64], serves: BoolArray) -> Zeros:
    """Average the readings of each zeroing.

    Parameters
    ----------
    time, coordinate : (n,) ndarray
        Of the rows, in order, s.
    ratio : (n,) ndarray
        Ratio of the signals.
    run : (n,) ndarray of int
        Number of the run of each row, not decreasing.
    serves : (n,) ndarray of bool
        Readings of zero that are to be averaged.
    """
    rows = np.flatnonzero(serves & np.isfinite(ratio) & np.isfinite(coordinate))
    if rows.size == 0:
        none = np.empty(0)
        return Zeros(none, none, none, np.empty(0, dtype=np.int64), none)
    first = np.flatnonzero(np.diff(run[rows], prepend=run[rows[0]] - 1))
    count = np.diff(np.append(first, rows.size))

    def mean(values: FloatArray) -> FloatArray:
        averaged: FloatArray = np.add.reduceat(values, first) / count
        return averaged

    means = mean(ratio[rows])
    squares = np.add.reduceat(np.square(ratio[rows] - np.repeat(means, count)), first)
    spread = np.sqrt(np.divide(squares, count - 1, out=np.full(means.shape, np.nan), where=count > 1))
    return Zeros(mean(coordinate[rows]), mean(time[rows]), means, count.astype(np.int64), spread)


def interpolate_zeros(coordinate: FloatArray, time: FloatArray, zeros: Zeros, *, noise: float, drift_rate: float) -> ZeroSignal:
    """Interpolate linearly between the zeros on both sides; beyond the first and the last, the nearest one holds.

    Parameters
    ----------
    coordinate, time : (n,) ndarray
        Of the rows, s. Interpolated in the coordinate, told apart by time.
    zeros : Zeros
        In order, with coordinates that increase.
    noise : float
        Standard uncertainty of the ratio of one reading of zero, relative.
    drift_rate : float
        What the drift gathers in one hour, relative, h^-½.
    """
    nothing = np.full(coordinate.shape, np.nan)
    if zeros.ratio.size == 0:
        return ZeroSignal(
            ratio=nothing,
            uncertainty=nothing,
            one_sided=np.zeros(coordinate.shape, dtype=np.bool_),
            apart=np.full(coordinate.shape, np.inf),
        )
    after = np.searchsorted(zeros.coordinate, coordinate, side="left")
    last = zeros.coordinate.size - 1
    later, earlier = np.minimum(after, last), np.clip(after - 1, 0, last)
    # A row at the very coordinate of a zero lies between that zero and itself.
    exact = (after <= last) & (zeros.coordinate[later] == coordinate)
    earlier = np.where(exact, later, earlier)
    one_sided = ((after == 0) | (after > last)) & ~exact
    earlier, later = np.where(after == 0, later, earlier), np.where(after > last, earlier, later)
    span = zeros.coordinate[later] - zeros.coordinate[earlier]
    since = coordinate - zeros.coordinate[earlier]
    weight = np.divide(since, span, out=np.zeros(coordinate.shape), where=span > 0.0)
    ratio = (1.0 - weight) * zeros.ratio[earlier] + weight * zeros.ratio[later]
    of_mean = np.square(noise) / zeros.readings
    variance = np.where(earlier == later, of_mean[earlier], np.square(1.0 - weight) * of_mean[earlier] + np.square(weight) * of_mean[later])
    free = np.where(one_sided, np.abs(since), weight * (1.0 - weight) * span)
    variance = variance + np.square(drift_rate) * free / _SECONDS_PER_HOUR
    apart = np.where(one_sided, np.abs(time - zeros.time[earlier]), zeros.time[later] - zeros.time[earlier])
    # What has no coordinate has no place between zeros either.
    ratio = np.where(np.isfinite(coordinate), ratio, np.nan)
    return ZeroSignal(ratio=ratio, uncertainty=ratio * np.sqrt(variance), one_sided=one_sided, apart=apart)


def regress_zeros(
    coordinate: FloatArray, time: FloatArray, zeros: Zeros, segment_of_zero: NDArray[np.int64], segment: NDArray[np.int64], *, noise: float
) -> ZeroSignal:
    """Lay a straight line through the zeros of each segment of a deployment; a segment with one zero has its value throughout.

    Parameters
    ----------
    coordinate, time : (n,) ndarray
        Of the rows, s.
    zeros : Zeros
        In order.
    segment_of_zero, segment : (k,) and (n,) ndarray of int
        Number of the segment of each zero and of each row.
    noise : float
        As in `interpolate_zeros`.

    Notes
    -----
    The scatter s of the zeros about their line is noise of the means and wandering of the zero signal, which a row has, too: the variance
    at a row is ``s² h + max(s² - noise²/n, 0)`` with the leverage h of the line. Two zeros show no scatter; there and for one zero that of
    all segments together is taken, or else the noise.
    """
    ratio, uncertainty, apart = np.full((3, *coordinate.shape), np.nan)
    one_sided = np.zeros(coordinate.shape, dtype=np.bool_)
    apart[:] = np.inf
    fits = {number: _line(zeros, np.flatnonzero(segment_of_zero == number)) for number in np.unique(segment_of_zero).tolist()}
    squares = sum(fit.squares for fit in fits.values())
    freedom = sum(fit.freedom for fit in fits.values())
    for number, fit in fits.items():
        rows = np.flatnonzero(segment == number)
        of_mean = float(np.mean(np.square(noise * zeros.ratio[fit.zeros]) / zeros.readings[fit.zeros]))
        scatter = fit.squares / fit.freedom if fit.freedom else squares / freedom if freedom else of_mean
        scatter = max(scatter, of_mean)
        away = coordinate[rows] - fit.centre
        leverage = 1.0 / fit.zeros.size + (np.square(away) / fit.square_of_coordinates if fit.square_of_coordinates > 0.0 else 0.0)
        ratio[rows] = fit.mean + fit.slope * away
        uncertainty[rows] = np.sqrt(scatter * leverage + scatter - of_mean)
        known = zeros.time[fit.zeros]
        one_sided[rows] = (time[rows] < known[0]) | (time[rows] > known[-1])
        after = np.clip(np.searchsorted(known, time[rows]), 0, known.size - 1)
        before = np.maximum(after - 1, 0)
        inside = known[after] - known[before]
        apart[rows] = np.where(one_sided[rows], np.minimum(np.abs(time[rows] - known[0]), np.abs(time[rows] - known[-1])), inside)
    return ZeroSignal(ratio=ratio, uncertainty=uncertainty, one_sided=one_sided, apart=apart)


class _Line(NamedTuple):
    zeros: NDArray[np.intp]
    centre: float
    mean: float
    slope: float
    square_of_coordinates: float
    squares: float
    freedom: int


def _line(zeros: Zeros, which: NDArray[np.intp]) -> _Line:
    x, y = zeros.coordinate[which], zeros.ratio[which]
    away = x - x.mean()
    square = float(np.sum(np.square(away)))
    slope = float(np.sum(away * (y - y.mean())) / square) if square > 0.0 else 0.0
    residual = y - y.mean() - slope * away
    return _Line(which, float(x.mean()), float(y.mean()), slope, square, float(np.sum(np.square(residual))), max(which.size - 2, 0))
