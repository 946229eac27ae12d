"""Quality test ``flat-line``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.quality.flat_line import TEST, FlatLineOptions, flat_rows
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = math.nan


def levels(values: Sequence[float], seconds: Sequence[float] | None = None, **options: Any) -> list[int]:
    steps = np.arange(len(values)) * 60.0 if seconds is None else np.asarray(seconds)
    time = np.datetime64("2024-01-01", "ns") + np.round(steps * 1e9).astype("timedelta64[ns]")
    stream = make_stream(time, {"sst": values}, [Variable(name="sst", units="degree_C")])
    (outcome,) = run_test(TEST, stream, ("sst",), FlatLineOptions.model_validate(options), example_context())
    assert outcome.name == "flat_line"
    level: list[int] = outcome.level.tolist()
    return level


def test_every_value_of_the_stretch_is_flagged() -> None:
    values = [9, 10, 10, 10, 10, 11]
    assert levels(values, questionable_after="3 min") == [1, 3, 3, 3, 3, 1]
    assert levels(values, bad_after=180) == [1, 4, 4, 4, 4, 1]
    assert levels(values, questionable_after=181) == [1] * 6


def test_longer_stretches_are_bad() -> None:
    values = [10, 10, 10, 10, 11, 12, 12, 12]
    assert levels(values, questionable_after=120, bad_after=180) == [4, 4, 4, 4, 1, 3, 3, 3]


def test_time_counts_and_not_rows() -> None:
    assert levels([10, 10, 10, 11, 12, 12, 12, 12], [0, 1000, 2000, 3000, 3001, 3002, 3003, 3004], bad_after=1800) == [4] * 3 + [1] * 5


def test_few_values_do_not_make_a_stretch() -> None:
    values, seconds = [10, 10, 11], [0, 1800, 3600]
    assert levels(values, seconds, bad_after=1800) == [1, 1, 1]
    assert levels(values, seconds, bad_after=1800, min_count=2) == [4, 4, 1]
    assert levels([10] * 5, bad_after=60, min_count=5) == [4] * 5
    assert levels([10] * 5, bad_after=60, min_count=6) == [1] * 5


def test_a_gap_ends_a_stretch() -> None:
    seconds = [0, 600, 1200, 9000, 9600, 10200]
    assert levels([10] * 6, seconds, bad_after=1800) == [1] * 6
    assert levels([10] * 6, seconds, bad_after=1800, max_gap="3 h") == [4] * 6
    assert levels([10] * 6, seconds, bad_after=1200) == [4] * 6


def test_missing_values_neither_end_a_stretch_nor_count() -> None:
    assert levels([10, NAN, 10, NAN, 10, 11], bad_after=240) == [4, 2, 4, 2, 4, 1]
    assert levels([10, NAN, NAN, NAN, 10, 11], bad_after=240) == [1, 2, 2, 2, 1, 1]


def test_tolerance_holds_over_the_stretch_and_does_not_add_up() -> None:
    drift = [10.0, 10.1, 10.2, 10.3, 10.4, 10.5]
    assert levels(drift, bad_after=180, tolerance=0.1) == [1] * 6
    assert levels(drift, bad_after=120, tolerance=0.2) == [4] * 6


def test_a_tolerance_equal_to_the_resolution_holds_in_spite_of_binary_fractions() -> None:
    assert 1.1 - 1.0 > 0.1
    assert levels([1.0, 1.1, 1.0, 1.1, 1.3], bad_after=180, tolerance=0.1) == [4, 4, 4, 4, 1]


def test_implausible_values_are_passed_over() -> None:
    assert levels([10, 10, -99, 10, 11], bad_after=180, plausible=[-5, 40]) == [4, 4, 2, 4, 1]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_values(count: int) -> None:
    assert levels([10.0] * count, bad_after=60) == [1] * count


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "at least one of 'questionable_after' and 'bad_after' is needed"),
        ({"questionable_after": "2 h", "bad_after": "1 h"}, "bad_after .* must not be below questionable_after"),
        ({"bad_after": 0}, "above zero"),
        ({"bad_after": 60, "tolerance": -1}, "greater than or equal to 0"),
        ({"bad_after": 60, "min_count": 1}, "greater than or equal to 2"),
        ({"bad_after": 60, "plausible": [3, 1]}, "plausible must be"),
    ],
)
def test_wrong_options_say_what_is_wrong(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FlatLineOptions.model_validate(options)


def test_every_option_is_described() -> None:
    assert all(field.description for field in FlatLineOptions.model_fields.values())


def by_definition(values: list[float], seconds: list[int], duration: int, tolerance: float, min_count: int, max_gap: int) -> list[bool]:
    """Every pair of first and last row of a stretch, straight from the definition."""
    flat = [False] * len(values)
    for first in range(len(values)):
        for last in range(first + 1, len(values)):
            part = values[first : last + 1]
            steps = [seconds[row + 1] - seconds[row] for row in range(first, last)]
            if (
                max(part) - min(part) <= tolerance
                and len(part) >= min_count
                and seconds[last] - seconds[first] >= duration
                and max(steps) <= max_gap
            ):
                flat[first : last + 1] = [True] * len(part)
    return flat


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 20)), min_size=1, max_size=40),
    st.integers(1, 60),
    st.integers(0, 2),
    st.integers(2, 5),
    st.integers(5, 30),
)
def test_agrees_with_the_definition(rows: list[tuple[int, int]], duration: int, tolerance: int, min_count: int, max_gap: int) -> None:
    values = [float(value) for value, _ in rows]
    seconds = np.cumsum([step for _, step in rows]).tolist()
    time = np.array(seconds, dtype=np.int64) * 10**9
    found = flat_rows(np.array(values), time, duration, tolerance=tolerance, min_count=min_count, max_gap=max_gap)
    assert found.tolist() == by_definition(values, seconds, duration, tolerance, min_count, max_gap)


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_ioos_qc_where_a_stretch_is_over(seed: int) -> None:
    """There only values after the stated time are flagged; the last value of every stretch is flagged in both or in neither."""
    qartod = pytest.importorskip("ioos_qc.qartod")
    random = np.random.default_rng(seed)
    values = np.repeat(random.permutation(40).astype(float), random.integers(1, 15, 40))
    time = np.datetime64("2024-01-01", "s") + np.arange(values.size) * 60
    theirs = np.ma.getdata(qartod.flat_line_test(values, time, 300, 600, tolerance=0.5))
    ours = np.array(levels(values.tolist(), questionable_after=300, bad_after=600))
    last = np.append(np.diff(values) != 0, True)
    assert set(theirs[last]) == {1, 3, 4}
    assert ours[last].tolist() == theirs[last].tolist()
    assert (ours >= theirs).all()


def test_differs_from_ioos_qc_in_what_is_flagged_of_equal_values() -> None:
    qartod = pytest.importorskip("ioos_qc.qartod")
    values = [9.0, 10, 10, 10, 10, 11]
    time = np.datetime64("2024-01-01", "s") + np.arange(6) * 60
    assert np.ma.getdata(qartod.flat_line_test(values, time, 180, 600, tolerance=0)).tolist() == [1] * 6
    assert np.ma.getdata(qartod.flat_line_test(values, time, 180, 600, tolerance=0.1)).tolist() == [1, 1, 1, 1, 3, 1]
    assert levels(values, questionable_after=180, bad_after=600) == [1, 3, 3, 3, 3, 1]
