"""Terms of the uncertainty of minutes and injections.

========================== ==========================================================================================================
``fit``                    line through the cylinders and its interpolation in time, see `coefficients`
``assignment``             values assigned to the cylinders, see `coefficients`
``repeatability``          CMR / √n: scatter of readings within a minute of a steady gas, of n new readings
``long_term_repeatability`` LTR: scatter of averages of the target over days
``representativeness``     √((s² - CMR²) (1 - f) / n): the part f of the minute that was sampled stands for all of it; s is the spread of
                           its readings
========================== ==========================================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_atmosphere.calibration.coefficients import Calibrated

    FloatArray = NDArray[np.float64]

__all__ = ["combined", "repeatability", "representativeness", "terms_of_calibration"]

_MINUTE = 60.0


def terms_of_calibration(calibrated: Calibrated | None) -> dict[str, FloatArray]:
    """Return the terms that the calibration brings; none of an uncalibrated gas."""
    return {} if calibrated is None else {"fit": calibrated.fit, "assignment": calibrated.assignment}


def repeatability(cmr: FloatArray, number: NDArray[np.int32]) -> FloatArray:
    """Return the standard uncertainty of a mean of `number` readings that scatter by `cmr`; NaN of none."""
    found = np.full(cmr.shape, np.nan)
    np.divide(cmr, np.sqrt(number), out=found, where=number > 0)
    return found


def representativeness(stdev: FloatArray, cmr: FloatArray, number: NDArray[np.int32], seconds: FloatArray) -> FloatArray:
    """Return how far the mean of a part of a minute may be from that of the minute.

    Parameters
    ----------
    stdev, cmr
        (n,) spread of the readings, and what of it a steady gas has.
    number
        (n,) number of readings.
    seconds
        (n,) time from the first to the last row.
    """
    atmosphere = np.maximum(np.square(np.nan_to_num(stdev)) - np.square(cmr), 0.0)
    counted = np.maximum(number, 1)
    # The first row stands for the time before it too.
    sampled = np.minimum(seconds * (counted + 1) / counted / _MINUTE, 1.0)
    found: FloatArray = np.where(number > 0, np.sqrt(atmosphere * (1.0 - sampled) / counted), np.nan)
    return found


def combined(terms: Mapping[str, FloatArray]) -> FloatArray:
    """Return the square root of the sum of the squares."""
    total: FloatArray = np.sqrt(np.sum([np.square(term) for term in terms.values()], axis=0))
    return total
