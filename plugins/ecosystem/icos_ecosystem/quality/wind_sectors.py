"""Quality test ``wind-sectors``: wind from directions that a station declares disturbed, by the tower, by buildings, by another surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.quality.series import numbers
from icos_core.versioned import Options, Versioned

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from icos_core.components import Context

__all__ = ["TEST", "WindSector", "WindSectorsOptions"]


class WindSector(Versioned):
    """Directions around a centre, in a time."""

    centre: float = Field(ge=0, le=360, description="direction of the middle of the sector (degrees clockwise from north)")
    width: float = Field(gt=0, le=360, description="width of the sector (degrees)")
    severity: Literal["mark", "questionable", "bad"] = Field(
        default="questionable", description="mark: the flux is marked, its flag does not change; else what it becomes"
    )


class WindSectorsOptions(Options):
    """Options of the test ``wind-sectors``."""

    sectors: tuple[WindSector, ...] = Field(min_length=1, description="sectors, each with the time in which it holds")
    direction: str = Field(default="WD", description="variable of the wind direction")


def _test(dataset: xr.Dataset, variables: Sequence[str], options: WindSectorsOptions, _context: Context) -> list[Outcome]:
    if options.direction not in dataset:
        return []
    direction = numbers(dataset, options.direction)
    time = dataset["time"].values
    within = {severity: np.zeros(direction.shape, dtype=bool) for severity in ("mark", "questionable", "bad")}
    for sector in options.sectors:
        # The shorter way round the circle from the centre.
        off = np.abs((direction - sector.centre + 180.0) % 360.0 - 180.0)
        within[sector.severity] |= (off <= sector.width / 2.0) & sector.covers(time)
    outcomes = []
    for variable in variables:
        evaluated = np.isfinite(direction) & np.isfinite(numbers(dataset, variable))
        level = np.where(evaluated, GOOD, NOT_EVALUATED).astype(np.int8)
        level[evaluated & within["questionable"]] = QUESTIONABLE
        level[evaluated & within["bad"]] = BAD
        outcomes.append(Outcome(variable=variable, name="wind_sectors", level=level, mark=evaluated & within["mark"]))
    return outcomes


TEST = QualityTest(
    name="wind-sectors",
    summary="Wind from sectors that the station declares disturbed",
    options=WindSectorsOptions,
    test=_test,
    stages=("calibrated",),
)
