"""Quality test ``range``: values outside plausible limits.

Agrees with the gross range test of QARTOD, except that a missing value is "not evaluated" here: that it is missing is the business of
the primary flag.

References
----------
U.S. Integrated Ocean Observing System (2020), Manual for Real-Time Quality Control of In-situ Temperature and Salinity Data, version 2.1,
doi:10.25923/x02m-m555 (test 4, gross range).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.quality.limits import Span, check_nested
from icos_core.quality.series import judge
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "RangeOptions", "outside_range"]


class RangeOptions(Options):
    """Options of the test ``range``; at least one of the two spans is needed."""

    questionable_outside: Span | None = Field(
        default=None, description="[low, high] in the unit of the variable: values outside are questionable; the ends are inside"
    )
    bad_outside: Span | None = Field(
        default=None, description="[low, high] in the unit of the variable: values outside are bad; the ends are inside"
    )

    @model_validator(mode="after")
    def _spans_nested(self) -> Self:
        check_nested(self, "questionable_outside", "bad_outside")
        return self


def outside_range(values: NDArray[np.float64], questionable_outside: Span | None, bad_outside: Span | None) -> NDArray[np.int8]:
    """Judge values by two spans.

    Parameters
    ----------
    values
        (n,) values; NaN is not evaluated, infinities lie outside every finite span.
    questionable_outside, bad_outside
        (low, high), both ends inside, in the unit of `values`; None for no such limit.

    Returns
    -------
    ndarray
        (n,) int8 outcome levels.
    """
    level = np.where(np.isnan(values), NOT_EVALUATED, GOOD).astype(np.int8)
    for span, reached in ((questionable_outside, QUESTIONABLE), (bad_outside, BAD)):
        if span is not None:
            level[(values < span[0]) | (values > span[1])] = reached
    return level


def _test(dataset: xr.Dataset, variables: Sequence[str], options: RangeOptions, _context: Context) -> list[Outcome]:
    return judge(
        dataset, variables, "range", lambda values, _time: outside_range(values, options.questionable_outside, options.bad_outside)
    )


TEST = QualityTest(name="range", summary="Values outside plausible limits", options=RangeOptions, test=_test)
