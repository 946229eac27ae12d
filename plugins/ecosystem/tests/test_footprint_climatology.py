"""Footprints on a map: against the density itself, against shares of distance, turned with the wind; and source areas."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.footprint.climatology import climatology, cumulated_share, source_areas
from icos_ecosystem.footprint.kljun_2015 import crosswind_integrated, footprint_density, footprint_shape, peak_distance

AXIS = np.arange(-300.0, 301.0, 4.0)
ONE = footprint_shape(6.0, 1000.0, [-50.0], 0.35, 0.6, roughness=0.1)


def test_one_half_hour_is_its_density_turned_into_the_wind() -> None:
    # Wind from the north: upwind is north, and to the right of it, looking upwind, is east.
    found = climatology(AXIS, AXIS, ONE, [0.0])
    density = footprint_density(ONE, AXIS, AXIS)[0] * 16.0
    np.testing.assert_allclose(found, density, atol=density.max() * 1e-5)
    np.testing.assert_allclose(climatology(AXIS, AXIS, ONE, [90.0]), density.T, atol=density.max() * 1e-5)
    np.testing.assert_allclose(climatology(AXIS, AXIS, ONE, [180.0]), density[::-1], atol=density.max() * 1e-5)
    np.testing.assert_allclose(climatology(AXIS, AXIS, ONE, [270.0]), density.T[:, ::-1], atol=density.max() * 1e-5)


@pytest.mark.parametrize("direction", [0.0, 30.0, 222.0])
def test_the_largest_contribution_is_upwind_and_weights_are_what_is_covered(direction: float) -> None:
    axis = np.arange(-400.0, 401.0, 2.0)
    shares = climatology(axis, axis, ONE, [direction])
    angle = np.radians(direction)
    upwind = axis[None, :] * np.sin(angle) + axis[:, None] * np.cos(angle)
    mean = np.array([(shares * axis[None, :]).sum(), (shares * axis[:, None]).sum()])
    np.testing.assert_allclose(mean / np.hypot(*mean), [np.sin(angle), np.cos(angle)], atol=0.01)
    distance = np.hypot(axis[None, :], axis[:, None])
    row, column = np.unravel_index(shares.argmax(), shares.shape)
    assert upwind[row, column] == pytest.approx(distance[row, column], abs=2.0)
    # Integrated across the wind, up to 100 m where the map is wide enough for all of it.
    strip = 0.01 * np.arange(1, 10_001) - 0.005
    expected = float((crosswind_integrated(ONE, strip) * 0.01).sum())
    assert shares[(upwind > 0) & (upwind <= 100.0)].sum() == pytest.approx(expected, abs=0.01)
    assert 0.8 < shares.sum() < 1.0


def test_a_large_map_covers_the_stated_share() -> None:
    shape = footprint_shape([3.0, 3.0], 1000.0, [-20.0, -20.0], [0.4, 0.4], [0.5, np.nan], roughness=0.1)
    axis = np.arange(-1500.0, 1501.0, 2.0)
    shares = climatology(axis, axis, shape, [45.0, 45.0])
    reach = np.arange(0.05, 1500.0, 0.1)
    assert shares.sum() == pytest.approx((crosswind_integrated(shape, reach)[0] * 0.1).sum(), abs=0.003)


def test_the_mean_is_the_mean_and_periods_without_a_footprint_do_not_count() -> None:
    shape = footprint_shape(6.0, 1000.0, [-50.0, 100.0, -50.0, np.nan], [0.35, 0.2, 0.35, 0.3], 0.6, roughness=0.1)
    direction = np.array([10.0, 200.0, np.nan, 90.0])
    together = climatology(AXIS, AXIS, shape, direction)
    singly = [
        climatology(AXIS, AXIS, footprint_shape(6.0, 1000.0, length, ustar, 0.6, roughness=0.1), turned)
        for length, ustar, turned in (([-50.0], 0.35, [10.0]), ([100.0], 0.2, [200.0]))
    ]
    np.testing.assert_allclose(together, np.mean(singly, axis=0), rtol=1e-12)
    assert np.isnan(climatology(AXIS, AXIS, shape, np.full(4, np.nan))).all()


def test_source_areas_of_a_known_map() -> None:
    shares = np.array([[0.4, 0.0, 0.1], [0.2, 0.0, 0.05]])
    east, north = np.array([-10.0, 0.0, 10.0]), np.array([0.0, 10.0])
    np.testing.assert_allclose(cumulated_share(shares), [[0.4, 0.75, 0.7], [0.6, 0.75, 0.75]])
    found = source_areas(shares, east, north, (0.3, 0.5, 0.7, 0.9))
    assert [each.area for each in found[:3]] == [100.0, 200.0, 300.0]
    assert found[0].farthest == 10.0
    assert found[1].farthest == pytest.approx(np.hypot(10, 10))
    assert np.isnan(found[3].area)
    assert np.isnan(found[3].farthest)


def test_source_area_encloses_its_share_and_the_peak() -> None:
    shares = climatology(AXIS, AXIS, ONE, [0.0])
    [half] = source_areas(shares, AXIS, AXIS, (0.5,))
    inside = cumulated_share(shares) <= 0.5
    assert shares[inside].sum() == pytest.approx(0.5, abs=shares.max())
    assert half.farthest > float(peak_distance(ONE)[0])


@pytest.mark.parametrize("axis", [[0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 0.0]])
def test_axes_must_be_even(axis: list[float]) -> None:
    with pytest.raises(ValueError, match="north must be at least two evenly spaced distances"):
        climatology(AXIS, axis, ONE, [0.0])
