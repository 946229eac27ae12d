"""How often the interval of the random uncertainty holds the truth, over half hours that are drawn independently."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from flux_towers import fluxes_of
from icos_ecosystem.simulators.eddy_covariance import SIMULATOR

N = 480
FLUXES = ("TAU", "H", "LE", "FC")


@cache
def day_after_day(path: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Return difference from the truth and standard uncertainty of ten days' half hours, stable and unstable, and which are unstable.

    Two rows per second are enough for what makes the error, fluctuations of seconds to minutes, and leave no room for sensors' losses.
    """
    made_for = SIMULATOR.options(path=path, half_hours=N, frequency=2.0, spikes=0, attenuation=False, lags={"co2": 0.5, "h2o": 1.0})
    found, truth = fluxes_of(made_for, seed=11, random_uncertainty={"method": "finkelstein-sims", "integral_time_scale": "full"})
    difference = {name: found[name].values - truth[name].values for name in FLUXES}
    return difference, {name: found[f"{name}_uncertainty"].values for name in FLUXES}, truth["H"].values > 0


def test_pooled_coverage_of_a_closed_path():
    difference, uncertainty, unstable = day_after_day("closed")
    inside = np.stack([np.abs(difference[name]) <= 1.96 * uncertainty[name] for name in FLUXES])
    assert inside.shape == (4, N)
    assert 0.93 <= inside.mean() <= 0.97
    # Of each flux and each regime alone, within what 480 draws, or half of them, can tell.
    for each in inside:
        assert 0.93 <= each.mean() <= 0.97
        assert min(each[unstable].mean(), each[~unstable].mean()) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 220)


def test_mean_bias_is_within_its_error():
    difference, _, _ = day_after_day("closed")
    for name in ("H", "LE", "FC"):
        assert abs(difference[name].mean()) < 3 * difference[name].std(ddof=1) / np.sqrt(N), name


def test_error_scaled_by_uncertainty_has_unit_spread():
    difference, uncertainty, _ = day_after_day("closed")
    for name in FLUXES:
        scaled = difference[name] / uncertainty[name]
        assert scaled.std(ddof=1) == pytest.approx(1.0, abs=3 / np.sqrt(2 * N)), name


def test_pooled_coverage_of_an_open_path():
    """The error of a density is not that of the flux: what temperature and humidity have in it, the density correction takes out again."""
    difference, uncertainty, unstable = day_after_day("open")
    inside = np.stack([np.abs(difference[name]) <= 1.96 * uncertainty[name] for name in FLUXES])
    assert 0.93 <= inside.mean() <= 0.97
    co2 = (difference["FC"] / uncertainty["FC"])[unstable]
    assert co2.std(ddof=1) == pytest.approx(1.0, abs=3 / np.sqrt(2 * unstable.sum()))
