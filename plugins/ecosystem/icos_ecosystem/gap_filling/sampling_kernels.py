"""Compiled loops of the marginal distribution sampling.

Windows are looked through among the valid records only; a window that widens adds what is new in it. What lies between two rows of the
series is known from the number of valid records before each row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["fill_records", "fill_records_of_members"]

_SIDES = 6
"""Count and sum of records below, at and above the first driver of the record to fill."""


@njit(cache=True, nogil=True)
def fill_records(
    wanted: IntArray,
    target: FloatArray,
    measured: NDArray[np.bool_],
    drivers: FloatArray,
    tolerances: FloatArray,
    has_first: bool,
    steps: IntArray,
    limits: IntArray,
    per_day: int,
    edge: int,
    diurnal: int,
    minimum: int,
    symmetric: int,
    night_below: float,
) -> tuple[FloatArray, FloatArray, NDArray[np.int32], NDArray[np.int8], NDArray[np.int16], NDArray[np.int8]]:
    """Estimate the `wanted` records; see :func:`icos_ecosystem.gap_filling.marginal_distribution.fill`."""
    n = target.size
    estimate = np.full(n, np.nan)
    sd = np.full(n, np.nan)
    count = np.zeros(n, np.int32)
    method = np.zeros(n, np.int8)
    window = np.zeros(n, np.int16)
    quality = np.full(n, -1, np.int8)
    before = _valid_before(measured)
    values = target[measured]
    similar = np.empty((drivers.shape[0], values.size))
    for k in range(drivers.shape[0]):
        similar[k] = drivers[k][measured]
    chosen = np.empty((3, values.size + 1), np.int32)
    state = np.empty((3, 3), np.int64)
    for i in wanted:
        _begin(state, before[i])
        for step in range(steps.shape[0]):
            of = steps[step, 0]
            days = steps[step, 1]
            _widen(state[of - 1], chosen[of - 1], of, days, i, before, similar, drivers, tolerances, has_first, per_day, edge, diurnal)
            number = state[of - 1, 2]
            if number < minimum:
                continue
            rows = chosen[of - 1, :number]
            total = 0.0
            for j in rows:
                total += values[j]
            mean = total / number
            squares = 0.0
            for j in rows:
                squares += (values[j] - mean) ** 2
            if number > 1:
                sd[i] = np.sqrt(squares / (number - 1))
            if symmetric > 0 and of != 3:
                sides = np.zeros(_SIDES)
                for j in rows:
                    side = _side(similar[0, j], drivers[0, i])
                    sides[side] += 1.0
                    sides[side + 1] += values[j]
                mean = _mean_of_sides(sides, symmetric, drivers[0, i] < night_below)
            estimate[i] = mean
            count[i] = number
            method[i] = of
            window[i] = 2 * days + (1 if of == 3 else 0)
            quality[i] = _quality(limits[of - 1], window[i])
            break
    return estimate, sd, count, method, window, quality


@njit(cache=True, nogil=True)
def fill_records_of_members(
    filled: FloatArray,
    quality: NDArray[np.int8],
    survival: NDArray[np.int16],
    target: FloatArray,
    measured: NDArray[np.bool_],
    drivers: FloatArray,
    tolerances: FloatArray,
    has_first: bool,
    steps: IntArray,
    limits: IntArray,
    per_day: int,
    edge: int,
    diurnal: int,
    minimum: int,
    symmetric: int,
    night_below: float,
) -> None:
    """Fill all members in place; see :func:`icos_ecosystem.gap_filling.marginal_distribution.fill_members`."""
    members = filled.shape[0]
    before = _valid_before(measured)
    ranks = survival[measured]
    values = target[measured]
    # About the mean, sums keep their digits.
    offset = float(np.mean(values)) if values.size > 0 else 0.0
    deviations = values - offset
    similar = np.empty((drivers.shape[0], values.size))
    for k in range(drivers.shape[0]):
        similar[k] = drivers[k][measured]
    chosen = np.empty((3, values.size + 1), np.int32)
    state = np.empty((3, 3), np.int64)
    bins = np.empty((3, members + 1, _SIDES))
    for i in range(target.size):
        open_from = survival[i]
        for member in range(open_from):
            filled[member, i] = target[i]
            quality[member, i] = 0
        if open_from == members:
            continue
        _begin(state, before[i])
        for step in range(steps.shape[0]):
            of = steps[step, 0]
            days = steps[step, 1]
            seen = state[of - 1, 2]
            if seen == 0:
                bins[of - 1] = 0.0
            _widen(state[of - 1], chosen[of - 1], of, days, i, before, similar, drivers, tolerances, has_first, per_day, edge, diurnal)
            sided = symmetric if of != 3 else 0
            _sort_in(bins[of - 1], chosen[of - 1, seen : state[of - 1, 2]], ranks, deviations, similar, drivers, i, sided > 0)
            if state[of - 1, 2] < minimum:
                continue
            worth = _quality(limits[of - 1], 2 * days + (1 if of == 3 else 0))
            night = sided > 0 and drivers[0, i] < night_below
            open_from = _settle(filled[:, i], quality[:, i], worth, offset, bins[of - 1], open_from, minimum, sided, night)
            if open_from == members:
                break


@njit(cache=True, nogil=True)
def _settle(
    filled: FloatArray,
    quality: NDArray[np.int8],
    worth: int,
    offset: float,
    bins: FloatArray,
    open_from: int,
    minimum: int,
    symmetric: int,
    night: bool,
) -> int:
    """Fill a record for the members from `open_from` on that have enough; return the first that has not: more severe ones have fewer."""
    members = filled.size
    sides = np.zeros(_SIDES)
    reached = members
    for member in range(members - 1, open_from - 1, -1):
        for side in range(_SIDES if symmetric > 0 else 2):
            sides[side] += bins[member + 1, side]
        if sides[0] + sides[2] + sides[4] < minimum:
            reached = member
            continue
        mean = _mean_of_sides(sides, symmetric, night) if symmetric > 0 else sides[1] / sides[0]
        filled[member] = offset + mean
        quality[member] = worth
    return reached


@njit(cache=True, nogil=True)
def _valid_before(measured: NDArray[np.bool_]) -> IntArray:
    """Return how many valid records there are before each row, and in all; shape (n + 1,)."""
    before = np.zeros(measured.size + 1, np.int64)
    for i in range(measured.size):
        before[i + 1] = before[i] + measured[i]
    return before


@njit(cache=True, nogil=True)
def _begin(state: IntArray, here: int) -> None:
    """Set the range looked through (two columns; days of method 3) and the number chosen to none."""
    state[:2, :2] = here
    state[2, :2] = -1
    state[:, 2] = 0


@njit(cache=True, nogil=True)
def _widen(
    state: IntArray,
    chosen: NDArray[np.int32],
    of: int,
    days: int,
    i: int,
    before: IntArray,
    similar: FloatArray,
    drivers: FloatArray,
    tolerances: FloatArray,
    has_first: bool,
    per_day: int,
    edge: int,
    diurnal: int,
) -> None:
    """Choose what is new in a window so many days wide to either side."""
    last = before.size - 2
    number = state[2]
    if of == 3:
        for away in range(state[0] + 1, days + 1):
            for way in range(2 if away > 0 else 1):
                middle = i + (1 - 2 * way) * away * per_day
                low = max(middle - diurnal, 0)
                high = min(middle + diurnal, last)
                if low <= high:
                    for j in range(before[low], before[high + 1]):
                        chosen[number] = j
                        number += 1
        state[0] = max(state[0], days)
    else:
        used = drivers.shape[0] if of == 1 else min(1, drivers.shape[0])
        # By all drivers means by more than the first.
        if used == 0 or (not has_first if of == 2 else has_first and used == 1):
            return
        for k in range(used):
            if np.isnan(drivers[k, i]):
                return
        reach = days * per_day - edge
        low = before[max(i - reach, 0)]
        high = before[min(i + reach, last) + 1]
        number = _choose(similar, low, state[0], drivers, tolerances, used, i, chosen, number)
        number = _choose(similar, state[1], high, drivers, tolerances, used, i, chosen, number)
        state[0] = min(low, state[0])
        state[1] = max(high, state[1])
    state[2] = number


@njit(cache=True, nogil=True)
def _choose(
    similar: FloatArray,
    start: int,
    stop: int,
    drivers: FloatArray,
    tolerances: FloatArray,
    used: int,
    i: int,
    chosen: NDArray[np.int32],
    number: int,
) -> int:
    """Append similar records from `start` to before `stop`; return how many are chosen then. No branch waits to be mispredicted."""
    first = similar[0]
    centre, tolerance = drivers[0, i], tolerances[0, i]
    found = number
    for j in range(start, stop):
        chosen[found] = j
        found += 1 if abs(first[j] - centre) < tolerance else 0
    for k in range(1, used):
        other = similar[k]
        centre, tolerance = drivers[k, i], tolerances[k, i]
        kept = number
        for place in range(number, found):
            j = chosen[place]
            chosen[kept] = j
            kept += 1 if abs(other[j] - centre) < tolerance else 0
        found = kept
    return found


@njit(cache=True, nogil=True)
def _sort_in(
    bins: FloatArray,
    rows: NDArray[np.int32],
    ranks: NDArray[np.int16],
    deviations: FloatArray,
    similar: FloatArray,
    drivers: FloatArray,
    i: int,
    by_side: bool,
) -> None:
    """Add the chosen records to the sums of their rank of survival."""
    if by_side:
        for j in rows:
            side = _side(similar[0, j], drivers[0, i])
            bins[ranks[j], side] += 1.0
            bins[ranks[j], side + 1] += deviations[j]
    else:
        for j in rows:
            bins[ranks[j], 0] += 1.0
            bins[ranks[j], 1] += deviations[j]


@njit(cache=True, nogil=True)
def _side(value: float, centre: float) -> int:
    """Return the column of the count of records below, at or above the centre."""
    if value < centre:
        return 0
    return 2 if value == centre else 4


@njit(cache=True, nogil=True)
def _mean_of_sides(sides: FloatArray, symmetric: int, night: bool) -> float:
    """Return the mean of the means below and above, ties on the lower (1) or on both (2) sides; the plain mean where there is one only."""
    lower, lower_sum = sides[0] + sides[2], sides[1] + sides[3]
    upper, upper_sum = sides[4], sides[5]
    plain = float((lower_sum + upper_sum) / (lower + upper))
    if symmetric == 2:
        upper += sides[2]
        upper_sum += sides[3]
    elif night:
        return plain
    if lower == 0.0 or upper == 0.0:
        return plain
    return float(0.5 * (lower_sum / lower + upper_sum / upper))


@njit(cache=True, nogil=True)
def _quality(limits: IntArray, window: int) -> int:
    """Return 1 to 3: one more for each limit that the window passes."""
    return 1 + (1 if window > limits[0] else 0) + (1 if window > limits[1] else 0)
