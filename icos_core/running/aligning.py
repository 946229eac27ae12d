"""Channels that an instrument logged in files of their own become rows: what lies within a tolerance in time is one row.

The result does not depend on how files are cut, nor on their order: which rows belong together is decided by the rows nearby alone, so that
a stretch of the data gives the same rows as the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from icos_core.components import Problem
from icos_core.people import format_time
from icos_core.running.merging import ABSENT, MOST_CONFLICTS_TOLD, Merged, absent_value, further_coordinates, in_units_of, merge, models

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from numpy.typing import NDArray

__all__ = ["align", "merge_channels", "reach_of", "with_missing"]

Part = tuple[str, xr.Dataset]


def reach_of(tolerance: timedelta, variables: int) -> timedelta:
    """Return how far from a row other rows can decide what belongs to it, where there are at most so many channels."""
    return 2 * variables * tolerance


def merge_channels(
    parts: Sequence[Part],
    stream_name: str,
    tolerance: timedelta,
    *,
    begins: Mapping[str, np.datetime64] | None = None,
    window: tuple[np.datetime64, np.datetime64] | None = None,
) -> Merged:
    """Merge the rows of files of which each has some of the variables of a stream.

    Files with the same variables are merged as :func:`icos_core.running.merging.merge` does, then what lies within `tolerance` becomes one
    row. The parameters are those of ``merge``.
    """
    by_variables: dict[tuple[str, ...], list[Part]] = {}
    for file, stream in parts:
        by_variables.setdefault(tuple(sorted(map(str, stream.data_vars))), []).append((file, stream))
    channels = [merge(by_variables[names], stream_name, begins=begins, window=window) for names in sorted(by_variables)]
    stream, told = align([channel.stream for channel in channels], tolerance, stream_name)
    if window is not None:
        told = [(time, problem) for time, problem in told if window[0] <= time < window[1]]
    problems = [*(problem for channel in channels for problem in channel.problems), *(problem for _, problem in told)]
    return Merged(
        stream=stream,
        duplicates=sum(channel.duplicates for channel in channels),
        conflicts=sum(channel.conflicts for channel in channels) + len(told),
        problems=tuple(problems[:MOST_CONFLICTS_TOLD]),
    )


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """Rows so far: the earliest and latest time in each, and which row of each channel it holds (-1: none)."""

    earliest: NDArray[np.int64]
    latest: NDArray[np.int64]
    members: tuple[NDArray[np.intp], ...]

    @classmethod
    def of(cls, time: NDArray[np.int64]) -> _Rows:
        return cls(earliest=time, latest=time, members=(np.arange(time.size),))

    def with_channel(self, time: NDArray[np.int64], tolerance: int, shared: Sequence[int]) -> _Rows:
        """Add a channel: each of its times goes to the row that is nearest to it and to which no other time of it is nearer.

        Rows that hold one of the channels `shared`, which have a variable in common with this one, take only what is of their very time.
        """
        nearest_row, nearest_time = _nearest(self.earliest, time), _nearest(time, self.earliest)
        chosen = np.flatnonzero(nearest_time[nearest_row] == np.arange(time.size)) if self.earliest.size else np.zeros(0, dtype=np.intp)
        row = nearest_row[chosen]
        first, last = np.minimum(self.earliest[row], time[chosen]), np.maximum(self.latest[row], time[chosen])
        taken = np.zeros(row.size, dtype=bool)
        for channel in shared:
            taken |= self.members[channel][row] >= 0
        fits = (last - first <= tolerance) & (~taken | (self.earliest[row] == time[chosen]))
        chosen, row, first, last = chosen[fits], row[fits], first[fits], last[fits]
        alone = np.ones(time.size, dtype=bool)
        alone[chosen] = False
        others = np.flatnonzero(alone)
        earliest, latest = self.earliest.copy(), self.latest.copy()
        earliest[row], latest[row] = first, last
        member = np.full(self.earliest.size, -1, dtype=np.intp)
        member[row] = chosen
        none = np.full(others.size, -1, dtype=np.intp)
        earliest = np.concatenate([earliest, time[others]])
        order = np.argsort(earliest, kind="stable")
        return _Rows(
            earliest=earliest[order],
            latest=np.concatenate([latest, time[others]])[order],
            members=(*(np.concatenate([each, none])[order] for each in self.members), np.concatenate([member, others])[order]),
        )


def _nearest(times: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the position in `times` (increasing) of that nearest to each wanted, the earlier of two that are equally near."""
    if not times.size:
        return np.full(wanted.shape, -1, dtype=np.intp)
    after = np.minimum(np.searchsorted(times, wanted), times.size - 1)
    before = np.maximum(after - 1, 0)
    nearest: NDArray[np.intp] = np.where(np.abs(wanted - times[before]) <= np.abs(times[after] - wanted), before, after)
    return nearest


def align(channels: Sequence[xr.Dataset], tolerance: timedelta, stream_name: str) -> tuple[xr.Dataset, list[tuple[np.datetime64, Problem]]]:
    """Bring channels to common rows.

    Parameters
    ----------
    channels
        Streams with other variables each, in an order that depends on the names of the variables alone.
    tolerance
        Greatest difference between the times in one row.
    stream_name
        For messages.

    Returns
    -------
    Dataset, list of (time, Problem)
        Rows have the time of the earliest in them, and a missing value where they lack a channel: NaN, for categories the code -1, which is
        declared with the word ``missing`` where they do not have it. The problems tell rows of one time in which channels that share a
        variable differ in it; the first is kept.

    Raises
    ------
    DataError
        Where channels that share a variable disagree on its kind, dimensions or words.
    """
    numbered = [(f"channel {number}", channel) for number, channel in enumerate(channels)]
    variables = models(numbered, stream_name)
    further = further_coordinates(numbered, stream_name)
    limit = int(np.timedelta64(tolerance, "ns").astype("i8"))
    rows = _Rows.of(_nanoseconds(channels[0]))
    for number, channel in enumerate(channels[1:], 1):
        shared = [other for other in range(number) if channels[other].data_vars.keys() & channel.data_vars.keys()]
        rows = rows.with_channel(_nanoseconds(channel), limit, shared)
    time = rows.earliest.astype("M8[ns]")
    values: dict[str, NDArray[Any]] = {}
    told: list[tuple[np.datetime64, Problem]] = []
    for name, model in variables.items():
        holders = [number for number, channel in enumerate(channels) if name in channel.data_vars]
        values[name], differing = _gathered(name, model, channels, rows, holders, stream_name)
        told += [
            (time[row], Problem(message=f"{stream_name}: another {name} of {format_time(time[row])} was kept"))
            for row in np.flatnonzero(differing)
        ]
    first = channels[0]
    stream = xr.Dataset(
        {name: (variables[name].dims, array, with_missing(variables[name].attrs, array.dtype)) for name, array in values.items()},
        coords={"time": ("time", time, dict(first.variables["time"].attrs)), **further},
        attrs=dict(first.attrs),
    )
    return stream, told


def _nanoseconds(channel: xr.Dataset) -> NDArray[np.int64]:
    time: NDArray[np.int64] = channel.variables["time"].values.astype("M8[ns]").astype("i8")
    return time


def _gathered(
    name: str, model: xr.Variable, channels: Sequence[xr.Dataset], rows: _Rows, holders: Sequence[int], stream_name: str
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the values of a variable row by row, and the rows in which two channels that have it differ."""
    absent = absent_value(model, f"{stream_name}: not every row has {name}")
    values = np.full((rows.earliest.size, *model.shape[1:]), absent, dtype=model.dtype)
    filled, differing = np.zeros(rows.earliest.size, dtype=bool), np.zeros(rows.earliest.size, dtype=bool)
    for number in holders:
        member = rows.members[number]
        given = in_units_of(model, channels[number].variables[name], f"{stream_name}: {name}")
        known = member >= 0
        if model.dtype.kind == "f":
            known[known] = ~np.isnan(given[member[known]]).reshape(int(known.sum()), -1).all(axis=1)
        own = np.flatnonzero(known & ~filled)
        values[own] = given[member[own]]
        both = np.flatnonzero(known & filled)
        left, right = values[both], given[member[both]]
        equal = (left == right) | ((left != left) & (right != right))  # noqa: PLR0124  # NaN equals NaN here
        differing[both] |= ~equal.all(axis=tuple(range(1, equal.ndim)))
        filled |= known
    return values, differing


def with_missing(attributes: Mapping[str, Any], dtype: np.dtype[Any]) -> dict[str, Any]:
    """Return the attributes of a variable, those of a category with a word for the code of a row that lacks it."""
    attrs = dict(attributes)
    codes = np.atleast_1d(attrs.get("flag_values", [])).tolist()
    if dtype.kind == "i" and codes and ABSENT["i"] not in codes:
        attrs["flag_values"] = np.array([*codes, ABSENT["i"]], dtype=dtype)
        attrs["flag_meanings"] = f"{attrs['flag_meanings']} missing"
    return attrs
