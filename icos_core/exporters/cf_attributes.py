"""Attributes of variables as they stand in a CF netCDF file.

Units, standard names and meanings were written where the variable was made; what depends on the file is added here: which companions
are in it, its coordinates, and the kind of content that ACDD wants to know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.dataset import TIME_ATTRIBUTES
from icos_core.exporters.companions import companions, kind_of, owner

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from icos_core.exporters.geometry import Geometry

__all__ = ["CRS", "GRID_MAPPING", "clean", "variable_attributes"]

CRS = "crs"
GRID_MAPPING: Mapping[str, Any] = {
    "long_name": "coordinate reference system",
    "grid_mapping_name": "latitude_longitude",
    "geographic_crs_name": "WGS 84",
    "horizontal_datum_name": "World Geodetic System 1984",
    "reference_ellipsoid_name": "WGS 84",
    "prime_meridian_name": "Greenwich",
    "semi_major_axis": 6378137.0,
    "inverse_flattening": 298.257223563,
    "longitude_of_prime_meridian": 0.0,
    "epsg_code": "EPSG:4326",
}
_COORDINATE_NAMES = frozenset({"time", "latitude", "longitude", "depth", "altitude", "height"})
_WRITTEN_BY_THE_EXPORTER = frozenset({"_FillValue", "calendar", "coordinates", "grid_mapping", "missing_value"})


def variable_attributes(stream: xr.Dataset, name: str, geometry: Geometry) -> dict[str, Any]:
    """Return the attributes of a variable of the stream in the file."""
    variable = stream[name]
    attrs = {key: value for key, value in clean(variable.attrs).items() if key not in _WRITTEN_BY_THE_EXPORTER}
    if name == "time":
        return {**TIME_ATTRIBUTES, **attrs}
    kind = kind_of(stream, name)
    attrs.setdefault("long_name", name.replace("_", " "))
    if kind == "uncertainty":
        attrs = {**_uncertainty(stream, name), **attrs}
    if variable.dtype.kind == "f":
        # A number without a unit is pure; a category has meanings instead.
        attrs.setdefault("units", "1")
    attrs.pop("ancillary_variables", None)
    if present := companions(stream, name):
        attrs["ancillary_variables"] = " ".join(present)
    attrs.setdefault("coverage_content_type", _content(name, kind, variable))
    if variable.dims[:1] == ("time",) and geometry.feature_type is not None and name not in geometry.coordinates:
        attrs["coordinates"] = " ".join(other for other in geometry.coordinates if other not in stream.dims)
        if variable.dtype.kind == "f":
            attrs["grid_mapping"] = CRS
    return attrs


def _uncertainty(stream: xr.Dataset, name: str) -> dict[str, str]:
    base = owner(stream, name)
    if base is None or name != f"{base}_uncertainty":
        return {}
    quantity = stream.variables[base].attrs
    attrs = {}
    if "standard_name" in quantity:
        attrs["standard_name"] = f"{quantity['standard_name']} standard_error"
    if "units_metadata" in quantity:
        attrs["units_metadata"] = "temperature: difference"
    return attrs


def _content(name: str, kind: str, variable: xr.DataArray) -> str:
    if name in _COORDINATE_NAMES:
        return "coordinate"
    if kind in {"flag", "flag_origin", "tests", "evaluated", "uncertainty"}:
        return "qualityInformation"
    if kind == "source" or variable.dtype.kind not in "fc":
        return "auxiliaryInformation"
    return "physicalMeasurement"


def clean(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes in types that netCDF has: text, numbers and arrays of numbers; absent and empty ones are dropped."""
    cleaned: dict[str, Any] = {}
    for key, value in attrs.items():
        if value is None or (isinstance(value, str | list | tuple | np.ndarray) and len(value) == 0):
            continue
        if isinstance(value, bool | np.bool_):
            cleaned[str(key)] = np.int8(value)
        elif isinstance(value, np.datetime64):
            cleaned[str(key)] = f"{np.datetime_as_string(value, 's')}Z"
        elif isinstance(value, list | tuple):
            cleaned[str(key)] = " ".join(value) if all(isinstance(part, str) for part in value) else np.asarray(value)
        elif isinstance(value, str | int | float | np.ndarray | np.generic):
            cleaned[str(key)] = value
        else:
            cleaned[str(key)] = str(value)
    return cleaned
