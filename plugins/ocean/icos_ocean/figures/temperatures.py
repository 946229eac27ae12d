"""Sea-surface and equilibrator temperature against time, and the warming between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Figure
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure
from icos_core.report.palette import INK, SERIES
from icos_core.report.series import draw_series
from icos_ocean.figures.underway import WATER, calibrated_systems, rows_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

DIFFERENCE = "delta_temperature"


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw both temperatures; below them the difference, in which a stuck or misplaced sensor shows first."""
    systems = calibrated_systems(streams, ["sst", "equilibrator_temperature"])
    if not systems:
        return None
    counts = [1 + (DIFFERENCE in system.stream) for system in systems]
    figure, panels = time_figure(sum(counts))
    for system, count in zip(systems, counts, strict=True):
        own, panels = panels[:count], panels[count:]
        _draw_one(own, system.stream)
        for axes in own:
            system.sign(axes)
    return figure


def _draw_one(axes: Sequence[Axes], stream: xr.Dataset) -> None:
    water = rows_of(stream, WATER)
    drawn = draw_series(axes[0], stream, "sst", rows=water, label="sea surface")
    drawn |= draw_series(axes[0], stream, "equilibrator_temperature", rows=water, label="equilibrator", colour=SERIES[0])
    label_axis(axes[0], "temperature", unit_of(stream, "sst"))
    if drawn:
        add_legend(axes[0])
    else:
        say_empty(axes[0], "no row of sea water has a temperature")
    if len(axes) > 1:
        axes[1].axhline(0.0, color=INK, linewidth=0.8)
        if not draw_series(axes[1], stream, DIFFERENCE, rows=water):
            say_empty(axes[1], "no row of sea water has both temperatures")
        label_axis(axes[1], "equilibrator − sea surface", unit_of(stream, DIFFERENCE))
        add_legend(axes[1])


FIGURE = Figure(
    name="ocean-temperatures",
    summary="Temperature of the sea surface and of the equilibrator, and the warming between them",
    draw=draw,
    order=40,
)
