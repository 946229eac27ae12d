"""Half-hourly fluxes with their standard uncertainty and flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure
from icos_core.report.palette import INK
from icos_core.report.series import draw_series, nanoseconds
from icos_ecosystem.figures.half_hours import FLUXES, flux_stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_HALF_HOUR = 30 * 60 * 1_000_000_000


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw a panel per flux; half hours without a value are gaps."""
    stream = flux_stream(streams)
    names = [name for name in FLUXES if stream is not None and name in stream and np.isfinite(stream[name].values).any()]
    if stream is None or not (names or stream.sizes["time"]):
        return None
    step = int(np.median(np.diff(nanoseconds(stream)))) if stream.sizes["time"] > 1 else _HALF_HOUR
    figure, panels = time_figure(max(len(names), 1))
    if not names:
        say_empty(panels[0], f"none of {stream.sizes['time']} averaging intervals has a flux")
        return figure
    for name, axes in zip(names, panels, strict=True):
        axes.axhline(0.0, color=INK, linewidth=0.6)
        draw_series(axes, stream, name, gap=3 * step // 2)
        label_axis(axes, FLUXES[name], stream[name].attrs["units"])
        add_legend(axes)
    return figure


FIGURE = Figure(
    name="ecosystem-fluxes",
    summary="Half-hourly fluxes, positive upwards, with their standard uncertainty (k = 1), and the half hours that tests call "
    "questionable or bad",
    draw=draw,
    order=10,
)
