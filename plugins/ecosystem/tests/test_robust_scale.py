"""Qn against all pairs, written out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.rflux.robust_scale import NORMAL_CONSISTENCY, qn_scale


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.integers(-3, 3).map(float)), min_size=2, max_size=60))
def test_all_pairs(sample: list[float]) -> None:
    distances = sorted(abs(one - other) for one, other in combinations(sample, 2))
    half = len(sample) // 2 + 1
    assert qn_scale(sample, corrected=False) == NORMAL_CONSISTENCY * distances[half * (half - 1) // 2 - 1]


@pytest.mark.parametrize("decimals", [1, 3, 12])
def test_many_values_and_ties(decimals: int) -> None:
    sample = np.random.default_rng(4).normal(size=901).round(decimals)
    distances = np.abs(sample[:, np.newaxis] - sample)[np.triu_indices(901, 1)]
    rank = 451 * 450 // 2
    assert qn_scale(sample, corrected=False) == NORMAL_CONSISTENCY * np.partition(distances, rank - 1)[rank - 1]


def test_standard_deviation_of_a_normal_sample() -> None:
    assert qn_scale(np.random.default_rng(1).normal(3.0, 2.0, 100_000)) == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize("size", [2, 3, 9, 10, 11])
def test_small_samples_are_without_bias(size: int) -> None:
    random = np.random.default_rng(2)
    assert np.mean([qn_scale(random.normal(size=size)) for _ in range(8000)]) == pytest.approx(1.0, abs=0.03)


def test_half_of_the_data_may_be_spoiled() -> None:
    sample = np.random.default_rng(3).normal(size=101)
    sample[:49] += 1e9
    assert qn_scale(sample) < 10.0


def test_missing_values_take_no_part() -> None:
    assert qn_scale([1.0, np.nan, 3.0, 8.0]) == qn_scale([1.0, 3.0, 8.0])
    assert np.isnan(qn_scale([1.0, np.nan]))
    assert qn_scale([2.0] * 30) == 0.0
