"""The loss of covariance between an anemometer and a gas analyser that stand apart, after Horst & Lenschow 2009.

The factor comes on top of corrections that know nothing of the distance, such as those from spectra measured in place. The time
lag, found by the maximum of the covariance, makes up for the distance along the wind: across the wind and vertically it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Floats = FloatArray | float

__all__ = ["Components", "along_and_across", "separation_loss_factor"]

Components = Literal["none", "cross and vertical", "full"]
"""Which components of the distance are corrected for."""


def along_and_across(*, northward: Floats, eastward: Floats, wind_direction: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the absolute distances along and across the wind [m].

    Parameters
    ----------
    northward, eastward
        Position of the analyser seen from the anemometer [m].
    wind_direction
        Where the wind comes from [degree from north].
    """
    angle = np.deg2rad(wind_direction)
    along = np.abs(northward * np.cos(angle) + eastward * np.sin(angle))
    across = np.abs(eastward * np.cos(angle) - northward * np.sin(angle))
    return along, across


def separation_loss_factor(
    *,
    along: Floats,
    across: Floats,
    vertical: Floats,
    height: Floats,
    stability: FloatArray,
    components: Components = "cross and vertical",
) -> FloatArray:
    """Return the factor of a scalar flux for the distance between the sensors [-], shape (n_periods,).

    Parameters
    ----------
    along, across
        Absolute distances along and across the wind [m], see `along_and_across`.
    vertical
        Height of the analyser above the anemometer [m]; negative where it is below.
    height
        z - d [m].
    stability
        (z - d) / L [-].
    components
        See `Components`.

    Raises
    ------
    ValueError
        For an unknown choice of components.

    Notes
    -----
    A covariance falls off with a distance r as ``exp(-k_m r)``, k_m = 2 pi n_m / (z - d), with a normalised frequency n_m of the
    peak of the cospectrum's dissipation that depends on the direction and on stability:

    * across: 0.15 (zeta <= -0.05), else 2.43 - 2.28 / (1.01 + 0.2 zeta)^2
    * analyser above: 0.1 (zeta <= 0.03), else 0.43 - 0.33 / (0.964 + 1.2 zeta)^2
    * analyser below: 0.013 (zeta <= -0.03), else 0.3 - 0.287 / (1.051 + 1.7 zeta)^2
    * along: 0.07 (zeta <= -0.1), else 2.31 - 2.24 / (1.015 + 0.15 zeta)^2, divided by 1.1

    "full" joins the horizontal components as ``exp(sqrt(ln Ax^2 + ln Ay^2))``, with ln Ay to the power of 1.2. This exponent and the
    divisor 1.1 are EddyPro's reading of the paper; the components "cross and vertical" are verified against its results.

    References
    ----------
    Horst & Lenschow 2009, Boundary-Layer Meteorol. 130, 275, doi:10.1007/s10546-008-9348-0.
    """
    if components not in get_args(Components):
        raise ValueError(
            f"unknown components {components!r}; known: {', '.join(get_args(Components))}{hint(components, get_args(Components))}"
        )
    zeta = np.asarray(stability, dtype=np.float64)
    if components == "none":
        return np.where(np.isnan(zeta), np.nan, 1.0)
    wavenumber = 2.0 * np.pi / np.asarray(height)
    n_above = _peak(zeta, 0.03, 0.1, (0.43, 0.33, 0.964, 1.2))
    n_below = _peak(zeta, -0.03, 0.013, (0.3, 0.287, 1.051, 1.7))
    up = wavenumber * np.where(np.asarray(vertical) < 0.0, n_below, n_above) * np.abs(vertical)
    sideways = wavenumber * _peak(zeta, -0.05, 0.15, (2.43, 2.28, 1.01, 0.2)) * np.asarray(across)
    if components == "full":
        downwind = wavenumber * _peak(zeta, -0.1, 0.07, (2.31, 2.24, 1.015, 0.15)) / 1.1 * np.asarray(along)
        sideways = np.sqrt(downwind**2 + sideways**2.4)
    return np.asarray(np.exp(sideways + up))


def _peak(zeta: FloatArray, limit: float, unstable: float, stable: tuple[float, float, float, float]) -> FloatArray:
    """Return the normalised frequency n_m: a constant up to a limit of stability, then a hyperbola."""
    top, scale, offset, slope = stable
    grown = top - scale / (offset + slope * np.where(zeta > limit, zeta, limit)) ** 2
    return np.where(np.isnan(zeta), np.nan, np.where(zeta > limit, grown, unstable))
