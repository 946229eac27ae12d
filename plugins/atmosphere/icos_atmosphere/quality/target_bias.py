"""Quality test ``target-bias``: hours whose short-term target is further from its assigned value than a goal.

The bias of the short-term target (``co2_sttb``, interpolated between its injections) says how far the analyser and its calibration are
from the scale at that hour. The usual limits are the network compatibility goals of WMO/GAW, for CO2 those of the station's hemisphere
(`icos_atmosphere.compatibility_goals`). A target is one cylinder at one mole fraction and may have drifted itself, so that the hours are
only marked unless a station says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_atmosphere.compatibility_goals import COMPATIBILITY_GOALS, compatibility_goals
from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.exceptions import DataError
from icos_core.quality.limits import Positive  # noqa: TC001  # pydantic evaluates annotations
from icos_core.quality.series import numbers
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

__all__ = ["TEST", "TargetBiasOptions"]


class TargetBiasOptions(Options):
    """Options of the test ``target-bias``."""

    goal: Literal["goal", "extended"] = Field(default="goal", description="which of the two goals of the network is the limit")
    limit: Positive | None = Field(default=None, description="limit of the station's own (unit of the gas), in place of the goal")
    severity: Literal["mark", "questionable"] = Field(
        default="mark", description="mark: the hour is marked, its flag does not change; questionable: it is questionable"
    )


def _limit(variable: str, options: TargetBiasOptions, context: Context) -> float:
    if options.limit is not None:
        return options.limit
    if variable not in COMPATIBILITY_GOALS:
        raise DataError(
            f"target-bias: no compatibility goal of {variable!r} is known, state a limit (known: {', '.join(COMPATIBILITY_GOALS)})"
        )
    goals = compatibility_goals(variable, context.station.latitude)
    return goals.goal if options.goal == "goal" else goals.extended


def _test(dataset: xr.Dataset, variables: Sequence[str], options: TargetBiasOptions, context: Context) -> list[Outcome]:
    outcomes = []
    for variable in variables:
        # Days, months and profiles have no bias of a target: nothing is said of them.
        if f"{variable}_sttb" not in dataset:
            continue
        bias = numbers(dataset, f"{variable}_sttb")
        evaluated = np.isfinite(bias) & np.isfinite(numbers(dataset, variable))
        beyond = evaluated & (np.abs(bias) > _limit(variable, options, context))
        level = np.where(evaluated, GOOD, NOT_EVALUATED).astype(np.int8)
        if options.severity == "questionable":
            level[beyond] = QUESTIONABLE
        outcomes.append(Outcome(variable=variable, name="target_bias", level=level, mark=beyond if options.severity == "mark" else None))
    return outcomes


TEST = QualityTest(
    name="target-bias",
    summary="Hours whose short-term target is further from its assigned value than a goal",
    options=TargetBiasOptions,
    test=_test,
    stages=("product",),
)
