"""Random series with prescribed spectra: covariances, spectra against their formulas, filters and lags."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.simulated_turbulence import Scalar, Turbulence, draw_turbulence, filtered, line_frequencies
from icos_ecosystem.spectral.cospectral_models import momentum_cospectrum, scalar_cospectrum

ROWS, FREQUENCY = 7200, 4.0
UNSTABLE = Turbulence(
    height=5.0,
    wind_speed=3.0,
    friction_velocity=0.4,
    stability=-0.3,
    scalars={
        "t": Scalar(covariance=0.1, deviation=0.3),
        "c": Scalar(covariance=-0.5, deviation=2.0),
        "n": Scalar(covariance=0.0, deviation=1.0),
    },
)
STABLE = Turbulence(
    height=5.0, wind_speed=2.0, friction_velocity=0.2, stability=0.5, scalars={"t": Scalar(covariance=-0.02, deviation=0.1)}
)


def series_of(prescribed: Turbulence, seed: int, **options: bool) -> dict[str, np.ndarray]:
    drawn = draw_turbulence(prescribed, rows=ROWS, frequency=FREQUENCY, random=np.random.default_rng(seed), **options)
    return {name: filtered(transform, frequency=FREQUENCY) for name, transform in drawn.items()}


@pytest.mark.parametrize("prescribed", [UNSTABLE, STABLE], ids=["unstable", "stable"])
def test_without_sampling_error_covariances_are_those_prescribed(prescribed):
    series = series_of(prescribed, 3, sampling_error=False)
    for name, scalar in prescribed.scalars.items():
        assert np.mean(series["w"] * series[name]) == pytest.approx(scalar.covariance, rel=1e-11, abs=1e-14)
        assert series[name].std() >= scalar.deviation * (1 - 1e-12)
    assert np.mean(series["w"] * series["u"]) == pytest.approx(-(prescribed.friction_velocity**2), rel=1e-11)
    assert series["w"].std() / prescribed.friction_velocity == pytest.approx(1.25 * (1.9 ** (1 / 3) if prescribed is UNSTABLE else 1.1))
    assert all(abs(values.mean()) < 1e-12 for values in series.values())


def test_covariances_are_prescribed_in_the_mean_over_many():
    found = np.array(
        [
            [np.mean(series["w"] * series[name]) for name in ("u", "t", "c", "n", "v")]
            for series in (series_of(UNSTABLE, k) for k in range(400))
        ]
    )
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    np.testing.assert_array_less(np.abs(found.mean(axis=0) - [-0.16, 0.1, -0.5, 0.0, 0.0]), 3 * error)


def periodograms(prescribed: Turbulence, count: int = 200) -> dict[str, np.ndarray]:
    """Return mean spectra of u, v, w and t and cospectra with w, of all lines but the first and the last."""
    totals: dict[str, np.ndarray] = {}
    for seed in range(count):
        drawn = draw_turbulence(prescribed, rows=ROWS, frequency=FREQUENCY, random=np.random.default_rng(seed))
        scale = 2.0 / (ROWS * FREQUENCY) / count
        for name, other in (("u", "u"), ("v", "v"), ("w", "w"), ("t", "t"), ("w", "t"), ("w", "u")):
            product = scale * (drawn[name].conj() * drawn[other]).real[1:-1]
            totals[name + other] = totals.get(name + other, 0.0) + product
    return totals


def test_spectra_of_the_wind_are_those_of_kansas():
    """Kaimal et al. 1972, neutral, up to their scale."""
    neutral = Turbulence(
        height=5.0, wind_speed=3.0, friction_velocity=0.4, stability=0.0, scalars={"t": Scalar(covariance=0.1, deviation=0.3)}
    )
    n = line_frequencies(ROWS, FREQUENCY)[1:-1]
    f = n * 5.0 / 3.0
    kansas = {
        "w": 2.1 * f / (1 + 5.3 * f ** (5 / 3)) / n,
        "v": 17 * f / (1 + 9.5 * f) ** (5 / 3) / n,
        "u": 102 * f / (1 + 33 * f) ** (5 / 3) / n,
    }
    found = periodograms(neutral)
    for name, spectrum in kansas.items():
        ratio = found[name * 2] / spectrum
        # Where momentum's cospectrum asks for it, u has more than that: in the slowest band.
        bands = np.array([part.mean() for part in np.array_split(ratio, 12)])[1 if name == "u" else 0 :]
        np.testing.assert_allclose(bands / bands.mean(), 1.0, atol=4 / np.sqrt(200 * n.size / 12))


@pytest.mark.parametrize("prescribed", [UNSTABLE, STABLE], ids=["unstable", "stable"])
def test_cospectra_are_those_of_the_analytic_correction(prescribed):
    n = line_frequencies(ROWS, FREQUENCY)[1:-1]
    place = (prescribed.height, prescribed.wind_speed, prescribed.stability)
    found = periodograms(prescribed)
    step = FREQUENCY / ROWS
    models = {
        "wt": (scalar_cospectrum, prescribed.scalars["t"].covariance),
        "wu": (momentum_cospectrum, -(prescribed.friction_velocity**2)),
    }
    for name, (model, total) in models.items():
        shape = model(n, *place)
        expected = shape / shape.sum() * total
        spread = np.sqrt(found["ww"] * found[name[1] * 2] / 200)
        for lines in np.array_split(np.arange(n.size), 8):
            difference = (found[name][lines] * step - expected[lines]).sum()
            assert abs(difference) < 4 * step * np.sqrt((spread[lines] ** 2).sum())


def test_a_lag_of_whole_rows_moves_the_series():
    drawn = draw_turbulence(UNSTABLE, rows=ROWS, frequency=FREQUENCY, random=np.random.default_rng(1))
    plain = filtered(drawn["t"], frequency=FREQUENCY)
    np.testing.assert_allclose(filtered(drawn["t"], frequency=FREQUENCY, lag=1.75), np.roll(plain, 7), atol=1e-12)
    half = np.fft.rfft(filtered(drawn["t"], frequency=FREQUENCY, lag=0.125))
    np.testing.assert_allclose(filtered(half, frequency=FREQUENCY, lag=0.125), np.roll(plain, 1), atol=1e-12)


def test_a_filter_takes_its_share_of_the_covariance():
    drawn = draw_turbulence(UNSTABLE, rows=ROWS, frequency=FREQUENCY, random=np.random.default_rng(1), sampling_error=False)
    n = line_frequencies(ROWS, FREQUENCY)
    transfer = 1 / np.sqrt(1 + (2 * np.pi * n * 0.5) ** 2)
    found = np.mean(filtered(drawn["w"], frequency=FREQUENCY) * filtered(drawn["t"], frequency=FREQUENCY, transfer=transfer))
    model = scalar_cospectrum(n[1:-1], 5.0, 3.0, -0.3)
    assert found / 0.1 == pytest.approx((transfer[1:-1] * model).sum() / model.sum(), rel=1e-11)


def test_the_same_random_numbers_give_the_same_series():
    first, again, other = (series_of(UNSTABLE, seed) for seed in (5, 5, 6))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not any(np.array_equal(first[name], other[name]) for name in first)
