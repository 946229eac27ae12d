"""Respiration as a function of temperature after Lloyd and Taylor (1994)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["REFERENCE_TEMPERATURE", "ZERO_TEMPERATURE", "lloyd_taylor", "temperature_term"]

REFERENCE_TEMPERATURE = 15.0
"""Temperature [degree_C] at which respiration is the reference respiration."""
ZERO_TEMPERATURE = -46.02
"""Temperature [degree_C] at which respiration vanishes."""
_LEAST_ABOVE_ZERO = 1.0


def temperature_term(temperature: ArrayLike) -> FloatArray:
    r"""Return what the temperature sensitivity is multiplied by in the exponent [K-1].

    Parameters
    ----------
    temperature
        Any shape [degree_C].

    Returns
    -------
    FloatArray
        The same shape; NaN where `temperature` is.

    Notes
    -----
    .. math:: x = \frac{1}{T_{ref} - T_0} - \frac{1}{T - T_0}

    with `T_ref` = 15 degrees and `T_0` = -46.02 degrees Celsius. Below -45.02 degrees it stays what it is there, where respiration is
    nothing: beyond its pole at `T_0` the function would be huge.
    """
    above_zero = np.maximum(np.asarray(temperature, dtype=np.float64) - ZERO_TEMPERATURE, _LEAST_ABOVE_ZERO)
    term: FloatArray = 1.0 / (REFERENCE_TEMPERATURE - ZERO_TEMPERATURE) - 1.0 / above_zero
    return term


def lloyd_taylor(temperature: ArrayLike, reference_respiration: ArrayLike, sensitivity: ArrayLike) -> FloatArray:
    r"""Return respiration [unit of the reference respiration].

    Parameters
    ----------
    temperature
        Any shape [degree_C].
    reference_respiration
        Respiration at 15 degrees Celsius, a shape that fits.
    sensitivity
        Temperature sensitivity E0 [K], a shape that fits.

    Notes
    -----
    .. math:: R = R_{ref} \exp(E_0 x)

    with `x` of :func:`temperature_term`.

    References
    ----------
    Lloyd, J. and Taylor, J. A. (1994), On the temperature dependence of soil respiration, Funct. Ecol. 8, 315, doi:10.2307/2389824,
    equation 11.
    """
    respiration: FloatArray = np.asarray(reference_respiration) * np.exp(np.asarray(sensitivity) * temperature_term(temperature))
    return respiration
