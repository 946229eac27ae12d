"""Percentiles, mean and standard error across the versions of a flux, per record.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["SHARES", "AcrossMembers", "across_members"]

SHARES: tuple[int, ...] = (5, 16, 25, 50, 75, 84, 95)
"""Percentiles that are told."""
_OF_FEW = (25, 50, 75)
_BLOCK = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class AcrossMembers:
    """What the versions of a flux have to say about each record; NaN where too few of them have a value.

    Attributes
    ----------
    percentiles
        (7, n) at :data:`SHARES`; each is the value of one member.
    picked
        (7, n) number of that member; -1 where there is none.
    mean
        (n,) mean of the members.
    standard_error
        (n,) standard deviation of the members (n - 1) over the square root of the number of members.
    """

    percentiles: FloatArray
    picked: NDArray[np.int8]
    mean: FloatArray
    standard_error: FloatArray

    def of_picked(self, quality: NDArray[np.generic]) -> FloatArray:
        """Return (7, n) what (members, n) holds for the members that the percentiles were taken from."""
        taken = np.take_along_axis(quality, np.maximum(self.picked, 0).astype(np.intp), axis=0)
        return np.where(self.picked >= 0, taken, np.nan)


def across_members(values: FloatArray, *, least: int = 1, least_for_all: int = 1) -> AcrossMembers:
    """Return percentiles, mean and standard error across members.

    Parameters
    ----------
    values
        (members, n) of at most 127 members; NaN where a member has no value.
    least
        Members that must have a value for anything to be told.
    least_for_all
        Members that must have a value for all percentiles; below only the 25th, 50th and 75th are told.

    Returns
    -------
    AcrossMembers
        Per record.

    Raises
    ------
    ValueError
        Where there are no members, or more than 127.

    Notes
    -----
    With the m members that have a value in ascending order, counted from 1 and equal ones as they come, percentile p is member
    ``max(1, floor(p m / 100 + 1/2))``: no interpolation. The standard error divides by the number of all members, with a value or not.
    """
    members, size = values.shape
    if not 1 <= members <= np.iinfo(np.int8).max:
        raise ValueError(f"{members} members, expected 1 to {np.iinfo(np.int8).max}")
    picked = np.full((len(SHARES), size), -1, np.int8)
    percentiles = np.full((len(SHARES), size), np.nan)
    mean, spread = np.full(size, np.nan), np.full(size, np.nan)
    of_few = np.array([share in _OF_FEW for share in SHARES])
    _rank(
        np.ascontiguousarray(values), np.array(SHARES, np.float64), of_few, max(least, 1), least_for_all, percentiles, picked, mean, spread
    )
    return AcrossMembers(percentiles=percentiles, picked=picked, mean=mean, standard_error=spread / np.sqrt(members))


@njit(cache=True, nogil=True)
def _sorted_in(found: FloatArray, ordered: FloatArray, who: NDArray[np.int8]) -> int:
    """Put those members of one record that have a value in ascending order, equal ones as they come; return how many they are."""
    count = 0
    for member in range(found.size):
        value = found[member]
        if np.isnan(value):
            continue
        place = count
        while place > 0 and ordered[place - 1] > value:
            ordered[place] = ordered[place - 1]
            who[place] = who[place - 1]
            place -= 1
        ordered[place] = value
        who[place] = member
        count += 1
    return count


@njit(cache=True, nogil=True)
def _moments(found: FloatArray, count: int) -> tuple[float, float]:
    """Return mean and standard deviation (n - 1) of the first `count` values; no deviation of a single one."""
    total = 0.0
    for place in range(count):
        total += found[place]
    mean = total / count
    squares = 0.0
    for place in range(count):
        squares += (found[place] - mean) ** 2
    return mean, np.sqrt(squares / (count - 1)) if count > 1 else np.nan


@njit(cache=True, nogil=True)
def _rank(
    values: FloatArray,
    shares: FloatArray,
    of_few: NDArray[np.bool_],
    least: int,
    least_for_all: int,
    percentiles: FloatArray,
    picked: NDArray[np.int8],
    mean: FloatArray,
    spread: FloatArray,
) -> None:
    """Fill (7, n) percentiles and picked members, (n,) mean and standard deviation.

    Records come in blocks that are turned first, since a record's members lie far apart in memory. Along the members values change
    little, so insertion is quick.
    """
    members, size = values.shape
    block = np.empty((_BLOCK, members))
    ordered = np.empty(members)
    who = np.empty(members, np.int8)
    for start in range(0, size, _BLOCK):
        rows = min(_BLOCK, size - start)
        for member in range(members):
            for row in range(rows):
                block[row, member] = values[member, start + row]
        for row in range(rows):
            record = start + row
            count = _sorted_in(block[row], ordered, who)
            if count < least:
                continue
            mean[record], spread[record] = _moments(ordered, count)
            for index in range(shares.size):
                if count >= least_for_all or of_few[index]:
                    place = max(int(np.floor(shares[index] / 100.0 * count + 0.5)) - 1, 0)
                    percentiles[index, record] = ordered[place]
                    picked[index, record] = who[place]
