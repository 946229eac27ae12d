"""Panels, legends and labels of figures."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.backends.backend_agg import FigureCanvasAgg

from icos_core.report.layout import add_legend, arrange, label_axis, new_figure, pretty_unit, say_empty, time_figure, to_dates


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("uatm", "µatm"),
        ("umol mol-1", "µmol mol⁻¹"),
        ("degree_C", "°C"),
        ("degrees_north", "°N"),
        ("hPa", "hPa"),
        ("W m-2", "W m⁻²"),
        ("ug m-3", "µg m⁻³"),
        ("m2 s-2", "m² s⁻²"),
        ("1", ""),
        ("", ""),
        ("%", "%"),
        ("days since 1970-01-01", "days since 1970-01-01"),
    ],
)
def test_units_as_people_write_them(units, expected):
    assert pretty_unit(units) == expected


def test_dates_are_days_since_1970():
    moment = np.array(["1970-01-02T12:00"], dtype="datetime64[ns]")
    assert to_dates(moment).tolist() == [1.5]
    assert to_dates(moment.astype(np.int64)).tolist() == [1.5]


def test_an_axis_carries_quantity_and_unit():
    _, (upper, lower) = time_figure(2)
    label_axis(upper, "fCO₂", "uatm")
    label_axis(lower, "practical salinity", "1")
    assert upper.get_ylabel() == "fCO₂ (µatm)"
    assert lower.get_ylabel() == "practical salinity"
    assert lower.get_xlabel() == "time (UTC)"


def test_an_empty_panel_says_why():
    _, (axes,) = time_figure()
    say_empty(axes, "no row has a salinity")
    assert [text.get_text() for text in axes.texts] == ["no row has a salinity"]


def long_legends(width):
    figure, panels = time_figure(2, (1.3, 0.8))
    figure.set_size_inches(width, 1)
    for axes in panels:
        for number in range(6):
            axes.plot([0, 1], [0, number], label=f"a label of some length, {number}")
        add_legend(axes)
    canvas = FigureCanvasAgg(figure)
    arrange(figure, canvas)
    canvas.draw()
    return figure, panels, canvas.get_renderer()


@pytest.mark.parametrize("width", [8.6, 4.4])
def test_legends_fold_and_nothing_overlaps(width):
    figure, panels, renderer = long_legends(width)
    page = figure.bbox
    above = page.y1
    for axes in panels:
        legend, panel = axes.get_legend().get_window_extent(renderer), axes.get_window_extent(renderer)
        assert legend.x1 <= page.x1
        assert panel.x0 > page.x0
        assert legend.y1 <= above + 1
        assert legend.y0 >= panel.y1 - 1
        above = panel.y0
    assert panels[-1].get_tightbbox(renderer).y0 >= page.y0


def test_panels_keep_their_relative_heights():
    _, (upper, lower), _ = long_legends(8.6)
    assert upper.get_position().height / lower.get_position().height == pytest.approx(1.3 / 0.8)


def test_a_narrow_figure_grows_in_height_with_its_legends():
    wide, narrow = long_legends(8.6)[0], long_legends(4.4)[0]
    assert narrow.get_size_inches()[1] > wide.get_size_inches()[1]


def test_a_legend_of_its_own_kind_is_left_alone():
    figure = new_figure(3)
    axes = figure.subplots()
    for number in range(9):
        axes.plot([0, 1], label=f"a long label that no figure could hold in one row, {number}")
    legend = axes.legend(ncols=9)
    arrange(figure, FigureCanvasAgg(figure))
    assert axes.get_legend() is legend


def test_no_legend_where_nothing_is_labelled():
    _, (axes,) = time_figure()
    add_legend(axes)
    assert axes.get_legend() is None
