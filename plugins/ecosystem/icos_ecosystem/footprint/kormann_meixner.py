"""Footprint after Kormann and Meixner (2001): an analytical solution for power-law profiles of wind and diffusivity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammainccinv

from icos_ecosystem.constants import VON_KARMAN
from icos_ecosystem.footprint.fetch import SHARES, Fetch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["kormann_meixner"]

_FARTHEST = 10_000.0


def kormann_meixner(
    height: ArrayLike,
    friction_velocity: ArrayLike,
    wind_speed: ArrayLike,
    stability: ArrayLike,
    *,
    whole_metres: bool = False,
    von_karman: float = VON_KARMAN,
) -> Fetch:
    """Return the distances from which shares of the flux come.

    Parameters
    ----------
    height
        Height of the measurement above the displacement height, ``z - d`` [m].
    friction_velocity, wind_speed
        Friction velocity u* and mean wind speed U at the height of the measurement [m s-1].
    stability
        ``zeta = (z - d) / L``. All four broadcast to (n_periods,).
    whole_metres
        Quirk of EddyPro: it adds the footprint up in steps of one metre to 10 km, so that distances are whole metres (the peak is not),
        and what lies beyond 10 km is missing.
    von_karman
        von Kármán's constant.

    Returns
    -------
    Fetch
        Distances [m].

    Notes
    -----
    With the profiles ``U = Uc z^m`` and ``K = kappa z^n`` and ``r = 2 + m - n``, ``mu = (1 + m) / r``, ``xi = Uc z^r / (r^2 kappa)`` the
    footprint integrated across the wind is ``f(x) = xi^mu exp(-xi/x) / (x^(1+mu) Gamma(mu))``. Its integral from the tower to x is the
    upper incomplete gamma function ``Q(mu, xi/x)``, which is inverted here for each share; the peak is at ``xi / (1 + mu)``.

    References
    ----------
    Kormann and Meixner (2001), Boundary-Layer Meteorol. 99, 207, doi:10.1023/A:1018991015119
    """
    inputs = (height, friction_velocity, wind_speed, stability)
    z, ustar, wind, zeta = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in inputs))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        xi, mu = _scale_and_shape(z, ustar, wind, zeta, von_karman)
        distances = [xi / gammainccinv(mu, share) for share in SHARES]
        if whole_metres:
            distances = [_as_eddypro_adds_up(x, xi, mu) for x in distances]
        return Fetch(xi / (1.0 + mu), *distances)


def _as_eddypro_adds_up(x: NDArray[np.float64], xi: NDArray[np.float64], mu: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the first whole metre where a sum over steps of one metre has reached what the integral has at x."""
    # Euler-Maclaurin: the sum to a step is the integral to half a step further, less a 24th of the slope of the density there.
    slope_to_density = (xi / x - (1.0 + mu)) / x
    return np.where(x <= _FARTHEST, np.ceil(x + slope_to_density / 24.0 - 0.5), np.nan)


def _scale_and_shape(
    z: NDArray[np.float64], ustar: NDArray[np.float64], wind: NDArray[np.float64], zeta: NDArray[np.float64], von_karman: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    stable, unstable = 1.0 + 5.0 * np.maximum(zeta, 0.0), np.minimum(zeta, 0.0)
    phi_m = np.where(zeta > 0.0, stable, (1.0 - 16.0 * unstable) ** -0.25)
    phi_c = np.where(zeta > 0.0, stable, (1.0 - 16.0 * unstable) ** -0.5)
    n = np.where(zeta > 0.0, 1.0 / stable, (1.0 - 24.0 * unstable) / (1.0 - 16.0 * unstable))
    m = ustar * phi_m / (von_karman * wind)
    kappa = von_karman * ustar * z / (phi_c * z**n)
    r = 2.0 + m - n
    valid = np.isfinite(zeta) & (wind > 0.0) & (ustar > 0.0) & (z > 0.0)
    xi = np.where(valid, wind / z**m * z**r / (r**2 * kappa), np.nan)
    return xi, np.where(valid, (1.0 + m) / r, np.nan)
