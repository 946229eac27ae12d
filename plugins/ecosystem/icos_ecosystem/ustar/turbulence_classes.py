"""Kernel of the moving-point test: classes of temperature, within them of friction velocity, and the first of a plateau."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from icos_ecosystem.ustar.moving_point_rules import CORRELATED, FEW_RECORDS, FOUND, NO_PLATEAU, WINDY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.ustar.moving_point_rules import ClassRules
    from icos_ecosystem.ustar.night_records import SortedRecords

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["Classified", "classify"]


class Classified(NamedTuple):
    """Classes of samples; what describes classes and records is that of the last sample.

    Attributes
    ----------
    thresholds
        Of every class of temperature, NaN where there is none; shape (samples, groups, temperature classes).
    counts
        Records of every group, shape (samples, groups).
    reasons, records
        Why a class has no threshold, and its records; shape (groups, temperature classes).
    ustar_means, nee_means
        Means of the classes of friction velocity, NaN beyond the last one; shape (groups, temperature classes, friction-velocity classes).
    class_of, bin_of
        Class of temperature and of friction velocity of each record, from 1 on, 0 where it is in none; shape (m,).
    """

    thresholds: FloatArray
    counts: IntArray
    reasons: NDArray[np.int8]
    records: IntArray
    ustar_means: FloatArray
    nee_means: FloatArray
    class_of: NDArray[np.int8]
    bin_of: NDArray[np.int8]


def classify(records: SortedRecords, drawn: NDArray[np.int16], rules: ClassRules) -> Classified:
    """Classify samples of the records of each group, and find the thresholds of their classes.

    Parameters
    ----------
    records
        Sorted records of the groups.
    drawn
        How often each row of the year is in each sample, shape (samples, rows); ones for the records as they are.
    rules
        Rules of the classes.
    """
    groups, size = records.borders.size - 1, records.ta.size
    shape = (groups, rules.temperature_classes)
    result = Classified(
        thresholds=np.full((drawn.shape[0], *shape), np.nan),
        counts=np.zeros((drawn.shape[0], groups), np.int64),
        reasons=np.full(shape, FEW_RECORDS, np.int8),
        records=np.zeros(shape, np.int64),
        ustar_means=np.full((*shape, rules.ustar_classes), np.nan),
        nee_means=np.full((*shape, rules.ustar_classes), np.nan),
        class_of=np.zeros(size, np.int8),
        bin_of=np.zeros(size, np.int8),
    )
    room = np.zeros((2, size), np.int64)
    _classify(records.ta, records.ustar, records.nee, records.by_ustar, records.borders, records.source, drawn, rules, result, room)
    return result


@njit(cache=True, nogil=True)
def _classify(
    ta: FloatArray,
    ustar: FloatArray,
    nee: FloatArray,
    by_ustar: IntArray,
    borders: IntArray,
    source: IntArray,
    drawn: NDArray[np.int16],
    rules: ClassRules,
    result: Classified,
    room: IntArray,
) -> None:
    """Fill `result`; `room` (2, m) is for how often a record counts, and the records of a class in the order of friction velocity."""
    weights, chosen = room[0], room[1]
    for sample in range(drawn.shape[0]):
        for group in range(borders.size - 1):
            first, last = borders[group], borders[group + 1]
            total = 0
            for i in range(first, last):
                weights[i] = drawn[sample, source[i]]
                total += weights[i]
                result.class_of[i] = 0
                result.bin_of[i] = 0
            result.counts[sample, group] = total
            result.records[group] = 0
            result.ustar_means[group] = np.nan
            result.nee_means[group] = np.nan
            enough = total >= max(rules.least_in_group, rules.temperature_classes)
            if enough:
                size = total // rules.temperature_classes
                _temperature_classes(ta, weights, first, last, size, result.records[group], result.class_of)
            for k in range(rules.temperature_classes):
                result.reasons[group, k] = FEW_RECORDS
                if enough and result.records[group, k] >= max(rules.least_in_class, 2):
                    members = 0
                    for j in range(first, last):
                        i = first + by_ustar[j]
                        if result.class_of[i] == k + 1:
                            chosen[members] = i
                            members += 1
                    _one_class(ta, ustar, nee, weights, chosen[:members], rules, result, sample, group, k)


@njit(cache=True, nogil=True)
def _one_class(
    ta: FloatArray,
    ustar: FloatArray,
    nee: FloatArray,
    weights: IntArray,
    chosen: IntArray,
    rules: ClassRules,
    result: Classified,
    sample: int,
    group: int,
    k: int,
) -> None:
    """Do one class of temperature, whose records are `chosen` in the order of friction velocity."""
    correlation = abs(_correlation(ta, ustar, weights, chosen))
    if not (correlation < rules.correlation or (correlation == rules.correlation and not rules.correlation_below)):
        result.reasons[group, k] = CORRELATED
        return
    x, y = result.ustar_means[group, k], result.nee_means[group, k]
    size = max(result.records[group, k] // rules.ustar_classes, 1)
    used = _ustar_classes(ustar, nee, weights, chosen, size, rules.size_from_last_end, x, y, result.bin_of)
    if x[0] > rules.first_ustar:
        result.reasons[group, k] = WINDY
        return
    found = _plateau(y, used, rules.plateau, rules.window, rules.classes_above)
    result.reasons[group, k] = NO_PLATEAU if found < 0 else FOUND
    if found >= 0:
        result.thresholds[sample, group, k] = x[found]


@njit(cache=True, nogil=True)
def _temperature_classes(
    ta: FloatArray, weights: IntArray, first: int, last: int, size: int, counts: IntArray, class_of: NDArray[np.int8]
) -> None:
    """Fill the classes, numbered from 1; records of equal temperature are in that where the first of them would be."""
    before, start = 0, 0
    value = np.nan
    for i in range(first, last):
        if weights[i] == 0:
            continue
        if ta[i] != value:
            value = ta[i]
            start = before
        k = min(start // size, counts.size - 1)
        class_of[i] = k + 1
        counts[k] += weights[i]
        before += weights[i]


@njit(cache=True, nogil=True)
def _correlation(x: FloatArray, y: FloatArray, weights: IntArray, chosen: IntArray) -> float:
    """Return the correlation of the chosen records; NaN where one of the two does not vary."""
    count, mean_x, mean_y = 0.0, 0.0, 0.0
    for i in chosen:
        count += weights[i]
        mean_x += weights[i] * x[i]
        mean_y += weights[i] * y[i]
    mean_x /= count
    mean_y /= count
    both, of_x, of_y = 0.0, 0.0, 0.0
    for i in chosen:
        both += weights[i] * (x[i] - mean_x) * (y[i] - mean_y)
        of_x += weights[i] * (x[i] - mean_x) ** 2
        of_y += weights[i] * (y[i] - mean_y) ** 2
    if of_x == 0.0 or of_y == 0.0:
        return np.nan
    correlation: float = both / (np.sqrt(of_x) * np.sqrt(of_y))
    return correlation


@njit(cache=True, nogil=True)
def _ustar_classes(
    ustar: FloatArray,
    nee: FloatArray,
    weights: IntArray,
    chosen: IntArray,
    size: int,
    size_from_last_end: bool,
    ustar_means: FloatArray,
    nee_means: FloatArray,
    bin_of: NDArray[np.int8],
) -> int:
    """Fill the means of the classes of friction velocity and number them from 1; return how many there are."""
    most = ustar_means.size
    k, start, before, opened, in_class = 0, 0, 0, 0, 0
    x, y = 0.0, 0.0
    for j in range(chosen.size):
        i = chosen[j]
        differs = j > 0 and ustar[i] != ustar[chosen[j - 1]]
        if differs and k < most - 1 and before - (start if size_from_last_end else size * k) >= size:
            ustar_means[k] = x / in_class
            nee_means[k] = y / in_class
            k += 1
            start, opened, in_class = before, j, 0
            x, y = 0.0, 0.0
        bin_of[i] = k + 1
        before += weights[i]
        in_class += weights[i]
        x += weights[i] * ustar[i]
        y += weights[i] * nee[i]
    if size_from_last_end and k > 0 and in_class < 0.9 * size:
        earlier = 0
        for j in range(opened - 1, -1, -1):
            if bin_of[chosen[j]] != k:
                break
            earlier += weights[chosen[j]]
        x += ustar_means[k - 1] * earlier
        y += nee_means[k - 1] * earlier
        in_class += earlier
        for j in range(opened, chosen.size):
            bin_of[chosen[j]] = k
        ustar_means[k], nee_means[k] = np.nan, np.nan
        k -= 1
    ustar_means[k] = x / in_class
    nee_means[k] = y / in_class
    return k + 1


@njit(cache=True, nogil=True)
def _plateau(flux: FloatArray, used: int, share: float, window: int, above: int) -> int:
    """Return the first class from which on two in a row reach the mean of those that follow them, -1 if there is none."""
    for k in range(used - above):
        reached = True
        for own in range(k, k + 2):
            end = min(own + 1 + window, used)
            following = 0.0
            for place in range(own + 1, end):
                following += flux[place]
            reached = reached and flux[own] >= share * (following / (end - own - 1))
        if reached:
            return k
    return -1
