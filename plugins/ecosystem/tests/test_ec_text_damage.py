"""Damaged text files: refused with an error that names the file, or read with every line accounted for."""

from __future__ import annotations

import gzip
import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from damaged_readings import variants_read
from ec_text_files import BM_NAME, BM_OPTIONS, ICOS_NAME, ICOS_OPTIONS, TABLE_OPTIONS, icos_bm, icos_ec, table
from icos_ecosystem.readers import generic_ec_table, icos_ec_csv
from icos_ecosystem.readers import icos_bm as bm_reader

from icos_core.testing import example_context
from icos_core.testing.damage_kinds import (
    cut_off,
    cut_out,
    flip_bytes,
    insert_bytes,
    mix_line_ends,
    re_encode,
    repeat_lines,
    shuffle_lines,
)
from icos_core.testing.reader import read_or_refuse

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from icos_core.components import Reader

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
CONTEXT = example_context()
WORDS = (b"", b" ", b"-", b"NaN", b"inf", b"1e400", b"10.0.3", b"#", b"0x1F", b"\xb5", b"\x00", b"99999999999", b'"', b"-9999", b"1,2")
BINARY: dict[str, Any] = {"format": "binary", "header_lines": 0, "names": ["U", "V", "W", "SA_DIAG"], "types": ["float32"] * 3 + ["int16"]}
FORMS: dict[str, tuple[Reader, str, dict[str, Any], bytes]] = {
    "icos-ec-csv": (icos_ec_csv.READER, ICOS_NAME, ICOS_OPTIONS, icos_ec()),
    "icos-ec-csv, length of the file not stated": (icos_ec_csv.READER, ICOS_NAME, ICOS_OPTIONS | {"file_duration": None}, icos_ec()),
    "icos-ec-csv, binary": (icos_ec_csv.READER, ICOS_NAME, ICOS_OPTIONS | BINARY, icos_ec()),
    "generic-ec-table": (generic_ec_table.READER, "table.csv", TABLE_OPTIONS, table()),
    "icos-bm": (bm_reader.READER, BM_NAME, BM_OPTIONS | {"heights": {"CO2_1_1_1": 0.5, "CO2_1_2_1": 8.0}}, icos_bm()),
}


def change_fields(content: bytes, random: np.random.Generator) -> bytes:
    """Put other words into up to nine fields."""
    lines = content.split(b"\n")
    for _ in range(int(random.integers(1, 10))):
        place = int(random.integers(len(lines)))
        fields = lines[place].split(b",")
        fields[int(random.integers(len(fields)))] = WORDS[int(random.integers(len(WORDS)))]
        lines[place] = b",".join(fields)
    return b"\n".join(lines)


def pack(content: bytes, random: np.random.Generator) -> bytes:
    """Pack, and damage the packed file."""
    packed = gzip.compress(content, mtime=0)
    return flip_bytes(packed, random) if random.random() < 0.5 else cut_off(packed, random)


KINDS = (cut_off, cut_out, flip_bytes, insert_bytes, mix_line_ends, re_encode, repeat_lines, shuffle_lines, change_fields, pack)


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files(tmp_path: Path, form: str) -> None:
    reader, name, stated, content = FORMS[form]
    read = variants_read(reader, tmp_path / name, stated, content, KINDS, VARIANTS, CONTEXT, form)
    assert read > VARIANTS // 5


@pytest.mark.parametrize("damage", [b"x", b"", b"1,2", b'"'])
def test_damage_in_every_line_takes_no_longer_than_it_should(tmp_path: Path, damage: bytes) -> None:
    # Nothing that is done per damaged line may grow with the number of lines.
    path = tmp_path / ICOS_NAME
    lines = icos_ec(36_000).split(b"\r\n")
    lines[1:] = [damage + line for line in lines[1:]]
    path.write_bytes(b"\n".join(lines))
    began = time.process_time()
    result = read_or_refuse(icos_ec_csv.READER, path, icos_ec_csv.READER.options(frequency=20.0), CONTEXT, "every line damaged")
    assert result is not None
    assert result.tally.seen == 36_000 + (damage != b"")
    assert time.process_time() - began < 5
