"""Level ``final``: which automatic flags no person has accepted or overruled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Table
from icos_core.dataset import BAD, QUESTIONABLE, quantities
from icos_core.flags import AUTOMATIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

__all__ = ["unreviewed"]


def unreviewed(stages: Mapping[str, Mapping[str, xr.Dataset]]) -> Table:
    """List stretches of rows whose automatic questionable or bad flag no person has looked at.

    Parameters
    ----------
    stages
        Stage → stream → data set. A variable that a later stage carries on is listed once. Propagated flags follow from their source.

    Returns
    -------
    Table
        Stream, variable, from, to (half-open, as ``icos flag add`` takes them), flag, rows.
    """
    rows: list[tuple[str, str, str, str, str, int]] = []
    listed: set[tuple[str, str]] = set()
    for streams in stages.values():
        for name, stream in streams.items():
            for variable in quantities(stream):
                if (name, variable) in listed or f"{variable}_flag" not in stream:
                    continue
                listed.add((name, variable))
                rows += _stretches(name, variable, stream)
    return Table(
        title="Automatic flags that no person has reviewed", columns=("stream", "variable", "from", "to", "flag", "rows"), rows=tuple(rows)
    )


def _stretches(name: str, variable: str, stream: xr.Dataset) -> list[tuple[str, str, str, str, str, int]]:
    flag, origin, time = (stream[each].values for each in (f"{variable}_flag", f"{variable}_flag_origin", "time"))
    found = []
    for level, word in ((QUESTIONABLE, "questionable"), (BAD, "bad")):
        hit = (flag == level) & (origin == AUTOMATIC)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], hit, [False]]).astype(np.int8)))
        for first, behind in edges.reshape(-1, 2):
            end = time[behind] if behind < time.size else time[-1] + np.timedelta64(1, "s")
            found.append((name, variable, _iso(time[first]), _iso(end), word, int(behind - first)))
    return found


def _iso(moment: np.datetime64) -> str:
    whole = moment.astype("datetime64[s]")
    return f"{whole if whole == moment else moment.astype('datetime64[ms]')}Z"
