"""The scheme per sample: the response to every cylinder is interpolated in time, and a line fitted for each sample.

It suits stations that run their cylinders one by one every few hours. See `coefficients` for how errors correlate.
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

__all__ = ["Response", "apply_responses"]

_CHUNK = 1 << 16


class Response(NamedTuple):
    """Readings of one cylinder: (k,) times, readings, their standard uncertainty, water vapour; and what was assigned to it."""

    time: Moments
    reading: FloatArray
    error: FloatArray
    h2o: FloatArray
    assigned: float
    uncertainty: float


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
    pieces = [_apply(time[rows], reading[rows], responses, scale_uncertainty, boundaries, longest, fit) for rows in chunks]
    return Calibrated(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))


def _apply(
    time: Moments,
    reading: FloatArray,
    responses: Sequence[Response],
    scale_uncertainty: float,
    boundaries: Moments,
    longest: np.timedelta64 | None,
    fit: str,
) -> Calibrated:
    shape = (time.size, len(responses))
    measured, error, h2o = np.empty(shape), np.empty(shape), np.empty(shape)
    provisional, across = np.zeros(time.shape, dtype=bool), np.zeros(time.shape, dtype=bool)
    for number, response in enumerate(responses):
        found = bracket(time, response.time, boundaries, longest)
        w = found.weight
        v = np.where(found.left == found.right, 1.0, 1.0 - w)
        w = np.where(found.left == found.right, 0.0, w)
        measured[:, number] = v * response.reading[found.left] + w * response.reading[found.right]
        h2o[:, number] = v * response.h2o[found.left] + w * response.h2o[found.right]
        error[:, number] = np.hypot(v * response.error[found.left], w * response.error[found.right])
        provisional |= found.provisional
        across |= found.across
    assigned = np.array([response.assigned for response in responses])
    uncertainty = np.array([response.uncertainty for response in responses])
    line: LineFit = fit_line(measured, assigned) if fit == "ols" else fit_line_odr(measured, assigned, error, uncertainty)
    sensitivity = line.reading_sensitivities(reading)
    shares = line.shares(reading)
    return Calibrated(
        value=line.at(reading),
        slope=line.slope,
        fit=np.sqrt(np.sum(np.square(sensitivity * error), axis=1)),
        assignment=np.sqrt(np.sum(np.square(shares * uncertainty), axis=1) + scale_uncertainty**2),
        low=np.full(time.shape, assigned.min()),
        high=np.full(time.shape, assigned.max()),
        h2o=h2o.mean(axis=1),
        provisional=provisional,
        across=across,
    )
