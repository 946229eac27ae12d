"""What the figures of an underway system share: its calibrated stream, and which rows are sea water or air."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import category_words
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams

__all__ = ["AIR", "WATER", "calibrated_underway", "rows_of", "unit_of"]

WATER, AIR, RESULT = "EQU", "ATM", "fco2"


def calibrated_underway(streams: Streams, names: Iterable[str]) -> xr.Dataset | None:
    """Return the calibrated stream that has all the named variables, whatever its name, or None: the figure does not apply.

    Of several those with fCO2 come first, then the first by name.
    """
    wanted = list(names)
    found = [name for name, stream in streams.items() if name.startswith("calibrated/") and all(each in stream for each in wanted)]
    return streams[min(found, key=lambda name: (RESULT not in streams[name], name))] if found else None


def rows_of(stream: xr.Dataset, word: str) -> NDArray[np.bool_]:
    """Return the rows of one run type, `WATER` or `AIR`; all rows where the instrument knows no run types.

    Water is whatever fCO2 was computed for, too, by whatever word the instrument calls it.
    """
    if "run_type" not in stream:
        return np.ones(stream.sizes["time"], dtype=np.bool_)
    rows: NDArray[np.bool_] = stream["run_type"].values == category_words(stream, "run_type").get(word, -1)
    return rows | np.isfinite(stream[RESULT].values) if word == WATER and RESULT in stream else rows


def unit_of(stream: xr.Dataset, name: str) -> str:
    """Return the unit of a variable: its own, else the vocabulary's."""
    return str(stream[name].attrs.get("units", VOCABULARY[name].units if name in VOCABULARY else ""))
