"""Reader `icos-ec-csv`: times from names, units of the thematic centre, gaps where lines are damaged, binary records."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ec_text_files import ICOS_NAME, ICOS_OPTIONS, icos_ec
from icos_ecosystem.readers.icos_ec_csv import READER
from pydantic import ValidationError

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import ReadResult

CONTEXT = example_context()


class TestContract(ReaderContract):
    reader = READER
    options = {**ICOS_OPTIONS, "name_format": "*_YYYYMMDDhhmm*"}

    def make_file(self, folder: Path) -> Path:
        path = folder / ICOS_NAME
        path.write_bytes(icos_ec())
        return path

    @pytest.fixture
    def raw(self, good: tuple[bytes, BaseModel], tmp_path: Path) -> Path:
        path = tmp_path / ICOS_NAME
        path.write_bytes(good[0])
        return path

    def test_chunk_invariance(self) -> None:  # type: ignore[override]
        """The name says when a file begins: one that is cut in two and keeps its name is another file."""


def read(folder: Path, content: bytes, name: str = ICOS_NAME, **options: Any) -> ReadResult:
    path = folder / name
    path.write_bytes(content)
    validated = READER.options.model_validate(ICOS_OPTIONS | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def stream(folder: Path, content: bytes, name: str = ICOS_NAME, **options: Any) -> xr.Dataset:
    return read(folder, content, name, **options).streams["eddy"]


def test_values_and_units(tmp_path: Path) -> None:
    text = b"U,V,W,T_SONIC,CO2,H2O,SA_DIAG,GA_DIAG,T_CELL,T_CELL_IN,T_CELL_OUT,PRESS_CELL\n1,2,-3,290.5,400,10,0,8191,25,26,24,96.5\n"
    found = stream(tmp_path, text)
    expected = {"u": 1, "v": 2, "w": -3, "sonic_temperature": 290.5, "co2_mixing_ratio": 400, "h2o_mixing_ratio": 10}
    expected |= {"sonic_diagnostic": 0, "li7200_diagnostic": 8191, "cell_pressure": 96500}
    expected |= {"cell_temperature": 298.15, "cell_temperature_in": 299.15, "cell_temperature_out": 297.15}
    assert {str(name): found[name].item() for name in found.data_vars} == pytest.approx(expected)


def test_what_gases_are_is_declared(tmp_path: Path) -> None:
    text = b"U,V,W,T_SONIC,CO2,H2O,GA_DIAG\n1,2,3,290,16.5,500,250\n"
    found = stream(tmp_path, text, co2="molar_density", h2o="molar_density", analyser="li7500")
    assert found["co2_molar_density"].item() == 16.5
    assert found["h2o_molar_density"].attrs["units"] == "mmol m-3"
    assert found["li7500_diagnostic"].item() == 250
    columns = {"CO2": {"variable": "co2_molar_density", "unit": "mg/m^3"}, "T_SONIC": {"variable": "sonic_temperature", "unit": "degC"}}
    found = stream(tmp_path, text, columns=columns)
    assert found["co2_molar_density"].item() == pytest.approx(16.5 / 44.01)
    assert found["sonic_temperature"].item() == pytest.approx(563.15)
    assert "co2_mixing_ratio" not in found


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ({}, "2023-07-01T11:30"),
        ({"file_time": "start"}, "2023-07-01T12:00"),
        ({"utc_offset": 1.0}, "2023-07-01T10:30"),
        ({"file_duration": None}, "2023-07-01T11:59:54"),
        ({"file_duration": "1 h"}, "2023-07-01T11:00"),
    ],
)
def test_times(tmp_path: Path, options: dict[str, Any], first: str) -> None:
    time = stream(tmp_path, icos_ec(60), **options)["time"].to_numpy()
    np.testing.assert_array_equal(time, np.datetime64(first) + np.arange(60) * np.timedelta64(100, "ms"))


def test_a_damaged_line_leaves_a_gap(tmp_path: Path) -> None:
    lines = icos_ec(10).split(b"\r\n")
    lines[4] = b"1,2,3"
    found = read(tmp_path, b"\n".join(lines))
    assert dict(found.tally.rejected) == {"too few fields": 1}
    tenths = (found.streams["eddy"]["time"].to_numpy() - np.datetime64("2023-07-01T11:30")) / np.timedelta64(100, "ms")
    assert tenths.tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_rows_after_the_end_of_the_file_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, icos_ec(60), file_duration="5 s")
    assert (found.tally.seen, found.tally.kept) == (60, 50)
    assert dict(found.tally.rejected) == {"after the time that the file covers": 10}
    assert "10 of 60 rows are after the time that the file covers, 5 s at 10 Hz" in str(found.problems[0])


def test_without_header_and_packed(tmp_path: Path) -> None:
    names = ["U", "V", "W", "T_SONIC", "CO2", "H2O"]
    text = b"1;2;3;290;400;10\n4;5;6;291;-9999;NaN\n"
    found = stream(tmp_path, gzip.compress(text), ICOS_NAME + ".gz", header_lines=0, names=names, separator="semicolon")
    assert found["u"].values.tolist() == [1.0, 4.0]
    assert np.isnan(found["co2_mixing_ratio"].values[1])
    assert np.isnan(found["h2o_mixing_ratio"].values[1])


def test_two_lines_of_header(tmp_path: Path) -> None:
    found = stream(tmp_path, b"tower\nU,V,W\n1,2,3\n", header_lines=2)
    assert sorted(map(str, found.data_vars)) == ["u", "v", "w"]


def test_files_that_are_not_as_described(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of the columns is known: 'a', 'b'; columns says what they are"):
        read(tmp_path, b"a,b\n1,2\n")
    with pytest.raises(InputError, match="its header alone should have 3"):
        read(tmp_path, b"U,V,W\n", header_lines=3)
    with pytest.raises(InputError, match=r"raw\.csv: the name does not have the format"):
        read(tmp_path, icos_ec(), "raw.csv")


def binary(rows: list[tuple[float, ...]], form: str) -> bytes:
    return b"".join(struct.pack(form, *row) for row in rows)


BINARY: dict[str, Any] = {"format": "binary", "header_lines": 0, "names": ["U", "V", "W", "SA_DIAG"]}


def test_binary_records(tmp_path: Path) -> None:
    rows = [(1.5, -2.25, 0.125, 3), (-9999.0, 1.0, 2.0, -9999), (float("nan"), float("inf"), 3.0, 7)]
    types = ["float32", "float32", "float64", "int16"]
    for byte_order, mark in (("little", "<"), ("big", ">")):
        content = b"made by a logger\r\n" + binary(rows, f"{mark}ffdh") + b"\x01\x02"
        found = read(tmp_path, content, **(BINARY | {"types": types, "byte_order": byte_order, "header_lines": 1}))
        assert dict(found.tally.rejected) == {"record cut off": 1}
        values = found.streams["eddy"]
        np.testing.assert_array_equal(values["u"], [1.5, np.nan, np.nan])
        np.testing.assert_array_equal(values["v"], [-2.25, 1.0, np.nan])
        np.testing.assert_array_equal(values["w"], [0.125, 2.0, 3.0])
        np.testing.assert_array_equal(values["sonic_diagnostic"], [3, -1, 7])
    hundredths = {name: {"variable": name.lower(), "unit": "m/s", "scale": 0.01} for name in ("U", "V", "W")}
    found = read(tmp_path, binary([(150, -225, 12, 1)], "<hhhh"), **(BINARY | {"types": ["int16"], "columns": hundredths}))
    assert found.streams["eddy"]["v"].item() == pytest.approx(-2.25)


def test_binary_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="names and types of the columns have to be stated"):
        read(tmp_path, b"", format="binary")
    with pytest.raises(ValidationError, match="types: 2 for 4 names"):
        read(tmp_path, b"", **(BINARY | {"types": ["int16", "int16"]}))
    with pytest.raises(InputError, match="no whole record of 8 bytes"):
        read(tmp_path, b"1234567", **(BINARY | {"types": ["int16"]}))
    with pytest.raises(InputError, match="has not the 2 lines"):
        read(tmp_path, b"one line\n", **(BINARY | {"types": ["int16"], "header_lines": 2}))


def test_what_a_guess_says(tmp_path: Path) -> None:
    path = tmp_path / ICOS_NAME
    path.write_bytes(icos_ec(18_000))
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert guess.options == {"frequency": 10.0}
    assert guess.confidence == 0.95
    assert any(each.startswith("file_time:") for each in guess.unsure)
    assert any(each.startswith("co2:") for each in guess.unsure)


def test_descriptions_that_cannot_be() -> None:
    with pytest.raises(ValidationError, match="names has to"):
        READER.options(frequency=10.0, header_lines=0)
    with pytest.raises(ValidationError, match="holds no day"):
        READER.options(frequency=10.0, name_format="YYYYMM*")
