"""Quality test ``missing``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core.components import Cascade, Variable
from icos_core.dataset import MISSING, make_stream
from icos_core.flags import apply_flags, decode_bits
from icos_core.quality.missing import TEST, MissingOptions, gap_length
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from icos_core.components import Outcome

NAN = math.nan
WORDS = [Variable(name="salinity", units="1"), Variable(name="fco2", units="uatm")]


def stream_of(values: Sequence[float], seconds: Sequence[float] | None = None) -> xr.Dataset:
    steps = np.arange(len(values)) * 60 if seconds is None else np.asarray(seconds)
    time = np.datetime64("2024-01-01", "s") + steps.astype("timedelta64[s]")
    return make_stream(time, {"salinity": values, "fco2": [300.0] * len(values)}, WORDS)


def judged(stream: xr.Dataset, **options: Any) -> Outcome:
    (outcome,) = run_test(TEST, stream, ("salinity",), MissingOptions.model_validate(options), example_context())
    return outcome


def test_missing_values_are_marked_and_nothing_else_happens() -> None:
    outcome = judged(stream_of([35, NAN, 35]))
    assert outcome.name == "missing"
    assert outcome.mark is not None
    assert outcome.mark.tolist() == [False, True, False]
    assert outcome.level.tolist() == [1, 1, 1]


def test_the_length_of_a_gap_runs_between_the_values_around_it() -> None:
    stream = stream_of([35, NAN, NAN, 35, NAN, 35], [0, 60, 500, 600, 660, 720])
    assert judged(stream, questionable_gap=119).level.tolist() == [1, 3, 3, 1, 3, 1]
    assert judged(stream, questionable_gap=120, bad_gap=599).level.tolist() == [1, 4, 4, 1, 1, 1]
    assert judged(stream, questionable_gap=600).level.tolist() == [1] * 6


def test_a_gap_at_either_end_is_longer_than_every_limit() -> None:
    assert judged(stream_of([NAN, 35, NAN, 35, NAN]), bad_gap="1 h").level.tolist() == [4, 1, 1, 1, 4]
    assert judged(stream_of([NAN, NAN]), bad_gap="1 h").level.tolist() == [4, 4]
    assert judged(stream_of([])).level.tolist() == []


def test_length_in_seconds() -> None:
    missing = np.array([True, False, True, False, True])
    time = np.array([0, 1, 2, 5, 9], dtype=np.int64) * 10**9
    assert gap_length(missing, time).tolist() == [np.inf, 0, 4, 0, np.inf]


def test_the_flag_stays_missing_and_what_depends_on_a_long_gap_follows() -> None:
    stream = stream_of([35, NAN, NAN, NAN, 35, NAN, 35])
    apply_flags(stream, [judged(stream, bad_gap="3 min")], (), [Cascade(source="salinity", target="fco2")])
    assert stream["salinity_flag"].values.tolist() == [1, MISSING, MISSING, MISSING, 1, MISSING, 1]
    assert stream["fco2_flag"].values.tolist() == [2, 4, 4, 4, 2, 2, 2]
    assert decode_bits(stream, "salinity_tests")["missing"].tolist() == [False, True, True, True, False, True, False]


def test_a_row_of_several_values_is_missing_where_all_are() -> None:
    stream = stream_of([35, 35, 35])
    stream["profile"] = (("time", "depth"), np.array([[1.0, NAN], [NAN, NAN], [1.0, 2.0]]))
    (outcome,) = TEST.test(stream, ("profile",), MissingOptions(), example_context())
    assert outcome.mark is not None
    assert outcome.mark.tolist() == [False, True, False]


def test_wrong_options_say_what_is_wrong() -> None:
    with pytest.raises(ValidationError, match=r"bad_gap .* must not be below questionable_gap"):
        MissingOptions.model_validate({"questionable_gap": "2 h", "bad_gap": "1 h"})
    with pytest.raises(ValidationError, match="above zero"):
        MissingOptions.model_validate({"bad_gap": 0})


def test_every_option_is_described() -> None:
    assert all(field.description for field in MissingOptions.model_fields.values())
