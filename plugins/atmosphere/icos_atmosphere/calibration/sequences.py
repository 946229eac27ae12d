"""Calibration sequences: injections of several cylinders in several cycles, and the line through each sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.line_fit import fit_line, fit_line_odr
from icos_atmosphere.vocabulary.gases import GASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.injections import Injections
    from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
    from icos_atmosphere.line_fit import LineFit

    FloatArray = NDArray[np.float64]

__all__ = ["GasSequences", "Order", "fit_sequences", "order_of"]

_LEAST = 1e-6
_NO_UNIT = (0.1, 10.0)
"""Slopes beyond come from values in another unit."""
_POOLED = 6
"""Sequences over which the variance between cycles is pooled."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """(k,) sequence of each injection (-1: none), its cycle (1 is the first of that cylinder), and whether it only conditions."""

    sequence: NDArray[np.int32]
    cycle: NDArray[np.int16]
    conditioning: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """Number of sequences."""
        return int(self.sequence.max(initial=-1)) + 1


@dataclass(frozen=True, kw_only=True)
class GasSequences:
    """The lines of one gas through s sequences of m cylinders.

    Attributes
    ----------
    time
        (s,) mean time of the kept injections (ns), NaT of a sequence without any.
    measured, assigned
        (s, m) mean of the kept cycles of each cylinder, and its assigned value; NaN where there is none.
    cycles, spread
        (s, m) number of kept cycles, and their standard deviation (NaN for one).
    error
        (s, m) standard uncertainty of `measured` by what cycles differ.
    fit
        The lines.
    accepted
        (s,) whether a line is used.
    reasons
        (s,) why not; empty where it is.
    h2o
        (s,) mean water vapour of the kept injections, %.
    """

    time: NDArray[np.datetime64]
    measured: FloatArray
    assigned: FloatArray
    cycles: NDArray[np.int64]
    spread: FloatArray
    error: FloatArray
    fit: LineFit
    accepted: NDArray[np.bool_]
    reasons: tuple[str, ...]
    h2o: FloatArray


def order_of(injections: Injections, options: MoleFractionOptions, boundaries: NDArray[np.datetime64]) -> Order:
    """Put the injections of calibration cylinders into sequences and cycles.

    Injections further apart than `options.sequence_gap` or with a boundary (an event, another instrument or set of cylinders) between them
    are of different sequences. The first cycles of a cylinder that has more are left out: they only condition regulator and line.
    Injections without any reading are of none: a rotary valve shows the ports that it passes.
    """
    role = np.array([cylinder.role == "calibration" for cylinder in options.cylinders], dtype=bool)
    told = np.any([gas.n > 0 for gas in injections.gases.values()], axis=0)
    rows = np.flatnonzero(role[injections.cylinder] & told) if role.size else np.zeros(0, dtype=np.intp)
    sequence = np.full(injections.time.shape, -1, dtype=np.int32)
    cycle = np.zeros(injections.time.shape, dtype=np.int16)
    conditioning = np.zeros(injections.time.shape, dtype=bool)
    if rows.size:
        pause = injections.time[rows[1:]] - injections.end[rows[:-1]]
        era = np.searchsorted(boundaries, injections.time[rows], side="right")
        sequence[rows] = np.concatenate([[0], np.cumsum((pause > np.timedelta64(options.sequence_gap, "ns")) | (np.diff(era) > 0))])
        pair = sequence[rows].astype(np.int64) * len(options.cylinders) + injections.cylinder[rows]
        _, group = np.unique(pair, return_inverse=True)
        sorted_rows = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[sorted_rows], prepend=-1))
        sizes = np.diff(np.append(starts, rows.size))
        number = np.empty(rows.size, dtype=np.int64)
        number[sorted_rows] = np.arange(rows.size) - np.repeat(starts, sizes) + 1
        cycle[rows] = number
        conditioning[rows] = (number <= options.conditioning_cycles) & (sizes[group] > options.conditioning_cycles)
    return Order(sequence=sequence, cycle=cycle, conditioning=conditioning)


def fit_sequences(
    injections: Injections,
    gas: str,
    readings: FloatArray,
    kept: NDArray[np.bool_],
    assigned: FloatArray,
    order: Order,
    options: MoleFractionOptions,
) -> GasSequences:
    """Fit a line through each sequence.

    Parameters
    ----------
    injections
        All injections.
    gas
        The gas.
    readings
        (k,) mean reading of each injection, corrected by a working standard where there is one.
    kept
        (k,) which injections may be used.
    assigned
        (c,) assigned value of each table of cylinders on the scale of the result; NaN where there is none.
    order
        Sequences and cycles.
    options
        Rules of acceptance.
    """
    own = injections.gases[gas]
    count, columns = order.count, np.flatnonzero([cylinder.role == "calibration" for cylinder in options.cylinders])
    width = columns.size
    column_of = np.full(len(options.cylinders), -1)
    column_of[columns] = np.arange(width)
    column = column_of[injections.cylinder]
    used = kept & (order.sequence >= 0) & ~order.conditioning & np.isfinite(readings)
    used &= np.isfinite(assigned[injections.cylinder]) if assigned.size else False
    cell = order.sequence[used].astype(np.int64) * width + column[used]

    def summed(values: FloatArray) -> FloatArray:
        total: FloatArray = np.bincount(cell, weights=values, minlength=count * width).astype(np.float64).reshape(count, width)
        return total

    cycles = summed(np.ones(cell.size)).astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # One base for good, or a later sequence would change the rounding of earlier ones.
        base = float(readings[used][0]) if used.any() else 0.0
        measured = base + summed(readings[used] - base) / cycles
        deviation = readings[used] - measured.ravel()[cell]
        squares = summed(np.square(deviation))
        spread = np.sqrt(np.where(cycles > 1, squares / (cycles - 1), np.nan))
        within = summed(np.square(np.nan_to_num(own.minute_stdev[used])) / np.maximum(own.n[used], 1)).sum(axis=1)
    disturbed = np.any(spread > options.limits_of(gas).cycle_spread, axis=1)
    error = _cycle_error(squares, cycles, within / np.maximum(cycles.sum(axis=1), 1), disturbed)
    values = np.where(cycles > 0, assigned[columns], np.nan)
    uncertainty = [getattr(options.cylinders[number].assigned(gas), "uncertainty", 0.0) for number in columns]
    # Without any stated error all cylinders count the same.
    stated = np.maximum(np.broadcast_to(uncertainty, measured.shape), _LEAST)
    fit = fit_line(measured, values) if options.fit == "ols" else fit_line_odr(measured, values, error, stated)
    accepted, reasons = _accept(fit, cycles, spread, options, gas)
    time, h2o = _when(injections, used, order.sequence, count)
    return GasSequences(
        time=time,
        measured=measured,
        assigned=values,
        cycles=cycles,
        spread=spread,
        error=error,
        fit=fit,
        accepted=accepted,
        reasons=reasons,
        h2o=h2o,
    )


def _cycle_error(squares: FloatArray, cycles: NDArray[np.int64], within: FloatArray, disturbed: NDArray[np.bool_]) -> FloatArray:
    """Return (s, m) standard uncertainty of the mean of cycles.

    The variance between cycles is pooled over all cylinders of a sequence and of those shortly before it: each alone has one or two degrees
    of freedom, and what comes later must not change what was. It is never less than what the scatter of readings makes of a mean.

    Parameters
    ----------
    squares, cycles
        (s, m) sum of the squared deviations of the cycles from their mean, and their number.
    within
        (s,) variance of the mean of an injection by the scatter of its readings.
    disturbed
        (s,) sequences whose cycles differ by more than is accepted: they say nothing about others.
    """
    own_freedom, own_squares = np.maximum(cycles - 1, 0).sum(axis=1).astype(np.float64), squares.sum(axis=1)
    freedom, total = (np.where(disturbed, own, 0.0) + _trailing(np.where(disturbed, 0.0, own)) for own in (own_freedom, own_squares))
    between = np.zeros(freedom.shape)
    np.divide(total, freedom, out=between, where=freedom > 0)
    with np.errstate(divide="ignore"):
        error: FloatArray = np.where(cycles > 0, np.sqrt(np.maximum(between, within)[:, np.newaxis] / np.maximum(cycles, 1)), np.nan)
    return error


def _trailing(values: FloatArray) -> FloatArray:
    """Return the sum of each value and the `_POOLED` - 1 before it."""
    summed = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, summed.size)
    trailing: FloatArray = summed[ends] - summed[np.maximum(ends - _POOLED, 0)]
    return trailing


def _when(
    injections: Injections, used: NDArray[np.bool_], sequence: NDArray[np.int32], count: int
) -> tuple[NDArray[np.datetime64], FloatArray]:
    middle = injections.middle[used].astype("i8")
    mine = sequence[used]
    number = np.bincount(mine, minlength=count)
    # Since its own first injection: another sequence must not change when this one was.
    begin = np.full(count, np.iinfo("i8").max)
    np.minimum.at(begin, mine, middle)
    total = np.bincount(mine, weights=middle - begin[mine], minlength=count)
    vapour = injections.h2o[used]
    wet = np.bincount(mine, weights=np.nan_to_num(vapour), minlength=count)
    known = np.bincount(mine, weights=np.isfinite(vapour), minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        after = total / number
        h2o = np.where(known > 0, wet / known, np.nan)
    time = np.full(count, np.datetime64("NaT"), dtype="M8[ns]")
    there = number > 0
    time[there] = (begin[there] + np.rint(after[there]).astype("i8")).astype("M8[ns]")
    return time, h2o


def _accept(
    fit: LineFit, cycles: NDArray[np.int64], spread: FloatArray, options: MoleFractionOptions, gas: str
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    limits = options.limits_of(gas)
    cylinders = (cycles > 0).sum(axis=1)
    worst = np.nan_to_num(np.abs(fit.residual)).max(axis=1, initial=0.0)
    widest = np.nan_to_num(spread).max(axis=1, initial=0.0)
    reasons = []
    for number in range(cylinders.size):
        why = []
        if cylinders[number] < options.minimum_cylinders:
            why.append(f"{cylinders[number]} cylinders, {options.minimum_cylinders} are needed")
        elif not np.isfinite(fit.slope[number]):
            why.append("no line: the cylinders read the same")
        else:
            if not options.slope_range[0] <= fit.slope[number] <= options.slope_range[1]:
                unit = "" if _NO_UNIT[0] < fit.slope[number] < _NO_UNIT[1] else f" (assigned values are in {GASES[gas].units})"
                why.append(f"slope {fit.slope[number]:.5f} outside {options.slope_range[0]:g} to {options.slope_range[1]:g}{unit}")
            if worst[number] > limits.residual:
                why.append(f"residual {worst[number]:.3f} above {limits.residual:g}")
        if widest[number] > limits.cycle_spread:
            why.append(f"cycles differ by {widest[number]:.3f} (standard deviation), above {limits.cycle_spread:g}")
        reasons.append("; ".join(why))
    return np.array([not reason for reason in reasons], dtype=bool), tuple(reasons)
