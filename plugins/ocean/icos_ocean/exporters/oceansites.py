"""Exporter ``oceansites``: netCDF files after the OceanSITES data format, version 1.4, one per deployment.

A file is called ``OS_<platform code>_<deployment>_<mode>_CO2.nc`` with the mode R (level ``nrt``) or D (``final``). Time is in days since
1950 as float64, quantities are float32 with fill value 99999, flags are those of reference table 2; the standard uncertainty of fCO2 has a
variable of its own. A fixed station has one nominal position (time series), a ship or vehicle a position in every row (trajectory).

References
----------
OceanSITES (2020), Data Format Reference Manual, version 1.4. https://repository.oceanbestpractices.org/handle/11329/874.2
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import netCDF4
import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.exporters.acdd import STANDARD_NAMES
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
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_core.exporters.deployments import Part

__all__ = ["EXPORTER", "VARIABLES", "OceanSitesOptions", "export"]

FLAGS = "OceanSITES reference table 2"
_FILL = np.float32(99999.0)


def _variable(
    name: str, variable: str, units: str, long_name: str, standard_name: str | None, valid: tuple[float, float]
) -> InSituVariable:
    written = {"uatm": "microatm", "umol mol-1": "1e-6", "degree_C": "degree_Celsius"}.get(units, units)
    return InSituVariable(
        name=name, variable=variable, stream_units=units, units=written, long_name=long_name, standard_name=standard_name, valid=valid
    )


VARIABLES: tuple[InSituVariable, ...] = (
    _variable("TEMP", "sst", "degree_C", "sea temperature", "sea_water_temperature", (-2.5, 40.0)),
    _variable("PSAL", "salinity", "1", "practical salinity", "sea_water_practical_salinity", (0.0, 50.0)),
    _variable("XCO2", "xco2", "umol mol-1", "mole fraction of CO2 in dry air equilibrated with sea water", None, (0.0, 10000.0)),
    _variable(
        "PCO2", "pco2", "uatm", "partial pressure of CO2 in sea water", "partial_pressure_of_carbon_dioxide_in_sea_water", (0.0, 10000.0)
    ),
    _variable("FCO2", "fco2", "uatm", "fugacity of CO2 in sea water", "fugacity_of_carbon_dioxide_in_sea_water", (0.0, 10000.0)),
    _variable(
        "XCO2_AIR",
        "xco2_air",
        "umol mol-1",
        "mole fraction of CO2 in dry air",
        "mole_fraction_of_carbon_dioxide_in_dry_air",
        (0.0, 10000.0),
    ),
    _variable("FCO2_AIR", "fco2_air", "uatm", "fugacity of CO2 in the atmosphere", None, (0.0, 10000.0)),
    _variable("ATMS", "sea_level_pressure", "hPa", "atmospheric pressure at sea level", "air_pressure_at_mean_sea_level", (800.0, 1100.0)),
)
"""Variables by the names of the format; a file has those that the stream has."""

_UNCERTAINTY = "fco2_uncertainty"


class OceanSitesOptions(Options):
    """Options of ``oceansites``."""

    stream: StreamName | None = Field(default=None, description="stream to export; default: the one with fCO2")
    site_code: str = Field(default="", description="code of the site within OceanSITES; default: the station's id")
    platform_code: str = Field(default="", description="code of the platform; default: the station's id")
    wmo_platform_code: str = Field(default="", description="WMO number of the platform")
    principal_investigator: str = Field(default="", description="default: investigators of the deployment, else institution of the contact")
    network: str = Field(default="ICOS", description="attribute network")
    array: str = Field(default="", description="attribute array")
    sea_area: str = Field(default="", description="attribute sea_area, a term of the SeaVoX gazetteer")
    data_assembly_center: str = Field(default="", description="default: institution of the contact")
    depth: float | None = Field(default=None, ge=0, description="depth of the intake or sensor in metres; default: that of the deployment")
    questionable: Literal[2, 3] = Field(
        default=3, description="flag of questionable values: 2 probably good, 3 bad, potentially correctable"
    )
    license: str = Field(
        default="https://data.icos-cp.eu/licence (ICOS data licence, CC BY 4.0: https://creativecommons.org/licenses/by/4.0/)",
        description="attribute license",
    )


def export(streams: Streams, folder: Path, options: OceanSitesOptions, context: Context) -> Sequence[Path]:
    """Write one file per deployment that has samples of water.

    Raises
    ------
    DataError
        Where the stream or its fCO2 is not there.
    """
    if not streams:
        return ()
    _, stream = underway(streams, options.stream or "", EXPORTER.name)
    code = options.platform_code or context.station.id
    mode = "R" if context.level == "nrt" else "D"
    moving = "latitude" in stream and "longitude" in stream
    files: list[tuple[str, Callable[[Path], None]]] = []
    for part in split(stream, context.station, context.deployments):
        rows = water_samples(part.data, include_bad=True, positioned=moving).rows
        if rows.size:
            data = in_units(part.data.isel(time=rows), {each.variable: each.stream_units for each in VARIABLES} | {_UNCERTAINTY: "uatm"})
            day = np.datetime_as_string(data["time"].values[0], "D").replace("-", "")
            stem = file_stem("OS", code, part.label if part.deployment is not None else day, mode, "CO2")
            files.append((f"{stem}.nc", partial(_write, data=data, part=part, stem=stem, mode=mode, options=options, context=context)))
    return write_all(folder, files)


def _write(path: Path, *, data: xr.Dataset, part: Part, stem: str, mode: str, options: OceanSitesOptions, context: Context) -> None:
    position = position_of(data, context, options.questionable)
    depth = depth_of(part, options.depth)
    with netCDF4.Dataset(path, "w", format="NETCDF4_CLASSIC") as file:
        file.createDimension("TIME", data.sizes["time"])
        file.createDimension("DEPTH", 1)
        nominal = position is not None and position.nominal
        if position is not None:
            for name in ("LATITUDE", "LONGITUDE") if nominal else ():
                file.createDimension(name, 1)
            along = {name: name if nominal else "TIME" for name in ("LATITUDE", "LONGITUDE")}
            write_coordinates(file, data["time"].values, position, FLAGS, along | {"POSITION_QC": along["LATITUDE"]})
        write_depth(file, "DEPTH", depth, ("DEPTH",), FLAGS)
        dimensions = ("TIME", "DEPTH", "LATITUDE", "LONGITUDE") if nominal else ("TIME", "DEPTH")
        for each in VARIABLES:
            if each.variable in data:
                _write_variable(file, data, each, dimensions, options)
        if _UNCERTAINTY in data:
            _write_uncertainty(file, data, dimensions)
        file.setncatts(_global(data, part, stem, mode, depth, options, context))


def _write_variable(
    file: netCDF4.Dataset, data: xr.Dataset, each: InSituVariable, dimensions: Sequence[str], options: OceanSitesOptions
) -> None:
    companions = [f"{each.name}_QC", *([f"{each.name}_UNCERTAINTY"] if each.variable == "fco2" and _UNCERTAINTY in data else [])]
    attributes: dict[str, Any] = {"long_name": each.long_name, "units": each.units}
    if each.standard_name is not None:
        attributes["standard_name"] = each.standard_name
    if each.variable == "sst":
        attributes["units_metadata"] = "temperature: on_scale"
    attributes |= {
        "valid_min": np.float32(each.valid[0]),
        "valid_max": np.float32(each.valid[1]),
        "coverage_content_type": "physicalMeasurement",
        "ancillary_variables": " ".join(companions),
    }
    _write_values(file, each.name, data[each.variable].values, dimensions, attributes)
    write_flags(file, each.name, table_2_flags(data, each.variable, options.questionable), dimensions, each.long_name, FLAGS)


def _write_uncertainty(file: netCDF4.Dataset, data: xr.Dataset, dimensions: Sequence[str]) -> None:
    attributes = {
        "long_name": "standard uncertainty of the fugacity of CO2 in sea water",
        "units": "microatm",
        "coverage_content_type": "qualityInformation",
        "technique_title": "standard uncertainty (k = 1), first-order propagation",
    }
    _write_values(file, "FCO2_UNCERTAINTY", data[_UNCERTAINTY].values, dimensions, attributes)


def _write_values(
    file: netCDF4.Dataset, name: str, values: NDArray[np.float64], dimensions: Sequence[str], attributes: Mapping[str, Any]
) -> None:
    variable = file.createVariable(name, "f4", tuple(dimensions), fill_value=_FILL, compression="zlib", complevel=1)
    variable.setncatts(attributes)
    if len(dimensions) == 2:
        variable.coordinates = "TIME DEPTH LATITUDE LONGITUDE"
    # A damaged number may be beyond what 32 bits hold.
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    variable[...] = np.where(np.isfinite(single), single, _FILL).reshape(variable.shape)


def _global(
    data: xr.Dataset, part: Part, stem: str, mode: str, depth: float | None, options: OceanSitesOptions, context: Context
) -> dict[str, Any]:
    station, deployment, time = context.station, part.deployment, data["time"].values
    newest = seconds_text(context.newest if context.newest is not None else time[-1])
    position = position_of(data, context)
    extent: dict[str, Any] = {}
    if position is not None:
        for key, values, units in (("lat", position.latitude, "degree_north"), ("lon", position.longitude, "degree_east")):
            extent |= {
                f"geospatial_{key}_min": f"{np.nanmin(values):.5f}",
                f"geospatial_{key}_max": f"{np.nanmax(values):.5f}",
                f"geospatial_{key}_units": units,
            }
    nominal = position is not None and position.nominal
    investigators = options.principal_investigator or (deployment.investigators if deployment is not None else "")
    vertical = {} if depth is None else {"geospatial_vertical_min": f"{depth:g}", "geospatial_vertical_max": f"{depth:g}"}
    found: dict[str, Any] = {
        "site_code": options.site_code or station.id,
        "platform_code": options.platform_code or station.id,
        "data_mode": mode,
        "title": f"Surface-ocean CO2 of {station.name}",
        "summary": f"Fugacity and partial pressure of CO2, temperature and salinity of surface water from {station.name}",
        "naming_authority": "OceanSITES",
        "id": stem,
        "wmo_platform_code": options.wmo_platform_code,
        "source": {"ship": "ship", "vehicle": "autonomous surface water vehicle"}.get(station.platform, "moored surface buoy"),
        "principal_investigator": investigators or station.contact.institution,
        "principal_investigator_email": station.contact.email,
        "creator_name": station.contact.institution,
        "creator_email": station.contact.email,
        "creator_url": station.contact.url,
        "creator_type": "institution",
        "array": options.array,
        "network": options.network,
        "keywords": "EARTH SCIENCE > Oceans > Ocean Chemistry > Carbon Dioxide",
        "keywords_vocabulary": "GCMD Science Keywords",
        "sea_area": options.sea_area,
        **extent,
        **vertical,
        "geospatial_vertical_positive": "down",
        "geospatial_vertical_units": "meter",
        "time_coverage_start": seconds_text(time[0]),
        "time_coverage_end": seconds_text(time[-1]),
        "cdm_data_type": "Station" if nominal else "Trajectory",
        "data_type": f"OceanSITES {'time-series' if nominal else 'trajectory'} data",
        "format_version": "1.4",
        "Conventions": "CF-1.11, OceanSITES-1.4, ACDD-1.3",
        "publisher_name": station.contact.institution,
        "publisher_email": station.contact.email,
        "publisher_url": station.contact.url,
        "institution": station.contact.institution,
        "project": "Integrated Carbon Observation System (ICOS)",
        "standard_name_vocabulary": STANDARD_NAMES,
        "comment": "Rows are samples of sea water; flags are those of OceanSITES reference table 2",
        "references": "http://www.oceansites.org, https://www.icos-cp.eu",
        "data_assembly_center": options.data_assembly_center or station.contact.institution,
        "update_interval": "P1D" if mode == "R" else "void",
        "license": options.license,
        "citation": "These data were collected and made freely available by OceanSITES and the national programs that contribute to it.",
        "acknowledgement": f"{station.contact.institution}; Integrated Carbon Observation System (ICOS)",
        "date_created": newest,
        "date_modified": newest,
        "history": f"{newest} written by icos-ocean",
        "processing_level": "automatic quality control only" if mode == "R" else "automatic quality control, revised by people",
        "QC_indicator": "mixed",
    }
    if deployment is not None:
        found["platform_deployment_cruise_ExpoCode"] = deployment.expocode
    return {key: value for key, value in found.items() if value != ""}


EXPORTER = Exporter(
    name="oceansites",
    summary="netCDF after the OceanSITES data format, one file per deployment",
    options=OceanSitesOptions,
    export=export,
)
