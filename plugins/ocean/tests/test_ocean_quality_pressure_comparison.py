"""Quality test ``pressure-comparison``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ocean.quality.pressure_comparison import TEST, PressureComparisonOptions
from icos_ocean.readers.general_oceanics import READER
from icos_ocean.vocabulary import MEASURED, VOCABULARY
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import QualityTestContract, example_context, example_stream, run_test

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr


def judged(first: list[float], second: list[float], **options: Any) -> dict[str, list[int]]:
    time = np.datetime64("2024-01-01", "s") + np.arange(len(first)) * 60
    stream = make_stream(time, {"atmospheric_pressure": first, "ambient_pressure": second}, MEASURED)
    outcomes = run_test(TEST, stream, (), PressureComparisonOptions.model_validate(options), example_context())
    return {outcome.variable: outcome.level.tolist() for outcome in outcomes}


def test_both_signs_about_what_is_expected() -> None:
    first, second = [1009.0, 1007.5, 1013.5, 1004.0, 1018.0], [1012.0, 1012.0, 1012.0, 1012.0, 1012.0]
    found = judged(first, second, expected=-3.0, questionable=2.0, bad=6.0)
    assert found == {"atmospheric_pressure": [1, 1, 3, 3, 4], "ambient_pressure": [1, 1, 3, 3, 4]}
    assert set(judged(first, second, suspect="first")) == {"atmospheric_pressure"}
    assert set(judged(first, second, suspect="second")) == {"ambient_pressure"}


def test_what_is_missing_or_cut_short_is_not_compared() -> None:
    found = judged([math.nan, 1010.0, 8.06, 1010.0], [1010.0, math.nan, 1010.0, 80.0])
    assert found["atmospheric_pressure"] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"questionable": 3.0, "bad": 2.0}, "must not be below"),
        ({"questionable": None}, "at least one"),
        ({"second": "atmospheric_pressure"}, "compared with itself"),
        ({"first": "pressure"}, "atmospheric_pressure"),
        ({"plausible": [1100, 900]}, "low below high"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        PressureComparisonOptions.model_validate(options)


@pytest.mark.realdata
def test_the_barometer_that_failed_for_ten_hours(real_data: Path) -> None:
    """On 8 July from 11:30 to 21:30 the barometer read 3 hPa less than before and after; nothing else is flagged."""
    path = real_data / "ocean" / "icos_otc_workshop" / "part4_input_raw_cruise_dat.txt"
    stream = READER.read(path, READER.options(date_format="dd.mm.yyyy", clock="gps"), example_context()).streams["underway"]
    [outcome] = run_test(TEST, stream, (), PressureComparisonOptions(expected=-3.5, suspect="first"), example_context())
    time = stream["time"].values
    episode = (time >= np.datetime64("2019-07-08T11:25")) & (time < np.datetime64("2019-07-08T21:40"))
    judged_rows = outcome.level != 2
    assert (outcome.level[episode & judged_rows] == 3).mean() > 0.9
    assert (outcome.level[~episode & judged_rows] == 3).mean() < 0.003


class TestPressureComparison(QualityTestContract):
    quality_test = TEST

    def stream(self) -> xr.Dataset:
        stream = example_stream([VOCABULARY[name] for name in ("atmospheric_pressure", "ambient_pressure")])
        for name in ("atmospheric_pressure", "ambient_pressure"):
            stream[name] = stream[name] + 1000.0
        return stream
