"""Integral turbulence characteristics against every half hour of EddyPro's reference results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import ALL, TWO_PROGRAMS, fluxnet
from icos_ecosystem.integral_turbulence import ROTATION_PER_SOLAR_DAY, integral_turbulence, turbulence_deviations

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.realdata
@pytest.mark.parametrize("run", ALL)
def test_deviations_are_those_of_eddypro(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    ustar, zeta, scale = table["USTAR"], table["ZL"], table["TSTAR"]
    if run in TWO_PROGRAMS:
        ustar, zeta = table["USTAR_UNCORR"], table["ZL_UNCORR"]
        scale = table["W_T_SONIC_COV"] / ustar
    found = turbulence_deviations(
        sigma_u=table["U_SIGMA"],
        sigma_w=table["W_SIGMA"],
        sigma_t=table["T_SONIC_SIGMA"],
        friction_velocity=ustar,
        temperature_scale=scale,
        stability=zeta,
        latitude=table["BADM_LOCATION_LAT"],
        rotation_rate=ROTATION_PER_SOLAR_DAY,
    )
    for name, deviation in zip(("U", "W", "T_SONIC"), found, strict=True):
        np.testing.assert_array_equal(deviation, table[f"{name}_ITC"], err_msg=name)


def test_the_true_rotation_of_the_earth_hardly_matters() -> None:
    true = integral_turbulence(0.1, 0.3, 51.0)
    eddypro = integral_turbulence(0.1, 0.3, 51.0, rotation_rate=ROTATION_PER_SOLAR_DAY)
    assert 0.0 < abs(true.u / eddypro.u - 1.0) < 6e-4
    assert true.temperature == eddypro.temperature


@pytest.mark.parametrize(
    ("zeta", "w", "temperature"), [(-2.0, 1.3 * 5.0 ** (1 / 3), 2.0 ** (-1 / 3)), (-0.5, 1.3 * 2.0 ** (1 / 3), 0.5**-0.25)]
)
def test_convective_values(zeta: float, w: float, temperature: float) -> None:
    model = integral_turbulence(zeta, 0.3, 51.0)
    assert model.w == pytest.approx(w)
    assert model.temperature == pytest.approx(temperature)
    assert model.u == pytest.approx(4.15 * abs(zeta) ** 0.125)


@pytest.mark.parametrize("zeta", [-0.01, 0.01])
def test_temperature_near_neutral(zeta: float) -> None:
    assert integral_turbulence(zeta, 0.3, 51.0).temperature == pytest.approx(5.0)
    assert integral_turbulence(16.0, 0.3, 51.0).temperature == pytest.approx(0.7)


def test_no_answer_where_there_is_none() -> None:
    model = integral_turbulence([0.1, np.nan, 0.1, 0.0], [0.3, 0.3, np.nan, 0.3], [0.0, 51.0, 51.0, 51.0])
    assert np.isnan(model.w).tolist() == [True, True, True, False]
    assert np.isnan(model.temperature).tolist() == [False, True, True, True]
    both_hemispheres = integral_turbulence(0.1, 0.3, [-35.0, 35.0]).u
    assert both_hemispheres[0] == both_hemispheres[1]
