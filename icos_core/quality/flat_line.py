"""Quality test ``flat-line``: values that do not change for too long.

A stretch of successive values is flat where its largest and smallest value differ by no more than `tolerance`, it has at least `min_count`
values, lasts at least the stated time, and no step in it is longer than `max_gap`. **Every** value of the stretch is flagged, from its
first on. Missing values neither end a stretch nor count in it.

It differs on purpose from `ioos_qc`, which flags only the values after the stated time has passed, asks for a difference below (never
equal to) the tolerance, so that equal values are never flat at tolerance 0, counts rows of a median time step instead of time, and
ends a stretch at a missing value.

References
----------
U.S. Integrated Ocean Observing System (2020), Manual for Real-Time Quality Control of In-situ Temperature and Salinity Data, version 2.1,
doi:10.25923/x02m-m555 (test 8, flat line).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, QUESTIONABLE
from icos_core.quality.limits import Length, NonNegative, Plausible, check_rising
from icos_core.quality.series import in_nanoseconds, judge, on_present
from icos_core.quality.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "FlatLineOptions", "flat_rows"]


class FlatLineOptions(Plausible):
    """Options of the test ``flat-line``; at least one of the two lengths of time is needed."""

    questionable_after: Length | None = Field(default=None, description="a flat stretch that lasts at least this long is questionable (s)")
    bad_after: Length | None = Field(default=None, description="a flat stretch that lasts at least this long is bad (s)")
    tolerance: NonNegative = Field(default=0.0, description="largest difference within a flat stretch (unit of the variable)")
    min_count: int = Field(default=3, ge=2, le=10_000, description="a flat stretch has at least this many values")
    max_gap: Length = Field(default=timedelta(hours=1), description="a longer time between successive values ends a stretch (s)")

    @model_validator(mode="after")
    def _lengths_rise(self) -> Self:
        check_rising(self, "questionable_after", "bad_after")
        return self


def flat_rows(
    values: NDArray[np.float64],
    time: NDArray[np.int64],
    duration: float,
    *,
    tolerance: float = 0.0,
    min_count: int = 3,
    max_gap: float = np.inf,
) -> NDArray[np.bool_]:
    """Rows that belong to a flat stretch.

    Parameters
    ----------
    values
        (n,) finite values.
    time
        (n,) increasing times in ns.
    duration
        Shortest flat stretch in s.
    tolerance
        Largest difference within a stretch, in the unit of `values`.
    min_count
        Smallest number of values in a stretch.
    max_gap
        A longer time between successive values ends a stretch, in s.

    Returns
    -------
    ndarray
        (n,) bool.

    Notes
    -----
    In a flat stretch every step is within tolerance and gap; only rows in a long enough run of such steps are looked at further. Without
    a tolerance these runs are the flat stretches.

    With one, there is for every row j a shortest stretch that ends there and is long enough: it begins at the latest row s with
    ``t[j] - t[s] >= duration`` and ``j - s + 1 >= min_count``. Likewise a shortest one begins at every row. A row of any flat stretch lies
    in a flat one of these: in the shortest that begins with the stretch, or, beyond its end, in the shortest that ends at the row. What
    lies farther away does not matter, which bounds the reach of the test.
    """
    if values.size < min_count:
        return np.zeros(values.shape, dtype=bool)
    length = in_nanoseconds(duration)
    linked = (np.diff(time) <= in_nanoseconds(max_gap)) & _within(
        np.maximum(values[1:], values[:-1]), np.minimum(values[1:], values[:-1]), tolerance
    )
    run = np.concatenate(([0], np.cumsum(~linked)))
    first = np.flatnonzero(np.concatenate(([True], ~linked)))
    last = np.append(first[1:], values.size) - 1
    flat: NDArray[np.bool_] = ((time[last] - time[first] >= length) & (last - first + 1 >= min_count))[run]
    rows = np.flatnonzero(flat)
    if tolerance > 0 and rows.size:
        part = values[rows], time[rows], run[rows]
        forward = _flat_endings(*part, length, tolerance, min_count)
        backward = _flat_endings(part[0][::-1], -part[1][::-1], -part[2][::-1], length, tolerance, min_count)
        flat[rows] = forward | backward[::-1]
    return flat


def _within(high: NDArray[np.float64], low: NDArray[np.float64], tolerance: float) -> NDArray[np.bool_]:
    """Whether two values differ by no more than the tolerance.

    One that is a multiple of the resolution (0.1) must not fail because decimal fractions are not exact in binary.
    """
    rounding = 2 * np.spacing(np.maximum(np.abs(high), np.abs(low))) if tolerance > 0 else 0.0
    within: NDArray[np.bool_] = high - low <= tolerance + rounding
    return within


def _flat_endings(
    values: NDArray[np.float64], time: NDArray[np.int64], run: NDArray[np.int64], length: int, tolerance: float, min_count: int
) -> NDArray[np.bool_]:
    """Rows within a flat stretch of one run that is the shortest long enough to end at some row."""
    row = np.arange(values.size)
    start = np.searchsorted(time, time - length, side="right") - 1
    start = np.minimum(start, row - min_count + 1)
    begin = np.maximum(start, 0)
    rolling = pd.Series(values).rolling(Windows(begin, row + 1), min_periods=1)
    ends = (start >= 0) & _within(rolling.max().to_numpy(), rolling.min().to_numpy(), tolerance) & (run == run[begin])
    opened = np.bincount(start[ends], minlength=values.size + 1)
    closed = np.bincount(row[ends] + 1, minlength=values.size + 1)
    within: NDArray[np.bool_] = np.cumsum(opened - closed)[:-1] > 0
    return within


def _test(dataset: xr.Dataset, variables: Sequence[str], options: FlatLineOptions, _context: Context) -> list[Outcome]:
    def kernel(values: NDArray[np.float64], time: NDArray[np.int64]) -> NDArray[np.int8]:
        level = np.full(values.shape, GOOD, dtype=np.int8)
        max_gap = options.max_gap.total_seconds()
        for duration, reached in ((options.questionable_after, QUESTIONABLE), (options.bad_after, BAD)):
            if duration is not None:
                flat = flat_rows(
                    values, time, duration.total_seconds(), tolerance=options.tolerance, min_count=options.min_count, max_gap=max_gap
                )
                level[flat] = reached
        return level

    return judge(dataset, variables, "flat_line", lambda values, time: on_present(values, time, kernel, options.plausible))


def _reach(options: FlatLineOptions) -> timedelta:
    longest = max(length for length in (options.questionable_after, options.bad_after) if length is not None)
    return max(longest + options.max_gap, (options.min_count - 1) * options.max_gap)


TEST = QualityTest(
    name="flat-line",
    summary="Values that do not change for too long",
    options=FlatLineOptions,
    test=_test,
    reach=_reach,
)
