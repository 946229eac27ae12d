"""Formulas of CO2 over sea water against published numbers, SOCAT's own results and established programs."""

import numpy as np
import pytest
from icos_ocean.seawater_co2 import (
    GAS_CONSTANT_SOCAT,
    cross_virial_coefficient,
    dry_mole_fraction,
    fco2_at_sst,
    fco2_chain,
    fugacity,
    fugacity_coefficient,
    pco2_from_xco2,
    virial_coefficient,
    water_vapour_pressure,
)
from icos_ocean.temperature_correction import METHODS


@pytest.mark.parametrize(
    ("salinity", "temperature", "expected"),
    [(35.0, 25.0, 0.030655), (35.0, 5.0, 0.008439), (0.0, 20.0, 0.023057), (35.0, 20.0, 0.022623)],
)
def test_water_vapour_pressure_has_the_values_of_weiss_and_price(salinity, temperature, expected):
    assert water_vapour_pressure(temperature, salinity) == pytest.approx(expected, abs=5e-7)


def test_fugacity_has_the_values_of_sop_24():
    assert virial_coefficient(25.0) == pytest.approx(-123.195, abs=5e-4)
    assert cross_virial_coefficient(25.0) == pytest.approx(22.518, abs=5e-4)
    assert fugacity(350.0, 350.0, 1013.25, 25.0) == pytest.approx(348.883, abs=5e-4)


def test_conversions_have_the_values_printed_by_pyco2sys():
    # PyCO2SYS neglects (1 - x)² in the virial term, which is the limit of no CO2.
    assert fugacity(400.0, 0.0, 1013.25, 25.0) == pytest.approx(398.7242, abs=5e-5)
    assert pco2_from_xco2(412.650, 1013.25, 25.0, 35.0) == pytest.approx(400.0, abs=5e-4)


def test_chain_has_the_regression_number():
    assert fco2_at_sst(380.0, 1013.25, 10.3, 35.0, 10.0) == pytest.approx(369.239346, abs=5e-7)


def test_pressure_is_converted_once():
    # A pressure divided twice by 1013.25 makes the fugacity 1.47 µatm too large here: the partial pressure itself.
    pco2 = 410.0 * 1010.0 / 1013.25
    assert pco2 - fugacity(pco2, 410.0, 1010.0, 15.0) == pytest.approx(1.47, abs=0.005)


def test_drying():
    assert dry_mole_fraction(400.0, 20.0) == pytest.approx(400.0 / 0.98, rel=1e-15)
    assert dry_mole_fraction(400.0, 0.0) == 400.0
    assert np.isnan(dry_mole_fraction([400.0, 400.0, np.nan], [1000.0, 1200.0, 1.0])).all()


def test_steps_of_the_chain_are_the_single_functions():
    x, P, t, S, s = 380.0, 1020.0, 12.0, 34.0, 11.2
    steps = fco2_chain(x, P, t, S, s)
    pco2 = pco2_from_xco2(x, P, t, S)
    assert steps.water_vapour_pressure == water_vapour_pressure(t, S)
    assert steps.pco2_equilibrator == pytest.approx(pco2, rel=1e-15)
    assert steps.fco2_equilibrator == pytest.approx(fugacity(pco2, x, P, t), rel=1e-15)
    assert steps.pco2_sst == pytest.approx(pco2 * np.exp(0.0423 * (s - t)), rel=1e-14)
    assert steps.fco2_sst == pytest.approx(pco2 * fugacity_coefficient(x, P, t) * np.exp(0.0423 * (s - t)), rel=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_long_series_equal_single_rows_and_keep_shape(method):
    rng = np.random.default_rng(20)
    shape = (3, 7001)
    x, P = rng.uniform(200, 600, shape), rng.uniform(960, 1040, shape)
    t = rng.uniform(-1, 30, shape)
    s = t - rng.uniform(-0.5, 1, shape)
    x[1, 5] = np.nan
    all_at_once = fco2_at_sst(x, P, t, 35.0, s, method=method)
    assert all_at_once.shape == shape
    assert np.isnan(all_at_once[1, 5])
    assert np.count_nonzero(np.isnan(all_at_once)) == 1
    for where in [(0, 0), (1, 1190), (1, 1191), (2, 7000)]:
        assert all_at_once[where] == pytest.approx(fco2_at_sst(x[where], P[where], t[where], 35.0, s[where], method=method), rel=1e-14)


def test_inputs_are_left_alone_and_empty_series_pass():
    x = np.array([380.0, 390.0])
    fco2_at_sst(x, 1013.25, 10.3, 35.0, 10.0)
    assert x.tolist() == [380.0, 390.0]
    assert fco2_at_sst([], [], [], [], []).shape == (0,)


@pytest.mark.realdata
def test_socat_rows_are_repeated(real_data):
    table = np.genfromtxt(real_data / "ocean" / "socat" / "AGSK20031205_16rows.tsv", delimiter="\t", skip_header=1)
    salinity, sst, equilibrator_temperature, pressure, xco2, expected, source = table[:, [12, 13, 14, 16, 22, 28, 29]].T
    assert table.shape[0] == 16
    assert np.all(source == 1)
    steps = fco2_chain(xco2, pressure, equilibrator_temperature, salinity, sst, gas_constant=GAS_CONSTANT_SOCAT)
    assert np.max(np.abs(steps.fco2_sst - expected)) < 0.0005
    # The other order of fugacity and temperature correction, and the correction of 2009, are told apart by these rows.
    other_order = fugacity(steps.pco2_sst, xco2, pressure, sst, GAS_CONSTANT_SOCAT)
    assert np.min(other_order - expected) == pytest.approx(-0.0064, abs=5e-5)
    of_2009 = fco2_at_sst(xco2, pressure, equilibrator_temperature, salinity, sst, method="takahashi-2009", gas_constant=GAS_CONSTANT_SOCAT)
    assert np.min(of_2009 - expected) == pytest.approx(-0.06, abs=0.005)


@pytest.mark.realdata
def test_partial_pressure_agrees_with_the_lamont_system(real_data):
    rows = []
    for line in (real_data / "ocean" / "openrvdas_NBP1406" / "NBP1406_pco2-2014-08-01").read_text(encoding="ascii").splitlines():
        fields = line.split()
        if fields[-1] == "Equil":
            rows.append([float(v) for v in fields[4:10]])
    pressure, _, xco2, pco2, temperature, _ = np.array(rows).T
    # The system does not record the salinity it uses; 36.5 is that of the thermosalinograph and matters by less than 0.01 µatm.
    difference = pco2_from_xco2(xco2, pressure, temperature, 36.5) - pco2
    assert np.max(np.abs(difference)) < 0.1


def test_fugacity_agrees_with_pyseaflux():
    judge = pytest.importorskip("pyseaflux", reason="pyseaflux is not installed")
    from pyseaflux.vapour_pressure import weiss1980

    rng = np.random.default_rng(21)
    t, S, P, x = rng.uniform(-1, 32, 500), rng.uniform(2, 40, 500), rng.uniform(950, 1045, 500), rng.uniform(150, 900, 500)
    np.testing.assert_allclose(water_vapour_pressure(t, S), weiss1980(S, t + 273.15), rtol=1e-12)
    coefficient = judge.fco2_pco2_conversion.virial_coeff(t + 273.15, P / 1013.25, x * 1e-6)
    np.testing.assert_allclose(fugacity_coefficient(x, P, t, GAS_CONSTANT_SOCAT), coefficient, rtol=1e-12)


def test_conversions_agree_with_pyco2sys():
    judge = pytest.importorskip("PyCO2SYS", reason="PyCO2SYS is not installed")
    rng = np.random.default_rng(22)
    t, S, x = rng.uniform(-1, 32, 500), rng.uniform(2, 40, 500), rng.uniform(150, 900, 500)
    results = judge.sys(par1=x, par1_type=9, temperature=t, salinity=S)
    np.testing.assert_allclose(pco2_from_xco2(x, 1013.25, t, S), results["pCO2"], rtol=1e-10)
    # Without (1 - x)², and with its gas constant, 83.14462618 cm³ bar, in atm.
    np.testing.assert_allclose(fugacity(results["pCO2"], 0.0, 1013.25, t, 83.14462618 / 1.01325), results["fCO2"], rtol=1e-10)
