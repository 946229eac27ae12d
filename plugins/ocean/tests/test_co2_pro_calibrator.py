"""Calibrator of the Pro-Oceanus CO2-Pro."""

import numpy as np
import pytest
from icos_ocean.calibration.co2_pro import CALIBRATOR
from icos_ocean.calibration.co2_pro_zero import judge_zero_counts, recovering, zero_periods
from icos_ocean.readers.pro_oceanus_co2_pro import READER
from icos_ocean.simulators.pro_oceanus_co2_pro import SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from pydantic import ValidationError

import icos_core
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE, category_mask, make_stream, set_variable
from icos_core.exceptions import DataError
from icos_core.flags import apply_flags
from icos_core.running.joins import SOURCE_ATTRIBUTES
from icos_core.testing import example_context, flagged

CONTEXT = example_context()
START = np.datetime64("2024-03-01T00:00:00", "ns")
R = 82.0575


def stream_of(minutes=None, **values):
    """Rows of water, a minute apart where nothing else is said."""
    size = max(np.size(each) for each in values.values())
    moments = np.arange(size) if minutes is None else np.asarray(minutes)
    usual = {"run_type": RUN_TYPES["EQU"], "xco2_wet": 410.0, "analyser_pressure": 1010.0, "humidity_pressure": 11.0, "sst": 15.0}
    columns = {name: np.broadcast_to(value, size) for name, value in {**usual, **values}.items()}
    return make_stream(START + moments * np.timedelta64(60, "s"), columns, VOCABULARY.values())


def calibrated(stream, **options):
    return CALIBRATOR.calibrate({"co2_pro": flagged(stream)}, CALIBRATOR.options.model_validate(options), CONTEXT)


def one(result, name, row=0):
    return result.streams["co2_pro"][name].values[row]


def fugacity(p, x, atmospheres, t):
    """Weiss (1974), written out: pressures in µatm and atm, x in µmol/mol."""
    T = t + 273.15
    B = -1636.75 + 12.0408 * T - 0.0327957 * T**2 + 3.16528e-5 * T**3
    delta = 57.7 - 0.118 * T
    return p * np.exp((B + 2.0 * (1.0 - x * 1e-6) ** 2 * delta) * atmospheres / (R * T))


def test_partial_pressure_of_the_observatories():
    """674 µmol/mol at 1000 hPa are 665.19 µatm."""
    result = calibrated(stream_of(xco2_wet=674.0, analyser_pressure=1000.0))
    assert one(result, "pco2_equilibrator") == pytest.approx(665.19, abs=0.005)


def test_pressure_is_converted_to_atmospheres_once():
    """Handing atmospheres to a formula that expects hPa gives 1.47 µatm more at 410 µmol/mol, 1010 hPa and 15 °C."""
    result = calibrated(stream_of(xco2_wet=410.0, analyser_pressure=1010.0, sst=15.0))
    p, atmospheres = 410.0 * 1010.0 / 1013.25, 1010.0 / 1013.25
    once = fugacity(p, 410.0, atmospheres, 15.0)
    twice = fugacity(p, 410.0, atmospheres / 1013.25, 15.0)
    assert twice - once == pytest.approx(1.47, abs=0.005)
    assert one(result, "fco2") == pytest.approx(once, abs=1e-4)


def test_water_is_dried_with_the_share_of_vapour():
    """Dry = wet / (1 - vapour / pressure); one over 1 minus a pressure in hPa would be negative."""
    result = calibrated(stream_of(xco2_wet=400.0, analyser_pressure=1000.0, humidity_pressure=20.0))
    assert one(result, "xco2") == pytest.approx(400.0 / 0.98)
    assert one(result, "xco2") > 0.0 > 400.0 / (1.0 - 1000.0)


def test_air_is_dried_with_the_share_of_vapour():
    run_type = np.full(6, RUN_TYPES["EQU"])
    run_type[[1, 4]] = RUN_TYPES["ATM"]
    stream = stream_of(run_type=run_type, xco2_wet=400.0, analyser_pressure=1000.0, humidity_pressure=20.0, atmospheric_pressure=1005.0)
    result = calibrated(stream, barometer_height=0.0, recovery="0 s")
    air = result.streams["co2_pro"]["xco2_air"].values
    # Between two runs of air it is interpolated, outside it is not known.
    assert np.isnan(air[[0, 5]]).all()
    np.testing.assert_allclose(air[1:5], 400.0 / 0.98)
    assert result.streams["co2_pro"]["xco2_air_source"].values.tolist() == [0, 0, 1, 1, 0, 0]
    x = 400.0 / 0.98
    assert one(result, "fco2_air", 2) == pytest.approx(fugacity(saturated(x, 1005.0, 15.0), x, 1005.0 / 1013.25, 15.0), abs=1e-3)
    assert one(result, "delta_fco2", 2) == pytest.approx(one(result, "fco2", 2) - one(result, "fco2_air", 2))


def saturated(x, hpa, t):
    """Weiss and Price (1980), written out: partial pressure over sea water of salinity 35."""
    T = t + 273.15
    vapour = np.exp(24.4543 - 67.4509 * 100.0 / T - 4.8489 * np.log(T / 100.0) - 0.000544 * 35.0)
    return x * (hpa / 1013.25 - vapour)


def test_without_humidity_there_is_water_but_neither_dry_mole_fraction_nor_air():
    stream = stream_of(run_type=[RUN_TYPES["ATM"], RUN_TYPES["EQU"]]).drop_vars("humidity_pressure")
    result = calibrated(stream)
    assert np.isfinite(one(result, "fco2", 1))
    assert np.isnan(one(result, "xco2", 1))
    assert "no humidity_pressure: air cannot be dried" in str(result.problems[0])


def test_a_correction_holds_while_it_is_valid():
    corrections = [
        {"factor": 1.01, "offset": -2.0, "uncertainty": 1.0, "valid_from": "2024-03-01T00:01:00Z", "valid_to": "2024-03-01T00:02:00Z"}
    ]
    result = calibrated(stream_of(xco2_wet=[400.0] * 3, analyser_pressure=1013.25), corrections=corrections)
    assert result.streams["co2_pro"]["pco2"].values.tolist() == pytest.approx([400.0, 402.0, 400.0])
    # 0.5 % of the reading where nothing else is known, what the correction states where it holds.
    ratio = result.streams["co2_pro"]["fco2_uncertainty_calibration"].values / result.streams["co2_pro"]["fco2"].values
    assert ratio == pytest.approx([0.005, 1.0 / 402.0, 0.005], rel=1e-4)


def test_mistakes_in_options():
    with pytest.raises(ValidationError, match="two of them are valid at the same time"):
        CALIBRATOR.options(corrections=[{"uncertainty": 1.0}, {"uncertainty": 2.0}])
    with pytest.raises(ValidationError, match="first number must be smaller"):
        CALIBRATOR.options(zero_count_range=(5.0, 2.0))


def test_terms_of_the_uncertainty():
    result = calibrated(stream_of(xco2_wet=400.0, analyser_pressure=1013.25))
    fco2 = one(result, "fco2")
    f = fco2 / 400.0
    expected = {"calibration": 2.0 * f, "zero": 0.5 * f, "noise": 0.3 * f, "filling": 0.0}
    for term, value in expected.items():
        assert one(result, f"fco2_uncertainty_{term}") == pytest.approx(value, rel=1e-5, abs=1e-12), term
    # 1 hPa more is 400/1013.25 µatm more, and a little less by the fugacity coefficient.
    assert one(result, "fco2_uncertainty_pressure") == pytest.approx(fco2 / 1013.25, rel=0.01)
    assert one(result, "fco2_uncertainty_temperature") < 0.01
    terms = [one(result, f"fco2_uncertainty_{term}") for term in (*expected, "pressure", "temperature")]
    assert one(result, "fco2_uncertainty") == pytest.approx(np.sqrt(np.sum(np.square(terms))))


def test_rows_after_a_zero_are_kept_but_not_used():
    run_type = [RUN_TYPES[word] for word in ("EQU", "ZERO", "EQU", "EQU", "EQU")]
    result = calibrated(stream_of(minutes=[0, 10, 20, 39, 40], run_type=run_type), recovery="30 min")
    assert np.isfinite(result.streams["co2_pro"]["fco2"].values).tolist() == [True, False, False, False, True]
    (marks,) = [each.mark for each in result.outcomes if (each.variable, each.name) == ("xco2_wet", "after_zero")]
    assert marks.tolist() == [False, False, True, True, False]


def test_a_zero_that_is_not_in_the_log_shows_in_the_zero_count():
    counts = [44400.0, 44400.0, 44450.0, 44450.0, 44450.0]
    time = np.array([0.0, 600.0, 1200.0, 2999.0, 3000.0])
    assert recovering(time, np.zeros(5, bool), np.array(counts), 1800.0).tolist() == [False, False, True, True, False]
    assert recovering(time, np.zeros(5, bool), np.full(5, np.nan), 1800.0).tolist() == [False] * 5
    assert recovering(np.empty(0), np.empty(0, bool), np.empty(0), 1800.0).size == 0


def test_counts_are_judged():
    zero = np.array([44400.0, 24999.0, 100001.0, 44400.0, 44400.0, 44400.0, np.nan])
    current = np.array([42000.0, 20000.0, 90000.0, 44400.0, 44401.0, np.nan, 42000.0])
    is_zero = np.array([False, False, False, False, True, False, False])
    level = judge_zero_counts(zero, current, is_zero, (25_000.0, 100_000.0), 10.0)
    assert level.tolist() == [GOOD, BAD, BAD, BAD, GOOD, GOOD, NOT_EVALUATED]


def test_a_jump_of_the_zero_count_is_questionable_until_the_next_zero():
    zero = np.array([40000.0, 40000.0, 43000.0, 43000.0, 43100.0, np.nan])
    level = judge_zero_counts(zero, np.full(6, 30000.0), np.zeros(6, bool), (25_000.0, 100_000.0), 0.05)
    assert level.tolist() == [GOOD, GOOD, QUESTIONABLE, QUESTIONABLE, GOOD, NOT_EVALUATED]


def test_a_bad_zero_count_makes_all_bad_that_rests_on_it():
    stream = flagged(stream_of(zero_count=[44400.0, 44400.0], current_count=[42000.0, 45000.0]))
    options = CALIBRATOR.options(recovery="0 s")
    result = CALIBRATOR.calibrate({"co2_pro": stream}, options, CONTEXT)
    apply_flags(result.streams["co2_pro"], result.outcomes, cascades=CALIBRATOR.cascades(options)["*"])
    for name in ("zero_count", "pco2_equilibrator", "pco2", "fco2", "xco2"):
        assert result.streams["co2_pro"][f"{name}_flag"].values[1] == BAD, name


ZEROS = ["ZERO", "ATM", "EQU", "ATM", "ZERO", "ATM", "EQU", "ATM", "ZERO", "ATM", "EQU", "ATM"]


def with_zeros(flag=None, counts=(44400.0, 44410.0, 44420.0)):
    """Three zeros, after each of them air, water and air; the readings of the second zero with a person's flag."""
    counts = np.repeat(counts, 4)
    run_type = [RUN_TYPES[word] for word in ZEROS]
    readings = np.repeat([410.0, 500.0, 410.0], 4)
    beside = {"current_count": counts - 2400.0, "atmospheric_pressure": 1010.0}
    stream = flagged(stream_of(run_type=run_type, zero_count=counts, xco2_wet=readings, **beside))
    if flag is not None:
        name, level = flag
        levels = stream[f"{name}_flag"].values.copy()
        levels[4] = level
        stream[f"{name}_flag"] = ("time", levels, stream[f"{name}_flag"].attrs)
    options = CALIBRATOR.options(recovery="0 s", barometer_height=0.0, zero_drift_limit=10.0)
    result = CALIBRATOR.calibrate({"co2_pro": stream}, options, CONTEXT)
    found = result.streams["co2_pro"]
    apply_flags(found, result.outcomes, cascades=CALIBRATOR.cascades(options)["*"])
    return found


@pytest.mark.parametrize("name", ["zero_count", "xco2_wet"])
@pytest.mark.parametrize("level", [QUESTIONABLE, BAD])
def test_a_flag_on_a_zero_is_that_of_what_rests_on_it(name, level):
    """Until the next zero, and nothing else: neither water and air before it nor after the next one."""
    found, without = with_zeros((name, level)), with_zeros()
    for variable in ("fco2", "pco2", "xco2"):
        assert found[f"{variable}_flag"].values[6] == level, variable
        assert (found[f"{variable}_flag"].values[[2, 10]] == without[f"{variable}_flag"].values[[2, 10]]).all(), variable
    assert found["xco2_air_flag"].values[[5, 7]].tolist() == [level, level]
    # Air of that zero is interpolated nowhere; the water between other runs of air has what it had.
    for variable in ("xco2_air", "xco2_air_flag", "delta_fco2", "delta_fco2_uncertainty"):
        others = [1, 2, 3, 9, 10, 11]
        np.testing.assert_array_equal(found[variable].values[others], without[variable].values[others])


def test_air_that_rests_on_a_bad_zero_count_is_not_interpolated():
    found = with_zeros(counts=(44400.0, 24000.0, 44420.0))
    assert found["xco2_air_flag"].values[[5, 7]].tolist() == [BAD, BAD]
    assert found["fco2_flag"].values[6] == BAD
    # Air at the water of that zero comes from the runs of the zeros on both sides, which read less.
    assert found["xco2_air"].values[6] == pytest.approx(found["xco2_air"].values[3])
    assert with_zeros()["xco2_air"].values[6] == pytest.approx(found["xco2_air"].values[5])


def test_rows_that_rest_on_one_zero():
    run_type = np.array([0, 1, 1, 0, 0, 0, 1, 0, 0], dtype=bool)
    counts = np.array([5.0, 5.0, 5.0, 7.0, 7.0, 8.0, 9.0, 9.0, np.nan])
    # The count that shows behind the record of a zero is of that zero; one that changes without a record is of another.
    assert zero_periods(run_type, counts).tolist() == [0, 1, 1, 1, 1, 2, 3, 3, 3]
    assert zero_periods(np.zeros(0, dtype=bool), np.zeros(0)).size == 0


def test_a_temperature_that_stands_for_another_says_where_it_comes_from():
    """Joined by interpolation, the temperature of the sea is no measured one of the membrane."""
    stream = stream_of(sst=[15.0, 15.5, 16.0])
    stream["sst_source"] = ("time", np.array([0, 1, 0], dtype=np.int8), {**SOURCE_ATTRIBUTES})
    found = calibrated(stream).streams["co2_pro"]
    assert found["equilibrator_temperature_source"].values.tolist() == found["sst_source"].values.tolist() == [0, 1, 0]


def test_several_corrections_are_listed_with_their_spread():
    methods = ["takahashi-1993", "takahashi-2009"]
    stream = stream_of(equilibrator_temperature=16.0)
    result = calibrated(stream, water_temperature="equilibrator_temperature", temperature_correction=methods)
    assert "takahashi-2009" in str(result.tables[-1])
    assert one(result, "fco2_spread_temperature_correction") > 0.0


def test_which_stream():
    stream = flagged(stream_of(xco2_wet=400.0))
    with pytest.raises(DataError, match="exactly one stream with xco2_wet, analyser_pressure, found: a, b; name one with stream"):
        CALIBRATOR.calibrate({"a": stream, "b": stream}, CALIBRATOR.options(), CONTEXT)
    result = CALIBRATOR.calibrate({"a": stream, "b": stream}, CALIBRATOR.options(stream="b"), CONTEXT)
    assert list(result.streams) == ["b"]


@pytest.mark.parametrize("style", ["commas", "hash"])
def test_a_run_from_raw_files(tmp_path, style):
    simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options(style=style), 1)
    run = icos_core.run(simulated.description, jobs=1)
    assert run.status == 0
    stream = run.tree["calibrated/co2_pro"].to_dataset()
    truth = simulated.truth["co2_pro"]
    rows = np.searchsorted(stream["time"].values, truth["time"].values)
    for name in ("fco2", "fco2_air", "delta_fco2"):
        error = (stream[name].values[rows] - truth[name].values) / stream[f"{name}_uncertainty"].values[rows]
        assert np.nanmax(np.abs(error)) < 4.0
        assert np.isfinite(error).sum() > 600
    water = category_mask(stream, "run_type", ["EQU"])
    used = water & np.isfinite(stream["fco2"].values)
    assert (stream["fco2_flag"].values[used] == GOOD).all()
    # The way back from a zero is no spike: nobody is asked to accept what is not used.
    assert (stream["xco2_wet_flag"].values[water] == GOOD).all()
    assert used.sum() == water.sum() - 30


@pytest.mark.realdata
def test_the_log_of_the_observatories(real_data):
    path = real_data / "ocean" / "ooi_mi-instrument" / "20140217.pco2a.log"
    result = READER.read(path, READER.options(), CONTEXT)
    assert (result.tally.seen, result.tally.kept) == (227, 216)
    assert dict(result.tally.rejected) == {"message of the logger": 11}
    assert dict(result.tally.by_type) == {"(message of the logger)": 11, "A M": 108, "W M": 108}
    assert result.tally.damaged == {}
    told = " ".join(map(str, result.problems))
    assert "water: the logger's time is -118 s" in told
    assert "air: the logger's time is +284 s" in told
    stream = result.streams["co2_pro"]
    assert READER.read(path, READER.options(clock="logger"), CONTEXT).tally.kept == 216
    guessed = READER.guess(path)
    assert (guessed.confidence > 0.9, guessed.options) == (True, {})
    assert guessed.unsure[0].startswith("clock: ")

    # The file by itself, without the reader.
    records = [line.split(",") for line in path.read_text(encoding="ascii").splitlines() if " M," in line]
    by_hand = {"".join(each[1:7]): (each[0][-3], float(each[9]), float(each[11]), float(each[13])) for each in records}
    moments = [str(each)[:19].translate({ord(mark): None for mark in "-T:"}) for each in stream["time"].values]
    assert sorted(by_hand) == moments
    place, x, humidity, pressure = (np.array(each) for each in zip(*(by_hand[each] for each in moments), strict=True))

    set_variable(stream, VOCABULARY["sst"], np.full(216, 13.0))
    calibrated_rows = CALIBRATOR.calibrate({"co2_pro": flagged(stream)}, CALIBRATOR.options(), CONTEXT).streams["co2_pro"]
    water, air = place == "W", place == "A"
    np.testing.assert_allclose(calibrated_rows["pco2_equilibrator"].values[water], (x * pressure / 1013.25)[water], rtol=1e-12)
    np.testing.assert_allclose(calibrated_rows["xco2_air"].values[air], (x / (1.0 - humidity / pressure))[air], rtol=1e-12)
    # Off Massachusetts, in February 2014.
    assert 340 < np.nanmean(calibrated_rows["fco2"].values) < 370
    assert 380 < np.nanmean(calibrated_rows["xco2_air"].values) < 410
