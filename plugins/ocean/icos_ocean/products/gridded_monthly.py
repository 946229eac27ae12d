"""Product ``gridded-monthly``: monthly means on a grid of 1° by 1°, as the Surface Ocean CO2 Atlas makes them.

It makes the stream ``gridded_monthly`` along time, latitude and longitude: number of values and of cruises, mean and standard deviation of
all values, mean with each cruise counting once, smallest and largest value, and how far the mean position is from the centre of a cell.
Months are those of UTC; at fixed stations those of the station's local standard time.

References
----------
Sabine, C. L. et al. (2013), Surface Ocean CO2 Atlas (SOCAT) gridded data products, Earth Syst. Sci. Data 5, 145-153,
doi:10.5194/essd-5-145-2013.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr
from pydantic import Field, field_validator

from icos_core.components import Product, ProductResult, Requirement, Table, Variable
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE, TIME_ATTRIBUTES, attributes, category_mask, is_good
from icos_core.exceptions import hint
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.expocodes import NO_EXPOCODE
from icos_ocean.monthly_grid import Cells, cells_of, cruises_per_cell, dense, offsets, summarise
from icos_ocean.products import socat_fco2rec
from icos_ocean.products.gridded_monthly_words import grid_words
from icos_ocean.vocabulary.socat import DATASET_FLAGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["PRODUCT", "STREAM", "GriddedMonthlyOptions", "derive"]

STREAM = "gridded_monthly"
_WORST = {"good": GOOD, "not_evaluated": NOT_EVALUATED, "questionable": QUESTIONABLE}
_UNWEIGHTED = ("count", "mean", "sd", "minimum", "maximum")
_WEIGHTED = ("mean_weighted", "sd_weighted")


class GriddedMonthlyOptions(Options):
    """Options of ``gridded-monthly``."""

    stream: StreamName = Field(default=socat_fco2rec.STREAM, description="stream to grid; it needs latitude and longitude")
    variables: tuple[str, ...] = Field(
        default=("fco2rec", "sst", "salinity"),
        min_length=1,
        description="variables to grid; a row counts where the first of them is good, and of the others what is good there",
    )
    cell_size: float = Field(default=1.0, gt=0, le=90, description="width and height of a cell in degrees; must divide 180")
    extent: Literal["data", "globe"] = Field(default="data", description="what the grid covers: the box around the data, or the globe")
    every_month: bool = Field(default=False, description="write months without data between the first and the last, too")
    worst_flag: Literal["good", "not_evaluated", "questionable"] = Field(
        default="not_evaluated", description="the worst primary flag that a value may have"
    )
    dataset_flags: tuple[str, ...] = Field(
        default=("A", "B", "C", "D"), description="flags of data sets that count, where the rows have one; SOCAT grids A to D"
    )
    cruise_weighted: bool = Field(default=True, description="add mean and standard deviation with each cruise counting once")
    position_offsets: bool = Field(default=True, description="add the offset of the mean position from the centre of the cell")

    @field_validator("cell_size")
    @classmethod
    def _cells_fit(cls, value: float) -> float:
        if abs(180.0 / value - round(180.0 / value)) > 1e-9:
            raise ValueError(f"{value} does not divide 180 degrees; expected e.g. 0.25, 1, 2.5, 5")
        return value

    @field_validator("dataset_flags")
    @classmethod
    def _known_flags(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for flag in value:
            if flag not in DATASET_FLAGS:
                raise ValueError(f"no flag of a data set {flag!r}{hint(flag, DATASET_FLAGS)}; there are {', '.join(DATASET_FLAGS)}")
        return value


def derive(streams: Streams, options: GriddedMonthlyOptions, context: Context) -> ProductResult:
    """Grid the variables of a stream."""
    stream = streams[options.stream]
    rows, left_out = _rows(stream, options)
    data = stream.isel(time=rows)
    latitude, longitude = data["latitude"].values, data["longitude"].values
    cruise = data["expocode"].values if "expocode" in data else np.full(rows.size, NO_EXPOCODE, dtype=np.int64)
    shift = _local_shift(context)
    time = (data["time"].values + shift).astype("datetime64[ns]")
    cells = cells_of(time, latitude, longitude, size=options.cell_size, whole_globe=options.extent == "globe")
    values: dict[str, NDArray[np.generic]] = {"cruise_count": cruises_per_cell(cells, cruise).astype(np.int32)}
    for name in (name for name in options.variables if name in data):
        usable = np.where(is_good(data, name, _WORST[options.worst_flag]), data[name].values, np.nan)
        summary = summarise(cells, usable, cruise)
        for statistic in (*_UNWEIGHTED, *(_WEIGHTED if options.cruise_weighted else ())):
            array = getattr(summary, statistic)
            values[f"{name}_{statistic}"] = array.astype(np.int32) if statistic == "count" else array
    if options.position_offsets:
        values["latitude_offset"], values["longitude_offset"] = offsets(cells, latitude, longitude)
    months = np.unique(cells.month)
    if options.every_month and months.size:
        months = np.arange(months[0], months[-1] + 1)
    units = {name: dict(data[name].attrs) for name in options.variables if name in data}
    grid = _dataset(cells, months, dense(cells, months, values), units, shift)
    return ProductResult(streams={STREAM: grid}, tables=(_account(rows.size, left_out, cells, months),))


def _rows(stream: xr.Dataset, options: GriddedMonthlyOptions) -> tuple[NDArray[np.intp], dict[str, int]]:
    """Return the rows that count, and how many others were left out for which reason."""
    present = np.isfinite(stream[options.variables[0]].values)
    good = is_good(stream, options.variables[0], _WORST[options.worst_flag])
    placed = np.isfinite(stream["latitude"].values) & np.isfinite(stream["longitude"].values)
    for name in ("latitude", "longitude"):
        placed &= is_good(stream, name, QUESTIONABLE)
    wanted = np.ones(present.shape, dtype=bool)
    if "dataset_quality" in stream:
        # A data set without a known flag is the station's own business.
        wanted = category_mask(stream, "dataset_quality", ["unknown", *options.dataset_flags])
    reasons = {
        "flag": int((present & ~good).sum()),
        "position": int((present & good & ~placed).sum()),
        "flag of the data set": int((present & good & placed & ~wanted).sum()),
    }
    return np.flatnonzero(present & good & placed & wanted), reasons


def _local_shift(context: Context) -> np.timedelta64:
    """Return what is added to UTC for the calendar: ships keep UTC, fixed stations their local standard time."""
    station = context.station
    hours = station.utc_offset if station.platform == "fixed" and station.utc_offset is not None else 0.0
    return np.timedelta64(round(hours * 3.6e12), "ns")


def _dataset(
    cells: Cells,
    months: NDArray[np.datetime64],
    values: Mapping[str, NDArray[np.generic]],
    gridded: Mapping[str, Mapping[str, Any]],
    shift: np.timedelta64,
) -> xr.Dataset:
    words = {word.name: word for word in grid_words(gridded)}
    start, end = (moment.astype("datetime64[ns]") - shift for moment in (months, months + 1))
    half = 0.5 * cells.size
    box: dict[str, Any] = {}
    coordinates: dict[str, Any] = {"time": ("time", start, TIME_ATTRIBUTES | {"bounds": "time_bnds"})}
    for name, centres in (("latitude", cells.latitude), ("longitude", cells.longitude)):
        axis = "Y" if name == "latitude" else "X"
        units = "degrees_north" if name == "latitude" else "degrees_east"
        coordinates[name] = (
            name,
            centres,
            {
                "standard_name": name,
                "long_name": f"{name} of the centre of the cell",
                "units": units,
                "axis": axis,
                "bounds": f"{name}_bnds",
            },
        )
        box[f"{name}_bnds"] = ((name, "bnds"), np.stack([centres - half, centres + half], axis=1))
    box["time_bnds"] = (("time", "bnds"), np.stack([start, end], axis=1))
    variables = {name: (("time", "latitude", "longitude"), array, attributes(words[name])) for name, array in values.items()}
    attrs = {
        "comment": "Cells hold their southern and western edges. Flags of a month say nothing of single cells.",
        "references": "https://doi.org/10.5194/essd-5-145-2013",
        "source": "gridded in situ observations",
    }
    return xr.Dataset({**variables, **box}, coords=coordinates, attrs=attrs)


def _account(used: int, left_out: Mapping[str, int], cells: Cells, months: NDArray[np.datetime64]) -> Table:
    rows = [("rows gridded", used), *((f"rows left out for their {reason}", count) for reason, count in left_out.items() if count)]
    rows += [("cells with data", cells.count), ("months", int(months.size))]
    return Table(title="Monthly grid", columns=("what", "number"), rows=tuple(rows))


def _requires(options: GriddedMonthlyOptions) -> Mapping[str, tuple[Requirement, ...]]:
    first, *others = options.variables
    needed = (Requirement(name=name) for name in (first, "latitude", "longitude"))
    return {options.stream: (*needed, *(Requirement(name=name, optional=True) for name in others))}


def _provides(options: GriddedMonthlyOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {STREAM: grid_words({name: {} for name in options.variables})}


PRODUCT = Product(
    name="gridded-monthly",
    summary="monthly means on a 1° grid with counts and spread, unweighted and with each cruise counting once",
    options=GriddedMonthlyOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("socat-fco2rec",),
)
