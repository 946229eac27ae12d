"""Corrections in a station description and in whole runs: what is checked before reading, what stands before what."""

import numpy as np
import pytest
from minutes import GAIN, HALF_HOUR, LOG, log_lines, write_log, write_station

import icos_core
from icos_core.describing.description import load_description
from icos_core.exceptions import DataError, DescriptionError
from icos_core.plugins import installed_plugins

pytestmark = pytest.mark.usefixtures("minutes")

CORRECT = '[[calibrate]]\ncalibrator = "sensor-correction"\n[[calibrate.correct]]\nvariable = "signal"\noffset = 1.0\nunits = "V"\n'
CHOOSE = '[[calibrate]]\ncalibrator = "sensor-choice"\n[[calibrate.choose]]\nvariable = "best"\nsensors = ["signal", "signal_2"]\n'
SHIFT = '[[calibrate]]\ncalibrator = "time-shift"\n[[calibrate.shift]]\nvariables = ["signal"]\nseconds = 60\n'
TWO = (
    '[[input]]\nreader = "minute-logger"\nfiles = "raw/*.two"\nstream = "two"\njoin = { onto = "log", limit = "1 min" }\n'
    '[input.rename]\nsignal = "signal_2"\ntemperature = "temperature_2"\ngas = "gas_2"\n'
)


def write_both(folder, lines):
    """Write what two instruments have logged, the second 2 V above the first."""
    write_log(folder, "a.log", lines)
    time_and_signal = (line.split(",")[:2] for line in lines)
    write_log(folder, "a.two", [f"{time},signal={float(cell[7:]) + 2:.4f},temperature=20,gas=0" for time, cell in time_and_signal])


def mistakes(folder, *tables):
    with pytest.raises(DescriptionError) as error:
        load_description(write_station(folder, LOG, TWO, *tables), installed_plugins())
    return str(error.value)


@pytest.mark.parametrize("table", [CORRECT, CHOOSE, SHIFT], ids=["correction", "choice", "shift"])
def test_a_variable_that_no_stream_has_is_told_before_reading(tmp_path, table):
    told = mistakes(tmp_path, table.replace('"signal"', '"sinal"'))
    assert "sinal in stream 'log', which calibrator" in told
    assert "did you mean 'signal'?" in told


def test_overlaps_are_told_with_their_line(tmp_path):
    told = mistakes(tmp_path, CORRECT + '[[calibrate.correct]]\nvariable = "signal"\noffset = 2.0\n')
    assert "1 mistake" in told
    assert "corrections of 'signal' that do not overlap; x + 1 from the beginning to the end and x + 2 from" in told


@pytest.mark.parametrize("table", [CORRECT, CHOOSE, SHIFT], ids=["correction", "choice", "shift"])
def test_what_follows_still_finds_its_variables_and_units(tmp_path, table):
    """The gain requires the signal in mV; what stands before it leaves the word and its unit."""
    write_both(tmp_path, log_lines(hours=2))
    tree = icos_core.run(write_station(tmp_path, LOG, TWO, table, GAIN)).tree
    before, after = (tree[f"/{stage}/log"].to_dataset() for stage in ("measured", "calibrated"))
    assert before["signal"].attrs["units"] == "mV"
    expected = {CORRECT: before["signal"] + 1000.0, CHOOSE: before["signal"], SHIFT: before["signal"].shift(time=-1)}[table]
    np.testing.assert_allclose(after["mole_fraction"], expected / 10.0, rtol=1e-12)


def test_the_sensor_chosen_can_be_asked_for_in_a_test(tmp_path):
    lines = log_lines(hours=1)
    lines[10:20] = [line.replace("signal=", "signal=9") for line in lines[10:20]]
    write_both(tmp_path, lines)
    tests = '[[qc]]\ntest = "range"\nvariable = "signal"\nbad_outside = [0, 20]\n'
    tests += (
        '[[qc]]\ntest = "range"\nvariable = "best"\nlabel = "second"\nbad_outside = [900, 1000]\nwhere = { best_sensor = ["signal_2"] }\n'
    )
    log = icos_core.run(write_station(tmp_path, LOG, TWO, CHOOSE, tests)).tree["/calibrated/log"].to_dataset()
    assert log["best_sensor"].values.tolist() == [1] * 10 + [2] * 10 + [1] * 40
    assert log["best_flag"].values.tolist() == [1] * 10 + [4] * 10 + [1] * 40


@pytest.mark.parametrize("table", [CORRECT, CHOOSE], ids=["correction", "choice"])
def test_before_a_calibrator_that_condenses(tmp_path, table):
    """However files are cut, the same; what is told is told once, not per period."""
    lines = log_lines(hours=4)
    whole, pieces = tmp_path / "whole", tmp_path / "pieces"
    write_both(whole, lines)
    write_both(pieces, lines)
    (pieces / "raw" / "a.log").unlink()
    for number, (start, end) in enumerate(((0, 47), (47, 100), (100, len(lines)))):
        write_log(pieces, f"{number}.log", lines[start:end])
    runs = [icos_core.run(write_station(folder, LOG, TWO, table, HALF_HOUR)) for folder in (whole, pieces)]
    first, second = (run.tree["/calibrated/log"].to_dataset() for run in runs)
    assert first.sizes["time"] == 8
    np.testing.assert_array_equal(first["mean_signal"], second["mean_signal"])
    titles = [each.title for each in runs[0].finished.flow.tables]
    assert titles.count("Sensor corrections") == (table == CORRECT)


def test_a_correction_reaches_what_is_condensed(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    plain, corrected = (
        icos_core.run(write_station(tmp_path, LOG, *tables, HALF_HOUR), tmp_path / str(len(tables))).tree["/calibrated/log"].to_dataset()
        for tables in ((), (CORRECT,))
    )
    np.testing.assert_allclose(corrected["mean_signal"], plain["mean_signal"] + 1.0, rtol=1e-12)


def test_what_looks_at_other_rows_cannot_stand_before_one_that_condenses(tmp_path):
    assert "a calibrator that works row by row" in mistakes(tmp_path, SHIFT, HALF_HOUR)
    write_both(tmp_path, log_lines(hours=1))
    with pytest.raises(DataError, match="align looks at other rows, so it cannot stand before a calibrator that condenses"):
        icos_core.run(write_station(tmp_path, LOG, TWO, CHOOSE + "align = true\n", HALF_HOUR))
