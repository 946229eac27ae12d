"""Hourly mole fractions of every height against time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.figures.tower import formula, frame_time, hourly_lines, label_gas, sign
from icos_atmosphere.products.series_streams import scale_of
from icos_atmosphere.scales import NONE, UNKNOWN
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Figure
from icos_core.report.layout import add_legend, say_empty, time_figure
from icos_core.report.series import draw_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_atmosphere.figures.tower import Line
    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_WORDS = {NONE: "uncalibrated", UNKNOWN: "scale not stated"}
_LONGEST_STEP = 90 * 60 * 1_000_000_000


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw a panel per gas with all heights, the uppermost with its uncertainty and above the others; hours without a value are gaps."""
    lines = hourly_lines(streams)
    gases = [gas for gas in GASES if any(gas in line.stream for line in lines)]
    if not gases:
        return None
    figure, panels = time_figure(len(gases))
    for gas, axes in zip(gases, panels, strict=True):
        _draw_one(axes, gas, [line for line in lines if gas in line.stream])
    frame_time(panels[-1], [line.stream["time"].values for line in lines])
    return figure


def _draw_one(axes: Axes, gas: str, lines: Sequence[Line]) -> None:
    drawn = False
    for line in lines:
        top = line is lines[-1]
        drawn |= draw_series(
            axes, line.stream, gas, label=line.label, colour=line.colour, uncertainty=top, missing=False, gap=_LONGEST_STEP
        )
    label_gas(axes, gas)
    if drawn:
        scales = dict.fromkeys(scale_of(line.stream, gas) for line in lines)
        sign(axes, *(_WORDS.get(scale, scale) for scale in scales))
        add_legend(axes)
    else:
        say_empty(axes, f"no hour of {' or '.join(line.label for line in lines)} has a value of {formula(gas)}")


FIGURE = Figure(
    name="atmosphere-months",
    summary="Hourly mole fractions of every height, the uppermost with its standard uncertainty (k = 1)",
    draw=draw,
    order=10,
)
