"""A learned gap filler: gradient-boosted trees on drivers, season and time of day, with an honest spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_ecosystem.gap_filling.artificial_gaps import squared_correlation
from icos_ecosystem.gap_filling.learned_features import learned_features
from icos_ecosystem.gap_filling.marginal_distribution import UNFILLED, measured_or

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["FEWEST_RECORDS", "QUALITY_DAYS", "LearnedFilled", "LearnedOptions", "LearnedSkill", "fill_learned"]

FEWEST_RECORDS = 200
"""Measured records below which nothing is learned."""

QUALITY_DAYS = (1.0, 5.0)
"""Days to the nearest measured record up to which the quality is 1 and 2; farther it is 3."""

_SPREAD_MODEL: dict[str, Any] = {"max_iter": 40, "learning_rate": 0.1, "max_leaf_nodes": 6, "min_samples_leaf": 100}
_LEAST_SQUARE = 1e-6
"""Squares of errors count at least as this share of their mean: a gamma distribution knows no zero."""


@dataclass(frozen=True, kw_only=True)
class LearnedOptions:
    """How the trees are grown.

    Attributes
    ----------
    iterations, learning_rate, leaves, least_records
        Trees of a model, how much each adds, leaves of a tree, records of a leaf.
    feature_share
        Share of the features that each split may choose from.
    folds
        Models, each of which does not see its share of the measured records; at least 2.
    block_days
        The measured records are dealt to the folds in runs as long as so many days.
    """

    iterations: int = 100
    learning_rate: float = 0.08
    leaves: int = 31
    least_records: int = 20
    feature_share: float = 0.3
    folds: int = 5
    block_days: float = 5.0

    def __post_init__(self) -> None:
        if self.folds < 2:
            raise ValueError(f"folds must be at least 2, got {self.folds}")
        if self.block_days <= 0.0:
            raise ValueError(f"block_days must be positive, got {self.block_days}")


@dataclass(frozen=True, kw_only=True)
class LearnedSkill:
    """How well measured records were estimated by models that had not seen them, nor their days.

    Attributes
    ----------
    count
        Records.
    rmse, bias
        Root mean square and mean of estimate minus measured, in the unit of the target; NaN where nothing was learned.
    r2
        Squared correlation with the measured.
    """

    count: int
    rmse: float
    bias: float
    r2: float


@dataclass(frozen=True, kw_only=True, eq=False)
class LearnedFilled:
    """What :func:`fill_learned` makes; arrays of shape (n,).

    Attributes
    ----------
    estimate
        Of a gap the mean of all models; of a measured record that of the model which had not seen it. NaN where nothing was learned.
    sd
        Standard deviation of the measured about the estimate, as it is expected of that record.
    quality
        1 to 3 by the distance to the nearest measured record, see :data:`QUALITY_DAYS`; -1 where nothing was learned.
    skill
        Over all measured records.
    """

    estimate: FloatArray
    sd: FloatArray
    quality: NDArray[np.int8]
    skill: LearnedSkill

    def filled(self, target: FloatArray) -> tuple[FloatArray, NDArray[np.int8]]:
        """Return `target` with its gaps filled, and the quality: 0 measured, 1 to 3 filled, -1 neither; both of shape (n,)."""
        return measured_or(target, self.estimate, self.quality)


def fill_learned(
    target: FloatArray,
    features: Mapping[str, FloatArray],
    calendar: SiteCalendar,
    *,
    seed: int = 0,
    options: LearnedOptions | None = None,
) -> LearnedFilled:
    """Estimate records by gradient-boosted trees.

    Parameters
    ----------
    target
        Series to fill, shape (n,); NaN where missing. Nothing but its measured values is learned from, and no feature is made of them.
    features
        Name → drivers, shape (n,) each; see :data:`icos_ecosystem.gap_filling.learned_features.FEATURES`. Missing values are allowed in
        each, and each may be absent.
    calendar
        The calendar of the records.
    seed
        Which records fall into which fold, and between which features splits choose. The same inputs and seed give the same bytes.
    options
        How the trees are grown.

    Returns
    -------
    LearnedFilled
        With fewer than :data:`FEWEST_RECORDS` measured records nothing is learned: estimates are NaN, the quality is -1.

    Raises
    ------
    ValueError
        Where shapes differ.

    Notes
    -----
    The measured records are dealt to `folds` in runs of `block_days`, so that what a model has not seen is whole days with what lies
    around. The estimates of records by models that had not seen them are as honest as for gaps of that length, and so is `sd`: a further
    model of few leaves learns the squares of their errors (as gamma-distributed) from the same features and from the estimate itself, as
    errors of turbulent fluxes grow with the flux. In gaps much longer than `block_days` errors are larger than that.

    Trees are those of scikit-learn's ``HistGradientBoostingRegressor``, on one thread.

    References
    ----------
    Friedman (2001), Ann. Stat. 29, 1189, doi:10.1214/aos/1013203451; Richardson et al. (2006), Agric. For. Meteorol. 136, 1,
    doi:10.1016/j.agrformet.2006.01.007
    """
    if target.shape != (calendar.size,):
        raise ValueError(f"the target must have the shape of the calendar {(calendar.size,)}, got {target.shape}")
    options = options or LearnedOptions()
    known = np.flatnonzero(np.isfinite(target))
    table = learned_features(features, calendar)
    if known.size < FEWEST_RECORDS:
        nothing = np.full(target.size, np.nan)
        skill = LearnedSkill(count=0, rmse=np.nan, bias=np.nan, r2=np.nan)
        return LearnedFilled(estimate=nothing, sd=nothing.copy(), quality=np.full(target.size, UNFILLED, np.int8), skill=skill)
    estimate = _estimates(target, table, known, seed, options, calendar.per_day)
    quality = 1 + np.searchsorted(QUALITY_DAYS, _distance(known, target.size) / calendar.per_day)
    return LearnedFilled(
        estimate=estimate,
        sd=_spread(target, estimate, table, known, seed),
        quality=quality.astype(np.int8),
        skill=_skill(target[known], estimate[known]),
    )


def _estimates(target: FloatArray, table: FloatArray, known: IntArray, seed: int, options: LearnedOptions, per_day: int) -> FloatArray:
    fold = _folds(known.size, options, per_day, seed)
    gaps = np.flatnonzero(np.isnan(target))
    estimate: FloatArray = np.zeros(target.size)
    settings = {
        "max_iter": options.iterations,
        "learning_rate": options.learning_rate,
        "max_leaf_nodes": options.leaves,
        "min_samples_leaf": options.least_records,
        "max_features": options.feature_share,
    }
    for number in range(options.folds):
        seen, unseen = known[fold != number], known[fold == number]
        found = _learned(table[seen], target[seen], table[np.concatenate([unseen, gaps])], random_state=seed + number, **settings)
        estimate[unseen] = found[: unseen.size]
        estimate[gaps] += found[unseen.size :] / options.folds
    return estimate


def _learned(table: FloatArray, values: FloatArray, asked: FloatArray, **settings: Any) -> FloatArray:
    """Return (m,) what trees that were grown on some rows tell of others."""
    # scikit-learn takes a second to import, which who does not fill this way need not wait for.
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    with threadpool_limits(1, user_api="openmp"):
        model = HistGradientBoostingRegressor(early_stopping=False, **settings).fit(table, values)
        found: FloatArray = model.predict(asked)
    return found


def _folds(count: int, options: LearnedOptions, per_day: int, seed: int) -> IntArray:
    """Return the fold of each measured record: runs dealt at random, every fold as many."""
    length = min(max(round(options.block_days * per_day), 1), -(-count // options.folds))
    runs = -(-count // length)
    dealt = np.arange(runs) % options.folds
    np.random.default_rng(seed).shuffle(dealt)
    return np.repeat(dealt, length)[:count].astype(np.int64)


def _distance(known: IntArray, size: int) -> FloatArray:
    """Return (n,) records between each and the nearest measured one."""
    place = np.arange(size)
    after = np.searchsorted(known, place)
    following = known[np.minimum(after, known.size - 1)]
    preceding = known[np.maximum(after - 1, 0)]
    nearest: FloatArray = np.minimum(np.abs(following - place), np.abs(place - preceding)).astype(np.float64)
    return nearest


def _spread(target: FloatArray, estimate: FloatArray, table: FloatArray, known: IntArray, seed: int) -> FloatArray:
    squares = (target - estimate)[known] ** 2
    if not squares.any():
        return np.zeros(target.size)
    columns = np.column_stack([estimate, table])
    errors = np.maximum(squares, _LEAST_SQUARE * squares.mean())
    spread: FloatArray = np.sqrt(_learned(columns[known], errors, columns, loss="gamma", random_state=seed, **_SPREAD_MODEL))
    return spread


def _skill(measured: FloatArray, estimate: FloatArray) -> LearnedSkill:
    error = estimate - measured
    return LearnedSkill(
        count=measured.size,
        rmse=float(np.sqrt(np.mean(error**2))),
        bias=float(error.mean()),
        r2=squared_correlation(estimate, measured),
    )
