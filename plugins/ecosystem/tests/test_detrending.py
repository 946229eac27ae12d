"""Mean states: recursions written out, lines, gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.series.detrending import exponential_mean, fluctuations, linear_trend, running_mean

METHODS = ("block", "linear", "running-mean", "exponential")


def noise(n: int = 400, seed: int = 1) -> np.ndarray:
    return 300.0 + np.cumsum(np.random.default_rng(seed).normal(size=n))


def recursion(x: np.ndarray, rows: int, *, weight: float | None = None) -> np.ndarray:
    """Return the running mean, or with a weight the exponential one, row by row; the first rows are the mean so far."""
    trend = np.empty_like(x)
    for i in range(x.size):
        if i < rows:
            trend[i] = x[: i + 1].mean()
        elif weight is None:
            trend[i] = trend[i - 1] + (x[i] - x[i - rows]) / rows
        else:
            trend[i] = weight * trend[i - 1] + (1 - weight) * x[i]
    return trend


@given(rows=st.integers(1, 450))
def test_running_means_follow_their_recursions(rows: int) -> None:
    x = noise()
    np.testing.assert_allclose(running_mean(x, rows), recursion(x, rows), rtol=1e-11)
    np.testing.assert_allclose(exponential_mean(x, rows), recursion(x, rows, weight=float(np.exp(-1.0 / rows))), rtol=1e-11)


def test_a_running_mean_is_the_mean_of_the_last_rows() -> None:
    x = noise()
    assert running_mean(x, 50)[200] == pytest.approx(x[151:201].mean(), rel=1e-12)


def test_a_line_is_that_of_least_squares() -> None:
    x, time = noise(), np.arange(400)
    np.testing.assert_allclose(linear_trend(x), np.polyval(np.polyfit(time, x, 1), time), rtol=1e-10)
    x[[3, 50, 399]] = np.nan
    valid = np.isfinite(x)
    np.testing.assert_allclose(linear_trend(x), np.polyval(np.polyfit(time[valid], x[valid], 1), time), rtol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_has_no_fluctuations(method: str) -> None:
    np.testing.assert_allclose(fluctuations(np.full(100, 7.5), method, 20), 0.0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_an_offset_changes_nothing_and_gaps_stay(method: str) -> None:
    x = noise()
    x[100:110] = np.nan
    found = fluctuations(x, method, 60)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(x))
    np.testing.assert_allclose(fluctuations(x + 1000.0, method, 60), found, atol=1e-9)
    assert np.isnan(fluctuations(np.full(50, np.nan), method, 10)).all()


def test_a_gap_is_bridged_before_filtering() -> None:
    x = noise()
    bridged = x.copy()
    bridged[101:110] = np.interp(np.arange(101, 110), [100, 110], [x[100], x[110]])
    gappy = x.copy()
    gappy[101:110] = np.nan
    np.testing.assert_allclose(running_mean(gappy, 40), running_mean(bridged, 40), rtol=1e-12)
    np.testing.assert_allclose(exponential_mean(gappy, 40), exponential_mean(bridged, 40), rtol=1e-12)


def test_block_and_line_leave_no_mean_and_no_trend() -> None:
    x, time = noise(), np.arange(400)
    assert fluctuations(x, "block", 1).mean() == pytest.approx(0.0, abs=1e-11)
    rest = fluctuations(x, "linear", 1)
    assert rest.mean() == pytest.approx(0.0, abs=1e-11)
    assert np.polyfit(time, rest, 1)[0] == pytest.approx(0.0, abs=1e-12)


def test_one_value_has_no_line() -> None:
    np.testing.assert_array_equal(linear_trend(np.array([np.nan, 3.0])), [np.nan, 3.0])


def test_another_method_is_refused() -> None:
    with pytest.raises(ValueError, match="no way of detrending 'quadratic': expected block, linear"):
        fluctuations(noise(), "quadratic", 10)
