"""Invented sites whose light response is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.partitioning.daytime import DayWeather
from icos_ecosystem.partitioning.light_response import light_response
from icos_ecosystem.partitioning.night_windows import Site
from icos_ecosystem.partitioning.sun import potential_radiation_reddyproc

if TYPE_CHECKING:
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

__all__ = ["TRUTH", "LightSite", "light_site"]

TRUTH = np.array([0.06, 25.0, 0.06, 3.0, 180.0])
"""k, beta, alpha, reference respiration and temperature sensitivity."""


@dataclass(frozen=True)
class LightSite:
    nee: np.ndarray
    measured: np.ndarray
    weather: DayWeather
    calendar: SiteCalendar
    site: Site
    gpp: np.ndarray
    reco: np.ndarray

    @property
    def handed(self) -> tuple[Any, ...]:
        return self.nee, self.measured, self.weather, self.calendar, self.site

    def changed(self, **changes: Any) -> LightSite:
        return replace(self, **changes)

    def with_weather(self, **changes: Any) -> LightSite:
        return replace(self, weather=replace(self.weather, **changes))


def light_site(first: int, last: int, per_day: int, *, latitude: float = 51.0, noise: float = 1.0, missing: float = 0.4) -> LightSite:
    """Return an invented record: weather with seasons, days and clouds, fluxes with noise that grows with them."""
    random = np.random.default_rng(3)
    calendar = whole_years(first, last, per_day)
    site = Site(latitude=latitude, longitude=15.0, utc_offset=1.0)
    n, hour = calendar.size, calendar.hour + 12.0 / per_day
    sun = potential_radiation_reddyproc(calendar.start, latitude, 15.0, 1.0, minutes=1440 // per_day)
    sw_in = 0.6 * sun * np.exp(-random.exponential(0.4, n))
    day = 3.0 * np.sin(2.0 * np.pi * (hour - 9.0) / 24.0)
    ta = 10.0 - 10.0 * np.cos(2.0 * np.pi * (calendar.day_of_year - 15.0) / 365.0) + day + random.normal(0.0, 1.0, n)
    vpd = np.maximum(6.0 + 0.4 * ta + 1.7 * day, 0.0)
    truth = light_response(TRUTH, sw_in, vpd, ta)
    nee = truth.reco - truth.gpp + noise * random.normal(0.0, 1.0, n) * (0.3 + 0.05 * truth.gpp)
    measured = random.random(n) > missing
    return LightSite(nee, measured, DayWeather(sw_in=sw_in, vpd=vpd, ta=ta), calendar, site, truth.gpp, truth.reco)
