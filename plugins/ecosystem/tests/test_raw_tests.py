"""Raw tests: made series, slow twins, and EddyPro's flags on 128 half hours of two towers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from eddypro_input import NAMES, despiked, finse, hohes_holz, within_limits
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.series.raw_test_flags import (
    DISCONTINUITY_LIMITS,
    amplitude_resolution_flag,
    attack_angle_flag,
    digits,
    discontinuity_flag,
    drop_out_flag,
    limits_flag,
    moments_flag,
    spikes_flag,
    time_lag_flag,
    unsteady_wind_flag,
)
from icos_ecosystem.series.raw_tests import (
    attack_angle_share,
    discontinuity,
    higher_moments,
    outside_limits,
    resolution_and_drop_outs,
    time_lag_mismatch,
    wind_outside_limits,
    wind_unsteadiness,
)
from scipy import signal, stats

if TYPE_CHECKING:
    from pathlib import Path

SOFT = {"skewness_limits": (-1.0, 1.0), "kurtosis_limits": (2.0, 5.0)}


def noise(n: int = 4000, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


def test_limits_are_plausible_themselves_and_of_the_wind_no_component_is_kept() -> None:
    x = np.array([-30.1, -30.0, 0.0, 30.0, 30.1, np.nan])
    assert outside_limits(x, -30, 30).tolist() == [True, False, False, False, True, False]
    u, v, w = np.array([31.0, 0, 0, 0]), np.array([0, -31.0, 0, 0]), np.array([0, 0, 5.1, -5.0])
    assert wind_outside_limits(u, v, w).tolist() == [True, True, True, False]


def test_a_staircase_leaves_bins_empty() -> None:
    x = np.tile(np.arange(11.0), 400)
    assert resolution_and_drop_outs(x, window=400).empty_bins == pytest.approx(89.0)
    assert resolution_and_drop_outs(x, window=400, bins=50).empty_bins == pytest.approx(78.0)
    assert amplitude_resolution_flag([69.9, 70.0, 89.0, np.nan]).tolist() == [0, 1, 1, 9]


def test_a_stuck_series_is_one_drop_out_without_resolution() -> None:
    stuck = resolution_and_drop_outs(np.full(1000, 3.3), window=500)
    assert stuck.empty_bins == pytest.approx(99.0)
    assert stuck.central_drop_out + stuck.extreme_drop_out == pytest.approx(100.0)
    assert drop_out_flag(stuck.central_drop_out, stuck.extreme_drop_out) == 1


@pytest.mark.parametrize(("level", "length", "kind"), [(0.01, 110, "central"), (2.9, 70, "extreme")])
def test_drop_outs_in_extreme_bins_are_told_apart(level: float, length: int, kind: str) -> None:
    x = np.random.default_rng(3).uniform(-1, 1, 1000) + np.tile([-2.0, 2.0], 500)
    x[300 : 300 + length] = level
    result = resolution_and_drop_outs(x, window=1000)
    longest = {"central": result.central_drop_out, "extreme": result.extreme_drop_out}
    assert longest[kind] == pytest.approx(100 * length / 1000)
    assert max(value for name, value in longest.items() if name != kind) < 2
    assert drop_out_flag(result.central_drop_out, result.extreme_drop_out) == 1
    assert drop_out_flag(result.central_repeats, result.extreme_repeats, integer_division=True) == 0


def test_integer_division_judges_extreme_bins_only() -> None:
    assert drop_out_flag([100.0, 50.0, 0.0], [0.0, 50.0, 100.0], integer_division=True).tolist() == [0, 0, 1]
    assert drop_out_flag([10.0, 9.9, 9.9, np.nan], [0.0, 6.0, 5.9, 1.0]).tolist() == [1, 1, 0, 9]


def slow_resolution(x: np.ndarray, window: int, bins: int) -> np.ndarray:
    """Return the fields of Resolution, sample by sample."""
    empty, central, extreme, repeats, seen = [], [0], [0], [0, 0], 0
    for start in range(0, x.size - window + 1, max(window // 2, 1)):
        part = x[start : start + window]
        valid = part[np.isfinite(part)]
        if valid.size < 2:
            continue
        seen += valid.size
        mean, half = valid.mean(), 3.5 * valid.std(ddof=1)
        low, high = (mean - half, mean + half) if np.ptp(valid) >= 2 * half else (valid.min(), valid.max())
        counts, edges = np.histogram(valid, bins, (low, high))
        empty.append(np.mean(counts == 0))
        before = np.concatenate([[0], np.cumsum(counts)[:-1]])
        ends = (before + counts < 0.1 * valid.size) | (before >= 0.9 * valid.size)
        places = [min(np.searchsorted(edges, value, "right") - 1, bins - 1) if low <= value <= high else -1 for value in part]
        stay = 1
        for last, place in pairwise(places):
            stay = stay + 1 if place == last >= 0 else 1
            if stay > 1:
                (extreme if ends[place] else central).append(stay)
                repeats[int(ends[place])] += 1
    if not empty:
        return np.full(5, np.nan)
    return 100 * np.array([np.mean(empty), max(central) / window, max(extreme) / window, repeats[0] / seen, repeats[1] / seen])


@given(st.integers(0, 2**32 - 1), st.integers(20, 400), st.integers(5, 60), st.integers(100, 600), st.floats(0, 0.3))
def test_resolution_equals_a_slow_twin(seed: int, window: int, bins: int, n: int, missing: float) -> None:
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.normal(size=n))
    x[rng.random(n) < missing] = np.nan
    result = resolution_and_drop_outs(x, window=window, bins=bins)
    np.testing.assert_allclose(result, slow_resolution(x, min(window, n), bins), rtol=1e-12)


def test_moments_are_those_of_what_is_left_of_the_trend() -> None:
    x = np.random.default_rng(5).gamma(2.0, size=5000) + np.linspace(0, 50, 5000)
    result = higher_moments(x)
    left = signal.detrend(x)
    assert result.skewness == pytest.approx(stats.skew(left) * 5000 / 4999, rel=1e-9)
    assert result.kurtosis == pytest.approx(stats.kurtosis(left, fisher=False) * 5000 / 4999, rel=1e-9)
    gap = x.copy()
    gap[1000:1500] = np.nan
    trend = np.polyfit(np.flatnonzero(np.isfinite(gap)), gap[np.isfinite(gap)], 1)
    left = (gap - np.polyval(trend, np.arange(5000)))[np.isfinite(gap)]
    assert higher_moments(gap).kurtosis == pytest.approx(stats.kurtosis(left, fisher=False) * 4500 / 4499, rel=1e-9)


@pytest.mark.parametrize("x", [np.full(50, np.nan), np.full(50, 300.1), np.linspace(0, 7, 50), np.array([1.0, 2.0])])
def test_what_does_not_vary_has_no_moments(x: np.ndarray) -> None:
    assert np.isnan(higher_moments(x)).all()
    assert moments_flag(*higher_moments(x)) == 9


def test_moments_are_flagged_at_their_limits() -> None:
    skewness, kurtosis = [0, 2, -2, 1.9, 0, 0, 1.5], [3, 3, 3, 7.9, 1, 8, 3]
    assert moments_flag(skewness, kurtosis).tolist() == [0, 1, 1, 0, 1, 1, 0]
    assert moments_flag(skewness, kurtosis, **SOFT).tolist() == [0, 1, 1, 1, 1, 1, 1]


def slow_discontinuity(x: np.ndarray, window: int, step: int) -> tuple[float, float]:
    half = window // 2
    means, variances = [], []
    for start in range(0, x.size - 2 * half + 1, step):
        first, second = x[start : start + half], x[start + half : start + 2 * half]
        means.append(abs(np.nanmean(first) - np.nanmean(second)))
        variances.append(abs(np.nanvar(first, ddof=1) - np.nanvar(second, ddof=1)) / np.nanvar(x))
    return max(means), max(variances)


@given(st.integers(0, 2**32 - 1), st.integers(40, 400), st.integers(1, 50), st.floats(-1e3, 1e3))
def test_discontinuity_equals_a_slow_twin(seed: int, window: int, step: int, offset: float) -> None:
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.normal(size=500)) + offset
    x[rng.random(500) < 0.05] = np.nan
    np.testing.assert_allclose(discontinuity(x, window=window, step=step), slow_discontinuity(x, window, step), rtol=1e-9)


def test_a_rise_is_a_discontinuity_unless_differences_are_signed() -> None:
    rise = np.repeat([0.0, 5.0], 2000)
    assert discontinuity(rise, window=1000).mean == pytest.approx(5.0)
    assert discontinuity(rise, window=1000, signed_difference=True).mean == 0.0
    assert discontinuity(-rise, window=1000, signed_difference=True).mean == pytest.approx(5.0)
    limits = DISCONTINUITY_LIMITS["u"]
    assert [int(discontinuity_flag(5.0, 0.0, mean_limit=limit)) for limit in limits] == [1, 1]
    assert [int(discontinuity_flag(3.0, 0.0, mean_limit=limit)) for limit in limits] == [0, 1]


def test_a_change_of_the_variance_is_told_in_variances() -> None:
    x = np.concatenate([np.tile([-3.0, 3.0], 1000), np.tile([-1.0, 1.0], 1000)])
    result = discontinuity(x, window=1000)
    assert result.variance == pytest.approx((9 - 1) / 5 * 500 / 499)
    deviations = discontinuity(x, window=1000, deviation_for_variance=True)
    assert deviations.variance == pytest.approx((3 - 1) / 5 * np.sqrt(500 / 499))
    assert discontinuity_flag([0.0, 0.0], [3.0, 2.9], mean_limit=4.0).tolist() == [1, 0]


@pytest.mark.parametrize("x", [np.full(50, np.nan), np.array([1.0, 2.0, 3.0]), np.empty(0)])
def test_too_little_has_no_discontinuity_and_no_resolution(x: np.ndarray) -> None:
    assert np.isnan(discontinuity(x, window=20)).all()
    assert discontinuity_flag(*discontinuity(x, window=20), mean_limit=1.0) == 9
    if not np.isfinite(x).any():
        assert np.isnan(resolution_and_drop_outs(x, window=20)).all()


def test_a_constant_series_has_no_discontinuity() -> None:
    assert discontinuity(np.full(500, 2.0), window=100) == (0.0, 0.0)


def test_covariances_at_two_lags_are_compared() -> None:
    mismatch = time_lag_mismatch([0.12, -0.11, 0.1, np.nan], [0.1, -0.1, 0.1, 0.1])
    np.testing.assert_allclose(mismatch, [20, 10, 0, np.nan], atol=1e-12)
    assert time_lag_flag(np.array([20.0, 10.0, 0.0, np.nan])).tolist() == [1, 0, 0, 9]
    assert time_lag_flag(np.array([20.0, 10.0, 0.0]), limit=10.0).tolist() == [1, 1, 0]


def test_steep_angles_of_attack_are_counted_among_what_is_valid() -> None:
    u, w = np.full(10, 1.0), np.array([0, 0.5, 0.577, 0.578, -0.578, 0, 0, 0, np.nan, np.nan])
    share = attack_angle_share(u, np.zeros(10), w)
    assert share == pytest.approx(25.0)
    assert attack_angle_flag([9.9, 10.0]).tolist() == [0, 1]
    assert np.isnan(attack_angle_share(u, u, np.full(10, np.nan)))


def test_wind_that_rises_and_turns_is_unsteady() -> None:
    time = np.linspace(-0.5, 0.5, 1000)
    result = wind_unsteadiness(5 + 1.5 * time, 2.0 * time)
    assert result == pytest.approx((0.3, 0.4, 0.5), rel=1e-9)
    assert unsteady_wind_flag(*result, limit=0.4999).tolist() == 1
    assert unsteady_wind_flag([0.1, 0.1], [0.2, np.nan], [0.3, np.nan]).tolist() == [0, 9]
    assert np.isnan(wind_unsteadiness(np.full(5, np.nan), np.full(5, np.nan))).all()


def test_counts_become_flags() -> None:
    assert spikes_flag([359, 360, 0], [36000, 36000, 36000]).tolist() == [0, 1, 0]
    assert limits_flag([0, 1, np.nan]).tolist() == [0, 1, 9]


def test_flags_are_written_as_eddypro_does() -> None:
    assert str(digits([1, 0, 0, 0, 0, 1, 9, 9])) == "810000199"
    assert digits([[0, 0, 9, 9], [1, 0, 0, 0]]).tolist() == ["80099", "81000"]
    assert digits([[1], [9]]).tolist() == ["81", "89"]


def flag_words(flags: list[list[np.ndarray]]) -> np.ndarray:
    """Return EddyPro's words for flags of the six variables of these towers, which have no other gases."""
    return digits([[*row, 9, 9] for row in flags])


@pytest.mark.realdata
def test_flags_of_hohes_holz_equal_eddypro(real_data: Path) -> None:
    folder = real_data / "ecosystem_raw/eddypro_reference/DE-HoH/adv_m97_ba_dr_vm97_alltests"
    expected = pd.read_csv(folder / "eddypro_DE-HoH_full_output.csv", skiprows=[0, 2], dtype=str).iloc[0]
    series = {name: result.values for name, result in despiked(hohes_holz(real_data)).items()}  # noqa: PD011
    quirks = {"signed_difference": True, "deviation_for_variance": True}
    changes = {name: discontinuity(x, window=6000, **quirks) for name, x in series.items()}
    for degree, (kind, variance_limit) in enumerate((("hf", 3.0), ("sf", 2.0))):
        flags = [
            discontinuity_flag(*change, mean_limit=DISCONTINUITY_LIMITS[name][degree], variance_limit=variance_limit)
            for name, change in changes.items()
        ]
        assert flag_words([flags])[0] == expected[f"discontinuities_{kind}"]
    share = attack_angle_share(series["u"], series["v"], series["w"])
    assert str(digits(attack_angle_flag([share]))) == expected["attack_angle_hf"] == "81"
    yaw = np.arctan2(series["v"].mean(), series["u"].mean())
    along, across = series["u"] * np.cos(yaw) + series["v"] * np.sin(yaw), series["v"] * np.cos(yaw) - series["u"] * np.sin(yaw)
    assert str(digits([unsteady_wind_flag(*wind_unsteadiness(along, across))])) == expected["non_steady_wind_hf"]


@pytest.mark.realdata
def test_flags_of_finse_equal_eddypro(real_data: Path) -> None:
    reference = real_data / "ecosystem_raw/eddypro_reference/finse/express/eddypro_finse_full_output.csv"
    expected = pd.read_csv(reference, skiprows=[0, 2], dtype=str)
    half_hours = finse(real_data)
    limits, resolution, drop_outs, quirky_drop_outs, hard, soft = [], [], [], [], [], []
    for series in half_hours:
        limits.append(limits_flag(within_limits(series)[1]))
        kept = [result.values for result in despiked(series).values()]  # noqa: PD011
        measured = [resolution_and_drop_outs(x, window=1200) for x in kept]
        resolution.append([amplitude_resolution_flag(one.empty_bins) for one in measured])
        drop_outs.append([drop_out_flag(one.central_drop_out, one.extreme_drop_out) for one in measured])
        quirky_drop_outs.append([drop_out_flag(one.central_repeats, one.extreme_repeats, integer_division=True) for one in measured])
        moments = [higher_moments(x) for x in kept]
        hard.append([moments_flag(*one) for one in moments])
        soft.append([moments_flag(*one, **SOFT) for one in moments])
    assert len(half_hours) == len(expected) == 127
    assert len(limits[0]) == len(NAMES)
    np.testing.assert_array_equal(flag_words(limits), expected["absolute_limits_hf"])
    np.testing.assert_array_equal(flag_words(resolution), expected["amplitude_resolution_hf"])
    np.testing.assert_array_equal(flag_words(drop_outs), expected["drop_out_hf"])
    np.testing.assert_array_equal(flag_words(quirky_drop_outs), expected["drop_out_hf"])
    np.testing.assert_array_equal(flag_words(hard), expected["skewness_kurtosis_hf"])
    np.testing.assert_array_equal(flag_words(soft), expected["skewness_kurtosis_sf"])
