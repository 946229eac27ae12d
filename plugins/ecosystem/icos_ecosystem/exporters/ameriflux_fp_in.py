"""Exporter ``ameriflux-fp-in``: half-hourly data as AmeriFlux takes them.

``<station>_HH_<first stamp>_<last stamp>.csv``: one row of names without units, ``TIMESTAMP_START`` and ``TIMESTAMP_END`` in local standard
time, every interval, ``-9999`` where missing. AmeriFlux asks for fluxes that are neither gap-filled nor filtered by friction velocity; what
the station filled itself stands beside them with the qualifier ``_F``, what it computed beyond the variables of the network with ``_PI``.
The name of the file is unverified; `label` is added to it.

References
----------
AmeriFlux, Half-hourly and hourly data upload format.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.dataset import usable
from icos_core.exceptions import ExportRefused
from icos_core.exporters.complete import file_stem, write_all
from icos_core.versioned import Options
from icos_ecosystem.exporters.fluxnet_table import local_bounds, stamp_columns, write_table
from icos_ecosystem.exporters.icos_etc_fluxes import check as check_station
from icos_ecosystem.half_hourly.regular_grid import gridded, interval_numbers
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, METEO_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["EXPORTER", "AmerifluxFpInOptions", "export"]

_QUESTIONABLE = 3
_FLUXES = ("FC", "FC_SSITC_TEST", "FCH4", "FCH4_SSITC_TEST", "LE", "LE_SSITC_TEST", "H", "H_SSITC_TEST", "TAU", "TAU_SSITC_TEST")
_BESIDE = ("SC", "SLE", "SH", "USTAR", "ZL", "MO_LENGTH", "WS", "WD", "WD_SIGMA", "U_SIGMA", "V_SIGMA", "W_SIGMA", "T_SONIC", "CO2", "H2O")
_GAP_FILLED = "gap-filled"
_FILLED = {"TA_F": "TA_PI_F", "SW_IN_F": "SW_IN_PI_F", "VPD_F": "VPD_PI_F", "NEE_F": "NEE_PI_F", "LE_F": "LE_PI_F", "H_F": "H_PI_F"}
"""Variable of the stream `gap-filled` → name with qualifiers."""
_PARTITIONED = {
    "partitioned-nighttime": {"RECO_NT": "RECO_PI_F_1", "GPP_NT": "GPP_PI_F_1"},
    "partitioned-daytime": {"RECO_DT": "RECO_PI_F_2", "GPP_DT": "GPP_PI_F_2"},
}


class AmerifluxFpInOptions(Options):
    """Options of ``ameriflux-fp-in``."""

    filled: bool = Field(default=True, description="write what was filled and partitioned beside the fluxes, as _PI_F")
    label: str = Field(default="", pattern="^[A-Za-z0-9-]*$", description="added to the name of the file")
    digits: int = Field(default=6, ge=3, le=15, description="significant digits of numbers")


def export(streams: Streams, folder: Path, options: AmerifluxFpInOptions, context: Context) -> Sequence[Path]:
    """Write the table.

    Raises
    ------
    ExportRefused
        If there are streams, but no regular grid of half-hourly data.
    """
    if not streams:
        return ()
    if GRID_STREAM not in streams:
        raise ExportRefused([f"no stream {GRID_STREAM!r} to export: derive product half-hourly; there are {', '.join(sorted(streams))}"])
    grid = streams[GRID_STREAM]
    if not grid.sizes["time"]:
        return ()
    stamps = stamp_columns(*local_bounds(grid, context), "hh")
    columns = _columns(streams, grid, options)
    first, last = stamps["TIMESTAMP_START"][0], stamps["TIMESTAMP_END"][-1]
    resolution = str(grid.attrs.get("resolution", "HH"))
    stem = file_stem(context.station.id, resolution, str(first), str(last), options.label)
    return write_all(folder, [(f"{stem}.csv", partial(write_table, columns={**stamps, **columns}, digits=options.digits))])


def _columns(streams: Streams, grid: xr.Dataset, options: AmerifluxFpInOptions) -> dict[str, FloatArray]:
    columns: dict[str, FloatArray] = {}
    fluxes = streams.get(FLUX_STREAM)
    if fluxes is not None and fluxes.sizes["time"]:
        minutes = 30 if grid.attrs.get("resolution", "HH") == "HH" else 60
        numbers = interval_numbers(fluxes["time"].values, grid["time"].values[0], minutes)
        for name in (each for each in (*_FLUXES, *_BESIDE) if each in fluxes):
            columns[name] = gridded(usable(fluxes, name, _QUESTIONABLE), numbers, grid.sizes["time"])
    for name in ("LE", "H", "USTAR", *METEO_VARIABLES, "WS", "WD"):
        if name in grid:
            columns.setdefault(name, usable(grid, name, _QUESTIONABLE))
    if "NEE" in grid:
        columns["NEE_PI"] = usable(grid, "NEE", _QUESTIONABLE)
    if options.filled:
        for source, names in {_GAP_FILLED: _FILLED, **_PARTITIONED}.items():
            if source in streams:
                columns |= {name: usable(streams[source], of, _QUESTIONABLE) for of, name in names.items() if of in streams[source]}
    return {name: values for name, values in columns.items() if np.isfinite(values).any()}


EXPORTER = Exporter(
    name="ameriflux-fp-in",
    summary="half-hourly data as AmeriFlux takes them",
    options=AmerifluxFpInOptions,
    export=export,
    check=check_station,
)
