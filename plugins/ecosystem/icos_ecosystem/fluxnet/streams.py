"""The FLUXNET product as streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_core.dataset import TIME_ATTRIBUTES, attributes, make_stream
from icos_ecosystem.half_hourly.streams import on_grid
from icos_ecosystem.ustar.pools import PERCENTILES
from icos_ecosystem.vocabulary.fluxnet_product import (
    FLUXNET_RESOLUTIONS,
    THRESHOLD_TABLE_WORDS,
    fluxnet_stream,
    fluxnet_words,
    member_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.fluxnet.table import ProductTable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["member_stream", "streams_of", "threshold_table"]


def streams_of(table: ProductTable, grid: xr.Dataset, offset: np.timedelta64, attrs: Mapping[str, str]) -> dict[str, xr.Dataset]:
    """Return a stream for each resolution that has a column, in the order of FLUXNET's columns.

    Parameters
    ----------
    table
        The columns.
    grid
        Stream `half-hourly`.
    offset
        What local standard time is ahead of UTC.
    attrs
        Attributes of all streams; the resolution is added.
    """
    made = {}
    for resolution in FLUXNET_RESOLUTIONS:
        columns, words = table.columns[resolution], fluxnet_words(resolution)
        ordered = {word.name: columns[word.name] for word in words if word.name in columns}
        if not ordered:
            continue
        if resolution == "hh":
            label = str(grid.attrs.get("resolution", "HH" if table.calendar.per_day == 48 else "HR"))
            made[fluxnet_stream(resolution)] = on_grid(grid, ordered, words, {**attrs, "resolution": label})
            continue
        periods = table.periods[resolution]
        edges = table.calendar.start[0].astype("datetime64[D]") + np.append(periods.first, periods.days)
        moments = (edges.astype("datetime64[m]") - offset).astype("datetime64[ns]")
        stream = make_stream(moments[:-1], ordered, words, {**attrs, "resolution": resolution.upper()})
        stream["time"].attrs["bounds"] = "time_bnds"
        made[fluxnet_stream(resolution)] = stream.assign(time_bnds=(("time", "nv"), np.stack([moments[:-1], moments[1:]], axis=1)))
    return made


def threshold_table(
    thresholds: Mapping[str, FloatArray], references: Mapping[str, Mapping[str, int | None]], calendar: SiteCalendar
) -> xr.Dataset:
    """Return the thresholds behind the reference and the median version of every flux of carbon, a row each by resolution and year.

    Parameters
    ----------
    thresholds
        Pool → (years, members) [m s-1].
    references
        Flux (``NEE_VUT``, ``GPP_NT_VUT`` …) → resolution → member; None where there is no reference.
    calendar
        Of the records.
    """
    rows = []
    for flux, by_resolution in references.items():
        of_pool = thresholds[flux.rsplit("_", maxsplit=1)[1]]
        for resolution, reference in by_resolution.items():
            for version, member in (("USTAR50", of_pool.shape[1] - 1), ("REF", reference)):
                if member is None:
                    continue
                percentile = PERCENTILES[member] if version == "REF" else np.nan
                label = resolution.upper()
                rows += [
                    (f"{flux}_{version}", label, year, percentile, of_pool[number, member]) for number, year in enumerate(calendar.years)
                ]
    variables, resolutions, *numbers = zip(*rows, strict=True)
    return xr.Dataset(
        {
            "VARIABLE": ("row", np.array(variables), {"long_name": "version of a flux"}),
            "RESOLUTION": ("row", np.array(resolutions), {"long_name": "resolution at which the version was chosen"}),
            **{
                word.name: ("row", np.array(values, np.float64), attributes(word))
                for word, values in zip(THRESHOLD_TABLE_WORDS, numbers, strict=True)
            },
        }
    )


def member_stream(members: Mapping[str, NDArray[np.generic]], grid: xr.Dataset) -> xr.Dataset:
    """Return all versions of the fluxes of carbon along time and the percentile of their threshold.

    Parameters
    ----------
    members
        Flux → (members, n).
    grid
        Stream `half-hourly`.
    """
    words = {word.name: word for word in member_words()}
    variables = {
        name: (("time", "percentile"), np.ascontiguousarray(values.T, np.float64), attributes(words[name]))
        for name, values in members.items()
    }
    stream = xr.Dataset(
        variables,
        coords={
            "time": ("time", grid["time"].values, {**TIME_ATTRIBUTES, "bounds": "time_bnds"}),
            "percentile": ("percentile", np.array(PERCENTILES), {"long_name": "percentile of the threshold", "units": "percent"}),
        },
    )
    return stream.assign(time_bnds=grid["time_bnds"].variable)
