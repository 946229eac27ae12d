"""What the figures of an underway system share: its calibrated stream, and which rows are sea water or air."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import category_words
from icos_ocean.vocabulary import STREAM, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams

__all__ = ["AIR", "WATER", "calibrated_underway", "rows_of", "unit_of"]

WATER, AIR = "EQU", "ATM"


def calibrated_underway(streams: Streams, names: Iterable[str]) -> xr.Dataset | None:
    """Return the calibrated underway stream if it has all the named variables, else None: the figure does not apply."""
    stream = streams.get(f"calibrated/{STREAM}")
    return stream if stream is not None and all(name in stream for name in names) else None


def rows_of(stream: xr.Dataset, word: str) -> NDArray[np.bool_]:
    """Return the rows of one run type, `WATER` or `AIR`; all rows where the instrument knows no run types."""
    if "run_type" not in stream:
        return np.ones(stream.sizes["time"], dtype=np.bool_)
    rows: NDArray[np.bool_] = stream["run_type"].values == category_words(stream, "run_type").get(word, -1)
    return rows


def unit_of(stream: xr.Dataset, name: str) -> str:
    """Return the unit of a variable: its own, else the vocabulary's."""
    return str(stream[name].attrs.get("units", VOCABULARY[name].units if name in VOCABULARY else ""))
