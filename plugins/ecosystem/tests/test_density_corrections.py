"""Corrections for density fluctuations: closed path against EddyPro, open path against made fluctuations, surface heating."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.ambient_state import AmbientState, ambient_state
from icos_ecosystem.constants import DRY_AIR_GAS_CONSTANT, DRY_AIR_MOLAR_MASS, MOLAR_MASS, VAPOUR_GAS_CONSTANT
from icos_ecosystem.density_corrections import (
    CellTerms,
    burba_surface_heat,
    closed_path_gas,
    closed_path_vapour,
    open_path_gas,
    open_path_vapour,
    water_flux,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

PRESSURE, TEMPERATURE, FRACTION = 98e3, 293.0, 0.015
RATIO = 4e-4
AMPLITUDE = 1e-5
UP_DOWN = np.array([1.0, -1.0])
"""Vertical wind: with fluctuations in phase every covariance is an amplitude."""


def state_of(table: pd.DataFrame) -> AmbientState:
    return ambient_state(table["T_SONIC"].to_numpy() + 273.15, table["PA_EP"].to_numpy() * 1e3, table["H2O"].to_numpy())


def made_state() -> AmbientState:
    return ambient_state(np.array([TEMPERATURE]), np.array([PRESSURE]), np.array([FRACTION * 1e3]), np.array([TEMPERATURE]))


@pytest.mark.realdata
def test_a_closed_path_without_cell_is_corrected_for_vapour_only_as_by_eddypro(real_data: Path) -> None:
    table = fluxnet(real_data, "gebesee_ghg/molar_density_wpl_noTP")
    state, none = state_of(table), np.full(len(table), np.nan)
    cell = CellTerms(state.molar_volume, none, none, none, none, table["FH2O_CELL_CO2"].to_numpy())
    found = closed_path_gas(table["FC_STAGE1"].to_numpy(), table["CO2"].to_numpy(), cell, state, density=True)
    np.testing.assert_allclose(found, table["FC_STAGE2"], rtol=1e-5)
    # The correction is no trifle.
    assert np.abs(found / table["FC_STAGE1"] - 1).max() > 0.01


def cell_series(heat: float, wet: float, press: float, gas: float) -> tuple[np.ndarray, ...]:
    """Temperature, pressure, vapour fraction and mixing ratio in a cell that is colder and thinner than the air."""
    return (
        280.0 * (1 + AMPLITUDE * heat * UP_DOWN),
        90e3 * (1 + AMPLITUDE * press * UP_DOWN),
        FRACTION * (1 + AMPLITUDE * wet * UP_DOWN),
        RATIO * (1 + AMPLITUDE * gas * UP_DOWN),
    )


def flux(values: np.ndarray) -> np.ndarray:
    return np.array([np.mean(UP_DOWN * values)])


@pytest.mark.parametrize(("heat", "wet", "press", "gas"), np.vstack([np.eye(4), [[0.5, -0.7, 0.9, -0.3]]]).tolist())
def test_a_closed_path_gives_the_flux_of_the_mixing_ratio(heat: float, wet: float, press: float, gas: float) -> None:
    temperature, pressure, vapour, ratio = cell_series(heat, wet, press, gas)
    state = made_state()
    total = pressure / (8.314 * temperature)
    volume = np.array([1.0 / total.mean()])
    cell = CellTerms(
        molar_volume=volume,
        temperature=np.array([280.0]),
        pressure=np.array([90e3]),
        temperature_flux=state.heat_capacity * flux(temperature),
        pressure_covariance=flux(pressure),
        vapour_flux=flux(vapour * total) * volume / state.molar_volume * MOLAR_MASS["h2o"],
    )
    outside = 1.0 / (state.molar_volume)
    # What leaves the ground: air outside, dry, times the covariance with the mixing ratio.
    expected = outside * (1 - FRACTION) * flux(ratio)
    as_density = closed_path_gas(
        flux(ratio * (1 - vapour) * total) * 1e6, np.array([RATIO * (1 - FRACTION) * 1e6]), cell, state, density=True
    )
    size = AMPLITUDE * RATIO / state.molar_volume[0] * 1e6
    # Constants of gases and molar masses agree to 2e-4; the vapour of a colder cell counts with its density outside.
    assert as_density[0] == pytest.approx(expected[0] * 1e6, abs=0.012 * size)
    fraction_cell = cell._replace(vapour_flux=flux(vapour) / state.molar_volume * MOLAR_MASS["h2o"])
    as_fraction = closed_path_gas(
        flux(ratio * (1 - vapour)) / state.molar_volume * 1e6, np.array([RATIO * (1 - FRACTION) * 1e6]), fraction_cell, state, density=False
    )
    assert as_fraction[0] == pytest.approx(expected[0] * 1e6, abs=0.001 * size)
    evaporation = outside * flux(vapour / (1 - vapour)) * (1 - FRACTION) * MOLAR_MASS["h2o"]
    found = closed_path_vapour(flux(vapour * total) * MOLAR_MASS["h2o"], cell, state, density=True)
    assert found[0] == pytest.approx(evaporation[0], abs=0.001 * AMPLITUDE * FRACTION / state.molar_volume[0] * MOLAR_MASS["h2o"])
    found = closed_path_vapour(flux(vapour) / state.molar_volume * MOLAR_MASS["h2o"], cell, state, density=False)
    assert found[0] == pytest.approx(evaporation[0], abs=0.001 * AMPLITUDE * FRACTION / state.molar_volume[0] * MOLAR_MASS["h2o"])


@pytest.mark.parametrize(("heat", "wet", "gas"), np.vstack([np.eye(3), [[0.5, -0.7, 0.3]]]).tolist())
def test_an_open_path_gives_the_flux_of_the_mixing_ratio(heat: float, wet: float, gas: float) -> None:
    temperature = TEMPERATURE * (1 + AMPLITUDE * heat * UP_DOWN)
    vapour = FRACTION * PRESSURE / (VAPOUR_GAS_CONSTANT * TEMPERATURE) * (1 + AMPLITUDE * wet * UP_DOWN)
    dry = (PRESSURE - vapour * VAPOUR_GAS_CONSTANT * temperature) / (DRY_AIR_GAS_CONSTANT * temperature)
    density = RATIO * (1 + AMPLITUDE * gas * UP_DOWN) * dry / DRY_AIR_MOLAR_MASS
    state = made_state()
    sensible = state.heat_capacity * flux(temperature)
    evaporation = open_path_vapour(flux(vapour), sensible, state)
    assert evaporation[0] == pytest.approx(dry.mean() * flux(vapour / dry)[0], rel=1e-3, abs=1e-3 * AMPLITUDE * vapour.mean())
    found = open_path_gas(flux(density) * 1e6, np.array([density.mean()]) * 1e3, evaporation, sensible, state)
    expected = dry.mean() / DRY_AIR_MOLAR_MASS * RATIO * AMPLITUDE * gas
    assert found[0] == pytest.approx(expected * 1e6, abs=1e-3 * AMPLITUDE * density.mean() * 1e6)


def test_an_open_path_without_vapour_is_corrected_for_heat() -> None:
    state = ambient_state(np.array([300.0]), np.array([1e5]), np.array([np.nan]))
    found = open_path_gas(np.array([1.0]), np.array([16.0]), np.array([np.nan]), np.array([200.0]), state)
    assert found[0] == pytest.approx(1.0 + 200.0 * 16e3 / (state.heat_capacity[0] * 300.0))


def test_water_is_eighteen_grams() -> None:
    assert water_flux(np.array([0.01802e-3]))[0] == pytest.approx(1.0)


def by_hand(celsius: float, wind: float, differences: dict[str, float]) -> dict[str, float]:
    """Heat of the surfaces from how much warmer they are, as Burba et al. (2008) tell it for plate, cylinder top and spar."""
    k = 0.000067 * celsius + 0.024343
    bottom = 0.004 * np.sqrt(0.065 / wind) + 0.004
    top = 0.0028 * np.sqrt(0.045 / wind) + 0.00025 / wind + 0.0045
    spar = 0.0058 * np.sqrt(0.005 / wind)
    return {
        "bottom": k * differences["bottom"] / bottom,
        "top": k * (0.0225 + top) * differences["top"] / (0.0225 * top),
        "spar": 0.15 * k * differences["spar"] / (0.0025 * np.log((0.0025 + spar) / 0.0025)),
    }


def test_surfaces_of_a_li7500_give_heat_by_the_simple_regression() -> None:
    found = burba_surface_heat(np.array([283.15, 263.15]), np.array([3.0, 1.0]), np.array([True, False]))
    day = by_hand(10.0, 3.0, {"bottom": 0.944 * 10 + 2.57 - 10, "top": 1.005 * 10 + 0.24 - 10, "spar": 1.01 * 10 + 0.36 - 10})
    night = by_hand(-10.0, 1.0, {"bottom": -8.83 + 2.17 + 10, "top": -10.08 - 0.41 + 10, "spar": -10.1 - 0.17 + 10})
    for surface in ("bottom", "top", "spar"):
        np.testing.assert_allclose(getattr(found, surface), [day[surface], night[surface]], rtol=1e-12)
    np.testing.assert_allclose(found.total, [sum(day.values()), sum(night.values())])


@pytest.mark.realdata
def test_coefficients_of_the_multiple_regression_are_those_of_a_project_of_eddypro(real_data: Path) -> None:
    path = real_data / "ecosystem_raw" / "eddypro_reference" / "finse" / "express" / "finse.eddypro"
    keys = dict(line.split("=", 1) for line in path.read_text().splitlines() if line.startswith(("m_day_", "m_night_")))
    celsius, wind, shortwave, longwave = 12.0, 4.0, 500.0, 300.0
    found = burba_surface_heat(
        np.full(2, celsius + 273.15),
        np.full(2, wind),
        np.array([True, False]),
        shortwave=np.full(2, shortwave),
        longwave=np.full(2, longwave),
    )
    for place, (time, radiation) in enumerate((("day", shortwave), ("night", longwave))):
        differences = {
            surface: sum(float(keys[f"m_{time}_{key}{each}"]) * value for each, value in enumerate((1.0, celsius, radiation, wind), 1))
            for surface, key in (("bottom", "bot"), ("top", "top"), ("spar", "spar"))
        }
        expected = by_hand(celsius, wind, differences)
        for surface, value in expected.items():
            assert getattr(found, surface)[place] == pytest.approx(value, rel=1e-12), (time, surface)
