"""Reader `toa5`: the conformance kit, stamps, units, words for missing values, and what it refuses."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from campbell_files import NAMES, ROWS, UNITS, header, toa5
from icos_ecosystem.readers.toa5 import READER

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

COLUMNS: dict[str, Any] = {"Ux": "u", "Uy": "v", "Uz": "w", "Ts": "sonic_temperature", "CO2": "co2_molar_density"}
OPTIONS: dict[str, Any] = {"columns": COLUMNS, "frequency": 20.0}
CONTEXT = example_context()
MOLAR_MASS = 44.01


class TestToa5(ReaderContract):
    reader = READER
    options: ClassVar = OPTIONS
    header_lines = 4

    def make_file(self, folder: Path) -> Path:
        path = folder / "TOA5_1234.flux.dat"
        path.write_bytes(toa5())
        return path


def read(folder: Path, content: bytes, **options: Any) -> ReadResult:
    path = folder / "TOA5.dat"
    path.write_bytes(content)
    validated = READER.options.model_validate(OPTIONS | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def milliseconds(result: ReadResult, stream: str = "eddy") -> list[int]:
    return (result.streams[stream]["time"].values.astype("datetime64[ms]") - np.datetime64("2024-07-06T12:00")).astype(int).tolist()


def edited(change: dict[bytes, bytes]) -> bytes:
    content = toa5()
    for old, new in change.items():
        assert old in content
        content = content.replace(old, new)
    return content


def test_rows_units_and_interval_starts(tmp_path: Path) -> None:
    eddy = read(tmp_path, toa5()).streams["eddy"]
    u, v, w, celsius, milligrams = np.array(ROWS).T
    np.testing.assert_array_equal(eddy["u"], u)
    np.testing.assert_array_equal(eddy["v"], v)
    np.testing.assert_array_equal(eddy["w"], w)
    np.testing.assert_allclose(eddy["sonic_temperature"], celsius + 273.15, rtol=1e-15)
    np.testing.assert_allclose(eddy["co2_molar_density"], milligrams / MOLAR_MASS, rtol=1e-14)
    assert str(eddy["time"].values[0]) == "2024-07-06T12:00:00.000000000"
    assert eddy.attrs["instrument"] == "CR1000X 1234"


@pytest.mark.parametrize(("place", "first"), [("start", 50), ("middle", 25), ("end", 0)])
def test_what_a_stamp_is_of_its_interval(tmp_path: Path, place: str, first: int) -> None:
    assert milliseconds(read(tmp_path, toa5(), row_time=place)) == [first + 50 * row for row in range(len(ROWS))]


def test_interval_is_seen_where_it_is_not_stated(tmp_path: Path) -> None:
    assert milliseconds(read(tmp_path, toa5(), frequency=None))[:2] == [0, 50]
    with pytest.raises(InputError, match="frequency or interval is needed"):
        read(tmp_path, toa5(ROWS[:1]), frequency=None)
    assert milliseconds(read(tmp_path, toa5(ROWS[:1]), frequency=None, row_time="start")) == [50]


def test_clock_ahead_of_utc(tmp_path: Path) -> None:
    assert milliseconds(read(tmp_path, toa5(), utc_offset=1.0))[0] == -3_600_000


def test_packed_files(tmp_path: Path) -> None:
    plain = read(tmp_path, toa5()).streams["eddy"]
    assert read(tmp_path, gzip.compress(toa5())).streams["eddy"].equals(plain)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("TOA5.dat", toa5())
    assert read(tmp_path, (tmp_path / "packed.zip").read_bytes()).streams["eddy"].equals(plain)


def test_missing_values(tmp_path: Path) -> None:
    rows = [(np.nan, -9999.0, *ROWS[0][2:]), *ROWS[1:]]
    content = toa5(rows).replace(b"," + f"{ROWS[3][4]:.7g}".encode() + b"\r\n", b',"INF"\r\n')
    eddy = read(tmp_path, content).streams["eddy"]
    assert [int(np.isnan(eddy[name].values).sum()) for name in ("u", "v", "w", "co2_molar_density")] == [1, 1, 0, 1]
    assert np.isnan(eddy["co2_molar_density"].values[3])
    kept = read(tmp_path, content, missing_values=[]).streams["eddy"]
    assert kept["v"].values[0] == -9999


def test_columns_of_text_and_unknown_ones_are_passed_over(tmp_path: Path) -> None:
    content = edited({b'"Uz"': b'"note, free"', b'"m/s","m/s","m/s"': b'"m/s","m/s",""', b",0.125,": b',"a, b",'})
    columns = {name: variable for name, variable in COLUMNS.items() if name != "Uz"}
    result = read(tmp_path, content, columns=columns)
    assert result.tally.kept == len(ROWS)
    assert result.tally.damaged == {}
    assert list(result.streams["eddy"].data_vars) == ["u", "v", "sonic_temperature", "co2_molar_density"]


def test_headers_that_are_words_of_the_vocabulary_need_no_description(tmp_path: Path) -> None:
    content = toa5(names=("u", "v", "speed", "sonic_temperature", "w"), units=("m/s", "cm/s", "m/s", "kelvin", "kPa"))
    eddy = read(tmp_path, content, columns={}).streams["eddy"]
    assert list(eddy.data_vars) == ["u", "v", "sonic_temperature"], "a column that is no wind by its unit is none"
    np.testing.assert_allclose(eddy["v"], -0.005)


def test_slow_meteorology(tmp_path: Path) -> None:
    content = header(
        ("TOA5", "Mast", "CR1000X", "1234", "", "", "", "Met"),
        ("TIMESTAMP", "RECORD", "AirTC_Avg", "RH", "BP_kPa", "Rain_mm_Tot"),
        ("TS", "RN", "Deg C", "%", "kPa", "mm"),
        ("", "", "Avg", "Smp", "Smp", "Tot"),
    )
    content += b'"2024-07-06 12:30:00",0,21.5,56,101.325,0.2\r\n"2024-07-06 13:00:00",1,21.75,"NAN",101.25,0\r\n'
    options = {
        "stream_kind": "meteo",
        "frequency": None,
        "interval": "30 min",
        "columns": {"AirTC_Avg": "TA", "RH": "RH", "BP_kPa": "PA", "Rain_mm_Tot": "P"},
    }
    result = read(tmp_path, content, **options)
    meteo = result.streams["meteo"]
    assert milliseconds(result, "meteo") == [0, 1_800_000]
    np.testing.assert_allclose(meteo["TA"], [294.65, 294.9])
    np.testing.assert_allclose(meteo["PA"], [101_325, 101_250])
    np.testing.assert_array_equal(meteo["RH"], [56, np.nan])
    np.testing.assert_array_equal(meteo["P"], [0.2, 0])


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    lines = toa5().splitlines(keepends=True)
    second, fourth = lines[5], lines[7]
    content = b"".join(
        [
            *lines[:6],
            second,  # the same again
            second.replace(b",-0.5,", b",-0.75,"),  # the same time, other values
            *lines[:4],  # the header again, where files were put one behind the other
            lines[6].replace(b"2024-07-06", b"2024-07-32"),
            fourth.replace(b",-0.5,", b",-0.5.5,"),
            b"\r\n",
            b"cut\r\n",
            *lines[8:],
        ]
    )
    result = read(tmp_path, content)
    tally = result.tally
    assert tally.seen == len(content.splitlines()) - 4
    assert tally.kept == len(ROWS) - 1
    assert tally.damaged["Uy"] == 3, "a number with two points, and the lines of units and processing of the second header"
    assert tally.rejected == {
        "the same row again": 1,
        "same time, other values": 1,
        "header line again": 1,
        "no valid date and time": 3,
        "too few fields": 1,
        "too many fields": 1,
        "blank line": 1,
    }


def test_without_stamps_the_name_tells_the_time(tmp_path: Path) -> None:
    content = header(
        ("TOA5", "Mast", "CR1000X", "1234", "", "", "", "Flux"), ("RECORD", *NAMES), ("RN", *UNITS), ("", *("Smp" for _ in NAMES))
    )
    content += b"".join(f"{number},{','.join(map(str, row))}\r\n".encode() for number, row in enumerate(ROWS))
    path = tmp_path / "flux_202407061200.dat"
    path.write_bytes(content.replace(b"\r\n5,", b"\r\nx\r\n5,"))
    options = READER.options.model_validate(OPTIONS | {"name_format": "flux_YYYYMMDDhhmm.dat"})
    result = READER.read(path, options, CONTEXT)
    assert_span_covers(READER, path, result, options, CONTEXT)
    expected = [50 * row for row in range(len(ROWS) + 1) if row != 5]
    assert milliseconds(result) == expected, "a damaged line keeps its place"
    with pytest.raises(InputError, match="frequency is needed"):
        READER.read(path, READER.options.model_validate({"columns": COLUMNS, "name_format": "flux_YYYYMMDDhhmm.dat"}), CONTEXT)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"columns": {"Ux": "u", "CO3": "co2_molar_density"}}, "no column 'CO3'; nearest: 'CO2'"),
        ({}, {"columns": {"Ux": "TA"}}, "no variable 'TA' in this stream"),
        ({}, {"columns": {}}, "columns has to say which column is which variable; the columns are: 'TIMESTAMP', 'RECORD', 'Ux'"),
        ({}, {"columns": {"Ux": {"variable": "u", "unit": "cm/s"}}}, "the file says 'm/s', the description 'cm/s'"),
        ({b'"degC"': b'""'}, {}, "no unit in the file"),
        ({b'"TOA5"': b'"TOB1"'}, {}, "no TOA5 file: it is TOB1, which the reader 'tob1' reads"),
        ({b'"Smp","Smp"\r\n': b'"Smp"\r\n'}, {}, "line 4: 6 processing of 7 columns, whose names are in line 2"),
    ],
)
def test_refused_with_what_was_expected(tmp_path: Path, change: dict[bytes, bytes], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, edited(change), **options)
    assert message in str(error.value)
    assert "TOA5.dat" in str(error.value)


def test_a_header_that_is_cut_off(tmp_path: Path) -> None:
    content = b"".join(toa5().splitlines(keepends=True)[:2])
    with pytest.raises(InputError, match=r"TOA5\.dat, line 3: the header of a TOA5 file has 4 lines, this one is cut off"):
        read(tmp_path, content)


def test_guess(tmp_path: Path) -> None:
    path = tmp_path / "TOA5.dat"
    path.write_bytes(toa5())
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert guess.options == {"frequency": 20.0, "columns": COLUMNS}
    assert any(sentence.startswith("utc_offset:") for sentence in guess.unsure)
