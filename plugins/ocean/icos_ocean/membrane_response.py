"""Correction of a series for the response time of a membrane sensor, and what it does to noise.

Notes
-----
A sensor of response time τ follows the true value c as ``τ dm/dt = c - m``. If c is constant between two readings m0 and m1, Δ apart::

    c = (m1 - m0 e) / (1 - e),   e = exp(-Δ/τ)

which multiplies the noise of single readings by ``√(1 + e²)/(1 - e)``; a running mean over n corrected values leaves of it, for readings
equally far apart, ``√((n - 1)(1 - e)² + 1 + e²) / (n (1 - e))``.

References
----------
Miloshevich, L. M. et al. (2004), Development and validation of a time-lag correction for Vaisala radiosonde humidity measurements,
J. Atmos. Oceanic Technol. 21, 1305-1327, doi:10.1175/1520-0426(2004)021<1305:DAVOAT>2.0.CO;2.
Fiedler, B. et al. (2013), In situ CO2 and O2 measurements on a profiling float, J. Atmos. Oceanic Technol. 30, 112-126,
doi:10.1175/JTECH-D-12-00043.1, for a HydroC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["CorrectedResponse", "correct_response"]


class CorrectedResponse(NamedTuple):
    """n values after the correction.

    Attributes
    ----------
    values : (n,) ndarray
        Corrected values; the first of each run, which has none before it, as it was.
    corrected : (n,) ndarray of bool
        Whether a value was corrected.
    by_time_constant : (n,) ndarray
        Derivative by the response time, unit of the values per s.
    noise_factor : (n,) ndarray
        What noise of single readings was multiplied by.
    """

    values: FloatArray
    corrected: NDArray[np.bool_]
    by_time_constant: FloatArray
    noise_factor: FloatArray


def correct_response(
    time: FloatArray, values: FloatArray, run: NDArray[np.int64], time_constant: float, smoothing: float = 0.0
) -> CorrectedResponse:
    """Correct for the response time.

    Parameters
    ----------
    time : (n,) ndarray
        Increasing times, s.
    values : (n,) ndarray
        What the sensor read; no NaN.
    run : (n,) ndarray of int
        Number of the uninterrupted run that each value belongs to, not decreasing: nothing is carried from one to the next.
    time_constant : float
        τ, s, above 0.
    smoothing : float
        Length of the window of a centred running mean over corrected values, s. Near the ends of a run the window is as wide as both
        sides allow, and grows from there.
    """
    step = np.diff(time, prepend=np.nan)
    lags = np.diff(values, prepend=np.nan)
    corrected = np.diff(run, prepend=run[:1] - 1) == 0 if run.size else np.zeros(0, dtype=np.bool_)
    rest = np.where(corrected, np.exp(-np.where(corrected, step, 1.0) / time_constant), 0.0)
    gone = 1.0 - rest
    found = np.where(corrected, values + np.where(corrected, lags, 0.0) * rest / gone, values)
    # d/dτ of e/(1 - e), times the difference of the readings.
    by_rest = np.where(corrected, np.where(corrected, lags, 0.0) / np.square(gone), 0.0)
    by_time_constant = by_rest * rest * np.where(corrected, step, 0.0) / time_constant**2
    count = np.ones(values.shape)
    if smoothing > 0.0 and values.size:
        first, last = _window(time, run, corrected, smoothing)
        count = (last - first).astype(np.float64)
        found, by_time_constant, rest = (_mean(each, first, last) for each in (found, by_time_constant, rest))
        gone = 1.0 - rest
    noise = np.sqrt((count - 1.0) * np.square(gone) + 1.0 + np.square(rest)) / (count * gone)
    return CorrectedResponse(found, corrected, by_time_constant, noise)


def _window(
    time: FloatArray, run: NDArray[np.int64], corrected: NDArray[np.bool_], smoothing: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row and the one after the last of a window around each row that holds as many rows on either side."""
    rows = np.arange(time.size)
    left = np.searchsorted(time, time - smoothing / 2.0, side="left")
    right = np.searchsorted(time, time + smoothing / 2.0, side="right")
    begins = np.flatnonzero(np.diff(run, prepend=run[0] - 1))
    ends = np.append(begins[1:], time.size)
    number = np.repeat(np.arange(begins.size), ends - begins)
    # The first of a run is not corrected and belongs to no mean but its own.
    start = begins[number] + 1
    half = np.minimum(rows - np.maximum(left, start), np.minimum(right, ends[number]) - 1 - rows)
    half = np.where(corrected, np.maximum(half, 0), 0)
    return rows - half, rows + half + 1


def _mean(values: FloatArray, first: NDArray[np.intp], last: NDArray[np.intp]) -> FloatArray:
    # Sums of differences from the middle of the data keep the digits that large values would lose.
    centre = float(np.mean(values))
    sums = np.concatenate([[0.0], np.cumsum(values - centre)])
    averaged: FloatArray = centre + (sums[last] - sums[first]) / (last - first)
    return averaged
