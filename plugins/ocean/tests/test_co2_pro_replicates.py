"""Uncertainty of the CO2-Pro over replicates, through raw files: every deployment with errors of its own, and its twin.

Of each deployment there are two whose sensor, companions and zeros are wrong by the same amounts with opposite signs: what is left of their
mean error is bias. All deployments stand in one pair of files, two days from the next, so that one reading and one calibration do for all.
"""

from datetime import timedelta

import numpy as np
import pytest
from icos_ocean.calibration.co2_pro import CALIBRATOR
from icos_ocean.readers import pro_oceanus_co2_pro, underway_table
from icos_ocean.simulators.mooring import MooringSimulation
from icos_ocean.simulators.pro_oceanus_co2_pro import SIMULATOR, write_files
from icos_ocean.simulators.pro_oceanus_co2_pro_signals import BAROMETER_HEIGHT, Deployment, simulate_deployment
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

from icos_core.dataset import set_variable
from icos_core.testing import example_context

PAIRS = 1200
APART = np.timedelta64(2, "D")
OPTIONS = {"interval": "20 min", "zero_every": "4 h", "readings_of_zero": 1, "air_every": "2 h", "readings_of_air": 1, "response": "100 s"}
COMPANIONS = {"clock": {"date_time": "time"}, "columns": {"sst": "sst", "air pressure": "atmospheric_pressure"}}
TOGETHER = ("calibration", "zero", "temperature", "pressure")
BY_ITSELF = ("noise",)


def deployments(number):
    """One deployment in water of its own, and its twin."""
    random = np.random.default_rng([17, number])
    mooring = MooringSimulation(duration=timedelta(hours=4), pco2=random.uniform(250, 600), sst=random.uniform(2, 26))
    for mirrored in (False, True):
        yield simulate_deployment(SIMULATOR.options(mooring=mooring, mirrored=mirrored, **OPTIONS), number)


def together(parts):
    """All deployments in one, each two days after the one before."""
    return Deployment(
        time=np.concatenate([part.time + number * APART for number, part in enumerate(parts)]),
        run_type=np.concatenate([part.run_type for part in parts]),
        **{
            name: {key: np.concatenate([getattr(part, name)[key] for part in parts]) for key in getattr(parts[0], name)}
            for name in ("measured", "truth")
        },
    )


@pytest.fixture(scope="module")
def replicates(tmp_path_factory):
    """Errors and what is stated of them by variable, one row per deployment, deployments and their twins in turn."""
    options = SIMULATOR.options(**OPTIONS)
    deployment = together([part for number in range(PAIRS) for part in deployments(number)])
    log, companions = write_files(deployment, tmp_path_factory.mktemp("raw"), options)
    context = example_context()
    read = pro_oceanus_co2_pro.READER.read(log, pro_oceanus_co2_pro.READER.options(), context)
    assert read.tally.kept == deployment.time.size
    stream = read.streams["co2_pro"]
    (beside,) = underway_table.READER.read(companions, underway_table.READER.options.model_validate(COMPANIONS), context).streams.values()
    np.testing.assert_array_equal(beside["time"].values, stream["time"].values)
    for name in ("sst", "atmospheric_pressure"):
        set_variable(stream, VOCABULARY[name], beside[name].values)
    described = {"barometer_height": BAROMETER_HEIGHT, "uncertainty": options.errors.model_dump()}
    result = CALIBRATOR.calibrate({"co2_pro": stream}, CALIBRATOR.options.model_validate(described), context)
    return {
        name: (
            (result.streams["co2_pro"][name].values - deployment.truth[name]).reshape(2 * PAIRS, -1),
            {
                str(each): result.streams["co2_pro"][each].values.reshape(2 * PAIRS, -1)
                for each in result.streams["co2_pro"].data_vars
                if str(each).startswith(f"{name}_uncertainty")
            },
        )
        for name in ("fco2", "xco2", "xco2_air", "fco2_air", "delta_fco2")
    }, deployment.run_type.reshape(2 * PAIRS, -1)[0]


def used(replicates, name):
    """Error and stated uncertainty of a variable in the columns where every deployment has it."""
    errors, stated = replicates[0][name]
    columns = np.isfinite(errors).all(axis=0)
    assert columns.sum() >= 2
    return errors[:, columns], {each: values[:, columns] for each, values in stated.items()}


@pytest.mark.parametrize("name", ["fco2", "xco2", "xco2_air", "fco2_air", "delta_fco2"])
def test_coverage_and_bias(replicates, name):
    error, stated = used(replicates, name)
    covered = (np.abs(error) <= 1.959964 * stated[f"{name}_uncertainty"]).mean()
    assert error.shape[0] >= 400
    assert 0.93 <= covered <= 0.97
    of_pairs = error.reshape(PAIRS, 2, -1).mean(axis=(1, 2))
    # What a mean over so many pairs may be off by chance is far below what is asked for.
    assert of_pairs.std(ddof=1) / np.sqrt(PAIRS) < 0.02
    assert abs(of_pairs.mean()) < 0.06


def test_what_is_stated_is_what_is_found(replicates):
    error, stated = used(replicates, "fco2")
    assert np.sqrt(np.mean(error**2)) == pytest.approx(np.sqrt(np.mean(stated["fco2_uncertainty"] ** 2)), rel=0.04)


def test_twins_tell_shared_errors_from_those_of_single_rows(replicates):
    """Half the difference of twins holds what is common to a deployment, half their sum the noise of each reading."""
    error, stated = used(replicates, "fco2")
    first, second = error[0::2], error[1::2]
    squares = {term: np.mean(stated[f"fco2_uncertainty_{term}"] ** 2) for term in (*TOGETHER, *BY_ITSELF)}
    # Pressure, known to 1 hPa, is rounded to 1 hPa: a part of its error is drawn anew for each row and twin.
    rounding = squares["pressure"] / 12.0
    single = sum(squares[term] for term in BY_ITSELF) + rounding
    shared = sum(squares[term] for term in TOGETHER) - rounding
    assert np.sqrt(np.mean((first + second) ** 2) / 2.0) == pytest.approx(np.sqrt(single), rel=0.03)
    assert np.sqrt(np.mean((first - second) ** 2) / 4.0) == pytest.approx(np.sqrt(shared + single / 2.0), rel=0.05)


def test_rows_after_a_zero_are_not_used(replicates):
    errors, _ = replicates[0]["fco2"]
    run_type = replicates[1]
    water = run_type == RUN_TYPES["EQU"]
    missing = water & ~np.isfinite(errors).any(axis=0)
    assert np.flatnonzero(missing).tolist() == [1]
