"""Local lines and the decomposition against the paper's formulas written out slowly, and series of known parts."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.rflux.seasonal_decomposition import local_lines, seasonal_decomposition
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def slow_lines(y: FloatArray, weights: FloatArray, window: int, places: range) -> FloatArray:
    x = np.flatnonzero(~np.isnan(y)).astype(float)
    held = min(window, x.size)
    found = []
    for place in places:
        distance = np.abs(x - place)
        reach = np.sort(distance)[held - 1] * max(1.0, window / x.size)
        near = np.where(distance < reach, (1.0 - (distance / reach) ** 3) ** 3, 0.0) * weights[x.astype(int)]
        roots = np.sqrt(near)
        line = np.linalg.lstsq(roots[:, np.newaxis] * np.column_stack([np.ones(x.size), x - place]), roots * y[x.astype(int)], rcond=None)[
            0
        ]
        found.append(line[0])
    return np.array(found)


def slow_decomposition(y: FloatArray, period: int, seasonal: int, trend: int, outer: int) -> tuple[FloatArray, FloatArray]:
    size = y.size
    weights, slow, season = np.ones(size), np.zeros(size), np.zeros(size)
    for update in range(outer + 1):
        cycle = np.empty(size + 2 * period)
        for phase in range(period):
            part = (y - slow)[phase::period]
            cycle[phase::period] = slow_lines(part, weights[phase::period], seasonal, range(-1, part.size + 1))
        low = cycle
        for width in (period, period, 3):
            low = np.array([low[k : k + width].mean() for k in range(low.size - width + 1)])
        season = cycle[period : period + size] - slow_lines(low, np.ones(size), period + 1 - period % 2, range(size))
        slow = slow_lines(y - season, weights, trend, range(size))
        if update < outer:
            left = np.abs(y - season - slow)
            share = left / (6.0 * np.nanmedian(left))
            weights = np.where(share < 1.0, (1.0 - share**2) ** 2, 0.0)
    return season, slow


def series(size: int = 96, period: int = 8) -> FloatArray:
    random = np.random.default_rng(3)
    time = np.arange(size)
    values = 0.05 * time + 3.0 * np.sin(2.0 * np.pi * time / period) + random.normal(0.0, 0.5, size)
    values[[20, 55]] += 15.0
    values[random.integers(0, size, 12)] = np.nan
    return values


@pytest.mark.parametrize("window", [5, 17, 120])
def test_local_lines(window: int) -> None:
    values = series()
    weights = np.random.default_rng(1).uniform(0.2, 1.0, values.size)
    np.testing.assert_allclose(local_lines(values, weights, window, -2, 98), slow_lines(values, weights, window, range(-2, 98)), atol=1e-9)


@pytest.mark.parametrize("outer", [0, 4])
def test_slow_decomposition(outer: int) -> None:
    values = series()
    season, slow = slow_decomposition(values, 8, 7, 21, outer)
    found = seasonal_decomposition(values, 8, trend_window=21, outer=outer)
    np.testing.assert_allclose(found.seasonal, season, atol=1e-8)
    np.testing.assert_allclose(found.trend, slow, atol=1e-8)
    np.testing.assert_allclose(found.remainder, values - season - slow, atol=1e-8)


def test_another_implementation() -> None:
    seasonal = pytest.importorskip("statsmodels.tsa.seasonal")
    values = np.where(np.isnan(series(192)), 0.0, series(192))
    other = seasonal.STL(values, period=8, seasonal=7, trend=21, low_pass=9).fit(inner_iter=2, outer_iter=0)
    found = seasonal_decomposition(values, 8, trend_window=21, inner=2)
    np.testing.assert_allclose(found.seasonal, other.seasonal, atol=1e-8)
    np.testing.assert_allclose(found.trend, other.trend, atol=1e-8)


def test_lines_and_seasons_are_found_exactly() -> None:
    time = np.arange(240.0)
    season = np.tile(np.array([1.0, -2.0, 3.0, -2.0]), 60)
    values = 0.3 * time + season
    values[50:90] = np.nan
    found = seasonal_decomposition(values, 4, trend_window=31, inner=4, component_windows=(31, 7))
    np.testing.assert_allclose(found.seasonal, season, atol=0.02)
    np.testing.assert_allclose(found.trend, 0.3 * time, atol=0.02)
    assert found.components.shape == (2, 240)
    np.testing.assert_allclose(found.remainder[~np.isnan(values)], 0.0, atol=0.02)
    assert np.isnan(found.remainder[50:90]).all()


def test_outliers_have_no_weight() -> None:
    found = seasonal_decomposition(series(), 8, trend_window=21, outer=5)
    assert found.weights[[20, 55]].tolist() == [0.0, 0.0]


def test_all_weights_zero() -> None:
    assert local_lines(np.array([1.0, 2.0, 3.0]), np.zeros(3), 3, 1, 2).tolist() == pytest.approx([2.0])
    assert local_lines(np.array([np.nan, 4.0]), np.ones(2), 3, 0, 2).tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.ones(15), "15 values are fewer than two periods of 8"),
        (np.where(np.arange(40) % 8 == 3, np.nan, 1.0), "phase 3 of 8 has no value"),
    ],
)
def test_too_little_is_named(values: FloatArray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        seasonal_decomposition(values, 8, trend_window=9)
