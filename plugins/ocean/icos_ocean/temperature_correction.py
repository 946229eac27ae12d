"""Correction of fCO2 from the temperature of the equilibrator to that of the sea surface.

Each method gives ``ln F`` with ``fCO2(SST) = F fCO2(Teq)``. The same factor serves for pCO2. Temperatures are in °C.

========================== =============================================================================================
key                        ln F
========================== =============================================================================================
takahashi-1993             ``c (SST - Teq)``, c = 0.0423 °C⁻¹ (default; that of the Surface Ocean CO2 Atlas)
takahashi-2009             ``c (SST - Teq) - 4.35e-5 (SST² - Teq²)``, c = 0.0433 °C⁻¹
wanninkhof-2022            ``c (SST - Teq)``, c = 0.0413 °C⁻¹
humphreys-2024-fit         ``(b/R) (1/Teq - 1/SST)`` with temperatures in K, b = 28995 J mol⁻¹ (fitted to Takahashi 1993)
humphreys-2024-enthalpy    the same, b = 25288 J mol⁻¹ (standard enthalpies of reaction)
humphreys-2024-parametrised the same, b a quadratic function of Teq, salinity and fCO2 in the equilibrator
========================== =============================================================================================

The **standard uncertainties of the coefficients are assumptions**, to be replaced by whoever knows better. For the empirical
methods it is 0.001 °C⁻¹, the distance between the three published coefficients; for the van 't Hoff forms 700 J mol⁻¹, which
is the same 0.001 °C⁻¹ at 15 °C. The pure enthalpy leaves out the response of the carbonate speciation: the distance to the fitted
value is taken as the half-width of a rectangular distribution, 3707/√3 ≈ 2140 J mol⁻¹. The coefficient of `wanninkhof-2022`
was not compared with the original text and can be replaced like every other.

References
----------
Takahashi, T. et al. (1993), Global Biogeochem. Cycles 7, 843-878, doi:10.1029/93GB02263.
Takahashi, T. et al. (2009), Deep-Sea Res. II 56, 554-577, doi:10.1016/j.dsr2.2008.12.009.
Wanninkhof, R. et al. (2022), Mar. Chem. 247, 104178, doi:10.1016/j.marchem.2022.104178.
Humphreys, M. P. (2024), Ocean Sci. 20, 1325-1350, doi:10.5194/os-20-1325-2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "LogFactorDerivatives",
    "TemperatureCorrection",
    "humphreys_2024_bh",
    "log_temperature_factor",
    "log_temperature_factor_derivatives",
    "temperature_factor",
]

_ZERO_CELSIUS = 273.15
_R_JOULE = 8.314462618  # J mol-1 K-1, CODATA 2018
_TAKAHASHI_2009_QUADRATIC = 4.35e-5  # °C-2

Form = Literal["exponential", "quadratic", "van-t-hoff", "van-t-hoff-parametrised"]


@dataclass(frozen=True, kw_only=True)
class TemperatureCorrection:
    """What distinguishes one method from the others.

    Attributes
    ----------
    form : str
        Shape of ln F.
    coefficient : float or None
        c in °C⁻¹ or b in J mol⁻¹; None where it is a function of temperature, salinity and fCO2.
    coefficient_uncertainty : float
        Standard uncertainty of the coefficient in the same unit; an assumption, see the module's text.
    """

    form: Form
    coefficient: float | None
    coefficient_uncertainty: float


METHODS: Mapping[str, TemperatureCorrection] = MappingProxyType(
    {
        "takahashi-1993": TemperatureCorrection(form="exponential", coefficient=0.0423, coefficient_uncertainty=0.001),
        "takahashi-2009": TemperatureCorrection(form="quadratic", coefficient=0.0433, coefficient_uncertainty=0.001),
        "wanninkhof-2022": TemperatureCorrection(form="exponential", coefficient=0.0413, coefficient_uncertainty=0.001),
        "humphreys-2024-fit": TemperatureCorrection(form="van-t-hoff", coefficient=28995.0, coefficient_uncertainty=700.0),
        "humphreys-2024-enthalpy": TemperatureCorrection(form="van-t-hoff", coefficient=25288.0, coefficient_uncertainty=2140.0),
        "humphreys-2024-parametrised": TemperatureCorrection(
            form="van-t-hoff-parametrised", coefficient=None, coefficient_uncertainty=700.0
        ),
    }
)
"""The methods by the key that a station description uses."""

DEFAULT_METHOD = "takahashi-1993"


@dataclass(frozen=True, kw_only=True)
class LogFactorDerivatives:
    """Partial derivatives of ln F.

    Attributes
    ----------
    sst, equilibrator_temperature : ndarray
        With respect to the two temperatures, °C⁻¹.
    salinity : ndarray
        With respect to salinity.
    fco2 : ndarray
        With respect to the fugacity in the equilibrator, µatm⁻¹.
    coefficient : ndarray
        With respect to the coefficient of the method, °C or mol J⁻¹.
    """

    sst: FloatArray
    equilibrator_temperature: FloatArray
    salinity: FloatArray
    fco2: FloatArray
    coefficient: FloatArray


def humphreys_2024_bh(temperature: ArrayLike, salinity: ArrayLike, fco2: ArrayLike) -> FloatArray:
    """Coefficient b of the van 't Hoff form as a function of the state of the water.

    Parameters
    ----------
    temperature : array_like
        Temperature, °C.
    salinity : array_like
        Practical salinity.
    fco2 : array_like
        Fugacity of CO2 at `temperature`, µatm.

    Returns
    -------
    ndarray
        b, J mol⁻¹.

    References
    ----------
    Humphreys, M. P. (2024), Ocean Sci. 20, 1325-1350, doi:10.5194/os-20-1325-2024.
    """
    t, S, f = (np.asarray(v, dtype=np.float64) for v in (temperature, salinity, fco2))
    return (
        31318.4463
        + t * (139.487529 - 1.21087624 * t - 3.02071783 * S + 0.166972942 * f)
        + S * (-4.22484243 - 0.652212406 * S + 0.309654019 * f)
        + f * (-16.9522191 - 5.47585838e-4 * f)
    )


def temperature_factor(
    sst: ArrayLike,
    equilibrator_temperature: ArrayLike,
    *,
    method: str = DEFAULT_METHOD,
    salinity: ArrayLike | None = None,
    fco2: ArrayLike | None = None,
    coefficient: float | None = None,
) -> FloatArray:
    """Factor from fCO2 (or pCO2) at equilibrator temperature to that at sea-surface temperature.

    Parameters, errors and formulas are those of `log_temperature_factor`.

    Returns
    -------
    ndarray
        F, dimensionless.
    """
    factor: FloatArray = np.exp(
        log_temperature_factor(sst, equilibrator_temperature, method=method, salinity=salinity, fco2=fco2, coefficient=coefficient)
    )
    return factor


def log_temperature_factor(
    sst: ArrayLike,
    equilibrator_temperature: ArrayLike,
    *,
    method: str = DEFAULT_METHOD,
    salinity: ArrayLike | None = None,
    fco2: ArrayLike | None = None,
    coefficient: float | None = None,
) -> FloatArray:
    """Natural logarithm of the temperature factor.

    Parameters
    ----------
    sst : array_like
        Sea-surface (intake) temperature, °C.
    equilibrator_temperature : array_like
        Temperature of the water in the equilibrator, °C.
    method : str
        A key of `METHODS`.
    salinity : array_like, optional
        Practical salinity; needed by `humphreys-2024-parametrised` only.
    fco2 : array_like, optional
        Fugacity of CO2 at equilibrator temperature, µatm; needed by `humphreys-2024-parametrised` only.
    coefficient : float, optional
        Replaces the coefficient of the method, °C⁻¹ or J mol⁻¹.

    Returns
    -------
    ndarray
        ln F, dimensionless, of the broadcast shape of the inputs.

    Raises
    ------
    ValueError
        If `method` is unknown, if it needs salinity and fCO2 that are not given, or if it takes no coefficient but one is given.
    """
    correction, value = _choose(method, coefficient)
    s, t = (np.asarray(v, dtype=np.float64) for v in (sst, equilibrator_temperature))
    if correction.form == "exponential":
        return value * (s - t)
    if correction.form == "quadratic":
        return (s - t) * (value - _TAKAHASHI_2009_QUADRATIC * (s + t))
    if correction.form == "van-t-hoff":
        return value * _inverse_temperature_difference(s, t)
    return humphreys_2024_bh(t, *_state(method, salinity, fco2)) * _inverse_temperature_difference(s, t)


def log_temperature_factor_derivatives(
    sst: ArrayLike,
    equilibrator_temperature: ArrayLike,
    *,
    method: str = DEFAULT_METHOD,
    salinity: ArrayLike | None = None,
    fco2: ArrayLike | None = None,
    coefficient: float | None = None,
) -> LogFactorDerivatives:
    """Analytic partial derivatives of ln F.

    Multiplied by fCO2 at sea-surface temperature and by the standard uncertainty of the argument they are the terms of a first-order
    uncertainty; `coefficient` times `METHODS[method].coefficient_uncertainty` is the relative uncertainty due to the method.
    Parameters and errors are those of `log_temperature_factor`.

    Returns
    -------
    LogFactorDerivatives
        Each of the broadcast shape of the temperatures (and, for the parametrised method, of salinity and fCO2).
    """
    correction, value = _choose(method, coefficient)
    s, t = np.broadcast_arrays(np.asarray(sst, dtype=np.float64), np.asarray(equilibrator_temperature, dtype=np.float64))
    zero = np.zeros_like(s)
    if correction.form == "exponential":
        constant = np.full_like(s, value)
        return LogFactorDerivatives(sst=constant, equilibrator_temperature=-constant, salinity=zero, fco2=zero, coefficient=s - t)
    if correction.form == "quadratic":
        return LogFactorDerivatives(
            sst=value - 2.0 * _TAKAHASHI_2009_QUADRATIC * s,
            equilibrator_temperature=2.0 * _TAKAHASHI_2009_QUADRATIC * t - value,
            salinity=zero,
            fco2=zero,
            coefficient=s - t,
        )
    difference = _inverse_temperature_difference(s, t)
    per_sst = 1.0 / (_R_JOULE * (s + _ZERO_CELSIUS) ** 2)
    per_equilibrator = -1.0 / (_R_JOULE * (t + _ZERO_CELSIUS) ** 2)
    if correction.form == "van-t-hoff":
        return LogFactorDerivatives(
            sst=value * per_sst,
            equilibrator_temperature=value * per_equilibrator,
            salinity=zero,
            fco2=zero,
            coefficient=difference,
        )
    S, f = _state(method, salinity, fco2)
    b = humphreys_2024_bh(t, S, f)
    b_t = 139.487529 - 2.0 * 1.21087624 * t - 3.02071783 * S + 0.166972942 * f
    b_S = -4.22484243 - 2.0 * 0.652212406 * S - 3.02071783 * t + 0.309654019 * f
    b_f = -16.9522191 - 2.0 * 5.47585838e-4 * f + 0.166972942 * t + 0.309654019 * S
    return LogFactorDerivatives(
        sst=b * per_sst,
        equilibrator_temperature=b * per_equilibrator + b_t * difference,
        salinity=b_S * difference,
        fco2=b_f * difference,
        coefficient=difference,
    )


def _choose(method: str, coefficient: float | None) -> tuple[TemperatureCorrection, float]:
    """Return the method and the coefficient in force; 0 for the method that has none."""
    if method not in METHODS:
        raise ValueError(f"unknown temperature correction {method!r}, expected one of {', '.join(METHODS)}")
    correction = METHODS[method]
    if correction.coefficient is None:
        if coefficient is not None:
            raise ValueError(f"temperature correction {method!r} takes no coefficient: it is computed from the water's state")
        return correction, 0.0
    return correction, correction.coefficient if coefficient is None else coefficient


def _state(method: str, salinity: ArrayLike | None, fco2: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Return salinity and fCO2 as arrays, both of which the parametrised method needs."""
    if salinity is None or fco2 is None:
        raise ValueError(f"temperature correction {method!r} needs salinity and fco2 (at equilibrator temperature)")
    return np.asarray(salinity, dtype=np.float64), np.asarray(fco2, dtype=np.float64)


def _inverse_temperature_difference(sst: FloatArray, equilibrator_temperature: FloatArray) -> FloatArray:
    """Return (1/Teq - 1/SST)/R in mol J⁻¹, written so that close temperatures do not cancel."""
    t = equilibrator_temperature + _ZERO_CELSIUS
    s = sst + _ZERO_CELSIUS
    return (s - t) / (_R_JOULE * t * s)
