"""Product ``method-spread``: how much the annual sums of carbon hang on the methods that were chosen.

It makes the stream `method-spread`, one row per year. Of every choice all methods are tried, the others as in the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.dataset import make_stream
from icos_core.versioned import Options
from icos_ecosystem.aggregation.calendar_means import GRAMS_PER_DAY, day_means, period_sums
from icos_ecosystem.aggregation.periods import periods_of
from icos_ecosystem.ensemble.method_spread import combined, spread_of_choice, spread_of_percentiles
from icos_ecosystem.gap_filling.driver_options import USUAL_DRIVERS, DriverTable, drivers_of
from icos_ecosystem.gap_filling.learned import fill_learned
from icos_ecosystem.gap_filling.learned_features import FEATURES
from icos_ecosystem.gap_filling.marginal_distribution import fill
from icos_ecosystem.gap_filling.schedules import scheme_of
from icos_ecosystem.half_hourly.streams import bounded, calendar_of, column, daylight, has
from icos_ecosystem.ustar.filtering import filter_flags
from icos_ecosystem.ustar.moving_point_rules import moving_point_rules
from icos_ecosystem.ustar.seasons import continuous_seasons, seasons_within_years
from icos_ecosystem.ustar.threshold_estimate import Series, estimated
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.fluxnet_product import fluxnet_stream
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM
from icos_ecosystem.vocabulary.method_spread import CHOICES, SPREAD_STREAM, SPREAD_WORDS, SPREADS, VARIANTS
from icos_ecosystem.vocabulary.partitioned_daytime import DAYTIME_STREAM
from icos_ecosystem.vocabulary.partitioned_nighttime import NIGHTTIME_STREAM
from icos_ecosystem.vocabulary.ustar import FILTERED_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.gap_filling.marginal_distribution import Driver
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.ustar.filtering import Convention

    FloatArray = NDArray[np.float64]
    Sums = dict[str, FloatArray]

__all__ = ["PRODUCT", "MethodSpreadOptions", "derive"]

_CARBON = "umol m-2 s-1"
_PARTITIONED = {"NT": NIGHTTIME_STREAM, "DT": DAYTIME_STREAM}


class MethodSpreadOptions(Options):
    """Options of ``method-spread``."""

    convention: Literal["oneflux", "reddyproc"] = Field(
        default="oneflux", description="whose filter and gap filling stand where another choice is looked at"
    )
    drivers: DriverTable = Field(default=USUAL_DRIVERS, description="table: as of product gap-fill")
    learned: bool = Field(default=True, description="whether boosted trees are among the gap fillers; they take most of the time")
    seed: int = Field(default=0, ge=0, le=2**31, description="seed of the boosted trees and of what thresholds draw")


def derive(streams: Streams, options: MethodSpreadOptions, context: Context) -> ProductResult:
    """Return the stream `method-spread`."""
    filtered, grid = streams.get(FILTERED_STREAM), streams.get(GRID_STREAM)
    if filtered is None or grid is None or not has(filtered, "NEE"):
        return ProductResult(streams={}, problems=(Problem(message="method-spread: there is no filtered net ecosystem exchange"),))
    site = _Site(streams, grid, options, calendar_of(grid, context))
    found = {f"NEE_{name}": sums for name, sums in site.variants()} | site.partitioned()
    product = streams.get(fluxnet_stream("yy"))
    found |= _reference(product, site.calendar)
    spreads = _spreads(found, product, site.calendar)
    made = {name: values for name, values in (found | spreads).items() if np.isfinite(values).any()}
    first = np.array([grid["time"].values[site.calendar.rows_of(year).start] for year in site.calendar.years])
    stream = make_stream(first, made, SPREAD_WORDS, {"convention": options.convention})
    last = np.array([grid["time_bnds"].values[site.calendar.rows_of(year).stop - 1, 1] for year in site.calendar.years])
    return ProductResult(streams={SPREAD_STREAM: bounded(stream, last - first)}, tables=(_table(made, site.calendar),))


class _Site:
    """A site's series, and annual sums of what other methods make of them."""

    def __init__(self, streams: Streams, grid: xr.Dataset, options: MethodSpreadOptions, calendar: SiteCalendar) -> None:
        self.streams, self.grid, self.options, self.calendar = streams, grid, options, calendar
        despiked = streams.get(DESPIKED_STREAM)
        self.nee = column(despiked if despiked is not None else grid, "NEE")
        self.filtered = column(streams[FILTERED_STREAM], "NEE")
        self.threshold = column(streams[FILTERED_STREAM], "USTAR_THRESHOLD")
        self.ustar = column(grid, "USTAR")
        self.radiation, _ = daylight(grid)
        self.drivers: list[Driver] = drivers_of(options.drivers, lambda name: column(grid, name))
        self.years = periods_of(calendar, "yy")

    def annual(self, values: FloatArray) -> FloatArray:
        """Return (years,) grams of carbon; NaN for a year with a gap."""
        return period_sums(day_means(values, self.calendar.per_day) * GRAMS_PER_DAY, self.years)

    def variants(self) -> Iterator[tuple[str, FloatArray]]:
        """Yield annual net ecosystem exchange by every method, with the ending of its variable."""
        for name, thresholds in self._thresholds():
            yield name, self._filled(self._kept(thresholds, self.options.convention))
        for convention in ("oneflux", "reddyproc"):
            yield f"FILTER_{convention.upper()}", self._filled(self._kept(self.threshold, convention))
            yield f"MDS_{convention.upper()}", self._filled(self.filtered, convention)
        yield "MDS_SYMMETRIC", self._filled(self.filtered, symmetric=True)
        if self.options.learned:
            features = {name: column(self.grid, name) for name in FEATURES}
            learned = fill_learned(self.filtered, features, self.calendar, seed=self.options.seed)
            yield "LEARNED", self.annual(learned.filled(self.filtered)[0])

    def partitioned(self) -> Sums:
        """Return annual sums of respiration, gross primary production and their difference by night and by day."""
        found: Sums = {}
        for method, name in _PARTITIONED.items():
            if name in self.streams:
                for flux in ("RECO", "GPP"):
                    found[f"{flux}_{method}"] = self.annual(column(self.streams[name], f"{flux}_{method}"))
                found[f"NEE_{method}"] = found[f"RECO_{method}"] - found[f"GPP_{method}"]
        return found

    def _thresholds(self) -> Iterator[tuple[str, FloatArray]]:
        """Yield (n,) thresholds of every record as the methods find them, each year its own."""
        series = Series(self.nee, self.ustar, column(self.grid, "TA"), self.radiation)
        year, month = self.calendar.year, self.calendar.month
        rules: dict[str, tuple[Literal["moving-point", "change-point"], Convention]] = {
            "MP_ONEFLUX": ("moving-point", "oneflux"),
            "MP_REDDYPROC": ("moving-point", "reddyproc"),
            "CP": ("change-point", "oneflux"),
        }
        for name, (method, convention) in rules.items():
            seasons = seasons_within_years(year, month) if convention == "oneflux" else continuous_seasons(year, month)
            found = estimated(
                series,
                self.calendar,
                seasons,
                method=method,
                rules=moving_point_rules(convention),
                bootstraps=1,
                seed=self.options.seed,
            )
            yield name, found.year[year - self.calendar.years[0]]

    def _kept(self, thresholds: FloatArray, convention: Convention) -> FloatArray:
        """Return what a filter leaves; nothing in years without a threshold."""
        flags = filter_flags(self.ustar, thresholds, self.radiation, convention=convention, year=self.calendar.year)
        return np.where((flags == 0) & np.isfinite(thresholds), self.nee, np.nan)

    def _filled(self, values: FloatArray, convention: Convention | None = None, *, symmetric: bool = False) -> FloatArray:
        """Return annual sums of a series whose gaps are filled; NaN for a year in which nothing is measured."""
        scheme = scheme_of(convention or self.options.convention, symmetric=symmetric)
        filled, _ = fill(values, self.drivers, per_day=self.calendar.per_day, scheme=scheme, only_gaps=True).filled(values)
        measured = np.array([np.isfinite(values[self.calendar.rows_of(year)]).any() for year in self.calendar.years])
        return np.where(measured, self.annual(filled), np.nan)


def _column_of_years(product: xr.Dataset | None, name: str, calendar: SiteCalendar) -> FloatArray:
    if product is None or name not in product or product.sizes["time"] != len(calendar.years):
        return np.full(len(calendar.years), np.nan)
    return column(product, name)


def _reference(product: xr.Dataset | None, calendar: SiteCalendar) -> Sums:
    names = {"NEE_REF": "NEE_VUT_REF", "GPP_REF": "GPP_NT_VUT_REF", "RECO_REF": "RECO_NT_VUT_REF"}
    return {name: _column_of_years(product, of, calendar) for name, of in names.items()}


def _spreads(found: Sums, product: xr.Dataset | None, calendar: SiteCalendar) -> Sums:
    nothing = np.full(len(calendar.years), np.nan)
    spreads: Sums = {}
    for flux, choices in SPREADS.items():
        stem = f"{flux}_VUT" if flux == "NEE" else f"{flux}_NT_VUT"
        for choice in choices:
            if choice == "RANDOM":
                spread = _column_of_years(product, f"{stem}_REF_RANDUNC", calendar)
            elif choice == "THRESHOLD":
                ends = (_column_of_years(product, f"{stem}_{percentile}", calendar) for percentile in ("16", "84"))
                spread = spread_of_percentiles(*ends)
            else:
                spread = spread_of_choice([found.get(f"{flux}_{ending}", nothing) for ending in VARIANTS[choice]])
            spreads[f"{flux}_SPREAD_{choice}"] = spread
        spreads[f"{flux}_SPREAD_TOTAL"] = combined([spreads[f"{flux}_SPREAD_{choice}"] for choice in choices])
    return spreads


def _table(made: Sums, calendar: SiteCalendar) -> Table:
    shown = [choice for choice in CHOICES if f"NEE_SPREAD_{choice}" in made]
    rows = []
    for number, year in enumerate(calendar.years):
        terms = (made[f"NEE_SPREAD_{choice}"][number] for choice in shown)
        reference, total = (made[name][number] if name in made else np.nan for name in ("NEE_REF", "NEE_SPREAD_TOTAL"))
        rows.append((year, _told(reference), *(_told(term) for term in terms), _told(total)))
    return Table(
        title="Standard uncertainty of annual net ecosystem exchange by what was chosen (g m-2 yr-1 of carbon)",
        columns=("year", "exchange", *(CHOICES[choice] for choice in shown), "together"),
        rows=tuple(rows),
    )


def _told(value: float) -> float | str:
    return round(float(value), 1) if np.isfinite(value) else "–"


def _requires(options: MethodSpreadOptions) -> Mapping[str, tuple[Requirement, ...]]:
    weather = dict.fromkeys(("USTAR", "TA", "SW_IN", "SW_IN_POT", *(each.variable for each in options.drivers)))
    carbon = Requirement(name="NEE", units=_CARBON, optional=True)
    return {
        GRID_STREAM: tuple(Requirement(name=name, optional=True) for name in weather),
        DESPIKED_STREAM: (carbon,),
        FILTERED_STREAM: (carbon,),
        **{
            name: tuple(Requirement(name=f"{flux}_{method}", units=_CARBON, optional=True) for flux in ("RECO", "GPP"))
            for method, name in _PARTITIONED.items()
        },
        fluxnet_stream("yy"): (Requirement(name="NEE_VUT_REF", optional=True),),
    }


def _provides(_options: MethodSpreadOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {SPREAD_STREAM: SPREAD_WORDS}


PRODUCT = Product(
    name="method-spread",
    summary="how much annual sums of carbon hang on thresholds, filter, gap filling and partitioning",
    options=MethodSpreadOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("fluxnet-product", "partition-nighttime", "partition-daytime"),
)
