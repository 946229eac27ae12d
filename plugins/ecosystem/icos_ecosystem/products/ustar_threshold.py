"""Product ``ustar-threshold``: the friction velocity below which night-time fluxes do not tell what the ecosystem breathes out.

It makes the streams `ustar-thresholds`, `ustar-bootstraps`, `ustar-class-table` and, on the grid of `half-hourly`, `ustar-classes`.

References
----------
Papale et al. (2006), Biogeosciences 3, 571, doi:10.5194/bg-3-571-2006
Barr et al. (2013), Agric. For. Meteorol. 171-172, 31, doi:10.1016/j.agrformet.2012.11.023
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.exceptions import DataError
from icos_core.running.files_beside import files_beside
from icos_core.versioned import Options
from icos_ecosystem.half_hourly.streams import calendar_of, column, daylight
from icos_ecosystem.products.ustar_threshold_files import read_files
from icos_ecosystem.products.ustar_threshold_streams import threshold_streams
from icos_ecosystem.ustar.bootstrap import BOOTSTRAPS
from icos_ecosystem.ustar.filtering import NIGHT_RADIATION
from icos_ecosystem.ustar.moving_point_rules import moving_point_rules
from icos_ecosystem.ustar.pools import LEAST_YEARS, PERCENTILES
from icos_ecosystem.ustar.seasons import CALENDAR_QUARTERS, METEOROLOGICAL, continuous_seasons, seasons_within_years
from icos_ecosystem.ustar.threshold_estimate import Series, constant_everywhere, estimated, given, of_bent_lines, with_fallback
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM
from icos_ecosystem.vocabulary.ustar import (
    BOOTSTRAP_STREAM,
    BOOTSTRAP_WORDS,
    CLASS_STREAM,
    CLASS_WORDS,
    ORIGINS,
    TABLE_STREAM,
    TABLE_WORDS,
    THRESHOLD_STREAM,
    THRESHOLD_WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.ustar.seasons import Seasons
    from icos_ecosystem.ustar.threshold_estimate import Thresholds

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "ExternalThreshold", "UstarThresholdOptions", "derive"]

_Month = Annotated[int, Field(ge=1, le=12)]
_Threshold = Annotated[float, Field(ge=0, lt=10)]
_INPUTS = {"USTAR": "m s-1", "TA": "degree_C", "SW_IN": "W m-2", "SW_IN_POT": "W m-2"}


class ExternalThreshold(BaseModel):
    """A threshold that somebody else has found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int | None = Field(default=None, ge=1900, le=2200, description="calendar year for which it holds")
    season: int | None = Field(default=None, ge=1_900_001, description="season for which it holds: 1000 year + first month")
    threshold: _Threshold = Field(description="friction velocity (m s-1)")

    @model_validator(mode="after")
    def _for_one(self) -> Self:
        if (self.year is None) == (self.season is None):
            raise ValueError("year, season: one of the two must be told")
        return self


class UstarThresholdOptions(Options):
    """Options of ``ustar-threshold``."""

    method: Literal["moving-point", "change-point", "both", "segmented", "external", "constant"] = Field(
        default="moving-point",
        description="moving-point (Papale et al. 2006), change-point (Barr et al. 2013), both in one pool, segmented (bent lines, without "
        "bootstraps), external or constant thresholds",
    )
    convention: Literal["oneflux", "reddyproc"] = Field(default="oneflux", description="whose classes, plateau, seasons and bootstraps")
    seasons: Literal["auto", "within-year", "continuous"] = Field(
        default="auto",
        description="within-year: months of one calendar year; continuous: they run on over its turn; auto: within-year (oneflux) or "
        "continuous (reddyproc)",
    )
    season_months: tuple[tuple[_Month, ...], ...] = Field(default=CALENDAR_QUARTERS, description="months of the seasons within a year")
    season_starts: tuple[_Month, ...] = Field(default=METEOROLOGICAL, description="months with which continuous seasons begin")
    bootstraps: int | None = Field(default=None, ge=1, le=10_000, description="their number; default: 100 (oneflux) or 200 (reddyproc)")
    seed: int = Field(default=1, ge=0, description="seed of what bootstraps draw: the same gives the same thresholds")
    night_radiation: float = Field(
        default=NIGHT_RADIATION, gt=0, description="SW_IN below which it is night, in the moving-point test (W m-2)"
    )
    temperature_classes: int = Field(default=7, ge=1, le=50, description="classes of temperature in a season")
    ustar_classes: int = Field(default=20, ge=4, le=100, description="classes of friction velocity in one of temperature")
    plateau: float | None = Field(
        default=None,
        gt=0,
        description="share of the mean of the following classes that is a plateau; default: 1 (oneflux) or 0.95 (reddyproc)",
    )
    classes_above: int | None = Field(
        default=None, ge=2, description="classes of friction velocity above the threshold at least; default: 2 (oneflux) or 3 (reddyproc)"
    )
    least_records_in_class: int = Field(
        default=100, ge=2, description="records that a class of temperature needs; a season as many for each"
    )
    least_records_in_season: int = Field(default=160, ge=1, description="records that a season needs at any rate")
    least_records_in_year: int = Field(
        default=3000, ge=1, description="records that a year needs for seasons of its own; with oneflux those of the day count too"
    )
    correlation: float = Field(default=0.5, gt=0, le=1, description="largest correlation of temperature and friction velocity in a class")
    first_ustar: float = Field(default=0.2, gt=0, description="largest mean friction velocity of the first class (m s-1)")
    change_point_outliers: Literal["auto", "oneflux", "own"] = Field(
        default="auto",
        description="what outlying change points are left out by: the spread of each quantity of the fits, held against the change point "
        "(oneflux) or against its own values (own); auto: as the convention has it",
    )
    thresholds: tuple[ExternalThreshold, ...] = Field(default=(), description="with external: thresholds of years or seasons")
    files: tuple[str, ...] = Field(default=(), description="with external: files of bootstraps or percentiles, relative to the description")
    constant: _Threshold | None = Field(default=None, description="with constant: the threshold (m s-1)")
    fallback: _Threshold | None = Field(default=None, description="threshold where none is found (m s-1)")

    @model_validator(mode="after")
    def _fit_for_the_method(self) -> Self:
        named = bool(self.thresholds or self.files)
        if named != (self.method == "external"):
            raise ValueError(f"method {self.method!r}: thresholds and files are for, and one of them is needed with, method 'external'")
        if (self.constant is not None) != (self.method == "constant"):
            raise ValueError(f"method {self.method!r}: constant is for, and is needed with, method 'constant'")
        if sorted(month for group in self.season_months for month in group) != list(range(1, 13)):
            raise ValueError("season_months: every month must be in one season")
        if not self.season_starts:
            raise ValueError("season_starts: at least one month is needed")
        return self

    @property
    def continuous(self) -> bool:
        """Whether seasons run on over the turn of the year."""
        return self.seasons == "continuous" or (self.seasons == "auto" and self.convention == "reddyproc")

    @property
    def own_columns(self) -> bool:
        """Whether quantities of the fits of change points are judged by their own values."""
        return self.change_point_outliers == "own" or (self.change_point_outliers == "auto" and self.convention == "reddyproc")


def derive(streams: Streams, options: UstarThresholdOptions, context: Context) -> ProductResult:
    """Return the thresholds."""
    grid = streams.get(GRID_STREAM)
    despiked = streams.get(DESPIKED_STREAM)
    if grid is None or despiked is None or "NEE" not in despiked or not np.isfinite(column(grid, "USTAR")).any():
        return _nothing("there is no net ecosystem exchange with friction velocity")
    calendar = calendar_of(grid, context)
    radiation, potential = daylight(grid)
    told = ["without SW_IN, night is where SW_IN_POT is below the limit"] if potential else []
    series = Series(column(despiked, "NEE"), column(grid, "USTAR"), column(grid, "TA"), radiation)
    seasons = _seasons(calendar, options)
    found = _thresholds(series, calendar, seasons, options, context)
    told += found.told
    if options.fallback is not None:
        missing = [str(year) for year, row in zip(found.years, found.vut, strict=True) if np.isnan(row).any()]
        found = with_fallback(found, options.fallback)
        told += [f"{options.fallback:g} m s-1 stands in for the missing thresholds of {', '.join(missing)}"] if missing else []
    problems = tuple(Problem(message=f"ustar-threshold: {each}") for each in told)
    if np.isnan(found.vut).all() and np.isnan(found.year).all():
        return _nothing("no year has a threshold: method constant or a fallback would make one", problems)
    return ProductResult(streams=threshold_streams(found, grid, options.method), problems=problems, tables=(_table(found, options),))


def _nothing(why: str, problems: tuple[Problem, ...] = ()) -> ProductResult:
    return ProductResult(streams={}, problems=(*problems, Problem(message=f"ustar-threshold: {why}")))


def _seasons(calendar: SiteCalendar, options: UstarThresholdOptions) -> Seasons:
    if options.continuous:
        return continuous_seasons(calendar.year, calendar.month, options.season_starts)
    return seasons_within_years(calendar.year, calendar.month, options.season_months)


def _thresholds(series: Series, calendar: SiteCalendar, seasons: Seasons, options: UstarThresholdOptions, context: Context) -> Thresholds:
    if options.method == "constant":
        assert options.constant is not None
        return constant_everywhere(calendar, seasons, series, options.constant)
    if options.method == "external":
        return _external(series, calendar, seasons, options, context)
    if options.method == "segmented":
        return of_bent_lines(series, calendar, seasons, night_radiation=options.night_radiation)
    rules = moving_point_rules(
        options.convention,
        temperature_classes=options.temperature_classes,
        ustar_classes=options.ustar_classes,
        plateau=options.plateau,
        classes_above=options.classes_above,
        least_in_class=options.least_records_in_class,
        least_in_season=options.least_records_in_season,
        least_in_year=options.least_records_in_year,
        correlation=options.correlation,
        first_ustar=options.first_ustar,
    )
    return estimated(
        series,
        calendar,
        seasons,
        method=options.method,
        rules=rules,
        bootstraps=options.bootstraps or BOOTSTRAPS[options.convention],
        seed=options.seed,
        night_radiation=options.night_radiation,
        own_columns=options.own_columns,
    )


def _external(series: Series, calendar: SiteCalendar, seasons: Seasons, options: UstarThresholdOptions, context: Context) -> Thresholds:
    of_years = {each.year: each.threshold for each in options.thresholds if each.year is not None}
    of_seasons = {each.season: each.threshold for each in options.thresholds if each.season is not None}
    files = read_files(_files(options, context))
    known = {int(each) for each in seasons.identifiers}
    strange = sorted(set(of_seasons) - known)
    if strange:
        raise DataError(f"ustar-threshold: thresholds name the season {strange[0]}; there are {', '.join(map(str, sorted(known)))}")
    named = set(of_years) | set(files.bootstraps) | set(files.percentiles)
    if named and not named & set(calendar.years):
        raise DataError(f"ustar-threshold: thresholds are of {_listed(named)}, the data of {_listed(calendar.years)}")
    longest = max((len(files.bootstraps.get(year, ())) for year in calendar.years), default=0)
    pool = np.full((len(calendar.years), longest), np.nan)
    for number, year in enumerate(calendar.years):
        values = files.bootstraps.get(year, [])
        pool[number, : len(values)] = values
    return given(
        calendar,
        seasons,
        series,
        of_years=of_years,
        of_seasons=of_seasons,
        bootstraps=pool if longest else None,
        percentiles=files.percentiles,
        of_all_years=files.of_all_years,
    )


def _listed(years: Sequence[int] | set[int]) -> str:
    return ", ".join(map(str, sorted(years)))


def _table(found: Thresholds, options: UstarThresholdOptions) -> Table:
    middle = PERCENTILES.index(50.0)
    rows: list[tuple[str | int | float, ...]] = []
    for number, year in enumerate(found.years):
        spread = [_told(each) for each in found.year_quantiles[number]]
        origin = ORIGINS.get(int(found.origin[number]), "none").replace("_", " ")
        rows.append(
            (int(year), int(found.year_records[number]), _told(found.year[number]), origin, *spread, _told(found.vut[number, middle]))
        )
    if found.years.size > 1:
        spread = [_told(each) for each in found.single_quantiles]
        rows.append(("all years", int(found.year_records.sum()), _told(found.single), "median", *spread, _told(found.cut[middle])))
    return Table(
        title="Friction-velocity thresholds (m s-1)",
        columns=("year", "records of the night", "threshold", "origin", "5 %", "50 %", "95 %", "pool, 50 %"),
        rows=tuple(rows),
        note=f"method {options.method}, convention of {options.convention}; 5 to 95 %: of the year's bootstraps; pool: with those of the "
        f"years beside it, in the last line of all years ({LEAST_YEARS} at least)",
    )


def _told(value: float) -> float | str:
    return round(float(value), 3) if np.isfinite(value) else "–"


def _files(options: UstarThresholdOptions, context: Context) -> Sequence[Path]:
    return files_beside(options.files, context.folder, "file of thresholds")


def _requires(_options: UstarThresholdOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return {
        GRID_STREAM: tuple(Requirement(name=name, units=units, optional=True) for name, units in _INPUTS.items()),
        DESPIKED_STREAM: (Requirement(name="NEE", units="umol m-2 s-1", optional=True),),
    }


def _provides(options: UstarThresholdOptions) -> Mapping[str, tuple[Variable, ...]]:
    words = {THRESHOLD_STREAM: THRESHOLD_WORDS, CLASS_STREAM: CLASS_WORDS}
    if options.method != "constant":
        words[BOOTSTRAP_STREAM] = BOOTSTRAP_WORDS
    if options.method in ("moving-point", "both"):
        words[TABLE_STREAM] = TABLE_WORDS
    return words


PRODUCT = Product(
    name="ustar-threshold",
    summary="friction-velocity thresholds by moving point or change point, with bootstraps and pools; or as given",
    options=UstarThresholdOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("despike",),
    files=_files,
)
