"""Temperature corrections against printed factors, PyCO2SYS and numerical derivatives."""

import math

import numpy as np
import pytest
from icos_ocean.temperature_correction import (
    DEFAULT_METHOD,
    METHODS,
    humphreys_2024_bh,
    log_temperature_factor,
    log_temperature_factor_derivatives,
    temperature_factor,
)


@pytest.mark.parametrize(
    ("before", "after", "takahashi_1993", "takahashi_2009", "humphreys_2024_fit"),
    [
        (15.0, 14.0, 0.958582, 0.958833, 0.958729),
        (26.0, 25.3, 0.970824, 0.971661, 0.973029),
        (20.0, 25.0, 1.235530, 1.229629, 1.220787),
    ],
)
def test_factors_have_the_printed_values(before, after, takahashi_1993, takahashi_2009, humphreys_2024_fit):
    assert temperature_factor(after, before) == pytest.approx(takahashi_1993, abs=5e-7)
    assert temperature_factor(after, before, method="takahashi-2009") == pytest.approx(takahashi_2009, abs=5e-7)
    assert temperature_factor(after, before, method="humphreys-2024-fit") == pytest.approx(humphreys_2024_fit, abs=5e-7)


def test_remaining_factors_follow_their_formulas():
    assert temperature_factor(9.0, 11.0, method="wanninkhof-2022") == pytest.approx(math.exp(-0.0826), rel=1e-14)
    exponent = 25288.0 / 8.314462618 * (1.0 / 284.15 - 1.0 / 282.15)
    assert temperature_factor(9.0, 11.0, method="humphreys-2024-enthalpy") == pytest.approx(math.exp(exponent), rel=1e-12)


def test_parametrised_factor_has_the_value_printed_by_pyco2sys():
    factor = temperature_factor(20.0, 25.0, method="humphreys-2024-parametrised", salinity=35.0, fco2=400.0)
    assert 400.0 * factor == pytest.approx(326.307, abs=5e-4)


def test_default_is_that_of_socat():
    assert DEFAULT_METHOD == "takahashi-1993"
    assert METHODS[DEFAULT_METHOD].coefficient == 0.0423


@pytest.mark.parametrize("method", METHODS)
def test_equal_temperatures_need_no_correction(method):
    factor = temperature_factor([-1.0, 15.0], [-1.0, 15.0], method=method, salinity=35.0, fco2=400.0)
    assert factor.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("method", METHODS)
def test_derivatives_agree_with_central_differences(method):
    rng = np.random.default_rng(30)
    t = rng.uniform(-1, 30, 200)
    point = {
        "sst": t - rng.uniform(-2, 2, 200),
        "equilibrator_temperature": t,
        "salinity": rng.uniform(5, 38, 200),
        "fco2": rng.uniform(150, 700, 200),
    }
    given = METHODS[method].coefficient
    derivatives = log_temperature_factor_derivatives(**point, method=method)
    for name, value in point.items():
        step = 1e-3
        above = log_temperature_factor(**{**point, name: value + step}, method=method)
        below = log_temperature_factor(**{**point, name: value - step}, method=method)
        np.testing.assert_allclose(getattr(derivatives, name), (above - below) / (2 * step), rtol=1e-6, atol=1e-12)
    if given is not None:
        above = log_temperature_factor(**point, method=method, coefficient=given * 1.001)
        below = log_temperature_factor(**point, method=method, coefficient=given * 0.999)
        np.testing.assert_allclose(derivatives.coefficient, (above - below) / (0.002 * given), rtol=1e-9, atol=1e-15)


def test_parametrised_method_responds_to_its_coefficient():
    point = {"sst": 10.0, "equilibrator_temperature": 10.4, "salinity": 34.0, "fco2": 350.0}
    derivatives = log_temperature_factor_derivatives(**point, method="humphreys-2024-parametrised")
    log_factor = log_temperature_factor(**point, method="humphreys-2024-parametrised")
    assert derivatives.coefficient * humphreys_2024_bh(10.4, 34.0, 350.0) == pytest.approx(log_factor, rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_assumed_uncertainty_of_the_method_is_of_the_size_of_the_spread_of_methods(method):
    # 1 °C of warming at 15 °C: the published methods differ by up to a tenth of a percent (0.6 % for the pure enthalpy).
    derivatives = log_temperature_factor_derivatives(15.0, 16.0, method=method, salinity=35.0, fco2=400.0)
    relative = abs(float(derivatives.coefficient)) * METHODS[method].coefficient_uncertainty
    assert relative == pytest.approx(0.0031 if method == "humphreys-2024-enthalpy" else 0.001, rel=0.02)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"unknown temperature correction 'takahashi-1992', expected one of takahashi-1993, "):
        temperature_factor(10.0, 10.0, method="takahashi-1992")
    with pytest.raises(ValueError, match="needs salinity and fco2"):
        temperature_factor(10.0, 10.0, method="humphreys-2024-parametrised", salinity=35.0)
    with pytest.raises(ValueError, match="takes no coefficient"):
        temperature_factor(10.0, 10.0, method="humphreys-2024-parametrised", salinity=35.0, fco2=400.0, coefficient=28000.0)


@pytest.mark.parametrize(
    ("method", "option"),
    [
        ("humphreys-2024-parametrised", 1),
        ("humphreys-2024-fit", 2),
        ("humphreys-2024-enthalpy", 3),
    ],
)
def test_van_t_hoff_factors_agree_with_pyco2sys(method, option):
    judge = pytest.importorskip("PyCO2SYS", reason="PyCO2SYS is not installed")
    rng = np.random.default_rng(31)
    t = rng.uniform(-1, 30, 300)
    s = t - rng.uniform(-3, 3, 300)
    S, fco2 = rng.uniform(5, 38, 300), rng.uniform(150, 700, 300)
    results = judge.sys(par1=fco2, par1_type=5, temperature=t, temperature_out=s, salinity=S, opt_adjust_temperature=option)
    ours = fco2 * temperature_factor(s, t, method=method, salinity=S, fco2=fco2)
    np.testing.assert_allclose(ours, results["fCO2_out"], rtol=1e-9)


@pytest.mark.parametrize(("method", "option"), [("takahashi-1993", 5), ("takahashi-2009", 6)])
def test_empirical_factors_agree_with_pyco2sys(method, option):
    judge = pytest.importorskip("PyCO2SYS", reason="PyCO2SYS is not installed")
    rng = np.random.default_rng(32)
    t = rng.uniform(-1, 30, 300)
    s = t - rng.uniform(-3, 3, 300)
    pco2 = rng.uniform(150, 700, 300)
    # PyCO2SYS applies these two to pCO2.
    results = judge.sys(par1=pco2, par1_type=4, temperature=t, temperature_out=s, opt_adjust_temperature=option)
    np.testing.assert_allclose(pco2 * temperature_factor(s, t, method=method), results["pCO2_out"], rtol=1e-9)
