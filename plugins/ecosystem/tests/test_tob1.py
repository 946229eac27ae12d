"""Reader `tob1`: every type of its values, byte orders, records with and without stamps, and what it refuses."""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from campbell_files import NAMES, ROWS, UNITS, fp2, header, tob1
from icos_ecosystem.campbell_types import fp2_numbers, record_type
from icos_ecosystem.readers.campbell_tables import decode_tob1
from icos_ecosystem.readers.tob1 import READER
from pydantic import ValidationError

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

COLUMNS: dict[str, Any] = {"Ux": "u", "Uy": "v", "Uz": "w", "Ts": "sonic_temperature", "CO2": "co2_molar_density"}
OPTIONS: dict[str, Any] = {"columns": COLUMNS, "frequency": 20.0}
CONTEXT = example_context()
RECORD = 4 * (3 + len(NAMES))


class TestTob1(ReaderContract):
    reader = READER
    options: ClassVar = OPTIONS
    is_text = False

    def make_file(self, folder: Path) -> Path:
        path = folder / "flux.tob"
        path.write_bytes(tob1())
        return path

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        *lines, records = content.split(b"\r\n", 5)
        head = b"\r\n".join(lines) + b"\r\n"
        return head, [records[first : first + RECORD] for first in range(0, len(records), RECORD)]


def read(folder: Path, content: bytes, name: str = "flux.tob", **options: Any) -> ReadResult:
    path = folder / name
    path.write_bytes(content)
    validated = READER.options.model_validate(OPTIONS | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def milliseconds(result: ReadResult) -> list[int]:
    return (result.streams["eddy"]["time"].values.astype("datetime64[ms]") - np.datetime64("2024-07-06T12:00")).astype(int).tolist()


def single(kind: str, content: bytes) -> bytes:
    """Return a file of one record of one column."""
    return header(("TOB1", "Mast", "CR6", "1", "", "", "", "Test"), ("x",), ("",), ("Smp",), (kind,)) + content


def test_rows_and_times(tmp_path: Path) -> None:
    result = read(tmp_path, tob1())
    eddy = result.streams["eddy"]
    u, v, w, celsius, milligrams = np.array(ROWS).T
    np.testing.assert_array_equal(eddy["u"], u)
    np.testing.assert_array_equal(eddy["v"], v)
    np.testing.assert_array_equal(eddy["w"], w)
    np.testing.assert_allclose(eddy["sonic_temperature"], celsius + 273.15, rtol=1e-15)
    np.testing.assert_allclose(eddy["co2_molar_density"], milligrams / 44.01, rtol=1e-14)
    assert milliseconds(result) == [50 * row for row in range(len(ROWS))]


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("IEEE4", struct.pack("<f", 1.5), 1.5),
        ("IEEE4B", struct.pack(">f", 1.5), 1.5),
        ("IEEE4L", struct.pack("<f", 1.5), 1.5),
        ("IEEE8", struct.pack(">d", 0.1), 0.1),
        ("IEEE8L", struct.pack("<d", 0.1), 0.1),
        ("IEEE8B", struct.pack(">d", 0.1), 0.1),
        ("FP2", fp2(-12.34), -12.34),
        ("FP2", b"\x9f\xfe", np.nan),
        ("FP2", b"\x1f\xff", np.nan),
        ("ULONG", struct.pack("<I", 4_000_000_000), 4e9),
        ("LONG", struct.pack("<i", -7), -7.0),
        ("UINT1", b"\xfe", 254.0),
        ("UINT2", struct.pack(">H", 65_000), 65_000.0),
        ("UINT4", struct.pack(">I", 4_000_000_000), 4e9),
        ("BOOL", b"\xff", -1.0),
        ("BOOL", b"\x00", 0.0),
        ("BOOL8", b"\xff", 255.0),
        ("SecNano", struct.pack("<II", 86_400, 250_000_000), 631_152_000 + 86_400.25),
        ("ASCII(6)", b"12.5\0\0", 12.5),
        ("ASCII(6)", b"dusty\0", np.nan),
    ],
)
def test_every_type(kind: str, content: bytes, expected: float) -> None:
    table = decode_tob1(single(kind, content))
    np.testing.assert_array_equal(table.numbers(0), [expected])
    assert table.time is None


def test_fp2_is_what_its_bits_say() -> None:
    """All 65,536 words, each by decimal arithmetic."""
    words = np.arange(1 << 16, dtype=np.uint16)
    found = fp2_numbers(words)
    for word in words.tolist():
        value = Decimal(word & 0x1FFF).scaleb(-(word >> 13 & 3)) * (-1 if word >> 15 else 1)
        assert np.isnan(found[word]) if abs(value) >= 7999 else found[word] == float(value), hex(word)


def test_byte_orders_are_an_option(tmp_path: Path) -> None:
    content = header(
        ("TOB1", "Mast", "CR300", "1", "", "", "", "Test"),
        ("SECONDS", "NANOSECONDS", "Ux"),
        ("", "", "m/s"),
        ("", "", "Smp"),
        ("ULONG", "ULONG", "IEEE8"),
    )
    content += struct.pack("<IId", 1_000_000_000, 0, 2.5)
    result = read(tmp_path, content, columns={"Ux": "u"}, big_endian=["FP2"])
    assert result.streams["eddy"]["u"].values.tolist() == [2.5]
    with pytest.raises(ValidationError, match="no type 'IEE8'; nearest: 'IEEE8'"):
        READER.options.model_validate({"big_endian": ["IEE8"]})


def test_types_take_their_bytes() -> None:
    kinds = ("ULONG", "FP2", "IEEE8", "BOOL", "BOOL8", "SecNano", "ASCII(12)", "UINT2")
    assert record_type(kinds, ()).itemsize == 4 + 2 + 8 + 1 + 1 + 8 + 12 + 2


def test_missing_values(tmp_path: Path) -> None:
    rows = [(np.nan, -9999.0, np.inf, 20.0, 700.0), *ROWS[1:]]
    eddy = read(tmp_path, tob1(rows)).streams["eddy"]
    assert [bool(np.isnan(eddy[name].values[0])) for name in ("u", "v", "w", "sonic_temperature")] == [True, True, True, False]
    assert not np.isnan(eddy["u"].values[1:]).any()


def test_diagnostic_words_are_whole_numbers(tmp_path: Path) -> None:
    rows = [(float(word), 0.0, 0.0, 0.0, 0.0) for word in (0, 63, 0.5, np.nan)]
    content = tob1(rows, names=("diag_csat", *NAMES[1:]), units=("unitless", *UNITS[1:]))
    eddy = read(tmp_path, content, columns={"diag_csat": "sonic_diagnostic"}).streams["eddy"]
    assert eddy["sonic_diagnostic"].dtype == np.int32
    assert eddy["sonic_diagnostic"].values.tolist() == [0, 63, -1, -1]


def test_a_file_that_ends_within_a_record(tmp_path: Path) -> None:
    result = read(tmp_path, tob1()[:-3])
    assert (result.tally.seen, result.tally.kept, result.tally.rejected) == (len(ROWS), len(ROWS) - 1, {"record cut off": 1})


def test_times_that_are_none_and_times_that_repeat(tmp_path: Path) -> None:
    head, records = TestTob1().split(tob1())
    spoilt = records[3][:4] + struct.pack("<I", 1_000_000_000) + records[3][8:]
    shuffled = [*records[12:], *records[:3], spoilt, *records[4:12], records[0], records[1][:12] + records[2][12:]]
    result = read(tmp_path, head + b"".join(shuffled))
    assert result.tally.rejected == {"no valid date and time": 1, "the same row again": 1, "same time, other values": 1}
    assert milliseconds(result) == [50 * row for row in range(len(ROWS)) if row != 3]
    np.testing.assert_array_equal(result.streams["eddy"]["u"], [row[0] for number, row in enumerate(ROWS) if number != 3])


def test_records_without_stamps(tmp_path: Path) -> None:
    content = tob1(stamps=False)
    options = {"name_format": "flux_YYYYMMDDhhmmss*", "frequency": 20.0}
    assert milliseconds(read(tmp_path, content, "flux_20240706120000.tob", **options)) == [50 * row for row in range(len(ROWS))]
    late = read(tmp_path, content, "flux_20240706123000.tob", **options, file_time="end", file_duration="30 min")
    assert milliseconds(late)[0] == 0
    with pytest.raises(InputError, match=r"flux\.tob: the name of the file has to tell its time"):
        read(tmp_path, content)
    with pytest.raises(InputError, match="frequency is needed"):
        read(tmp_path, content, frequency=None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (tob1().replace(b'"IEEE4"\r\n', b'"IEE4"\r\n'), "types of the columns: no type 'IEE4'"),
        (tob1().replace(b'"IEEE4"\r\n', b'"ASCII(99999)"\r\n').replace(b'"IEEE4"', b'"ASCII(0)"'), "no type 'ASCII(0)'"),
        (tob1().replace(b'"IEEE4","IEEE4"\r\n', b'"IEEE4"\r\n'), "line 5: 7 types of 8 columns, whose names are in line 2"),
        (tob1().replace(b'"TOB1"', b'"TOB2"'), "no TOB1 file: it begins with"),
        (b"\r\n\r\n", "no TOB1 file: it is empty"),
    ],
)
def test_refused_with_what_was_expected(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, content)
    assert message in str(error.value)
    assert "flux.tob" in str(error.value)


def test_records_of_absurd_size_are_refused() -> None:
    """60,000 texts of 99,999 bytes: 32 bits do not hold the sum, and nobody's memory the record."""
    with pytest.raises(ValueError, match="records of 5999940000 bytes"):
        record_type(["ASCII(99999)"] * 60_000)


def test_guess(tmp_path: Path) -> None:
    path = tmp_path / "flux.tob"
    path.write_bytes(tob1())
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert guess.options == {"frequency": 20.0, "columns": COLUMNS}
