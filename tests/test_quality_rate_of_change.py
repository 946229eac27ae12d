"""Quality test ``rate-of-change``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.quality.rate_of_change import TEST, RateOfChangeOptions, rates
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = math.nan


def levels(values: Sequence[float], seconds: Sequence[float] | None = None, **options: Any) -> list[int]:
    steps = np.arange(len(values)) * 60.0 if seconds is None else np.asarray(seconds)
    time = np.datetime64("2024-01-01", "ns") + np.round(steps * 1e9).astype("timedelta64[ns]")
    stream = make_stream(time, {"sst": values}, [Variable(name="sst", units="degree_C")])
    (outcome,) = run_test(TEST, stream, ("sst",), RateOfChangeOptions.model_validate(options), example_context())
    assert outcome.name == "rate_of_change"
    level: list[int] = outcome.level.tolist()
    return level


def test_a_step_counts_against_the_later_value() -> None:
    assert levels([10, 10, 14, 14], questionable=3, bad=10) == [2, 1, 3, 1]
    assert levels([10, 10, 24, 24], questionable=3, bad=10) == [2, 1, 4, 1]


def test_limits_are_per_minute_unless_told() -> None:
    assert levels([10, 14], [0, 120], questionable=1.99) == [2, 3]
    assert levels([10, 14], [0, 120], questionable=2.01) == [2, 1]
    assert levels([10, 14], [0, 120], questionable=119, per="1 h") == [2, 3]
    assert levels([10, 14], [0, 120], questionable=121, per=3600) == [2, 1]


def test_a_limit_must_be_exceeded() -> None:
    assert levels([10, 12, 14], questionable=2) == [2, 1, 1]


def test_of_a_single_value_that_stands_alone_only_that_is_flagged() -> None:
    assert levels([10, 10, 30, 10, 10], questionable=3, bad=10) == [2, 1, 4, 1, 1]


def test_where_the_series_stays_away_the_step_alone_is_flagged() -> None:
    assert levels([10, 10, 30, 30, 10, 10], questionable=3) == [2, 1, 3, 1, 3, 1]


def test_a_value_that_comes_back_to_another_level_is_flagged_too() -> None:
    assert levels([10, 10, 30, 20, 20], questionable=3) == [2, 1, 3, 3, 1]


def test_where_every_second_value_differs_all_but_the_last_are_flagged() -> None:
    """Nothing tells which of the two levels is right; what follows the last excursion is excused."""
    assert levels([10, 10, 30, 10, 30, 10, 10], questionable=3) == [2, 1, 3, 3, 3, 1, 1]


def test_a_run_that_ends_in_a_step() -> None:
    assert levels([10, 10, 30], questionable=3) == [2, 1, 3]


def test_the_rate_is_taken_across_missing_values() -> None:
    assert levels([10, NAN, NAN, 19], questionable=2.9) == [2, 2, 2, 3]
    assert levels([10, NAN, NAN, 19], questionable=3.1) == [2, 2, 2, 1]


def test_beyond_the_gap_nothing_is_evaluated() -> None:
    assert levels([10, 900, 10], [0, 600, 1201], questionable=1, max_gap="10 min") == [2, 3, 2]


def test_noise_between_quick_readings_is_no_rate() -> None:
    values, seconds = [10.0, 10.1, 10.2, 10.3, 14.0], [0, 1, 2, 3, 4]
    assert levels(values, seconds, questionable=3) == [2, 3, 3, 3, 3]
    assert levels(values, seconds, questionable=3, min_interval="1 min") == [2, 1, 1, 1, 3]


def test_implausible_values_blame_no_neighbour() -> None:
    assert levels([1007, 0, 1008, 0, 1007], questionable=5, plausible=[750, 1250]) == [2, 2, 1, 2, 1]


def test_directions_wrap() -> None:
    assert levels([359, 1, 358], questionable=10, modulo=360) == [2, 1, 1]
    assert levels([359, 1, 1], questionable=10) == [2, 3, 1]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_values(count: int) -> None:
    assert levels([10.0] * count, questionable=1) == [2] * count


def test_numbers_damaged_to_the_largest_there_are() -> None:
    assert levels([10, 10, 1.7e308, -1.7e308, 10], questionable=1) == [2, 1, 3, 3, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "at least one of 'questionable' and 'bad' is needed"),
        ({"questionable": 1, "per": 0}, "above zero"),
        ({"questionable": 1, "min_interval": -5}, "above zero"),
    ],
)
def test_wrong_options_say_what_is_wrong(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RateOfChangeOptions.model_validate(options)


def test_every_option_is_described() -> None:
    assert all(field.description for field in RateOfChangeOptions.model_fields.values())


def test_rates_are_per_second() -> None:
    time = np.array([0, 10, 40], dtype=np.int64) * 10**9
    values = np.array([0.0, 5.0, -1.0])
    assert np.array_equal(rates(values, time, 1), [NAN, 0.5, 0.2], equal_nan=True)
    assert np.array_equal(rates(values, time, 2), [NAN, NAN, 0.025], equal_nan=True)


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_ioos_qc_on_series_without_spikes(seed: int) -> None:
    """Rising series have steps but no way back; time steps are irregular. The first value is passed there, not evaluated here."""
    qartod = pytest.importorskip("ioos_qc.qartod")
    random = np.random.default_rng(seed)
    values = np.cumsum(random.exponential(1.0, 200))
    seconds = np.cumsum(random.integers(20, 200, 200))
    time = np.datetime64("2024-01-01", "s") + seconds.astype("timedelta64[s]")
    expected = np.ma.getdata(qartod.rate_of_change_test(values, time, 1.2345 / 60, 3.4567 / 60)).tolist()
    assert set(expected) == {1, 3, 4}
    found = levels(values.tolist(), seconds.tolist(), questionable=1.2345, bad=3.4567)
    assert found == [2, *expected[1:]]


def test_differs_from_ioos_qc_after_a_spike_and_after_missing_values() -> None:
    qartod = pytest.importorskip("ioos_qc.qartod")
    values = [10.0, 10.0, 30.0, 10.0, NAN, 18.0]
    time = np.datetime64("2024-01-01", "s") + np.arange(6) * 60
    assert np.ma.getdata(qartod.rate_of_change_test(values, time, 3 / 60)).tolist() == [1, 1, 3, 3, 9, 1]
    assert levels(values, questionable=3) == [2, 1, 3, 1, 2, 3]


def test_the_reach_covers_both_steps_of_a_value_that_stands_alone() -> None:
    options = {"questionable": 3, "max_gap": "1 min"}
    assert levels([10, 30, 10], [0, 50, 100], **options) == [2, 3, 1]
    assert TEST.reach(RateOfChangeOptions.model_validate(options)).total_seconds() >= 100
