"""What the options of several quality tests have in common, and the outcome levels that follow from limits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.duration import Duration
from icos_core.versioned import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Length", "Limits", "NonNegative", "Plausible", "Positive", "Span", "check_nested", "check_rising", "check_span", "grade"]


A_CENTURY = timedelta(days=36525)


def _within_a_century(length: timedelta) -> timedelta:
    if not timedelta(0) < length <= A_CENTURY:
        raise ValueError("a length of time above zero and no longer than a century")
    return length


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Length = Annotated[Duration, AfterValidator(_within_a_century)]
"""A length of time above zero and no longer than a century, so that sums of them with times of rows stay within 64 bits."""
Span = tuple[float, float]


def check_span(name: str, span: Span | None) -> None:
    """Raise :class:`ValueError` unless `span` is None or two numbers in rising order."""
    if span is not None and not span[0] < span[1]:
        raise ValueError(f"{name} must be [low, high] with low below high, not [{span[0]:g}, {span[1]:g}]")


def check_rising(model: Options, questionable: str, bad: str, *, needed: bool = True) -> None:
    """Raise :class:`ValueError` where the field `bad` lies below the field `questionable`, or, if `needed`, both are absent."""
    lower, upper = getattr(model, questionable), getattr(model, bad)
    if needed and lower is None and upper is None:
        raise ValueError(f"at least one of {questionable!r} and {bad!r} is needed")
    if lower is not None and upper is not None and upper < lower:
        raise ValueError(f"{bad} ({upper}) must not be below {questionable} ({lower})")


def check_nested(model: Options, questionable: str, bad: str) -> None:
    """Raise :class:`ValueError` unless the span in field `questionable` lies within that in field `bad`, and at least one is there."""
    inner, outer = getattr(model, questionable), getattr(model, bad)
    check_span(questionable, inner)
    check_span(bad, outer)
    if inner is None and outer is None:
        raise ValueError(f"at least one of {questionable!r} and {bad!r} is needed")
    if inner is not None and outer is not None and (inner[0] < outer[0] or inner[1] > outer[1]):
        raise ValueError(f"{questionable} {list(inner)} must lie within {bad} {list(outer)}")


class Limits(Options):
    """A limit beyond which a value is questionable, one beyond which it is bad, or both."""

    questionable: NonNegative | None = Field(default=None, description="limit beyond which a value is questionable")
    bad: NonNegative | None = Field(default=None, description="limit beyond which a value is bad")

    @model_validator(mode="after")
    def _limits_rise(self) -> Self:
        check_rising(self, "questionable", "bad")
        return self


class Plausible(Options):
    """A span outside of which values are left to the test ``range``."""

    plausible: Span | None = Field(
        default=None,
        description="[low, high] in the unit of the variable: values outside are passed over as if they were missing, "
        "neither tested nor used to test others",
    )

    @model_validator(mode="after")
    def _plausible_in_order(self) -> Self:
        check_span("plausible", self.plausible)
        return self


def grade(measure: NDArray[np.float64], questionable: float | None, bad: float | None) -> NDArray[np.int8]:
    """Turn a measure of suspicion into outcome levels.

    Parameters
    ----------
    measure
        (n,) the larger the worse; NaN where the test could not be applied.
    questionable, bad
        Limits in the unit of `measure`; a level is reached where the measure exceeds its limit.

    Returns
    -------
    ndarray
        (n,) int8: 1 passed, 2 not evaluated, 3 questionable, 4 bad.
    """
    level = np.where(np.isnan(measure), NOT_EVALUATED, GOOD).astype(np.int8)
    for limit, reached in ((questionable, QUESTIONABLE), (bad, BAD)):
        if limit is not None:
            level[measure > limit] = reached
    return level
