"""The wind of a sonic anemometer as u, v, w in a right-handed system, whatever the anemometer puts out, and its direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from icos_ecosystem.instruments.sonic_models import SonicModel

    Wind = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

__all__ = [
    "WIND_FORMATS",
    "WIND_REFERENCES",
    "from_polar",
    "from_transducer_axes",
    "sonic_temperature_of",
    "turned",
    "wind_direction",
    "wind_of",
]

WIND_FORMATS: Mapping[str, tuple[str, ...]] = {
    "uvw": ("u", "v", "w"),
    "polar": ("sonic_wind_speed", "sonic_wind_direction", "w"),
    "axis": ("sonic_axis_1", "sonic_axis_2", "sonic_axis_3"),
}
"""Format → columns that it takes."""
WIND_REFERENCES = ("none", "spar", "axis")

_SPEED_SQUARED_PER_KELVIN = 403.0


def from_polar(speed: NDArray[np.float64], direction: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return u and v [m s-1] from the horizontal speed [m s-1] and the direction [degrees] in the anemometer's system."""
    angle = np.radians(direction)
    return speed * np.cos(angle), -speed * np.sin(angle)


def from_transducer_axes(first: NDArray[np.float64], second: NDArray[np.float64], third: NDArray[np.float64]) -> Wind:
    """Return u, v, w [m s-1] from the winds along the three transducer paths of a Gill anemometer, which rise by 45°."""
    u = (2.0 * first - second - third) / 2.1213
    v = (third - second) / 1.2247
    return u, v, (first + second + third) / 2.1213


def turned(u: NDArray[np.float64], v: NDArray[np.float64], degrees: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return horizontal components of a wind that is turned anticlockwise."""
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return u * cosine - v * sine, u * sine + v * cosine


def wind_of(columns: Mapping[str, NDArray[np.float64]], wind_format: str, reference: str, model: SonicModel) -> Wind | None:
    """Return the wind in the suite's axes.

    Parameters
    ----------
    columns
        Measured columns by name, each (n,); see :data:`WIND_FORMATS`.
    wind_format
        What the anemometer puts out: ``uvw``, ``polar`` or ``axis`` (winds along the transducer paths).
    reference
        To what the first axis of a Gill anemometer points: ``spar``, ``axis`` (a transducer pair, 30° away) or ``none``.
    model
        The anemometer.

    Returns
    -------
    tuple of ndarray or None
        u, v, w, each (n,), m s-1, right-handed; None where a column is missing.

    Raises
    ------
    ValueError
        For a format or reference that is not known.

    Notes
    -----
    The system is that of Gill's spar reference. A right-handed anemometer keeps its components; by how much its axes are turned against
    that system only matters for the direction, see `north_offset` of :class:`icos_ecosystem.instruments.sonic_models.SonicModel`. Of
    left-handed ones the second component changes sign, and the Gill R2, whose first axis points elsewhere too, is turned by 30°.
    """
    for name, value, known in (("wind_format", wind_format, tuple(WIND_FORMATS)), ("wind_reference", reference, WIND_REFERENCES)):
        if value not in known:
            raise ValueError(f"{name} {value!r} is not known: expected one of {', '.join(known)}{hint(value, known)}")
    if not all(name in columns for name in WIND_FORMATS[wind_format]):
        return None
    first, second, third = (columns[name] for name in WIND_FORMATS[wind_format])
    if wind_format == "polar":
        (u, v), w = from_polar(first, second), third
    elif wind_format == "axis":
        u, v, w = from_transducer_axes(first, second, third)
    else:
        u, v, w = first, second, third
    if model.name == "gill-r2":
        return (*turned(-u, v, 30.0), w)
    if model.left_handed:
        v = -v
    if reference == "axis":
        u, v = turned(u, v, 30.0)
    return u, v, w


def sonic_temperature_of(speed_of_sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sonic temperature [K] of a speed of sound [m s-1]: its square over 403 m2 s-2 K-1."""
    return speed_of_sound**2 / _SPEED_SQUARED_PER_KELVIN


def wind_direction(angle: ArrayLike, north_offset: ArrayLike, model: SonicModel) -> NDArray[np.float64]:
    """Return whence the wind blows.

    Parameters
    ----------
    angle
        Angle of the wind vector in the anemometer's system, ``atan2(v, u)``, degrees; single samples or their circular mean.
    north_offset
        Direction of the anemometer's north (and magnetic declination, if against magnetic north), degrees; shape as `angle`.
    model
        The anemometer.

    Returns
    -------
    ndarray
        Degrees clockwise from north, 0 to below 360.
    """
    return np.mod(180.0 - np.asarray(angle, np.float64) + np.asarray(north_offset, np.float64) + model.north_offset, 360.0)
