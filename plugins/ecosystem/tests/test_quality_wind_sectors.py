"""Quality test ``wind-sectors``: sectors around north, their time, and what they make of fluxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.quality.wind_sectors import TEST, WindSectorsOptions
from icos_ecosystem.vocabulary.fluxes import FLUX_WORDS
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import QualityTestContract, example_context, run_test

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Outcome

DIRECTIONS = np.array([0.0, 10.0, 11.0, 180.0, 349.0, 350.0, 360.0, np.nan])


def half_hours(direction: np.ndarray = DIRECTIONS, **fluxes: np.ndarray) -> xr.Dataset:
    start = np.datetime64("2024-06-01", "ns") + np.arange(direction.size) * np.timedelta64(30, "m")
    values = {"WD": direction, **(fluxes or {"H": np.ones(direction.size)})}
    return make_stream(start, values, FLUX_WORDS)


def judged(*sectors: dict[str, Any], variable: str = "H") -> Outcome:
    options = WindSectorsOptions.model_validate({"sectors": list(sectors)})
    [outcome] = run_test(TEST, half_hours(), (variable,), options, example_context())
    return outcome


def test_a_sector_across_north() -> None:
    outcome = judged({"centre": 0.0, "width": 20.0})
    assert outcome.level.tolist() == [3, 3, 1, 1, 1, 3, 3, 2]
    assert judged({"centre": 360.0, "width": 20.0}).level.tolist() == outcome.level.tolist()
    assert outcome.mark is not None
    assert not outcome.mark.any()


def test_severities_and_the_worst_of_two_sectors() -> None:
    outcome = judged(
        {"centre": 0.0, "width": 20.0, "severity": "mark"},
        {"centre": 180.0, "width": 10.0},
        {"centre": 355.0, "width": 12.0, "severity": "bad"},
    )
    assert outcome.level.tolist() == [4, 1, 1, 3, 4, 4, 4, 2]
    assert np.flatnonzero(outcome.mark).tolist() == [0, 1, 5, 6]


def test_a_sector_holds_in_its_time() -> None:
    outcome = judged({"centre": 0.0, "width": 360.0, "valid_from": "2024-06-01T01:00:00Z", "valid_to": "2024-06-01T02:00:00Z"})
    assert outcome.level.tolist() == [1, 1, 3, 3, 1, 1, 1, 2]


def test_without_a_direction_nothing_is_said() -> None:
    options = WindSectorsOptions.model_validate({"sectors": [{"centre": 0.0, "width": 20.0}]})
    assert run_test(TEST, half_hours().drop_vars("WD"), ("H",), options, example_context()) == []


@pytest.mark.parametrize(
    ("sector", "words"),
    [
        ({"centre": 370.0, "width": 20.0}, "less than or equal to 360"),
        ({"centre": 0.0, "width": 0.0}, "greater than 0"),
        ({"centre": 0.0, "width": 20.0, "severity": "worst"}, "'mark', 'questionable' or 'bad'"),
        ({"centre": 0.0, "with": 20.0}, "width"),
    ],
)
def test_mistakes_are_named(sector: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        WindSectorsOptions.model_validate({"sectors": [sector]})
    with pytest.raises(ValidationError, match="at least 1"):
        WindSectorsOptions.model_validate({"sectors": []})


class TestWindSectors(QualityTestContract):
    quality_test = TEST
    options = {"sectors": [{"centre": 10.0, "width": 60.0}, {"centre": 200.0, "width": 30.0, "severity": "bad"}]}
    variables = ("H", "FC")

    def stream(self) -> xr.Dataset:
        random = np.random.default_rng(0)
        values = {name: np.where(random.random(300) < 0.1, np.nan, random.normal(size=300)) for name in self.variables}
        return half_hours(random.uniform(0, 360, 300), **values)
