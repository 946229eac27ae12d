"""Mole fraction of CO2 in dry gas from that in moist gas, as MAPCO2 and ASVCO2 systems dry it: by a humidity sensor beside the cell.

The sensor is slow and keeps some of the moisture of the gas before. What counts is therefore how much moister a sample reads than the
span gas, which is dry, did in the same cycle. Pressure is in hPa, temperature in °C, humidity in percent, mole fraction in µmol mol⁻¹.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, water_vapour_pressure

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["VapourPressure", "drying_factor", "saturation_vapour_pressure"]

VapourPressure = Literal["li-cor", "weiss-price-1980"]
"""Which formula gives the saturation vapour pressure."""


def saturation_vapour_pressure(temperature: ArrayLike, formula: VapourPressure = "li-cor") -> FloatArray:
    """Saturation pressure of water vapour over pure water.

    Parameters
    ----------
    temperature : array_like
        °C.
    formula : {"li-cor", "weiss-price-1980"}
        ``6.1365 exp(17.502 t/(240.97 + t))``, which the firmware of the ASVCO2 holds, or that of Weiss and Price for fresh water.

    Returns
    -------
    ndarray
        hPa.

    References
    ----------
    Buck, A. L. (1981), J. Appl. Meteorol. 20, 1527-1532, doi:10.1175/1520-0450(1981)020<1527:NEFCVP>2.0.CO;2, enhanced by 0.4 % for moist
    air of one atmosphere; Weiss, R. F. and Price, B. A. (1980), Mar. Chem. 8, 347-359, doi:10.1016/0304-4203(80)90024-9.
    """
    t = np.asarray(temperature, dtype=np.float64)
    if formula == "weiss-price-1980":
        return water_vapour_pressure(t, 0.0) * STANDARD_ATMOSPHERE
    pressure: FloatArray = 6.1365 * np.exp(17.502 * t / (240.97 + t))
    return pressure


def drying_factor(
    pressure: ArrayLike,
    humidity: ArrayLike,
    humidity_temperature: ArrayLike,
    *,
    dry_humidity: ArrayLike = 0.0,
    formula: VapourPressure = "li-cor",
) -> tuple[FloatArray, FloatArray]:
    """Return what a mole fraction in moist gas is multiplied by to be that in dry gas.

    Parameters
    ----------
    pressure : array_like
        Of the gas in the cell, hPa.
    humidity, humidity_temperature : array_like
        Relative humidity of the sample [percent] and temperature of the sensor [°C].
    dry_humidity : array_like
        What the sensor reads of dry gas, percent.
    formula : {"li-cor", "weiss-price-1980"}
        As in `saturation_vapour_pressure`.

    Returns
    -------
    factor : ndarray
        ``P / (P - e)``.
    by_humidity : ndarray
        Its derivative with respect to the humidity, percent⁻¹.

    Notes
    -----
    ``e = e_s(t) (h - h_dry) / 100`` and ``x_dry = x_wet / (1 - e/P)``.
    """
    P = np.asarray(pressure, dtype=np.float64)
    per_percent = saturation_vapour_pressure(humidity_temperature, formula) / 100.0
    vapour = per_percent * (np.asarray(humidity, dtype=np.float64) - np.asarray(dry_humidity, dtype=np.float64))
    factor: FloatArray = P / (P - vapour)
    return factor, factor * factor * per_percent / P
