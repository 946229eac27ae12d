"""The pages of the manual on ship's logs name every option, column and variable."""

import re
from pathlib import Path

import pytest
from icos_ocean.readers import ldeo_underway, nmea, sea_bird_sbe45, vaisala_wxt

DOCS = Path(__file__).parents[3] / "docs"
READERS = {
    "instrument-ldeo-underway.md": (ldeo_underway.READER, ({},)),
    "instrument-sea-bird-sbe45.md": (sea_bird_sbe45.READER, ({"columns": list(sea_bird_sbe45.COLUMNS)},)),
    "instrument-nmea.md": (nmea.READER, ({"sentences": ["GGA", "RMC", "GLL", "ZDA", "VTG", "HDT", "THS", "MWV", "MWD"]},)),
    "instrument-vaisala-wxt.md": (vaisala_wxt.READER, ({}, {"wind": "true"}, {"messages": "mast"})),
}


def first_column(text, heading):
    (table,) = re.findall(rf"^\| {re.escape(heading)} \|[^\n]*\n\|[-| ]+\|\n((?:\|[^\n]*\n)+)", text, re.MULTILINE)
    return [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])]


@pytest.mark.parametrize("page", READERS)
def test_every_option_and_variable_is_named(page):
    reader, options = READERS[page]
    text = (DOCS / page).read_text(encoding="utf-8")
    assert sorted(first_column(text, f"option of `{reader.name}`")) == sorted(reader.options.model_fields)
    for each in options:
        for stream, variables in reader.provides(reader.options(**each)).items():
            assert f"`{stream}`" in text
            names = [variable.name for variable in variables if not variable.name.endswith("_2")]
            undocumented = [name for name in names if f"`{name}`" not in text and name not in ("latitude", "longitude")]
            assert undocumented == []
    assert f"({page})" in (DOCS / "index.md").read_text(encoding="utf-8")


def test_columns_are_those_of_the_manual():
    text = (DOCS / "instrument-ldeo-underway.md").read_text(encoding="utf-8")
    assert first_column(text, "column") == list(ldeo_underway.COLUMNS)
    text = (DOCS / "instrument-sea-bird-sbe45.md").read_text(encoding="utf-8")
    assert first_column(text, "column") == list(sea_bird_sbe45.COLUMNS)
