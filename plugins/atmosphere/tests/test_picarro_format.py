"""Files as the analyser writes them: against Python's formatting, and against the files of real instruments byte for byte."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.picarro_format import FIELD_WIDTH, clock_columns, log_bytes, write_log

# Folder of real data → how far the clocks of DATE and TIME, and of the fractions of the year, are ahead of EPOCH_TIME, in minutes.
_LOCAL_CLOCKS = {
    "pycrds_g2301_raw": (0, 0),
    "r_data_picarro_16port": (0, -480),
    "picarro_data_pnnl": (0, -480),
    "goflux/G2508": (60, 60),
    "goflux/G2201i": (0, 60),
    "goflux/G4301": (0, -480),
}


def _fields(content):
    return [line[at : at + FIELD_WIDTH] for line in content.decode().splitlines() for at in range(0, len(line), FIELD_WIDTH)]


@given(st.lists(st.floats(width=64), min_size=1), st.sampled_from([2, 3]))
def test_readings_are_written_as_python_writes_them(values, digits):
    written = _fields(log_bytes({"CO2": np.array(values)}, exponent_digits=digits))[1:]
    for text, value in zip(written, values, strict=True):
        expected = f"{value:.10E}"
        if digits == 3 and "E" in expected:
            number, power = expected.split("E")
            expected = f"{number}E{power[0]}{power[1:].zfill(3)}"
        assert text == expected.ljust(FIELD_WIDTH)


@given(st.lists(st.integers(0, 99_999_999_999), min_size=1), st.integers(-12, 12))
def test_decimal_numbers_of_eleven_digits_come_back(digits, power):
    values = [float(f"{number}e{power}") for number in digits]
    assert [float(text) for text in _fields(log_bytes({"CO2": np.array(values)}))[1:]] == values


def test_columns_of_time_are_those_of_one_instant():
    moments = np.array(["2021-01-01T00:52:27.155", "2021-12-31T23:59:59.999", "1970-01-01T00:00:00.000"], dtype="datetime64[ns]")
    content = log_bytes({**clock_columns(moments), "ALARM_STATUS": [0, 0, 2], "INST_STATUS": [963, 963, 899]}, line_end="\n")
    assert [line.split() for line in content.decode().splitlines()] == [
        ["DATE", "TIME", "FRAC_DAYS_SINCE_JAN1", "FRAC_HRS_SINCE_JAN1", "JULIAN_DAYS", "EPOCH_TIME", "ALARM_STATUS", "INST_STATUS"],
        ["2021-01-01", "00:52:27.154", "0.03642541", "0.874210", "1.03642541", "1609462347.155", "0", "963"],  # line 4 of a real file
        ["2021-12-31", "23:59:59.999", "364.99999999", "8760.000000", "365.99999999", "1640995199.999", "0", "963"],
        ["1970-01-01", "00:00:00.000", "0.00000000", "0.000000", "1.00000000", "0.000", "2", "899"],
    ]


def test_every_field_has_its_width_and_line_ends_are_chosen(tmp_path):
    time = np.datetime64("2024-02-29T12:00:00", "ns") + np.arange(5) * np.timedelta64(913, "ms")
    columns = {**clock_columns(time, julian_days=False), "CO2_dry": np.linspace(-1, 1, 5)}
    write_log(tmp_path / "crlf.dat", columns)
    write_log(tmp_path / "lf.dat", columns, line_end="\n")
    crlf, lf = ((tmp_path / name).read_bytes() for name in ("crlf.dat", "lf.dat"))
    assert crlf.replace(b"\r\n", b"\n") == lf
    assert len(crlf) == 6 * (6 * FIELD_WIDTH + 2)
    assert crlf.count(b"\r\n") == 6
    assert b"JULIAN_DAYS" not in lf


def test_a_file_without_rows_is_a_header():
    assert log_bytes({**clock_columns([]), "CO2": []}, line_end="\n").split() == [
        *(name.encode() for name in clock_columns([])),
        b"CO2",
    ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"CO2": [1.0], "CH4": [1.0, 2.0]}, "different length"),
        ({"C O2": [1.0]}, "no blanks"),
        ({"x" * FIELD_WIDTH: [1.0]}, "characters"),
        ({"EPOCH_TIME": ["NaT"]}, "EPOCH_TIME: moments before 1970 or missing"),
        ({"DATE": ["1969-12-31"]}, "DATE: moments before 1970"),
    ],
)
def test_what_cannot_be_written_is_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        log_bytes(columns)


def _rewritten(path, clocks):
    """Rows of a real file and of its columns written again."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    line_end = "\r\n" if b"\r\n" in content else "\n"
    lines = content.decode().split(line_end)
    names = lines[0].split()
    rows = [line for line in lines[1:] if len(line) == FIELD_WIDTH * len(names)]
    texts = {name: [row[FIELD_WIDTH * number : FIELD_WIDTH * (number + 1)].strip() for row in rows] for number, name in enumerate(names)}
    time = np.array([int(text.replace(".", "")) for text in texts["EPOCH_TIME"]]).astype("datetime64[ms]")
    ahead = dict.fromkeys(clock_columns(time), clocks[1]) | {"DATE": clocks[0], "TIME": clocks[0], "EPOCH_TIME": 0}
    columns = {
        name: time + np.timedelta64(ahead[name], "m") if name in ahead else np.array([float(text) for text in texts[name]])
        for name in names
    }
    again = log_bytes(columns, line_end=line_end, exponent_digits=len(texts["H2O"][0].split("E")[1]) - 1)
    return [lines[0], *rows], again.decode().split(line_end)[:-1]


@pytest.mark.realdata
def test_files_of_real_instruments_are_written_again_byte_for_byte(real_data):
    written, different = 0, []
    for folder, clocks in _LOCAL_CLOCKS.items():
        for path in sorted((real_data / "atmosphere" / folder).rglob("*.dat*")):
            if path.suffix == ".zip":
                continue
            original, again = _rewritten(path, clocks)
            assert len(original) == len(again)
            written += len(again) - 1
            different += [(old, new) for old, new in zip(original, again, strict=True) if old != new]
    assert written == 182_599 + 2679 + 3618 + (9 + 9 + 20) + 308 + 966 + 712
    # One row of a real file has its hours of the year rounded the other way at an exact half.
    assert [[old.split()[3], new.split()[3]] for old, new in different] == [["5819.125938", "5819.125937"]]
