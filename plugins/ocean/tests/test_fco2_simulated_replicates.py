"""Uncertainty over replicates of the repository's own simulator, through its raw files: every cruise with errors of its own, and its twin.

Of each cruise there are two, whose cylinders, probes and coefficient are wrong by the same amounts with opposite signs: what is left of
their mean error is bias. All cruises stand in one file, a day from the next, so that one reading and one calibration do for all.
"""

import numpy as np
import pytest
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.readers.general_oceanics import READER
from icos_ocean.simulators.general_oceanics import SIMULATOR
from icos_ocean.simulators.general_oceanics_text import write_files
from icos_ocean.simulators.underway_cruise import Cruise, simulate_cruise
from icos_ocean.vocabulary import UNCERTAINTY_TERMS

from icos_core.dataset import category_mask
from icos_core.testing import example_context

PAIRS = 3000
CRUISE = {"duration": "4 h", "interval": "300 s", "gaps": 0.0, "damaged_pressures": 0.0, "readings_of_air": 2, "housekeeping": False}
DAY = np.timedelta64(1, "D")
TOGETHER = ("standards", "temperature", "pressure", "salinity", "method")
EACH_BY_ITSELF = ("regression", "interpolation", "sample")


def together(cruises):
    """One cruise of many, each a day after the one before."""
    joined = {
        part: {name: np.concatenate([getattr(cruise, part)[name] for cruise in cruises]) for name in getattr(cruises[0], part)}
        for part in ("truth", "measured")
    }
    return Cruise(
        time=np.concatenate([cruise.time + number * DAY for number, cruise in enumerate(cruises)]),
        run_type=np.concatenate([cruise.run_type for cruise in cruises]),
        draining=np.concatenate([cruise.draining for cruise in cruises]),
        **joined,
    )


@pytest.fixture(scope="module")
def replicates(tmp_path_factory):
    """Error of fCO2 and what is stated of it, one row per cruise, cruises and their twins in turn."""
    twins = [SIMULATOR.options(**CRUISE, mirrored=mirrored, files="one") for mirrored in (False, True)]
    options = twins[0]
    cruise = together([simulate_cruise(each, seed) for seed in range(PAIRS) for each in twins])
    (path,) = write_files(cruise, tmp_path_factory.mktemp("raw"), options, 1)
    read = READER.read(path, READER.options(date_format=options.date_format, clock="gps"), example_context())
    assert read.tally.kept == cruise.time.size
    described = {
        "standards": [gas.model_dump() for gas in options.standards],
        "pressure_sources": ["ambient-differential"],
        "uncertainty": options.errors.model_dump(),
    }
    stream = CALIBRATOR.calibrate(read.streams, CALIBRATOR.options.model_validate(described), example_context()).streams["underway"]
    water = category_mask(stream, "run_type", ["EQU"]).reshape(2 * PAIRS, -1)[0]
    # After the last round of standards there are none behind a sample: such values are questionable.
    water[np.flatnonzero(~water)[-1] :] = False
    names = [
        "fco2",
        "fco2_uncertainty",
        *(f"fco2_uncertainty_{term}" for term in UNCERTAINTY_TERMS if f"fco2_uncertainty_{term}" in stream),
    ]
    found = {name: stream[name].values.reshape(2 * PAIRS, -1)[:, water] for name in names}
    truth = cruise.truth["fco2"].reshape(2 * PAIRS, -1)[:, water]
    return found["fco2"] - truth, found


def test_coverage_and_bias(replicates):
    error, found = replicates
    assert error.shape[0] >= 400
    assert np.isfinite(error).all()
    covered = np.abs(error) <= 1.959964 * found["fco2_uncertainty"]
    assert 0.93 <= covered.mean() <= 0.97
    of_pairs = error.reshape(PAIRS, 2, -1).mean(axis=(1, 2))
    # What a mean over so many pairs may be off by chance is far below what is asked for.
    assert of_pairs.std(ddof=1) / np.sqrt(PAIRS) < 0.01
    assert abs(of_pairs.mean()) < 0.05


def test_what_is_stated_is_what_is_found(replicates):
    error, found = replicates
    stated = np.sqrt(np.mean(found["fco2_uncertainty"] ** 2))
    assert np.sqrt(np.mean(error**2)) == pytest.approx(stated, rel=0.03)


def test_twins_tell_shared_errors_from_those_of_single_rows(replicates):
    """Half the difference of twins holds what is common to a cruise, half their sum the noise and the drift of each."""
    error, found = replicates
    first, second = error[0::2], error[1::2]
    for terms, part in ((TOGETHER, (first - second) / 2), (EACH_BY_ITSELF, (first + second) / 2)):
        stated = np.sqrt(sum(np.mean(found[f"fco2_uncertainty_{term}"] ** 2) for term in terms))
        assert np.sqrt(np.mean(part**2)) == pytest.approx(stated, rel=0.03)
