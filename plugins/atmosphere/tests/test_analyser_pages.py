"""The pages of the manual on analysers of other makers and on their company name every option, variable and stream."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from icos_atmosphere.readers import aeris, gcwerks_export, lgr_icos, licor_78xx, meteo_table
from icos_atmosphere.readers.meteo_table_options import WORDS

if TYPE_CHECKING:
    from icos_core.components import Reader

DOCS = Path(__file__).parents[3] / "docs"
READERS: dict[str, tuple[Reader, dict[str, Any]]] = {
    "instrument-lgr-icos.md": (lgr_icos.READER, {}),
    "instrument-licor-78xx.md": (licor_78xx.READER, {}),
    "instrument-aeris.md": (aeris.READER, {}),
    "instrument-gcwerks-export.md": (gcwerks_export.READER, {}),
    "instrument-meteo-table.md": (
        meteo_table.READER,
        {"time_column": "time", "columns": {f"#{n}": name for n, name in enumerate(WORDS, 2)}},
    ),
}


def first_column(text: str, heading: str) -> list[str]:
    (table,) = re.findall(rf"^\| {re.escape(heading)} \|[^\n]*\n\|[-| ]+\|\n((?:\|[^\n]*\n)+)", text, re.MULTILINE)
    return [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])]


@pytest.mark.parametrize("page", READERS)
def test_every_option_and_variable_is_named(page: str) -> None:
    reader, options = READERS[page]
    text = (DOCS / page).read_text(encoding="utf-8")
    assert sorted(first_column(text, f"option of `{reader.name}`")) == sorted(reader.options.model_fields)
    for stream, variables in reader.provides(reader.options.model_validate(options)).items():
        assert f"`{stream}`" in text
        assert [variable.name for variable in variables if f"`{variable.name}`" not in text] == []
