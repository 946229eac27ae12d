"""How REddyProc parts fluxes by the respiration of the night: night, windows and choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.partitioning.night_windows import OUTCOMES, Choice, NightRules, Period, sliding_windows
from icos_ecosystem.partitioning.sun import potential_radiation_reddyproc

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.partitioning.night_windows import Site

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]

__all__ = ["RULES"]

_NIGHT_TO = 10.0
_BEST = 3
_DIGITS = 2


def _night(calendar: SiteCalendar, sw_in: FloatArray, site: Site, by: Literal["sun", "radiation"]) -> BoolArray:
    """Return (n,) which records are night: SW_IN measured and not above 10 W m-2, and the sun below the horizon."""
    dark: BoolArray = sw_in <= _NIGHT_TO
    if by == "radiation":
        return dark
    minutes = 1440 // calendar.per_day
    above = potential_radiation_reddyproc(calendar.start, site.latitude, site.longitude, site.utc_offset, minutes=minutes)
    night: BoolArray = dark & (above <= 0.0)
    return night


def _periods(calendar: SiteCalendar) -> tuple[Period, ...]:
    """Return the whole record: windows of 15 days every 5, and of 7 days every 4; the day that ends with the first midnight is in none."""
    day = (np.arange(calendar.size, dtype=np.int64) + 1) // calendar.per_day
    last = int(day[-1]) if day.size else 0
    whole = Period(
        name="the record",
        rows=slice(0, calendar.size),
        sensitivity=sliding_windows(day, np.arange(8, last + 1, 5) - 7, 15),
        respiration=sliding_windows(day, np.arange(4, last + 1, 4) - 3, 7),
    )
    return (whole,)


def _choose(e0: FloatArray, e0_se: FloatArray, limits: tuple[float, float]) -> Choice:
    """Return the mean, to two digits, of the three estimates that are surest and within limits by their standard error."""
    outcome = np.full(e0.size, OUTCOMES.index("outside_limits"), dtype=np.int8)
    valid = np.flatnonzero((e0 - e0_se > limits[0]) & (e0 + e0_se < limits[1]))
    outcome[valid] = OUTCOMES.index("valid")
    if valid.size < _BEST:
        return Choice(e0=np.nan, outcome=outcome, fewest=_BEST)
    best = valid[np.argsort(e0_se[valid], kind="stable")[:_BEST]]
    outcome[best] = OUTCOMES.index("used")
    return Choice(e0=round(float(e0[best].mean()), _DIGITS), outcome=outcome, fewest=_BEST)


def _centre(mean_position: FloatArray) -> FloatArray:
    """Return the record nearest to a mean position; halves go to the even one as REddyProc counts, from one."""
    nearest: FloatArray = np.round(mean_position + 1.0) - 1.0
    return nearest


RULES = NightRules(
    night=_night,
    periods=_periods,
    choose=_choose,
    within_cost=0.0,
    whole_period=False,
    centre=_centre,
    least_respiration=None,
)
"""Those of REddyProc's ``sMRFluxPartition``."""
