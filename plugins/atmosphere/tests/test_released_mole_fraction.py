"""Finished series taken over: flags of the file, scales, conversions."""

from __future__ import annotations

from dataclasses import replace

import atc_files
import numpy as np
import pytest
from icos_atmosphere.calibration.released_mole_fraction import CALIBRATOR
from icos_atmosphere.calibration.released_mole_fraction_scales import row_scales
from icos_atmosphere.readers.icos_atc_release import READER
from icos_atmosphere.readers.obspack_words import provider_flag
from icos_atmosphere.vocabulary import series_words
from pydantic import ValidationError

from icos_core.dataset import make_stream, set_variable
from icos_core.exceptions import DataError
from icos_core.flags import apply_flags, decode_bits
from icos_core.testing import CalibratorContract, example_context, flagged

CONTEXT = replace(example_context(), station=example_context().station.model_copy(update={"id": "ABC"}))
HALL = 1.00079, -0.142
SCALES = {"co2": {"co2": "X2019"}, "ch4": {"ch4": "X2004A"}}


def series(folder, content=None, **options):
    path = folder / "ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2"
    path.write_bytes(atc_files.release() if content is None else content)
    return flagged(READER.read(path, READER.options(**options), example_context()).streams["icos_atc"])


def calibrated(streams, **options):
    """Calibrate as a run does: the result carries its flags."""
    streams = streams if isinstance(streams, dict) else {"icos_atc": streams}
    result = CALIBRATOR.calibrate(streams, CALIBRATOR.options.model_validate(options), CONTEXT)
    cascades = CALIBRATOR.cascades(CALIBRATOR.options.model_validate(options))["*"]
    for name, stream in result.streams.items():
        result.streams[name] = stream.copy()
        apply_flags(result.streams[name], [each for each in result.outcomes if each.stream == name], (), cascades)
    return result


def methane(**items):
    return atc_files.with_header(atc_files.release_rows(60), atc_files.RELEASE_TITLES, items, gas="CH4")


class TestAsItIs(CalibratorContract):
    calibrator = CALIBRATOR

    def measured(self, folder):
        stream = series(folder)
        for name in [each for each in stream.data_vars if str(each).endswith(("_tests", "_evaluated", "_flag_origin"))]:
            stream = stream.drop_vars(name)
        return {"icos_atc": stream}, CALIBRATOR.options()


class TestConverted(CalibratorContract):
    calibrator = CALIBRATOR

    def measured(self, folder):
        content = atc_files.release(**{"MEASUREMENT SCALE": "WMO X2007"})
        return {"icos_atc": series(folder, content)}, CALIBRATOR.options(scale={"co2": "WMO CO2 X2019"})


def test_letters_of_the_file_become_flags(tmp_path):
    # A file may keep the value beside the letter that calls it incorrect.
    rows = [f"{atc_files.stamp(hour)};4{hour}0.000;0.1;9;{letter};7;1" for hour, letter in enumerate(["U", "N", "O", "K", "R", "H", ""])]
    stream = series(tmp_path, atc_files.with_header(rows, atc_files.RELEASE_TITLES))
    result = calibrated(stream).streams["icos_atc"]
    assert result["co2_flag"].values.tolist() == [1, 4, 1, 4, 1, 4, 2]
    assert decode_bits(result, "co2_tests")["reported_flag_bad"].tolist() == [False, True, False, True, False, True, False]
    assert np.array_equal(result["co2"].values, stream["co2"].values)
    assert np.array_equal(result["co2_atc_flag"].values, stream["co2_atc_flag"].values)


def test_what_is_wrong_with_a_value_is_wrong_without_spikes(tmp_path):
    rows = [f"{atc_files.stamp(0)};400.000;0.1;9;K;7;1;;;;;;399.000;0.1;8"]
    result = calibrated(series(tmp_path, atc_files.with_header(rows, atc_files.RELEASE_TITLES))).streams["icos_atc"]
    assert result["co2_without_spikes"].values.tolist() == [399.0]
    assert result["co2_without_spikes_flag"].values.tolist() == [4]


def test_a_scale_stays_where_none_is_asked_for(tmp_path):
    stream = series(tmp_path, atc_files.release(**{"MEASUREMENT SCALE": "WMO X2007"}))
    result = calibrated(stream)
    assert result.streams["icos_atc"]["co2"].attrs["calibration_scale"] == "WMO CO2 X2007"
    assert "calibration_scale_conversion" not in result.streams["icos_atc"]["co2"].attrs
    assert result.problems == ()
    (table,) = result.tables
    assert table.rows == (("icos_atc", "CO2", "50m", "hour", 60, 47, 47, 0, "WMO CO2 X2007", ""),)


def test_a_conversion_is_applied_and_recorded(tmp_path):
    stream = series(tmp_path, atc_files.release(**{"MEASUREMENT SCALE": "WMO X2007"}))
    result = calibrated(stream, scale={"co2": "WMO CO2 X2019"}).streams["icos_atc"]
    factor, offset = HALL
    for name in ("co2", "co2_without_spikes"):
        assert np.allclose(result[name], factor * stream[name] + offset, rtol=0, atol=1e-10, equal_nan=True)
    for name in ("co2_stdev", "co2_ltr", "co2_cmr", "co2_sttb", "co2_without_spikes_stdev"):
        assert np.allclose(result[name], factor * stream[name], rtol=0, atol=1e-12, equal_nan=True)
    attrs = result["co2"].attrs
    assert attrs["calibration_scale"] == "WMO CO2 X2019"
    assert attrs["calibration_scale_conversion"] == (
        "WMO CO2 X2007 to WMO CO2 X2019: 1.00079 x - 0.142 umol mol-1 (doi:10.5194/amt-14-3015-2021)"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [(350, 350.1345), (380, 380.1582), (400, 400.1740), (420, 420.1898), (450, 450.2135), (500, 500.2530)],
)
def test_values_of_hall_2021(tmp_path, before, after):
    rows = [f"{atc_files.stamp(0)};{before}.000;0.1;9;O;7;1"]
    content = atc_files.with_header(rows, atc_files.RELEASE_TITLES, {"MEASUREMENT SCALE": "X2007"})
    result = calibrated(series(tmp_path, content), scale={"co2": "X2019"}).streams["icos_atc"]
    assert float(result["co2"][0]) == pytest.approx(after, abs=5.1e-5)


def test_readings_before_calibration_are_on_no_scale(tmp_path):
    stream = series(tmp_path, atc_files.near_real_time())
    result = calibrated(stream, scale={"co2": "X2019"}).streams["icos_atc"]
    assert np.array_equal(result["co2_raw"].values, stream["co2_raw"].values)
    assert float(result["co2"][0]) == pytest.approx(1.00079 * 415 - 0.142, abs=1e-10)


def test_what_is_on_the_scale_already_is_left_alone(tmp_path):
    stream = series(tmp_path)
    result = calibrated(stream, scale={"co2": "X2019"}).streams["icos_atc"]
    assert np.array_equal(result["co2"].values, stream["co2"].values, equal_nan=True)
    assert "calibration_scale_conversion" not in result["co2"].attrs


def test_instruments_on_different_scales_are_told(tmp_path):
    result = calibrated(series(tmp_path, methane()))
    (problem,) = result.problems
    assert str(problem) == ("icos_atc: values of CH4 are on different scales, unknown, WMO CH4 X2004A; the option scale brings them to one")
    attrs = result.streams["icos_atc"]["ch4"].attrs
    assert attrs["calibration_scale"] == "unknown"
    assert attrs["calibration_scale_of_instruments"] == "7: unknown; 8: WMO CH4 X2004A"


def test_a_scale_of_instruments_is_that_of_those_that_have_values(tmp_path):
    content = methane(**{"MEASUREMENT SCALE": "7: WMO X2004A; 8: WMO X2004A; 99: Unknown"})
    result = calibrated(series(tmp_path, content))
    assert result.problems == ()
    assert result.streams["icos_atc"]["ch4"].attrs["calibration_scale"] == "WMO CH4 X2004A"


def test_unknown_scales_are_not_converted(tmp_path):
    stream = series(tmp_path, methane())
    expected = r"24 values of CH4 of instrument 7: no conversion of CH4 from unknown to WMO CH4 X2004A is known.*option calibration_scale"
    with pytest.raises(DataError, match=expected):
        calibrated(stream, scale={"ch4": "X2004A"})
    result = calibrated(series(tmp_path, methane(), calibration_scale="X2004A"), scale={"ch4": "X2004A"})
    assert result.streams["icos_atc"]["ch4"].attrs["calibration_scale"] == "WMO CH4 X2004A"


def test_what_cannot_be_converted_may_become_missing(tmp_path):
    stream = series(tmp_path, methane())
    result = calibrated(stream, scale={"ch4": "X2004A"}, unconvertible="missing")
    data = result.streams["icos_atc"]
    gone = (stream["ch4_instrument"].values == 7) & ~np.isnan(stream["ch4"].values)
    assert gone.sum() == 24
    assert np.isnan(data["ch4"].values[gone]).all()
    assert (data["ch4_n"].values[gone] == 0).all()
    assert (data["ch4_atc_flag"].values[gone] == -1).all()
    assert (data["ch4_flag"].values[gone] == 9).all()
    assert np.array_equal(data["ch4"].values[~gone], stream["ch4"].values[~gone], equal_nan=True)
    assert "calibration_scale_of_instruments" not in data["ch4"].attrs
    assert "they are made missing" in str(result.problems[0])
    assert result.tables[0].rows[0][5] == 23


def test_rows_of_files_on_different_scales_are_converted_each_from_its_own(tmp_path):
    old = series(tmp_path, atc_files.release(10, **{"MEASUREMENT SCALE": "X2007"}))
    new = series(tmp_path, atc_files.release(20)).isel(time=slice(10, 20))
    both = old.combine_first(new)
    both["co2"].attrs, both.attrs = dict(old["co2"].attrs), dict(old.attrs)
    for name in old.data_vars:
        both[name] = (both[name].dims, both[name].values.astype(old[name].dtype), old[name].attrs)
    assert row_scales(both, "co2").used(~np.isnan(both["co2"].values)) == ("WMO CO2 X2007", "WMO CO2 X2019")
    result = calibrated(both, scale={"co2": "X2019"}).streams["icos_atc"]
    assert float(result["co2"][0]) == pytest.approx(1.00079 * 410 - 0.142, abs=1e-10)
    assert float(result["co2"][10]) == 412.5


def plain(**attrs):
    """Return a series as other readers make it: no scale per row."""
    time = np.datetime64("2024-01-01", "ns") + np.arange(4) * np.timedelta64(1, "h")
    values = {"co2": [400.0, 401.0, 402.0, np.nan], "co2_instrument": np.array([1, 2, 2, -1])}
    stream = make_stream(time, values, series_words(), {"line": "10m", "averaging_interval": "hour"})
    stream["co2"].attrs |= attrs
    return stream


def test_scales_by_instrument_without_a_scale_of_each_row():
    scales = row_scales(plain(calibration_scale="unknown", calibration_scale_of_instruments="1: WMO X2007; 2: X2019"), "co2")
    assert [scales.names[code] for code in scales.codes] == ["WMO CO2 X2007", "WMO CO2 X2019", "WMO CO2 X2019", "unknown"]
    assert row_scales(plain(calibration_scale="X2007"), "co2").used(np.ones(4, dtype=bool)) == ("WMO CO2 X2007",)
    assert row_scales(plain(), "co2").used(np.ones(4, dtype=bool)) == ("unknown",)


def test_flags_of_other_providers_count_too():
    stream = plain(calibration_scale="X2019")
    set_variable(stream, provider_flag("co2"), np.array([0, 1, 2, -1]))
    result = calibrated(flagged(stream)).streams["icos_atc"]
    assert result["co2_flag"].values.tolist() == [1, 4, 1, 9]
    assert decode_bits(result, "co2_tests")["not_background"].tolist() == [False, False, True, False]


def test_streams_of_analysers_are_passed_over():
    own = flagged(plain(calibration_scale="X2019"))
    own.attrs["analyser"] = "picarro"
    other = flagged(plain(calibration_scale="X2019"))
    assert list(calibrated({"picarro/10m": own, "icos_atc": other}).streams) == ["icos_atc"]
    chosen = CALIBRATOR.options(streams=("picarro/10m",))
    assert list(CALIBRATOR.calibrate({"picarro/10m": own, "icos_atc": other}, chosen, example_context()).streams) == ["picarro/10m"]
    assert list(CALIBRATOR.requires(chosen)) == ["picarro/10m"]


def test_no_scale_is_none_to_convert_to():
    with pytest.raises(ValidationError, match="no scale that values can be converted to"):
        CALIBRATOR.options(scale={"co2": "none"})


def test_a_file_of_another_station_is_told(tmp_path):
    stream = series(tmp_path)
    (problem,) = CALIBRATOR.calibrate({"icos_atc": stream}, CALIBRATOR.options(), example_context()).problems
    assert str(problem).startswith("icos_atc: the file is of station ABC, the description of XX00: name and position in exports are ")
    assert calibrated(stream).problems == ()
    assert calibrated(stream.assign_attrs(atc_station_code="abc")).problems == ()
    del stream.attrs["atc_station_code"]
    assert CALIBRATOR.calibrate({"icos_atc": stream}, CALIBRATOR.options(), example_context()).problems == ()
