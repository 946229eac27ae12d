"""The calibrator dry-xco2: fCO2 from mole fractions as an instrument reports them."""

import numpy as np
import pytest
from icos_ocean.calibration.dry_xco2 import CALIBRATOR
from icos_ocean.calibration.dry_xco2_options import DryXCO2Options
from icos_ocean.fco2_uncertainty import fco2_sensitivities
from icos_ocean.seawater_co2 import fco2_chain
from pydantic import ValidationError
from reported_mole_fractions import STREAM, calibrated, deployment

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, QUESTIONABLE
from icos_core.exceptions import DataError
from icos_core.flags import decode_bits
from icos_core.people import PersonFlag
from icos_core.testing import CalibratorContract, example_context


@pytest.mark.parametrize("in_situ", [True, False])
def test_the_truth_is_found(in_situ):
    stream, truth = deployment(in_situ=in_situ)
    found, _ = calibrated(stream)
    water, air = truth["water"], truth["air"]
    np.testing.assert_allclose(found["fco2"].values[water], truth["fco2"][water], atol=1e-6)
    np.testing.assert_allclose(found["fco2_air"].values[air], truth["fco2_air"][air], atol=1e-6)
    assert np.isnan(found["fco2"].values[air]).all()
    between = water & np.isfinite(found["xco2_air"].values)
    np.testing.assert_allclose(found["xco2_air"].values[between], truth["xco2_air"][between], atol=1e-6)
    assert between.sum() == water.sum() - 1  # nothing is known before the first run of air


def test_what_belongs_to_an_equilibrator_is_given_only_where_there_is_one():
    of_equilibrator = {"delta_temperature", "equilibrator_temperature", "pco2_equilibrator", "fco2_equilibrator"}
    assert of_equilibrator.isdisjoint(calibrated(deployment(in_situ=True)[0])[0])
    assert of_equilibrator < set(calibrated(deployment(in_situ=False)[0])[0])


def test_wet_mole_fractions_are_dried_with_the_mole_fraction_of_water():
    _, truth = deployment()
    h2o = np.linspace(5.0, 15.0, truth["xco2"].size)
    stream, _ = deployment(xco2_dry=None, xco2_wet=truth["xco2"] * (1 - h2o / 1000), h2o=h2o)
    found, _ = calibrated(stream, mole_fraction="xco2_wet", drying="h2o")
    np.testing.assert_allclose(found["xco2"].values[truth["water"]], truth["xco2"][truth["water"]], rtol=1e-12)
    expected = truth["xco2"] / (1 - h2o / 1000) / 1000 * 0.1
    by_x = fco2_sensitivities(truth["xco2"], truth["pressure"], truth["sst"], truth["salinity"], truth["sst"]).xco2
    np.testing.assert_allclose(found["fco2_uncertainty_drying"].values[truth["water"]], (by_x * expected)[truth["water"]], rtol=1e-9)


def test_wet_mole_fractions_are_dried_with_the_partial_pressure_of_water():
    """By hand: 12.5 hPa of 1000 hPa are 1.25 %, so 400 becomes 400/0.9875 = 405.063; dividing by 1 - P would give -0.4."""
    rows = 16
    stream, truth = deployment(
        xco2_dry=None, xco2_wet=np.full(rows, 400.0), humidity_pressure=np.full(rows, 12.5), analyser_pressure=np.full(rows, 1000.0)
    )
    found, _ = calibrated(stream, mole_fraction="xco2_wet", drying="humidity_pressure")
    np.testing.assert_allclose(found["xco2"].values[truth["water"]], 405.0632911392405, rtol=1e-12)
    np.testing.assert_allclose(found["xco2_air"].values[truth["air"]], 405.0632911392405, rtol=1e-12)


def test_no_value_where_the_humidity_cannot_be():
    rows = 16
    humidity = np.full(rows, 10.0)
    humidity[:4] = [np.nan, 1000.0, 2000.0, 10.0]
    cell = np.full(rows, 1000.0)
    cell[4] = 0.0
    stream, truth = deployment(xco2_dry=None, xco2_wet=np.full(rows, 400.0), humidity_pressure=humidity, analyser_pressure=cell)
    found, _ = calibrated(stream, mole_fraction="xco2_wet", drying="humidity_pressure")
    given = np.where(truth["water"], found["xco2"].values, found["xco2_air"].values)
    assert np.isnan(given[[0, 1, 2, 4]])[[0, 1, 3]].all()
    assert (given[5:] > 0).all()


def test_pressure_is_converted_once():
    """Converted twice, the fugacity of 410 µmol/mol at 1010 hPa and 15 °C would be nearly the partial pressure: 1.47 µatm too much."""
    rows = 16
    stream, truth = deployment(
        xco2_dry=np.full(rows, 410.0), sst=np.full(rows, 15.0), salinity=np.full(rows, 35.0), equilibrator_pressure=np.full(rows, 1010.0)
    )
    found, _ = calibrated(stream)
    difference = (found["pco2"].values - found["fco2"].values)[truth["water"]]
    np.testing.assert_allclose(difference, 1.47, atol=0.03)


@pytest.mark.parametrize(
    ("variables", "options", "expected"),
    [
        ({"analyser_pressure": 1020.0, "equilibrator_differential_pressure": 8.0}, ("analyser-differential", "subtract"), 1012.0),
        ({"analyser_pressure": 1020.0, "equilibrator_differential_pressure": 8.0}, ("analyser-differential", "add"), 1028.0),
        ({"analyser_pressure": 1020.0}, ("analyser", -7.5), 1012.5),
        ({"atmospheric_pressure": 1011.0}, ("atmospheric", 0.0), 1011.0),
        ({"atmospheric_pressure": 1011.0}, ("atmospheric", 3.0), 1014.0),
    ],
)
def test_sources_of_the_pressure(variables, options, expected):
    source, value = options
    key = {"analyser-differential": "differential_sign", "analyser": "analyser_pressure_offset", "atmospheric": "overpressure"}[source]
    rows = {name: np.full(16, each) for name, each in variables.items()}
    stream, truth = deployment(equilibrator_pressure=None, **rows)
    found, _ = calibrated(stream, pressure_sources=[source], **{key: value})
    np.testing.assert_allclose(found["equilibrator_pressure"].values, expected)
    meanings = found["equilibrator_pressure_source"].attrs["flag_meanings"].split()
    used = {meanings[code] for code in found["equilibrator_pressure_source"].values}
    assert used == {
        {
            "analyser-differential": "analyser_cell_and_differential",
            "analyser": "analyser_cell",
            "atmospheric": "atmospheric_at_sea_level_and_overpressure",
        }[source]
    }
    assert np.isfinite(found["fco2"].values[truth["water"]]).all()


def test_salinity_that_a_station_states():
    stream, truth = deployment(salinity=None)
    found, _ = calibrated(stream, salinity=34.0, uncertainty={"assumed_salinity": 2.0})
    assert set(found["salinity"].values) == {34.0}
    assert found["salinity_source"].attrs["flag_meanings"].split()[2] == "assumed"
    assert set(found["salinity_source"].values) == {2}
    water = truth["water"]
    x, P, t = (found[name].values[water] for name in ("xco2", "equilibrator_pressure", "sst"))
    np.testing.assert_allclose(found["fco2"].values[water], fco2_chain(x, P, t, np.full(x.size, 34.0), t).fco2_sst, rtol=1e-12)
    by_salinity = fco2_sensitivities(x, P, t, 34.0, t).salinity
    np.testing.assert_allclose(found["fco2_uncertainty_salinity"].values[water], 2.0 * np.abs(by_salinity), rtol=1e-9)
    tested = [Outcome(variable=name, name="range", level=np.full(16, GOOD, dtype=np.int8)) for name in ("sst", "xco2_dry")]
    tested.append(Outcome(variable="equilibrator_pressure", name="range", level=np.full(16, GOOD, dtype=np.int8)))
    found, _ = calibrated(stream, outcomes=tested, salinity=34.0)
    assert set(found["fco2_flag"].values[water]) == {GOOD}


def test_a_stated_salinity_stands_in_row_by_row():
    measured = np.full(16, 35.0)
    measured[:6] = np.nan
    stream, truth = deployment(salinity=measured)
    found, _ = calibrated(stream, salinity=33.0, uncertainty={"salinity": 0.0, "assumed_salinity": 1.0})
    assert found["salinity"].values.tolist() == [33.0] * 6 + [35.0] * 10
    assert found["salinity_source"].values.tolist() == [2] * 6 + [0] * 10
    term = found["fco2_uncertainty_salinity"].values
    assert (term[:6][truth["water"][:6]] > 0).all()
    assert (term[6:][truth["water"][6:]] == 0).all()


def test_without_any_salinity_the_error_says_so():
    stream, _ = deployment(salinity=None)
    with pytest.raises(DataError, match="salinity"):
        calibrated(stream)


def test_corrections_hold_while_they_are_valid():
    stream, truth = deployment(cycles=12)
    middle = "2024-05-01T02:00:00Z"
    corrections = [
        {"factor": 1.01, "offset": -2.0, "valid_to": middle, "uncertainty": 0.7},
        {"offset": 1.5, "valid_from": middle, "valid_to": "2024-05-01T03:00:00Z"},
    ]
    found, _ = calibrated(stream, corrections=corrections, uncertainty={"instrument": 0.4, "reading": 0.0})
    rows = np.arange(24)
    reported = truth["xco2"]
    expected = np.select([rows < 12, rows < 18], [1.01 * reported - 2.0, reported + 1.5], reported)
    water = truth["water"]
    np.testing.assert_allclose(found["xco2"].values[water], expected[water], rtol=1e-12)
    np.testing.assert_allclose(found["xco2_uncertainty"].values[water], np.where(rows < 12, 0.7, 0.4)[water], rtol=1e-12)


def test_a_gas_is_compared_with_its_value():
    words = ("EQU", "SPAN", "ATM")
    stream, truth = deployment(words=words)
    reported = truth["xco2"].copy()
    span = np.arange(24) % 3 == 1
    reported[span] = 501.0
    reported[4] = 505.0
    stream, _ = deployment(words=words, xco2_dry=reported)
    found, result = calibrated(stream, checks=[{"run_type": "SPAN", "xco2": 500.0, "cylinder": "A1"}])
    flags = found["xco2_dry_flag"].values
    assert flags[4] == QUESTIONABLE
    assert set(flags[span & (np.arange(24) != 4)]) == {GOOD}
    assert decode_bits(found, "xco2_dry_tests")["check_gas_questionable"].nonzero()[0].tolist() == [4]
    assert "1 of 8 readings of SPAN (A1) are more than 2 µmol mol⁻¹ off" in " ".join(map(str, result.problems))
    [table] = [table for table in result.tables if table.title == "Check gases"]
    assert table.rows[0][:6] == ("SPAN", "A1", 500.0, 8, 8, 1.5)
    assert np.array_equal(np.isfinite(found["standard_xco2"].values), span)
    # It corrects nothing.
    np.testing.assert_allclose(found["xco2"].values[truth["water"]], truth["xco2"][truth["water"]])


def test_flags_follow_from_what_is_measured():
    stream, truth = deployment()
    row = int(np.flatnonzero(truth["water"])[3])
    level = np.full(16, GOOD, dtype=np.int8)
    level[row] = BAD
    for source, reached in (("sst", ("fco2", "pco2", "water_vapour_pressure")), ("xco2_dry", ("xco2", "fco2", "pco2"))):
        found, _ = calibrated(stream, outcomes=[Outcome(variable=source, name="range", level=level)], fill={"sst": "0 s"})
        for name in reached:
            assert found[f"{name}_flag"].values[row] == BAD, (source, name)
            assert BAD not in found[f"{name}_flag"].values[np.arange(16) != row]


def test_a_persons_flag_on_the_reading_is_followed():
    stream, truth = deployment()
    row = int(np.flatnonzero(truth["water"])[3])
    time = stream["time"].values
    flag = PersonFlag(
        id="p1", stream=STREAM, variable="xco2_dry", start=time[row], end=time[row + 1], flag=BAD, who="a", when="2024-06-01", why="b"
    )
    found, _ = calibrated(stream, people=[flag])
    assert found["fco2_flag"].values[row] == BAD


def test_the_temperature_term_in_situ_is_that_of_one_thermometer():
    """An error of SST acts through vapour pressure, fugacity and nothing else: by a difference quotient."""
    stream, truth = deployment()
    found, _ = calibrated(stream, uncertainty={"sst": 0.1, "equilibrator_temperature": 5.0})
    warmer, _ = calibrated(deployment(sst=truth["sst"] + 0.001)[0])
    colder, _ = calibrated(deployment(sst=truth["sst"] - 0.001)[0])
    water = truth["water"]
    slope = (warmer["fco2"].values - colder["fco2"].values) / 0.002
    np.testing.assert_allclose(found["fco2_uncertainty_temperature"].values[water], 0.1 * np.abs(slope[water]), rtol=1e-5)
    assert (found["fco2_uncertainty_method"].values[water] == 0).all()


def test_the_accuracy_of_the_instrument_cancels_in_the_difference():
    """Water and air at the same fCO2 err by nearly the same amount."""
    stream, truth = deployment()
    nothing = dict.fromkeys(("sst", "pressure", "salinity", "reading", "sea_level_pressure"), 0.0) | {"variability": {"air": 0.0}}
    found, _ = calibrated(stream, uncertainty={"instrument": 2.0, **nothing})
    water = truth["water"] & np.isfinite(found["delta_fco2"].values)
    alone = found["fco2_uncertainty"].values[water]
    assert (alone > 1.8).all()
    assert (found["delta_fco2_uncertainty"].values[water] < 0.02).all()
    found, _ = calibrated(stream, uncertainty={"instrument": 0.0, "instrument_relative": 0.01, **nothing})
    np.testing.assert_allclose(
        found["delta_fco2_uncertainty"].values[water], 0.01 * np.abs(found["delta_fco2"].values[water]), rtol=0.02, atol=0.01
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"drying": "h2o"}, "dry already"),
        ({"mole_fraction": "xco2_wet"}, "has to be dried"),
        ({"mole_fraction": "xco2"}, "xco2_dry"),
        ({"corrections": [{"offset": 1}, {"offset": 2}]}, "two hold at the same time"),
        ({"checks": [{"run_type": "SPAN", "xco2": 1}, {"run_type": "SPAN", "xco2": 2}]}, "SPAN is given twice"),
        ({"checks": [{"run_type": "EQU", "xco2": 1}]}, "run type of samples"),
        ({"salinity": 70}, "less than or equal to 50"),
        ({"standards": []}, "standards"),
    ],
)
def test_mistakes_are_named(changes, words):
    with pytest.raises(ValidationError, match=words):
        DryXCO2Options.model_validate(changes)


def test_every_option_is_described_and_survives_json():
    schema = DryXCO2Options.model_json_schema()
    assert all("description" in entry for table in (schema, *schema["$defs"].values()) for entry in table["properties"].values())
    stated = DryXCO2Options(mole_fraction="xco2_wet", drying="h2o", salinity=35.0)
    assert DryXCO2Options.model_validate_json(stated.model_dump_json()) == stated


def test_the_usual_tests_are_those_of_the_reading():
    tests = CALIBRATOR.default_tests(DryXCO2Options())
    assert not [test for test in tests if test.get("variable") == "co2"]
    assert {test["test"] for test in tests if test.get("variable") == "xco2_dry"} == {
        *("range", "spike", "rate-of-change", "flat-line", "rolling-outlier")
    }


def test_two_streams_need_a_name():
    stream, _ = deployment()
    with pytest.raises(DataError, match="name one with stream"):
        CALIBRATOR.calibrate({"one": stream, "two": stream}, DryXCO2Options(), example_context())


class TestDryXCO2(CalibratorContract):
    calibrator = CALIBRATOR
    given = {"barometer_height": 2.0, "checks": [{"run_type": "SPAN", "xco2": 500.0}]}

    def measured(self, folder):  # nothing is written
        stream, _ = deployment(in_situ=False, words=("EQU", "SPAN", "ATM"), cycles=20)
        return {STREAM: stream}, DryXCO2Options.model_validate(self.given)


class TestDriedInSitu(TestDryXCO2):
    given = {"mole_fraction": "xco2_wet", "drying": "humidity_pressure", "salinity": 35.0, "barometer_height": 2.0}

    def measured(self, folder):
        _, truth = deployment(cycles=20)
        humidity, cell = np.full(40, 12.0), np.full(40, 1005.0)
        stream, _ = deployment(
            cycles=20, xco2_dry=None, xco2_wet=truth["xco2"] * (1 - 12 / 1005), humidity_pressure=humidity, analyser_pressure=cell
        )
        return {STREAM: stream}, DryXCO2Options.model_validate(self.given)
