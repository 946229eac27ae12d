"""Reduction of a ship's barometer to sea level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["hydrostatic_sea_level_pressure", "wmo_sea_level_pressure"]

_ZERO_CELSIUS = 273.15
_MOLAR_MASS_AIR = 28.97e-3  # kg mol-1
_GRAVITY = 9.8  # m s-2
_R_JOULE = 8.314  # J mol-1 K-1
_LAPSE_RATE = 0.0065  # K m-1


def hydrostatic_sea_level_pressure(pressure: ArrayLike, temperature: ArrayLike, height: ArrayLike) -> FloatArray:
    """Pressure at sea level from the weight of the air column below the barometer, to first order in height.

    Parameters
    ----------
    pressure : array_like
        Air pressure at the barometer, hPa.
    temperature : array_like
        Temperature of the air column, °C; sea-surface temperature is the usual stand-in.
    height : array_like
        Height of the barometer above the sea surface, m.

    Returns
    -------
    ndarray
        Air pressure at sea level, hPa: ``P (1 + M g h / (R T))`` with M = 0.02897 kg mol⁻¹, g = 9.8 m s⁻², R = 8.314 J mol⁻¹ K⁻¹
        and T in K. At 25 °C this is 0.116 hPa per metre.

    References
    ----------
    Pierrot, D. et al. (2009), Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
    """
    T = np.asarray(temperature, dtype=np.float64) + _ZERO_CELSIUS
    column = _MOLAR_MASS_AIR * _GRAVITY * np.asarray(height, dtype=np.float64) / (_R_JOULE * T)
    return np.asarray(pressure, dtype=np.float64) * (1.0 + column)


def wmo_sea_level_pressure(pressure: ArrayLike, temperature: ArrayLike, height: ArrayLike) -> FloatArray:
    """Pressure at sea level with the lapse rate of the standard atmosphere.

    Parameters
    ----------
    pressure : array_like
        Air pressure at the barometer, hPa.
    temperature : array_like
        Air temperature at the barometer, °C.
    height : array_like
        Height of the barometer above the sea surface, m.

    Returns
    -------
    ndarray
        Air pressure at sea level, hPa: ``P (1 - 0.0065 h / (t + 0.0065 h + 273.15))^-5.257``.

    References
    ----------
    World Meteorological Organization, Guide to Instruments and Methods of Observation, WMO-No. 8.
    """
    drop = _LAPSE_RATE * np.asarray(height, dtype=np.float64)
    T = np.asarray(temperature, dtype=np.float64) + drop + _ZERO_CELSIUS
    ratio: FloatArray = np.power(1.0 - drop / T, -5.257)
    return np.asarray(pressure, dtype=np.float64) * ratio
