"""Calibrations applied in time: coefficients between sequences, and what their uncertainty is made of.

Between two accepted sequences slope and intercept are interpolated linearly, which is the same as interpolating the two calibrated
values. Before the first and after the last sequence, and towards a boundary (an event, another instrument or set of cylinders), the
nearest is held.

Notes
-----
With weights v and w = 1 - v of the sequences before and after, a reading x has the value y = v y₁(x) + w y₂(x). Errors of the readings of
cylinders are independent between sequences, those of the assigned values are the same in all of them::

    u²(fit)        = v² V₁(x) + w² V₂(x) + D      V(x) = Σ (∂y/∂Mᵢ)² u²(Mᵢ) + L²
    u²(assignment) = Σ (v h₁ᵢ(x) + w h₂ᵢ(x))² u²(Aᵢ) + u²(scale)

L is the long-term repeatability: a sequence meets the analyser in one of the states between which it fluctuates from day to day, and its
cycles share that state.

Between calibrations the response wanders. Its variance per time, q, is what the changes from sequence to sequence scatter by, beyond the
errors of the fits; a wandering response that is known at both ends deviates from the straight line by D = q (t - t₁)(t₂ - t) / (t₂ - t₁),
one that is known at one end by D = q |t - t₁|. Every quantity rests on sequences up to the one after the moment, so a later sequence
changes nothing before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.sequences import GasSequences
    from icos_atmosphere.line_fit import LineFit

    FloatArray = NDArray[np.float64]
    Moments = NDArray[np.datetime64]
    Mask = NDArray[np.bool_]

__all__ = ["Bracket", "Calibrated", "apply_sequences", "bracket", "wandering"]

_WINDOW = 12
"""Changes from sequence to sequence that tell how the response wanders."""

_FEWEST_FOR_TREND = 2


class Bracket(NamedTuple):
    """Between which knots (n,) moments lie.

    `left` and `right` are positions of knots, the same where one is held; `weight` is that of the right one. `provisional`: the last knot
    of all is held on; `across`: the nearest knot lies beyond a boundary.
    """

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    weight: FloatArray
    provisional: Mask
    across: Mask


class Calibrated(NamedTuple):
    """(n,) readings on the scale.

    `slope` is the change of the value per change of the reading; `fit` and `assignment` are standard uncertainties; `low` and `high` the
    smallest and largest assigned value of the cylinders; `h2o` the water vapour of the cylinders.
    """

    value: FloatArray
    slope: FloatArray
    fit: FloatArray
    assignment: FloatArray
    low: FloatArray
    high: FloatArray
    h2o: FloatArray
    provisional: Mask
    across: Mask


def bracket(time: Moments, knots: Moments, boundaries: Moments, longest: np.timedelta64 | None) -> Bracket:
    """Find the knots around moments.

    Parameters
    ----------
    time
        (n,) moments.
    knots
        (k,) times of the knots, increasing, at least one.
    boundaries
        Moments that no interpolation crosses, increasing.
    longest
        Knots further apart than this are not interpolated, the nearer one is held; None for no limit.
    """
    after = np.searchsorted(knots, time, side="right")
    left, right = np.maximum(after - 1, 0), np.minimum(after, knots.size - 1)
    era, of_knot = np.searchsorted(boundaries, time, side="right"), np.searchsorted(boundaries, knots, side="right")
    has_left = (after > 0) & (of_knot[left] == era)
    has_right = (after < knots.size) & (of_knot[right] == era)
    to_left, to_right = np.abs(time - knots[left]), np.abs(knots[right] - time)
    if longest is not None:
        apart = has_left & has_right & (knots[right] - knots[left] > longest)
        near_left = to_left <= to_right
        has_left, has_right = has_left & ~(apart & ~near_left), has_right & ~(apart & near_left)
    across = ~has_left & ~has_right
    near_left = to_left <= to_right
    left_counts, right_counts = has_left | (across & near_left), has_right | (across & ~near_left)
    both = left_counts & right_counts
    length = (knots[right] - knots[left]).astype("m8[ns]").astype(np.float64)
    share = np.zeros(time.shape)
    np.divide(to_left.astype("m8[ns]").astype(np.float64), length, out=share, where=both & (length > 0))
    left, right = np.where(left_counts, left, right), np.where(right_counts, right, left)
    provisional = has_left & ~has_right & (after == knots.size)
    return Bracket(left=left, right=right, weight=share, provisional=provisional, across=across)


def wandering(time: Moments, reference: FloatArray, error: FloatArray, boundaries: Moments) -> FloatArray:
    """Return how fast the response wanders as it is known at each sequence.

    Parameters
    ----------
    time
        (k,) times of the sequences, increasing.
    reference
        (k,) calibrated value of a fixed reading.
    error
        (k,) its standard uncertainty by the readings of the cylinders.
    boundaries
        Moments over which changes tell nothing.

    Returns
    -------
    ndarray
        (k,) variance per second, from the latest changes up to and with that sequence; 0 where nothing tells it.
    """
    seconds = np.diff(time) / np.timedelta64(1, "s")
    era = np.searchsorted(boundaries, time, side="right")
    known = era[1:] == era[:-1]
    change, noise = np.diff(reference), np.square(error[1:]) + np.square(error[:-1])
    found = np.zeros(time.size)
    for number in range(1, time.size):
        rows = np.flatnonzero(known[max(0, number - _WINDOW) : number]) + max(0, number - _WINDOW)
        if not rows.size:
            continue
        trend, lost = 0.0, 0
        if rows.size >= _FEWEST_FOR_TREND:
            trend, lost = change[rows].sum() / seconds[rows].sum(), 1
        squares = np.square(change[rows] - trend * seconds[rows]) - noise[rows]
        found[number] = max(0.0, squares.sum() / seconds[rows].sum() * rows.size / (rows.size - lost))
    if time.size > 1:
        # Before its second sequence a response is known no better than just after.
        found[0] = found[1]
    return found


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """Per accepted sequence: coefficients around a fixed reading."""

    variance: FloatArray
    share: FloatArray
    share_slope: FloatArray

    @classmethod
    def of(cls, fit: LineFit, error: FloatArray, state: FloatArray, base: float) -> _Parts:
        """Expand variance (a parabola in the reading) and shares (straight lines) around `base`."""
        sensitivity = [fit.reading_sensitivities(np.full(fit.slope.shape, base + step)) for step in (-1.0, 0.0, 1.0)]
        known = np.square(np.nan_to_num(error))
        below, at, above = (np.sum(np.square(each) * known, axis=1) for each in sensitivity)
        shares = [np.nan_to_num(fit.shares(np.full(fit.slope.shape, base + step))) for step in (0.0, 1.0)]
        return cls(
            variance=np.stack([at + np.square(state), (above - below) / 2.0, (above + below) / 2.0 - at]),
            share=shares[0],
            share_slope=shares[1] - shares[0],
        )

    def variance_at(self, number: NDArray[np.intp], away: FloatArray) -> FloatArray:
        """Return the variance of the lines `number` at readings `away` from the base."""
        constant, linear, square = self.variance[:, number]
        variance: FloatArray = np.maximum(constant + away * (linear + away * square), 0.0)
        return variance


def apply_sequences(
    time: Moments,
    reading: FloatArray,
    sequences: GasSequences,
    uncertainty: FloatArray,
    scale_uncertainty: float,
    boundaries: Moments,
    longest: np.timedelta64 | None,
    state: FloatArray,
) -> Calibrated | None:
    """Bring readings to the scale with the lines of accepted sequences.

    Parameters
    ----------
    time, reading
        (n,) moments and readings.
    sequences
        All sequences of the gas.
    uncertainty
        (m,) standard uncertainty of the assigned values.
    scale_uncertainty
        Standard uncertainty that they have in common.
    boundaries, longest
        See :func:`bracket`.
    state
        (s,) long-term repeatability at each sequence.

    Returns
    -------
    Calibrated or None
        None where no sequence was accepted.
    """
    rows = np.flatnonzero(sequences.accepted)
    if not rows.size:
        return None
    rows = rows[np.argsort(sequences.time[rows], kind="stable")]
    knots, fit = sequences.time[rows], sequences.fit.take(rows)
    found = bracket(time, knots, boundaries, longest)
    left, right, w = found.left, found.right, found.weight
    v = 1.0 - w
    # One base for good, or a later sequence would change the rounding of earlier values.
    base = float(np.rint(sequences.measured[rows[0]][np.isfinite(sequences.measured[rows[0]])].mean()))
    parts = _Parts.of(fit, sequences.error[rows], state[rows], base)
    away = reading - base
    q = wandering(knots, fit.at(np.full(knots.shape, base)), np.sqrt(parts.variance[0]), boundaries)
    seconds = np.timedelta64(1, "s")
    to_left, to_right = np.abs(time - knots[left]) / seconds, np.abs(knots[right] - time) / seconds
    length = to_left + to_right
    open_end = left == right
    bridge = np.where(open_end, to_left, to_left * to_right / np.where(length > 0, length, 1.0))
    fit_variance = v * v * parts.variance_at(left, away) + w * w * parts.variance_at(right, away)
    # A held sequence is one draw, not two halves of one.
    fit_variance = np.where(open_end, parts.variance_at(left, away), fit_variance) + q[right] * bridge
    assignment = np.full(time.shape, scale_uncertainty**2)
    for number, of_cylinder in enumerate(uncertainty):
        if of_cylinder > 0:
            share = v * parts.share[left, number] + w * parts.share[right, number]
            share += away * (v * parts.share_slope[left, number] + w * parts.share_slope[right, number])
            assignment += np.square(share * of_cylinder)
    lows, highs = np.nanmin(sequences.assigned[rows], axis=1), np.nanmax(sequences.assigned[rows], axis=1)
    h2o = sequences.h2o[rows]
    slope = v * fit.slope[left] + w * fit.slope[right]
    return Calibrated(
        value=slope * reading + (v * fit.intercept[left] + w * fit.intercept[right]),
        slope=slope,
        fit=np.sqrt(fit_variance),
        assignment=np.sqrt(assignment),
        low=np.minimum(lows[left], lows[right]),
        high=np.maximum(highs[left], highs[right]),
        h2o=v * h2o[left] + w * h2o[right],
        provisional=found.provisional,
        across=found.across,
    )
