"""What the figures of systems that measure fCO2 share: their calibrated streams, and which rows are sea water or air."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import category_words
from icos_core.report.palette import INK
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from icos_core.components import Streams

__all__ = ["AIR", "WATER", "System", "calibrated_systems", "calibrated_underway", "rows_of", "unit_of"]

WATER, AIR, RESULT = "EQU", "ATM", "fco2"
_STAGE = "calibrated/"


def calibrated_underway(streams: Streams, names: Iterable[str]) -> xr.Dataset | None:
    """Return the calibrated stream that has all the named variables, whatever its name, or None: the figure does not apply.

    Of several those with fCO2 come first, then the first by name.
    """
    wanted = list(names)
    found = [name for name, stream in streams.items() if name.startswith(_STAGE) and all(each in stream for each in wanted)]
    return streams[min(found, key=lambda name: (RESULT not in streams[name], name))] if found else None


class System(NamedTuple):
    """A calibrated stream, and its name where there are several."""

    name: str
    stream: xr.Dataset

    def sign(self, axes: Axes) -> None:
        """Write the name into a panel."""
        if self.name:
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5}
            axes.text(0.008, 0.96, self.name, transform=axes.transAxes, ha="left", va="top", fontweight="bold", color=INK, bbox=box)


def calibrated_systems(streams: Streams, names: Iterable[str]) -> list[System]:
    """Return every calibrated stream that has fCO2 and all the named variables, in order of their names; none: the figure does not apply.

    Where none of those with the variables has fCO2, the first by name stands alone.
    """
    wanted = list(names)
    found = sorted(name for name, stream in streams.items() if name.startswith(_STAGE) and all(each in stream for each in wanted))
    chosen = [name for name in found if RESULT in streams[name]] or found[:1]
    return [System(name.removeprefix(_STAGE) if len(chosen) > 1 else "", streams[name]) for name in chosen]


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
