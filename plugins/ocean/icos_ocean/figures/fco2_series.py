"""Fugacity of CO2 in sea water and air against time, and their difference."""

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

DIFFERENCE = "delta_fco2"


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw fCO2 with uncertainty and flags; below it the difference between sea water and air where there is one."""
    systems = calibrated_systems(streams, ["fco2"])
    if not systems:
        return None
    heights = [(1.3, 0.8) if DIFFERENCE in system.stream else (1.0,) for system in systems]
    figure, panels = time_figure(sum(map(len, heights)), [height for each in heights for height in each])
    for system, each in zip(systems, heights, strict=True):
        own, panels = panels[: len(each)], panels[len(each) :]
        _draw_one(own, system.stream)
        for axes in own:
            system.sign(axes)
    return figure


def _draw_one(axes: Sequence[Axes], stream: xr.Dataset) -> None:
    water = rows_of(stream, WATER)
    drawn = draw_series(axes[0], stream, "fco2", rows=water, label="sea water")
    if "fco2_air" in stream:
        drawn |= draw_series(axes[0], stream, "fco2_air", label="air", colour=SERIES[0], missing=False)
    label_axis(axes[0], "fCO₂ at sea-surface temperature", unit_of(stream, "fco2"))
    if drawn:
        add_legend(axes[0])
    else:
        say_empty(axes[0], "no row has a fugacity of CO₂: see the flags below for what is missing")
    if len(axes) > 1:
        axes[1].axhline(0.0, color=INK, linewidth=0.8)
        if not draw_series(axes[1], stream, DIFFERENCE, rows=water, missing=False):
            say_empty(axes[1], "no row of sea water has air measured near enough in time")
        label_axis(axes[1], "sea water − air", unit_of(stream, DIFFERENCE))
        add_legend(axes[1])


FIGURE = Figure(
    name="ocean-fco2-series",
    summary="Fugacity of CO₂ in sea water and air with standard uncertainty and flags, and the difference between them",
    draw=draw,
    order=20,
)
