"""Figures of plugins, each drawn by itself."""

import base64
import io

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib as mpl
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.image import imread

from icos_core.components import Figure
from icos_core.report.figures import draw_figures
from icos_core.report.layout import new_figure, say_empty, time_figure

CONTEXT = None


def line(streams, context):
    figure, (axes,) = time_figure()
    axes.plot([19000.0, 19001.0], [1.0, 2.0])
    return figure


def named(name, draw, **kwargs):
    return Figure(name=name, summary=f"Summary of {name}", draw=draw, **kwargs)


def pixels(image):
    return imread(io.BytesIO(base64.b64decode(image.data)))


def test_figures_come_in_their_order():
    drawn = draw_figures([named("late", line), named("b", line, order=5), named("a", line, order=5)], {}, CONTEXT)
    assert [figure.name for figure in drawn] == ["a", "b", "late"]


def test_a_figure_is_rendered_for_screen_and_phone():
    (drawn,) = draw_figures([named("a", line)], {}, CONTEXT)
    assert drawn.error == ""
    for image in (drawn.screen, drawn.phone):
        assert pixels(image).shape[:2] == (image.height, image.width)
    assert drawn.screen.width > drawn.phone.width
    assert drawn.screen.width / drawn.screen.height > drawn.phone.width / drawn.phone.height


def test_a_figure_that_fails_is_reported_and_stops_nothing():
    def fails(streams, context):
        raise KeyError("sst")

    drawn = draw_figures([named("bad", fails, order=1), named("good", line, order=2)], {}, CONTEXT)
    assert drawn[0].error == "KeyError: 'sst'"
    assert drawn[0].screen is None
    assert drawn[1].screen is not None


def test_a_figure_that_fails_only_when_rendered_is_reported_too():
    def fails_late(streams, context):
        figure, (axes,) = time_figure()
        axes.plot([0, 1], [0, 1])
        axes.set_title(r"$\nonsense{$")
        return figure

    (drawn,) = draw_figures([named("late", fails_late)], {}, CONTEXT)
    assert drawn.error.startswith("ValueError")
    assert drawn.screen is None
    assert drawn.phone is None


def test_a_figure_that_does_not_apply_is_neither_image_nor_error():
    (drawn,) = draw_figures([named("a", lambda streams, context: None)], {}, CONTEXT)
    assert (drawn.screen, drawn.phone, drawn.error) == (None, None, "")


def test_anything_but_a_figure_is_an_error():
    (drawn,) = draw_figures([named("a", lambda streams, context: "picture.png")], {}, CONTEXT)
    assert drawn.error == "draw() returned str, expected a matplotlib figure"


@pytest.mark.parametrize("make", [MatplotlibFigure, lambda: time_figure()[0]])
def test_an_empty_figure_that_does_not_say_why_is_an_error(make):
    (drawn,) = draw_figures([named("a", lambda streams, context: make())], {}, CONTEXT)
    assert drawn.error == "the figure is empty and does not say why"


def test_an_empty_figure_that_says_why_is_drawn():
    def explains(streams, context):
        figure = new_figure(3)
        say_empty(figure.subplots(), "no row has a position")
        return figure

    (drawn,) = draw_figures([named("a", explains)], {}, CONTEXT)
    assert drawn.error == ""
    assert (pixels(drawn.screen)[:, :, :3].min(axis=2) < 0.5).any()


def test_the_same_data_give_the_same_bytes():
    first, second = (draw_figures([named("a", line)], {}, CONTEXT) for _ in range(2))
    assert first == second


def test_settings_of_the_user_neither_show_nor_change():
    expected = draw_figures([named("a", line)], {}, CONTEXT)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        assert draw_figures([named("a", line)], {}, CONTEXT) == expected
        assert dict(mpl.rcParams) == before


def test_the_streams_reach_the_figure():
    seen = []
    draw_figures([named("a", lambda streams, context: seen.append((streams, context)))], {"measured/x": np.nan}, "context")
    assert seen == [({"measured/x": np.nan}, "context")]
