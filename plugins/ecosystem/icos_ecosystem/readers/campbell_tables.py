"""Files of a Campbell Scientific logger taken apart: all columns, and the time of every row by the logger's clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import HeaderError
from icos_core.raw_text.instrument_clock import INVALID
from icos_ecosystem.campbell_frames import FOOTER_BYTES, HEADER_BYTES, find_records
from icos_ecosystem.campbell_types import BIG_ENDIAN_IN_TOB1, EPOCH, is_text, nanoseconds, numbers, record_type, texts
from icos_ecosystem.readers.campbell_header import read_header
from icos_ecosystem.readers.campbell_tob3_header import read_tob3_table
from icos_ecosystem.readers.raw_clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from icos_ecosystem.readers.campbell_header import CampbellHeader

__all__ = ["CUT_OFF", "DAMAGED_FRAME", "EMPTY", "FOREIGN_FRAME", "CampbellTable", "decode_tob1", "decode_tob3"]

CUT_OFF = "record cut off"
EMPTY = "empty slot"
FOREIGN_FRAME = "frame without this table's stamp"
DAMAGED_FRAME = "damaged frame"


@dataclass(frozen=True)
class CampbellTable:
    """Records of a binary file.

    Attributes
    ----------
    header
        What the file says of itself.
    records
        (n,) structured array, one field per column.
    time
        (n,) int64 stamps [ns since 1970 by the logger's clock], `INVALID` where there is none; None for a file without stamps.
    number
        (n,) int64 number that the logger gave each record; None where the file has none.
    interval
        Between records [ns], where the file tells it; 0 where it tells that there is none.
    rejected
        Reason → records, or slots for them, that are none of `records`.
    """

    header: CampbellHeader
    records: NDArray[np.void]
    time: NDArray[np.int64] | None
    number: NDArray[np.int64] | None
    interval: int | None = None
    rejected: Counter[str] = field(default_factory=Counter)

    def numbers(self, place: int) -> NDArray[np.float64]:
        """Return a column, counted from 0, as numbers; text that is none is NaN."""
        kind, values = self.header.types[place], self.records[str(place)]
        return np.array([_number(text) for text in texts(values)], dtype=np.float64) if is_text(kind) else numbers(values, kind)

    def texts(self, place: int) -> list[str]:
        """Return a column of text, counted from 0."""
        return texts(self.records[str(place)])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def decode_tob1(data: bytes, big_endian: Collection[str] = BIG_ENDIAN_IN_TOB1) -> CampbellTable:
    """Take a TOB1 file apart.

    Parameters
    ----------
    data
        The file.
    big_endian
        Types that stand big-endian.

    Raises
    ------
    TextError
        For a file of another format, or a header that cannot be used.
    """
    header = read_header(data, "TOB1")
    layout = _layout(header, big_endian)
    whole, rest = divmod(len(data) - header.end, layout.itemsize)
    records = np.frombuffer(data, dtype=layout, count=whole, offset=header.end)
    names = [name.upper() for name in header.names[:3]]
    time = number = None
    if names[:2] == ["SECONDS", "NANOSECONDS"] and all(layout[place].kind in "iu" for place in range(2)):
        moments, valid = nanoseconds(records["0"], records["1"])
        time = np.where(valid, moments, INVALID)
    if "RECORD" in names and layout[names.index("RECORD")].kind in "iu":
        number = records[str(names.index("RECORD"))].astype(np.int64)
    return CampbellTable(header, records, time, number, rejected=Counter({CUT_OFF: 1} if rest else {}))


def decode_tob3(data: bytes) -> CampbellTable:
    """Take a TOB3 file apart.

    Parameters
    ----------
    data
        The file.

    Raises
    ------
    TextError
        For a file of another format, or a header that cannot be used.
    """
    header = read_header(data, "TOB3")
    layout = _layout(header, None)
    table = read_tob3_table(header, layout.itemsize)
    size, slots = table.frame_size, (table.frame_size - HEADER_BYTES - FOOTER_BYTES) // layout.itemsize
    octets = np.frombuffer(data, dtype=np.uint8, offset=header.end)
    whole, rest = divmod(octets.size, size)
    octets = octets[: whole * size]
    frames = find_records(octets, size, layout.itemsize, table.stamp)
    pieces = [octets[first:end] for first, end in zip(frames.starts, frames.starts + frames.counts * layout.itemsize, strict=True)]
    records = np.concatenate(pieces or [octets[:0]]).view(layout)
    # Where a frame begins among the records: what comes before it belongs to others.
    within = np.arange(records.size) - np.repeat(np.cumsum(frames.counts) - frames.counts, frames.counts)
    valid = (frames.ticks * table.resolution < SECOND) & (frames.ticks >= 0)
    first = np.where(valid, EPOCH + frames.seconds * SECOND + frames.ticks * table.resolution, INVALID)
    time = np.repeat(first, frames.counts)
    time = np.where(time == INVALID, INVALID, time + within * table.interval)
    if not table.interval:
        time[within > 0] = INVALID
    rejected = Counter({EMPTY: frames.empty, FOREIGN_FRAME: frames.foreign, DAMAGED_FRAME: frames.damaged})
    rejected[CUT_OFF] = slots if rest else 0
    return CampbellTable(header, records, time, np.repeat(frames.record, frames.counts) + within, table.interval, +rejected)


def _layout(header: CampbellHeader, big_endian: Collection[str] | None) -> np.dtype[np.void]:
    try:
        layout = record_type(header.types, big_endian)
    except ValueError as error:
        raise HeaderError(f"types of the columns: {error}") from error
    if not layout.itemsize:
        raise HeaderError("types of the columns: there is none")
    return layout
