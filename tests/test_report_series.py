"""Flagged time series in figures."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex
from matplotlib.dates import date2num

from icos_core.components import Outcome, Variable
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE, make_stream
from icos_core.flags import apply_flags
from icos_core.report.envelope import COLUMNS
from icos_core.report.layout import time_figure
from icos_core.report.palette import FLAGS
from icos_core.report.series import draw_series

WORDS = (Variable(name="sst", units="degree_C"), Variable(name="sst_uncertainty", units="degree_C"))
MINUTE = np.timedelta64(60, "s")


def stream(values, levels=None, *, uncertainty=None, time=None):
    values = np.asarray(values, dtype=float)
    time = np.datetime64("2024-01-01", "ns") + np.arange(values.size) * MINUTE if time is None else time
    columns = {"sst": values} if uncertainty is None else {"sst": values, "sst_uncertainty": uncertainty}
    made = make_stream(time, columns, WORDS)
    if levels is not None:
        apply_flags(made, [Outcome(variable="sst", name="range", level=np.asarray(levels, dtype=np.int8))])
    return made


def drawn(*args, **kwargs):
    _, (axes,) = time_figure()
    something = draw_series(axes, *args, **kwargs)
    return something, axes, {line.get_label(): line for line in axes.lines}


def colour(line):
    return to_hex(line.get_color()).upper()


def test_flags_wear_their_colours_and_are_counted():
    levels = [GOOD] * 6 + [QUESTIONABLE] * 2 + [BAD] + [NOT_EVALUATED]
    something, _, lines = drawn(stream([10, 11, 12, 11, 10, 11, 12.5, 12.6, 9.5, np.nan], levels), "sst")
    assert something
    assert set(lines) == {"good", "questionable (2)", "bad (1)", "missing (1)"}
    assert colour(lines["good"]) == FLAGS[GOOD].colour
    assert colour(lines["questionable (2)"]) == FLAGS[QUESTIONABLE].colour
    assert colour(lines["bad (1)"]) == FLAGS[BAD].colour
    assert colour(lines["missing (1)"]) == FLAGS[MISSING].colour
    assert lines["questionable (2)"].get_ydata().tolist() == [12.5, 12.6]
    assert lines["bad (1)"].get_xdata().tolist() == [date2num(np.datetime64("2024-01-01T00:08"))]
    assert 9.5 not in lines["good"].get_ydata()


def test_a_gap_is_not_drawn_across():
    time = np.datetime64("2024-01-01", "ns") + np.array([0, 1, 2, 3, 60, 61, 62]) * MINUTE
    _, _, lines = drawn(stream(np.arange(7.0), time=time), "sst")
    heights = lines["good"].get_ydata()
    breaks = np.flatnonzero(np.isnan(heights))
    assert breaks.size == 1
    assert heights[breaks[0] - 1] == 3.0
    assert heights[breaks[0] + 1] == 4.0


def test_a_value_between_two_gaps_is_a_dot():
    time = np.datetime64("2024-01-01", "ns") + np.array([0, 1, 2, 60, 120, 121, 122]) * MINUTE
    _, axes, _ = drawn(stream(np.arange(7.0), time=time), "sst")
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [line.get_ydata().tolist() for line in dots] == [[3.0]]


def test_a_flag_far_off_the_scale_stands_at_the_edge():
    levels = [GOOD] * 4 + [BAD, BAD, QUESTIONABLE]
    _, axes, lines = drawn(stream([10, 11, 12, 11, 5000, -900, 6000], levels), "sst")
    assert set(lines) == {"good", "questionable, above the scale (1)", "bad, above the scale (1)", "bad, below the scale (1)"}
    assert lines["bad, above the scale (1)"].get_ydata().tolist() == [1.0]
    assert lines["bad, below the scale (1)"].get_ydata().tolist() == [0.0]
    assert axes.get_ylim()[1] < 20


def test_where_nothing_is_good_the_flagged_values_make_the_scale():
    something, axes, lines = drawn(stream([10, 12], [BAD, BAD]), "sst")
    assert something
    assert lines["bad (2)"].get_ydata().tolist() == [10.0, 12.0]
    low, high = axes.get_ylim()
    assert low < 10
    assert high > 12


def test_uncertainty_is_a_band_of_one_standard_uncertainty():
    _, axes, _ = drawn(stream([10.0, 11.0, 10.0], uncertainty=[0.5, 1.0, 0.25]), "sst", label="sea")
    (band,) = axes.collections
    assert band.get_label() == "sea: ± standard uncertainty"
    corners = np.concatenate([path.vertices[:, 1] for path in band.get_paths()])
    assert (corners.min(), corners.max()) == (9.5, 12.0)


def test_an_uncertainty_that_is_partly_missing_leaves_the_line_whole():
    _, axes, lines = drawn(stream([10.0, 11.0, 10.0], uncertainty=[np.nan, np.nan, np.nan]), "sst")
    assert not axes.collections
    assert np.nanmax(lines["good"].get_ydata()) == 11.0


def test_only_the_rows_that_are_asked_for():
    made = stream([1.0, 2.0, 3.0, 4.0], [GOOD, BAD, GOOD, BAD])
    something, _, lines = drawn(made, "sst", rows=np.array([True, True, True, False]))
    assert something
    assert set(lines) == {"good", "bad (1)"}
    assert lines["bad (1)"].get_ydata().tolist() == [2.0]
    assert not drawn(made, "sst", rows=np.zeros(4, dtype=bool))[0]


def test_nothing_but_missing_is_nothing_to_draw():
    something, _, lines = drawn(stream([np.nan, np.nan], [GOOD, GOOD]), "sst")
    assert not something
    assert set(lines) == {"missing (2)"}
    assert not drawn(stream([np.nan, np.nan], [GOOD, GOOD]), "sst", missing=False)[2]


def test_a_stream_without_flags_is_drawn_as_it_is():
    something, _, lines = drawn(stream([1.0, np.nan, 3.0]), "sst")
    assert something
    assert set(lines) == {"good", "missing (1)"}


def test_a_million_rows_reach_matplotlib_as_a_few_thousand():
    rng = np.random.default_rng(3)
    values = rng.normal(size=1_000_000)
    levels = np.where(rng.random(values.size) < 0.1, BAD, GOOD)
    values[rng.random(values.size) < 0.1] = np.nan
    _, axes, lines = drawn(stream(values, levels, uncertainty=np.full(values.size, 0.1)), "sst")
    good = (levels == GOOD) & ~np.isnan(values)
    assert np.nanmax(lines["good"].get_ydata()) == values[good].max()
    assert np.nanmin(lines["good"].get_ydata()) == values[good].min()
    assert lines["good"].get_xdata().size <= 5 * COLUMNS
    bad = next(line for label, line in lines.items() if label.startswith("bad"))
    hit = (levels == BAD) & ~np.isnan(values)
    assert (bad.get_ydata().min(), bad.get_ydata().max()) == (values[hit].min(), values[hit].max())
    assert next(line for label, line in lines.items() if label.startswith("missing")).get_xdata().size <= COLUMNS
    assert sum(path.vertices.shape[0] for path in axes.collections[0].get_paths()) < 6 * COLUMNS
