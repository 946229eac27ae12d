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
    For every row j the shortest stretch that ends there and is long enough begins at the latest row s with ``t[j] - t[s] >= duration`` and
    ``j - s + 1 >= min_count``; likewise there is a shortest one that begins at every row. A row of any flat stretch lies in a flat one of
    these: in the shortest that begins with the stretch, or, beyond its end, in the shortest that ends at the row. What lies farther away
    does not matter, which bounds the reach of the test.
    """
    forward = _flat_endings(values, time, duration, tolerance=tolerance, min_count=min_count, max_gap=max_gap)
    backward = _flat_endings(values[::-1], -time[::-1], duration, tolerance=tolerance, min_count=min_count, max_gap=max_gap)
    flat: NDArray[np.bool_] = forward | backward[::-1]
    return flat


def _flat_endings(
    values: NDArray[np.float64], time: NDArray[np.int64], duration: float, *, tolerance: float, min_count: int, max_gap: float
) -> NDArray[np.bool_]:
    """Rows within a flat stretch that is the shortest one to end at some row."""
    row = np.arange(values.size)
    start = np.searchsorted(time, time - in_nanoseconds(duration), side="right") - 1
    start = np.minimum(start, row - min_count + 1)
    windows = Windows(np.maximum(start, 0), row + 1)
    rolling = pd.Series(values).rolling(windows, min_periods=1)
    high, low = rolling.max().to_numpy(), rolling.min().to_numpy()
    gaps = np.concatenate(([0], np.cumsum(np.diff(time) > in_nanoseconds(max_gap))))
    # A tolerance that is a multiple of the resolution (0.1) must not fail because decimal fractions are not exact in binary.
    rounding = 2 * np.spacing(np.maximum(np.abs(high), np.abs(low)))
    ends = (start >= 0) & (high - low <= tolerance + rounding) & (gaps == gaps[np.maximum(start, 0)])
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
