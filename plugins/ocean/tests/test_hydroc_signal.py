"""From the signals of a HydroC to pCO2: numbers by hand, a defect of another program, derivatives."""

import numpy as np
import pytest
from icos_ocean.hydroc_signal import Polynomial, hydroc_partial_pressure, processed_signal, signal_ratio

BEFORE = Polynomial(0.0, 0.06893709, 6.124565e-6, 3.484077e-10)
AFTER = Polynomial(0.0, 0.06999492, 5.529816e-6, 3.857533e-10)
STATE = {
    "ratio": 1.74,
    "zero_ratio": 1.8605,
    "scale": 60625.0,
    "cell_pressure": 1020.0,
    "gas_temperature": 34.8,
    "membrane_pressure": 1005.0,
}


def test_by_hand():
    """Step by step in the formulas of the module's notes, in another order of operations."""
    signal = 60625.0 - 60625.0 * 1.74 / 1.8605
    value = 0.06893709 * signal + 6.124565e-6 * signal**2 + 3.484077e-10 * signal**3
    wet = value * 1013.25 * (34.8 + 273.15) / (273.15 * 1020.0)
    found = hydroc_partial_pressure(**STATE, polynomial=BEFORE)
    assert float(found.signal) == pytest.approx(signal, rel=1e-12)
    assert float(found.xco2) == pytest.approx(wet, rel=1e-12)
    assert float(found.pco2) == pytest.approx(wet * 1005.0 / 1013.25, rel=1e-12)


def test_zero_celsius_is_not_274_15():
    """With T0 = 274.15 K, a misprint in another program, pCO2 would be 0.36 % too small."""
    found = float(hydroc_partial_pressure(**STATE, polynomial=BEFORE).pco2)
    standard = hydroc_partial_pressure(
        **(STATE | {"cell_pressure": 1013.25, "gas_temperature": 0.0, "membrane_pressure": 1013.25}), polynomial=BEFORE
    )
    # At 0 °C and one atmosphere nothing is corrected: the polynomial itself is the result.
    assert float(standard.pco2) == pytest.approx(float(BEFORE(standard.signal)), rel=1e-14)
    misprinted = found * 273.15 / 274.15
    assert (found - misprinted) / found == pytest.approx(0.00365, abs=1e-5)


def test_gas_without_co2_has_no_signal():
    found = hydroc_partial_pressure(**(STATE | {"ratio": STATE["zero_ratio"]}), polynomial=BEFORE)
    assert found.signal == 0.0
    assert found.pco2 == 0.0


def test_density_multiplies_result_or_signal():
    """Only a straight line through 0 makes the two the same."""
    line = Polynomial(0.0, 0.07, 0.0, 0.0)
    inside, outside = (float(hydroc_partial_pressure(**STATE, polynomial=line, density=each).xco2) for each in ("signal", "result"))
    assert inside == pytest.approx(outside, rel=1e-14)
    g = 1013.25 / 1020.0 * (34.8 + 273.15) / 273.15
    u = float(processed_signal(STATE["ratio"], STATE["zero_ratio"], STATE["scale"])) * g
    curved = hydroc_partial_pressure(**STATE, polynomial=Polynomial(64.0, 0.047, 5.8e-6, 0.0), density="signal")
    assert float(curved.xco2) == pytest.approx(64.0 + 0.047 * u + 5.8e-6 * u**2, rel=1e-13)


@pytest.mark.parametrize("density", ["result", "signal"])
@pytest.mark.parametrize("variable", ["ratio", "zero_ratio", "cell_pressure", "membrane_pressure", "gas_temperature"])
def test_derivatives(density, variable):
    """Against central differences."""
    step = STATE[variable] * 1e-5
    low, high = (
        float(hydroc_partial_pressure(**(STATE | {variable: STATE[variable] + sign * step}), polynomial=BEFORE, density=density).pco2)
        for sign in (-1.0, 1.0)
    )
    found = getattr(hydroc_partial_pressure(**STATE, polynomial=BEFORE, density=density), f"by_{variable}")
    assert float(found) == pytest.approx((high - low) / (2.0 * step), rel=1e-6)


@pytest.mark.parametrize("density", ["result", "signal"])
def test_derivative_by_the_polynomial(density):
    more = Polynomial(BEFORE.k0 + 1.0, BEFORE.k1, BEFORE.k2, BEFORE.k3)
    one, other = (hydroc_partial_pressure(**STATE, polynomial=each, density=density) for each in (BEFORE, more))
    assert float(one.by_polynomial) == pytest.approx(float(other.pco2 - one.pco2), rel=1e-9)


def test_polynomials_between_two_calibrations():
    signal = np.array([100.0, 4000.0, 12000.0])
    for share in (0.0, 0.25, 1.0):
        expected = (1.0 - share) * BEFORE(signal) + share * AFTER(signal)
        np.testing.assert_allclose(BEFORE.towards(AFTER, share)(signal), expected, rtol=1e-13)
    along = BEFORE.towards(AFTER, np.array([0.0, 0.5, 1.0]))(4000.0)
    assert np.diff(along, 2) == pytest.approx([0.0], abs=1e-9)


def test_signals_that_are_none():
    np.testing.assert_array_equal(np.isnan(signal_ratio([0.0, -5.0, 100.0, 100.0, np.nan], [50.0, 50.0, 0.0, 50.0, 50.0])), [1, 1, 1, 0, 1])
    assert np.isnan(hydroc_partial_pressure(**(STATE | {"zero_ratio": np.nan}), polynomial=BEFORE).pco2)
