"""Reader `picarro`: files as analysers write them, as people save them again, and every way in which a row can go wrong."""

import gzip
import zipfile

import numpy as np
import pytest
from icos_atmosphere.picarro_format import log_bytes
from icos_atmosphere.readers.picarro import READER
from picarro_logs import G4301, START, columns, log, read_by_hand

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage import in_lines

CONTEXT = example_context()
NAME = "CFADS2502-20210304-225935Z-DataLog_User.dat"
VARIABLES = {
    "ALARM_STATUS": "alarm_status",
    "INST_STATUS": "instrument_status",
    "species": "species",
    "MPVPosition": "mpv_position",
    "solenoid_valves": "solenoid_valves",
    "OutletValve": "outlet_valve",
    "CavityPressure": "cavity_pressure",
    "CavityTemp": "cavity_temperature",
    "DasTemp": "das_temperature",
    "EtalonTemp": "etalon_temperature",
    "WarmBoxTemp": "warm_box_temperature",
    "CO2": "co2_wet",
    "CO2_dry": "co2_dry",
    "CH4": "ch4_wet",
    "CH4_dry": "ch4_dry",
    "H2O": "h2o",
    "h2o_reported": "h2o_reported",
}


class TestContract(ReaderContract):
    reader = READER

    def make_file(self, folder):
        path = folder / "made.dat"
        path.write_bytes(log(90))
        return path


class TestContractOfThreeDigits(ReaderContract):
    """A file of other columns, line ends and exponents, with further columns asked for."""

    reader = READER
    options = {"extra_columns": ["Battery_Current", "Battery_Voltage"], "units": {"battery_voltage": "V"}}

    def make_file(self, folder):
        path = folder / "made.dat"
        path.write_bytes(log(45, names=G4301, julian_days=False, line_end="\n", exponent_digits=3))
        return path


@pytest.fixture
def read(tmp_path):
    """Read bytes as one file."""

    def _read(content, name=NAME, **options):
        path = tmp_path / name
        path.write_bytes(content)
        validated = READER.options(**options)
        result = READER.read(path, validated, CONTEXT)
        assert_result_fits(READER, result, validated)
        assert_span_covers(READER, path, result, validated, CONTEXT)
        return result

    return _read


def stream(result):
    return result.streams["picarro"]


def messages(result):
    return [str(problem) for problem in result.problems]


def assert_as_in_file(result, content, rows=slice(None)):
    """Assert that every value is the double nearest to its text, and every time the millisecond of EPOCH_TIME."""
    numbers, milliseconds = read_by_hand(content)
    data = stream(result)
    np.testing.assert_array_equal(data["time"].values.astype("datetime64[ms]").astype(int), np.array(milliseconds)[rows])
    np.testing.assert_array_equal(data["time"].values.astype(np.int64) % 1_000_000, 0)
    for column, variable in VARIABLES.items():
        if column in numbers:
            np.testing.assert_array_equal(data[variable].values, np.array(numbers[column])[rows], err_msg=column)


# --- as the analyser writes it ---


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("exponent_digits", [2, 3])
def test_values_and_times_are_those_of_the_file(read, line_end, exponent_digits):
    content = log(100, line_end=line_end, exponent_digits=exponent_digits)
    result = read(content)
    assert_as_in_file(result, content)
    assert (result.tally.seen, result.tally.kept, dict(result.tally.rejected), dict(result.tally.damaged)) == (100, 100, {}, {})
    assert result.problems == ()
    data = stream(result)
    assert data["species"].dtype == np.int16
    assert data["instrument_status"].dtype == np.int32
    assert data["ch4_dry"].attrs["units"] == "umol mol-1"
    assert data.attrs == {"instrument": "Picarro"}


def test_stale_repeats_and_fractional_valves_are_handed_over(read):
    data = stream(read(log(90)))
    fresh = data["species"].values == 3
    repeats = data["co2_dry"].values[1:] == data["co2_dry"].values[:-1]
    np.testing.assert_array_equal(repeats, ~fresh[1:])
    assert data["solenoid_valves"].values[44:47].tolist() == [1.0, 3.0794, 4.0]


def test_columns_are_found_by_name_wherever_they_stand(read):
    made = columns(40)
    content = log_bytes(dict(reversed(made.items())))
    assert_as_in_file(read(content), content)


def test_what_a_model_does_not_write_is_absent(read):
    data = stream(read(log(30, names=G4301, julian_days=False, line_end="\n")))
    assert {"species", "mpv_position", "solenoid_valves", "h2o_reported"}.isdisjoint(data)
    assert {"co2_dry", "ch4_wet", "cavity_pressure"} <= {*data}


def test_more_rows_than_are_read_at_once(read):
    content = log(9000)
    assert_as_in_file(read(content), content)


def test_a_header_without_rows_is_a_stream_without_rows(read):
    result = read(log(0))
    assert stream(result).sizes["time"] == 0
    assert result.tally.seen == 0
    assert result.problems == ()


def test_further_columns_and_their_units(read):
    content = log(30, names=G4301, julian_days=False)
    result = read(content, extra_columns=("Battery_Current",), units={"battery_current": "A", "ch4_dry": "nmol mol-1"})
    numbers, _ = read_by_hand(content)
    assert min(numbers["Battery_Current"]) < 0
    np.testing.assert_array_equal(stream(result)["battery_current"].values, numbers["Battery_Current"])
    assert stream(result)["battery_current"].attrs == {"long_name": "Battery_Current as the analyser writes it", "units": "A"}
    assert stream(result)["ch4_dry"].attrs["units"] == "nmol mol-1"


@pytest.mark.parametrize(
    "number",
    [0.0, -0.0, 1e-13, -1e-13, 1e21, 5e-324, 1.7976931348e308, -273.15, 9.9999999999e10, 1.2345678901e11, 1e-12],
)
@pytest.mark.parametrize("exponent_digits", [2, 3])
def test_numbers_beyond_the_usual_are_read_too(read, number, exponent_digits):
    made = columns(12)
    made["CO2"][5] = number
    made["wlm1_offset"][7] = -number
    content = log_bytes(made, exponent_digits=exponent_digits)
    result = read(content, extra_columns=("wlm1_offset",))
    assert_as_in_file(result, content)
    assert str(stream(result)["wlm1_offset"].values[7]) == str(float(f"{-number:.10E}"))
    assert result.problems == ()


# --- containers and siblings ---


@pytest.mark.parametrize("kind", ["gzip", "two gzip members", "zip", "zip of another name"])
def test_compressed_files_are_known_by_their_content(read, tmp_path, kind):
    content = log(50)
    if kind.startswith("zip"):
        with zipfile.ZipFile(tmp_path / "made.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("folder/", b"")
            archive.writestr("log.dat", content)
        packed = (tmp_path / "made.zip").read_bytes()
    else:
        packed = gzip.compress(content) if kind == "gzip" else gzip.compress(content[:5000]) + gzip.compress(content[5000:])
    result = read(packed, name="made.dat" if "another" in kind else "made.zip")
    assert_as_in_file(result, content)
    assert result.problems == ()


def test_a_gzip_file_that_was_cut_off_is_read_as_far_as_it_goes(read):
    content = log(300)
    packed = gzip.compress(content)
    result = read(packed[: len(packed) // 2])
    kept = result.tally.kept
    assert 50 < kept < 250
    assert_as_in_file(result, content, slice(0, kept))
    assert any("compressed file was cut off" in message for message in messages(result))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("CFADS2502-20210304-225935Z-DataLog_User_Sync.dat", log(5), "a _Sync file: its rows are interpolated"),
        ("CFADS2502-20210304-225935Z-DataLog_User_Minimal.dat", log(5), "a _Minimal file: an excerpt; expected the DataLog_User file"),
        ("CFADS2502-20210304-DataLog_Sync-1.dat.gz", gzip.compress(log(5)), "a _Sync file"),
        ("CFADS2502-20210304-DataLog_Private.h5", b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file, the analyser's private log"),
        ("a.dat", b"", "the file is empty"),
        ("a.dat.gz", gzip.compress(b""), "the file is empty"),
        ("a.dat.gz", gzip.compress(log(30))[:-8] + bytes(8), "a damaged gzip file"),
        ("a.zip", b"PK\x03\x04" + bytes(100), "a damaged zip archive"),
        ("a.dat", log(3).decode().encode("utf-16"), "UTF-16"),
        ("a.dat", log(3)[:29], "neither EPOCH_TIME nor DATE and TIME among its columns"),
        ("a.dat", log(3, names=())[:156].replace(b"INST", b"_NST") + b"\r\n", "no column of a gas"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    for function in (READER.read, READER.span):
        with pytest.raises(InputError, match=reason):
            function(path, READER.options(), CONTEXT)


def test_a_zip_of_several_files_is_refused(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.dat", log(3))
        archive.writestr("two.dat", log(3))
    with pytest.raises(InputError, match="an archive of 2 files; expected one"):
        READER.read(path, READER.options(), CONTEXT)


def test_a_further_column_that_is_not_there_is_refused_with_the_nearest(tmp_path):
    path = tmp_path / "a.dat"
    path.write_bytes(log(3))
    with pytest.raises(InputError, match=r"a\.dat, line 1: extra_columns: the file has no column 'wlm_offset'; nearest: 'wlm1_offset'"):
        READER.read(path, READER.options(extra_columns=("wlm_offset",)), CONTEXT)


def test_names_of_files_may_lack_the_z(read):
    assert read(log(3), name="CFADS2502-20210304-225935-DataLog_User.dat").tally.kept == 3


# --- saved again by a person ---


def _tabs(content):
    return b"\n".join(b"\t".join(line.split()) for line in content.splitlines()) + b"\n"


def _single_blanks(content):
    return b"\r\n".join(b" ".join(line.split()) for line in content.splitlines()) + b"\r\n"


def _stripped(content):
    return b"\n".join(line.rstrip() for line in content.splitlines()) + b"\n"


def _with_blank_lines(content):
    return content.replace(b"\r\n", b"\r\n\r\n")


@pytest.mark.parametrize("saved", [_tabs, _single_blanks, _stripped, lambda content: b"\xef\xbb\xbf" + content])
@pytest.mark.parametrize("exponent_digits", [2, 3])
def test_files_that_were_saved_again(read, saved, exponent_digits):
    content = log(120, exponent_digits=exponent_digits)
    result = read(saved(content))
    assert_as_in_file(result, content)
    assert (result.tally.seen, result.tally.kept) == (120, 120)
    assert result.problems == ()


def test_numbers_in_another_form(read):
    """As a spreadsheet writes them: shorter, and not all in powers of ten."""
    made = columns(150)
    lines = ["\t".join(made)]
    for row in range(150):
        time = str(made["EPOCH_TIME"][row]).replace("T", "\t")[:23]
        numbers = [f"{made[name][row]:.6g}" for name in list(made)[6:]]
        lines.append("\t".join([*time.split("\t"), "0", "0", "0", f"{made['EPOCH_TIME'].astype(int)[row] / 1e9:.2f}", *numbers]))
    content = "\n".join([*lines, ""]).encode()
    result = read(content)
    numbers, hundredths = read_by_hand(content)
    np.testing.assert_array_equal(stream(result)["time"].values.astype(np.int64), np.array(hundredths) * 10_000_000)
    np.testing.assert_array_equal(stream(result)["co2_dry"].values, numbers["CO2_dry"])
    assert result.problems == ()


def test_blank_lines_are_counted_and_left_out(read):
    content = log(20)
    result = read(_with_blank_lines(content))
    assert_as_in_file(result, content)
    assert dict(result.tally.rejected) == {"blank line": 21}


# --- a file that the analyser was still writing ---


@pytest.mark.parametrize("missing", [2, 3, 10, 11, 12])
def test_a_last_row_with_all_its_numbers_is_kept(read, missing):
    content = log(20, names=("CO2", "CH4", "H2O"))
    result = read(content[:-missing])
    assert_as_in_file(result, content)
    assert messages(result)[-1].startswith(f"{NAME}, line 21: the last line has no line end")


@pytest.mark.parametrize("exponent_digits", [2, 3])
@pytest.mark.parametrize("missing", [13, 14, 15, 20, 29, 100, 467])
def test_a_last_row_that_was_cut_off_is_counted_and_told(read, missing, exponent_digits):
    content = log(20, names=("CO2", "CH4", "H2O"), exponent_digits=exponent_digits)
    cut = content[: -min(missing, 280)]
    result = read(cut)
    assert_as_in_file(result, content, slice(0, 19))
    assert dict(result.tally.rejected) == {"line cut off": 1}
    assert any("line 21: line cut off" in message for message in messages(result))


# --- damaged rows ---


def _change(content, row, text, instead):
    """Replace the first occurrence of a text in a row, the first of which is 1."""
    lines = content.split(b"\r\n")
    assert text in lines[row]
    lines[row] = lines[row].replace(text, instead, 1)
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    "instead", [b"x", b"1.0000000000E+0x", b"nan", b"1,4000453242E+02", b"1.40004532E+02  ", b"1.4000453242E+2", b"+1.400045324E+02"]
)
def test_a_field_that_is_no_number_is_missing_counted_and_told(read, instead):
    content = log(20)
    field = f"{columns(20)['CO2_dry'][6]:.10E}".encode()
    # Rows 7 and 8 repeat the value of row 6 (counted from 0).
    result = read(_change(content, 8, field, instead.ljust(len(field))))
    values = stream(result)["co2_dry"].values
    assert np.flatnonzero(np.isnan(values)).tolist() == [7]
    assert dict(result.tally.damaged) == {"CO2_dry": 1}
    assert result.tally.kept == 20
    assert any("line 9: CO2_dry is no number" in message for message in messages(result))


@pytest.mark.parametrize(
    ("text", "instead", "reason"),
    [(b"963", b"   ", None), (b"963", b"9 3", None), (b"2021-03-04", b"", "too few fields"), (b"963", b"963  x ", "too many fields")],
)
def test_lines_of_another_length_need_the_right_number_of_fields(read, text, instead, reason):
    result = read(_change(log(20), 5, text, instead))
    if reason is None:  # in a line of the right length every field has its place
        assert stream(result)["instrument_status"].values[4] == -1
        assert dict(result.tally.damaged) == {"INST_STATUS": 1}
        assert result.tally.kept == 20
    else:
        assert dict(result.tally.rejected) == {reason: 1}
        assert any(f"line 6: {reason}: expected 24" in message for message in messages(result))


def test_a_number_that_lost_a_digit_is_not_taken_for_another(read):
    content = log(20)
    field = f"{columns(20)['CavityPressure'][4]:.10E}".encode()
    result = read(_change(content, 5, field, field.replace(b"E", b"", 1)[:6] + field[7:]))
    assert np.flatnonzero(np.isnan(stream(result)["cavity_pressure"].values)).tolist() == [4]
    assert dict(result.tally.damaged) == {"CavityPressure": 1}


@pytest.mark.parametrize("text", [b"1.0000000000E+00", b"1.5000000000E+00", b"9.0000000000E+04", b"-1.0000000000E+00"])
def test_species_that_is_no_code_is_missing(read, text):
    made = columns(20, names=("species", "CO2"))
    content = log_bytes(made)
    changed = _change(content, 4, b"1.0000000000E+00".ljust(17), text.ljust(17))
    result = read(changed)
    is_code = text == b"1.0000000000E+00"
    assert stream(result)["species"].values[3] == (1 if is_code else -1)
    assert dict(result.tally.damaged) == ({} if is_code else {"species": 1})


def test_the_header_again_is_left_out(read):
    first, second = log(10), log(10, start=START + np.timedelta64(60, "s"))
    result = read(first + second)
    assert result.tally.kept == 20
    assert dict(result.tally.rejected) == {"the header again": 1}
    assert result.problems == ()


def test_rows_under_another_header_are_left_out(read):
    first, second = log(10), log(7, names=G4301, start=START + np.timedelta64(60, "s"))
    result = read(first + second + log(3, start=START + np.timedelta64(120, "s")))
    assert result.tally.kept == 13
    assert dict(result.tally.rejected) == {"the header again": 1, "under another header": 8}
    assert any("line 12: under another header" in message for message in messages(result))


def test_a_damaged_name_in_the_header_is_told(read):
    result = read(log(10).replace(b"CO2_dry", b"CO2_drx", 1))
    assert "co2_dry" not in stream(result)
    assert messages(result) == [f"{NAME}, line 1: the header has CO2_drx, which is not read; was it CO2_dry?"]


def test_a_column_that_is_there_twice_is_told(read):
    result = read(log(10).replace(b"CO2_dry", b"CO2    ", 1))
    assert any("the header has CO2 more than once; the first is read" in message for message in messages(result))


# --- order ---


def _in_rows(content):
    header, rows = in_lines(content, 1)
    return header, rows


def test_rows_out_of_order_are_sorted(read):
    header, rows = _in_rows(log(30))
    moved = header + b"".join([*rows[10:20], *rows[:10], *rows[20:]])
    assert_as_in_file(read(moved), log(30))


def test_the_same_row_again_is_left_out(read):
    header, rows = _in_rows(log(30))
    result = read(header + b"".join([*rows[:20], *rows[15:]]))
    assert_as_in_file(result, log(30))
    assert dict(result.tally.rejected) == {"the same row again": 5}


def test_another_row_of_the_same_time_is_left_out_and_told(read):
    header, rows = _in_rows(log(30))
    other = rows[12][:-60] + b"7" + rows[12][-59:]
    _, rows_of_others = _in_rows(log(30, seed=5))
    other = rows[12][: 26 * 8] + rows_of_others[12][26 * 8 :]
    result = read(header + b"".join([*rows[:13], other, *rows[13:]]))
    assert_as_in_file(result, log(30))
    assert dict(result.tally.rejected) == {"same time, other values": 1}
    assert any("line 15: same time, other values as line 14, which is kept" in message for message in messages(result))


# --- clocks ---


def _ahead(made, minutes):
    shift = np.timedelta64(minutes, "m")
    return {**made, "DATE": made["DATE"] + shift, "TIME": made["TIME"] + shift}


@pytest.mark.parametrize(("minutes", "text"), [(60, "1 h"), (-180, "-3 h"), (345, "345 min")])
def test_a_clock_in_local_time_is_told_unless_it_is_stated(read, minutes, text):
    made = columns(30)
    content = log_bytes(_ahead(made, minutes))
    result = read(content)
    np.testing.assert_array_equal(stream(result)["time"].values, made["EPOCH_TIME"])
    assert messages(result) == [f"{NAME}: DATE and TIME are {text} ahead of EPOCH_TIME, which is used; expected 0 s (clock_ahead)"]
    assert read(content, clock_ahead=text).problems == ()


def test_a_clock_that_changes_is_told(read):
    made = columns(30)
    shifted = _ahead(made, 60)
    for name in ("DATE", "TIME"):
        made[name] = np.where(np.arange(30) < 20, made[name], shifted[name])
    result = read(log_bytes(made))
    np.testing.assert_array_equal(stream(result)["time"].values, made["EPOCH_TIME"])
    assert sum("by another time zone than in most rows" in message for message in messages(result)) == 5
    assert messages(result)[-1] == f"{NAME}: other time zone: 5 more"


def test_a_row_whose_clocks_disagree_is_left_out(read):
    made = columns(30)
    made["EPOCH_TIME"] = made["EPOCH_TIME"].copy()
    made["EPOCH_TIME"][11] += np.timedelta64(400_000, "s")
    result = read(log_bytes(made))
    np.testing.assert_array_equal(stream(result)["time"].values, np.delete(made["DATE"], 11))
    assert dict(result.tally.rejected) == {"two times": 1}
    assert any("line 13: two times, EPOCH_TIME and DATE with TIME" in message for message in messages(result))


def test_dates_that_are_wrong_throughout_are_told_and_epoch_time_is_used(read):
    made = columns(30)
    result = read(log_bytes(_ahead(made, 3 * 24 * 60)))
    np.testing.assert_array_equal(stream(result)["time"].values, made["EPOCH_TIME"])
    assert any("DATE and TIME are of another time than EPOCH_TIME, which is used" in message for message in messages(result))


@pytest.mark.parametrize("instead", [b"59:30.2     ", b"25:00:00.000", b"-           "])
def test_times_that_cannot_be_read_do_not_matter_beside_epoch_time(read, instead):
    content = log(20)
    result = read(_change(content, 3, b"22:59:32.825", instead))
    assert_as_in_file(result, content)
    assert dict(result.tally.damaged) == {"DATE, TIME": 1}
    assert any("line 4: DATE or TIME cannot be read; EPOCH_TIME is used" in message for message in messages(result))


@pytest.mark.parametrize("minutes", [0, 60])
@pytest.mark.parametrize("instead", [b"xxxxxxxxxxxxxx", b"0.000         ", b"9999999999.000", b"1.61E+09      "])
def test_date_and_time_stand_in_for_an_epoch_time_that_cannot_be_read(read, minutes, instead):
    made = columns(20)
    content = log_bytes(_ahead(made, minutes))
    epoch = f"{made['EPOCH_TIME'].astype(int)[4] / 1e9:.3f}".encode()
    result = read(_change(content, 5, epoch, instead), clock_ahead=minutes * 60)
    if instead.startswith(b"1.61E"):  # it can be read, and is of another day
        assert dict(result.tally.rejected) == {"two times": 1}
        return
    shown = made["EPOCH_TIME"].astype("datetime64[ms]")
    found = stream(result)["time"].values.astype("datetime64[ms]")
    assert abs((found - shown).astype(int)).max() <= 1  # TIME is cut off
    assert dict(result.tally.damaged) == {"EPOCH_TIME": 1}


def test_a_file_without_epoch_time_is_read_by_its_date_and_time(read):
    made = _ahead(columns(20), -300)
    epoch = made.pop("EPOCH_TIME")
    result = read(log_bytes(made), clock_ahead="-5 h")
    assert abs((stream(result)["time"].values.astype("datetime64[ms]") - epoch.astype("datetime64[ms]")).astype(int)).max() <= 1
    assert messages(result) == [
        f"{NAME}: there is no EPOCH_TIME; DATE and TIME are used, which follow the clock of the analyser's computer"
    ]


def test_rows_without_any_time_are_left_out(read):
    made = columns(20)
    made.pop("EPOCH_TIME")
    result = read(_change(log_bytes(made), 6, b"2021-03-04", b"2021-13-04"))
    assert dict(result.tally.rejected) == {"no time that can be read": 1}


def test_a_span_over_rows_out_of_order_is_that_of_all(tmp_path):
    header, rows = _in_rows(log(30))
    path = tmp_path / "a.dat"
    path.write_bytes(header + b"".join(rows[::-1]))
    made = columns(30)["EPOCH_TIME"]
    assert READER.span(path, READER.options(), CONTEXT) == (made[0], made[-1])
