"""The semivariogram against its definition, and the uncertainty against air that is known in every minute."""

import numpy as np
import pytest
from icos_atmosphere.representativeness import Pairs, minute_pairs, plume_uncertainty, pooled, sampling_uncertainty, semivariogram
from sampled_air import wandering_air

LAGS = np.arange(60)


def theoretical(sd: float, minutes: float) -> np.ndarray:
    return sd**2 * (1 - np.exp(-LAGS / minutes))


def of_grid(grid: np.ndarray, noise: float | None = None) -> Pairs:
    """Return the pairs of all hours but the last, NaN where there is no minute."""
    minute = np.flatnonzero(np.isfinite(grid.ravel()))
    return minute_pairs(minute, grid.ravel()[minute], grid.size - 60, None if noise is None else np.full(minute.size, noise))


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_pairs_are_counted_and_added_up_as_defined(share: float) -> None:
    rng = np.random.default_rng(3)
    hours = 5
    grid = rng.normal(1900, 20, (hours + 1, 60))
    grid[rng.random(grid.shape) > share] = np.nan
    found = of_grid(grid, 0.3)
    flat = grid.ravel()
    for lag in LAGS[1:]:
        differences = flat[lag : hours * 60 + lag] - flat[: hours * 60]
        differences = differences[np.isfinite(differences)]
        assert found.count[lag] == differences.size
        assert found.squares[lag] == pytest.approx(0.5 * np.square(differences).sum(), rel=1e-12)
    present = np.isfinite(grid[:-1])
    assert (found.hours, found.minutes) == (present.any(axis=1).sum(), present.sum())
    assert found.noise == pytest.approx(0.09 * present.sum())


def test_semivariogram_of_known_air() -> None:
    rng = np.random.default_rng(5)
    air = wandering_air(rng, 20_000, sd=2.0, minutes=30.0)
    noise = 0.3
    gamma = semivariogram(of_grid(air + rng.normal(0, noise, air.shape), noise))
    # 20,000 hours are some 20,000 independent values: γ is known to about 2 %, small lags are better known.
    assert gamma == pytest.approx(theoretical(2.0, 30.0), rel=0.03)


def test_noise_that_nobody_states_stays_in() -> None:
    rng = np.random.default_rng(5)
    gamma = semivariogram(of_grid(rng.normal(410, 0.3, (2000, 60))))
    assert gamma is not None
    assert gamma[1:] == pytest.approx(np.full(59, 0.09), rel=0.03)


def test_lags_without_pairs_are_bridged() -> None:
    """Sampled in the first 15 minutes: pairs are up to 14 minutes apart, and from 46 on."""
    rng = np.random.default_rng(8)
    air = wandering_air(rng, 20_000, sd=2.0, minutes=30.0)
    air[:, 15:] = np.nan
    gamma = semivariogram(of_grid(air))
    assert gamma == pytest.approx(theoretical(2.0, 30.0), rel=0.04)


@pytest.mark.parametrize("seed", range(20))
def test_no_choice_of_minutes_has_a_negative_variance(seed: int) -> None:
    """Two days of air that is anything but stationary: raw estimates would give negative variances for some choices."""
    rng = np.random.default_rng(seed)
    air = wandering_air(rng, 48, sd=1.0, minutes=60.0) * np.exp(rng.normal(0, 1.5, 48))[:, None]
    air[:, rng.permutation(60)[:40]] = np.nan
    gamma = semivariogram(of_grid(air))
    assert gamma is not None
    weights = rng.normal(0, 1, (500, 60))
    weights -= weights.mean(axis=1)[:, None]
    between = gamma[np.abs(LAGS[:, None] - LAGS)]
    variance = -np.einsum("hi,ij,hj->h", weights, between, weights)
    assert variance.min() >= -1e-9 * np.abs(variance).max()


def test_air_that_never_changes_is_certain() -> None:
    gamma = semivariogram(of_grid(np.full((100, 60), 410.0)))
    assert gamma == pytest.approx(np.zeros(60))


def test_without_pairs_nothing_is_known() -> None:
    grid = np.full((200, 60), np.nan)
    grid[:, 30] = 410.0
    assert semivariogram(of_grid(grid)) is None


def test_short_months_take_their_neighbours_along() -> None:
    grid = np.full((101, 60), 410.0)
    months = [of_grid(grid[: hours + 1]) for hours in (100, 10, 50, 100)]
    assert [each.hours for each in pooled(months, fewest_hours=60)] == [100, 160, 160, 100]
    assert [each.hours for each in pooled(months, fewest_hours=9)] == [100, 10, 50, 100]
    assert [each.hours for each in pooled(months, fewest_hours=900)] == [260] * 4


def test_uncertainty_is_the_quadratic_form() -> None:
    rng = np.random.default_rng(2)
    sampled = rng.random((40, 60)) < 0.3
    sampled[0], sampled[1] = True, False
    sampled[3] = sampled[2]
    gamma = theoretical(1.5, 45.0)
    found = sampling_uncertainty(sampled, gamma)
    assert found[0] == 0.0
    assert np.isnan(found[1])
    for row in range(2, 40):
        weights = sampled[row] / sampled[row].sum() - 1 / 60
        variance = -sum(weights[i] * weights[j] * gamma[abs(i - j)] for i in range(60) for j in range(60))
        assert found[row] == pytest.approx(np.sqrt(variance), rel=1e-9)


@pytest.mark.parametrize("minutes", [5.0, 60.0, 2000.0])
def test_uncertainty_agrees_with_drawn_air(minutes: float) -> None:
    """Each hour on its own: what 20,000 of them differ from their samples, at the true semivariogram."""
    rng = np.random.default_rng(11)
    air = wandering_air(rng, 20_000, sd=2.0, minutes=minutes)
    sampled = np.zeros(60, dtype=bool)
    sampled[[*range(5), *range(20, 27)]] = True
    errors = air[:, sampled].mean(axis=1) - air.mean(axis=1)
    (told,) = sampling_uncertainty(sampled[None, :], theoretical(2.0, minutes))
    assert errors.std() == pytest.approx(told, rel=0.02)


def test_a_plume_counts_as_far_as_the_hour_was_not_sampled() -> None:
    sampled = np.zeros((4, 60), dtype=bool)
    sampled[0, :20], sampled[1, :], sampled[2, :30] = True, True, True
    found = plume_uncertainty(np.array([3.0, 3.0, -2.0, np.nan]), sampled)
    assert found == pytest.approx([2.0, 0.0, 1.0, 0.0])
