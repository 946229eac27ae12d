"""Linear filling of slow sensors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ocean.calibration.gap_filling import between, fill_gaps

NAN = np.nan


def test_the_limit_is_the_time_between_the_good_neighbours():
    time = np.array([0.0, 100, 200, 300, 400, 500])
    values = np.array([1.0, NAN, 3.0, NAN, NAN, 6.0])
    good = np.isfinite(values)
    for limit, expected in ((199, []), (200, [1]), (299, [1]), (300, [1, 3, 4])):
        filled, rows, _ = fill_gaps(time, values, good, ~good, limit)
        assert np.flatnonzero(rows).tolist() == expected
        np.testing.assert_allclose(filled[rows], 1 + time[rows] / 100)
        np.testing.assert_array_equal(filled[~rows], values[~rows])


def test_nothing_is_filled_beyond_the_first_and_last_good_row():
    time = np.arange(5.0)
    values = np.array([NAN, 1.0, 2.0, NAN, NAN])
    filled, rows, _ = fill_gaps(time, values, np.isfinite(values), ~np.isfinite(values), 1e9)
    assert not rows.any()
    assert filled is values


def test_bad_rows_are_no_neighbours_and_may_be_replaced():
    time = np.arange(5.0)
    values = np.array([1.0, 99.0, 3.0, 4.0, 5.0])
    bad = np.array([False, True, False, False, False])
    filled, rows, _ = fill_gaps(time, values, ~bad, bad, 2.0)
    assert filled.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert rows.tolist() == bad.tolist()
    assert values[1] == 99.0


def test_how_free_a_filled_value_is():
    """A walk that is known 100 s before and 300 s after has 100 × 300 / 400 of its variance per second."""
    time = np.array([0.0, 100, 200, 400])
    values = np.array([1.0, NAN, NAN, 5.0])
    filled = fill_gaps(time, values, np.isfinite(values), np.array([False, True, False, False]), np.inf)
    np.testing.assert_allclose(filled.bridge, [0, 75, 0, 0])
    nothing = fill_gaps(time, values, np.isfinite(values), np.isnan(values), 399)
    assert not nothing.bridge.any()


def test_no_good_row_at_all():
    time = np.arange(3.0)
    _, rows, _ = fill_gaps(time, np.full(3, NAN), np.zeros(3, dtype=bool), np.ones(3, dtype=bool), 1e9)
    assert not rows.any()


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(0, 2**31))
def test_agrees_with_numpy_between_good_rows(good, seed):
    good = np.array(good)
    random = np.random.default_rng(seed)
    time = np.cumsum(random.uniform(1, 100, good.size))
    values = random.normal(size=good.size)
    filled, rows, _ = fill_gaps(time, values, good, ~good, np.inf)
    if good.any():
        inside = ~good & (time > time[good][0]) & (time < time[good][-1])
        assert rows.tolist() == inside.tolist()
        np.testing.assert_allclose(filled[rows], np.interp(time[rows], time[good], values[good]), rtol=1e-12, atol=1e-12)
    else:
        assert not rows.any()


@pytest.mark.parametrize(("wanted", "weight", "apart"), [(10.0, 0.25, 40.0), (40.0, 1.0, 40.0), (60.0, 0.5, 40.0)])
def test_neighbours(wanted, weight, apart):
    found = between(np.array([wanted]), np.array([0.0, 40.0, 80.0]))
    assert (found.weight_after[0], found.apart[0], found.bracketed[0]) == (weight, apart, True)
