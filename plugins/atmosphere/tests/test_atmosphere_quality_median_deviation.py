"""Quality test ``median-deviation``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.quality.median_deviation import TEST, MedianDeviationOptions
from icos_atmosphere.vocabulary import MEASURED
from pydantic import ValidationError
from raw_days import raw_days

from icos_core.dataset import make_stream
from icos_core.testing import QualityTestContract, example_context, run_test

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike


def levels(values: ArrayLike, step: float = 60.0, **options: Any) -> list[int]:
    time = np.datetime64("2024-01-01", "ns") + (np.arange(np.size(values)) * step * 1e9).astype("timedelta64[ns]")
    stream = make_stream(time, {"outlet_valve": values}, MEASURED)
    [outcome] = run_test(TEST, stream, ("outlet_valve",), MedianDeviationOptions.model_validate(options), example_context())
    return outcome.level.tolist()


def test_limits_are_median_absolute_deviations() -> None:
    """All values lie in every window: their median and deviation are numpy's."""
    values = np.append(25_000.0 + np.arange(-10.0, 11.0), [25_031.0, 25_033.0, 24_968.0, 25_080.0])
    away = np.abs(values - np.median(values))
    deviation = np.median(away)
    found = levels(values, step=1.0, window="1 d", bad=10.0)
    assert found == np.select([away > 10 * deviation, away > 5 * deviation], [4, 3], 1).tolist()
    assert found[-4:] == [1, 3, 3, 4]


def test_it_follows_the_days() -> None:
    """A drift by a hundred deviations in ten days is in order, an excursion of two hours by thirty is not, a step for good is none."""
    rng = np.random.default_rng(0)
    values = 25_000.0 + np.linspace(0.0, 100.0, 2880) + rng.normal(0.0, 1.0, 2880)
    values[2000:] += 50.0
    assert levels(values, step=300.0).count(3) < 3
    values[1000:1024] += 30.0
    assert levels(values, step=300.0)[1000:1024] == [3] * 24


def test_what_hardly_changes_needs_a_floor() -> None:
    values = np.full(50, 7.0)
    values[20] = 8.0
    assert set(levels(values)) == {2}
    assert levels(values, floor=0.1)[20] == 3
    assert levels(values, floor=0.3)[20] == 1


def test_few_values_are_not_evaluated() -> None:
    assert levels([1.0, 2.0, 3.0], min_count=4) == [2, 2, 2]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"questionable": 5.0, "bad": 4.0}, "must not be below"), ({"questionable": None}, "at least one"), ({"window": "0 s"}, "above zero")],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        MedianDeviationOptions.model_validate(options)


@pytest.mark.realdata
def test_outlet_valve_of_two_quiet_days(real_data: Path) -> None:
    """Minutes of a real analyser without a leak; the valve moves with every switch between air and cylinder, no further."""
    rows = raw_days(real_data)
    minutes = rows.groupby((rows["EPOCH_TIME"] // 60).astype("int64"))["OutletValve"].mean()
    found = np.array(levels(minutes.to_numpy()))
    assert (found == 1).mean() > 0.98


class TestMedianDeviation(QualityTestContract):
    quality_test = TEST
    options = {"window": "2 h"}
    variables = ("outlet_valve", "cavity_pressure")
