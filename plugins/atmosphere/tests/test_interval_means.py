"""Means over intervals, and the propagation of uncertainty against drawn errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.interval_means import combined, mean_uncertainty, means


@given(seed=st.integers(0, 10_000), count=st.integers(0, 60), groups=st.integers(1, 9))
def test_statistics_are_those_of_each_group(seed: int, count: int, groups: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(2000, 10, count)
    values[rng.random(count) < 0.2] = np.nan
    group = rng.integers(0, groups, count)
    found = means(values, group, groups)
    for number in range(groups):
        own = values[(group == number) & np.isfinite(values)]
        assert found.n[number] == own.size
        assert found.mean[number] == pytest.approx(own.mean() if own.size else np.nan, rel=1e-14, nan_ok=True)
        assert found.stdev[number] == pytest.approx(own.std(ddof=1) if own.size > 1 else np.nan, rel=1e-9, abs=1e-11, nan_ok=True)


def test_propagation_agrees_with_drawn_errors() -> None:
    """20,000 draws: independent errors average out, common ones do not."""
    rng = np.random.default_rng(7)
    group = np.repeat([0, 1, 2], [1, 4, 20])
    independent, common = rng.uniform(0.05, 0.2, 25), np.repeat([0.1, 0.02, 0.3], [1, 4, 20])
    draws = 20_000
    errors = rng.normal(0, independent, (draws, 25)) + rng.normal(0, 1, (draws, 3))[:, group] * common
    spread = np.array([[means(draw, group, 3).mean for draw in errors]])[0].std(axis=0)
    told = combined([mean_uncertainty(independent, group, 3, "independent"), mean_uncertainty(common, group, 3, "common")])
    assert told == pytest.approx(spread, rel=0.02)  # a standard deviation of 20,000 draws is known to 0.5 %


def test_unknown_uncertainties_count_like_the_others() -> None:
    uncertainty = np.array([0.3, np.nan, 0.4, np.nan, np.nan])
    group = np.array([0, 0, 0, 1, 1])
    assert mean_uncertainty(uncertainty, group, 3, "common") == pytest.approx([0.35, np.nan, np.nan], nan_ok=True)
    # Mean square 0.125 of three values.
    assert mean_uncertainty(uncertainty, group, 3, "independent") == pytest.approx([np.sqrt(0.125 / 3), np.nan, np.nan], nan_ok=True)


def test_values_that_do_not_count_have_no_part() -> None:
    uncertainty, group = np.array([0.3, 9.0, 0.4]), np.zeros(3, dtype=int)
    counted = np.array([True, False, True])
    assert mean_uncertainty(uncertainty, group, 1, "independent", counted) == pytest.approx([0.25])


def test_terms_add_in_quadrature_as_far_as_they_are_known() -> None:
    assert combined([np.array([3.0, np.nan, np.nan]), np.array([4.0, 2.0, np.nan])]) == pytest.approx([5.0, 2.0, np.nan], nan_ok=True)
