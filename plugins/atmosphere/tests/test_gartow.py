"""A day of near-real-time data of the Thematic Centre, with readings and results: our water correction and one line join them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.line_fit import fit_line
from icos_atmosphere.water_correction import dry_mole_fraction, factory_correction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.realdata
def test_readings_of_gartow_become_its_results(real_data: Path) -> None:
    day = pd.read_csv(real_data / "atmosphere" / "icos_cp" / "realatc.CO2", sep=";", skiprows=32)
    assert len(day) == 24

    def residuals(humidity: np.ndarray) -> np.ndarray:
        dry = dry_mole_fraction(day["co2Raw"].to_numpy(), humidity, factory_correction("co2"))
        return fit_line(dry[np.newaxis], day["co2"].to_numpy()).residual[0]

    found = residuals(day["H2O"].to_numpy())
    assert np.sqrt(np.mean(found**2)) <= 0.002
    assert np.abs(found).max() <= 0.004
    # Without the correction, or with H2O as the calibrated column, the line does not fit.
    assert np.sqrt(np.mean(residuals(np.zeros(24)) ** 2)) > 0.1
    assert np.sqrt(np.mean(residuals(day["H2O"].to_numpy() / 0.772) ** 2)) > 0.1


@pytest.mark.realdata
def test_the_line_of_gartow(real_data: Path) -> None:
    day = pd.read_csv(real_data / "atmosphere" / "icos_cp" / "realatc.CO2", sep=";", skiprows=32)
    dry = dry_mole_fraction(day["co2Raw"].to_numpy(), day["H2O"].to_numpy(), factory_correction("co2"))
    line = fit_line(dry[np.newaxis], day["co2"].to_numpy())
    assert line.slope[0] == pytest.approx(1.00527, abs=5e-6)
    assert line.intercept[0] == pytest.approx(0.304, abs=1e-3)
