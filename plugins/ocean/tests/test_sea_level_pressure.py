"""Reduction to sea level against the figures of the method and the physics behind it."""

import numpy as np
import pytest
from icos_ocean.sea_level_pressure import hydrostatic_sea_level_pressure, wmo_sea_level_pressure


def test_hydrostatic_gradient_is_that_of_the_method():
    assert hydrostatic_sea_level_pressure(1013.25, 298.0 - 273.15, 1.0) - 1013.25 == pytest.approx(0.116, abs=5e-4)


@pytest.mark.parametrize("temperature", [10.0, 15.0, 30.0])
def test_both_forms_agree_at_the_height_of_a_ships_mast(temperature):
    hydrostatic = hydrostatic_sea_level_pressure(1010.0, temperature, 30.0)
    wmo = wmo_sea_level_pressure(1010.0, temperature, 30.0)
    assert abs(hydrostatic - wmo) < 0.008


@pytest.mark.parametrize("reduce", [hydrostatic_sea_level_pressure, wmo_sea_level_pressure])
def test_a_barometer_at_sea_level_needs_no_reduction(reduce):
    assert reduce(1008.3, 12.0, 0.0) == 1008.3


def test_wmo_form_is_the_polytropic_atmosphere():
    # Exact column of constant lapse rate L: P0 = P (T/T0)^-(g M / (R L)), T0 = T + L h.
    exponent = 9.80665 * 0.0289644 / (8.3144598 * 0.0065)
    lower = 288.15 + 0.0065 * 40.0
    assert wmo_sea_level_pressure(1000.0, 15.0, 40.0) == pytest.approx(1000.0 * (288.15 / lower) ** -exponent, abs=0.002)


def test_arrays_broadcast_and_missing_stays_missing():
    reduced = wmo_sea_level_pressure([1000.0, np.nan], [[10.0], [20.0]], 20.0)
    assert reduced.shape == (2, 2)
    assert np.isnan(reduced[:, 1]).all()
    assert reduced[0, 0] > reduced[1, 0] > 1000.0
