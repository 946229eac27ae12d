"""Friction-velocity threshold by the moving-point test: the data as measured, season by season and year by year.

References
----------
Papale et al. (2006), Biogeosciences 3, 571, doi:10.5194/bg-3-571-2006
Wutzler et al. (2018), Biogeosciences 15, 5015, doi:10.5194/bg-15-5015-2018
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.ustar.turbulence_classes import classify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.ustar.moving_point_rules import MovingPointRules
    from icos_ecosystem.ustar.night_records import NightRecords
    from icos_ecosystem.ustar.seasons import Seasons
    from icos_ecosystem.ustar.turbulence_classes import Classified

    FloatArray = NDArray[np.float64]

__all__ = ["MovingPoint", "YearSamples", "filled_in", "moving_point", "year_samples"]


@dataclass(frozen=True, eq=False)
class YearSamples:
    """What samples of one year give.

    Attributes
    ----------
    season
        Threshold of each season [m s-1], NaN where there is none; shape (samples, seasons).
    year
        Of the year, shape (samples,).
    together
        Whether the year's is of all its records as one season, shape (samples,).
    classified
        Classes of the seasons.
    pooled
        Classes of all records as one season, of those samples that were asked for it; None where none was.
    """

    season: FloatArray
    year: FloatArray
    together: NDArray[np.bool_]
    classified: Classified
    pooled: Classified | None


@dataclass(frozen=True, eq=False)
class MovingPoint:
    """Thresholds of the data as measured.

    Attributes
    ----------
    years
        Years to which seasons count, shape (y,).
    year
        Threshold of each [m s-1], NaN where it has none; shape (y,).
    together
        Whether it is of all the year's records as one season; shape (y,).
    season
        Threshold of each season [m s-1], NaN where it has none; shape (s,).
    counts
        Valid records of the night in each season; shape (s,).
    thresholds, reasons, records
        Of the classes of temperature; shape (s, temperature classes). Where no season of a year has a threshold and its records were put
        together, all seasons show the classes of the whole year.
    ustar_means, nee_means
        Means of the classes of friction velocity [m s-1, µmol m-2 s-1], NaN beyond the last; shape (s, temperature classes, classes).
    class_of, bin_of
        Class of temperature and of friction velocity of each record, from 1 on; 0 in none, -1 where it is no valid record of the night;
        shape (n,).
    """

    years: NDArray[np.int64]
    year: FloatArray
    together: NDArray[np.bool_]
    season: FloatArray
    counts: NDArray[np.int64]
    thresholds: FloatArray
    reasons: NDArray[np.int8]
    records: NDArray[np.int64]
    ustar_means: FloatArray
    nee_means: FloatArray
    class_of: NDArray[np.int8]
    bin_of: NDArray[np.int8]


def moving_point(nights: Sequence[NightRecords], seasons: Seasons, rules: MovingPointRules) -> MovingPoint:
    r"""Find the thresholds of seasons and years.

    Parameters
    ----------
    nights
        Night-time records of every year, see :func:`~icos_ecosystem.ustar.night_records.night_records`.
    seasons
        Their seasons.
    rules
        Rules of a convention.

    Returns
    -------
    MovingPoint
        What a season or year cannot tell is NaN.

    Notes
    -----
    A season's valid records of the night are sorted by temperature into classes of equal number, those of a class by friction velocity
    into classes again; records of equal value stay together. With :math:`F_k` the mean flux of class k, the threshold of a class of
    temperature is the mean friction velocity of the first k with

    .. math:: F_k \ge c\,\overline{F}_{k+1 \ldots k+10} \quad\mathrm{and}\quad F_{k+1} \ge c\,\overline{F}_{k+2 \ldots k+11}.

    A season's threshold is the median of its classes', a year's the largest of its seasons'.
    """
    shape = (seasons.identifiers.size, rules.classes.temperature_classes)
    found = MovingPoint(
        years=np.array([night.year for night in nights], np.int64),
        year=np.full(len(nights), np.nan),
        together=np.zeros(len(nights), np.bool_),
        season=np.full(shape[0], np.nan),
        counts=np.zeros(shape[0], np.int64),
        thresholds=np.full(shape, np.nan),
        reasons=np.zeros(shape, np.int8),
        records=np.zeros(shape, np.int64),
        ustar_means=np.full((*shape, rules.classes.ustar_classes), np.nan),
        nee_means=np.full((*shape, rules.classes.ustar_classes), np.nan),
        class_of=np.full(seasons.index.shape, -1, np.int8),
        bin_of=np.full(seasons.index.shape, -1, np.int8),
    )
    for number, night in enumerate(nights):
        samples = year_samples(night, np.ones((1, night.rows.size), np.int16), rules)
        found.year[number] = samples.year[0]
        found.together[number] = samples.together[0]
        found.season[night.seasons] = samples.season[0]
        found.counts[night.seasons] = night.by_season.counts
        shown, records = (samples.classified, night.by_season)
        if samples.pooled is not None and np.isnan(samples.season).all():
            shown, records = samples.pooled, night.together
        found.thresholds[night.seasons] = shown.thresholds[0]
        found.reasons[night.seasons] = shown.reasons
        found.records[night.seasons] = shown.records
        found.ustar_means[night.seasons] = shown.ustar_means
        found.nee_means[night.seasons] = shown.nee_means
        rows = night.rows[records.source]
        found.class_of[rows] = shown.class_of
        found.bin_of[rows] = shown.bin_of
    return found


def year_samples(night: NightRecords, drawn: NDArray[np.int16], rules: MovingPointRules) -> YearSamples:
    """Find the thresholds of samples of one year.

    Parameters
    ----------
    night
        Its records.
    drawn
        How often each of its rows is in each sample, shape (samples, rows).
    rules
        Rules of a convention.
    """
    classified = classify(night.by_season, drawn, rules.classes)
    season = _median(classified.thresholds, rules.least_share_of_classes)
    year = _largest(season)
    valid = classified.counts.sum(axis=1)
    if rules.convention == "oneflux":
        enough = valid + drawn[:, night.days].sum(axis=1, dtype=np.int64) >= rules.least_in_year
        short = (classified.counts < rules.classes.least_in_group).all(axis=1)
        possible = (valid >= rules.classes.temperature_classes * rules.classes.ustar_classes) & (enough | (valid > rules.least_in_season))
        pooling = possible & (~enough | short)
        season[~possible | pooling] = np.nan
        year[~possible | pooling] = np.nan
    else:
        pooling = (valid > 0) & ((valid < rules.least_in_year) | np.isnan(year))
    if not pooling.any():
        return YearSamples(season, year, pooling, classified, None)
    pooled = classify(night.together, drawn[pooling], rules.classes)
    of_all = np.full(year.shape, np.nan)
    of_all[pooling] = _median(pooled.thresholds, rules.least_share_of_classes)[:, 0]
    together = np.isfinite(of_all)
    return YearSamples(season, np.where(together, of_all, year), together, classified, pooled)


def filled_in(season: FloatArray, year: FloatArray, year_of_season: NDArray[np.int64]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give years and seasons without a threshold of their own that of the others.

    Parameters
    ----------
    season
        Thresholds [m s-1], shape (seasons, …); NaN where there is none.
    year
        Thresholds, shape (years, …).
    year_of_season
        Which of the years a season counts to, shape (seasons,).

    Returns
    -------
    tuple
        Thresholds of seasons and years, and the one of all years, shape (…,). A year without one takes the median of the years, a season
        that of its year; NaN where no year has any.
    """
    single = _median(np.moveaxis(year, 0, -1))
    of_year = np.where(np.isnan(year), single, year)
    return np.where(np.isnan(season), of_year[year_of_season], season), of_year, single


def _median(values: FloatArray, least_share: float = 0.0) -> FloatArray:
    """Return the median over the last axis of what is there; NaN where nothing or less than a share is."""
    size = values.shape[-1]
    if size == 0:
        return np.full(values.shape[:-1], np.nan)
    count = np.isfinite(values).sum(axis=-1)
    ordered = np.sort(values, axis=-1)
    below, above = (
        np.take_along_axis(ordered, place[..., np.newaxis], axis=-1)[..., 0] for place in (np.maximum(count - 1, 0) // 2, count // 2)
    )
    return np.where(count / size >= least_share, 0.5 * (below + above), np.nan)


def _largest(values: FloatArray) -> FloatArray:
    """Return the largest value of the last axis; NaN where there is none."""
    found = np.where(np.isnan(values), -np.inf, values).max(axis=-1, initial=-np.inf)
    return np.where(np.isinf(found), np.nan, found)
