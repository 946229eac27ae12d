"""What the netCDF files of OceanSITES and of the Copernicus in-situ centre share: upper-case names, time since 1950, a QC variable each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_ocean.exporters.table_2_flags import MEANINGS, NOMINAL, table_2_flags, worse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import netCDF4
    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.exporters.deployments import Part

__all__ = [
    "DAYS_SINCE",
    "InSituVariable",
    "Position",
    "depth_of",
    "position_of",
    "seconds_text",
    "write_coordinates",
    "write_depth",
    "write_flags",
]

DAYS_SINCE = "days since 1950-01-01T00:00:00Z"
_1950 = np.datetime64("1950-01-01T00:00:00", "ns")
_DAY = 86_400_000_000_000
_FLAG_FILL = np.int8(-127)
_FILL = 99999.0


@dataclass(frozen=True, kw_only=True)
class InSituVariable:
    """A variable of a file: its name there, that in the stream with the unit wanted, and its attributes."""

    name: str
    variable: str
    stream_units: str
    units: str
    long_name: str
    standard_name: str | None
    valid: tuple[float, float]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where rows are: (n,) latitude and longitude along time, or one of each, which is `nominal`, for a fixed station; flags of table 2."""

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    flag: NDArray[np.int8]
    nominal: bool = False


def position_of(data: xr.Dataset, context: Context, questionable: int = 2) -> Position | None:
    """Return where the rows of a part are; None where neither rows nor station say it."""
    if "latitude" in data and "longitude" in data:
        latitude, longitude = data["latitude"].values, data["longitude"].values
        flag = worse(table_2_flags(data, "latitude", questionable), table_2_flags(data, "longitude", questionable))
        return Position(latitude=latitude, longitude=(longitude + 180.0) % 360.0 - 180.0, flag=flag)
    station = context.station
    if station.latitude is None or station.longitude is None:
        return None
    return Position(
        latitude=np.array([station.latitude]),
        longitude=np.array([station.longitude]),
        flag=np.array([NOMINAL], dtype=np.int8),
        nominal=True,
    )


def depth_of(part: Part, depth: float | None) -> float | None:
    """Return the depth of the intake or sensor in metres: as given, else that of the deployment."""
    if depth is not None:
        return depth
    return part.deployment.depth if part.deployment is not None else None


def seconds_text(time: np.datetime64) -> str:
    """Return a moment as ISO 8601 in seconds with Z."""
    return f"{np.datetime_as_string(time, 's')}Z"


def write_flags(file: netCDF4.Dataset, name: str, flags: NDArray[np.int8], dimensions: Sequence[str], title: str, conventions: str) -> None:
    """Write a variable with flags of table 2."""
    variable = file.createVariable(f"{name}_QC", "i1", tuple(dimensions), fill_value=_FLAG_FILL)
    variable.setncatts(
        {
            "long_name": f"{title} quality flag",
            "conventions": conventions,
            "valid_min": np.int8(0),
            "valid_max": np.int8(9),
            "flag_values": np.arange(10, dtype=np.int8),
            "flag_meanings": " ".join(MEANINGS),
        }
    )
    variable[...] = flags.reshape(variable.shape)


def write_coordinates(
    file: netCDF4.Dataset, time: NDArray[np.datetime64], position: Position, conventions: str, along: Mapping[str, str]
) -> None:
    """Write time and position with their flags.

    Parameters
    ----------
    file
        Open file with its dimensions.
    time
        (n,) times.
    position
        Where the rows are.
    conventions
        Attribute of the flags.
    along
        ``LATITUDE``, ``LONGITUDE``, ``POSITION_QC`` → dimension of each.
    """
    variable = file.createVariable("TIME", "f8", ("TIME",), fill_value=False)
    variable.setncatts(
        {
            "long_name": "Time",
            "standard_name": "time",
            "units": DAYS_SINCE,
            "calendar": "standard",
            "units_metadata": "leap_seconds: none",
            "axis": "T",
            "valid_min": -90000.0,
            "valid_max": 90000.0,
            "ancillary_variables": "TIME_QC",
        }
    )
    variable[:] = (time - _1950).astype(np.int64) / _DAY
    write_flags(file, "TIME", np.ones(time.size, dtype=np.int8), ("TIME",), "Time", conventions)
    for name, values, units, axis, limit in (
        ("LATITUDE", position.latitude, "degree_north", "Y", 90.0),
        ("LONGITUDE", position.longitude, "degree_east", "X", 180.0),
    ):
        variable = file.createVariable(name, "f4", (along[name],), fill_value=False if not np.isnan(values).any() else np.float32(_FILL))
        variable.setncatts(
            {
                "long_name": f"{name.capitalize()} of each location",
                "standard_name": name.lower(),
                "units": units,
                "axis": axis,
                "valid_min": np.float32(-limit),
                "valid_max": np.float32(limit),
                "ancillary_variables": "POSITION_QC",
            }
        )
        variable[:] = np.where(np.isnan(values), _FILL, values).astype(np.float32)
    write_flags(file, "POSITION", position.flag, (along["POSITION_QC"],), "Position", conventions)


def write_depth(file: netCDF4.Dataset, name: str, depth: float | None, dimensions: Sequence[str], conventions: str) -> None:
    """Write the depth of the intake or sensor, the same for all rows.

    Where it is not stated it is missing, or, in a coordinate variable, which may not lack a value, 0 with the flag of a missing value.
    """
    coordinate = tuple(dimensions) == (name,)
    absent = 0.0 if coordinate else _FILL
    variable = file.createVariable(name, "f4", tuple(dimensions), fill_value=False if coordinate else np.float32(_FILL))
    variable.setncatts(
        {
            "long_name": "Depth",
            "standard_name": "depth",
            "units": "m",
            "positive": "down",
            "axis": "Z",
            "reference": "sea_level",
            "valid_min": np.float32(-12000.0),
            "valid_max": np.float32(12000.0),
            "ancillary_variables": f"{name}_QC",
        }
    )
    if depth is None and coordinate:
        variable.comment = "not stated; 0 stands for the sea surface"
    variable[...] = np.full(variable.shape, absent if depth is None else depth, dtype=np.float32)
    flag = np.full(variable.shape, 9 if depth is None else NOMINAL, dtype=np.int8)
    write_flags(file, name, flag, dimensions, "Depth", conventions)
