"""Quality test ``spike``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.quality.spike import TEST, SpikeOptions, spike_size
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = math.nan
METHODS: tuple[Literal["differential", "interpolation"], ...] = ("differential", "interpolation")


def levels(values: Sequence[float], seconds: Sequence[float] | None = None, **options: Any) -> list[int]:
    steps = np.arange(len(values)) * 60.0 if seconds is None else np.asarray(seconds)
    time = np.datetime64("2024-01-01", "ns") + np.round(steps * 1e9).astype("timedelta64[ns]")
    stream = make_stream(time, {"sst": values}, [Variable(name="sst", units="degree_C")])
    (outcome,) = run_test(TEST, stream, ("sst",), SpikeOptions.model_validate(options), example_context())
    assert outcome.name == "spike"
    level: list[int] = outcome.level.tolist()
    return level


def test_only_the_value_that_stands_out_is_flagged() -> None:
    assert levels([10, 10, 10, 30, 10, 10, 10], questionable=1, bad=5) == [2, 1, 1, 4, 1, 1, 2]
    assert levels([10, 10, 10, 7, 10, 10, 10], questionable=1, bad=5) == [2, 1, 1, 3, 1, 1, 2]


def test_a_step_and_a_steep_front_are_no_spikes() -> None:
    assert levels([10, 10, 20, 20], questionable=1) == [2, 1, 1, 2]
    assert levels([10, 14, 18, 22], questionable=1) == [2, 1, 1, 2]


def test_what_comes_back_only_part_of_the_way_counts_as_far_as_it_does() -> None:
    assert levels([0, 10, 4, 4], questionable=5, bad=7) == [2, 3, 1, 2]
    assert levels([0, 10, 4, 4], questionable=6) == [2, 1, 1, 2]


def test_interpolation_also_flags_the_neighbours_of_a_tall_spike() -> None:
    assert levels([10, 10, 10, 30, 10, 10, 10], questionable=1, bad=15, method="interpolation") == [2, 1, 3, 4, 3, 1, 2]


def test_interpolation_follows_time() -> None:
    """12 lies on the straight line between 10 at 0 s and 18 at 80 s, though not in the middle of the two."""
    assert levels([10, 12, 18], [0, 20, 80], questionable=0.1, method="interpolation") == [2, 1, 2]
    assert levels([10, 12, 18], [0, 60, 80], questionable=3.9, method="interpolation") == [2, 3, 2]
    assert levels([10, 12, 18], [0, 60, 80], questionable=4.1, method="interpolation") == [2, 1, 2]


def test_a_limit_must_be_exceeded() -> None:
    assert levels([0, 2, 0], questionable=2) == [2, 1, 2]
    assert levels([0, 2, 0], questionable=1.99, bad=2) == [2, 3, 2]


@pytest.mark.parametrize("method", METHODS)
def test_the_next_value_that_is_there_serves_as_neighbour(method: str) -> None:
    assert levels([10, NAN, 30, NAN, NAN, 10], questionable=1, method=method) == [2, 2, 3, 2, 2, 2]


@pytest.mark.parametrize("method", METHODS)
def test_beyond_the_gap_nothing_is_evaluated(method: str) -> None:
    options = {"questionable": 1, "max_gap": "10 min", "method": method}
    assert levels([10, 30, 10, 10, 10], [0, 60, 660, 1261, 1300], **options) == [2, 3, 2, 2, 2]


def test_implausible_values_blame_no_neighbour() -> None:
    values = [1007, 0, 1008, 0, 1007, 1020, 1007]
    assert levels(values, questionable=5, bad=50) == [2, 4, 4, 4, 1, 3, 2]
    assert levels(values, questionable=5, bad=50, plausible=[750, 1250]) == [2, 2, 1, 2, 1, 3, 2]


def test_directions_wrap() -> None:
    assert levels([359, 1, 358, 2, 180, 3], questionable=90, modulo=360) == [2, 1, 1, 1, 3, 2]
    assert levels([359, 1, 358], questionable=90) == [2, 3, 2]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_values(count: int) -> None:
    assert levels([10.0] * count, questionable=1) == [2] * count
    assert levels([NAN] * 4 + [10.0] * count, questionable=1) == [2] * (4 + count)


def test_numbers_damaged_to_the_largest_there_are() -> None:
    for method in METHODS:
        assert levels([10, 10, 1.7e308, 10, -1.7e308, 1.7e308, 10, np.inf], questionable=1, method=method)[2] == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "at least one of 'questionable' and 'bad' is needed"),
        ({"questionable": 3, "bad": 1}, r"bad \(1.0\) must not be below questionable \(3.0\)"),
        ({"questionable": -1}, "greater than or equal to 0"),
        ({"questionable": math.nan}, "questionable"),
        ({"questionable": 1, "max_gap": 0}, "above zero"),
        ({"questionable": 1, "max_gap": "40000 d"}, "no longer than a century"),
        ({"questionable": 1, "max_gap": "ten"}, "a length of time"),
        ({"questionable": 1, "modulo": 0}, "greater than 0"),
        ({"questionable": 1, "method": "average"}, "differential"),
        ({"questionable": 1, "plausible": [3, 1]}, "plausible must be"),
        ({"questionable": 1, "maxgap": 60}, "maxgap"),
    ],
)
def test_wrong_options_say_what_is_wrong(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SpikeOptions.model_validate(options)


def test_every_option_is_described() -> None:
    assert all(field.description for field in SpikeOptions.model_fields.values())


@pytest.mark.parametrize(("method", "theirs"), [("differential", "differential"), ("interpolation", "average")])
@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_ioos_qc_on_regular_series(method: str, theirs: str, seed: int) -> None:
    qartod = pytest.importorskip("ioos_qc.qartod")
    random = np.random.default_rng(seed)
    values = random.normal(10, 1, 200).round(3) + 8 * (random.random(200) < 0.05)
    expected = qartod.spike_test(values, 1.2345, 3.4567, theirs)
    assert levels(values.tolist(), questionable=1.2345, bad=3.4567, method=method) == np.ma.getdata(expected).tolist()


def test_differs_from_ioos_qc_beside_missing_values() -> None:
    """There no value beside a missing one is evaluated; here the next value serves."""
    qartod = pytest.importorskip("ioos_qc.qartod")
    values = [10, 10, NAN, 30, 10, 10]
    assert np.ma.getdata(qartod.spike_test(values, 1, 5, "differential")).tolist() == [2, 2, 9, 2, 1, 2]
    assert levels(values, questionable=1, bad=5) == [2, 1, 2, 4, 1, 2]


def test_differs_from_ioos_qc_on_irregular_series() -> None:
    """There the mean of the neighbours is expected wherever the value lies between them; here what lies on the line in time."""
    qartod = pytest.importorskip("ioos_qc.qartod")
    values, seconds = [0.0, 1.0, 10.0], [0, 60, 600]
    assert np.ma.getdata(qartod.spike_test(values, 1, 5, "average")).tolist() == [2, 3, 2]
    assert levels(values, seconds, questionable=1, bad=5, method="interpolation") == [2, 1, 2]


def test_size_is_that_of_the_spike() -> None:
    time = np.arange(5, dtype=np.int64) * 10**9
    size = spike_size(np.array([0.0, 5.0, 1.0, 1.0, 1.0]), time)
    assert np.array_equal(size, [NAN, 4.0, 0.0, 0.0, NAN], equal_nan=True)
