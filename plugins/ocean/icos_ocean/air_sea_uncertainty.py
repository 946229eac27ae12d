"""Standard uncertainty of fCO2 in air over the sea, and of the difference between fCO2 in sea water and in air.

Water and air share the standard gases, the drift of the analyser, the sea-surface thermometer and the salinometer, at times the barometer:
what they share cancels in the difference or adds up, as the signs of the sensitivities have it. Units are those of
`icos_ocean.fco2_uncertainty`.

Notes
-----
For air the vapour pressure is that over the sea surface: its derivative with respect to sea-surface temperature is the sum of those with
respect to both temperatures in `icos_ocean.fco2_uncertainty`, for the correction between the two is 1 there and its derivatives cancel.

With a and b the sensitivities of fCO2 in water and in air to an error that both have, u its standard uncertainty, the difference has
``(a - b)² u²``; to two errors of covariance c, ``a² u² + b² v² - 2 a b c``.

References
----------
JCGM 102:2011, Evaluation of measurement data - Extension to any number of output quantities, doi:10.59161/JCGM102-2011.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.fco2_uncertainty import FCO2Uncertainty, FillingUncertainty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from icos_ocean.fco2_uncertainty import FCO2Sensitivities

    FloatArray = NDArray[np.float64]

__all__ = ["InputUncertainty", "MoleFractionVariance", "air_fco2_uncertainty", "delta_fco2_uncertainty"]


@dataclass(frozen=True, kw_only=True)
class MoleFractionVariance:
    """Variances of the mole fractions of CO2 in water and in air and their covariance, (µmol mol⁻¹)²."""

    water: ArrayLike
    air: ArrayLike
    covariance: ArrayLike


@dataclass(frozen=True, kw_only=True)
class InputUncertainty:
    """Standard uncertainties of what fCO2 in water and in air are computed from, each a number or an array.

    Attributes
    ----------
    equilibrator_temperature, sst
        °C.
    temperature_correlation
        Of the errors of the two.
    salinity
        In units of practical salinity.
    pressure, sea_level_pressure
        In the equilibrator and of air at sea level, hPa.
    same_barometer
        Where both pressures rest on one sensor: the smaller of the two uncertainties is then common to both.
    coefficient
        Of the coefficient of the temperature correction, °C⁻¹ or J mol⁻¹.
    filling
        Of inputs of fCO2 in water that were interpolated.
    sea_level_pressure_filling
        Of the air pressure where it was interpolated, hPa.
    """

    equilibrator_temperature: ArrayLike
    sst: ArrayLike
    salinity: ArrayLike
    pressure: ArrayLike
    sea_level_pressure: ArrayLike
    coefficient: ArrayLike
    temperature_correlation: float = 0.0
    same_barometer: ArrayLike = False
    filling: FillingUncertainty = field(default_factory=FillingUncertainty)
    sea_level_pressure_filling: ArrayLike = 0.0


def air_fco2_uncertainty(air: FCO2Sensitivities, xco2_variance: ArrayLike, inputs: InputUncertainty) -> FloatArray:
    """Return the standard uncertainty of fCO2 in air, µatm.

    Parameters
    ----------
    air : FCO2Sensitivities
        At sea-level pressure, with sea-surface temperature in place of both temperatures.
    xco2_variance : array_like
        Of the mole fraction in air, (µmol mol⁻¹)².
    inputs : InputUncertainty
        Of the other inputs; those that air does not have are passed over.
    """
    variance: FloatArray = np.square(air.xco2) * np.asarray(xco2_variance)
    variance += np.square(_by_sst(air)) * _sum_of_squares(inputs.sst, inputs.filling.sst)
    variance += np.square(air.pressure) * _sum_of_squares(inputs.sea_level_pressure, inputs.sea_level_pressure_filling)
    variance += np.square(air.salinity) * _sum_of_squares(inputs.salinity, inputs.filling.salinity)
    return np.sqrt(variance)


def delta_fco2_uncertainty(
    water: FCO2Sensitivities, air: FCO2Sensitivities, xco2: Mapping[str, MoleFractionVariance], inputs: InputUncertainty
) -> FCO2Uncertainty:
    """Return the terms of the standard uncertainty of fCO2 in water minus fCO2 in air, µatm.

    Parameters
    ----------
    water : FCO2Sensitivities
        Of fCO2 at sea-surface temperature.
    air : FCO2Sensitivities
        At sea-level pressure, with sea-surface temperature in place of both temperatures.
    xco2 : mapping of str to MoleFractionVariance
        Independent terms of the variance of the two mole fractions.
    inputs : InputUncertainty
        Of the other inputs.

    Returns
    -------
    FCO2Uncertainty
        The terms by name, those of `xco2` first, and their total.

    Notes
    -----
    What water and air have in common enters each term with the difference of the two sensitivities, or with the covariance of the two
    errors: the terms are independent of each other, and their squares add up to that of the total.
    """
    r = inputs.temperature_correlation
    by_sst = water.sst - _by_sst(air)
    by_salinity = water.salinity - air.salinity
    of_equilibrator = water.equilibrator_temperature * np.asarray(inputs.equilibrator_temperature)
    of_sst = by_sst * np.asarray(inputs.sst)
    filling = inputs.filling
    variances = {name: _of_mole_fractions(water, air, each) for name, each in xco2.items()}
    variances["temperature"] = np.square(of_equilibrator + r * of_sst) + (1.0 - r * r) * np.square(of_sst)
    variances["pressure"] = _of_pressures(water, air, inputs.pressure, inputs.sea_level_pressure, inputs.same_barometer)
    variances["salinity"] = np.square(by_salinity * np.asarray(inputs.salinity))
    variances["method"] = np.square(water.coefficient * np.asarray(inputs.coefficient))
    variances["filling"] = (
        _of_pressures(water, air, filling.pressure, inputs.sea_level_pressure_filling, inputs.same_barometer)
        + np.square(by_salinity * np.asarray(filling.salinity))
        + np.square(water.equilibrator_temperature * np.asarray(filling.equilibrator_temperature))
        + np.square(by_sst * np.asarray(filling.sst))
    )
    # Where everything cancels, rounding may leave less than nothing.
    terms = {name: np.sqrt(np.maximum(variance, 0.0)) for name, variance in variances.items()}
    return FCO2Uncertainty(terms=terms, total=np.sqrt(sum(np.square(term) for term in terms.values())))


def _of_mole_fractions(water: FCO2Sensitivities, air: FCO2Sensitivities, xco2: MoleFractionVariance) -> FloatArray:
    variance: FloatArray = np.square(water.xco2) * np.asarray(xco2.water) + np.square(air.xco2) * np.asarray(xco2.air)
    variance -= 2.0 * water.xco2 * air.xco2 * np.asarray(xco2.covariance)
    return variance


def _by_sst(air: FCO2Sensitivities) -> FloatArray:
    return air.equilibrator_temperature + air.sst


def _sum_of_squares(one: ArrayLike, other: ArrayLike) -> FloatArray:
    return np.square(np.asarray(one, dtype=np.float64)) + np.square(np.asarray(other, dtype=np.float64))


def _of_pressures(
    water: FCO2Sensitivities, air: FCO2Sensitivities, equilibrator: ArrayLike, sea_level: ArrayLike, same: ArrayLike
) -> FloatArray:
    u, v = np.asarray(equilibrator, dtype=np.float64), np.asarray(sea_level, dtype=np.float64)
    common = np.where(same, np.square(np.minimum(u, v)), 0.0)
    variance: FloatArray = np.square(water.pressure * u) + np.square(air.pressure * v) - 2.0 * water.pressure * air.pressure * common
    return variance
