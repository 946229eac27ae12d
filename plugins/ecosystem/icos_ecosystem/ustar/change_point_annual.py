"""The friction-velocity threshold of a year from change points, with its uncertainty from bootstraps, after Barr et al. (2013)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from icos_ecosystem.ustar.change_point_seasons import RECORDS_PER_BIN, SEASONS, evaluate, fewest_records, night_records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.ustar.change_point import ChangePointFits, Model
    from icos_ecosystem.ustar.change_point_seasons import NightRecords, Strata

    FloatArray = NDArray[np.float64]

__all__ = ["ChangePoints", "Selection", "annual_change_points", "select"]

_SIGNIFICANT: Final = 0.05
_FEWEST_SELECTED_SHARE: Final = 0.10
_OUTLIER: Final = 5.0
_FEWEST_FOR_SPREAD: Final = 4


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which change points count.

    Attributes
    ----------
    selected
        Mask of the shape of the fits.
    mode
        ``deficit``: flux rises with friction velocity up to the change point; ``excess``: it falls; what most of the significant fits show.
    significant_share, deficit_share, selected_share
        Share of significant fits among all strata, of mode ``deficit`` among the significant ones, and of selected ones among all strata;
        NaN of nothing.
    problem
        Why there is no result; empty where there is one.
    """

    selected: NDArray[np.bool_]
    mode: Literal["deficit", "excess"]
    significant_share: float
    deficit_share: float
    selected_share: float
    problem: str


@dataclass(frozen=True, kw_only=True)
class ChangePoints:
    """Thresholds of one year.

    Attributes
    ----------
    thresholds
        (bootstraps,) the year's threshold of each bootstrap [m s-1]; NaN where a bootstrap has none, all NaN where there is a `problem`.
    count
        (bootstraps,) how many change points each is the mean of.
    selection
        Which change points of the bootstraps count; arrays of shape (bootstraps, 4, 8).
    single
        Threshold of the data as measured; NaN where too few of its change points count.
    table
        Fits of the data as measured; arrays of shape (1, 4, 8).
    records
        Number of night-time records.
    problem
        Why there are no thresholds; empty where there are.
    """

    thresholds: FloatArray
    count: NDArray[np.int64]
    selection: Selection
    single: float
    table: Strata
    records: int
    problem: str


def annual_change_points(
    nee: FloatArray,
    ustar: FloatArray,
    ta: FloatArray,
    sw_in: FloatArray,
    per_day: int,
    *,
    bootstraps: int = 100,
    seed: int = 0,
    model: Model = "operational",
    moved_from_day: int = 336,
    night_below: float = 5.0,
    own_columns: bool = False,
) -> ChangePoints:
    """Return the friction-velocity thresholds of a year.

    Parameters
    ----------
    nee, ustar, ta, sw_in
        Net ecosystem exchange (measured, not filled), friction velocity [m s-1], air temperature [degC] and incoming short-wave radiation
        [W m-2] of one calendar year, each of shape (n,); NaN where missing.
    per_day
        Intervals of a day: 48 or 24.
    bootstraps
        How many samples are drawn.
    seed
        Of the random numbers: the same seed gives the same thresholds.
    model
        ``operational``, whose change point is the threshold, or ``diagnostic``.
    moved_from_day
        Records from this day of the year on come before January. ONEFlux: 336, 1 December of a leap year, in all years.
    night_below
        Night is where `sw_in` is below this [W m-2].
    own_columns
        See :func:`select`.

    Returns
    -------
    ChangePoints
        With a `problem` instead of thresholds where there are too few records, or too few change points count.

    Raises
    ------
    ValueError
        Where the arrays are not whole days of one shape (n,), a day has neither 48 nor 24 intervals, or there is no bootstrap.

    Notes
    -----
    A bootstrap is as many records as the year has, day and night, measured or not, drawn with replacement and put in order of time. Its
    threshold is the mean of its change points over seasons and strata of temperature that :func:`select` leaves.

    References
    ----------
    Barr et al. (2013), Agric. For. Meteorol. 171-172, 31, doi:10.1016/j.agrformet.2012.11.023
    """
    if per_day not in RECORDS_PER_BIN:
        raise ValueError(f"a day of {per_day} intervals: change points need 48 or 24")
    if nee.ndim != 1 or nee.size % per_day or not nee.shape == ustar.shape == ta.shape == sw_in.shape:
        raise ValueError(f"change points need whole days of one shape (n,), got {nee.shape}, {ustar.shape}, {ta.shape} and {sw_in.shape}")
    if bootstraps < 1:
        raise ValueError(f"the number of bootstraps must be positive, got {bootstraps}")
    records = night_records(nee, ustar, ta, sw_in, per_day, moved_from_day=moved_from_day, night_below=night_below)
    measured = np.ones((1, records.row.size), np.int64)
    table = evaluate(records, measured, per_day=per_day, model=model)
    of_table = select(table, samples=1, own_columns=own_columns)
    fewest = fewest_records(per_day)
    if records.row.size < fewest:
        copies = np.zeros((bootstraps, records.row.size), np.int64)
        problem = f"{records.row.size} night-time records with flux, friction velocity and temperature; change points need {fewest}"
    else:
        copies = _drawn(records, nee.size, bootstraps, seed)
        problem = ""
    strata = evaluate(records, copies, per_day=per_day, model=model)
    selection = select(strata, samples=bootstraps, own_columns=own_columns)
    problem = problem or selection.problem
    thresholds, count = _means(strata.fits, selection, bootstraps)
    single, _ = _means(table.fits, of_table, 1)
    return ChangePoints(
        thresholds=np.full(bootstraps, np.nan) if problem else thresholds,
        count=count,
        selection=selection,
        single=float("nan") if of_table.problem else float(single[0]),
        table=table,
        records=records.row.size,
        problem=problem,
    )


def select(strata: Strata, *, samples: int, own_columns: bool = False) -> Selection:
    """Choose the change points that make a threshold.

    Parameters
    ----------
    strata
        Fits of all strata.
    samples
        How many samples they are of.
    own_columns
        Whether slopes and their confidence intervals are judged by their own values, as they were meant to be. ONEFlux judges the change
        point by the median and the range of each of these columns instead.

    Notes
    -----
    Significant are fits with p <= 0.05. Of deficit (slope below the change point not less than above) and excess the more frequent one is
    taken. Without at least a tenth of all strata there is no result.

    Then outliers are left out: where ``|x - median| > 5 IQR`` for one of change point (where significant), slope below, half width of its
    confidence interval, in the diagnostic model also slope above and half width of the change; medians and interquartile ranges (Hazen) of
    all fits. Fewer than four change points per sample are no result.
    """
    fits = strata.fits
    tried = int(np.count_nonzero(np.isfinite(strata.mean_day)))
    significant = fits.p <= _SIGNIFICANT
    deficit = significant & (fits.slope >= fits.slope_above)
    excess = significant & (fits.slope < fits.slope_above)
    mode: Literal["deficit", "excess"] = "deficit" if np.count_nonzero(deficit) >= np.count_nonzero(excess) else "excess"
    in_mode = deficit if mode == "deficit" else excess
    problem = ""
    if _share(in_mode, tried) < _FEWEST_SELECTED_SHARE or not tried:
        problem = f"{np.count_nonzero(in_mode)} of {tried} strata have a significant change point of mode {mode}; a tenth is needed"
    else:
        outlying = _outlying(fits, significant, own_columns)
        in_mode, significant, deficit = (mask & ~outlying for mask in (in_mode, significant, deficit))
        if np.count_nonzero(in_mode) < SEASONS * samples:
            problem = f"{np.count_nonzero(in_mode)} significant change points of mode {mode}, outliers left out; {SEASONS * samples} needed"
    return Selection(
        selected=in_mode,
        mode=mode,
        significant_share=_share(significant, tried),
        deficit_share=_share(deficit, int(np.count_nonzero(significant))),
        selected_share=_share(in_mode, tried),
        problem=problem,
    )


def _drawn(records: NightRecords, size: int, bootstraps: int, seed: int) -> NDArray[np.int64]:
    """Return (bootstraps, m) how often each night-time record is drawn."""
    random = np.random.default_rng(seed)
    return np.stack([np.bincount(random.integers(0, size, size), minlength=size)[records.row] for _ in range(bootstraps)])


def _share(mask: NDArray[np.bool_], of: int) -> float:
    return np.count_nonzero(mask) / of if of else float("nan")


def _outlying(fits: ChangePointFits, significant: NDArray[np.bool_], own_columns: bool) -> NDArray[np.bool_]:
    change_point = np.where(significant, fits.change_point, np.nan)
    columns = [change_point, fits.slope, fits.slope_half_width]
    if np.isfinite(fits.change_half_width).any():
        columns += [fits.slope_above, fits.change_half_width]
    found = np.zeros(change_point.shape, bool)
    for column in columns:
        known = np.sort(column[np.isfinite(column)])
        if known.size < _FEWEST_FOR_SPREAD:
            continue
        lower, middle, upper = np.percentile(known, [25.0, 50.0, 75.0], method="hazen")
        judged = column if own_columns else change_point
        found |= np.abs(judged - middle) > _OUTLIER * (upper - lower)
    return found


def _means(fits: ChangePointFits, selection: Selection, samples: int) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return the mean change point of each sample, NaN without one, and how many it is of."""
    chosen = selection.selected.reshape(samples, -1)
    count = np.count_nonzero(chosen, axis=1)
    total = np.where(chosen, fits.change_point.reshape(samples, -1), 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan), count
