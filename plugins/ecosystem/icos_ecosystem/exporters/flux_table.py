"""The flux stream as exporters see it: rows of averaging intervals, NaN for what the run does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import usable
from icos_core.exceptions import DataError, ExportRefused, hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams

__all__ = ["CHUNK", "FluxTable", "chunks", "flux_table"]

CHUNK = 1 << 11
"""Rows made into text at a time: a table has some 470 columns."""


@dataclass(frozen=True)
class FluxTable:
    """Rows of a flux stream.

    Attributes
    ----------
    data
        The stream; every row is an averaging interval that begins at its time.
    start, end
        (n,) ends of the intervals, UTC.
    """

    data: xr.Dataset
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.start.size)

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a quantity, (n,); NaN where it is missing or the stream does not have it."""
        if name not in self.data:
            return np.full(self.size, np.nan)
        return np.asarray(self.data[name].values, dtype=np.float64)

    def usable(self, name: str, worst: int) -> NDArray[np.float64]:
        """Return a quantity, (n,); NaN also where it is flagged worse than `worst`."""
        return usable(self.data, name, worst) if name in self.data else np.full(self.size, np.nan)

    def codes(self, name: str) -> NDArray[np.float64]:
        """Return the codes of a category, (n,); NaN where it is not stated."""
        codes = self.values(name)
        return np.where(codes < 0, np.nan, codes)

    def words(self, name: str) -> tuple[NDArray[np.intp], list[str]]:
        """Return positions and words of a category; the empty word where it is not stated."""
        if name not in self.data:
            return np.zeros(self.size, dtype=np.intp), [""]
        variable = self.data[name]
        words = ["", *str(variable.attrs["flag_meanings"]).split()]
        codes = np.atleast_1d(variable.attrs["flag_values"])
        positions = np.searchsorted(codes, variable.values) + 1
        return np.where(variable.values < 0, 0, positions).astype(np.intp), words

    def has(self, name: str) -> bool:
        """Whether the stream has a value of a quantity anywhere."""
        return name in self.data and bool(np.isfinite(self.data[name].values).any())

    def part(self, rows: slice) -> FluxTable:
        """Return some of the rows."""
        return FluxTable(self.data.isel(time=rows), self.start[rows], self.end[rows])


def flux_table(streams: Streams, name: str) -> FluxTable | None:
    """Return the flux stream, or None where there is no stream at all or it has no row.

    Raises
    ------
    ExportRefused
        If there are streams, but not this one.
    DataError
        If the stream does not say where its intervals end.
    """
    if not streams:
        return None
    if name not in streams:
        raise ExportRefused([f"no stream {name!r} to export; there are {', '.join(sorted(streams))}{hint(name, streams)}"])
    data = streams[name]
    bounds = str(data["time"].attrs.get("bounds", "time_bnds"))
    if not data.sizes["time"]:
        return None
    if bounds not in data.variables:
        raise DataError(f"stream {name!r} has no {bounds!r}: beginning and end of every averaging interval")
    limits = data[bounds].values
    return FluxTable(data, limits[:, 0], limits[:, 1])


def chunks(table: FluxTable) -> Iterator[FluxTable]:
    """Yield the rows, some thousand at a time."""
    for first in range(0, table.size, CHUNK):
        yield table.part(slice(first, first + CHUNK))
