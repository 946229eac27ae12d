"""Rotations of the wind: means and covariances of rotated rows, EddyPro's angles, what a rotation is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import ALL, fluxnet
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.planar_fit import read_planar_fit
from icos_ecosystem.wind_rotation import (
    MAXIMUM_ROLL,
    double_rotation,
    plane_rotation,
    rotate_covariance,
    rotate_mean,
    third_rotation,
    yaw_rotation,
)

if TYPE_CHECKING:
    from pathlib import Path

SPEED = st.floats(-20.0, 20.0).filter(lambda value: abs(value) > 1e-3)


def winds(periods: int = 4, rows: int = 500, seed: int = 1) -> np.ndarray:
    """(periods, 3, rows) winds of every direction, their components correlated."""
    random = np.random.default_rng(seed)
    mean = random.uniform(-5, 5, (periods, 3, 1))
    return mean + np.einsum("ij,pjr->pir", random.normal(size=(3, 3)), random.normal(size=(periods, 3, rows)))


def covariances(wind: np.ndarray) -> np.ndarray:
    return np.stack([np.cov(each, bias=True) for each in wind])


@given(u=SPEED, v=SPEED, w=SPEED)
def test_double_rotation_leaves_the_length_of_the_wind_along_the_first_axis(u: float, v: float, w: float) -> None:
    mean = np.array([[u, v, w]])
    matrices, _, _ = double_rotation(mean)
    np.testing.assert_allclose(rotate_mean(matrices, mean)[0], [np.sqrt(u * u + v * v + w * w), 0.0, 0.0], atol=1e-10)
    np.testing.assert_allclose(matrices[0] @ matrices[0].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrices[0]) == pytest.approx(1.0)


def test_angles_are_those_of_the_compass_of_the_anemometer() -> None:
    matrices, yaw = yaw_rotation(np.array([[0.0, 2.0, 1.0], [-1.0, 0.0, 0.0]]))
    np.testing.assert_allclose(np.degrees(yaw), [90.0, 180.0])
    np.testing.assert_allclose(rotate_mean(matrices, np.array([[0.0, 2.0, 1.0], [-1.0, 0.0, 0.0]])), [[2, 0, 1], [1, 0, 0]], atol=1e-12)
    _, _, pitch = double_rotation(np.array([[1.0, 0.0, 1.0], [3.0, 4.0, -5.0], [0.0, 0.0, 2.0]]))
    np.testing.assert_allclose(np.degrees(pitch), [45.0, -45.0, 90.0])


def test_covariances_are_those_of_rotated_rows() -> None:
    wind = winds()
    matrices, _, _ = double_rotation(wind.mean(axis=2))
    found = rotate_covariance(matrices, covariances(wind))
    np.testing.assert_allclose(found, covariances(np.einsum("pij,pjr->pir", matrices, wind)), rtol=1e-10, atol=1e-12)
    # Whatever stands between, such as sub-intervals, stays.
    parts = np.stack([covariances(wind), 2.0 * covariances(wind)], axis=1)
    np.testing.assert_allclose(rotate_covariance(matrices, parts), np.stack([found, 2.0 * found], axis=1), rtol=1e-12)


def test_third_rotation_takes_the_lateral_covariance_off() -> None:
    covariance = np.array([[[1.0, 0.0, -0.3], [0.0, 0.9, 0.08], [-0.3, 0.08, 0.4]], [[1.0, 0.0, 0.0], [0.0, 0.5, 0.4], [0.0, 0.4, 0.45]]])
    matrices, roll = third_rotation(covariance)
    assert rotate_covariance(matrices, covariance)[0, 1, 2] == pytest.approx(0.0, abs=1e-15)
    assert np.degrees(roll[0]) == pytest.approx(0.5 * np.degrees(np.arctan(0.16 / 0.5)))
    assert 0.5 * np.degrees(np.arctan(0.8 / 0.05)) > MAXIMUM_ROLL
    np.testing.assert_array_equal(matrices[1], np.eye(3))
    assert np.isnan(third_rotation(np.full((1, 3, 3), np.nan))[1]).all()


@given(b1=st.floats(-0.5, 0.5), b2=st.floats(-0.5, 0.5), u=SPEED, v=SPEED)
def test_wind_in_a_plane_has_no_vertical_component_after_its_rotation(b1: float, b2: float, u: float, v: float) -> None:
    matrices = plane_rotation(np.array([b1]), np.array([b2]))
    assert rotate_mean(matrices, np.array([[u, v, b1 * u + b2 * v]]))[0, 2] == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(matrices[0] @ matrices[0].T, np.eye(3), atol=1e-12)


def test_a_level_plane_turns_nothing() -> None:
    np.testing.assert_array_equal(plane_rotation(np.zeros(2), np.zeros(2)), np.stack([np.eye(3)] * 2))


@pytest.mark.realdata
def test_angles_of_double_rotation_are_eddypros(real_data: Path) -> None:
    for run in ALL:
        table = fluxnet(real_data, run)
        if not (table["AXES_ROTATION_METHOD"] == 1).all():
            continue
        mean = table[["U_UNROT", "V_UNROT", "W_UNROT"]].to_numpy()
        matrices, yaw, pitch = double_rotation(mean)
        speed = np.linalg.norm(mean, axis=1)
        # Means and angles are printed in six digits.
        tolerance = np.degrees(2e-6 * np.abs(mean).max(axis=1) / np.hypot(mean[:, 0], mean[:, 1])) + 5e-4
        turn = np.mod(np.degrees(yaw) - table["ROT_YAW"] + 180.0, 360.0) - 180.0
        assert (np.abs(turn) < tolerance).all(), run
        np.testing.assert_allclose(np.degrees(pitch), table["ROT_PITCH"], rtol=2e-5, atol=2e-5)
        np.testing.assert_allclose(rotate_mean(matrices, mean)[:, 0], table["U"], rtol=1e-5)
        np.testing.assert_allclose(speed, table["U"], rtol=1e-5)


@pytest.mark.realdata
def test_rotation_matrices_of_planes_are_those_that_eddypro_prints(real_data: Path) -> None:
    path = real_data / "ecosystem_raw" / "eddypro_reference" / "finse" / "icos_pf_fratini" / "eddypro_finse_planar_fit.txt"
    lines = path.read_text().splitlines()
    begins = [place for place, line in enumerate(lines) if line.startswith("Sector number")]
    printed = np.array([[[float(cell) for cell in lines[begin + row].split()] for row in (1, 2, 3)] for begin in begins])
    coefficients = read_planar_fit(path).coefficients
    found = plane_rotation(coefficients[:, 1], coefficients[:, 2])
    np.testing.assert_allclose(found, printed, atol=6e-7)
