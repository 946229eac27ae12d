"""Robust local baselines: against a plain reading of the method, and on plumes whose baseline is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from icos_atmosphere.spikes import WEEK, rebs_baseline, spikes_rebs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

MINUTE = 60 * 10**9
MONDAY = int(np.datetime64("2024-01-01", "ns").astype(np.int64))


def minutes(count: int) -> NDArray[np.int64]:
    return MONDAY + np.arange(count) * MINUTE


def polluted(seed: int, count: int = 600) -> FloatArray:
    rng = np.random.default_rng(seed)
    values = 410.0 + 5.0 * np.sin(np.arange(count) / 200.0) + rng.normal(0.0, 0.1, count)
    for start in rng.integers(0, count, 6):
        values[start : start + 8] += rng.uniform(1.0, 20.0)
    return values


def fitted_plainly(time: FloatArray, values: FloatArray, weight: FloatArray, half: float) -> FloatArray:
    """Local lines by numpy's least squares, one value after the other."""
    fitted = np.full(values.shape, np.nan)
    for row, now in enumerate(time):
        away = (time - now) / half
        near = np.flatnonzero(np.abs(away) < 1.0)
        w = weight[near] * (1.0 - np.abs(away[near]) ** 3) ** 3
        if w.sum() > 0.0:
            mean = np.average(away[near], weights=w)
            sloping = np.average((away[near] - mean) ** 2, weights=w) > 1e-6
            columns = np.column_stack([np.ones(near.size), away[near] - mean])[:, : 1 + sloping]
            solved = np.linalg.lstsq(columns * np.sqrt(w)[:, np.newaxis], values[near] * np.sqrt(w), rcond=None)[0]
            fitted[row] = solved[0] - (solved[1] * mean if sloping else 0.0)
    there = np.isfinite(fitted)
    return np.interp(time, time[there], fitted[there])


def read_plainly(
    time: NDArray[np.int64], values: FloatArray, bandwidth: float, b: float, maxit: tuple[int, int], scale: str
) -> tuple[FloatArray, float]:
    seconds, weight = (time - time[0]) / 1e9, np.ones(values.size)
    fitted = fitted_plainly(seconds, values, weight, bandwidth / 2)
    for phase, iterations in zip(("asymmetric", "symmetric"), maxit, strict=True):
        for _ in range(iterations):
            r = values - fitted
            chosen = r[r < 0] if phase == "asymmetric" and scale == "negative" else r
            gamma = np.median(np.abs(chosen)) / 0.6745
            u = np.abs(r) / (b * gamma)
            weight = np.where(u <= 1.0, (1.0 - u**2) ** 2, 0.0)
            if phase == "asymmetric":
                weight = np.where(r < 0.0, 1.0, weight)
            fitted = fitted_plainly(seconds, values, weight, bandwidth / 2)
    r = values - fitted
    return fitted, float(np.median(np.abs(r[r < 0] if scale == "negative" else r)) / 0.6745)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("scale", ["negative", "all"])
@pytest.mark.parametrize("spacing", ["regular", "irregular"])
def test_baseline_is_that_of_the_plain_method(seed: int, scale: Literal["negative", "all"], spacing: str) -> None:
    values, time = polluted(seed), minutes(600)
    if spacing == "irregular":
        rng = np.random.default_rng(seed)
        kept = rng.random(600) < 0.7
        kept[300:380] = False
        time, values = (time + rng.integers(0, MINUTE, 600))[kept], values[kept]
    found = rebs_baseline(time, values, scale=scale)
    baseline, gamma = read_plainly(time, values, 3600.0, 3.5, (2, 2), scale)
    assert found.value == pytest.approx(baseline, abs=1e-9)
    assert found.scale == pytest.approx(np.full(values.size, gamma), abs=1e-9)


def test_parameters_are_those_of_the_plain_method() -> None:
    values, time = polluted(3), minutes(600)
    found = rebs_baseline(time, values, bandwidth=1500.0, b=2.5, maxit=(3, 1))
    baseline, gamma = read_plainly(time, values, 1500.0, 2.5, (3, 1), "negative")
    assert found.value == pytest.approx(baseline, abs=1e-9)
    assert found.scale[0] == pytest.approx(gamma, abs=1e-9)


def test_a_line_is_its_own_baseline() -> None:
    """Local lines follow a line to the edges, without noise and whatever the gaps."""
    kept = np.random.default_rng(5).random(500) < 0.5
    time = minutes(500)[kept]
    values = 400.0 + 1e-12 * (time - MONDAY)
    assert rebs_baseline(time, values).value == pytest.approx(values, abs=1e-9)


def test_pollution_does_not_lift_the_baseline() -> None:
    """Plumes of a tenth of all minutes: the baseline stays within a tenth of the noise of the truth, its scale is that of the noise."""
    rng = np.random.default_rng(6)
    truth = 410.0 + 5.0 * np.sin(np.arange(10_080) / 2000.0)
    plume = np.zeros(10_080, dtype=bool)
    for start in rng.integers(0, 10_000, 130):
        plume[start : start + 8] = True
    values = truth + rng.normal(0.0, 0.1, 10_080) + np.where(plume, rng.uniform(2.0, 20.0, 10_080), 0.0)
    found = rebs_baseline(minutes(10_080), values)
    assert np.sqrt(np.mean((found.value - truth) ** 2)) < 0.05
    assert abs(np.mean(found.value - truth)) < 0.01
    assert found.scale[0] == pytest.approx(0.1, rel=0.05)
    spikes = spikes_rebs(minutes(10_080), values, 5.0)
    assert spikes.spike[plume].all()
    assert spikes.spike[~plume].mean() < 1e-3
    assert spikes.evaluated.all()


def test_a_plume_longer_than_the_bandwidth_is_bridged() -> None:
    values = 410.0 + np.random.default_rng(7).normal(0.0, 0.1, 1000)
    values[400:440] += 30.0
    found = spikes_rebs(minutes(1000), values, 3.0, bandwidth=1200.0)
    baseline = rebs_baseline(minutes(1000), values, bandwidth=1200.0).value
    assert np.all(np.isfinite(baseline))
    assert found.spike[400:440].any()


def test_windows_do_not_know_each_other() -> None:
    values, time = polluted(8, 800), minutes(800) + int(WEEK * 1e9) - 400 * MINUTE
    both, second = rebs_baseline(time, values), rebs_baseline(time[400:], values[400:])
    assert both.value[400:].tolist() == second.value.tolist()
    assert len(set(both.scale.tolist())) == 2


@pytest.mark.parametrize("values", [np.full(100, 400.0), np.arange(59.0), np.empty(0)], ids=["constant", "few", "none"])
def test_without_noise_or_values_nothing_is_evaluated(values: FloatArray) -> None:
    found = spikes_rebs(minutes(values.size), values, 3.0)
    assert not found.evaluated.any()
    assert not found.spike.any()
