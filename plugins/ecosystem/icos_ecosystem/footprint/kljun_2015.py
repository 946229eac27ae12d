"""Footprint in two dimensions after Kljun et al. (2015), FFP: scaled shapes along and across the wind."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import gamma, gammainccinv

from icos_ecosystem.footprint.fetch import SHARES, Fetch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "ACROSS",
    "ALONG",
    "ALONG_FACTOR",
    "PEAK",
    "REASONS",
    "FootprintShape",
    "crosswind_dispersion",
    "crosswind_integrated",
    "distance_of_share",
    "fetch_of_shape",
    "footprint_density",
    "footprint_shape",
    "peak_distance",
    "refused",
    "stability_correction",
]

ALONG = (-1.9914, 1.4622, 0.1359)
"""Parameters b, c and d of the scaled footprint along the wind (equation 14 of the paper)."""
ALONG_FACTOR = float(ALONG[1] ** -(ALONG[0] + 1.0) / gamma(-(ALONG[0] + 1.0)))
"""Its parameter a, such that the whole footprint is exactly one; the paper's rounded 1.4524 makes it 1.0016."""
ACROSS = (2.17, 1.66, 20.0)
"""Parameters of the scaled dispersion across the wind (equation 18)."""
PEAK = -ALONG[1] / ALONG[0] + ALONG[2]
"""Scaled distance of the largest contribution, 0.87 (equation 20)."""

_VON_KARMAN = 0.4
REASONS = (
    "used",
    "something is missing",
    "friction velocity is too low",
    "crosswind does not vary",
    "height is within the roughness sublayer",
    "height is above the entrainment height",
    "too unstable",
    "wind profile is not positive",
)
"""Meaning of the codes of :func:`refused`."""


class FootprintShape(NamedTuple):
    """Scales of the footprint of each half hour, shape (n_periods,).

    Attributes
    ----------
    length
        Distance upwind over scaled distance [m].
    width
        Dispersion across the wind over scaled dispersion [m].
    """

    length: FloatArray
    width: FloatArray


def stability_correction(height: ArrayLike, obukhov_length: ArrayLike) -> FloatArray:
    """Return the correction Psi_M of the logarithmic wind profile (equation 5).

    Parameters
    ----------
    height
        Height of the measurement above the displacement height [m].
    obukhov_length
        Obukhov length [m].
    """
    z, length = np.asarray(height, np.float64), np.asarray(obukhov_length, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        zeta = z / length
    chi = (1.0 - 19.0 * np.minimum(zeta, 0.0)) ** 0.25
    unstable = np.log((1.0 + chi**2) / 2.0) + 2.0 * np.log((1.0 + chi) / 2.0) - 2.0 * np.arctan(chi) + np.pi / 2.0
    return np.where(zeta > 0.0, -5.3 * zeta, unstable)


def footprint_shape(
    height: ArrayLike,
    boundary_layer: ArrayLike,
    obukhov_length: ArrayLike,
    friction_velocity: ArrayLike,
    sigma_v: ArrayLike,
    *,
    roughness: ArrayLike | None = None,
    wind_speed: ArrayLike | None = None,
) -> FootprintShape:
    """Return the scales of footprints, from the roughness length or from the measured wind.

    Parameters
    ----------
    height
        Height zm of the measurement above the displacement height [m].
    boundary_layer
        Height of the boundary layer [m], see :func:`icos_ecosystem.footprint.boundary_layer.boundary_layer_height`.
    obukhov_length
        Obukhov length L [m].
    friction_velocity, sigma_v
        Friction velocity u* and standard deviation of the crosswind [m s-1].
    roughness
        Roughness length z0 [m]; used where `wind_speed` is not given.
    wind_speed
        Mean wind speed at the height of the measurement [m s-1]. All arrays broadcast to (n_periods,).

    Returns
    -------
    FootprintShape
        Also where the model does not hold: see :func:`refused`. NaN where the wind profile is not positive.

    Raises
    ------
    ValueError
        Unless one of `roughness` and `wind_speed` is given.

    Notes
    -----
    ``x = X* zm / (1 - zm / h) (ln(zm / z0) - Psi_M)``, or ``U k / u*`` with k = 0.4 in place of the last term, and
    ``sigma_y = sigma_y* zm sigma_v / (p u*)`` with ``p = min(1, 1e-5 |L / zm| + 0.8)``, 0.55 in place of 0.8 where L is positive.

    References
    ----------
    Kljun et al. (2015), Geosci. Model Dev. 8, 3695, doi:10.5194/gmd-8-3695-2015
    """
    if (roughness is None) == (wind_speed is None):
        raise ValueError("footprint_shape: expected either a roughness length or a wind speed")
    inputs = (height, boundary_layer, obukhov_length, friction_velocity, sigma_v)
    z, h, length, ustar, sigma = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in inputs))
    with np.errstate(divide="ignore", invalid="ignore"):
        if wind_speed is not None:
            profile = np.asarray(wind_speed, np.float64) * _VON_KARMAN / ustar
        else:
            profile = np.log(z / np.asarray(roughness, np.float64)) - stability_correction(z, length)
        along = np.where((profile > 0.0) & (z < h), z / (1.0 - z / h) * profile, np.nan)
        proportion = np.minimum(1.0, 1e-5 * np.abs(length / z) + np.where(length > 0.0, 0.55, 0.8))
        return FootprintShape(along, z * sigma / (proportion * ustar))


def peak_distance(shape: FootprintShape) -> FloatArray:
    """Return the distances of the largest contributions [m], shape (n_periods,)."""
    return PEAK * shape.length


def distance_of_share(shape: FootprintShape, share: float) -> FloatArray:
    """Return the distances within which a share (0 to 1) of the fluxes comes from [m], shape (n_periods,).

    It inverts the integral of the footprint along the wind, an incomplete gamma function, instead of the paper's approximation
    ``X* = -c / ln(share) + d``, which is 0.5 % shorter at 10 % and 2.4 % at 90 %.

    Raises
    ------
    ValueError
        Unless the share lies between 0 and 1.
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"distance_of_share: the share is {share:g}, expected more than 0 and less than 1")
    b, c, d = ALONG
    scaled = c / float(gammainccinv(-(b + 1.0), share)) + d
    return scaled * shape.length


def fetch_of_shape(shape: FootprintShape) -> Fetch:
    """Return the distances that other models tell, of footprints integrated across the wind [m]."""
    return Fetch(peak_distance(shape), *(distance_of_share(shape, share) for share in SHARES))


def crosswind_integrated(shape: FootprintShape, distance: ArrayLike) -> FloatArray:
    """Return footprints integrated across the wind [m-1], shape (n_periods, n_distances); zero where nothing comes from.

    Parameters
    ----------
    shape
        Scales of (n_periods,) footprints.
    distance
        Distances upwind [m], shape (n_distances,).
    """
    b, c, d = ALONG
    length = shape.length[..., np.newaxis]
    beyond = np.asarray(distance, np.float64) / length - d
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = ALONG_FACTOR * beyond**b * np.exp(-c / beyond) / length
    return np.where(np.isnan(length), np.nan, np.where(beyond > 0.0, values, 0.0))


def crosswind_dispersion(shape: FootprintShape, distance: ArrayLike) -> FloatArray:
    """Return the standard deviation of footprints across the wind [m], shape (n_periods, n_distances).

    Parameters
    ----------
    shape
        Scales of (n_periods,) footprints.
    distance
        Distances upwind [m], shape (n_distances,).
    """
    a, b, c = ACROSS
    scaled = np.maximum(np.asarray(distance, np.float64) / shape.length[..., np.newaxis], 0.0)
    dispersion: FloatArray = a * np.sqrt(b * scaled**2 / (1.0 + c * scaled)) * shape.width[..., np.newaxis]
    return dispersion


def footprint_density(shape: FootprintShape, upwind: ArrayLike, crosswind: ArrayLike) -> FloatArray:
    """Return footprints in two dimensions [m-2], shape (n_periods, n_upwind, n_crosswind).

    Parameters
    ----------
    shape
        Scales of (n_periods,) footprints.
    upwind
        Distances against the wind [m], shape (n_upwind,).
    crosswind
        Distances across the wind [m], shape (n_crosswind,).
    """
    along = crosswind_integrated(shape, upwind)[..., np.newaxis]
    sigma = crosswind_dispersion(shape, upwind)[..., np.newaxis]
    with np.errstate(divide="ignore", invalid="ignore"):
        across = np.exp(-0.5 * (np.asarray(crosswind, np.float64) / sigma) ** 2) / (np.sqrt(2.0 * np.pi) * sigma)
    return np.where(along == 0.0, 0.0, along * across)


def refused(
    height: ArrayLike,
    boundary_layer: ArrayLike,
    obukhov_length: ArrayLike,
    friction_velocity: ArrayLike,
    sigma_v: ArrayLike,
    *,
    roughness: ArrayLike | None = None,
    wind_speed: ArrayLike | None = None,
    least_friction_velocity: float = 0.1,
    roughness_heights: float = 20.0,
    entrainment: float = 0.8,
    least_stability: float = -15.5,
) -> NDArray[np.int8]:
    """Return why the model does not hold, a code of :data:`REASONS` for each period, the first that fits; 0 where it does.

    Parameters
    ----------
    height, boundary_layer, obukhov_length, friction_velocity, sigma_v, roughness, wind_speed
        See :func:`footprint_shape`. The roughness sublayer is only looked for where the roughness length is used.
    least_friction_velocity
        u* must be above it [m s-1].
    roughness_heights
        Height over roughness length must be above it. The authors' own program asks for 12.5 (*unverified*).
    entrainment
        Height must be below this share of the boundary layer.
    least_stability
        ``zm / L`` must not be below it.
    """
    inputs = (height, boundary_layer, obukhov_length, friction_velocity, sigma_v)
    z, h, length, ustar, sigma = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in inputs))
    profile = np.asarray(wind_speed if wind_speed is not None else roughness, np.float64)
    shape = footprint_shape(z, h, length, ustar, sigma, roughness=roughness, wind_speed=wind_speed)
    sublayer = np.zeros(z.shape, dtype=bool) if wind_speed is not None else z <= roughness_heights * profile
    with np.errstate(divide="ignore", invalid="ignore"):
        rules = (
            np.isnan(z + h + ustar + sigma + profile) | np.isnan(length),
            ustar <= least_friction_velocity,
            sigma <= 0.0,
            sublayer,
            z >= entrainment * h,
            z / length < least_stability,
            ~(shape.length > 0.0),
        )
    return np.select(rules, np.arange(1, len(REASONS)), 0).astype(np.int8)
