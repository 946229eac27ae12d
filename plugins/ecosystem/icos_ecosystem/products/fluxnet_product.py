"""Product ``fluxnet-product``: meteorology, energy and carbon from half hours to years, with 41 thresholds of the friction velocity.

It makes the streams `fluxnet/hh`, `fluxnet/dd`, `fluxnet/ww`, `fluxnet/mm`, `fluxnet/yy` in FLUXNET's names, and `fluxnet/ustar`: the
thresholds behind them.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.exceptions import DataError
from icos_core.versioned import Options
from icos_ecosystem.fluxnet.carbon import CarbonFluxes, add_pools
from icos_ecosystem.fluxnet.energy import ENERGY_FLUXES, add_energy
from icos_ecosystem.fluxnet.long_gaps import clear_long_gaps
from icos_ecosystem.fluxnet.meteorology import CONSOLIDATED, NOT_FILLED, SAMPLED, add_meteorology
from icos_ecosystem.fluxnet.site_series import SiteSeries
from icos_ecosystem.fluxnet.streams import member_stream, streams_of, threshold_table
from icos_ecosystem.fluxnet.table import ProductTable
from icos_ecosystem.gap_filling.driver_options import USUAL_DRIVERS, DriverTable
from icos_ecosystem.gap_filling.schedules import scheme_of
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, local_offset
from icos_ecosystem.partitioning.daytime import DayWeather, partition_daytime_members
from icos_ecosystem.partitioning.daytime_windows import DayOptions
from icos_ecosystem.partitioning.nighttime import NightOptions, partition_nighttime_members
from icos_ecosystem.products.partition_nighttime import site_of
from icos_ecosystem.ustar.pools import PERCENTILES
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.fluxnet_product import (
    FLUXNET_RESOLUTIONS,
    MEMBERS_STREAM,
    THRESHOLD_TABLE,
    THRESHOLD_TABLE_WORDS,
    fluxnet_stream,
    fluxnet_words,
    member_words,
)
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_UNITS
from icos_ecosystem.vocabulary.ustar import THRESHOLD_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.fluxnet.carbon import Partitioning
    from icos_ecosystem.fluxnet.site_series import FilledSeries
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.partitioning.night_windows import Site

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["PRODUCT", "FluxnetProductOptions", "derive"]

_Pool = Literal["VUT", "CUT"]


class FluxnetProductOptions(Options):
    """Options of ``fluxnet-product``."""

    convention: Literal["oneflux", "reddyproc"] = Field(
        default="oneflux", description="whose filter of friction velocity, windows of gap filling and partitioning"
    )
    pools: tuple[_Pool, ...] = Field(
        default=("VUT", "CUT"), description="thresholds of each year, constant thresholds (from three years on), or both"
    )
    drivers: DriverTable = Field(
        default=USUAL_DRIVERS,
        description="table: by which variables weather is similar; default: SW_IN (20 to 50 W m-2), TA (2.5 degree_C) and VPD (5 hPa)",
    )
    driver_values: Literal["measured", "filled"] = Field(default="measured", description="weather as measured, or with its gaps filled")
    partitioning: tuple[Literal["nighttime", "daytime"], ...] = Field(
        default=("nighttime", "daytime"), description="methods that part every version into respiration and production; may be none"
    )
    long_gaps: Literal["clear", "keep"] = Field(
        default="clear",
        description="whether poorly filled values deep inside a long gap, and the days to years that hold any, are taken out",
    )
    margin_days: float = Field(default=15.0, ge=0, description="days that stay at either end of a poorly filled run")
    shortest_cleared_days: float = Field(default=5.0, gt=0, description="fewer days between the margins stay too")
    percentile_table: bool = Field(default=False, description="also make the stream fluxnet/members: all 41 versions of every half hour")


def derive(streams: Streams, options: FluxnetProductOptions, context: Context) -> ProductResult:
    """Return the product at every resolution."""
    grid, filled = streams.get(GRID_STREAM), streams.get(FILLED_STREAM)
    if grid is None:
        return ProductResult(streams={}, problems=(Problem(message="fluxnet-product: there is no stream half-hourly"),))
    calendar = calendar_of(grid, context)
    site = SiteSeries(
        calendar=calendar,
        grid=grid,
        filled=grid[["time"]] if filled is None else filled,
        by=options.drivers,
        filled_weather=options.driver_values == "filled",
        scheme=scheme_of(options.convention),
    )
    table, carbon = ProductTable(calendar), CarbonFluxes()
    add_meteorology(table, site)
    quality = add_energy(table, site, _despiked(streams))
    heat = site.by_sampling("G")
    quality |= {} if heat is None else {"G": heat.quality}
    thresholds = _add_carbon(table, site, carbon, streams, options, context)
    if options.long_gaps == "clear":
        clear_long_gaps(table, carbon.quality, quality, margin=options.margin_days, fewest=options.shortest_cleared_days)
    made = streams_of(table, grid, local_offset(context), {"convention": options.convention})
    if carbon.references:
        made[THRESHOLD_TABLE] = threshold_table(thresholds, carbon.references, calendar)
    if carbon.members:
        made[MEMBERS_STREAM] = member_stream(carbon.members, grid)
    problems = tuple(Problem(message=f"fluxnet-product: {each}") for each in table.problems)
    return ProductResult(streams=made, problems=problems, tables=_account(table))


def _despiked(streams: Streams) -> dict[str, FloatArray]:
    despiked = streams.get(DESPIKED_STREAM)
    if despiked is None:
        return {}
    return {name: column(despiked, name) for name in ("NEE", *ENERGY_FLUXES) if has(despiked, name)}


def _add_carbon(
    table: ProductTable, site: SiteSeries, carbon: CarbonFluxes, streams: Streams, options: FluxnetProductOptions, context: Context
) -> dict[str, FloatArray]:
    """Add the fluxes of carbon, and return the thresholds by pool."""
    nee = _despiked(streams).get("NEE")
    if nee is None:
        table.problems.append("there is no net ecosystem exchange, and so neither respiration nor production")
        return {}
    if site.measured("USTAR") is None:
        table.problems.append("there is no friction velocity, by which the versions of the net ecosystem exchange differ")
        return {}
    thresholds = _thresholds(table, streams.get(THRESHOLD_STREAM), site.calendar, options)
    methods = _methods(table, site, options, context) if thresholds else {}
    add_pools(table, site, nee, thresholds, methods, carbon, convention=options.convention, keep_members=options.percentile_table)
    return thresholds


def _thresholds(
    table: ProductTable, stream: xr.Dataset | None, calendar: SiteCalendar, options: FluxnetProductOptions
) -> dict[str, FloatArray]:
    """Return pool → (years, 41) thresholds, of those pools that have any."""
    found = dict[str, "FloatArray"]()
    for pool in options.pools:
        name = f"THRESHOLD_{pool}"
        if stream is None or name not in stream:
            continue
        values = stream[name].transpose(..., "percentile").sel(percentile=list(PERCENTILES)).values.astype(np.float64)
        if pool == "VUT":
            of_year = dict(zip(stream["year"].values.tolist(), values, strict=True))
            nothing = np.full(len(PERCENTILES), np.nan)
            values = np.stack([of_year.get(year, nothing) for year in calendar.years])
            lacking = [str(year) for year, row in zip(calendar.years, values, strict=True) if not np.isfinite(row).all()]
            if lacking and len(lacking) < len(calendar.years):
                table.problems.append(f"there is no threshold for {', '.join(lacking)}: all of the net ecosystem exchange is filled there")
        else:
            values = np.tile(values, (len(calendar.years), 1))
        if np.isfinite(values).all(axis=1).any():
            found[pool] = values
    if not found:
        table.problems.append(f"there are no thresholds of friction velocity ({' or '.join(options.pools) or 'none is asked for'})")
    return found


def _methods(table: ProductTable, site: SiteSeries, options: FluxnetProductOptions, context: Context) -> dict[str, Partitioning]:
    """Return what partitions versions of the exchange, by its short name, where all that it needs is there."""
    try:
        tower = site_of(context, "partitioning")
    except DataError as error:
        table.problems.append(str(error))
        return {}
    made: dict[str, Partitioning] = {}
    temperature, radiation, deficit = (site.delivered(name) for name in ("TA", "SW_IN", "VPD"))
    if "nighttime" in options.partitioning:
        lacking = _lacking({"TA_F": temperature, "SW_IN": radiation})
        if lacking:
            table.problems.append(f"night-time partitioning: there is no value of {lacking}")
        else:
            made["NT"] = _by_night(site, tower, options)
    if "daytime" in options.partitioning:
        lacking = _lacking({"TA_F": temperature, "SW_IN_F": radiation, "VPD_F": deficit})
        if lacking:
            table.problems.append(f"day-time partitioning: there is no value of {lacking}")
        else:
            made["DT"] = _by_day(site, tower, options)
    return made


def _lacking(found: Mapping[str, FilledSeries | None]) -> str:
    return " and ".join(name for name, series in found.items() if series is None)


def _by_night(site: SiteSeries, tower: Site, options: FluxnetProductOptions) -> Partitioning:
    temperature, radiation = site.delivered("TA"), column(site.grid, "SW_IN")
    assert temperature is not None
    how = {"options": NightOptions(convention=options.convention), "temperature_measured": temperature.quality == 0}
    values = (temperature.values, radiation, site.calendar, tower)
    return lambda nee, measured: partition_nighttime_members(nee, measured, *values, **how)


def _by_day(site: SiteSeries, tower: Site, options: FluxnetProductOptions) -> Partitioning:
    temperature, radiation, deficit = (site.delivered(name) for name in ("TA", "SW_IN", "VPD"))
    assert temperature is not None
    assert radiation is not None
    assert deficit is not None
    weather = DayWeather(sw_in=radiation.values, vpd=deficit.values, ta=temperature.values, sw_in_measured=radiation.quality == 0)
    choice = DayOptions(convention=options.convention)
    return lambda nee, measured: partition_daytime_members(nee, measured, weather, site.calendar, tower, choice)


def _account(table: ProductTable) -> tuple[Table, ...]:
    """Return the yearly sums of carbon with their uncertainty."""
    columns = table.columns["yy"]
    names = [name for name in columns if name.endswith("_REF")]
    if not names:
        return ()
    rows = []
    for name in names:
        joint = columns.get(f"{name}_JOINTUNC")
        for number, year in enumerate(table.calendar.years):
            low, high = (columns.get(name.replace("REF", share)) for share in ("16", "84"))
            told = (each[number] if each is not None else np.nan for each in (columns[name], joint, low, high))
            rows.append((name, year, *(round(float(each), 1) if np.isfinite(each) else "" for each in told)))
    return (
        Table(
            title="Yearly sums of carbon",
            columns=("flux", "year", "reference (g C m-2)", "joint uncertainty", "16th percentile", "84th percentile"),
            rows=tuple(rows),
            note="nothing where a year holds what was cleared deep inside a long gap",
        ),
    )


def _requires(options: FluxnetProductOptions) -> Mapping[str, tuple[Requirement, ...]]:
    weather = dict.fromkeys((*(each.variable for each in options.drivers), *SAMPLED, *CONSOLIDATED, *NOT_FILLED, "SW_IN_POT", "WD", "RH"))
    fluxes = ("NEE", *ENERGY_FLUXES)

    def optional(name: str, units: str) -> Requirement:
        return Requirement(name=name, units=units, optional=True)

    filled = dict.fromkeys((*SAMPLED, *CONSOLIDATED, *ENERGY_FLUXES))
    return {
        GRID_STREAM: tuple(optional(name, GRID_UNITS[name]) for name in weather if name in GRID_UNITS),
        DESPIKED_STREAM: tuple(optional(name, GRID_UNITS[name]) for name in fluxes),
        THRESHOLD_STREAM: (optional("THRESHOLD_VUT", "m s-1"), optional("THRESHOLD_CUT", "m s-1")),
        FILLED_STREAM: tuple(optional(f"{name}_{end}", GRID_UNITS[name]) for name in filled for end in ("F", "ERA")),
    }


def _provides(options: FluxnetProductOptions) -> Mapping[str, tuple[Variable, ...]]:
    words = {fluxnet_stream(resolution): fluxnet_words(resolution) for resolution in FLUXNET_RESOLUTIONS}
    return words | {THRESHOLD_TABLE: THRESHOLD_TABLE_WORDS} | ({MEMBERS_STREAM: member_words()} if options.percentile_table else {})


PRODUCT = Product(
    name="fluxnet-product",
    summary="the FLUXNET product: meteorology, energy and carbon with 41 thresholds of friction velocity, half hours to years",
    options=FluxnetProductOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("despike", "ustar-threshold", "gap-fill"),
)
