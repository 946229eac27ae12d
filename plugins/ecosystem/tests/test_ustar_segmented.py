"""Thresholds from bent lines: the best of all change points, the score test, and Tharandt as REddyProc has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icos_ecosystem.ustar.segmented import bend, segmented_season, segmented_year
from scipy import stats
from tharandt import LENGTH, tharandt

if TYPE_CHECKING:
    from pathlib import Path

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def squares(x: Array, y: Array, c: float) -> float:
    design = np.stack([np.ones(x.size), np.maximum(c - x, 0.0)], axis=1)
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(np.sum((y - fitted) ** 2))


def records(seed: int, size: int = 150, threshold: float = 0.4, digits: int = 2) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    x = np.round(random.gamma(3.0, 0.13, size), digits)
    return x, 3.0 * np.minimum(x, threshold) / threshold + random.standard_normal(size)


@settings(max_examples=15)
@given(seed=st.integers(0, 1000), digits=st.sampled_from([1, 2, 9]), size=st.integers(20, 150))
def test_no_change_point_fits_better(seed: int, digits: int, size: int) -> None:
    x, y = records(seed, size, digits=digits)
    found = bend(x, y)
    low, high = np.quantile(x, [0.05, 0.95])
    assert low <= found.change_point <= high
    own = squares(x, y, found.change_point)
    residual = y - found.above - found.slope * -np.maximum(found.change_point - x, 0.0)
    assert np.sum(residual**2) == pytest.approx(own, rel=1e-9)
    # The quantiles themselves are no candidates unless they are values.
    values = x[(x >= low) & (x <= high)]
    tried = np.linspace(values.min(), values.max(), 200)
    assert all(own <= squares(x, y, c) * (1.0 + 1e-9) for c in tried[tried > x.min()])


def test_the_score_test_is_that_of_regression() -> None:
    """With the variance of the bent line instead of its own, the t value of the averaged term in a regression on it."""
    x, y = records(3)
    found = bend(x, y)
    term = np.mean([np.maximum(c - x, 0.0) for c in np.linspace(x.min(), x.max(), 10)], axis=0)
    fit = stats.linregress(term, y)
    residual = np.sum((y - fit.intercept - fit.slope * term) ** 2) / (x.size - 2)
    t = fit.slope / fit.stderr * np.sqrt(residual / (squares(x, y, found.change_point) / (x.size - 3)))
    assert found.p == pytest.approx(2.0 * stats.t.sf(abs(t), x.size - 3), rel=1e-9)


def test_lines_without_noise_are_found_exactly() -> None:
    x = np.linspace(0.0, 1.0, 101)
    found = bend(x, 2.0 * np.minimum(x, 0.333))
    assert found.change_point == pytest.approx(0.333)
    assert (found.slope, found.above) == pytest.approx((2.0, 0.666))
    assert found.p < 1e-12


@pytest.mark.parametrize(("x", "y"), [(np.full(30, 0.2), np.arange(30.0)), (np.arange(3.0), np.arange(3.0)), (np.empty(0), np.empty(0))])
def test_records_that_tell_nothing(x: Array, y: Array) -> None:
    assert np.isnan(bend(x, y)).all()


def test_a_constant_flux_has_no_bend() -> None:
    assert not bend(np.linspace(0.1, 1.0, 50), np.full(50, 2.0)).p <= 0.05


def season(size: int = 1500, threshold: float = 0.35, noise: float = 0.4) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(8)
    ta = np.round(random.normal(10.0, 4.0, size), 1)
    ustar = np.round(random.gamma(3.0, 0.13, size), 2)
    flux = 3.0 * np.exp(0.06 * (ta - 10.0)) * np.minimum(ustar, threshold) / threshold + noise * random.standard_normal(size)
    return ta, ustar, flux


def test_a_season_and_a_year_of_known_threshold() -> None:
    found = segmented_season(*season())
    assert len(found.bends) == 18
    assert found.threshold == pytest.approx(0.35, abs=0.02)
    ta, ustar, flux = season(4000)
    half = np.repeat([3, 6], 2000)
    year = segmented_year(ta, ustar, flux, half)
    assert not year.together
    assert year.year == max(each.threshold for each in year.seasons.values())
    # Too few records for a year of seasons.
    few = segmented_year(ta[:2000], ustar[:2000], flux[:2000], half[1000:3000])
    assert few.together
    assert few.year == segmented_season(ta[:2000], ustar[:2000], flux[:2000]).threshold


def test_a_season_without_enough() -> None:
    ta, ustar, flux = season(699)
    assert np.isnan(segmented_season(ta, ustar, flux).threshold)
    ta, ustar, _ = season()
    noise = np.random.default_rng(1).standard_normal(ta.size)
    assert np.isnan(segmented_season(ta, ustar, noise).threshold)
    correlated = segmented_season(ta, 0.1 + 0.02 * (ta - ta.min()), noise)
    assert np.isnan([each.p for each in correlated.bends]).all()
    year = segmented_year(ta, ustar, noise, np.ones(ta.size, np.int64))
    assert np.isnan(year.year)
    assert not year.together
    assert np.isnan(segmented_season(np.full(800, 3.0), np.full(800, 0.1), np.arange(800.0)).threshold)


@pytest.mark.realdata
def test_tharandt_has_a_threshold_in_summer_alone(folder: Path) -> None:
    """REddyProc, whose fit starts from a guess, finds 0.560 there; a search by regressions at all values and meeting points finds 0.480."""
    data = tharandt(folder)
    month = (np.datetime64("1998-01-01T00:00") + np.arange(LENGTH) * np.timedelta64(30, "m")).astype("datetime64[M]").astype(int) % 12 + 1
    kept = (data["SW_IN"] < 10.0) & np.isfinite(data["NEE"] + data["TA"] + data["USTAR"])
    found = segmented_year(data["TA"][kept], data["USTAR"][kept], data["NEE"][kept], month[kept] // 3)
    assert [int((month[kept] // 3 == each).sum()) for each in (1, 2, 3)] == [1218, 779, 1644]
    assert [each for each, own in found.seasons.items() if np.isfinite(own.threshold)] == [2]
    assert not found.together
    assert found.year == pytest.approx(0.48, abs=0.005)
