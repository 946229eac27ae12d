"""Pictures of figures, as a report renders them for screen and phone, and what stands beyond their edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg

from icos_core.report.figures import draw_figures

if TYPE_CHECKING:
    import pytest

    from icos_core.components import Context, Figure, Streams

__all__ = ["assert_nothing_beyond_the_edges"]

_ROOM = 0.02


def assert_nothing_beyond_the_edges(figure: Figure, streams: Streams, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a figure for screen and phone, and look at the edges of what is on it [inches]."""
    pictures = []
    print_png = FigureCanvasAgg.print_png

    def keep(canvas, *arguments, **options):
        print_png(canvas, *arguments, **options)
        pictures.append((canvas.figure.get_tightbbox(canvas.get_renderer()).frozen(), canvas.figure.bbox_inches.frozen()))

    monkeypatch.setattr(FigureCanvasAgg, "print_png", keep)
    [drawn] = draw_figures([figure], streams, context)
    assert drawn.error == ""
    assert len(pictures) == 2
    for content, picture in pictures:
        assert content.x0 > -_ROOM
        assert content.x1 < picture.x1 + _ROOM
        assert content.y1 < picture.y1 + _ROOM
