"""CMR, LTR and STTB against their definitions, computed the long way round."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.target_repeatability import at_latest, cmr, cmr_at, ltr, sttb_at

HOUR = np.timedelta64(1, "h")
START = np.datetime64("2024-01-30T00:00", "ns")


def every(hours: float, count: int) -> np.ndarray:
    return START + (np.arange(count) * hours * 3600e9).astype("timedelta64[ns]")


def test_cmr_is_the_average_over_the_minutes_of_the_month() -> None:
    time = every(16, 6)  # 30 January 0 h, 16 h; 31 January 8 h; 1 February 0 h, 16 h; 2 February 8 h
    stdev = np.array([0.02, 0.03, 0.07, 0.01, np.nan, 0.03])
    assert cmr(time, stdev) == pytest.approx([0.04, 0.04, 0.04, 0.02, 0.02, 0.02])
    assert cmr(time, stdev, np.array([10, 10, 20, 30, 10, 10])) == pytest.approx([0.0475] * 3 + [0.015] * 3)


def test_cmr_of_a_month_without_minutes_is_unknown() -> None:
    assert np.isnan(cmr(every(16, 2), np.array([np.nan, np.nan]))).all()
    assert cmr(every(16, 0), np.zeros(0)).size == 0


@given(
    gaps=st.lists(st.floats(0.5, 40), min_size=1, max_size=40),
    seed=st.integers(0, 1000),
    hours=st.sampled_from([24, 72, 240]),
    fewest=st.integers(2, 5),
)
def test_ltr_is_the_standard_deviation_over_the_window(gaps: list[float], seed: int, hours: int, fewest: int) -> None:
    rng = np.random.default_rng(seed)
    time = START + (np.cumsum(gaps) * 3600e9).astype("timedelta64[ns]")
    averages = 410 + rng.normal(0, 0.05, len(gaps))
    averages[rng.random(len(gaps)) < 0.2] = np.nan
    window = np.timedelta64(hours, "h")
    found = ltr(time, averages, window, fewest)
    for row, moment in enumerate(time):
        inside = averages[(time > moment - window) & (time <= moment)]
        inside = inside[np.isfinite(inside)]
        if inside.size < fewest:
            assert np.isnan(found[row])
        else:
            assert found[row] == pytest.approx(np.std(inside, ddof=1), rel=1e-9, abs=1e-12)


def test_ltr_leaves_out_what_is_exactly_three_days_old() -> None:
    time = every(24, 4)
    averages = np.array([10.0, 1.0, 2.0, 3.0])
    assert ltr(time, averages)[3] == pytest.approx(1.0)
    assert np.isnan(ltr(time, averages)[:2]).all()
    assert ltr(time[:0], averages[:0]).size == 0


def test_bias_is_linear_between_injections() -> None:
    """The hours of the release of Ridge Hill that the reference quotes: -0.651 to -0.587, linear."""
    published = np.array([-0.651, -0.640, -0.630, -0.619, -0.609, -0.598, -0.587])
    hours = every(1, 7)
    found = sttb_at(hours, hours[[0, 6]], published[[0, 6]])
    assert np.abs(found - published).max() <= 0.001  # all are rounded to 0.001: half of it at the ends, half in between


def test_bias_is_held_outside_of_the_injections_as_long_as_is_said() -> None:
    time, bias = every(5, 3)[1:], np.array([0.1, 0.3])
    moments = every(1, 15)
    held = sttb_at(moments, time, bias)
    assert held[:6] == pytest.approx([0.1] * 6)
    assert held[10:] == pytest.approx([0.3] * 5)
    limited = sttb_at(moments, time, bias, 2 * HOUR)
    assert np.flatnonzero(np.isfinite(limited)).tolist() == list(range(3, 13))
    assert limited[5:11] == pytest.approx(0.1 + 0.04 * np.arange(6))


def test_injections_that_do_not_count_are_bridged() -> None:
    moments, time = every(1, 5), every(2, 3)
    assert sttb_at(moments, time, np.array([0.0, np.nan, 0.4])) == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
    assert np.isnan(sttb_at(moments, time, np.full(3, np.nan))).all()


def test_latest_value_is_a_step_and_the_first_is_held_backwards() -> None:
    moments, time = every(1, 8), every(3, 3)
    assert at_latest(moments, time, np.array([np.nan, 1.0, 2.0])).tolist() == [1, 1, 1, 1, 1, 1, 2, 2]
    assert np.isnan(at_latest(moments, time, np.full(3, np.nan))).all()


def test_cmr_belongs_to_its_month() -> None:
    injections = np.array(["2024-01-10T05", "2024-01-20T05", "2024-03-04T05"], dtype="datetime64[ns]")
    moments = np.array(
        ["2023-12-31T23", "2024-01-01T00", "2024-01-15T00", "2024-01-31T23", "2024-02-01T00", "2024-03-01T00"], dtype="M8[ns]"
    )
    found = cmr_at(moments, injections, np.array([0.1, 0.2, 0.3]))
    np.testing.assert_array_equal(found, [np.nan, 0.1, 0.1, 0.2, np.nan, 0.3])
    assert np.isnan(cmr_at(moments, injections, np.full(3, np.nan))).all()
