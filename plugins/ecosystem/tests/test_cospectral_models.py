"""Model cospectra: the formulas written out number by number, their integrals, slopes and broadcasting."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.spectral.cospectral_models import (
    kaimal_momentum_cospectrum,
    kaimal_scalar_cospectrum,
    momentum_cospectrum,
    normalised_frequency,
    scalar_cospectrum,
)

N = np.geomspace(1e-4, 1e2, 241)


def slowly(n, height, wind, zeta, *, momentum):
    """Return Co(n) of one frequency after Moncrieff et al. 1997."""
    kf = n * height / wind
    if zeta > 0:
        a = 0.124 * (1 + 7.9 * zeta) ** 0.75 if momentum else 0.284 * (1 + 6.4 * zeta) ** 0.75
        b = 2.34 * a ** (-1.1)
        return kf / (a + b * kf**2.1) / n
    if momentum:
        scaled = 20.78 * kf / (1 + 31 * kf) ** 1.575 if kf < 0.24 else 12.66 * kf / (1 + 9.6 * kf) ** 2.4
    else:
        scaled = 12.92 * kf / (1 + 26.7 * kf) ** 1.375 if kf < 0.54 else 4.378 * kf / (1 + 3.8 * kf) ** 2.4
    return scaled / n


@pytest.mark.parametrize(("model", "momentum"), [(momentum_cospectrum, True), (scalar_cospectrum, False)])
def test_the_model_number_by_number(model, momentum):
    heights, winds, zetas = np.array([2.0, 22.7, 5.0, 3.0]), np.array([1.5, 3.3, 6.0, 2.0]), np.array([-0.4, -0.18, 0.0, 0.7])
    found = model(N, heights[:, None], winds[:, None], zetas[:, None])
    assert found.shape == (4, N.size)
    for i, (height, wind, zeta) in enumerate(zip(heights, winds, zetas, strict=True)):
        expected = [slowly(n, height, wind, zeta, momentum=momentum) for n in N]
        np.testing.assert_allclose(found[i], expected, rtol=1e-13)


@pytest.mark.parametrize("model", [momentum_cospectrum, scalar_cospectrum])
@pytest.mark.parametrize("zeta", [-0.5, 0.5])
def test_cospectra_fall_with_the_seven_thirds_of_frequency_or_nearly_so(model, zeta):
    low, high = model(np.array([50.0, 500.0]), 5.0, 3.0, zeta)
    assert np.log10(low / high) == pytest.approx(7 / 3, abs=0.25)


def test_nothing_is_made_of_a_missing_stability_or_wind():
    assert np.isnan(scalar_cospectrum(N, 3.0, 2.0, np.nan)).all()
    assert np.isnan(momentum_cospectrum(N, 3.0, np.nan, -0.1)).all()


@pytest.mark.parametrize("model", [kaimal_scalar_cospectrum, kaimal_momentum_cospectrum])
def test_kansas_cospectra_hold_one_covariance(model):
    n = np.geomspace(1e-8, 1e5, 200_001)
    cospectrum = model(n, 4.0, 2.5)
    total = ((cospectrum[1:] + cospectrum[:-1]) * np.diff(n)).sum() / 2
    # The published coefficients are rounded fits to measured cospectra.
    assert total == pytest.approx(1.0, abs=0.07)


def test_branches_of_the_kansas_heat_cospectrum_meet():
    below, above = kaimal_scalar_cospectrum(np.array([1.0, 1.0 + 1e-9]), 1.0, 1.0)
    assert below == pytest.approx(above, rel=0.04)


def test_normalised_frequency_is_the_number_of_heights_per_wavelength():
    assert normalised_frequency(np.array([0.5]), 4.0, 2.0)[0] == 1.0
