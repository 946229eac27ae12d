"""Trend, seasonal cycle and growth rate of a long series by curve fit, after Thoning et al. (1989).

`fit_curve` does the fit; `CurveFit` holds the curves, and says how much the trend increased from one time to another and how well that is
known.

Notes
-----
1. A function is fitted by least squares, a polynomial for the trend and harmonics of the year for the seasonal cycle::

       f(t) = a₀ + a₁ x + a₂ x² + … + Σ b_j sin(2π j y) + c_j cos(2π j y),    j = 1 … 4

   where x is the time in years of 365.25 days and y the part of the calendar year that has passed.
2. Its residuals are brought to regular steps by linear interpolation, so that gaps are filled by the function and what the residuals were
   on both sides. A line through both ends (a quarter of the long cut-off each) is taken off, so that the record may be continued by zeros.
3. The residuals are filtered twice in the frequency domain, with cut-offs of 80 and 667 days, and the line is added again::

       H(ν) = exp(-ln 2 (ν / ν_c)^p)

   p is 4 as published; the present program of NOAA has 6, which `power` reproduces.
4. ::

       smooth = f + short-term filter
       trend  = polynomial + long-term filter
       cycle  = smooth - trend
       growth = d trend / dt

References
----------
Thoning, K. W., Tans, P. P., Komhyr, W. D. (1989), Atmospheric carbon dioxide at Mauna Loa Observatory: 2. Analysis of the NOAA GMCC data,
1974-1985, J. Geophys. Res. 94, 8549-8565, doi:10.1029/JD094iD06p08549.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.curve_fit_operator import YEAR, FitOperator, from_days, make_operator, to_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    TimeArray = NDArray[np.datetime64]

__all__ = ["AnnualIncreases", "CurveFit", "Increase", "fit_curve"]

_AT_ONCE = 64
_ITERATIONS = 20
_MOST_CORRELATED = 0.999


class Increase(NamedTuple):
    """Increases of the trend and their standard uncertainties, in the unit of the values."""

    value: FloatArray
    uncertainty: FloatArray


class AnnualIncreases(NamedTuple):
    """Increase of the trend from 1 January of each year to 1 January of the next, and its standard uncertainty."""

    year: NDArray[np.int64]
    value: FloatArray
    uncertainty: FloatArray


@dataclass(frozen=True, kw_only=True)
class CurveFit:
    """Curves of a series on regular steps of time.

    Attributes
    ----------
    time
        (N,) ``datetime64[ns]``, from the first value to the last.
    function
        (N,) polynomial and harmonics.
    smooth
        (N,) function and short-term variations.
    trend
        (N,) polynomial and long-term variations: the series without its seasonal cycle.
    cycle
        (N,) smooth curve without the trend: the seasonal cycle as it was each year.
    growth
        (N,) derivative of the trend, per year.
    residual
        (n,) values minus smooth curve, at the times of the values.
    noise
        Standard deviation of the values about function and long-term variations, in the unit of the values.
    autocorrelation
        Correlation of that noise from one step to the next.
    interval
        Length of the steps, days.
    long_cutoff
        Cut-off of the trend, days.
    """

    time: TimeArray
    function: FloatArray
    smooth: FloatArray
    trend: FloatArray
    cycle: FloatArray
    growth: FloatArray
    residual: FloatArray
    noise: float
    autocorrelation: float
    interval: float
    long_cutoff: float
    _operator: FitOperator = field(repr=False)

    def trend_at(self, time: TimeArray) -> FloatArray:
        """Return the trend at any time within the series, and up to one step before and after; NaN beyond."""
        days = self._within(time)
        grid = self._operator.grid
        inside = np.clip(days, grid[0], grid[-1])
        beyond = (days - inside) / YEAR
        value: FloatArray = np.interp(inside, grid, self.trend) + beyond * np.interp(inside, grid, self.growth)
        return value

    def trend_uncertainty(self, time: TimeArray) -> FloatArray:
        """Return the standard uncertainty of the trend at any time within the series; NaN beyond."""
        days = self._within(time)
        uncertainty = np.full(days.shape, np.nan)
        known = np.flatnonzero(np.isfinite(days))
        for rows in np.array_split(known, range(_AT_ONCE, known.size, _AT_ONCE)):
            uncertainty[rows] = self._deviation(self._operator.trend_weights(days[rows], self.long_cutoff))
        return uncertainty

    def increase(self, start: TimeArray, end: TimeArray) -> Increase:
        """Return how much the trend increased.

        Parameters
        ----------
        start, end
            (B,) ``datetime64``.

        Returns
        -------
        Increase
            (B,) each; NaN where either time is more than a step outside the series.

        Notes
        -----
        Whatever the values are, the increase is a sum of them with known weights w, a row of the fit's matrix. Their noise is taken as a
        first-order autoregression with the standard deviation σ of the values about function and long-term variations and its
        correlation ρ from one step Δ to the next, so that::

            u² = Σ_i Σ_k w_i w_k σ² ρ^(|t_i - t_k| / Δ)

        That a trend is known less well towards the ends and across gaps is in the weights. Errors that all values share, of the scale,
        cancel; those that drift with the calibration do not, and are not in here.
        """
        first, last = self._within(start), self._within(end)
        value, uncertainty = self.trend_at(end) - self.trend_at(start), np.full(first.shape, np.nan)
        known = np.flatnonzero(np.isfinite(first) & np.isfinite(last))
        for rows in np.array_split(known, range(_AT_ONCE, known.size, _AT_ONCE)):
            weights = self._operator.trend_weights(last[rows], self.long_cutoff)
            weights -= self._operator.trend_weights(first[rows], self.long_cutoff)
            uncertainty[rows] = self._deviation(weights)
        return Increase(value, uncertainty)

    def annual_increases(self) -> AnnualIncreases:
        """Return the increase of every calendar year that the series covers, up to one step at its ends."""
        first, last = (self.time[row].astype("datetime64[Y]") for row in (0, -1))
        years = np.arange(first, last + np.timedelta64(2, "Y"))
        new_years_days = years.astype("datetime64[ns]")
        found = self.increase(new_years_days[:-1], new_years_days[1:])
        covered = np.isfinite(found.value)
        return AnnualIncreases(years[:-1][covered].astype(np.int64) + 1970, found.value[covered], found.uncertainty[covered])

    def _within(self, time: TimeArray) -> FloatArray:
        days = to_days(np.atleast_1d(time))
        grid = self._operator.grid
        within: FloatArray = np.where((days >= grid[0] - self.interval) & (days <= grid[-1] + self.interval), days, np.nan)
        return within

    def _deviation(self, weights: FloatArray) -> FloatArray:
        """Return the standard deviation of weighted sums (B, n) of values with this noise."""
        decay = self.autocorrelation ** (np.diff(self._operator.days) / self.interval)
        total = np.sum(np.square(weights), axis=1)
        earlier = np.zeros(weights.shape[0])
        # Of the double sum, Σ_{k<i} w_k ρ^(t_i - t_k) follows from the one before by one multiplication.
        for now, (factor, before) in enumerate(zip(decay, weights.T[:-1], strict=True), start=1):
            earlier = factor * (earlier + before)
            total += 2.0 * weights[:, now] * earlier
        deviation: FloatArray = self.noise * np.sqrt(np.maximum(total, 0.0))
        return deviation


def fit_curve(
    time: TimeArray,
    values: FloatArray,
    *,
    short_cutoff: float = 80.0,
    long_cutoff: float = 667.0,
    polynomial: int = 3,
    harmonics: int = 4,
    power: float = 4.0,
    interval: float | None = None,
) -> CurveFit:
    """Fit trend and seasonal cycle to a series.

    Parameters
    ----------
    time
        (n,) increasing ``datetime64``, the middle of the days or months that the values are of; calendar years are those of this clock.
    values
        (n,) mole fractions in any unit; missing ones (NaN) are left out.
    short_cutoff, long_cutoff
        Cut-offs of the smooth curve and of the trend in days.
    polynomial
        Number of terms of the polynomial; 3 is a parabola.
    harmonics
        Number of harmonics of the year; no more than the steps can tell apart are used.
    power
        Exponent p of the filter: 4 as published, 6 as in NOAA's present program.
    interval
        Steps on which the residuals are filtered, days; without it the usual distance between values, in whole days.

    Returns
    -------
    CurveFit
        The curves.

    Raises
    ------
    ValueError
        If times do not increase, there are too few values for the function, the series is shorter than the long cut-off, or its steps
        are so long that they hold no trend.
    """
    days, values = _present(time, values)
    steps = np.diff(days)
    step = interval if interval is not None else max(1.0, float(np.round(np.median(steps)))) if steps.size else 1.0
    if not 0.0 < step < 0.5 * long_cutoff:
        raise ValueError(f"steps of {step:g} days are not between 0 and half of the long cut-off of {long_cutoff:g} days")
    harmonics = min(harmonics, int(YEAR / (2.0 * step)))
    parameters = polynomial + 2 * harmonics
    if values.size <= parameters:
        raise ValueError(f"a function of {parameters} terms needs more than {parameters} values, there are {values.size}")
    if days[-1] - days[0] < long_cutoff:
        raise ValueError(
            f"a trend with a cut-off of {long_cutoff:g} days needs a longer series, this one has {days[-1] - days[0]:.0f} days"
        )
    operator = make_operator(days, step, polynomial, harmonics, long_cutoff, power)
    coefficients = operator.solve @ values
    residual = values - operator.design @ coefficients
    line = operator.ends @ residual
    grid = operator.grid
    on_grid = np.interp(grid, days, residual - operator.line(days) @ line)
    terms = operator.terms(grid)
    ends = operator.line(grid) @ line
    short = operator.filtered(on_grid, short_cutoff) + ends
    long = operator.filtered(on_grid, long_cutoff) + ends
    function = terms @ coefficients
    trend = terms[:, :polynomial] @ coefficients[:polynomial] + long
    powers = np.arange(1, polynomial)
    growth = terms[:, : polynomial - 1] @ (powers * coefficients[1:polynomial]) + line[1]
    growth = growth + YEAR * operator.filtered(on_grid, long_cutoff, derivative=True)
    noise, autocorrelation = _noise(operator, residual - np.interp(days, grid, long), long_cutoff)
    return CurveFit(
        time=from_days(grid),
        function=function,
        smooth=function + short,
        trend=trend,
        cycle=function + short - trend,
        growth=growth,
        residual=residual - np.interp(days, grid, short),
        noise=noise,
        autocorrelation=autocorrelation,
        interval=step,
        long_cutoff=long_cutoff,
        _operator=operator,
    )


def _present(time: TimeArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    values = np.asarray(values, dtype=np.float64)
    if np.shape(time) != values.shape or values.ndim != 1:
        raise ValueError(f"times {np.shape(time)} and values {values.shape} of a series must be as many, along one dimension")
    present = np.isfinite(values) & ~np.isnat(time)
    days = to_days(time[present])
    if np.any(np.diff(days) <= 0.0):
        raise ValueError("times of a series must increase")
    return days, values[present]


def _noise(operator: FitOperator, residual: FloatArray, long_cutoff: float) -> tuple[float, float]:
    """Return the standard deviation of the noise and its correlation from one step to the next.

    The fit takes part of the noise with it: filter and harmonics have degrees of freedom at slow variations, and a first-order
    autoregression has these stronger than others, by its spectrum

        S(ω) = σ² (1 - ρ²) / (1 - 2 ρ cos ω + ρ²)

    with ω in radians per step. What is left in the residuals lacks that variance, and of their covariance from one step to the next
    cos ω times as much; both are given back.
    """
    variance = float(np.var(residual, ddof=1))
    next_to = np.diff(operator.days) <= 1.5 * operator.interval
    if not next_to.any() or variance == 0.0:
        return float(np.sqrt(variance)), 0.0
    centred = residual - np.mean(residual)
    covariance = float(np.mean((centred[1:] * centred[:-1])[next_to]))
    omega, freedom = operator.freedom(long_cutoff)
    share, cosine = freedom / operator.days.size, np.cos(omega)
    whole, correlation = variance, 0.0
    for _ in range(_ITERATIONS):
        lost = share * (1.0 - correlation**2) / (1.0 - 2.0 * correlation * cosine + correlation**2)
        # More than half is never given back: a series too short to tell its noise from its trend would have no end of it.
        whole = variance / max(1.0 - float(np.sum(lost)), 0.5)
        correlation = min(max(covariance / whole + float(np.sum(lost * cosine)), 0.0), _MOST_CORRELATED)
    return float(np.sqrt(whole)), correlation
