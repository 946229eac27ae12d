"""The zero signal of a HydroC between zeroings."""

import numpy as np
import pytest
from icos_ocean.hydroc_zero import interpolate_zeros, regress_zeros, zero_means

HOUR = 3600.0


def zeros_at(hours, ratios, readings=4):
    """Zeroings of so many readings each, a second apart."""
    time = np.concatenate([hour * HOUR + np.arange(readings) for hour in hours])
    run = np.repeat(np.arange(len(hours)) * 2, readings)
    return zero_means(time, time + 1000.0, np.repeat(ratios, readings), run, np.ones(time.size, dtype=bool))


def test_readings_are_averaged_zeroing_by_zeroing():
    time = np.arange(6.0)
    ratio = np.array([1.5, 1.4, 1.6, np.nan, 1.8, 2.0])
    zeros = zero_means(time, 10.0 * time, ratio, np.array([0, 1, 1, 1, 2, 3]), np.array([1, 1, 1, 1, 1, 0], dtype=bool))
    assert zeros.ratio.tolist() == [1.5, 1.5, 1.8]
    assert zeros.readings.tolist() == [1, 2, 1]
    assert zeros.coordinate.tolist() == [0.0, 15.0, 40.0]
    assert zeros.spread[1] == pytest.approx(0.2 / np.sqrt(2.0))
    assert np.isnan(zeros.spread[[0, 2]]).all()


def test_interpolation_in_the_coordinate():
    zeros = zeros_at([0.0, 8.0], [1.860, 1.868])
    middle = zeros.coordinate[0]
    wanted = middle + np.array([-HOUR, 0.0, 2.0 * HOUR, 8.0 * HOUR, 9.0 * HOUR])
    found = interpolate_zeros(wanted, wanted - 1000.0, zeros, noise=0.0, drift_rate=0.0)
    assert found.ratio == pytest.approx([1.860, 1.860, 1.862, 1.868, 1.868])
    assert found.one_sided.tolist() == [True, False, False, False, True]
    assert found.apart / HOUR == pytest.approx([1.0, 0.0, 8.0, 0.0, 1.0])
    assert found.uncertainty.tolist() == [0.0] * 5


def test_no_zero_gives_none():
    none = zero_means(np.zeros(1), np.zeros(1), np.ones(1), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool))
    found = interpolate_zeros(np.zeros(3), np.zeros(3), none, noise=1.0, drift_rate=1.0)
    assert np.isnan(found.ratio).all()
    assert not found.one_sided.any()


def test_uncertainty_of_interpolation_against_random_walks():
    """Noise of single readings and a drift that is a random walk, as the notes of the module state them."""
    random = np.random.default_rng(3)
    draws, steps, rate, noise = 20_000, 16, 2e-5, 5e-5
    walks = np.cumsum(random.standard_normal((draws, steps + 1)), axis=1) * rate * np.sqrt(8.0 / steps)
    means = walks[:, [0, -1]] + random.standard_normal((draws, 2)) * noise / 2.0
    for step in (0, 4, 8, 13):
        weight = step / steps
        error = (1.0 - weight) * means[:, 0] + weight * means[:, 1] - walks[:, step]
        zeros = zeros_at([0.0, 8.0], [1.0, 1.0])
        coordinate = np.array([zeros.coordinate[0] + weight * 8.0 * HOUR])
        found = interpolate_zeros(coordinate, coordinate - 1000.0, zeros, noise=noise, drift_rate=rate)
        assert found.uncertainty[0] == pytest.approx(error.std(), rel=0.03)


def test_drift_beyond_the_last_zero_grows():
    zeros = zeros_at([0.0], [2.0], readings=1)
    coordinate = zeros.coordinate[0] + np.array([0.0, 1.0, 4.0]) * HOUR
    found = interpolate_zeros(coordinate, coordinate - 1000.0, zeros, noise=0.0, drift_rate=1e-5)
    assert found.uncertainty == pytest.approx([0.0, 2e-5, 4e-5])


def test_lines_of_segments():
    hours = np.arange(10.0) * 8.0
    ratios = np.where(hours < 40.0, 1.86 - 1e-5 * hours, 1.90 + 2e-5 * hours)
    zeros = zeros_at(hours, ratios)
    segment = (zeros.time >= 36.0 * HOUR).astype(np.int64)
    wanted = zeros.coordinate[0] + np.array([4.0, 44.0]) * HOUR
    found = regress_zeros(wanted, wanted - 1000.0, zeros, segment, np.array([0, 1]), noise=1e-5)
    assert found.ratio == pytest.approx([1.86 - 4e-5, 1.90 + 88e-5], rel=1e-12)
    assert not found.one_sided.any()
    assert found.apart / HOUR == pytest.approx([8.0, 8.0])


def test_segment_of_one_zero_and_of_none():
    zeros = zeros_at([0.0, 8.0, 16.0], [1.86, 1.87, 1.88])
    wanted = zeros.coordinate[[0, 2]] + HOUR
    found = regress_zeros(wanted, wanted - 1000.0, zeros, np.array([0, 0, 1]), np.array([1, 2]), noise=1e-5)
    assert found.ratio[0] == pytest.approx(1.88)
    assert found.one_sided[0]
    assert np.isnan(found.ratio[1])


def test_uncertainty_of_a_line_against_its_scatter():
    """Zeros that scatter about a line by more than their noise: a row does so, too."""
    random = np.random.default_rng(8)
    hours = np.arange(12.0) * 8.0
    scatter, errors, stated = 4e-5, [], []
    for _ in range(400):
        wander = random.standard_normal(12) * scatter
        zeros = zeros_at(hours, 1.86 + wander)
        wanted = zeros.coordinate[:1] + 30.0 * HOUR
        found = regress_zeros(wanted, wanted - 1000.0, zeros, np.zeros(12, dtype=np.int64), np.zeros(1, dtype=np.int64), noise=1e-6)
        errors.append(found.ratio[0] - 1.86 - random.standard_normal() * scatter)
        stated.append(found.uncertainty[0])
    assert np.std(errors) == pytest.approx(np.sqrt(np.mean(np.square(stated))), rel=0.1)
