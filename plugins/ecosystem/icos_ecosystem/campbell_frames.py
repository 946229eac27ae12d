"""Frames of a TOB3 file: which of its slots hold records, and when these were stored.

A TOB3 file is what the logger's card holds: frames of one size, each with a header, slots for records, and a footer. The logger fills
frames in turn; where it has to close one early, the frame is divided into minor frames, each with a header and a footer of its own, and the
last of them is empty. The layout of the footer was settled on files of a CR1000X and what the vendor's program makes of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FOOTER_BYTES", "HEADER_BYTES", "Frames", "find_records"]

HEADER_BYTES: Final = 12
FOOTER_BYTES: Final = 4
_OVERHEAD = HEADER_BYTES + FOOTER_BYTES
_MINOR, _EMPTY = 0x8000, 0x4000
_SHORT_FRAME = 1 << 11
_HEADER = np.dtype([("seconds", "<u4"), ("ticks", "<u4"), ("record", "<u4")])
_FOOTER = np.dtype([("flags", "<u2"), ("stamp", "<u2")])


class Frames(NamedTuple):
    """Runs of records that follow one another, one per frame or minor frame.

    Attributes
    ----------
    starts
        (n,) int64 byte of the first record of each run, counted from the first frame.
    counts
        (n,) int64 number of records, at least one.
    seconds, ticks
        (n,) int64 time of the first record: seconds since 1990-01-01, and units of the frame's resolution.
    record
        (n,) int64 number of the first record.
    empty, foreign, damaged
        How many slots are in frames that were never written or stand empty in a divided one; in frames without the table's stamp, as an
        earlier table leaves them; and in frames that say contradictory things.
    """

    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    seconds: NDArray[np.int64]
    ticks: NDArray[np.int64]
    record: NDArray[np.int64]
    empty: int
    foreign: int
    damaged: int


def find_records(data: NDArray[np.uint8], frame_size: int, record_size: int, stamp: int) -> Frames:
    """Find the runs of records in whole frames.

    Parameters
    ----------
    data
        (n · `frame_size`,) bytes of the frames.
    frame_size
        Bytes of a frame with its header and footer.
    record_size
        Bytes of a record.
    stamp
        Validation stamp of the table, 16 bits. Frames bear it or its complement.

    Notes
    -----
    The footer is, little-endian, 16 bits of flags and the validation stamp. Bit 15 marks a minor frame, bit 14 an empty one; bit 13 stands
    where the file was closed. The lowest 11 bits (in frames of 2048 bytes or more 12, which is unverified) are the bytes of a minor frame
    including header and footer, so that the minor frames of a frame are found from its end; zero stands for a whole frame. The stamp of the
    frame is that of its last footer: minor frames before it may bear another, where the file was begun within the frame.
    """
    frames = data.reshape(-1, frame_size)
    slots = (frame_size - _OVERHEAD) // record_size
    footers = np.ascontiguousarray(frames[:, -FOOTER_BYTES:]).view(_FOOTER)[:, 0]
    blank = ~frames.any(axis=1)
    stamped = ~blank & np.isin(footers["stamp"], (stamp & 0xFFFF, ~stamp & 0xFFFF))
    whole = stamped & (footers["flags"] & _MINOR == 0) & (footers["flags"] & _EMPTY == 0)
    first = np.flatnonzero(whole).astype(np.int64) * frame_size
    starts, counts = [first], [np.full(first.size, slots, dtype=np.int64)]
    empty = slots * int((blank | (stamped & (footers["flags"] & (_MINOR | _EMPTY) == _EMPTY))).sum())
    damaged = 0
    for frame in np.flatnonzero(stamped & (footers["flags"] & _MINOR != 0)).tolist():
        minor = _minor_frames(frames[frame], record_size)
        if minor is None:
            damaged += slots
            continue
        starts.append(np.array([start for start, _ in minor], dtype=np.int64) + frame * frame_size)
        counts.append(np.array([count for _, count in minor], dtype=np.int64))
        empty += slots - sum(count for _, count in minor)
    start, count = np.concatenate(starts), np.concatenate(counts)
    order = np.argsort(start, kind="stable")
    start, count = start[order], count[order]
    header = _headers(data, start)
    return Frames(
        starts=start + HEADER_BYTES,
        counts=count,
        seconds=header["seconds"].astype(np.int64),
        ticks=header["ticks"].astype(np.int64),
        record=header["record"].astype(np.int64),
        empty=empty,
        foreign=slots * int((~stamped & ~blank).sum()),
        damaged=damaged,
    )


def _headers(data: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.void]:
    places = start[:, None] + np.arange(HEADER_BYTES)
    return np.ascontiguousarray(data[places]).view(_HEADER).reshape(-1)


def _minor_frames(frame: NDArray[np.uint8], record_size: int) -> list[tuple[int, int]] | None:
    """Return start and number of records of the minor frames that hold any, None where they do not make up the frame."""
    mask = _SHORT_FRAME - 1 if frame.size < _SHORT_FRAME else 2 * _SHORT_FRAME - 1
    found = []
    end = frame.size
    while end > 0:
        flags = int(frame[end - FOOTER_BYTES : end].view(_FOOTER)["flags"][0])
        size = flags & mask
        if not flags & _MINOR or not _OVERHEAD <= size <= end:
            return None
        end -= size
        if flags & _EMPTY:
            continue
        count, rest = divmod(size - _OVERHEAD, record_size)
        if rest or not count:
            return None
        found.append((end, count))
    return found[::-1]
