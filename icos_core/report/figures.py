"""Draw the figures of a report, each by itself: one that fails is reported on the page and stops nothing."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.rcsetup import cycler

from icos_core.report.layout import arrange
from icos_core.report.palette import GRID, INK, SERIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_core.components import Context, Figure, Streams

__all__ = ["DrawnFigure", "Image", "draw_figures"]

_SCREEN_DPI = 150
_PHONE_WIDTH, _PHONE_HEIGHT, _PHONE_DPI = 4.4, 0.8, 180
_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=list(SERIES)),
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "legend.columnspacing": 1.4,
    "legend.borderaxespad": 0.3,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True, kw_only=True)
class Image:
    """One rendering of a figure: PNG as base64, with its size in pixels."""

    data: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class DrawnFigure:
    """What became of one figure: images for screen and phone, or an error, or neither where the figure does not apply."""

    name: str
    summary: str
    screen: Image | None = None
    phone: Image | None = None
    error: str = ""


def draw_figures(figures: Sequence[Figure], streams: Streams, context: Context) -> tuple[DrawnFigure, ...]:
    """Draw every figure, in the order that the figures ask for.

    Parameters
    ----------
    figures
        The figures of the plugins that take part.
    streams
        ``"measured/<stream>"``, ``"calibrated/<stream>"`` and ``"product/<stream>"`` → data set.
    context
        What the figures may know of the run.

    Returns
    -------
    tuple of DrawnFigure
        One per figure, sorted by order and name. Whatever a figure raises ends in its `error`.
    """
    with mpl.rc_context():
        # a user's own matplotlibrc must not show in a report
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        return tuple(_draw(figure, streams, context) for figure in sorted(figures, key=lambda figure: (figure.order, figure.name)))


def _draw(figure: Figure, streams: Streams, context: Context) -> DrawnFigure:
    try:
        drawn: object = figure.draw(streams, context)
        if drawn is None:
            return DrawnFigure(name=figure.name, summary=figure.summary)
        if not isinstance(drawn, MatplotlibFigure):
            return _failed(figure, f"draw() returned {type(drawn).__name__}, expected a matplotlib figure")
        if not _has_content(drawn):
            return _failed(figure, "the figure is empty and does not say why")
        screen = _render(drawn, _SCREEN_DPI)
        width, height = drawn.get_size_inches()
        drawn.set_size_inches(_PHONE_WIDTH, height * max(_PHONE_HEIGHT, _PHONE_WIDTH / width))
        return DrawnFigure(name=figure.name, summary=figure.summary, screen=screen, phone=_render(drawn, _PHONE_DPI))
    except Exception as error:  # noqa: BLE001 a plugin's figure may raise anything, and the report goes on
        return _failed(figure, f"{type(error).__name__}: {error}")


def _failed(figure: Figure, error: str) -> DrawnFigure:
    return DrawnFigure(name=figure.name, summary=figure.summary, error=error)


def _has_content(figure: MatplotlibFigure) -> bool:
    return bool(figure.texts or figure.images) or any(axes.has_data() or axes.texts for axes in figure.axes)


def _render(figure: MatplotlibFigure, dpi: int) -> Image:
    # the canvas itself lays out and draws once; Figure.savefig would do both twice
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    arrange(figure, canvas)
    buffer = io.BytesIO()
    canvas.print_png(buffer, metadata={"Software": None}, pil_kwargs={"compress_level": 3})  # type: ignore[no-untyped-call]
    width, height = canvas.get_width_height()
    return Image(data=base64.b64encode(buffer.getvalue()).decode("ascii"), width=width, height=height)
