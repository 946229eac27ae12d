"""Salinity against time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Figure
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure
from icos_core.report.series import draw_series
from icos_ocean.figures.underway import WATER, calibrated_systems, rows_of, unit_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw practical salinity of the rows of sea water with flags."""
    systems = calibrated_systems(streams, ["salinity"])
    if not systems:
        return None
    figure, panels = time_figure(len(systems))
    for system, axes in zip(systems, panels, strict=True):
        if draw_series(axes, system.stream, "salinity", rows=rows_of(system.stream, WATER)):
            add_legend(axes)
        else:
            say_empty(axes, "no row of sea water has a salinity")
        label_axis(axes, "practical salinity", unit_of(system.stream, "salinity"))
        system.sign(axes)
    return figure


FIGURE = Figure(name="ocean-salinity", summary="Practical salinity of the sea water with flags", draw=draw, order=60)
