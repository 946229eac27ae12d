"""Spikes: a slow twin, made series, and EddyPro's counts on 128 half hours of two towers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from eddypro_input import FLUXNET_NAMES, NAMES, despiked, finse, hohes_holz
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.series.despiking import THRESHOLDS, despike_mauder, despike_vickers_mahrt, despike_vickers_mahrt_together

if TYPE_CHECKING:
    from pathlib import Path


def noise(n: int = 3000, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, n)


def slow_pass(x: np.ndarray, threshold: float, window: int, step: int) -> np.ndarray:
    """Return which samples are out of bounds, window by window as the paper tells it."""
    windows = (x.size - window) // step + 1
    outside = np.zeros(x.size, bool)
    for k in range(windows):
        part = x[k * step : k * step + window]
        part = part[np.isfinite(part)]
        first = k * step + window // 2 - step // 2 - 1
        begin, end = (0 if k == 0 else first), (x.size if k == windows - 1 else first + step)
        if part.size > 1:
            outside[begin:end] = np.abs(x[begin:end] - part.mean()) > threshold * part.std(ddof=1)
    return outside


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_short_excursion_is_replaced_by_a_line_and_counts_as_one(length: int) -> None:
    x = noise()
    spiked = x.copy()
    spiked[1000 : 1000 + length] += 50
    values, spikes, samples = despike_vickers_mahrt(spiked, window=500)
    assert (spikes, samples) == (1, length)
    np.testing.assert_allclose(values[999 : 1001 + length], np.linspace(x[999], x[1000 + length], length + 2), atol=1e-12)
    untouched = np.r_[0:1000, 1000 + length : x.size]
    np.testing.assert_array_equal(values[untouched], spiked[untouched])


def test_a_longer_excursion_is_left() -> None:
    x = noise()
    x[1000:1004] += 50
    values, spikes, samples = despike_vickers_mahrt(x, window=500)
    assert (spikes, samples) == (0, 0)
    np.testing.assert_array_equal(values, x)
    assert despike_vickers_mahrt(x, window=500, longest=4).samples == 4


def test_missing_values_stay_missing_and_lengthen_an_excursion() -> None:
    x = noise()
    x[[1000, 1002]] += 50
    x[1001] = np.nan
    values, spikes, samples = despike_vickers_mahrt(x, window=500)
    assert (spikes, samples) == (1, 2)
    assert np.flatnonzero(np.isnan(values)).tolist() == [1001]
    assert np.nanmax(np.abs(values)) < 1
    x[1003:1005] = np.nan
    x[1005] += 50
    assert despike_vickers_mahrt(x, window=500).spikes == 0


def test_a_spike_beside_a_gap_becomes_missing() -> None:
    x = noise()
    x[999] = np.nan
    x[1000] += 50
    values, _, samples = despike_vickers_mahrt(x, window=500)
    assert samples == 1
    assert np.flatnonzero(np.isnan(values)).tolist() == [999, 1000]
    kept, _, samples = despike_vickers_mahrt(x, window=500, keep_after_missing=True)
    assert samples == 1
    np.testing.assert_array_equal(kept, x)


def test_first_sample_is_cut_at_the_limit_and_the_last_is_left() -> None:
    x = noise()
    x[[0, -1]] = 50.0
    values, spikes, samples = despike_vickers_mahrt(x, window=500, passes=1)
    assert (spikes, samples) == (1, 1)
    assert values[0] == pytest.approx(x[:500].mean() + 3.5 * x[:500].std(ddof=1), rel=1e-12)
    assert values[-1] == 50.0


@given(st.integers(0, 2**32 - 1), st.integers(2, 400), st.integers(1, 40), st.floats(2.0, 4.0), st.integers(200, 600), st.floats(-1e3, 1e3))
def test_bounds_equal_those_of_a_slow_twin(seed: int, window: int, step: int, threshold: float, n: int, offset: float) -> None:
    window = max(window, step)
    rng = np.random.default_rng(seed)
    x = rng.standard_t(3, n) + offset
    x[rng.random(n) < 0.02] = np.nan
    values, _, samples = despike_vickers_mahrt(x, threshold, window=min(window, n), step=step, longest=1, passes=1)
    outside = slow_pass(x, threshold, min(window, n), step)
    valid = np.isfinite(x)
    order = np.flatnonzero(valid)
    neighbours = np.r_[False, outside[order][:-1]] | np.r_[outside[order][1:], True]
    gap_after = np.r_[np.diff(order) > 1, True]
    single = order[outside[order] & ~neighbours & ~gap_after]
    expected = x.copy()
    for i in single[single > 0]:
        expected[i] = (x[i - 1] + x[i + 1]) / 2
    np.testing.assert_allclose(values[1:], expected[1:], atol=1e-9)
    assert samples == single.size


def test_series_share_their_passes() -> None:
    # Four samples of which one is within bounds of the second pass only: three are a spike once another series asks for that pass, and
    # without them the spread is so small that the fourth is one in the next.
    x, y = noise(), noise(seed=2)
    x[1000:1003] = 9.0
    for _ in range(50):
        x[1003] = x.mean() + 3.55 * x.std(ddof=1)
    y[2000] = 50.0
    alone = despike_vickers_mahrt(x, window=x.size)
    assert alone.spikes == 0
    together = despike_vickers_mahrt_together([x, y], [3.5, 3.5], window=x.size)
    assert [result.spikes for result in together] == [2, 1]
    assert together[0].samples == 4


def test_what_is_missing_or_constant_has_no_spikes() -> None:
    for x in (np.full(500, np.nan), np.full(500, 3.0), np.full(1, 1.0), np.empty(0)):
        for values, spikes, samples in (despike_vickers_mahrt(x, window=100), despike_mauder(x)):
            assert (spikes, samples) == (0, 0)
            np.testing.assert_array_equal(values, x)


def test_what_cannot_be_despiked_is_told() -> None:
    with pytest.raises(ValueError, match=r"shape \(n,\), got \(2, 3\)"):
        despike_vickers_mahrt(np.zeros((2, 3)), window=2)
    with pytest.raises(ValueError, match=r"window \(0\).*must be positive"):
        despike_vickers_mahrt(np.zeros(5), window=0)
    with pytest.raises(ValueError, match="got 2 for 1"):
        despike_vickers_mahrt_together([np.zeros(5)], [3.5, 3.5], window=3)


def test_mauder_replaces_spikes_of_any_length() -> None:
    x = noise()
    spiked = x.copy()
    spiked[1000:1020] += 50
    spiked[-1] = -50
    spiked[5] = np.nan
    values, spikes, samples = despike_mauder(spiked)
    assert (spikes, samples) == (2, 21)
    np.testing.assert_allclose(values[999:1021], np.linspace(x[999], x[1020], 22), atol=1e-12)
    assert values[-1] == x[-2]
    assert np.isnan(values[5])


def test_mauder_counts_from_the_median_absolute_deviation() -> None:
    x = np.tile([-1.0, 0.0, 1.0], 100)
    limit = 7 / 0.6745
    x[50] = limit * (1 + 1e-9)
    assert despike_mauder(x).samples == 1
    x[50] = limit * (1 - 1e-9)
    assert despike_mauder(x).samples == 0


@pytest.mark.realdata
def test_counts_of_hohes_holz_equal_eddypro(real_data: Path) -> None:
    series = hohes_holz(real_data)
    results = [despike_vickers_mahrt(x, THRESHOLDS.get(name, 3.5), window=6000) for name, x in series.items()]
    reference = real_data / "ecosystem_raw/eddypro_reference/DE-HoH"
    expected = pd.read_csv(reference / "express/eddypro_DE-HoH_fluxnet.csv").iloc[0]
    assert [result.spikes for result in results] == [expected[f"{name}_NUM_SPIKES"] for name in FLUXNET_NAMES] == [3, 0, 0, 1, 8, 0]
    assert [result.samples for result in results] == [expected[f"{name}_SPIKE_NREX"] for name in FLUXNET_NAMES] == [4, 0, 0, 2, 12, 0]
    mauder = pd.read_csv(reference / "adv_m97_ld_dr_m13/eddypro_DE-HoH_fluxnet.csv").iloc[0]
    assert [despike_mauder(x).samples for x in series.values()] == [mauder[f"{name}_SPIKE_NREX"] for name in FLUXNET_NAMES]


@pytest.mark.realdata
def test_what_is_left_of_hohes_holz_has_the_mean_and_variance_of_eddypro(real_data: Path) -> None:
    reference = real_data / "ecosystem_raw/eddypro_reference/DE-HoH/express/eddypro_stats/eddypro_DE-HoH_st2.csv"
    expected = pd.read_csv(reference, skiprows=1).iloc[0]
    for name, result in despiked(hohes_holz(real_data)).items():
        assert result.values.mean() == pytest.approx(expected[f"mean({name})"], rel=5e-6)  # noqa: PD011
        assert result.values.var() == pytest.approx(expected[f"var({name})"], rel=1e-5)  # noqa: PD011


@pytest.mark.realdata
def test_finse_equals_eddypro(real_data: Path) -> None:
    reference = real_data / "ecosystem_raw/eddypro_reference/finse/express"
    expected = pd.read_csv(reference / "eddypro_finse_fluxnet.csv.gz")
    left = pd.read_csv(reference / "eddypro_stats/eddypro_finse_st2.csv", skiprows=1)
    results = [despiked(series) for series in finse(real_data)]
    assert len(results) == len(expected) == len(left) == 127
    for name, column in zip(NAMES, FLUXNET_NAMES, strict=True):
        ours = [result[name] for result in results]
        np.testing.assert_array_equal([spiked.spikes for spiked in ours], expected[f"{column}_NUM_SPIKES"])
        np.testing.assert_array_equal([spiked.samples for spiked in ours], expected[f"{column}_SPIKE_NREX"])
        values = [spiked.values for spiked in ours]  # noqa: PD011
        np.testing.assert_allclose([np.nanmean(x) for x in values], left[f"mean({name})"], rtol=5e-6)
        np.testing.assert_allclose([np.nanvar(x) for x in values], left[f"var({name})"], rtol=1e-5)
