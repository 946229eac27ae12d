"""The map of a cruise."""

import numpy as np
import pytest
from calibrated_underway import WARM, calibrated_underway, missing
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from icos_ocean.figures.cruise_track import FIGURE, continuous_longitude
from matplotlib.backends.backend_agg import FigureCanvasAgg

from icos_core.components import Context
from icos_core.dataset import is_good

CONTEXT = Context(station=None)


def track(**changes):
    figure = FIGURE.draw({"calibrated/underway": calibrated_underway(**changes)}, CONTEXT)
    FigureCanvasAgg(figure).draw()
    return figure.axes[0]


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(-180, 360)))
def test_longitudes_stay_the_same_places(longitude):
    shifted = continuous_longitude(longitude)
    turns = (shifted - longitude) / 360.0
    assert np.allclose(turns, np.round(turns), atol=1e-9)
    assert shifted.max() - shifted.min() <= 360.0
    assert -180.0 - 1e-9 <= 0.5 * (shifted.min() + shifted.max()) <= 180.0 + 1e-9


@given(st.floats(-180, 180), st.floats(0.1, 170), st.integers(2, 30))
def test_a_track_is_as_wide_as_it_was_sailed(start, extent, points):
    sailed = start + np.linspace(0, extent, points)
    wrapped = (sailed + 180.0) % 360.0 - 180.0
    shifted = continuous_longitude(wrapped)
    if extent / (points - 1) < 360.0 - extent:
        assert np.ptp(shifted) == pytest.approx(extent)
        assert np.diff(shifted) == pytest.approx(np.diff(sailed))


def test_a_cruise_across_the_date_line_is_drawn_in_one_piece():
    n = calibrated_underway()["time"].size
    axes = track(longitude=(np.linspace(175.0, 190.0, n) + 180.0) % 360.0 - 180.0, latitude=np.linspace(-5.0, 5.0, n))
    low, high = axes.get_xlim()
    assert high - low < 30
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert "180°" in shown
    assert any(label.endswith("E") for label in shown)
    assert any(label.endswith("W") for label in shown)
    assert {label.get_text()[-1] for label in axes.get_yticklabels()} == {"N", "S", "°"}


def test_colours_are_good_fco2_and_flags_have_marks():
    axes = track()
    stream = calibrated_underway()
    (points,) = axes.collections
    good = stream["fco2"].values[is_good(stream, "fco2")]
    assert (points.get_array().min(), points.get_array().max()) == (good.min(), good.max())
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["track", "start", "end", "questionable (1)", f"bad ({WARM.stop - WARM.start})"]


def test_start_and_end_are_marked():
    lines = {line.get_label(): line for line in track().lines}
    assert lines["start"].get_xdata()[0] == pytest.approx(-10.0)
    assert lines["start"].get_ydata()[0] == pytest.approx(60.0)
    assert lines["end"].get_xdata()[0] == pytest.approx(-18.0)
    assert lines["end"].get_ydata()[0] == pytest.approx(55.0)


def test_a_kilometre_is_as_long_in_both_directions():
    axes = track()
    box = axes.get_window_extent()
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    per_degree_east, per_degree_north = box.width / (east - west), box.height / (north - south)
    assert per_degree_east / per_degree_north == pytest.approx(np.cos(np.radians(57.5)), rel=0.01)


@pytest.mark.parametrize(("degrees_east", "degrees_north"), [(0.0, 0.0), (40.0, 0.0), (0.0, 40.0)])
def test_the_frame_is_neither_a_ribbon_nor_a_tower(degrees_east, degrees_north):
    n = calibrated_underway()["time"].size
    axes = track(longitude=np.linspace(0.0, degrees_east, n), latitude=np.linspace(0.0, degrees_north, n))
    box = axes.get_window_extent()
    assert 0.35 < box.height / box.width < 0.8
    assert axes.get_xlim()[0] <= 0.0
    assert axes.get_xlim()[1] >= degrees_east
    assert axes.get_ylim()[1] >= degrees_north


def test_a_position_that_is_missing_leaves_the_others():
    latitude = calibrated_underway()["latitude"].values.copy()
    latitude[:50] = np.nan
    lines = {line.get_label(): line for line in track(latitude=latitude).lines}
    assert lines["start"].get_ydata()[0] == latitude[50]


def test_a_track_without_fco2_is_still_a_track():
    assert not track(fco2=None, delta_fco2=None).collections
    axes = track(fco2=missing())
    assert [text.get_text() for text in axes.texts] == ["no row of sea water has a good fugacity of CO₂"]
    assert not axes.collections
