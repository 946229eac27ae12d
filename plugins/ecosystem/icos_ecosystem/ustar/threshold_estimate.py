"""Friction-velocity thresholds of a site: what methods, bootstraps and pools give together, and what stands in where nothing was found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_ecosystem.ustar.bootstrap import QUANTILES, bootstrap_quantiles, moving_point_bootstraps
from icos_ecosystem.ustar.change_point_annual import annual_change_points
from icos_ecosystem.ustar.filtering import NIGHT_RADIATION
from icos_ecosystem.ustar.moving_point import filled_in, moving_point
from icos_ecosystem.ustar.night_records import night_records
from icos_ecosystem.ustar.pools import LEAST_YEARS, PERCENTILES, constant_thresholds, variable_thresholds
from icos_ecosystem.ustar.segmented import segmented_year

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.ustar.filtering import Convention
    from icos_ecosystem.ustar.moving_point import MovingPoint
    from icos_ecosystem.ustar.moving_point_rules import MovingPointRules
    from icos_ecosystem.ustar.seasons import Seasons

    FloatArray = NDArray[np.float64]

__all__ = ["Origin", "Series", "Thresholds", "constant_everywhere", "estimated", "given", "of_bent_lines", "with_fallback"]

Method = Literal["moving-point", "change-point", "both"]


class Origin:
    """Where the threshold of a year is from."""

    SEASONS, TOGETHER, CHANGE_POINT, POOL, OTHER_YEARS, EXTERNAL, CONSTANT, NONE = 0, 1, 2, 3, 4, 5, 6, -1


@dataclass(frozen=True, eq=False)
class Series:
    """What thresholds are found in, each of shape (n,).

    Attributes
    ----------
    nee, ustar, ta, sw_in
        Net ecosystem exchange [µmol m-2 s-1], friction velocity [m s-1], air temperature [degree_C], incoming short-wave radiation
        [W m-2].
    """

    nee: FloatArray
    ustar: FloatArray
    ta: FloatArray
    sw_in: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Thresholds:
    """Thresholds of a site [m s-1]; NaN where there is none.

    Attributes
    ----------
    years
        Calendar years of the data, shape (y,).
    seasons
        Seasons of the records.
    year, year_quantiles, origin
        Threshold of each year, quantiles of its bootstraps at 5, 50 and 95 %, and where it is from; shape (y,), (y, 3), (y,).
    season, season_quantiles, season_estimate
        Threshold of each season, quantiles, and its own estimate; shape (s,), (s, 3), (s,).
    single, single_quantiles
        Median of the years, and quantiles of that of the bootstraps; shape (), (3,).
    vut, cut
        Thresholds of each year, and of all years, at the 41 percentiles; shape (y, 41), (41,).
    year_records, season_records
        Valid records of the night.
    bootstraps
        Method → thresholds of the bootstraps, shape (y, bootstraps).
    classes
        What the moving-point test found in the data as measured.
    told
        What a person should know, one sentence each.
    """

    years: NDArray[np.int64]
    seasons: Seasons
    year: FloatArray
    year_quantiles: FloatArray
    origin: NDArray[np.int8]
    season: FloatArray
    season_quantiles: FloatArray
    season_estimate: FloatArray
    single: float
    single_quantiles: FloatArray
    vut: FloatArray
    cut: FloatArray
    year_records: NDArray[np.int64]
    season_records: NDArray[np.int64]
    bootstraps: Mapping[str, FloatArray] = field(default_factory=dict)
    classes: MovingPoint | None = None
    told: tuple[str, ...] = ()


def estimated(
    series: Series,
    calendar: SiteCalendar,
    seasons: Seasons,
    *,
    method: Method,
    rules: MovingPointRules,
    bootstraps: int,
    seed: int,
    night_radiation: float = NIGHT_RADIATION,
    own_columns: bool = False,
) -> Thresholds:
    """Estimate the thresholds of a site.

    Parameters
    ----------
    series
        Its data.
    calendar
        Their calendar.
    seasons
        Their seasons.
    method
        Moving point, change point, or both: then the pools hold the bootstraps of both, the rest is by moving point.
    rules
        Of the moving-point test; their convention also tells what stands in for a missing threshold.
    bootstraps, seed
        Number of bootstraps and seed of what is drawn.
    night_radiation
        What radiation is below at night [W m-2], in the moving-point test.
    own_columns
        How outlying change points are left out, see :func:`~icos_ecosystem.ustar.change_point_annual.select`.
    """
    years = np.array(calendar.years, np.int64)
    start = _empty(years, seasons, series, night_radiation)
    found: dict[str, FloatArray] = {}
    told: list[str] = []
    if method != "moving-point":
        start, of_method, problems = _by_change_point(start, series, calendar, bootstraps, seed, own_columns)
        found["CP"] = of_method
        told += problems
    if method != "change-point":
        start, of_method = _by_moving_point(start, series, rules, bootstraps, seed, night_radiation)
        found["MP"] = of_method
    pool = np.concatenate(list(found.values()), axis=1)
    # ONEFlux has no threshold of a single run: a year without one takes the middle of its pool.
    vut, cut = variable_thresholds(pool), constant_thresholds(pool)
    result = replace(start, bootstraps=found, vut=vut, cut=cut)
    if rules.convention == "oneflux" or method == "change-point":
        result = _from_pool(result)
    told += _without(result, pool, rules.convention)
    return replace(result, told=tuple(told))


def _from_pool(thresholds: Thresholds) -> Thresholds:
    """Give years without a threshold the middle of their pool, and seasons without one that of their year."""
    middle = thresholds.vut[:, PERCENTILES.index(50.0)]
    missing = np.isnan(thresholds.year) & np.isfinite(middle)
    year = np.where(missing, middle, thresholds.year)
    of_year = year[_year_numbers(thresholds)]
    _, _, single = filled_in(of_year, year, _year_numbers(thresholds))
    return replace(
        thresholds,
        year=year,
        season=np.where(np.isnan(thresholds.season_estimate), of_year, thresholds.season_estimate),
        single=float(single),
        origin=np.where(missing, Origin.POOL, thresholds.origin).astype(np.int8),
    )


def _by_moving_point(
    start: Thresholds, series: Series, rules: MovingPointRules, bootstraps: int, seed: int, night_radiation: float
) -> tuple[Thresholds, FloatArray]:
    nights = night_records(series.nee, series.ustar, series.ta, series.sw_in, start.seasons, night_radiation)
    single = moving_point(nights, start.seasons, rules)
    many = moving_point_bootstraps(nights, rules, bootstraps=bootstraps, seed=seed)
    rows = np.searchsorted(start.years, single.years)
    year, of_bootstraps = np.full(start.years.size, np.nan), np.full((start.years.size, bootstraps), np.nan)
    year[rows], of_bootstraps[rows] = single.year, many.year
    origin = np.full(start.years.size, Origin.NONE, np.int8)
    origin[rows] = np.where(np.isnan(single.year), Origin.NONE, np.where(single.together, Origin.TOGETHER, Origin.SEASONS))
    numbers = _year_numbers(start)
    season, filled_year, all_years = filled_in(single.season, year, numbers)
    season_many, year_many, all_many = filled_in(many.season, of_bootstraps, numbers)
    if rules.convention == "reddyproc":
        origin[np.isnan(year) & np.isfinite(filled_year)] = Origin.OTHER_YEARS
        year = filled_year
    else:
        season_many, year_many = many.season, of_bootstraps
    made = replace(
        start,
        year=year,
        origin=origin,
        season=season,
        season_estimate=single.season,
        single=float(all_years),
        year_quantiles=bootstrap_quantiles(year_many, QUANTILES),
        season_quantiles=bootstrap_quantiles(season_many, QUANTILES),
        single_quantiles=bootstrap_quantiles(all_many, QUANTILES),
        classes=single,
    )
    return made, of_bootstraps


def _by_change_point(
    start: Thresholds, series: Series, calendar: SiteCalendar, bootstraps: int, seed: int, own_columns: bool
) -> tuple[Thresholds, FloatArray, list[str]]:
    found = np.full((start.years.size, bootstraps), np.nan)
    year = np.full(start.years.size, np.nan)
    told = []
    for number, each in enumerate(calendar.years):
        rows = calendar.rows_of(each)
        own_seed = int(np.random.SeedSequence((seed, each, 1)).generate_state(1)[0])
        of_year = (series.nee[rows], series.ustar[rows], series.ta[rows], series.sw_in[rows])
        points = annual_change_points(*of_year, calendar.per_day, bootstraps=bootstraps, seed=own_seed, own_columns=own_columns)
        found[number], year[number] = points.thresholds, points.single
        if points.problem:
            told.append(f"{each}: no threshold by change point: {points.problem}")
    _, _, many = filled_in(np.empty((0, bootstraps)), found, np.empty(0, np.int64))
    made = replace(
        start,
        year=year,
        origin=np.where(np.isnan(year), Origin.NONE, Origin.CHANGE_POINT).astype(np.int8),
        year_quantiles=bootstrap_quantiles(found, QUANTILES),
        single_quantiles=bootstrap_quantiles(many, QUANTILES),
    )
    return made, found, told


def given(
    calendar: SiteCalendar,
    seasons: Seasons,
    series: Series,
    *,
    of_years: Mapping[int, float],
    of_seasons: Mapping[int, float],
    bootstraps: FloatArray | None = None,
    percentiles: Mapping[int, FloatArray] | None = None,
    of_all_years: FloatArray | None = None,
) -> Thresholds:
    """Return thresholds that others have found.

    Parameters
    ----------
    calendar, seasons, series
        Of the site; the series only tell how many records there are.
    of_years, of_seasons
        Year → threshold, identifier of a season → threshold. A year that is not named has the largest of its seasons', else the middle of
        its pool, else the median of the years.
    bootstraps
        Thresholds from which the pools are made, shape (years, n).
    percentiles
        Year → thresholds at the 41 percentiles; they take precedence over pools.
    of_all_years
        Thresholds at the 41 percentiles that hold for all years.
    """
    years = np.array(calendar.years, np.int64)
    start = _empty(years, seasons, series, NIGHT_RADIATION)
    season = np.array([of_seasons.get(int(each), np.nan) for each in seasons.identifiers])
    largest = np.array([max([*season[(seasons.year == each) & np.isfinite(season)]], default=np.nan) for each in years])
    own = np.array([of_years.get(int(each), np.nan) for each in years])
    own = np.where(np.isnan(own), largest, own)
    pool = bootstraps if bootstraps is not None else own[:, np.newaxis]
    # A threshold without bootstraps is certain: its neighbours do not make it vary.
    vut = variable_thresholds(pool) if bootstraps is not None else np.repeat(own[:, np.newaxis], len(PERCENTILES), axis=1)
    cut = constant_thresholds(pool)
    for each, row in (percentiles or {}).items():
        vut[years == each] = row
    if of_all_years is not None:
        cut = of_all_years
    middle = np.where(np.isnan(own), vut[:, PERCENTILES.index(50.0)], own)
    filled_season, year, single = filled_in(season, middle, _year_numbers(start))
    vut = np.where(np.isnan(vut), year[:, np.newaxis], vut)
    return replace(
        start,
        year=year,
        origin=np.where(np.isnan(year), Origin.NONE, Origin.EXTERNAL).astype(np.int8),
        season=filled_season,
        season_estimate=season,
        single=float(single),
        vut=vut,
        cut=cut,
        bootstraps={} if bootstraps is None else {"EXTERNAL": bootstraps},
        year_quantiles=start.year_quantiles if bootstraps is None else bootstrap_quantiles(bootstraps, QUANTILES),
        told=tuple(f"{each}: no threshold was given" for each, value in zip(years, middle, strict=True) if np.isnan(value)),
    )


def of_bent_lines(series: Series, calendar: SiteCalendar, seasons: Seasons, *, night_radiation: float = NIGHT_RADIATION) -> Thresholds:
    """Return thresholds from bent lines in classes of temperature, as REddyProc has them beside its moving point; without bootstraps.

    Parameters
    ----------
    series, calendar, seasons, night_radiation
        See :func:`estimated`.
    """
    night = series.sw_in < night_radiation
    valid = night & np.isfinite(series.nee) & np.isfinite(series.ustar) & np.isfinite(series.ta)
    of_years: dict[int, float] = {}
    of_seasons: dict[int, float] = {}
    for year in seasons.years:
        rows = np.flatnonzero(valid & (seasons.year_of_record == year))
        own = segmented_year(series.ta[rows], series.ustar[rows], series.nee[rows], seasons.identifiers[seasons.index[rows]])
        of_years[int(year)] = own.year
        of_seasons |= {season: found.threshold for season, found in own.seasons.items()}
    made = given(calendar, seasons, series, of_years=of_years, of_seasons=of_seasons)
    lacking = [str(year) for year in made.years if not np.isfinite(of_years.get(int(year), np.nan))]
    told = (f"{', '.join(lacking)}: no threshold by bent lines: too few classes of temperature have a significant bend",) if lacking else ()
    origin = np.where(made.origin == Origin.EXTERNAL, Origin.CHANGE_POINT, made.origin).astype(np.int8)
    return replace(made, origin=origin, told=told)


def constant_everywhere(calendar: SiteCalendar, seasons: Seasons, series: Series, threshold: float) -> Thresholds:
    """Return one threshold for everything."""
    start = _empty(np.array(calendar.years, np.int64), seasons, series, NIGHT_RADIATION)
    return replace(_with_constant(start, threshold), season_estimate=np.full(start.season.shape, threshold), told=())


def with_fallback(thresholds: Thresholds, threshold: float) -> Thresholds:
    """Return thresholds of which those that are missing are `threshold`."""
    return _with_constant(thresholds, threshold)


def _with_constant(thresholds: Thresholds, threshold: float) -> Thresholds:
    year = np.where(np.isnan(thresholds.year), threshold, thresholds.year)
    season = np.where(np.isnan(thresholds.season), year[_year_numbers(thresholds)], thresholds.season)
    enough = thresholds.years.size >= LEAST_YEARS
    return replace(
        thresholds,
        year=year,
        season=season,
        origin=np.where(np.isnan(thresholds.year), Origin.CONSTANT, thresholds.origin).astype(np.int8),
        single=threshold if np.isnan(thresholds.single) else thresholds.single,
        vut=np.where(np.isnan(thresholds.vut), threshold, thresholds.vut),
        cut=np.where(np.isnan(thresholds.cut), threshold, thresholds.cut) if enough else thresholds.cut,
    )


def _empty(years: NDArray[np.int64], seasons: Seasons, series: Series, night_radiation: float) -> Thresholds:
    valid = np.isfinite(series.nee) & np.isfinite(series.ustar) & np.isfinite(series.ta) & (series.sw_in < night_radiation)
    of_seasons = np.bincount(seasons.index[valid], minlength=seasons.identifiers.size)
    none, none_season = np.full(years.size, np.nan), np.full(seasons.identifiers.size, np.nan)
    return Thresholds(
        years=years,
        seasons=seasons,
        year=none,
        year_quantiles=np.full((years.size, len(QUANTILES)), np.nan),
        origin=np.full(years.size, Origin.NONE, np.int8),
        season=none_season,
        season_quantiles=np.full((none_season.size, len(QUANTILES)), np.nan),
        season_estimate=none_season,
        single=float("nan"),
        single_quantiles=np.full(len(QUANTILES), np.nan),
        vut=np.full((years.size, len(PERCENTILES)), np.nan),
        cut=np.full(len(PERCENTILES), np.nan),
        year_records=np.array([of_seasons[seasons.year == each].sum() for each in years], np.int64),
        season_records=of_seasons,
    )


def _year_numbers(thresholds: Thresholds) -> NDArray[np.int64]:
    """Return which of the years each season counts to."""
    return np.searchsorted(thresholds.years, thresholds.seasons.year)


def _without(thresholds: Thresholds, pool: FloatArray, convention: Convention) -> list[str]:
    """Return a sentence for every year whose own bootstraps found nothing."""
    told = []
    for number, year in enumerate(thresholds.years):
        if np.isfinite(pool[number]).any():
            continue
        records = f"{year}: no threshold was found in {thresholds.year_records[number]} valid records of the night"
        if np.isfinite(thresholds.vut[number]).all():
            told.append(f"{records}; those of the years beside it stand in")
        elif convention == "reddyproc" and np.isfinite(thresholds.year[number]):
            told.append(f"{records}; the median of the other years stands in for it, but not in its percentiles")
        else:
            told.append(f"{records}, and none beside it")
    return told
