"""What the spike tests have in common: they mark minutes of calibrated gases, and never change a flag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Outcome
from icos_core.dataset import GOOD, NOT_EVALUATED
from icos_core.quality.series import nanoseconds, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.spikes import Spikes

__all__ = ["mark_minutes", "threshold_of"]


def threshold_of(variable: str, stated: float | None, usual: Mapping[str, float]) -> float:
    """Return the threshold that a station states, else the usual one of the gas; of anything that is no gas that of CO2."""
    return usual.get(variable, usual["co2"]) if stated is None else stated


def mark_minutes(
    dataset: xr.Dataset,
    variables: Iterable[str],
    name: str,
    find: Callable[[str, NDArray[np.int64], NDArray[np.float64]], Spikes],
) -> list[Outcome]:
    """Find spikes among the finite minutes of each variable and mark them.

    Only a stream of minutes of one line has spikes: injections of cylinders, hours and days are passed over, and get no outcome.

    Parameters
    ----------
    dataset
        A calibrated stream.
    variables
        Variables to look at.
    name
        Name of the test in bits.
    find
        Variable, times (n,) in ns and finite values (n,) → spikes.
    """
    if dataset.attrs.get("averaging_interval") != "minute":
        return []
    time = nanoseconds(dataset)
    outcomes = []
    for variable in variables:
        values = numbers(dataset, variable)
        rows = np.flatnonzero(np.isfinite(values))
        level, mark = np.full(values.shape, NOT_EVALUATED, dtype=np.int8), np.zeros(values.shape, dtype=bool)
        # A number damaged to 1e308 overflows in a deviation: then nothing of its window can be said.
        with np.errstate(over="ignore", invalid="ignore"):
            found = find(variable, time[rows], values[rows])
        level[rows[found.evaluated]] = GOOD
        mark[rows[found.spike]] = True
        outcomes.append(Outcome(variable=variable, name=name, level=level, mark=mark))
    return outcomes
