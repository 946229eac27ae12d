"""Buoys, surface vehicles and OceanPacks in whole runs, from raw files and a description to calibrated streams."""

import numpy as np
import pytest
from icos_ocean.simulators import pmel_asvco2, pmel_mapco2, saildrone, subctech_oceanpack

import icos_core

CALIBRATED_WITH_GASES = """
[[calibrate]]
calibrator = "fco2"
dry_samples = true
minimum_standards = 2
pressure_sources = ["analyser-differential"]
differential_sign = "subtract"
use_zero_in_fit = true
standard_limit = 20.0

[[calibrate.standards]]
run_type = "ZERO"
role = "zero"
xco2 = 0.0

[[calibrate.standards]]
run_type = "SPAN"
xco2 = 500.0

[[qc]]
test = "range"
variable = "analyser_flow"
questionable_outside = [100.0, 1000.0]
"""


def calibrated(result, stream):
    return result.tree[f"/calibrated/{stream}"].to_dataset()


def assert_near_the_truth(found, truth):
    """Good values, and their errors together of the size that is stated."""
    rows = np.searchsorted(found["time"].values, truth["time"].values)
    error = found["fco2"].values[rows] - truth["fco2"].values
    assert np.isfinite(error).all()
    assert (found["fco2_flag"].values[rows] == 1).all()
    assert np.abs(error).max() < 5 * found["fco2_uncertainty"].values[rows].max()


@pytest.mark.parametrize(
    ("simulator", "described"),
    [
        (pmel_mapco2, {}),
        (pmel_asvco2, {"interval": "2 h"}),
        (saildrone, {"interval": "10 min"}),
        (subctech_oceanpack, {"interval": "5 min"}),
    ],
    ids=["mapco2", "asvco2", "saildrone", "oceanpack"],
)
def test_simulated_deployments(tmp_path, simulator, described):
    simulated = simulator.SIMULATOR.simulate(tmp_path, simulator.SIMULATOR.options(mooring={"duration": "12 h"}, **described), 1)
    result = icos_core.run(simulated.description, tmp_path / "out", jobs=1)
    ((stream, truth),) = simulated.truth.items()
    assert_near_the_truth(calibrated(result, stream), truth)


def test_oceanpack_with_zero_and_span(tmp_path):
    """Where the instrument is not set by its zero and span, they calibrate it: its own error is gone."""
    options = subctech_oceanpack.SIMULATOR.options(
        mooring={"duration": "12 h"}, interval="5 min", cycle="3 h", errors={"instrument": 5.0, "reading": 0.1, "analyser_pressure": 0.1}
    )
    simulated = subctech_oceanpack.SIMULATOR.simulate(tmp_path, options, 1)
    head, _ = simulated.description.read_text(encoding="utf-8").split("[[calibrate]]")
    columns = 'columns = { waterTemp = ["sst", "conductivity_cell_temperature", "equilibrator_temperature"] }\n'
    simulated.description.write_text(head + columns + CALIBRATED_WITH_GASES, encoding="utf-8")
    found = calibrated(icos_core.run(simulated.description, tmp_path / "out", jobs=1), "oceanpack")
    truth = simulated.truth["oceanpack"]
    rows = np.searchsorted(found["time"].values, truth["time"].values)
    error = found["fco2"].values[rows] - truth["fco2"].values
    assert np.isfinite(error).all()
    assert abs(error.mean()) < 0.5
