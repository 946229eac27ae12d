"""Quality test ``rolling-outlier``: values far from the rolling median, in units of a rolling robust scale.

For each value x the median m of all values within a centred time window is taken; the scale is 1.4826 times the median of ``|x - m|``
within the same window, which for normally distributed values is their standard deviation (Hampel 1974). The measure is
``|x - m| / scale``. Unlike a limit in standard deviations of a whole data set, it follows the series through fronts and seasons, and
outliers do not widen their own limit.

References
----------
Hampel, F. R. (1974), The influence curve and its role in robust estimation, J. Am. Stat. Assoc. 69, 383-393,
doi:10.1080/01621459.1974.10482962.
Leys, C. et al. (2013), Detecting outliers: do not use standard deviation around the mean, use absolute deviation around the median,
J. Exp. Soc. Psychol. 49, 764-766, doi:10.1016/j.jesp.2013.03.013.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import Field

from icos_core.components import Context, Outcome, QualityTest
from icos_core.quality.limits import Length, Limits, NonNegative, Plausible, grade
from icos_core.quality.series import in_nanoseconds, judge, on_present
from icos_core.quality.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "RollingOutlierOptions", "robust_distance"]

NORMAL_CONSISTENCY = 1.4826
"""1/Φ⁻¹(3/4): median absolute deviation of a normal distribution → standard deviation."""


class RollingOutlierOptions(Plausible, Limits):
    """Options of the test ``rolling-outlier``; at least one of the two limits is needed."""

    questionable: NonNegative | None = Field(
        default=None, description="a value farther than this from the rolling median is questionable (times the scale)"
    )
    bad: NonNegative | None = Field(default=None, description="a value farther than this from the rolling median is bad (times the scale)")
    window: Length = Field(description="full width of the window centred on the value, both ends included (s)")
    floor: NonNegative = Field(
        default=0.0,
        description="smallest scale (unit of the variable), so that a quiet or coarsely resolved series does not make every change an "
        "outlier; where floor and scale are both 0 the value is not evaluated",
    )
    min_count: int = Field(default=10, ge=3, le=10_000, description="with fewer values in the window the value is not evaluated")


def robust_distance(
    values: NDArray[np.float64], time: NDArray[np.int64], window: float, *, floor: float = 0.0, min_count: int = 10
) -> NDArray[np.float64]:
    """Distance to the rolling median in units of the rolling robust scale.

    Parameters
    ----------
    values
        (n,) finite values.
    time
        (n,) increasing times in ns.
    window
        Full width of the centred window in s; both ends belong to it.
    floor
        Smallest scale, in the unit of `values`.
    min_count
        Smallest number of values in a window.

    Returns
    -------
    ndarray
        (n,) dimensionless; NaN where the window holds too few values, or floor and scale are both 0.

    Notes
    -----
    The scale is the rolling median of the distances of the values to their own rolling medians: two rolling medians, so that a million rows
    take well under a second. It reaches as far as the full width of the window.
    """
    half = in_nanoseconds(window / 2)
    first = np.searchsorted(time, time - half, side="left")
    last = np.searchsorted(time, time + half, side="right")
    windows = Windows(first, last)
    median = pd.Series(values).rolling(windows, min_periods=1).median().to_numpy()
    distance = np.abs(values - median)
    scale = NORMAL_CONSISTENCY * pd.Series(distance).rolling(windows, min_periods=1).median().to_numpy()
    scale = np.maximum(scale, floor)
    known = (last - first >= min_count) & (scale > 0)
    measure = np.full(values.shape, np.nan)
    np.divide(distance, scale, out=measure, where=known)
    return measure


def _test(dataset: xr.Dataset, variables: Sequence[str], options: RollingOutlierOptions, _context: Context) -> list[Outcome]:
    def kernel(values: NDArray[np.float64], time: NDArray[np.int64]) -> NDArray[np.int8]:
        distance = robust_distance(values, time, options.window.total_seconds(), floor=options.floor, min_count=options.min_count)
        return grade(distance, options.questionable, options.bad)

    return judge(dataset, variables, "rolling_outlier", lambda values, time: on_present(values, time, kernel, options.plausible))


TEST = QualityTest(
    name="rolling-outlier",
    summary="Values far from the rolling median, in units of a rolling robust scale",
    options=RollingOutlierOptions,
    test=_test,
    reach=lambda options: options.window,
)
