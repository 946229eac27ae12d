"""Reduction of series before they are drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from icos_core.report.envelope import COLUMNS, column_edges, column_means, envelope, thin_marks, usual_gap

SECOND = 1_000_000_000


@st.composite
def series(draw):
    steps = draw(hnp.arrays(np.int64, st.integers(1, 200), elements=st.integers(1, 50)))
    values = draw(hnp.arrays(np.float64, steps.size, elements=st.floats(-1e6, 1e6) | st.just(np.nan)))
    return np.cumsum(steps), values


def by_columns(x, y, columns):
    """Columns one by one, in plain Python: the last one includes the end of the axis."""
    valid = [(int(a), float(b)) for a, b in zip(x, y, strict=True) if not np.isnan(b)]
    if not valid:
        return []
    low, high = valid[0][0], valid[-1][0]
    found = {}
    for position, value in valid:
        column = min((position - low) * columns // (high - low), columns - 1) if high > low else 0
        found.setdefault(column, []).append((position, value))
    return [found[column] for column in sorted(found)]


@given(series(), st.integers(1, 40))
def test_every_column_keeps_its_first_lowest_highest_and_last_value(data, columns):
    x, y = data
    reduced = envelope(x, y, columns=columns)
    expected = by_columns(x, y, columns)
    assert reduced.size == len(expected) <= columns
    assert reduced.start.tolist() == [points[0][0] for points in expected]
    assert reduced.stop.tolist() == [points[-1][0] for points in expected]
    assert reduced.first.tolist() == [points[0][1] for points in expected]
    assert reduced.last.tolist() == [points[-1][1] for points in expected]
    assert reduced.low.tolist() == [min(value for _, value in points) for points in expected]
    assert reduced.high.tolist() == [max(value for _, value in points) for points in expected]


@given(series(), st.integers(1, 40), st.integers(1, 60))
def test_a_gap_that_can_be_seen_is_not_drawn_across(data, columns, gap):
    x, y = data
    reduced = envelope(x, y, columns=columns, gap=gap)
    width = (reduced.stop[-1] - reduced.start[0]) // columns if reduced.size else 0
    steps = reduced.start[1:] - reduced.stop[:-1]
    assert reduced.broken.tolist() == [False, *(steps > max(gap, width))][: reduced.size]
    positions, heights = reduced.polyline()
    assert np.isnan(heights).sum() == reduced.broken.sum()
    assert positions.size == heights.size == 4 * reduced.size + reduced.broken.sum()
    assert (np.diff(positions) >= 0).all()


def test_one_spike_in_ten_million_values_is_kept():
    y = np.zeros(10_000_000)
    y[7_654_321] = 5.0
    reduced = envelope(np.arange(y.size), y)
    assert reduced.size == COLUMNS
    assert (reduced.high == 5.0).sum() == 1
    assert reduced.high[7_654_321 * COLUMNS // y.size] == 5.0


def test_a_band_covers_the_lowest_lower_and_the_highest_upper_edge():
    x = np.arange(10)
    lower = np.array([0.0, -1.0, 0.0, 0.0, 0.0, 2.0, 3.0, 1.0, 4.0, 5.0])
    upper = lower + np.array([1.0, 1.0, 5.0, 1.0, 1.0, 1.0, 1.0, 9.0, 1.0, np.nan])
    reduced = envelope(x, lower, upper=upper, columns=2, gap=3)
    assert reduced.low.tolist() == [-1.0, 0.0]
    assert reduced.high.tolist() == [5.0, 10.0]
    positions, low, high = reduced.edges()
    assert positions.tolist() == [0.0, 3.0, 4.0, 8.0]
    assert low.tolist() == [-1.0, -1.0, 0.0, 0.0]
    assert high.tolist() == [5.0, 5.0, 10.0, 10.0]


def test_nothing_is_reduced_to_nothing():
    reduced = envelope(np.arange(3), np.full(3, np.nan))
    assert reduced.size == 0
    assert reduced.polyline()[0].size == 0
    assert column_edges(np.empty(0, dtype=np.int64), (0, 1)).size == 0
    assert column_means(np.empty(0), np.empty(0, dtype=np.int64)).size == 0


def test_a_single_value_is_one_column():
    reduced = envelope(np.array([5 * SECOND]), np.array([2.0]))
    assert (reduced.size, reduced.low[0], reduced.high[0]) == (1, 2.0, 2.0)


def test_the_usual_gap_is_five_usual_steps():
    x = np.cumsum([0, *[103] * 50, 9000, *[103] * 50]) * SECOND
    assert usual_gap(x) == 5 * 103 * SECOND
    assert usual_gap(x[:1]) == 0


def test_means_of_columns():
    assert column_means(np.array([1.0, 3.0, 10.0, np.nan, 2.0]), np.array([0, 2, 4])).tolist()[0] == 2.0
    means = column_means(np.array([1.0, 3.0, 10.0, np.nan, 2.0]), np.array([0, 2, 4]))
    assert np.isnan(means[1])
    assert means[2] == 2.0


@given(hnp.arrays(np.float64, st.tuples(st.integers(0, 400), st.just(2)), elements=st.floats(-1e3, 1e3) | st.just(np.nan)))
def test_every_mark_has_a_kept_one_within_a_cell(points):
    x, y = points[:, 0], points[:, 1]
    columns, rows = 7, 5
    kept = thin_marks(x, y, columns=columns, rows=rows)
    drawable = np.isfinite(x) & np.isfinite(y)
    assert np.isin(kept, np.flatnonzero(drawable)).all()
    assert kept.size <= max(columns * rows + 4, columns)
    assert (np.diff(kept) > 0).all()
    if not drawable.any():
        return
    assert {x[kept].min(), x[kept].max()} == {x[drawable].min(), x[drawable].max()}
    assert {y[kept].min(), y[kept].max()} == {y[drawable].min(), y[drawable].max()}
    width, height = np.ptp(x[drawable]) / columns, np.ptp(y[drawable]) / rows
    for a, b in zip(x[drawable], y[drawable], strict=True):
        near = (np.abs(x[kept] - a) <= width * (1 + 1e-9)) & (np.abs(y[kept] - b) <= height * (1 + 1e-9))
        assert near.any()


def test_few_marks_are_all_kept():
    x = np.zeros(50)
    assert thin_marks(x, x).tolist() == list(range(50))


def test_the_reduced_line_is_nowhere_more_than_a_pixel_from_the_full_line():
    pytest.importorskip("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rng = np.random.default_rng(7)
    y = np.cumsum(rng.normal(size=100_000))
    x = np.arange(y.size)

    def inked(positions, heights):
        figure = Figure(figsize=(4, 2), dpi=100)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.plot(positions, heights, color="black", linewidth=1)
        axes.set_xlim(x[0], x[-1])
        axes.set_ylim(y.min() - 10, y.max() + 10)
        axes.set_axis_off()
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[:, :, 0] < 128

    def beside(ink):
        padded = np.pad(ink, 1)
        height, width = ink.shape
        return np.any([padded[i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=0)

    full, reduced = inked(x, y), inked(*envelope(x, y).polyline())
    assert full.any(axis=0).all()
    assert not (full & ~beside(reduced)).any()
    assert not (reduced & ~beside(full)).any()
