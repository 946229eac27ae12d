"""Straight lines of assigned on measured mole fractions: the calibration of an analyser with cylinders.

`fit_line` fits by least squares in the assigned value, many sequences at once; `fit_line_odr` allows for errors of the readings too. At
mole fractions the two differ by less than a millionth of a µmol mol⁻¹; what the second adds is a covariance from stated errors.

Notes
-----
With weights w, measured M and assigned A of the cylinders, W = Σ w, centre M̄ = Σ w M / W, offsets u = M - M̄ and spread S = Σ w u²::

    slope = Σ w u (A - Ā) / S          intercept = Ā - slope M̄

The line at a reading x is a weighted mean of the assigned values, y(x) = Σ h(x) A with the shares

    h(x) = w / W + w u (x - M̄) / S

so that an error of an assigned value goes into y by its share, an error of a reading by -slope h(x) + w r (x - M̄) / S with the residual r
of the cylinder. If an observation of weight 1 has the variance s², the line has the variance

    s²(x) = s² (1 / W + (x - M̄)² / S)

and the coefficients have the covariance s² [[1/S, -M̄/S], [-M̄/S, 1/W + M̄²/S]].

References
----------
York, D. et al. (2004), Unified equations for the slope, intercept, and standard errors of the best straight line, Am. J. Phys. 72,
367-375, doi:10.1119/1.1632486.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["LineFit", "fit_line", "fit_line_odr"]

_ITERATIONS = 50


@dataclass(frozen=True, kw_only=True)
class LineFit:
    """k lines, each through up to m cylinders; NaN where fewer than two different readings fix no line.

    Attributes
    ----------
    slope, intercept
        (k,) coefficients of assigned = intercept + slope · measured.
    centre
        (k,) weighted mean of the readings.
    total, spread
        (k,) sum of the weights, and of the weights times the squared offsets.
    unit_variance
        (k,) variance of an observation of weight 1: of `fit_line` from the residuals, NaN with two cylinders; of `fit_line_odr` 1.
    weight, offset, residual
        (k, m) weight, reading minus centre, and assigned value minus line of each cylinder; weight and offset are 0, the residual is NaN
        for a cylinder that is absent.
    """

    slope: FloatArray
    intercept: FloatArray
    centre: FloatArray
    total: FloatArray
    spread: FloatArray
    unit_variance: FloatArray
    weight: FloatArray
    offset: FloatArray
    residual: FloatArray

    @property
    def cylinders(self) -> NDArray[np.int64]:
        """(k,) number of cylinders in each line."""
        number: NDArray[np.int64] = np.count_nonzero(self.weight, axis=-1).astype(np.int64)
        return number

    @property
    def slope_variance(self) -> FloatArray:
        """(k,) variance of the slope."""
        variance: FloatArray = self.unit_variance / self.spread
        return variance

    @property
    def intercept_variance(self) -> FloatArray:
        """(k,) variance of the intercept, the square of the unit of the assigned values."""
        return self.variance(0.0)

    @property
    def covariance(self) -> FloatArray:
        """(k,) covariance of slope and intercept."""
        covariance: FloatArray = -self.centre * self.slope_variance
        return covariance

    @property
    def residual_sd(self) -> FloatArray:
        """(k,) standard deviation of the residuals, two degrees of freedom less than cylinders; NaN with two."""
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = np.nansum(np.square(self.residual), axis=-1) / (self.cylinders - 2.0)
            deviation: FloatArray = np.sqrt(np.where(self.cylinders > 2, squares, np.nan) + 0.0 * self.slope)
        return deviation

    def at(self, reading: ArrayLike) -> FloatArray:
        """Return the lines at readings (…, k)."""
        value: FloatArray = self.intercept + self.slope * np.asarray(reading, dtype=np.float64)
        return value

    def shares(self, reading: ArrayLike) -> FloatArray:
        """Return the share (…, k, m) of each assigned value in the lines at readings (…, k); shares of a line add up to 1."""
        leverage = self._leverage(reading)
        share: FloatArray = self.weight * (1.0 / self.total[..., np.newaxis] + self.offset * leverage)
        return share

    def reading_sensitivities(self, reading: ArrayLike) -> FloatArray:
        """Return the change (…, k, m) of the lines at readings (…, k) per change of the reading of each cylinder."""
        pull = self.weight * np.nan_to_num(self.residual) * self._leverage(reading)
        sensitivity: FloatArray = pull - self.slope[..., np.newaxis] * self.shares(reading)
        return sensitivity

    def variance(self, reading: ArrayLike) -> FloatArray:
        """Return the variance (…, k) of the lines themselves at readings (…, k)."""
        away = np.asarray(reading, dtype=np.float64) - self.centre
        variance: FloatArray = self.unit_variance * (1.0 / self.total + np.square(away) / self.spread)
        return variance

    def take(self, lines: ArrayLike) -> LineFit:
        """Return the lines of some indices, in that order, as often as they are named."""
        return LineFit(**{each.name: getattr(self, each.name)[np.asarray(lines)] for each in fields(self)})

    def _leverage(self, reading: ArrayLike) -> FloatArray:
        leverage: FloatArray = ((np.asarray(reading, dtype=np.float64) - self.centre) / self.spread)[..., np.newaxis]
        return leverage


def fit_line(measured: ArrayLike, assigned: ArrayLike, weight: ArrayLike | None = None) -> LineFit:
    """Fit lines of assigned on measured values by least squares in the assigned value.

    Parameters
    ----------
    measured : (k, m) array_like
        Readings of the m cylinders in k sequences; NaN where a cylinder is absent.
    assigned : (m,) or (k, m) array_like
        Assigned values; NaN where a cylinder has none.
    weight : (m,) or (k, m) array_like, optional
        Weights, such as 1/u²; they count relative to each other only. Without them, or where all are equal, all cylinders count the same.

    Returns
    -------
    LineFit
        The lines.

    Raises
    ------
    ValueError
        If shapes do not fit, or a weight is negative.
    """
    x, y, w = _cylinders(measured, assigned, 1.0 if weight is None else weight)
    if np.any(w < 0.0):
        raise ValueError("weights of cylinders must not be negative")
    with np.errstate(divide="ignore", invalid="ignore"):
        total, centre, mean = _means(w, x, y)
        offset = np.where(w > 0.0, x - centre[:, np.newaxis], 0.0)
        slope, spread = _slope(w * offset, y - mean[:, np.newaxis], offset, _rounding(total, centre))
        residual = _residual(w, y - mean[:, np.newaxis] - slope[:, np.newaxis] * offset)
        free = np.count_nonzero(w, axis=-1) - 2.0
        unit_variance = np.where(free > 0.0, np.nansum(w * np.square(residual), axis=-1) / free, np.nan) + 0.0 * slope
        return LineFit(
            slope=slope,
            intercept=mean - slope * centre,
            centre=centre,
            total=total,
            spread=spread,
            unit_variance=unit_variance,
            weight=w,
            offset=offset,
            residual=residual,
        )


def fit_line_odr(measured: ArrayLike, assigned: ArrayLike, measured_uncertainty: ArrayLike, assigned_uncertainty: ArrayLike) -> LineFit:
    """Fit lines of assigned on measured values where both have errors: orthogonal distance regression.

    Parameters
    ----------
    measured : (k, m) array_like
        Readings of the m cylinders in k sequences; NaN where a cylinder is absent.
    assigned : (m,) or (k, m) array_like
        Assigned values; NaN where a cylinder has none.
    measured_uncertainty, assigned_uncertainty : (m,) or (k, m) array_like
        Their standard uncertainties; a cylinder without error at all is left out, as it would count for ever.

    Returns
    -------
    LineFit
        The lines. Their covariance follows from the stated uncertainties alone, not from the residuals.

    Raises
    ------
    ValueError
        If shapes do not fit, or an uncertainty is negative.

    Notes
    -----
    The unified equations of York et al. (2004) with uncorrelated errors, started from least squares: W = 1 / (u_A² + slope² u_M²),
    β = W (U u_A² + slope V u_M²) with U and V the distances from the weighted means, slope = Σ W β V / Σ W β U; offsets are those of the
    adjusted readings. The minimum is that of `scipy.odr` (ODRPACK), which the tests compare.
    """
    x, y, there = _cylinders(measured, assigned, 1.0)
    x_variance, y_variance = (
        np.square(np.broadcast_to(np.asarray(each, dtype=np.float64), x.shape)) for each in (measured_uncertainty, assigned_uncertainty)
    )
    if np.any(np.asarray(measured_uncertainty) < 0.0) or np.any(np.asarray(assigned_uncertainty) < 0.0):
        raise ValueError("uncertainties of cylinders must not be negative")
    present = (there > 0.0) & (x_variance + y_variance > 0.0)
    x, y = np.where(present, x, 0.0), np.where(present, y, 0.0)
    slope = fit_line(np.where(present, x, np.nan), y).slope
    done = np.isnan(slope)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(_ITERATIONS):
            w = np.where(present, 1.0 / (y_variance + np.square(slope)[:, np.newaxis] * x_variance), 0.0)
            total, centre, mean = _means(w, x, y)
            U, V = x - centre[:, np.newaxis], y - mean[:, np.newaxis]
            adjusted = w * (U * y_variance + slope[:, np.newaxis] * V * x_variance)
            if done.all():
                break
            moved, _spread = _slope(w * adjusted, V, U, _rounding(total, centre))
            # A line that has arrived stays, or others that take longer would change its rounding.
            previous, slope = slope, np.where(done, slope, moved)
            done |= np.isnan(slope) | (np.abs(slope - previous) <= 4.0 * np.spacing(np.abs(slope)))
        shift = np.sum(w * adjusted, axis=-1) / total
        offset = np.where(present, adjusted - shift[:, np.newaxis], 0.0)
        intercept = mean - slope * centre
        return LineFit(
            slope=slope,
            intercept=intercept,
            centre=centre + shift,
            total=total,
            spread=np.sum(w * np.square(offset), axis=-1) + 0.0 * slope,
            unit_variance=1.0 + 0.0 * slope,
            weight=w,
            offset=offset,
            residual=_residual(w, V - slope[:, np.newaxis] * U),
        )


def _cylinders(measured: ArrayLike, assigned: ArrayLike, weight: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bring readings, values and weights to one shape (k, m), all of them 0 for a cylinder that is absent."""
    x = np.asarray(measured, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError(f"readings of cylinders must be (sequences, cylinders), not of shape {x.shape}")
    try:
        y, w = (np.broadcast_to(np.asarray(each, dtype=np.float64), x.shape) for each in (assigned, weight))
    except ValueError as error:
        raise ValueError(
            f"assigned values {np.shape(assigned)} or weights {np.shape(weight)} do not fit the readings {x.shape}, (sequences, cylinders)"
        ) from error
    present = np.isfinite(x) & np.isfinite(y) & np.isfinite(w)
    return np.where(present, x, 0.0), np.where(present, y, 0.0), np.where(present, w, 0.0)


def _means(weight: FloatArray, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum of the weights, NaN where it is 0, and weighted means."""
    total = np.sum(weight, axis=-1)
    total = np.where(total > 0.0, total, np.nan)
    return total, np.sum(weight * x, axis=-1) / total, np.sum(weight * y, axis=-1) / total


def _slope(pull: FloatArray, y: FloatArray, x: FloatArray, least: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slope Σ pull y / Σ pull x, and what it is divided by; NaN where that is no more than rounding makes of equal readings."""
    spread = np.sum(pull * x, axis=-1)
    fixed = np.where(spread > least, spread, np.nan)
    slope: FloatArray = np.sum(pull * y, axis=-1) / fixed
    return slope, fixed


def _rounding(total: FloatArray, centre: FloatArray) -> FloatArray:
    """Spread that readings may have by rounding alone."""
    least: FloatArray = total * np.square(8.0 * np.spacing(np.abs(centre)))
    return least


def _residual(weight: FloatArray, residual: FloatArray) -> FloatArray:
    only_present: FloatArray = np.where(weight > 0.0, residual, np.nan)
    return only_present
