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
from icos_core.units import convert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Merged", "cut", "merge"]

_MOST_CONFLICTS_TOLD = 20
_NO_CATEGORY = -1


@dataclass(frozen=True, kw_only=True)
class Merged:
    """One stream out of many files, and what happened to its rows: kept + duplicates + conflicts = rows handed in."""

    stream: xr.Dataset
    duplicates: int = 0
    conflicts: int = 0
    problems: tuple[Problem, ...] = field(default=())


def cut(stream: xr.Dataset, start: np.datetime64, end: np.datetime64) -> xr.Dataset:
    """Return the rows from `start` (included) to `end` (excluded)."""
    time = stream["time"].values
    return stream.isel(time=slice(int(np.searchsorted(time, start)), int(np.searchsorted(time, end))))


def merge(parts: Sequence[tuple[str, xr.Dataset]], stream_name: str = "stream") -> Merged:
    """Merge the rows of several files.

    Parameters
    ----------
    parts
        (file name, stream) pairs. Where rows of one time differ, that of the file that begins first (then of the first name) is kept.
    stream_name
        For messages.

    Returns
    -------
    Merged
        The stream and the account of rows.

    Raises
    ------
    DataError
        Where files disagree on the kind of a variable, on units that cannot be converted, or on the codes of a category.
    """
    if not parts:
        raise DataError(f"{stream_name}: nothing to merge")
    ordered = sorted(parts, key=lambda part: (part[1]["time"].values[:1].astype("i8").tolist(), part[0]))
    time = np.concatenate([stream["time"].values for _, stream in ordered])
    counts = [stream.sizes["time"] for _, stream in ordered]
    increasing = bool((time[1:] > time[:-1]).all())
    order = None if increasing else np.argsort(time, kind="stable")
    columns, attrs = _columns(ordered, stream_name)
    values = {name: _concatenate(name, ordered, counts, attrs[name], dtype) for name, dtype in columns.items()}
    duplicates = conflicts = 0
    problems: list[Problem] = []
    if order is not None:
        time = time[order]
        values = {name: array[order] for name, array in values.items()}
        keep, duplicates, conflicting = _repeated(time, values)
        conflicts = int(conflicting.size)
        if conflicts:
            origin = np.repeat(np.arange(len(ordered)), counts)[order]
            problems = _conflict_problems(conflicting, time, origin, [name for name, _ in ordered], stream_name)
        if not keep.all():
            time = time[keep]
            values = {name: array[keep] for name, array in values.items()}
    first = ordered[0][1]
    stream = xr.Dataset(
        {name: ("time", array, attrs[name]) for name, array in values.items()},
        coords={"time": ("time", time, dict(first["time"].attrs))},
        attrs=dict(first.attrs),
    )
    return Merged(stream=stream, duplicates=duplicates, conflicts=conflicts, problems=tuple(problems))


def _columns(parts: Sequence[tuple[str, xr.Dataset]], stream_name: str) -> tuple[dict[str, np.dtype[Any]], dict[str, dict[str, Any]]]:
    dtypes: dict[str, np.dtype[Any]] = {}
    attrs: dict[str, dict[str, Any]] = {}
    for file, stream in parts:
        for key, variable in stream.data_vars.items():
            name = str(key)
            if variable.dims != ("time",):
                raise DataError(f"{stream_name}: {name} of {file} has dimensions {variable.dims}, only ('time',) can be merged")
            if name not in dtypes:
                dtypes[name], attrs[name] = variable.dtype, dict(variable.attrs)
            elif (variable.dtype.kind == "f") != (dtypes[name].kind == "f"):
                raise DataError(f"{stream_name}: {name} is a quantity in one file and a category in another ({file})")
            elif not _same_codes(attrs[name], variable.attrs):
                raise DataError(f"{stream_name}: {file} has other codes or words for {name} than the files before it")
    return dtypes, attrs


def _same_codes(left: dict[str, Any], right: dict[Any, Any]) -> bool:
    return left.get("flag_meanings") == right.get("flag_meanings") and np.array_equal(
        np.atleast_1d(left.get("flag_values", [])), np.atleast_1d(right.get("flag_values", []))
    )


def _concatenate(
    name: str, parts: Sequence[tuple[str, xr.Dataset]], counts: Sequence[int], attrs: dict[str, Any], dtype: np.dtype[Any]
) -> NDArray[Any]:
    absent = np.nan if dtype.kind == "f" else _NO_CATEGORY
    pieces = []
    for (file, stream), count in zip(parts, counts, strict=True):
        if name not in stream:
            pieces.append(np.full(count, absent, dtype=dtype))
            continue
        values = stream[name].values
        units, target = str(stream[name].attrs.get("units", "")), str(attrs.get("units", ""))
        if units != target:
            try:
                values = convert(values, units, target)
            except DataError as error:
                raise DataError(f"{file}: {name}: {error}") from error
        pieces.append(values)
    return np.concatenate(pieces)


def _repeated(time: NDArray[np.datetime64], values: dict[str, NDArray[Any]]) -> tuple[NDArray[np.bool_], int, NDArray[np.intp]]:
    """Find rows that repeat the time of the row kept before them: which to keep, how many are the same, which differ."""
    same_time = np.flatnonzero(time[1:] == time[:-1]) + 1
    keep = np.ones(time.size, dtype=bool)
    keep[same_time] = False
    kept = np.maximum.accumulate(np.where(keep, np.arange(time.size), 0))[same_time]
    same = np.ones(same_time.size, dtype=bool)
    for array in values.values():
        left, right = array[same_time], array[kept]
        same &= (left == right) | ((left != left) & (right != right))  # noqa: PLR0124  # NaN equals NaN here
    return keep, int(same.sum()), same_time[~same]


def _conflict_problems(
    rows: NDArray[np.intp], time: NDArray[np.datetime64], origin: NDArray[np.intp], files: Sequence[str], stream_name: str
) -> list[Problem]:
    problems = [
        Problem(
            message=f"{stream_name}: another row of {np.datetime_as_string(time[row], unit='s')}Z with other values was kept",
            file=files[int(origin[row])],
        )
        for row in rows[:_MOST_CONFLICTS_TOLD]
    ]
    if rows.size > _MOST_CONFLICTS_TOLD:
        problems.append(Problem(message=f"{stream_name}: {rows.size - _MOST_CONFLICTS_TOLD} more rows in conflict"))
    return problems
