"""Calibrator `hydroc`: conditions, calibrations before and after, zeros of another stream, the contract."""

import csv
from datetime import timedelta

import numpy as np
import pytest
from icos_ocean.calibration.hydroc import CALIBRATOR
from icos_ocean.readers.contros_hydroc import READER
from icos_ocean.simulators.contros_hydroc import SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from icos_ocean.vocabulary.hydroc import STATES
from pydantic import ValidationError

import icos_core
from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, MISSING, QUESTIONABLE, make_stream, set_variable
from icos_core.exceptions import DataError
from icos_core.flags import apply_flags, decode_bits
from icos_core.running.aligning import merge_channels
from icos_core.testing import CalibratorContract, example_context
from icos_core.testing.simulated import described_options

SHEET = {"k1": 0.06893709, "k2": 6.124565e-6, "k3": 3.484077e-10, "runtime": 0.0, "date": "2024-01-01T00:00:00Z", "zero_ratio": 1.87}
LATER = {"k1": 0.06999492, "k2": 5.529816e-6, "k3": 3.857533e-10, "runtime": 1e6, "date": "2024-03-01T00:00:00Z", "zero_ratio": 1.85}
CALIBRATION = {"scale_factor": 60625.0, "before": SHEET, "after": LATER}
KINDS = ["EQU", "ZERO", "FLUSH", *["EQU"] * 6, "ZERO", "FLUSH", "EQU"]
START = np.datetime64("2024-02-01T00:00", "ns")
STEP = 600.0


def options_with(**changes):
    described = {"calibrations": [CALIBRATION], "water_temperature": "sst", "zero_settling": "0 s"}
    return CALIBRATOR.options.model_validate(described | changes)


def stream_with(**changes):
    """Two zeroings, ten minutes from row to row: 1.860 and 1.864, water at a ratio of 1.74."""
    count = len(KINDS)
    kinds = np.array([RUN_TYPES[word] for word in KINDS], dtype=np.int8)
    zero = np.where(np.arange(count) < 5, 1.860, 1.864)
    values = {
        "run_type": kinds,
        "signal_raw": np.where(kinds == RUN_TYPES["ZERO"], zero, 1.74) * 12_000.0,
        "signal_reference": np.full(count, 12_000.0),
        "analyser_pressure": np.full(count, 1020.0),
        "membrane_pressure": np.full(count, 1005.0),
        "gas_temperature": np.full(count, 34.8),
        "runtime": 400_000.0 + STEP * np.arange(count),
        "sst": np.full(count, 10.0),
    } | changes
    time = START + (np.arange(count) * STEP * 1e9).astype("timedelta64[ns]")
    return make_stream(time, {name: each for name, each in values.items() if each is not None}, VOCABULARY.values())


def calibrate(stream, options, **others):
    result = CALIBRATOR.calibrate({"hydroc": stream, **others}, options, example_context())
    calibrated = result.streams["hydroc"]
    apply_flags(calibrated, result.outcomes, cascades=CALIBRATOR.cascades(options)["*"])
    return calibrated, result


def bits(stream, name):
    return {meaning for meaning, rows in decode_bits(stream, f"{name}_tests").items() if rows.any()}


def polynomial(sheet, signal):
    return sheet["k1"] * signal + sheet["k2"] * signal**2 + sheet["k3"] * signal**3


def test_by_hand():
    found, result = calibrate(stream_with(), options_with())
    row = 5
    zero = 1.860 + 0.004 * (row - 1) / 8.0
    signal = 60625.0 * (1.0 - 1.74 / zero)
    share = (400_000.0 + row * STEP) / 1e6
    value = (1.0 - share) * polynomial(SHEET, signal) + share * polynomial(LATER, signal)
    pco2 = value * (1013.25 / 1020.0) * (34.8 + 273.15) / 273.15 * 1005.0 / 1013.25
    assert float(found["zero_signal_ratio"][row]) == pytest.approx(zero, rel=1e-12)
    assert float(found["signal_processed"][row]) == pytest.approx(signal, rel=1e-9)
    assert float(found["pco2"][row]) == pytest.approx(pco2, rel=1e-9)
    assert result.problems == ()
    assert np.isfinite(found["fco2"].values).tolist() == [word == "EQU" for word in KINDS]


@pytest.mark.parametrize(
    ("between", "share"), [("runtime", 0.4 + 5 * STEP / 1e6), ("time", (31.0 + 5 * STEP / 86400.0) / 60.0), ("zero-signal", 0.4)]
)
def test_share_of_the_change(between, share):
    found, result = calibrate(
        stream_with(), options_with(between_calibrations=between, zero="stated", calibrations=[CALIBRATION | {"zero_ratio": 1.862}])
    )
    signal = 60625.0 * (1.0 - 1.74 / 1.862)
    expected = (1.0 - share) * polynomial(SHEET, signal) + share * polynomial(LATER, signal)
    density = (1013.25 / 1020.0) * (34.8 + 273.15) / 273.15
    assert float(found["pco2"][5]) == pytest.approx(expected * density * 1005.0 / 1013.25, rel=1e-7)
    table = next(table for table in result.tables if table.title == "Calibrations")
    assert table.rows[0][-2] <= share + 1e-4


def test_values_between_zeros_are_not_questionable_those_outside_are():
    stream = stream_with()
    apply_flags(
        stream, [Outcome(variable=name, name="range", level=np.ones(len(KINDS), dtype=np.int8)) for name in stream if name != "run_type"]
    )
    found, _ = calibrate(stream, options_with())
    flags = found["fco2_flag"].values
    assert flags[[0, -1]].tolist() == [QUESTIONABLE, QUESTIONABLE]
    assert flags[3:9].tolist() == [GOOD] * 6
    assert flags[[1, 2]].tolist() == [MISSING, MISSING]
    assert bits(found, "zero_signal_ratio") == {"one_sided_zero_questionable"}
    assert bits(found, "pco2_equilibrator") == {"propagated_signal_processed_questionable"}


def test_without_a_calibration_after_the_deployment():
    """Values are kept with the coefficients of the one before, questionable unless the station says otherwise."""
    without = [{"scale_factor": 60625.0, "before": SHEET}]
    found, _ = calibrate(stream_with(), options_with(calibrations=without))
    assert "after_calibration_questionable" in bits(found, "pco2_equilibrator")
    assert (found["fco2_flag"].values[3:9] == QUESTIONABLE).all()
    # One per cent but for the fugacity coefficient, which follows the mole fraction.
    assert found["fco2_uncertainty_drift"].values[3:9] == pytest.approx(0.01 * found["fco2"].values[3:9], rel=1e-5)
    accepted, _ = calibrate(stream_with(), options_with(calibrations=without, after_calibration="not-required"))
    assert "after_calibration_questionable" not in bits(accepted, "pco2_equilibrator")
    np.testing.assert_array_equal(accepted["fco2"].values, found["fco2"].values)


def test_rows_beyond_the_calibrations():
    found, _ = calibrate(stream_with(runtime=1e6 - 1800.0 + STEP * np.arange(len(KINDS))), options_with())
    questionable = decode_bits(found, "pco2_equilibrator_tests")["outside_calibrations_questionable"]
    assert questionable[3:9].tolist() == [False, True, True, True, True, True]
    signal = found["signal_processed"].values[8]
    density = (1013.25 / 1020.0) * (34.8 + 273.15) / 273.15
    # No further than the calibration after: a polynomial is not extrapolated in time.
    assert found["pco2"].values[8] == pytest.approx(polynomial(LATER, signal) * density * 1005.0 / 1013.25)


def test_calibrations_of_two_deployments():
    first = CALIBRATION | {"valid_to": "2024-02-01T00:50:00Z"}
    second = {"scale_factor": 30312.5, "before": SHEET, "valid_from": "2024-02-01T01:00:00Z", "density": "signal"}
    found, result = calibrate(stream_with(), options_with(calibrations=[first, second]))
    assert np.isfinite(found["fco2"].values[3:9]).tolist() == [True, True, False, True, True, True]
    assert [str(each) for each in result.problems] == [
        "calibrations: none is valid for 1 rows of water",
        "4 rows of water have no runtime, or no calibration after them: the calibration before is used as it is",
    ]
    assert found["signal_processed"].values[7] == pytest.approx(0.5 * 60625.0 * (1.0 - 1.74 / found["zero_signal_ratio"].values[7]))


@pytest.mark.parametrize("zero", ["interpolate", "regression"])
@pytest.mark.parametrize("own_stream", [False, True])
def test_zeros_of_one_deployment_do_not_serve_the_next(zero, own_stream):
    """The sensor was exchanged at 00:50: runtime begins anew, and so does the zero signal."""
    first = CALIBRATION | {"valid_to": "2024-02-01T00:50:00Z"}
    second = CALIBRATION | {"valid_from": "2024-02-01T00:50:00Z"}
    count = len(KINDS)
    runtime = np.where(np.arange(count) < 5, 400_000.0, 5_000.0) + STEP * np.arange(count)
    stream, options = stream_with(runtime=runtime), {"calibrations": [second, first], "zero": zero}
    others = {}
    if own_stream:
        others["zeroings"] = stream.isel(time=[1, 9])
        options["zero_stream"] = "zeroings"
    found, result = calibrate(stream, options_with(**options), **others)
    assert found["zero_signal_ratio"].values == pytest.approx(np.where(np.arange(count) < 5, 1.860, 1.864))
    assert result.problems == ()
    # Each deployment has one zero, on one side of its rows: what that leaves open is part of the uncertainty.
    assert (decode_bits(found, "zero_signal_ratio_tests")["one_sided_zero_questionable"][[4, 5]]).all()
    zeroings = next(table for table in result.tables if table.title == "Zeroings")
    assert [row[1] for row in zeroings.rows] == pytest.approx([(400_000.0 + STEP) / 3600.0, (5_000.0 + 9 * STEP) / 3600.0], abs=1e-3)


@pytest.mark.parametrize("zero", ["interpolate", "regression"])
def test_a_deployment_without_zeros_is_told(zero):
    first = CALIBRATION | {"valid_to": "2024-02-01T01:40:00Z"}
    second = CALIBRATION | {"valid_from": "2024-02-01T01:40:00Z"}
    found, result = calibrate(stream_with(), options_with(calibrations=[first, second], zero=zero))
    assert np.isnan(found["fco2"].values[11])
    assert np.isfinite(found["fco2"].values[8])
    assert "1 rows of water have no reading of zero that passed its tests in their deployment" in " ".join(map(str, result.problems))


def test_no_runtime_is_logged():
    found, result = calibrate(stream_with(runtime=None), options_with())
    told = [str(each) for each in result.problems]
    assert told[0] == "no runtime is logged: zero signals are interpolated in time"
    assert "have no runtime" in told[1]
    # Runtime and time run alike here.
    np.testing.assert_allclose(found["zero_signal_ratio"].values, calibrate(stream_with(), options_with())[0]["zero_signal_ratio"].values)
    backwards = stream_with(runtime=np.arange(len(KINDS), 0.0, -1.0))
    assert "runtime goes back" in str(calibrate(backwards, options_with())[1].problems[0])


def test_no_zero():
    words = np.array([RUN_TYPES["EQU"]] * len(KINDS), dtype=np.int8)
    found, result = calibrate(stream_with(run_type=words), options_with())
    assert np.isnan(found["fco2"].values).all()
    assert "there is no pCO2; state zero_ratio with the calibration" in str(result.problems[0])
    stated = [CALIBRATION | {"zero_ratio": 1.862}]
    found, result = calibrate(stream_with(run_type=words), options_with(calibrations=stated))
    assert "the stated zero_ratio is used" in str(result.problems[0])
    assert (found["fco2_flag"].values == QUESTIONABLE).all()
    assert bits(found, "zero_signal_ratio") == {"stated_zero_questionable"}
    chosen, result = calibrate(stream_with(run_type=words), options_with(calibrations=stated, zero="stated"))
    assert bits(chosen, "zero_signal_ratio") == set()
    np.testing.assert_array_equal(chosen["fco2"].values, found["fco2"].values)


def test_bad_readings_of_zero_do_not_serve():
    stream = stream_with()
    stream["signal_raw"].values[1] *= 0.5
    level = np.ones(len(KINDS), dtype=np.int8)
    level[1] = BAD
    apply_flags(stream, [Outcome(variable="signal_raw", name="range", level=level)])
    found, _ = calibrate(stream, options_with())
    assert (found["zero_signal_ratio"].values == 1.864).all()


def test_zero_by_regression_with_a_breakpoint():
    count = len(KINDS)
    found, _ = calibrate(stream_with(), options_with(zero="regression"))
    assert found["zero_signal_ratio"].values[5] == pytest.approx(1.862)
    broken, _ = calibrate(stream_with(), options_with(zero="regression", zero_breakpoints=["2024-02-01T00:45:00Z"]))
    assert broken["zero_signal_ratio"].values == pytest.approx(np.where(np.arange(count) < 5, 1.860, 1.864))


def test_readings_while_the_gas_is_exchanged_are_left_out():
    stream = stream_with()
    stream["run_type"].values[2] = RUN_TYPES["ZERO"]
    stream["signal_raw"].values[1:3] = [22_000.0, 22_320.0]
    found, result = calibrate(stream, options_with(zero_settling="30 s"))
    assert found["zero_signal_ratio"].values[0] == pytest.approx(1.86)
    table = next(table for table in result.tables if table.title == "Zeroings")
    assert table.rows[0][2] == 1


def test_zeros_of_a_stream_of_their_own():
    kinds = np.array([RUN_TYPES["ZERO"]] * 4, dtype=np.int8)
    zeros = {"run_type": kinds, "signal_raw": np.full(4, 18_700.0), "signal_reference": np.full(4, 10_000.0)}
    minutes = np.array([10, 11, 12, 13]) * np.timedelta64(60_000_000_000, "ns")
    second = make_stream(START + minutes, zeros, VOCABULARY.values())
    options = options_with(zero_stream="zeroings")
    found, result = calibrate(stream_with(), options, zeroings=second)
    assert (found["zero_signal_ratio"].values == 1.87).all()
    assert next(table for table in result.tables if table.title == "Zeroings").rows[0][2] == 4
    assert set(CALIBRATOR.requires(options)) == {"*", "zeroings"}


@pytest.mark.parametrize("stream", [None, "hydroc"])
def test_readings_of_zero_in_a_stream_of_their_own_are_tested(stream):
    tests = CALIBRATOR.default_tests(options_with(stream=stream, zero_stream="zeroings"))
    tested = {test.get("variable") for test in tests if test.get("stream") in {None, "zeroings"}}
    assert {"signal_raw", "signal_reference"} <= tested
    assert stream is None or tested == {"signal_raw", "signal_reference"}


def test_states_become_run_types():
    kinds = np.array(KINDS)
    zero = np.where(kinds == "ZERO", STATES["on"], STATES["off"]).astype(np.int8)
    flush = np.where(kinds == "FLUSH", STATES["on"], STATES["off"]).astype(np.int8)
    zero[4], flush[5] = STATES["mixed"], STATES["missing"]
    found, _ = calibrate(stream_with(run_type=None, zero_state=zero, flush_state=flush), options_with())
    codes = {code: word for word, code in RUN_TYPES.items()}
    expected = [*KINDS]
    expected[4:6] = ["FLUSH", "IDLE"]
    assert [codes[code] for code in found["run_type"].values.tolist()] == expected


def test_settling_after_the_return_to_water():
    found, _ = calibrate(stream_with(), options_with(response_time="400 s", settling=2.0))
    assert np.isnan(found["fco2"].values[[3, 4, 5]]).tolist() == [True, True, False]
    kept, _ = calibrate(stream_with(), options_with(response_time="400 s", settling=0.0))
    assert np.isfinite(kept["fco2"].values[3])


def test_response_is_corrected():
    stream = stream_with()
    stream["signal_raw"].values[6:9] -= 60.0
    plain, _ = calibrate(stream, options_with())
    options = options_with(response_time="600 s", settling=0.0, response_correction=True)
    corrected, _ = calibrate(stream, options)
    rest = np.exp(-1.0)
    expected = (plain["pco2"].values[6] - rest * plain["pco2"].values[5]) / (1.0 - rest)
    assert corrected["pco2"].values[6] == pytest.approx(expected)
    assert corrected["fco2_uncertainty_response"].values[6] > 0.1
    assert corrected["fco2_uncertainty_noise"].values[6] == pytest.approx(
        plain["fco2_uncertainty_noise"].values[6] * np.sqrt(1.0 + rest**2) / (1.0 - rest), rel=1e-6
    )
    held = decode_bits(corrected, "pco2_equilibrator_tests")["uncorrected_response_questionable"]
    assert np.flatnonzero(held).tolist() == [0, 3, 11]


@pytest.mark.parametrize("name", ["analyser_pressure", "membrane_pressure"])
def test_a_pressure_of_zero_is_none(name):
    stream = stream_with()
    stream[name].values[5] = 0.0
    found, _ = calibrate(stream, options_with())
    for variable in ("pco2_equilibrator", "pco2", "fco2", "equilibrator_pressure"):
        assert np.isnan(found[variable].values[5]) or (variable, name) == ("equilibrator_pressure", "analyser_pressure")
        assert np.isfinite(found[variable].values[6])


@pytest.mark.parametrize("source", ["signal_raw", "gas_temperature"])
def test_a_bad_row_enters_no_response_correction(source):
    """Neither the row behind it nor a running mean over it holds anything of a reading that failed."""
    flags = np.ones(len(KINDS), dtype=np.int8)
    flags[6] = BAD
    options = options_with(response_time="600 s", settling=0.0, response_correction=True, response_smoothing="20 min")
    found = []
    for factor in (1.0, 0.9):
        stream = stream_with()
        stream[source].values[6] *= factor
        apply_flags(stream, [Outcome(variable=source, name="range", level=flags)])
        found.append(calibrate(stream, options)[0])
    others = np.arange(len(KINDS)) != 6
    np.testing.assert_array_equal(*(each["pco2"].values[others] for each in found))
    assert np.isfinite(found[1]["pco2"].values[6])
    assert found[1]["pco2_flag"].values[6] == BAD


@pytest.mark.parametrize("source", ["signal_raw", "analyser_pressure", "membrane_pressure", "gas_temperature", "sst"])
def test_flags_of_inputs_reach_fco2(source):
    stream = stream_with()
    level = np.ones(len(KINDS), dtype=np.int8)
    level[6] = BAD
    apply_flags(stream, [Outcome(variable=source, name="range", level=level)])
    found, _ = calibrate(stream, options_with())
    assert found["fco2_flag"].values[6] == BAD
    assert np.isfinite(found["fco2"].values[6])


def test_comparison_with_the_instrument():
    stream = stream_with(signal_reported=np.full(len(KINDS), 400.0))
    _, result = calibrate(stream, options_with(reported_signal_scale=0.1))
    (row,) = next(table for table in result.tables if table.title.startswith("Computed minus reported")).rows
    assert row[:2] == ("signal_processed", 8)
    assert row[2] == pytest.approx(0.1 * 60625.0 * (1.0 - 1.74 / 1.862) - 400.0, abs=1.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"calibrations": [CALIBRATION, CALIBRATION]}, "two are valid at the same time"),
        ({"calibrations": [CALIBRATION | {"after": LATER | {"runtime": None}}]}, "needs runtime before and after"),
        ({"calibrations": [CALIBRATION | {"after": LATER | {"runtime": 0.0}}]}, "runtime after must be beyond that before"),
        ({"zero": "stated"}, "needs zero_ratio"),
        ({"zero_breakpoints": ["2024-02-01T00:45:00Z"]}, "only with zero = 'regression'"),
        ({"response_correction": True}, "needs response_time"),
        ({"response_smoothing": "60 s"}, "only with response_correction"),
    ],
)
def test_options_that_contradict_each_other(changes, message):
    with pytest.raises(ValidationError, match=message):
        options_with(**changes)


@pytest.mark.parametrize("absent", ["membrane_pressure", "sst"])
def test_stream_without_what_is_needed(absent):
    with pytest.raises(DataError, match="found: none"):
        calibrate(stream_with(**{absent: None}), options_with())


def with_companions(folder, stream, names=("sst", "equilibrator_temperature")):
    rows = list(csv.DictReader((folder / "raw" / "companions.csv").read_text(encoding="ascii").splitlines()))
    assert stream.sizes["time"] == len(rows)
    for name, column in zip(names, ("sst", "water temperature"), strict=True):
        set_variable(stream, VOCABULARY[name], np.array([float(row[column]) for row in rows]))
    return stream


def test_a_run_with_every_usual_test(tmp_path):
    """From raw files to exports: all tests of all variables have room in the bits of a variable."""
    options = {"mooring": {"duration": "1 d"}, "interval": "300 s", "zero_length": "10 min", "layout": "ferrybox", "correct_response": True}
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options(**options), 1)
    result = icos_core.run(simulated.description, tmp_path / "output", jobs=1)
    found = result.tree["/calibrated/hydroc"].to_dataset()
    truth = simulated.truth["hydroc"]
    error = (found["fco2"].sel(time=truth["time"]) - truth["fco2"]).values
    good = np.isfinite(error)
    assert good.mean() > 0.8
    assert np.abs(error[good]).max() < 5.0 * found["fco2_uncertainty"].max()
    assert {"range", "spike", "rate_of_change", "flat_line", "rolling_outlier"} <= set(decode_bits(found, "pco2_equilibrator_evaluated"))
    assert (found["fco2_flag"].values == GOOD).any()


class TestHydroC(CalibratorContract):
    calibrator = CALIBRATOR
    simulator_options = {"mooring": {"duration": "1 d"}, "interval": "120 s", "response_time": "30 s"}

    def measured(self, folder):
        simulated = SIMULATOR.simulate(folder, SIMULATOR.options(**self.simulator_options), self.seed)
        parts = [(path.name, READER.read(path, READER.options(), self.context()).streams["hydroc"]) for path in simulated.files]
        stream = merge_channels(parts, "hydroc", timedelta(seconds=1)).stream
        return {"hydroc": with_companions(folder, stream)}, described_options(simulated.description, "calibrator", CALIBRATOR)


class TestHydroCInFerryBox(TestHydroC):
    simulator_options = TestHydroC.simulator_options | {"layout": "ferrybox", "correct_response": True}
