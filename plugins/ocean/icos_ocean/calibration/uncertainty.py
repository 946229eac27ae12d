"""Standard uncertainties of what the calibrator computes fCO2 from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.calibration.equilibrator_pressure import CODES
from icos_ocean.fco2_uncertainty import FillingUncertainty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ocean.calibration.equilibrator_pressure import ChosenPressure
    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.underway_options import UnderwayUncertainties

    FloatArray = NDArray[np.float64]

__all__ = ["filling_uncertainty", "pressure_uncertainty", "total"]


def total(terms: Mapping[str, FloatArray]) -> FloatArray:
    """Root of the sum of squares of independent terms."""
    squares = np.zeros_like(next(iter(terms.values())))
    for term in terms.values():
        squares += np.square(term)
    return np.sqrt(squares, out=squares)


def pressure_uncertainty(source: NDArray[np.int8], stated: UnderwayUncertainties) -> FloatArray:
    """Look up the standard uncertainty of the equilibrator pressure by what it was taken from, hPa."""
    by_code = np.full(max(CODES.values()) + 1, np.nan)
    by_code[[CODES["equilibrator"], CODES["ambient-differential"]]] = stated.pressure
    by_code[[CODES["analyser"], CODES["analyser-differential"]]] = stated.analyser_pressure
    by_code[CODES["atmospheric"]] = stated.atmospheric_pressure
    return by_code[source]


def filling_uncertainty(inputs: Inputs, pressure: ChosenPressure, rows: NDArray[np.intp]) -> FillingUncertainty:
    """Return what filling adds to the uncertainty of the inputs of fCO2 in some rows."""
    return FillingUncertainty(
        equilibrator_temperature=inputs.equilibrator_temperature.filling[rows],
        sst=inputs.take("sst").filling[rows],
        salinity=inputs.take("salinity").filling[rows],
        pressure=pressure.filling[rows],
    )
