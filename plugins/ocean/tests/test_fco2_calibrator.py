"""Calibrator fco2 on small cruises of known truth."""

import numpy as np
import pytest
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.readers.general_oceanics import READER
from icos_ocean.simulators.general_oceanics import SIMULATOR
from icos_ocean.vocabulary import DIFFERENCE_TERMS, RUN_TYPES, STREAM, UNCERTAINTY_TERMS
from icos_ocean.vocabulary.flux import FLUX_INPUTS
from small_cruise import (
    STANDARDS,
    calibrated,
    cruise,
    described_standards,
    fugacity_over_pressure,
    pressure_of_vapour,
    schedule,
    with_values,
)

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE
from icos_core.exceptions import DataError
from icos_core.flags import decode_bits
from icos_core.running.merging import merge
from icos_core.testing import CalibratorContract, assert_same_stream, example_context

HEIGHT = {"barometer_height": 20.0}


def messages(result):
    return [problem.message for problem in result.problems]


def table(result, title):
    return next({row[0]: row[1:] for row in each.rows} for each in result.tables if each.title.startswith(title))


class TestContract(CalibratorContract):
    calibrator = CALIBRATOR

    def measured(self, folder):
        stream, _ = cruise()
        return {STREAM: stream}, CALIBRATOR.options.model_validate({"standards": described_standards(), **HEIGHT})


class TestContractOnSimulatedFiles(CalibratorContract):
    calibrator = CALIBRATOR
    reader, simulator = READER, SIMULATOR
    simulator_options = {"duration": "13 h", "interval": 300, "standards_every": "4 h"}


def test_the_truth_is_found_where_nothing_is_uncertain():
    stream, truth = cruise()
    found, _ = calibrated(stream, **HEIGHT)
    water, air = truth["water"], truth["on_air"]
    assert np.abs(found["fco2"].values - truth["fco2"])[water].max() < 1e-6
    assert np.abs(found["xco2"].values - truth["xco2"])[water].max() < 1e-7
    assert np.abs(found["xco2_air"].values - truth["xco2"])[air].max() < 1e-7
    assert set(found["fco2_flag"].values[~water]) == {MISSING}
    assert np.isnan(found["xco2"].values[~water]).all()
    np.testing.assert_array_equal(found["time"].values, stream["time"].values)
    np.testing.assert_array_equal(found["run_type"].values, stream["run_type"].values)
    np.testing.assert_array_equal(found["co2"].values, stream["co2"].values)


def test_every_variable_of_a_row_of_water():
    stream, truth = cruise()
    found, _ = calibrated(stream, **HEIGHT)
    row = np.flatnonzero(truth["water"])[15]
    x, t, s, S, P = (truth[name][row] for name in ("xco2", "equilibrator_temperature", "sst", "salinity", "pressure"))
    wet = x * (P / 1013.25 - pressure_of_vapour(t, S))
    factor = np.exp(0.0423 * (s - t))
    slp = 1008.0 * (1 + 0.02897 * 9.8 * 20 / (8.314 * (s + 273.15)))
    expected = {
        "pco2_equilibrator": wet,
        "fco2_equilibrator": wet * fugacity_over_pressure(x, P, t),
        "pco2": wet * factor,
        "delta_temperature": t - s,
        "water_vapour_pressure": 1013.25 * pressure_of_vapour(t, S),
        "sea_level_pressure": slp,
        "equilibrator_pressure": P,
    }
    for name, value in expected.items():
        assert found[name].values[row] == pytest.approx(value, rel=1e-10), name
    assert truth["air"][row] == pytest.approx(found["xco2_air"].values[row], abs=1e-6)
    wet_air = found["xco2_air"].values[row] * (slp / 1013.25 - pressure_of_vapour(s, S))
    assert found["pco2_air"].values[row] == pytest.approx(wet_air, rel=1e-10)
    fugacity = wet_air * fugacity_over_pressure(found["xco2_air"].values[row], slp, s)
    assert found["fco2_air"].values[row] == pytest.approx(fugacity, rel=1e-10)
    assert found["delta_fco2"].values[row] == pytest.approx(truth["fco2"][row] - fugacity, abs=1e-6)


def test_how_files_were_cut_makes_no_difference():
    stream, _ = cruise()
    whole, _ = calibrated(stream, **HEIGHT)
    for cuts in ((7,), (3, 4, 40), (1, 20, 21, 22)):
        pieces = [stream.isel(time=slice(a, b)) for a, b in zip((0, *cuts), (*cuts, None), strict=True)]
        pieces = [piece.drop_vars([name for name in piece.data_vars if "_flag" in name]) for piece in pieces]
        merged = merge([(f"{number}.txt", piece) for number, piece in enumerate(reversed(pieces))]).stream
        found, _ = calibrated(merged, **HEIGHT)
        assert_same_stream(found, whole, f"cut at {cuts}")


@pytest.mark.parametrize("form", ["measured-on-true", "true-on-measured"])
def test_the_calibrated_value_moves_the_right_way(form):
    # The analyser reads too high; a regression applied the wrong way round would double the error instead of removing it.
    stream, truth = cruise(slope=1.01, offset=2.0)
    found, _ = calibrated(stream, regression=form, standard_limit=20)
    water = truth["water"]
    error_before = (stream["co2"].values - truth["xco2"])[water]
    error_after = (found["xco2"].values - truth["xco2"])[water]
    assert error_before.min() > 4
    assert np.abs(error_after).max() < 1e-6


@pytest.mark.parametrize("side", ["before", "after"])
def test_with_standards_on_one_side_only_the_nearest_reading_is_held(side):
    """A swapped branch elsewhere left such values uncalibrated (defect 3)."""
    stream, truth = cruise(cycles=1, water=20)
    standards = slice(None, -3) if side == "before" else slice(3, None)
    part = stream.isel(time=standards)
    found, _ = calibrated(part)
    water = truth["water"][standards]
    readings = {word: float(part["co2"].values[part["run_type"].values == RUN_TYPES[word]][0]) for word in STANDARDS}
    slope, offset = np.polyfit(list(STANDARDS.values()), list(readings.values()), 1)
    expected = (part["co2"].values - offset) / slope
    np.testing.assert_allclose(found["xco2"].values[water], expected[water], rtol=1e-9)
    assert np.abs(found["xco2"].values - part["co2"].values)[water].min() > 0.5
    assert set(found["xco2_flag"].values[water]) == {QUESTIONABLE}
    assert set(found["fco2_flag"].values[water]) == {QUESTIONABLE}
    assert decode_bits(found, "xco2_tests")["one_sided_standards_questionable"][water].all()


def test_two_standards_are_questionable_and_one_gives_no_value():
    stream, truth = cruise()
    two, _ = calibrated(stream, standards=described_standards()[:2])
    water = truth["water"]
    assert np.abs(two["fco2"].values - truth["fco2"])[water].max() < 1e-6
    assert set(two["xco2_flag"].values[water]) == {QUESTIONABLE}
    assert decode_bits(two, "xco2_tests")["few_standards_questionable"][water].all()
    only = stream.isel(time=np.flatnonzero(~np.isin(stream["run_type"].values, [RUN_TYPES["STD2"], RUN_TYPES["STD3"]])))
    one, result = calibrated(only)
    water = one["run_type"].values == RUN_TYPES["EQU"]
    assert np.isnan(one["fco2"].values).all()
    assert decode_bits(one, "xco2_tests")["few_standards_bad"][water].all()
    assert "standards: STD2 has no row in the data; nearest run type: 'STD4'" in messages(result)


def test_samples_far_outside_the_standards_are_questionable_and_every_extrapolation_is_marked():
    stream, truth = cruise()
    found, _ = calibrated(stream, standards=described_standards(STD3={"xco2": 410.0}), outside_limit=20.0)
    assert set(found["xco2_flag"].values[truth["water"]]) == {GOOD}
    narrow = stream.isel(time=np.flatnonzero(stream["run_type"].values != RUN_TYPES["STD2"]))
    found, _ = calibrated(narrow, standards=described_standards()[1:], outside_limit=30.0, minimum_standards=2)
    water = narrow["run_type"].values == RUN_TYPES["EQU"]
    below = 410.0 - found["xco2"].values
    bits = decode_bits(found, "xco2_tests")
    np.testing.assert_array_equal(bits["outside_standards"][water], below[water] > 0)
    np.testing.assert_array_equal(bits["outside_standards_questionable"][water], below[water] > 30)
    assert 0 < np.count_nonzero(below[water] > 30) < np.count_nonzero(water)


def bad_standard(stream, word="STD3", run=1, by=5.0):
    """Make one run of a standard read wrong; returns the stream and the row."""
    row = np.flatnonzero(stream["run_type"].values == RUN_TYPES[word])[run]
    reading = stream["co2"].values.copy()
    reading[row] += by
    return with_values(stream, co2=reading), row


@pytest.mark.parametrize(("rejected", "standards_left"), [("leave-out", 2), ("bridge", 3)])
def test_a_standard_that_reads_far_off_is_bad_and_not_used(rejected, standards_left):
    stream, truth = cruise()
    spoilt, row = bad_standard(stream)
    found, result = calibrated(spoilt, rejected_runs=rejected)
    assert found["co2_flag"].values[row] == BAD
    assert decode_bits(found, "co2_tests")["standard_reading_bad"].sum() == 1
    water = truth["water"]
    assert np.abs(found["fco2"].values - truth["fco2"])[water].max() < 1e-6
    assert any("1 of 5 readings of STD3 are more than 4 µmol mol⁻¹ off; not used" in message for message in messages(result))
    runs = np.flatnonzero(stream["run_type"].values == RUN_TYPES["STD3"])
    between = water & (np.arange(water.size) > runs[0]) & (np.arange(water.size) < runs[2])
    flag = found["xco2_flag"].values
    assert set(flag[between]) == {QUESTIONABLE if standards_left == 2 else GOOD}
    assert set(flag[water & ~between]) == {GOOD}
    used, _ = calibrated(spoilt, standard_limit=100.0)
    assert np.abs(used["fco2"].values - truth["fco2"])[between].max() > 0.5


def test_where_leaving_out_would_lose_the_line_rejected_runs_are_bridged():
    stream, truth = cruise()
    spoilt, _ = bad_standard(stream, "STD3")
    spoilt, _ = bad_standard(spoilt, "STD2")
    found, _ = calibrated(spoilt)
    water = truth["water"]
    assert np.abs(found["fco2"].values - truth["fco2"])[water].max() < 1e-6
    bridged = decode_bits(found, "xco2_tests")["bridged_standards_questionable"]
    runs = np.flatnonzero(stream["run_type"].values == RUN_TYPES["STD3"])
    between = water & (np.arange(water.size) > runs[0]) & (np.arange(water.size) < runs[2])
    np.testing.assert_array_equal(bridged[water], between[water])


def test_runs_that_are_far_apart_make_questionable():
    stream, truth = cruise()
    found, _ = calibrated(stream, standard_interval_limit="30 min")
    assert set(found["xco2_flag"].values[truth["water"]]) == {QUESTIONABLE}
    assert decode_bits(found, "xco2_tests")["distant_standards_questionable"].sum() == truth["water"].sum()


def test_zero_and_span_gases_do_not_enter_the_line():
    words, seconds = schedule(2, 8)
    extra = np.array(["STD1", "STD1z", "STD4s"])
    words, seconds = np.concatenate([words, extra]), np.concatenate([seconds, seconds[-1] + np.array([300.0, 600.0, 900.0])])
    stream, truth = cruise(words=words, seconds=seconds)
    reading = stream["co2"].values.copy()
    reading[-3:] = [3.0, -40.0, 700.0]
    stream = with_values(stream, co2=reading)
    gases = [
        *described_standards(),
        {"run_type": "STD1", "role": "zero", "xco2": 0},
        {"run_type": "STD1z", "role": "zero", "xco2": 0},
        {"run_type": "STD4s", "role": "span", "xco2": 510},
    ]
    found, _ = calibrated(stream, standards=gases)
    water = truth["water"]
    assert np.abs(found["fco2"].values - truth["fco2"])[water].max() < 1e-6
    # The zero gas reads 3 where the others say 0.8: with it in the fit the line bends.
    with_zero, _ = calibrated(stream, standards=gases, use_zero_in_fit=True)
    assert np.abs(with_zero["fco2"].values - truth["fco2"])[water].max() > 0.05
    # What is read while the analyser is being set is not judged.
    assert found["co2_flag"].values[-2:].tolist() == [NOT_EVALUATED, NOT_EVALUATED]


def test_a_cylinder_that_was_exchanged():
    stream, truth = cruise()
    exchange = stream["time"].values[np.flatnonzero(stream["run_type"].values == RUN_TYPES["STD2"])[2]] - np.timedelta64(60, "s")
    new = stream["time"].values >= exchange
    reading = stream["co2"].values.copy()
    second = new & (stream["run_type"].values == RUN_TYPES["STD2"])
    hours = truth["hours"]
    reading[second] = ((1.003 + 2e-4 * hours) * 260.0 + 0.8 + 0.05 * hours)[second]
    stream = with_values(stream, co2=reading)
    moment = f"{np.datetime_as_string(exchange, 's')}Z"
    gases = [
        {"run_type": "STD2", "xco2": 230.0, "valid_to": moment, "cylinder": "old"},
        {"run_type": "STD2", "xco2": 260.0, "valid_from": moment, "cylinder": "new"},
        *described_standards()[1:],
    ]
    found, result = calibrated(stream, standards=gases)
    water = truth["water"]
    # Neither cylinder has a run on both sides of the exchange: one is held, and says so.
    error = np.abs(found["fco2"].values - truth["fco2"])
    one_sided = decode_bits(found, "xco2_tests")["one_sided_standards_questionable"]
    assert error[water & ~one_sided].max() < 1e-6
    assert 0 < np.count_nonzero(one_sided[water]) < np.count_nonzero(water) / 2
    assert error[water].max() < 0.2
    assert "STD2 (old): the instrument's column" not in " ".join(messages(result))
    assert any(message.startswith("STD2 (new): the instrument's column of standard values says 230") for message in messages(result))


def test_gases_that_data_and_description_do_not_share():
    stream, _ = cruise()
    _, result = calibrated(stream, standards=[*described_standards()[:2], {"run_type": "STD5", "xco2": 600.0}], minimum_standards=2)
    assert any(message.startswith("standards: STD5 has no row in the data; nearest run type: 'STD") for message in messages(result))
    assert "run type STD4 (5 rows) has no gas in the description; its rows are not used" in messages(result)


def test_a_disagreeing_value_in_the_instrument_is_told_once_per_gas_with_both_values():
    stream, truth = cruise()
    stated = stream["standard_value"].values.copy()
    stated[stated == 230.0] = 246.98
    stated[stated == 410.0] = 404.9
    found, result = calibrated(with_values(stream, standard_value=stated))
    told = [message for message in messages(result) if "column of standard values" in message]
    assert len(told) == 2
    assert "246.98" in told[0]
    assert "230 µmol" in told[0]
    assert "404.9" in told[1]
    assert np.abs(found["fco2"].values - truth["fco2"])[truth["water"]].max() < 1e-6


def test_rows_near_a_change_are_kept_marked_and_not_used():
    # One row per run of a standard: flushing by a second would leave none, so these are given a second row.
    words, seconds = schedule(3, 10)
    double = np.isin(words, list(STANDARDS))
    words, seconds = np.repeat(words, 1 + double), np.repeat(seconds, 1 + double)
    seconds = seconds + 30.0 * np.concatenate([[False], (words[1:] == words[:-1]) & np.isin(words[1:], list(STANDARDS))])
    stream, truth = cruise(words=words, seconds=seconds)
    reading = stream["co2"].values.copy()
    changes = np.flatnonzero(words[1:] != words[:-1]) + 1
    reading[changes] += 30.0
    stream = with_values(stream, co2=reading)
    found, _ = calibrated(stream, flush_after=20, **HEIGHT)
    marked = decode_bits(found, "co2_tests")["flushing"]
    assert np.flatnonzero(marked).tolist() == changes.tolist()
    water = truth["water"]
    assert np.isnan(found["fco2"].values[water & marked]).all()
    assert np.abs(found["fco2"].values - truth["fco2"])[water & ~marked].max() < 1e-6
    assert found["co2_flag"].values[changes].tolist() == [NOT_EVALUATED] * changes.size
    assert found.sizes["time"] == stream.sizes["time"]


def test_drying():
    stream, truth = cruise(offset=0.0, offset_per_hour=0.0)
    h2o = np.where(truth["water"], 8.0, np.where(truth["on_air"], 12.0, 0.5))
    moist = with_values(stream, co2=stream["co2"].values * (1 - h2o / 1000), h2o=h2o)
    water, air = truth["water"], truth["on_air"]
    both, _ = calibrated(moist, dry_samples=True, dry_standards=True)
    assert np.abs(both["fco2"].values - truth["fco2"])[water].max() < 1e-6
    assert np.abs(both["xco2_air"].values - truth["xco2"])[air].max() < 1e-6
    neither, _ = calibrated(moist)
    assert np.nanmax(neither["fco2"].values / truth["fco2"]) == pytest.approx((1 - 0.008) / (1 - 0.0005), rel=2e-5)
    bad_h2o = [Outcome(variable="h2o", name="range", level=np.where(truth["hours"] > 1, BAD, GOOD))]
    flagged, _ = calibrated(moist, dry_samples=True, dry_standards=False, outcomes=bad_h2o)
    assert set(flagged["fco2_flag"].values[water & (truth["hours"] > 1)]) == {BAD}
    assert set(flagged["fco2_flag"].values[water & (truth["hours"] <= 1)]) <= {GOOD, NOT_EVALUATED}


@pytest.mark.parametrize(("changes", "optional"), [({}, True), ({"dry_samples": True}, False), ({"dry_standards": True}, False)])
def test_water_vapour_is_required_where_it_is_used(changes, optional):
    options = CALIBRATOR.options.model_validate({"standards": described_standards(), **changes})
    assert {each.name: each.optional for each in CALIBRATOR.requires(options)["*"]}["h2o"] is optional


def test_units_of_what_may_stand_in_for_salinity_are_known():
    options = CALIBRATOR.options.model_validate({"standards": described_standards()})
    salinity = {each.name: each for each in CALIBRATOR.requires(options)["*"]}["salinity"]
    assert [(each.name, each.units) for each in salinity.choices] == [("salinity", ""), ("conductivity", "mS cm-1")]


def test_a_reading_without_water_vapour_cannot_be_dried():
    stream, truth = cruise()
    h2o = np.where(truth["hours"] > 1, np.nan, 5.0)
    found, _ = calibrated(with_values(stream, h2o=h2o), dry_samples=True)
    assert np.isnan(found["xco2"].values[truth["hours"] > 1]).all()
    assert np.isfinite(found["xco2"].values[truth["water"] & (truth["hours"] <= 1)]).all()


def test_exactly_one_stream_with_run_types_is_wanted():
    stream, _ = cruise()
    options = CALIBRATOR.options.model_validate({"standards": described_standards()})
    for streams, found in (({}, "none"), ({"a": stream, "b": stream}, "a, b")):
        with pytest.raises(DataError, match=f"exactly one stream with run_type and co2, found: {found}"):
            CALIBRATOR.calibrate(streams, options, example_context())
    renamed = CALIBRATOR.calibrate({"a": stream, "other": stream[["sst"]]}, options, example_context())
    assert list(renamed.streams) == ["a"]


def test_unknown_run_types_of_samples_are_told():
    stream, _ = cruise()
    _, result = calibrated(stream, water_run_types=["EQW"])
    assert any("the data know no run type 'EQW'; nearest: 'EQU'" in message for message in messages(result))


def test_nothing_that_is_declared_stays_empty():
    """A variable that is announced and never filled is a defect elsewhere (6)."""
    stream, _ = cruise()
    found, _ = calibrated(stream, **HEIGHT)
    carried_if_there = {"draining", "h2o", "air_temperature", "wind_direction", "equilibrator_temperature_source"}
    carried_if_there |= {"water_flow", "analyser_flow", "analyser_pressure", *FLUX_INPUTS}
    options = CALIBRATOR.options.model_validate({"standards": described_standards()})
    for word in CALIBRATOR.provides(options)["*"]:
        if word.name not in carried_if_there:
            assert found[word.name].notnull().any(), word.name
            assert found[word.name].attrs.get("units", "") == word.units


NOT_HERE = {"drying", "instrument", "temperature_correction", "regression_form"}
"""Terms that arise where something is dried, without standard gases, or where several methods are listed."""


def test_terms_of_the_uncertainty():
    stream, truth = cruise()
    found, _ = calibrated(stream)
    water = truth["water"]
    # Nothing is dried.
    terms = {term: source for term, source in UNCERTAINTY_TERMS.items() if term not in NOT_HERE}
    assert "fco2_uncertainty_drying" not in found
    squares = sum(found[f"fco2_uncertainty_{term}"].values ** 2 for term in terms)
    np.testing.assert_allclose(found["fco2_uncertainty"].values[water], np.sqrt(squares)[water], rtol=1e-12)
    for term, (correlation, _) in terms.items():
        assert found[f"fco2_uncertainty_{term}"].attrs["error_correlation"] == correlation
        # No slow sensor has a gap.
        assert (found[f"fco2_uncertainty_{term}"].values[water] > 0).all() == (term != "filling")
    for name in ("fco2_uncertainty", "xco2_uncertainty"):
        assert np.isnan(found[name].values[~water]).all()


def test_terms_of_the_uncertainty_of_the_difference():
    stream, _ = cruise()
    found, _ = calibrated(stream, **HEIGHT)
    total = found["delta_fco2_uncertainty"].values
    known = np.isfinite(found["delta_fco2"].values)
    terms = {term: correlation for term, (correlation, _) in DIFFERENCE_TERMS.items() if term not in NOT_HERE}
    assert {name.removeprefix("delta_fco2_uncertainty_") for name in found if name.startswith("delta_fco2_uncertainty_")} == set(terms)
    squares = 0.0
    for term, correlation in terms.items():
        part = found[f"delta_fco2_uncertainty_{term}"]
        assert part.attrs["error_correlation"] == correlation
        np.testing.assert_array_equal(np.isfinite(part.values), known)
        assert (part.values[known] > 0).all() == (term != "filling"), term
        squares = squares + part.values**2
    np.testing.assert_allclose(total[known], np.sqrt(squares)[known], rtol=1e-12)
    # What water and air share cancels: the standards count for less than in either.
    assert (found["delta_fco2_uncertainty_standards"].values[known] < found["fco2_uncertainty_standards"].values[known]).all()


@pytest.mark.parametrize(("dried", "expected"), [(("samples",), 1), (("standards",), 1 - 5e-3), (("samples", "standards"), 1)])
def test_drying_has_an_uncertainty_of_its_own(dried, expected):
    stream, truth = cruise()
    moist = with_values(stream, h2o=np.full(truth["hours"].size, 5.0))
    options = {f"dry_{each}": True for each in dried}
    found, _ = calibrated(moist, uncertainty={"h2o": 0.4}, standard_limit=20, **options)
    water = truth["water"]
    relative = found["fco2_uncertainty_drying"].values[water] / found["fco2"].values[water]
    # x / (1 - h/1000) responds to h by x / (1000 - h); gas that is dry as it is, by x / 1000.
    np.testing.assert_allclose(relative, expected * 0.4 / 995, rtol=2e-4)


def test_where_nothing_is_uncertain_nothing_is():
    stream, _ = cruise()
    names = ("equilibrator_temperature", "sst", "pressure", "sea_level_pressure", "salinity", "reading", "drift", "temperature_coefficient")
    gases = described_standards(**{word: {"uncertainty": 0.0} for word in STANDARDS})
    nothing = {**dict.fromkeys(names, 0.0), "variability": {"air": 0.0}}
    found, _ = calibrated(stream, standards=gases, uncertainty=nothing, **HEIGHT)
    for name in ("fco2", "xco2_air", "fco2_air", "delta_fco2"):
        assert np.nanmax(found[f"{name}_uncertainty"].values) == 0.0
    # Errors that water and air share alike all but cancel.
    gases = described_standards(**{word: {"uncertainty": 0.5} for word in STANDARDS})
    found, _ = calibrated(stream, standards=gases, uncertainty=nothing, **HEIGHT)
    difference = found["delta_fco2_uncertainty"].values
    assert np.nanmax(difference) < 0.8 * np.nanmin(found["fco2_uncertainty"].values)


def test_whatever_has_a_value_has_an_uncertainty():
    stream, truth = cruise()
    found, _ = calibrated(stream, **HEIGHT)
    for name in ("xco2", "fco2", "xco2_air", "fco2_air", "delta_fco2"):
        known = np.isfinite(found[name].values)
        assert known.any()
        np.testing.assert_array_equal(np.isfinite(found[f"{name}_uncertainty"].values), known, name)
        assert (found[f"{name}_uncertainty"].values[known] > 0).all()
        assert f"{name}_uncertainty" in found[name].attrs["ancillary_variables"].split()
    interpolated = found["xco2_air_source"].values == 1
    assert (interpolated == truth["water"])[np.isfinite(found["xco2_air"].values)].all()


def test_tables_account_for_rows_and_runs():
    stream, truth = cruise()
    spoilt, _ = bad_standard(stream)
    _, result = calibrated(spoilt)
    rows = table(result, "Rows")
    assert rows["all rows"] == (stream.sizes["time"],)
    assert rows["run type EQU"] == rows["water samples"] == (int(truth["water"].sum()),)
    assert rows["water samples complete as measured"] == rows["water samples complete after filling"] == rows["water samples"]
    gases = table(result, "Standard gases")
    assert gases["STD3"][5:9] == (5, 4, 1, 5)
    assert gases["STD2"][5:10] == (5, 5, 0, 5, 5)
    assert table(result, "Source of the equilibrator pressure")["equilibrator"] == rows["water samples"]
    for each in result.tables:
        assert all(len(row) == len(each.columns) for row in each.rows)


def test_drift_greater_than_stated_is_told():
    random = np.random.default_rng(5)
    stream, truth = cruise(cycles=20)
    walk = np.cumsum(random.normal(0, 1, truth["hours"].size) * 2.0 * np.sqrt(np.diff(truth["hours"], prepend=0)))
    drifting = with_values(stream, co2=stream["co2"].values + walk - walk.mean())
    _, result = calibrated(drifting, standard_limit=50)
    assert any("more than twice the 0.3 stated in uncertainty.drift" in message for message in messages(result))
    found, result = calibrated(drifting, standard_limit=50, uncertainty={"drift": "estimate"})
    assert not any("uncertainty.drift" in message for message in messages(result))
    estimated = table(result, "Calibration")["drift assumed (µmol mol⁻¹ h^-½)"][0]
    assert 1.2 < estimated < 3.0
    default, _ = calibrated(drifting, standard_limit=50)
    water = truth["water"]
    ratio = found["fco2_uncertainty_interpolation"].values[water] / default["fco2_uncertainty_interpolation"].values[water]
    np.testing.assert_allclose(ratio, estimated / 0.3, rtol=5e-3)
