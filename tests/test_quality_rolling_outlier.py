"""Quality test ``rolling-outlier``."""

from __future__ import annotations

import math
from statistics import NormalDist, median
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.quality.rolling_outlier import NORMAL_CONSISTENCY, TEST, RollingOutlierOptions, robust_distance
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = math.nan


def levels(values: Sequence[float], seconds: Sequence[float] | None = None, **options: Any) -> list[int]:
    steps = np.arange(len(values)) * 60.0 if seconds is None else np.asarray(seconds)
    time = np.datetime64("2024-01-01", "ns") + np.round(steps * 1e9).astype("timedelta64[ns]")
    stream = make_stream(time, {"sst": values}, [Variable(name="sst", units="degree_C")])
    (outcome,) = run_test(TEST, stream, ("sst",), RollingOutlierOptions.model_validate(options), example_context())
    assert outcome.name == "rolling_outlier"
    level: list[int] = outcome.level.tolist()
    return level


def test_the_scale_is_that_of_a_normal_distribution() -> None:
    assert pytest.approx(1 / NormalDist().inv_cdf(0.75), abs=1e-4) == NORMAL_CONSISTENCY
    values = np.random.default_rng(1).normal(0.0, 3.0, 20_000)
    time = np.arange(values.size, dtype=np.int64) * 10**9
    distance = robust_distance(values, time, 4000.0)[4000:-4000]
    assert np.mean(distance > 2) == pytest.approx(2 * NormalDist().cdf(-2), abs=0.005)


def test_outliers_do_not_hide_each_other_and_the_rest_passes() -> None:
    values = np.tile([10.0, 10.1, 9.9, 10.05, 9.95], 20)
    values[[30, 31, 50]] = 20.0, 21.0, 10.9
    found = levels(values.tolist(), window="20 min", questionable=5, bad=30)
    assert np.flatnonzero(np.array(found) == 4).tolist() == [30, 31]
    assert np.flatnonzero(np.array(found) == 3).tolist() == [50]
    assert set(found) == {1, 3, 4}


def test_the_window_follows_time_and_not_rows() -> None:
    """An island of nine values far from all others has too few neighbours, however many rows there are around."""
    seconds = [*range(100), *range(10_000, 10_009), *range(20_000, 20_100)]
    values = [10.0 + 0.1 * (row % 3) for row in range(len(seconds))]
    values[104] = 99.0
    found = levels(values, seconds, window=60, questionable=5, min_count=10)
    assert found == [1] * 100 + [2] * 9 + [1] * 100


def test_both_ends_belong_to_the_window() -> None:
    values, seconds = [1.0, 2.0, 3.0, 4.0, 9.0], [0, 10, 20, 30, 40]
    assert levels(values, seconds, window=40, questionable=100, min_count=5) == [2, 2, 1, 2, 2]
    assert levels(values, seconds, window=39, questionable=100, min_count=5) == [2, 2, 2, 2, 2]


def test_a_floor_keeps_quiet_series_quiet() -> None:
    values = [10.0] * 30
    values[15] = 10.5
    assert set(levels(values, window="10 min", questionable=5, min_count=5)) == {2}
    assert set(levels(values, window="10 min", questionable=5, min_count=5, floor=0.2)) == {1}
    assert levels(values, window="10 min", questionable=5, min_count=5, floor=0.05)[13:18] == [1, 1, 3, 1, 1]


def test_missing_and_implausible_values_are_not_in_the_window() -> None:
    values = [10.0, 10.2, 9.8, NAN, -999.0] * 20
    values[50] = 14.0
    found = np.array(levels(values, window="1 h", questionable=6, plausible=[0, 40]))
    assert (found[3::5] == 2).all()
    assert (found[4::5] == 2).all()
    assert np.flatnonzero(found == 3).tolist() == [50]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_values(count: int) -> None:
    assert levels([10.0] * count, window=60, questionable=5) == [2] * count


def test_numbers_damaged_to_the_largest_there_are() -> None:
    values = [10.0, 10.2, 9.8] * 10
    values[14], values[15] = 1.7e308, -1.7e308
    found = levels(values, window="20 min", questionable=5)
    assert [row for row, level in enumerate(found) if level == 3] == [14, 15]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"questionable": 5}, "window"),
        ({"window": "1 h"}, "at least one of 'questionable' and 'bad' is needed"),
        ({"window": "1 h", "questionable": 5, "min_count": 2}, "greater than or equal to 3"),
        ({"window": "1 h", "questionable": 5, "floor": -1}, "greater than or equal to 0"),
    ],
)
def test_wrong_options_say_what_is_wrong(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RollingOutlierOptions.model_validate(options)


def test_every_option_is_described() -> None:
    assert all(field.description for field in RollingOutlierOptions.model_fields.values())


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_the_definition(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, 120).round(2)
    seconds = np.cumsum(random.integers(1, 120, 120))
    window, floor, min_count = 900, 0.3, 8
    near = [[j for j in range(120) if 2 * abs(seconds[j] - seconds[i]) <= window] for i in range(120)]
    distance = [abs(values[i] - median(values[j] for j in near[i])) for i in range(120)]
    scale = [max(1.4826 * median(distance[j] for j in near[i]), floor) for i in range(120)]
    expected = [distance[i] / scale[i] if len(near[i]) >= min_count else NAN for i in range(120)]
    found = robust_distance(values, seconds.astype(np.int64) * 10**9, window, floor=floor, min_count=min_count)
    assert np.allclose(found, expected, rtol=1e-12, atol=0, equal_nan=True)
    assert 0 < np.isnan(expected).sum() < 120
