"""Quality test ``target-bias`` and the compatibility goals that it goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.compatibility_goals import COMPATIBILITY_GOALS, compatibility_goals
from icos_atmosphere.quality.target_bias import TEST, TargetBiasOptions
from icos_atmosphere.vocabulary import GASES
from minute_series import series
from pydantic import ValidationError

from icos_core.exceptions import DataError
from icos_core.station import Contact, Station
from icos_core.testing import QualityTestContract, example_context, run_test

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Context, Outcome

BIAS = [0.0, 0.05, -0.06, 0.1, -0.11, 0.2, 0.21, np.nan, 0.3]


def hours(gas: str = "co2", factor: float = 1.0) -> xr.Dataset:
    values = 410.0 + np.arange(9.0)
    values[8] = np.nan
    return series({gas: values, f"{gas}_sttb": factor * np.array(BIAS)}, "hour", step=3600)


def station_at(latitude: float) -> Context:
    contact = Contact(institution="Example Institute", email="data@example.org")
    place = {"latitude": latitude, "longitude": 0.0, "altitude": 10.0, "utc_offset": 0.0}
    return example_context(
        station=Station.model_validate(
            {"id": "XXX", "name": "Example", "domain": "atmosphere", "platform": "fixed", "contact": contact, **place}
        )
    )


def judged(stream: xr.Dataset, gas: str = "co2", context: Context | None = None, **options: Any) -> Outcome:
    [outcome] = run_test(TEST, stream, (gas,), TargetBiasOptions.model_validate(options), context or station_at(50.0))
    return outcome


@pytest.mark.parametrize(
    ("options", "latitude", "beyond"),
    [
        ({}, 50.0, [4, 5, 6]),
        ({}, -50.0, [2, 3, 4, 5, 6]),
        ({"goal": "extended"}, 50.0, [6]),
        ({"goal": "extended"}, -50.0, [6]),
        ({"limit": 0.055}, 50.0, [2, 3, 4, 5, 6]),
    ],
)
def test_hours_beyond_the_goal_are_marked(options: dict[str, Any], latitude: float, beyond: list[int]) -> None:
    outcome = judged(hours(), context=station_at(latitude), **options)
    assert outcome.mark is not None
    assert np.flatnonzero(outcome.mark).tolist() == beyond
    assert outcome.level.tolist() == [1] * 7 + [2, 2]


def test_or_questionable_where_the_station_says_so() -> None:
    outcome = judged(hours(), severity="questionable")
    assert outcome.level.tolist() == [1, 1, 1, 1, 3, 3, 3, 2, 2]
    assert outcome.mark is None


def test_every_gas_has_its_goal() -> None:
    assert set(COMPATIBILITY_GOALS) == set(GASES)
    for gas, factor, beyond in (("ch4", 20.0, [4, 5, 6]), ("co", 20.0, [4, 5, 6]), ("n2o", 1.0, [4, 5, 6])):
        assert np.flatnonzero(judged(hours(gas, factor), gas).mark).tolist() == beyond


def test_goals() -> None:
    assert compatibility_goals("co2", 50.0) == compatibility_goals("co2") == (0.1, 0.2)
    assert compatibility_goals("co2", -40.0) == (0.05, 0.2)
    assert compatibility_goals("ch4", -40.0) == (2.0, 5.0)
    with pytest.raises(ValueError, match="no compatibility goal of 'c02' is known; nearest: 'co2'"):
        compatibility_goals("c02")


def test_series_without_a_target_are_passed_over() -> None:
    stream = hours().drop_vars("co2_sttb")
    assert run_test(TEST, stream, ("co2",), TargetBiasOptions(), station_at(50.0)) == []


def test_what_is_no_gas_needs_a_limit() -> None:
    stream = hours().rename(co2="sf6", co2_sttb="sf6_sttb")
    with pytest.raises(DataError, match=r"no compatibility goal of 'sf6' is known, state a limit \(known: co2, ch4, co, n2o\)"):
        TEST.test(stream, ("sf6",), TargetBiasOptions(), station_at(50.0))
    assert np.flatnonzero(judged(stream, "sf6", limit=0.2).mark).tolist() == [6]


@pytest.mark.parametrize(
    ("options", "words"), [({"goal": "inner"}, "'goal' or 'extended'"), ({"limit": 0.0}, "greater than 0"), ({"severity": "bad"}, "'mark'")]
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TargetBiasOptions.model_validate(options)


class TestTargetBias(QualityTestContract):
    quality_test = TEST
    variables = ("co2", "ch4")

    def stream(self) -> xr.Dataset:
        random = np.random.default_rng(0)
        values = {
            "co2": 410.0 + random.normal(0.0, 1.0, 300),
            "co2_sttb": random.normal(0.0, 0.1, 300),
            "ch4": 1900.0 + random.normal(0.0, 1.0, 300),
            "ch4_sttb": random.normal(0.0, 2.0, 300),
        }
        values["co2"][::7] = np.nan
        return series(values, "hour", step=3600)
