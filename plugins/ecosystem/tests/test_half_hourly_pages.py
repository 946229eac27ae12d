"""The manual's pages of the readers of half-hourly tables name every option with its default, every reason, and usable descriptions."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from half_hourly_files import FORMATS
from icos_ecosystem.readers import fast_text, half_hourly_clock, raw_rows
from reader_pages import assert_options_documented, rows_below

from icos_core.plugins import GENERIC_KEYS
from icos_core.raw_text import regular_lines, row_order

READERS = {name: import_module(f"icos_ecosystem.readers.{name.replace('-', '_')}").READER for name in FORMATS}
PAGES = {name: (Path(__file__).parents[3] / "docs" / f"instrument-{name}.md").read_text(encoding="utf-8") for name in READERS}
REASONS = (
    regular_lines.BLANK,
    regular_lines.NUL,
    regular_lines.TOO_FEW,
    regular_lines.TOO_MANY,
    fast_text.HEADER_AGAIN,
    raw_rows.NO_TIME,
    half_hourly_clock.OTHER_LENGTH,
    half_hourly_clock.OFF_GRID,
    row_order.DUPLICATE,
    row_order.CONFLICT,
)


@pytest.mark.parametrize("name", READERS)
def test_options_with_their_defaults(name: str) -> None:
    assert_options_documented(PAGES[name], READERS[name])


@pytest.mark.parametrize("name", READERS)
def test_reasons(name: str) -> None:
    named = {reason for row in rows_below(PAGES[name], "reason") for reason in re.findall(r"`([^`]+)`", row[0])}
    assert named == set(REASONS)


@pytest.mark.parametrize("name", READERS)
def test_descriptions_can_be_used(name: str) -> None:
    inputs = [entry for text in re.findall(r"```toml\n(.*?)```", PAGES[name], re.DOTALL) for entry in tomllib.loads(text)["input"]]
    assert inputs
    for entry in inputs:
        options = READERS[entry["reader"]].options.model_validate({key: entry[key] for key in entry if key not in GENERIC_KEYS["reader"]})
        [words] = READERS[entry["reader"]].provides(options).values()
        names = [word.name for word in words]
        renamed = [entry.get("rename", {}).get(each, each) for each in names]
        assert set(entry.get("rename", {})) <= set(names)
        assert len(set(renamed)) == len(renamed)
