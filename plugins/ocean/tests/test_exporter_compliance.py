"""The ocean's results in netCDF, judged by compliance-checker, strictly."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from icos_ocean.vocabulary import VOCABULARY
from small_cruise import calibrated, cruise, with_values

from icos_core.exporters.cf_netcdf import EXPORTER
from icos_core.station import Station
from icos_core.testing import example_context

FIXED = Station.model_validate(
    {
        "id": "1199",
        "name": "Example Buoy",
        "domain": "ocean",
        "platform": "fixed",
        "latitude": 51.58,
        "longitude": 2.99,
        "altitude": 0,
        "utc_offset": 1,
        "contact": {"institution": "Example Institute", "email": "data@example.org"},
    }
)
NO_STANDARD_NAME = {
    "co2": "the reading of the analyser before calibration: neither dry nor wet air is meant",
    "standard_xco2": "the stated value of a standard gas",
    "xco2": "CF names mole fractions in air, not in air that was equilibrated with sea water",
    "xco2_uncertainty": "as xco2",
    "fco2_air": "CF has the fugacity in sea water, not in air",
    "fco2_air_uncertainty": "as fco2_air",
    "delta_fco2": "CF has no difference of fugacities between sea water and air",
    "delta_fco2_uncertainty": "as delta_fco2",
    "delta_temperature": "CF has no difference of equilibrator and sea-surface temperature",
    "equilibrator_pressure": "CF has no pressure in an equilibrator",
    "analyser_pressure": "CF has no pressure in the cell of an analyser",
    "water_flow": "CF has no flow of water through an instrument",
    "analyser_flow": "CF has no flow of gas through an instrument",
    "fco2_uncertainty_*": "CF names the standard error of a quantity, not its terms",
    "delta_fco2_uncertainty_*": "as fco2_uncertainty_*",
}
"""The variables that may go without, and why."""


def may_go_without(name: str) -> bool:
    return name in NO_STANDARD_NAME or any(name.startswith(each[:-1]) for each in NO_STANDARD_NAME if each.endswith("*"))


@pytest.fixture(scope="module")
def stream() -> xr.Dataset:
    measured, _ = cruise()
    size = measured.sizes["time"]
    watched = {"analyser_pressure": np.full(size, 1015.0), "water_flow": np.full(size, 2.5), "analyser_flow": np.full(size, 80.0)}
    made, _ = calibrated(with_values(measured, **watched), barometer_height=20.0)
    return made


@pytest.mark.parametrize("fixed", [False, True], ids=["trajectory", "timeSeries"])
def test_strict_cf_and_acdd(stream: xr.Dataset, tmp_path: Path, fixed: bool) -> None:
    checker = Path(sys.executable).with_name("compliance-checker")
    if not checker.exists():
        pytest.skip("compliance-checker is not installed")
    context = example_context()
    if fixed:
        context = replace(context, station=FIXED, deployments=())
        stream = stream.drop_vars([name for name in stream.variables if str(name).startswith(("latitude", "longitude"))])
    (path,) = EXPORTER.export({"underway": stream}, tmp_path, EXPORTER.options(), context)
    report = tmp_path / "report.json"
    tests = ("--test=cf:1.11", "--test=acdd:1.3", "--criteria=strict")
    command = [str(checker), *tests, "--format=json_new", f"--output={report}", str(path)]
    subprocess.run(command, capture_output=True, check=False)
    results = json.loads(report.read_text())[str(path)]
    assert results["cf:1.11"]["scored_points"] == results["cf:1.11"]["possible_points"]
    complaints = {
        (result["name"], *result["msgs"])
        for each in results.values()
        for priority in ("high_priorities", "medium_priorities", "low_priorities")
        for result in each[priority]
        if result["value"][0] < result["value"][1]
    }
    unnamed = {str(name) for name in stream.data_vars if may_go_without(str(name)) and "standard_name" not in stream[name].attrs}
    assert complaints == {(f'variable "{name}" missing the following attributes:', "standard_name") for name in unnamed}
    assert results["acdd:1.3"]["scored_points"] == results["acdd:1.3"]["possible_points"] - len(unnamed)


def test_the_list_holds_no_variable_that_has_a_name() -> None:
    named = [name for name in NO_STANDARD_NAME if name in VOCABULARY and VOCABULARY[name].standard_name is not None]
    assert named == []
