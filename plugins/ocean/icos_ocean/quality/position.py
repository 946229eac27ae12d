"""Quality test ``position``: whether latitude and longitude name a place on the globe.

A position is bad where one of the two is missing, where latitude lies outside −90 … 90 or longitude outside −180 … 360, and where
both are exactly 0, which is what receivers write that have no fix. The outcome goes to both. A missing coordinate keeps its primary
flag 9; what depends on the position becomes bad by its cascades all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Context, Outcome, QualityTest
from icos_core.dataset import BAD, GOOD
from icos_core.quality.series import numbers
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["COORDINATES", "TEST", "PositionOptions", "on_globe"]

COORDINATES = ("latitude", "longitude")


class PositionOptions(Options):
    """The test ``position`` has no options."""


def on_globe(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether positions are places on the globe.

    Parameters
    ----------
    latitude
        (n,) degrees north; NaN where missing.
    longitude
        (n,) degrees east, −180 … 360; NaN where missing.

    Returns
    -------
    ndarray
        (n,) bool; False where a coordinate is missing or out of range, or both are exactly 0.
    """
    inside = (np.abs(latitude) <= 90.0) & (longitude >= -180.0) & (longitude <= 360.0)
    somewhere: NDArray[np.bool_] = inside & ((latitude != 0.0) | (longitude != 0.0))
    return somewhere


def fixed_coordinates(_options: Options) -> tuple[str, ...]:
    """Return the variables of a test of positions."""
    return COORDINATES


def _test(dataset: xr.Dataset, _variables: Sequence[str], _options: PositionOptions, _context: Context) -> list[Outcome]:
    good = on_globe(*(numbers(dataset, name) for name in COORDINATES))
    level = np.where(good, GOOD, BAD).astype(np.int8)
    return [Outcome(variable=name, name="position", level=level) for name in COORDINATES]


TEST = QualityTest(
    name="position",
    summary="Positions that are missing, not on the globe, or exactly 0/0",
    options=PositionOptions,
    test=_test,
    stages=("measured", "calibrated"),
    fixed_variables=fixed_coordinates,
)
