"""When the rows of a half-hourly table begin, and how long they are: half an hour or an hour, found from the file or declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.raw_text.delimited_text import HeaderError
from icos_core.raw_text.instrument_clock import INVALID
from icos_ecosystem.readers.half_hourly_options import HALF_HOUR, HOUR, MINUTE
from icos_ecosystem.readers.raw_clock import common_step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.readers.raw_clock import Place

    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["OFF_GRID", "OTHER_LENGTH", "Intervals", "Stamps", "from_bounds", "from_stamps", "longer_steps", "minutes"]

OTHER_LENGTH = "an interval of another length"
OFF_GRID = "an interval that begins between those of the file"
_FEWEST_STEPS = 3
_PART = {"start": 0.0, "middle": 0.5, "end": 1.0}
_CHANGED = 24
"""So many steps of two intervals in a row are no holes."""


class Stamps(NamedTuple):
    """Time stamps of rows by the clock of the file [ns since 1970], `INVALID` where there is none.

    Attributes
    ----------
    time : (n,) ndarray of int64
        What `place` says of the interval of each row.
    place : str
        ``"start"``, ``"middle"`` or ``"end"``.
    end : (n,) ndarray of int64 or None
        End of each interval, where the file has both.
    """

    time: IntArray
    place: Place = "start"
    end: IntArray | None = None


class Intervals(NamedTuple):
    """Intervals of rows.

    Attributes
    ----------
    start : (n,) ndarray of int64
        When each begins, by the clock of the file [ns since 1970]; `INVALID` where a row has no time.
    length : int
        How long each is [ns].
    other_length, off_grid : (n,) ndarray of bool
        Rows that are longer or shorter; rows that begin at another time than at a full or half hour.
    """

    start: IntArray
    length: int
    other_length: BoolArray
    off_grid: BoolArray


def minutes(length: int) -> str:
    """Return a length of time [ns] for a message."""
    return f"{length / MINUTE:g} min"


def from_bounds(start: IntArray, end: IntArray, declared: int | None) -> Intervals:
    """Return intervals of which the file states both ends.

    Parameters
    ----------
    start, end
        (n,) [ns], `INVALID` where there is none.
    declared
        Length of an interval [ns], None where most of the rows shall tell.

    Raises
    ------
    HeaderError
        Where most intervals are neither half hours nor hours, or do not begin at full or half hours.
    """
    valid = (start != INVALID) & (end != INVALID)
    lengths = (end - start)[valid]
    length = declared
    if length is None:
        length = _usual(lengths, "intervals are {} long")
    elif lengths.size and not (lengths == length).any():
        raise HeaderError(f"interval is declared as {minutes(length)}, and those of the file are {minutes(_most_common(lengths))} long")
    other = valid & (np.where(valid, end, 0) - np.where(valid, start, 0) != length)
    begins = np.where(valid, start, INVALID)
    return Intervals(begins, length, other, _off_grid(begins, length, valid & ~other, "start"))


def from_stamps(stamps: IntArray, place: Place, declared: int | None) -> Intervals:
    """Return intervals of rows that have one time stamp each.

    Parameters
    ----------
    stamps
        (n,) [ns], `INVALID` where there is none.
    place
        What they are of the interval.
    declared
        Length of an interval [ns]; where it is None, the most common step between rows tells, and of fewer than four rows it is half an
        hour.

    Raises
    ------
    HeaderError
        As :func:`from_bounds`.
    """
    valid = stamps != INVALID
    length = declared
    if length is None:
        steps = np.diff(stamps[valid])
        steps = steps[steps > 0]
        length = _usual(steps, "rows are {} apart") if steps.size >= _FEWEST_STEPS else HALF_HOUR
    start = np.where(valid, stamps - round(_PART[place] * length), INVALID)
    return Intervals(start, length, np.zeros(valid.size, dtype=bool), _off_grid(start, length, valid, place))


def longer_steps(start: IntArray, length: int) -> int | None:
    """Return where rows of half an hour begin to come every hour: the interval may have changed there.

    Parameters
    ----------
    start
        (n,) beginnings of rows in order of time [ns].
    length
        Length of an interval [ns].

    Returns
    -------
    int or None
        Number of the first such row, None where there is none.
    """
    if length != HALF_HOUR:
        return None
    long = np.diff(start) == HOUR
    edges = np.flatnonzero(np.diff(np.concatenate([[False], long, [False]]).astype(np.int8)))
    first, last = edges[::2], edges[1::2]
    changed = first[last - first >= _CHANGED]
    return int(changed[0]) if changed.size else None


def _most_common(lengths: IntArray) -> int:
    return common_step(np.cumsum(np.concatenate([[0], lengths[lengths > 0]]), dtype=np.int64))


def _usual(lengths: IntArray, found: str) -> int:
    """Return the most common length, half an hour where there is none."""
    usual = _most_common(lengths)
    if usual not in {0, HALF_HOUR, HOUR}:
        raise HeaderError(f"{found.format(minutes(usual))}; expected half an hour or an hour")
    return usual or HALF_HOUR


def _off_grid(start: IntArray, length: int, valid: BoolArray, place: str) -> BoolArray:
    off = valid & (np.where(valid, start, 0) % length != 0)
    if 2 * int(off.sum()) > int(valid.sum()):
        after = _most_common(start[off] % length)
        expected = "a full or half hour" if length == HALF_HOUR else "a full hour"
        taken = f"time stamps taken as the {place} of {minutes(length)}"
        raise HeaderError(f"{taken} give intervals that begin {minutes(after)} after {expected}")
    return np.asarray(off)
