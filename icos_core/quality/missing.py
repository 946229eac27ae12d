"""Quality test ``missing``: missing values, and gaps that are too long.

That a value is missing is always in its primary flag (9), tested or not. This test adds the bit ``missing``, which keeps the fact where a
later stage fills the gap, and lets reports count it. With `questionable_gap` and `bad_gap` the missing values of a long gap are
questionable or bad: their own primary flag stays 9, but what depends on them by a cascade becomes questionable or bad.

The gap of a missing value lasts from the last value before it to the first one after it. A gap at either end of the data has no other
side and counts as longer than every limit. The test judges rows whose value is missing. It cannot know of rows that were never written.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, QUESTIONABLE
from icos_core.quality.limits import Length, check_rising
from icos_core.quality.series import NANOSECONDS, nanoseconds, numbers
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "MissingOptions", "gap_length"]


class MissingOptions(Options):
    """Options of the test ``missing``."""

    questionable_gap: Length | None = Field(default=None, description="missing values of a longer gap are questionable (s)")
    bad_gap: Length | None = Field(default=None, description="missing values of a longer gap are bad (s)")

    @model_validator(mode="after")
    def _gaps_rise(self) -> Self:
        check_rising(self, "questionable_gap", "bad_gap", needed=False)
        return self


def gap_length(missing: NDArray[np.bool_], time: NDArray[np.int64]) -> NDArray[np.float64]:
    """Length of the gap that each missing row lies in.

    Parameters
    ----------
    missing
        (n,) rows without a value.
    time
        (n,) increasing times in ns.

    Returns
    -------
    ndarray
        (n,) time between the neighbouring values in s; infinite where there is none on one side; 0 where the value is there.
    """
    length = np.zeros(missing.shape)
    present = np.flatnonzero(~missing)
    rows = np.flatnonzero(missing)
    after = np.searchsorted(present, rows)
    inside = (after > 0) & (after < present.size)
    length[rows] = np.inf
    length[rows[inside]] = (time[present[after[inside]]] - time[present[after[inside] - 1]]) / NANOSECONDS
    return length


def _test(dataset: xr.Dataset, variables: Sequence[str], options: MissingOptions, _context: Context) -> list[Outcome]:
    time = nanoseconds(dataset)
    outcomes = []
    for variable in variables:
        values = numbers(dataset, variable)
        missing = np.asarray(np.isnan(values).all(axis=tuple(range(1, values.ndim))))
        length = gap_length(missing, time)
        level = np.full(time.shape, GOOD, dtype=np.int8)
        for limit, reached in ((options.questionable_gap, QUESTIONABLE), (options.bad_gap, BAD)):
            if limit is not None:
                level[length > limit.total_seconds()] = reached
        outcomes.append(Outcome(variable=variable, name="missing", level=level, mark=missing))
    return outcomes


def _reach(options: MissingOptions) -> timedelta:
    return max(options.questionable_gap or timedelta(0), options.bad_gap or timedelta(0))


TEST = QualityTest(
    name="missing",
    summary="Missing values, and gaps that are too long",
    options=MissingOptions,
    test=_test,
    reach=_reach,
)
