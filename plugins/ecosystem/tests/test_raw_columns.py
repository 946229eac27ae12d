"""Columns of raw files: found by header or number, units of file and description reconciled, mistakes named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from icos_ecosystem.readers.raw_columns import Column, ColumnOptions, Resolved, find_column, resolve_columns
from icos_ecosystem.vocabulary.measured import FAST
from pydantic import ValidationError

from icos_core.exceptions import InputError

WORDS = {word.name: word for word in FAST}
PATH = Path("raw.csv")
HEADERS = ("Ux", "co2", "Ts", "diag")
UNITS = ("m/s", "mg/m^3", "C", "")


def resolve(units: tuple[str, ...] | None = UNITS, headers: tuple[str, ...] = HEADERS, **options: Any) -> tuple[Resolved, ...]:
    return resolve_columns(PATH, headers, units, ColumnOptions(**options), WORDS)


def test_by_header_and_by_number() -> None:
    found = resolve(columns={"ux": "u", "#2": "co2_molar_density", "Ts": "sonic_temperature", " DIAG": "sonic_diagnostic"})
    assert [(column.place, column.variable) for column in found] == [
        (0, "u"),
        (1, "co2_molar_density"),
        (2, "sonic_temperature"),
        (3, "sonic_diagnostic"),
    ]
    assert found[2][2:4] == (1.0, 273.15)
    assert found[1].factor == pytest.approx(1 / 44.01)


def test_an_exact_header_goes_first() -> None:
    assert find_column(("T", "t"), "t") == 1
    assert find_column(("T",), "t") == 0
    assert find_column(("T",), "#2") is None
    assert find_column(("#1", "x"), "#1") == 0


def test_units_of_file_and_description() -> None:
    stated = {"co2": {"variable": "co2_molar_density", "unit": "mmol/m^3"}}
    with pytest.raises(InputError, match=re.escape("the file says 'mg/m^3', the description 'mmol/m^3' (columns.co2.unit)")):
        resolve(columns=stated)
    assert resolve(columns=stated, units_from="description")[0].factor == 1.0
    assert resolve(columns=stated, units_from="file")[0].factor == pytest.approx(1 / 44.01)
    # Two spellings of one unit are no disagreement.
    agreeing = {"co2": {"variable": "co2_molar_density", "unit": "mg m-3"}}
    assert resolve(columns=agreeing)[0].factor == pytest.approx(1 / 44.01)
    with pytest.raises(InputError, match=r"no unit in the file; columns\.Ux\.unit has to state it"):
        resolve(None, columns={"Ux": "u"})
    with pytest.raises(InputError, match=r"no unit in the file but 'm/s', which units_from excludes"):
        resolve(columns={"Ux": "u"}, units_from="description")
    with pytest.raises(InputError, match=r"column 'Ux' \(u\): unit 'furlong' .*"):
        resolve(("furlong",), headers=("Ux",), columns={"Ux": "u"})


def test_scale_and_offset_make_what_the_unit_is_of() -> None:
    # 0 to 5 V are 0 to 30 mmol/m3; the header says mV.
    column = {"variable": "co2_molar_density", "unit": "mmol/m^3", "scale": 0.006, "offset": -1.0}
    found = resolve(("mV",), headers=("AN1",), columns={"AN1": column})[0]
    np.testing.assert_allclose(found.values(np.array([0.0, 5000.0]), WORDS["co2_molar_density"]), [-1.0, 29.0])
    celsius = {"variable": "sonic_temperature", "unit": "degC", "scale": 0.01}
    found = resolve(None, headers=("T",), columns={"T": celsius})[0]
    np.testing.assert_allclose(found.values(np.array([2000.0]), WORDS["sonic_temperature"]), [293.15])
    with pytest.raises(InputError, match=r"columns\.AN1\.unit"):
        resolve(("mV",), headers=("AN1",), columns={"AN1": {"variable": "u", "scale": 2.0}})
    with pytest.raises(ValidationError, match="every value the same"):
        ColumnOptions(columns={"AN1": {"variable": "u", "scale": 0.0}})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"Ux": "uu"}, "no variable 'uu'; nearest: 'u'"),
        ({"Ux": "u", "Uy": "u"}, "u is given twice, by 'Ux' too"),
        ({"Ux": {"variable": "u", "unit": "kg"}}, "unit 'kg'"),
        ({"Ux": {"variable": "u", "units": "m/s"}}, "units"),
        ({"Ux": 3}, "valid dictionary"),
    ],
)
def test_descriptions_that_cannot_be(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ColumnOptions(columns=columns)


def test_files_that_are_not_as_described() -> None:
    with pytest.raises(InputError, match="no column 'Uxx'; nearest: 'Ux'; the columns are: 'Ux', 'co2', 'Ts', 'diag'"):
        resolve(columns={"Uxx": "u"})
    with pytest.raises(InputError, match="no column '#9'"):
        resolve(columns={"#9": "u"})
    with pytest.raises(InputError, match="'#1' and 'Ux' are the same column"):
        resolve(columns={"Ux": "u", "#1": "v"})
    with pytest.raises(InputError, match="'T' is the header of 2 columns; name one by its number: #1, #2"):
        resolve(headers=("T", "T"), columns={"T": "u"})
    assert resolve(("m/s", "m/s"), headers=("T", "T"), columns={"#2": "u"})[0].place == 1
    with pytest.raises(InputError, match="no variable 'TA' in this stream"):
        resolve(columns={"Ts": "TA"})


def test_columns_that_the_format_fixes() -> None:
    usual = {
        "U": Column(variable="u", unit="m s-1"),
        "T": Column(variable="sonic_temperature", unit="K"),
        "X": Column(variable="w", unit="m s-1"),
    }
    options = ColumnOptions(columns={"T": {"variable": "sonic_temperature", "unit": "degC"}})
    found = resolve_columns(PATH, ("U", "T"), None, options, WORDS, usual)
    assert [(column.variable, column.offset) for column in found] == [("sonic_temperature", 273.15), ("u", 0.0)]


def test_codes_are_whole_numbers() -> None:
    numbers = np.array([0.0, 8191.0, np.nan, 0.5, -np.inf, 1e300])
    found = Resolved(0, "li7200_diagnostic").values(numbers, WORDS["li7200_diagnostic"])
    np.testing.assert_array_equal(found, [0, 8191, -1, -1, -1, -1])
    assert found.dtype == np.int32
    words = np.array([0, 2**32 - 1], dtype=np.uint32)
    np.testing.assert_array_equal(Resolved(0, "li7200_diagnostic").values(words, WORDS["li7200_diagnostic"]), [0, -1])


def test_editors_are_told_that_a_text_will_do() -> None:
    assert {"type": "string"} in ColumnOptions.model_json_schema()["$defs"]["Column"]["anyOf"]
