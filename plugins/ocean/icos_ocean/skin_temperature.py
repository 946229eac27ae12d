"""Temperature of the skin of the sea, through which gas is exchanged, below and above which fCO2 of water and air are known.

The skin is cooler than the water below it by heat lost to the air. CO2 dissolves in it at its own temperature: the flux is
``k (K0(T) fCO2_water - K0(T_skin) fCO2_air)``.

References
----------
Donlon, C. J., et al. (2002), Toward improved validation of satellite sea surface skin temperature measurements for climate research,
J. Clim. 15, 353-369, doi:10.1175/1520-0442(2002)015<0353:TIVOSS>2.0.CO;2.
Woolf, D. K., et al. (2016), On the calculation of air-sea fluxes of CO2 in the presence of temperature and salinity gradients,
J. Geophys. Res. Oceans 121, 1229-1248, doi:10.1002/2015JC011427.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["CONSTANT_COOLING", "cool_skin"]

CONSTANT_COOLING = -0.17
"""°C: what Donlon et al. (2002) find where the wind is above 6 m s⁻¹."""


def cool_skin(wind_speed: ArrayLike) -> FloatArray:
    """Temperature of the skin minus that of the water below it, °C, from wind speed at 10 m (m s⁻¹).

    References
    ----------
    Donlon et al. (2002): ``-0.14 - 0.30 exp(-U / 3.7)``.
    """
    found: FloatArray = -0.14 - 0.30 * np.exp(-np.asarray(wind_speed, dtype=np.float64) / 3.7)
    return found
