"""The pages of the manual on SOCAT name every option, variable, source and limit."""

import re
from pathlib import Path

import pytest
from icos_ocean.products import crossovers, gridded_monthly, socat_fco2rec
from icos_ocean.products.crossovers_words import WORDS as PAIR_WORDS
from icos_ocean.readers import socat_cruise, socat_synthesis
from icos_ocean.socat_recalculation import RANGES, SOURCES
from icos_ocean.vocabulary.socat import WORDS

DOCS = Path(__file__).parents[3] / "docs"
COMPONENTS = {
    "instrument-socat.md": (socat_cruise.READER, socat_synthesis.READER),
    "product-socat-fco2rec.md": (socat_fco2rec.PRODUCT,),
    "product-crossovers.md": (crossovers.PRODUCT,),
    "product-gridded-monthly.md": (gridded_monthly.PRODUCT,),
}


def rows(text, heading):
    (table,) = re.findall(rf"^\| {re.escape(heading)} \|[^\n]*\n\|[-| ]+\|\n((?:\|[^\n]*\n)+)", text, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]


@pytest.mark.parametrize("page", COMPONENTS)
def test_every_option_is_named(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    for component in COMPONENTS[page]:
        documented = [row[0].strip("`") for row in rows(text, f"option of `{component.name}`")]
        assert sorted(documented) == sorted(component.options.model_fields)
    assert f"({page})" in (DOCS / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("instrument-socat.md", list(WORDS)),
        ("product-crossovers.md", [word.name for word in PAIR_WORDS]),
        ("product-socat-fco2rec.md", [word.name for word in socat_fco2rec.VOCABULARY]),
    ],
)
def test_every_variable_is_named(page, names):
    text = (DOCS / page).read_text(encoding="utf-8")
    known = {"latitude", "longitude", "dataset_quality"} if page != "instrument-socat.md" else set()
    assert [name for name in names if f"`{name}`" not in text and name not in known] == []


def test_sources_and_limits_are_those_of_the_code():
    text = (DOCS / "product-socat-fco2rec.md").read_text(encoding="utf-8")
    sources = rows(text, "source")
    assert [int(row[0]) for row in sources] == [source.number for source in SOURCES]
    for row, source in zip(sources, SOURCES, strict=True):
        pressure = {"measured": "measured", "": ""}.get(source.pressure, "NCEP")
        salinity = {"salinity": "measured", "": ""}.get(source.salinity, "climatology")
        assert row[2:4] == [pressure, salinity]
        like = re.fullmatch(r"as (\d)", row[1])
        starts = sources[int(like[1]) - 1][1] if like else row[1]
        assert f"`{source.quantity}`" in starts
    limits = {row[0].partition(",")[0]: tuple(float(cell.replace("−", "-")) for cell in row[1:]) for row in rows(text, "quantity")}
    expected = {"salinity": "salinity", "temperatures": "sst", "pressures": "equilibrator_pressure", "xCO2": "xco2"}
    assert limits == {title: tuple(RANGES[name]) for title, name in expected.items()}
