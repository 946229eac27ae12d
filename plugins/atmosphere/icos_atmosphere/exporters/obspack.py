"""Exporter ``obspack``: hourly mole fractions as netCDF files of an ObsPack, one per gas and line, as ICOS or as NOAA lays them out.

Files are called ``<gas>_<site>_<project>_<laboratory>_<selection>-<height>magl.nc``. Rows are hours with a value whose letter is asked for:
U, O and R are correct. Mole fractions are 32-bit numbers in mol mol⁻¹, and read back as the decimals that were written.
Both layouts have the bounds of each hour; the time is the start in the layout of ICOS, the middle in that of NOAA, and says so. What is not
calibrated is not written, and the run is told.

References
----------
Masarie, K. A. et al. (2014), ObsPack: a framework for the preparation, delivery, and attribution of atmospheric greenhouse gas
measurements, Earth Syst. Sci. Data 6, 375-384, doi:10.5194/essd-6-375-2014.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np

from icos_atmosphere.exporters.obspack_attributes import dataset_name, global_attributes, obspack_name
from icos_atmosphere.exporters.obspack_layouts import ICOS, NOAA
from icos_atmosphere.exporters.obspack_options import ObspackOptions
from icos_atmosphere.exporters.obspack_series import gas_series
from icos_atmosphere.exporters.obspack_values import values_of
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Exporter
from icos_core.exceptions import ExportRefused
from icos_core.exporters.cf_attributes import clean
from icos_core.exporters.complete import file_stem, write_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.exporters.obspack_series import GasSeries
    from icos_atmosphere.exporters.obspack_variables import VariableSpec
    from icos_core.components import Context, Streams

__all__ = ["EXPORTER", "check", "export"]

_CHUNK = 1 << 13
_COORDINATES = {"icos": "latitude longitude altitude", "noaa": "time latitude longitude altitude"}
_WITHOUT_COORDINATES = frozenset(
    {"time", "time_bnds", "latitude", "longitude", "altitude", "start_time", "datetime", "obspack_id", "obs_id"}
)


def export(streams: Streams, folder: Path, options: ObspackOptions, context: Context) -> Sequence[Path]:
    """Write one file per gas and line that has hours to write.

    Raises
    ------
    DataError
        For a stream that is no hourly series, two series of one gas at one height, or times that the format has no room for.
    ExportRefused
        After everything else was written, with the reason for each gas that was not: no calibration, no height.
    """
    found, reasons = gas_series(streams, "obspack", ("hour",), options.streams, options.gases, options.flags)
    files: list[tuple[str, Callable[[Path], None]]] = []
    first = options.first_number
    for series in found:
        name = dataset_name(series, options, context)
        files.append((f"{file_stem(name)}.nc", partial(_write, series=series, name=name, first=first, options=options, context=context)))
        first += series.size
    written = write_all(folder, files) if files else ()
    if reasons:
        raise ExportRefused(reasons)
    return written


def check(options: ObspackOptions, context: Context) -> Sequence[str]:
    """Name what every file must say and the station does not."""
    del options
    station = context.station
    absent = [name for name in ("latitude", "longitude", "altitude") if getattr(station, name) is None]
    return [f"station.{name}: every observation of an ObsPack has it" for name in absent]


def _write(path: Path, *, series: GasSeries, name: str, first: int, options: ObspackOptions, context: Context) -> None:
    names = (obspack_name(series, options, context), name)
    specs, dimension = (NOAA, "obs") if options.flavour == "noaa" else (ICOS, "time")
    values = values_of(series, names, first, options, context)
    words = {
        "standard_name": GASES[series.gas].standard_name,
        "scale": series.scale,
        "size": series.size,
    }
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.set_fill_off()
        file.setncatts(clean(global_attributes(series, names, options, context)))
        file.createDimension(dimension, series.size)
        for spec in specs:
            if _is_there(spec, values[spec.name]):
                _write_variable(file, spec, values[spec.name], dimension, words, options)


def _is_there(spec: VariableSpec, values: NDArray[Any]) -> bool:
    # An uncertainty is an addition to both layouts; the other variables are there whether or not anything is known.
    return spec.name != "value_unc" or not np.isnan(values).all()


def _write_variable(
    file: netCDF4.Dataset, spec: VariableSpec, values: NDArray[Any], dimension: str, words: dict[str, Any], options: ObspackOptions
) -> None:
    dimensions = [dimension]
    if spec.width is not None:
        width, length = spec.width
        if width not in file.dimensions:
            file.createDimension(width, length)
        dimensions.append(width)
    packing: dict[str, Any] = {}
    if options.compression:
        packing = {"compression": "zlib", "complevel": options.compression, "shuffle": True}
    chunks = [max(1, min(values.shape[0], _CHUNK)), *values.shape[1:]]
    fill = False if spec.fill is None else spec.fill
    variable = file.createVariable(spec.name, spec.dtype, tuple(dimensions), fill_value=fill, chunksizes=chunks, **packing)
    variable.set_auto_maskandscale(False)
    attributes = {key: value.format(**words) if isinstance(value, str) else value for key, value in spec.attributes.items()}
    if spec.name not in _WITHOUT_COORDINATES:
        attributes["coordinates"] = _COORDINATES[options.flavour]
    variable.setncatts(attributes)
    if values.dtype.kind == "f" and spec.fill is not None:
        values = np.where(np.isnan(values), spec.fill, values)
    variable[:] = values.astype(spec.dtype)


EXPORTER = Exporter(
    name="obspack",
    summary="ObsPack netCDF as ICOS and as NOAA lay it out",
    options=ObspackOptions,
    export=export,
    check=check,
)
