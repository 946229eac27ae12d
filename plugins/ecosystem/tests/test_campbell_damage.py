"""Damaged files of Campbell loggers: refused with an error that names the file, or read with every record accounted for."""

from __future__ import annotations

import gzip
import io
import os
import re
import time
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from campbell_files import ROWS, STEP, frame, minor, toa5, tob1, tob3, tob3_header
from icos_ecosystem.readers import toa5 as toa5_reader
from icos_ecosystem.readers import tob1 as tob1_reader
from icos_ecosystem.readers import tob3 as tob3_reader

from icos_core.testing import assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage_kinds import (
    cut_off,
    cut_out,
    flip_bytes,
    insert_bytes,
    mix_line_ends,
    re_encode,
    repeat_lines,
    shuffle_lines,
    variant,
)
from icos_core.testing.reader import read_or_refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np

    from icos_core.components import Reader

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
CONTEXT = example_context()
COLUMNS: dict[str, Any] = {"Ux": "u", "Uy": "v", "Uz": "w", "Ts": "sonic_temperature", "CO2": "co2_molar_density"}
WORDS = (
    b"",
    b"-1",
    b"0",
    b"1",
    b"7",
    b"999999999",
    b"99999999999999999999",
    b"1e400",
    b"nan",
    b'"',
    b"\x00",
    b"\xff",
    b"ASCII(99999)",
    b"ASCII(0)",
    b"FP2",
    b"IEEE8",
    b"0 MSEC",
    b"999999999 DAY",
    b"Sec999999999Usec",
    b"2024-02-30 12:00:00",
    b"TIMESTAMP",
    b"SECONDS",
    "µ°²".encode(),
)
_HEADER_FIELD = re.compile(rb'"[^"\r\n]*"')


def mangle_header(content: bytes, random: np.random.Generator) -> bytes:
    """Replace fields of the header, sizes and types among them."""
    end = min(len(content), 1500)
    for _ in range(int(random.integers(1, 4))):
        fields = list(_HEADER_FIELD.finditer(content, 0, end))
        if not fields:
            return content
        found = fields[int(random.integers(len(fields)))]
        word = WORDS[int(random.integers(len(WORDS)))]
        content = content[: found.start()] + b'"' + word + b'"' + content[found.end() :]
    return content


def lose_header_fields(content: bytes, random: np.random.Generator) -> bytes:
    """Take fields out of the header, so that its lines no longer have the same number."""
    fields = list(_HEADER_FIELD.finditer(content, 0, min(len(content), 1500)))
    if not fields:
        return content
    found = fields[int(random.integers(len(fields)))]
    return content[: found.start()] + content[found.end() + 1 :]


def repeat_part(content: bytes, random: np.random.Generator) -> bytes:
    """Write a part of the file twice, as a transfer that was taken up again does."""
    first, last = sorted(random.integers(0, len(content) + 1, 2).tolist())
    return content[:last] + content[first:]


def change_words(content: bytes, random: np.random.Generator) -> bytes:
    """Insert words that are no numbers anywhere."""
    for _ in range(int(random.integers(1, 8))):
        place = int(random.integers(0, len(content) + 1))
        content = content[:place] + WORDS[int(random.integers(len(WORDS)))] + content[place:]
    return content


BYTES = (cut_off, cut_out, flip_bytes, insert_bytes, mangle_header, lose_header_fields, repeat_part)
TEXT = (*BYTES, change_words, repeat_lines, shuffle_lines, mix_line_ends, re_encode)


def divided() -> bytes:
    """Return a TOB3 file with whole, divided and empty frames."""
    size = 16 + 8 * 20
    first = minor(ROWS[:3], 0) + minor(ROWS[4:7], 4)
    rest = size - len(first)
    first += frame((), 7, flags=0xC000 | rest)[:12].ljust(rest - 4, b"\0") + frame((), 7, flags=0xC000 | rest)[-4:]
    return tob3_header(size) + first + frame(ROWS[8:16], 8) + frame(ROWS[16:], 16) + bytes(size)


CASES = {
    "toa5": (toa5_reader.READER, toa5(), TEXT),
    "tob1": (tob1_reader.READER, tob1(), BYTES),
    "tob1 without stamps": (tob1_reader.READER, tob1(stamps=False), BYTES),
    "tob3": (tob3_reader.READER, tob3(slots=8), BYTES),
    "tob3 divided": (tob3_reader.READER, divided(), BYTES),
}


def survives(reader: Reader, path: Path, what: str) -> bool:
    """Read, span and guess; return whether the file was read."""
    options = reader.options.model_validate({"columns": COLUMNS, "frequency": 1 / STEP.total_seconds(), "name_format": "YYYYMMDD*"})
    result = read_or_refuse(reader, path, options, CONTEXT, what)
    assert reader.guess is not None
    reader.guess(path)
    if result is None:
        return False
    try:
        assert_result_fits(reader, result, options)
    except AssertionError as error:
        raise AssertionError(f"{what}: {error}") from error
    assert_span_covers(reader, path, result, options, CONTEXT, what)
    assert all("\n" not in str(problem) for problem in result.problems), what
    return True


@pytest.mark.parametrize("case", CASES)
def test_damaged_files(tmp_path: Path, case: str) -> None:
    reader, content, kinds = CASES[case]
    path = tmp_path / "20240706.dat"
    read = 0
    for seed in range(VARIANTS):
        path.write_bytes(variant(content, kinds, seed))
        read += survives(reader, path, f"{case}, variant {seed}")
    # Damage to the header is refused, damage to records is read around: both happen often.
    assert VARIANTS // 20 < read < VARIANTS


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("20240706.dat"), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize("pack", [gzipped, zipped])
@pytest.mark.parametrize("case", CASES)
def test_damaged_packed_files(tmp_path: Path, case: str, pack: Callable[[bytes], bytes]) -> None:
    reader, content, _ = CASES[case]
    packed = pack(content)
    path = tmp_path / "20240706.dat"
    path.write_bytes(packed)
    assert survives(reader, path, "whole")
    for seed in range(VARIANTS // 10):
        path.write_bytes(variant(packed, (cut_off, cut_out, flip_bytes, insert_bytes), seed))
        survives(reader, path, f"{case}, {pack.__name__}, variant {seed}")


@pytest.mark.parametrize(
    ("reader", "content"),
    [
        (tob1_reader.READER, tob1().replace(b'"IEEE4","IEEE4","IEEE4","IEEE4","IEEE4"', b'"IEEE4","IEEE4","IEEE4","IEEE4","ASCII(99999)"')),
        (tob3_reader.READER, tob3_header(16 + 20 * 40_000_000) + frame(ROWS[:8], 0)),
        (tob3_reader.READER, tob3_header(36, interval="999999999 NSEC") + frame(ROWS[:1], 0) * 20),
        (toa5_reader.READER, toa5(()) + b'"' * 500_000),
        (toa5_reader.READER, toa5(()) + b"," * 500_000),
        (tob1_reader.READER, tob1(()) + bytes(500_000)),
        (tob3_reader.READER, tob3(()) + frame(ROWS[:1], 0)[-4:] * 125_000),
    ],
    ids=["record longer than the file", "frame longer than the file", "long interval", "quotes", "commas", "zero bytes", "stamps alone"],
)
def test_sizes_that_lie_cost_neither_time_nor_memory(tmp_path: Path, reader: Reader, content: bytes) -> None:
    path = tmp_path / "20240706.dat"
    path.write_bytes(content)
    survives(reader, path, "first, for what is loaded once")
    tracemalloc.start()
    begin = time.perf_counter()
    survives(reader, path, "again")
    took, (_, peak) = time.perf_counter() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 10
    assert peak < 100 * (len(content) + 100_000)


def test_headers_without_end_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "20240706.dat"
    for reader in (toa5_reader.READER, tob1_reader.READER, tob3_reader.READER):
        path.write_bytes(f'"{reader.name.upper()}",'.encode() * 400_000)
        assert not survives(reader, path, reader.name)
