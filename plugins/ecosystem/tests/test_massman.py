"""Massman's factors: his closed form against the integral, and the whole against the analytic method within his own bounds."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.spectral.factors import analytic_factors
from icos_ecosystem.spectral.filters import Analyser, Anemometer, HighPass, Tube
from icos_ecosystem.spectral.massman import attenuation_coefficient, massman_factor, massman_factors, tube_time_constant
from scipy.integrate import quad

ANEMOMETER = Anemometer(vertical_path=0.115, horizontal_path=0.058, response_time=0.0)
LINE = Tube(length=0.711, diameter=0.0053, flow_rate=15.0, diffusivity=1.381e-5)
ANALYSERS = {
    "co2": Analyser(vertical_path=0.127, horizontal_path=0.0127, response_time=0.1, horizontal_separation=0.1, tube=LINE),
    "h2o": Analyser(vertical_path=0.127, horizontal_path=0.0, response_time=0.016, horizontal_separation=0.3),
}


@pytest.mark.parametrize(("low", "high", "block"), [(0.3, 340.0, 640.0), (2.0, 50.0, 600.0), (0.05, 1e10, 640.0)])
def test_the_closed_form_is_the_integral_over_first_order_filters(low, high, block):
    height, wind, zeta = 4.0, 2.0, 0.4
    peak = (2.0 - 1.915 / (1.0 + 0.5 * zeta)) * wind / height

    def kept(log_n):
        n = np.exp(log_n)
        passed = 1.0 / (1.0 + (2 * np.pi * n * low) ** 2)
        for time in (high, block):
            squared = (2 * np.pi * n * time) ** 2
            passed *= squared / (1.0 + squared)
        return 2 / np.pi * (n / peak) / (1.0 + (n / peak) ** 2) * passed

    integral = quad(kept, -40.0, 25.0, epsabs=1e-12, epsrel=1e-10, limit=500)[0]
    found = massman_factor(
        low_pass_time=low,
        high_pass_time=high,
        block_time=block,
        height=height,
        wind_speed=np.array([wind]),
        stability=np.array([zeta]),
    )[0]
    assert found == pytest.approx(1.0 / integral, rel=1e-8)


def test_nothing_filtered_is_nothing_corrected():
    found = massman_factor(
        low_pass_time=0.0,
        high_pass_time=1e12,
        block_time=1e12,
        height=3.0,
        wind_speed=np.array([2.0, 2.0]),
        stability=np.array([-1.0, 1.0]),
    )
    np.testing.assert_allclose(found, 1.0, atol=1e-9)


@pytest.mark.parametrize("zeta", [-1.0, -0.2, 0.1])
@pytest.mark.parametrize("high_pass", [HighPass(), HighPass(method="ld")])
def test_what_is_left_of_a_covariance_agrees_with_the_integral_as_well_as_the_paper_states(zeta, high_pass):
    given = {
        "height": 4.0,
        "wind_speed": np.array([2.0, 4.0]),
        "stability": np.full(2, zeta),
        "temperature": np.full(2, 288.0),
        "anemometer": ANEMOMETER,
        "analysers": ANALYSERS,
        "high_pass": high_pass,
    }
    simple, whole = massman_factors(**given), analytic_factors(**given)
    assert list(simple) == list(whole)
    for name, factor in simple.items():
        np.testing.assert_allclose(1.0 / factor, 1.0 / whole[name], rtol=0.0, atol=0.06, err_msg=name)


def test_a_calm_or_missing_half_hour_has_no_factor():
    found = massman_factors(
        height=4.0,
        wind_speed=np.array([0.0, np.nan, 2.0]),
        stability=np.array([0.1, 0.1, np.nan]),
        temperature=np.full(3, 288.0),
        anemometer=ANEMOMETER,
        analysers=ANALYSERS,
        high_pass=HighPass(),
    )
    for name, factor in found.items():
        assert np.isnan(factor).all(), name


def test_a_tube_damps_to_one_half_where_its_time_constant_says_so():
    velocity = LINE.flow_rate / 60_000 / (np.pi * (LINE.diameter / 2) ** 2)
    tau = float(tube_time_constant(LINE, 288.0, attenuation_coefficient))
    coefficient = 4 * np.pi**2 * float(attenuation_coefficient(np.array(LINE.diameter * velocity / 1.5e-5), np.array(1.0)))
    n = 1.0 / (2 * np.pi * tau)
    damped = np.exp(-coefficient * n**2 * LINE.diameter / 2 * LINE.length / velocity**2)
    assert damped == pytest.approx(0.5, abs=0.01)


def test_the_coefficient_of_a_tube_can_be_given():
    given = {
        "height": 4.0,
        "wind_speed": np.array([2.0]),
        "stability": np.array([0.1]),
        "temperature": np.array([288.0]),
        "anemometer": ANEMOMETER,
        "analysers": ANALYSERS,
        "high_pass": HighPass(),
    }
    none = massman_factors(**given, attenuation=lambda reynolds, schmidt: np.zeros_like(reynolds + schmidt))
    some = massman_factors(**given)
    assert none["co2"][0] < some["co2"][0]
    assert none["h2o"][0] == some["h2o"][0]


def test_laminar_flow_has_the_dispersion_of_taylor():
    # Taylor: D = r^2 v^2 / (48 D_molecular); a wave is damped by exp(-D (2 pi n)^2 L / v^3) = exp(-4 pi^2 n^2 Lambda r L / v^2).
    radius, velocity, molecular = 0.002, 1.0, 2e-5
    expected = radius * velocity / (48 * molecular)
    viscosity = 1.5e-5
    found = attenuation_coefficient(np.array(2 * radius * velocity / viscosity), np.array(viscosity / molecular))
    assert float(found) == pytest.approx(expected)
