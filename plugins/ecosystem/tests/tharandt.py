"""Tharandt 1998 as other programs were given it, and what they made of it: tables as arrays, missing values NaN."""

from __future__ import annotations

import gzip
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["LENGTH", "despiked_by_qc_auto", "read_table", "tharandt"]

LENGTH = 17_520


@cache
def read_table(path: Path, above: int = 0) -> Mapping[str, NDArray[np.float64]]:
    """Return the columns of a comma-separated table, gzipped or not, that has some lines above its header; -9999 is NaN."""
    data = path.read_bytes()
    lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("ascii").splitlines()[above:]
    values = np.loadtxt(lines[1:], delimiter=",", ndmin=2)
    return dict(zip(lines[0].split(","), np.where(values == -9999.0, np.nan, values).T, strict=True))


def tharandt(folder: Path) -> Mapping[str, NDArray[np.float64]]:
    """Return the input of all programs."""
    return read_table(folder / "ecosystem_post/input/DE-Tha_1998_HH.csv")


def despiked_by_qc_auto(folder: Path, which: str) -> Mapping[str, NDArray[np.float64]]:
    """Return what ONEFlux's qc_auto left: tables `nee`, `energy`, `meteo`, `ustar`."""
    return read_table(folder / f"ecosystem_post/reference/oneflux_qc_auto_DE-Tha/DE-Tha_qca_{which}_1998.csv.gz", above=10)
