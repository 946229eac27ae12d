"""Quality test ``instrument-rules``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.quality.instrument_rules import TEST, InstrumentRulesOptions, window_deviations
from icos_atmosphere.vocabulary import MEASURED
from pydantic import ValidationError
from raw_days import raw_days

from icos_core.dataset import make_stream
from icos_core.testing import QualityTestContract, example_context, run_test

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike

PRESSURE = {"id": "pressure", "variable": "cavity_pressure"}


def judged(values: dict[str, ArrayLike], *rules: dict[str, Any], step: float = 1.0) -> dict[tuple[str, str], list[int]]:
    rows = np.size(next(iter(values.values())))
    time = np.datetime64("2024-01-01", "ns") + (np.arange(rows) * step * 1e9).astype("timedelta64[ns]")
    stream = make_stream(time, values, MEASURED)
    options = InstrumentRulesOptions.model_validate({"rules": rules})
    outcomes = run_test(TEST, stream, (), options, example_context())
    return {(outcome.variable, outcome.name): outcome.level.tolist() for outcome in outcomes}


def test_ranges_include_their_ends() -> None:
    values = {"cavity_pressure": [139.89, 139.9, 140.0, 140.1, 140.11, np.nan], "sample_flow": [20.0, 49.0, 50.0, 9e9, np.inf, -np.inf]}
    found = judged(
        values,
        {**PRESSURE, "low": 139.9, "high": 140.1},
        {"id": "pressure_high", "variable": "cavity_pressure", "high": 140.0, "severity": "questionable"},
        {"id": "flow", "variable": "sample_flow", "low": 50.0, "code": "F", "comment": "Flow rate out of range"},
    )
    assert found == {
        ("cavity_pressure", "pressure"): [4, 1, 1, 1, 4, 2],
        ("cavity_pressure", "pressure_high"): [1, 1, 1, 3, 3, 2],
        ("sample_flow", "flow"): [4, 4, 1, 1, 1, 4],
    }


def test_variability_is_that_of_the_window() -> None:
    """Windows of whole minutes; a value alone in its window says nothing."""
    values = np.concatenate((np.tile([140.0, 140.02], 30), np.tile([140.0, 140.002], 30), [140.0]))
    values[5] = np.nan
    found = judged({"cavity_pressure": values}, {**PRESSURE, "kind": "variability", "high": 0.005})
    level = found["cavity_pressure", "pressure"]
    assert level[:5] + level[6:60] == [4] * 59
    assert level[60:120] == [1] * 60
    assert (level[5], level[120]) == (2, 2)


def test_deviations_are_those_of_numpy() -> None:
    rng = np.random.default_rng(0)
    time = np.cumsum(rng.integers(1, 3_000_000_000, 500))
    values = 140.0 + rng.normal(0.0, 0.01, 500)
    found = window_deviations(time, values, 30.0)
    window = time // 30_000_000_000
    for number in np.unique(window):
        inside = window == number
        expected = np.std(values[inside], ddof=1) if inside.sum() > 1 else np.nan
        np.testing.assert_allclose(found[inside], expected, rtol=1e-9)


def test_a_spike_of_a_damaged_file_stays_in_its_window() -> None:
    values = np.append(np.tile([140.0, 140.001], 60), [140.0, 140.001])
    values[3] = 1e200
    found = judged({"cavity_pressure": values}, {**PRESSURE, "kind": "variability", "high": 0.005})["cavity_pressure", "pressure"]
    assert set(found[:60]) == {4}
    assert set(found[60:]) == {1}


def test_versions_follow_each_other() -> None:
    found = judged(
        {"cavity_pressure": [139.5] * 6},
        {**PRESSURE, "low": 139.9, "valid_to": "2024-01-01T00:00:02Z"},
        {**PRESSURE, "low": 139.0, "valid_from": "2024-01-01T00:00:03Z", "valid_to": "2024-01-01T00:00:05Z"},
    )
    assert found == {("cavity_pressure", "pressure"): [4, 4, 2, 1, 1, 2]}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], "at least 1"),
        ([PRESSURE], "at least one of 'low' and 'high'"),
        ([{**PRESSURE, "low": 2.0, "high": 1.0}], "must not be above high"),
        ([{**PRESSURE, "low": 2.0, "window": "1 min"}], "of the kind range has none"),
        ([{**PRESSURE, "low": 2.0, "id": "Cavity P"}], "lower-case words"),
        ([{**PRESSURE, "low": 2.0}, {**PRESSURE, "low": 3.0}], "two of the id 'pressure' of cavity_pressure are valid at the same time"),
        ([{**PRESSURE, "low": 2.0, "max": 3.0}], "Extra inputs"),
    ],
)
def test_mistakes_are_named(rules: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        InstrumentRulesOptions.model_validate({"rules": rules})


@pytest.mark.realdata
@pytest.mark.parametrize(("half_width", "flagged"), [(0.1, 57), (0.2, 37), (0.4, 15)])
def test_cavity_pressure_of_two_real_days(real_data: Path, half_width: float, flagged: int) -> None:
    rows = raw_days(real_data)
    found = judged({"cavity_pressure": rows["CavityPressure"].to_numpy()}, {**PRESSURE, "low": 140 - half_width, "high": 140 + half_width})
    level = found["cavity_pressure", "pressure"]
    assert (len(level), level.count(4)) == (182_599, flagged)


class TestInstrumentRules(QualityTestContract):
    quality_test = TEST
    options = {
        "rules": [
            {**PRESSURE, "low": 10.0, "high": 20.0, "severity": "questionable"},
            {"id": "noise", "variable": "cavity_pressure", "kind": "variability", "high": 0.1, "window": "10 min"},
            {"id": "flow", "variable": "sample_flow", "low": 14.0, "valid_from": "2024-03-01T04:00:00Z"},
        ]
    }
