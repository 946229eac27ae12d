"""Which member is the reference at each resolution.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.aggregation.calendar_means import GRAMS_PER_DAY, day_means, period_means, period_sums
from icos_ecosystem.aggregation.periods import COARSE, periods_of
from icos_ecosystem.ensemble.reference_selection import LEAST_MEMBERS, comparable, days_with, periods_with, select_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["aggregated_members", "references_by_resolution"]


def aggregated_members(values: FloatArray, calendar: SiteCalendar) -> dict[str, FloatArray]:
    """Return the members of a flux of carbon dioxide at every resolution.

    Parameters
    ----------
    values
        [umol m-2 s-1], shape (members, n).
    calendar
        Of the records.

    Returns
    -------
    dict
        ``hh`` → `values`; ``dd``, ``ww``, ``mm`` → means [g C m-2 d-1]; ``yy`` → sums [g C m-2 y-1]; shape (members, p) each. A period of
        which a record is missing has none.
    """
    days = day_means(values, calendar.per_day) * GRAMS_PER_DAY
    found = {"hh": values}
    for resolution in COARSE:
        periods = periods_of(calendar, resolution)
        found[resolution] = period_sums(days, periods) if resolution == "yy" else period_means(days, periods)
    return found


def references_by_resolution(
    ensemble: Mapping[str, FloatArray], calendar: SiteCalendar, *, left_out: NDArray[np.bool_] | None = None
) -> dict[str, int | None]:
    """Return the number of the reference at each resolution.

    Parameters
    ----------
    ensemble
        Resolution → (members, p), without the member of the median threshold; as :func:`aggregated_members` makes it. A member that has
        fewer than nine tenths of the records of the fullest one is not compared, and there is no reference among fewer than ten.
    calendar
        Of the records.
    left_out
        Records that are not compared, shape (n,), nor are periods that hold any of them: what lies deep inside a long gap says nothing
        about thresholds.

    Returns
    -------
    dict
        Resolution → member, None where there is no reference. Of years, where fewer than two are left to compare, it is the reference of
        the months.
    """
    omitted = np.zeros(calendar.size, np.bool_) if left_out is None else left_out
    omitted_days = days_with(omitted, calendar.per_day)
    found: dict[str, int | None] = {}
    left_out_of = {"hh": omitted} | {each: periods_with(omitted_days, periods_of(calendar, each)) for each in COARSE}
    for resolution, skipped in left_out_of.items():
        values = ensemble[resolution] if not skipped.any() else ensemble[resolution][:, ~skipped]
        fit = comparable(values)
        enough = np.count_nonzero(fit) >= min(LEAST_MEMBERS, len(fit))
        chosen = select_reference(values if fit.all() else values[fit]) if enough else None
        if chosen is not None:
            chosen = int(np.flatnonzero(fit)[chosen])
        found[resolution] = chosen if chosen is not None or resolution != "yy" else found["mm"]
    return found
