"""Multipliers of the LI-7700 from made fluctuations of which the flux is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.ambient_state import ambient_state
from icos_ecosystem.constants import DRY_AIR_GAS_CONSTANT, DRY_AIR_MOLAR_MASS, MOLAR_MASS, VAPOUR_GAS_CONSTANT
from icos_ecosystem.density_corrections import open_path_gas, open_path_vapour
from icos_ecosystem.instruments.li7700_line_shape import NO_CORRECTION, li7700_line_shape

# Of a size that a line can have: some ten percent over the range of the atmosphere.
KAPPA = ((0.98, 0.55, 0.1), (-0.3, 0.2, 0.0), (0.15, 0.0, 0.0))


def kappa(temperature: np.ndarray, equivalent: np.ndarray) -> np.ndarray:
    t, p = (temperature - 298.15) / 100, (equivalent - 101_325.0) / 1e5
    return sum(c * t**i * p**j for i, row in enumerate(KAPPA) for j, c in enumerate(row))


def mixed(pressure: float, true_temperature: np.ndarray, vapour: np.ndarray) -> np.ndarray:
    """Mole fraction of vapour of a density [kg m-3]."""
    return vapour * VAPOUR_GAS_CONSTANT * true_temperature / pressure


@given(
    pressure=st.floats(70e3, 103e3),
    temperature=st.floats(265.0, 310.0),
    relative=st.floats(0.0, 0.9),
    heat=st.floats(-1.0, 1.0),
    wet=st.floats(-1.0, 1.0),
    gas=st.floats(-1.0, 1.0),
)
def test_the_flux_is_that_of_the_mixing_ratio(
    pressure: float, temperature: float, relative: float, heat: float, wet: float, gas: float
) -> None:
    # Small fluctuations in phase with the wind, w = +1 and -1 m s-1 half of the time each: every covariance is an amplitude.
    saturation = 611.0 * np.exp(17.27 * (temperature - 273.15) / (temperature - 35.85))
    amplitude, sign = 1e-5, np.array([1.0, -1.0])
    mean_vapour = relative * saturation / (VAPOUR_GAS_CONSTANT * temperature)
    t = temperature * (1 + amplitude * heat * sign)
    vapour = mean_vapour + 0.01 * amplitude * wet * sign
    fraction = mixed(pressure, t, vapour)
    dry = (pressure - vapour * VAPOUR_GAS_CONSTANT * t) / (DRY_AIR_GAS_CONSTANT * t)
    ratio = 2e-6 * (1 + amplitude * gas * sign)
    measured = ratio * dry / DRY_AIR_MOLAR_MASS / kappa(t, pressure * (1 + 0.46 * fraction))
    # Flux of a mixing ratio, and of vapour as one [mol m-2 s-1, kg m-2 s-1].
    expected = dry.mean() / DRY_AIR_MOLAR_MASS * np.mean(sign * ratio)
    evaporation = dry.mean() * np.mean(sign * vapour / dry)
    constant = np.array([float(mixed(pressure, np.array(temperature), np.array(mean_vapour)))])
    state = ambient_state(np.array([temperature]), np.array([pressure]), constant * 1e3, np.array([temperature]))
    sensible = state.heat_capacity * np.mean(sign * t)
    found = open_path_gas(
        np.array([np.mean(sign * measured)]) * 1e6,
        np.array([measured.mean()]) * 1e3,
        np.array([evaporation]),
        sensible,
        state,
        li7700_line_shape(state, KAPPA),
    )
    # The constants of gases agree with the molar masses to 2e-4.
    size = amplitude * dry.mean() / DRY_AIR_MOLAR_MASS * 2.0
    assert found[0] == pytest.approx(expected * 1e6, abs=3e-3 * size)


def test_without_coefficients_nothing_changes() -> None:
    state = ambient_state(np.array([290.0, 300.0]), np.array([9e4, 1e5]), np.array([np.nan, 15.0]))
    for multiplier in li7700_line_shape(state):
        np.testing.assert_array_equal(multiplier, 1.0)
    arguments = (np.array([0.02, 0.05]), np.array([0.08, 0.08]), np.array([np.nan, 1e-4]), np.array([100.0, -30.0]), state)
    np.testing.assert_array_equal(open_path_gas(*arguments), open_path_gas(*arguments, li7700_line_shape(state)))
    assert NO_CORRECTION == ((1.0,),)


def test_derivatives_are_slopes_of_kappa() -> None:
    state = ambient_state(np.array([285.0]), np.array([95e3]), np.array([0.0]))
    whole, vapour, heat = li7700_line_shape(state, KAPPA)
    assert whole[0] == pytest.approx(float(kappa(np.array(285.0), np.array(95e3))))
    by_pressure = (kappa(np.array(285.0), np.array(95e3 + 1)) - kappa(np.array(285.0), np.array(95e3 - 1))) / 2
    by_temperature = (kappa(np.array(285.001), np.array(95e3)) - kappa(np.array(284.999), np.array(95e3))) / 0.002
    assert vapour[0] == pytest.approx(1 + 0.46 * 95e3 * float(by_pressure) / whole[0], rel=1e-8)
    assert heat[0] == pytest.approx(1 + 285.0 * float(by_temperature) / whole[0], rel=1e-8)


@pytest.mark.parametrize("wrong", [(), ((),), ((1.0, 0.1), (0.2,))])
def test_coefficients_that_are_no_table_are_refused(wrong: tuple[tuple[float, ...], ...]) -> None:
    state = ambient_state(np.array([285.0]), np.array([95e3]), np.array([0.0]))
    with pytest.raises(ValueError, match="coefficients of kappa"):
        li7700_line_shape(state, wrong)


def test_evaporation_of_the_same_path_is_that_of_its_mixing_ratio() -> None:
    # What the correction of vapour gives, that of another gas takes apart again.
    state = ambient_state(np.array([295.0]), np.array([98e3]), np.array([14.0]))
    raw, heat, density = np.array([5e-5]), np.array([150.0]), np.array([0.08])
    corrected = open_path_vapour(raw, heat, state)
    excess = 0.02897 / MOLAR_MASS["h2o"] * state.vapour_ratio
    by_hand = 0.03 + density * 1e3 * (
        0.02897 / MOLAR_MASS["h2o"] * raw / state.dry_density + (1 + excess) * heat / (state.heat_capacity * state.temperature)
    )
    np.testing.assert_allclose(open_path_gas(np.array([0.03]), density, corrected, heat, state), by_hand, rtol=1e-12)
