"""Rows of several files become one stream: in order of time, the same row once, conflicts told.

How a logger cut its files never shows: files may overlap and come in any order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from icos_core.components import Problem
from icos_core.exceptions import DataError
from icos_core.people import format_time
from icos_core.units import convert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["ABSENT", "MOST_CONFLICTS_TOLD", "Merged", "absent_value", "cut", "further_coordinates", "in_units_of", "merge", "models"]

MOST_CONFLICTS_TOLD = 20
ABSENT = {"f": np.nan, "c": np.nan, "i": -1, "M": "NaT", "m": "NaT"}


@dataclass(frozen=True, kw_only=True)
class Merged:
    """One stream out of many files, and what happened to its rows.

    Rows kept + duplicates + conflicts = rows handed in, where no window limits the count. `problems` tells the first conflicts.
    """

    stream: xr.Dataset
    duplicates: int = 0
    conflicts: int = 0
    problems: tuple[Problem, ...] = field(default=())


def cut(stream: xr.Dataset, start: np.datetime64, end: np.datetime64) -> xr.Dataset:
    """Return the rows from `start` (included) to `end` (excluded)."""
    time = _time(stream)
    first, last = int(np.searchsorted(time, start)), int(np.searchsorted(time, end))
    # A run may cut many thousands of small parts, and taking all of one takes as long as taking some.
    return stream if (first, last) == (0, time.size) else stream.isel(time=slice(first, last))


def merge(
    parts: Sequence[tuple[str, xr.Dataset]],
    stream_name: str = "stream",
    *,
    begins: Mapping[str, np.datetime64] | None = None,
    window: tuple[np.datetime64, np.datetime64] | None = None,
) -> Merged:
    """Merge the rows of several files.

    Parameters
    ----------
    parts
        (file name, stream) pairs. Where rows of one time differ, that of the file that begins first (then of the first name) is kept; its
        units are those of the result.
    stream_name
        For messages.
    begins
        First time of each file, where `parts` hold only some of its rows: which row is kept must not depend on where a file was cut.
    window
        Count and tell only rows in this time (half-open).

    Returns
    -------
    Merged
        The stream and the account of rows.

    Raises
    ------
    DataError
        Where files disagree on the kind of a variable, on further dimensions, on units that cannot be converted, or on the codes of a
        category.
    """
    if not parts:
        raise DataError(f"{stream_name}: nothing to merge")
    ordered = _in_order(parts, begins or {})
    time = np.concatenate([_time(stream) for _, stream in ordered])
    counts = [stream.sizes["time"] for _, stream in ordered]
    increasing = bool((time[1:] > time[:-1]).all())
    order = None if increasing else np.argsort(time, kind="stable")
    further = further_coordinates(ordered, stream_name)
    known = models(ordered, stream_name)
    values = {name: _concatenate(name, ordered, counts, model, stream_name) for name, model in known.items()}
    duplicates = conflicts = 0
    problems: list[Problem] = []
    if order is not None:
        time = time[order]
        values = {name: array[order] for name, array in values.items()}
        keep, same, differing = _repeated(time, values)
        if window is not None:
            same, differing = (rows[(time[rows] >= window[0]) & (time[rows] < window[1])] for rows in (same, differing))
        duplicates, conflicts = int(same.size), int(differing.size)
        if conflicts:
            origin = np.repeat(np.arange(len(ordered)), counts)[order]
            problems = _conflict_problems(differing, time, origin, [name for name, _ in ordered], stream_name)
        if not keep.all():
            time = time[keep]
            values = {name: array[keep] for name, array in values.items()}
    first = ordered[0][1]
    stream = xr.Dataset(
        {name: (known[name].dims, array, dict(known[name].attrs)) for name, array in values.items()},
        coords={"time": ("time", time, dict(first.variables["time"].attrs)), **further},
        attrs=dict(first.attrs),
    )
    return Merged(stream=stream, duplicates=duplicates, conflicts=conflicts, problems=tuple(problems))


def _time(stream: xr.Dataset) -> NDArray[np.datetime64]:
    # A run may merge many thousands of small parts, and `stream["time"]` takes many times as long.
    time: NDArray[np.datetime64] = stream.variables["time"].values
    return time


def _in_order(parts: Sequence[tuple[str, xr.Dataset]], begins: Mapping[str, np.datetime64]) -> list[tuple[str, xr.Dataset]]:
    """Sort by first time, then by name; parts without rows come last, so that their attributes do not win."""

    def precedence(part: tuple[str, xr.Dataset]) -> tuple[bool, int, str]:
        file, stream = part
        time = _time(stream)
        if not time.size:
            return True, 0, file
        return False, int(begins.get(file, time[0]).astype("M8[ns]").astype("i8")), file

    return sorted(parts, key=precedence)


def further_coordinates(parts: Sequence[tuple[str, xr.Dataset]], stream_name: str) -> dict[str, xr.Variable]:
    """Return the coordinates beside time, which all files must share."""
    found: dict[str, xr.Variable] = {}
    for file, stream in parts:
        for key in stream.coords:
            name, coordinate = str(key), stream.variables[key]
            if name == "time":
                continue
            if "time" in coordinate.dims:
                raise DataError(f"{stream_name}: {name} of {file} is a coordinate along time; make it a variable")
            if not found.setdefault(name, coordinate).equals(coordinate):  # type: ignore[no-untyped-call]
                raise DataError(f"{stream_name}: {file} has other values of the coordinate {name} than the files before it")
    return found


def models(parts: Sequence[tuple[str, xr.Dataset]], stream_name: str) -> dict[str, xr.Variable]:
    """Return every variable as the first file has it that has it at all; files must agree on kind, dimensions and words.

    Raises
    ------
    DataError
        Where they do not.
    """
    found: dict[str, xr.Variable] = {}
    for file, stream in parts:
        for key in stream.data_vars:
            name, variable = str(key), stream.variables[key]
            if variable.dims[:1] != ("time",):
                raise DataError(f"{stream_name}: {name} of {file} has dimensions {variable.dims}, time must lead them")
            model = found.setdefault(name, variable)
            if model.dims != variable.dims or model.shape[1:] != variable.shape[1:]:
                raise DataError(f"{stream_name}: {name} of {file} has other dimensions than in the files before it")
            if variable.dtype.kind != model.dtype.kind:
                types = f"of type {model.dtype} in one file and of type {variable.dtype} in another ({file})"
                raise DataError(f"{stream_name}: {name} is {types}")
            if not _same_codes(model.attrs, variable.attrs):
                raise DataError(f"{stream_name}: {file} has other codes or words for {name} than the files before it")
    return found


def _same_codes(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> bool:
    return left.get("flag_meanings") == right.get("flag_meanings") and np.array_equal(
        np.atleast_1d(left.get("flag_values", [])), np.atleast_1d(right.get("flag_values", []))
    )


def _concatenate(
    name: str, parts: Sequence[tuple[str, xr.Dataset]], counts: Sequence[int], model: xr.Variable, stream_name: str
) -> NDArray[Any]:
    pieces = []
    for (file, stream), count in zip(parts, counts, strict=True):
        if name not in stream.variables:
            absent = absent_value(model, f"{stream_name}: {file} has no {name}")
            pieces.append(np.full((count, *model.shape[1:]), absent, dtype=model.dtype))
        else:
            pieces.append(in_units_of(model, stream.variables[name], f"{file}: {name}"))
    return np.concatenate(pieces)


def absent_value(model: xr.Variable, what: str) -> Any:
    """Return what stands for a missing value of a variable; :class:`DataError` where none can."""
    if model.dtype.kind not in ABSENT:
        raise DataError(f"{what}; a variable of type {model.dtype} cannot be missing")
    return ABSENT[model.dtype.kind]


def in_units_of(model: xr.Variable, variable: xr.Variable, what: str) -> NDArray[Any]:
    """Return the values of a variable in the units of another."""
    units, target = str(variable.attrs.get("units", "")), str(model.attrs.get("units", ""))
    try:
        values: NDArray[Any] = convert(variable.values, units, target)
    except DataError as error:
        raise DataError(f"{what}: {error}") from error
    return values


def _repeated(
    time: NDArray[np.datetime64], values: Mapping[str, NDArray[Any]]
) -> tuple[NDArray[np.bool_], NDArray[np.intp], NDArray[np.intp]]:
    """Find rows that repeat the time of the row kept before them: which rows to keep, which are the same, which differ."""
    same_time = np.flatnonzero(time[1:] == time[:-1]) + 1
    keep = np.ones(time.size, dtype=bool)
    keep[same_time] = False
    kept = np.maximum.accumulate(np.where(keep, np.arange(time.size), 0))[same_time]
    same = np.ones(same_time.size, dtype=bool)
    for array in values.values():
        left, right = array[same_time], array[kept]
        equal = (left == right) | ((left != left) & (right != right))  # noqa: PLR0124  # NaN equals NaN here
        same &= equal.all(axis=tuple(range(1, equal.ndim)))
    return keep, same_time[same], same_time[~same]


def _conflict_problems(
    rows: NDArray[np.intp], time: NDArray[np.datetime64], origin: NDArray[np.intp], files: Sequence[str], stream_name: str
) -> list[Problem]:
    return [
        Problem(
            message=f"{stream_name}: another row of {format_time(time[row])} with other values was kept",
            file=files[int(origin[row])],
        )
        for row in rows[:MOST_CONFLICTS_TOLD]
    ]
