"""Quality test ``spike-rebs``: local pollution, as a rise above a robust baseline.

The method of Ruckstuhl et al. (2012); `icos_atmosphere.spikes` states it. Spikes are marked (bit ``spike_rebs``), their flag does not
change: hourly means are given with and without them. El Yazidi et al. (2018) recommend ``spike-sd`` for the network; by Cristofanelli et
al. (2023) this one finds more spikes of CO2 and CH4 and depends less on the site.

References
----------
Ruckstuhl, A. F. et al. (2012), Atmos. Meas. Tech. 5, 2613-2624, doi:10.5194/amt-5-2613-2012.
El Yazidi, A. et al. (2018), Atmos. Meas. Tech. 11, 1599-1614, doi:10.5194/amt-11-1599-2018.
Cristofanelli, P. et al. (2023), Atmos. Meas. Tech. 16, 5977-5994, doi:10.5194/amt-16-5977-2023.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from icos_atmosphere.quality.minute_spikes import mark_minutes, threshold_of
from icos_atmosphere.spikes import spikes_rebs
from icos_core.components import Context, Outcome, QualityTest
from icos_core.quality.limits import Length, NonNegative, Positive  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.spikes import Spikes

__all__ = ["TEST", "USUAL_BETA", "SpikeRebsOptions"]

USUAL_BETA: Mapping[str, float] = {"co2": 3.0, "ch4": 3.0, "co": 8.0, "n2o": 8.0}
"""Gas → β: of CO2, CH4 and CO unverified values of El Yazidi et al.; of N2O, which is as noisy, that of CO."""

Iterations = Annotated[int, Field(ge=0, le=20)]


class SpikeRebsOptions(Options):
    """Options of the test ``spike-rebs``."""

    beta: NonNegative | None = Field(
        default=None,
        description="rise above the baseline beyond which a minute is a spike, in scales of the noise about it; "
        "default: 3 for CO2 and CH4, 8 for CO and N2O",
    )
    bandwidth: Length = Field(default=timedelta(hours=1), description="full width of the local regression (s)")
    b: Positive = Field(default=3.5, description="residuals of so many scales and more have no weight")
    maxit: tuple[Iterations, Iterations] = Field(default=(2, 2), description="number of asymmetric iterations, and of symmetric ones after")
    scale: Literal["negative", "all"] = Field(
        default="negative", description="which residuals tell the scale of the noise: those below the baseline, or all"
    )
    window: Length = Field(
        default=timedelta(days=7), description="length of the windows that are fitted by themselves, aligned to Monday 00:00 UTC (s)"
    )
    min_count: int = Field(default=60, ge=2, le=10_000, description="with fewer minutes in a window none is evaluated")


def _test(dataset: xr.Dataset, variables: Sequence[str], options: SpikeRebsOptions, _context: Context) -> list[Outcome]:
    def find(variable: str, time: NDArray[np.int64], values: NDArray[np.float64]) -> Spikes:
        return spikes_rebs(
            time,
            values,
            threshold_of(variable, options.beta, USUAL_BETA),
            bandwidth=options.bandwidth.total_seconds(),
            b=options.b,
            maxit=options.maxit,
            scale=options.scale,
            window=options.window.total_seconds(),
            min_count=options.min_count,
        )

    return mark_minutes(dataset, variables, "spike_rebs", find)


TEST = QualityTest(
    name="spike-rebs",
    summary="Local pollution: minutes that rise above a robust baseline",
    options=SpikeRebsOptions,
    test=_test,
    stages=("calibrated",),
    reach=lambda options: options.window,
)
