"""Lay out figures: panels above each other with one time axis, labels with units, legends above their panel.

Figures are made with matplotlib's object interface and the Agg canvas, so that nothing hangs on global state or a display. Their
margins are set in inches, which is many times quicker than matplotlib's own search for a layout and leaves panels aligned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import matplotlib.dates as mdates
import numpy as np
from matplotlib.figure import Figure

from icos_core.report.palette import MUTED_INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
    from matplotlib.legend import Legend
    from numpy.typing import NDArray

__all__ = [
    "WIDTH",
    "PanelFigure",
    "add_legend",
    "arrange",
    "label_axis",
    "new_figure",
    "pretty_unit",
    "say_empty",
    "time_figure",
    "to_dates",
]

WIDTH = 8.6
"""Width of a figure in inches; the page renders it once for a screen and once, narrower, for a phone."""

_LEFT, _RIGHT, _BOTTOM, _BETWEEN, _ABOVE, _LABEL = 0.82, 0.12, 0.5, 0.2, 0.06, 0.66
_FOLDS = "icos-legend-above-the-panel"
_SYMBOLS = {"degree": "°", "degrees": "°", "degree_C": "°C", "degrees_north": "°N", "degrees_east": "°E", "1": ""}
_MICRO = {"uatm", "umol", "ug", "um"}
_FACTOR = re.compile(r"(?P<unit>[A-Za-z_%]+|1)(?P<power>-?\d+)?")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class PanelFigure(Figure):
    """A figure of panels above each other, placed by :func:`arrange`; `ratios` are their heights relative to the usual panel."""

    ratios: tuple[float, ...] = ()


def new_figure(height: float) -> Figure:
    """Return an empty figure of the usual width, laid out by matplotlib; `height` in inches."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def time_figure(panels: int = 1, heights: Sequence[float] | None = None) -> tuple[PanelFigure, list[Axes]]:
    """Return a figure of panels above each other that share their time axis.

    Parameters
    ----------
    panels
        Number of panels.
    heights
        Heights relative to the usual panel; all 1 if not given.
    """
    figure = PanelFigure(figsize=(WIDTH, panels * _usual_height(WIDTH)))
    figure.ratios = tuple(heights or [1.0] * panels)
    axes: list[Axes] = list(figure.subplots(panels, 1, sharex=True, squeeze=False)[:, 0])
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes[-1].xaxis.set_major_locator(locator)
    axes[-1].xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes[-1].set_xlabel("time (UTC)")
    for panel in axes:
        panel.margins(x=0.01, y=0.07)
    return figure, axes


def to_dates(time: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Turn times (``datetime64[ns]``, or nanoseconds since 1970) into matplotlib's dates."""
    dates: NDArray[np.float64] = mdates.date2num(np.asarray(time).astype(np.int64).view("datetime64[ns]"))  # type: ignore[no-untyped-call]
    return dates


def pretty_unit(units: str) -> str:
    """Return a UDUNITS string as people write it: ``umol mol-1`` → ``µmol mol⁻¹``."""
    return " ".join(_pretty_factor(word) for word in units.split()).strip()


def _pretty_factor(word: str) -> str:
    found = _FACTOR.fullmatch(word)
    if found is None:
        return word
    unit, power = found["unit"], found["power"] or ""
    micro = f"µ{unit[1:]}" if unit in _MICRO else unit
    return _SYMBOLS.get(unit, micro) + power.translate(_SUPERSCRIPT)


def label_axis(axes: Axes, quantity: str, units: str) -> None:
    """Write quantity and unit beside the vertical axis."""
    unit = pretty_unit(units)
    axes.set_ylabel(f"{quantity} ({unit})" if unit else quantity)


def say_empty(axes: Axes, reason: str) -> None:
    """Write into an empty panel why it is empty."""
    # On a ground of its own: a line of reference may run through the middle.
    ground = {"facecolor": axes.get_facecolor(), "edgecolor": "none"}
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", color=MUTED_INK, wrap=True, bbox=ground)
    axes.set_yticks([])
    if len(axes.figure.axes) == 1:
        # Without a panel that has data the axis of time would show the years around 1970.
        axes.xaxis.set_visible(False)


def add_legend(axes: Axes) -> None:
    """Put the legend of what is labelled above the panel; nothing where nothing is labelled."""
    labels = axes.get_legend_handles_labels()[1]
    if labels:
        _legend_above(axes, len(labels))


def arrange(figure: Figure, canvas: FigureCanvasAgg) -> None:
    """Fit a figure to its present width: fold the legends of :func:`add_legend`, then place the panels of :func:`time_figure`.

    The height of a figure of panels follows from what stands in it.
    """
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    room = figure.bbox.width - (_LEFT + _RIGHT) * figure.dpi
    legend_heights = []
    for axes in figure.axes:
        legend = axes.get_legend()
        if legend is not None and legend.get_gid() == _FOLDS:
            legend = _folded(axes, legend, room, renderer)
        legend_heights.append(legend.get_window_extent(renderer).height / figure.dpi if legend is not None else 0.0)
    if isinstance(figure, PanelFigure):
        _place_panels(figure, legend_heights)


def _usual_height(width: float) -> float:
    return 1.3 + 0.1 * width


def _folded(axes: Axes, legend: Legend, room: float, renderer: RendererAgg) -> Legend:
    columns = len(legend.get_texts())
    width = legend.get_window_extent(renderer).width
    while width > room and columns > 1:
        columns = max(1, min(columns - 1, int(columns * room / width)))
        legend = _legend_above(axes, columns)
        width = legend.get_window_extent(renderer).width
    return legend


def _legend_above(axes: Axes, columns: int) -> Legend:
    legend = axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns)
    legend.set_gid(_FOLDS)
    return legend


def _place_panels(figure: PanelFigure, legend_heights: Sequence[float]) -> None:
    width = float(figure.get_size_inches()[0])
    panels = [ratio * _usual_height(width) for ratio in figure.ratios]
    height = sum(panels) + sum(legend_heights) + len(panels) * (_ABOVE + _BETWEEN) - _BETWEEN + _BOTTOM
    figure.set_size_inches(width, height)
    across = width - _LEFT - _RIGHT
    foot = height
    for axes, panel, legend in zip(figure.axes, panels, legend_heights, strict=True):
        foot -= _ABOVE + legend + panel
        axes.set_position((_LEFT / width, foot / height, across / width, panel / height))
        axes.yaxis.set_label_coords(-_LABEL / across, 0.5)
        foot -= _BETWEEN
