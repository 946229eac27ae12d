"""Air pressure at sea level from the barometer that a station declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import NOT_EVALUATED
from icos_ocean.sea_level_pressure import hydrostatic_sea_level_pressure, wmo_sea_level_pressure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.underway_options import UnderwayOptions

__all__ = ["SeaLevelPressure", "sea_level_pressure"]


class SeaLevelPressure(NamedTuple):
    """Air pressure at sea level [hPa], NaN where it cannot be had; flag of the barometer, whether it was filled, what that adds [hPa]."""

    pressure: NDArray[np.float64]
    flag: NDArray[np.int8]
    filled: NDArray[np.bool_]
    filling: NDArray[np.float64]


def sea_level_pressure(inputs: Inputs, options: UnderwayOptions) -> SeaLevelPressure:
    """Reduce the declared barometer to sea level.

    The air column has sea-surface temperature (hydrostatic), or that of the air at the barometer (wmo; sea-surface temperature where no
    thermometer is there). Bad values are not used.
    """
    size = inputs.time.size
    if options.barometer_height is None or not inputs.has(options.barometer):
        flag = np.full(size, NOT_EVALUATED, dtype=np.int8)
        return SeaLevelPressure(np.full(size, np.nan), flag, np.zeros(size, dtype=np.bool_), np.zeros(size))
    barometer = inputs.take(options.barometer)
    thermometer = "air_temperature" if options.sea_level_method == "wmo" and inputs.has("air_temperature") else "sst"
    reduce = wmo_sea_level_pressure if options.sea_level_method == "wmo" else hydrostatic_sea_level_pressure
    pressure = reduce(barometer.usable, inputs.take(thermometer).usable, options.barometer_height)
    return SeaLevelPressure(pressure, barometer.flag, barometer.filled, barometer.filling)
