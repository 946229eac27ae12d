"""Means of successive readings of one gas."""

import numpy as np
import pytest
from icos_ocean.gas_runs import run_means


def test_successive_readings_are_averaged_to_runs():
    runs = run_means(
        time=[0, 60, 120, 300, 360, 5000, 5060, 6000],
        value=[400, 402, 500, 230, 232, 401, np.nan, 9],
        code=[3, 3, 3, 2, 2, 3, 3, 7],
        good=[True, True, False, True, True, True, True, False],
        gap_seconds=600,
    )
    assert runs.code.tolist() == [3, 2, 3, 7]
    assert runs.time.tolist() == [30, 330, 5000, 6000]
    assert runs.count.tolist() == [2, 2, 1, 0]
    assert runs.reading[:3].tolist() == [401, 231, 401]
    assert np.isnan(runs.reading[3])
    assert runs.scatter[:2] == pytest.approx([2**0.5, 2**0.5])
    assert np.isnan(runs.scatter[2:]).all()
    assert list(zip(runs.first.tolist(), runs.stop.tolist(), strict=True)) == [(0, 3), (3, 5), (5, 7), (7, 8)]


def test_a_pause_ends_a_run():
    runs = run_means([0, 60, 1000], [1, 3, 5], [2, 2, 2], [True] * 3, gap_seconds=600)
    assert runs.reading.tolist() == [2, 5]


def test_no_rows_give_no_runs():
    assert run_means([], [], [], [], 600).time.size == 0


@pytest.mark.parametrize(
    ("time", "gap", "message"), [([0, 1], 60, "one length"), ([2, 1, 3], 60, "must not decrease"), ([0, 1, 2], 0, "must be positive")]
)
def test_rows_that_make_no_sense_are_refused(time, gap, message):
    with pytest.raises(ValueError, match=message):
        run_means(time, [1, 2, 3], [1, 1, 1], [True] * 3, gap)
