"""The dip against linear programmes: the nearest distribution with its mode at each value in turn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_ecosystem.rflux.dip_test import dip_probability, dip_statistic
from scipy.optimize import linprog

if TYPE_CHECKING:
    from numpy.typing import NDArray


def dip_of_programmes(sample: NDArray[np.float64]) -> float:
    """The smallest largest distance of any distribution, convex before and concave after its mode, which may hold a step."""
    values, counts = np.unique(sample, return_counts=True)
    above = np.cumsum(counts) / sample.size
    below = above - counts / sample.size
    return min(_with_mode_at(mode, values, below, above) for mode in range(values.size))


def _with_mode_at(mode: int, values: NDArray[np.float64], below: NDArray[np.float64], above: NDArray[np.float64]) -> float:
    size = values.size
    step, distance = size, size + 1
    rows: list[NDArray[np.float64]] = []
    bounds: list[float] = []

    def at_most(bound: float, **terms: float) -> None:
        row = np.zeros(size + 2)
        for place, factor in terms.items():
            row[int(place[1:])] += factor
        rows.append(row)
        bounds.append(bound)

    def near(place: int, value: float) -> None:
        at_most(value, **{f"_{place}": 1.0, f"_{distance}": -1.0})
        at_most(-value, **{f"_{place}": -1.0, f"_{distance}": -1.0})

    for k in range(size):
        near(k, below[k])
        near(step if k == mode else k, above[k])
    lower, upper = [*range(mode + 1)], [step, *range(mode + 1, size)]
    at_most(0.0, **{f"_{mode}": 1.0, f"_{step}": -1.0})
    for places, x, sign in ((lower, values[: mode + 1], 1.0), (upper, values[mode:], -1.0)):
        for before, after in pairwise(places):
            at_most(0.0, **{f"_{before}": 1.0, f"_{after}": -1.0})
        for k in range(1, len(places) - 1):
            left, right = sign / (x[k] - x[k - 1]), sign / (x[k + 1] - x[k])
            at_most(0.0, **{f"_{places[k - 1]}": -left, f"_{places[k]}": left + right, f"_{places[k + 1]}": -right})
    cost = np.zeros(size + 2)
    cost[distance] = 1.0
    return float(linprog(cost, A_ub=np.array(rows), b_ub=bounds, bounds=[(0.0, 1.0)] * (size + 1) + [(0.0, None)]).fun)


@pytest.mark.parametrize("shape", ["normal", "two humps", "exponential", "rounded"])
def test_linear_programmes(shape: str) -> None:
    random = np.random.default_rng(11)
    for size in (4, 5, 7, 10, 15, 21):
        sample = {
            "normal": random.normal(size=size),
            "two humps": np.concatenate([random.normal(size=size // 2), random.normal(5.0, 0.5, size - size // 2)]),
            "exponential": random.exponential(size=size),
            "rounded": random.integers(0, 6, size).astype(float),
        }[shape]
        assert dip_statistic(sample) == pytest.approx(max(dip_of_programmes(sample), 0.5 / size), abs=1e-7)


def test_known_samples() -> None:
    assert dip_statistic(np.arange(1.0, 11.0)) == pytest.approx(0.05)
    assert dip_statistic([0.0] * 10 + [1.0] * 10) == pytest.approx(0.25)
    assert dip_statistic([3.0, np.nan, 3.0]) == pytest.approx(0.25)
    assert np.isnan(dip_statistic([np.nan]))


def test_dip_does_not_depend_on_unit_and_order() -> None:
    sample = np.random.default_rng(5).normal(size=500)
    assert dip_statistic(7.0 - 0.25 * sample) == pytest.approx(dip_statistic(sample), rel=1e-9)


@pytest.mark.parametrize("size", [12, 75, 300])
def test_probability_of_uniform_samples_is_uniform(size: int) -> None:
    random = np.random.default_rng(size)
    found = np.array([dip_probability(dip_statistic(random.random(size)), size) for _ in range(3000)])
    for share in (0.05, 0.1, 0.5, 0.9):
        assert np.mean(found <= share) == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / 3000) + 0.01)


def test_probability_at_the_ends() -> None:
    assert dip_probability(0.25, 1000) == 0.0
    assert dip_probability(1e-6, 1000) == 1.0
    assert np.isnan(dip_probability(np.nan, 1000))
    assert np.isnan(dip_probability(0.1, 3))
