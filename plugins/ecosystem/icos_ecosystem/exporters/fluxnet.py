"""Exporter ``fluxnet``: FULLSET and SUBSET of the FLUXNET product, one file per resolution, and the auxiliary table of thresholds.

Columns stand in the order of FLUXNET2015 restricted to what the run made: an absent input gives no column. Files are named as in
FLUXNET2015, ``FLX_<station>_FLUXNET2015_FULLSET_HH_<first year>-<last year>_<version>.csv``, or as the networks' releases since,
``<network>_<station>_FLUXNET_FLUXMET_HH_<first year>-<last year>_v<software>_r<release>.csv``, where the whole set is called FLUXMET.

References
----------
Pastorello, G., et al. (2020), The FLUXNET2015 dataset and the ONEFlux processing pipeline for eddy covariance data, Sci. Data 7, 225,
doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from icos_core.components import Exporter
from icos_core.dataset import usable
from icos_core.exceptions import DataError, ExportRefused, hint
from icos_core.exporters.complete import file_stem, write_all
from icos_core.versioned import Options
from icos_ecosystem.exporters.fluxnet_table import local_bounds, stamp_columns, write_table
from icos_ecosystem.exporters.icos_etc_fluxes import check as check_station
from icos_ecosystem.vocabulary.fluxnet_columns import RESOLUTIONS, fluxnet_columns, in_fluxnet_order, subset_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["EXPORTER", "FLUXNET_STREAM", "FluxnetOptions", "columns_of", "export", "label_of", "years_of"]

FLUXNET_STREAM = "fluxnet/"
"""What names of the product's streams begin with; the resolution follows."""
AUXILIARY = ("VARIABLE", "RESOLUTION", "YEAR", "PERCENTILE", "THRESHOLD")
_QUESTIONABLE = 3


class FluxnetOptions(Options):
    """Options of ``fluxnet``."""

    sets: tuple[Literal["fullset", "subset"], ...] = Field(default=("fullset", "subset"), min_length=1, description="which sets to write")
    resolutions: tuple[Literal["hh", "dd", "ww", "mm", "yy"], ...] = Field(
        default=("hh", "dd", "ww", "mm", "yy"), min_length=1, description="half hours (or hours), days, weeks, months, years"
    )
    naming: Literal["fluxnet2015", "network"] = Field(default="fluxnet2015", description="how files are named")
    issuer: str = Field(default="FLX", pattern="^[A-Za-z0-9]+$", description="who issues the files: FLX, or the network's acronym")
    version: str = Field(default="1-1", pattern="^[A-Za-z0-9-]+$", description="fluxnet2015: version of data and processing")
    software: str = Field(default="1.0", pattern="^[A-Za-z0-9.-]+$", description="network: version of the processing")
    release: str = Field(default="1", pattern="^[A-Za-z0-9.-]+$", description="network: number of the release")
    auxiliary: bool = Field(default=True, description="write AUXNEE, the thresholds behind each version of net ecosystem exchange")
    columns: tuple[str, ...] = Field(default=(), description="columns to write in place of those of the set, in this order")
    digits: int = Field(default=6, ge=3, le=15, description="significant digits of numbers")


def export(streams: Streams, folder: Path, options: FluxnetOptions, context: Context) -> Sequence[Path]:
    """Write the files.

    Raises
    ------
    ExportRefused
        If there are streams, but none of the product.
    DataError
        For a column that is asked for and that no resolution has.
    """
    if not streams:
        return ()
    there = {each: streams[f"{FLUXNET_STREAM}{each}"] for each in RESOLUTIONS if f"{FLUXNET_STREAM}{each}" in streams}
    if not there:
        raise ExportRefused([f"no stream {FLUXNET_STREAM}hh to export, derive fluxnet-product; there are {', '.join(sorted(streams))}"])
    made = {resolution: stream for resolution, stream in there.items() if stream.sizes["time"]}
    _check_columns(made.values(), options)
    files: list[tuple[str, Callable[[Path], None]]] = []
    for kind in options.sets:
        for resolution in (each for each in options.resolutions if each in made):
            name = _file_name(kind.upper(), made[resolution], resolution, options, context)
            write = partial(_write, stream=made[resolution], resolution=resolution, kind=kind, options=options, context=context)
            files.append((name, write))
    thresholds = streams.get(f"{FLUXNET_STREAM}ustar")
    if options.auxiliary and thresholds is not None and made:
        stem = _stem("AUXNEE", "", years_of(next(iter(made.values())), context), options, context)
        files.append((f"{stem}.csv", partial(_write_thresholds, stream=thresholds, digits=options.digits)))
    return write_all(folder, files)


def years_of(stream: xr.Dataset, context: Context) -> str:
    """Return the first and the last year that a stream covers, in local standard time."""
    start, _ = local_bounds(stream, context)
    return f"{str(start[0])[:4]}-{str(start[-1])[:4]}"


def label_of(stream: xr.Dataset, resolution: str) -> str:
    """Return what a resolution is called in names of files: half hours HH, hours HR."""
    return str(stream.attrs.get("resolution", "HH")) if resolution == "hh" else resolution.upper()


def columns_of(stream: xr.Dataset, columns: Collection[str], worst: int = _QUESTIONABLE) -> dict[str, NDArray[np.float64]]:
    """Return those of some columns that a stream has, in their order; values flagged worse than `worst` are missing."""
    return {name: usable(stream, name, worst) for name in in_fluxnet_order([str(each) for each in stream.data_vars], columns)}


def _file_name(kind: str, stream: xr.Dataset, resolution: str, options: FluxnetOptions, context: Context) -> str:
    label = label_of(stream, resolution)
    return f"{_stem(kind, label, years_of(stream, context), options, context)}.csv"


def _stem(kind: str, label: str, years: str, options: FluxnetOptions, context: Context) -> str:
    station = context.station.id
    if options.naming == "fluxnet2015":
        return file_stem(options.issuer, station, "FLUXNET2015", kind, label, years, options.version)
    word = {"FULLSET": "FLUXMET"}.get(kind, kind)
    return file_stem(options.issuer, station, "FLUXNET", word, label, years, f"v{options.software}", f"r{options.release}")


def _check_columns(streams: Collection[xr.Dataset], options: FluxnetOptions) -> None:
    there = {str(name) for stream in streams for name in stream.data_vars}
    for name in options.columns if streams else ():
        if name not in there:
            raise DataError(f"columns: the product has no {name!r}{hint(name, there)}")


def _write(path: Path, *, stream: xr.Dataset, resolution: str, kind: str, options: FluxnetOptions, context: Context) -> None:
    wanted = options.columns or (fluxnet_columns(resolution) if kind == "fullset" else subset_columns(resolution))
    stamps = stamp_columns(*local_bounds(stream, context), resolution)
    write_table(path, {**stamps, **columns_of(stream, wanted)}, options.digits)


def _write_thresholds(path: Path, *, stream: xr.Dataset, digits: int) -> None:
    columns = {name: stream[name].values for name in AUXILIARY if name in stream}
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    lines = [",".join(columns), *(",".join(_cell(each, digits) for each in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cell(value: object, digits: int) -> str:
    if isinstance(value, float):
        return f"{value:.{digits}g}" if value == value else "-9999"  # noqa: PLR0124  # NaN
    return str(value)


EXPORTER = Exporter(
    name="fluxnet",
    summary="FULLSET and SUBSET of the FLUXNET product at every resolution",
    options=FluxnetOptions,
    export=export,
    check=check_station,
)
