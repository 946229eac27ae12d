"""Records of .slt files: signed integers of two bytes, headed by a record that tells how many there are.

================== ==========================================================================================
bytes              content
================== ==========================================================================================
0                  length of a record [bytes]: 8 + 2 × analog inputs
1                  version of the program
2–7                day, month, century, year, hour, minute (EddyMeas)
8 + 2 j, 9 + 2 j   of analog input j: mask, odd where its resolution is high, and number
then               records: u, v, w [cm/s], speed of sound × 50 or temperature × 100, analog inputs
================== ==========================================================================================

That of EdiSol is alike as far as its first byte and the records are concerned; no file of it was at hand.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FIXED", "SltHeader", "Variant", "millivolts", "parse_header", "records_of"]

Variant = Literal["eddymeas", "eddysoft", "edisol"]

FIXED = 4
"""Columns before the analog inputs."""

_BYTES = 2
_DATE_BYTES = 8
_MOST_INPUTS = 64
_HIGH_OFFSET, _HIGH_PER_MILLIVOLT = 25_000, 10


class SltHeader(NamedTuple):
    """The first record of a file.

    Attributes
    ----------
    length
        Of a record [bytes].
    high_resolution
        Of each analog input, whether its numbers are tenths of a millivolt from -2500 mV on.
    start
        When the file was begun, to the minute, by the logger's clock; None where the header does not tell.
    """

    length: int
    high_resolution: tuple[bool, ...]
    start: datetime | None

    @property
    def n_columns(self) -> int:
        """Number of columns of a record."""
        return FIXED + len(self.high_resolution)


def parse_header(head: bytes, variant: Variant, name: str) -> SltHeader:
    """Return the header of a file.

    Parameters
    ----------
    head
        The first bytes of the file, at least its first record.
    variant
        The program that wrote it. Only EddyMeas is relied upon to state when; only EdiSol does not state the resolution.
    name
        Name of the file, for errors.

    Raises
    ------
    InputError
        For a file that is none of the variant.
    """
    length = head[0] if head else 0
    n_inputs = (length - _DATE_BYTES) // _BYTES
    if length % _BYTES or not 0 <= n_inputs <= _MOST_INPUTS:
        raise InputError(name, f"no .slt file: its first byte, {length}, is no length of a record, 8 + 2 bytes for each analog input")
    if len(head) < length:
        raise InputError(name, f"no .slt file: {len(head)} bytes are shorter than the record of {length} bytes that its first byte tells")
    if variant == "edisol":
        return SltHeader(length, (False,) * n_inputs, None)
    masks, numbers = head[_DATE_BYTES:length:_BYTES], head[_DATE_BYTES + 1 : length : _BYTES]
    if len(set(numbers)) < n_inputs or max(numbers, default=0) > _MOST_INPUTS:
        raise InputError(name, f"no .slt file of {variant}: its analog inputs have the numbers {list(numbers)[:12]}")
    start = _start(head, name) if variant == "eddymeas" else None
    return SltHeader(length, tuple(bool(mask & 1) for mask in masks), start)


def _start(head: bytes, name: str) -> datetime:
    day, month, century, year, hour, minute = head[2:_DATE_BYTES]
    try:
        start = datetime(century * 100 + year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        start = datetime.min.replace(tzinfo=UTC)
    if not 1970 <= start.year < 2200:
        raise InputError(
            name,
            f"no .slt file of eddymeas: bytes 3 to 8 of its header, {list(head[2:_DATE_BYTES])}, are no day, month, century, year, hour "
            "and minute; variant says which program wrote it",
        )
    return start


def records_of(data: bytes, header: SltHeader) -> tuple[NDArray[np.int16], int]:
    """Return the records of a file.

    Parameters
    ----------
    data
        The whole file.
    header
        Of it.

    Returns
    -------
    records : (n, n_columns) ndarray of int16
        Complete records.
    left_over : int
        Bytes at the end that are none.
    """
    count, left_over = divmod(max(len(data) - header.length, 0), header.length)
    numbers = np.frombuffer(data, dtype="<i2", count=count * header.n_columns, offset=header.length)
    return numbers.reshape(count, header.n_columns), left_over


def millivolts(*, high_resolution: bool) -> tuple[float, float]:
    """Return factor and offset from the number of an analog input to its voltage [mV]."""
    return (1 / _HIGH_PER_MILLIVOLT, _HIGH_OFFSET / _HIGH_PER_MILLIVOLT) if high_resolution else (1.0, 0.0)
