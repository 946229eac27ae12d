"""From the files of the instrument to fCO2, through the calibrator of icos-ocean."""

from pathlib import Path

import numpy as np
from icos_acme_pco2.simulator import SIMULATOR, AquaFluxSimulation

import icos_core
from icos_core.dataset import category_mask


def test_run(tmp_path: Path) -> None:
    simulated = SIMULATOR.simulate(tmp_path, AquaFluxSimulation(days=2), 3)
    result = icos_core.run(simulated.description)
    assert result.status == 0
    assert "XX0120240501_underway.nc" in [path.name for path in result.paths]
    stream = result.tree["calibrated/underway"].to_dataset()
    truth = simulated.truth["underway"]
    rows = np.searchsorted(stream["time"].values, truth["time"].values)
    difference = stream["xco2"].values[rows] - truth["xco2"].values
    assert np.abs(difference).max() < 6 * 0.1 + 0.3  # noise of one reading; noise and rounding of the standards
    assert abs(difference.mean()) < 0.1
    assert np.isin(stream["fco2_flag"].values[rows], (1, 2)).all()
    water = category_mask(stream, "run_type", ["EQU"])
    for name in ("fco2", "fco2_uncertainty", "delta_fco2"):
        assert np.isfinite(stream[name].values[water]).all()
        assert np.isnan(stream[name].values[~water]).all()
