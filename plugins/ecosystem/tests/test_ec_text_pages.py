"""The manual's pages of the readers of text name every option with its default, every reason, and descriptions that can be used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from icos_ecosystem.readers import fast_text, generic_ec_table, icos_bm, icos_ec_binary, icos_ec_csv, raw_rows
from icos_ecosystem.readers.icos_bm_options import LEVELS, WORDS
from icos_ecosystem.readers.icos_ec_csv_options import IcosEcCsvOptions, usual_columns
from reader_pages import assert_options_documented, rows_below

from icos_core.plugins import GENERIC_KEYS
from icos_core.raw_text import regular_lines, row_order

READERS = {module.READER.name: module.READER for module in (icos_ec_csv, generic_ec_table, icos_bm)}
PAGES = {name: (Path(__file__).parents[3] / "docs" / f"instrument-{name}.md").read_text(encoding="utf-8") for name in READERS}
LINES = (regular_lines.BLANK, regular_lines.NUL, regular_lines.TOO_FEW, regular_lines.TOO_MANY, fast_text.HEADER_AGAIN)
REASONS = {
    "icos-ec-csv": (*LINES, raw_rows.BEYOND, icos_ec_binary.CUT_RECORD),
    "generic-ec-table": (*LINES, raw_rows.NO_TIME, raw_rows.BEYOND, row_order.DUPLICATE, row_order.CONFLICT),
    "icos-bm": (*LINES, raw_rows.NO_TIME, row_order.DUPLICATE, row_order.CONFLICT),
}


@pytest.mark.parametrize("name", READERS)
def test_options_with_their_defaults(name: str) -> None:
    assert_options_documented(PAGES[name], READERS[name])


@pytest.mark.parametrize("name", READERS)
def test_reasons(name: str) -> None:
    named = {reason for row in rows_below(PAGES[name], "reason") for reason in re.findall(r"`([^`]+)`", row[0])}
    assert named >= set(REASONS[name])


@pytest.mark.parametrize("name", READERS)
def test_descriptions_can_be_used(name: str) -> None:
    inputs = [entry for text in re.findall(r"```toml\n(.*?)```", PAGES[name], re.DOTALL) for entry in tomllib.loads(text)["input"]]
    assert inputs
    for entry in inputs:
        keys = {*GENERIC_KEYS["reader"], "reader", "files"}
        READERS[entry["reader"]].options.model_validate({key: value for key, value in entry.items() if key not in keys})


def test_columns_of_the_thematic_centre() -> None:
    documented = {column for row in rows_below(PAGES["icos-ec-csv"], "column") for column in re.findall(r"`([^`]+)`", row[0])}
    assert documented == set(usual_columns(IcosEcCsvOptions(frequency=20.0)))


def test_variables_of_meteorology_and_profile() -> None:
    named = set(re.findall(r"`([A-Z0-9_]+)`", PAGES["icos-bm"]))
    assert set(WORDS) | set(LEVELS) <= named
