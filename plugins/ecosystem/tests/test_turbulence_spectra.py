"""Spectra and cospectra against EddyPro's, variances they add up to, tapers and bins by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_input import despiked, hohes_holz
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.series.time_lags import shifted
from icos_ecosystem.spectral.turbulence_spectra import bin_edges, binned, co_spectrum, filled, transform, transform_length, window_of
from icos_ecosystem.wind_rotation import double_rotation
from scipy import signal
from spectral_samples import binned_spectra, full_cospectrum

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = ("ecosystem_raw", "eddypro_reference", "DE-HoH", "adv_m97_ba_dr_vm97_alltests")
RATE, LENGTH = 20.0, 32768
LINES = np.arange(1, LENGTH // 2 + 1) * RATE / LENGTH


def half_hour(real_data: Path) -> dict[str, np.ndarray]:
    """DE-HoH despiked, rotated, lags aligned, without means."""
    raw = {name: each.values for name, each in despiked(hohes_holz(real_data)).items()}
    wind = np.stack([raw[name] for name in "uvw"])
    series = dict(zip("uvw", double_rotation(wind.mean(axis=1)[np.newaxis])[0][0] @ wind, strict=True))
    series |= {"ts": raw["ts"], "co2": shifted(raw["co2"], 3), "h2o": shifted(raw["h2o"], 4)}
    return {name: filled(each - np.nanmean(each)) for name, each in series.items()}


def covariance(x: np.ndarray, y: np.ndarray) -> float:
    """Over the rows that are transformed."""
    return float(np.mean(x[:LENGTH] * y[:LENGTH]) - x[:LENGTH].mean() * y[:LENGTH].mean())


@pytest.mark.realdata
def test_every_line_of_the_full_cospectrum_is_eddypros(real_data: Path) -> None:
    series = half_hour(real_data)
    [path] = real_data.joinpath(*RUN, "eddypro_full_cospectra").glob("*.csv.gz")
    printed = full_cospectrum(path)
    transforms, scale = transform([series["w"], series["ts"]], LENGTH)
    lines = co_spectrum(transforms[0], transforms[1], scale, RATE) * RATE / LENGTH
    # Six digits of a transform in 32 bits.
    np.testing.assert_allclose(lines, printed.lines, rtol=1e-5, atol=1e-5 * np.abs(printed.lines).max())
    assert lines.sum() == pytest.approx(printed.covariance, rel=1e-12)
    assert covariance(series["w"], series["ts"]) == pytest.approx(printed.covariance, rel=1e-12)


@pytest.mark.realdata
def test_binned_spectra_and_cospectra_are_eddypros(real_data: Path) -> None:
    series = half_hour(real_data)
    printed = binned_spectra(real_data.joinpath(*RUN, "eddypro_binned_cospectra"))
    names = list(series)
    transforms, scale = transform(list(series.values()), LENGTH, "hamming")
    edges = bin_edges(50, 1800.0, RATE)
    pairs = {f"f_nat*spec({name})/var({name})": (name, name) for name in names}
    pairs |= {f"f_nat*cospec(w_{name})/cov(w_{name})": ("w", name) for name in names if name != "w"}
    for column, (x, y) in pairs.items():
        bins = binned(co_spectrum(transforms[names.index(x)], transforms[names.index(y)], scale, RATE), LINES, edges)
        full = bins.count > 0
        np.testing.assert_array_equal(bins.count[full], printed["#_freq"][0])
        np.testing.assert_allclose(bins.frequency[full], printed["natural_frequency"][0], rtol=5e-6)
        found, expected = bins.values[full] / covariance(series[x], series[y]), printed[column][0]
        # EddyPro transforms in 32 bits; cospectra of either sign cancel within a bin.
        np.testing.assert_allclose(found, expected, rtol=3e-4, atol=1e-4 * np.abs(expected).max(), err_msg=column)


@pytest.mark.parametrize("taper", ["none", "bartlett", "welch", "hamming", "hann"])
def test_a_spectrum_is_the_periodogram(taper: str) -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=512)
    y = x + random.normal(size=512)
    transforms, scale = transform([x, y], 512, taper)
    found = [co_spectrum(transforms[i], transforms[j], scale, 10.0) for i, j in ((0, 0), (0, 1))]
    frequency, expected = signal.periodogram(x, 10.0, window_of(taper, 512), detrend=False)
    np.testing.assert_allclose(found[0], expected[1:], rtol=1e-9)
    _, cross = signal.csd(x, y, 10.0, window_of(taper, 512), nperseg=512, detrend=False)
    np.testing.assert_allclose(found[1], cross.real[1:], rtol=1e-9, atol=1e-12)
    assert frequency[-1] == 5.0


@given(st.integers(0, 2**32 - 1))
def test_lines_add_up_to_the_covariance(seed: int) -> None:
    x, y = np.random.default_rng(seed).normal(size=(2, 256))
    transforms, scale = transform([x, y], 256)
    density = co_spectrum(transforms[0], transforms[1], scale, 10.0)
    assert density.sum() * 10.0 / 256 == pytest.approx(np.cov(x, y, bias=True)[0, 1], abs=1e-12)


@pytest.mark.parametrize(
    ("taper", "function"), [("bartlett", np.bartlett), ("hamming", np.hamming), ("hann", np.hanning), ("none", np.ones)]
)
def test_tapers_are_the_usual_ones(taper: str, function: Callable[[int], np.ndarray]) -> None:
    np.testing.assert_allclose(window_of(taper, 101), function(101), atol=1e-14)
    np.testing.assert_allclose(window_of("welch", 5), [0.0, 0.75, 1.0, 0.75, 0.0])


def test_bins_are_means_of_their_lines() -> None:
    frequencies = np.arange(1, 65) * 0.1
    spectra = np.random.default_rng(1).normal(size=(2, 64))
    edges = np.array([0.01, 0.05, 0.25, 0.3, 1.05, 6.5])
    found = binned(spectra, frequencies, edges)
    np.testing.assert_array_equal(found.count, [0, 2, 0, 8, 54])
    assert np.isnan(found.frequency[[0, 2]]).all()
    assert np.isnan(found.values[:, [0, 2]]).all()
    for place, lines in ((1, slice(0, 2)), (3, slice(2, 10)), (4, slice(10, 64))):
        assert found.frequency[place] == pytest.approx(frequencies[lines].mean())
        np.testing.assert_allclose(found.values[:, place], frequencies[lines].mean() * spectra[:, lines].mean(axis=1))


def test_edges_are_even_in_the_logarithm() -> None:
    edges = bin_edges(50, 1800.0, 20.0)
    assert (edges.size, edges[0], edges[-1]) == (51, 1 / 1800.0, 10.0)
    np.testing.assert_allclose(edges[1:] / edges[:-1], 18000.0 ** (1 / 50))


@pytest.mark.parametrize(("n", "length"), [(0, 0), (1, 1), (17999, 16384), (18000, 16384), (32768, 32768), (36000, 32768)])
def test_the_length_of_a_transform_is_a_power_of_two(n: int, length: int) -> None:
    assert transform_length(n) == length


def test_gaps_are_bridged_by_lines() -> None:
    x = np.array([np.nan, 1.0, np.nan, np.nan, 4.0, np.nan])
    np.testing.assert_allclose(filled(x), [1, 1, 2, 3, 4, 4])
    np.testing.assert_array_equal(filled(np.full(3, np.nan)), 0.0)
    whole = np.arange(3.0)
    assert filled(whole) is whole


@pytest.mark.parametrize("frequency", [10.0, 12.5, 20.0, 32.0, 60.0])
def test_half_the_frequency_is_in_the_last_bin(frequency: float) -> None:
    length = transform_length(int(1800 * frequency))
    lines = np.arange(1.0, length // 2 + 1.0) * (frequency / length)
    bins = binned(np.ones((1, lines.size)), lines, bin_edges(50, 1800.0, frequency))
    assert bins.count.sum() == lines.size


@pytest.mark.realdata
def test_lines_in_bins_are_eddypros_at_10_hz(real_data: Path) -> None:
    printed = binned_spectra(real_data / "ecosystem_raw/eddypro_reference/finse/icos_pf_fratini/eddypro_binned_cospectra")["#_freq"]
    lines = np.arange(1.0, 2**13 + 1.0) * (10.0 / 2**14)
    count = binned(np.ones((1, lines.size)), lines, bin_edges(50, 1800.0, 10.0)).count
    np.testing.assert_array_equal(np.broadcast_to(count[count > 0], printed.shape), printed)
