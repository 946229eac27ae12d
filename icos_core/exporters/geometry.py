"""Discrete sampling geometry of CF: where the rows of a stream were measured.

A stream along time with a position in every row is a trajectory; one of a station with coordinates is a time series. What runs along
time but has neither, or does not run along time, is written without a feature type.

References
----------
CF Conventions 1.11, chapter 9. https://cfconventions.org/Data/cf-conventions/cf-conventions-1.11/cf-conventions.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from icos_core.exporters.deployments import Part
    from icos_core.station import Station

__all__ = ["Geometry", "Vertical", "geometry_of", "value_range", "vertical_range"]

_VERTICAL_NAMES = ("depth", "altitude", "height")


@dataclass(frozen=True, kw_only=True)
class Vertical:
    """The vertical coordinate: `name` of a variable of the stream, or of a scalar with `value` in metres."""

    name: str
    positive: Literal["up", "down"]
    value: float | None = None
    comment: str = ""

    @property
    def attributes(self) -> Mapping[str, str]:
        """CF attributes of the scalar."""
        down = self.positive == "down"
        long_name = "depth of the water intake or sensor" if down else "altitude of the station above mean sea level"
        attrs = {
            "standard_name": self.name,
            "long_name": long_name,
            "units": "m",
            "positive": self.positive,
            "axis": "Z",
        }
        return attrs | ({"comment": self.comment} if self.comment else {})

    @property
    def reference(self) -> str:
        """Vertical coordinate reference system: instantaneous water level (depth) or mean sea level (height)."""
        return "EPSG:5831" if self.positive == "down" else "EPSG:5714"


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """How a file says where its rows are.

    Attributes
    ----------
    feature_type
        ``"trajectory"``, ``"timeSeries"``, ``"timeSeriesProfile"`` (its vertical coordinate is a dimension) or None.
    role
        Name of the variable with the identifier, and its ``cf_role``; empty without a feature type.
    scalars
        Latitude and longitude of a fixed station in degrees.
    vertical
        The vertical coordinate; None without a feature type.
    """

    feature_type: Literal["trajectory", "timeSeries", "timeSeriesProfile"] | None
    role: str = ""
    scalars: Mapping[str, float] | None = None
    vertical: Vertical | None = None

    @property
    def cf_role(self) -> str:
        """Value of the attribute ``cf_role``."""
        return "trajectory_id" if self.feature_type == "trajectory" else "timeseries_id"

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Auxiliary and scalar coordinate variables that every variable along time names."""
        if self.feature_type is None:
            return ()
        return ("latitude", "longitude", *((self.vertical.name,) if self.vertical else ()), self.role)


def geometry_of(part: Part, station: Station, depth: float | None = None) -> Geometry:
    """Decide the geometry of a part of a stream.

    Parameters
    ----------
    part
        Rows of one deployment or station.
    station
        Its platform and coordinates.
    depth
        Depth of the intake in metres; None takes that of the deployment, then the station's altitude, then the sea surface.
    """
    if "time" not in part.data.dims:
        return Geometry(feature_type=None)
    vertical = _vertical(part, station, depth)
    if all(name in part.data and part.data[name].dims == ("time",) for name in ("latitude", "longitude")):
        return Geometry(feature_type="trajectory", role="trajectory", vertical=vertical)
    if station.latitude is not None and station.longitude is not None and not _positioned(part.data):
        scalars = {"latitude": station.latitude, "longitude": station.longitude}
        kind: Literal["timeSeries", "timeSeriesProfile"] = "timeSeriesProfile" if vertical.name in part.data.dims else "timeSeries"
        return Geometry(feature_type=kind, role="station_id", scalars=scalars, vertical=vertical)
    return Geometry(feature_type=None)


def _positioned(stream: xr.Dataset) -> bool:
    return "latitude" in stream.variables or "longitude" in stream.variables


def _vertical(part: Part, station: Station, depth: float | None) -> Vertical:
    for name in _VERTICAL_NAMES:
        if name in part.data.variables and part.data[name].dims in {("time",), (name,)}:
            return Vertical(name=name, positive="down" if name == "depth" else "up")
    if depth is None and part.deployment is not None:
        depth = part.deployment.depth
    if depth is not None:
        return Vertical(name="depth", positive="down", value=depth)
    if station.altitude is not None:
        return Vertical(name="altitude", positive="up", value=station.altitude)
    return Vertical(name="depth", positive="down", value=0.0, comment="not stated; 0 stands for the sea surface")


def vertical_range(part: Part, vertical: Vertical) -> tuple[float, float] | None:
    """Return the smallest and largest value of the vertical coordinate, or None where there is none."""
    if vertical.value is not None:
        return vertical.value, vertical.value
    return value_range(part.data[vertical.name].values)


def value_range(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float] | None:
    """Return the smallest and largest value that is not NaN, or None where there is none."""
    if not values.size or np.isnan(values).all():
        return None
    return float(np.nanmin(values)), float(np.nanmax(values))
