"""The change point of binned night-time flux against friction velocity in one stratum, after Barr et al. (2013)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numba import njit
from scipy.special import stdtrit

from icos_ecosystem.ustar.change_point_tables import probability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["COLUMNS", "ChangePointFits", "Model", "fit_change_point", "fits_of_rows", "scan"]

Model = Literal["operational", "diagnostic"]
"""``operational``: flat above the change point (two parameters); ``diagnostic``: a second slope above it (three)."""

COLUMNS: Final = 8
"""What :func:`scan` writes: bins, F, change point, intercept, slope, change of slope, standard errors of slope and of its change."""

_FEWEST_BINS: Final = 10
_OUTLIER: Final = 4.0
_COLLINEAR: Final = 1e-12
_ROUNDING: Final = 1e-14


@dataclass(frozen=True, kw_only=True)
class ChangePointFits:
    """Fits of strata; all arrays of one shape. NaN where there is no fit, or where it lies too near to an end.

    Attributes
    ----------
    bins
        Number of bins that were fitted, outliers left out.
    f_max, p
        Largest F of all candidates, and its probability where there is no change point.
    change_point
        Friction velocity at the largest F [m s-1], significant or not.
    intercept, slope
        Of the line below the change point [flux, flux / (m s-1)].
    slope_above
        Slope above the change point; 0 in the operational model.
    slope_half_width, change_half_width
        Half the 95 % confidence interval of `slope`, and of ``slope_above - slope``.
    """

    bins: FloatArray
    f_max: FloatArray
    p: FloatArray
    change_point: FloatArray
    intercept: FloatArray
    slope: FloatArray
    slope_above: FloatArray
    slope_half_width: FloatArray
    change_half_width: FloatArray


def fit_change_point(ustar: FloatArray, flux: FloatArray, *, model: Model = "operational") -> ChangePointFits:
    """Fit two lines that meet at one of the bins, and tell how probable so good a fit were without a change.

    Parameters
    ----------
    ustar
        Mean friction velocity of each bin [m s-1], shape (n,), not decreasing; NaN bins are left out.
    flux
        Mean flux of each bin, shape (n,).
    model
        See :data:`Model`.

    Returns
    -------
    ChangePointFits
        With arrays of shape ().

    Raises
    ------
    ValueError
        Where the arrays are not of one shape (n,), or `ustar` decreases.

    Notes
    -----
    Bins whose residual from a straight line over all of them lies more than four standard deviations from the mean residual are left out.
    Each of the ``n - 1`` lower bins is a candidate ``c``:

    * operational ``y = b0 + b1 min(x, c)``, against ``y = mean``, ``F = (S0 - S) / (S / (n - 2))``;
    * diagnostic ``y = b0 + b1 x + b2 max(x - c, 0)``, against ``y = b0 + b1 x``, ``F = (S0 - S) / (S / (n - 3))``

    with sums of squared residuals S and, of the model without a change, S0. The sums that regression needs follow from those of the
    neighbouring candidate: with ``w = max(c - x, 0)`` and ``d`` the step to the next candidate, ``sum w`` grows by ``d`` times the number
    of bins that lie below, ``sum w^2`` by ``2 d sum w`` and ``d^2`` times that number. All terms are positive, so that no digits are lost.
    ``y = b0 + b1 min(x, c)`` and ``y = a - b1 w`` are the same line.

    A fit counts where more than ``max(3, n // 20)`` bins lie at or below its change point and as many above.

    References
    ----------
    Barr et al. (2013), Agric. For. Meteorol. 171-172, 31, doi:10.1016/j.agrformet.2012.11.023
    Lund and Reeves (2002), J. Climate 15, 2547, doi:10.1175/1520-0442(2002)015<2547:DOUCAR>2.0.CO;2
    """
    if ustar.ndim != 1 or ustar.shape != flux.shape:
        raise ValueError(f"a change point needs bins of one shape (n,), got {ustar.shape} and {flux.shape}")
    valid = np.isfinite(ustar) & np.isfinite(flux)
    x = np.ascontiguousarray(ustar[valid], np.float64)
    if (np.diff(x) < 0.0).any():
        raise ValueError("bins of a change point must be in the order of friction velocity")
    row = np.full(COLUMNS, np.nan)
    scan(x, np.ascontiguousarray(flux[valid], np.float64), x.size, model == "diagnostic", row)
    return fits_of_rows(row, model)


def fits_of_rows(rows: FloatArray, model: Model) -> ChangePointFits:
    """Return the fits that :func:`scan` wrote into `rows` of shape (..., :data:`COLUMNS`), with probabilities and confidence intervals."""
    bins, f_max, change_point, intercept, slope, change, slope_error, change_error = np.moveaxis(rows, -1, 0)
    parameters = 3 if model == "diagnostic" else 2
    known = ~np.isnan(f_max)
    quantile = np.full(bins.shape, np.nan)
    quantile[known] = stdtrit(bins[known] - parameters, 0.975)
    return ChangePointFits(
        bins=bins,
        f_max=f_max,
        p=probability(f_max, bins, parameters=parameters),
        change_point=change_point,
        intercept=intercept,
        slope=slope,
        slope_above=slope + change if model == "diagnostic" else 0.0 * slope,
        slope_half_width=quantile * slope_error,
        change_half_width=quantile * change_error,
    )


@njit(cache=True, nogil=True)
def scan(x: FloatArray, y: FloatArray, size: int, diagnostic: bool, row: FloatArray) -> None:
    """Write the best fit of the first `size` bins into `row`, see :data:`COLUMNS`; `x` and `y` are changed.

    Bins are in the order of `x`. Without a fit the row stays as it is, beside the number of bins.
    """
    if size < _FEWEST_BINS:
        return
    n = _without_outliers(x, y, size)
    if n < _FEWEST_BINS:
        return
    row[0] = n
    x_mean, y_mean = 0.0, 0.0
    for i in range(n):
        x_mean += x[i]
        y_mean += y[i]
    x_mean /= n
    y_mean /= n
    squares = 0.0
    for i in range(n):
        x[i] -= x_mean
        y[i] -= y_mean
        squares += y[i] * y[i]
    if squares <= n * (_ROUNDING * y_mean) ** 2:
        return
    if diagnostic:
        _two_slopes(x, y, n, row)
    else:
        _one_slope(x, y, n, row)
    row[2] += x_mean
    row[3] += y_mean - row[4] * x_mean


@njit(cache=True, nogil=True)
def _without_outliers(x: FloatArray, y: FloatArray, size: int) -> int:
    """Move the bins near a straight line to the front; return how many there are."""
    sx, sy = 0.0, 0.0
    for i in range(size):
        sx += x[i]
        sy += y[i]
    x_mean, y_mean = sx / size, sy / size
    sxx, sxy = 0.0, 0.0
    for i in range(size):
        sxx += (x[i] - x_mean) ** 2
        sxy += (x[i] - x_mean) * (y[i] - y_mean)
    slope = sxy / sxx if sxx > 0.0 else 0.0
    squares = 0.0
    for i in range(size):
        squares += (y[i] - y_mean - slope * (x[i] - x_mean)) ** 2
    limit = _OUTLIER * np.sqrt(squares / (size - 1))
    kept = 0
    for i in range(size):
        if np.abs(y[i] - y_mean - slope * (x[i] - x_mean)) <= limit:
            x[kept] = x[i]
            y[kept] = y[i]
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def _counts(best: int, n: int) -> bool:
    """Tell whether enough bins lie on both sides of candidate `best`."""
    ends = max(3, n // 20)
    return ends < best + 1 < n - ends


@njit(cache=True, nogil=True)
def _one_slope(x: FloatArray, y: FloatArray, n: int, row: FloatArray) -> None:
    """Fit the operational model to bins about their means."""
    total = 0.0
    for i in range(n):
        total += y[i] * y[i]
    best, f_max = -1, -1.0
    below, y_below = 0.0, 0.0
    w, ww, wy = 0.0, 0.0, 0.0
    best_w, best_ww, best_wy = 0.0, 0.0, 0.0
    for i in range(n - 1):
        if i > 0:
            step = x[i] - x[i - 1]
            ww += step * (2.0 * w + step * below)
            w += step * below
            wy += step * y_below
        below += 1.0
        y_below += y[i]
        spread = ww - w * w / n
        f = 0.0
        if spread > _COLLINEAR * ww:
            explained = wy * wy / spread
            left = max(total - explained, 0.0)
            f = explained * (n - 2) / left if left > 0.0 else np.inf
        if f > f_max:
            best, f_max = i, f
            best_w, best_ww, best_wy = w, spread, wy
    if best_ww == 0.0 or not _counts(best, n):
        return
    slope = -best_wy / best_ww
    left = max(total - best_wy * best_wy / best_ww, 0.0)
    row[1] = f_max
    row[2] = x[best]
    # The line at x = 0 of the shifted axes: y = b0 + b1 min(x, c), min(x, c) = c - w.
    row[3] = -slope * (x[best] - best_w / n)
    row[4] = slope
    row[6] = np.sqrt(left / (n - 2) / best_ww)


@njit(cache=True, nogil=True)
def _two_slopes(x: FloatArray, y: FloatArray, n: int, row: FloatArray) -> None:
    """Fit the diagnostic model to bins about their means."""
    total, xx, xy = 0.0, 0.0, 0.0
    for i in range(n):
        total += y[i] * y[i]
        xx += x[i] * x[i]
        xy += x[i] * y[i]
    if xx == 0.0:
        return
    straight = max(total - xy * xy / xx, 0.0)
    best, f_max = -1, -1.0
    above, x_above, y_above = 0.0, 0.0, 0.0
    z, zz, zx, zy = 0.0, 0.0, 0.0, 0.0
    at = np.zeros(4)
    for i in range(n - 2, -1, -1):
        step = x[i + 1] - x[i]
        above += 1.0
        x_above += x[i + 1]
        y_above += y[i + 1]
        zz += step * (2.0 * z + step * above)
        z += step * above
        zx += step * x_above
        zy += step * y_above
        own = zz - z * z / n
        # What of z no straight line explains, and what of the flux that in turn explains.
        free = own - zx * zx / xx
        f = 0.0
        if free > _COLLINEAR * zz:
            rest = zy - zx * xy / xx
            explained = rest * rest / free
            left = max(straight - explained, 0.0)
            f = explained * (n - 3) / left if left > 0.0 else np.inf
        # Of equal ones the lowest, as where candidates are gone through from below.
        if f >= f_max:
            best, f_max = i, f
            at[0], at[1], at[2], at[3] = z, zx, zy, free
    if not _counts(best, n):
        return
    best_z, best_zx, best_zy, free = at[0], at[1], at[2], at[3]
    rest = best_zy - best_zx * xy / xx
    change = rest / free
    slope = (xy - best_zx * change) / xx
    variance = max(straight - rest * rest / free, 0.0) / (n - 3)
    row[1] = f_max
    row[2] = x[best]
    row[3] = -change * best_z / n
    row[4] = slope
    row[5] = change
    row[6] = np.sqrt(variance * (1.0 / xx + best_zx * best_zx / (xx * xx * free)))
    row[7] = np.sqrt(variance / free)
