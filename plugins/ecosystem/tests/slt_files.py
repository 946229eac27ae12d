"""Files of EddyMeas as its header and records are laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NAME", "slt_file", "turbulent_records"]

NAME = "W20163281430.slt"


def slt_file(records: NDArray[np.int16], masks: tuple[int, ...] | None = None, date: tuple[int, ...] = (23, 11, 20, 16, 14, 30)) -> bytes:
    """Return a file: header and records."""
    n_inputs = records.shape[1] - 4
    masks = (1,) * n_inputs if masks is None else masks
    inputs = (byte for number, mask in enumerate(masks, start=1) for byte in (mask, number))
    return bytes([8 + 2 * n_inputs, 37, *date, *inputs]) + records.astype("<i2").tobytes()


def turbulent_records(n_rows: int = 200, n_inputs: int = 3, seed: int = 0) -> NDArray[np.int16]:
    """Return records of wind, speed of sound and analog inputs of high resolution."""
    random = np.random.default_rng(seed)
    records = np.empty((n_rows, 4 + n_inputs), dtype=np.int16)
    records[:, :3] = random.normal([200, -50, 3], [60, 50, 30], (n_rows, 3))
    records[:, 3] = random.normal(17_200, 5, n_rows)
    records[:, 4:] = random.normal(-18_000, 300, (n_rows, n_inputs))
    return records
