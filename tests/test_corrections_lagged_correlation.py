"""Lags between series of which the truth is known, and none between series that have nothing to do with each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from icos_core.corrections.lagged_correlation import LagEstimate, averaged, estimate_lag, rates_of_change

ROW = 103.0
WINDOW = 900.0
GAP = 300.0
GRID = 5.0


def field(random: np.random.Generator, seconds: float, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a walk that is smooth over `scale` s on a fine grid, changing by about 1 per row."""
    offsets = np.arange(-4 * scale, 4 * scale + GRID, GRID)
    kernel = np.exp(-0.5 * (offsets / scale) ** 2)
    rate = np.convolve(random.standard_normal(int((seconds + 4 * WINDOW) / GRID)), kernel, mode="same")
    walk = np.cumsum(rate / rate.std()) * GRID / ROW
    return np.arange(walk.size) * GRID - 2 * WINDOW, walk


def series(
    seed: int,
    lag: float,
    *,
    noise: float = 0.3,
    rows: int = 1500,
    jitter: float = 0.0,
    lost: float = 0.0,
    scale: float = 150.0,
    related: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times, one series, and another that sees the same `lag` s later (or something else altogether)."""
    random = np.random.default_rng(seed)
    time = (np.arange(rows) + jitter * random.uniform(-1, 1, rows)) * ROW
    time = time[random.random(rows) >= lost]
    grid, first = field(random, rows * ROW, scale)
    second = first if related else field(random, rows * ROW, scale)[1]
    scatter = noise * random.standard_normal((2, time.size))
    return time, np.interp(time, grid, first) + scatter[0], np.interp(time - lag, grid, second) + scatter[1]


def estimate(time: np.ndarray, first: np.ndarray, second: np.ndarray, **more: Any) -> LagEstimate:
    return estimate_lag(rates_of_change(time, first, GAP), rates_of_change(time, second, GAP), **{"window": WINDOW, **more})


@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("lag", [0.0, 51.5, 100.0, -130.0, 600.0])
def test_a_known_lag_is_found(lag: float, noise: float) -> None:
    errors = []
    for seed in range(4):
        found = estimate(*series(seed, lag, noise=noise))
        assert found.doubt == ""
        assert found.peak > found.zero or abs(lag) < ROW
        errors.append((found.lag - lag) / found.uncertainty)
    assert np.abs(errors).max() < 3.5
    assert abs(np.mean(errors)) < 2.0


@pytest.mark.parametrize("how", [{"jitter": 0.4}, {"lost": 0.3}, {"jitter": 0.4, "lost": 0.3}], ids=str)
def test_irregular_rows_and_gaps(how: dict[str, Any]) -> None:
    errors = [estimate(*series(seed, 75.0, **how)).lag - 75.0 for seed in range(8)]
    assert np.abs(errors).max() < 0.2 * ROW
    assert abs(np.mean(errors)) < 0.06 * ROW


def test_the_uncertainty_is_honest() -> None:
    """Of 80 records, 95 % lie within two standard uncertainties; the number outside is binomial."""
    outside = 0
    for seed in range(80):
        found = estimate(*series(seed, 40.0, noise=1.0, rows=800))
        outside += abs(found.lag - 40.0) > 2 * found.uncertainty
    assert outside <= 10


def test_noise_makes_it_less_certain() -> None:
    quiet, loud = (estimate(*series(3, 100.0, noise=noise)) for noise in (0.1, 1.0))
    assert quiet.uncertainty < loud.uncertainty
    assert quiet.peak > loud.peak


def test_exchanged_series_have_the_opposite_lag() -> None:
    time, first, second = series(1, 100.0)
    there, back = estimate(time, first, second), estimate(time, second, first)
    assert there.lag == pytest.approx(100, abs=10)
    assert back.lag == pytest.approx(-there.lag, abs=1)


@pytest.mark.parametrize(
    "how",
    [
        {"noise": 0.3, "rows": 700},
        {"noise": 0.1, "scale": 2000.0, "rows": 500},
        {"noise": 3.0, "lost": 0.2, "rows": 700},
        {"noise": 0.3, "rows": 300},
    ],
    ids=str,
)
def test_unrelated_series_give_no_lag(how: dict[str, Any]) -> None:
    """One in 200 at most: a false proposal is worse than none."""
    found = [estimate(*series(seed, 0.0, related=False, **how)).doubt for seed in range(200)]
    assert found.count("") <= 1


def test_spikes_do_not_speak_for_the_record() -> None:
    time, first, second = series(2, 100.0)
    random = np.random.default_rng(0)
    for values in (first, second):
        values[random.integers(0, values.size, 30)] += 300.0
    assert estimate(time, first, second).lag == pytest.approx(100, abs=20)


def test_a_peak_at_the_edge_is_no_proposal() -> None:
    assert estimate(*series(1, 880.0)).doubt == "peak at the edge of the window"


def test_a_lag_beyond_the_window_is_no_proposal() -> None:
    assert estimate(*series(1, 2500.0)).doubt != ""


def test_a_flat_peak_is_no_proposal() -> None:
    """What changes over hours and is seen through noise correlates at every lag of the window alike."""
    doubts = [estimate(*series(seed, 0.0, noise=1.0, scale=3000.0)).doubt for seed in range(10)]
    assert set(doubts) <= {"flat peak", "no correlation beyond chance", "peak at the edge of the window"}
    assert "flat peak" in doubts


@pytest.mark.parametrize(
    ("rows", "more", "doubt"),
    [
        (60, {}, "too few pairs"),
        (0, {}, "too few pairs"),
        (1, {}, "too few pairs"),
        (130, {}, "record too short for the window"),
        (1500, {"window": 150.0}, "rows too far apart for the window"),
        (1500, {"least_pairs": 5000}, "too few pairs"),
    ],
)
def test_what_cannot_be_told(rows: int, more: dict[str, Any], doubt: str) -> None:
    found = estimate(*series(1, 50.0, rows=rows), **more)
    assert found.doubt == doubt
    assert np.isnan(found.lag)


def test_a_sensor_that_stands_still() -> None:
    time, first, _ = series(1, 50.0)
    assert estimate(time, first, np.full(time.size, 12.0)).doubt == "a series that does not change"


def test_a_coarse_sensor() -> None:
    """Most rates are exactly 0: the median distance from the median is no scale."""
    time, first, second = series(1, 100.0, noise=0.0)
    assert estimate(time, first, np.round(second / 4) * 4).lag == pytest.approx(100, abs=25)


def test_the_same_seed_gives_the_same() -> None:
    assert estimate(*series(1, 100.0)) == estimate(*series(1, 100.0))


def test_rates_are_of_near_neighbours() -> None:
    middle, rate = rates_of_change(np.array([0.0, 10.0, 20.0, 100.0, 110.0]), np.array([0.0, 1.0, 3.0, 50.0, 49.0]), 15.0)
    np.testing.assert_allclose(middle, [5, 15, 105])
    np.testing.assert_allclose(rate, [0.1, 0.2, -0.1])


def test_averages_of_rows_that_are_close() -> None:
    time, values = averaged(np.array([0.0, 1.0, 2.0, 10.0, 11.0]), np.array([1.0, 2.0, 3.0, 5.0, 7.0]), 5.0)
    np.testing.assert_allclose(time, [1, 10.5])
    np.testing.assert_allclose(values, [2, 6])
    apart = np.array([0.0, 10.0])
    assert averaged(apart, apart, 5.0)[0] is apart
