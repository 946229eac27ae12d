"""Product ``partition-daytime``: respiration and gross primary production from the light response of the day.

It makes the streams `partitioned-daytime`, on the grid of `half-hourly`, and `daytime-parameters`, a row per window.

References
----------
Lasslop et al. (2010), Glob. Change Biol. 16, 187, doi:10.1111/j.1365-2486.2009.02041.x
Keenan et al. (2019), Nat. Ecol. Evol. 3, 407, doi:10.1038/s41559-019-0809-2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.exceptions import DataError
from icos_core.versioned import Options
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, on_grid
from icos_ecosystem.partitioning.daytime import DayWeather, partition_daytime
from icos_ecosystem.partitioning.daytime_windows import DayOptions
from icos_ecosystem.products.partition_nighttime import site_of
from icos_ecosystem.products.partitioning_tables import window_stream, yearly_sums
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM
from icos_ecosystem.vocabulary.partitioned_daytime import (
    DAYTIME_PARAMETER_STREAM,
    DAYTIME_PARAMETER_WORDS,
    DAYTIME_STREAM,
    DAYTIME_WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.partitioning.daytime_results import DaytimePartition, LightResponseWindows

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "PartitionDaytimeOptions", "day_options", "derive"]

_MEASURED = 0


class PartitionDaytimeOptions(Options):
    """Options of ``partition-daytime``."""

    convention: Literal["oneflux", "reddyproc"] = Field(default="oneflux", description="whose windows, weights, searches and limits")
    settings: Literal["default", "lasslop"] = Field(
        default="default", description="with reddyproc: its usual settings, or those closer to Lasslop et al. 2010"
    )
    variant: Literal["lasslop-2010", "keenan-2019"] = Field(
        default="lasslop-2010", description="by night the respiration of the day's fits, or (Keenan et al. 2019) of the nights themselves"
    )
    search: Literal["peer", "converged"] = Field(
        default="peer", description="fits end where those of the convention's program do, or at the minimum"
    )
    uncertainty: Literal["hessian", "bootstrap", "none"] = Field(
        default="hessian", description="of parameters and fluxes from the curvature of the cost, from resampled fluxes, or none"
    )
    bootstraps: int = Field(default=30, ge=3, le=1000, description="with bootstrap: how often the fluxes of a window are resampled")
    seed: int = Field(default=0, ge=0, le=2**31, description="with bootstrap: seed of the random numbers")
    fixed_e0: float | None = Field(
        default=None, gt=0, le=1000, description="temperature sensitivity that holds instead of one from the nights [K]"
    )
    fixed_e0_sd: float = Field(default=0.0, ge=0, description="standard deviation of fixed_e0 [K]")

    @model_validator(mode="after")
    def _settings_fit(self) -> Self:
        if self.settings == "lasslop" and self.convention != "reddyproc":
            raise ValueError('settings: "lasslop" are settings of convention "reddyproc"; "oneflux" has "default" only')
        return self


def day_options(options: PartitionDaytimeOptions) -> DayOptions:
    """Return the options of the science."""
    return DayOptions(**{name: getattr(options, name) for name in DayOptions.__dataclass_fields__})


def derive(streams: Streams, options: PartitionDaytimeOptions, context: Context) -> ProductResult:
    """Return the streams `partitioned-daytime` and `daytime-parameters`."""
    grid, filled = streams.get(GRID_STREAM), streams.get(FILLED_STREAM)
    missing = [name for name in ("NEE_F", "SW_IN_F", "TA_F") if filled is None or not has(filled, name)]
    if grid is None or filled is None or missing:
        problem = Problem(message=f"partition-daytime: there is no value of {' and '.join(missing)}")
        return ProductResult(streams={}, problems=(problem,))
    try:
        site = site_of(context, "partition-daytime")
    except DataError as error:
        return ProductResult(streams={}, problems=(Problem(message=str(error)),))
    calendar = calendar_of(grid, context)
    nee = column(filled, "NEE_F")
    weather = DayWeather(
        sw_in=column(filled, "SW_IN_F"),
        vpd=column(filled, "VPD_F"),
        ta=column(filled, "TA_F"),
        sw_in_measured=filled["SW_IN_F_QC"].values == _MEASURED,
    )
    spread = column(filled, "NEE_F_SD") if options.convention == "reddyproc" and has(filled, "NEE_F_SD") else None
    measured = filled["NEE_F_QC"].values == _MEASURED
    found = partition_daytime(nee, measured, weather, calendar, site, day_options(options), nee_sd=spread)
    told = [] if has(filled, "VPD_F") else ["there is no value of VPD_F: its effect is left out of account"]
    told += found.problems
    attrs = {"convention": options.convention, "settings": options.settings, "variant": options.variant, "search": options.search}
    values: dict[str, NDArray[np.generic]] = {
        "RECO_DT": found.reco,
        "GPP_DT": found.gpp,
        "RECO_DT_SD": found.reco_sd,
        "GPP_DT_SD": found.gpp_sd,
        "PARTITION_DT_QC": found.quality,
    }
    made = {
        DAYTIME_STREAM: on_grid(grid, values, DAYTIME_WORDS, attrs),
        DAYTIME_PARAMETER_STREAM: _parameters(found.windows, grid["time"].values[0], calendar, attrs),
    }
    problems = tuple(Problem(message=f"partition-daytime: {each}") for each in told)
    return ProductResult(streams=made, problems=problems, tables=(_account(found, nee, calendar, options),))


def _parameters(windows: LightResponseWindows, begin: np.datetime64, calendar: SiteCalendar, attrs: Mapping[str, str]) -> xr.Dataset:
    """Return a row per window; the centre is where its parameters stand, its middle where it has none."""
    columns = (
        windows.day_count,
        windows.night_count,
        *windows.parameters.T[:4],
        windows.sensitivity,
        *windows.sd.T[:4],
        windows.sensitivity_sd,
        windows.night_respiration,
        windows.outcome,
        windows.assumed,
    )
    places = (windows.first, windows.end, windows.position)
    text = "time that the parameters stand for, UTC"
    return window_stream(columns, DAYTIME_PARAMETER_WORDS, places, begin, calendar.per_day, attrs, centre=text)


def _account(found: DaytimePartition, nee: FloatArray, calendar: SiteCalendar, options: PartitionDaytimeOptions) -> Table:
    """Return the sums of the years and how many windows stand behind them."""
    of_years = [calendar.rows_of(year) for year in calendar.years]
    within = [(found.windows.centre >= part.start) & (found.windows.centre < part.stop) for part in of_years]
    counts = ([int(np.count_nonzero(found.windows.fitted & each)) for each in within], [int(np.count_nonzero(each)) for each in within])
    sums = (yearly_sums(values, calendar) for values in (nee, found.reco, found.gpp))
    columns = ("year", "windows fitted", "windows", "NEE (g C m-2)", "RECO (g C m-2)", "GPP (g C m-2)")
    rows = tuple(zip(calendar.years, *counts, *sums, strict=True))
    return Table(title="Day-time partitioning", columns=columns, rows=rows, note=f"convention of {options.convention}, {options.variant}")


def _requires(_options: PartitionDaytimeOptions) -> Mapping[str, tuple[Requirement, ...]]:
    units = {"NEE_F": "umol m-2 s-1", "NEE_F_QC": "", "NEE_F_SD": "umol m-2 s-1", "SW_IN_F": "W m-2", "SW_IN_F_QC": ""}
    units |= {"TA_F": "degree_C", "VPD_F": "hPa"}
    night = Requirement(name="SW_IN_POT", units="W m-2", optional=True)
    return {GRID_STREAM: (night,), FILLED_STREAM: tuple(Requirement(name=name, units=unit, optional=True) for name, unit in units.items())}


def _provides(_options: PartitionDaytimeOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {DAYTIME_STREAM: DAYTIME_WORDS, DAYTIME_PARAMETER_STREAM: DAYTIME_PARAMETER_WORDS}


PRODUCT = Product(
    name="partition-daytime",
    summary="ecosystem respiration and gross primary production from the light response of the day, after Lasslop et al. 2010",
    options=PartitionDaytimeOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("gap-fill",),
)
