"""The second line of a TOB3 header: how a table lies on the card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_core.exceptions import hint
from icos_core.raw_text.delimited_text import HeaderError
from icos_ecosystem.campbell_frames import FOOTER_BYTES, HEADER_BYTES

if TYPE_CHECKING:
    from icos_ecosystem.readers.campbell_header import CampbellHeader

__all__ = ["Tob3Table", "read_tob3_table"]

_UNITS = {
    "NSEC": 1,
    "USEC": 1000,
    "MSEC": 10**6,
    "SEC": 10**9,
    "MIN": 60 * 10**9,
    "HR": 3600 * 10**9,
    "HOUR": 3600 * 10**9,
    "DAY": 86400 * 10**9,
}
_RESOLUTION = re.compile(r"Sec([0-9]{0,9})(Nsec|Usec|Msec)", re.IGNORECASE)
_INTERVAL = re.compile(r"([0-9]{1,9})\s*([A-Z]+)")
_SECOND_LINE = 2
_LEAST_FIELDS = 6
_LONGEST_FRAME = 36_525 * 86400 * 10**9


class Tob3Table(NamedTuple):
    """How a table lies on the card.

    Attributes
    ----------
    name
        Of the table.
    interval
        Between records [ns], 0 for a table that is written at events.
    frame_size
        Bytes of a frame.
    stamp
        Validation stamp.
    resolution
        What the sub-seconds of a frame's time count [ns].
    """

    name: str
    interval: int
    frame_size: int
    stamp: int
    resolution: int


def read_tob3_table(header: CampbellHeader, record_size: int) -> Tob3Table:
    """Read the second line of a TOB3 header.

    Parameters
    ----------
    header
        The header.
    record_size
        Bytes of a record, which the types of the columns tell.

    Raises
    ------
    HeaderError
        For a line that cannot be used, or a frame that records of this size do not fill.
    """
    if len(header.table) < _LEAST_FIELDS:
        raise HeaderError(
            f"{len(header.table)} fields, expected at least {_LEAST_FIELDS}: table, interval, frame size, records, stamp, resolution",
            line=_SECOND_LINE,
        )
    name, interval, frame_size, _, stamp, resolution = header.table[:_LEAST_FIELDS]
    size = _whole(frame_size, "frame size")
    slots, rest = divmod(size - HEADER_BYTES - FOOTER_BYTES, record_size)
    if slots < 1 or rest:
        raise HeaderError(f"frames of {size} bytes do not fit records of {record_size} bytes", line=_SECOND_LINE)
    length = _interval(interval)
    if length * slots > _LONGEST_FRAME:
        raise HeaderError(f"interval: {interval!r} would make a frame of {slots} records longer than a century", line=_SECOND_LINE)
    return Tob3Table(name, length, size, _whole(stamp, "validation stamp"), _resolution(resolution))


def _whole(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise HeaderError(f"{what}: expected a whole number, found {text!r}", line=_SECOND_LINE)
    return int(text)


def _interval(text: str) -> int:
    found = _INTERVAL.fullmatch(text.upper())
    if found is None or found[2] not in _UNITS:
        near = hint(found[2], _UNITS) if found else ""
        raise HeaderError(f"interval: expected a number and one of {', '.join(_UNITS)}, found {text!r}{near}", line=_SECOND_LINE)
    return int(found[1]) * _UNITS[found[2]]


def _resolution(text: str) -> int:
    found = _RESOLUTION.fullmatch(text)
    if found is None:
        raise HeaderError(f"resolution of the frames: expected such as Sec100Usec, Sec10Usec or SecMsec, found {text!r}", line=_SECOND_LINE)
    resolution = int(found[1] or 1) * _UNITS[found[2].upper()]
    if not 0 < resolution <= _UNITS["SEC"]:
        raise HeaderError(f"resolution of the frames: {text!r} is none", line=_SECOND_LINE)
    return resolution
