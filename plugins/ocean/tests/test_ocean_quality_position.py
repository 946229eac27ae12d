"""Quality test ``position``."""

from __future__ import annotations

import math

import numpy as np
import pytest
from icos_ocean.quality.position import TEST, PositionOptions, on_globe
from icos_ocean.vocabulary import CALIBRATED

from icos_core.components import Cascade
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, make_stream
from icos_core.flags import apply_flags
from icos_core.testing import example_context, run_test

NAN = math.nan


@pytest.mark.parametrize(
    ("latitude", "longitude", "good"),
    [
        (70.2, 19.5, True),
        (-90, -180, True),
        (90, 360, True),
        (0, 10, True),
        (10, 0, True),
        (0, 0, False),
        (-0.0, 0.0, False),
        (0, 1e-4, True),
        (90.001, 10, False),
        (-91, 10, False),
        (10, -180.1, False),
        (10, 360.1, False),
        (NAN, 10, False),
        (10, NAN, False),
        (NAN, NAN, False),
        (math.inf, 10, False),
    ],
)
def test_places_on_the_globe(latitude: float, longitude: float, *, good: bool) -> None:
    assert on_globe(np.array([latitude]), np.array([longitude])).tolist() == [good]


def test_a_bad_position_is_bad_in_both_coordinates_and_makes_bad_what_depends_on_it() -> None:
    stream = make_stream(
        np.datetime64("2024-01-01", "s") + np.arange(5) * 60,
        {"latitude": [70.0, 99.0, NAN, NAN, 70.0], "longitude": [19.0, 19.0, 19.0, NAN, 400.0], "fco2": [350.0] * 5},
        CALIBRATED,
    )
    outcomes = run_test(TEST, stream, (), PositionOptions(), example_context())
    assert {outcome.variable: outcome.level.tolist() for outcome in outcomes} == {
        "latitude": [GOOD, BAD, BAD, BAD, BAD],
        "longitude": [GOOD, BAD, BAD, BAD, BAD],
    }
    cascades = [Cascade(source=name, target="fco2", questionable=NOT_EVALUATED) for name in ("latitude", "longitude")]
    apply_flags(stream, outcomes, cascades=cascades)
    assert stream["latitude_flag"].values.tolist() == [GOOD, BAD, MISSING, MISSING, BAD]
    assert stream["longitude_flag"].values.tolist() == [GOOD, BAD, BAD, MISSING, BAD]
    assert stream["fco2_flag"].values.tolist() == [NOT_EVALUATED, BAD, BAD, BAD, BAD]
