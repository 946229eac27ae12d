"""Figures of a tower: when they apply, that axes name quantity and unit, that an empty one says why, and how quickly a year is drawn."""

from __future__ import annotations

import numpy as np
import pytest
import tower_streams
from icos_atmosphere.figures import calibrations, growth_rate, months, profile, spikes, targets, uncertainty
from icos_atmosphere.figures.tower import formula, hourly_lines, of_analysers
from matplotlib.backends.backend_agg import FigureCanvasAgg

from icos_core.report.envelope import COLUMNS
from icos_core.report.figures import draw_figures
from icos_core.report.palette import FLAGS, SERIES

MODULES = (months, calibrations, targets, spikes, profile, growth_rate, uncertainty)
FIGURES = [module.FIGURE for module in MODULES]
UNITS = ("(µmol mol⁻¹)", "(nmol mol⁻¹)", "(µmol mol⁻¹ year⁻¹)", "(nmol mol⁻¹ year⁻¹)", "(% of minutes)", "height (m)")
STREAMS = {
    "atmosphere-months": ["product/hourly/10m", "product/hourly/50m", "product/hourly/150m"],
    "atmosphere-calibrations": ["calibrated/picarro/calibration"],
    "atmosphere-targets": ["calibrated/picarro/targets"],
    "atmosphere-spikes": ["calibrated/picarro/10m", "calibrated/picarro/150m"],
    "atmosphere-profile": ["product/hourly/10m", "product/hourly/50m", "product/hourly/150m"],
    "atmosphere-growth-rate": ["product/trend/150m", "product/growth/150m"],
    "atmosphere-uncertainty": ["product/hourly/10m", "product/hourly/50m", "product/hourly/150m"],
}
by_name = pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)


@pytest.fixture(scope="module")
def station():
    return tower_streams.everything()


def draw(figure, streams, **place):
    return figure.draw(streams, tower_streams.context(**place))


def said(drawn):
    return [text.get_text() for axes in drawn.axes for text in axes.texts]


def test_every_name_of_the_plugin_has_its_figure_and_orders_differ():
    assert {figure.name for figure in FIGURES} == set(STREAMS)
    assert len({figure.order for figure in FIGURES}) == len(FIGURES)


@by_name
def test_a_figure_applies_where_its_streams_are_and_only_there(figure, station):
    own = STREAMS[figure.name]
    assert draw(figure, {name: station[name] for name in own}) is not None
    assert draw(figure, {name: stream for name, stream in station.items() if name not in own}) is None
    assert draw(figure, {}) is None


@by_name
def test_what_was_only_measured_is_not_drawn(figure, station):
    raw = {f"measured/{name.partition('/')[2]}": stream for name, stream in station.items()}
    assert draw(figure, raw) is None


@by_name
def test_every_axis_names_quantity_and_unit(figure, station):
    drawn = draw(figure, station)
    for axes in drawn.axes:
        assert axes.get_ylabel().endswith(UNITS), axes.get_ylabel()
    beneath = {axes.get_xlabel() for axes in drawn.axes if axes.get_xlabel()}
    if figure is profile.FIGURE:
        assert beneath == {"local standard time, UTC+1 (h)", "CO₂ (µmol mol⁻¹)", "CH₄ (nmol mol⁻¹)", "CO (nmol mol⁻¹)"}
    else:
        assert beneath == {"time (UTC)"}


def test_all_are_rendered_for_screen_and_phone(station):
    for drawn in draw_figures(FIGURES, station, tower_streams.context()):
        assert drawn.error == ""
        assert drawn.screen.width > drawn.phone.width


@by_name
def test_nothing_stands_beyond_the_edge_of_a_phone(figure, station, monkeypatch):
    """Legends fold, and labels of ticks keep within the picture."""
    pictures = []
    print_png = FigureCanvasAgg.print_png

    def keep(canvas, *arguments, **options):
        print_png(canvas, *arguments, **options)
        pictures.append((canvas.figure.get_tightbbox(canvas.get_renderer()).frozen(), canvas.figure.bbox_inches.frozen()))

    monkeypatch.setattr(FigureCanvasAgg, "print_png", keep)
    draw_figures([figure], station, tower_streams.context())
    assert len(pictures) == 2
    for content, picture in pictures:
        assert content.x0 > -0.02
        assert content.x1 < picture.x1 + 0.02


@by_name
def test_streams_without_rows_are_drawn_and_say_so(figure, station):
    empty = {name: stream.isel(time=slice(0, 0)) for name, stream in station.items()}
    (rendered,) = draw_figures([figure], empty, tower_streams.context())
    assert rendered.error == ""
    assert rendered.screen is not None
    assert said(draw(figure, empty))


def without(stream, *names):
    """Return a stream in which quantities are missing everywhere."""
    gone = stream.copy(deep=True)
    for name in names:
        gone[name].values[:] = np.nan
        if f"{name}_flag" in gone:
            gone[f"{name}_flag"].values[:] = 9
    return gone


@pytest.mark.parametrize(
    ("figure", "names", "expected"),
    [
        (months.FIGURE, ["co2"], ["no hour of 10 m or 50 m or 150 m has a value of CO₂"]),
        (profile.FIGURE, ["co2"], ["no hour has a good value of CO₂ at every height", "no such hours by night or in the afternoon"]),
        (uncertainty.FIGURE, ["co2"], ["no good hour of 150 m has an uncertainty of CO₂"]),
        (uncertainty.FIGURE, ["co2_uncertainty"], ["no good hour of 150 m has an uncertainty of CO₂"]),
    ],
)
def test_hours_without_values_say_so(figure, names, expected):
    hours = tower_streams.hours_of_tower(gases=["co2"])
    drawn = draw(figure, {name: without(stream, *names) for name, stream in hours.items()})
    assert said(drawn) == expected


def test_calibrations_targets_and_spikes_without_values_say_so():
    calibration = without(tower_streams.calibrations(), "co2_slope", "co2_reference", "co2_residual")
    assert said(draw(calibrations.FIGURE, {"calibrated/picarro/calibration": calibration})) == [
        "no calibration sequence has a line of CO₂",
        "no residuals without a line",
    ]
    target = without(tower_streams.targets(), "co2_bias", "co2_ltr", "co2_cmr")
    assert said(draw(targets.FIGURE, {"calibrated/picarro/targets": target})) == [
        "no injection of a target has a value of CO₂ beside an assigned one",
        "no short-term target tells the repeatability",
    ]
    assert said(draw(spikes.FIGURE, {"calibrated/picarro/10m": tower_streams.minutes()})) == ["none of 2,880 minutes is a spike"]
    assert said(draw(growth_rate.FIGURE, tower_streams.curves(years=1))) == ["150 m", "the trend covers no whole calendar year"]


def test_lines_are_lowest_first_and_the_uppermost_wears_the_colour_of_good_data(station):
    lines = hourly_lines(dict(reversed(station.items())))
    assert [line.label for line in lines] == ["10 m", "50 m", "150 m"]
    assert [line.colour for line in lines] == [SERIES[1], SERIES[0], FLAGS[1].colour]


def test_lines_of_one_height_or_none_are_called_by_their_name():
    streams = {
        "product/hourly/a": tower_streams.hourly("a", 150.0),
        "product/hourly/b": tower_streams.hourly("b", 150.0),
        "product/hourly/roof": tower_streams.hourly("roof", None),
    }
    assert {line.label for line in hourly_lines(streams)} == {"a", "b", "roof"}


def test_hours_that_the_run_made_go_before_those_that_were_read(station):
    read = tower_streams.hourly(hours=300)
    own = station["product/hourly/150m"]
    (line,) = hourly_lines({"calibrated/obspack": read, "product/hourly/150m": own})
    assert line.stream is own
    (line,) = hourly_lines({"calibrated/obspack": read})
    assert line.stream is read


def test_analysers_are_named_where_there_are_several(station):
    one = station["calibrated/picarro/calibration"]
    assert [each.name for each in of_analysers({"calibrated/picarro/calibration": one}, "calibration")] == [""]
    other = one.assign_attrs(analyser="lgr")
    both = {"calibrated/picarro/calibration": one, "calibrated/lgr/calibration": other}
    assert [each.name for each in of_analysers(both, "calibration")] == ["lgr", "picarro"]
    assert said(draw(calibrations.FIGURE, both)) == ["lgr"] * 3 + ["picarro"] * 3
    assert len(draw(calibrations.FIGURE, both).axes) == 12


def test_formulas_have_their_numbers_below():
    assert [formula(gas) for gas in ("co2", "ch4", "co", "n2o")] == ["CO₂", "CH₄", "CO", "N₂O"]


def test_a_station_year_is_reduced_to_what_a_picture_can_show():
    """Three heights of 8760 hours: four vertices per column of a panel, and one more for each gap."""
    drawn = draw(months.FIGURE, tower_streams.hours_of_tower(8760))
    lines = [line for axes in drawn.axes for line in axes.lines if line.get_linestyle() == "-"]
    assert len(lines) == 9
    assert all(line.get_xdata().size < 4.1 * COLUMNS for line in lines)
