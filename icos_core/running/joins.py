"""Joining one input onto another: nearest, linear or mean, within a limit, from good values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.dataset import is_good, quantities
from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from datetime import timedelta

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["SOURCE_ATTRIBUTES", "is_circular", "join"]

MEASURED, INTERPOLATED = 0, 1
SOURCE_ATTRIBUTES: dict[str, Any] = {
    "flag_values": np.array([MEASURED, INTERPOLATED], dtype=np.int8),
    "flag_meanings": "measured interpolated",
}
_CANCELLED = 1e-9
_CIRCULAR_UNITS = frozenset({"degree", "degrees", "degree_east", "degrees_east", "degree_true"})


def is_circular(stream: xr.Dataset, name: str) -> bool:
    """Whether a variable is an angle that wraps at 360 degrees (longitude, wind direction, heading)."""
    attrs = stream[name].attrs
    return attrs.get("standard_name") == "longitude" or attrs.get("units") in _CIRCULAR_UNITS


def join(target: xr.Dataset, source: xr.Dataset, method: str, limit: timedelta) -> tuple[xr.Dataset, tuple[str, ...]]:
    """Bring the quantities of `source` to the times of `target`.

    Angles are interpolated along the shorter arc, and averaged as unit vectors; where these cancel out there is no mean.

    Parameters
    ----------
    target, source
        Streams; `source` carries its flags, and only good values (flag 1 or 2) are used.
    method
        ``nearest``: the value closest in time, the earlier of two that are equally close; ``linear``: between the neighbours on both
        sides; ``mean``: of all values within the limit on either side.
    limit
        nearest and mean: greatest distance in time; linear: greatest distance to either neighbour. A value at the limit is used.

    Returns
    -------
    Dataset, tuple of str
        `target` with the joined variables, each with ``x_source`` (0: a value of that very time, 1: interpolated); and their names.

    Raises
    ------
    DataError
        Where both streams have a variable of one name, or a quantity has further dimensions.
    """
    names = quantities(source)
    clash = [name for name in names if name in target]
    if clash:
        raise DataError(f"{clash[0]!r} is in both streams that are to be joined; rename it in one of them with [input.rename]")
    wanted = target["time"].values.astype("i8")
    reach = int(np.timedelta64(limit, "ns").astype("i8"))
    joined: dict[str, Any] = {}
    for name in names:
        if source[name].ndim > 1:
            raise DataError(f"{name!r} has the dimensions {source[name].dims}; only what depends on time alone can be joined")
        good = is_good(source, name)
        times = source["time"].values.astype("i8")[good]
        values = source[name].values[good].astype("f8")
        brought, exact = _METHODS[method](wanted, times, values, reach, circular=is_circular(source, name))
        joined[name] = ("time", brought, dict(source[name].attrs))
        joined[f"{name}_source"] = (
            "time",
            np.where(exact, MEASURED, INTERPOLATED).astype(np.int8),
            {"long_name": f"source of {source[name].attrs.get('long_name', name)}", **SOURCE_ATTRIBUTES},
        )
    return target.assign(joined), tuple(names)


def _neighbours(wanted: NDArray[np.int64], times: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return the rows before and after each time wanted (the first or last where there is none), and where a row is of that very time."""
    right = np.searchsorted(times, wanted)
    after = np.minimum(right, times.size - 1)
    exact: NDArray[np.bool_] = times[after] == wanted
    return np.where(exact, after, np.maximum(right - 1, 0)), after, exact


def _nearest(
    wanted: NDArray[np.int64], times: NDArray[np.int64], values: NDArray[np.float64], reach: int, *, circular: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    del circular  # a value as measured needs no arithmetic
    if times.size == 0:
        return _nothing(wanted)
    before, after, exact = _neighbours(wanted, times)
    gap_before, gap_after = np.abs(wanted - times[before]), np.abs(times[after] - wanted)
    chosen = np.where(gap_after < gap_before, after, before)
    return np.where(np.minimum(gap_before, gap_after) <= reach, values[chosen], np.nan), exact


def _linear(
    wanted: NDArray[np.int64], times: NDArray[np.int64], values: NDArray[np.float64], reach: int, *, circular: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if times.size == 0:
        return _nothing(wanted)
    before, after, exact = _neighbours(wanted, times)
    gap_before, gap_after = wanted - times[before], times[after] - wanted
    inside = (gap_before >= 0) & (gap_after >= 0) & (gap_before <= reach) & (gap_after <= reach)
    share = np.where(inside, gap_before, 0) / np.maximum(np.where(inside, gap_before + gap_after, 1), 1)
    step = values[after] - values[before]
    if circular:
        step = (step + 180.0) % 360.0 - 180.0
    brought = values[before] + step * share
    if circular:
        brought = _wrapped(brought, values)
    return np.where(inside, np.where(exact, values[before], brought), np.nan), exact


def _mean(
    wanted: NDArray[np.int64], times: NDArray[np.int64], values: NDArray[np.float64], reach: int, *, circular: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if times.size == 0:
        return _nothing(wanted)
    before, _, exact = _neighbours(wanted, times)
    low, high = np.searchsorted(times, wanted - reach), np.searchsorted(times, wanted + reach, side="right")
    count = high - low
    single = exact & (count == 1)
    if circular:
        radians = np.deg2rad(values)
        east, north = _sums(np.sin(radians), low, high), _sums(np.cos(radians), low, high)
        known = np.hypot(east, north) > _CANCELLED * np.maximum(count, 1)
        brought = np.where(known, _wrapped(np.rad2deg(np.arctan2(east, north)), values), np.nan)
    else:
        brought = _sums(values, low, high) / np.maximum(count, 1)
    return np.where(count > 0, np.where(single, values[before], brought), np.nan), single


_METHODS = {"nearest": _nearest, "linear": _linear, "mean": _mean}


def _nothing(wanted: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.full(wanted.shape, np.nan), np.zeros(wanted.shape, dtype=bool)


def _sums(values: NDArray[np.float64], low: NDArray[np.intp], high: NDArray[np.intp]) -> NDArray[np.float64]:
    """Sum `values` from each `low` (included) to `high`; where those are equal the result means nothing."""
    total: NDArray[np.float64] = np.add.reduceat(np.append(values, 0.0), np.column_stack([low, high]).ravel())[::2]
    return total


def _wrapped(angle: NDArray[np.float64], like: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring angles into the range that `like` uses: -180 to 180 where any is negative, else 0 to 360, the upper end not included."""
    low = -180.0 if (like < 0).any() else 0.0
    wrapped: NDArray[np.float64] = (angle - low) % 360.0 + low
    return np.where(wrapped >= low + 360.0, low, wrapped)
