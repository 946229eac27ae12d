"""Streams are exported in parts: one per deployment, and what lies outside of every deployment in a part of its own.

A row belongs to the deployment whose half-open interval from `start` to `end` holds its time (for interval data its start). No row is left
out: rows before, between and after the deployments form a part that is named after the station with the suffix ``outside-deployments``.
Without deployments, where a stream does not run along time, or where it is a grid, there is one part, named after the station.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.versioned import utc64

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.station import Deployment, Station

__all__ = ["OUTSIDE", "Part", "split"]

OUTSIDE = "outside-deployments"
_GRID = {"latitude", "longitude"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows of a stream that go into one file.

    Attributes
    ----------
    name
        Expocode of the deployment, or identifier of the station.
    data
        The rows.
    deployment
        The deployment; None for the rows outside of every deployment and where there are no deployments.
    suffix
        ``"outside-deployments"`` or nothing.
    """

    name: str
    data: xr.Dataset
    deployment: Deployment | None = None
    suffix: str = ""

    @property
    def label(self) -> str:
        """Name and suffix in one word."""
        return f"{self.name}_{self.suffix}" if self.suffix else self.name


def split(stream: xr.Dataset, station: Station, deployments: Sequence[Deployment]) -> tuple[Part, ...]:
    """Return the parts of a stream that have rows, in order of time.

    A stream without any row gives one part without rows, so that an empty result shows as an empty file.
    """
    if not deployments or stream.sizes.get("time", 0) == 0 or set(stream.sizes) >= _GRID:
        return (Part(name=station.id, data=stream),)
    time = stream["time"].values
    owner = np.full(time.shape, -1)
    for position, deployment in enumerate(deployments):
        owner[np.searchsorted(time, utc64(deployment.start)) : np.searchsorted(time, utc64(deployment.end))] = position
    parts = [
        Part(name=deployment.expocode, data=_rows(stream, owner == position), deployment=deployment)
        for position, deployment in enumerate(deployments)
        if (owner == position).any()
    ]
    if (owner == -1).any():
        parts.append(Part(name=station.id, data=_rows(stream, owner == -1), suffix=OUTSIDE))
    return tuple(parts)


def _rows(stream: xr.Dataset, rows: NDArray[np.bool_]) -> xr.Dataset:
    if rows.all():
        return stream
    positions = np.flatnonzero(rows)
    first, last = int(positions[0]), int(positions[-1]) + 1
    # One run of rows is a view; only rows from several places are copied.
    return stream.isel(time=slice(first, last) if last - first == positions.size else positions)
