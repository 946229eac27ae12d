"""From pCO2 at the temperature of an instrument to fCO2 at sea-surface temperature, with partial derivatives.

Pressure is in hPa, temperature in °C, mole fraction in µmol mol⁻¹ of dry air, partial pressure and fugacity in µatm. Pressure comes in hPa
here and nowhere else is it converted: handing it on in atm as if it were hPa makes the fugacity coefficient nearly one, which is 1.47 µatm
too much at 410 µatm, 1010 hPa and 15 °C.

Notes
-----
With p the partial pressure in wet gas, V the exponent of the fugacity coefficient and F the temperature factor::

    ln f = ln p + V(x, P, t) + ln F(SST, t, S, p exp V)

The mole fraction x enters V through (1 - x)² alone. Where an instrument does not know it, p/P stands in: the share of water vapour,
some 2 % of x, changes f by less than 1e-7 of its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.seawater_co2 import (
    GAS_CONSTANT,
    STANDARD_ATMOSPHERE,
    ZERO_CELSIUS,
    cross_virial_coefficient,
    virial_coefficient,
)
from icos_ocean.temperature_correction import DEFAULT_METHOD, log_temperature_factor, log_temperature_factor_derivatives

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["PartialPressureChain", "partial_pressure_chain"]


@dataclass(frozen=True, kw_only=True)
class PartialPressureChain:
    """Every step, and partial derivatives of the last, each of the broadcast shape of the inputs.

    Attributes
    ----------
    fco2_instrument : ndarray
        Fugacity at the temperature of the instrument, µatm.
    pco2_sst, fco2_sst : ndarray
        Partial pressure and fugacity at sea-surface temperature, µatm.
    by_pco2 : ndarray
        Derivative of `fco2_sst` by pCO2 at the temperature of the instrument, µatm µatm⁻¹.
    by_pressure : ndarray
        µatm hPa⁻¹; through the fugacity coefficient alone.
    by_temperature, by_sst : ndarray
        µatm °C⁻¹; by the temperature of the instrument at constant pCO2 there.
    by_salinity : ndarray
        µatm per unit of practical salinity.
    by_coefficient : ndarray
        µatm per unit of the coefficient of the temperature correction.
    """

    fco2_instrument: FloatArray
    pco2_sst: FloatArray
    fco2_sst: FloatArray
    by_pco2: FloatArray
    by_pressure: FloatArray
    by_temperature: FloatArray
    by_sst: FloatArray
    by_salinity: FloatArray
    by_coefficient: FloatArray


def partial_pressure_chain(
    pco2: ArrayLike,
    pressure: ArrayLike,
    temperature: ArrayLike,
    sst: ArrayLike,
    *,
    xco2: ArrayLike | None = None,
    salinity: ArrayLike | None = None,
    method: str = DEFAULT_METHOD,
    coefficient: float | None = None,
    gas_constant: float = GAS_CONSTANT,
) -> PartialPressureChain:
    """Compute the fugacity at sea-surface temperature.

    Parameters
    ----------
    pco2 : array_like
        Partial pressure of CO2 in wet gas at the temperature of the instrument, µatm.
    pressure : array_like
        Total pressure of that gas, hPa.
    temperature, sst : array_like
        Temperature of the water at the instrument and in situ, °C.
    xco2 : array_like, optional
        Mole fraction in the dry gas, µmol mol⁻¹; default: `pco2` over `pressure`.
    salinity : array_like, optional
        Practical salinity; needed by `humphreys-2024-parametrised` only.
    method, coefficient
        Temperature correction, see `icos_ocean.temperature_correction`.
    gas_constant : float
        Molar gas constant, cm³ atm mol⁻¹ K⁻¹.

    Returns
    -------
    PartialPressureChain
        Steps and derivatives.

    Raises
    ------
    ValueError
        If `method` is unknown, lacks salinity, or takes no coefficient but one is given.

    References
    ----------
    Weiss, R. F. (1974), Mar. Chem. 2, 203-215, doi:10.1016/0304-4203(74)90015-2.
    Dickson, A. G., Sabine, C. L. and Christian, J. R. (2007), PICES Special Publication 3, SOP 24.
    """
    p, P, t, s = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (pco2, pressure, temperature, sst)))
    P = P / STANDARD_ATMOSPHERE
    T = t + ZERO_CELSIUS
    derived = xco2 is None
    with np.errstate(divide="ignore", invalid="ignore"):
        x = p / P if xco2 is None else np.broadcast_to(np.asarray(xco2, dtype=np.float64), p.shape)
    rest = 1.0 - x * 1e-6
    cross = cross_virial_coefficient(t)
    scale = P / (gas_constant * T)
    bracket = virial_coefficient(t) + 2.0 * rest * rest * cross
    bracket_t = 12.0408 + T * (-2.0 * 0.0327957 + T * 3.0 * 3.16528e-5) - 2.0 * 0.118 * rest * rest
    exponent = bracket * scale
    # What the exponent gains where x grows by its own size: x follows p/P where it is not known otherwise.
    by_ln_x = -4e-6 * x * rest * cross * scale if derived else np.zeros_like(x)

    phi = np.exp(exponent)
    at_instrument = p * phi
    keywords = {"method": method, "salinity": salinity, "fco2": at_instrument, "coefficient": coefficient}
    factor = np.exp(log_temperature_factor(s, t, **keywords))  # type: ignore[arg-type]  # one dict for both calls
    by = log_temperature_factor_derivatives(s, t, **keywords)  # type: ignore[arg-type]  # see above
    fco2 = at_instrument * factor
    # What changes the fugacity at the instrument acts once directly and once through the factor that depends on it.
    feedback = 1.0 + at_instrument * by.fco2
    return PartialPressureChain(
        fco2_instrument=at_instrument,
        pco2_sst=p * factor,
        fco2_sst=fco2,
        by_pco2=phi * factor * feedback * (1.0 + by_ln_x),
        by_pressure=fco2 * feedback * (exponent - by_ln_x) / P / STANDARD_ATMOSPHERE,
        by_temperature=fco2 * (feedback * (bracket_t * scale - exponent / T) + by.equilibrator_temperature),
        by_sst=fco2 * by.sst,
        by_salinity=fco2 * by.salinity,
        by_coefficient=fco2 * by.coefficient,
    )
