"""Light-response curve of net ecosystem exchange: a rectangular hyperbola that vapour pressure deficit lowers, and respiration.

Parameters always come in the order ``(k, beta, alpha, reference respiration, temperature sensitivity)``: indices :data:`VPD_EFFECT`,
:data:`SATURATION`, :data:`SLOPE`, :data:`RESPIRATION`, :data:`SENSITIVITY`.

References
----------
Lasslop et al. (2010), Glob. Change Biol. 16, 187, doi:10.1111/j.1365-2486.2009.02041.x
Lloyd and Taylor (1994), Funct. Ecol. 8, 315, doi:10.2307/2389824
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from icos_ecosystem.partitioning.lloyd_taylor import temperature_term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "LOWEST_TEMPERATURE",
    "PARAMETERS",
    "RESPIRATION",
    "SATURATION",
    "SENSITIVITY",
    "SLOPE",
    "VPD_EFFECT",
    "Gradient",
    "LightResponse",
    "deficit_factor",
    "gradient",
    "light_response",
    "point_gradient",
    "production_gradient",
    "temperature_effect",
]

PARAMETERS = ("k", "beta", "alpha", "RREF", "E0")
"""Names in the order of the columns of parameters."""
VPD_EFFECT, SATURATION, SLOPE, RESPIRATION, SENSITIVITY = range(5)

_VPD_THRESHOLD = 10.0
LOWEST_TEMPERATURE = -40.0
"""Temperature [degree_C] that stands for any below it: at -46.02 degree_C the equation of Lloyd and Taylor has a pole."""


class LightResponse(NamedTuple):
    """Gross primary production and ecosystem respiration [umol m-2 s-1]."""

    gpp: FloatArray
    reco: FloatArray


class Gradient(NamedTuple):
    """Derivatives of gross primary production and respiration with respect to the parameters, shape (..., 5) each."""

    gpp: FloatArray
    reco: FloatArray


def temperature_effect(temperature: FloatArray) -> FloatArray:
    """Return what the temperature sensitivity is multiplied by in the exponent of respiration [K-1].

    Parameters
    ----------
    temperature
        Air temperature [degree_C]; below :data:`LOWEST_TEMPERATURE` that temperature counts.
    """
    return temperature_term(np.maximum(temperature, LOWEST_TEMPERATURE))


def light_response(parameters: FloatArray, sw_in: FloatArray, vpd: FloatArray, temperature: FloatArray) -> LightResponse:
    """Return gross primary production and respiration.

    Parameters
    ----------
    parameters
        ``(k, beta, alpha, reference respiration, temperature sensitivity)`` in the last axis, shape (..., 5); the rest is broadcast
        against the drivers. Units: hPa-1, umol m-2 s-1, umol J-1, umol m-2 s-1, K.
    sw_in
        Incoming short-wave radiation [W m-2].
    vpd
        Vapour pressure deficit [hPa]; it does not count, and may be missing, where `k` is zero.
    temperature
        Air temperature [degree_C].

    Notes
    -----
    ``GPP = alpha b S / (alpha S + b)`` with ``b = beta exp(-k (D - 10 hPa))`` where the deficit D is more than 10 hPa, else ``b = beta``.
    ``RECO = R exp(E0 (1 / (Tref - T0) - 1 / (T - T0)))``, ``Tref`` = 15 degree_C, ``T0`` = -46.02 degree_C. NEE = RECO - GPP.
    Where beta or the radiation is zero so is GPP.
    """
    k, beta, alpha, respiration, sensitivity = np.moveaxis(np.asarray(parameters, np.float64), -1, 0)
    capacity = beta * _vpd_factor(k, vpd)
    slope = alpha * sw_in
    total = slope + capacity
    gpp = np.divide(slope * capacity, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total != 0.0)
    return LightResponse(gpp, respiration * np.exp(sensitivity * temperature_effect(temperature)))


def gradient(parameters: FloatArray, sw_in: FloatArray, vpd: FloatArray, temperature: FloatArray) -> Gradient:
    """Return the derivatives of :func:`light_response` with respect to the parameters; arguments as there.

    Notes
    -----
    ``dGPP/db = (alpha S / (alpha S + b))²`` and ``dGPP/dalpha = S (b / (alpha S + b))²``; b depends on beta and k. The derivative of RECO
    with respect to E0 is RECO times :func:`temperature_effect`.
    """
    k, beta, alpha, respiration, sensitivity = np.moveaxis(np.asarray(parameters, np.float64), -1, 0)
    factor = _vpd_factor(k, vpd)
    capacity = beta * factor
    slope = alpha * sw_in
    total = slope + capacity
    share = np.divide(slope, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total != 0.0)
    rest = np.divide(capacity, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total != 0.0)
    excess = np.where(vpd > _VPD_THRESHOLD, vpd - _VPD_THRESHOLD, 0.0)
    term = temperature_effect(temperature)
    growth = np.exp(sensitivity * term)
    zero = np.zeros_like(share)
    by_capacity = share * share
    of_gpp = (-by_capacity * capacity * excess, by_capacity * factor, rest * rest * sw_in, zero, zero)
    of_reco = (zero, zero, zero, growth + zero, respiration * growth * term + zero)
    return Gradient(np.stack(of_gpp, axis=-1), np.stack(of_reco, axis=-1))


def _vpd_factor(k: FloatArray, vpd: FloatArray) -> FloatArray:
    """Return by how much the deficit lowers the production at saturation; 1 where `k` is zero, missing where it counts and is missing."""
    excess = np.where(np.isnan(vpd), vpd, np.maximum(vpd - _VPD_THRESHOLD, 0.0))
    return np.where(k == 0.0, 1.0, np.exp(-k * excess))


@njit(cache=True, nogil=True, error_model="numpy")
def deficit_factor(k: float, vpd: float, capped: bool) -> tuple[float, float]:
    """Return by how much the deficit lowers the production at saturation, and the excess [hPa] that does so; see :func:`point_gradient`."""
    excess = vpd - _VPD_THRESHOLD
    if k == 0.0:
        return 1.0, max(0.0, excess)
    if (k > 0.0 or not capped) == (excess > 0.0):
        return np.exp(-k * excess), excess
    return 1.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def production_gradient(capacity: float, factor: float, slope: float, sw_in: float, excess: float) -> tuple[float, float, float, float]:
    """Return gross primary production, and what k, beta and alpha change of the exchange, from capacity and slope of a record."""
    total = slope + capacity
    if total == 0.0:
        return 0.0, 0.0, 0.0, 0.0
    share = slope / total
    rest = capacity / total
    return slope * rest, share * share * capacity * excess, -share * share * factor, -rest * rest * sw_in


@njit(cache=True, nogil=True, error_model="numpy")
def point_gradient(
    parameters: FloatArray, sw_in: float, vpd: float, term: float, growth: float, capped: bool, derivatives: FloatArray
) -> float:
    """Return NEE [umol m-2 s-1] of one record and put its derivatives into `derivatives`, shape (5,).

    Parameters
    ----------
    parameters
        As those of :func:`light_response`, shape (5,).
    sw_in, vpd
        Radiation [W m-2] and vapour pressure deficit [hPa].
    term, growth
        :func:`temperature_effect` of the record, and ``exp(E0 term)``.
    capped
        What a negative `k`, on the way of a search, means. True: the factor of the deficit is the smaller of ``exp(-k (D - 10))`` and one,
        in dry air and in moist air alike (ONEFlux). False: the factor counts above 10 hPa only (REddyProc).
    derivatives
        Filled.
    """
    factor, excess = deficit_factor(parameters[0], vpd, capped)
    gpp, by_k, by_beta, by_alpha = production_gradient(parameters[1] * factor, factor, parameters[2] * sw_in, sw_in, excess)
    derivatives[0] = by_k
    derivatives[1] = by_beta
    derivatives[2] = by_alpha
    derivatives[3] = growth
    derivatives[4] = parameters[3] * growth * term
    nee: float = parameters[3] * growth - gpp
    return nee
