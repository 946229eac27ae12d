"""Uncertainty of the SAMI-CO2 over replicates, through raw files: every deployment with errors of its own, and its twin.

Of each deployment there are two whose calibration, thermistor and blanks are wrong by the same amounts with opposite signs: what is left of
their mean error is bias. All deployments stand in one file, one after the other, so that one reading and one calibration do for all.
"""

from datetime import timedelta

import numpy as np
import pytest
from icos_ocean.calibration.sami import CALIBRATOR
from icos_ocean.readers.sunburst_sami_co2 import READER
from icos_ocean.simulators.mooring import MooringSimulation
from icos_ocean.simulators.sunburst_sami_co2 import SIMULATOR, write_file
from icos_ocean.simulators.sunburst_sami_co2_signals import Deployment, simulate_deployment

from icos_core.testing import example_context

PAIRS = 1000
DURATION = timedelta(days=20)
OPTIONS = {"interval": "2 d", "records_per_blank": 100, "adc_bits": 14, "housekeeping": False}
TOGETHER = ("calibration", "temperature", "pressure")


def deployments(number):
    """One deployment in water of its own, and its twin."""
    random = np.random.default_rng([18, number])
    mooring = MooringSimulation(duration=DURATION, pco2=random.uniform(220, 600), sst=random.uniform(5, 25))
    for mirrored in (False, True):
        yield simulate_deployment(SIMULATOR.options(mooring=mooring, mirrored=mirrored, **OPTIONS), number)


def together(parts):
    """All deployments in one, an hour from record to record: the instrument's clock, 136 years from 1904, has no room for all the days."""
    count = sum(part.time.size for part in parts)
    return Deployment(
        time=parts[0].time[0] + np.arange(count) * np.timedelta64(1, "h"),
        kind=np.concatenate([part.kind for part in parts]),
        numbers=np.concatenate([part.numbers for part in parts]),
        truth={key: np.concatenate([part.truth[key] for part in parts]) for key in parts[0].truth},
    )


@pytest.fixture(scope="module")
def replicates(tmp_path_factory):
    """Error of fCO2 and what is stated of it, one row per deployment, deployments and their twins in turn."""
    options = SIMULATOR.options(**OPTIONS)
    deployment = together([part for number in range(PAIRS) for part in deployments(number)])
    path = write_file(deployment, tmp_path_factory.mktemp("raw") / "sami.txt", options)
    read = READER.read(path, READER.options(adc_bits=14), example_context())
    assert read.tally.kept == deployment.time.size
    # An hour in the file stands for two days.
    stated = options.errors.model_copy(update={"blank_drift": options.errors.blank_drift * np.sqrt(48.0)})
    described = {"uncertainty": stated.model_dump(), "calibrated_range": [100, 900]}
    stream = CALIBRATOR.calibrate(read.streams, CALIBRATOR.options.model_validate(described), example_context()).streams["sami"]
    samples = (deployment.kind == 4).reshape(2 * PAIRS, -1)[0]
    names = ["fco2", *(str(name) for name in stream.data_vars if str(name).startswith("fco2_uncertainty"))]
    found = {name: stream[name].values.reshape(2 * PAIRS, -1)[:, samples] for name in names}
    return found["fco2"] - deployment.truth["fco2"].reshape(2 * PAIRS, -1)[:, samples], found


def test_coverage_and_bias(replicates):
    error, found = replicates
    assert error.shape[0] >= 400
    assert np.isfinite(error).all()
    assert 0.93 <= (np.abs(error) <= 1.959964 * found["fco2_uncertainty"]).mean() <= 0.97
    of_pairs = error.reshape(PAIRS, 2, -1).mean(axis=(1, 2))
    # What a mean over so many pairs may be off by chance is far below what is asked for.
    assert of_pairs.std(ddof=1) / np.sqrt(PAIRS) < 0.02
    assert abs(of_pairs.mean()) < 0.06


def test_what_is_stated_is_what_is_found(replicates):
    error, found = replicates
    assert np.sqrt(np.mean(error**2)) == pytest.approx(np.sqrt(np.mean(found["fco2_uncertainty"] ** 2)), rel=0.05)


def test_twins_tell_shared_errors_from_those_of_single_rows(replicates):
    """Half the sum of twins holds the noise of samples and blanks, half their difference all the rest."""
    error, found = replicates
    single = np.mean(((error[0::2] + error[1::2]) / 2) ** 2)
    shared = np.mean(((error[0::2] - error[1::2]) / 2) ** 2)
    noise = np.mean(found["fco2_uncertainty_noise"] ** 2)
    everything = np.mean(found["fco2_uncertainty"] ** 2)
    known = sum(np.mean(found[f"fco2_uncertainty_{term}"] ** 2) for term in TOGETHER)
    assert noise / 2 < single < 0.1 * shared
    assert shared == pytest.approx(everything - single, rel=0.1)
    assert shared > known
