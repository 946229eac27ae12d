"""Products of rotated winds from products of the anemometer's components."""

from __future__ import annotations

import numpy as np
from icos_ecosystem.series.symmetric_products import WIND_PAIRS, rotated_product


def test_products_of_rotated_components_follow() -> None:
    random = np.random.default_rng(1)
    wind = random.normal(size=(4, 3, 50))
    products = np.stack([wind[:, i] * wind[:, j] for i, j in WIND_PAIRS], axis=1)
    left, right = random.normal(size=(2, 4, 3))
    along_left, along_right = (np.einsum("ni,nit->nt", each, wind) for each in (left, right))
    np.testing.assert_allclose(rotated_product(left, right, products), along_left * along_right, rtol=1e-10)
    np.testing.assert_allclose(rotated_product(right, left, products), along_left * along_right, rtol=1e-10)


def test_cospectra_of_both_orders_count_alike() -> None:
    random = np.random.default_rng(2)
    transforms = random.normal(size=(1, 3, 30)) + 1j * random.normal(size=(1, 3, 30))
    products = np.stack([(np.conj(transforms[:, i]) * transforms[:, j]).real for i, j in WIND_PAIRS], axis=1)
    left, right = random.normal(size=(2, 1, 3))
    rotated = [np.einsum("ni,nif->nf", each, transforms) for each in (left, right)]
    np.testing.assert_allclose(rotated_product(left, right, products), (np.conj(rotated[0]) * rotated[1]).real, rtol=1e-10)


def test_products_without_further_axes_and_missing_ones() -> None:
    covariance = np.array([[1.0, 0.2, -0.3, 2.0, 0.1, 0.5], [np.nan] * 6])
    up = np.tile([0.0, 0.0, 1.0], (2, 1))
    np.testing.assert_array_equal(rotated_product(up, up, covariance), [0.5, np.nan])
