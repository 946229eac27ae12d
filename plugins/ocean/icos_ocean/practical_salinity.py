"""Practical salinity from the conductivity of a thermosalinograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gsw
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["salinity_from_conductivity"]


def salinity_from_conductivity(conductivity: ArrayLike, cell_temperature: ArrayLike, pressure: ArrayLike = 0.0) -> FloatArray:
    """Practical salinity (PSS-78) from a thermosalinograph's conductivity.

    Practical, not absolute, salinity is what the formulas of vapour pressure and CO2 were fitted to.

    Parameters
    ----------
    conductivity : array_like
        Conductivity, mS cm⁻¹ (1 S m⁻¹ = 10 mS cm⁻¹).
    cell_temperature : array_like
        Temperature in the conductivity cell (not at the intake), °C.
    pressure : array_like
        Sea pressure in the cell, dbar; 0 in a thermosalinograph on board.

    Returns
    -------
    ndarray
        Practical salinity.

    References
    ----------
    IOC, SCOR and IAPSO (2010), The international thermodynamic equation of seawater 2010, Manuals and Guides 56, UNESCO.
    """
    salinity: FloatArray = gsw.SP_from_C(
        np.asarray(conductivity, dtype=np.float64),
        np.asarray(cell_temperature, dtype=np.float64),
        np.asarray(pressure, dtype=np.float64),
    )
    return salinity
