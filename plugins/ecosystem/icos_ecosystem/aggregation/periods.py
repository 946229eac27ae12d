"""Days, weeks, months and years of a calendar of whole years, as runs of days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    IntArray = NDArray[np.int64]

__all__ = ["COARSE", "WEEKS", "Periods", "Resolution", "periods_of"]

Resolution = Literal["dd", "ww", "mm", "yy"]
COARSE: tuple[Resolution, ...] = ("dd", "ww", "mm", "yy")
"""The resolutions beyond half hours, finest first."""
WEEKS = 52
"""A year has so many weeks of seven days; its last week takes what is left: eight or nine days."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Periods:
    """Consecutive runs of days that cover a calendar.

    Attributes
    ----------
    resolution
        ``dd``, ``ww``, ``mm`` or ``yy``.
    first
        (p,) number of the first day of each period, counted from 0.
    length
        (p,) days of each period.
    """

    resolution: Resolution
    first: IntArray
    length: IntArray

    @property
    def size(self) -> int:
        """Number of periods."""
        return self.first.size

    @property
    def days(self) -> int:
        """Days of all periods."""
        return int(self.length.sum())


def periods_of(calendar: SiteCalendar, resolution: Resolution) -> Periods:
    """Return the days, weeks, months or years of a calendar.

    Parameters
    ----------
    calendar
        Whole years of half hours or hours.
    resolution
        ``dd``, ``ww``, ``mm`` or ``yy``.

    Returns
    -------
    Periods
        In order. The first week of a year begins on 1 January.
    """
    days = calendar.start[:: calendar.per_day].astype("datetime64[D]")
    if resolution == "dd":
        first = np.arange(days.size)
    elif resolution == "ww":
        years = _starts(days.astype("datetime64[Y]"))
        first = (years[:, np.newaxis] + 7 * np.arange(WEEKS)).ravel()
    elif resolution == "mm":
        first = _starts(days.astype("datetime64[M]"))
    else:
        first = _starts(days.astype("datetime64[Y]"))
    first = first.astype(np.int64)
    return Periods(resolution=resolution, first=first, length=np.diff(first, append=days.size))


def _starts(labels: NDArray[np.datetime64]) -> IntArray:
    """Return where a new label begins."""
    return np.flatnonzero(np.concatenate([[True], labels[1:] != labels[:-1]]))
