"""Reading time series of the Atmosphere Thematic Centre."""

from __future__ import annotations

import gzip
import io
import zipfile

import atc_files
import numpy as np
import pytest
from icos_atmosphere.atc_flags import LETTERS
from icos_atmosphere.readers.icos_atc_release import READER
from icos_atmosphere.readers.icos_atc_release_words import NOT_STATED, OTHER

from icos_core.dataset import category_words
from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, example_context

CONTEXT = example_context()


def read(folder, content, name="ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2", **options):
    path = folder / name
    path.write_bytes(content)
    result = READER.read(path, READER.options(**options), CONTEXT)
    assert result.tally.balanced
    return result


def stream_of(*arguments, **options):
    return read(*arguments, **options).streams["icos_atc"]


def messages(result):
    return " | ".join(map(str, result.problems))


def row(stream, hour):
    return stream.isel(time=hour)


class TestRelease(ReaderContract):
    reader = READER
    header_lines = atc_files.release().count(b"#")

    def make_file(self, folder):
        path = folder / "ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2"
        path.write_bytes(atc_files.release())
        return path


class TestNearRealTime(ReaderContract):
    reader = READER
    header_lines = atc_files.near_real_time().count(b"#")
    variants = 30

    def make_file(self, folder):
        path = folder / "nrt.CO2"
        path.write_bytes(atc_files.near_real_time())
        return path


class TestOldLayout(ReaderContract):
    reader = READER
    options = {"intake_height": 222.0, "averaging_interval": "minute", "calibration_scale": "X2007"}
    variants = 30

    def make_file(self, folder):
        path = folder / "abc.co2.dat"
        path.write_bytes(atc_files.old_layout())
        return path


class TestFlasks(ReaderContract):
    reader = READER
    header_lines = atc_files.flasks().count(b"#")
    variants = 30

    def make_file(self, folder):
        path = folder / "flasks.CO2"
        path.write_bytes(atc_files.flasks())
        return path


def test_a_release_with_everything_it_says(tmp_path):
    result = read(tmp_path, atc_files.release())
    stream = result.streams["icos_atc"]
    assert result.problems == ()
    assert stream.sizes["time"] == 60
    assert result.tally.by_type == {"K": 6, "N": 7, "O": 47}
    assert stream["time"].values[0] == np.datetime64("2023-12-30T20:00")
    assert row(stream, 1)["co2"] == 410.25
    assert [float(row(stream, 1)[f"co2_{name}"]) for name in ("stdev", "ltr", "cmr", "sttb")] == [0.001, 0.011, 0.012, -0.019]
    assert [int(row(stream, 1)[f"co2_{name}"]) for name in ("n", "instrument", "quality_id", "without_spikes_n")] == [4, 7, 101, 3]
    assert row(stream, 1)["co2_without_spikes"] == 410.15
    assert "".join(LETTERS[code] for code in stream["co2_atc_flag"].values[:8]) == "OOOKOOON"


def test_missing_values_are_missing_whatever_their_spelling(tmp_path):
    stream = stream_of(tmp_path, atc_files.release())
    for hour, instrument in ((3, 7), (7, 7), (30, 82)):
        absent = row(stream, hour)
        for name in ("co2", "co2_stdev", "co2_ltr", "co2_cmr", "co2_sttb", "co2_qc_bias", "co2_without_spikes", "co2_without_spikes_stdev"):
            assert np.isnan(absent[name]), (hour, name)
        assert [int(absent["co2_n"]), int(absent["co2_instrument"])] == [0, instrument]
    alone = row(stream, 5)
    assert np.isnan(alone["co2_stdev"])
    assert alone["co2"] == 411.25
    assert alone["co2_n"] == 1


def test_a_bias_of_minus_9_99_is_a_bias_and_a_spread_below_zero_is_none(tmp_path):
    content = atc_files.release(1).replace(b";0.011;0.012;-0.020;", b";-9.99;nan;-9.990;")
    first = row(stream_of(tmp_path, content), 0)
    assert np.isnan(first["co2_ltr"])
    assert np.isnan(first["co2_cmr"])
    assert first["co2_sttb"] == -9.99


def test_attributes_are_those_of_a_series(tmp_path):
    stream = stream_of(tmp_path, atc_files.release())
    methods = ["Cavity RingDown Spectrometer", "Gas chromatograph"]
    expected = {
        "line": "50m",
        "intake_height": 50.0,
        "averaging_interval": "hour",
        "instrument": "Cavity RingDown Spectrometer (instrument Id 7); Gas chromatograph (instrument Id 8)",
        "instrument_ids": [7, 8],
        "instrument_methods": methods,
        "atc_project_data_version": "L2-2024.1",
        "atc_station_code": "ABC",
        "atc_station_name": "Example Tower",
        "atc_country_territory": "Nowhere",
        "atc_contributor": "Example Institute",
        "atc_latitude": "50.0000 N",
        "atc_comment": "Times are UTC",
    }
    assert stream.attrs == expected
    assert "someone" not in str(stream.attrs)
    assert stream["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"
    assert "calibration_scale_of_instruments" not in stream["co2"].attrs
    assert stream_of(tmp_path, atc_files.release(), line="top").attrs["line"] == "top"


def methane(rows=None, **items):
    rows = atc_files.release_rows(60) if rows is None else rows
    return atc_files.with_header(rows, atc_files.RELEASE_TITLES, items, gas="CH4")


def test_scales_of_instruments_are_kept_apart(tmp_path):
    stream = stream_of(tmp_path, methane())
    assert stream["ch4"].attrs["units"] == "nmol mol-1"
    assert stream["ch4"].attrs["calibration_scale"] == "unknown"
    assert stream["ch4"].attrs["calibration_scale_of_instruments"] == "7: unknown; 8: WMO CH4 X2004A"
    codes = category_words(stream, "ch4_scale")
    assert row(stream, 0)["ch4_scale"] == codes["unknown"]
    assert row(stream, 40)["ch4_scale"] == codes["WMO_CH4_X2004A"]


def test_an_option_states_the_scale_where_the_file_does_not(tmp_path):
    stream = stream_of(tmp_path, methane(), calibration_scale="X2004A")
    assert stream["ch4"].attrs["calibration_scale"] == "WMO CH4 X2004A"
    assert (stream["ch4_scale"] == category_words(stream, "ch4_scale")["WMO_CH4_X2004A"]).all()
    with pytest.raises(InputError, match="says its scale is 'WMO CO2 X2019', the option calibration_scale says 'WMO CO2 X2007'"):
        read(tmp_path, atc_files.release(), calibration_scale="X2007")


def test_a_scale_nobody_knows_is_kept(tmp_path):
    stream = stream_of(tmp_path, atc_files.release(3, **{"MEASUREMENT SCALE": "SIO-98"}))
    assert stream["co2"].attrs["calibration_scale"] == "SIO-98"
    assert (stream["co2_scale"] == OTHER).all()
    stream = stream_of(tmp_path, atc_files.release(3, **{"MEASUREMENT SCALE": "SIO-98"}), scales=["SIO-98"])
    assert (stream["co2_scale"] == category_words(stream, "co2_scale")["SIO-98"]).all()


def test_near_real_time_has_raw_values_and_texts(tmp_path):
    stream = stream_of(tmp_path, atc_files.near_real_time())
    first = row(stream, 0)
    assert [float(first[name]) for name in ("co2", "co2_raw", "h2o", "h2o_stdev")] == [415.0, 405.0, 1.4, 0.025]
    assert np.isnan(first["co2_raw_stdev"])
    assert np.isnan(first["co2_raw_dry"])
    assert stream["co2"].attrs["calibration_scale"] == "WMO CO2 X2007"
    assert first["co2_internal_flag"] == category_words(stream, "co2_internal_flag")["Stabilization+Unitary_data"]
    assert first["co2_auto_descriptive_flag"] == category_words(stream, "co2_auto_descriptive_flag")["F-1"]
    assert first["co2_manual_descriptive_flag"] == NOT_STATED
    assert stream.attrs["atc_data_product_type"] == "NRT"


def test_texts_without_a_code_are_told_and_an_option_names_them(tmp_path):
    content = atc_files.near_real_time().replace(b";F-1;;", b";F-1;C-2,D;")
    result = read(tmp_path, content)
    assert (result.streams["icos_atc"]["co2_manual_descriptive_flag"] == OTHER).all()
    assert "'C-2,D' has no code and is read as 'other'; the option manual_descriptive_flags names further texts" in messages(result)
    result = read(tmp_path, content, manual_descriptive_flags=["C-2,D"])
    assert result.problems == ()
    word = result.streams["icos_atc"]["co2_manual_descriptive_flag"]
    assert word.attrs["flag_texts"].split(";")[int(word[0]) + 1] == "C-2,D"
    assert READER.guess(tmp_path / "ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2").options == {"manual_descriptive_flags": ["C-2,D"]}


def test_the_old_layout_says_height_and_interval_in_its_name(tmp_path):
    result = read(tmp_path, atc_files.old_layout(), "abc.co2.1minute.222m.min.dat")
    stream = result.streams["icos_atc"]
    assert result.problems == ()
    assert (stream.attrs["line"], stream.attrs["averaging_interval"]) == ("222m", "minute")
    assert stream["co2"].attrs["calibration_scale"] == "unknown"
    assert np.array_equal(stream["co2"].values, [np.nan, 401.645, 397.473], equal_nan=True)
    assert stream["co2_n"].values.tolist() == [0, 13, 14]
    assert stream["time"].values[1] == np.datetime64("2011-03-30T08:52")
    with pytest.raises(InputError, match="which interval a row stands for; the option averaging_interval does"):
        read(tmp_path, atc_files.old_layout(), "abc.dat")
    with pytest.raises(InputError, match="height of its inlet; the option intake_height does"):
        read(tmp_path, atc_files.old_layout(), "abc.dat", averaging_interval="minute")


def test_flasks_are_samples_with_a_duration(tmp_path):
    stream = stream_of(tmp_path, atc_files.flasks())
    assert stream.attrs["averaging_interval"] == "sample"
    first = row(stream, 0)
    quantities = {"co2": 420.5, "co2_stdev": 0.02, "co2_uncertainty": 0.041, "co2_estimated_reproducibility": 0.03}
    assert {name: float(first[name]) for name in quantities} == quantities
    assert np.isnan(first["co2_scale_link"])
    numbers = {"flask_id": 1800, "sampler_id": 961, "flask_sampling_id": 2700, "co2_n": 3, "co2_instrument": 9}
    assert {name: int(first[name]) for name in numbers} == numbers
    assert first["sampling_duration"] == 3599.0


@pytest.mark.parametrize("gas", ["SF6", "14C", "DELTAO2N2", "MTO"])
def test_other_quantities_are_refused_by_name(tmp_path, gas):
    with pytest.raises(InputError, match=f"it is of {gas}, which is none of the gases that are read: CO2, CH4, CO, N2O"):
        read(tmp_path, atc_files.flasks(gas))


def test_the_parameter_decides_not_a_column_that_happens_to_be_there(tmp_path):
    content = atc_files.flasks("14C").replace(b";InstrumentId\n", b";CO2\n")
    with pytest.raises(InputError, match="it is of 14C"):
        read(tmp_path, content)


def test_a_file_that_was_cut_is_read_and_the_difference_told(tmp_path):
    rows = atc_files.release_rows(10)
    result = read(tmp_path, atc_files.with_header(rows, atc_files.RELEASE_TITLES, total=27189))
    assert result.tally.kept == 10
    assert "the header says TOTAL LINES: 27189, the file has 31: 27158 are missing, the file was cut" in messages(result)
    wrong = atc_files.release(10).replace(b"# HEADER LINES: 21", b"# HEADER LINES: 40")
    assert "the header says HEADER LINES: 40, the file has 21" in messages(read(tmp_path, wrong))


def test_missing_cells_at_the_end_of_a_line_are_empty(tmp_path):
    content = atc_files.release(2).replace(b";409.900;0.001;2\n", b"\n")
    stream = stream_of(tmp_path, content)
    assert stream.sizes["time"] == 2
    assert np.isnan(row(stream, 0)["co2_without_spikes"])
    assert row(stream, 0)["co2_without_spikes_n"] == -1


def test_rows_that_cannot_be_used_are_counted_by_reason(tmp_path):
    rows = atc_files.release_rows(6)
    rows[1] = rows[1].replace("ABC;", "XYZ;")
    rows[2] = rows[2].replace("ABC;50;", "ABC;100;")
    rows[4] = rows[4].replace("2023;12;31;00", "2023;02;30;00")
    rows.append("# SECOND HEADER: of a file put behind this one")
    rows.append("ABC;50;2023;12")
    rows.append("")
    result = read(tmp_path, atc_files.with_header(rows, atc_files.RELEASE_TITLES))
    assert result.tally.seen == 9
    assert result.tally.kept == 3
    assert result.tally.rejected == {
        "blank line": 1,
        "no date and time": 1,
        "row of another height": 1,
        "row of another station": 1,
        "too few fields": 2,
    }


def test_damaged_numbers_are_missing_and_told(tmp_path):
    content = atc_files.release(4).replace(b";410.250;", b";4I0.250;").replace(b";O;7;101;", b";O;7.5;101;", 1).replace(b";K;", b";Z;")
    result = read(tmp_path, content)
    stream = result.streams["icos_atc"]
    assert np.isnan(row(stream, 1)["co2"])
    assert row(stream, 0)["co2_instrument"] == -1
    assert row(stream, 3)["co2_atc_flag"] == -1
    assert result.tally.damaged == {"co2": 1}
    assert "column 'co2': '4I0.250' is not a number" in messages(result)
    assert "flag 'Z' is none of U, N, O, K, R, H (1 lines)" in messages(result)


def test_a_decimal_date_of_another_moment_is_told(tmp_path):
    content = atc_files.release(3).replace(b";2023.99", b";2022.99", 1)
    assert "DecimalDate 2022.99680365 is another moment than year to minute" in messages(read(tmp_path, content))


def test_units_are_those_of_the_file(tmp_path):
    stream = stream_of(tmp_path, atc_files.release(2, **{"MEASUREMENT UNIT": "nmol.mol-¹"}))
    assert float(row(stream, 0)["co2"]) == pytest.approx(0.41, abs=1e-12)
    assert stream["co2"].attrs["units"] == "umol mol-1"
    for unit in ("ppm", "µmol mol-1", "umol.mol-1"):
        assert row(stream_of(tmp_path, atc_files.release(2, **{"MEASUREMENT UNIT": unit})), 0)["co2"] == 410.0
    with pytest.raises(InputError, match="unit 'per meg' is no mole fraction; expected"):
        read(tmp_path, atc_files.release(2, **{"MEASUREMENT UNIT": "per meg"}))


def test_one_of_several_heights_is_chosen(tmp_path):
    rows = [*atc_files.release_rows(2), *(f"{atc_files.stamp(hour, '100')};1;2;3;O" for hour in range(3))]
    content = atc_files.with_header(rows, atc_files.RELEASE_TITLES, {"SAMPLING HEIGHTS": "50.0 m agl, 100.0 m agl"})
    with pytest.raises(InputError, match="several sampling heights: 50 m, 100 m; the option intake_height chooses one"):
        read(tmp_path, content)
    assert stream_of(tmp_path, content, intake_height=100.0).sizes["time"] == 3
    assert "intake_height: the file has several, 50 m, 100 m" in READER.guess(tmp_path / "ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2").unsure


def overlapping():
    """Rows of instruments 7 and 8 at the same hours, and of the dummy that fills gaps."""
    cells = ";O;{};1;;;;;;;;"
    return [
        f"{atc_files.stamp(0)};400.000;0.1;9" + cells.format(7),
        f"{atc_files.stamp(1)};-999.990;-9.990;0" + cells.format(82),
        f"{atc_files.stamp(2)};-999.990;-9.990;0" + cells.format(82),
        f"{atc_files.stamp(0)};500.000;0.1;9" + cells.format(8),
        f"{atc_files.stamp(1)};501.000;0.1;9" + cells.format(8),
        f"{atc_files.stamp(3)};-999.990;-9.990;0" + cells.format(8),
        f"{atc_files.stamp(3)};-999.990;-9.990;0" + cells.format(82),
    ]


def test_one_row_stays_of_several_instruments_at_a_time(tmp_path):
    result = read(tmp_path, methane(overlapping()))
    stream = result.streams["icos_atc"]
    assert result.tally.rejected == {"no value at a time at which another row has one": 2, "same time, other values": 1}
    assert np.array_equal(stream["ch4"].values, [400.0, 501.0, np.nan, np.nan], equal_nan=True)
    assert stream["ch4_instrument"].values.tolist() == [7, 8, 82, 8]
    assert "2 rows are left out, of which this is the first" in messages(result)


def test_an_option_says_which_instrument_goes_first(tmp_path):
    stream = stream_of(tmp_path, methane(overlapping()), instrument_priority=[8, 7])
    assert np.array_equal(stream["ch4"].values, [500.0, 501.0, np.nan, np.nan], equal_nan=True)


def test_archives_of_the_carbon_portal_are_opened(tmp_path):
    whole = stream_of(tmp_path, atc_files.release())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2", atc_files.release())
    for name, content in (("release.zip", packed.getvalue()), ("release.gz", gzip.compress(atc_files.release()))):
        assert stream_of(tmp_path, content, name).identical(whole)
        assert READER.guess(tmp_path / name).confidence > 0.9


def test_several_gases_in_one_file(tmp_path):
    titles = "#Site;SamplingHeight;Year;Month;Day;Hour;Minute;co2;Stdev;NbPoints;Flag;co;co-Stdev;co-NbPoints;co-Flag"
    rows = ["ABC;50;2024;01;01;00;00;410.0;0.1;9;O;120.0;2.0;8;K"]
    content = atc_files.with_header(rows, titles, {"PARAMETER": "CO2, CO", "MEASUREMENT UNIT": None})
    first = row(stream_of(tmp_path, content), 0)
    assert [float(first[name]) for name in ("co2", "co2_stdev", "co", "co_stdev")] == [410.0, 0.1, 120.0, 2.0]
    assert [int(first[name]) for name in ("co2_n", "co_n", "co2_atc_flag", "co_atc_flag")] == [9, 8, 2, 3]


def test_columns_that_nobody_knows_are_named(tmp_path):
    content = atc_files.release(2).replace(b";QcBias;", b";Weather;")
    assert "columns not used: Weather" in messages(read(tmp_path, content))


def test_bytes_that_are_no_text_separate_nothing(tmp_path):
    content = atc_files.old_layout().replace(b"2011.241094", b"2011\xae2410\xa04").replace(b" U 38881 2015  ", b" U 388;1 2015  ")
    result = read(tmp_path, content, "abc.co2.1minute.222m.min.dat")
    assert result.tally.kept == 3
    assert result.streams["icos_atc"]["co2"].values[1] == 401.645
    assert result.streams["icos_atc"]["co2_quality_id"].values.tolist() == [38938, -1, 38881]


def test_years_beyond_all_clocks_are_no_time(tmp_path):
    content = atc_files.flasks().replace(b"2023-12-30T20", b"9023-12-30T20")
    assert read(tmp_path, content).tally.rejected == {"no date and time": 1}
