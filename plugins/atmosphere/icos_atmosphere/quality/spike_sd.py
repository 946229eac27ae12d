"""Quality test ``spike-sd``: local pollution, as a rise above the last undisturbed minute.

The method of Drewnick et al. (2012) as El Yazidi et al. (2018) use it at stations of ICOS; `icos_atmosphere.spikes` states it. Spikes are
marked (bit ``spike_sd``), their flag does not change: hourly means are given with and without them.

References
----------
El Yazidi, A. et al. (2018), Atmos. Meas. Tech. 11, 1599-1614, doi:10.5194/amt-11-1599-2018.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from icos_atmosphere.quality.minute_spikes import mark_minutes, threshold_of
from icos_atmosphere.spikes import spikes_sd
from icos_core.components import Context, Outcome, QualityTest
from icos_core.quality.limits import Length, NonNegative  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.spikes import Spikes

__all__ = ["TEST", "USUAL_ALPHA", "SpikeSdOptions"]

USUAL_ALPHA: Mapping[str, float] = {"co2": 1.0, "ch4": 1.0, "co": 3.0, "n2o": 3.0}
"""Gas → α: of CO2, CH4 and CO unverified values of El Yazidi et al.; of N2O, which is as noisy, that of CO."""


class SpikeSdOptions(Options):
    """Options of the test ``spike-sd``."""

    alpha: NonNegative | None = Field(
        default=None,
        description="rise above the last undisturbed minute from which a minute is a spike, in standard deviations of the background; "
        "default: 1 for CO2 and CH4, 3 for CO and N2O",
    )
    window: Length = Field(
        default=timedelta(days=7), description="length of the windows whose background is taken, aligned to Monday 00:00 UTC (s)"
    )
    reset_gap: Length = Field(default=timedelta(hours=1), description="after a longer time without minutes the search begins anew (s)")
    min_count: int = Field(default=60, ge=2, le=10_000, description="with fewer minutes in a window none is evaluated")


def _test(dataset: xr.Dataset, variables: Sequence[str], options: SpikeSdOptions, _context: Context) -> list[Outcome]:
    def find(variable: str, time: NDArray[np.int64], values: NDArray[np.float64]) -> Spikes:
        return spikes_sd(
            time,
            values,
            threshold_of(variable, options.alpha, USUAL_ALPHA),
            window=options.window.total_seconds(),
            reset_gap=options.reset_gap.total_seconds(),
            min_count=options.min_count,
        )

    return mark_minutes(dataset, variables, "spike_sd", find)


TEST = QualityTest(
    name="spike-sd",
    summary="Local pollution: minutes that rise above the last undisturbed one",
    options=SpikeSdOptions,
    test=_test,
    stages=("calibrated",),
    reach=lambda options: options.window,
)
