"""Product ``partition-nighttime``: respiration and gross primary production from the fluxes of the night.

It makes the streams `partitioned-nighttime`, on the grid of `half-hourly`, and `nighttime-parameters`, a row per window.

References
----------
Reichstein et al. (2005), Glob. Change Biol. 11, 1424, doi:10.1111/j.1365-2486.2005.001002.x
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.exceptions import DataError
from icos_core.versioned import Options
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, on_grid
from icos_ecosystem.partitioning.night_windows import Site
from icos_ecosystem.partitioning.nighttime import NightOptions, partition_nighttime
from icos_ecosystem.products.partitioning_tables import told, window_stream, yearly_sums
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM
from icos_ecosystem.vocabulary.partitioned_nighttime import (
    NIGHTTIME_PARAMETER_STREAM,
    NIGHTTIME_PARAMETER_WORDS,
    NIGHTTIME_STREAM,
    NIGHTTIME_WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.partitioning.nighttime_results import NighttimePartition, WindowParameters

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "PartitionNighttimeOptions", "derive", "night_options", "site_of"]

_MEASURED = 0


class PartitionNighttimeOptions(Options):
    """Options of ``partition-nighttime``."""

    convention: Literal["oneflux", "reddyproc"] = Field(default="oneflux", description="whose night, windows, fits and choice")
    temperature: Literal["TA", "TS"] = Field(default="TA", description="temperature that respiration follows: of the air or of the soil")
    night: Literal["sun", "radiation"] = Field(
        default="sun", description="night is dark and the sun down, or dark alone (SW_IN of 10 W m-2): for summers without night"
    )
    fixed_e0: float | None = Field(
        default=None, gt=0, le=1000, description="temperature sensitivity that holds instead of one from the data [K]"
    )
    least_e0: float = Field(default=30.0, ge=0, description="lower limit of a window's temperature sensitivity [K]")
    greatest_e0: float | None = Field(
        default=None, gt=0, description="upper limit of a window's temperature sensitivity [K]; default: 350 with TA, 550 with TS"
    )
    temperature_range: float = Field(
        default=5.0, gt=0, description="range of temperature that a window needs for its sensitivity [K]; smaller in the tropics"
    )

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        least, greatest = night_options(self).limits
        if not least < greatest:
            raise ValueError(f"least_e0: must be below greatest_e0, which is {greatest:g}")
        return self


def night_options(options: PartitionNighttimeOptions) -> NightOptions:
    """Return the options of the science."""
    return NightOptions(**{name: getattr(options, name) for name in NightOptions.__dataclass_fields__})


def site_of(context: Context, product: str) -> Site:
    """Return where the station stands.

    Raises
    ------
    DataError
        Where latitude or longitude is missing.
    """
    station = context.station
    if station.latitude is None or station.longitude is None:
        raise DataError(f"{product}: the station has no latitude and longitude, expected those of a fixed station")
    return Site(latitude=station.latitude, longitude=station.longitude, utc_offset=station.utc_offset or 0.0)


def derive(streams: Streams, options: PartitionNighttimeOptions, context: Context) -> ProductResult:
    """Return the streams `partitioned-nighttime` and `nighttime-parameters`."""
    grid, filled = streams.get(GRID_STREAM), streams.get(FILLED_STREAM)
    temperature = options.temperature
    missing = [name for name in ("NEE_F", f"{temperature}_F") if filled is None or not has(filled, name)]
    needs_radiation = options.night == "radiation" or options.convention == "reddyproc"
    if grid is None or (needs_radiation and not has(grid, "SW_IN")):
        missing.append("SW_IN")
    if grid is None or filled is None or missing:
        problem = Problem(message=f"partition-nighttime: there is no value of {' and '.join(missing)}")
        return ProductResult(streams={}, problems=(problem,))
    try:
        site = site_of(context, "partition-nighttime")
    except DataError as error:
        return ProductResult(streams={}, problems=(Problem(message=str(error)),))
    calendar = calendar_of(grid, context)
    nee = column(filled, "NEE_F")
    found = partition_nighttime(
        nee,
        filled["NEE_F_QC"].values == _MEASURED,
        column(filled, f"{temperature}_F"),
        column(grid, "SW_IN"),
        calendar,
        site,
        night_options(options),
        temperature_measured=filled[f"{temperature}_F_QC"].values == _MEASURED,
    )
    attrs = {"convention": options.convention, "temperature": temperature}
    values = {"RECO_NT": found.reco, "GPP_NT": found.gpp, "E0_NT": found.e0, "RREF_NT": found.rref}
    made = {
        NIGHTTIME_STREAM: on_grid(grid, values, NIGHTTIME_WORDS, attrs),
        NIGHTTIME_PARAMETER_STREAM: _parameters(found.parameters, grid["time"].values[0], calendar, attrs),
    }
    problems = tuple(Problem(message=f"partition-nighttime: {each}") for each in found.problems)
    return ProductResult(streams=made, problems=problems, tables=(_account(found, nee, calendar, options),))


def _parameters(found: WindowParameters, begin: np.datetime64, calendar: SiteCalendar, attrs: Mapping[str, str]) -> xr.Dataset:
    """Return a row per window. The centre is where the values of a window are on average, its middle where it has none."""
    centre = np.where(np.isnan(found.centre), 0.5 * (found.first + found.end - 1), found.centre) + 0.5
    columns = (
        found.kind,
        found.count,
        found.temperature_range,
        found.e0,
        found.e0_se,
        found.rref,
        found.rref_se,
        found.outcome,
    )
    places = (found.first, found.end, centre)
    text = "mean time of the fluxes in the window, UTC"
    return window_stream(columns, NIGHTTIME_PARAMETER_WORDS, places, begin, calendar.per_day, attrs, centre=text)


def _account(found: NighttimePartition, nee: FloatArray, calendar: SiteCalendar, options: PartitionNighttimeOptions) -> Table:
    """Return the sums of the years."""
    sensitivity = [told(float(found.e0[calendar.rows_of(year)][0])) for year in calendar.years]
    sums = (yearly_sums(values, calendar) for values in (nee, found.reco, found.gpp))
    columns = ("year", "E0 (K)", "NEE (g C m-2)", "RECO (g C m-2)", "GPP (g C m-2)")
    rows = tuple(zip(calendar.years, sensitivity, *sums, strict=True))
    return Table(title="Night-time partitioning", columns=columns, rows=rows, note=f"convention of {options.convention}")


def _requires(options: PartitionNighttimeOptions) -> Mapping[str, tuple[Requirement, ...]]:
    units = {"NEE_F": "umol m-2 s-1", "NEE_F_QC": "", f"{options.temperature}_F": "degree_C", f"{options.temperature}_F_QC": ""}
    return {
        GRID_STREAM: (Requirement(name="SW_IN", units="W m-2", optional=True),),
        FILLED_STREAM: tuple(Requirement(name=name, units=unit, optional=True) for name, unit in units.items()),
    }


def _provides(_options: PartitionNighttimeOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {NIGHTTIME_STREAM: NIGHTTIME_WORDS, NIGHTTIME_PARAMETER_STREAM: NIGHTTIME_PARAMETER_WORDS}


PRODUCT = Product(
    name="partition-nighttime",
    summary="ecosystem respiration and gross primary production from the fluxes of the night, after Reichstein et al. 2005",
    options=PartitionNighttimeOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("gap-fill",),
)
