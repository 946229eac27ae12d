"""Slow sensors, pressures, salinity from conductivity, and air."""

import gsw
import numpy as np
import pytest
from icos_ocean.vocabulary import RUN_TYPES
from small_cruise import calibrated, cruise, person, pressure_of_vapour, with_values

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE
from icos_core.exceptions import DataError
from icos_core.flags import decode_bits

HEIGHT = {"barometer_height": 20.0}
VAPOUR = pressure_of_vapour(12.5, 34.5)


def with_gaps(stream, truth, name, first=6, count=1):
    rows = np.flatnonzero(truth["water"])[first : first + count]
    values = stream[name].values.copy()
    values[rows] = np.nan
    return with_values(stream, **{name: values}), rows


@pytest.mark.parametrize("name", ["sst", "salinity", "equilibrator_temperature"])
def test_filled_values_are_marked_and_give_fco2(name):
    stream, truth = cruise()
    gappy, rows = with_gaps(stream, truth, name, count=2)
    # Rows are 120 s apart: the good neighbours of two missing rows 360 s.
    short, _ = calibrated(gappy, fill={name: 359})
    assert np.isnan(short["fco2"].values[rows]).all()
    assert short[f"{name}_source"].values.sum() == 0
    filled, _ = calibrated(gappy, fill={name: 360})
    assert np.flatnonzero(filled[f"{name}_source"].values).tolist() == rows.tolist()
    assert np.abs(filled[name].values - truth[name])[rows].max() < 2e-3
    assert np.abs(filled["fco2"].values - truth["fco2"])[rows].max() < 0.03
    assert filled[f"{name}_flag"].values[rows].tolist() == [NOT_EVALUATED, NOT_EVALUATED]


@pytest.mark.parametrize(
    ("name", "rate", "sensitivity"),
    # Sensitivities of the reference at 380 µmol/mol, 10 °C and 1013.25 hPa, where fCO2 is 369.24 µatm, here relative; that to salinity
    # is the vapour pressure's, which depends on temperature.
    [
        ("sst", 0.3, 0.782 / 0.05 / 369.24),
        ("equilibrator_temperature", 0.3, 0.794 / 0.05 / 369.24),
        ("salinity", 0.1, 0.000544 * VAPOUR / (1 - VAPOUR)),
        ("equilibrator_pressure", 2.0, 0.735 / 2 / 369.24),
    ],
)
def test_a_filled_value_is_less_certain_the_further_it_is_from_what_was_measured(name, rate, sensitivity):
    stream, truth = cruise()
    gappy, rows = with_gaps(stream, truth, name, count=3)
    found, _ = calibrated(gappy, fill={name: "10 min"}, **HEIGHT)
    filling = found["fco2_uncertainty_filling"].values
    assert np.flatnonzero(filling > 0).tolist() == rows.tolist()
    # Four steps of 120 s between good neighbours: 1 × 3, 2 × 2 and 3 × 1 fourths of a step are free.
    free = np.array([3, 4, 3]) / 4 * 120 / 3600
    expected = rate * np.sqrt(free) * sensitivity * found["fco2"].values[rows]
    np.testing.assert_allclose(filling[rows], expected, rtol=0.05)
    doubled, _ = calibrated(
        gappy, fill={name: "10 min"}, uncertainty={"variability": {name.replace("equilibrator_pressure", "pressure"): 2 * rate}}, **HEIGHT
    )
    np.testing.assert_allclose(doubled["fco2_uncertainty_filling"].values[rows], 2 * filling[rows], rtol=1e-12)
    assert (found["delta_fco2_uncertainty"].values[rows] < doubled["delta_fco2_uncertainty"].values[rows]).all()


def test_an_ambient_pressure_that_was_filled_is_less_certain_too():
    stream, truth = cruise()
    ambient = truth["pressure"] - 1.0
    rows = np.flatnonzero(truth["water"])[[6]]
    ambient[rows] = np.nan
    parts = {"ambient_pressure": ambient, "equilibrator_differential_pressure": np.full(ambient.shape, 100.0)}
    found, _ = calibrated(with_values(stream, equilibrator_pressure=None, **parts), differential_unit="Pa")
    filling = found["fco2_uncertainty_filling"].values
    assert np.flatnonzero(filling > 0).tolist() == rows.tolist()
    ratio = filling[rows] / found["fco2_uncertainty_pressure"].values[rows]
    np.testing.assert_allclose(ratio, 2.0 * np.sqrt(60 / 3600) / 1.2, rtol=1e-9)


def test_a_bad_value_is_replaced_and_what_was_found_about_it_goes():
    stream, truth = cruise()
    row = np.flatnonzero(truth["water"])[6]
    sst = stream["sst"].values.copy()
    sst[row] = 34.68
    level = np.full(sst.size, GOOD, dtype=np.int8)
    level[row] = BAD
    spiky = with_values(stream, sst=sst)
    found, result = calibrated(spiky, outcomes=[Outcome(variable="sst", name="spike", level=level)])
    assert found["sst_source"].values[row] == 1
    assert found["sst_flag"].values[row] == NOT_EVALUATED
    assert not decode_bits(found, "sst_tests")["spike_bad"].any()
    assert not decode_bits(found, "sst_evaluated")["spike"][row]
    assert abs(found["fco2"].values[row] - truth["fco2"][row]) < 0.03
    filling = next({entry[0]: entry[1:] for entry in each.rows} for each in result.tables if each.title.startswith("Filling"))
    assert filling["sst"] == ("5 min", 0, 1, 1, 0)
    # It stays where filling is off, and its flag follows.
    kept, _ = calibrated(spiky, outcomes=[Outcome(variable="sst", name="spike", level=level)], fill={"sst": 0})
    assert kept["sst"].values[row] == 34.68
    assert kept["fco2_flag"].values[row] == BAD


def test_questionable_values_are_kept_but_fill_no_gap():
    stream, truth = cruise()
    gappy, rows = with_gaps(stream, truth, "sst")
    level = np.full(truth["hours"].size, GOOD, dtype=np.int8)
    level[rows[0] + 1] = QUESTIONABLE
    found, _ = calibrated(gappy, outcomes=[Outcome(variable="sst", name="spike", level=level)], fill={"sst": 240})
    assert np.isnan(found["sst"].values[rows[0]])
    assert found["sst"].values[rows[0] + 1] == stream["sst"].values[rows[0] + 1]
    assert found["fco2_flag"].values[rows[0] + 1] == QUESTIONABLE


def test_what_a_person_called_bad_is_not_replaced():
    stream, truth = cruise()
    row = np.flatnonzero(truth["water"])[6]
    time = stream["time"].values[row]
    found, _ = calibrated(stream, people=[person("sst", time, time + np.timedelta64(1, "s"), BAD)])
    assert found["sst"].values[row] == stream["sst"].values[row]
    assert found["sst_source"].values[row] == 0
    assert (found["sst_flag"].values[row], found["fco2_flag"].values[row]) == (BAD, BAD)


@pytest.mark.parametrize(
    ("sign", "unit", "in_unit"), [("add", "hPa", 1.0), ("subtract", "hPa", -1.0), ("add", "Pa", 100.0), ("subtract", "kPa", -0.1)]
)
def test_the_sign_of_the_differential_pressure_is_declared(sign, unit, in_unit):
    """It is fixed to plus elsewhere (defect 9)."""
    stream, truth = cruise()
    difference = 0.7 * np.sin(truth["hours"])
    parts = with_values(
        stream,
        equilibrator_pressure=None,
        ambient_pressure=truth["pressure"] - difference,
        equilibrator_differential_pressure=difference * in_unit,
    )
    found, _ = calibrated(parts, differential_sign=sign, differential_unit=unit)
    water = truth["water"]
    assert np.abs(found["fco2"].values - truth["fco2"])[water].max() < 1e-6
    assert set(found["equilibrator_pressure_source"].values[water]) == {2}


def test_pressures_stand_in_for_one_another_row_by_row():
    stream, truth = cruise()
    own, ambient = truth["pressure"].copy(), truth["pressure"] - 1.0
    water = np.flatnonzero(truth["water"])
    own[water[10:]] = np.nan
    ambient[water[20:]] = np.nan
    analyser = np.full(own.shape, 1015.0)
    analyser[water[30:]] = np.nan
    parts = with_values(
        stream,
        equilibrator_pressure=own,
        ambient_pressure=ambient,
        equilibrator_differential_pressure=np.ones(own.shape),
        analyser_pressure=analyser,
    )
    off = {"ambient_pressure": 0}
    found, result = calibrated(parts, fill=off, **HEIGHT)
    source = found["equilibrator_pressure_source"].values[water]
    assert source.tolist() == [1] * 10 + [2] * 10 + [3] * 10 + [4] * (water.size - 30)
    assert np.abs(found["fco2"].values - truth["fco2"])[water[:20]].max() < 1e-6
    sea_level = found["sea_level_pressure"].values
    np.testing.assert_allclose(found["equilibrator_pressure"].values[water[30:]], sea_level[water[30:]] + 3.0)
    counts = next({row[0]: row[1] for row in each.rows} for each in result.tables if each.title.startswith("Source"))
    assert counts == {"equilibrator": 10, "ambient-differential": 10, "analyser": 10, "atmospheric": water.size - 30, "none": 0}
    ratio = found["fco2_uncertainty_pressure"].values[water]
    assert ratio[25] / ratio[5] == pytest.approx(2.5 / 1.2, rel=0.05)
    swapped, _ = calibrated(parts, fill=off, pressure_sources=["analyser", "equilibrator"])
    assert swapped["equilibrator_pressure_source"].values[water].tolist() == [3] * 30 + [0] * (water.size - 30)


def test_a_pressure_cut_short_is_filled_and_the_pressure_made_of_it_says_so():
    stream, truth = cruise()
    ambient = truth["pressure"] - 1.0
    row = np.flatnonzero(truth["water"])[6]
    ambient[row] = 8.06
    level = np.where(ambient < 750, BAD, GOOD).astype(np.int8)
    parts = with_values(
        stream, equilibrator_pressure=None, ambient_pressure=ambient, equilibrator_differential_pressure=np.ones(level.shape)
    )
    outcomes = [Outcome(variable="ambient_pressure", name="range", level=level)]
    found, _ = calibrated(parts, outcomes=outcomes)
    assert abs(found["equilibrator_pressure"].values[row] - truth["pressure"][row]) < 0.01
    assert np.flatnonzero(decode_bits(found, "equilibrator_pressure_tests")["interpolated_inputs"]).tolist() == [row]
    without, result = calibrated(parts, outcomes=outcomes, fill={"ambient_pressure": 0}, pressure_sources=["ambient-differential"])
    assert without["fco2_flag"].values[row] == MISSING
    rows = next({entry[0]: entry[1] for entry in each.rows} for each in result.tables if each.title == "Rows")
    assert rows["water samples complete as measured"] == rows["water samples"] - 1


def test_without_the_height_of_the_barometer_nothing_is_reduced_to_sea_level():
    stream, _ = cruise()
    found, result = calibrated(stream)
    assert found["sea_level_pressure"].isnull().all()
    assert found["fco2_air"].isnull().all()
    assert any(str(problem).startswith("barometer_height is not stated") for problem in result.problems)


@pytest.mark.parametrize("method", ["hydrostatic", "wmo"])
def test_reduction_to_sea_level(method):
    stream, truth = cruise()
    air_temperature = truth["sst"] - 4.0
    found, _ = calibrated(with_values(stream, air_temperature=air_temperature), sea_level_method=method, barometer_height=30.0)
    kelvin = (truth["sst"] if method == "hydrostatic" else air_temperature) + 273.15
    expected = (
        1008.0 * (1 + 0.02897 * 9.8 * 30 / (8.314 * kelvin))
        if method == "hydrostatic"
        else 1008.0 * (1 - 0.195 / (kelvin + 0.195)) ** -5.257
    )
    np.testing.assert_allclose(found["sea_level_pressure"].values, expected, rtol=1e-9)


def test_salinity_from_conductivity():
    stream, truth = cruise()
    cell = truth["sst"] + 0.2
    conductivity = gsw.C_from_SP(truth["salinity"], cell, 0.0) / 10.0  # S m-1, the unit of the vocabulary
    parts = with_values(stream, salinity=None, conductivity=conductivity, conductivity_cell_temperature=cell)
    found, _ = calibrated(parts)
    np.testing.assert_allclose(found["salinity"].values, truth["salinity"], atol=1e-9)
    assert np.abs(found["fco2"].values - truth["fco2"])[truth["water"]].max() < 1e-6
    row = np.flatnonzero(truth["water"])[6]
    conductivity = conductivity.copy()
    conductivity[row] = 0.0
    level = np.full(cell.shape, GOOD, dtype=np.int8)
    level[row + 3] = QUESTIONABLE
    parts = with_values(stream, salinity=None, conductivity=conductivity, conductivity_cell_temperature=cell)
    outcomes = [Outcome(variable=name, name="range", level=level) for name in ("conductivity", "conductivity_cell_temperature")]
    found, _ = calibrated(parts, outcomes=outcomes)
    assert found["salinity_source"].values[row] == 1
    assert abs(found["salinity"].values[row] - truth["salinity"][row]) < 1e-3
    assert found["salinity_flag"].values[row + 3] == QUESTIONABLE
    with pytest.raises(DataError, match="conductivity_cell_temperature"):
        calibrated(with_values(parts, conductivity_cell_temperature=None))


def test_salinity_in_some_rows_and_conductivity_in_others():
    """As when a logger changed what it writes: row by row what there is."""
    stream, truth = cruise()
    cell = truth["sst"] + 0.2
    conductivity = gsw.C_from_SP(truth["salinity"], cell, 0.0) / 10.0
    first = np.arange(cell.size) < cell.size // 2
    salinity = np.where(first, truth["salinity"], np.nan)
    conductivity[first] = np.nan
    mixed = with_values(stream, salinity=salinity, conductivity=conductivity, conductivity_cell_temperature=np.where(first, np.nan, cell))
    level = np.where(first, NOT_EVALUATED, GOOD).astype(np.int8)
    bad_row = np.flatnonzero(truth["water"] & ~first)[4]
    level[bad_row] = BAD
    outcomes = [Outcome(variable=name, name="range", level=level) for name in ("conductivity", "conductivity_cell_temperature")]
    outcomes.append(Outcome(variable="salinity", name="range", level=np.where(first, GOOD, NOT_EVALUATED).astype(np.int8)))
    found, _ = calibrated(mixed, outcomes=outcomes, fill={"salinity": "0 s"})
    np.testing.assert_allclose(found["salinity"].values, truth["salinity"], atol=1e-9)
    assert set(found["salinity_source"].values) == {0}
    assert set(found["salinity_flag"].values[~first & (np.arange(cell.size) != bad_row)]) == {GOOD}
    assert found["salinity_flag"].values[bad_row] == BAD
    assert set(found["salinity_flag"].values[first]) == {GOOD}
    assert np.abs(found["fco2"].values - truth["fco2"])[truth["water"]].max() < 1e-6


def test_air_is_interpolated_between_runs_within_the_limit_and_not_beyond():
    stream, truth = cruise(cycles=4, water=12)
    found, _ = calibrated(stream, **HEIGHT)
    number = np.arange(truth["hours"].size)
    first, last = number[truth["on_air"]][[0, -1]]
    inside = truth["water"] & (number > first) & (number < last)
    assert np.abs(found["xco2_air"].values - truth["air"])[inside].max() < 1e-6
    assert np.isnan(found["xco2_air"].values[truth["water"] & ~inside]).all()
    assert set(found["xco2_air_source"].values[inside]) == {1}
    assert set(found["xco2_air_source"].values[truth["on_air"]]) == {0}
    assert np.isfinite(found["xco2_air_uncertainty"].values[inside | truth["on_air"]]).all()

    # A cycle of 3 standards, 2 of air and 12 of water takes 2,580 s.
    for limit, expected in ((2579, 0), (2580, inside.sum())):
        limited, _ = calibrated(stream, air_interpolation_limit=limit, **HEIGHT)
        assert np.isfinite(limited["xco2_air"].values[truth["water"]]).sum() == expected


def test_the_vapour_pressure_is_in_the_unit_that_it_names():
    """It is called hPa and stored in atm elsewhere (defect 5)."""
    stream, truth = cruise()
    fixed = with_values(stream, salinity=np.full(truth["hours"].shape, 35.0), equilibrator_temperature=np.full(truth["hours"].shape, 25.0))
    found, _ = calibrated(fixed)
    water = truth["water"]
    assert found["water_vapour_pressure"].attrs["units"] == "hPa"
    np.testing.assert_allclose(found["water_vapour_pressure"].values[water], 0.030655 * 1013.25, atol=0.0005 * 1.013)


def test_fugacity_is_below_partial_pressure_by_what_the_virial_equation_says():
    """A pressure converted to atm twice makes them nearly equal: 1.47 µatm too much at 410 ppm, 1010 hPa and 15 °C (defect 1)."""
    stream, truth = cruise()
    size = truth["hours"].size
    fixed = with_values(
        stream,
        equilibrator_pressure=np.full(size, 1010.0),
        **{name: np.full(size, 15.0) for name in ("sst", "equilibrator_temperature")},
    )
    found, _ = calibrated(fixed)
    kelvin = 288.15
    exponent = -1636.75 + 12.0408 * kelvin - 0.0327957 * kelvin**2 + 3.16528e-5 * kelvin**3 + 2 * (57.7 - 0.118 * kelvin)
    expected = np.exp(exponent * 1010.0 / 1013.25 / (82.0575 * kelvin))
    ratio = (found["fco2"].values / found["pco2"].values)[truth["water"]]
    np.testing.assert_allclose(ratio, expected, rtol=2e-6)


def test_a_cooling_equilibrator_is_no_fault():
    """Any cooling by more than 0.1 °C is bad elsewhere (defect 8)."""
    stream, truth = cruise()
    cooled = with_values(stream, equilibrator_temperature=truth["sst"] - 0.4)
    level = np.full(truth["hours"].size, GOOD, dtype=np.int8)
    outcomes = [
        Outcome(variable=name, name="range", level=level)
        for name in ("co2", "sst", "salinity", "equilibrator_temperature", "equilibrator_pressure")
    ]
    found, _ = calibrated(cooled, outcomes=outcomes)
    assert set(found["fco2_flag"].values[truth["water"]]) == {GOOD}
    np.testing.assert_allclose(found["delta_temperature"].values[truth["water"]], -0.4)


@pytest.mark.parametrize(
    "method",
    ["takahashi-1993", "takahashi-2009", "wanninkhof-2022", "humphreys-2024-fit", "humphreys-2024-enthalpy", "humphreys-2024-parametrised"],
)
def test_methods_of_temperature_correction(method):
    stream, truth = cruise()
    found, _ = calibrated(stream, temperature_correction=method)
    water = truth["water"]
    factor = (found["fco2"].values / found["fco2_equilibrator"].values)[water]
    warming = (truth["equilibrator_temperature"] - truth["sst"])[water]
    relative = -np.log(factor) / warming
    assert 0.030 < relative.min() <= relative.max() < 0.050
    own = {} if method == "humphreys-2024-parametrised" else {"temperature_coefficient": 0.05 if "humphreys" not in method else 35000.0}
    changed, _ = calibrated(stream, temperature_correction=method, **own)
    assert (changed["fco2"].values[water] != found["fco2"].values[water]).all() == bool(own)


def test_standards_are_shown_with_their_assigned_value():
    stream, _ = cruise()
    found, _ = calibrated(stream)
    for word, value in (("STD2", 230.0), ("STD3", 410.0), ("STD4", 510.0)):
        assert set(found["standard_xco2"].values[stream["run_type"].values == RUN_TYPES[word]]) == {value}
    assert np.isnan(found["standard_xco2"].values[stream["run_type"].values == RUN_TYPES["EQU"]]).all()
