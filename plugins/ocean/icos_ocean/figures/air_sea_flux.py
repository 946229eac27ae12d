"""Flux of CO2 between sea and air against time, over what drives it: ΔfCO2 and wind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Figure
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure
from icos_core.report.palette import INK, SERIES
from icos_core.report.series import draw_series
from icos_ocean.figures.underway import unit_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_STREAM = "product/air_sea_flux"
_DRIVERS = (("delta_fco2", "ΔfCO₂"), ("wind_speed_10m", "wind at 10 m"))


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw the flux with its uncertainty and flags, ΔfCO2 and wind below it."""
    if _STREAM not in streams:
        return None
    stream = streams[_STREAM]
    figure, axes = time_figure(3, (1.2, 0.8, 0.8))
    axes[0].axhline(0.0, color=INK, linewidth=0.8)
    if draw_series(axes[0], stream, "co2_flux", label="out of the sea", missing=False):
        add_legend(axes[0])
    else:
        say_empty(axes[0], "no row has fCO₂ of sea water and air together with wind")
    label_axis(axes[0], "flux of CO₂", unit_of(stream, "co2_flux"))
    for panel, (name, title) in zip(axes[1:], _DRIVERS, strict=True):
        if name == "delta_fco2":
            panel.axhline(0.0, color=INK, linewidth=0.8)
        draw_series(panel, stream, name, colour=SERIES[0], missing=False)
        label_axis(panel, title, unit_of(stream, name))
    return figure


FIGURE = Figure(
    name="ocean-air-sea-flux",
    summary="Flux of CO₂ from the sea to the air with standard uncertainty and flags, and what drives it",
    draw=draw,
    order=90,
)
