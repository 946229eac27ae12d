"""Linear filling of slow sensors from rows that passed their tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["Filled", "Neighbours", "between", "fill_gaps"]


class Neighbours(NamedTuple):
    """For m wanted times: the known points on both sides, and how much the later one counts.

    `bracketed` says where there are points on both sides; elsewhere the other arrays hold no sensible numbers.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    weight_after: FloatArray
    apart: FloatArray
    bracketed: BoolArray

    @property
    def bridge(self) -> FloatArray:
        """Time to the one point times time to the other over the time between both, s.

        A random walk of unit variance per second whose values at both points are known has this variance at the wanted time.
        """
        free: FloatArray = self.weight_after * (1.0 - self.weight_after) * self.apart
        return free


class Filled(NamedTuple):
    """A series after filling.

    Attributes
    ----------
    values : (n,) ndarray
        The values handed in where nothing was filled, else a copy with the filled rows.
    rows : (n,) ndarray of bool
        Rows that were filled.
    bridge : (n,) ndarray
        `Neighbours.bridge` of the filled rows, s; 0 elsewhere.
    """

    values: FloatArray
    rows: BoolArray
    bridge: FloatArray


def between(wanted: FloatArray, known: FloatArray) -> Neighbours:
    """Find the neighbours of each wanted time.

    Parameters
    ----------
    wanted : (m,) ndarray
        Times, s.
    known : (k,) ndarray
        Increasing times, s.

    Returns
    -------
    Neighbours
        Indices into `known`, the weight of the later point in a linear interpolation, and the time between both, s.
    """
    after = np.searchsorted(known, wanted, side="left")
    bracketed = (after > 0) & (after < known.size)
    if known.size == 0:
        zero = np.zeros(wanted.shape)
        return Neighbours(after, after, zero, zero, bracketed)
    later = np.minimum(after, known.size - 1)
    earlier = np.maximum(after - 1, 0)
    apart = known[later] - known[earlier]
    weight = np.divide(wanted - known[earlier], apart, out=np.zeros(wanted.shape), where=apart > 0.0)
    return Neighbours(earlier, later, weight, apart, bracketed)


def fill_gaps(time: FloatArray, values: FloatArray, good: BoolArray, wanted: BoolArray, limit: float) -> Filled:
    """Interpolate linearly in time between good rows.

    Parameters
    ----------
    time : (n,) ndarray
        Increasing times, s.
    values : (n,) ndarray
        Values.
    good : (n,) ndarray of bool
        Rows that may serve as neighbours: present and passed their tests.
    wanted : (n,) ndarray of bool
        Rows to fill.
    limit : float
        Longest time between the two good neighbours, s.

    Returns
    -------
    Filled
        The series, which rows were filled, and how far from what is known.
    """
    nothing = Filled(values, np.zeros(time.shape, dtype=np.bool_), np.zeros(time.shape))
    rows = np.flatnonzero(wanted)
    if rows.size == 0 or limit <= 0.0:
        return nothing
    known = np.flatnonzero(good)
    found = between(time[rows], time[known])
    near = found.bracketed & (found.apart <= limit)
    rows = rows[near]
    if rows.size == 0:
        return nothing
    weight = found.weight_after[near]
    filled = nothing._replace(values=values.copy())
    filled.values[rows] = (1.0 - weight) * values[known[found.before[near]]] + weight * values[known[found.after[near]]]
    filled.rows[rows] = True
    filled.bridge[rows] = found.bridge[near]
    return filled
