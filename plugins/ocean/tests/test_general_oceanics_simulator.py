"""Simulator and reader of General Oceanics files against each other, by the conformance kit and by hand."""

import tomllib
from typing import ClassVar

import numpy as np
import pytest
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.readers.general_oceanics import READER
from icos_ocean.simulators.general_oceanics import SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES

from icos_core.dataset import category_mask
from icos_core.testing import ReaderContract, example_context, flagged
from icos_core.testing.simulated import described_options, read_files

CONTEXT = example_context()
NO_ERRORS = dict.fromkeys(("equilibrator_temperature", "sst", "pressure", "salinity", "reading", "drift", "temperature_coefficient"), 0.0)
SHORT = {"duration": "6 h"}


class TestLongForm(ReaderContract):
    """38 columns, a file per day, gaps and damage."""

    reader = READER
    simulator = SIMULATOR
    simulator_options: ClassVar = {"duration": "20 h", "start": "2024-03-01T12:00:00Z", "errors": {"sst": 0, "salinity": 0}}
    truth_tolerance: ClassVar = {"sst": 6e-6, "salinity": 6e-6, "latitude": 6e-5, "longitude": 6e-5, "equilibrator_temperature": 0.2}
    gaps = 0.08


class TestShortForm(ReaderContract):
    """27 columns, one file."""

    reader = READER
    simulator = SIMULATOR
    simulator_options: ClassVar = {
        **SHORT,
        "columns": "short",
        "files": "one",
        "date_format": "mm-dd-yyyy",
        "errors": NO_ERRORS,
        "gaps": 0,
        "damaged_pressures": 0,
    }
    truth_tolerance: ClassVar = {"sst": 6e-6, "salinity": 6e-6, "equilibrator_temperature": 0.006, "latitude": 6e-5}


def simulate(folder, seed=1, **options):
    return SIMULATOR.simulate(folder, SIMULATOR.options.model_validate(options), seed)


def tally_of(simulated):
    options = described_options(simulated.description, "reader", READER)
    results = [READER.read(path, options, CONTEXT) for path in simulated.files]
    total = results[0].tally
    for result in results[1:]:
        total += result.tally
    return total


def test_the_account_is_that_of_the_schedule(tmp_path):
    tally = tally_of(simulate(tmp_path, duration="2 d", draining=0.0, damaged_pressures=0.0))
    rounds = 16
    assert tally.by_type == {
        **{f"STD{number}": 2 * rounds for number in range(1, 5)},
        "STD1z": 2 * 2,
        "STD4s": 2 * 2,
        "ATM": 5 * rounds,
        "EQU": 1728 - (4 * 2 + 5) * rounds - 8,
        "FILTER": 2,
        "WAKE UP": 1,
        "GO TO SLEEP": 1,
        "SHUT DOWN": 1,
    }
    assert tally.rejected == {"housekeeping line": 5}
    assert tally.damaged == {}


def test_gaps_drains_and_damage_are_in_the_files(tmp_path):
    simulated = simulate(tmp_path, duration="2 d", gaps=0.1, draining=0.2, damaged_pressures=0.25, stale_standard_values=True)
    stream = read_files(READER, simulated.files, described_options(simulated.description, "reader", READER), CONTEXT)["underway"]
    assert np.isnan(stream["sst"].values).mean() == pytest.approx(0.1, abs=0.03)
    assert category_mask(stream, "draining", ["draining"]).mean() == pytest.approx(0.2, abs=0.04)
    pressure = stream["ambient_pressure"].values
    assert (np.isnan(pressure) | (pressure < 900)).mean() == pytest.approx(0.25, abs=0.04)
    assert tally_of(simulated).damaged["WBPressure"] > 50
    stated = stream["standard_value"].values[category_mask(stream, "run_type", ["STD2"])]
    np.testing.assert_allclose(stated, 249.87 + 18.58)


def test_daily_files_begin_at_midnight_of_the_pc_clock(tmp_path):
    simulated = simulate(tmp_path, duration="59 h", start="2024-02-28T12:00:00Z", pc_clock_ahead="10 min")
    assert [path.name for path in simulated.files] == ["2024-059-1210dat.txt", "2024-060-0000dat.txt", "2024-061-0000dat.txt"]
    for path in simulated.files:
        rows = [line.split("\t") for line in path.read_text(encoding="windows-1252").splitlines()]
        assert len({row[2] for row in rows if row[0][:3] in {"EQU", "ATM", "STD"}}) == 1


def test_forms_of_the_file_hold_the_same_rows(tmp_path):
    streams = []
    for number, form in enumerate(({}, {"files": "one"}, {"columns": "short"}, {"date_format": "yyyy-mm-dd"}, {"housekeeping": False})):
        simulated = simulate(tmp_path / str(number), duration="30 h", **form)
        options = described_options(simulated.description, "reader", READER)
        streams.append(read_files(READER, simulated.files, options, CONTEXT)["underway"])
    for other in streams[1:]:
        for name in ("time", "run_type", "co2", "sst", "ambient_pressure"):
            np.testing.assert_array_equal(other[name].values, streams[0][name].values)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    left, right, other = (simulate(tmp_path / str(number), seed, **SHORT) for number, seed in enumerate((7, 7, 8)))
    assert left.files[0].read_bytes() == right.files[0].read_bytes()
    assert left.description.read_bytes() == right.description.read_bytes()
    assert left.files[0].read_bytes() != other.files[0].read_bytes()


def test_the_description_names_what_was_simulated(tmp_path):
    simulated = simulate(tmp_path, **SHORT, reports_dry=False, memory="20 s", errors={"reading": 0.1})
    tables = tomllib.loads(simulated.description.read_text(encoding="utf-8"))
    calibrate = tables["calibrate"][0]
    assert calibrate["dry_samples"] is calibrate["dry_standards"] is True
    assert calibrate["flush_after"] == 50.0
    assert calibrate["uncertainty"]["reading"] == 0.1
    assert [gas["run_type"] for gas in calibrate["standards"]] == ["STD1z", "STD4s", "STD1", "STD2", "STD3", "STD4"]
    truth = simulated.truth["underway"]
    start, end = (np.datetime64(tables["deployment"][0][name].replace(tzinfo=None)) for name in ("start", "end"))
    assert start <= truth["time"].values[0] < truth["time"].values[-1] < end


@pytest.mark.parametrize("form", [{}, {"reports_dry": False}, {"memory": "15 s"}])
def test_an_instrument_without_errors_gives_back_the_truth(tmp_path, form):
    """What remains is rounding: 0.01 °C in the equilibrator (0.06 µatm at most here) and 0.01 µmol mol⁻¹ in sample and standards."""
    gases = [{"run_type": f"STD{number}", "xco2": value, "uncertainty": 0.0} for number, value in ((2, 250.0), (3, 395.0), (4, 510.0))]
    simulated = simulate(
        tmp_path,
        duration="1 d",
        errors=NO_ERRORS,
        gaps=0,
        damaged_pressures=0,
        span_wander=0.0,
        fco2=300,
        fco2_range=15,
        standards=gases,
        **form,
    )
    streams = read_files(READER, simulated.files, described_options(simulated.description, "reader", READER), CONTEXT)
    options = described_options(simulated.description, "calibrator", CALIBRATOR)
    result = CALIBRATOR.calibrate({name: flagged(stream) for name, stream in streams.items()}, options, CONTEXT).streams["underway"]
    truth = simulated.truth["underway"]
    rows = np.searchsorted(result["time"].values, truth["time"].values)
    used = np.isfinite(result["fco2"].values[rows])
    assert used.mean() > 0.97
    for name, tolerance in (("xco2", 0.02), ("fco2", 0.1), ("equilibrator_pressure", 0.006), ("sst", 6e-6)):
        np.testing.assert_allclose(result[name].values[rows][used], truth[name].values[used], atol=tolerance, rtol=0)
    air = category_mask(result, "run_type", ["ATM"])
    assert air.any()
    assert RUN_TYPES["ATM"] in result["run_type"].values
