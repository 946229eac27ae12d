"""From the two signals of a HydroC's detector to the partial pressure of CO2 behind its membrane.

Pressure is in hPa, temperature in °C, mole fraction in µmol mol⁻¹ of moist gas, partial pressure in µatm. Every function takes scalars or
arrays that broadcast; NaN in, NaN out.

Notes
-----
With the signals I_raw and I_ref, their ratio Z in gas without CO2, the scale F and coefficients k of the calibration sheet::

    r = I_raw / I_ref
    S = F (1 - r/Z)
    g = (p0 / p_cell) (T_gas / T0),   p0 = 1013.25 hPa, T0 = 273.15 K
    x = g (k0 + k1 S + k2 S² + k3 S³)
    pCO2 = x p_membrane / p0

A correction of both signals for the temperature of the detector cancels in r/Z as long as that temperature is kept constant. T0 is 0 °C;
a program that is in use has 274.15 K there, which makes pCO2 0.36 % too small.

The polynomial of Fietzek et al. has k0 = 0, and g multiplies its result. The firmware of the instrument on RV Svea, as far as its own
numbers tell, computes ``x = k0 + k1 S g + k2 (S g)²``: there g multiplies the signal. `density` says which of the two it is.

References
----------
Fietzek, P., Fiedler, B., Steinhoff, T. and Körtzinger, A. (2014), In situ quality assessment of a novel underwater pCO2 sensor based
on membrane equilibration and NDIR spectrometry, J. Atmos. Oceanic Technol. 31, 181-196, doi:10.1175/JTECH-D-13-00083.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, ZERO_CELSIUS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Density", "HydroCPartialPressure", "Polynomial", "hydroc_partial_pressure", "processed_signal", "signal_ratio"]

Density = Literal["result", "signal"]
"""What the density of the gas multiplies: the result of the polynomial, or the signal before it."""


@dataclass(frozen=True)
class Polynomial:
    """Coefficients k0 … k3 of a calibration, each a number or an array along the rows."""

    k0: ArrayLike
    k1: ArrayLike
    k2: ArrayLike
    k3: ArrayLike

    def __call__(self, signal: ArrayLike) -> FloatArray:
        """Return the value at a signal."""
        k0, k1, k2, k3 = (np.asarray(k, dtype=np.float64) for k in (self.k0, self.k1, self.k2, self.k3))
        S = np.asarray(signal, dtype=np.float64)
        value: FloatArray = k0 + S * (k1 + S * (k2 + S * k3))
        return value

    def slope(self, signal: ArrayLike) -> FloatArray:
        """Return the derivative at a signal."""
        k1, k2, k3 = (np.asarray(k, dtype=np.float64) for k in (self.k1, self.k2, self.k3))
        S = np.asarray(signal, dtype=np.float64)
        value: FloatArray = k1 + S * (2.0 * k2 + S * 3.0 * k3)
        return value

    def towards(self, other: Polynomial, share: ArrayLike) -> Polynomial:
        """Return the polynomial a share of the way from this one (0) to another (1)."""
        f = np.asarray(share, dtype=np.float64)
        pairs = ((np.asarray(getattr(self, k)), np.asarray(getattr(other, k))) for k in ("k0", "k1", "k2", "k3"))
        return Polynomial(*(one + f * (end - one) for one, end in pairs))


@dataclass(frozen=True, kw_only=True)
class HydroCPartialPressure:
    """Mole fraction and partial pressure, and derivatives of the latter, each of the broadcast shape of the inputs.

    Attributes
    ----------
    signal : ndarray
        Processed signal S.
    xco2 : ndarray
        Mole fraction in moist gas, µmol mol⁻¹.
    pco2 : ndarray
        µatm.
    by_ratio, by_zero_ratio : ndarray
        µatm per unit of r and of Z.
    by_polynomial : ndarray
        µatm per µmol mol⁻¹ that the polynomial is off.
    by_cell_pressure, by_membrane_pressure : ndarray
        µatm hPa⁻¹.
    by_gas_temperature : ndarray
        µatm °C⁻¹.
    """

    signal: FloatArray
    xco2: FloatArray
    pco2: FloatArray
    by_ratio: FloatArray
    by_zero_ratio: FloatArray
    by_polynomial: FloatArray
    by_cell_pressure: FloatArray
    by_membrane_pressure: FloatArray
    by_gas_temperature: FloatArray


def signal_ratio(raw: ArrayLike, reference: ArrayLike) -> FloatArray:
    """Return the ratio of the two signals, NaN where either is not above 0."""
    one, other = np.asarray(raw, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    lit = (one > 0.0) & (other > 0.0)
    return np.where(lit, one, np.nan) / np.where(lit, other, 1.0)


def processed_signal(ratio: ArrayLike, zero_ratio: ArrayLike, scale: ArrayLike) -> FloatArray:
    """Return the processed signal ``F (1 - r/Z)``: 0 in gas without CO2, growing with absorption.

    Parameters
    ----------
    ratio, zero_ratio : array_like
        Ratio of the signals in the gas and in gas without CO2.
    scale : array_like
        F of the calibration sheet.
    """
    r, Z, F = (np.asarray(each, dtype=np.float64) for each in (ratio, zero_ratio, scale))
    signal: FloatArray = F * (1.0 - r / Z)
    return signal


def hydroc_partial_pressure(
    ratio: ArrayLike,
    zero_ratio: ArrayLike,
    scale: ArrayLike,
    polynomial: Polynomial,
    cell_pressure: ArrayLike,
    gas_temperature: ArrayLike,
    membrane_pressure: ArrayLike,
    *,
    density: Density = "result",
) -> HydroCPartialPressure:
    """Compute the partial pressure of CO2 and its derivatives.

    Parameters
    ----------
    ratio, zero_ratio, scale : array_like
        As in :func:`processed_signal`.
    polynomial : Polynomial
        Mole fraction [µmol mol⁻¹] of the processed signal at 1013.25 hPa and 0 °C.
    cell_pressure : array_like
        Pressure in the optical cell, hPa.
    gas_temperature : array_like
        Temperature of the gas there, °C.
    membrane_pressure : array_like
        Pressure of the gas behind the membrane, hPa.
    density : {"result", "signal"}
        What the density of the gas multiplies.
    """
    r, Z, F, P, t, membrane = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (ratio, zero_ratio, scale, cell_pressure, gas_temperature, membrane_pressure))
    )
    T = t + ZERO_CELSIUS
    S = processed_signal(r, Z, F)
    g = STANDARD_ATMOSPHERE / P * (T / ZERO_CELSIUS)
    if density == "result":
        x = g * polynomial(S)
        by_signal, by_ln_density, by_polynomial = g * polynomial.slope(S), x, g
    else:
        u = S * g
        slope = polynomial.slope(u)
        x = polynomial(u)
        by_signal, by_ln_density, by_polynomial = g * slope, u * slope, np.ones_like(g)
    atmospheres = membrane / STANDARD_ATMOSPHERE
    return HydroCPartialPressure(
        signal=S,
        xco2=x,
        pco2=x * atmospheres,
        by_ratio=-atmospheres * by_signal * F / Z,
        by_zero_ratio=atmospheres * by_signal * F * r / (Z * Z),
        by_polynomial=atmospheres * by_polynomial,
        by_cell_pressure=-atmospheres * by_ln_density / P,
        by_membrane_pressure=x / STANDARD_ATMOSPHERE,
        by_gas_temperature=atmospheres * by_ln_density / T,
    )
