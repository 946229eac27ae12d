"""Integral turbulence characteristics: how far the spread of wind and temperature is from what developed turbulence has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ROTATION_PER_SIDEREAL_DAY",
    "ROTATION_PER_SOLAR_DAY",
    "IntegralTurbulence",
    "integral_turbulence",
    "turbulence_deviations",
]

ROTATION_PER_SIDEREAL_DAY = 7.292115e-5
"""Rotation rate of the Earth [rad s-1]."""
ROTATION_PER_SOLAR_DAY = 2.0 * math.pi / 86400.0
"""What EddyPro takes for it; deviations in percent change by some 0.03."""


class IntegralTurbulence(NamedTuple):
    """A value each for wind and temperature, of shape (n_periods,).

    Attributes
    ----------
    u, w
        Along the mean wind, and vertical.
    temperature
        Of the sonic temperature.
    """

    u: NDArray[np.float64]
    w: NDArray[np.float64]
    temperature: NDArray[np.float64]


def integral_turbulence(
    stability: ArrayLike, friction_velocity: ArrayLike, latitude: ArrayLike, *, rotation_rate: float = ROTATION_PER_SIDEREAL_DAY
) -> IntegralTurbulence:
    """Return the modelled characteristics ``sigma_u / u*``, ``sigma_w / u*`` and ``sigma_T / |T*|``.

    Parameters
    ----------
    stability
        ``zeta = (z - d) / L``.
    friction_velocity
        Friction velocity u* [m s-1].
    latitude
        Latitude [degrees north]. All three broadcast to (n_periods,).
    rotation_rate
        Rotation rate of the Earth [rad s-1]. Quirk of EddyPro: :data:`ROTATION_PER_SOLAR_DAY`.

    Notes
    -----
    Below zeta = -0.2 the wind follows ``1.3 (1 - 2 zeta)^(1/3)`` (w) and ``4.15 |zeta|^(1/8)`` (u), above it
    ``0.21 ln(f / u*) + 3.1`` and ``0.44 ln(f / u*) + 6.3`` with the Coriolis parameter f and a length of 1 m; they have no answer on the
    equator. Temperature follows ``|zeta|^(-1/3)`` to zeta = -1, ``|zeta|^(-1/4)`` to -0.0625, ``0.5 |zeta|^(-1/2)`` to 0.02 and
    ``1.4 |zeta|^(-1/4)`` above.

    References
    ----------
    Thomas and Foken (2002), 15th Symposium on Boundary Layers and Turbulence, Amer. Meteorol. Soc.
    Göckede et al. (2004), Agric. For. Meteorol. 127, 175, doi:10.1016/j.agrformet.2004.07.012
    """
    zeta, ustar, lat = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (stability, friction_velocity, latitude)))
    size = np.abs(zeta)
    coriolis = np.abs(2.0 * rotation_rate * np.sin(np.radians(lat)))
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(coriolis / ustar)
        convective = zeta < -0.2
        u = np.where(convective, 4.15 * size**0.125, 0.44 * log + 6.3)
        w = np.where(convective, 1.3 * np.cbrt(1.0 - 2.0 * zeta), 0.21 * log + 3.1)
        regimes = [zeta < -1.0, zeta < -0.0625, zeta < 0.02, zeta >= 0.02]
        temperature = np.select(regimes, [size ** (-1 / 3), size**-0.25, 0.5 * size**-0.5, 1.4 * size**-0.25], np.nan)
    known = np.isfinite(zeta) & np.isfinite(ustar)
    return IntegralTurbulence(*(np.where(known & np.isfinite(each), each, np.nan) for each in (u, w, temperature)))


def turbulence_deviations(
    *,
    sigma_u: ArrayLike,
    sigma_w: ArrayLike,
    sigma_t: ArrayLike,
    friction_velocity: ArrayLike,
    temperature_scale: ArrayLike,
    stability: ArrayLike,
    latitude: ArrayLike,
    rotation_rate: float = ROTATION_PER_SIDEREAL_DAY,
) -> IntegralTurbulence:
    """Return how far the characteristics are from their models, in whole percent of these, the fraction cut off.

    Where EddyPro runs two programs (spectral corrections after Horst, Ibrom or Fratini), its flags are made of what precedes all
    corrections: `friction_velocity`, `temperature_scale` and `stability` are those of uncorrected covariances.

    Parameters
    ----------
    sigma_u, sigma_w, sigma_t
        Standard deviations of the rotated wind [m s-1] and of the sonic temperature [K].
    friction_velocity, stability, latitude, rotation_rate
        See :func:`integral_turbulence`.
    temperature_scale
        ``T* = -cov(w, Ts) / u*`` [K]; its sign does not matter. All arrays broadcast to (n_periods,).
    """
    model = integral_turbulence(stability, friction_velocity, latitude, rotation_rate=rotation_rate)
    ustar, scale = np.asarray(friction_velocity, np.float64), np.abs(np.asarray(temperature_scale, np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        measured = (np.asarray(sigma_u) / ustar, np.asarray(sigma_w) / ustar, np.asarray(sigma_t) / scale)
        found = [np.trunc(100.0 * np.abs((m - x) / m)) for m, x in zip(model, measured, strict=True)]
    return IntegralTurbulence(*(np.where(np.isfinite(each), each, np.nan) for each in found))
