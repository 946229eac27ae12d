"""Tests of measured data judge in the unit that the calibrator requires, whatever unit the reader gives."""

import numpy as np
import pytest
from minutes import HALF_HOUR, LOG, write_log, write_station

import icos_core
from icos_core import Variable
from icos_core.exceptions import DataError, DescriptionError

pytestmark = pytest.mark.usefixtures("minutes")

BARO = '[[input]]\nreader = "minute-logger"\nkind = "baro"\nfiles = "raw/*.bar"\n'
BAROMETER = '[[calibrate]]\ncalibrator = "barometer"\n'
GOOD, BAD = 2, 4
PASCAL = (101_300.0, 101_250.0, 5_000.0)
LABEL = "range_inlet_pressure_bad"


def write_pressures(folder, pascal=PASCAL):
    write_log(folder, "p.bar", [f"2024-01-01T00:{minute:02d}:00Z,pressure={value}" for minute, value in enumerate(pascal)])


def write_signals(folder, count=3):
    write_log(folder, "s.log", [f"2024-01-01T00:{minute:02d}:00Z,signal=4.0,temperature=20,gas=0" for minute in range(count)])


def tree_of(folder, *tables):
    result = icos_core.run(write_station(folder, *tables))
    return result.tree


def test_usual_limits_are_in_the_unit_that_the_calibrator_requires(tmp_path):
    write_pressures(tmp_path)
    tree = tree_of(tmp_path, BARO, BAROMETER)
    measured = tree["/measured/baro"]
    assert measured["pressure"].attrs["units"] == "hPa"
    np.testing.assert_allclose(measured["pressure"], [1013.0, 1012.5, 50.0], rtol=1e-12)
    assert measured["pressure_flag"].values.tolist() == [1, 1, BAD]


def test_limits_of_the_station_are_in_that_unit_too(tmp_path):
    write_pressures(tmp_path)
    own = '[[qc]]\ntest = "range"\nvariable = "pressure"\nlabel = "range_inlet_pressure"\nbad_outside = [1012.7, 1100]\n'
    assert tree_of(tmp_path, BARO, BAROMETER, own)["/measured/baro"]["pressure_flag"].values.tolist() == [1, BAD, BAD]


def test_what_no_calibrator_requires_keeps_its_unit(tmp_path):
    write_pressures(tmp_path)
    own = '[[qc]]\ntest = "range"\nvariable = "pressure"\nbad_outside = [90_000, 110_000]\n'
    measured = tree_of(tmp_path, BARO, own)["/measured/baro"]
    assert measured["pressure"].attrs["units"] == "Pa"
    assert measured["pressure_flag"].values.tolist() == [1, 1, BAD]


@pytest.mark.parametrize("pascal", [PASCAL, ()], ids=["rows", "no rows"])
def test_joined_streams(tmp_path, pascal):
    write_signals(tmp_path)
    write_pressures(tmp_path, pascal)
    join = BARO + 'join = { onto = "log", method = "linear", limit = "5 min" }\n'
    tree = tree_of(tmp_path, LOG, join, BAROMETER + 'stream = "log"\n')
    log = tree["/calibrated/log"]
    assert log["pressure"].attrs["units"] == "hPa"
    # A bad value is not joined: the last row is without a neighbour.
    np.testing.assert_allclose(log["pressure"], [1013.0, 1012.5, np.nan] if pascal else [np.nan] * 3, rtol=1e-12)
    assert log["pressure_flag"].values.tolist() == ([1, 1, 9] if pascal else [9, 9, 9])


def test_each_calibrator_of_a_chain_tests_and_works_in_its_own_unit(tmp_path):
    write_pressures(tmp_path)
    second = BAROMETER + 'units = "kPa"\nlowest = 101.27\nhighest = 110.0\nresult = "second_pressure"\n'
    tree = tree_of(tmp_path, BARO, BAROMETER, second)
    measured, calibrated = tree["/measured/baro"], tree["/calibrated/baro"]
    assert measured["pressure"].attrs["units"] == "hPa"
    assert measured["pressure_flag"].values.tolist() == [1, BAD, BAD]
    bits = dict(zip(measured["pressure_tests"].attrs["flag_meanings"].split(), measured["pressure_tests"].attrs["flag_masks"], strict=True))
    first, other = (measured["pressure_tests"].values & bits[name] != 0 for name in (LABEL, "range_second_pressure_bad"))
    assert first.tolist() == [False, False, True]
    assert other.tolist() == [False, True, True]
    np.testing.assert_allclose(calibrated["second_pressure"], [101.3, 101.25, 5.0], rtol=1e-12)


def test_what_a_calibrator_makes_of_the_same_name_is_not_what_was_measured(tmp_path):
    """The first makes a height of the pressure, which the second requires in kilometres; its usual test is not about pressures."""
    write_pressures(tmp_path)
    first = BAROMETER + 'lowest = 900\nresult = "pressure"\nresult_units = "m"\n'
    second = BAROMETER + 'units = "km"\nresult = "height"\nlowest = 5000\nhighest = 6000\n'
    tree = tree_of(tmp_path, BARO, first, second)
    assert tree["/measured/baro"]["pressure"].attrs["units"] == "hPa"
    assert tree["/measured/baro"]["pressure_flag"].values.tolist() == [1, 1, BAD]
    np.testing.assert_allclose(tree["/calibrated/baro"]["height"], [1.013, 1.0125, 0.05], rtol=1e-12)


def test_before_condensing(tmp_path):
    """Periods are tested and joined one by one."""
    write_signals(tmp_path, 59)
    write_pressures(tmp_path, [101_300.0] * 30 + [5_000.0] * 29)
    join = BARO + 'join = { onto = "log", limit = "30 s" }\n'
    tree = tree_of(tmp_path, LOG, join, BAROMETER + 'stream = "log"\n', HALF_HOUR)
    assert tree["/calibrated/log"]["count"].values.tolist() == [30.0, 29.0]


def test_units_that_cannot_be_converted_are_named(tmp_path):
    write_pressures(tmp_path)
    station = write_station(tmp_path, BARO, BAROMETER + 'units = "m s-1"\n')
    with pytest.raises(
        DescriptionError, match=r"calibrate\[0\]: 'Pa' – expected pressure of stream 'baro' in units that convert to 'm s-1'"
    ):
        icos_core.run(station)


def test_units_of_a_file_that_are_not_those_announced_are_named(tmp_path, monkeypatch):
    """What a reader declares may not be what it gives: the units of the rows count."""
    from icos_minutes import logger  # on the path while the test plugin is installed

    write_pressures(tmp_path)
    station = write_station(tmp_path, BARO, BAROMETER)
    declared = logger.READER.provides(logger.LoggerOptions(kind="baro"))
    monkeypatch.setitem(logger.VOCABULARY, "baro", (Variable(name="pressure", units="m s-1"),))
    monkeypatch.setitem(logger.READER.__dict__, "provides", lambda options: declared)
    with pytest.raises(DataError, match=r"input\[0\] \(minute-logger\): pressure of stream 'baro' is in 'm s-1'.*'hPa'.*'barometer'"):
        icos_core.run(station, jobs=1)
