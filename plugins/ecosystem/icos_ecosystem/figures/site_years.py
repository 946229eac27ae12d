"""What figures of whole years share: streams of products, filtered fluxes, quarters of the year, statistics of bins, an axis of years."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from icos_core.report.palette import MUTED_INK, SERIES
from icos_ecosystem.half_hourly.streams import column, has
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM
from icos_ecosystem.vocabulary.ustar import FILTERED_STREAM

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from icos_core.components import Streams

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "CARBON_SUM",
    "FLUX_NAMES",
    "QUARTERS",
    "Bins",
    "binned",
    "grid_stream",
    "measured_flux",
    "pool_of",
    "product_stream",
    "quarter_of",
    "say_here",
    "signed",
    "years_below",
]

FLUX_NAMES = {"NEE": "net ecosystem exchange", "LE": "latent heat flux", "H": "sensible heat flux"}
QUARTERS = (("Dec–Feb", SERIES[1]), ("Mar–May", SERIES[0]), ("Jun–Aug", SERIES[2]), ("Sep–Nov", SERIES[3]))
"""Name and colour of the quarters of the year."""

CARBON_SUM = "g C m⁻²"
_POOLS = ("VUT", "CUT")

_BEFORE_FILLING = (FILTERED_STREAM, DESPIKED_STREAM, GRID_STREAM)


class Bins(NamedTuple):
    """Medians and quartiles of what lies in each bin that has enough values, (m,)."""

    x: FloatArray
    low: FloatArray
    middle: FloatArray
    high: FloatArray


def product_stream(streams: Streams, name: str) -> xr.Dataset | None:
    """Return a stream that a product made, None where the run has none."""
    return streams.get(f"product/{name}")


def grid_stream(streams: Streams) -> xr.Dataset | None:
    """Return fluxes and meteorology on the regular grid, None where the run has none."""
    return product_stream(streams, GRID_STREAM)


def measured_flux(streams: Streams, name: str) -> FloatArray | None:
    """Return a flux on the regular grid as the last filter before gap filling left it, None where the run has none."""
    for source in _BEFORE_FILLING:
        stream = product_stream(streams, source)
        if stream is not None and name in stream:
            return column(stream, name)
    return None


def pool_of(stream: xr.Dataset) -> str | None:
    """Return which thresholds the reference of the net ecosystem exchange is made with, None where there is none."""
    return next((pool for pool in _POOLS if has(stream, f"NEE_{pool}_REF")), None)


def quarter_of(month: IntArray) -> IntArray:
    """Return the index in :data:`QUARTERS` of months from 1 to 12."""
    return month % 12 // 3


def binned(x: FloatArray, y: FloatArray, edges: FloatArray, fewest: int) -> Bins:
    """Return statistics of `y` in bins of `x`, both (n,) and finite; bins with less than `fewest` values are left out."""
    position = np.digitize(x, edges) - 1
    order = np.argsort(position, kind="stable")
    starts = np.searchsorted(position[order], np.arange(len(edges)))
    rows = [order[first:last] for first, last in pairwise(starts) if last - first >= fewest]
    statistics = [(np.median(x[row]), *np.quantile(y[row], (0.25, 0.5, 0.75))) for row in rows]
    return Bins(*np.array(statistics, dtype=np.float64).reshape(-1, 4).T)


def signed(value: float) -> str:
    """Return a rounded number with a minus sign as people write it."""
    return f"{value:.0f}".replace("-", "−")


def say_here(axes: Axes, reason: str) -> None:
    """Write into an empty panel why it is empty; unlike :func:`~icos_core.report.layout.say_empty` where panels share their axes."""
    ground = {"facecolor": axes.get_facecolor(), "edgecolor": "none"}
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", color=MUTED_INK, fontsize="small", bbox=ground)


def years_below(axes: Axes, years: IntArray, margin: float = 0.6) -> None:
    """Make the horizontal axis one of whole years."""
    axes.set_xlim(years.min() - margin, years.max() + margin)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    axes.grid(visible=False, axis="x")
    axes.set_xlabel("year")
