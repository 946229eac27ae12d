"""Levels of correction: from EddyPro's covariances to its fluxes, stage by stage, of all reference runs; and by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import ALL, TWO_PROGRAMS, fluxnet
from icos_ecosystem.ambient_state import AmbientState, ambient_state
from icos_ecosystem.constants import MOLAR_MASS
from icos_ecosystem.density_corrections import CellTerms
from icos_ecosystem.flux_levels import Corrected, corrected_fluxes
from icos_ecosystem.uncorrected_fluxes import GasFlux, Uncorrected, gas_flux, momentum_and_heat, turbulence_scales

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

RATIO, DENSITY = 0, 2
"""EddyPro's codes of what was measured."""
DIGITS = 1.2e-5
"""Two numbers of six digits."""


def column(table: pd.DataFrame, name: str) -> np.ndarray:
    return table[name].to_numpy(dtype=float)


def height_of(table: pd.DataFrame) -> np.ndarray:
    return column(table, "BADM_INST_HEIGHT_SA") - column(table, "DISPLACEMENT_HEIGHT")


def state_of(table: pd.DataFrame) -> AmbientState:
    return ambient_state(column(table, "T_SONIC") + 273.15, column(table, "PA_EP") * 1e3, column(table, "H2O"))


def uncorrected_of(table: pd.DataFrame, state: AmbientState) -> Uncorrected:
    """Momentum and heat; the lateral covariance is what uncorrected u* has beside the longitudinal one."""
    uw = column(table, "W_U_COV")
    wind = np.zeros((len(table), 3, 3))
    wind[:, 0, 2] = uw
    wind[:, 1, 2] = np.sqrt(np.maximum(column(table, "USTAR_UNCORR") ** 4 - uw**2, 0.0))
    return momentum_and_heat(wind, column(table, "W_T_SONIC_COV"), column(table, "T_SONIC") + 273.15, state, height_of(table))


def gases_of(table: pd.DataFrame, state: AmbientState) -> dict[str, GasFlux]:
    gases, closed, none = {}, np.zeros(len(table), dtype=bool), np.full(len(table), np.nan)
    for gas, name in (("co2", "CO2"), ("h2o", "H2O")):
        kind, covariance = column(table, f"{name}_MEAS_TYPE"), column(table, f"W_{name}_MEAS_COV")
        as_ratio, as_density = kind == RATIO, kind == DENSITY
        gases[gas] = GasFlux(
            covariance=covariance,
            flux=gas_flux(covariance, state, as_ratio, as_density, water=gas == "h2o"),
            density=column(table, f"{name}_MOLAR_DENSITY"),
            fraction=column(table, name),
            as_ratio=as_ratio,
            as_density=as_density,
            open_path=closed,
            cell=CellTerms(
                molar_volume=column(table, f"MV_AIR_CELL_{name}"),
                temperature=column(table, "T_CELL") + 273.15,
                pressure=column(table, "PA_CELL") * 1e3,
                temperature_flux=column(table, f"H_CELL_{name}"),
                pressure_covariance=none,
                vapour_flux=column(table, "FH2O_CELL_CO2"),
            ),
        )
    return gases


def factors_of(table: pd.DataFrame) -> dict[str, np.ndarray]:
    return {name: column(table, f"{of}_SCF") for name, of in (("momentum", "TAU"), ("heat", "H"), ("co2", "FC"), ("h2o", "LE"))}


def fluxes_of(table: pd.DataFrame, run: str) -> tuple[Uncorrected, dict[str, GasFlux], Corrected]:
    state = state_of(table)
    uncorrected, gases = uncorrected_of(table, state), gases_of(table, state)
    corrected = corrected_fluxes(
        uncorrected,
        gases,
        factors_of(table),
        state,
        column(table, "T_SONIC") + 273.15,
        height_of(table),
        density_correction=not run.endswith("nowpl"),
        vapour_needs_cell=True,
        uncorrected_humidity=True,
    )
    return uncorrected, gases, corrected


@pytest.mark.realdata
@pytest.mark.parametrize("run", ALL)
def test_fluxes_before_correction_are_eddypros(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    uncorrected, gases, _ = fluxes_of(table, run)
    np.testing.assert_allclose(uncorrected.momentum, table["TAU_UNCORR"], rtol=2 * DIGITS)
    np.testing.assert_allclose(uncorrected.heat, table["H_UNCORR"], rtol=DIGITS)
    np.testing.assert_allclose(gases["co2"].flux, table["FC_UNCORR"], rtol=DIGITS)
    np.testing.assert_allclose(gases["h2o"].flux, table["FH2O_UNCORR"], rtol=DIGITS)
    # u* enters with its third power.
    np.testing.assert_allclose(uncorrected.scales.obukhov_length, table["MO_LENGTH_UNCORR"], rtol=4 * DIGITS)
    np.testing.assert_allclose(uncorrected.scales.stability, table["ZL_UNCORR"], rtol=4 * DIGITS)


@pytest.mark.realdata
@pytest.mark.parametrize("run", ALL)
def test_every_level_is_eddypros(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    _, _, found = fluxes_of(table, run)
    # A difference of two terms has the digits of these.
    largest = np.abs(table["H_UNCORR"]) + np.abs(table["H_UNCORR"] - table["H_STAGE2"])
    for ours, name in ((found.heat_without_humidity, "H_STAGE2"), (found.heat, "H")):
        assert (np.abs(ours - table[name]) <= 2 * DIGITS * largest).all(), name
    for gas, name in (("co2", "FC"), ("h2o", "FH2O")):
        np.testing.assert_allclose(found.first[gas], table[f"{name}_STAGE1"], rtol=DIGITS, err_msg=name)
        np.testing.assert_allclose(found.second[gas], table[f"{name}_STAGE2"], rtol=2 * DIGITS, err_msg=name)
        np.testing.assert_allclose(found.gases[gas], table[name], rtol=2 * DIGITS, err_msg=name)
    np.testing.assert_allclose(found.momentum, table["TAU"], rtol=2 * DIGITS)
    np.testing.assert_allclose(found.latent_heat, table["LE"], rtol=2 * DIGITS)
    np.testing.assert_allclose(found.evapotranspiration, table["ET"], rtol=2 * DIGITS)
    np.testing.assert_allclose(found.scales.friction_velocity, table["USTAR"], rtol=DIGITS)
    if run not in TWO_PROGRAMS:
        np.testing.assert_allclose(found.bowen_ratio, table["BOWEN"], rtol=8 * DIGITS)
        np.testing.assert_allclose(found.scales.temperature_scale, table["TSTAR"], rtol=8 * DIGITS)
        np.testing.assert_allclose(found.scales.obukhov_length, table["MO_LENGTH"], rtol=8 * DIGITS)
        np.testing.assert_allclose(found.scales.stability, table["ZL"], rtol=8 * DIGITS)


def air(n: int = 1) -> AmbientState:
    return ambient_state(np.full(n, 295.0), np.full(n, 98e3), np.full(n, 12.0))


def test_scales_of_turbulence() -> None:
    scales = turbulence_scales(np.array([0.4]), np.array([0.1]), np.array([300.0]), np.array([1e5]), np.array([10.0]))
    assert scales.obukhov_length[0] == pytest.approx(-300.0 * 0.4**3 / (0.41 * 9.81 * 0.1))
    assert scales.stability[0] == pytest.approx(10.0 / scales.obukhov_length[0])
    assert scales.temperature_scale[0] == pytest.approx(-0.25)
    cold = turbulence_scales(np.array([0.4]), np.array([0.1]), np.array([300.0]), np.array([8e4]), np.array([10.0]))
    assert cold.obukhov_length[0] / scales.obukhov_length[0] == pytest.approx(1.25**0.286)


def test_momentum_goes_down_where_fast_air_sinks() -> None:
    wind = np.zeros((2, 3, 3))
    wind[:, 0, 2], wind[:, 1, 2] = [-0.3, 0.3], 0.4
    found = momentum_and_heat(wind, np.array([0.1, 0.1]), np.array([295.0, 295.0]), air(2), np.array([5.0, 5.0]))
    np.testing.assert_allclose(found.momentum, found.momentum[1] * np.array([-1, 1]))
    np.testing.assert_allclose(found.scales.friction_velocity, np.sqrt(0.5))
    np.testing.assert_allclose(found.heat, 0.1 * air(2).heat_capacity)


def test_a_covariance_is_a_flux_by_what_was_measured() -> None:
    state, no, yes = air(), np.array([False]), np.array([True])
    one = np.array([1.0])
    assert gas_flux(one, state, no, yes, water=False)[0] == 1000.0
    assert gas_flux(one, state, no, yes, water=True)[0] == 1.0
    assert gas_flux(one, state, no, no, water=False)[0] == pytest.approx(98e3 / (8.314 * 295.0))
    assert gas_flux(one, state, yes, no, water=False)[0] == pytest.approx((98e3 - state.vapour_pressure[0]) / (8.314 * 295.0))


def open_gas(covariance: float, density: float, *, line_shape: tuple[np.ndarray, ...] | None = None, water: bool = False) -> GasFlux:
    none, no, yes = np.array([np.nan]), np.array([False]), np.array([True])
    value = np.array([covariance])
    return GasFlux(
        covariance=value,
        flux=gas_flux(value, air(), no, yes, water=water),
        density=np.array([density]),
        fraction=none,
        as_ratio=no,
        as_density=yes,
        open_path=yes,
        cell=CellTerms(none, none, none, none, none, none),
        line_shape=line_shape,
    )


def open_path_fluxes(*, surface_heat: float = 0.0, quirk: bool = False, line_shape: tuple[np.ndarray, ...] | None = None) -> Corrected:
    state = air()
    wind = np.zeros((1, 3, 3))
    wind[:, 0, 2] = -0.2
    uncorrected = momentum_and_heat(wind, np.array([0.15]), np.array([295.0]), state, np.array([5.0]))
    gases = {"co2": open_gas(-5e-3, 16.0), "h2o": open_gas(4.0, 480.0, water=True), "ch4": open_gas(1e-6, 0.08, line_shape=line_shape)}
    factors = {name: np.array([value]) for name, value in (("momentum", 1.1), ("heat", 1.03), ("co2", 1.2), ("h2o", 1.25), ("ch4", 1.4))}
    return corrected_fluxes(
        uncorrected,
        gases,
        factors,
        state,
        np.array([295.0]),
        np.array([5.0]),
        density_correction=True,
        surface_heat=surface_heat,
        uncorrected_humidity=quirk,
    )


def test_heat_and_evaporation_of_an_open_path_hold_together() -> None:
    # Both equations at once, solved as a linear system in H and E; the turns leave some 1e-9.
    state, found = air(), open_path_fluxes()
    mu, wt, raw = 0.02897 / MOLAR_MASS["h2o"], 0.15, 4.0 * 1.25 * MOLAR_MASS["h2o"] * 1e-3
    expansion = 1 + mu * state.vapour_ratio[0]
    rho_cp, temperature, density, q = state.heat_capacity[0], state.temperature[0], state.density[0], state.specific_humidity[0]
    of_heat = [1.0 + 0.51 * q, rho_cp * 0.51 * temperature * (1.0 - q) / density]
    matrix = np.array([of_heat, [-expansion * state.vapour_density[0] / (rho_cp * temperature), 1.0]])
    heat, evaporation = np.linalg.solve(matrix, [1.03 * rho_cp * wt, expansion * raw])
    assert found.heat[0] == pytest.approx(heat, rel=1e-8)
    assert found.gases["h2o"][0] == pytest.approx(evaporation / MOLAR_MASS["h2o"] * 1e3, rel=1e-8)
    assert found.latent_heat[0] == pytest.approx(state.latent_heat[0] * evaporation, rel=1e-8)
    assert found.bowen_ratio[0] == pytest.approx(heat / (state.latent_heat[0] * evaporation), rel=1e-8)


def test_the_quirk_takes_the_evaporation_before_correction() -> None:
    state, found = air(), open_path_fluxes(quirk=True)
    of_humidity = 0.51 * (295.0 * 4.0 * MOLAR_MASS["h2o"] * 1e-3 / state.density[0] + state.specific_humidity[0] * 0.15)
    assert found.heat_without_humidity[0] == pytest.approx(state.heat_capacity[0] * (0.15 - of_humidity), rel=1e-12)


def test_open_paths_get_their_factor_before_density_terms() -> None:
    found, state = open_path_fluxes(), air()
    np.testing.assert_allclose(found.first["co2"], -5.0 * 1.2)
    evaporation = found.gases["h2o"] * MOLAR_MASS["h2o"] * 1e-3
    mu = 0.02897 / MOLAR_MASS["h2o"]
    terms = mu * evaporation / ((1 + mu * state.vapour_ratio) * state.dry_density) + found.heat / (state.heat_capacity * state.temperature)
    np.testing.assert_allclose(found.gases["co2"], -6.0 + 16e3 * terms, rtol=1e-12)


def test_surfaces_of_a_li7500_do_not_heat_the_path_of_a_li7700() -> None:
    ones = (np.ones(1), np.ones(1), np.ones(1))
    without, warm = open_path_fluxes(line_shape=ones), open_path_fluxes(line_shape=ones, surface_heat=20.0)
    assert warm.gases["co2"][0] > without.gases["co2"][0] + 0.5
    # What vapour of the other path gained, and heat lost with it, is small.
    assert warm.gases["ch4"][0] == pytest.approx(without.gases["ch4"][0], abs=1e-4)
    assert open_path_fluxes(surface_heat=20.0).gases["ch4"][0] > without.gases["ch4"][0] + 2e-3


def test_a_tower_without_gases_has_heat_and_momentum() -> None:
    state = ambient_state(np.array([290.0]), np.array([1e5]), np.array([np.nan]))
    wind = np.zeros((1, 3, 3))
    wind[:, 0, 2] = -0.2
    uncorrected = momentum_and_heat(wind, np.array([0.1]), np.array([290.0]), state, np.array([5.0]))
    factors = {"momentum": np.array([1.1]), "heat": np.array([1.05])}
    found = corrected_fluxes(uncorrected, {}, factors, state, np.array([290.0]), np.array([5.0]), density_correction=True)
    assert found.heat[0] == pytest.approx(uncorrected.heat[0] * 1.05)
    assert found.momentum[0] == pytest.approx(uncorrected.momentum[0] * 1.1)
    assert np.isnan(found.evapotranspiration).all()
    assert found.gases == {}
