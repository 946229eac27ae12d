"""Defects that other programs were found to have, each computed here as it would come out, and shown not to be there.

Numbers are those of a list of defects of a widely used web application (1 to 9); W is a workshop's notebooks, M a set of scripts for HydroC
data. Defects 3, 5 (in files for SOCAT), 8 and 9 are shown where their components are tested; ``docs/ocean-agreement.md`` names the tests.
"""

import csv

import numpy as np
import pytest
from icos_ocean.calibration.co2_pro import CALIBRATOR as CO2_PRO
from icos_ocean.calibration.dry_xco2 import CALIBRATOR as DRY_XCO2
from icos_ocean.calibration.fco2 import CALIBRATOR as FCO2
from icos_ocean.calibration.hydroc import CALIBRATOR as HYDROC
from icos_ocean.exporters.icos_otc import EXPORTER as ICOS_OTC
from icos_ocean.quality.defaults import sensor_tests
from icos_ocean.quality.speed import TEST as SPEED
from icos_ocean.readers.general_oceanics import READER as GENERAL_OCEANICS
from icos_ocean.readers.saildrone import READER as SAILDRONE
from icos_ocean.simulators.saildrone import SIMULATOR as SAILDRONE_SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from reported_mole_fractions import calibrated as dried_in_situ
from reported_mole_fractions import deployment
from small_cruise import calibrated, cruise, pressure_of_vapour

from icos_core.dataset import BAD, GOOD, QUESTIONABLE, category_mask, make_stream
from icos_core.quality.rolling_outlier import TEST as ROLLING_OUTLIER
from icos_core.testing import example_context, flagged, run_test

CONTEXT = example_context()
START = np.datetime64("2024-03-01T00:00:00", "ns")
ATMOSPHERE = 1013.25
KNOT = 1852.0 / 3600.0
WORDS = ("ATM", "EQU", "ATM", "EQU", "ATM", "EQU", "ATM")


def stream_of(step_seconds, **values):
    """Rows at equal distances in time; a single number holds for all of them."""
    size = max(np.size(each) for each in values.values())
    columns = {name: np.broadcast_to(each, size) for name, each in values.items()}
    return make_stream(START + np.arange(size) * np.timedelta64(step_seconds, "s"), columns, VOCABULARY.values())


def codes(words):
    return np.array([RUN_TYPES[word] for word in words], dtype=np.int8)


# --- 1: the pressure in the virial equation ---


def virial(mole_fraction, atmospheres, celsius):
    """Fugacity over partial pressure, Weiss (1974)."""
    kelvin = celsius + 273.15
    b = -1636.75 + 12.0408 * kelvin - 0.0327957 * kelvin**2 + 3.16528e-5 * kelvin**3
    return np.exp((b + 2 * (1 - mole_fraction * 1e-6) ** 2 * (57.7 - 0.118 * kelvin)) * atmospheres / (82.0575 * kelvin))


def air_of_co2_pro():
    stream = stream_of(
        3600,
        run_type=codes(WORDS),
        xco2_wet=410.0 * (1.0 - 11.0 / 1010.0),
        humidity_pressure=11.0,
        analyser_pressure=1010.0,
        atmospheric_pressure=1010.0,
        sst=15.0,
    )
    options = CO2_PRO.options(barometer_height=0.0, recovery="0 s")
    return CO2_PRO.calibrate({"co2_pro": flagged(stream)}, options, CONTEXT).streams["co2_pro"]


def air_of_a_wet_analyser():
    """As an OceanPack measures it: wet mole fraction, water vapour and pressure in the cell."""
    wet = 410.0 * (1.0 - 11.0 / 1000.0)
    stream, _ = deployment(
        words=("ATM", "EQU"),
        xco2_dry=None,
        xco2_wet=np.full(16, wet),
        h2o=np.full(16, 11.0),
        sst=np.full(16, 15.0),
        salinity=np.full(16, 35.0),
        equilibrator_pressure=np.full(16, 1010.0),
        atmospheric_pressure=np.full(16, 1010.0),
    )
    return dried_in_situ(stream, mole_fraction="xco2_wet", drying="h2o")[0]


@pytest.mark.parametrize("make", [air_of_co2_pro, air_of_a_wet_analyser])
def test_1_the_pressure_of_air_is_converted_to_atmospheres_once(make):
    """Converted twice: +1.47 µatm for 410 µatm at 1010 hPa and 15 °C, a little less with the vapour of sea water in the air."""
    found = make()
    air = category_mask(found, "run_type", ["ATM"])
    assert air.sum() >= 4
    once, twice = (virial(410.0, 1010.0 / divisor, 15.0) for divisor in (ATMOSPHERE, ATMOSPHERE**2))
    assert 410.0 * 1010.0 / ATMOSPHERE * (twice - once) == pytest.approx(1.47, abs=0.005)
    pco2 = 410.0 * (1010.0 / ATMOSPHERE - pressure_of_vapour(15.0, 35.0))
    assert pco2 * (twice - once) == pytest.approx(1.45, abs=0.01)
    np.testing.assert_allclose(found["xco2_air"].values[air], 410.0, rtol=1e-9)
    np.testing.assert_allclose(found["fco2_air"].values[air], pco2 * once, rtol=0, atol=1e-3)


# --- 2: drying ---


def test_2_air_is_dried_with_a_share_and_not_with_a_pressure():
    """``wet / (1 - P)`` with P = 1010 hPa would make -0.4 of 405 µmol mol⁻¹."""
    wet = 410.0 * (1.0 - 11.0 / 1000.0)
    assert wet / (1.0 - 1010.0) == pytest.approx(-0.40, abs=0.005)
    found = air_of_a_wet_analyser()
    np.testing.assert_allclose(found["xco2_air"].values[category_mask(found, "run_type", ["ATM"])], 410.0, rtol=1e-9)
    np.testing.assert_allclose(found["xco2"].values[category_mask(found, "run_type", ["EQU"])], 410.0, rtol=1e-9)


# --- 4: speed ---


def test_4_no_ship_does_a_hundred_knots():
    """160 m/s are 311 knots: a position 3 nautical miles off, a minute after the one before, would pass."""
    latitude = 60.0 + np.array([0, 1, 2, 2 + 12, 4, 5, 6]) / 4.0 / 60.0  # a quarter of a mile per minute: 15 knots
    to_the_stray_one = 12 / 4.0 * 1852.0 / 60.0  # m s⁻¹
    assert to_the_stray_one < 160.0
    assert to_the_stray_one / KNOT == pytest.approx(180.0)
    limit = 160.0 / KNOT
    assert limit == pytest.approx(311.0, abs=0.1)
    stream = stream_of(60, latitude=latitude, longitude=5.0)
    for outcome in run_test(SPEED, stream, (), SPEED.options(), CONTEXT):
        assert np.flatnonzero(outcome.level == BAD).tolist() == [3]
        assert set(np.delete(outcome.level, [0, 3]).tolist()) == {GOOD}


# --- 5: unit of the water vapour pressure ---


def test_5_water_vapour_pressure_of_the_carbon_portal_is_in_hectopascals(tmp_path):
    """In atm under the title hPa it would be 1013 times too small: 0.014 instead of 14."""
    stream, truth = cruise()
    found, _ = calibrated(stream, barometer_height=20.0)
    (path,) = ICOS_OTC.export({"underway": found}, tmp_path, ICOS_OTC.options(), CONTEXT)
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file) if len(line) > 1]
    column = lines[0].index("Water Vapour Pressure [hPa]")
    written = np.array([float(line[column]) for line in lines[1:]])
    water = truth["water"]
    in_atm = pressure_of_vapour(truth["equilibrator_temperature"][water], truth["salinity"][water])
    assert in_atm.max() < 0.02
    np.testing.assert_allclose(written, ATMOSPHERE * in_atm, rtol=0, atol=1e-3)


# --- 6: a quantity that is announced and never given ---


def test_6_water_vapour_pressure_of_a_saildrone_is_given(tmp_path):
    simulated = SAILDRONE_SIMULATOR.simulate(tmp_path, SAILDRONE_SIMULATOR.options(mooring={"duration": "12 h"}), 1)
    stream = SAILDRONE.read(simulated.files[0], SAILDRONE.options(), CONTEXT).streams["saildrone"]
    options = DRY_XCO2.options(pressure_sources=["analyser"], barometer="analyser_pressure", barometer_height=1.0)
    announced = {variable.name for variable in DRY_XCO2.provides(options)["*"]}
    found = DRY_XCO2.calibrate({"saildrone": flagged(stream)}, options, CONTEXT).streams["saildrone"]
    water = category_mask(found, "run_type", ["EQU"])
    assert water.sum() >= 10
    assert "water_vapour_pressure" in announced
    expected = ATMOSPHERE * pressure_of_vapour(stream["sst"].values[water], stream["salinity"].values[water])
    np.testing.assert_allclose(found["water_vapour_pressure"].values[water], expected, rtol=1e-6)


# --- 7: outliers ---


def test_7_outliers_are_judged_by_their_surroundings():
    """Five standard deviations of the whole data set: four hours in a bay are bad, a value 60 µmol mol⁻¹ off at sea is good."""
    hours = np.arange(0, 240, 1 / 30)
    bay = np.clip(np.minimum(hours - 100.0, 106.0 - hours), 0.0, 1.0)
    values = 370.0 + 150.0 * bay + np.random.default_rng(7).normal(0, 0.5, hours.size)
    stray = 1000
    values[stray] += 60.0
    by_all = np.abs(values - values.mean()) > 5.0 * values.std()
    assert by_all[bay == 1.0].all()
    assert not by_all[stray]
    (table,) = (each for each in sensor_tests() if each["test"] == "rolling-outlier" and each["variable"] == "co2")
    options = ROLLING_OUTLIER.options.model_validate({key: table[key] for key in ("window", "questionable", "floor", "plausible")})
    stream = stream_of(120, co2=values)
    (outcome,) = run_test(ROLLING_OUTLIER, stream, ("co2",), options, CONTEXT)
    assert np.flatnonzero(outcome.level == QUESTIONABLE).tolist() == [stray]
    assert not (outcome.level == BAD).any()


# --- W: the regression the wrong way round ---


@pytest.mark.realdata
def test_w_the_regression_is_not_inverted(real_data):
    """Fitted as true on measured and applied as its inverse, it moves readings the wrong way: +1.6 to +3.4 µmol mol⁻¹ on these samples."""
    path = real_data / "ocean/icos_otc_workshop/part2_input_raw_small.tsv"
    gases = {"STD2": 228.4, "STD3": 412.5, "STD4": 507.77}
    options = FCO2.options.model_validate(
        {"standards": [{"run_type": word, "xco2": value} for word, value in gases.items()], "regression": "true-on-measured"}
    )
    stream = GENERAL_OCEANICS.read(path, GENERAL_OCEANICS.options(date_format="dd/mm/yyyy", clock="gps"), CONTEXT).streams["underway"]
    found = FCO2.calibrate({"underway": flagged(stream)}, options, CONTEXT).streams["underway"]
    water, air = (category_mask(found, "run_type", [word]) for word in ("EQU", "ATM"))
    assert (water.sum(), air.sum()) == (18, 9)
    right = np.where(water, found["xco2"].values, found["xco2_air"].values)[water | air]

    # For each sample the line through the standards as they read at its time.
    seconds = (stream["time"].values - stream["time"].values[0]) / np.timedelta64(1, "s")
    reading, samples = stream["co2"].values, water | air
    rows = {word: category_mask(stream, "run_type", [word]) for word in gases}
    read = np.array([np.interp(seconds[samples], seconds[rows[word]], reading[rows[word]]) for word in gases])
    lines = [np.polyfit(each, list(gases.values()), 1) for each in read.T]
    straight, inverted = np.array([(a * x + b, (x - b) / a) for (a, b), x in zip(lines, reading[samples], strict=True)]).T
    np.testing.assert_allclose(right, straight, rtol=0, atol=2e-4)
    error = inverted - straight
    assert error.min() == pytest.approx(1.6, abs=0.05)
    assert error.max() == pytest.approx(3.4, abs=0.05)
    assert error.mean() == pytest.approx(2.4, abs=0.05)


# --- M: zero of the Celsius scale ---


def test_m_zero_of_the_celsius_scale():
    """With 274.15 K in place of 273.15 K pCO2 would be 0.36 % too small: 1.5 of 402 µatm."""
    sheet = {"k1": 0.06893709, "k2": 6.124565e-6, "k3": 3.484077e-10}
    ratio, zero, scale, gas, cell, membrane = 1.7435, 1.860, 60625.0, 34.8, 1020.0, 1005.0
    signal = scale * (1.0 - ratio / zero)
    wet = sheet["k1"] * signal + sheet["k2"] * signal**2 + sheet["k3"] * signal**3
    right, misprinted = (
        wet * ATMOSPHERE * (gas + 273.15) / (celsius_zero * cell) * membrane / ATMOSPHERE for celsius_zero in (273.15, 274.15)
    )
    assert (right - misprinted) / right == pytest.approx(0.00365, abs=1e-5)
    assert right - misprinted == pytest.approx(1.5, abs=0.05)
    kinds = ["ZERO", "EQU", "EQU", "EQU", "ZERO"]
    stream = stream_of(
        600,
        run_type=codes(kinds),
        signal_raw=np.where(np.array(kinds) == "ZERO", zero, ratio) * 12_000.0,
        signal_reference=12_000.0,
        analyser_pressure=cell,
        membrane_pressure=membrane,
        gas_temperature=gas,
        runtime=400_000.0 + 600.0 * np.arange(5),
        sst=10.0,
    )
    options = HYDROC.options.model_validate(
        {"calibrations": [{"scale_factor": scale, "before": sheet}], "water_temperature": "sst", "zero_settling": "0 s"}
    )
    found = HYDROC.calibrate({"hydroc": flagged(stream)}, options, CONTEXT).streams["hydroc"]
    np.testing.assert_allclose(found["pco2"].values[1:4], right, rtol=1e-9)
