"""State of the air against EddyPro's columns and against tables of physics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import ALL, fluxnet
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.ambient_state import AmbientState, ambient_state, barometric_pressure, molar_volume, saturation_vapour_pressure

if TYPE_CHECKING:
    from pathlib import Path

# Column of EddyPro, and what to add to and multiply ours with for its unit.
COLUMNS = {
    "TA_EP": ("temperature", -273.15, 1.0),
    "AIR_MV": ("molar_volume", 0.0, 1.0),
    "VAPOR_DENSITY": ("vapour_density", 0.0, 1.0),
    "VAPOR_PARTIAL_PRESSURE": ("vapour_pressure", 0.0, 0.01),
    "VAPOR_PARTIAL_PRESSURE_SAT": ("saturation_vapour_pressure", 0.0, 0.01),
    "RH_EP": ("relative_humidity", 0.0, 1.0),
    "VPD_EP": ("vapour_pressure_deficit", 0.0, 0.01),
    "TDEW": ("dew_point", -273.15, 1.0),
    "SPECIFIC_HUMIDITY": ("specific_humidity", 0.0, 1.0),
    "DRYAIR_PARTIAL_PRESSURE": ("dry_pressure", 0.0, 1e-3),
    "DRYAIR_DENSITY": ("dry_density", 0.0, 1.0),
    "DRYAIR_MV": ("dry_molar_volume", 0.0, 1.0),
    "AIR_DENSITY": ("density", 0.0, 1.0),
    "AIR_RHO_CP": ("heat_capacity", 0.0, 1.0),
    "SPECIFIC_HEAT_EVAP": ("latent_heat", 0.0, 1.0),
    "VAPOR_DRYAIR_RATIO": ("vapour_ratio", 0.0, 1.0),
}
# Temperature and dew point stand in °C, a deficit is a difference: their bounds are absolute, what the six digits of the input leave open.
ABSOLUTE = {"TA_EP": 1.2e-4, "TDEW": 1.2e-4, "VPD_EP": 3e-4}


def one(temperature: float, pressure: float, vapour: float, **measured: np.ndarray) -> AmbientState:
    return ambient_state(np.array([temperature]), np.array([pressure]), np.array([vapour]), **measured)


@pytest.mark.realdata
@pytest.mark.parametrize("run", ALL)
def test_every_column_is_eddypros(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    temperature, pressure = table["T_SONIC"].to_numpy() + 273.15, table["PA_EP"].to_numpy() * 1e3
    state = ambient_state(temperature, pressure, table["H2O"].to_numpy())
    for column, (field, offset, factor) in COLUMNS.items():
        found = (getattr(state, field) + offset) * factor
        if column in ABSOLUTE:
            np.testing.assert_allclose(found, table[column], rtol=0, atol=ABSOLUTE[column], err_msg=column)
        else:
            # Two numbers of six digits, and what the digits of temperature make of a vapour pressure.
            np.testing.assert_allclose(found, table[column], rtol=1e-5, err_msg=column)
    # Made by the second program from printed numbers, where there is one.
    np.testing.assert_allclose(state.heat_capacity / state.density, table["AIR_CP"], rtol=1.5e-5)


@pytest.mark.parametrize(("celsius", "hectopascal"), [(0.0, 6.112), (10.0, 12.28), (20.0, 23.39), (30.0, 42.47), (40.0, 73.85)])
def test_saturation_is_that_of_steam_tables(celsius: float, hectopascal: float) -> None:
    assert saturation_vapour_pressure(np.array([celsius + 273.15]))[0] == pytest.approx(100 * hectopascal, rel=0.004)


@given(temperature=st.floats(275.0, 320.0), pressure=st.floats(60e3, 105e3), relative=st.floats(0.3, 0.95))
def test_parts_make_the_whole(temperature: float, pressure: float, relative: float) -> None:
    fraction = 1e3 * relative * float(saturation_vapour_pressure(np.array([temperature]))[0]) / pressure
    state = one(temperature, pressure, fraction)
    assert state.dry_pressure[0] + state.vapour_pressure[0] == pytest.approx(pressure)
    assert state.dry_density[0] + state.vapour_density[0] == pytest.approx(state.density[0])
    assert state.specific_humidity[0] == pytest.approx(state.vapour_ratio[0] / (1 + state.vapour_ratio[0]))
    assert state.temperature[0] < temperature
    # The sonic temperature follows again from the true one and humidity, but for the one turn that is made.
    assert state.temperature[0] * (1 + 0.51 * state.specific_humidity[0]) == pytest.approx(temperature, rel=1e-6)
    # Magnus' formula of the dew point and the saturation pressure differ by some thousandths over water.
    assert saturation_vapour_pressure(state.dew_point)[0] == pytest.approx(state.vapour_pressure[0], rel=0.02)


def test_dry_air_is_an_ideal_gas() -> None:
    state = one(273.15, 101_325.0, 0.0)
    assert state.density[0] == pytest.approx(1.2929, rel=5e-4)
    assert molar_volume(np.array([273.15]), np.array([101_325.0]))[0] == pytest.approx(0.022414, rel=1e-4)
    assert state.heat_capacity[0] / state.density[0] == pytest.approx(1005.0, abs=0.5)
    assert state.temperature[0] == 273.15


def test_without_vapour_air_is_dry_and_humidity_unknown() -> None:
    unknown, dry = one(290.0, 1e5, np.nan), one(290.0, 1e5, 0.0)
    for field in ("temperature", "pressure", "molar_volume", "dry_pressure", "dry_density", "density", "heat_capacity", "latent_heat"):
        assert getattr(unknown, field) == getattr(dry, field), field
    for field in ("vapour_density", "vapour_pressure", "relative_humidity", "specific_humidity", "dew_point", "vapour_ratio"):
        assert np.isnan(getattr(unknown, field)).all(), field


def test_a_thermometer_is_trusted_within_reason() -> None:
    state = ambient_state(np.full(3, 300.0), np.full(3, 1e5), np.full(3, 10.0), np.array([295.0, 400.0, np.nan]))
    sonic_only = one(300.0, 1e5, 10.0)
    assert state.temperature[0] == 295.0
    assert state.molar_volume[0] == pytest.approx(8.314 * 295.0 / 1e5)
    np.testing.assert_array_equal(state.temperature[1:], np.repeat(sonic_only.temperature, 2))


def test_a_slow_sensor_of_humidity_goes_before_the_analyser() -> None:
    measured = {"measured_temperature": np.array([293.15]), "measured_humidity": np.array([60.0])}
    state = one(295.0, 1e5, 5.0, **measured)
    assert state.relative_humidity[0] == pytest.approx(60.0)
    assert state.vapour_pressure[0] == pytest.approx(0.6 * saturation_vapour_pressure(np.array([293.15]))[0])
    assert one(295.0, 1e5, 5.0, measured_humidity=np.array([np.nan])).vapour_density == one(295.0, 1e5, 5.0).vapour_density


def test_pressure_of_the_altitude() -> None:
    assert barometric_pressure(0.0) == pytest.approx(101_300.0)
    assert barometric_pressure(8200.0) == pytest.approx(101_300.0 / np.e)
    # Standard atmosphere.
    assert barometric_pressure(1000.0) == pytest.approx(89_875.0, rel=0.005)
