"""The shared part of calibrators of partial-pressure instruments: a stream of pCO2 with uncertain inputs."""

import numpy as np
import pytest
from icos_ocean.calibration.partial_pressure import (
    MeasuredPartialPressure,
    calibrated_stream,
    choose_stream,
    partial_pressure_inputs,
    partial_pressure_record,
    reduce_partial_pressure,
)
from icos_ocean.calibration.partial_pressure_contract import (
    partial_pressure_carried,
    partial_pressure_cascades,
    partial_pressure_requirements,
    partial_pressure_tests,
    partial_pressure_words,
)
from icos_ocean.calibration.partial_pressure_options import AirOptions, PartialPressureOptions
from icos_ocean.calibration.record import Result
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from pydantic import ValidationError

from icos_core.components import Outcome, Requirement
from icos_core.dataset import BAD, GOOD, MISSING, make_stream
from icos_core.exceptions import DataError
from icos_core.flags import apply_flags

START = np.datetime64("2024-05-01T00:00", "ns")
PRESSURE = 1012.0
OWN = {"calibration": 2.0, "noise": 0.5}


def stream_of(sst, temperature, pco2, **further):
    count = len(sst)
    values = {"sst": sst, "equilibrator_temperature": temperature, "pco2_reported": pco2, **further}
    values.setdefault("run_type", np.full(count, RUN_TYPES["EQU"], dtype=np.int8))
    time = START + np.arange(count) * np.timedelta64(60, "s")
    return make_stream(time, {name: each for name, each in values.items() if each is not None}, VOCABULARY.values())


def calibrate(stream, options, *, tested=True, **further):
    """A calibrator as short as can be: the instrument's own pCO2 is right."""
    record = partial_pressure_record(stream, "sami", options)
    inputs = partial_pressure_inputs(record, options)
    result = Result(record)
    rows = np.flatnonzero(record.water & ~record.flushed & np.isfinite(stream["pco2_reported"].values))
    measured = MeasuredPartialPressure(
        rows=rows,
        pco2=stream["pco2_reported"].values[rows],
        pressure=np.full(rows.size, PRESSURE),
        evaluated=np.full(rows.size, tested),
        terms={name: np.full(rows.size, term) for name, term in OWN.items()},
        **further,
    )
    reduce_partial_pressure(inputs, measured, result, options)
    calibrated = calibrated_stream(inputs, result, partial_pressure_carried(options, ("pco2_reported",)))
    apply_flags(calibrated, result.outcomes, cascades=partial_pressure_cascades(options, ("pco2_reported",)))
    return calibrated


def test_what_comes_out_is_declared():
    options = PartialPressureOptions()
    found = calibrate(stream_of([10.0, 11.0], [10.5, 11.2], [400.0, 410.0]), options)
    declared = {word.name for word in partial_pressure_words(options, tuple(OWN), ("pco2_reported",))}
    suffixes = ("_flag", "_flag_origin", "_tests", "_evaluated", "_source")
    assert {str(name) for name in found.data_vars if not str(name).endswith(suffixes)} <= declared
    assert found["delta_temperature"].values == pytest.approx([0.5, 0.2])
    assert found["fco2_uncertainty_calibration"].attrs["error_correlation"] == "common"


def test_water_in_place_needs_one_temperature_only():
    options = PartialPressureOptions(water_temperature="sst")
    found = calibrate(stream_of([10.0, 11.0], None, [400.0, 410.0]), options)
    assert "delta_temperature" not in found
    assert "fco2_uncertainty_method" not in found
    np.testing.assert_array_equal(found["pco2"].values, [400.0, 410.0])
    np.testing.assert_array_equal(found["equilibrator_temperature"].values, found["sst"].values)
    # 0.03 °C act through the fugacity coefficient alone: about 5e-5 per degree.
    assert (found["fco2_uncertainty_temperature"].values < 0.002).all()


def test_one_temperature_on_which_pco2_depends():
    """An instrument whose pCO2 is computed with the water temperature hands in how."""
    options = PartialPressureOptions(water_temperature="sst", uncertainty={"water_temperature": 0.1})
    found = calibrate(stream_of([10.0], None, [400.0]), options, by_temperature=16.9)
    assert found["fco2_uncertainty_temperature"].values == pytest.approx([1.69], rel=0.01)


def test_temperature_of_another_name_is_copied_with_its_flag():
    options = PartialPressureOptions(water_temperature="sensor_temperature")
    stream = stream_of([10.0, 11.0], None, [400.0, 410.0], sensor_temperature=[10.5, 11.5])
    apply_flags(stream, [Outcome(variable="sensor_temperature", name="range", level=np.array([GOOD, BAD], dtype=np.int8))])
    found = calibrate(stream, options)
    assert found["equilibrator_temperature_flag"].values.tolist() == [GOOD, BAD]
    assert found["fco2_flag"].values[1] == BAD
    assert np.isfinite(found["fco2"].values).all()


def test_good_only_where_everything_was_tested():
    for levels, expected in (([GOOD, 2], [GOOD, 2]), ([GOOD, BAD], [GOOD, BAD])):
        stream = stream_of([10.0, 11.0], [10.0, 11.0], [400.0, 410.0])
        of_temperature = Outcome(variable="equilibrator_temperature", name="range", level=np.array(levels, dtype=np.int8))
        apply_flags(stream, [Outcome(variable="sst", name="range", level=np.ones(2, dtype=np.int8)), of_temperature])
        found = calibrate(stream, PartialPressureOptions())
        assert found["fco2_flag"].values.tolist() == expected
        assert found["pco2_equilibrator_flag"].values.tolist() == [GOOD, GOOD]
    assert calibrate(stream, PartialPressureOptions(), tested=False)["pco2_equilibrator_flag"].values.tolist() == [2, 2]


def test_gap_is_filled_and_costs():
    found = calibrate(stream_of([10.0, np.nan, 11.0], [10.0, 10.5, 11.0], [400.0] * 3), PartialPressureOptions())
    assert found["sst"].values[1] == 10.5
    assert found["fco2_uncertainty_filling"].values[[0, 2]].tolist() == [0.0, 0.0]
    # 0.3 °C h^-½ over two times one minute: 0.3 √(1/120) °C, 4.23 % per °C.
    assert found["fco2_uncertainty_filling"].values[1] == pytest.approx(0.3 / np.sqrt(120.0) * 0.0423 * found["fco2"].values[1])
    unfilled = calibrate(
        stream_of([10.0, np.nan, 11.0], [10.0, 10.5, 11.0], [400.0] * 3), PartialPressureOptions(fill={"temperature": "0 s"})
    )
    assert unfilled["fco2_flag"].values[1] == MISSING
    assert np.isfinite(unfilled["fco2_equilibrator"].values).all()


def test_rows_of_other_kinds_have_nothing():
    kinds = np.array([RUN_TYPES[word] for word in ("ZERO", "EQU", "EQU")], dtype=np.int8)
    options = PartialPressureOptions(flush_after="30 s")
    found = calibrate(stream_of([10.0] * 3, [10.0] * 3, [400.0] * 3, run_type=kinds), options)
    assert np.isnan(found["fco2"].values).tolist() == [True, True, False]


@pytest.mark.parametrize("correlation", [0.0, 0.9, -0.5])
@pytest.mark.parametrize("method", ["takahashi-1993", "takahashi-2009", "humphreys-2024-parametrised"])
def test_against_monte_carlo(method, correlation):
    """First order against many draws of everything that is uncertain, the calibration of pCO2 by temperature and pressure included."""
    uncertainty = {"water_temperature": 0.15, "sst": 0.1, "salinity": 1.0, "temperature_correlation": correlation}
    options = PartialPressureOptions(temperature_correction=method, uncertainty=uncertainty)
    by = {"by_temperature": 4.0, "by_pressure": 0.4}
    draws = 200_000
    random = np.random.default_rng(5)
    z = random.standard_normal((6, draws))
    of_t = 0.15 * z[0]
    of_s = 0.1 * (correlation * z[0] + np.sqrt(1.0 - correlation**2) * z[1])
    of_P = 3.0 * z[2]
    pco2 = 400.0 + 2.0 * z[3] + 0.5 * z[4] + 4.0 * of_t + 0.4 * of_P
    truth = stream_of([10.0], [10.8], [400.0], salinity=[34.0])
    stated = calibrate(truth, options, pressure_uncertainty=3.0, **by)
    noisy = stream_of(10.0 + of_s, 10.8 + of_t, pco2, salinity=34.0 + z[5])
    found = calibrate(noisy, options)["fco2"].values
    method_term = stated["fco2_uncertainty_method"].values[0]
    expected = np.sqrt(stated["fco2_uncertainty"].values[0] ** 2 - method_term**2)
    assert found.std() == pytest.approx(expected, rel=0.01)
    assert found.mean() == pytest.approx(stated["fco2"].values[0], abs=0.05)


def test_spread_over_corrections():
    methods = ("takahashi-1993", "takahashi-2009", "humphreys-2024-fit")
    options = PartialPressureOptions(temperature_correction=methods)
    stream = stream_of([10.0, 10.0], [10.8, 10.0], [400.0, 410.0])
    found = calibrate(stream, options)
    alone = [calibrate(stream, PartialPressureOptions(temperature_correction=each))["fco2"].values for each in methods]
    spread = np.max(alone, axis=0) - np.min(alone, axis=0)
    np.testing.assert_array_equal(found["fco2"].values, alone[0])
    np.testing.assert_allclose(found["fco2_spread_temperature_correction"].values, spread, atol=1e-12)
    np.testing.assert_allclose(found["fco2_uncertainty_temperature_correction"].values, spread / np.sqrt(12.0), atol=1e-12)
    declared = {word.name for word in partial_pressure_words(options, tuple(OWN), ())}
    assert {"fco2_spread_temperature_correction", "fco2_uncertainty_temperature_correction"} <= declared
    in_place = calibrate(stream, PartialPressureOptions(temperature_correction=methods, water_temperature="sst"))
    assert "fco2_spread_temperature_correction" not in in_place


def test_streams_are_chosen():
    stream = stream_of([10.0], [10.0], [400.0])
    options = PartialPressureOptions()
    assert choose_stream({"a": stream}, ["pco2_reported"], "sami", options) == "a"
    with pytest.raises(DataError, match="found: a, b; name one with stream"):
        choose_stream({"a": stream, "b": stream}, ["pco2_reported"], "sami", options)
    with pytest.raises(DataError, match="found: none"):
        choose_stream({"a": stream}, ["signal_raw"], "hydroc", options)


def test_requirements():
    words = {each.name: each for each in partial_pressure_requirements(PartialPressureOptions(), (Requirement(name="pco2_reported"),))}
    assert words["salinity"].optional
    assert not words["equilibrator_temperature"].optional
    parametrised = PartialPressureOptions(temperature_correction="humphreys-2024-parametrised")
    assert not {each.name: each for each in partial_pressure_requirements(parametrised, ())}["salinity"].optional
    assert "atmospheric_pressure" in {each.name for each in partial_pressure_requirements(AirOptions(), ())}


def test_usual_tests_go_with_the_temperatures():
    own = {"test": "range", "variable": "sensor_temperature", "bad_outside": [-5.0, 45.0]}
    tests = partial_pressure_tests(PartialPressureOptions(water_temperature="sensor_temperature", stream="sami"), [own])
    assert all(test["stream"] == "sami" for test in tests)
    assert {test["test"] for test in tests if test.get("variable") == "sensor_temperature"} >= {"range", "spike", "flat-line"}
    assert "delta-temperature" in {test["test"] for test in tests}
    of_pco2 = [test for test in tests if test.get("variable") == "pco2_equilibrator"]
    assert [test["test"] for test in of_pco2] == ["range", "spike", "rate-of-change", "flat-line", "rolling-outlier"]
    assert of_pco2[0]["questionable_outside"] == [80.0, 1200.0]
    assert "delta-temperature" not in {test["test"] for test in partial_pressure_tests(PartialPressureOptions(water_temperature="sst"))}


def test_terms_of_the_shared_part_are_taken():
    nothing = np.empty(0)
    with pytest.raises(ValueError, match="must not be named filling"):
        MeasuredPartialPressure(
            rows=np.empty(0, dtype=np.intp), pco2=nothing, pressure=nothing, evaluated=nothing > 0, terms={"filling": nothing}
        )


def test_options_that_contradict_each_other():
    with pytest.raises(ValidationError, match="computes its coefficient"):
        PartialPressureOptions(temperature_correction="humphreys-2024-parametrised", temperature_coefficient=0.04)
    with pytest.raises(ValidationError, match="is a run type of water samples, too"):
        AirOptions(air_run_types=("EQU",))
