"""Autoregressive models against plain sums, solved equations and made-up processes."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.series.autoregressive import RANDOM_WALK_LIMIT, autocovariance, fit_autoregression, variance_ratio, whitened
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter


def process(size: int = 20_000, seed: int = 0) -> np.ndarray:
    return np.asarray(lfilter([1.0], [1.0, -1.2, 0.5], np.random.default_rng(seed).normal(size=size)) + 7.0)


def test_autocovariance_is_the_plain_sum() -> None:
    series = process(301)
    deviation = series - series.mean()
    plain = [float(deviation[lag:] @ deviation[: 301 - lag]) / 301 for lag in range(20)]
    np.testing.assert_allclose(autocovariance(series, 19), plain, atol=1e-12)


def test_coefficients_solve_the_equations_of_yule_and_walker() -> None:
    series = process(5000)
    found = fit_autoregression(series, 30)
    covariances = autocovariance(series, found.size)
    np.testing.assert_allclose(found, solve_toeplitz(covariances[:-1], covariances[1:]), rtol=1e-9)


def test_order_has_the_least_criterion() -> None:
    series = process(2000, seed=3)
    covariances = autocovariance(series, 25)

    def criterion(order: int) -> float:
        phi = solve_toeplitz(covariances[:order], covariances[1 : order + 1]) if order else np.empty(0)
        return 2000 * np.log(covariances[0] - phi @ covariances[1 : order + 1]) + 2.0 * order

    assert fit_autoregression(series, 25).size == np.argmin([criterion(order) for order in range(26)])


def test_known_process() -> None:
    found = fit_autoregression(process(200_000))
    np.testing.assert_allclose(found[:2], [1.2, -0.5], atol=0.02)


def test_what_is_left_is_white() -> None:
    series = process()
    left = whitened(series, np.array([1.2, -0.5]))
    deviation = series - series.mean()
    np.testing.assert_allclose(left, deviation[2:] - 1.2 * deviation[1:-1] + 0.5 * deviation[:-2], atol=1e-9)
    assert np.abs(autocovariance(left, 10)[1:]).max() < 0.04
    np.testing.assert_allclose(whitened(series, np.empty(0)), deviation, atol=1e-9)


def test_constant_series_has_no_model() -> None:
    assert fit_autoregression(np.full(100, 3.0)).size == 0
    assert np.isnan(variance_ratio(np.full(100, 3.0)))


def test_random_walks_are_told_from_stationary_series() -> None:
    random = np.random.default_rng(8)
    walks = np.array([variance_ratio(np.cumsum(random.normal(size=1000))) for _ in range(2000)])
    assert np.mean(walks < RANDOM_WALK_LIMIT) == pytest.approx(0.01, abs=0.006)
    # Breitung (2002): 5 % critical value with the mean taken off.
    assert np.mean(walks < 0.01) == pytest.approx(0.05, abs=0.015)
    assert variance_ratio(process()) < RANDOM_WALK_LIMIT
