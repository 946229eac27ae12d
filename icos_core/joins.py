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
_CIRCULAR_UNITS = frozenset({"degree", "degrees", "degree_east", "degrees_east", "degree_true"})


def is_circular(stream: xr.Dataset, name: str) -> bool:
    """Whether a variable is an angle that wraps at 360 degrees (longitude, wind direction, heading)."""
    attrs = stream[name].attrs
    return attrs.get("standard_name") == "longitude" or attrs.get("units") in _CIRCULAR_UNITS


def join(target: xr.Dataset, source: xr.Dataset, method: str, limit: timedelta) -> tuple[xr.Dataset, tuple[str, ...]]:
    """Bring the quantities of `source` to the times of `target`.

    Parameters
    ----------
    target, source
        Streams; `source` carries its flags, and only good values (flag 1 or 2) are used.
    method
        ``nearest``: the value closest in time; ``linear``: between the neighbours on both sides; ``mean``: of all values within
        the limit on either side.
    limit
        nearest and mean: greatest distance in time; linear: greatest distance to either neighbour.

    Returns
    -------
    Dataset, tuple of str
        `target` with the joined variables, each with ``x_source`` (0: a value of that very time, 1: interpolated); and their names.

    Raises
    ------
    DataError
        Where both streams have a variable of one name.
    """
    names = quantities(source)
    clash = [name for name in names if name in target]
    if clash:
        raise DataError(f"{clash[0]!r} is in both streams that are to be joined; rename it in one of them with [input.rename]")
    wanted = target["time"].values.astype("i8")
    reach = int(limit.total_seconds() * 1e9)
    joined: dict[str, Any] = {}
    for name in names:
        good = is_good(source, name)
        time = source["time"].values.astype("i8")[good]
        values = source[name].values[good]
        if is_circular(source, name):
            radians = np.deg2rad(values)
            east, exact = _bring(method, wanted, time, np.sin(radians), reach)
            north, _ = _bring(method, wanted, time, np.cos(radians), reach)
            brought = np.rad2deg(np.arctan2(east, north))
            if not (values < 0).any():
                brought %= 360.0
        else:
            brought, exact = _bring(method, wanted, time, values, reach)
        joined[name] = ("time", brought, dict(source[name].attrs))
        joined[f"{name}_source"] = (
            "time",
            np.where(exact, MEASURED, INTERPOLATED).astype(np.int8),
            {"long_name": f"source of {source[name].attrs.get('long_name', name)}", **SOURCE_ATTRIBUTES},
        )
    return target.assign(joined), tuple(names)


def _bring(
    method: str, wanted: NDArray[np.int64], time: NDArray[np.int64], values: NDArray[np.float64], reach: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if time.size == 0:
        return np.full(wanted.shape, np.nan), np.zeros(wanted.shape, dtype=bool)
    right = np.searchsorted(time, wanted)
    after = np.minimum(right, time.size - 1)
    exact = time[after] == wanted
    if method == "mean":
        low, high = np.searchsorted(time, wanted - reach), np.searchsorted(time, wanted + reach, side="right")
        count = high - low
        pairs = np.column_stack([low, high]).ravel()
        total = np.add.reduceat(np.append(values, 0.0), pairs)[::2]
        return np.where(count > 0, total / np.maximum(count, 1), np.nan), exact & (count == 1)
    before = np.where(exact, after, np.maximum(right - 1, 0))
    gap_before, gap_after = np.abs(wanted - time[before]), np.abs(time[after] - wanted)
    if method == "nearest":
        chosen = np.where(gap_after < gap_before, after, before)
        return np.where(np.minimum(gap_before, gap_after) <= reach, values[chosen], np.nan), exact
    inside = (time[before] <= wanted) & (time[after] >= wanted) & (gap_before <= reach) & (gap_after <= reach)
    share = gap_before / np.maximum(gap_before + gap_after, 1)
    return np.where(inside, values[before] + (values[after] - values[before]) * share, np.nan), exact
