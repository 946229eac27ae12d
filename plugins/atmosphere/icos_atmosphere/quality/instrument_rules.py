"""Quality test ``instrument-rules``: ranges and variability of what an analyser says of itself, each rule with its time of validity.

A table of rules as NOAA keeps them for its observatories: a variable, a kind, limits, a code and a comment, valid for some time. Limits of
the kind ``range`` are of the value itself; those of the kind ``variability`` of the standard deviation of the values in a window of time,
windows aligned to whole multiples of their length since 1970 (whole minutes, hours).

Every rule has a bit of its own, named by its id behind the label of the test. Rules of one id are versions of one rule that follow each
other in time. What an id says of a variable at a time when no version is valid is: not evaluated.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.option_types import SnakeCase  # noqa: TC001  # pydantic evaluates annotations
from icos_core.quality.limits import Length  # noqa: TC001  # pydantic evaluates annotations
from icos_core.quality.series import in_nanoseconds, nanoseconds, numbers
from icos_core.versioned import Options, Versioned, overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["TEST", "InstrumentRulesOptions", "Rule", "window_deviations"]


class Rule(Versioned):
    """One rule; at least one of the two limits is needed."""

    id: SnakeCase = Field(description="name of the rule, in bits behind the label of the test")
    variable: SnakeCase = Field(description="variable that it is about")
    kind: Literal["range", "variability"] = Field(
        default="range", description="range: limits of the value; variability: limits of the standard deviation within a window"
    )
    low: float | None = Field(default=None, allow_inf_nan=False, description="lower limit, still in order (unit of the variable)")
    high: float | None = Field(default=None, allow_inf_nan=False, description="upper limit, still in order (unit of the variable)")
    window: Length = Field(default=timedelta(minutes=1), description="length of the windows of the kind variability (s)")
    severity: Literal["bad", "questionable"] = Field(default="bad", description="what a value outside is")
    code: str = Field(default="", description="code of the rule in the station's own list, for people")
    comment: str = Field(default="", description="what it tells, for people")

    @model_validator(mode="after")
    def _has_limits(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("at least one of 'low' and 'high' is needed")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low ({self.low:g}) must not be above high ({self.high:g})")
        if self.kind == "range" and "window" in self.model_fields_set:
            raise ValueError("window: a rule of the kind range has none")
        return self


class InstrumentRulesOptions(Options):
    """Options of the test ``instrument-rules``."""

    rules: tuple[Rule, ...] = Field(min_length=1, description="the rules; their variables are of one stream")

    @model_validator(mode="after")
    def _one_version_at_a_time(self) -> Self:
        twice = dict.fromkeys(f"{left.id!r} of {left.variable}" for left, _ in overlaps(self.rules, _bit))
        if twice:
            raise ValueError(f"rules: two of the id {', '.join(twice)} are valid at the same time")
        return self


def _bit(rule: Rule) -> tuple[str, str]:
    return rule.id, rule.variable


def window_deviations(time: NDArray[np.int64], values: FloatArray, window: float) -> FloatArray:
    """Return the standard deviation of the values in the window of each row.

    Parameters
    ----------
    time
        (n,) times in ns since 1970.
    values
        (n,) values; NaN and infinities are left out.
    window
        Length of the windows in s; they begin at its whole multiples since 1970.

    Returns
    -------
    ndarray
        (n,) in the unit of `values`; NaN where the value is missing or alone in its window.
    """
    finite = np.isfinite(values)
    deviation = np.full(values.shape, np.nan)
    part = values[finite]
    _, number = np.unique(time[finite] // in_nanoseconds(window), return_inverse=True)
    count = np.bincount(number)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        mean = np.bincount(number, part) / count
        # A second pass about the mean, as a sum of squares would lose what differs at 140 torr by thousandths.
        squares = np.bincount(number, np.square(part - mean[number]))
        deviation[finite] = np.sqrt(np.where(count > 1, squares / (count - 1.0), np.nan))[number]
    return deviation


def _variables(options: InstrumentRulesOptions) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.variable for rule in options.rules))


def _test(dataset: xr.Dataset, _variables: Sequence[str], options: InstrumentRulesOptions, _context: Context) -> list[Outcome]:
    time = nanoseconds(dataset)
    levels: dict[tuple[str, str], NDArray[np.int8]] = {}
    for rule in options.rules:
        level = levels.setdefault(_bit(rule), np.full(time.shape, NOT_EVALUATED, dtype=np.int8))
        measure = numbers(dataset, rule.variable)
        if rule.kind == "variability":
            measure = window_deviations(time, measure, rule.window.total_seconds())
        valid = rule.covers(dataset["time"].values) & ~np.isnan(measure)
        level[valid] = GOOD
        outside = np.zeros(time.shape, dtype=bool)
        if rule.low is not None:
            outside |= measure < rule.low
        if rule.high is not None:
            outside |= measure > rule.high
        level[valid & outside] = BAD if rule.severity == "bad" else QUESTIONABLE
    return [Outcome(variable=variable, name=name, level=level) for (name, variable), level in levels.items()]


def _reach(options: InstrumentRulesOptions) -> timedelta:
    return max((rule.window for rule in options.rules if rule.kind == "variability"), default=timedelta(0))


TEST = QualityTest(
    name="instrument-rules",
    summary="Ranges and variability of housekeeping, each rule with its time of validity",
    options=InstrumentRulesOptions,
    test=_test,
    stages=("measured", "calibrated"),
    fixed_variables=_variables,
    reach=_reach,
)
