"""From rows to valve segments: which port was open, since when, and whether the sample had settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TRANSITION", "Segments", "open_ports", "segments"]

TRANSITION = -2
"""Port of a row in which the valve switched: its column is an average over the row."""

SEVERAL = -1
"""Port of a row in which several valves of a mask are open, or none."""

_MOST = 30_000


class Segments(NamedTuple):
    """(n,) per row: whether it begins a segment, which segment it belongs to, and how long that has lasted (ns)."""

    begins: NDArray[np.bool_]
    number: NDArray[np.int64]
    elapsed: NDArray[np.int64]


def open_ports(valve: NDArray[np.float64], reading: str) -> NDArray[np.int16]:
    """Return which port is open.

    Parameters
    ----------
    valve
        (n,) the valve's column; fractional or missing where it switched.
    reading
        ``number``: the column is the port; ``mask``: one bit per valve, port 1 is bit 0.

    Returns
    -------
    ndarray
        (n,) int16; `TRANSITION` where the valve switched, -1 where a mask has several valves or none.
    """
    whole = np.isfinite(valve) & (valve >= 0) & (valve < _MOST) & (valve == np.rint(valve))
    number = np.where(whole, valve, 0.0).astype(np.int32)
    if reading == "mask":
        single = (number > 0) & ((number & (number - 1)) == 0)
        bit = np.rint(np.log2(np.where(single, number, 1))).astype(np.int32)
        number = np.where(single, bit + 1, SEVERAL)
    return np.where(whole, number, TRANSITION).astype(np.int16)


def segments(time: NDArray[np.int64], port: NDArray[np.int16], gap: int, behind: NDArray[np.int16] | None = None) -> Segments:
    """Cut rows into segments: maximal runs of one port, with the same behind it, without a switch and without a gap.

    A row in which the valve switched belongs to no segment and ends one; not every switch leaves such a row. Time since the switch counts
    from the first row of the segment.

    Parameters
    ----------
    time
        (n,) times in ns, increasing.
    port
        (n,) port of each row.
    gap
        Rows further apart than this (ns) are of different segments.
    behind
        (n,) what is behind the port: where that changes, another sample comes. Default: always the same.
    """
    switched = port == TRANSITION
    begins = ~switched
    if time.size:
        same = (port[1:] == port[:-1]) & (np.diff(time) <= gap)
        if behind is not None:
            same &= behind[1:] == behind[:-1]
        begins[1:] &= ~same
    number = np.cumsum(begins)
    starts = np.append(np.int64(0), time[begins])
    return Segments(begins=begins, number=number, elapsed=time - starts[number])
