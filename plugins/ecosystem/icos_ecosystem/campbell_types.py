"""Data types of Campbell Scientific's binary tables: how many bytes a value takes, in which order, and what it means.

The byte orders of TOB1 and TOB3 differ, and TOB1 mixes both: :data:`BIG_ENDIAN_IN_TOB1` names its big-endian types, as the files of a
CR1000X have them. Types whose name ends in B or L say their own order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

__all__ = [
    "BIG_ENDIAN_IN_TOB1",
    "EPOCH",
    "TYPES",
    "fp2_numbers",
    "is_text",
    "is_time",
    "nanoseconds",
    "numbers",
    "record_type",
    "texts",
]

EPOCH: Final = 631_152_000_000_000_000
"""1990-01-01T00:00Z, from which the loggers count, in ns since 1970."""

_SECOND = 1_000_000_000
_FP2_LIMIT = 7999.0
_ASCII = re.compile(r"ASCII\(([1-9][0-9]{0,4})\)")
_LONGEST_RECORD = 1 << 20

# Type → numpy type without its byte order. The order is the format's, unless the name ends in B or L.
_NUMBERS = {
    "FP2": "u2",
    "IEEE4": "f4",
    "IEEE8": "f8",
    "UINT1": "u1",
    "UINT2": "u2",
    "UINT4": "u4",
    "INT2": "i2",
    "INT4": "i4",
    "LONG": "i4",
    "ULONG": "u4",
    "BOOL": "i1",
    "BOOL2": "i2",
    "BOOL4": "i4",
    "BOOL8": "u1",
}
_TIMES = frozenset({"SecNano", "NSec"})
TYPES: Final = (*_NUMBERS, *sorted(_TIMES), *(f"IEEE{size}{order}" for size in (4, 8) for order in "BL"), "ASCII(n)")
"""The types that are read."""

BIG_ENDIAN_IN_TOB1: Final = ("FP2", "IEEE8", "UINT2", "UINT4")
"""Types that stand big-endian in TOB1 files, seen in files of a CR1000X; that other models do the same is unverified."""


def is_text(kind: str) -> bool:
    """Return whether a type holds text."""
    return kind.startswith("ASCII")


def is_time(kind: str) -> bool:
    """Return whether a type holds a time stamp."""
    return kind in _TIMES


def record_type(kinds: Sequence[str], big_endian: Collection[str] | None = None) -> np.dtype[np.void]:
    """Return the numpy type of one record.

    Parameters
    ----------
    kinds
        Type of each column as the header names it.
    big_endian
        Types that stand big-endian, the others being little-endian; None where all are big-endian, as in TOB3.

    Returns
    -------
    numpy.dtype
        Structured and packed, with fields ``"0"``, ``"1"`` … by column; times have fields of their own, seconds and nanoseconds.

    Raises
    ------
    ValueError
        For a type that is not known, with the nearest one, or a record of more than a megabyte.
    """
    formats = [_format(kind, big_endian) for kind in kinds]
    size = sum(each.itemsize for each in formats)  # numpy's own sum wraps around silently at 32 bits
    if size > _LONGEST_RECORD:
        raise ValueError(f"records of {size} bytes, expected at most {_LONGEST_RECORD}")
    return np.dtype({"names": [str(place) for place in range(len(kinds))], "formats": formats})


def _format(kind: str, big_endian: Collection[str] | None) -> np.dtype[Any]:
    text = _ASCII.fullmatch(kind)
    if text is not None:
        return np.dtype(f"S{text[1]}")
    order = ">" if big_endian is None or kind in big_endian else "<"
    if kind in _TIMES:
        return np.dtype([("seconds", f"{order}u4"), ("nanoseconds", f"{order}u4")])
    bare = kind
    if kind[:-1] in {"IEEE4", "IEEE8"} and kind[-1] in "BL":
        bare, order = kind[:-1], ">" if kind[-1] == "B" else "<"
    if bare not in _NUMBERS:
        raise ValueError(f"no type {kind!r}; expected one of {', '.join(TYPES)}{hint(kind, TYPES)}")
    return np.dtype(order + _NUMBERS[bare])


def numbers(values: NDArray[Any], kind: str) -> NDArray[np.float64]:
    """Return the numbers of one column.

    Parameters
    ----------
    values
        (n,) column of records of :func:`record_type`.
    kind
        Its type. Times become seconds since 1970, truth is -1 and falsehood 0, as the loggers print them.

    Returns
    -------
    ndarray
        (n,) float64, NaN for a missing value.
    """
    if kind == "FP2":
        return fp2_numbers(values.astype(np.uint16))
    if kind in _TIMES:
        moments, valid = nanoseconds(values["seconds"], values["nanoseconds"])
        return np.where(valid, moments / _SECOND, np.nan)
    with np.errstate(invalid="ignore"):  # a signalling NaN of a damaged file
        return values.astype(np.float64)


def texts(values: NDArray[np.bytes_]) -> list[str]:
    """Return the texts of one column without the zero bytes that fill them up."""
    return [value.split(b"\0", 1)[0].decode("latin-1") for value in values.tolist()]


def nanoseconds(seconds: NDArray[np.integer], nanosecond: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return times in ns since 1970 from seconds since 1990 and nanoseconds, and where they are times.

    Parameters
    ----------
    seconds, nanosecond
        (n,) whole seconds since 1990-01-01 and nanoseconds within them.
    """
    valid = (nanosecond >= 0) & (nanosecond < _SECOND)
    return EPOCH + seconds.astype(np.int64) * _SECOND + nanosecond.astype(np.int64), np.asarray(valid)


def _fp2_table() -> NDArray[np.float64]:
    word = np.arange(1 << 16)
    magnitude = (word & 0x1FFF) / 10.0 ** ((word >> 13) & 0b11)
    value = np.where(word & 0x8000, -magnitude, magnitude)
    return np.where(np.abs(value) >= _FP2_LIMIT, np.nan, value)


_FP2 = _fp2_table()


def fp2_numbers(words: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Return the numbers that Campbell's two-byte floating point stands for.

    Parameters
    ----------
    words
        (n,) the 16 bits, in the machine's byte order.

    Returns
    -------
    ndarray
        (n,) float64, NaN where the magnitude is 7999 or more: not a number, or beyond the range.

    Notes
    -----
    Bit 15 is the sign, bits 14 and 13 the number e of decimals, the others the mantissa m: the value is ±m · 10⁻ᵉ.
    """
    return _FP2[words]
