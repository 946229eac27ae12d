"""Level ``final``: which automatic flags no person has accepted or overruled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Table
from icos_core.dataset import BAD, QUESTIONABLE, quantities
from icos_core.flags import AUTOMATIC
from icos_core.people import format_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["unreviewed"]


def unreviewed(stages: Mapping[str, Mapping[str, xr.Dataset]], offsets: Mapping[str, timedelta] | None = None) -> Table:
    """List stretches of rows whose automatic questionable or bad flag no person has looked at.

    Parameters
    ----------
    stages
        Stage → stream → data set, in order. What a later stage carries on is listed once. Propagated flags follow from their source.
    offsets
        Stream → what was added to its instrument's time; people's flags are in instrument time.

    Returns
    -------
    Table
        Stream, variable, from, to (half-open, as ``icos flag add`` takes them), flag, rows.
    """
    rows: list[tuple[str, str, str, str, str, int]] = []
    listed: dict[tuple[str, str, int], NDArray[np.datetime64]] = {}
    for streams in stages.values():
        for name, stream in streams.items():
            shift = np.timedelta64((offsets or {}).get(name, timedelta(0)), "ns")
            for variable in quantities(stream):
                if f"{variable}_flag" in stream and "time" in stream.coords:
                    rows += _stretches(name, variable, stream, shift, listed)
    return Table(
        title="Automatic flags that no person has reviewed", columns=("stream", "variable", "from", "to", "flag", "rows"), rows=tuple(rows)
    )


def _stretches(
    name: str, variable: str, stream: xr.Dataset, shift: np.timedelta64, listed: dict[tuple[str, str, int], NDArray[np.datetime64]]
) -> list[tuple[str, str, str, str, str, int]]:
    flag, origin, time = (stream[each].values for each in (f"{variable}_flag", f"{variable}_flag_origin", "time"))
    found = []
    for level, word in ((QUESTIONABLE, "questionable"), (BAD, "bad")):
        hit = (flag == level) & (origin == AUTOMATIC)
        before = listed.get((name, variable, level))
        if before is not None and hit.any():
            hit &= ~np.isin(time, before)
        listed[name, variable, level] = time[hit] if before is None else np.concatenate([before, time[hit]])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], hit, [False]]).astype(np.int8)))
        for first, behind in edges.reshape(-1, 2):
            end = time[behind] if behind < time.size else time[-1] + np.timedelta64(1, "s")
            found.append((name, variable, format_time(time[first] - shift), format_time(end - shift), word, int(behind - first)))
    return found
