"""Half-hourly series as streams: from a stream to arrays on the site's calendar, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.dataset import make_stream, usable
from icos_core.exceptions import DataError
from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from icos_core.components import Context, Variable

    FloatArray = NDArray[np.float64]

__all__ = ["INTERVALS_PER_DAY", "bounded", "calendar_of", "column", "daylight", "has", "local_offset", "local_start", "on_grid"]

INTERVALS_PER_DAY = {30: 48, 60: 24}
"""Minutes of an interval → intervals of a day."""


def local_offset(context: Context) -> np.timedelta64:
    """Return what is added to UTC for the station's local standard time, in whole minutes."""
    return np.timedelta64(round((context.station.utc_offset or 0.0) * 60.0), "m")


def local_start(stream: xr.Dataset, offset: np.timedelta64) -> NDArray[np.datetime64]:
    """Return (n,) local standard time of the rows of a stream, `offset` ahead of UTC."""
    time: NDArray[np.datetime64] = stream["time"].values
    return time + offset


def calendar_of(stream: xr.Dataset, context: Context) -> SiteCalendar:
    """Return the calendar of a stream that lies on the regular grid of product ``half-hourly``.

    Raises
    ------
    DataError
        Where it does not.
    """
    start = local_start(stream, local_offset(context)).astype("datetime64[m]")
    steps = np.unique(np.diff(start)) if start.size > 1 else np.array([])
    minutes = int(steps[0] / np.timedelta64(1, "m")) if steps.size == 1 else 0
    if minutes not in INTERVALS_PER_DAY:
        raise DataError("the stream is not on a regular grid of half hours or hours; product half-hourly makes one")
    return SiteCalendar(start=start, per_day=INTERVALS_PER_DAY[minutes])


def has(stream: xr.Dataset, name: str) -> bool:
    """Whether a stream has a variable with at least one usable value."""
    return name in stream and bool(np.isfinite(column(stream, name)).any())


def column(stream: xr.Dataset, name: str) -> FloatArray:
    """Return (n,) values; NaN where they are missing, questionable or bad, and everywhere where the variable is absent."""
    if name not in stream:
        return np.full(stream.sizes["time"], np.nan)
    return np.ascontiguousarray(usable(stream, name), dtype=np.float64)


def daylight(stream: xr.Dataset) -> tuple[FloatArray, bool]:
    """Return what tells day from night [W m-2], (n,): SW_IN, or where that has no value at all SW_IN_POT, and whether it is the latter."""
    if not has(stream, "SW_IN") and has(stream, "SW_IN_POT"):
        return column(stream, "SW_IN_POT"), True
    return column(stream, "SW_IN"), False


def bounded(stream: xr.Dataset, length: np.timedelta64) -> xr.Dataset:
    """Return a stream whose intervals start at `time` with their bounds."""
    time = stream["time"].values
    stream["time"].attrs["bounds"] = "time_bnds"
    return stream.assign(time_bnds=(("time", "nv"), np.stack([time, time + length], axis=1)))


def on_grid(
    like: xr.Dataset, values: Mapping[str, ArrayLike], words: Iterable[Variable], attrs: Mapping[str, Any] | None = None
) -> xr.Dataset:
    """Return a stream with the times and bounds of another.

    Parameters
    ----------
    like
        The stream whose grid is taken.
    values
        Name → (n,) array.
    words
        The vocabulary that describes them.
    attrs
        Attributes of the stream.
    """
    stream = make_stream(like["time"].values, values, words, attrs)
    stream["time"].attrs["bounds"] = "time_bnds"
    return stream.assign(time_bnds=like["time_bnds"].variable)
