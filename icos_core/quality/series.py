"""From a variable of a stream to the plain arrays that the kernels of tests work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Outcome
from icos_core.dataset import GOOD, NOT_EVALUATED
from icos_core.exceptions import DataError, hint

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["NANOSECONDS", "Kernel", "difference", "in_nanoseconds", "judge", "nanoseconds", "numbers", "on_present", "steps_to_blame"]

NANOSECONDS = 1_000_000_000
MOST_SECONDS = 36525 * 86400
Kernel = Callable[["NDArray[np.float64]", "NDArray[np.int64]"], "NDArray[np.int8]"]
"""Values (n,) and times (n,) in nanoseconds → outcome levels (n,)."""


def in_nanoseconds(seconds: float) -> int:
    """Return a length of time in whole ns, no longer than a century so that sums with times of rows stay within 64 bits."""
    return round(min(seconds, MOST_SECONDS) * NANOSECONDS)


def nanoseconds(dataset: xr.Dataset) -> NDArray[np.int64]:
    """Return the time of the rows in ns since 1970, exact."""
    time: NDArray[np.int64] = dataset["time"].values.astype("datetime64[ns]").astype(np.int64)
    return time


def numbers(dataset: xr.Dataset, variable: str) -> NDArray[np.float64]:
    """Return the values of a variable as float64, first dimension time.

    Raises
    ------
    DataError
        Where the variable is not there, is no number, or does not have a value per row.
    """
    if variable not in dataset:
        raise DataError(f"no variable {variable!r} to test{hint(variable, map(str, dataset.data_vars))}")
    values = dataset[variable]
    if values.dtype.kind not in "fiub" or values.dims[:1] != ("time",):
        raise DataError(f"{variable!r} cannot be tested: expected numbers along time, found {values.dtype} along {values.dims}")
    return values.values.astype(np.float64)


def judge(dataset: xr.Dataset, variables: Iterable[str], name: str, kernel: Kernel) -> list[Outcome]:
    """Apply a kernel to each variable.

    A variable with further dimensions is tested column by column along time; a row gets the worst level of its columns.
    """
    time = nanoseconds(dataset)
    outcomes = []
    for variable in variables:
        values = numbers(dataset, variable)
        level = np.full(time.shape, NOT_EVALUATED, dtype=np.int8)
        for column in values.reshape(time.size, int(np.prod(values.shape[1:]))).T:
            found = kernel(column, time)
            level = np.where(level == NOT_EVALUATED, found, np.where(found == NOT_EVALUATED, level, np.maximum(level, found)))
        outcomes.append(Outcome(variable=variable, name=name, level=level))
    return outcomes


def on_present(
    values: NDArray[np.float64], time: NDArray[np.int64], kernel: Kernel, plausible: tuple[float, float] | None = None
) -> NDArray[np.int8]:
    """Apply a kernel to the finite values (within `plausible`, where given) as if the other rows did not exist.

    The other rows are not evaluated.
    """
    rows = np.isfinite(values)
    if plausible is not None:
        rows &= (values >= plausible[0]) & (values <= plausible[1])
    level = np.full(values.shape, NOT_EVALUATED, dtype=np.int8)
    if rows.any():
        # A number damaged to 1e308 overflows in differences: infinite is larger than every limit, as it should be.
        with np.errstate(over="ignore", invalid="ignore"):
            level[rows] = kernel(values[rows], time[rows])
    return level


def difference(later: NDArray[np.float64], earlier: NDArray[np.float64], modulo: float | None) -> NDArray[np.float64]:
    """Return `later` − `earlier`; for a circular quantity the short way round, between −modulo/2 and modulo/2."""
    change = later - earlier
    return change if modulo is None else change - modulo * np.round(change / modulo)


def steps_to_blame(step: NDArray[np.float64], across: NDArray[np.float64], limits: Iterable[tuple[float | None, int]]) -> NDArray[np.int8]:
    """Decide which row a step that is too large counts against.

    It counts against the later row, unless that row merely comes back from a single row that stands alone: a row stands alone where
    the steps into it and out of it are too large while the rows before and after it agree.

    Parameters
    ----------
    step
        (n,) size of the step from the row before; NaN where there is none to compare with.
    across
        (n,) size of the step from the row before the last one, the one in between left out; NaN where there is none.
    limits
        Pairs of a limit (None: no such limit) and the level beyond it, in rising order.

    Returns
    -------
    ndarray
        (n,) int8 outcome levels; not evaluated where `step` is NaN.
    """
    level = np.where(np.isnan(step), NOT_EVALUATED, GOOD).astype(np.int8)
    for limit, reached in limits:
        if limit is None:
            continue
        large = step > limit
        alone = np.zeros(step.shape, dtype=bool)
        alone[:-1] = large[:-1] & large[1:] & (across[1:] <= limit)
        comes_back = np.zeros(step.shape, dtype=bool)
        comes_back[1:] = alone[:-1]
        level[large & ~(comes_back & ~alone)] = reached
    return level
