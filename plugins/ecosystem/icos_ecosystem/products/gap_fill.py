"""Product ``gap-fill``: fluxes and meteorology without gaps, with what fills them and what it is worth.

It makes the stream `gap-filled` on the grid of `half-hourly`.

References
----------
Reichstein et al. (2005), Glob. Change Biol. 11, 1424, doi:10.1111/j.1365-2486.2005.001002.x
Vekuri et al. (2023), Sci. Rep. 13, 1720, doi:10.1038/s41598-023-28827-2
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.exceptions import hint
from icos_core.versioned import Options
from icos_ecosystem.gap_filling.driver_options import USUAL_DRIVERS, DriverTable, drivers_of, drivers_without
from icos_ecosystem.gap_filling.learned import FEWEST_RECORDS, fill_learned
from icos_ecosystem.gap_filling.learned_features import FEATURES
from icos_ecosystem.gap_filling.long_gaps import in_runs_longer_than, long_gap_mask
from icos_ecosystem.gap_filling.marginal_distribution import UNFILLED, Filled, fill
from icos_ecosystem.gap_filling.schedules import scheme_of, steps_of
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, on_grid
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.gap_filled import FILLED_FLUXES, FILLED_METEO, FILLED_STREAM, LEARNED, words_of_filled
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.ustar import FILTERED_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.gap_filling.driver_options import DriverOptions
    from icos_ecosystem.gap_filling.learned import LearnedFilled, LearnedSkill
    from icos_ecosystem.gap_filling.schedules import Scheme
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]
    Weather = Callable[[str], FloatArray]

__all__ = ["PRODUCT", "GapFillOptions", "derive", "scheme_from"]

_WIDEST_LOOKUP = {"oneflux": 77, "reddyproc": 70}
_DIURNAL_STEP = {"oneflux": 3, "reddyproc": 7}
_WIDEST_DIURNAL = 210
_UNITS = {word.name: word.units for word in GRID_WORDS}


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in _UNITS:
            raise ValueError(f"features: {name!r} is no variable of half-hourly{hint(name, _UNITS)}")
    return names


def _fillable(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in FILLED_METEO:
            raise ValueError(f"meteorology: {name!r} cannot be filled{hint(name, FILLED_METEO)}")
    return names


class GapFillOptions(Options):
    """Options of ``gap-fill``."""

    convention: Literal["oneflux", "reddyproc"] = Field(default="oneflux", description="whose windows, edges and long gaps")
    filler: Literal["mds", "learned"] = Field(
        default="mds", description="fluxes by marginal distribution sampling or by boosted regression trees; weather always by the former"
    )
    drivers: DriverTable = Field(
        default=USUAL_DRIVERS,
        description="table: by which variables weather is similar, the most important first; default: SW_IN (20 to 50 W m-2), "
        "TA (2.5 degree_C) and VPD (5 hPa)",
    )
    driver_values: Literal["measured", "filled"] = Field(
        default="measured", description="weather of fluxes as measured, as both peers have it, or with its own gaps filled first"
    )
    symmetric_mean: bool = Field(
        default=False, description="mean of what lies below and above the first driver, each by itself (Vekuri et al. 2023)"
    )
    minimum_count: int = Field(default=2, ge=1, le=100, description="records that an estimate needs at least")
    lookup_days: int = Field(
        default=7, ge=1, le=90, description="days before and after in the smallest window of similar weather, by which it also widens"
    )
    widest_lookup_days: int | None = Field(
        default=None, ge=1, le=366, description="days before and after in the widest one; default 77 (oneflux) or 70 (reddyproc)"
    )
    widest_diurnal_days: int | None = Field(
        default=None,
        ge=0,
        le=3660,
        description="days before and after in the widest window of the mean diurnal course; default: until something is found (oneflux) "
        "or 210 (reddyproc)",
    )
    long_gaps: Literal["auto", "fill", "leave", "reset"] = Field(
        default="auto",
        description="fill: every gap; leave: none longer than longest_gap_days; reset: fluxes badly filled for long are taken out again; "
        "auto: fill (oneflux) or leave (reddyproc)",
    )
    longest_gap_days: float = Field(default=60.0, gt=0, description="with leave: days of the longest gap that is filled")
    margin_days: float = Field(default=15.0, ge=0, description="with reset: days that stay at either end of a badly filled run")
    shortest_reset_days: float = Field(default=5.0, gt=0, description="with reset: fewer days between the margins stay too")
    meteorology: Annotated[tuple[str, ...], AfterValidator(_fillable)] | None = Field(
        default=None, description="variables filled beside the fluxes; default: all that there are, without P"
    )

    features: Annotated[tuple[str, ...], AfterValidator(_known)] = Field(
        default=FEATURES, description="with filler learned: variables from which the trees learn, beside season and time of day"
    )
    seed: int = Field(default=0, ge=0, le=2**31, description="with filler learned: seed of the random numbers")

    @property
    def policy(self) -> Literal["fill", "leave", "reset"]:
        """What becomes of long gaps."""
        if self.long_gaps != "auto":
            return self.long_gaps
        return "fill" if self.convention == "oneflux" else "leave"

    @property
    def meteorology_wanted(self) -> tuple[str, ...]:
        """Variables beside the fluxes that are filled where they are there."""
        return tuple(name for name in FILLED_METEO if name != "P") if self.meteorology is None else self.meteorology


def scheme_from(options: GapFillOptions) -> Scheme:
    """Return the scheme that the options describe."""
    step, widest = _DIURNAL_STEP[options.convention], options.widest_diurnal_days
    until_found = options.convention == "oneflux" and widest is None
    lookup = options.widest_lookup_days or _WIDEST_LOOKUP[options.convention]
    steps = steps_of(
        options.lookup_days,
        all_drivers=lookup,
        first_driver=lookup,
        diurnal=(step, 0 if until_found else _WIDEST_DIURNAL if widest is None else widest),
    )
    return replace(
        scheme_of(options.convention, symmetric=options.symmetric_mean),
        steps=steps,
        diurnal_step=step if until_found else 0,
        minimum_count=options.minimum_count,
        longest_gap=options.longest_gap_days if options.policy == "leave" else None,
    )


def derive(streams: Streams, options: GapFillOptions, context: Context) -> ProductResult:
    """Return the stream `gap-filled`."""
    grid = streams.get(GRID_STREAM)
    if grid is None:
        return ProductResult(streams={}, problems=(Problem(message="gap-fill: there is no stream half-hourly"),))
    series = _Series(grid, options, calendar_of(grid, context))
    for name in options.meteorology_wanted:
        if has(grid, name):
            series.add(
                name, column(grid, name), series.sampled(column(grid, name), drivers_without(options.drivers, name), series.measured)
            )
    fluxes, told = _fluxes(streams)
    weather = series.filled if options.driver_values == "filled" else series.measured
    for name, values in fluxes.items():
        learned = options.filler == "learned"
        estimates = series.learned(name, values, weather) if learned else series.sampled(values, options.drivers, weather)
        series.add(name, values, estimates, reset=options.policy == "reset")
    if not series.found:
        what = "there is neither a flux nor meteorology to fill"
        return ProductResult(streams={}, problems=(Problem(message=f"gap-fill: {what}"),))
    absent = [each.variable for each in options.drivers if not has(grid, each.variable)]
    if absent:
        told.append(f"there is no value of {' and '.join(absent)}: weather is similar without it")
    told += [f"{name} has fewer than {FEWEST_RECORDS} values: nothing was learned" for name, each in series.skill.items() if not each.count]
    told += [f"{count} of {grid.sizes['time']} records of {name} stay without a value" for name, count in series.unfilled().items()]
    words = [word for name in series.names for word in words_of_filled(name)]
    attrs = {"convention": options.convention, "filler": options.filler}
    return ProductResult(
        streams={FILLED_STREAM: on_grid(grid, series.found, words, attrs)},
        problems=tuple(Problem(message=f"gap-fill: {each}") for each in told),
        tables=series.tables(),
    )


def _fluxes(streams: Streams) -> tuple[dict[str, FloatArray], list[str]]:
    """Return the fluxes that there are, as the filters before left them, and what a person should know of it."""
    filtered, despiked = streams.get(FILTERED_STREAM), streams.get(DESPIKED_STREAM)
    found, told = dict[str, "FloatArray"](), list[str]()
    if filtered is not None and has(filtered, "NEE"):
        found["NEE"] = column(filtered, "NEE")
    elif despiked is not None and has(despiked, "NEE"):
        found["NEE"] = column(despiked, "NEE")
        told.append("net ecosystem exchange is filled without a filter of friction velocity: product ustar-filter made none")
    if despiked is not None:
        found |= {name: column(despiked, name) for name in ("LE", "H") if has(despiked, name)}
    return found, told


class _Series:
    """Filled variables, one after the other."""

    def __init__(self, grid: xr.Dataset, options: GapFillOptions, calendar: SiteCalendar) -> None:
        self.grid, self.options, self.calendar = grid, options, calendar
        self.scheme = scheme_from(options)
        self.names: list[str] = []
        self.found: dict[str, ArrayLike] = {}
        self.skill: dict[str, LearnedSkill] = {}

    def measured(self, name: str) -> FloatArray:
        """Return a variable as measured."""
        return column(self.grid, name)

    def filled(self, name: str) -> FloatArray:
        """Return a variable with its gaps filled; as measured where it was not filled."""
        return np.asarray(self.found.get(f"{name}_F", self.measured(name)), np.float64)

    def sampled(self, target: FloatArray, drivers: Sequence[DriverOptions], weather: Weather) -> Filled:
        """Return estimates of every record by marginal distribution sampling."""
        return fill(target, drivers_of(drivers, weather), per_day=self.calendar.per_day, scheme=self.scheme)

    def learned(self, name: str, target: FloatArray, weather: Weather) -> Filled:
        """Return estimates of every record by what was learned of the measured ones."""
        features = {each: weather(each) for each in self.options.features}
        learned = fill_learned(target, features, self.calendar, seed=self.options.seed)
        self.skill[name] = learned.skill
        longest = self.options.longest_gap_days * self.calendar.per_day
        left = in_runs_longer_than(np.isnan(target), round(longest)) if self.options.policy == "leave" else np.zeros(target.size, np.bool_)
        return _as_filled(learned, left)

    def add(self, name: str, target: FloatArray, estimates: Filled, *, reset: bool = False) -> None:
        """Fill a variable with its estimates."""
        values, quality = estimates.filled(target)
        if reset:
            margin, fewest = self.options.margin_days, self.options.shortest_reset_days
            taken = long_gap_mask(quality, per_day=self.calendar.per_day, margin=margin, fewest=fewest)
            values, quality = np.where(taken, np.nan, values), np.where(taken, np.int8(UNFILLED), quality)
        self.names.append(name)
        self.found |= {
            f"{name}_F": values,
            f"{name}_F_QC": quality,
            f"{name}_F_ALL": estimates.estimate,
            f"{name}_F_METHOD": estimates.method,
            f"{name}_F_WINDOW": np.where(estimates.window > 0, estimates.window, np.nan),
            f"{name}_F_N": np.where(estimates.count > 0, estimates.count, np.nan),
            f"{name}_F_SD": estimates.sd,
        }

    def unfilled(self) -> dict[str, int]:
        """Return how many records of each variable have no value, where there are any."""
        counts = {name: int(np.count_nonzero(np.asarray(self.found[f"{name}_F_QC"]) == UNFILLED)) for name in self.names}
        return {name: count for name, count in counts.items() if count}

    def tables(self) -> tuple[Table, ...]:
        """Return what share of each variable is filled how well, and how well what was learned tells of measured records."""
        rows = []
        for name in self.names:
            quality = np.asarray(self.found[f"{name}_F_QC"])
            rows.append((name, *(round(100.0 * float(np.mean(quality == code)), 1) for code in (0, 1, 2, 3, UNFILLED))))
        columns = ("variable", "measured (%)", "good (%)", "medium (%)", "poor (%)", "none (%)")
        account = Table(title="Gap filling", columns=columns, rows=tuple(rows), note=f"convention of {self.options.convention}")
        learned = [
            (name, each.count, *(round(number, 3) for number in (each.rmse, each.bias, each.r2))) for name, each in self.skill.items()
        ]
        if not learned:
            return (account,)
        note = "of measured records by trees that had not seen them, nor the days around"
        of_skill = ("flux", "records", "root mean square error", "bias", "R2")
        return (account, Table(title="Skill of the learned gap filling", columns=of_skill, rows=tuple(learned), note=note))


def _as_filled(learned: LearnedFilled, left: NDArray[np.bool_]) -> Filled:
    """Return what was learned in the form of a sampling; gaps that are left have no estimate."""
    there = np.isfinite(learned.estimate) & ~left
    nothing = np.zeros(there.size)
    return Filled(
        estimate=np.where(there, learned.estimate, np.nan),
        sd=np.where(there, learned.sd, np.nan),
        count=nothing.astype(np.int32),
        method=np.where(there, LEARNED, 0).astype(np.int8),
        window=nothing.astype(np.int16),
        quality=np.where(there, learned.quality, np.int8(UNFILLED)),
    )


def _requires(options: GapFillOptions) -> Mapping[str, tuple[Requirement, ...]]:
    features = options.features if options.filler == "learned" else ()
    weather = dict.fromkeys((*(each.variable for each in options.drivers), *options.meteorology_wanted, *features))
    return {
        GRID_STREAM: tuple(Requirement(name=name, units=_UNITS[name], optional=True) for name in weather),
        DESPIKED_STREAM: tuple(Requirement(name=name, units=_UNITS[name], optional=True) for name in FILLED_FLUXES),
        FILTERED_STREAM: (Requirement(name="NEE", units=_UNITS["NEE"], optional=True),),
    }


def _provides(options: GapFillOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {FILLED_STREAM: tuple(word for name in (*options.meteorology_wanted, *FILLED_FLUXES) for word in words_of_filled(name))}


PRODUCT = Product(
    name="gap-fill",
    summary="fluxes and meteorology without gaps, with method, window and quality of every record",
    options=GapFillOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("ustar-filter",),
)
