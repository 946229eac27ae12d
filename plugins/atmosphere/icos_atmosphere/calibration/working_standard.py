"""Short-term working standard: a cylinder that is measured often, by whose readings all others are corrected for drift.

Every reading x becomes x - (s(t) - s₀), where s(t) is the reading of the working standard, linear between its injections, held at the ends
and towards an event or another instrument, and s₀ that of its first injection. What s₀ is does not matter: cylinders and samples are
corrected alike, so that it ends in the intercept of the calibration. What the working standard holds need not be known either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.calibration.coefficients import bracket

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Moments = NDArray[np.datetime64]

__all__ = ["drift_at"]


def drift_at(moments: Moments, time: Moments, reading: FloatArray, cylinder: NDArray[np.int16], boundaries: Moments) -> FloatArray:
    """Return how far the analyser has drifted since the first injection of the working standard.

    Parameters
    ----------
    moments
        (n,) when it is wanted.
    time, reading, cylinder
        (k,) middle, mean and cylinder of the injections of working standards, in order of time; a new cylinder goes on where the one
        before it ended.
    boundaries
        Moments that no interpolation crosses, increasing.

    Returns
    -------
    ndarray
        (n,) in the unit of the readings; 0 without an injection.
    """
    known = np.isfinite(reading)
    time, reading, cylinder = time[known], reading[known], cylinder[known]
    if not reading.size:
        return np.zeros(moments.shape)
    drift = np.zeros(reading.shape)
    _, firsts = np.unique(cylinder, return_index=True)
    for first in np.sort(firsts):
        rows = np.flatnonzero(cylinder == cylinder[first])
        drift[rows] = (drift[first - 1] if first else 0.0) + reading[rows] - reading[first]
    found = bracket(moments, time, boundaries, None)
    between: FloatArray = (1.0 - found.weight) * drift[found.left] + found.weight * drift[found.right]
    return between
