"""Transfer functions: each against the filter itself, done to a signal, or the slow integral that it stands for."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from icos_ecosystem.spectral.transfer_functions import (
    DIFFUSIVITY,
    block_average,
    first_order_power,
    first_order_response,
    kinematic_viscosity,
    linear_detrending,
    path_average_scalar,
    path_average_vertical_wind,
    recursive_filter,
    reynolds_number,
    sample_average,
    sensor_separation,
    tube,
)

N = np.geomspace(1e-6, 50.0, 301)
EVERY = {
    "block_average": lambda n: block_average(n, 1800.0),
    "linear_detrending": lambda n: linear_detrending(n, 1800.0, 600.0),
    "recursive_filter": lambda n: recursive_filter(n, 250.0, 0.05),
    "first_order_response": lambda n: first_order_response(n, 0.1),
    "first_order_power": lambda n: first_order_power(n, 1.6),
    "path_average_vertical_wind": lambda n: path_average_vertical_wind(n, 0.125, 3.0),
    "path_average_scalar": lambda n: path_average_scalar(n, 0.127, 3.0),
    "sensor_separation": lambda n: sensor_separation(n, 0.2, 3.0),
    "tube": lambda n: tube(n, length=0.7, diameter=0.0053, flow_rate=15.0, temperature=290.0, diffusivity=DIFFUSIVITY["h2o"]),
    "sample_average": lambda n: sample_average(n, 0.1),
}


@pytest.mark.parametrize("name", EVERY)
def test_an_amplitude_is_between_nothing_and_all(name):
    amplitude = EVERY[name](N)
    assert amplitude.shape == N.shape
    # Averages over a window pass a little more than all beside their zeros: never more than rounding.
    assert (amplitude >= -0.01).all()
    assert (amplitude <= 1.0 + 1e-12).all()


@pytest.mark.parametrize("name", ["block_average", "linear_detrending", "recursive_filter"])
def test_the_removal_of_trends_stops_what_is_slow_and_passes_what_is_fast(name):
    assert EVERY[name](np.array([1e-6]))[0] < 1e-3
    assert EVERY[name](np.array([5.0]))[0] > 0.999


@pytest.mark.parametrize("name", [name for name in EVERY if name not in {"block_average", "linear_detrending", "recursive_filter"}])
def test_sensors_pass_what_is_slow(name):
    assert EVERY[name](np.array([1e-6]))[0] == pytest.approx(1.0, abs=1e-5)
    assert EVERY[name](np.array([40.0]))[0] < 0.75


@pytest.mark.parametrize("cycles", [0.2, 0.7, 1.5, 3.3])
def test_block_average_is_the_variance_left_of_a_wave_of_any_phase(cycles):
    period, points = 1800.0, 20_000
    t = (np.arange(points) + 0.5) / points * period
    phases = np.linspace(0.0, 2.0 * np.pi, 64, endpoint=False)
    wave = np.sin(2.0 * np.pi * cycles / period * t + phases[:, None])
    left = ((wave - wave.mean(axis=1, keepdims=True)) ** 2).mean() / 0.5
    assert block_average(np.array([cycles / period]), period)[0] == pytest.approx(left, rel=1e-6)


@pytest.mark.parametrize("cycles", [0.2, 0.7, 1.5, 3.3])
def test_linear_detrending_is_the_variance_left_of_a_wave_of_any_phase(cycles):
    period, points = 1800.0, 20_000
    t = (np.arange(points) + 0.5) / points * period
    phases = np.linspace(0.0, 2.0 * np.pi, 64, endpoint=False)
    wave = np.sin(2.0 * np.pi * cycles / period * t + phases[:, None])
    lines = np.stack([np.ones(points), t - t.mean()])
    residual = wave - (wave @ lines.T / (lines**2).sum(axis=1)) @ lines
    assert linear_detrending(np.array([cycles / period]), period, period)[0] == pytest.approx((residual**2).mean() / 0.5, rel=1e-5)


@pytest.mark.parametrize("x", [1e-4, 0.004, 0.049, 0.051, 0.5, 7.0])
@pytest.mark.parametrize("path", [path_average_vertical_wind, path_average_scalar])
def test_path_averages_in_more_digits(path, x):
    with localcontext(prec=50):
        y = Decimal(x)
        decay = (-y).exp()
        if path is path_average_vertical_wind:
            closed = 4 / y * (1 + decay / 2 - 3 * (1 - decay) / (2 * y))
        else:
            closed = ((3 + decay - 4 * (1 - decay) / y) / y).sqrt()
    found = path(np.array([x]), 1.0 / (2.0 * np.pi), 1.0)[0]
    assert found == pytest.approx(float(closed), rel=1e-12)


def test_a_point_averages_nothing():
    np.testing.assert_array_equal(path_average_scalar(N, 0.0, 2.0), 1.0)
    np.testing.assert_array_equal(path_average_vertical_wind(N, 0.0, 2.0), 1.0)


def test_first_order_response_is_half_the_power_at_its_cut_off():
    tau = 0.25
    cut_off = 1.0 / (2.0 * np.pi * tau)
    assert first_order_response(np.array([cut_off]), tau)[0] ** 2 == pytest.approx(0.5)
    assert first_order_power(np.array([cut_off]), cut_off)[0] == pytest.approx(0.5)


def test_air_has_the_viscosity_of_the_tables():
    # Incropera & DeWitt, Fundamentals of Heat and Mass Transfer, table A.4.
    temperature = np.array([250.0, 300.0, 350.0])
    np.testing.assert_allclose(kinematic_viscosity(temperature), [11.44e-6, 15.89e-6, 20.92e-6], rtol=0.03)


def test_a_thinner_stream_is_laminar_and_a_longer_tube_damps_more():
    flow = 15.0 / 60_000 / (np.pi * 0.00265**2)
    assert reynolds_number(flow, 0.0053, 290.0) > 2300 > reynolds_number(flow / 3, 0.0053, 290.0)
    common = {"diameter": 0.0053, "temperature": 290.0, "diffusivity": DIFFUSIVITY["co2"]}
    frequency = np.array([2.0])
    for rate in (15.0, 3.0):
        short, long = (tube(frequency, length=length, flow_rate=rate, **common)[0] for length in (1.0, 2.0))
        assert long == pytest.approx(short**2)


def test_the_tube_follows_each_half_hour():
    temperature = np.array([[260.0], [310.0]])
    flow = np.array([[15.0], [3.0]])
    both = tube(N, length=4.0, diameter=0.0053, flow_rate=flow, temperature=temperature, diffusivity=1.4e-5)
    for i in range(2):
        one = tube(N, length=4.0, diameter=0.0053, flow_rate=flow[i, 0], temperature=temperature[i, 0], diffusivity=1.4e-5)
        np.testing.assert_array_equal(both[i], one)


def test_the_laminar_tube_number_by_number():
    velocity = 2.0 / 60_000 / (np.pi * 0.00265**2)
    expected = np.exp(-(4.0 / velocity) * (np.pi * 0.00265 * 0.3) ** 2 / (6.0 * 1.381e-5))
    found = tube(np.array([0.3]), length=4.0, diameter=0.0053, flow_rate=2.0, temperature=290.0, diffusivity=1.381e-5)[0]
    assert found == pytest.approx(expected, rel=1e-13)
