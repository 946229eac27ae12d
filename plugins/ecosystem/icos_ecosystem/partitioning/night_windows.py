"""Windows of nights: which measured values a window has, which part of the record it belongs to, and what became of its fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["OUTCOMES", "Choice", "NightRules", "Period", "Site", "Windows", "sliding_windows"]

OUTCOMES = (
    "used",
    "valid",
    "too_few_values",
    "too_small_range_of_temperature",
    "fit_failed",
    "outside_limits",
    "not_positive",
)
"""What became of a window: its result is used; it is valid but not among the best; why it was rejected."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a tower stands: degrees north and east, hours that local standard time is ahead of UTC."""

    latitude: float
    longitude: float
    utc_offset: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """Windows of one period, in order.

    Attributes
    ----------
    first, end
        (w,) position of the first record of each in the period, and of the one after its last.
    """

    first: IntArray
    end: IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Period:
    """Part of the record that has one temperature sensitivity.

    Attributes
    ----------
    name
        For messages.
    rows
        Its records.
    sensitivity, respiration
        Windows in which the temperature sensitivity and the reference respiration are looked for.
    """

    name: str
    rows: slice
    sensitivity: Windows
    respiration: Windows


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """What the fits of the temperature sensitivity of a period come to.

    Attributes
    ----------
    e0
        [K], NaN where too few are valid.
    outcome
        (w,) index in :data:`OUTCOMES`.
    fewest
        Number of valid windows that are needed.
    """

    e0: float
    outcome: NDArray[np.int8]
    fewest: int = field(default=0)


@dataclass(frozen=True, kw_only=True)
class NightRules:
    """In what the peers differ.

    Attributes
    ----------
    night
        ``f(calendar, sw_in, site, by)`` → (n,) which records are night.
    periods
        ``f(calendar)`` → the parts of the record.
    choose
        ``f(e0, e0_se, limits)`` → the temperature sensitivity of a period from those of its windows (NaN where there was no fit).
    within_cost
        See :func:`icos_ecosystem.partitioning.lloyd_taylor_fit.sensitivity_fits`.
    whole_period
        Whether all nights of the period together are fitted where too few windows are valid.
    centre
        ``f(mean position)`` → the record at which a window's reference respiration stands.
    least_respiration
        What stands for a smaller reference respiration; None: one below zero is dropped.
    """

    night: Callable[[SiteCalendar, FloatArray, Site, Literal["sun", "radiation"]], BoolArray]
    periods: Callable[[SiteCalendar], tuple[Period, ...]]
    choose: Callable[[FloatArray, FloatArray, tuple[float, float]], Choice]
    within_cost: float
    whole_period: bool
    centre: Callable[[FloatArray], FloatArray]
    least_respiration: float | None


def sliding_windows(day: IntArray, firsts: IntArray, length: int) -> Windows:
    """Return windows of days.

    Parameters
    ----------
    day
        (n,) number of each record's day, in order.
    firsts
        (w,) first day of each window.
    length
        Days of a window.
    """
    return Windows(first=np.searchsorted(day, firsts).astype(np.int64), end=np.searchsorted(day, firsts + length).astype(np.int64))
