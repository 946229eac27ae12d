"""Vapour pressure deficit from relative humidity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["vapour_pressure_deficit"]

_MAGNUS = {"oneflux": (6.11, 17.26938818, 237.3), "reddyproc": (6.1078, 17.08085, 234.175)}
"""Convention → e0 [hPa], a, b [degree_C]."""


def vapour_pressure_deficit(
    temperature: FloatArray, humidity: FloatArray, *, convention: Literal["oneflux", "reddyproc"] = "oneflux"
) -> FloatArray:
    r"""Return the vapour pressure deficit of air [hPa].

    Parameters
    ----------
    temperature
        (n,) air temperature [degree_C].
    humidity
        (n,) relative humidity [percent].
    convention
        Whose coefficients of Magnus' formula: ONEFlux's (found from what it makes of a year at Tharandt, to all printed digits) or those
        of the Thornthwaite table that REddyProc's users take.

    Returns
    -------
    ndarray
        (n,) never below 0: humidity above 100 % counts as saturation; NaN where an input is.

    Notes
    -----
    .. math:: VPD = e_0 \exp\left(\frac{a T}{b + T}\right) (1 - RH / 100)

    References
    ----------
    Murray, F. W. (1967), On the computation of saturation vapor pressure, J. Appl. Meteorol. 6, 203,
    doi:10.1175/1520-0450(1967)006<0203:OTCOSV>2.0.CO;2
    """
    at_zero, factor, offset = _MAGNUS[convention]
    deficit: FloatArray = at_zero * np.exp(factor * temperature / (offset + temperature)) * (1.0 - humidity / 100.0)
    return np.where(deficit < 0.0, 0.0, deficit)
