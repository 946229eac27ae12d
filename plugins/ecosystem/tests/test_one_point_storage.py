"""Storage below one height, of 126 half hours as by EddyPro."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.one_point_storage import gas_storage, heat_storage

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.realdata
@pytest.mark.parametrize("run", ["finse/express", "gebesee_ghg/express"])
def test_storage_is_eddypros(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    height = table["BADM_INST_HEIGHT_SA"].to_numpy()[1:]
    heat = heat_storage(np.diff(table["TA_EP"]), table["AIR_RHO_CP"].to_numpy()[1:], height, 1800.0)
    # Differences of six digits, 5e-5 K and 5e-4 µmol mol-1.
    scale = table["AIR_RHO_CP"].to_numpy()[1:] * height / 1800.0
    assert (np.abs(heat - table["SH_SINGLE"][1:]) < 1.1e-4 * scale).all()
    volume = table["AIR_MV"].to_numpy()[1:]
    for name, flux, last_digit in (("CO2", "SC_SINGLE", 1e-3), ("H2O", "SH2O_SINGLE", 1e-4)):
        found = gas_storage(np.diff(table[name]), volume, height, 1800.0)
        assert (np.abs(found - table[flux][1:]) < 1.1 * last_digit * height / volume / 1800.0).all(), name


def test_a_column_that_warms_and_gains() -> None:
    one = np.array([1.0])
    assert heat_storage(one, np.array([1200.0]), np.array([30.0]), 1800.0)[0] == pytest.approx(20.0)
    assert gas_storage(np.array([6.0]), np.array([0.024]), np.array([24.0]), 1800.0)[0] == pytest.approx(10.0 / 3.0)
    assert np.isnan(gas_storage(np.array([np.nan]), one, one, 1800.0)).all()
