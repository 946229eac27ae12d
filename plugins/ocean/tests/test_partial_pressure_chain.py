"""pCO2 at the temperature of an instrument to fCO2 in situ: numbers, a defect of other programs, derivatives."""

import numpy as np
import pytest
from icos_ocean.calibration.partial_pressure_chain import partial_pressure_chain
from icos_ocean.seawater_co2 import fugacity, pco2_from_xco2
from icos_ocean.temperature_correction import METHODS

STATE = {"pco2": 412.0, "pressure": 1008.0, "temperature": 14.0, "sst": 13.2, "salinity": 33.0}


def test_pressure_is_converted_once():
    """Fugacity with the pressure handed on in atm is 1.47 µatm too high at 410 ppm, 1010 hPa, 15 °C: no room for that here."""
    pco2 = 410.0 * 1010.0 / 1013.25
    found = partial_pressure_chain(pco2, 1010.0, 15.0, 15.0, xco2=410.0).fco2_sst
    twice = float(fugacity(pco2, 410.0, 1010.0 / 1013.25, 15.0))
    assert twice - float(found) == pytest.approx(1.47, abs=0.005)
    # Weiss (1974), by hand: T = 288.15 K, B = -132.934 and delta = 23.698 cm3 mol-1.
    exponent = (-132.9342 + 2.0 * (1.0 - 410e-6) ** 2 * 23.6983) * (1010.0 / 1013.25) / (82.0575 * 288.15)
    assert float(found) == pytest.approx(pco2 * np.exp(exponent), abs=1e-3)


def test_example_of_the_guide():
    """SOP 24 of Dickson et al. (2007): 350 µatm at 25 °C and one atmosphere is a fugacity of 348.883 µatm."""
    assert float(partial_pressure_chain(350.0, 1013.25, 25.0, 25.0, xco2=350.0).fco2_instrument) == pytest.approx(348.883, abs=5e-4)


def test_unknown_mole_fraction_makes_no_difference():
    pco2 = float(pco2_from_xco2(800.0, 1010.0, 25.0, 35.0))
    known, unknown = (float(partial_pressure_chain(pco2, 1010.0, 25.0, 24.0, xco2=x).fco2_sst) for x in (800.0, None))
    assert known == pytest.approx(unknown, rel=1e-7)


def test_equal_temperatures_correct_nothing():
    chain = partial_pressure_chain(400.0, 1010.0, 12.0, 12.0)
    assert chain.pco2_sst == 400.0
    assert chain.fco2_sst == chain.fco2_instrument


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("xco2", [None, 420.0])
@pytest.mark.parametrize(("variable", "derivative"), [(name, f"by_{name}") for name in STATE])
def test_derivatives(method, xco2, variable, derivative):
    """Against central differences, whose error is of the order of the square of the step."""
    step = STATE[variable] * 1e-4
    keywords = {"method": method, "xco2": xco2}
    low, high = (
        float(partial_pressure_chain(**(STATE | {variable: STATE[variable] + sign * step}), **keywords).fco2_sst) for sign in (-1, 1)
    )
    found = float(getattr(partial_pressure_chain(**STATE, **keywords), derivative))
    assert found == pytest.approx((high - low) / (2.0 * step), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.coefficient is not None])
def test_derivative_by_the_coefficient(method):
    centre = METHODS[method].coefficient
    low, high = (float(partial_pressure_chain(**STATE, method=method, coefficient=centre * factor).fco2_sst) for factor in (0.9999, 1.0001))
    found = float(partial_pressure_chain(**STATE, method=method).by_coefficient)
    assert found == pytest.approx((high - low) / (0.0002 * centre), rel=1e-6)


def test_missing_and_zero():
    chain = partial_pressure_chain([np.nan, 0.0], 1010.0, 12.0, [12.0, 11.0])
    assert np.isnan(chain.fco2_sst[0])
    assert chain.fco2_sst[1] == 0.0
    assert np.isfinite(chain.by_pco2[1])
