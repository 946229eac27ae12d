"""The scheme per sample: the response to every cylinder is interpolated in time, and a line fitted for each sample.

It suits stations that run their cylinders one by one every few hours. See `coefficients` for how errors correlate. A cylinder that has no
reading between the same boundaries (an event, another instrument or set of cylinders) as a sample is left out of its line where enough
others have one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.calibration.coefficients import Calibrated, bracket
from icos_atmosphere.line_fit import fit_line, fit_line_odr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_atmosphere.line_fit import LineFit

    FloatArray = NDArray[np.float64]
    Moments = NDArray[np.datetime64]

__all__ = ["Response", "apply_responses", "scatter"]

_CHUNK = 1 << 16
_DIFFERENCES = 12
"""Differences from injection to injection of a cylinder that tell how its readings scatter."""
_LEAST = 1e-6


class Response(NamedTuple):
    """Readings of one cylinder: (k,) times, readings, their standard uncertainty, water vapour; and what was assigned to it."""

    time: Moments
    reading: FloatArray
    error: FloatArray
    h2o: FloatArray
    assigned: float
    uncertainty: float


def scatter(time: Moments, reading: FloatArray, within: FloatArray, boundaries: Moments) -> FloatArray:
    """Return how readings of one cylinder scatter from injection to injection, drift between two of them included.

    Parameters
    ----------
    time, reading
        (k,) times, increasing, and readings.
    within
        (k,) variance of each by the scatter of what it is a mean of: it is never less.
    boundaries
        Moments over which differences tell nothing.

    Returns
    -------
    ndarray
        (k,) standard uncertainty of a reading, from the latest differences up to and with it.
    """
    era = np.searchsorted(boundaries, time, side="right")
    known = np.diff(era) == 0
    squares = np.concatenate([[0.0], np.cumsum(np.where(known, 0.5 * np.square(np.diff(reading)), 0.0))])
    number = np.concatenate([[0], np.cumsum(known)])
    # Before its second injection a cylinder is known no better than just after.
    last = np.minimum(np.maximum(np.arange(time.size), 1), time.size - 1)
    first = np.maximum(last - _DIFFERENCES, 0)
    count = number[last] - number[first]
    between = np.zeros(time.shape)
    np.divide(squares[last] - squares[first], count, out=between, where=count > 0)
    found: FloatArray = np.sqrt(np.maximum(between, within))
    return found


def apply_responses(
    time: Moments,
    reading: FloatArray,
    responses: Sequence[Response],
    scale_uncertainty: float,
    boundaries: Moments,
    longest: np.timedelta64 | None,
    fit: str,
    fewest: int,
) -> Calibrated | None:
    """Bring readings to the scale with a line for each of them.

    Parameters
    ----------
    time, reading
        (n,) moments and readings.
    responses
        The cylinders that have at least one reading.
    scale_uncertainty
        Standard uncertainty that the assigned values have in common.
    boundaries, longest
        See :func:`icos_atmosphere.calibration.coefficients.bracket`.
    fit
        ``ols`` or ``odr``.
    fewest
        Fewest cylinders that make a line.

    Returns
    -------
    Calibrated or None
        None where there are too few cylinders.
    """
    if len(responses) < fewest:
        return None
    chunks = [slice(first, first + _CHUNK) for first in range(0, max(time.size, 1), _CHUNK)]
    pieces = [_apply(time[rows], reading[rows], responses, scale_uncertainty, boundaries, longest, fit, fewest) for rows in chunks]
    return Calibrated(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))


def _apply(
    time: Moments,
    reading: FloatArray,
    responses: Sequence[Response],
    scale_uncertainty: float,
    boundaries: Moments,
    longest: np.timedelta64 | None,
    fit: str,
    fewest: int,
) -> Calibrated:
    shape = (time.size, len(responses))
    measured, error, h2o = np.empty(shape), np.empty(shape), np.empty(shape)
    provisional, across = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for number, response in enumerate(responses):
        found = bracket(time, response.time, boundaries, longest)
        w = found.weight
        v = np.where(found.left == found.right, 1.0, 1.0 - w)
        w = np.where(found.left == found.right, 0.0, w)
        measured[:, number] = v * response.reading[found.left] + w * response.reading[found.right]
        h2o[:, number] = v * response.h2o[found.left] + w * response.h2o[found.right]
        error[:, number] = np.hypot(v * response.error[found.left], w * response.error[found.right])
        provisional[:, number], across[:, number] = found.provisional, found.across
    enough = (~across).sum(axis=1) >= fewest
    used = ~(across & enough[:, np.newaxis])
    measured[~used] = np.nan
    assigned = np.array([response.assigned for response in responses])
    uncertainty = np.array([response.uncertainty for response in responses])
    # Without any stated error all cylinders count the same.
    stated = np.maximum(uncertainty, _LEAST)
    line: LineFit = fit_line(measured, assigned) if fit == "ols" else fit_line_odr(measured, assigned, error, stated)
    sensitivity = line.reading_sensitivities(reading)
    shares = line.shares(reading)
    return Calibrated(
        value=line.at(reading),
        slope=line.slope,
        fit=np.sqrt(np.sum(np.square(sensitivity * error), axis=1)),
        assignment=np.sqrt(np.sum(np.square(shares * uncertainty), axis=1) + scale_uncertainty**2),
        low=np.where(used, assigned, np.inf).min(axis=1),
        high=np.where(used, assigned, -np.inf).max(axis=1),
        h2o=np.where(used, h2o, 0.0).sum(axis=1) / used.sum(axis=1),
        provisional=(provisional & used).any(axis=1),
        across=~enough,
    )
