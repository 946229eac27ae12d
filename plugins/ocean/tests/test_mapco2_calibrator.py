"""Calibrator `mapco2`: against the dry mole fractions that real instruments computed, and against cycles written out by hand."""

import numpy as np
import pytest
from icos_ocean.calibration.mapco2 import CALIBRATOR
from icos_ocean.calibration.mapco2_drying import drying_factor, saturation_vapour_pressure
from icos_ocean.readers.pmel_mapco2 import READER
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS, RUN_TYPE_OF_POINT
from pydantic import ValidationError

from icos_core.components import Outcome
from icos_core.dataset import category_mask, make_stream
from icos_core.flags import apply_flags
from icos_core.testing import example_context

CONTEXT = example_context()
START = np.datetime64("2024-03-01T00:00:00", "ns")
MINUTES = np.array([0, 1, 2, 3, 4, 5, 16, 17, 18, 18.5])
WATER, AIR = CYCLE_POINTS["equilibrator_pump_off"], CYCLE_POINTS["air_pump_off"]
SPAN_DRY, CHECK, ZERO = (CYCLE_POINTS[name] for name in ("span_flow_off", "span_post_calibration", "zero_post_calibration"))
SEA = {"sst": 15.0, "salinity": 35.0}


def cycles(count=3, every=3, **changes):
    """Cycles of an ideal instrument without moisture that reads 400 of water and 410 of air; `changes` replace (n, 10) columns."""
    shape = (count, 10)
    wet = np.broadcast_to(np.array([0, 0, 0, 500, 500, 500, 400, 400, 410, 410.0]), shape)
    columns = {
        "xco2_wet": wet,
        "analyser_pressure": np.full(shape, 1013.25),
        "relative_humidity": np.full(shape, 30.0),
        "humidity_temperature": np.full(shape, 20.0),
        **{name: np.full(shape, value) for name, value in SEA.items()},
    }
    for name, change in changes.items():
        columns[name] = None if change is None else np.array(np.broadcast_to(change, shape), dtype=float)
    minutes = np.arange(count)[:, None] * 60 * every + MINUTES
    points = np.tile(np.arange(10), count)
    values = {name: column.ravel() for name, column in columns.items() if column is not None}
    values["cycle_point"] = points
    values["run_type"] = np.array(list(RUN_TYPE_OF_POINT.values()))[points]
    stream = make_stream(START + (minutes.ravel() * 60e9).astype("timedelta64[ns]"), values, VOCABULARY.values())
    apply_flags(stream, ())
    return stream


def calibrated(stream, **options):
    """Result, and the columns of the calibrated stream by cycle."""
    result = CALIBRATOR.calibrate({"mapco2": stream}, CALIBRATOR.options(**options), CONTEXT)
    flagged = result.streams["mapco2"]
    apply_flags(flagged, result.outcomes, cascades=CALIBRATOR.cascades(CALIBRATOR.options(**options))["*"])
    return result, {name: flagged[name].values.reshape(-1, 10) for name in flagged.data_vars}


def at(points, values, base):
    """One cycle in which some points differ."""
    column = np.array(base, dtype=float)
    column[points] = values
    return column


HUMID = at([WATER, AIR], [66.0, 64.0], np.full(10, 30.0))


# --- the real messages ---


@pytest.fixture
def real_stream(real_data):
    path = real_data / "ocean/mapco2_pymapco2/C0006_2016_08_15.txt"
    return READER.read(path, READER.options(), CONTEXT).streams["mapco2"]


@pytest.mark.realdata
def test_dry_mole_fractions_of_the_real_instrument(real_stream):
    """Humidities are written to a whole percent: that alone allows the differences that are found."""
    _, found = calibrated(real_stream, salinity=35.0, sst=27.0)
    humidity = found["relative_humidity"]
    for name, point, largest in (("water", WATER, 0.16), ("air", AIR, 0.15)):
        difference = found["xco2_dry_difference"][:, point]
        assert difference.size == 8
        # Half a percent of the sample and half a percent of span gas, and the last digit of the file's own numbers.
        per_percent = saturation_vapour_pressure(found["humidity_temperature"][:, point]) / 100 / found["analyser_pressure"][:, point]
        allowed = found["xco2_dry_computed"][:, point] * per_percent * 1.03 + 0.04
        assert (np.abs(difference) <= allowed).all(), name
        assert np.abs(difference).max() < largest
        assert abs(difference.mean()) < 0.06
    assert found["xco2_dry_computed"][0, WATER] == pytest.approx(407.70, abs=0.01)
    assert np.isfinite(humidity).all()


@pytest.mark.realdata
@pytest.mark.parametrize(("options", "least"), [({"humidity_reference": "none"}, 4.0), ({}, 0.0)])
def test_no_other_rule_of_drying_fits(real_stream, options, least):
    """Drying with the humidity as it is read is some 5 µmol mol⁻¹ off."""
    _, found = calibrated(real_stream, salinity=35.0, sst=27.0, **options)
    assert np.abs(found["xco2_dry_difference"][:, [WATER, AIR]]).min() >= least


@pytest.mark.realdata
def test_mole_fractions_of_the_firmware(real_stream):
    _, found = calibrated(real_stream, salinity=35.0, sst=27.0, source="firmware")
    expected = [407.70, 491.80, 585.80, 513.80, 534.44, 540.12, 620.05, 452.10]
    np.testing.assert_allclose(found["xco2"][:, WATER], expected, rtol=1e-12)
    assert np.isfinite(found["fco2"][:, WATER]).all()
    assert np.isfinite(found["delta_fco2"][1:, WATER]).all()


# --- drying ---


def test_vapour_pressure_over_pure_water():
    """Published values: 23.39 hPa at 20 °C (IAPWS); the formulas hold for moist air and differ by less than half a percent."""
    for formula in ("li-cor", "weiss-price-1980"):
        assert saturation_vapour_pressure(20.0, formula) == pytest.approx(23.39, rel=0.005)
    assert saturation_vapour_pressure(0.0) == pytest.approx(6.1365)


def test_drying_and_its_derivative():
    factor, slope = drying_factor(1000.0, 60.0, 25.0, dry_humidity=30.0)
    vapour = saturation_vapour_pressure(25.0) * 0.30
    assert factor == pytest.approx(1000 / (1000 - vapour))
    step = 1e-4
    more, _ = drying_factor(1000.0, 60.0 + step, 25.0, dry_humidity=30.0)
    assert slope == pytest.approx((more - factor) / step, rel=1e-5)


def test_samples_are_dried_relative_to_the_span_gas_of_their_cycle():
    humidity = np.stack([at(SPAN_DRY, dry, HUMID + dry - 30) for dry in (30.0, 35.0, 40.0)])
    _, found = calibrated(cycles(relative_humidity=humidity))
    vapour = saturation_vapour_pressure(20.0) * 0.36
    np.testing.assert_allclose(found["xco2"][:, WATER], 400 / (1 - vapour / 1013.25), rtol=1e-12)
    vapour = saturation_vapour_pressure(20.0) * 0.34
    np.testing.assert_allclose(found["xco2_air"][:, AIR], 410 / (1 - vapour / 1013.25), rtol=1e-12)


def test_humidity_as_it_is_read():
    _, found = calibrated(cycles(relative_humidity=HUMID), humidity_reference="none", vapour_pressure="weiss-price-1980")
    vapour = saturation_vapour_pressure(20.0, "weiss-price-1980") * 0.66
    np.testing.assert_allclose(found["xco2"][:, WATER], 400 / (1 - vapour / 1013.25), rtol=1e-12)


def test_only_readings_with_the_pump_off_are_samples():
    _, found = calibrated(cycles())
    assert np.flatnonzero(np.isfinite(found["fco2"][1])).tolist() == [WATER]
    assert np.isnan(found["xco2_air"][1, [0, 1, 2, 3, 4, 5, 6, 8]]).all()


def test_a_cycle_without_the_humidity_of_its_span_gas_gives_nothing():
    humidity = np.tile(HUMID, (3, 1))
    humidity[1, SPAN_DRY] = np.nan
    result, found = calibrated(cycles(relative_humidity=humidity))
    assert np.isfinite(found["xco2"][:, WATER]).tolist() == [True, False, True]
    assert any("2 of 6 samples cannot be dried" in problem.message for problem in result.problems)


# --- span and zero ---


def test_span_factor_is_interpolated_between_readings():
    check = np.array([500.0, 505.0, 490.0])
    wet = np.stack([at(CHECK, value, [0, 0, 0, 500, 500, 500, 400, 400, 410, 410]) for value in check])
    _, found = calibrated(cycles(xco2_wet=wet), span_gases=[{"xco2": 502.0}])
    times = np.arange(3) * 180 + 5
    expected = np.interp(np.arange(3) * 180 + 17, times, 502.0 / check)
    np.testing.assert_allclose(found["xco2"][:, WATER], 400 * expected, rtol=1e-12)
    np.testing.assert_allclose(found["span_factor"][:, WATER], expected, rtol=1e-12)


def test_span_factor_of_the_own_cycle():
    check = np.array([500.0, 505.0, 490.0])
    wet = np.stack([at(CHECK, value, [0, 0, 0, 500, 500, 500, 400, 400, 410, 410]) for value in check])
    _, found = calibrated(cycles(xco2_wet=wet), span_gases=[{"xco2": 502.0}], span_interpolation="cycle")
    np.testing.assert_allclose(found["xco2"][:, WATER], 400 * 502.0 / check, rtol=1e-12)


def test_a_span_reading_that_is_far_off_is_not_used():
    wet = np.stack([at(CHECK, value, [0, 0, 0, 500, 500, 500, 400, 400, 410, 410]) for value in (500.0, 600.0, 500.0)])
    result, found = calibrated(cycles(xco2_wet=wet), span_gases=[{"xco2": 500.0}])
    np.testing.assert_allclose(found["xco2"][:, WATER], 400.0, rtol=1e-12)
    assert dict(result.tables[1].rows)["readings of span gas not used"] == 1
    # What the cycle was set to is not known: the uncertainty says so.
    interpolation = found["fco2_uncertainty_interpolation"][:, WATER]
    assert interpolation[1] > 2 * interpolation[0]


def test_no_span_reading_at_all():
    result, found = calibrated(cycles(), span_gases=[{"xco2": 800.0}])
    assert np.isnan(found["xco2"]).all()
    assert any("no reading of span gas serves" in problem.message for problem in result.problems)


def test_a_sample_far_from_every_span_reading_is_questionable():
    wet = np.tile([0, 0, 0, 500, 500, 500, 400, 400, 410, 410.0], (3, 1))
    wet[2, CHECK] = np.nan
    _, found = calibrated(cycles(xco2_wet=wet, every=30), span_gases=[{"xco2": 500.0}])
    assert (found["xco2_flag"][:, WATER] == 3).tolist() == [False, False, True]


def test_a_new_cylinder():
    gases = [{"xco2": 500.0, "valid_to": "2024-03-01T02:00:00Z"}, {"xco2": 510.0, "valid_from": "2024-03-01T02:00:00Z"}]
    _, found = calibrated(cycles(), span_gases=gases, span_interpolation="cycle")
    np.testing.assert_allclose(found["xco2"][:, WATER], [400.0, 408.0, 408.0], rtol=1e-12)


def test_zero_is_subtracted_where_a_station_says_so():
    wet = at([ZERO, CHECK, WATER, AIR], [1.0, 501.0, 401.0, 411.0], [0, 0, 0, 500, 500, 500, 400, 400, 410, 410])
    _, found = calibrated(cycles(xco2_wet=wet), subtract_zero=True, span_gases=[{"xco2": 500.0}])
    np.testing.assert_allclose(found["xco2"][:, WATER], 400.0, rtol=1e-12)
    np.testing.assert_allclose(found["zero_offset"][:, WATER], 1.0)
    _, found = calibrated(cycles(xco2_wet=wet))
    np.testing.assert_allclose(found["xco2"][:, WATER], 401.0, rtol=1e-12)


def test_a_cycle_without_a_zero_that_serves_is_questionable():
    """Nothing can be subtracted there: a person's flag on the reading of zero gas concerns the samples of its cycle and no others."""
    wet = at([ZERO, CHECK, WATER, AIR], [1.0, 501.0, 401.0, 411.0], [0, 0, 0, 500, 500, 500, 400, 400, 410, 410])
    stream = cycles(xco2_wet=wet)
    flags = stream["xco2_wet_flag"].values.reshape(-1, 10)
    flags[1, ZERO] = 4
    stream["xco2_wet_flag"].values[:] = flags.ravel()
    for subtract, expected in ((True, [False, True, False]), (False, [False] * 3)):
        _, found = calibrated(stream, subtract_zero=subtract, span_gases=[{"xco2": 500.0}], span_interpolation="cycle")
        assert (found["xco2_flag"][:, WATER] == 3).tolist() == expected
        assert (found["xco2_air_flag"][:, AIR] == 3).tolist() == expected
    # Span gas that no zero is subtracted from enters the factor of no other cycle.
    _, found = calibrated(stream, subtract_zero=True, span_gases=[{"xco2": 500.0}])
    np.testing.assert_allclose(found["xco2"][[0, 2], WATER], 400.0, rtol=1e-12)


def test_air_is_brought_to_the_marine_boundary_layer():
    offsets = [
        {"offset": 2.5, "uncertainty": 0.5, "valid_to": "2024-03-01T02:00:00Z"},
        {"offset": -1.0, "also_water": True, "valid_from": "2024-03-01T02:00:00Z"},
    ]
    _, found = calibrated(cycles(), air_offsets=offsets)
    np.testing.assert_allclose(found["xco2_air"][:, AIR], [412.5, 409.0, 409.0], rtol=1e-12)
    np.testing.assert_allclose(found["xco2"][:, WATER], [400.0, 399.0, 399.0], rtol=1e-12)
    uncertain = found["xco2_air_uncertainty"][:, AIR]
    assert uncertain[0] ** 2 - uncertain[1] ** 2 == pytest.approx(0.25, abs=0.01)


# --- sea and pressure ---


def vapour_pressure(temperature, salinity):
    kelvin = temperature + 273.15
    return np.exp(24.4543 - 67.4509 * 100 / kelvin - 4.8489 * np.log(kelvin / 100) - 0.000544 * salinity)


def test_water_is_equilibrated_at_sea_surface_temperature_and_the_pressure_with_the_pump_off():
    pressure = at([WATER - 1, WATER], [950.0, 1005.0], np.full(10, 1013.25))
    _, found = calibrated(cycles(analyser_pressure=pressure))
    np.testing.assert_allclose(found["pco2"][:, WATER], 400 * (1005.0 / 1013.25 - vapour_pressure(15.0, 35.0)), rtol=1e-12)


def test_constants_stand_in_for_temperature_and_salinity():
    """What a file lacks can be stated, with an uncertainty of its own."""
    stream = cycles(sst=None, salinity=None)
    joined, measured = calibrated(cycles())
    stated, assumed = calibrated(stream, sst=15.0, salinity=35.0, uncertainty={"sst": 1.0, "assumed_salinity": 5.0})
    np.testing.assert_allclose(assumed["fco2"][:, WATER], measured["fco2"][:, WATER], rtol=1e-12)
    assert (assumed["fco2_uncertainty_temperature"][:, WATER] > 20 * measured["fco2_uncertainty_temperature"][:, WATER]).all()
    assert any("sea-surface temperature is not measured" in problem.message for problem in stated.problems)
    assert category_mask(stated.streams["mapco2"], "sst_source", ["assumed"]).all()
    assert category_mask(stated.streams["mapco2"], "salinity_source", ["assumed"]).all()
    assert not joined.problems


def test_air_at_sea_level():
    _, found = calibrated(cycles(), barometer_height=10.0)
    expected = 1013.25 * (1 + 28.97e-3 * 9.8 * 10 / (8.314 * 288.15))
    np.testing.assert_allclose(found["sea_level_pressure"][:, AIR], expected, rtol=1e-9)
    assert np.isfinite(found["delta_fco2"][1:, WATER]).all()


def test_flags_of_what_a_sample_rests_on():
    stream = cycles()
    outcomes = []
    for name, cycle in (("relative_humidity", 1), ("analyser_pressure", 2)):
        level = np.full((3, 10), 1, dtype=np.int8)
        level[cycle, WATER] = 4
        outcomes.append(Outcome(variable=name, name="range", level=level.ravel()))
    apply_flags(stream, outcomes)
    _, found = calibrated(stream)
    assert (found["xco2_flag"][:, WATER] == 4).tolist() == [False, True, True]
    # Without its pressure there is no fCO2 at all.
    assert found["fco2_flag"][1:, WATER].tolist() == [4, 9]


def test_run_types_of_a_cycle():
    assert RUN_TYPE_OF_POINT["equilibrator_pump_on"] == RUN_TYPES["FLUSH"]
    assert RUN_TYPE_OF_POINT["equilibrator_pump_off"] == RUN_TYPES["EQU"]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"span_gases": [{"xco2": 500.0}, {"xco2": 510.0}]}, "span_gases: two hold for the same time"),
        ({"air_offsets": [{"offset": 1.0}, {"offset": 2.0}]}, "air_offsets: two hold for the same time"),
        ({"span_gases": [{"xco2": -1.0}]}, "greater than 0"),
        ({"source": "file"}, "raw"),
    ],
)
def test_mistakes_in_options(options, match):
    with pytest.raises(ValidationError, match=match):
        CALIBRATOR.options(**options)
