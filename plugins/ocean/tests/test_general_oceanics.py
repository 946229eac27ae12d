"""Reader `general-oceanics-8050`: real files, and every way in which a line can go wrong."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icos_ocean.readers.general_oceanics import READER

from icos_core.dataset import category_mask
from icos_core.exceptions import InputError
from icos_core.running.merging import merge
from icos_core.testing import assert_chunk_invariant, assert_foreign_files_refused, assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage import in_lines

CONTEXT = example_context()
HEADER = "Type\terror\tPC Date\tPC Time\tGPS date\tgps time\tlatitude\tlongitude\tequ temp\tstd val\tCO2 um/m\tWBPressure\tSalinity"


def row(minute=0, kind="EQU", error="0", day="06/07/19", co2="350.12", pressure="1008.2", salinity="34.05", clock=None):
    time = f"11:{minute:02d}:09" if clock is None else clock
    return f"{kind}\t{error}\t{day}\t12:{minute:02d}:30\t{day}\t{time}\t70.1\t19.5\t8.84\t0\t{co2}\t{pressure}\t{salinity}"


@pytest.fixture
def read(tmp_path):
    """Read lines (or bytes) as one file."""

    def _read(*lines, header=HEADER, name="raw.txt", end="\r\n", **options):
        path = tmp_path / name
        content = (
            lines[0] if lines and isinstance(lines[0], bytes) else end.join([*([header] if header else []), *lines, ""]).encode("cp1252")
        )
        path.write_bytes(content)
        validated = READER.options(**options)
        result = READER.read(path, validated, CONTEXT)
        assert_result_fits(READER, result, validated)
        assert_span_covers(READER, path, result, validated, CONTEXT)
        return result

    return _read


def values(result, name):
    return result.streams["underway"][name].values


def messages(result):
    return [str(problem) for problem in result.problems]


# --- real files ---

REAL = {
    "part4_input_raw_cruise_dat.txt": (
        "dd.mm.yyyy",
        "EQU 2662, ATM 135, STD1 33, STD2 33, STD3 33, STD4 33, STD1z 6, STD4s 6, FILTER 6, WAKE UP 1",
    ),
    "part4_input_raw.tsv": (
        "dd.mm.yyyy",
        (
            "EQU 2583, EQU-DRAIN 79, ATM 124, ATM-DRAIN 11, STD1 32, STD1-DRAIN 1, STD2 33, STD3 33, STD4 33, STD1z 5, STD1z-DRAIN 1, "
            "STD4s 6, FILTER 6, WAKE UP 1"
        ),
    ),
    "part2_input_raw_small.tsv": ("dd/mm/yyyy", "EQU 18, ATM 9, STD1 3, STD2 3, STD3 3, STD4 3, STD1z 1, STD4s 1"),
}


@pytest.fixture
def real(real_data):
    def _read(name, **options):
        path = real_data / "ocean/icos_otc_workshop" / name
        validated = READER.options(date_format=REAL[name][0], **options)
        result = READER.read(path, validated, CONTEXT)
        assert_result_fits(READER, result, validated)
        assert_span_covers(READER, path, result, validated, CONTEXT)
        return result

    return _read


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_every_line_of_a_real_file_is_accounted_for(real, name):
    result = real(name)
    counts = (entry.rsplit(" ", 1) for entry in REAL[name][1].split(", "))
    by_type = {word: int(count) for word, count in counts}
    housekeeping = by_type.get("FILTER", 0) + by_type.get("WAKE UP", 0)
    assert result.tally.by_type == by_type
    assert result.tally.seen == sum(by_type.values())
    assert result.tally.kept == result.tally.seen - housekeeping
    assert result.tally.rejected == ({"housekeeping line": housekeeping} if housekeeping else {})
    assert result.tally.damaged == {}


@pytest.mark.realdata
def test_rows_of_the_workshop_cruise_are_complete_as_the_reference_counts(real):
    stream = real("part4_input_raw_cruise_dat.txt").streams["underway"]
    water = category_mask(stream, "run_type", ["EQU"])
    assert water.sum() == 2662
    no_salinity, no_sst = (np.isnan(stream[name].values[water]) for name in ("salinity", "sst"))
    no_pressure = stream["ambient_pressure"].values[water] < 900
    assert (no_salinity.sum(), no_sst.sum(), no_pressure.sum()) == (298, 296, 166)
    assert (~(no_salinity | no_sst | no_pressure)).sum() == 2218
    assert stream["time"].values[0] == np.datetime64("2019-07-06T11:09:46")
    assert stream["time"].values[-1] == np.datetime64("2019-07-10T11:19:42")
    first = stream.isel(time=2)
    assert (first["co2"], first["equilibrator_temperature"], first["ambient_pressure"]) == (-0.01, 8.88, 1007.81)


@pytest.mark.realdata
def test_draining_and_what_is_not_used(real):
    result = real("part4_input_raw.tsv")
    stream = result.streams["underway"]
    draining = category_mask(stream, "draining", ["draining"])
    assert draining.sum() == 79 + 11 + 1 + 1
    assert (draining & category_mask(stream, "run_type", ["EQU"])).sum() == 79
    assert messages(result) == ["part4_input_raw.tsv, line 1: columns not used: column 19, Oxygen, Saturation, Temperature, Fluoresc"]


@pytest.mark.realdata
def test_the_two_forms_of_the_cruise_agree(real):
    left, right = (real(name).streams["underway"] for name in ("part4_input_raw_cruise_dat.txt", "part4_input_raw.tsv"))
    for name in ("time", "run_type", "co2", "equilibrator_temperature", "equilibrator_differential_pressure", "latitude", "water_flow"):
        np.testing.assert_array_equal(left[name].values, right[name].values)


@pytest.mark.realdata
def test_shifted_rows_are_read_as_they_stand(real):
    stream = real("part2_input_raw_small.tsv").streams["underway"]
    np.testing.assert_array_equal(stream["salinity"].values[:3], [1007.58, 1008.23, 33.98632])
    np.testing.assert_array_equal(stream["ambient_pressure"].values[:3], [1004.353, 1005.899, 1007.81])


@pytest.mark.realdata
def test_the_pc_clock_is_ahead(real):
    ahead = real("part4_input_raw_cruise_dat.txt", clock="pc").streams["underway"]["time"].values - (
        real("part4_input_raw_cruise_dat.txt").streams["underway"]["time"].values
    )
    assert np.timedelta64(79, "s") <= ahead.min() <= ahead.max() <= np.timedelta64(86, "s")


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_may_be_cut_anywhere(real_data, tmp_path, name):
    path = tmp_path / name
    path.write_bytes((real_data / "ocean/icos_otc_workshop" / name).read_bytes())
    assert_chunk_invariant(READER, path, READER.options(date_format=REAL[name][0]), CONTEXT, lambda content: in_lines(content, 1), count=6)


# --- lines and their fate ---


def test_a_good_file(read):
    result = read(row(0), row(2, "ATM"), row(4, "STD2-DRAIN"))
    stream = result.streams["underway"]
    assert (result.tally.seen, result.tally.kept, result.problems) == (3, 3, ())
    assert category_mask(stream, "run_type", ["STD2"]).tolist() == [False, False, True]
    np.testing.assert_array_equal(values(result, "draining"), [0, 0, 1])
    np.testing.assert_array_equal(
        stream["time"].values, np.array(["2019-07-06T11:00:09", "2019-07-06T11:02:09", "2019-07-06T11:04:09"], "M8[ns]")
    )
    assert stream["ambient_pressure"].attrs["units"] == "hPa"
    assert stream["salinity"].attrs["standard_name"] == "sea_water_practical_salinity"


def test_every_reason_is_counted(read):
    result = read(
        row(0),
        "",
        "\t\t\t",
        HEADER,
        "FILTER\t0\t06/07/19\t12:00:00",
        "WAKE UP",
        "SHUT DOWN\t0",
        row(2, "FOO"),
        row(4, ""),
        row(6).rsplit("\t", 3)[0],
        row(8) + "\t7",
        row(10, error="3"),
        row(12, error="?"),
        row(14, day="31/02/19"),
        row(16, clock="25:00:00"),
        row(18, clock=""),
        row(20).replace("350", "3\x000"),
        row(22),
    )
    assert result.tally.rejected == {
        "blank line": 2,
        "header line again": 1,
        "housekeeping line": 3,
        "unknown type word": 1,
        "no type word": 1,
        "too few fields": 1,
        "too many fields": 1,
        "error column is not 0": 2,
        "no valid date and time": 3,
        "NUL bytes in the line": 1,
    }
    assert (result.tally.seen, result.tally.kept) == (18, 2)
    assert result.tally.by_type == {
        "EQU": 10,
        "FILTER": 1,
        "WAKE UP": 1,
        "SHUT DOWN": 1,
        "FOO": 1,
        "(blank line)": 2,
        "(header line again)": 1,
        "(no type word)": 1,
    }
    told = messages(result)
    assert any("line 11: too few fields: expected 13 fields, found 10" in message for message in told)
    assert any("line 12: too many fields: expected 13 fields, found 14" in message for message in told)
    assert any("line 15: '31/02/19 11:14:09' is no date and time; expected dd/mm/yy and HH:MM:SS" in message for message in told)
    assert any("line 8: type word 'FOO' is not known (1 lines)" in message or "line 9: type word 'FOO'" in message for message in told)


def test_fields_may_be_blank_at_the_end(read):
    result = read(row(0) + "\t\t ", row(2), row(4, salinity="") + "\t")
    assert result.tally.kept == 3
    np.testing.assert_array_equal(values(result, "salinity"), [34.05, 34.05, np.nan])


def test_a_header_may_have_blank_columns_at_its_end(read):
    result = read(row(0), row(2) + "\t", row(4) + "\t1\t2", header=HEADER + "\t\t")
    assert result.tally.kept == 3
    assert messages(result)[0].endswith("columns not used: column 14, column 15")


def test_damaged_numbers_are_missing_and_counted_per_column(read):
    damaged = ["10.0.3", "H", "C", "-", "1e", "inf", "1,5", "0x1F"]
    result = read(
        *(row(2 * index, pressure=text) for index, text in enumerate(damaged)), row(40, pressure=""), row(42, pressure="NaN"), row(44)
    )
    assert result.tally.damaged == {"WBPressure": len(damaged)}
    assert result.tally.kept == len(damaged) + 3
    np.testing.assert_array_equal(values(result, "ambient_pressure")[-3:], [np.nan, np.nan, 1008.2])
    assert np.isnan(values(result, "ambient_pressure")[:-1]).all()
    told = messages(result)
    assert told[0].startswith("raw.txt, line 2: column 'WBPressure': '10.0.3' is not a number [EQU\t0\t06/07/19")
    assert told[-1] == "raw.txt: WBPressure: not a number: 3 more"
    np.testing.assert_array_equal(values(result, "co2"), 350.12)


def test_damage_in_rejected_rows_is_not_counted(read):
    result = read(row(0), row(2, error="1", co2="H"), row(4, day="H", co2="H"))
    assert result.tally.damaged == {}


def test_what_is_impossible_but_written_clearly_is_kept(read):
    result = read(row(0).replace("70.1\t", "991.3\t"))
    assert values(result, "latitude")[0] == 991.3


def test_own_missing_values(read):
    result = read(row(0, co2="-"), row(2, co2="-999"), row(4, co2="350.1"), missing_values=["-", "-999.0"])
    np.testing.assert_array_equal(values(result, "co2"), [np.nan, np.nan, 350.1])
    assert result.tally.damaged == {}


def test_rows_with_an_error_can_be_kept(read):
    assert read(row(0, error="2"), row(2), keep_error_rows=True).tally.kept == 2


def test_numbers_are_read_to_the_last_bit(read):
    texts = ["0.1", "350.123456789012", "1e-3", "2.2250738585072014e-308", "9007199254740993", "1008.0900000000001"]
    result = read(*(row(2 * index, co2=text) for index, text in enumerate(texts)))
    assert values(result, "co2").tolist() == [float(text) for text in texts]


def test_units_are_converted_to_those_of_the_vocabulary(read):
    result = read(row(0, pressure="100.82"), units={"ambient_pressure": "kPa"})
    assert values(result, "ambient_pressure")[0] == pytest.approx(1008.2, rel=1e-12)
    header = HEADER.replace("WBPressure", "Conductivity [mS/cm]")
    assert values(read(row(0, pressure="42.914"), header=header), "conductivity")[0] == pytest.approx(4.2914, rel=1e-12)


def test_positions_with_a_hemisphere(read):
    lines = [
        row(2 * index).replace("70.1\t19.5", text)
        for index, text in enumerate(["70.1 N\tE 19.5", "70.1S\t19.5°W", "70.1W\t19.5", "S70.1S\t-19.5"])
    ]
    result = read(*lines)
    np.testing.assert_array_equal(values(result, "latitude"), [70.1, -70.1, np.nan, np.nan])
    np.testing.assert_array_equal(values(result, "longitude"), [19.5, -19.5, 19.5, -19.5])
    assert result.tally.damaged == {"latitude": 2}


def test_columns_of_equal_name_that_differ_are_told(read):
    header = HEADER.replace("std val", "latitude")
    lines = [row(2 * index).replace("8.84\t0", f"8.84\t{text}") for index, text in enumerate(["70.1", "70.2", "", "H", "70.3"])]
    result = read(*lines, header=header)
    np.testing.assert_array_equal(values(result, "latitude"), 70.1)
    assert [message.split(" [")[0] for message in messages(result)] == [
        "raw.txt, line 3: columns 7 and 10 are both called 'latitude' and differ: 70.1 and 70.2; the former is used",
        "raw.txt: columns 7 and 10 are both called 'latitude' and differ: 1 more",
    ]
    np.testing.assert_array_equal(
        values(read(*lines, header=header, duplicate_columns="last"), "latitude"), [70.1, 70.2, np.nan, np.nan, 70.3]
    )


def test_a_header_for_a_sensor_of_the_ship(read):
    result = read(row(0), header=HEADER.replace("Salinity", "Hull Temp"), columns={"Hull Temp": "sst"})
    assert values(result, "sst")[0] == 34.05
    told = messages(read(row(0), columns={"Salinty": "salinity"}))
    assert told == ["raw.txt, line 1: the option columns names 'Salinty', which the file does not have; nearest header 'Salinity'"]


# --- times ---


def test_rows_come_out_in_order_of_time(read):
    result = read(row(4, co2="3"), row(0, co2="1"), row(2, co2="2"))
    np.testing.assert_array_equal(values(result, "co2"), [1, 2, 3])
    assert result.tally.rejected == {}


def test_the_same_row_again_is_dropped_another_row_of_the_same_time_is_told(read):
    result = read(row(0), row(2, pressure="H"), row(0), row(2, pressure=""), row(4), row(4, co2="1"), row(4, co2="2"), row(4))
    assert result.tally.rejected == {"the same row again": 3, "same time, other values": 2}
    assert result.tally.kept == 3
    np.testing.assert_array_equal(values(result, "co2"), 350.12)
    assert any("line 7: same time, other values as line 6, which is kept" in message for message in messages(result))


def test_the_pc_clock_can_be_chosen(read):
    assert read(row(0), clock="pc").streams["underway"]["time"].values[0] == np.datetime64("2019-07-06T12:00:30")
    assert read(row(0, clock="H"), clock="pc").tally.kept == 1


def test_dates_in_another_order_are_an_error(read):
    with pytest.raises(InputError, match=r"raw.txt, line 3: date '07/25/19' contradicts date_format = 'dd/mm/yy' \(3 of 4 rows\)"):
        read(row(0, day="07/12/19"), *(row(minute, day="07/25/19") for minute in (2, 4, 6)))
    with pytest.raises(InputError, match="contradicts date_format"):
        read(row(0, day="06/07/2019"))


def test_a_single_damaged_date_is_a_single_rejected_row(read):
    result = read(*(row(minute, day="25/07/19" if minute != 7 else "07/25/19") for minute in range(50)))
    assert result.tally.rejected == {"no valid date and time": 1}


# --- whole files ---


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read, end):
    assert read(row(0), row(2), end=end).tally.kept == 2


def test_mixed_line_ends_and_a_byte_order_mark(read):
    content = ("\ufeff" + HEADER + "\r\n" + row(0) + "\n" + row(2) + "\r" + row(4) + "\r\n").encode()
    assert read(content).tally.kept == 3


def test_a_last_line_without_an_end_is_read_and_told(read):
    result = read((HEADER + "\r\n" + row(0) + "\r\n" + row(2)).encode())
    assert result.tally.kept == 2
    assert messages(result)[0].startswith("raw.txt, line 3: the last line has no line end: the file may have been cut off")


def test_files_put_together_with_their_headers(read):
    result = read(row(0), HEADER, row(2), HEADER, row(4))
    assert (result.tally.kept, result.tally.rejected) == (3, {"header line again": 2})


def test_the_columns_may_change_within_a_file(read):
    other = "Type\terror\tGPS date\tgps time\tequ temp\tCO2 um/m\tIntake Temp"
    result = read(row(0), other, "EQU\t0\t06/07/19\t11:02:09\t8.9\t351\t8.1", HEADER, row(4))
    assert (result.tally.kept, result.tally.rejected) == (3, {"header line again": 2})
    np.testing.assert_array_equal(values(result, "co2"), [350.12, 351, 350.12])
    np.testing.assert_array_equal(values(result, "sst"), [np.nan, 8.1, np.nan])
    np.testing.assert_array_equal(values(result, "salinity"), [34.05, np.nan, 34.05])
    assert "line 3: the columns change here" in messages(result)[0]


def test_lines_under_a_header_that_cannot_be_used_are_counted(read):
    result = read(row(0), HEADER.replace("CO2 um/m", "C?2"), row(2), "", HEADER, row(4))
    assert result.tally.rejected == {"header line again": 2, "under a header that cannot be used": 2}
    assert result.tally.kept == 2
    assert "line 3: 2 lines are left out: their header cannot be used: no column for co2" in messages(result)[0]


def test_a_file_of_housekeeping_lines_is_no_error(read, tmp_path):
    result = read("WAKE UP\t0", "SHUT DOWN\t0")
    assert (result.tally.seen, result.tally.kept, result.streams["underway"].sizes["time"]) == (2, 0, 0)
    span = READER.span(tmp_path / "raw.txt", READER.options(), CONTEXT)
    assert np.isnat(span.start)
    assert np.isnat(span.end)


def test_other_separators_and_decimal_signs(read):
    semicolon = [line.replace("\t", ";").replace("350.12", "350,12") for line in (HEADER, row(0))]
    result = read(semicolon[1], header=semicolon[0], separator="semicolon", decimal_comma=True)
    assert values(result, "co2")[0] == 350.12
    comma = [line.replace("\t", ",") for line in (HEADER, row(0))]
    assert values(read(comma[1], header=comma[0], separator="comma"), "co2")[0] == 350.12


def test_words_of_the_station(read):
    result = read(row(0, "SEA"), row(2, "PURGE"), run_types={"SEA": "EQU"}, housekeeping=["PURGE"])
    assert result.tally.rejected == {"housekeeping line": 1}
    assert result.tally.by_type == {"SEA": 1, "PURGE": 1}


def test_bytes_of_windows_1252(read):
    result = read(row(0, "ÅTM"), row(2), header=HEADER.replace("Salinity", "Tempér°"))
    assert [message.split(" [")[0] for message in messages(result)] == [
        "raw.txt, line 1: columns not used: Tempér°",
        "raw.txt, line 2: type word '?TM' is not known; nearest 'ATM' (1 lines)",
    ]


def test_a_foreign_file_is_refused_with_what_was_expected(read):
    with pytest.raises(InputError, match=r"raw.txt, line 1: no column for type: expected 'type'.*the header begins: item, price"):
        read("apples\t3", header="item\tprice")
    with pytest.raises(InputError, match=r"raw\.txt: the file is empty"):
        read(b"\r\n\r\n")
    with pytest.raises(InputError, match="UTF-16"):
        read((HEADER + "\r\n" + row(0)).encode("utf-16"))


def test_foreign_files(tmp_path):
    assert_foreign_files_refused(READER, tmp_path, READER.options(), CONTEXT)


# --- properties ---

LINES = st.lists(
    st.one_of(
        st.builds(
            row,
            st.integers(0, 59),
            st.sampled_from(["EQU", "ATM", "STD1", "STD1z", "EQU-DRAIN", "FOO", ""]),
            st.sampled_from(["0", "1", ""]),
        ),
        st.builds(row, st.integers(0, 59), co2=st.sampled_from(["1", "2", "H", ""]), clock=st.sampled_from([None, "H"])),
        st.sampled_from(["", "FILTER\t0", "WAKE UP", "\t\t", "x\t" * 30, HEADER, row(1) + "\t7", row(3)[:-8]]),
    ),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(LINES)
def test_lines_seen_are_rows_kept_and_rows_rejected(read, lines):
    result = read(*lines, end="\n")
    assert result.tally.seen == len(lines)
    assert result.tally.kept == result.streams["underway"].sizes["time"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(LINES, st.data())
def test_a_file_cut_in_two_gives_the_same_rows(read, lines, data):
    cut = data.draw(st.integers(0, len(lines)))
    whole = read(*lines, end="\n").streams["underway"]
    parts = [
        (name, read(*part, end="\n", name=name).streams["underway"]) for name, part in (("a.txt", lines[:cut]), ("b.txt", lines[cut:]))
    ]
    merged = merge(parts).stream
    np.testing.assert_array_equal(merged["time"].values, whole["time"].values)
    times_in_both = np.intersect1d(*(stream["time"].values for _, stream in parts))
    alone = ~np.isin(whole["time"].values, times_in_both)
    for name in whole.data_vars:
        np.testing.assert_array_equal(merged[name].values[alone], whole[name].values[alone])
