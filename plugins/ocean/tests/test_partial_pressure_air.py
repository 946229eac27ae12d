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

from icos_core.dataset import BAD, GOOD, make_stream
from icos_core.flags import apply_flags

START = np.datetime64("2024-05-01T00:00", "ns")
KINDS = ["ATM", "ATM", "EQU", "EQU", "EQU", "ATM"]
XCO2 = np.array([410.0, 414.0, 390.0, 400.0, 395.0, 420.0])
OPTIONS = {
    "barometer_height": 0.0,
    "run_gap": "2 h",
    "uncertainty": {"sst": 0.0, "water_temperature": 0.0, "salinity": 0.0, "sea_level_pressure": 0.0, "temperature_coefficient": 0.0}
    | {"variability": {"air": 0.0}},
}


def calibrate(options, *, terms, flag=None, barometer=1010.0):
    count = len(KINDS)
    kinds = np.array([RUN_TYPES[word] for word in KINDS], dtype=np.int8)
    values = {"sst": np.full(count, 12.0), "equilibrator_temperature": np.full(count, 12.0), "salinity": np.full(count, 35.0)}
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
    reduce_partial_pressure(inputs, measured, result, options)
    flags = np.full(air.size, GOOD, dtype=np.int8) if flag is None else np.array(flag, dtype=np.int8)
    of_air = MeasuredAir(rows=air, xco2=XCO2[air], terms={name: np.full(air.size, term) for name, term in terms.items()}, flag=flags)
    reduce_partial_pressure_air(inputs, of_air, result, options)
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


@pytest.mark.parametrize(
    ("term", "of_air", "shared"),
    # 1 µmol mol⁻¹ each; midway (weights 4/9 and 5/9) between a mean of two and a single reading.
    [("noise", np.sqrt((4 / 9) ** 2 / 2 + (5 / 9) ** 2), False), ("zero", 1.0, False), ("calibration", 1.0, True)],
)
def test_terms(term, of_air, shared):
    found, _ = calibrate(AirOptions(**OPTIONS), terms={term: 1.0})
    row = 3
    assert found["xco2_air_uncertainty"].values[row] == pytest.approx(of_air)
    per_xco2 = found["fco2_air"].values[row] / found["xco2_air"].values[row]
    u_air, u_water = found["fco2_air_uncertainty"].values[row], found["fco2_uncertainty"].values[row]
    assert u_air == pytest.approx(of_air * per_xco2, rel=1e-4)
    expected = abs(u_water - u_air) if shared else np.hypot(u_water, u_air)
    assert found["delta_fco2_uncertainty"].values[row] == pytest.approx(expected, rel=1e-3)


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
