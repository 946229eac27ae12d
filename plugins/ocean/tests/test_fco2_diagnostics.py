"""Sensors that watch the instrument: whom their flags reach, and whom not."""

from typing import get_args

import numpy as np
import pytest
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.calibration.underway_options import Diagnostic
from icos_ocean.vocabulary import MEASURED, RUN_TYPES
from small_cruise import calibrated, cruise, described_standards, person, with_values

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE
from icos_core.flags import PROPAGATED

HEIGHT = {"barometer_height": 20.0}
SENSORS = ("co2", "sst", "salinity", "equilibrator_temperature", "equilibrator_pressure", "atmospheric_pressure", "latitude", "longitude")


def watched(cycles=6, **missing):
    """A cruise with flows, whose standards do not lie on straight lines in time; rows of `missing` have no value."""
    stream, truth = cruise(cycles=cycles)
    size = truth["hours"].size
    flows = {"water_flow": np.full(size, 2.5), "analyser_flow": np.full(size, 80.0), "vent_flow": np.full(size, -6.0)}
    for name, rows in missing.items():
        flows[name][rows] = np.nan
    noise = np.random.default_rng(4).normal(0, 0.3, size)
    return with_values(stream, co2=stream["co2"].values + noise, analyser_pressure=np.full(size, 1015.0), **flows), truth


def with_flag(stream, sensor, rows, flag, **options):
    """Calibrate with everything good but `sensor` in `rows`."""
    outcomes = []
    for name in dict.fromkeys((*SENSORS, sensor)):
        level = np.full(stream.sizes["time"], GOOD, dtype=np.int8)
        if name == sensor:
            level[rows] = flag
        outcomes.append(Outcome(variable=name, name="range", level=level))
    return calibrated(stream, outcomes=outcomes, **HEIGHT, **options)


def rows_of(truth, kind, count=4):
    return np.flatnonzero(truth[kind])[5 : 5 + count]


@pytest.mark.parametrize("flag", [QUESTIONABLE, BAD])
def test_a_flow_of_water_that_is_flagged_reaches_the_samples_of_water(flag):
    stream, truth = watched()
    rows = rows_of(truth, "water")
    found, _ = with_flag(stream, "water_flow", rows, flag)
    for name in ("xco2", "pco2", "fco2", "delta_fco2"):
        assert found[f"{name}_flag"].values[rows].tolist() == [flag] * 4, name
        assert set(found[f"{name}_flag_origin"].values[rows]) == {PROPAGATED}
    others = np.setdiff1d(np.flatnonzero(truth["water"]), rows)
    assert set(found["fco2_flag"].values[others]) == {GOOD}
    # What the analyser read is what it read, and the value stays for whoever overrules the flag.
    assert set(found["co2_flag"].values) == {GOOD}
    assert np.isfinite(found["fco2"].values[rows]).all()
    assert found["water_flow_flag"].values[rows].tolist() == [flag] * 4


@pytest.mark.parametrize("flag", [QUESTIONABLE, BAD])
def test_a_flow_of_water_does_not_matter_to_air_and_standard_gases(flag):
    stream, truth = watched()
    usual, _ = with_flag(stream, "water_flow", [], flag)
    dry, _ = with_flag(stream, "water_flow", ~truth["water"], flag)
    for name in ("fco2", "fco2_flag", "co2_flag", "xco2_air", "xco2_air_flag", "fco2_air_flag", "delta_fco2_flag", "fco2_uncertainty"):
        np.testing.assert_array_equal(dry[name].values, usual[name].values, name)


@pytest.mark.parametrize("flag", [QUESTIONABLE, BAD])
def test_a_flow_through_the_analyser_that_is_flagged_reaches_every_reading(flag):
    stream, truth = watched()
    rows = rows_of(truth, "water")
    found, _ = with_flag(stream, "analyser_flow", rows, flag)
    for name in ("co2", "xco2", "fco2"):
        assert found[f"{name}_flag"].values[rows].tolist() == [flag] * 4, name
    assert set(found["xco2_air_flag"].values[rows]) == {GOOD}
    air = np.flatnonzero(truth["on_air"])[4]
    found, _ = with_flag(stream, "analyser_flow", [air], flag)
    assert found["xco2_air_flag"].values[air] == found["fco2_air_flag"].values[air] == flag
    # The other reading of that run serves alone.
    by_test, _ = with_flag(stream, "co2", [air], flag)
    np.testing.assert_array_equal(found["xco2_air"].values, by_test["xco2_air"].values)
    assert (found["xco2_air"].values[truth["water"]] != with_flag(stream, "co2", [], flag)[0]["xco2_air"].values[truth["water"]]).any()


@pytest.mark.parametrize("flag", [QUESTIONABLE, BAD])
def test_a_standard_gas_that_did_not_flow_enters_no_calibration(flag):
    stream, _ = watched()
    row = np.flatnonzero(stream["run_type"].values == RUN_TYPES["STD3"])[2]
    found, _ = with_flag(stream, "analyser_flow", [row], flag)
    time = stream["time"].values[row]
    as_by_person, _ = calibrated(stream, people=[person("co2", time, time + np.timedelta64(1, "s"), flag)], **HEIGHT)
    for name in ("fco2", "fco2_uncertainty", "xco2_air"):
        np.testing.assert_array_equal(found[name].values, as_by_person[name].values, name)
    assert (found["fco2"].values != with_flag(stream, "analyser_flow", [], flag)[0]["fco2"].values).any()
    assert found["co2_flag"].values[row] == flag


def test_people_have_the_last_word():
    stream, truth = watched()
    rows = rows_of(truth, "water")
    start, end = stream["time"].values[rows[0]], stream["time"].values[rows[-1]] + np.timedelta64(1, "s")
    level = np.full(stream.sizes["time"], GOOD, dtype=np.int8)
    level[rows] = QUESTIONABLE
    outcomes = [Outcome(variable=name, name="range", level=np.ones_like(level)) for name in SENSORS]
    outcomes.append(Outcome(variable="water_flow", name="range", level=level))
    found, _ = calibrated(stream, outcomes=outcomes, people=[person("water_flow", start, end, GOOD)], **HEIGHT)
    assert set(found["fco2_flag"].values[rows]) == {GOOD}
    found, _ = calibrated(stream, outcomes=outcomes, people=[person("xco2", start, end, GOOD)], **HEIGHT)
    assert set(found["fco2_flag"].values[rows]) == {GOOD}


def test_which_diagnostics_act_is_an_option():
    stream, truth = watched()
    rows = rows_of(truth, "water")
    for sensor in ("water_flow", "analyser_flow"):
        found, _ = with_flag(stream, sensor, rows, BAD, diagnostics=[])
        assert set(found["fco2_flag"].values[rows]) == {GOOD}
        assert found[f"{sensor}_flag"].values[rows].tolist() == [BAD] * 4
    found, _ = with_flag(stream, "analyser_pressure", rows, BAD)
    assert set(found["fco2_flag"].values[rows]) == {GOOD}
    found, _ = with_flag(stream, "analyser_pressure", rows, BAD, diagnostics=[{"sensor": "analyser_pressure", "affects": "all"}])
    assert set(found["fco2_flag"].values[rows]) == {BAD}
    of_air = [{"sensor": "vent_flow", "affects": "air"}]
    everywhere = np.arange(stream.sizes["time"])
    found, _ = with_flag(stream, "vent_flow", everywhere, QUESTIONABLE, diagnostics=of_air)
    assert set(found["xco2_air_flag"].values[truth["on_air"]]) == {QUESTIONABLE}
    assert set(found["fco2_flag"].values[truth["water"]]) == {GOOD}
    assert np.isnan(found["xco2_air"].values[truth["water"]]).all()
    assert "vent_flow_flag" in found


def test_a_diagnostic_that_is_missing_acts_by_what_tests_made_of_it():
    stream, truth = watched()
    rows = np.append(rows_of(truth, "water"), np.flatnonzero(stream["run_type"].values == RUN_TYPES["STD3"])[2])
    gone, _ = watched(analyser_flow=rows)
    silent, _ = with_flag(gone, "co2", [], BAD)
    assert set(silent["fco2_flag"].values[rows[:-1]]) == {GOOD}
    found, _ = with_flag(gone, "analyser_flow", rows, BAD)
    assert set(found["analyser_flow_flag"].values[rows]) == {MISSING}
    assert set(found["co2_flag"].values[rows]) == {BAD}
    flagged, _ = with_flag(stream, "analyser_flow", rows, BAD)
    np.testing.assert_array_equal(found["fco2"].values, flagged["fco2"].values)
    assert (found["fco2"].values != silent["fco2"].values)[truth["water"]].any()


def test_what_a_station_asks_for_and_does_not_have_is_told():
    stream, _ = cruise()
    _, result = calibrated(stream)
    assert not [problem for problem in result.problems if "diagnostics" in problem.message]
    _, result = calibrated(stream, diagnostics=[{"sensor": "vent_flow", "affects": "all"}, {"sensor": "water_flow", "affects": "water"}])
    told = [problem.message for problem in result.problems if "diagnostics" in problem.message]
    assert told == ["diagnostics: the data have no vent_flow; nothing is passed on from it"]


def test_untested_flows_keep_nothing_from_being_good():
    stream, truth = watched()
    found, _ = with_flag(stream, "co2", [], GOOD)
    assert set(found["water_flow_flag"].values) == {NOT_EVALUATED}
    assert set(found["fco2_flag"].values[truth["water"]]) == {GOOD}


def test_diagnostics_are_words_of_the_vocabulary_in_its_units():
    words = {word.name: word for word in MEASURED}
    sensors = get_args(Diagnostic.model_fields["sensor"].annotation)
    assert set(sensors) <= set(words)
    options = CALIBRATOR.options.model_validate(
        {"standards": described_standards(), "diagnostics": [{"sensor": name, "affects": "all"} for name in sensors]}
    )
    required = {each.name: each for each in CALIBRATOR.requires(options)["*"]}
    provided = {word.name for words in CALIBRATOR.provides(options).values() for word in words}
    for name in sensors:
        assert required[name].optional
        assert required[name].units == words[name].units
        assert name in provided
