"""Quality test ``ssitc``: from flags of three schemes to primary flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.quality.ssitc import TEST, SsitcOptions
from icos_ecosystem.vocabulary.flux_templates import FLUX_NAMES
from icos_ecosystem.vocabulary.fluxes import FLUX_WORDS
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import QualityTestContract, example_context, run_test

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Outcome


def half_hours(values: dict[str, Any]) -> xr.Dataset:
    rows = len(next(iter(values.values())))
    return make_stream(np.datetime64("2024-06-01", "ns") + np.arange(rows) * np.timedelta64(30, "m"), values, FLUX_WORDS)


def judged(**options: Any) -> Outcome:
    stream = half_hours({"H": [10.0, 20.0, 30.0, 40.0, np.nan], "H_SSITC_TEST": [0.0, 1.0, 2.0, np.nan, 2.0]})
    [outcome] = run_test(TEST, stream, FLUX_NAMES, SsitcOptions.model_validate(options), example_context())
    assert outcome.variable == "H"
    return outcome


def test_usual_flags() -> None:
    outcome = judged()
    assert outcome.level.tolist() == [1, 1, 3, 2, 2]
    assert outcome.mark is not None
    assert outcome.mark.tolist() == [False, True, True, False, False]


def test_a_station_may_be_stricter() -> None:
    outcome = judged(mark=None, questionable=1, bad=2)
    assert outcome.level.tolist() == [1, 3, 4, 2, 2]
    assert outcome.mark is None
    assert judged(questionable=None).level.tolist() == [1, 1, 1, 2, 2]


def test_all_fluxes_that_are_there_have_their_own_flag() -> None:
    values = {name: [1.0, 1.0] for name in FLUX_NAMES} | {f"{name}_SSITC_TEST": [0.0, 2.0] for name in FLUX_NAMES}
    stream = half_hours(values).drop_vars(["FN2O", "FCH4_SSITC_TEST"])
    outcomes = run_test(TEST, stream, FLUX_NAMES, SsitcOptions(), example_context())
    assert [outcome.variable for outcome in outcomes] == ["TAU", "H", "LE", "ET", "FC", "FH2O"]
    assert all(outcome.level.tolist() == [1, 3] for outcome in outcomes)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"mark": 3}, "must not fall, got 3, 2"), ({"bad": 1}, "must not fall, got 1, 2, 1"), ({"bad": 10}, "less than or equal to 9")],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SsitcOptions.model_validate(options)


class TestSsitc(QualityTestContract):
    quality_test = TEST
    variables = FLUX_NAMES

    def stream(self) -> xr.Dataset:
        random = np.random.default_rng(0)
        values: dict[str, Any] = {}
        for name in FLUX_NAMES:
            values[name] = np.where(random.random(200) < 0.1, np.nan, random.normal(0.0, 1.0, 200))
            values[f"{name}_SSITC_TEST"] = np.where(random.random(200) < 0.1, np.nan, random.integers(0, 3, 200))
        return half_hours(values)
