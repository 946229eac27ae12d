"""Calibrator fco2 on the real cruise of the OTC Data Reduction Workshop, against figures evaluated elsewhere."""

import csv
from datetime import UTC, datetime

import numpy as np
import pytest
from icos_ocean.quality.delta_temperature import TEST as DELTA_TEMPERATURE
from icos_ocean.readers.general_oceanics import READER
from icos_ocean.vocabulary import RUN_TYPES, STREAM
from small_cruise import calibrated, person

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.testing import example_context

pytestmark = pytest.mark.realdata

FOLDER = "ocean/icos_otc_workshop"
CRUISE = "part4_input_raw_cruise_dat.txt"
GASES = [
    {"run_type": "STD1", "role": "zero", "xco2": 0.0},
    {"run_type": "STD2", "xco2": 228.4},
    {"run_type": "STD3", "xco2": 412.5},
    {"run_type": "STD4", "xco2": 507.77},
    {"run_type": "STD1z", "role": "zero", "xco2": 0.0},
    {"run_type": "STD4s", "role": "span", "xco2": 507.77},
]
OFF = {"sst": 0, "salinity": 0, "ambient_pressure": 0}
AS_MEASURED = {"standards": GASES, "pressure_sources": ["ambient-differential"], "fill": OFF, "barometer_height": 40}


def read(folder, name, date_format):
    result = READER.read(folder / FOLDER / name, READER.options(date_format=date_format), example_context())
    return result.streams[STREAM]


def in_range(stream, **limits):
    """Outcomes of a range test."""
    outcomes = []
    for name, (low, high) in limits.items():
        values = stream[name].values
        level = np.where((values < low) | (values > high), BAD, np.where(np.isnan(values), NOT_EVALUATED, GOOD)).astype(np.int8)
        outcomes.append(Outcome(variable=name, name="range", level=level))
    return outcomes


@pytest.fixture
def cruise(real_data):
    return read(real_data, CRUISE, "dd.mm.yyyy")


@pytest.fixture
def complete(real_data):
    """Rows of the file that have everything as measured, found without the reader; times of the GPS clock."""
    with (real_data / FOLDER / CRUISE).open(encoding="windows-1252", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["Type"] == "EQU"]
    rows = [row for row in rows if row["Intake Temp"] and row["Salinity"] and float(row["WBPressure"]) > 750]
    assert len(rows) == 2218
    moments = [datetime.strptime(f"{row['GPS date']} {row['gps time']}", "%d.%m.%Y %H:%M:%S").replace(tzinfo=UTC) for row in rows]
    return np.array([moment.replace(tzinfo=None) for moment in moments], dtype="datetime64[ns]")


def pressures(stream):
    return in_range(stream, ambient_pressure=(750, 1250))


@pytest.mark.parametrize(("sign", "means"), [("add", (312.473, 312.475)), ("subtract", (312.637,))])
def test_mean_of_the_rows_that_are_complete_as_measured(cruise, complete, sign, means):
    found, result = calibrated(cruise, outcomes=pressures(cruise), differential_sign=sign, **AS_MEASURED)
    rows = np.isfinite(found["fco2"].values)
    np.testing.assert_array_equal(found["time"].values[rows], complete)
    for mean in means:
        assert found["fco2"].values[rows].mean() == pytest.approx(mean, abs=0.005)
    counts = next({row[0]: row[1] for row in each.rows} for each in result.tables if each.title == "Rows")
    assert counts["water samples complete as measured"] == 2218
    assert (counts["run type EQU"], counts["run type ATM"], counts["run type STD1z"], counts["run type STD4s"]) == (2662, 135, 6, 6)
    assert [counts[f"run type STD{number}"] for number in (1, 2, 3, 4)] == [33] * 4


def test_the_two_forms_of_the_regression_agree(real_data, cruise):
    forms = ("measured-on-true", "true-on-measured")
    first, second = (calibrated(cruise, outcomes=pressures(cruise), regression=form, **AS_MEASURED)[0] for form in forms)
    mean = np.nanmean(second["fco2"].values) - np.nanmean(first["fco2"].values)
    assert mean == pytest.approx(0.0001, abs=5e-5)
    excerpt = read(real_data, "part2_input_raw_small.tsv", "dd/mm/yyyy")
    first, second = (calibrated(excerpt, regression=form, **AS_MEASURED)[0] for form in forms)
    difference = np.abs(second["xco2"].values - first["xco2"].values)
    assert 0 < np.nanmax(difference) < 3.5e-4


@pytest.mark.parametrize(("limit", "least", "most"), [("5 min", 2510, 2520), ("10 min", 2640, 2662)])
def test_rows_completed_by_filling(cruise, limit, least, most):
    fill = {"sst": limit, "salinity": limit, "ambient_pressure": limit}
    options = {**AS_MEASURED, "fill": fill}
    ranges = in_range(cruise, ambient_pressure=(750, 1250), sst=(-5, 30), salinity=(20, 42))
    found, result = calibrated(cruise, outcomes=ranges, **options)
    assert least <= np.isfinite(found["fco2"].values).sum() <= most
    counts = next({row[0]: row[1] for row in each.rows} for each in result.tables if each.title == "Rows")
    assert counts["water samples complete as measured"] == 2218
    assert counts["water samples complete after filling"] == np.isfinite(found["fco2"].values).sum()


def test_the_cold_equilibrator_is_caught(cruise, complete):
    found, _ = calibrated(cruise, outcomes=pressures(cruise), **AS_MEASURED)
    rows = np.isin(found["time"].values, complete)
    cold = rows & (found["delta_temperature"].values < -1)
    assert cold.sum() == 64
    outcomes = {each.variable: each.level for each in DELTA_TEMPERATURE.test(found, (), DELTA_TEMPERATURE.options(), example_context())}
    assert np.isin(outcomes["sst"][cold], (QUESTIONABLE, BAD)).all()


def test_a_persons_flag_on_one_run_of_a_standard(cruise):
    before, _ = calibrated(cruise, outcomes=pressures(cruise), **AS_MEASURED)
    time = cruise["time"].values
    runs = np.flatnonzero(cruise["run_type"].values == RUN_TYPES["STD3"])
    flag = person("co2", time[runs[10]], time[runs[10]] + np.timedelta64(1, "s"), BAD)
    after, _ = calibrated(cruise, outcomes=pressures(cruise), people=[flag], **AS_MEASURED)
    number = np.arange(time.size)
    expected = (number > runs[9]) & (number < runs[11]) & np.isfinite(before["fco2"].values)
    assert expected.sum() > 100
    changed = before["fco2"].values != after["fco2"].values
    np.testing.assert_array_equal(changed & np.isfinite(before["fco2"].values), expected)
    assert set(after["fco2_flag"].values[expected]) == {QUESTIONABLE}


def test_drying_a_dry_reading_adds_what_the_workshop_says(cruise):
    dry, _ = calibrated(cruise, outcomes=pressures(cruise), **AS_MEASURED)
    dried, _ = calibrated(cruise, outcomes=pressures(cruise), dry_samples=True, **AS_MEASURED)
    assert np.nanmean(dried["fco2"].values - dry["fco2"].values) == pytest.approx(0.64, abs=0.01)


def test_a_stale_column_of_standard_values_is_told_and_changes_nothing(real_data, cruise, complete):
    stream = read(real_data, "part4_input_raw.tsv", "dd.mm.yyyy")
    assert stream["draining"].values.sum() > 0
    found, result = calibrated(stream, outcomes=pressures(stream), **AS_MEASURED)
    told = [str(problem) for problem in result.problems if "column of standard values" in str(problem)]
    assert len(told) == 2
    assert "246.98" in told[0]
    assert "228.4 µmol" in told[0]
    assert "404.9" in told[1]
    assert "412.5 µmol" in told[1]
    other, result = calibrated(cruise, outcomes=pressures(cruise), **AS_MEASURED)
    assert not [problem for problem in result.problems if "column of standard values" in str(problem)]
    rows = np.isin(found["time"].values, complete)
    np.testing.assert_array_equal(found["xco2"].values[rows], other["xco2"].values[np.isin(other["time"].values, complete)])


def test_regression_targets_of_the_excerpt(real_data):
    stream = read(real_data, "part2_input_raw_small.tsv", "dd/mm/yyyy")
    found, _ = calibrated(stream, outcomes=in_range(stream, salinity=(-0.1, 50.0), ambient_pressure=(750, 1250)), **AS_MEASURED)
    air, water = (np.flatnonzero(found["run_type"].values == RUN_TYPES[word]) for word in ("ATM", "EQU"))
    assert (air[0], water[0]) == (6, 11)
    np.testing.assert_allclose(found["xco2_air"].values[air[:3]], [406.3873, 406.1760, 406.5750], atol=0.01)
    np.testing.assert_allclose(found["xco2"].values[water[:4]], [354.3064, 355.2273, 354.0361, 352.8704], atol=0.01)
    # The columns of the first two rows are shifted: pressure stands where salinity belongs.
    assert stream["salinity"].values[:2].tolist() == [1007.58, 1008.23]
    assert found["salinity_flag"].values[:2].tolist() == [BAD, BAD]
    assert np.isnan(found["fco2"].values[:2]).all()
    filled, _ = calibrated(
        stream,
        outcomes=in_range(stream, salinity=(-0.1, 50.0), ambient_pressure=(750, 1250)),
        **{**AS_MEASURED, "fill": {"salinity": "1 d"}},
    )
    assert filled["salinity"].values[2:].max() < 35
