"""FFP: the paper's constants and peak, integrals over the footprint, limits."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.footprint.kljun_2015 import (
    PEAK,
    REASONS,
    crosswind_dispersion,
    crosswind_integrated,
    distance_of_share,
    footprint_density,
    footprint_shape,
    peak_distance,
    refused,
    stability_correction,
)

GRASS = {"height": 4.0, "boundary_layer": 1000.0, "friction_velocity": 0.3, "sigma_v": 0.6}
LENGTHS = np.array([-20.0, -500.0, 1e6, 200.0, 20.0])


def test_the_peak_is_where_the_paper_puts_it() -> None:
    assert pytest.approx(0.87, abs=5e-4) == PEAK
    shape = footprint_shape(4.0, 1000.0, np.inf, 0.3, 0.6, roughness=0.05)
    # Equation 22, neutral: x = 0.87 zm / (1 - zm / h) ln(zm / z0).
    assert peak_distance(shape) == pytest.approx(0.87 * 4.0 / (1 - 0.004) * np.log(80.0), rel=1e-3)
    distances = np.arange(1.0, 100.0, 0.01)
    assert distances[crosswind_integrated(shape, distances).argmax()] == pytest.approx(peak_distance(shape), abs=0.01)


def test_the_whole_footprint_is_one_and_shares_are_where_the_integral_has_them() -> None:
    shape = footprint_shape(4.0, 1000.0, LENGTHS, 0.3, 0.6, roughness=0.05)
    edges = np.geomspace(0.5, 1e9, 400_001)
    middles = np.sqrt(edges[1:] * edges[:-1])
    cumulated = np.cumsum(crosswind_integrated(shape, middles) * np.diff(edges), axis=1)
    np.testing.assert_allclose(cumulated[:, -1], 1.0, rtol=1e-6)
    for share in (0.1, 0.5, 0.8, 0.9):
        distance = distance_of_share(shape, share)
        found = [np.interp(x, edges[1:], row) for x, row in zip(distance, cumulated, strict=True)]
        np.testing.assert_allclose(found, share, rtol=1e-4)
        # Equation 24 of the paper approximates b by -2.
        np.testing.assert_allclose(distance, (-1.4622 / np.log(share) + 0.1359) * shape.length, rtol=0.03)


def test_two_dimensions_integrate_to_one() -> None:
    shape = footprint_shape(4.0, 1000.0, [-50.0], 0.3, 0.6, roughness=0.05)
    upwind = np.array([10.0, 30.0, 100.0])
    crosswind = np.arange(-400.0, 400.5, 0.5)
    density = footprint_density(shape, upwind, crosswind)
    assert density.shape == (1, 3, 1601)
    along = crosswind_integrated(shape, upwind)
    np.testing.assert_allclose(density.sum(axis=2) * 0.5, along, rtol=1e-9)
    variance = (density * crosswind**2).sum(axis=2) / density.sum(axis=2)
    np.testing.assert_allclose(np.sqrt(variance), crosswind_dispersion(shape, upwind), rtol=1e-9)
    assert footprint_density(shape, [-5.0, 1.0], crosswind).sum() == 0.0


@pytest.mark.parametrize(("length", "proportion"), [(-50.0, 0.8 + 1e-5 * 12.5), (50.0, 0.55 + 1e-5 * 12.5), (-1e9, 1.0), (1e9, 1.0)])
def test_dispersion_follows_equations_13_and_18(length: float, proportion: float) -> None:
    shape = footprint_shape(**GRASS, obukhov_length=length, roughness=0.05)
    scaled = 2.17 * np.sqrt(1.66 * 4.0 / (1.0 + 40.0))
    expected = scaled * 4.0 * 0.6 / (proportion * 0.3)
    assert crosswind_dispersion(shape, [2.0 * float(shape.length)])[0] == pytest.approx(expected)


def test_a_measured_wind_that_follows_the_profile_changes_nothing() -> None:
    wind = 0.3 / 0.4 * (np.log(4.0 / 0.05) - stability_correction(4.0, LENGTHS))
    by_wind = footprint_shape(4.0, 1000.0, LENGTHS, 0.3, 0.6, wind_speed=wind)
    by_roughness = footprint_shape(4.0, 1000.0, LENGTHS, 0.3, 0.6, roughness=0.05)
    np.testing.assert_allclose(by_wind.length, by_roughness.length)


def test_stability_correction() -> None:
    assert stability_correction(4.0, 40.0) == pytest.approx(-0.53)
    assert stability_correction(4.0, np.inf) == 0.0
    # The derivative of Psi_M is (1 - phi_m) / zeta with phi_m = (1 - 19 zeta)^(-1/4).
    zeta, step = -0.5, 1e-5
    slope = (stability_correction(zeta + step, 1.0) - stability_correction(zeta - step, 1.0)) / (2 * step)
    assert slope == pytest.approx((1 - (1 - 19 * zeta) ** -0.25) / zeta, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "used"),
        ({"sigma_v": np.nan}, "something is missing"),
        ({"obukhov_length": np.nan}, "something is missing"),
        ({"friction_velocity": 0.1}, "friction velocity is too low"),
        ({"sigma_v": 0.0}, "crosswind does not vary"),
        ({"roughness": 0.2}, "height is within the roughness sublayer"),
        ({"boundary_layer": 5.0}, "height is above the entrainment height"),
        ({"obukhov_length": -0.25}, "too unstable"),
        ({"obukhov_length": -0.26}, "used"),
        ({"roughness": None, "wind_speed": 2.0}, "used"),
        ({"roughness": None, "wind_speed": -2.0}, "wind profile is not positive"),
    ],
)
def test_limits(change: dict[str, float | None], reason: str) -> None:
    inputs = {**GRASS, "obukhov_length": -50.0, "roughness": 0.05} | change
    assert REASONS[int(refused(**inputs))] == reason


def test_limits_can_be_set() -> None:
    inputs = {**GRASS, "obukhov_length": -50.0, "roughness": 0.25}
    assert refused(**inputs, roughness_heights=12.5) == 0
    assert refused(**inputs) == REASONS.index("height is within the roughness sublayer")
    assert refused(**(GRASS | {"friction_velocity": 0.05}), obukhov_length=-50.0, roughness=0.05, least_friction_velocity=0.0) == 0


def test_either_roughness_or_wind() -> None:
    for wrong in ({}, {"roughness": 0.1, "wind_speed": 2.0}):
        with pytest.raises(ValueError, match="either a roughness length or a wind speed"):
            footprint_shape(**GRASS, obukhov_length=-50.0, **wrong)
    with pytest.raises(ValueError, match="the share is 80"):
        distance_of_share(footprint_shape(**GRASS, obukhov_length=-50.0, roughness=0.1), 80)
