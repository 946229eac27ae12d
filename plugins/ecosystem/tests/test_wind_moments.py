"""Third and fourth moments of rotated winds from those of the anemometer's components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_input import despiked, hohes_holz
from eddypro_results import fluxnet
from icos_ecosystem.series.wind_moments import FOURTH, THIRD, moments_along, wind_moments
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    from pathlib import Path


def winds(n: int = 400, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.array([[4.0], [1.0], [0.1]]) + random.normal(size=(3, 3)) @ random.gamma(2.0, size=(3, n))


def test_moments_are_mean_products() -> None:
    wind = winds()
    third, fourth = wind_moments(wind)
    centred = wind - wind.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(third, [np.mean(np.prod(centred[list(each)], axis=0)) for each in THIRD], rtol=1e-10)
    np.testing.assert_allclose(fourth, [np.mean(np.prod(centred[list(each)], axis=0)) for each in FOURTH], rtol=1e-10)
    assert (len(THIRD), len(FOURTH)) == (10, 15)


def test_times_without_a_component_take_no_part() -> None:
    wind = winds()
    gappy = wind.copy()
    gappy[1, 10:30] = np.nan
    kept = np.delete(wind, np.arange(10, 30), axis=1)
    for found, expected in zip(wind_moments(gappy), wind_moments(kept), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert all(np.isnan(each).all() for each in wind_moments(np.full((3, 5), np.nan)))


def test_moments_along_a_direction_are_those_of_the_component_along_it() -> None:
    random = np.random.default_rng(2)
    directions = random.normal(size=(5, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    wind = winds()
    third, fourth = (np.tile(each, (5, 1)) for each in wind_moments(wind))
    along = directions @ (wind - wind.mean(axis=1, keepdims=True))
    np.testing.assert_allclose(moments_along(directions, third, THIRD), (along**3).mean(axis=1), rtol=1e-9)
    np.testing.assert_allclose(moments_along(directions, fourth, FOURTH), (along**4).mean(axis=1), rtol=1e-9)


@pytest.mark.realdata
def test_skewness_and_kurtosis_of_the_rotated_wind_are_eddypros(real_data: Path) -> None:
    raw = despiked(hohes_holz(real_data))
    wind = np.stack([raw[name].values for name in "uvw"])
    row = fluxnet(real_data, "DE-HoH/express").iloc[0]
    matrix = double_rotation(wind.mean(axis=1)[np.newaxis])[0][0]
    variance = np.diag(matrix @ np.cov(wind, bias=True) @ matrix.T)
    third, fourth = (np.tile(each, (3, 1)) for each in wind_moments(wind))
    # EddyPro divides sums by one less than their number.
    more = wind.shape[1] / (wind.shape[1] - 1)
    skewness = more * moments_along(matrix, third, THIRD) / variance**1.5
    kurtosis = more * moments_along(matrix, fourth, FOURTH) / variance**2
    np.testing.assert_allclose(skewness, row[["U_SKW", "V_SKW", "W_SKW"]].astype(float), rtol=2e-5)
    np.testing.assert_allclose(kurtosis, row[["U_KUR", "V_KUR", "W_KUR"]].astype(float), rtol=1e-5)
