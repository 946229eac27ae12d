"""Quality test ``ssitc``: flags of the fluxes from stationarity and integral turbulence characteristics.

The flags themselves (``H_SSITC_TEST`` …) are made by the calibrator after one of three schemes, see `icos_ecosystem.flux_quality`; this
test says what they mean for the primary flag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.quality.series import numbers
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    import xarray as xr

    from icos_core.components import Context

__all__ = ["TEST", "SsitcOptions"]


class SsitcOptions(Options):
    """Options of the test ``ssitc``."""

    mark: int | None = Field(
        default=1, ge=0, le=9, description="flag from which on a flux is marked, its primary flag unchanged; none: never"
    )
    questionable: int | None = Field(default=2, ge=0, le=9, description="flag from which on a flux is questionable")
    bad: int | None = Field(default=None, ge=0, le=9, description="flag from which on a flux is bad")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        stated = [limit for limit in (self.mark, self.questionable, self.bad) if limit is not None]
        if stated != sorted(stated):
            raise ValueError(f"mark, questionable and bad must not fall, got {', '.join(map(str, stated))}")
        return self


def _test(dataset: xr.Dataset, variables: Sequence[str], options: SsitcOptions, _context: Context) -> list[Outcome]:
    outcomes = []
    for variable in variables:
        if variable not in dataset or f"{variable}_SSITC_TEST" not in dataset:
            continue
        flag = numbers(dataset, f"{variable}_SSITC_TEST")
        evaluated = np.isfinite(flag) & np.isfinite(numbers(dataset, variable))
        level = np.where(evaluated, GOOD, NOT_EVALUATED).astype(np.int8)
        for limit, reached in ((options.questionable, QUESTIONABLE), (options.bad, BAD)):
            if limit is not None:
                level[evaluated & (flag >= limit)] = reached
        mark = evaluated & (flag >= options.mark) if options.mark is not None else None
        outcomes.append(Outcome(variable=variable, name="ssitc", level=level, mark=mark))
    return outcomes


TEST = QualityTest(
    name="ssitc",
    summary="Stationarity and integral turbulence characteristics: flags after Mauder and Foken, Foken or Göckede",
    options=SsitcOptions,
    test=_test,
    stages=("calibrated",),
)
