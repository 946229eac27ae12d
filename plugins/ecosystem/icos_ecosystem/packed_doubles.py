"""Doubles in six bytes: rounded to 37 significant bits (7e-12), so that much is kept in little room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PACKED_BYTES", "pack", "unpack"]

PACKED_BYTES = 6
_DROPPED_BITS = 8 * (8 - PACKED_BYTES)


def pack(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the six leading bytes of each double, rounded to nearest; shape (…, 6), for :func:`unpack`."""
    # One not-a-number stands for all: what tells another from infinity may be in the bits that are dropped.
    bits = np.where(np.isnan(values), np.nan, values).astype("<f8").view("<u8")
    rounded = np.where(np.isfinite(values), bits + np.uint64(1 << (_DROPPED_BITS - 1)), bits)
    octets = np.ascontiguousarray(rounded).view(np.uint8).reshape(*values.shape, 8)
    return np.ascontiguousarray(octets[..., 8 - PACKED_BYTES :])


def unpack(octets: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the doubles, of shape (…), whose leading bytes were packed."""
    whole = np.zeros((*octets.shape[:-1], 8), dtype=np.uint8)
    whole[..., 8 - PACKED_BYTES :] = octets
    values: NDArray[np.float64] = whole.view("<f8")[..., 0].astype(np.float64)
    return values
