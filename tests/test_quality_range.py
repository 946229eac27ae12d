"""Quality test ``range``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.exceptions import DataError
from icos_core.quality.gross_range import TEST, RangeOptions, outside_range
from icos_core.testing import example_context, example_stream, run_test

NAN = math.nan


def test_values_outside_are_flagged_and_the_ends_are_inside() -> None:
    values = np.array([-10.1, -10.0, -5.1, -5.0, 20.0, 40.0, 40.1, 50.0, 50.1, NAN, np.inf, -np.inf])
    level = outside_range(values, (-5.0, 40.0), (-10.0, 50.0))
    assert level.tolist() == [4, 3, 3, 1, 1, 1, 3, 3, 4, 2, 4, 4]
    assert level.dtype == np.int8


def test_either_span_alone() -> None:
    values = np.array([0.0, 2.0, NAN])
    assert outside_range(values, (1.0, 3.0), None).tolist() == [3, 1, 2]
    assert outside_range(values, None, (1.0, 3.0)).tolist() == [4, 1, 2]


def test_a_side_may_be_open() -> None:
    options = RangeOptions.model_validate({"bad_outside": [-math.inf, 50]})
    assert outside_range(np.array([-1e300, 51.0]), options.questionable_outside, options.bad_outside).tolist() == [1, 4]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "at least one of 'questionable_outside' and 'bad_outside' is needed"),
        ({"bad_outside": [5, -5]}, r"bad_outside must be \[low, high\] with low below high, not \[5, -5\]"),
        ({"bad_outside": [5, 5]}, "low below high"),
        ({"bad_outside": [math.nan, 5]}, "low below high"),
        ({"questionable_outside": [-20, 40], "bad_outside": [-10, 50]}, "must lie within"),
        ({"questionable_outside": [-5, 60], "bad_outside": [-10, 50]}, "must lie within"),
        ({"bad_outside": [1, 2, 3]}, "bad_outside"),
        ({"bad_outsde": [1, 2]}, "bad_outsde"),
    ],
)
def test_wrong_options_say_what_is_wrong(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RangeOptions.model_validate(options)


def test_every_option_is_described() -> None:
    assert all(field.description for field in RangeOptions.model_fields.values())


def test_categories_and_further_dimensions() -> None:
    stream = example_stream([Variable(name="run_type", dtype="int8", flag_values=(1, 5), flag_meanings=("EQU", "ATM")), "sst"], rows=3)
    stream["profile"] = (("time", "depth"), np.array([[0.0, 9.0], [NAN, 0.0], [NAN, NAN]]))
    stream["empty"] = (("time", "nothing"), np.zeros((3, 0)))
    options = RangeOptions(bad_outside=(-1, 3))
    category, profile, empty = TEST.test(stream, ("run_type", "profile", "empty"), options, example_context())
    assert category.level.tolist() == [1, 4, 1]
    assert profile.level.tolist() == [4, 1, 2]
    assert empty.level.tolist() == [2, 2, 2]


def test_a_variable_that_cannot_be_tested() -> None:
    stream = example_stream(["salinity"], rows=3)
    stream["words"] = ("time", np.array(["a", "b", "c"]))
    stream["number"] = 5.0
    options = RangeOptions(bad_outside=(0, 1))
    with pytest.raises(DataError, match="no variable 'salinty' to test; nearest: 'salinity'"):
        TEST.test(stream, ("salinty",), options, example_context())
    for name in ("words", "number"):
        with pytest.raises(DataError, match=f"'{name}' cannot be tested: expected numbers along time"):
            TEST.test(stream, (name,), options, example_context())


numbers = st.one_of(st.floats(-100, 100), st.just(NAN))


@settings(deadline=None)
@given(st.lists(numbers, min_size=1, max_size=30), st.lists(st.floats(-90, 90), min_size=4, max_size=4, unique=True))
def test_agrees_with_ioos_qc(values: list[float], ends: list[float]) -> None:
    """But for a missing value, which is 9 there and not evaluated here."""
    qartod = pytest.importorskip("ioos_qc.qartod")
    low, inner_low, inner_high, high = sorted(ends)
    expected = qartod.gross_range_test(values, (low, high), (inner_low, inner_high))
    found = outside_range(np.array(values), (inner_low, inner_high), (low, high))
    assert found.tolist() == [2 if flag == 9 else flag for flag in np.ma.getdata(expected).tolist()]


def test_as_a_component() -> None:
    stream = make_stream(
        np.datetime64("2024-01-01", "s") + np.arange(3), {"sst": [-11.0, 10.0, NAN]}, [Variable(name="sst", units="degree_C")]
    )
    (outcome,) = run_test(TEST, stream, ("sst",), RangeOptions(bad_outside=(-10, 50)), example_context())
    assert (outcome.variable, outcome.name, outcome.level.tolist()) == ("sst", "range", [4, 1, 2])
