"""Quality test ``delta-temperature``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ocean.quality.delta_temperature import TEST, DeltaTemperatureOptions
from icos_ocean.vocabulary import CALIBRATED
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Outcome

NAN = math.nan


def judged(sst: Sequence[float], equilibrator: Sequence[float], *, difference: bool = False, **options: Any) -> Mapping[str, Outcome]:
    time = np.datetime64("2024-01-01", "s") + np.arange(len(sst)) * 60
    values: dict[str, Any] = {"sst": sst, "equilibrator_temperature": equilibrator}
    if difference:
        values["delta_temperature"] = np.subtract(equilibrator, sst)
    stream = make_stream(time, values, CALIBRATED)
    outcomes = run_test(TEST, stream, (), DeltaTemperatureOptions.model_validate(options), example_context())
    return {outcome.variable: outcome for outcome in outcomes}


def test_both_signs_and_both_probes() -> None:
    found = judged([10.0] * 7, [10.5, 11.5, 13.5, 9.5, 8.5, 6.5, NAN])
    assert set(found) == {"sst", "equilibrator_temperature"}
    for outcome in found.values():
        assert outcome.name == "delta_temperature"
        assert outcome.level.tolist() == [1, 3, 4, 1, 3, 4, 2]


def test_the_limits_themselves_pass() -> None:
    assert judged([10.0] * 4, [11.0, 9.0, 13.0, 7.0])["sst"].level.tolist() == [1, 1, 3, 3]


def test_a_cooling_system_passes() -> None:
    """A limit of -0.1 °C would call this good system of an air-conditioned laboratory in the tropics bad."""
    assert judged([29.0, 29.0], [28.6, 28.2])["sst"].level.tolist() == [1, 1]


def test_a_missing_temperature_is_not_evaluated() -> None:
    found = judged([NAN, 10.0, NAN], [10.0, NAN, NAN])
    assert {name: outcome.level.tolist() for name, outcome in found.items()} == {"sst": [2] * 3, "equilibrator_temperature": [2] * 3}


def test_the_difference_itself_is_judged_where_it_is_there() -> None:
    found = judged([10.0, 10.0], [10.2, 12.0], difference=True)
    assert found["delta_temperature"].level.tolist() == [1, 3]


def test_limits_are_options() -> None:
    assert judged([10.0] * 3, [10.3, 10.6, 9.95], questionable_outside=[0, 0.5], bad_outside=[-1, 2])["sst"].level.tolist() == [1, 3, 3]
    with pytest.raises(ValidationError, match="must lie within bad_outside"):
        DeltaTemperatureOptions.model_validate({"questionable_outside": [-4, 1]})
    assert all(field.description for field in DeltaTemperatureOptions.model_fields.values())


def test_it_runs_after_gaps_are_filled() -> None:
    """In measured data a questionable temperature would not be used at all, instead of flagging what follows from it."""
    assert TEST.stages == ("calibrated",)
    assert TEST.fixed_variables(DeltaTemperatureOptions()) == ("sst", "equilibrator_temperature")
