"""Height of the boundary layer where nobody measured or modelled it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.integral_turbulence import ROTATION_PER_SIDEREAL_DAY

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["boundary_layer_height"]


def boundary_layer_height(
    obukhov_length: ArrayLike, friction_velocity: ArrayLike, latitude: ArrayLike, *, convective: ArrayLike = np.nan
) -> NDArray[np.float64]:
    """Return an estimate of the height of the boundary layer where there is none measured or modelled (appendix B of the paper).

    Parameters
    ----------
    obukhov_length
        Obukhov length L [m].
    friction_velocity
        Friction velocity u* [m s-1].
    latitude
        Latitude [degrees north].
    convective
        Height to take where the air is unstable [m]: there it depends on the hours before, and is not estimated.

    Returns
    -------
    ndarray
        Height [m], shape (n_periods,); NaN on the equator.

    Notes
    -----
    Stable: ``h = L / 3.8 (sqrt(1 + 2.28 u* / (f L)) - 1)`` with the Coriolis parameter f, after Nieuwstadt (1981); neutral, taken as
    ``|L| > 5000 m``: ``h = 0.3 u* / f``, its limit.

    References
    ----------
    Kljun et al. (2015), Geosci. Model Dev. 8, 3695, doi:10.5194/gmd-8-3695-2015
    Nieuwstadt (1981), Boundary-Layer Meteorol. 20, 3, doi:10.1007/BF00119920
    """
    inputs = (obukhov_length, friction_velocity, latitude, convective)
    length, ustar, lat, given = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in inputs))
    coriolis = np.abs(2.0 * ROTATION_PER_SIDEREAL_DAY * np.sin(np.radians(lat)))
    neutral = np.abs(length) > 5000.0
    with np.errstate(divide="ignore", invalid="ignore"):
        mechanical = ustar / np.where(coriolis > 0.0, coriolis, np.nan)
        stable = length / 3.8 * (np.sqrt(1.0 + 2.28 * mechanical / length) - 1.0)
    height = np.where(neutral, 0.3 * mechanical, np.where(length > 0.0, stable, given))
    return np.where(np.isnan(length), np.nan, height)
