"""Covariances over lags: a slow twin of whole and gappy series, EddyPro's covariances, and the time they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_input import despiked, hohes_holz
from eddypro_results import fluxnet
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.series.lagged_covariance import LaggedCovariances, lagged_covariances, wind_covariances
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    from pathlib import Path


def series(n: int = 300, seed: int = 1, gaps: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    wind = random.normal(size=(3, n)) + np.array([[5.0], [-1.0], [0.2]]) + np.linspace(0, 2, n)
    scalar = 400.0 + random.normal(size=n) + np.roll(wind[2], 4) + np.linspace(-3, 1, n)
    if gaps:
        scalar[random.integers(0, n, gaps)] = np.nan
        wind[1, random.integers(0, n, gaps)] = np.nan
    return wind, scalar


def pairs(x: np.ndarray, y: np.ndarray, low: int, high: int, lag: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, x and y(t + lag) of which both are there."""
    rows = np.arange(max(low, 0, -lag), min(high, x.size, x.size - lag))
    both = np.isfinite(x[rows]) & np.isfinite(y[rows + lag])
    rows = rows[both]
    return rows, x[rows], y[rows + lag]


def covariance(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean((x - x.mean()) * (y - y.mean()))) if x.size > 1 else np.nan


def slope(rows: np.ndarray, values: np.ndarray) -> float:
    valid = np.isfinite(values)
    return float(np.polyfit(rows[valid], values[valid], 1)[0])


def slow(wind: np.ndarray, scalar: np.ndarray, first: int, last: int, intervals: int) -> LaggedCovariances:
    n, lags, length = scalar.size, range(first, last + 1), scalar.size // intervals
    whole = [[covariance(*pairs(x, scalar, 0, n, lag)[1:]) for lag in lags] for x in wind]
    parts = [
        [[covariance(*pairs(x, scalar, part * length, (part + 1) * length, lag)[1:]) for lag in lags] for x in wind]
        for part in range(intervals)
    ]
    detrended = np.empty((len(wind), len(lags)))
    moments = []
    for k, lag in enumerate(lags):
        shifted = np.full(n, np.nan)
        rows = np.arange(max(0, -lag), min(n, n - lag))
        shifted[rows] = scalar[rows + lag]
        its_slope = slope(np.arange(n), shifted)
        kept = np.isfinite(shifted)
        moments.append((shifted[kept].mean(), shifted[kept].var(), (shifted - its_slope * np.arange(n))[kept].var()))
        for j, x in enumerate(wind):
            straight = x - slope(np.arange(n), x) * np.arange(n)
            detrended[j, k] = covariance(*pairs(straight, shifted - its_slope * np.arange(n), 0, n, 0)[1:])
    return LaggedCovariances(np.array([whole, *parts]), detrended, *np.array(moments).T)


@pytest.mark.parametrize("gaps", [0, 40])
@pytest.mark.parametrize(("first", "last", "intervals"), [(-7, 9, 6), (0, 0, 4), (3, 5, 1), (-60, -58, 7)])
def test_everything_is_what_a_slow_twin_gives(gaps: int, first: int, last: int, intervals: int) -> None:
    wind, scalar = series(gaps=gaps)
    found, expected = lagged_covariances(wind, scalar, first, last, intervals), slow(wind, scalar, first, last, intervals)
    for name, ours, theirs in zip(found._fields, found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11, err_msg=name)


@given(lag=st.integers(-20, 20))
def test_a_delayed_series_has_its_maximum_at_its_delay(lag: int) -> None:
    wind = np.random.default_rng(3).normal(size=(1, 800))
    found = lagged_covariances(wind, np.roll(wind[0], lag), -20, 20)
    assert np.argmax(np.abs(found.covariance[0, 0])) - 20 == lag


def test_a_trend_of_both_is_no_covariance_after_detrending() -> None:
    time = np.linspace(0, 1, 600)
    found = lagged_covariances(np.stack([2.0 + 3.0 * time, -time, np.ones(600)]), 400.0 - 5.0 * time, -2, 2)
    np.testing.assert_allclose(found.detrended, 0.0, atol=1e-12)
    np.testing.assert_allclose(found.detrended_variance, 0.0, atol=1e-12)
    assert found.covariance[0, 0, 2] == pytest.approx(-15.0 * time.var())


def test_what_is_not_there_gives_nothing() -> None:
    wind, scalar = series(50)
    absent = lagged_covariances(wind, np.full(50, np.nan), -1, 1, 2)
    assert all(np.isnan(each).all() for each in absent)
    beyond = lagged_covariances(wind, scalar, 48, 60, 2)
    assert np.isfinite(beyond.covariance[0, 0, 0])
    assert np.isnan(beyond.covariance[0, :, 2:]).all()
    assert np.isnan(beyond.mean[2:]).all()
    wind[1] = np.nan
    half = lagged_covariances(wind, scalar, 0, 0, 2)
    assert np.isnan(half.covariance[:, 1]).all()
    assert np.isfinite(half.covariance[:, [0, 2]]).all()


@pytest.mark.parametrize("gaps", [0, 30])
def test_winds_among_each_other(gaps: int) -> None:
    wind, _ = series(gaps=gaps)
    found = wind_covariances(wind, 6)
    expected = [[covariance(*pairs(x, y, 0, 300, 0)[1:]) for y in wind] for x in wind]
    assert found.shape == (7, 3, 3)
    np.testing.assert_allclose(found[0], expected, rtol=1e-9)
    np.testing.assert_allclose(found, np.swapaxes(found, 1, 2), rtol=1e-9)


@pytest.mark.realdata
def test_covariances_of_a_half_hour_are_eddypros(real_data: Path) -> None:
    raw = {name: each.values for name, each in despiked(hohes_holz(real_data)).items()}
    row = fluxnet(real_data, "DE-HoH/express").iloc[0]
    wind = np.stack([raw[name] for name in "uvw"])
    up = double_rotation(wind.mean(axis=1)[np.newaxis])[0][0, 2]
    # Lags of CO2 and H2O are 3 and 4 samples.
    for name, lag, column in (("ts", 0, "W_T_SONIC_COV"), ("co2", 3, "W_CO2_MEAS_COV"), ("h2o", 4, "W_H2O_MEAS_COV")):
        found = lagged_covariances(wind, raw[name], lag, lag)
        assert up @ found.covariance[0, :, 0] == pytest.approx(row[column], rel=1e-5), name
