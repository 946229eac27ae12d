"""Quality test ``spike``: single values that stand out from both neighbours.

A neighbour is the next value that is there, before or after; beyond `max_gap` it says nothing, and the value is not evaluated. The first
and the last value are not evaluated either.

Two measures are offered, with a the change from the value before and b the change to the value after:

``differential`` (default)
    ``min(|a|, |b|)`` where a and b have opposite signs, else 0: how far the series goes away *and* comes back. Only the value that stands
    out is flagged, never its neighbours; a step or a steep front is no spike (see ``rate-of-change``).
``interpolation``
    The distance to the linear interpolation in time between the two neighbours. The neighbours of a tall spike also exceed the limit if
    half of its height does, and so do both sides of a step.

On regular series without missing values these are the methods "differential" and "average" of `ioos_qc`. They differ on purpose where
values are missing (`ioos_qc` evaluates no value beside a missing one, here the next value serves) and where time steps are irregular
(`ioos_qc` takes the mean of the neighbours, here the interpolation in time).

References
----------
U.S. Integrated Ocean Observing System (2020), Manual for Real-Time Quality Control of In-situ Temperature and Salinity Data, version 2.1,
doi:10.25923/x02m-m555 (test 6, spike).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Context, Outcome, QualityTest
from icos_core.quality.limits import Length, Limits, NonNegative, Plausible, Positive, grade
from icos_core.quality.series import difference, in_nanoseconds, judge, on_present

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "SpikeOptions", "spike_size"]

Method = Literal["differential", "interpolation"]


class SpikeOptions(Plausible, Limits):
    """Options of the test ``spike``; at least one of the two limits is needed."""

    questionable: NonNegative | None = Field(default=None, description="a spike larger than this is questionable (unit of the variable)")
    bad: NonNegative | None = Field(default=None, description="a spike larger than this is bad (unit of the variable)")
    method: Method = Field(
        default="differential",
        description="'differential': how far the value goes away from one neighbour and comes back to the other; "
        "'interpolation': its distance to the interpolation in time between the neighbours",
    )
    max_gap: Length = Field(default=timedelta(hours=1), description="longest time to a neighbour; beyond it the value is not evaluated (s)")
    modulo: Positive | None = Field(
        default=None, description="period of a circular variable in its own unit: 360 for directions in degrees"
    )


def spike_size(
    values: NDArray[np.float64],
    time: NDArray[np.int64],
    *,
    method: Method = "differential",
    max_gap: float = np.inf,
    modulo: float | None = None,
) -> NDArray[np.float64]:
    """Measure how far each value stands out from its two neighbours.

    Parameters
    ----------
    values
        (n,) finite values.
    time
        (n,) increasing times in ns.
    method
        See the module.
    max_gap
        Longest time to a neighbour in s.
    modulo
        Period of a circular quantity in the unit of `values`.

    Returns
    -------
    ndarray
        (n,) size in the unit of `values`; NaN at both ends and where a neighbour is farther than `max_gap`.
    """
    size = np.full(values.shape, np.nan)
    if values.size < 3:
        return size
    step = np.diff(time)
    change = difference(values[1:], values[:-1], modulo)
    before, after = change[:-1], change[1:]
    if method == "differential":
        inner = np.where(np.sign(before) * np.sign(after) < 0, np.minimum(np.abs(before), np.abs(after)), 0.0)
    else:
        inner = np.abs(before - (before + after) * (step[:-1] / (step[:-1] + step[1:])))
    near = step <= in_nanoseconds(max_gap)
    size[1:-1] = np.where(near[:-1] & near[1:], inner, np.nan)
    return size


def _test(dataset: xr.Dataset, variables: Sequence[str], options: SpikeOptions, _context: Context) -> list[Outcome]:
    def kernel(values: NDArray[np.float64], time: NDArray[np.int64]) -> NDArray[np.int8]:
        size = spike_size(values, time, method=options.method, max_gap=options.max_gap.total_seconds(), modulo=options.modulo)
        return grade(size, options.questionable, options.bad)

    return judge(dataset, variables, "spike", lambda values, time: on_present(values, time, kernel, options.plausible))


TEST = QualityTest(
    name="spike",
    summary="Single values that stand out from both neighbours",
    options=SpikeOptions,
    test=_test,
    reach=lambda options: options.max_gap,
)
