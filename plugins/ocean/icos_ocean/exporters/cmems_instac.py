"""Exporter ``cmems-instac``: daily netCDF files for the in-situ centre of the Copernicus Marine Service.

NETCDF4_CLASSIC, one file per day and platform, called ``<region>_TS_<kind>_<platform code>_<yyyymmdd>.nc``. Dimensions TIME, DEPTH,
LATITUDE, LONGITUDE, POSITION; time in days since 1950; temperature, salinity and fCO2 as 32-bit integers of thousandths; a QC variable with
reference table 2 beside each. Rows are samples of water, bad ones with their flag. Rows without a position are left out where the platform
moves.

The layout follows what the centre's producers of CO2 data write; versions named in ``Conventions`` are options. Names and kinds of
platforms beside ships are unverified.

References
----------
Copernicus Marine In Situ TAC (2020), NetCDF format manual, doi:10.13155/59938.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import netCDF4
import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.dataset import MISSING
from icos_core.exporters.complete import file_stem, write_all
from icos_core.exporters.deployments import split
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.exporters.in_situ_netcdf import (
    InSituVariable,
    depth_of,
    position_of,
    seconds_text,
    write_coordinates,
    write_depth,
    write_flags,
)
from icos_ocean.exporters.table_2_flags import table_2_flags
from icos_ocean.exporters.water_samples import in_units, underway, water_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Context, Streams
    from icos_core.exporters.deployments import Part

__all__ = ["EXPORTER", "VARIABLES", "CmemsInstacOptions", "export"]

FLAGS = "Copernicus Marine In Situ reference table 2"
_FILL = np.int32(-2147483647)
_SCALE = 0.001
_KIND = {"ship": "TS", "buoy": "MO", "fixed": "MO", "vehicle": "SD"}
_SOURCE = {
    "ship": ("vessel of opportunity", "32"),
    "buoy": ("moored surface buoy", "41"),
    "fixed": ("fixed benthic node", "11"),
    "vehicle": ("autonomous surface water vehicle", "3B"),
}

VARIABLES: tuple[InSituVariable, ...] = (
    InSituVariable(
        name="TEMP",
        variable="sst",
        stream_units="degree_C",
        units="degrees_C",
        long_name="Sea temperature",
        standard_name="sea_water_temperature",
        valid=(-2.5, 40.0),
    ),
    InSituVariable(
        name="PSAL",
        variable="salinity",
        stream_units="1",
        units="0.001",
        long_name="Practical salinity",
        standard_name="sea_water_practical_salinity",
        valid=(0.0, 50.0),
    ),
    InSituVariable(
        name="FCO2",
        variable="fco2",
        stream_units="uatm",
        units="microatm",
        long_name="CO2 fugacity",
        standard_name="fugacity_of_carbon_dioxide_in_sea_water",
        valid=(0.0, 100000.0),
    ),
)
"""The variables of a file, each with its flags."""


class CmemsInstacOptions(Options):
    """Options of ``cmems-instac``."""

    stream: StreamName | None = Field(default=None, description="stream to export; default: the one with fCO2")
    platform_code: str = Field(default="", description="call sign or other code of the platform; default: the station's id")
    region: str = Field(default="GL", description="code of the region in file names: GL global, NO north-west shelf, AR Arctic …")
    kind: str = Field(default="", description="kind of platform in file names; default: TS ships, MO buoys and fixed stations, SD vehicles")
    wmo_platform_code: str = Field(default="", description="WMO number of the platform")
    ices_platform_code: str = Field(default="", description="ICES code of the ship")
    institution_edmo_code: str = Field(default="", description="EDMO code of the institution")
    data_assembly_center: str = Field(default="", description="who makes the files; default: institution of the contact")
    principal_investigator: str = Field(default="", description="attribute pi_name; default: investigators of the deployment")
    depth: float | None = Field(default=None, ge=0, description="depth of the intake in metres; default: that of the deployment")
    questionable: Literal[2, 3] = Field(
        default=2, description="flag of questionable values: 2 probably good, as QuinCe writes them, or 3 bad but potentially correctable"
    )
    conventions: str = Field(
        default="CF-1.6 Copernicus-InSituTAC-FormatManual-1.42 Copernicus-InSituTAC-SRD-1.5 Copernicus-InSituTAC-ParametersList-3.2.0",
        description="attribute Conventions",
    )
    format_version: str = Field(default="1.4", description="attribute format_version")


def export(streams: Streams, folder: Path, options: CmemsInstacOptions, context: Context) -> Sequence[Path]:
    """Write one file per day that has samples of water.

    Raises
    ------
    DataError
        Where the stream or its fCO2 is not there.
    """
    if not streams:
        return ()
    _, stream = underway(streams, options.stream or "", EXPORTER.name)
    files: list[tuple[str, Callable[[Path], None]]] = []
    code = options.platform_code or context.station.id
    kind = options.kind or _KIND.get(context.station.platform, "TS")
    moving = "latitude" in stream and "longitude" in stream
    rows = water_samples(stream, include_bad=True, positioned=moving).rows
    samples = in_units(stream.isel(time=rows), {each.variable: each.stream_units for each in VARIABLES})
    for day, start, stop in _days(samples["time"].values):
        stem = file_stem(options.region, "TS", kind, code, day.replace("-", ""))
        write = partial(_write, data=samples.isel(time=slice(start, stop)), stem=stem, code=code, options=options, context=context)
        files.append((f"{stem}.nc", write))
    return write_all(folder, files)


def _days(time: np.ndarray[Any, np.dtype[np.datetime64]]) -> list[tuple[str, int, int]]:
    """Return each day with its first row and the row after its last."""
    days = time.astype("M8[D]")
    if not days.size:
        return []
    starts = np.flatnonzero(np.diff(days.astype(np.int64), prepend=np.iinfo(np.int64).min >> 1))
    stops = np.append(starts[1:], days.size)
    return [(str(days[start]), int(start), int(stop)) for start, stop in zip(starts, stops, strict=True)]


def _write(path: Path, *, data: xr.Dataset, stem: str, code: str, options: CmemsInstacOptions, context: Context) -> None:
    part = split(data, context.station, context.deployments)[0]
    position = position_of(data, context, options.questionable)
    depth = depth_of(part, options.depth)
    mode = "R" if context.level == "nrt" else "D"
    with netCDF4.Dataset(path, "w", format="NETCDF4_CLASSIC") as file:
        file.createDimension("TIME", data.sizes["time"])
        file.createDimension("DEPTH", 1)
        if position is not None:
            for name in ("LATITUDE", "LONGITUDE", "POSITION"):
                file.createDimension(name, position.latitude.size)
            along = {"LATITUDE": "LATITUDE", "LONGITUDE": "LONGITUDE", "POSITION_QC": "POSITION"}
            write_coordinates(file, data["time"].values, position, FLAGS, along)
        write_depth(file, "DEPH", depth, ("TIME", "DEPTH"), FLAGS)
        for each in VARIABLES:
            _write_variable(file, data, each, mode, options)
        file.setncatts(_global(data, part, stem, code, mode, depth, options, context))


def _write_variable(file: netCDF4.Dataset, data: xr.Dataset, each: InSituVariable, mode: str, options: CmemsInstacOptions) -> None:
    variable = file.createVariable(each.name, "i4", ("TIME", "DEPTH"), fill_value=_FILL, compression="zlib", complevel=1)
    variable.set_auto_maskandscale(False)
    attributes: dict[str, Any] = {
        "long_name": each.long_name,
        "standard_name": each.standard_name,
        "units": each.units,
        "scale_factor": _SCALE,
        "add_offset": 0.0,
        # Of the packed values, as the conventions want it.
        "valid_min": np.int32(round(each.valid[0] / _SCALE)),
        "valid_max": np.int32(round(each.valid[1] / _SCALE)),
        "coordinates": "TIME LATITUDE LONGITUDE DEPH",
        "data_mode": mode,
        "ancillary_variables": f"{each.name}_QC",
    }
    variable.setncatts(attributes)
    values = data[each.variable].values if each.variable in data else np.full(data.sizes["time"], np.nan)
    # A damaged number may be beyond what 32 bits hold.
    fits = np.abs(values) < _SCALE * np.iinfo(np.int32).max
    variable[...] = np.where(fits, np.rint(np.where(fits, values, 0.0) / _SCALE), _FILL).astype(np.int32)[:, np.newaxis]
    flags = np.where(fits, table_2_flags(data, each.variable, options.questionable), np.int8(MISSING))
    write_flags(file, each.name, flags, ("TIME", "DEPTH"), each.long_name, FLAGS)


def _global(
    data: xr.Dataset, part: Part, stem: str, code: str, mode: str, depth: float | None, options: CmemsInstacOptions, context: Context
) -> dict[str, Any]:
    station, time = context.station, data["time"].values
    source, category = _SOURCE.get(station.platform, _SOURCE["ship"])
    newest = context.newest if context.newest is not None else time[-1]
    position = position_of(data, context)
    deployment = part.deployment
    about = f"{deployment.expocode} {deployment.name}".strip() if deployment is not None else f"Station {station.id}"
    extent: dict[str, str] = {}
    if position is not None:
        for key, values in (("lat", position.latitude), ("lon", position.longitude)):
            extent |= {f"geospatial_{key}_min": f"{np.nanmin(values):.5f}", f"geospatial_{key}_max": f"{np.nanmax(values):.5f}"}
    known = "" if depth is None else f"{depth:g}"
    trajectory = station.platform in {"ship", "vehicle"}
    return {
        "platform_code": code,
        "platform_name": (deployment.vessel if deployment is not None else "") or station.name,
        "data_mode": mode,
        "title": f"Surface-ocean fCO2 of {station.name}, {str(time[0])[:10]}",
        "summary": f"Sea-surface temperature, salinity and fugacity of CO2 from {station.name}",
        "naming_authority": "Copernicus Marine In Situ",
        "id": stem,
        "wmo_platform_code": options.wmo_platform_code,
        "ices_platform_code": options.ices_platform_code,
        "source": source,
        "source_platform_category_code": category,
        "institution_edmo_code": options.institution_edmo_code,
        "institution": station.contact.institution,
        "institution_references": station.contact.url,
        "contact": station.contact.email,
        "comment": about,
        "area": "Global",
        **extent,
        "geospatial_vertical_min": known,
        "geospatial_vertical_max": known,
        "time_coverage_start": seconds_text(time[0]),
        "time_coverage_end": seconds_text(time[-1]),
        "cdm_data_type": "trajectory" if trajectory else "timeSeries",
        "data_type": f"OceanSITES {'trajectory' if trajectory else 'time-series'} data",
        "format_version": options.format_version,
        "Conventions": options.conventions,
        "netcdf_version": "netCDF-4 classic model",
        "references": "http://marine.copernicus.eu http://www.marineinsitu.eu https://www.icos-cp.eu",
        "data_assembly_center": options.data_assembly_center or station.contact.institution,
        "update_interval": "P1D" if context.level == "nrt" else "void",
        "citation": "These data were collected and made freely available by the Copernicus project and the programs that contribute to it.",
        "distribution_statement": (
            "These data follow Copernicus standards; they are public and free of charge. User assumes all risk for use of data. "
            "User must display citation in any publication or product using data."
        ),
        "pi_name": options.principal_investigator or (deployment.investigators if deployment is not None else ""),
        "date_update": seconds_text(newest),
        "history": f"{seconds_text(newest)} : Creation",
        "last_date_observation": seconds_text(time[-1]),
    }


EXPORTER = Exporter(
    name="cmems-instac",
    summary="daily netCDF files for the in-situ centre of the Copernicus Marine Service",
    options=CmemsInstacOptions,
    export=export,
)
