"""Standard uncertainty of what the calibrator gives, term by term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.calibration.equilibrator_pressure import CODES
from icos_ocean.fco2_uncertainty import FCO2Uncertainty, fco2_uncertainty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options, Uncertainties

    FloatArray = NDArray[np.float64]

__all__ = ["air_uncertainty", "pressure_uncertainty", "total", "water_uncertainty"]


def total(terms: Mapping[str, FloatArray]) -> FloatArray:
    """Root of the sum of squares of independent terms."""
    squares = np.zeros_like(next(iter(terms.values())))
    for term in terms.values():
        squares += np.square(term)
    return np.sqrt(squares, out=squares)


def pressure_uncertainty(source: NDArray[np.int8], stated: Uncertainties) -> FloatArray:
    """Look up the standard uncertainty of the equilibrator pressure by what it was taken from, hPa."""
    by_code = np.full(max(CODES.values()) + 1, np.nan)
    by_code[[CODES["equilibrator"], CODES["ambient-differential"]]] = stated.pressure
    by_code[CODES["analyser"]] = stated.analyser_pressure
    by_code[CODES["atmospheric"]] = stated.atmospheric_pressure
    return by_code[source]


def water_uncertainty(
    xco2: FloatArray,
    pressure: FloatArray,
    equilibrator_temperature: FloatArray,
    salinity: FloatArray,
    sst: FloatArray,
    *,
    xco2_terms: Mapping[str, FloatArray],
    pressure_source: NDArray[np.int8],
    options: FCO2Options,
) -> FCO2Uncertainty:
    """Uncertainty of fCO2 in sea water; arguments have one element per water sample, in the units of `icos_ocean.seawater_co2`."""
    stated = options.uncertainty
    return fco2_uncertainty(
        xco2,
        pressure,
        equilibrator_temperature,
        salinity,
        sst,
        xco2_terms=xco2_terms,
        pressure_uncertainty=pressure_uncertainty(pressure_source, stated),
        equilibrator_temperature_uncertainty=stated.equilibrator_temperature,
        sst_uncertainty=stated.sst,
        salinity_uncertainty=stated.salinity,
        temperature_correlation=stated.temperature_correlation,
        coefficient_uncertainty=stated.temperature_coefficient,
        method=options.temperature_correction,
        coefficient=options.temperature_coefficient,
    )


def air_uncertainty(
    xco2: FloatArray,
    pressure: FloatArray,
    salinity: FloatArray,
    sst: FloatArray,
    *,
    xco2_terms: Mapping[str, FloatArray],
    stated: Uncertainties,
) -> FloatArray:
    """Uncertainty of fCO2 in air that was measured [µatm]; arguments have one element per air sample."""
    # One temperature in both places: the correction to sea-surface temperature and its uncertainty cancel.
    found = fco2_uncertainty(
        xco2,
        pressure,
        sst,
        salinity,
        sst,
        xco2_terms=xco2_terms,
        pressure_uncertainty=stated.pressure,
        equilibrator_temperature_uncertainty=stated.sst,
        sst_uncertainty=stated.sst,
        salinity_uncertainty=stated.salinity,
        temperature_correlation=1.0,
    )
    return found.total
