"""The usual tests of a tower: tables that the core takes, ranges of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.quality import median_deviation, spike_rebs, spike_sd
from icos_atmosphere.quality.defaults import PLAUSIBLE, cavity_ranges, usual_tests
from icos_atmosphere.quality.instrument_rules import TEST as INSTRUMENT_RULES
from icos_atmosphere.quality.target_bias import TEST as TARGET_BIAS
from icos_atmosphere.readers.picarro_models import MODELS
from icos_atmosphere.vocabulary import GASES, VOCABULARY
from raw_days import raw_days

from icos_core.plugins import installed_plugins
from icos_core.quality.gross_range import outside_range

if TYPE_CHECKING:
    from pathlib import Path

MODEL_NAMES = {"picarro": "G2401", "lgr_icos": "UGGA", "licor_78xx": "LI-7810"}


def tables() -> tuple[dict[str, Any], ...]:
    return usual_tests(MODEL_NAMES, ("co2", "ch4", "co", "n2o"))


def test_every_table_is_one_of_a_known_test() -> None:
    plugins = installed_plugins()
    keys = {"test", "variable", "stream", "label", "stage"}
    for table in tables():
        test = plugins.component("quality-test", table["test"])
        test.options.model_validate({key: value for key, value in table.items() if key not in keys})
        variables = table["variable"] if isinstance(table["variable"], list) else [table["variable"]]
        assert all(name in VOCABULARY for name in variables), table


def test_names_are_registered() -> None:
    plugins = installed_plugins()
    for test in (spike_sd.TEST, spike_rebs.TEST, median_deviation.TEST, INSTRUMENT_RULES, TARGET_BIAS):
        assert plugins.component("quality-test", test.name) is test


def test_streams_have_the_ranges_of_their_model() -> None:
    ranges = {(table["stream"], table["variable"]): table["bad_outside"] for table in tables() if "stream" in table}
    assert ranges == {
        ("picarro", "cavity_pressure"): pytest.approx([139.9, 140.1]),
        ("picarro", "cavity_temperature"): pytest.approx([44.98, 45.02]),
        ("lgr_icos", "cavity_temperature"): [5.0, 45.0],
    }


@pytest.mark.parametrize(
    ("model", "pressure", "temperature"),
    [
        ("G2301", (139.9, 140.1), (44.98, 45.02)),
        ("Picarro g2201-i", (147.9, 148.1), (44.98, 45.02)),
        ("G5310", None, None),
        ("Los Gatos N2O/CO", (80.0, 90.0), None),
        ("LI-7815", None, None),
        ("Aeris", None, None),
    ],
)
def test_ranges_of_models(model: str, pressure: tuple[float, float] | None, temperature: tuple[float, float] | None) -> None:
    found = cavity_ranges(model)
    for usual, expected in ((found.pressure, pressure), (found.temperature, temperature)):
        assert usual == (expected if expected is None else pytest.approx(expected))


def test_ranges_are_in_order() -> None:
    for model in MODELS:
        for usual in cavity_ranges(model):
            assert usual is None or usual[0] < usual[1]


def test_gases_have_plausible_readings_without_zero() -> None:
    assert set(PLAUSIBLE) == set(GASES)
    for low, high in PLAUSIBLE.values():
        assert outside_range(np.array([0.0, low, high, 2 * high]), None, (low, high)).tolist() == [4, 1, 1, 4]


def test_only_what_is_calibrated_is_tested() -> None:
    found = usual_tests({}, ("co2",))
    assert [table["variable"] for table in found] == [["co2_wet", "co2_dry"], ["co2"]]


@pytest.mark.realdata
def test_two_real_days_pass(real_data: Path) -> None:
    """57 of 182,599 rows lie outside the pressure range, none outside the others."""
    rows = raw_days(real_data)
    ranges = cavity_ranges("G2301")
    outside = {
        "pressure": outside_range(rows["CavityPressure"].to_numpy(), None, ranges.pressure),
        "temperature": outside_range(rows["CavityTemp"].to_numpy(), None, ranges.temperature),
        "co2": outside_range(rows["CO2"].to_numpy(), None, PLAUSIBLE["co2"]),
        "ch4": outside_range(1000.0 * rows["CH4"].to_numpy(), None, PLAUSIBLE["ch4"]),
    }
    assert {name: int((level == 4).sum()) for name, level in outside.items()} == {"pressure": 57, "temperature": 0, "co2": 0, "ch4": 0}
