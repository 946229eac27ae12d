"""How ONEFlux parts fluxes by the respiration of the night: night, windows and choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.partitioning.night_windows import OUTCOMES, Choice, NightRules, Period, sliding_windows
from icos_ecosystem.partitioning.sun import sunrise_and_sunset

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.partitioning.night_windows import Site

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["RULES"]

_DAY_FROM = 10.0
_BEST = 3
_FEWEST_VALID = 2
_TRIMMED = 0.1
_LEAST_RESPIRATION = 1e-6


def _intervals_ended(calendar: SiteCalendar) -> IntArray:
    """Return (n,) intervals of the year that have ended when each one ends: ONEFlux stamps at the end."""
    in_day = np.rint(calendar.hour * calendar.per_day / 24.0).astype(np.int64)
    ended: IntArray = (calendar.day_of_year - 1) * calendar.per_day + in_day + 1
    return ended


def _night(calendar: SiteCalendar, sw_in: FloatArray, site: Site, by: Literal["sun", "radiation"]) -> BoolArray:
    """Return (n,) which records are night: SW_IN below 10 W m-2, or missing with the sun down, and the clock's hour outside the day."""
    dark: BoolArray = sw_in < _DAY_FROM
    if by == "radiation":
        return dark
    ended = _intervals_ended(calendar)
    hour = ended % calendar.per_day * (24.0 / calendar.per_day)
    sunrise, sunset = sunrise_and_sunset(ended // calendar.per_day + 1, site.latitude)
    night: BoolArray = (dark | np.isnan(sw_in)) & ~((hour > sunrise) & (hour < sunset))
    return night


def _periods(calendar: SiteCalendar) -> tuple[Period, ...]:
    """Return the calendar years: windows of 14 days every 5, and of 8 days from noon to noon every 4."""
    ended = _intervals_ended(calendar)
    periods = []
    for year in calendar.years:
        rows = np.flatnonzero(calendar.year == year)
        day = ended[rows] // calendar.per_day + 1
        noon_to_noon = (ended[rows] + calendar.per_day // 2) // calendar.per_day + 1
        last = int(day[-1])
        periods.append(
            Period(
                name=str(year),
                rows=slice(int(rows[0]), int(rows[-1]) + 1),
                sensitivity=sliding_windows(day, np.arange(int(day[0]), last + 1, 5), 14),
                respiration=sliding_windows(noon_to_noon, np.arange(1, last, 4), 8),
            )
        )
    return tuple(periods)


def _choose(e0: FloatArray, e0_se: FloatArray, limits: tuple[float, float]) -> Choice:
    """Return the mean of the three estimates within limits that are surest, or of two; one is not enough."""
    outcome = np.full(e0.size, OUTCOMES.index("outside_limits"), dtype=np.int8)
    valid = np.flatnonzero((e0 > limits[0]) & (e0 < limits[1]))
    outcome[valid] = OUTCOMES.index("valid")
    if valid.size < _FEWEST_VALID:
        return Choice(e0=np.nan, outcome=outcome, fewest=_FEWEST_VALID)
    best = valid[np.argsort(e0_se[valid], kind="stable")[:_BEST]]
    outcome[best] = OUTCOMES.index("used")
    return Choice(e0=float(e0[best].mean()), outcome=outcome, fewest=_FEWEST_VALID)


RULES = NightRules(
    night=_night,
    periods=_periods,
    choose=_choose,
    within_cost=_TRIMMED,
    whole_period=True,
    centre=np.floor,
    least_respiration=_LEAST_RESPIRATION,
)
"""Those of ONEFlux's ``partition/nighttime.py``."""
