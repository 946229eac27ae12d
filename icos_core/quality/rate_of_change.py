"""Quality test ``rate-of-change``: steps that are too steep.

The rate is that between a value and the value before it (the last one that is there, no farther than `max_gap`). A step that is too steep
counts against its **later** value. A single value that stands alone makes two such steps, one into it and one out of it; the second counts
against nobody, so that only the value that stands alone is flagged. It stands alone where the rate between the values before and after it
stays within the limit.

On series without spikes and missing values this is the test of `ioos_qc`. It differs on purpose: `ioos_qc` flags the value after a spike
as well, passes the first value (here not evaluated) and every value after a missing one (here compared with the value before the gap),
and cuts time steps to whole seconds.

References
----------
U.S. Integrated Ocean Observing System (2020), Manual for Real-Time Quality Control of In-situ Temperature and Salinity Data, version 2.1,
doi:10.25923/x02m-m555 (test 7, rate of change).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, QUESTIONABLE
from icos_core.quality.limits import Length, Limits, NonNegative, Plausible, Positive
from icos_core.quality.series import NANOSECONDS, difference, in_nanoseconds, judge, on_present, steps_to_blame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "RateOfChangeOptions", "rates"]


class RateOfChangeOptions(Plausible, Limits):
    """Options of the test ``rate-of-change``; at least one of the two limits is needed."""

    questionable: NonNegative | None = Field(
        default=None, description="a change faster than this is questionable (unit of the variable per `per`)"
    )
    bad: NonNegative | None = Field(default=None, description="a change faster than this is bad (unit of the variable per `per`)")
    per: Length = Field(default=timedelta(minutes=1), description="length of time that the limits refer to (s): 60 for limits per minute")
    max_gap: Length = Field(
        default=timedelta(hours=1), description="longest time to the value before; beyond it the value is not evaluated (s)"
    )
    min_interval: Length | None = Field(
        default=None,
        description="shorter time steps count as if they were this long (s), so that noise between quick readings is no rate",
    )
    modulo: Positive | None = Field(
        default=None, description="period of a circular variable in its own unit: 360 for directions in degrees"
    )


def rates(
    values: NDArray[np.float64], time: NDArray[np.int64], back: int, *, min_interval: float = 0.0, modulo: float | None = None
) -> NDArray[np.float64]:
    """Rate of change between each value and the one `back` rows before it.

    Parameters
    ----------
    values
        (n,) finite values.
    time
        (n,) increasing times in ns.
    back
        1 for the value before, 2 for the one before that.
    min_interval
        Shorter time steps count as if they were this long, in s.
    modulo
        Period of a circular quantity in the unit of `values`.

    Returns
    -------
    ndarray
        (n,) absolute rate in the unit of `values` per second; NaN in the first `back` rows.
    """
    rate = np.full(values.shape, np.nan)
    if values.size > back:
        interval = np.maximum((time[back:] - time[:-back]) / NANOSECONDS, min_interval)
        rate[back:] = np.abs(difference(values[back:], values[:-back], modulo)) / interval
    return rate


def _test(dataset: xr.Dataset, variables: Sequence[str], options: RateOfChangeOptions, _context: Context) -> list[Outcome]:
    def kernel(values: NDArray[np.float64], time: NDArray[np.int64]) -> NDArray[np.int8]:
        per = options.per.total_seconds()
        shortest = options.min_interval.total_seconds() if options.min_interval is not None else 0.0
        step = rates(values, time, 1, min_interval=shortest, modulo=options.modulo) * per
        step[1:][np.diff(time) > in_nanoseconds(options.max_gap.total_seconds())] = np.nan
        across = rates(values, time, 2, min_interval=shortest, modulo=options.modulo) * per
        return steps_to_blame(step, across, ((options.questionable, QUESTIONABLE), (options.bad, BAD)))

    return judge(dataset, variables, "rate_of_change", lambda values, time: on_present(values, time, kernel, options.plausible))


TEST = QualityTest(
    name="rate-of-change",
    summary="Steps that are too steep",
    options=RateOfChangeOptions,
    test=_test,
    reach=lambda options: 2 * options.max_gap,
)
