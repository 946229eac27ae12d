"""Carbon dioxide over sea water: from a dry mole fraction to the fugacity at sea-surface temperature.

Pressure is in hPa, temperature in °C (ITS-90), salinity on the practical scale (PSS-78), mole fractions in µmol mol⁻¹ of dry
air, partial pressure and fugacity in µatm. Every function takes scalars or arrays that broadcast and returns float64; NaN in, NaN out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.temperature_correction import DEFAULT_METHOD, temperature_factor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "GAS_CONSTANT",
    "GAS_CONSTANT_SOCAT",
    "STANDARD_ATMOSPHERE",
    "ZERO_CELSIUS",
    "FCO2Chain",
    "cross_virial_coefficient",
    "dry_mole_fraction",
    "fco2_at_sst",
    "fco2_chain",
    "fugacity",
    "fugacity_coefficient",
    "pco2_from_xco2",
    "virial_coefficient",
    "water_vapour_pressure",
]

GAS_CONSTANT = 82.0575
"""Molar gas constant of Weiss (1974) and Dickson et al. (2007), cm³ atm mol⁻¹ K⁻¹."""

GAS_CONSTANT_SOCAT = 82.057
"""The same constant as the Surface Ocean CO2 Atlas rounds it; needed only to repeat its numbers."""

STANDARD_ATMOSPHERE = 1013.25
"""hPa in one standard atmosphere."""

ZERO_CELSIUS = 273.15
"""0 °C in K."""

# One block of every array of the chain fits into the second-level cache of common processors.
_BLOCK = 8192


@dataclass(frozen=True, kw_only=True)
class FCO2Chain:
    """Every step from the equilibrator to the sea surface, each of the broadcast shape of the inputs.

    Attributes
    ----------
    water_vapour_pressure : ndarray
        Saturation pressure of water over sea water at equilibrator temperature [atm].
    pco2_equilibrator, fco2_equilibrator : ndarray
        Partial pressure and fugacity in wet air at equilibrator temperature and pressure [µatm].
    pco2_sst, fco2_sst : ndarray
        The same at sea-surface temperature [µatm].
    """

    water_vapour_pressure: FloatArray
    pco2_equilibrator: FloatArray
    fco2_equilibrator: FloatArray
    pco2_sst: FloatArray
    fco2_sst: FloatArray


def water_vapour_pressure(temperature: ArrayLike, salinity: ArrayLike) -> FloatArray:
    """Saturation vapour pressure of water over sea water.

    Parameters
    ----------
    temperature : array_like
        Water temperature, °C.
    salinity : array_like
        Practical salinity.

    Returns
    -------
    ndarray
        Vapour pressure, atm.

    Notes
    -----
    With T in K: ``ln pH2O = 24.4543 - 67.4509 (100/T) - 4.8489 ln(T/100) - 0.000544 S``.

    References
    ----------
    Weiss, R. F. and Price, B. A. (1980), Mar. Chem. 8, 347-359, equation 10, doi:10.1016/0304-4203(80)90024-9.
    """
    hundredths = (np.asarray(temperature, dtype=np.float64) + ZERO_CELSIUS) / 100.0
    vapour: FloatArray = np.exp(
        24.4543 - 67.4509 / hundredths - 4.8489 * np.log(hundredths) - 0.000544 * np.asarray(salinity, dtype=np.float64)
    )
    return vapour


def pco2_from_xco2(xco2: ArrayLike, pressure: ArrayLike, temperature: ArrayLike, salinity: ArrayLike) -> FloatArray:
    """Partial pressure of CO2 in air saturated with water vapour.

    In an equilibrator `temperature` is that of the equilibrator; for air over the sea it is the sea-surface temperature.

    Parameters
    ----------
    xco2 : array_like
        Mole fraction in dry air, µmol mol⁻¹.
    pressure : array_like
        Total pressure of the wet air, hPa.
    temperature : array_like
        Temperature of the water that the air is in equilibrium with, °C.
    salinity : array_like
        Practical salinity.

    Returns
    -------
    ndarray
        pCO2, µatm.

    Notes
    -----
    ``pCO2 = x (P - pH2O)``.

    References
    ----------
    Dickson, A. G., Sabine, C. L. and Christian, J. R. (2007), Guide to best practices for ocean CO2 measurements, PICES Special
    Publication 3, SOP 5.
    """
    total = np.asarray(pressure, dtype=np.float64) / STANDARD_ATMOSPHERE
    return np.asarray(xco2, dtype=np.float64) * (total - water_vapour_pressure(temperature, salinity))


def virial_coefficient(temperature: ArrayLike) -> FloatArray:
    """Second virial coefficient B of pure CO2.

    Parameters
    ----------
    temperature : array_like
        Temperature, °C.

    Returns
    -------
    ndarray
        B, cm³ mol⁻¹.

    Notes
    -----
    With T in K: ``B = -1636.75 + 12.0408 T - 3.27957e-2 T² + 3.16528e-5 T³``.

    References
    ----------
    Weiss, R. F. (1974), Mar. Chem. 2, 203-215, doi:10.1016/0304-4203(74)90015-2.
    """
    T = np.asarray(temperature, dtype=np.float64) + ZERO_CELSIUS
    return -1636.75 + T * (12.0408 + T * (-0.0327957 + T * 3.16528e-5))


def cross_virial_coefficient(temperature: ArrayLike) -> FloatArray:
    """Cross virial coefficient delta of CO2 in air.

    Parameters
    ----------
    temperature : array_like
        Temperature, °C.

    Returns
    -------
    ndarray
        delta, cm³ mol⁻¹: ``57.7 - 0.118 T`` with T in K.

    References
    ----------
    Weiss, R. F. (1974), Mar. Chem. 2, 203-215, doi:10.1016/0304-4203(74)90015-2.
    """
    return 57.7 - 0.118 * (np.asarray(temperature, dtype=np.float64) + ZERO_CELSIUS)


def fugacity_coefficient(xco2: ArrayLike, pressure: ArrayLike, temperature: ArrayLike, gas_constant: float = GAS_CONSTANT) -> FloatArray:
    """Ratio of fugacity to partial pressure of CO2 in air.

    Parameters
    ----------
    xco2 : array_like
        Mole fraction in dry air, µmol mol⁻¹.
    pressure : array_like
        Total pressure, hPa.
    temperature : array_like
        Temperature, °C.
    gas_constant : float
        Molar gas constant, cm³ atm mol⁻¹ K⁻¹.

    Returns
    -------
    ndarray
        f/p, dimensionless, a little less than 1.

    Notes
    -----
    ``ln(f/p) = (B + 2 (1 - x)² delta) P / (R T)``, with x as a fraction, P in atm, T in K, B and delta of Weiss (1974).

    References
    ----------
    Weiss, R. F. (1974), Mar. Chem. 2, 203-215, doi:10.1016/0304-4203(74)90015-2.
    Dickson, A. G., Sabine, C. L. and Christian, J. R. (2007), PICES Special Publication 3, SOP 24.
    """
    T = np.asarray(temperature, dtype=np.float64) + ZERO_CELSIUS
    rest = 1.0 - np.asarray(xco2, dtype=np.float64) * 1e-6
    exponent = virial_coefficient(temperature) + 2.0 * rest * rest * cross_virial_coefficient(temperature)
    coefficient: FloatArray = np.exp(exponent * (np.asarray(pressure, dtype=np.float64) / STANDARD_ATMOSPHERE) / (gas_constant * T))
    return coefficient


def fugacity(
    pco2: ArrayLike,
    xco2: ArrayLike,
    pressure: ArrayLike,
    temperature: ArrayLike,
    gas_constant: float = GAS_CONSTANT,
) -> FloatArray:
    """Fugacity of CO2 from its partial pressure.

    Parameters
    ----------
    pco2 : array_like
        Partial pressure in wet air, µatm.
    xco2 : array_like
        Mole fraction in dry air, µmol mol⁻¹.
    pressure : array_like
        Total pressure, hPa.
    temperature : array_like
        Temperature, °C.
    gas_constant : float
        Molar gas constant, cm³ atm mol⁻¹ K⁻¹.

    Returns
    -------
    ndarray
        fCO2, µatm.

    References
    ----------
    Weiss, R. F. (1974), Mar. Chem. 2, 203-215, doi:10.1016/0304-4203(74)90015-2.
    """
    return np.asarray(pco2, dtype=np.float64) * fugacity_coefficient(xco2, pressure, temperature, gas_constant)


def dry_mole_fraction(wet: ArrayLike, water_vapour: ArrayLike) -> FloatArray:
    """Mole fraction in dry air from that in moist air.

    Parameters
    ----------
    wet : array_like
        Mole fraction in moist air, any unit.
    water_vapour : array_like
        Mole fraction of water vapour in the same moist air, mmol mol⁻¹.

    Returns
    -------
    ndarray
        Mole fraction in dry air, unit of `wet`: ``x / (1 - h/1000)``; NaN where `water_vapour` is not below 1000.
    """
    share = 1.0 - np.asarray(water_vapour, dtype=np.float64) / 1000.0
    return np.asarray(wet, dtype=np.float64) / np.where(share > 0.0, share, np.nan)


def fco2_chain(
    xco2: ArrayLike,
    pressure: ArrayLike,
    equilibrator_temperature: ArrayLike,
    salinity: ArrayLike,
    sst: ArrayLike,
    *,
    method: str = DEFAULT_METHOD,
    coefficient: float | None = None,
    gas_constant: float = GAS_CONSTANT,
) -> FCO2Chain:
    """All steps from the dry mole fraction in an equilibrator to the fugacity at sea-surface temperature.

    Parameters
    ----------
    xco2 : array_like
        Calibrated mole fraction in dry air, µmol mol⁻¹.
    pressure : array_like
        Absolute pressure in the equilibrator, hPa.
    equilibrator_temperature : array_like
        Temperature of the water in the equilibrator, °C.
    salinity : array_like
        Practical salinity.
    sst : array_like
        Sea-surface (intake) temperature, °C.
    method : str
        Key of the temperature correction, see `icos_ocean.temperature_correction`.
    coefficient : float, optional
        Replaces the coefficient of the method.
    gas_constant : float
        Molar gas constant in the fugacity, cm³ atm mol⁻¹ K⁻¹.

    Returns
    -------
    FCO2Chain
        Every step.

    Raises
    ------
    ValueError
        If `method` is unknown or takes no coefficient but one is given.

    Notes
    -----
    The fugacity is formed at the temperature of the equilibrator and then corrected, as the Surface Ocean CO2 Atlas does.
    Correcting the partial pressure first and forming the fugacity at sea-surface temperature, as Pierrot et al. (2009) print it,
    gives about 0.006 µatm less.

    References
    ----------
    Pierrot, D. et al. (2009), Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
    Pfeil, B. et al. (2013), Earth Syst. Sci. Data 5, 125-143, doi:10.5194/essd-5-125-2013.
    """
    x, P, t, S, s = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (xco2, pressure, equilibrator_temperature, salinity, sst))
    )
    shape = x.shape
    x, P, t, S, s = (v.reshape(-1) for v in (x, P, t, S, s))
    steps = np.empty((5, x.size))
    for start in range(0, x.size, _BLOCK):
        cut = slice(start, start + _BLOCK)
        vapour, pco2, fco2, pco2_sst, fco2_sst = steps[:, cut]
        vapour[:] = water_vapour_pressure(t[cut], S[cut])
        np.multiply(x[cut], P[cut] / STANDARD_ATMOSPHERE - vapour, out=pco2)
        np.multiply(pco2, fugacity_coefficient(x[cut], P[cut], t[cut], gas_constant), out=fco2)
        factor = temperature_factor(s[cut], t[cut], method=method, salinity=S[cut], fco2=fco2, coefficient=coefficient)
        np.multiply(pco2, factor, out=pco2_sst)
        np.multiply(fco2, factor, out=fco2_sst)
    vapour, pco2, fco2, pco2_sst, fco2_sst = (step.reshape(shape) for step in steps)
    return FCO2Chain(
        water_vapour_pressure=vapour,
        pco2_equilibrator=pco2,
        fco2_equilibrator=fco2,
        pco2_sst=pco2_sst,
        fco2_sst=fco2_sst,
    )


def fco2_at_sst(
    xco2: ArrayLike,
    pressure: ArrayLike,
    equilibrator_temperature: ArrayLike,
    salinity: ArrayLike,
    sst: ArrayLike,
    *,
    method: str = DEFAULT_METHOD,
    coefficient: float | None = None,
    gas_constant: float = GAS_CONSTANT,
) -> FloatArray:
    """Fugacity of CO2 at sea-surface temperature from the dry mole fraction in an equilibrator.

    The last step of `fco2_chain`, which describes parameters, errors and sources.

    Returns
    -------
    ndarray
        fCO2 at `sst`, µatm, of the broadcast shape of the inputs.
    """
    return fco2_chain(
        xco2,
        pressure,
        equilibrator_temperature,
        salinity,
        sst,
        method=method,
        coefficient=coefficient,
        gas_constant=gas_constant,
    ).fco2_sst
