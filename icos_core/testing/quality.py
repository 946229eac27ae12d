"""The contract of a quality test, as a function to call and as a class to subclass.

>>> class TestRange(QualityTestContract):
...     quality_test = TEST
...     options = {"bad_outside": [-10, 50]}
...     variables = ("sst",)
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from icos_core.components import Outcome
from icos_core.dataset import NOT_EVALUATED, quantities
from icos_core.flags import apply_flags
from icos_core.running.merging import cut
from icos_core.testing.comparison import assert_same_stream
from icos_core.testing.context import example_context, example_stream, flagged, options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import Context, QualityTest

__all__ = ["QualityTestContract", "run_test"]

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def run_test(test: QualityTest, stream: xr.Dataset, variables: Sequence[str], options: Any, context: Context) -> Sequence[Outcome]:
    """Run a quality test with every warning an error, and assert that its outcomes have the shape, type and levels of the contract."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcomes = test.test(stream, variables, options, context)
    seen = set()
    for outcome in outcomes:
        what = f"outcome {outcome.name!r} of {outcome.variable!r}"
        assert outcome.variable in quantities(stream), f"{what}: no quantity of the stream"
        assert _SNAKE_CASE.fullmatch(outcome.name), f"{what}: the name is not in snake_case"
        assert (outcome.name, outcome.variable) not in seen, f"{what}: given twice"
        seen.add((outcome.name, outcome.variable))
        level = np.asarray(outcome.level)
        assert level.shape == stream["time"].shape, f"{what}: {level.shape} levels for {stream['time'].shape} rows"
        assert level.dtype == np.int8, f"{what}: levels are {level.dtype}, expected int8"
        assert np.isin(level, (1, 2, 3, 4)).all(), f"{what}: levels {np.unique(level).tolist()}, expected 1, 2, 3 or 4"
        if outcome.mark is not None:
            mark = np.asarray(outcome.mark)
            assert mark.shape == level.shape, f"{what}: {mark.shape} marks for {level.shape} rows"
            assert mark.dtype == np.bool_, f"{what}: marks are {mark.dtype}, expected bool"
    return outcomes


run_test.__test__ = False  # type: ignore[attr-defined]  # pytest must not collect it where it is imported


class QualityTestContract:
    """What every quality test has to do; a subclass names the test, its options and variables, or overrides :meth:`stream`.

    Attributes
    ----------
    quality_test
        The test under test.
    options
        Its options.
    variables
        Variables to test; tests of fixed variables need none.
    judges_missing
        Whether the test says something of missing values (a test *for* them); others leave them not evaluated.
    """

    quality_test: ClassVar[QualityTest]
    options: ClassVar[BaseModel | Mapping[str, Any] | None] = None
    variables: ClassVar[tuple[str, ...]] = ()
    judges_missing: ClassVar[bool] = False

    def context(self) -> Context:
        """Return the context that the test is called with."""
        return example_context()

    def stream(self) -> xr.Dataset:
        """Return a stream to test; the default is made of random walks with gaps and spikes."""
        return example_stream(self._variables())

    def _options(self) -> BaseModel:
        return options_of(self.quality_test.options, self.options)

    def _variables(self) -> tuple[str, ...]:
        return self.quality_test.fixed_variables(self._options()) or self.variables

    def _run(self, stream: xr.Dataset, variables: Sequence[str] | None = None) -> dict[tuple[str, str], Outcome]:
        chosen = self._variables() if variables is None else variables
        outcomes = run_test(self.quality_test, stream, chosen, self._options(), self.context())
        return {(outcome.variable, outcome.name): outcome for outcome in outcomes}

    def test_every_variable_has_an_outcome(self) -> None:
        """Tested variables get an outcome, and at least one row is evaluated."""
        outcomes = self._run(self.stream())
        assert outcomes, "no outcome at all"
        if not self.quality_test.fixed_variables(self._options()):
            assert {variable for variable, _ in outcomes} == set(self.variables)
        assert any((np.asarray(outcome.level) != NOT_EVALUATED).any() for outcome in outcomes.values()), "no row is evaluated"

    def test_values_are_left_alone(self) -> None:
        """The test changes nothing, and says the same when it runs again."""
        stream = self.stream()
        before = stream.copy(deep=True)
        first = self._run(stream)
        assert_same_stream(stream, before, "testing")
        _assert_same_outcomes(first, self._run(stream), "running again")

    def test_order_makes_no_difference(self) -> None:
        """Order of variables, and another test that ran before or after, change no outcome and no flag."""
        stream = self.stream()
        outcomes = self._run(stream)
        backwards = stream[list(stream.data_vars)[::-1]]
        _assert_same_outcomes(outcomes, self._run(backwards, self._variables()[::-1]), "order of variables")
        other = [
            Outcome(variable=name, name="another_test", level=np.resize(np.array([1, 2, 3, 4], dtype=np.int8), stream["time"].shape))
            for name in sorted({variable for variable, _ in outcomes})
        ]
        first, last = stream.copy(deep=True), stream.copy(deep=True)
        apply_flags(first, [*outcomes.values(), *other])
        apply_flags(last, [*other, *reversed(outcomes.values())])
        assert_same_stream(first, last, "order of tests")

    def test_missing_values_are_not_evaluated(self) -> None:
        """Rows without a value are left alone, a variable without any value too."""
        if self.judges_missing:
            pytest.skip("a test for missing values")
        stream = self.stream()
        emptied = stream.copy(deep=True)
        for name in quantities(stream):
            emptied[name].values[:] = np.nan
        for tested in (stream, flagged(stream), emptied):
            for (variable, name), outcome in self._run(tested).items():
                missing = np.isnan(tested[variable].values)
                missing = missing if missing.ndim == 1 else missing.all(axis=tuple(range(1, missing.ndim)))
                assert (np.asarray(outcome.level)[missing] == NOT_EVALUATED).all(), f"{name} evaluates missing values of {variable}"

    def test_no_rows_and_few_rows(self) -> None:
        """Streams without a row, or with one, two or three, raise nothing."""
        stream = self.stream()
        for rows in (0, 1, 2, 3):
            self._run(stream.isel(time=slice(0, rows)))

    def test_reach_is_honest(self) -> None:
        """A row's outcome depends on nothing further away than the test's reach."""
        stream = self.stream()
        reach = np.timedelta64(self.quality_test.reach(self._options()), "ns")
        whole = self._run(stream)
        time = stream["time"].values
        for block in np.array_split(np.arange(time.size), 8):
            first, last = int(block[0]), int(block[-1])
            part = cut(stream, time[first] - reach, time[last] + reach + np.timedelta64(1, "ns"))
            offset = int(np.searchsorted(time, part["time"].values[0]))
            for key, outcome in self._run(part).items():
                here = np.asarray(outcome.level)[first - offset : last - offset + 1]
                there = np.asarray(whole[key].level)[first : last + 1]
                assert np.array_equal(here, there), f"{key[1]} of {key[0]} looks further than {self.quality_test.reach(self._options())}"


def _assert_same_outcomes(left: Mapping[tuple[str, str], Outcome], right: Mapping[tuple[str, str], Outcome], why: str) -> None:
    assert sorted(left) == sorted(right), f"{why}: outcomes {sorted(left)} and {sorted(right)}"
    for key, outcome in left.items():
        assert np.array_equal(outcome.level, right[key].level), f"{why}: {key[1]} of {key[0]} differs"
        marks = [None if each is None else np.asarray(each).tolist() for each in (outcome.mark, right[key].mark)]
        assert marks[0] == marks[1], f"{why}: marks of {key[1]} of {key[0]} differ"
