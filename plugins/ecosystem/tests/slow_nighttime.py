"""Night-time partitioning in plain loops with scipy, after the descriptions of both conventions, and a site whose parameters are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.partitioning.night_windows import Site
from icos_ecosystem.partitioning.sun import potential_radiation_reddyproc
from scipy.optimize import curve_fit, leastsq

if TYPE_CHECKING:
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

__all__ = ["BOREAL", "Exchange", "invented_exchange", "slow_oneflux", "slow_reddyproc"]

BOREAL = Site(latitude=61.8, longitude=24.3, utc_offset=2.0)


@dataclass(frozen=True)
class Exchange:
    """An invented record: what is handed to the partitioning, and the truth."""

    nee: np.ndarray
    measured: np.ndarray
    temperature: np.ndarray
    sw_in: np.ndarray
    calendar: SiteCalendar
    site: Site
    reco: np.ndarray
    rref: np.ndarray

    @property
    def handed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, SiteCalendar, Site]:
        """The arguments of the partitioning, in order."""
        return self.nee, self.measured, self.temperature, self.sw_in, self.calendar, self.site


def model(temperature: np.ndarray, rref: float | np.ndarray, e0: float | np.ndarray) -> np.ndarray:
    """Return the equation of Lloyd and Taylor as it is printed."""
    return rref * np.exp(e0 * (1.0 / (288.15 - 227.13) - 1.0 / (temperature + 273.15 - 227.13)))


def invented_exchange(
    first: int = 2023,
    last: int = 2023,
    per_day: int = 48,
    *,
    e0: tuple[float, ...] = (200.0,),
    site: Site = BOREAL,
    noise: float = 0.0,
    missing: float = 0.3,
    swing: float = 2.0,
    seed: int = 1,
) -> Exchange:
    """Return years of exchange; the temperature sensitivity is one per year, the last one holding on.

    The reference respiration swings by `swing` in a year.
    """
    draw = np.random.default_rng(seed)
    calendar = whole_years(first, last, per_day)
    day = np.arange(calendar.size) / per_day
    sensitivity = np.array([e0[min(year - first, len(e0) - 1)] for year in calendar.year])
    temperature = 8.0 - 12.0 * np.cos(2 * np.pi * day / 365.25) - 5.0 * np.cos(2 * np.pi * day) + 3.0 * np.sin(2 * np.pi * day / 6.3)
    temperature += draw.normal(0.0, 1.0, day.size)
    rref = 3.0 - swing * np.cos(2 * np.pi * day / 365.25)
    reco = model(temperature, rref, sensitivity)
    radiation = 0.6 * potential_radiation_reddyproc(calendar.start, site.latitude, site.longitude, site.utc_offset, minutes=1440 // per_day)
    gpp = np.where(radiation > 10.0, 20.0 * radiation / (radiation + 300.0), 0.0)
    nee = reco - gpp + noise * draw.standard_normal(day.size)
    return Exchange(nee, draw.random(day.size) >= missing, temperature, radiation, calendar, site, reco, rref)


def slow_reddyproc(record: Exchange, night: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the temperature sensitivity and (n,) respiration as REddyProc finds them."""
    per_day, n = record.calendar.per_day, record.nee.size
    day = np.array([(i + 1) // per_day for i in range(n)])
    counts = night & record.measured
    found = []
    for middle in range(8, day[-1] + 1, 5):
        rows = counts & (day >= middle - 7) & (day <= middle + 7)
        x, y = record.temperature[rows], record.nee[rows]
        if y.size <= 6 or np.ptp(x) < 5:
            continue
        best, _ = curve_fit(model, x, y, (2.0, 200.0))
        off = y - model(x, *best)
        low, high = np.quantile(off, [0.05, 0.95])
        kept = (off >= low) & (off <= high)
        best, covariance = curve_fit(model, x[kept], y[kept], (2.0, 200.0))
        se = np.sqrt(covariance[1, 1])
        if best[1] - se > 30 and best[1] + se < 350:
            found.append((se, best[1]))
    e0 = round(np.mean([each for _, each in sorted(found)[:3]]), 2)
    at, values = [], []
    for middle in range(4, day[-1] + 1, 4):
        rows = counts & (day >= middle - 3) & (day <= middle + 3)
        if rows.sum() <= 2:
            continue
        x, y = model(record.temperature[rows], 1.0, e0), record.nee[rows]
        rref = np.linalg.lstsq(x[:, np.newaxis], y, rcond=None)[0][0]
        if rref >= 0:
            at.append(round(np.mean(np.flatnonzero(rows) + 1)) - 1)
            values.append(rref)
    return e0, model(record.temperature, np.interp(np.arange(n), at, values), e0)


def slow_oneflux(record: Exchange, night: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the temperature sensitivity and (n,) respiration of one year as ONEFlux finds them."""
    per_day, n = record.calendar.per_day, record.nee.size
    elapsed = 1.0 + (np.arange(n) + 1) / per_day
    counts = night & record.measured
    found = []
    for first in range(1, int(elapsed[-1]) + 1, 5):
        rows = counts & (np.floor(elapsed) >= first) & (np.floor(elapsed) < first + 14)
        x, y = record.temperature[rows], record.nee[rows]
        if y.size <= 6 or np.ptp(x) < 5:
            continue

        def residuals(parameters: np.ndarray, x: np.ndarray = x, y: np.ndarray = y) -> np.ndarray:
            off = y - model(x, *parameters)
            size = np.sort(np.abs(off))
            rank = 0.9 * size.size
            whole = abs(rank - round(rank)) < 1e-9
            limit = size[round(rank) - 1 : round(rank) + 1].mean() if whole else size[int(rank)]
            return np.where(np.abs(off) > limit, 0.0, off)

        best, covariance, info, _, _ = leastsq(residuals, (2.0, 200.0), full_output=True, factor=0.25, maxfev=100_000)
        if 30 < best[1] < 350:
            found.append((np.sqrt(covariance[1, 1] * (info["fvec"] ** 2).sum() / (y.size - 2)), best[1]))
    e0 = float(np.mean([each for _, each in sorted(found)[:3]]))
    at, values = [], []
    noon = np.floor(elapsed + 0.5)
    for first in range(1, int(elapsed[-1]), 4):
        rows = counts & (noon >= first) & (noon < first + 8)
        if rows.sum() <= 2:
            continue
        x, y = model(record.temperature[rows], 1.0, e0), record.nee[rows]
        at.append(int(np.mean(np.flatnonzero(rows))))
        values.append(max(np.linalg.lstsq(x[:, np.newaxis], y, rcond=None)[0][0], 1e-6))
    return e0, model(record.temperature, np.interp(np.arange(n), at, values), e0)
