"""Damaged .slt files: refused with an error that names the file, or read with every record accounted for."""

from __future__ import annotations

import os
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from icos_ecosystem.readers.slt import READER
from slt_files import NAME, slt_file, turbulent_records

from icos_core.testing import assert_result_fits, assert_span_covers, example_context
from icos_core.testing.damage_kinds import cut_off, cut_out, flip_bytes, insert_bytes, variant
from icos_core.testing.reader import read_or_refuse

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
CONTEXT = example_context()
CHANNELS = {"1": {"variable": "co2_molar_density", "unit": "mmol/m3", "minimum": 10, "maximum": 40}}
CONFIGURATION = "Sample frequency: 10 hz\nAverage time: 30 min\nCO2, 10 , 40 , mmol/m³ , 0 , E\n".encode()


def mangle_header(content: bytes, random: np.random.Generator) -> bytes:
    """Replace a few bytes of the header."""
    header = bytearray(content[:20])
    for _ in range(int(random.integers(1, 5))):
        if header:
            header[int(random.integers(len(header)))] = int(random.choice([0, 1, 2, 8, 10, 20, 23, 60, 99, 136, 255]))
    return bytes(header) + content[20:]


def put_together(content: bytes, random: np.random.Generator) -> bytes:
    """Put the file behind itself, from any byte on."""
    return content + content[int(random.integers(0, len(content) + 1)) :]


DAMAGES = (cut_off, cut_out, flip_bytes, insert_bytes, mangle_header, put_together)


@pytest.mark.parametrize("kind", ["eddymeas", "eddysoft", "edisol"])
def test_damaged_files(tmp_path: Path, kind: str) -> None:
    path = tmp_path / NAME
    options = READER.options.model_validate({"frequency": 10.0, "channels": CHANNELS, "variant": kind, "file_duration": "25 s"})
    content = slt_file(turbulent_records(200, 2))
    read = 0
    for seed in range(VARIANTS):
        path.write_bytes(variant(content, DAMAGES, seed))
        result = read_or_refuse(READER, path, options, CONTEXT, f"variant {seed}")
        if result is not None:
            assert_result_fits(READER, result, options)
            assert_span_covers(READER, path, result, options, CONTEXT)
            read += 1
        assert READER.guess is not None
        READER.guess(path)
    assert read > VARIANTS // 10


def test_damaged_configurations(tmp_path: Path) -> None:
    """A guess raises nothing, and proposes options that the reader takes."""
    path = tmp_path / NAME
    path.write_bytes(slt_file(turbulent_records(20, 2)))
    beside = path.with_suffix(".cfg")
    assert READER.guess is not None
    for seed in range(VARIANTS):
        beside.write_bytes(variant(CONFIGURATION, (cut_off, cut_out, flip_bytes, insert_bytes), seed))
        guess = READER.guess(path)
        assert guess is not None
        READER.options.model_validate(guess.options)


def test_memory_is_that_of_the_file(tmp_path: Path) -> None:
    """A header that tells of short records makes many of them, in memory of a few times the size of the file."""
    path = tmp_path / NAME
    content = bytearray(slt_file(turbulent_records(20_000, 2)))
    content[0] = 8
    path.write_bytes(bytes(content))
    options = READER.options.model_validate({"frequency": 10.0, "variant": "edisol"})
    tracemalloc.start()
    try:
        READER.read(path, options, CONTEXT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(content)
