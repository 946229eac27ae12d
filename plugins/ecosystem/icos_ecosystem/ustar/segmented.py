"""Friction-velocity threshold from lines that bend once, fitted to single records of classes of temperature, after REddyProc.

References
----------
Barr et al. (2013), Agric. For. Meteorol. 171-172, 31, doi:10.1016/j.agrformet.2012.11.023
Muggeo (2016), J. Stat. Comput. Simul. 86, 3059, doi:10.1080/00949655.2016.1149855
Wutzler et al. (2018), Biogeosciences 15, 5015, doi:10.5194/bg-15-5015-2018
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy.special import stdtr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Bend", "SegmentedSeason", "SegmentedYear", "bend", "segmented_season", "segmented_year"]

_FEWEST_IN_SEASON: Final = 160
_FEWEST_PER_CLASS: Final = 100
_FEWEST_IN_YEAR: Final = 3000
_CORRELATED: Final = 0.5
_SIGNIFICANT: Final = 0.05
_FEWEST_CLASSES: Final = 0.2
_EVALUATED: Final = 10
_EQUAL: Final = 1e-8
_COLLINEAR: Final = 1e-12


class Bend(NamedTuple):
    """Two lines that meet, flat above: friction velocity where they do [m s-1], slope below, flux above, probability without a bend."""

    change_point: float
    slope: float
    above: float
    p: float


class SegmentedSeason(NamedTuple):
    """Threshold of a season [m s-1], NaN where it has none, and the bends of its 7 + 6 + 5 classes of temperature, one after the other."""

    threshold: float
    bends: tuple[Bend, ...]


class SegmentedYear(NamedTuple):
    """Threshold of a year and of its seasons [m s-1]; `together`: that of the year is of all its records as one season."""

    year: float
    seasons: dict[int, SegmentedSeason]
    together: bool


_NO_BEND: Final = Bend(np.nan, np.nan, np.nan, np.nan)


def bend(ustar: FloatArray, flux: FloatArray, *, margin: float = 0.05) -> Bend:
    """Fit a line that is flat above a change point.

    Parameters
    ----------
    ustar, flux
        Friction velocity [m s-1] and flux of single records, each of shape (n,), without missing values.
    margin
        The change point lies between this quantile of `ustar` and one minus it.

    Returns
    -------
    Bend
        NaN where no two lines can be fitted.

    Notes
    -----
    ``y = a + b max(c - x, 0)`` with the smallest sum of squares of all c. Between two neighbouring values of x that sum is smallest where
    the straight line through the records below meets the mean of those above, if they meet there, else at one of the two values: all
    these are compared, so that the best of all is found. Programs that start from a guess and improve it may find another.

    The test is Muggeo's score test, two-sided: with ``f(x)`` the mean of ``max(c - x, 0)`` over ten values of c at equal distances from the
    lowest to the highest x, ``t = sum (f - mean f) y / (s sqrt(sum (f - mean f)^2))`` with the residual standard deviation s of the fit
    and n - 3 degrees of freedom.
    """
    order = np.argsort(ustar, kind="stable")
    x, y = ustar[order], flux[order]
    n = x.size
    if n <= 3 or x[0] == x[-1]:
        return _NO_BEND
    x_mean, y_mean = x.mean(), y.mean()
    dx, dy = x - x_mean, y - y_mean
    low, high = np.quantile(x, [margin, 1.0 - margin])
    below = np.flatnonzero(np.diff(x) > 0.0)
    count = below + 1.0
    sx, sy, sxx, sxy, syy = (np.cumsum(each)[below] for each in (dx, dy, dx * dx, dx * dy, dy * dy))
    total, least = float(np.sum(dy * dy)), _COLLINEAR * float(np.sum(dx * dx))
    at = dx[below]
    w, ww, wy = count * at - sx, count * at * at - 2.0 * at * sx + sxx, at * sy - sxy
    spread = ww - w * w / n
    with np.errstate(divide="ignore", invalid="ignore"):
        at_values = total - wy * wy / spread
        own = sxx - sx * sx / count
        line = (sxy - sx * sy / count) / own
        level = -sy / (n - count)
        between = sx / count + (level - sy / count) / line
        within = syy - sy * sy / count - line * line * own + total - syy - (n - count) * level * level
    at_values[~((spread > least) & (x[below] >= low) & (x[below] <= high))] = np.inf
    meet = (between > at) & (between < dx[below + 1]) & (between >= low - x_mean) & (between <= high - x_mean)
    within[~(meet & (own > least))] = np.inf
    knot, crossing = int(np.argmin(at_values)), int(np.argmin(within))
    squares = min(at_values[knot], within[crossing])
    if not np.isfinite(squares):
        return _NO_BEND
    if within[crossing] < at_values[knot]:
        change_point, slope, above = between[crossing], line[crossing], level[crossing]
    else:
        slope = -wy[knot] / spread[knot]
        change_point, above = at[knot], slope * w[knot] / n
    return Bend(change_point + x_mean, slope, above + y_mean, _score_test(x, dy, max(squares, 0.0)))


def _score_test(x: FloatArray, dy: FloatArray, squares: float) -> float:
    """Return the probability of the records without a bend; `squares` are those of the residuals of the bent line."""
    mean = np.mean([np.maximum(c - x, 0.0) for c in np.linspace(x[0], x[-1], _EVALUATED)], axis=0)
    mean -= mean.mean()
    score = float(np.sum(mean * dy))
    free = x.size - 3
    scale = np.sqrt(squares / free * np.sum(mean * mean))
    if scale == 0.0:
        return 0.0 if score else 1.0
    return float(2.0 * stdtr(free, -abs(score) / scale))


def segmented_season(ta: FloatArray, ustar: FloatArray, flux: FloatArray, *, classes: int = 7, margin: float = 0.05) -> SegmentedSeason:
    """Return the threshold of a season.

    Parameters
    ----------
    ta, ustar, flux
        Air temperature [degC], friction velocity [m s-1] and flux of the season's night-time records, each of shape (n,), without missing
        values.
    classes
        Classes of temperature; one and two fewer are tried besides.
    margin
        See :func:`bend`.

    Notes
    -----
    Records are put into classes of equal number by temperature; records of equal temperature stay together. Classes in which temperature
    and friction velocity are correlated by more than 0.5 are left out, bends with a probability above 0.05 do not count. The threshold is
    the median of those that do; fewer than a fifth of all classes are none. A season needs 160 records, and 100 per class.
    """
    numbers = range(classes, max(classes - 3, 0), -1)
    if ta.size < max(_FEWEST_IN_SEASON, classes * _FEWEST_PER_CLASS):
        return SegmentedSeason(np.nan, (_NO_BEND,) * sum(numbers))
    order = np.argsort(ta, kind="stable")
    bends = []
    for number in numbers:
        for rows in _classes(ta[order], number):
            members = order[rows]
            bends.append(_NO_BEND if _correlated(ta[members], ustar[members]) else bend(ustar[members], flux[members], margin=margin))
    counting = [each.change_point for each in bends if each.p <= _SIGNIFICANT]
    enough = len(counting) >= _FEWEST_CLASSES * len(bends)
    return SegmentedSeason(float(np.median(counting)) if enough else np.nan, tuple(bends))


def segmented_year(
    ta: FloatArray, ustar: FloatArray, flux: FloatArray, season: NDArray[np.int64], *, classes: int = 7, margin: float = 0.05
) -> SegmentedYear:
    """Return the thresholds of a year and its seasons.

    Parameters
    ----------
    ta, ustar, flux
        Air temperature [degC], friction velocity [m s-1] and flux of the year's night-time records, each of shape (n,), without missing
        values.
    season
        Season of each record, shape (n,).
    classes, margin
        See :func:`segmented_season`.

    Notes
    -----
    The year's threshold is the largest of its seasons'. Where none has one, or the year has fewer than 3000 records, all of them are taken
    as one season.
    """
    seasons = {
        int(each): segmented_season(*(values[season == each] for values in (ta, ustar, flux)), classes=classes, margin=margin)
        for each in np.unique(season)
    }
    found = [each.threshold for each in seasons.values() if np.isfinite(each.threshold)]
    if found and ta.size >= _FEWEST_IN_YEAR:
        return SegmentedYear(max(found), seasons, together=False)
    pooled = segmented_season(ta, ustar, flux, classes=classes, margin=margin).threshold
    together = bool(np.isfinite(pooled))
    return SegmentedYear(pooled if together else max(found, default=np.nan), seasons, together)


def _classes(ta: FloatArray, number: int) -> Iterator[slice]:
    """Yield the rows of classes of temperatures in order; a class begins where the value changes next."""
    changes = np.flatnonzero(np.diff(ta) > _EQUAL) + 1
    nominal = np.arange(1, number) * (ta.size // number)
    places = np.searchsorted(changes, nominal)
    starts = [0, *(int(changes[place]) if place < changes.size else ta.size for place in places), ta.size]
    for first, last in pairwise(starts):
        yield slice(first, last)


def _correlated(ta: FloatArray, ustar: FloatArray) -> bool:
    """Tell whether two series hang together too closely, or one of them tells nothing."""
    a, b = ta - ta.mean() if ta.size else ta, ustar - ustar.mean() if ustar.size else ustar
    scale = float(np.sum(a * a) * np.sum(b * b))
    return scale == 0.0 or abs(float(np.sum(a * b))) > _CORRELATED * scale**0.5
