"""Versions of net ecosystem exchange, filtered by thresholds of the friction velocity and filled.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.gap_filling.marginal_distribution import fill_members
from icos_ecosystem.ustar.filtering import survival_ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.gap_filling.marginal_distribution import Driver
    from icos_ecosystem.gap_filling.schedules import Scheme
    from icos_ecosystem.ustar.filtering import Convention

    FloatArray = NDArray[np.float64]

__all__ = ["Members", "filtered_and_filled"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Members:
    """Versions of a flux: those of the ensemble, and one more.

    Attributes
    ----------
    values
        (members, n); NaN where a record has no value. The last member is that of the median threshold (USTAR50), no part of the ensemble.
    quality
        (members, n) 0 measured, 1 to 3 filled, -1 neither.
    same_as
        (members,) the first member that is this one exactly: where no record lies between two thresholds they make the same member.
    """

    values: FloatArray
    quality: NDArray[np.int8]
    same_as: NDArray[np.int64]

    @property
    def median(self) -> int:
        """Number of the member of the median threshold."""
        return len(self.values) - 1

    @property
    def ensemble(self) -> FloatArray:
        """(members - 1, n) without the member of the median threshold, a view."""
        return self.values[: self.median]

    @cached_property
    def distinct(self) -> NDArray[np.int64]:
        """Numbers of the members that differ from all before them."""
        return np.flatnonzero(self.same_as == np.arange(self.same_as.size))


def filtered_and_filled(
    nee: FloatArray,
    ustar: FloatArray,
    thresholds: FloatArray,
    year: NDArray[np.integer],
    drivers: Sequence[Driver],
    *,
    sw_in: FloatArray,
    per_day: int,
    scheme: Scheme,
    convention: Convention,
    order: Sequence[int] | NDArray[np.integer] | None = None,
) -> Members:
    """Filter a series by each of several thresholds and fill it.

    Parameters
    ----------
    nee
        Net ecosystem exchange [umol m-2 s-1], not filtered, shape (n,); NaN where missing.
    ustar
        Friction velocity [m s-1], shape (n,).
    thresholds
        [m s-1], shape (years, members); the last member is that of the median threshold.
    year
        Row of `thresholds` that holds for each record, shape (n,).
    drivers, per_day, scheme
        See :func:`icos_ecosystem.gap_filling.marginal_distribution.fill`.
    sw_in, convention
        See :func:`icos_ecosystem.ustar.filtering.filter_flags`.
    order
        Members by growing threshold; None: found from `thresholds`.

    Returns
    -------
    Members
        In the order of `thresholds`.

    Raises
    ------
    ValueError
        Where no order of the members has growing thresholds in every year.
    """
    known = np.isfinite(thresholds).all(axis=1)
    if order is None:
        # Members that tie in one year may differ in another.
        order = np.lexsort(thresholds[known]) if known.any() else np.arange(thresholds.shape[1])
    order = np.asarray(order, np.int64)
    members = order.size
    ranks = survival_ranks(ustar, thresholds[:, order].T, year, convention=convention, sw_in=sw_in)
    ranks = np.where(np.isfinite(nee), np.clip(ranks, 0, members), 0).astype(np.int16)
    # Between two members differ the records of the second one's rank; where there are none, they are one.
    differs = np.bincount(ranks, minlength=members + 1)[:members] > 0
    differs[0] = True
    group = np.cumsum(differs) - 1
    ranks_of_groups = np.concatenate([[0], group + 1]).astype(np.int16)[ranks]
    filled = fill_members(nee, ranks_of_groups, int(group[-1]) + 1, drivers, per_day=per_day, scheme=scheme)
    group_of = np.empty(members, np.int64)
    group_of[order] = group
    first = np.array([np.flatnonzero(group_of == each)[0] for each in group_of])
    return Members(values=filled.values[group_of], quality=filled.quality[group_of], same_as=first)
