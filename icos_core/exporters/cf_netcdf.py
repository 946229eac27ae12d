"""Exporter ``cf-netcdf``: netCDF-4 files after CF 1.11 and ACDD 1.3, one per stream and deployment.

A file is called ``<expocode or station>_<stream>.nc``; rows outside of every deployment stand in
``<station>_outside-deployments_<stream>.nc``. A deployment without rows gets no file, a stream without rows a file without rows. Time
is in seconds since 1970 as float64 where every time is a whole second, else in the largest of milli-, micro- and nanoseconds that keeps
it exact, as int64.

References
----------
CF Conventions 1.11. https://cfconventions.org/Data/cf-conventions/cf-conventions-1.11/cf-conventions.html
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.exceptions import DataError, ExportRefused, hint
from icos_core.exporters.acdd import Discovery, global_attributes
from icos_core.exporters.cf_attributes import CRS, GRID_MAPPING, clean, variable_attributes
from icos_core.exporters.companions import in_groups
from icos_core.exporters.complete import file_stem, write_all
from icos_core.exporters.deployments import split
from icos_core.exporters.geometry import geometry_of
from icos_core.exporters.text import time_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_core.exporters.deployments import Part
    from icos_core.exporters.geometry import Geometry

__all__ = ["EXPORTER", "CfNetcdfOptions", "export", "selected"]

_CHUNK = 1 << 16
_CACHE = 1 << 20
"""Bytes that the library keeps of each variable until the file is closed: every chunk is written once, as a whole."""
_UNIT_OF_DIGITS = {0: "seconds", 3: "milliseconds", 6: "microseconds", 9: "nanoseconds"}
_CALENDAR = "standard"


class CfNetcdfOptions(Discovery):
    """Options of ``cf-netcdf``: which streams, how tightly packed, and global attributes."""

    streams: tuple[str, ...] = Field(default=(), description="streams and products to write; default: all")
    label: str = Field(default="", description="added to file names, to tell several exports apart")
    compression: int = Field(default=1, ge=0, le=9, description="deflate level with shuffle; 0 writes uncompressed")
    depth: float | None = Field(
        default=None, description="depth of the intake in metres; default: that of the deployment, else the station's altitude, else 0"
    )


def export(streams: Streams, folder: Path, options: CfNetcdfOptions, context: Context) -> Sequence[Path]:
    """Write one file per stream and deployment.

    Raises
    ------
    ExportRefused
        For streams that are asked for and not there, after the others are written.
    DataError
        For a variable that netCDF cannot hold.
    """
    chosen, absent = selected(streams, options.streams)
    files: list[tuple[str, Callable[[Path], None]]] = []
    for name, stream in chosen.items():
        for part in split(stream, context.station, context.deployments):
            stem = file_stem(part.label, name, options.label)
            files.append((f"{stem}.nc", partial(_write, part=part, stream_name=name, stem=stem, options=options, context=context)))
    written = write_all(folder, files)
    if absent:
        raise ExportRefused(absent)
    return written


def selected(streams: Streams, names: Sequence[str]) -> tuple[dict[str, xr.Dataset], list[str]]:
    """Return the named streams in the order of their names' mention, or all of them; and what to say of those that are not there.

    A stream may be made later only: a line that was not sampled yet must not keep the others from being written.
    """
    there = {name: streams[name] for name in names or streams if name in streams}
    known = ", ".join(sorted(streams)) or "none"
    return there, [f"no stream {name!r} to export; there are {known}{hint(name, streams)}" for name in names if name not in streams]


def _write(path: Path, *, part: Part, stream_name: str, stem: str, options: CfNetcdfOptions, context: Context) -> None:
    stream = part.data
    geometry = geometry_of(part, context.station, options.depth)
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.set_fill_off()
        file.setncatts(clean(global_attributes(part, stream_name, stem, geometry, options, context)))
        for dimension, size in stream.sizes.items():
            file.createDimension(str(dimension), size)
        coordinates = [str(name) for name in stream.coords]
        for name in [*coordinates, *in_groups(stream)]:
            _write_variable(file, stream, name, geometry, options.compression)
        if geometry.feature_type is not None:
            _write_geometry(file, part, geometry, context)


def _write_variable(file: netCDF4.Dataset, stream: xr.Dataset, name: str, geometry: Geometry, compression: int) -> None:
    values: NDArray[Any] = stream.variables[name].values
    attrs = variable_attributes(stream, name, geometry)
    if name in _bounds(stream):
        # A boundary variable inherits everything from the variable that it bounds.
        attrs = {}
    if values.dtype.kind == "M":
        digits = max(time_digits(stream.variables[other].values.ravel()) for other in _sharing_units(stream, name))
        values, encoding = _encode_time(values, digits)
        attrs |= {} if name in _bounds(stream) else encoding
    elif values.dtype.kind == "m":
        values = values.astype("timedelta64[ns]").astype(np.float64) / 1e9
        attrs["units"] = "s"
    elif values.dtype.kind == "b":
        values = values.astype(np.int8)
    elif values.dtype.kind in "OUS":
        _write_text(file, name, stream[name], attrs)
        return
    elif values.dtype.kind not in "fiu":
        raise DataError(f"{name}: netCDF has no type for {values.dtype}")
    is_coordinate = name in stream.dims or name in geometry.coordinates or name in _bounds(stream)
    fill = np.nan if values.dtype.kind == "f" and not is_coordinate else False
    packing: dict[str, Any] = {"compression": "zlib", "complevel": compression, "shuffle": True} if compression and values.ndim else {}
    if values.ndim:
        packing["chunksizes"] = _chunks(values.shape)
        packing["chunk_cache"] = _CACHE
    variable = file.createVariable(name, values.dtype, _dimensions(stream[name]), fill_value=fill, **packing)
    variable.set_auto_maskandscale(False)
    variable.setncatts(attrs)
    if values.size:
        variable[...] = values


def _dimensions(data: xr.DataArray) -> tuple[str, ...]:
    return tuple(str(dimension) for dimension in data.dims)


def _chunks(shape: tuple[int, ...]) -> list[int]:
    """Whole rows, some 65,536 values together."""
    width = int(np.prod(shape[1:], dtype=np.int64)) or 1
    return [max(1, min(shape[0], _CHUNK // min(width, _CHUNK))), *(max(size, 1) for size in shape[1:])]


def _bounds(stream: xr.Dataset) -> frozenset[str]:
    return frozenset(str(v.attrs["bounds"]) for v in stream.variables.values() if v.attrs.get("bounds") in stream.variables)


def _sharing_units(stream: xr.Dataset, name: str) -> tuple[str, ...]:
    """Name the variable itself and the one that it bounds or that bounds it: both are written in one unit."""
    others = {str(other) for other, v in stream.variables.items() if v.attrs.get("bounds") == name}
    bounds = stream.variables[name].attrs.get("bounds")
    if bounds in stream.variables:
        others.add(str(bounds))
    return (name, *sorted(others))


def _encode_time(values: NDArray[np.datetime64], digits: int) -> tuple[NDArray[Any], dict[str, Any]]:
    nanoseconds = values.astype("datetime64[ns]").astype(np.int64)
    encoding = {"units": f"{_UNIT_OF_DIGITS[digits]} since 1970-01-01T00:00:00Z", "calendar": _CALENDAR}
    missing = np.isnat(values)
    if missing.any():
        # Only a float can say that a time is missing; a microsecond is kept until the year 2255.
        return np.where(missing, np.nan, nanoseconds / 10 ** (9 - digits)), encoding
    units = nanoseconds // 10 ** (9 - digits)
    return (units.astype(np.float64) if digits == 0 else units), encoding


def _write_text(file: netCDF4.Dataset, name: str, data: xr.DataArray, attrs: dict[str, Any]) -> None:
    variable: Any = file.createVariable(name, str, _dimensions(data))
    variable.setncatts(attrs)
    words = np.array([str(word) for word in data.values.ravel()], dtype=object).reshape(data.shape)
    if words.size:
        variable[...] = words if words.ndim else words.item()


def _write_geometry(file: netCDF4.Dataset, part: Part, geometry: Geometry, context: Context) -> None:
    reference = file.createVariable(CRS, "i4", (), fill_value=False)
    reference.setncatts(dict(GRID_MAPPING))
    reference[...] = 0
    for name, value in (geometry.scalars or {}).items():
        scalar = file.createVariable(name, "f8", (), fill_value=False)
        units, axis = ("degrees_north", "Y") if name == "latitude" else ("degrees_east", "X")
        scalar.setncatts({"standard_name": name, "long_name": f"{name} of the station", "units": units, "axis": axis})
        scalar[...] = value
    if geometry.vertical is not None and geometry.vertical.value is not None:
        scalar = file.createVariable(geometry.vertical.name, "f8", (), fill_value=False)
        scalar.setncatts(dict(geometry.vertical.attributes))
        scalar[...] = geometry.vertical.value
    identifier = part.label if geometry.feature_type == "trajectory" else context.station.id
    encoded = np.frombuffer(identifier.encode(), dtype="S1")
    file.createDimension("identifier_length", encoded.size)
    role = file.createVariable(geometry.role, "S1", ("identifier_length",), fill_value=False)
    long_name = "expocode of the deployment" if part.deployment is not None else "identifier of the station"
    role.setncatts({"cf_role": geometry.cf_role, "long_name": long_name})
    role[:] = encoded


EXPORTER = Exporter(
    name="cf-netcdf",
    summary="netCDF with CF-1.11 and ACDD-1.3 metadata",
    options=CfNetcdfOptions,
    export=export,
)
