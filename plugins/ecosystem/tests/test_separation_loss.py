"""The loss of flux between sensors that stand apart: formulas, geometry, mistakes; EddyPro's numbers are in test_spectral_factors."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.spectral.separation_loss import along_and_across, separation_loss_factor

APART = {"along": 0.3, "across": 0.2, "vertical": 0.15, "height": 4.0}


@pytest.mark.parametrize(("direction", "along", "across"), [(0.0, 3.0, 4.0), (180.0, 3.0, 4.0), (90.0, 4.0, 3.0), (270.0, 4.0, 3.0)])
def test_the_wind_sees_its_own_components(direction, along, across):
    found = along_and_across(northward=3.0, eastward=4.0, wind_direction=np.array([direction]))
    np.testing.assert_allclose(np.ravel(found), [along, across])


def test_turning_keeps_the_distance():
    found = along_and_across(northward=-0.1, eastward=0.22, wind_direction=np.linspace(0.0, 360.0, 73))
    np.testing.assert_allclose(np.hypot(*found), np.hypot(0.1, 0.22))


def slowly(along, across, vertical, height, zeta, components):
    k = 2 * np.pi / height
    n_y = 0.15 if zeta <= -0.05 else 2.43 - 2.28 / (1.01 + 0.2 * zeta) ** 2
    if vertical >= 0:
        n_z = 0.1 if zeta <= 0.03 else 0.43 - 0.33 / (0.964 + 1.2 * zeta) ** 2
    else:
        n_z = 0.013 if zeta <= -0.03 else 0.3 - 0.287 / (1.051 + 1.7 * zeta) ** 2
    n_x = (0.07 if zeta <= -0.1 else 2.31 - 2.24 / (1.015 + 0.15 * zeta) ** 2) / 1.1
    up, ln_y, ln_x = k * n_z * abs(vertical), k * n_y * across, k * n_x * along
    if components == "full":
        return np.exp(np.sqrt(ln_x**2 + (ln_y**1.2) ** 2) + up)
    return np.exp(ln_y + up)


@pytest.mark.parametrize("components", ["cross and vertical", "full"])
@pytest.mark.parametrize("vertical", [0.15, -0.15, 0.0])
def test_the_formulas_number_by_number(components, vertical):
    zeta = np.array([-2.0, -0.1, -0.05, -0.04, -0.03, 0.0, 0.03, 0.04, 0.5, 3.0])
    given = APART | {"vertical": vertical}
    found = separation_loss_factor(**given, stability=zeta, components=components)
    expected = [slowly(**given, zeta=each, components=components) for each in zeta]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("components", ["cross and vertical", "full", "none"])
def test_sensors_in_one_place_lose_nothing(components):
    given = {"along": 0.0, "across": 0.0, "vertical": 0.0, "height": 4.0}
    found = separation_loss_factor(**given, stability=np.array([-1.0, 1.0, np.nan]), components=components)
    np.testing.assert_array_equal(found, [1.0, 1.0, np.nan])


def test_stable_air_loses_more():
    found = separation_loss_factor(**APART, stability=np.linspace(-0.01, 2.0, 50))
    assert (np.diff(found) > 0).all()


def test_unknown_components_are_told_with_the_nearest():
    with pytest.raises(ValueError, match=r"unknown components 'cross and vertica'.*nearest: 'cross and vertical'"):
        separation_loss_factor(**APART, stability=np.zeros(1), components="cross and vertica")
