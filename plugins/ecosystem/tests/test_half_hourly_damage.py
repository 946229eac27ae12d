"""Damaged half-hourly tables: refused with an error that names the file, or read with every line accounted for."""

from __future__ import annotations

import io
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from damaged_readings import variants_read
from half_hourly_files import CALENDAR, FORMATS, calendar, starts
from pyarrow import parquet
from test_ec_text_damage import KINDS

from icos_core.testing import example_context
from icos_core.testing.damage_kinds import cut_off, cut_out, flip_bytes, insert_bytes

if TYPE_CHECKING:
    from pathlib import Path

VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "100"))
CONTEXT = example_context()
PARQUET = {
    "time_stamps": "start",
    "time_zone": "UTC",
    "time_column": "t",
    "columns": {"x": {"variable": "NEE", "unit": "umol m-2 s-1"}},
}


def _parquet() -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"t": starts(60).astype("M8[ns]"), "x": np.linspace(-1, 1, 60)}), buffer)
    return buffer.getvalue()


FORMS: dict[str, tuple[str, str, dict[str, Any], bytes]] = {
    **{name: (name, file, options, make()) for name, (make, file, options, _) in FORMATS.items()},
    "calendar": ("generic-halfhourly", "table.txt", CALENDAR, calendar().replace(b"\r", b"\n")),
    "parquet": ("generic-halfhourly", "table.parquet", PARQUET, _parquet()),
}


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files(tmp_path: Path, form: str) -> None:
    name, file, stated, content = FORMS[form]
    reader = import_module(f"icos_ecosystem.readers.{name.replace('-', '_')}").READER
    kinds = (cut_off, cut_out, flip_bytes, insert_bytes) if form == "parquet" else KINDS
    read = variants_read(reader, tmp_path / file, stated, content, kinds, VARIANTS, CONTEXT, form)
    assert read > (0 if form == "parquet" else VARIANTS // 6)
