"""The manual's page of Campbell's loggers names every option, every type, every reason, and its descriptions can be used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from icos_ecosystem.campbell_types import BIG_ENDIAN_IN_TOB1, TYPES
from icos_ecosystem.readers import campbell_tables, raw_rows, toa5, tob1, tob3

READERS = {module.READER.name: module.READER for module in (toa5, tob1, tob3)}
PAGE = (Path(__file__).parents[3] / "docs" / "instrument-campbell.md").read_text(encoding="utf-8")


def rows_below(title: str) -> list[list[str]]:
    """Return the rows of the table whose first column has a title."""
    lines = PAGE.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {title} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_options_with_their_defaults() -> None:
    fields = tob1.READER.options.model_fields
    documented = {row[0].strip("`"): row[1] for row in rows_below("option of `toa5`, `tob1`, `tob3`")}
    assert set(documented) == set(fields)
    assert set(fields) - {"big_endian"} == set(toa5.READER.options.model_fields) == set(tob3.READER.options.model_fields)
    for name, default in documented.items():
        stated = re.fullmatch(r"`(.+)`", default)
        if stated is not None:
            value = tomllib.loads(f"x = {stated[1]}")["x"]
            assert (tuple(value) if isinstance(value, list) else value) == fields[name].default, name


def test_types_with_their_byte_orders() -> None:
    documented = {kind: row for row in rows_below("type") for kind in re.findall(r"`([^`]+)`", row[0])}
    assert set(documented) == set(TYPES)
    big = {kind for kind, row in documented.items() if row[2].startswith("big-endian") or f"`{kind}` big-endian" in row[2]}
    assert big == set(BIG_ENDIAN_IN_TOB1)


@pytest.mark.parametrize(
    "reason",
    [
        campbell_tables.CUT_OFF,
        campbell_tables.EMPTY,
        campbell_tables.FOREIGN_FRAME,
        campbell_tables.DAMAGED_FRAME,
        raw_rows.NO_TIME,
        raw_rows.BEYOND,
    ],
)
def test_reasons(reason: str) -> None:
    assert any(reason in row[0] for row in rows_below("reason"))


def test_descriptions_can_be_used() -> None:
    inputs = [table for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) for table in tomllib.loads(text)["input"]]
    assert inputs
    for table in inputs:
        reader = READERS[table.pop("reader")]
        assert table.pop("files")
        options = reader.options.model_validate(table)
        assert all(reader.provides(options).values())
