"""Storage from a profile: against a column that is integrated in fine steps, known tendencies, levels that are missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.profile_storage import column_storage, column_weights, filled_levels, interval_means

HEIGHTS = np.array([0.5, 2.0, 8.0, 20.0, 32.0])
START = np.datetime64("2024-07-01T00:00", "ns")


def integrated(profile: np.ndarray, heights: np.ndarray, top: float) -> float:
    """Return the integral of a profile from the ground to `top` in steps of a millimetre, missing levels skipped."""
    steps = round(top * 1000)
    middles = (np.arange(steps) + 0.5) * top / steps
    there = np.isfinite(profile)
    return float(np.interp(middles, heights[there], profile[there]).sum() * top / steps)


@pytest.mark.parametrize("top", [0.2, 1.0, 8.0, 24.5, 45.0])
def test_the_integral_is_that_of_fine_steps(top: float) -> None:
    profile = np.array([12.0, 9.0, 4.0, 3.0, -1.0])
    found = column_storage(profile[np.newaxis], np.full((1, 5), 40.0), HEIGHTS, np.array([top]))
    assert found[0] == pytest.approx(40.0 * integrated(profile, HEIGHTS, top), rel=1e-6)


@given(st.floats(0.1, 100.0), st.lists(st.floats(0.1, 80.0), min_size=1, max_size=9, unique_by=lambda height: round(height, 1)))
def test_weights_add_up_to_the_top(top: float, heights: list[float]) -> None:
    weights = column_weights(np.sort(np.array(heights)), np.array([top]))
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(top)


@pytest.mark.parametrize("lost", [[0], [2], [4], [1, 2], [0, 4]])
def test_neighbours_stand_in_for_missing_levels(lost: list[int]) -> None:
    profile = np.array([[12.0, 9.0, 4.0, 3.0, -1.0], [0.0, 1.0, 2.0, 3.0, 4.0]])
    profile[0, lost] = np.nan
    found = column_storage(profile, np.ones((2, 5)), HEIGHTS, np.array([40.0, 40.0]), missing_levels=len(lost))
    assert found[0] == pytest.approx(integrated(profile[0], HEIGHTS, 40.0), rel=1e-6)
    assert found[1] == pytest.approx(integrated(profile[1], HEIGHTS, 40.0), rel=1e-6)
    assert np.isnan(column_storage(profile, np.ones((2, 5)), HEIGHTS, np.array([40.0, 40.0]), missing_levels=len(lost) - 1)[0])


def test_levels_where_nothing_is_measured_do_not_count() -> None:
    profile = np.array([[1.0, np.nan, 3.0, np.nan, 1.0]])
    found = column_storage(profile, np.ones((1, 5)), HEIGHTS, np.array([32.0]))
    assert found[0] == pytest.approx(integrated(profile[0], HEIGHTS, 32.0), rel=1e-6)
    assert np.isnan(column_storage(np.full((2, 5), np.nan), np.ones((2, 5)), HEIGHTS, np.array([1.0, 1.0]))).all()
    assert np.isnan(column_storage(profile, np.ones((1, 5)), HEIGHTS, np.array([np.nan]))).all()


def test_a_row_without_a_value_stays_empty() -> None:
    filled = filled_levels(np.array([[np.nan] * 5, [np.nan, 2.0, np.nan, np.nan, np.nan]]), HEIGHTS)
    assert np.isnan(filled[0]).all()
    assert filled[1].tolist() == [2.0] * 5


def test_means_of_intervals() -> None:
    time = START + np.arange(10) * np.timedelta64(1, "m")
    values = np.stack([np.arange(10.0), np.full(10, np.nan)], axis=1)
    values[3, 0] = np.nan
    values[4, 1] = 7.0
    begin = START + np.array([0, 3, 5, 5, -5, 8, 20]) * np.timedelta64(1, "m")
    end = START + np.array([3, 5, 5, 10, 0, 30, 30]) * np.timedelta64(1, "m")
    found = interval_means(time, values, begin, end)
    expected = np.array([1.0, 4.0, np.nan, 7.0, np.nan, 8.5, np.nan])
    np.testing.assert_array_equal(found[:, 0], expected)
    np.testing.assert_array_equal(found[:, 1], [np.nan, 7.0, np.nan, np.nan, np.nan, np.nan, np.nan])
    assert interval_means(time, values, begin[:0], end[:0]).shape == (0, 2)
    assert np.isnan(interval_means(time[:0], values[:0], begin, end)).all()
