"""What the curve fit of `icos_atmosphere.curve_fit` does to values, as a linear operator.

Function, interpolation, line through the ends and filter are all linear in the values. The weight of every value in a result, which its
uncertainty needs, follows from going through these steps backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    TimeArray = NDArray[np.datetime64]

__all__ = ["YEAR", "FitOperator", "from_days", "make_operator", "to_days"]

YEAR = 365.25
"""Days in a year of the polynomial and of growth rates."""

_EPOCH = np.datetime64("1970-01-01", "ns")
_NANOSECONDS_PER_DAY = 86_400_000_000_000


def to_days(time: TimeArray) -> FloatArray:
    """Return ``datetime64`` as days since 1970."""
    days: FloatArray = (time.astype("datetime64[ns]") - _EPOCH).astype(np.int64) / _NANOSECONDS_PER_DAY
    return days


def from_days(days: FloatArray) -> TimeArray:
    """Return days since 1970 as ``datetime64[ns]``."""
    time: TimeArray = _EPOCH + np.round(days * _NANOSECONDS_PER_DAY).astype("timedelta64[ns]")
    return time


@dataclass(frozen=True, kw_only=True)
class FitOperator:
    """The fit to n values on a grid of N regular steps.

    Attributes
    ----------
    days
        (n,) days of the values.
    grid
        (N,) regular days from the first value to the last.
    polynomial, harmonics
        Number of terms of the polynomial and of harmonics of the year: m = polynomial + 2 harmonics terms in all.
    interval
        Step of the grid, days.
    power
        Exponent of the filter.
    design
        (n, m) terms of the function at the values.
    solve
        (m, n) values → coefficients.
    ends
        (2, n) residuals → line through both ends.
    """

    days: FloatArray
    grid: FloatArray
    polynomial: int
    harmonics: int
    interval: float
    power: float
    design: FloatArray
    solve: FloatArray
    ends: FloatArray

    def terms(self, days: FloatArray) -> FloatArray:
        """Return the terms (…, m) of the function: powers of x in years, then sine and cosine of each harmonic of the calendar year."""
        return _terms(days, self.days[0], self.polynomial, self.harmonics)

    def line(self, days: FloatArray) -> FloatArray:
        """Return the two terms (…, 2) of the line through the ends."""
        return _terms(days, self.days[0], 2, 0)

    def filtered(self, residual: FloatArray, cutoff: float, *, derivative: bool = False) -> FloatArray:
        """Filter series (…, N) on the grid, or give the derivative per day of what is filtered; zeros go on before and after."""
        length = residual.shape[-1]
        size = 1 << (length - 1).bit_length()
        start = (size - length) // 2
        padded = np.zeros((*residual.shape[:-1], size))
        padded[..., start : start + length] = residual
        frequency, passed = self._response(size, cutoff)
        response = passed.astype(np.complex128)
        if derivative:
            response *= 2j * np.pi * frequency
        whole: FloatArray = np.fft.irfft(np.fft.rfft(padded) * response, size)
        return whole[..., start : start + length]

    def freedom(self, cutoff: float) -> tuple[FloatArray, FloatArray]:
        """Return angular frequencies, radians per step, and the degrees of freedom of noise that filter and harmonics take at each.

        They are 1 - (1 - H)² at both signs of a frequency of the filter, and 2 of a harmonic.
        """
        frequency, passed = self._response(self.grid.size, cutoff)
        of_filter = 2.0 * passed * (2.0 - passed)
        of_filter[0] *= 0.5
        yearly = np.arange(1, self.harmonics + 1) / YEAR
        angular = 2.0 * np.pi * self.interval * np.concatenate((frequency, yearly))
        return angular, np.concatenate((of_filter, np.full(self.harmonics, 2.0)))

    def _response(self, size: int, cutoff: float) -> tuple[FloatArray, FloatArray]:
        """Return the frequencies, 1/d, of a series of `size` steps, and what the filter passes of them."""
        frequency: FloatArray = np.fft.rfftfreq(size, self.interval).astype(np.float64)
        passed: FloatArray = np.exp2(-np.minimum((frequency * cutoff) ** self.power, 1000.0))
        return frequency, passed

    def trend_weights(self, days: FloatArray, cutoff: float) -> FloatArray:
        """Return the weight (B, n) of each value in the trend at B days within the grid."""
        # The filter is symmetric: its row for a point is what it makes of that point.
        on_grid = self.filtered(_points(self.grid, days), cutoff)
        of_residual = _brought_back(on_grid, self.grid, self.days)
        of_residual += (self.line(days) - of_residual @ self.line(self.days)) @ self.ends
        weights: FloatArray = self.terms(days)[:, : self.polynomial] @ self.solve[: self.polynomial] + of_residual
        weights -= (of_residual @ self.design) @ self.solve
        return weights


def make_operator(days: FloatArray, interval: float, polynomial: int, harmonics: int, long_cutoff: float, power: float) -> FitOperator:
    """Return the operator of a fit to values at increasing days; the arguments are those of `icos_atmosphere.curve_fit.fit_curve`."""
    design = _terms(days, days[0], polynomial, harmonics)
    quarter = 0.25 * long_cutoff
    at_ends = (days <= days[0] + quarter) | (days >= days[-1] - quarter)
    ends = np.zeros((2, days.size))
    ends[:, at_ends] = np.linalg.pinv(_terms(days[at_ends], days[0], 2, 0))
    # Rounding must not cost the last step.
    steps = int((days[-1] - days[0]) / interval + 1e-6)
    return FitOperator(
        days=days,
        grid=days[0] + interval * np.arange(steps + 1),
        polynomial=polynomial,
        harmonics=harmonics,
        interval=interval,
        power=power,
        design=design,
        solve=np.linalg.pinv(design).astype(np.float64),
        ends=ends,
    )


def _terms(days: FloatArray, origin: float, polynomial: int, harmonics: int) -> FloatArray:
    x = (days - origin) / YEAR
    columns = [x**number for number in range(polynomial)]
    if harmonics:
        year = from_days(days).astype("datetime64[Y]")
        begin, end = to_days(year), to_days((year.astype(np.int64) + 1).astype("datetime64[Y]"))
        phase = 2.0 * np.pi * (days - begin) / (end - begin)
        for number in range(1, harmonics + 1):
            columns += [np.sin(number * phase), np.cos(number * phase)]
    return np.column_stack(columns)


def _points(grid: FloatArray, days: FloatArray) -> FloatArray:
    """Return the weights (B, N) of the grid's points in what is interpolated linearly at B days."""
    below, part = _between(grid, days)
    points = np.zeros((days.size, grid.size))
    rows = np.arange(days.size)
    points[rows, below], points[rows, below + 1] = 1.0 - part, part
    return points


def _brought_back(on_grid: FloatArray, grid: FloatArray, days: FloatArray) -> FloatArray:
    """Return the weights (B, n) of values, from weights (B, N) of what is interpolated linearly between them on the grid."""
    below, part = _between(days, grid)
    weights = np.empty((on_grid.shape[0], days.size))
    for row, each in enumerate(on_grid):
        weights[row] = np.bincount(below, (1.0 - part) * each, days.size) + np.bincount(below + 1, part * each, days.size)
    return weights


def _between(known: FloatArray, wanted: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the number of the known place below each wanted one, and the part of the way to the next."""
    at = np.interp(wanted, known, np.arange(known.size))
    below = np.minimum(at.astype(np.int64), known.size - 2)
    return below, at - below
