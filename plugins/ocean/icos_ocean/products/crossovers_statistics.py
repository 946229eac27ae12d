"""Differences between cruises where they cross, gathered piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.cruise_crossovers import Pairs
    from icos_ocean.products.crossovers_measurements import Measurements

    FloatArray = NDArray[np.float64]

__all__ = ["Crossing", "Gathered", "HighQuality"]


@dataclass(frozen=True, kw_only=True)
class HighQuality:
    """What makes a pair one of high quality: largest differences of fCO2 (µatm) and of SST (°C, None: not asked for)."""

    fco2: float
    sst: float | None

    def holds(self, fco2_difference: FloatArray, sst_difference: FloatArray) -> NDArray[np.bool_]:
        """Tell which pairs are; a pair without SST is none where one is asked for."""
        near: NDArray[np.bool_] = np.abs(fco2_difference) <= self.fco2
        return near if self.sst is None else near & (np.abs(sst_difference) <= self.sst)


@dataclass(kw_only=True)
class Crossing:
    """What two cruises say of each other: sums over their pairs, and the pair that is nearest."""

    pairs: int = 0
    high_quality: int = 0
    total: float = 0.0
    squares: float = 0.0
    nearest: float = np.inf
    nearest_kilometres: float = np.nan
    nearest_days: float = np.nan
    nearest_difference: float = np.nan

    @property
    def mean(self) -> float:
        """Mean difference of fCO2, µatm."""
        return self.total / self.pairs

    @property
    def sd(self) -> float:
        """Standard deviation of the differences with n - 1, µatm; NaN for one pair."""
        if self.pairs < 2:
            return float("nan")
        return float(np.sqrt(max(self.squares - self.total**2 / self.pairs, 0.0) / (self.pairs - 1)))


@dataclass(kw_only=True)
class Gathered:
    """Crossings of cruises, and the pairs that are kept.

    Attributes
    ----------
    own, other
        The measurements that pairs point to; `cruise` tells cruises apart.
    high_quality
        What makes a pair one of high quality.
    keep_all
        Keep every pair; else of each own measurement the nearest of each other cruise.
    platforms
        Own and other platform of each measurement; pairs of one platform do not count. None lets all count but those of one cruise.
    """

    own: Measurements
    other: Measurements
    high_quality: HighQuality
    keep_all: bool
    platforms: tuple[NDArray[np.int64], NDArray[np.int64]] | None
    crossings: dict[tuple[int, int], Crossing] = field(default_factory=dict)
    kept: list[tuple[NDArray[np.generic], ...]] = field(default_factory=list)

    def add(self, pairs: Pairs) -> None:
        """Take in a piece; all pairs of one own measurement are in one piece."""
        left, right = self.own.cruise[pairs.left], self.other.cruise[pairs.right]
        counts = left != right
        if self.platforms is not None:
            one, two = self.platforms[0][pairs.left], self.platforms[1][pairs.right]
            counts &= (one != two) | (one < 0)
        rows = np.flatnonzero(counts)
        if not rows.size:
            return
        i, j, equivalent = pairs.left[rows], pairs.right[rows], pairs.equivalent[rows]
        difference = self.own.fco2[i] - self.other.fco2[j]
        warmer = self.own.sst[i] - self.other.sst[j]
        good = self.high_quality.holds(difference, warmer)
        keys, which = np.unique(np.stack([left[rows], right[rows]]), axis=1, return_inverse=True)
        which = which.reshape(-1)
        self._sum_up(keys, which, difference, good, (equivalent, pairs.kilometres[rows], pairs.days[rows]))
        if not self.keep_all:
            order = np.lexsort((equivalent, which, i))
            first = np.ones(order.size, dtype=bool)
            first[1:] = (np.diff(i[order]) != 0) | (np.diff(which[order]) != 0)
            rows, i, j = rows[order[first]], i[order[first]], j[order[first]]
            difference, warmer, good = difference[order[first]], warmer[order[first]], good[order[first]]
        self.kept.append((i, j, pairs.kilometres[rows], pairs.days[rows], pairs.equivalent[rows], difference, warmer, good))

    def _sum_up(
        self,
        keys: NDArray[np.int64],
        which: NDArray[np.intp],
        difference: FloatArray,
        good: NDArray[np.bool_],
        apart: tuple[FloatArray, FloatArray, FloatArray],
    ) -> None:
        size = keys.shape[1]
        equivalent, kilometres, days = apart
        sums = [np.bincount(which, each, size) for each in (np.ones_like(difference), good, difference, difference**2)]
        order = np.lexsort((equivalent, which))
        nearest = order[np.searchsorted(which[order], np.arange(size))]
        for group in range(size):
            key = (int(keys[0, group]), int(keys[1, group]))
            crossing = self.crossings.setdefault(key, Crossing())
            crossing.pairs += int(sums[0][group])
            crossing.high_quality += int(sums[1][group])
            crossing.total += float(sums[2][group])
            crossing.squares += float(sums[3][group])
            pair = int(nearest[group])
            if equivalent[pair] < crossing.nearest:
                crossing.nearest = float(equivalent[pair])
                crossing.nearest_kilometres, crossing.nearest_days = float(kilometres[pair]), float(days[pair])
                crossing.nearest_difference = float(difference[pair])

    def columns(self) -> tuple[NDArray[np.generic], ...]:
        """Return the kept pairs as columns: own row, other row, km, days, equivalent km, fCO2 and SST difference, high quality."""
        if not self.kept:
            none = np.empty(0)
            rows = np.empty(0, dtype=np.int64)
            return rows, rows, none, none, none, none, none, np.empty(0, dtype=bool)
        return tuple(np.concatenate(parts) for parts in zip(*self.kept, strict=True))
