"""Runs of one run type and the rows around a change."""

import numpy as np
import pytest
from icos_ocean.calibration.flushing import flushing, run_numbers

TIME = np.array([0.0, 60, 120, 180, 240, 300, 360, 420])
TYPE = np.array([1, 1, 1, 2, 2, 2, 2, 1])


def test_runs_end_at_a_change_and_at_a_gap():
    assert run_numbers(TIME, TYPE).tolist() == [0, 0, 0, 1, 1, 1, 1, 2]
    later = TIME + np.where(TIME >= 300, 1000.0, 0.0)
    assert run_numbers(later, TYPE, gap=900.0).tolist() == [0, 0, 0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("before", "after", "left_out"),
    [
        (0, 0, []),
        (0, 1, [3, 7]),
        (0, 60, [3, 7]),
        (0, 61, [3, 4, 7]),
        (1, 0, [2, 6]),
        (61, 0, [1, 2, 5, 6]),
        (61, 61, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_rows_near_a_change_but_not_at_the_ends_of_the_record(before, after, left_out):
    assert np.flatnonzero(flushing(TIME, TYPE, before, after)).tolist() == left_out


def test_a_gap_is_no_change():
    later = TIME + np.where(TIME >= 60, 1e5, 0.0)
    assert not flushing(later, np.ones(8, dtype=int), 1e3, 1e3).any()


def test_no_rows():
    empty = np.empty(0)
    assert flushing(empty, empty.astype(int), 60, 60).size == 0
    assert run_numbers(empty, empty.astype(int)).size == 0
