"""How far fCO2 of this cruise and of others are apart where they cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.report.envelope import thin_marks
from icos_core.report.layout import add_legend, label_axis, new_figure, say_empty
from icos_core.report.palette import GRID, INK, MUTED_INK, SERIES
from icos_ocean.expocodes import expocode_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["FIGURE", "draw"]

_STREAM = "product/crossovers"
_LIMIT = 5.0
_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
_SHOWN = 7
_COLUMNS, _ROWS = 300, 200


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw the difference of fCO2 of each pair against its distance, one mark per other cruise; the band is SOCAT's ±5 µatm."""
    if _STREAM not in streams:
        return None
    stream = streams[_STREAM]
    others, counts = np.unique(stream["expocode_other"].values, return_counts=True)
    # Names of many cruises take several lines above the panel.
    figure = new_figure(3.6 + 0.2 * min(others.size, _SHOWN + 1))
    axes = figure.subplots()
    label_axis(axes, "fCO₂ of this cruise − other", str(stream["fco2rec_difference"].attrs.get("units", "uatm")))
    axes.set_xlabel("distance, with time counted as distance (km)")
    difference, distance = stream["fco2rec_difference"].values, stream["equivalent_distance"].values
    known = np.isfinite(difference) & np.isfinite(distance)
    if not known.any():
        say_empty(axes, "no other cruise is near in space and time")
        return figure
    axes.axhspan(-_LIMIT, _LIMIT, color=GRID, alpha=0.6, linewidth=0, label="±5 µatm", zorder=0)
    axes.axhline(0.0, color=MUTED_INK, linewidth=0.8, zorder=1)
    most = others[np.argsort(-counts, kind="stable")]
    for place, other in enumerate(most[:_SHOWN].tolist()):
        rows = np.flatnonzero(known & (stream["expocode_other"].values == other))
        name = expocode_text(other) or f"file {-other - 1}"
        _marks(axes, distance[rows], difference[rows], SERIES[place], _MARKS[place], f"{name} ({rows.size:,})")
    rest = np.flatnonzero(known & np.isin(stream["expocode_other"].values, most[_SHOWN:]))
    if rest.size:
        _marks(axes, distance[rest], difference[rest], SERIES[_SHOWN], _MARKS[_SHOWN], f"{most.size - _SHOWN} others ({rest.size:,})")
    axes.set_xlim(0.0, 1.05 * float(distance[known].max()) or 1.0)
    add_legend(axes)
    return figure


def _marks(axes: Axes, distance: NDArray[np.float64], difference: NDArray[np.float64], colour: str, marker: str, label: str) -> None:
    kept = thin_marks(distance, difference, columns=_COLUMNS, rows=_ROWS)
    axes.plot(
        distance[kept],
        difference[kept],
        linestyle="none",
        marker=marker,
        markersize=3.5,
        color=colour,
        markeredgecolor=INK,
        markeredgewidth=0.2,
        label=label,
        zorder=2,
    )


FIGURE = Figure(
    name="ocean-crossovers", summary="Difference of fCO₂ to other cruises that were near in space and time", draw=draw, order=80
)
