"""Uncertainty over replicates of the simulator, through raw files: every deployment with errors of its own, and its twin.

Of each deployment there are two, whose errors of calibration and probes have opposite signs: what is left of their mean error is bias. All
stand in one log, half a day from one to the next, so that one reading and one calibration do for all; the share of the change between the
calibrations before and after goes from nearly nothing to nearly all.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from icos_ocean.calibration.hydroc import CALIBRATOR
from icos_ocean.readers.contros_hydroc import READER
from icos_ocean.simulators.contros_hydroc import SIMULATOR
from icos_ocean.simulators.contros_hydroc_signals import Deployment, simulate_deployment
from icos_ocean.simulators.contros_hydroc_text import write_files
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

from icos_core.dataset import set_variable
from icos_core.testing import example_context

APART = timedelta(hours=12)
START = datetime(2020, 1, 1, tzinfo=UTC)
USUAL = {
    "pairs": 600,
    "interval": "600 s",
    "zero_every": "2 h",
    "zero_length": "20 min",
    "flush_length": "20 min",
    "response_time": "30 s",
    "mooring": {"duration": "160 min", "pco2_range": 10.0},
}
LAGGING = {
    "pairs": 400,
    "interval": "120 s",
    "zero_every": "1 h",
    "zero_length": "4 min",
    "flush_length": "20 min",
    "response_time": "120 s",
    "mooring": {"duration": "66 min", "pco2_range": 100.0},
    "after": None,
    "correct_response": True,
    "errors": {"response_time": "20 s"},
}
"""A slow membrane in water that changes fast, and no calibration after the deployment."""

TOGETHER = ("calibration", "drift", "cell_pressure", "gas_temperature", "temperature", "pressure", "method", "response")
EACH_BY_ITSELF = ("noise", "zero")


def options_of(kind, number, *, mirrored):
    described = {key: value for key, value in kind.items() if key not in {"pairs", "mooring"}}
    count = 2 * number + mirrored
    every = 2 * kind["pairs"] * APART / timedelta(seconds=1)
    mooring = kind["mooring"] | {"start": START + count * APART, "pco2": 300.0 + 250.0 * (number % 20) / 20.0}
    runtime = 0.01 * every + count * APART / timedelta(seconds=1)
    return SIMULATOR.options(**described, mooring=mooring, missing=0.0, runtime=runtime, runtime_between=1.02 * every, mirrored=mirrored)


def together(deployments):
    joined = {
        part: {name: np.concatenate([getattr(each, part)[name] for each in deployments]) for name in getattr(deployments[0], part)}
        for part in ("measured", "truth")
    }
    time, run_type = (np.concatenate([getattr(each, part) for each in deployments]) for part in ("time", "run_type"))
    return Deployment(time=time, run_type=run_type, **joined)


@pytest.fixture(scope="module", params=[USUAL, LAGGING], ids=["usual", "lagging"])
def replicates(request, tmp_path_factory):
    """Error of fCO2 and what is stated of it, one row per deployment, deployments and their twins in turn."""
    kind = request.param
    options = [options_of(kind, number, mirrored=mirrored) for number in range(kind["pairs"]) for mirrored in (False, True)]
    deployment = together([simulate_deployment(each, number // 2) for number, each in enumerate(options)])
    (path,) = write_files(deployment, tmp_path_factory.mktemp("raw"), options[0], 1)
    stream = READER.read(path, READER.options(), example_context()).streams["hydroc"]
    assert stream.sizes["time"] == deployment.time.size
    for name in ("sst", "equilibrator_temperature"):
        set_variable(stream, VOCABULARY[name], deployment.measured[name])
    sheets = {
        key: {**dict(zip(("k1", "k2", "k3"), getattr(options[0], key), strict=True)), "runtime": runtime}
        for key, runtime in (("before", 0.0), ("after", options[0].runtime_between))
        if getattr(options[0], key) is not None
    }
    described = {
        "calibrations": [{"scale_factor": options[0].scale_factor, **sheets}],
        "uncertainty": options[0].errors.model_dump(),
        "run_gap": "1 h",
        "response_time": kind["response_time"],
        "response_correction": options[0].correct_response,
    }
    found = CALIBRATOR.calibrate({"hydroc": stream}, CALIBRATOR.options.model_validate(described), example_context()).streams["hydroc"]
    count = len(options)
    water = (deployment.run_type == RUN_TYPES["EQU"]).reshape(count, -1)
    assert (water == water[0]).all()
    # Of each deployment the rows between its two zeroings that are no longer settling and have a row before them.
    complete = np.isfinite(found["fco2"].values).reshape(count, -1).all(axis=0)
    kept = np.flatnonzero(water[0] & complete)[1:]
    kept = kept[kept < np.flatnonzero(~water[0]).max()]
    values = {str(name): found[name].values.reshape(count, -1)[:, kept] for name in found.data_vars if str(name).startswith("fco2")}
    return values["fco2"] - deployment.truth["fco2"].reshape(count, -1)[:, kept], values


def test_coverage_and_bias(replicates):
    error, found = replicates
    assert error.shape[0] >= 800
    assert error.shape[1] >= 5
    assert np.isfinite(error).all()
    covered = np.abs(error) <= 1.959964 * found["fco2_uncertainty"]
    assert 0.93 <= covered.mean() <= 0.97
    of_pairs = error.reshape(error.shape[0] // 2, 2, -1).mean(axis=(1, 2))
    assert of_pairs.std(ddof=1) / np.sqrt(of_pairs.size) < 0.03
    assert abs(of_pairs.mean()) < 0.1


def test_what_is_stated_is_what_is_found(replicates):
    error, found = replicates
    stated = np.sqrt(np.mean(found["fco2_uncertainty"] ** 2))
    assert np.sqrt(np.mean(error**2)) == pytest.approx(stated, rel=0.06)


def test_twins_tell_shared_errors_from_those_of_single_rows(replicates):
    """Half the difference of twins holds what is common to a deployment, half their sum the noise and the zero of each."""
    error, found = replicates
    first, second = error[0::2], error[1::2]
    for terms, part in ((TOGETHER, (first - second) / 2.0), (EACH_BY_ITSELF, (first + second) / np.sqrt(2.0))):
        named = [f"fco2_uncertainty_{term}" for term in terms if f"fco2_uncertainty_{term}" in found]
        stated = np.sqrt(sum(np.mean(found[name] ** 2) for name in named))
        assert np.sqrt(np.mean(part**2)) == pytest.approx(stated, rel=0.06)
