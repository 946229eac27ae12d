"""Figures of crossovers and of the monthly grid."""

import numpy as np
import pytest
import xarray as xr
from icos_ocean.expocodes import expocode_number
from icos_ocean.figures import crossovers, monthly_grid
from matplotlib.backends.backend_agg import FigureCanvasAgg

from icos_core.components import Context
from icos_core.report.figures import draw_figures
from icos_core.report.layout import arrange

CONTEXT = Context(station=None)


def drawn(figure, streams):
    made = figure.FIGURE.draw(streams, CONTEXT)
    canvas = FigureCanvasAgg(made)
    arrange(made, canvas)
    canvas.draw()
    return made.axes[0]


def pairs(others, size=50):
    random = np.random.default_rng(1)
    columns = {
        "fco2rec_difference": random.normal(1, 3, size * len(others)),
        "equivalent_distance": random.uniform(0, 80, size * len(others)),
        "expocode_other": np.repeat(np.array(others, dtype=np.int64), size),
    }
    return {"product/crossovers": xr.Dataset({name: ("pair", array) for name, array in columns.items()})}


def grid(latitude, longitude, months=1, value=370.0):
    mean = np.full((months, latitude.size, longitude.size), np.nan)
    mean[:, 0, 0], mean[-1, -1, -1] = value, value + 20.0
    dims = ("time", "latitude", "longitude")
    coords = {
        "time": np.arange("2024-01", np.datetime64("2024-01") + months, dtype="datetime64[M]").astype("datetime64[ns]"),
        "latitude": latitude,
        "longitude": longitude,
    }
    bounds = {f"{name}_bnds": ((name, "bnds"), np.stack([coords[name] - 0.5, coords[name] + 0.5], 1)) for name in dims[1:]}
    variables = {"fco2rec_mean": (dims, mean, {"units": "uatm"}), "fco2rec_mean_weighted": (dims, mean + 1.0, {"units": "uatm"})}
    return {"product/gridded_monthly": xr.Dataset(variables | bounds, coords=coords)}


def test_figures_apply_to_their_products_only():
    assert crossovers.FIGURE.draw({}, CONTEXT) is None
    assert monthly_grid.FIGURE.draw({}, CONTEXT) is None


def test_each_other_cruise_has_its_mark():
    numbers = [expocode_number("58G220240101"), expocode_number("AGSK20240105"), -3]
    axes = drawn(crossovers, pairs(numbers))
    labels = axes.get_legend_handles_labels()[1]
    assert labels[0] == "±5 µatm"
    assert set(labels[1:]) == {"58G220240101 (50)", "AGSK20240105 (50)", "file 2 (50)"}
    assert axes.get_ylabel() == "fCO₂ of this cruise − other (µatm)"
    assert axes.get_xlim()[0] == 0.0


def test_many_other_cruises_share_the_last_mark():
    axes = drawn(crossovers, pairs([10**12 * number for number in range(1, 13)], size=5))
    labels = axes.get_legend_handles_labels()[1]
    assert len(labels) == 9
    assert labels[-1] == "5 others (25)"


def test_screen_and_phone_have_room_for_many_names():
    (made,) = draw_figures([crossovers.FIGURE], pairs([10**12 * number for number in range(1, 13)], size=5), CONTEXT)
    assert made.error == ""
    assert 0.5 < made.phone.height / made.phone.width < 2.5


def test_no_crossing_says_so():
    axes = drawn(crossovers, pairs([]))
    assert "no other cruise" in axes.texts[0].get_text()


def test_the_map_takes_the_means_in_which_cruises_count_once():
    axes = drawn(monthly_grid, grid(np.arange(40.5, 50.0), np.arange(-29.5, -10.0), months=3))
    (mesh,) = axes.collections
    values = mesh.get_array().compressed()
    assert values.tolist() == [371.0, 391.0]
    assert axes.get_title() == "3 months, 2024-01 to 2024-03; 2 cells"


def test_a_map_across_the_date_line_is_in_one_piece():
    axes = drawn(monthly_grid, grid(np.arange(-4.5, 5.0), np.arange(170.5, 190.0)))
    assert axes.get_title() == "2024-01; 2 cells"
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert "180°" in labels
    assert {label[-1] for label in labels} == {"E", "W", "°"}


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 60), (60, 1), (180, 360)])
def test_the_frame_is_neither_a_ribbon_nor_a_tower(rows, columns):
    axes = drawn(monthly_grid, grid(np.arange(rows) - rows / 2 + 0.5, np.arange(columns) - columns / 2 + 0.5))
    box = axes.get_window_extent()
    assert 0.3 < box.height / box.width < 0.9
    assert -90.0 <= axes.get_ylim()[0] < axes.get_ylim()[1] <= 90.0


def test_an_empty_grid_says_so():
    axes = drawn(monthly_grid, grid(np.arange(1.5), np.arange(1.5), value=np.nan))
    assert "no cell" in axes.texts[0].get_text()
