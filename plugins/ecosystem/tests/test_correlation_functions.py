"""Covariance functions against sums over rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.series.correlation_functions import covariance_functions


def slow(x: np.ndarray, y: np.ndarray, lag: int) -> float:
    x, y = np.where(np.isfinite(x), x - np.nanmean(x), 0.0), np.where(np.isfinite(y), y - np.nanmean(y), 0.0)
    return sum(x[i] * y[i + lag] for i in range(max(0, -lag), min(x.size, x.size - lag))) / x.size


@pytest.mark.parametrize(("first", "last"), [(-6, 9), (0, 20), (3, 3), (-12, -4), (-119, 119)])
def test_functions_are_sums_over_rows(first: int, last: int) -> None:
    series = np.random.default_rng(1).normal(size=(3, 120)) + 280.0
    series[1, 40:50] = np.nan
    pairs = [(0, 0), (0, 1), (1, 0), (2, 1)]
    found = covariance_functions(series, pairs, first, last)
    expected = [[slow(series[x], series[y], lag) for lag in range(first, last + 1)] for x, y in pairs]
    np.testing.assert_allclose(found, expected, atol=1e-11)


@given(st.integers(0, 2**32 - 1))
def test_symmetry(seed: int) -> None:
    series = np.random.default_rng(seed).normal(size=(2, 64))
    found = covariance_functions(series, [(0, 1), (1, 0), (0, 0)], -10, 10)
    np.testing.assert_allclose(found[0], found[1][::-1], atol=1e-12)
    np.testing.assert_allclose(found[2], found[2][::-1], atol=1e-12)
    assert found[2][10] == pytest.approx(series[0].var())


def test_a_series_that_holds_nothing_gives_nil() -> None:
    series = np.stack([np.full(30, np.nan), np.arange(30.0)])
    np.testing.assert_allclose(covariance_functions(series, [(0, 1), (0, 0)], -3, 3), 0.0, atol=1e-12)
