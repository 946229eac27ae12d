"""Hsieh et al. (2000): its cumulated footprint has each share at its distance, and is steepest at the peak."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.footprint.fetch import SHARES
from icos_ecosystem.footprint.hsieh import hsieh


def cumulated(x: np.ndarray, z: float, z0: float, length: float, k: float) -> np.ndarray:
    zu = z * (np.log(z / z0) - 1 + z0 / z)
    if abs(zu / length) < 0.04:
        return np.exp(-0.97 * zu / (k**2 * x))
    d, p = (0.28, 0.59) if length < 0 else (2.44, 1.33)
    return np.exp(-d * zu**p * abs(length) ** (1 - p) / (k**2 * x))


@pytest.mark.parametrize("length", [-10.0, -50.0, -1e6, 1e5, 200.0, 20.0])
@pytest.mark.parametrize("k", [0.4, 0.41])
def test_shares_and_peak(length: float, k: float) -> None:
    fetch = hsieh(4.0, 0.1, length, von_karman=k)
    for share, distance in zip(SHARES, fetch[1:], strict=True):
        assert cumulated(np.float64(distance), 4.0, 0.1, length, k) == pytest.approx(share, rel=1e-12)
    steps = np.arange(0.5, 5000.0, 0.05)
    assert steps[np.diff(cumulated(steps, 4.0, 0.1, length, k)).argmax()] + 0.025 == pytest.approx(fetch.peak, abs=0.06)


def test_neutral_fetch_to_height_ratio_of_the_paper() -> None:
    # 90 % of the flux needs about 100 times the height over short grass (Hsieh et al., section 3).
    assert 60 < hsieh(2.0, 0.05, np.inf, von_karman=0.4).x90 / 2.0 < 200


def test_steps_of_eddypro_are_the_next_multiple() -> None:
    exact, stepped = hsieh(4.0, 0.1, [-20.0, 50.0]), hsieh(4.0, 0.1, [-20.0, 50.0], step=5.0)
    np.testing.assert_array_equal(exact.peak, stepped.peak)
    for fine, coarse in zip(exact[1:], stepped[1:], strict=True):
        assert (coarse % 5.0 == 0.0).all()
        assert ((coarse >= fine) & (coarse < fine + 5.0)).all()


def test_missing_and_impossible_is_missing() -> None:
    fetch = hsieh([4.0, 0.1, 4.0], [0.1, 0.1, 0.1], [50.0, 50.0, np.nan])
    assert np.isfinite(fetch.x50).tolist() == [True, False, False]
