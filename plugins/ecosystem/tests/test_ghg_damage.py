"""Damaged .ghg archives, and good archives of damaged members: refused by name, or read with every line accounted for."""

from __future__ import annotations

import os
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from ghg_files import BIOMET_METADATA, NAME, STEM, biomet_text, data_text, ghg_file, metadata_text
from icos_ecosystem.readers.licor_ghg import READER

from icos_core.exceptions import InputError
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
    from pathlib import Path

    import numpy as np
    from pydantic import BaseModel

    from icos_core.components import ReadResult

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
CONTEXT = example_context()
OPTIONS = READER.options.model_validate({"utc_offset": 1, "co2": "molar_density"})
MEMBERS = {
    f"{STEM}.data": data_text(30).encode(),
    f"{STEM}.metadata": metadata_text().encode(),
    f"{STEM}-biomet.data": biomet_text().encode(),
    f"{STEM}-biomet.metadata": BIOMET_METADATA.encode(),
}
WORDS = (
    b"",
    b" ",
    b"-",
    b"NaN",
    b"inf",
    b"1e400",
    b"10.0.3",
    b"#",
    b"\x00",
    b"99999999999",
    b"2014-02-30",
    b'"',
    b"DATA",
    b"DATAH",
    b"co2",
)
SEPARATORS = (b"\t", b"=", b"\n")


def change_fields(content: bytes, random: np.random.Generator) -> bytes:
    """Replace fields of lines, keys or values."""
    mark = SEPARATORS[int(random.integers(len(SEPARATORS)))]
    fields = content.split(mark)
    for _ in range(int(random.integers(1, 10))):
        fields[int(random.integers(len(fields)))] = WORDS[int(random.integers(len(WORDS)))]
    return mark.join(fields)


OF_MEMBERS = (cut_off, cut_out, flip_bytes, insert_bytes, mix_line_ends, re_encode, repeat_lines, shuffle_lines, change_fields)
OF_ARCHIVES = (cut_out, flip_bytes, insert_bytes, cut_off)


def read_damaged(path: Path, content: bytes, what: str, options: BaseModel = OPTIONS) -> ReadResult | None:
    path.write_bytes(content)
    result = read_or_refuse(READER, path, options, CONTEXT, what)
    if result is not None:
        assert_result_fits(READER, result, options)
        assert_span_covers(READER, path, result, options, CONTEXT, what)
        assert all("\n" not in str(problem) for problem in result.problems)
    assert READER.guess is not None
    READER.guess(path)
    return result


def test_damaged_archives(tmp_path: Path) -> None:
    """Not deflated, so that what is damaged may come through: the sum of its bytes tells."""
    for seed in range(VARIANTS):
        content = ghg_file(MEMBERS, zipfile.ZIP_STORED if seed % 2 else zipfile.ZIP_DEFLATED)
        read_damaged(tmp_path / NAME, variant(content, OF_ARCHIVES, seed), f"variant {seed}")


@pytest.mark.parametrize("member", MEMBERS)
def test_damaged_members(tmp_path: Path, member: str) -> None:
    read = 0
    for seed in range(VARIANTS):
        members = MEMBERS | {member: variant(MEMBERS[member], OF_MEMBERS, seed)}
        read += read_damaged(tmp_path / NAME, ghg_file(members), f"{member}, variant {seed}") is not None
    assert read > VARIANTS // 10


def test_damaged_members_by_date(tmp_path: Path) -> None:
    """The local clock goes another way than Seconds."""
    options = READER.options.model_validate({"utc_offset": 1, "time_from": "date", "row_time": "end"})
    data = f"{STEM}.data"
    for seed in range(VARIANTS // 3):
        members = MEMBERS | {data: variant(MEMBERS[data], OF_MEMBERS, seed)}
        read_damaged(tmp_path / NAME, ghg_file(members), f"variant {seed}", options)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """200 MB of zeros in 200 kB: refused by the size that is claimed, before a byte of it is unpacked."""
    path = tmp_path / NAME
    path.write_bytes(ghg_file({f"{STEM}.data": bytes(200_000_000), f"{STEM}.metadata": metadata_text()}))
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="claims to become 190 MiB"):
            READER.read(path, OPTIONS, CONTEXT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
