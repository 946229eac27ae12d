"""What flags do: they act on what follows, and follow from what was used."""

import numpy as np
import pytest
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.vocabulary import RUN_TYPES
from small_cruise import calibrated, cruise, described_standards, person, with_values

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE, quantities
from icos_core.flags import AUTOMATIC, PERSON, PROPAGATED, decode_bits

HEIGHT = {"barometer_height": 20.0}
SENSORS = ("co2", "sst", "salinity", "equilibrator_temperature", "equilibrator_pressure", "atmospheric_pressure", "latitude", "longitude")


def all_passed(stream, **levels):
    """Outcomes of a test that every sensor passed, but where `levels` say otherwise."""
    good = np.full(stream.sizes["time"], GOOD, dtype=np.int8)
    return [Outcome(variable=name, name="range", level=levels.get(name, good)) for name in SENSORS if name in stream]


def on_rows(stream, rows, flag):
    level = np.full(stream.sizes["time"], GOOD, dtype=np.int8)
    level[rows] = flag
    return level


def same(left, right, name):
    a, b = left[name].values, right[name].values
    return (a == b) | (np.isnan(a) & np.isnan(b)) if a.dtype.kind == "f" else a == b


def noisy(cycles=6, seed=3):
    """A cruise whose standards do not lie on straight lines in time, so that leaving one out changes values."""
    stream, truth = cruise(cycles=cycles)
    noise = np.random.default_rng(seed).normal(0, 0.3, truth["hours"].size)
    return with_values(stream, co2=stream["co2"].values + noise), truth


@pytest.mark.parametrize("rejected", ["leave-out", "bridge"])
@pytest.mark.parametrize(("word", "run"), [("STD2", 2), ("STD3", 3), ("STD4", 1)])
def test_a_persons_flag_on_one_run_changes_exactly_the_samples_between_its_neighbours(word, run, rejected):
    stream, truth = noisy()
    before, _ = calibrated(stream, rejected_runs=rejected, **HEIGHT)
    runs = np.flatnonzero(stream["run_type"].values == RUN_TYPES[word])
    time = stream["time"].values
    flag = person("co2", time[runs[run]], time[runs[run]] + np.timedelta64(1, "s"), BAD)
    after, _ = calibrated(stream, rejected_runs=rejected, people=[flag], **HEIGHT)
    number = np.arange(time.size)
    between = (number > runs[run - 1]) & (number < runs[run + 1])
    for name, samples in (("fco2", truth["water"]), ("xco2", truth["water"]), ("fco2_uncertainty", truth["water"])):
        np.testing.assert_array_equal(~same(before, after, name), between & samples, name)
    measured_air = ~same(before, after, "xco2_air") & truth["on_air"]
    np.testing.assert_array_equal(measured_air, between & truth["on_air"])
    changed_flags = [name for name in quantities(after) if not same(before, after, f"{name}_flag")[~between].all()]
    assert set(changed_flags) <= {"xco2_air", "pco2_air", "fco2_air", "delta_fco2"}
    assert after["co2_flag"].values[runs[run]] == BAD
    assert after["co2_flag_origin"].values[runs[run]] == PERSON
    withdrawn, _ = calibrated(stream, rejected_runs=rejected, **HEIGHT)
    assert withdrawn.identical(before)


def test_a_test_on_the_reading_of_a_standard_acts_like_a_person():
    stream, _ = noisy()
    row = np.flatnonzero(stream["run_type"].values == RUN_TYPES["STD3"])[2]
    time = stream["time"].values[row]
    for flag in (QUESTIONABLE, BAD):
        by_test, _ = calibrated(stream, outcomes=[Outcome(variable="co2", name="spike", level=on_rows(stream, row, flag))])
        by_person, _ = calibrated(stream, people=[person("co2", time, time + np.timedelta64(1, "s"), flag)])
        np.testing.assert_array_equal(by_test["fco2"].values, by_person["fco2"].values)


@pytest.mark.parametrize(
    ("sensor", "questionable", "bad"),
    [
        ("sst", QUESTIONABLE, BAD),
        ("equilibrator_temperature", QUESTIONABLE, BAD),
        ("co2", QUESTIONABLE, BAD),
        ("salinity", GOOD, QUESTIONABLE),
        ("latitude", GOOD, BAD),
        ("longitude", GOOD, BAD),
    ],
)
def test_what_flags_of_sensors_make_of_fco2(sensor, questionable, bad):
    stream, truth = cruise()
    water = np.flatnonzero(truth["water"])
    standards = np.flatnonzero(~truth["water"] & ~truth["on_air"])
    for flag, expected in ((QUESTIONABLE, questionable), (BAD, bad)):
        rows = water[5:9]
        off = {"fill": {"sst": 0, "salinity": 0}, **HEIGHT}
        found, _ = calibrated(stream, outcomes=all_passed(stream, **{sensor: on_rows(stream, rows, flag)}), **off)
        assert found["fco2_flag"].values[rows].tolist() == [expected] * 4
        others = np.setdiff1d(water, rows)
        assert set(found["fco2_flag"].values[others]) == {GOOD}
        assert set(found["fco2_flag"].values[standards]) == {MISSING}
        # The value stays for whoever overrules the flag.
        assert np.abs(found["fco2"].values - truth["fco2"])[water].max() < 1e-6
        assert set(found["fco2_flag_origin"].values[rows]) == {PROPAGATED if expected != GOOD else AUTOMATIC}


def test_a_bad_position_does_not_touch_calibration_runs():
    stream, truth = cruise()
    everywhere = np.full(stream.sizes["time"], BAD, dtype=np.int8)
    found, _ = calibrated(stream, outcomes=all_passed(stream, latitude=everywhere), **HEIGHT)
    assert np.abs(found["fco2"].values - truth["fco2"])[truth["water"]].max() < 1e-6
    assert set(found["fco2_flag"].values[truth["water"]]) == {BAD}
    assert BAD not in found["co2_flag"].values


def test_a_missing_position_with_a_failed_test_makes_bad():
    stream, truth = cruise()
    rows = np.flatnonzero(truth["water"])[:3]
    latitude = stream["latitude"].values.copy()
    latitude[rows] = np.nan
    lost = with_values(stream, latitude=latitude)
    found, _ = calibrated(lost, outcomes=all_passed(lost, latitude=on_rows(lost, rows, BAD)), **HEIGHT)
    assert found["fco2_flag"].values[rows].tolist() == [BAD] * 3


def test_a_questionable_pressure_is_used_and_a_bad_one_is_not():
    stream, truth = cruise()
    rows = np.flatnonzero(truth["water"])[5:9]
    doubtful, _ = calibrated(stream, outcomes=all_passed(stream, equilibrator_pressure=on_rows(stream, rows, QUESTIONABLE)), **HEIGHT)
    assert np.abs(doubtful["fco2"].values - truth["fco2"])[rows].max() < 1e-6
    assert doubtful["fco2_flag"].values[rows].tolist() == [QUESTIONABLE] * 4
    wrong, _ = calibrated(stream, outcomes=all_passed(stream, equilibrator_pressure=on_rows(stream, rows, BAD)), **HEIGHT)
    source = wrong["equilibrator_pressure_source"]
    assert source.values[rows].tolist() == [4] * 4
    np.testing.assert_allclose(wrong["equilibrator_pressure"].values[rows], wrong["sea_level_pressure"].values[rows] + 3.0)
    assert wrong["fco2_flag"].values[rows].tolist() == [GOOD] * 4
    none, result = calibrated(
        stream, outcomes=all_passed(stream, equilibrator_pressure=on_rows(stream, rows, BAD)), pressure_sources=["equilibrator"]
    )
    assert none["fco2_flag"].values[rows].tolist() == [MISSING] * 4
    assert any("4 of 48 water samples have no equilibrator pressure from any of: equilibrator" in str(each) for each in result.problems)


def test_salinity_never_acts_on_air():
    stream, truth = cruise()
    everywhere = np.full(stream.sizes["time"], BAD, dtype=np.int8)
    found, _ = calibrated(stream, outcomes=all_passed(stream, salinity=everywhere), **HEIGHT)
    assert set(found["fco2_flag"].values[truth["water"]]) == {QUESTIONABLE}
    assert set(found["fco2_air_flag"].values[truth["on_air"]]) == {GOOD}
    usual, _ = calibrated(with_values(stream, salinity=np.full(truth["hours"].shape, 35.0)), outcomes=all_passed(stream), **HEIGHT)
    wild = with_values(stream, salinity=np.full(truth["hours"].shape, 1007.58))
    found, _ = calibrated(wild, outcomes=all_passed(wild, salinity=everywhere), **HEIGHT)
    np.testing.assert_array_equal(found["fco2_air"].values, usual["fco2_air"].values)


def test_fco2_is_not_called_good_where_an_input_was_not_tested():
    stream, truth = cruise()
    untested, _ = calibrated(stream, outcomes=[each for each in all_passed(stream) if each.variable != "sst"], **HEIGHT)
    assert set(untested["fco2_flag"].values[truth["water"]]) == {NOT_EVALUATED}
    everything, _ = calibrated(stream, outcomes=all_passed(stream), **HEIGHT)
    assert set(everything["fco2_flag"].values[truth["water"]]) == {GOOD}


def test_air_readings_that_failed_are_not_interpolated():
    stream, truth = cruise()
    air = np.flatnonzero(truth["on_air"])
    reading = stream["co2"].values.copy()
    reading[air[2]] += 30.0
    spoilt = with_values(stream, co2=reading)
    for flag in (QUESTIONABLE, BAD):
        found, _ = calibrated(spoilt, outcomes=all_passed(spoilt, co2=on_rows(spoilt, air[2], flag)), **HEIGHT)
        water = truth["water"] & np.isfinite(found["xco2_air"].values)
        # Air rises linearly; one reading of a run less shifts its mean in time as in value.
        assert np.abs(found["xco2_air"].values - truth["air"])[water].max() < 1e-6
        assert found["xco2_air_flag"].values[air[2]] == flag
        assert set(found["xco2_air_flag"].values[water]) == {GOOD}


def test_air_that_rests_on_doubtful_standards_is_questionable_at_the_samples_too():
    stream, truth = cruise()
    found, _ = calibrated(stream, outcomes=all_passed(stream), minimum_standards=3, standards=described_standards()[:2], **HEIGHT)
    water = truth["water"] & np.isfinite(found["xco2_air"].values)
    assert set(found["xco2_air_flag"].values[water]) == {QUESTIONABLE}
    assert decode_bits(found, "xco2_air_tests")["air_reading_questionable"][water].all()
    assert set(found["delta_fco2_flag"].values[water]) == {QUESTIONABLE}


def test_cascades_name_variables_that_there_are():
    options = CALIBRATOR.options.model_validate({"standards": described_standards(), "dry_samples": True})
    names = {word.name for word in CALIBRATOR.provides(options)["*"]}
    for cascade in CALIBRATOR.cascades(options)["*"]:
        assert {cascade.source, cascade.target} <= names


def test_the_usual_tests():
    options = CALIBRATOR.options.model_validate({"standards": described_standards(), "water_run_types": ["EQU", "UNK"]})
    tests = CALIBRATOR.default_tests(options)
    names = {each["test"] for each in tests}
    assert {"range", "spike", "position", "speed", "delta-temperature"} <= names
    difference = next(each for each in tests if each["test"] == "delta-temperature")
    assert difference["where"] == {"run_type": ["EQU", "UNK"]}
