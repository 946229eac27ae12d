"""Tables as FLUXNET lays them out: local time stamps, significant digits, ``-9999`` where missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import csv

from icos_ecosystem.half_hourly.streams import local_offset
from icos_ecosystem.side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["MISSING", "STAMPS", "local_bounds", "significant", "stamp_columns", "write_table"]

MISSING = -9999.0
STAMPS = {"hh": 12, "dd": 8, "ww": 8, "mm": 6, "yy": 4}
"""Resolution → digits of a time stamp."""
_DAY = np.timedelta64(1, "D")
_ROWS = 1 << 14
"""Rows made into text at a time, and beside each other."""


def local_bounds(stream: xr.Dataset, context: Context) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return the ends of the intervals of a stream in local standard time, each (n,) ``datetime64[m]``."""
    bounds = stream[str(stream["time"].attrs.get("bounds", "time_bnds"))].values + local_offset(context)
    return bounds[:, 0].astype("datetime64[m]"), bounds[:, 1].astype("datetime64[m]")


def stamp_columns(start: NDArray[np.datetime64], end: NDArray[np.datetime64], resolution: str) -> dict[str, IntArray]:
    """Return the columns of time stamps: both ends of half hours and of weeks (the last day of these), else one stamp."""
    digits = STAMPS[resolution]
    if resolution == "hh":
        return {"TIMESTAMP_START": _stamp(start, digits), "TIMESTAMP_END": _stamp(end, digits)}
    if resolution == "ww":
        return {"TIMESTAMP_START": _stamp(start, digits), "TIMESTAMP_END": _stamp(end - _DAY, digits)}
    return {"TIMESTAMP": _stamp(start, digits)}


def _stamp(time: NDArray[np.datetime64], digits: int) -> IntArray:
    day = time.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    minutes = (time - day).astype("timedelta64[m]").astype(np.int64)
    stamp: IntArray = year.astype(np.int64) + 1970
    stamp = stamp * 100 + (month - year.astype("datetime64[M]")).astype(np.int64) + 1
    stamp = stamp * 100 + (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    stamp = stamp * 10_000 + minutes // 60 * 100 + minutes % 60
    rounded: IntArray = stamp // 10 ** (12 - digits)
    return rounded


def significant(values: FloatArray, digits: int) -> FloatArray:
    """Return values rounded to so many significant digits, such that their shortest text has no more.

    A whole number over a power of ten that is exact is rounded once, so it is the number that the digits name.
    """
    size = np.abs(values)
    some = np.isfinite(size) & (size > 0.0)
    power = digits - 1 - np.floor(np.log10(np.where(some, size, 1.0))).astype(np.int64)
    scale = 10.0 ** np.clip(np.abs(power), 0, 22)
    with np.errstate(over="ignore"):
        rounded = np.where(power >= 0, np.rint(values * scale) / scale, np.rint(values / scale) * scale)
    return np.where(some & (np.abs(power) <= 22), rounded, values)


def write_table(path: Path, columns: Mapping[str, FloatArray | IntArray], digits: int) -> None:
    """Write a table of numbers, NaN as -9999.

    Parameters
    ----------
    path
        The file.
    columns
        Name → (n,) values; those of whole numbers are written as they are.
    digits
        Significant digits of the others.
    """
    size = len(next(iter(columns.values()))) if columns else 0
    pieces = [slice(first, first + _ROWS) for first in range(0, size, _ROWS)]
    with path.open("wb") as file:
        file.write(f"{','.join(columns)}\n".encode())
        for text in side_by_side(lambda rows: _text(columns, rows, digits), pieces):
            file.write(text)


def _text(columns: Mapping[str, FloatArray | IntArray], rows: slice, digits: int) -> bytes:
    """Return some rows as text."""
    table = pa.table({name: pa.array(_written(values[rows], digits)) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="none"))
    text: bytes = sink.getvalue().to_pybytes()
    return text


def _written(values: FloatArray | IntArray, digits: int) -> FloatArray | IntArray:
    if values.dtype.kind in "iu":
        return values
    numbers = values.astype(np.float64, copy=False)
    return np.where(np.isfinite(numbers), significant(numbers, digits), MISSING)
