"""Outcomes of tests as bits: one int32 per row, one bit per meaning, allotted over the sorted meanings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["Bits", "Companion", "decode_bits"]

Companion = tuple[str, "NDArray[Any]", dict[str, Any]]
"""Dimension, values and attributes of a variable beside a quantity."""

MOST_BITS = 31


def decode_bits(stream: xr.Dataset, name: str) -> dict[str, NDArray[np.bool_]]:
    """Return meaning → rows whose bit is set, for a mask variable such as ``sst_tests``; empty where it is absent."""
    if name not in stream:
        return {}
    bits = stream.variables[name].values
    return {meaning: (bits & mask) != 0 for meaning, mask in _masks(stream, name).items()}


def _masks(stream: xr.Dataset, name: str) -> dict[str, np.int32]:
    attrs = stream.variables[name].attrs
    return dict(zip(str(attrs["flag_meanings"]).split(), np.atleast_1d(attrs["flag_masks"]), strict=True))


@dataclass(frozen=True)
class Bits:
    """Packed bits of one variable: what each means, and one int32 per row.

    Rows are few where a test fails, so bits are set by row number, never through an array per meaning.
    """

    masks: dict[str, np.int32]
    packed: NDArray[np.int32]

    @classmethod
    def of(cls, stream: xr.Dataset, name: str, meanings: Iterable[str], drop: str = "") -> Bits:
        """Take the bits that a stream has and make room for further meanings.

        Parameters
        ----------
        stream, name
            The mask variable to begin with; it may be absent.
        meanings
            Meanings to make room for.
        drop
            Meanings that begin with this are forgotten.

        Raises
        ------
        DataError
            Where there are more meanings than bits.
        """
        old = _masks(stream, name) if name in stream else {}
        kept = {meaning: mask for meaning, mask in old.items() if not (drop and meaning.startswith(drop))}
        wanted = sorted({*kept, *meanings})
        if len(wanted) > MOST_BITS:
            raise DataError(f"{name} would need {len(wanted)} bits, at most {MOST_BITS} fit; first: {', '.join(wanted[:5])}")
        masks = {meaning: np.int32(1 << bit) for bit, meaning in enumerate(wanted)}
        if kept and kept == masks and len(kept) == len(old):
            return cls(masks, stream.variables[name].values.copy())
        packed = np.zeros(stream.sizes["time"], dtype=np.int32)
        for meaning, mask in kept.items():
            packed[np.flatnonzero(stream.variables[name].values & mask)] |= masks[meaning]
        return cls(masks, packed)

    def set(self, meaning: str, rows: NDArray[np.bool_]) -> None:
        """Set a bit in `rows`, in place."""
        self.packed[np.flatnonzero(rows)] |= self.masks[meaning]

    def set_except(self, meaning: str, rows: NDArray[np.bool_]) -> None:
        """Set a bit in all rows but `rows`, in place; cheap where those are few."""
        np.bitwise_or(self.packed, self.masks[meaning], out=self.packed)
        self.packed[np.flatnonzero(rows)] &= ~self.masks[meaning]

    def rows(self, suffix: str = "") -> NDArray[np.intp]:
        """Return the numbers of the rows in which any bit is set whose meaning ends with `suffix`."""
        wanted = np.int32(0)
        for meaning, mask in self.masks.items():
            if meaning.endswith(suffix):
                wanted |= mask
        return np.flatnonzero(self.packed & wanted) if wanted else np.zeros(0, dtype=np.intp)

    def variable(self, stream: xr.Dataset, name: str, long_name: str) -> dict[str, Companion]:
        """Return name and content of the mask variable; without any meaning there is none, and that of the stream goes."""
        if not self.masks:
            if name in stream.variables:
                del stream[name]
            return {}
        attrs = {
            "long_name": long_name,
            "flag_masks": np.array(list(self.masks.values()), dtype=np.int32),
            "flag_meanings": " ".join(self.masks),
        }
        return {name: ("time", self.packed, attrs)}
