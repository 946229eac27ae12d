"""Reader `tob3`: frames whole, divided, empty and foreign, and what it refuses."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from campbell_files import NAMES, ROWS, frame, minor, tob3, tob3_header
from icos_ecosystem.readers.campbell_tables import decode_tob3
from icos_ecosystem.readers.tob3 import READER

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

COLUMNS: dict[str, Any] = {"Ux": "u", "Uy": "v", "Uz": "w", "Ts": "sonic_temperature", "CO2": "co2_molar_density"}
OPTIONS: dict[str, Any] = {"columns": COLUMNS}
CONTEXT = example_context()
RECORD = 4 * len(NAMES)
SLOTS = 8
SIZE = 16 + SLOTS * RECORD
STAMP = 4660
EMPTY, CLOSED = 0x4000, 0x2000


class TestTob3(ReaderContract):
    """One record per frame, so that every frame is a record to the kit."""

    reader = READER
    options: ClassVar = OPTIONS
    is_text = False

    def make_file(self, folder: Path) -> Path:
        path = folder / "flux.dat"
        path.write_bytes(tob3())
        return path

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        *lines, frames = content.split(b"\r\n", 6)
        head = b"\r\n".join(lines) + b"\r\n"
        return head, [frames[first : first + 16 + RECORD] for first in range(0, len(frames), 16 + RECORD)]


def read(folder: Path, content: bytes, **options: Any) -> ReadResult:
    path = folder / "flux.dat"
    path.write_bytes(content)
    validated = READER.options.model_validate(OPTIONS | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def milliseconds(result: ReadResult) -> list[int]:
    return (result.streams["eddy"]["time"].values.astype("datetime64[ms]") - np.datetime64("2024-07-06T12:00")).astype(int).tolist()


def left(size: int, flags: int = 0x8000 | EMPTY, stamp: int = STAMP) -> bytes:
    """Return the minor frame that stands for what is left of a frame; what it holds is of an earlier turn."""
    return bytes(index % 251 for index in range(size - 4)) + struct.pack("<HH", flags | size, stamp)


def divided(*parts: bytes, stamp: int = STAMP, flags: int = 0x8000 | EMPTY) -> bytes:
    together = b"".join(parts)
    return together + left(SIZE - len(together), flags, stamp)


def file_of(*frames: bytes) -> bytes:
    return tob3_header(SIZE) + b"".join(frames)


def test_rows_and_times(tmp_path: Path) -> None:
    result = read(tmp_path, tob3(slots=SLOTS))
    eddy = result.streams["eddy"]
    u, v, w, celsius, milligrams = np.array(ROWS).T
    np.testing.assert_array_equal(eddy["u"], u)
    np.testing.assert_array_equal(eddy["v"], v)
    np.testing.assert_array_equal(eddy["w"], w)
    np.testing.assert_allclose(eddy["sonic_temperature"], celsius + 273.15, rtol=1e-15)
    np.testing.assert_allclose(eddy["co2_molar_density"], milligrams / 44.01, rtol=1e-14)
    assert milliseconds(result) == [50 * row for row in range(len(ROWS))]
    assert result.tally.seen == len(ROWS)


def test_numbers_of_records() -> None:
    table = decode_tob3(tob3(slots=SLOTS))
    assert table.number is not None
    assert table.number.tolist() == list(range(len(ROWS)))


def test_frames_that_were_closed_early(tmp_path: Path) -> None:
    """A scan was skipped after the third record, another after the eighth; the frame ends with what it has no room for."""
    content = file_of(divided(minor(ROWS[:3], 0), minor(ROWS[4:7], 4)), divided(minor(ROWS[8:13], 8)), frame(ROWS[13:21], 13))
    result = read(tmp_path, content)
    rows = [*range(3), *range(4, 7), *range(8, 21)]
    assert milliseconds(result) == [50 * row for row in rows]
    np.testing.assert_array_equal(result.streams["eddy"]["u"], [ROWS[row][0] for row in rows])
    assert result.tally.rejected == {"empty slot": 5}


def test_a_frame_that_two_files_share(tmp_path: Path) -> None:
    """The logger began the table's new file within a frame: the minor frame before bears the old file's stamp."""
    content = file_of(divided(minor(ROWS[:3], 0, STAMP - 1), minor(ROWS[3:6], 3)))
    assert milliseconds(read(tmp_path, content)) == [50 * row for row in range(6)]


def test_the_frame_at_which_the_file_was_closed(tmp_path: Path) -> None:
    size = 16 + 3 * RECORD
    closed = frame(ROWS[:3], 0, STAMP, 0x8000 | CLOSED | size) + left(SIZE - size, 0x8000 | EMPTY | CLOSED)
    assert read(tmp_path, file_of(closed)).tally.kept == 3


def test_frames_that_hold_nothing(tmp_path: Path) -> None:
    stale = frame(ROWS[16:], 16, STAMP + 77)
    complement = frame(ROWS[8:16], 8, ~STAMP & 0xFFFF)
    content = file_of(frame(ROWS[:8], 0), complement, bytes(SIZE), stale, frame(ROWS[:8], 0, STAMP, EMPTY))
    result = read(tmp_path, content)
    assert milliseconds(result) == [50 * row for row in range(16)]
    assert result.tally.seen == 5 * SLOTS
    assert result.tally.rejected == {"empty slot": 2 * SLOTS, "frame without this table's stamp": SLOTS}


def test_zero_bytes_are_no_frames_even_where_the_stamp_is_zero(tmp_path: Path) -> None:
    content = tob3_header(SIZE, stamp=0) + frame(ROWS[:8], 0, 0) + bytes(3 * SIZE)
    result = read(tmp_path, content)
    assert (result.tally.kept, result.tally.rejected) == (8, {"empty slot": 3 * SLOTS})


@pytest.mark.parametrize(
    "parts",
    [
        minor(ROWS[:3], 0)[:-4] + struct.pack("<HH", 0x8000 | 15, STAMP) + left(SIZE - 16 - 3 * RECORD),
        minor(ROWS[:3], 0)[:-4] + struct.pack("<HH", 0x8000 | 400, STAMP) + left(SIZE - 16 - 3 * RECORD),
        minor(ROWS[:3], 0)[:-4] + struct.pack("<HH", 16 + 3 * RECORD, STAMP) + left(SIZE - 16 - 3 * RECORD),
        left(SIZE - 16 - RECORD + 1, 0x8000) + left(16 + RECORD - 1),
    ],
    ids=["too small", "too large", "no minor frame", "no whole record"],
)
def test_minor_frames_that_contradict_each_other(tmp_path: Path, parts: bytes) -> None:
    result = read(tmp_path, file_of(parts, frame(ROWS[8:16], 8)))
    assert (result.tally.kept, result.tally.rejected) == (8, {"damaged frame": SLOTS})


def test_a_file_that_ends_within_a_frame(tmp_path: Path) -> None:
    result = read(tmp_path, tob3(slots=SLOTS)[:-5])
    assert (result.tally.seen, result.tally.kept) == (24, 16)
    assert result.tally.rejected == {"record cut off": SLOTS}


def test_frames_in_any_order(tmp_path: Path) -> None:
    """On a ring table the newest frames lie in front of the oldest."""
    content = file_of(frame(ROWS[16:], 16), frame(ROWS[:8], 0), frame(ROWS[8:16], 8))
    result = read(tmp_path, content)
    assert milliseconds(result) == [50 * row for row in range(24)]
    np.testing.assert_array_equal(result.streams["eddy"]["u"], [row[0] for row in ROWS])


def test_a_time_that_is_none(tmp_path: Path) -> None:
    spoilt = frame(ROWS[:8], 0)
    spoilt = spoilt[:4] + struct.pack("<I", 10_000) + spoilt[8:]
    result = read(tmp_path, file_of(spoilt, frame(ROWS[8:16], 8)))
    assert (result.tally.kept, result.tally.rejected) == (8, {"no valid date and time": 8})


def test_records_at_events_have_the_time_of_their_frame(tmp_path: Path) -> None:
    content = tob3_header(SIZE, interval="0 MSEC") + frame(ROWS[:8], 0) + frame(ROWS[8:16], 8)
    result = read(tmp_path, content, row_time="start")
    assert milliseconds(result) == [50, 450]
    assert result.tally.rejected == {"no valid date and time": 14}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f'"{SIZE}"'.encode(), b'"175"', "line 2: frames of 175 bytes do not fit records of 20 bytes"),
        (f'"{SIZE}"'.encode(), b'"20"', "line 2: frames of 20 bytes do not fit"),
        (f'"{SIZE}"'.encode(), b'"-3"', "frame size: expected a whole number, found '-3'"),
        (b'"50 MSEC"', b'"50 MSECS"', "found '50 MSECS'; nearest: 'MSEC'"),
        (b'"50 MSEC"', b'"99999999 DAY"', "longer than a century"),
        (b'"Sec100Usec"', b'"Tick"', "resolution of the frames: expected such as Sec100Usec"),
        (b'"4660"', b'"many"', "validation stamp: expected a whole number, found 'many'"),
        (b'"IEEE4B","IEEE4B"', b'"IEEE4B","IEEE9B"', "no type 'IEEE9B'"),
        (b',"Sec100Usec","           0","           0","0123456789"', b"", "line 2: 5 fields, expected at least 6"),
    ],
)
def test_refused_with_what_was_expected(tmp_path: Path, old: bytes, new: bytes, message: str) -> None:
    content = tob3(slots=SLOTS)
    assert old in content
    with pytest.raises(InputError) as error:
        read(tmp_path, content.replace(old, new, 1))
    assert message in str(error.value)
    assert "flux.dat" in str(error.value)


def test_guess_needs_no_frequency(tmp_path: Path) -> None:
    path = tmp_path / "flux.dat"
    path.write_bytes(tob3())
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert guess.options == {"columns": COLUMNS}
