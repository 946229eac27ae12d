"""Pressure in the equilibrator and of the atmosphere against time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Figure
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure
from icos_core.report.palette import SERIES
from icos_core.report.series import draw_series
from icos_ocean.figures.underway import WATER, calibrated_systems, rows_of, unit_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw the pressure that the equilibrator worked at, beside that of the atmosphere at sea level."""
    systems = calibrated_systems(streams, ["equilibrator_pressure"])
    if not systems:
        return None
    figure, panels = time_figure(len(systems))
    for system, axes in zip(systems, panels, strict=True):
        _draw_one(axes, system.stream)
        system.sign(axes)
    return figure


def _draw_one(axes: Axes, stream: xr.Dataset) -> None:
    drawn = draw_series(axes, stream, "equilibrator_pressure", rows=rows_of(stream, WATER), label="equilibrator")
    if "sea_level_pressure" in stream:
        drawn |= draw_series(axes, stream, "sea_level_pressure", label="atmosphere at sea level", colour=SERIES[0], missing=False)
    label_axis(axes, "pressure", unit_of(stream, "equilibrator_pressure"))
    if drawn:
        add_legend(axes)
    else:
        say_empty(axes, "no row has a pressure: every source that the description declares is missing or bad")


FIGURE = Figure(
    name="ocean-pressure",
    summary="Pressure in the equilibrator and of the atmosphere at sea level",
    draw=draw,
    order=50,
)
