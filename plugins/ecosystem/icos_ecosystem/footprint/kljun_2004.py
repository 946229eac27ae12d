"""Footprint after Kljun et al. (2004): distances from height, roughness and the turbulence of the vertical wind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.footprint.fetch import Fetch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["kljun_2004", "kljun_2004_applies"]

# Scaled distances of the peak and of the shares of `SHARES`, as EddyPro has them.
_SCALED = (1.0, 0.302, 0.601999, 0.911995, 1.183992, 1.501988, 1.719985, 2.053984)


def kljun_2004(height: ArrayLike, roughness: ArrayLike, friction_velocity: ArrayLike, sigma_w: ArrayLike) -> Fetch:
    """Return the distances from which shares of the flux come.

    Parameters
    ----------
    height
        Height of the measurement above the displacement height, ``z - d`` [m].
    roughness
        Roughness length z0 [m].
    friction_velocity
        Friction velocity u* [m s-1].
    sigma_w
        Standard deviation of the vertical wind [m s-1]. All four broadcast to (n_periods,).

    Returns
    -------
    Fetch
        Distances [m], also where the model does not apply: see :func:`kljun_2004_applies`.

    Notes
    -----
    ``x = (L (3.418 - ln z0) 4.277 - 1.685 (3.418 - ln z0)) (z - d) (sigma_w / u*)^-0.8`` with the scaled distance L of each share.

    References
    ----------
    Kljun et al. (2004), Boundary-Layer Meteorol. 112, 503, doi:10.1023/B:BOUN.0000030653.71031.96
    """
    z, z0, ustar, sigma = (np.asarray(each, np.float64) for each in (height, roughness, friction_velocity, sigma_w))
    with np.errstate(divide="ignore", invalid="ignore"):
        surface = 3.418 - np.log(z0)
        scale = z * (sigma / ustar) ** -0.8
        return Fetch(*((scaled * 4.277 - 1.685) * surface * scale for scaled in _SCALED))


def kljun_2004_applies(height: ArrayLike, friction_velocity: ArrayLike, stability: ArrayLike) -> NDArray[np.bool_]:
    """Return where the model holds: ``u* ≥ 0.2 m s-1``, ``-200 ≤ zeta ≤ 1`` and ``z - d ≥ 1 m``; never where one of them is NaN.

    Parameters
    ----------
    height, friction_velocity
        See :func:`kljun_2004`.
    stability
        ``zeta = (z - d) / L``.
    """
    z, ustar, zeta = (np.asarray(each, np.float64) for each in (height, friction_velocity, stability))
    applies: NDArray[np.bool_] = (ustar >= 0.2) & (zeta >= -200.0) & (zeta <= 1.0) & (z >= 1.0)
    return applies
