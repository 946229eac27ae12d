"""Air beside water in a stream of a partial-pressure instrument."""

import numpy as np
import pytest
from icos_ocean.calibration.partial_pressure import (
    MeasuredPartialPressure,
    calibrated_stream,
    partial_pressure_inputs,
    partial_pressure_record,
    reduce_partial_pressure,
)
from icos_ocean.calibration.partial_pressure_air import MeasuredAir, reduce_partial_pressure_air
from icos_ocean.calibration.partial_pressure_contract import partial_pressure_carried, partial_pressure_cascades, partial_pressure_words
from icos_ocean.calibration.partial_pressure_options import AirOptions
from icos_ocean.calibration.record import Result
from icos_ocean.seawater_co2 import fugacity, pco2_from_xco2
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, make_stream
from icos_core.flags import apply_flags

START = np.datetime64("2024-05-01T00:00", "ns")
KINDS = ["ATM", "ATM", "EQU", "EQU", "EQU", "ATM"]
ONE_ZERO = (0, 0, 0, 0, 0, 0)
XCO2 = np.array([410.0, 414.0, 390.0, 400.0, 395.0, 420.0])
OPTIONS = {
    "barometer_height": 0.0,
    "run_gap": "2 h",
    "uncertainty": {"sst": 0.0, "water_temperature": 0.0, "salinity": 0.0, "sea_level_pressure": 0.0, "temperature_coefficient": 0.0}
    | {"variability": {"air": 0.0}},
}


def calibrate(options, *, terms, flag=None, barometer=1010.0, zeros=ONE_ZERO, sst=12.0):
    count = len(KINDS)
    kinds = np.array([RUN_TYPES[word] for word in KINDS], dtype=np.int8)
    values = {"sst": np.full(count, sst), "equilibrator_temperature": np.full(count, 12.0), "salinity": np.full(count, 35.0)}
    values |= {"run_type": kinds, "pco2_reported": XCO2, "atmospheric_pressure": np.full(count, barometer)}
    stream = make_stream(START + np.arange(count) * np.timedelta64(1, "h"), values, VOCABULARY.values())
    record = partial_pressure_record(stream, "co2_pro", options, air_run_types=options.air_run_types)
    inputs = partial_pressure_inputs(record, options)
    result = Result(record)
    water, air = np.flatnonzero(record.water), np.flatnonzero(record.air)
    measured = MeasuredPartialPressure(
        rows=water,
        pco2=XCO2[water],
        pressure=np.full(water.size, 1010.0),
        evaluated=np.ones(water.size, dtype=bool),
        terms={name: np.full(water.size, term) for name, term in terms.items()},
    )
    reduced = reduce_partial_pressure(inputs, measured, result, options)
    flags = np.full(air.size, GOOD, dtype=np.int8) if flag is None else np.array(flag, dtype=np.int8)
    of_air = MeasuredAir(
        rows=air,
        xco2=XCO2[air],
        terms={name: np.full(air.size, term) for name, term in terms.items()},
        flag=flags,
        periods={"zero": np.asarray(zeros)},
    )
    reduce_partial_pressure_air(inputs, reduced, of_air, result, options)
    found = calibrated_stream(inputs, result, partial_pressure_carried(options, ("pco2_reported",)))
    apply_flags(found, result.outcomes, cascades=partial_pressure_cascades(options, ("pco2_reported",)))
    return found, result


def test_air_is_interpolated_between_means_of_runs():
    options = AirOptions(**OPTIONS)
    found, _ = calibrate(options, terms={})
    # The run of two readings has the mean 412 at half past midnight, the other 420 at five.
    assert found["xco2_air"].values[2:5] == pytest.approx([412.0 + 8.0 * hours / 4.5 for hours in (1.5, 2.5, 3.5)])
    assert found["xco2_air_source"].values.tolist() == [0, 0, 1, 1, 1, 0]
    x = found["xco2_air"].values
    pco2 = pco2_from_xco2(x, 1010.0, 12.0, 35.0)
    np.testing.assert_allclose(found["pco2_air"].values, pco2)
    np.testing.assert_allclose(found["fco2_air"].values, fugacity(pco2, x, 1010.0, 12.0))
    np.testing.assert_allclose(found["delta_fco2"].values[2:5], (found["fco2"] - found["fco2_air"]).values[2:5])
    words = {word.name for word in partial_pressure_words(options, ("noise", "zero", "calibration"), ("pco2_reported",))}
    suffixes = ("_flag", "_flag_origin", "_tests", "_evaluated", "_source")
    assert {str(name) for name in found.data_vars if not str(name).endswith(suffixes)} <= words


def test_bad_readings_of_air_are_not_interpolated():
    found, _ = calibrate(AirOptions(**OPTIONS), terms={}, flag=[GOOD, GOOD, BAD])
    assert np.isnan(found["xco2_air"].values[2:5]).all()
    assert found["xco2_air_flag"].values[5] == BAD
    assert found["fco2_air_flag"].values[5] == BAD


V, W = 4 / 9, 5 / 9  # weights of the runs before and after the row in question, a mean of two and a single reading


@pytest.mark.parametrize(
    ("term", "zeros", "of_air", "shared"),
    # 1 µmol mol⁻¹ each; the last is what of the error of air is that of the water, too.
    [
        ("noise", ONE_ZERO, np.sqrt(V**2 / 2 + W**2), 0.0),
        ("calibration", ONE_ZERO, 1.0, 1.0),
        ("zero", ONE_ZERO, 1.0, 1.0),
        ("zero", (0, 0, 0, 0, 1, 1), np.hypot(V, W), V),
        ("zero", (0, 0, 0, 1, 1, 1), np.hypot(V, W), W),
        ("zero", (0, 0, 1, 1, 2, 2), np.hypot(V, W), 0.0),
        # A zero between the two readings of a run: each is a run of its own, and the later one is half past one from the other.
        ("zero", (0, 1, 1, 1, 1, 1), 1.0, 1.0),
    ],
)
def test_terms(term, zeros, of_air, shared):
    found, _ = calibrate(AirOptions(**OPTIONS), terms={term: 1.0}, zeros=zeros)
    row = 3
    assert found["xco2_air_uncertainty"].values[row] == pytest.approx(of_air)
    per_xco2 = found["fco2_air"].values[row] / found["xco2_air"].values[row]
    u_air, u_water = found["fco2_air_uncertainty"].values[row], found["fco2_uncertainty"].values[row]
    assert u_air == pytest.approx(of_air * per_xco2, rel=1e-4)
    expected = np.sqrt(max(u_water**2 + u_air**2 - 2.0 * shared * per_xco2 * u_water, 0.0))
    assert found["delta_fco2_uncertainty"].values[row] == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_terms_of_a_period_need_their_periods():
    with pytest.raises(ValueError, match="periods are needed of the terms zero"):
        MeasuredAir(rows=np.arange(1), xco2=np.ones(1), terms={"zero": np.ones(1)}, flag=np.ones(1, dtype=np.int8))


@pytest.mark.parametrize("temperature", ["equilibrator_temperature", "sst"])
def test_the_thermometer_is_one_for_water_and_air(temperature):
    """An error of sea-surface temperature changes ΔfCO2 by as much as its uncertainty says."""
    uncertainty = OPTIONS["uncertainty"] | {"sst": 1.0} | ({"water_temperature": 1.0} if temperature == "sst" else {})
    options = AirOptions(**OPTIONS | {"uncertainty": uncertainty, "water_temperature": temperature})
    found, _ = calibrate(options, terms={})
    step = 1e-3
    shifted, _ = calibrate(options, terms={}, sst=12.0 + step)
    by_sst = (shifted["delta_fco2"].values[3] - found["delta_fco2"].values[3]) / step
    assert found["delta_fco2_uncertainty"].values[3] == pytest.approx(abs(by_sst), rel=1e-3)


def test_readings_of_air_that_were_not_tested_concern_their_runs_only():
    _, result = calibrate(AirOptions(**OPTIONS), terms={}, flag=[NOT_EVALUATED, GOOD, GOOD], zeros=(0, 1, 1, 1, 1, 1))
    (level,) = [each.level for each in result.outcomes if (each.variable, each.name) == ("xco2_air", "air_reading")]
    assert level.tolist() == [NOT_EVALUATED, *[GOOD] * 5]


def test_air_without_a_barometer_s_height_has_no_pressure():
    found, result = calibrate(AirOptions(**OPTIONS | {"barometer_height": None}), terms={"noise": 1.0})
    assert np.isnan(found["fco2_air"].values).all()
    assert np.isfinite(found["xco2_air"].values).all()
    assert [str(each) for each in result.problems] == [
        "barometer_height is not stated: no pressure at sea level, hence neither pCO2 nor fCO2 of air"
    ]


def test_air_without_a_barometer():
    found, _ = calibrate(AirOptions(**OPTIONS | {"barometer": "ambient_pressure"}), terms={"noise": 1.0})
    assert np.isnan(found["fco2_air_uncertainty"].values).all()
    assert np.isfinite(found["fco2"].values[2:5]).all()


def test_wandering_air_is_uncertain_between_runs():
    options = AirOptions(**OPTIONS | {"uncertainty": OPTIONS["uncertainty"] | {"variability": {"air": 0.6}}})
    found, _ = calibrate(options, terms={})
    assert found["xco2_air_uncertainty"].values[3] == pytest.approx(0.6 * np.sqrt(2.5 * 2.0 / 4.5))
    assert found["xco2_air_uncertainty"].values[5] == 0.0
