"""Simulated Picarro files through reader and calibrator: rows are those that were simulated, minutes are the truth."""

from typing import ClassVar

import numpy as np
import pytest
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR
from icos_atmosphere.readers.picarro import READER
from icos_atmosphere.simulators.picarro import SIMULATOR, measured_stream, simulate, simulate_rows, small_station, write_files
from icos_atmosphere.simulators.picarro_schedule import injections
from icos_atmosphere.simulators.picarro_truth import true_minutes
from picarro_stations import QUIET, QUIET_GAS

from icos_core.components import Tally
from icos_core.testing import ReaderContract, example_context, flagged
from icos_core.testing.calibrator import calibrate
from icos_core.testing.simulated import described_options, read_files

CONTEXT = example_context()


class TestG2401(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options: ClassVar = {"duration": "3 min", "rotation": "1 min"}


class TestG2301WithoutHousekeeping(TestG2401):
    """17 columns, exponents of three digits, a mask of solenoid valves."""

    simulator_options: ClassVar = {
        "duration": "3 min",
        "rotation": "1 min",
        "analyser": {"model": "G2301", "columns": "minimal", "valve": "solenoid_valves", "valve_reading": "mask"},
    }


@pytest.mark.parametrize("columns", ["full", "minimal"])
@pytest.mark.parametrize("model", ["G2301", "G2401", "G5310"])
def test_files_are_read_as_the_stream_without_files(tmp_path, model, columns):
    options = small_station(duration="2 h", analyser={"model": model, "columns": columns})
    simulated = simulate(tmp_path, options, 1)
    read = read_files(READER, simulated.files, described_options(simulated.description, "reader", READER), CONTEXT)["picarro"]
    made = measured_stream(options, 1)
    np.testing.assert_array_equal(read["time"].values, made["time"].values)
    assert set(read.data_vars) == set(made.data_vars)
    for name in made.data_vars:
        assert read[name].dtype == made[name].dtype, name
        # The analyser writes ppm, the vocabulary has nmol mol⁻¹ for all gases but CO2.
        per_file = 1e3 if read[name].attrs.get("units") == "umol mol-1" != made[name].attrs["units"] else 1.0
        np.testing.assert_allclose(read[name].values * per_file, made[name].values, rtol=1e-10, err_msg=name)


def test_defects_are_accounted_for(tmp_path):
    options = small_station(duration="6 h", duplicated_rows=0.01, cut_files=0.5)
    files = write_files(tmp_path, options, 1)
    results = [READER.read(path, READER.options(), CONTEXT) for path in files]
    tally = sum((result.tally for result in results), Tally())
    written = [path.read_bytes() for path in files]
    rows = simulate_rows(options, 1).time.size
    cut = sum(not content.endswith(b"\n") for content in written)
    assert cut > 0
    assert tally.balanced
    # A file that ends within its last field may still have a complete row.
    assert rows - cut <= tally.kept <= rows
    assert tally.seen == sum(content.count(b"\n") - 1 + (not content.endswith(b"\n")) for content in written)
    assert sum(tally.rejected.values()) == tally.seen - tally.kept


def minutes_of(options, seed, folder):
    """Return the calibrated minutes of a station, straight from its rows."""
    simulated = simulate(folder, options.model_copy(update={"duration": options.rotation}), seed)
    described = described_options(simulated.description, "calibrator", CALIBRATOR)
    return calibrate(CALIBRATOR, {"picarro": flagged(measured_stream(options, seed))}, described, CONTEXT).streams


@pytest.mark.parametrize(("model", "gases"), [("G2401", ("co2", "ch4", "co")), ("G2301", ("co2", "ch4")), ("G5310", ("co", "n2o"))])
def test_an_analyser_without_noise_gives_the_truth(tmp_path, model, gases):
    """A response that is off and does not change is calibrated away; what remains is how readings sample air that changes."""
    off = {gas: QUIET_GAS | {"pivot": 400.0, "slope": 1.02, "intercept": 3.0} for gas in ("co2", "ch4", "co", "n2o")}
    options = small_station(air={"pollution_per_day": 0.0}, analyser=QUIET | off | {"model": model})
    made = minutes_of(options, 1, tmp_path)
    for line, truth in true_minutes(options, 1).items():
        minutes = made[f"picarro/{line}"]
        np.testing.assert_array_equal(minutes["time"].values, truth["time"].values)
        for gas in gases:
            difference = minutes[gas].values - truth[gas].values
            whole = minutes[f"{gas}_n"].values >= minutes[f"{gas}_n"].values.max() - 2
            assert whole.sum() > 80
            spread = getattr(options.air, gas).minutes
            assert np.std(difference[whole]) < 0.03 * spread
            assert abs(np.mean(difference[whole])) < 0.01 * spread


def test_errors_are_as_large_as_stated(tmp_path):
    """One station has one draw of the errors that its minutes share; the noise of the readings is in all of them."""
    options = small_station()
    made = minutes_of(options, 5, tmp_path)
    for line, truth in true_minutes(options, 5).items():
        minutes = made[f"picarro/{line}"]
        for gas in ("co2", "ch4", "co"):
            fine = np.isfinite(minutes[gas].values) & (minutes[f"{gas}_n"].values > 12)
            difference = (minutes[gas].values - truth[gas].values)[fine]
            assert np.median(np.abs(difference)) < 3 * np.median(minutes[f"{gas}_uncertainty"].values[fine])


def test_what_was_measured_when_is_what_the_calibrator_finds(tmp_path):
    options = small_station()
    found = minutes_of(options, 1, tmp_path)["picarro/injections"]
    due = [each for each in injections(options) if each.end - each.start > 120]
    assert found.sizes["time"] == len(due) == 16 + 6 + 1
    roles = {"calibration": 0, "short-term-target": 1, "long-term-target": 2}
    assert found["role"].values.tolist() == [roles[options.cylinders[each.cylinder].role] for each in due]
    assert found["cylinder"].values.tolist() == [each.cylinder for each in due]
    assert found["sequence"].values.tolist() == [each.sequence for each in due]
    is_calibration = found["role"].values == 0
    assert found["cycle"].values[is_calibration].tolist() == [each.cycle + 1 for each in due if each.sequence >= 0]
    settled = (found["time"].values - np.datetime64(options.start.replace(tzinfo=None))) / np.timedelta64(1, "s")
    # The first new reading after two minutes; the switch itself shows with the first row after it.
    late = settled - [each.start + 120 for each in due]
    assert late.min() >= 0
    assert late.max() < 6
