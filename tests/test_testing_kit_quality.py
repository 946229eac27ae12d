"""The contract of quality tests accepts a good test and finds each defect that it is there for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from icos_core import Outcome, QualityTest
from icos_core.dataset import quantities
from icos_core.testing import QualityTestContract
from icos_core.versioned import Options


class NoOptions(Options):
    """Nothing to choose."""


def jumps(dataset: Any, variables: Any, _options: Any, _context: Any, defect: str = "") -> list[Outcome]:  # noqa: C901  # one branch per defect
    """Find values more than 1 above the one before; `defect` breaks the contract in one way."""
    outcomes = []
    for number, name in enumerate(variables):
        values = dataset[name].values
        if defect == "changes values" and values.size:
            values[0] = 99.0
        if defect == "needs rows":
            values[0].item()
        level = np.where(np.isnan(values), 2, 1).astype(np.int8)
        step = np.diff(values, prepend=np.nan)
        level[step > 1] = 3
        if defect == "looks everywhere":
            level[values > np.nanmean(values)] = 4
        if defect == "evaluates missing":
            level[:] = np.maximum(level, 1) if name == "none" else np.where(level == 2, 1, level)
        if defect == "order of variables" and number:
            level[:] = 1
            level[np.isnan(values)] = 2
        if defect == "odd levels":
            level[:] = 0
        if defect == "short":
            level = level[1:]
        if defect == "wide":
            level = level.astype(np.int64)
        label = {"odd name": "Odd-Name"}.get(defect, "jump")
        outcomes.append(Outcome(variable="nothing" if defect == "no quantity" else name, name=label, level=level))
    if defect == "twice":
        outcomes += outcomes[:1]
    return outcomes[:1] if defect == "forgets variables" else outcomes


def make_test(defect: str = "") -> QualityTest:
    return QualityTest(
        name="jump",
        summary="Values that jump",
        options=NoOptions,
        test=lambda dataset, variables, options, context: jumps(dataset, variables, options, context, defect),
        reach=lambda _options: timedelta(minutes=3),
    )


class Toy(QualityTestContract):
    variables = ("first", "second")


class TestGoodTest(Toy):
    quality_test = make_test()


@pytest.mark.parametrize(
    ("defect", "test", "message"),
    [
        ("odd levels", "test_every_variable_has_an_outcome", r"levels \[0\], expected"),
        ("short", "test_every_variable_has_an_outcome", r"\(399,\) levels for \(400,\) rows"),
        ("wide", "test_every_variable_has_an_outcome", "levels are int64"),
        ("odd name", "test_every_variable_has_an_outcome", "not in snake_case"),
        ("no quantity", "test_every_variable_has_an_outcome", "no quantity of the stream"),
        ("twice", "test_every_variable_has_an_outcome", "given twice"),
        ("forgets variables", "test_every_variable_has_an_outcome", "second"),
        ("changes values", "test_values_are_left_alone", "first differs"),
        ("order of variables", "test_order_makes_no_difference", "order of variables"),
        ("evaluates missing", "test_missing_values_are_not_evaluated", "evaluates missing values"),
        ("looks everywhere", "test_reach_is_honest", "looks further than 0:03:00"),
    ],
)
def test_defects_are_found(defect: str, test: str, message: str) -> None:
    class Contract(Toy):
        quality_test = make_test(defect)

    with pytest.raises(AssertionError, match=message):
        getattr(Contract(), test)()


def test_errors_come_through() -> None:
    class Contract(Toy):
        quality_test = make_test("needs rows")

    with pytest.raises(IndexError):
        Contract().test_no_rows_and_few_rows()


def test_the_stream_of_the_kit_has_what_tests_look_for() -> None:
    stream = TestGoodTest().stream()
    assert quantities(stream) == ["first", "second"]
    values = stream["first"].values
    assert np.isnan(values).any()
    assert (np.diff(values) == 0).any()
    assert (np.abs(np.diff(values)) > 4).any()
    steps = np.diff(stream["time"].values)
    assert steps.min() < steps.max()
