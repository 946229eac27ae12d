"""Correction for the response time of a membrane: exact where its assumption holds, and what it does to noise."""

import numpy as np
import pytest
from icos_ocean.membrane_response import correct_response

TAU = 90.0


def seen(values, step):
    """What a sensor of this response time reads where the true value is constant between readings."""
    rest = np.exp(-step / TAU)
    found = np.empty_like(values)
    found[0] = values[0]
    for index in range(1, values.size):
        found[index] = values[index] + (found[index - 1] - values[index]) * rest
    return found


def test_steps_are_restored():
    time = np.arange(40.0) * 60.0
    true = np.where(time < 900.0, 380.0, 420.0)
    read = seen(true, 60.0)
    assert abs(read - true).max() > 15.0
    found = correct_response(time, read, np.zeros(40, dtype=np.int64), TAU)
    np.testing.assert_allclose(found.values, true, rtol=0, atol=1e-9)
    assert found.corrected.tolist() == [False] + [True] * 39


def test_runs_are_apart():
    time = np.arange(6.0) * 60.0
    values = np.array([400.0, 410.0, 420.0, 300.0, 310.0, 320.0])
    found = correct_response(time, values, np.array([0, 0, 0, 1, 1, 1]), TAU)
    assert found.corrected.tolist() == [False, True, True, False, True, True]
    assert found.values[[0, 3]].tolist() == [400.0, 300.0]
    alone = correct_response(time[3:], values[3:], np.zeros(3, dtype=np.int64), TAU)
    np.testing.assert_allclose(found.values[3:], alone.values)


def test_derivative_by_the_response_time():
    time = np.cumsum([0.0, 60.0, 45.0, 80.0])
    values, run = np.array([400.0, 404.0, 403.0, 409.0]), np.zeros(4, dtype=np.int64)
    low, high = (correct_response(time, values, run, TAU + sign * 1e-3).values for sign in (-1.0, 1.0))
    np.testing.assert_allclose(correct_response(time, values, run, TAU).by_time_constant, (high - low) / 2e-3, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("smoothing", [0.0, 130.0, 610.0])
def test_noise(smoothing):
    """The stated factor against noise that went through the correction."""
    random = np.random.default_rng(2)
    count = 21
    time, run = np.arange(count) * 60.0, np.zeros(count, dtype=np.int64)
    noise = random.standard_normal((5000, count))
    found = np.array([correct_response(time, row, run, TAU, smoothing).values for row in noise])
    factor = correct_response(time, noise[0], run, TAU, smoothing).noise_factor
    for row in (0, 1, 2, 10, 20):
        assert found[:, row].std() == pytest.approx(factor[row], rel=0.05)


def test_smoothing_keeps_a_steady_change():
    time, run = np.arange(50.0) * 60.0, np.zeros(50, dtype=np.int64)
    true = 400.0 + 0.01 * time
    found = correct_response(time, seen(true, 60.0), run, TAU, smoothing=600.0)
    np.testing.assert_allclose(found.values, true, atol=1e-6)


def test_nothing_and_a_single_value():
    none = np.empty(0)
    assert correct_response(none, none, np.empty(0, dtype=np.int64), TAU, 600.0).values.size == 0
    one = correct_response(np.zeros(1), np.array([5.0]), np.zeros(1, dtype=np.int64), TAU, 600.0)
    assert one.values.tolist() == [5.0]
    assert one.noise_factor.tolist() == [1.0]
