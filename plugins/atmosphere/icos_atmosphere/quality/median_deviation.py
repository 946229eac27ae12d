"""Quality test ``median-deviation``: values far from the running median, in median absolute deviations.

Made for readings whose usual value is the station's own and drifts, such as the outlet valve of an analyser: while something is wrong for
some hours, they are away from what they were before and are after. A step for good is none, as half of the window lies on either side. The
rule (a day, five deviations) is this suite's; no published limit is known.

It differs from the core's ``rolling-outlier`` by its unit only: the deviation is not scaled to that of a normal distribution. On measured
data it makes every period read its neighbours as far as the window reaches; minutes of calibrated series carry the housekeeping too, and
testing them there costs nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from icos_core.components import Context, Outcome, QualityTest
from icos_core.quality.limits import Length, NonNegative, Plausible, check_rising, grade
from icos_core.quality.rolling_outlier import NORMAL_CONSISTENCY, robust_distance
from icos_core.quality.series import judge, on_present

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "MedianDeviationOptions"]


class MedianDeviationOptions(Plausible):
    """Options of the test ``median-deviation``."""

    questionable: NonNegative | None = Field(
        default=5.0, description="a value farther than this from the running median is questionable (median absolute deviations)"
    )
    bad: NonNegative | None = Field(
        default=None, description="a value farther than this from the running median is bad (median absolute deviations)"
    )
    window: Length = Field(default=timedelta(days=1), description="full width of the window centred on the value (s)")
    floor: NonNegative = Field(
        default=0.0,
        description="smallest deviation (unit of the variable), for a reading that hardly changes; where floor and deviation are both 0 "
        "the value is not evaluated",
    )
    min_count: int = Field(default=10, ge=3, le=10_000, description="with fewer values in the window the value is not evaluated")

    @model_validator(mode="after")
    def _limits_rise(self) -> Self:
        check_rising(self, "questionable", "bad")
        return self


def _test(dataset: xr.Dataset, variables: Sequence[str], options: MedianDeviationOptions, _context: Context) -> list[Outcome]:
    def kernel(values: NDArray[np.float64], time: NDArray[np.int64]) -> NDArray[np.int8]:
        distance = robust_distance(
            values,
            time,
            options.window.total_seconds(),
            floor=NORMAL_CONSISTENCY * options.floor,
            min_count=options.min_count,
        )
        return grade(NORMAL_CONSISTENCY * distance, options.questionable, options.bad)

    return judge(dataset, variables, "median_deviation", lambda values, time: on_present(values, time, kernel, options.plausible))


TEST = QualityTest(
    name="median-deviation",
    summary="Values far from the running median, in median absolute deviations",
    options=MedianDeviationOptions,
    test=_test,
    reach=lambda options: options.window,
)
