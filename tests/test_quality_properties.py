"""What holds for every shared quality test, on series that hypothesis makes up: irregular steps, repeated values, gaps, spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.quality import flat_line, gross_range, missing, rate_of_change, rolling_outlier, spike
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Outcome, QualityTest

START = np.datetime64("2024-01-01", "ns")
CASES: tuple[tuple[QualityTest, dict[str, Any]], ...] = (
    (gross_range.TEST, {"questionable_outside": [1, 5], "bad_outside": [0, 6]}),
    (spike.TEST, {"questionable": 1, "bad": 3, "max_gap": 20}),
    (spike.TEST, {"questionable": 1, "bad": 3, "max_gap": 20, "method": "interpolation", "plausible": [0, 6]}),
    (spike.TEST, {"bad": 1, "modulo": 7}),
    (rate_of_change.TEST, {"questionable": 0.2, "bad": 0.6, "per": 1, "max_gap": 15}),
    (rate_of_change.TEST, {"questionable": 2, "per": 10, "max_gap": 30, "min_interval": 5, "plausible": [0, 6]}),
    (flat_line.TEST, {"questionable_after": 10, "bad_after": 30, "max_gap": 15}),
    (flat_line.TEST, {"bad_after": 10, "max_gap": 15, "tolerance": 1, "min_count": 4, "plausible": [0, 6]}),
    (rolling_outlier.TEST, {"questionable": 2, "bad": 5, "window": 60, "min_count": 4, "floor": 0.3}),
    (rolling_outlier.TEST, {"questionable": 2, "window": 20, "min_count": 3, "plausible": [0, 6]}),
)
GAPS: tuple[tuple[QualityTest, dict[str, Any]], ...] = ((missing.TEST, {"questionable_gap": 15, "bad_gap": 40}),)

each_case = pytest.mark.parametrize(("test", "options"), CASES)
each_case_and_gaps = pytest.mark.parametrize(("test", "options"), CASES + GAPS)
thorough = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

values = st.one_of(st.integers(0, 5).map(float), st.sampled_from([float("nan"), float("nan"), -3.0, 20.0]))
series = st.lists(st.tuples(values, st.integers(1, 25)), min_size=1, max_size=60)


def stream_of(value: list[float] | NDArray[np.float64], second: NDArray[np.int64]) -> xr.Dataset:
    time = START + (second * 1_000_000_000).astype("timedelta64[ns]")
    return make_stream(time, {"x": value, "y": np.flip(np.asarray(value))}, [Variable(name="x", units="1"), Variable(name="y", units="1")])


def arrays(rows: list[tuple[float, int]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return np.array([value for value, _ in rows]), np.cumsum([step for _, step in rows])


def judged(test: QualityTest, options: dict[str, Any], stream: xr.Dataset, *names: str) -> list[Outcome]:
    return list(run_test(test, stream, names or ("x",), test.options.model_validate(options), example_context()))


def levels(test: QualityTest, options: dict[str, Any], stream: xr.Dataset) -> list[int]:
    (outcome,) = judged(test, options, stream)
    found: list[int] = outcome.level.tolist()
    return found


@each_case
@thorough
@given(rows=series, extra=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 999)), max_size=20))
def test_rows_without_a_value_change_nothing_elsewhere(
    test: QualityTest, options: dict[str, Any], rows: list[tuple[float, int]], extra: list[tuple[int, int]]
) -> None:
    value, second = arrays(rows)
    millisecond = second * 1000
    inserted = np.array(sorted({int(millisecond[at % len(rows)]) + ms for at, ms in extra}), dtype=np.int64)
    every = np.concatenate((millisecond, inserted))
    order = np.argsort(every, kind="stable")
    padded = np.concatenate((value, np.full(inserted.size, np.nan)))[order]
    time = START + (every[order] * 1_000_000).astype("timedelta64[ns]")
    stream = make_stream(time, {"x": padded}, [Variable(name="x", units="1")])
    found = np.array(levels(test, options, stream))
    is_original = order < value.size
    assert found[is_original].tolist() == levels(test, options, stream_of(value, second))
    assert (found[~is_original] == 2).all()


@each_case_and_gaps
@thorough
@given(rows=series, shift=st.integers(-(10**9), 10**9), nanoseconds=st.integers(0, 10**9))
def test_shifting_time_changes_nothing(
    test: QualityTest, options: dict[str, Any], rows: list[tuple[float, int]], shift: int, nanoseconds: int
) -> None:
    value, second = arrays(rows)
    stream = stream_of(value, second)
    by = np.timedelta64(shift, "s") + np.timedelta64(nanoseconds, "ns")
    shifted = stream.assign_coords(time=stream["time"].values + by)
    assert levels(test, options, shifted) == levels(test, options, stream)


@each_case_and_gaps
@thorough
@given(rows=series)
def test_nothing_beyond_the_reach_matters(test: QualityTest, options: dict[str, Any], rows: list[tuple[float, int]]) -> None:
    value, second = arrays(rows)
    reach = test.reach(test.options.model_validate(options)).total_seconds()
    whole = levels(test, options, stream_of(value, second))
    for row in range(0, value.size, 3):
        near = np.abs(second - second[row]) <= reach
        assert levels(test, options, stream_of(value[near], second[near]))[int(near[:row].sum())] == whole[row]


@each_case_and_gaps
@thorough
@given(rows=series)
def test_variables_are_judged_each_by_itself(test: QualityTest, options: dict[str, Any], rows: list[tuple[float, int]]) -> None:
    value, second = arrays(rows)
    stream = stream_of(value, second)
    there = {outcome.variable: outcome.level.tolist() for outcome in judged(test, options, stream, "x", "y")}
    back = {outcome.variable: outcome.level.tolist() for outcome in judged(test, options, stream[["y", "x"]], "y", "x")}
    assert there == back
    assert there["x"] == levels(test, options, stream[["x"]])


@thorough
@given(rows=series, random=st.randoms(use_true_random=False))
def test_the_order_of_tests_never_shows(rows: list[tuple[float, int]], random: Any) -> None:
    """Tests that ran before leave companions behind; none of them may be looked at."""
    value, second = arrays(rows)
    once = stream_of(value, second)
    cases = list({case[0].name: case for case in CASES + GAPS}.values())
    apply_flags(once, [outcome for test, options in cases for outcome in judged(test, options, once)])
    random.shuffle(cases)
    one_by_one = stream_of(value, second)
    for test, options in cases:
        apply_flags(one_by_one, judged(test, options, one_by_one))
    assert once.identical(one_by_one)


@pytest.mark.parametrize(
    ("test", "options"), [case for case in CASES if case[0].name in ("spike", "range", "flat-line", "rolling-outlier")]
)
@thorough
@given(rows=series)
def test_running_time_backwards_changes_nothing(test: QualityTest, options: dict[str, Any], rows: list[tuple[float, int]]) -> None:
    """But for the rate of change, which blames the later value on purpose."""
    value, second = arrays(rows)
    backwards = stream_of(value[::-1], second[-1] - second[::-1])
    assert levels(test, options, backwards)[::-1] == levels(test, options, stream_of(value, second))
