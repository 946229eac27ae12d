"""Standard uncertainty of fCO2 at sea-surface temperature by first-order propagation.

Pressure is in hPa, temperature in °C, mole fraction in µmol mol⁻¹, fugacity in µatm. Every uncertainty is a standard
uncertainty (k = 1).

Notes
-----
With x the dry mole fraction, w(t, S) the vapour pressure, V the exponent of the fugacity coefficient and F the temperature factor::

    ln f = ln x + ln(P - w(t, S)) + V(x, P, t) + ln F(SST, t, S, f_t)

where t is the temperature of the equilibrator and f_t the fugacity at that temperature. All partial derivatives are analytic and
complete: the vapour pressure depends on t and S, V on x, P and t, and the parametrised factor also on S and f_t.

References
----------
JCGM 100:2008, Evaluation of measurement data - Guide to the expression of uncertainty in measurement, doi:10.59161/JCGM100-2008E.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.seawater_co2 import (
    GAS_CONSTANT,
    STANDARD_ATMOSPHERE,
    ZERO_CELSIUS,
    cross_virial_coefficient,
    virial_coefficient,
    water_vapour_pressure,
)
from icos_ocean.temperature_correction import (
    DEFAULT_METHOD,
    METHODS,
    log_temperature_factor,
    log_temperature_factor_derivatives,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["OWN_TERMS", "FCO2Sensitivities", "FCO2Uncertainty", "FillingUncertainty", "fco2_sensitivities", "fco2_uncertainty"]

OWN_TERMS = ("temperature", "pressure", "salinity", "method", "filling")
"""Terms that arise after the calibration of the mole fraction; the terms of xCO2 keep the names that the caller gives them."""

_BLOCK = 8192


@dataclass(frozen=True, kw_only=True)
class FCO2Sensitivities:
    """Partial derivatives of fCO2 at sea-surface temperature, each of the broadcast shape of the inputs.

    Attributes
    ----------
    fco2 : ndarray
        fCO2 itself, µatm.
    xco2 : ndarray
        µatm per µmol mol⁻¹.
    pressure : ndarray
        µatm hPa⁻¹.
    equilibrator_temperature, sst : ndarray
        µatm °C⁻¹.
    salinity : ndarray
        µatm per unit of practical salinity.
    coefficient : ndarray
        µatm per unit of the coefficient of the temperature correction (°C⁻¹ or J mol⁻¹).
    """

    fco2: FloatArray
    xco2: FloatArray
    pressure: FloatArray
    equilibrator_temperature: FloatArray
    sst: FloatArray
    salinity: FloatArray
    coefficient: FloatArray

    def in_situ(self) -> FCO2Sensitivities:
        """Return the derivatives where one measured temperature stands for both: an error of it acts through both."""
        both = self.sst + self.equilibrator_temperature
        return replace(self, sst=both, equilibrator_temperature=np.zeros_like(both))


@dataclass(frozen=True, kw_only=True)
class FillingUncertainty:
    """What interpolation over gaps adds to the standard uncertainty of the inputs; independent of each other and of all other errors.

    Attributes
    ----------
    equilibrator_temperature, sst : array_like
        °C.
    salinity : array_like
        In units of practical salinity.
    pressure : array_like
        hPa.
    """

    equilibrator_temperature: ArrayLike = 0.0
    sst: ArrayLike = 0.0
    salinity: ArrayLike = 0.0
    pressure: ArrayLike = 0.0


@dataclass(frozen=True, kw_only=True)
class FCO2Uncertainty:
    """Standard uncertainty of fCO2.

    Attributes
    ----------
    terms : dict of str to ndarray
        Independent contributions, µatm, none negative: those of xCO2 under the caller's names, then `OWN_TERMS`.
    total : ndarray
        Root of the sum of their squares, µatm.
    """

    terms: dict[str, FloatArray]
    total: FloatArray


def fco2_sensitivities(
    xco2: ArrayLike,
    pressure: ArrayLike,
    equilibrator_temperature: ArrayLike,
    salinity: ArrayLike,
    sst: ArrayLike,
    *,
    method: str = DEFAULT_METHOD,
    coefficient: float | None = None,
    gas_constant: float = GAS_CONSTANT,
) -> FCO2Sensitivities:
    """Analytic partial derivatives of `icos_ocean.seawater_co2.fco2_at_sst`, whose parameters and errors are shared.

    Returns
    -------
    FCO2Sensitivities
        fCO2 and its derivatives.
    """
    x, P, t, S, s = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (xco2, pressure, equilibrator_temperature, salinity, sst))
    )
    P = P / STANDARD_ATMOSPHERE
    T = t + ZERO_CELSIUS
    vapour = water_vapour_pressure(t, S)
    vapour_t = vapour * (6745.09 / T - 4.8489) / T
    dry = P - vapour

    rest = 1.0 - x * 1e-6
    cross = 2.0 * rest * cross_virial_coefficient(t)
    scale = P / (gas_constant * T)
    bracket = virial_coefficient(t) + rest * cross
    bracket_t = 12.0408 + T * (-2.0 * 0.0327957 + T * 3.0 * 3.16528e-5) - 2.0 * 0.118 * rest * rest
    exponent = bracket * scale

    per_mole_fraction = dry * np.exp(exponent)
    fco2_equilibrator = x * per_mole_fraction
    factor = log_temperature_factor(s, t, method=method, salinity=S, fco2=fco2_equilibrator, coefficient=coefficient)
    by = log_temperature_factor_derivatives(s, t, method=method, salinity=S, fco2=fco2_equilibrator, coefficient=coefficient)
    per_mole_fraction *= np.exp(factor)
    fco2 = x * per_mole_fraction
    # What changes the fugacity in the equilibrator acts once directly and once through the factor that depends on it.
    feedback = 1.0 + fco2_equilibrator * by.fco2
    through = fco2 * feedback
    return FCO2Sensitivities(
        fco2=fco2,
        xco2=feedback * (per_mole_fraction - fco2 * 2e-6 * cross * scale),
        pressure=through * (1.0 / dry + exponent / P) / STANDARD_ATMOSPHERE,
        equilibrator_temperature=through * (-vapour_t / dry + bracket_t * scale - exponent / T) + fco2 * by.equilibrator_temperature,
        sst=fco2 * by.sst,
        salinity=through * 0.000544 * vapour / dry + fco2 * by.salinity,
        coefficient=fco2 * by.coefficient,
    )


def fco2_uncertainty(
    xco2: ArrayLike,
    pressure: ArrayLike,
    equilibrator_temperature: ArrayLike,
    salinity: ArrayLike,
    sst: ArrayLike,
    *,
    xco2_terms: Mapping[str, ArrayLike],
    pressure_uncertainty: ArrayLike,
    equilibrator_temperature_uncertainty: ArrayLike,
    sst_uncertainty: ArrayLike,
    salinity_uncertainty: ArrayLike,
    temperature_correlation: float = 0.0,
    coefficient_uncertainty: float | None = None,
    filling: FillingUncertainty | None = None,
    in_situ: bool = False,
    method: str = DEFAULT_METHOD,
    coefficient: float | None = None,
    gas_constant: float = GAS_CONSTANT,
) -> FCO2Uncertainty:
    """Terms of the standard uncertainty of fCO2 at sea-surface temperature.

    Parameters
    ----------
    xco2, pressure, equilibrator_temperature, salinity, sst : array_like
        As in `icos_ocean.seawater_co2.fco2_at_sst`.
    xco2_terms : mapping of str to array_like
        Independent terms of the standard uncertainty of `xco2`, µmol mol⁻¹ (standards, regression, interpolation, sample ...).
    pressure_uncertainty : array_like
        hPa.
    equilibrator_temperature_uncertainty, sst_uncertainty : array_like
        °C.
    salinity_uncertainty : array_like
        In units of practical salinity.
    temperature_correlation : float
        Coefficient of correlation of the two temperature errors, -1 ... 1: 0 for probes calibrated independently, near 1 for probes
        compared with the same reference, whose errors nearly cancel.
    coefficient_uncertainty : float, optional
        Standard uncertainty of the coefficient of the temperature correction, °C⁻¹ or J mol⁻¹; default is that of the method,
        which is an assumption (see `icos_ocean.temperature_correction`).
    filling : FillingUncertainty, optional
        Of inputs that were interpolated.
    in_situ : bool
        Whether sea-surface temperature stands for that of the equilibrator, too: the two errors are one, and what is given for the
        equilibrator is passed over.
    method, coefficient, gas_constant
        As in `icos_ocean.seawater_co2.fco2_at_sst`.

    Returns
    -------
    FCO2Uncertainty
        The terms by name and their total, each of the broadcast shape of the inputs.

    Raises
    ------
    ValueError
        If the correlation is outside -1 ... 1, a term of xCO2 has a name of `OWN_TERMS`, or as in `fco2_at_sst`.

    Notes
    -----
    With a and b the sensitivities to the two temperatures, u and v their uncertainties and r their correlation, the term
    ``temperature`` is ``√(a²u² + b²v² + 2 r a b u v)``, computed as ``√((a u + r b v)² + (1 - r²) b²v²)`` which cannot become
    the root of a negative number. ``filling`` is the root of the sum of the squares of its four parts. All other terms are
    ``|sensitivity| × uncertainty``.
    """
    filled = filling if filling is not None else FillingUncertainty()
    if not -1.0 <= temperature_correlation <= 1.0:
        raise ValueError(f"temperature_correlation must lie between -1 and 1, got {temperature_correlation}")
    taken = sorted(set(xco2_terms) & set(OWN_TERMS))
    if taken:
        raise ValueError(f"names of the terms of xCO2 must not be among {', '.join(OWN_TERMS)}, got {', '.join(taken)}")
    if method in METHODS and coefficient_uncertainty is None:
        coefficient_uncertainty = METHODS[method].coefficient_uncertainty
    names = (*xco2_terms, *OWN_TERMS)
    arguments = np.broadcast_arrays(
        *(
            np.asarray(v, dtype=np.float64)
            for v in (
                xco2,
                pressure,
                equilibrator_temperature,
                salinity,
                sst,
                equilibrator_temperature_uncertainty,
                sst_uncertainty,
                pressure_uncertainty,
                salinity_uncertainty,
                filled.equilibrator_temperature,
                filled.sst,
                filled.pressure,
                filled.salinity,
                *xco2_terms.values(),
            )
        )
    )
    shape = arguments[0].shape
    arguments = tuple(v.reshape(-1) for v in arguments)
    r = temperature_correlation
    terms = np.empty((len(names), arguments[0].size))
    total = np.empty(arguments[0].size)
    for start in range(0, total.size, _BLOCK):
        cut = slice(start, start + _BLOCK)
        x, P, t, S, s, u_t, u_s, u_P, u_S, f_t, f_s, f_P, f_S, *u_x = (v[cut] for v in arguments)
        by = fco2_sensitivities(x, P, t, S, s, method=method, coefficient=coefficient, gas_constant=gas_constant)
        by = by.in_situ() if in_situ else by
        block = terms[:, cut]
        for row, u in zip(block, u_x, strict=False):
            np.multiply(np.abs(by.xco2), u, out=row)
        temperature, by_pressure, by_salinity, by_method, by_filling = block[len(u_x) :]
        np.hypot(by.equilibrator_temperature * u_t + r * by.sst * u_s, np.sqrt(1.0 - r * r) * by.sst * u_s, out=temperature)
        np.multiply(np.abs(by.pressure), u_P, out=by_pressure)
        np.multiply(np.abs(by.salinity), u_S, out=by_salinity)
        np.multiply(np.abs(by.coefficient), coefficient_uncertainty or 0.0, out=by_method)
        parts = (by.equilibrator_temperature * f_t, by.sst * f_s, by.pressure * f_P, by.salinity * f_S)
        np.sqrt(np.sum(np.square(parts), axis=0), out=by_filling)
        np.sqrt(np.sum(np.square(block), axis=0), out=total[cut])
    return FCO2Uncertainty(terms={name: row.reshape(shape) for name, row in zip(names, terms, strict=True)}, total=total.reshape(shape))
