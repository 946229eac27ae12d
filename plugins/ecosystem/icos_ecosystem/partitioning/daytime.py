"""Day-time partitioning: respiration and gross primary production from the response of fluxes to light.

References
----------
Lasslop et al. (2010), Glob. Change Biol. 16, 187, doi:10.1111/j.1365-2486.2009.02041.x
Keenan et al. (2019), Nat. Ecol. Evol. 3, 407, doi:10.1038/s41559-019-0809-2
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ecosystem.partitioning.daytime_prediction import night_respiration, predicted, predicted_sd, quality_of, windows_around
from icos_ecosystem.partitioning.daytime_results import OUTCOMES, DaytimeMembers, DaytimePartition, joined
from icos_ecosystem.partitioning.daytime_windows import DayOptions, DayPeriod, windows_of
from icos_ecosystem.partitioning.flux_spread import spread_in_like_weather, survival_of
from icos_ecosystem.partitioning.light_response import temperature_effect
from icos_ecosystem.partitioning.sun import potential_radiation_reddyproc
from icos_ecosystem.side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.partitioning.daytime_results import LightResponseWindows
    from icos_ecosystem.partitioning.night_windows import Site

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["DayWeather", "partition_daytime", "partition_daytime_members"]

_DARK = 4.0
"""Radiation [W m-2] up to which it is night."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DayWeather:
    """Weather of the records, with its gaps filled.

    Attributes
    ----------
    sw_in, vpd, ta
        (n,) incoming short-wave radiation [W m-2], vapour pressure deficit [hPa], air temperature [degree_C]; NaN where they are missing.
    sw_in_measured
        (n,) where radiation was measured; everywhere it is not missing where None.
    """

    sw_in: FloatArray
    vpd: FloatArray
    ta: FloatArray
    sw_in_measured: BoolArray | None = None


class _Fluxes(NamedTuple):
    """Fluxes of a period."""

    reco: FloatArray
    gpp: FloatArray
    reco_sd: FloatArray
    gpp_sd: FloatArray
    quality: NDArray[np.int8]
    windows: LightResponseWindows | None


def partition_daytime(
    nee: FloatArray,
    measured: BoolArray,
    weather: DayWeather,
    calendar: SiteCalendar,
    site: Site,
    options: DayOptions | None = None,
    *,
    nee_sd: FloatArray | None = None,
) -> DaytimePartition:
    """Part net ecosystem exchange by the light response of the day.

    Parameters
    ----------
    nee
        (n,) net ecosystem exchange, filtered [umol m-2 s-1].
    measured
        (n,) where it was measured: only these values count.
    weather
        Radiation, vapour pressure deficit and temperature.
    calendar
        Of the n records.
    site
        Where the tower stands.
    options
        What may be chosen; the defaults where None.
    nee_sd
        (n,) standard deviation of the fluxes [umol m-2 s-1], which weighs them; found from fluxes in like weather where None.

    Returns
    -------
    DaytimePartition
        A window that cannot be fitted is bridged by those beside it. Periods (years with ONEFlux's convention, the whole record with
        REddyProc's) in which no window can be fitted have no result and are named among the problems.

    Raises
    ------
    ValueError
        For an array of another length than the calendar.

    Notes
    -----
    In windows of four days :func:`icos_ecosystem.partitioning.light_response.light_response` is fitted to the fluxes of the day, with the
    temperature sensitivity of the nights around, by least squares weighted with `nee_sd` and with weak knowledge of the parameters before.
    Fluxes of each record are linear between what the parameters of the windows before and after it give.

    Where the vapour pressure deficit is missing the fluxes of windows that were fitted without it stand in.
    """
    choice = options or DayOptions()
    calendar.check({"nee": nee, "measured": measured, "nee_sd": nee_sd, **vars(weather)})
    values = np.where(measured, nee, np.nan)
    found, windows, problems = [], [], list[str]()
    for period in _periods(weather, calendar, site, choice):
        part = values[period.rows]
        sd = _spread(part[np.newaxis], period, weather)[0] if nee_sd is None else nee_sd[period.rows]
        fluxes = _period(period, part, sd, choice, problems)
        found.append(fluxes)
        if fluxes.windows is not None:
            windows.append(fluxes.windows.moved(period.rows.start))
    reco, gpp, reco_sd, gpp_sd = (np.concatenate([each[number] for each in found]) for number in range(4))
    return DaytimePartition(
        reco=reco,
        gpp=gpp,
        reco_sd=reco_sd,
        gpp_sd=gpp_sd,
        quality=np.concatenate([each.quality for each in found]),
        windows=joined(windows),
        problems=tuple(problems),
    )


def partition_daytime_members(
    nee: FloatArray,
    measured: BoolArray,
    weather: DayWeather,
    calendar: SiteCalendar,
    site: Site,
    options: DayOptions | None = None,
    *,
    nee_sd: FloatArray | None = None,
) -> DaytimeMembers:
    """Part several versions of the net ecosystem exchange as :func:`partition_daytime` does each, without uncertainty.

    Parameters
    ----------
    nee, measured
        (members, n).
    weather, calendar, site, options
        As for :func:`partition_daytime`, the same for all.
    nee_sd
        (members, n) where it is known; that of members of which each has records of the one before, with equal values, is found at once.

    Raises
    ------
    ValueError
        For an array of another length than the calendar.
    """
    choice = replace(options or DayOptions(), uncertainty="none")
    calendar.check({"nee": nee, "measured": measured, "nee_sd": nee_sd, **vars(weather)})
    members = nee.shape[0]
    reco, gpp = np.full(nee.shape, np.nan), np.full(nee.shape, np.nan)
    problems: list[list[str]] = [[] for _ in range(members)]
    values = np.where(measured, nee, np.nan)
    for period in _periods(weather, calendar, site, choice):
        part = np.ascontiguousarray(values[:, period.rows])
        sd = _spread(part, period, weather) if nee_sd is None else nee_sd[:, period.rows]

        def fill_in(member: int, period: DayPeriod = period, part: FloatArray = part, sd: FloatArray = sd) -> None:
            fluxes = _period(period, part[member], sd[member], choice, problems[member], nightly=choice.variant == "keenan-2019")
            reco[member, period.rows], gpp[member, period.rows] = fluxes.reco, fluxes.gpp

        side_by_side(fill_in, range(members))
    return DaytimeMembers(reco=reco, gpp=gpp, problems=tuple(tuple(each) for each in problems))


def _periods(weather: DayWeather, calendar: SiteCalendar, site: Site, options: DayOptions) -> Sequence[DayPeriod]:
    """Return the periods that are treated each by itself, with what their records are."""
    known = np.isfinite(weather.sw_in) & np.isfinite(weather.ta)
    if options.convention == "oneflux":
        seen = known if weather.sw_in_measured is None else known & weather.sw_in_measured
        day = seen & (weather.sw_in > _DARK)
        night = known & (weather.sw_in <= _DARK)
        parts = [(str(year), calendar.rows_of(year)) for year in calendar.years]
    else:
        place = (site.latitude, site.longitude, site.utc_offset)
        sun_up = potential_radiation_reddyproc(calendar.start, *place, minutes=1440 // calendar.per_day) > 0.0
        day, night = known & (weather.sw_in > _DARK) & sun_up, known & (weather.sw_in <= _DARK) & ~sun_up
        parts = [("the record", slice(0, calendar.size))]
    term = temperature_effect(weather.ta)
    return [
        DayPeriod(
            name=name,
            rows=rows,
            per_day=calendar.per_day,
            sw_in=weather.sw_in[rows],
            vpd=weather.vpd[rows],
            ta=weather.ta[rows],
            term=term[rows],
            day=day[rows],
            night=night[rows],
        )
        for name, rows in parts
    ]


def _spread(nee: FloatArray, period: DayPeriod, weather: DayWeather) -> FloatArray:
    """Return (members, n) the standard deviation of fluxes in like weather."""
    seen = weather.sw_in_measured
    sw_in = period.sw_in if seen is None else np.where(seen[period.rows], period.sw_in, np.nan)
    drivers = (sw_in, period.ta, period.vpd)
    kept = np.isfinite(nee)
    survival = survival_of(kept)
    if survival is not None and np.array_equal(np.where(kept, nee[0], np.nan), nee, equal_nan=True):
        return spread_in_like_weather(nee[0], survival, nee.shape[0], *drivers, per_day=period.per_day)
    alone = [
        spread_in_like_weather(each, has.astype(np.int16), 1, *drivers, per_day=period.per_day) for each, has in zip(nee, kept, strict=True)
    ]
    return np.concatenate(alone)


def _period(
    period: DayPeriod, nee: FloatArray, sd: FloatArray, options: DayOptions, problems: list[str], *, nightly: bool = True
) -> _Fluxes:
    """Return the fluxes of a period; add to what is told of problems."""
    windows = windows_of(period, nee, sd, options, nightly=nightly)
    if isinstance(windows, str):
        problems.append(f"{period.name}: {windows}")
        return _nothing(period, None)
    fluxes = _between(period, windows, options)
    if not windows.fitted.any():
        counts = np.bincount(windows.outcome, minlength=len(OUTCOMES))
        reasons = ", ".join(f"{count} {word.replace('_', ' ')}" for count, word in zip(counts, OUTCOMES, strict=True) if count)
        problems.append(f"{period.name}: no window could be fitted ({reasons})")
        return fluxes
    unknown = np.isnan(fluxes.gpp) & np.isfinite(period.sw_in) & np.isfinite(period.ta) & np.isnan(period.vpd)
    if not unknown.any():
        return fluxes
    blind = replace(period, vpd=np.full(period.size, np.nan))
    without = windows_of(blind, nee, sd, options, nightly=nightly)
    if isinstance(without, str):
        return fluxes
    instead = _between(blind, without, options)
    reco, gpp, reco_sd, gpp_sd = (np.where(unknown, new, old) for new, old in zip(instead[:4], fluxes[:4], strict=True))
    quality = np.where(unknown, instead.quality, fluxes.quality)
    return _Fluxes(reco, gpp, reco_sd, gpp_sd, quality, fluxes.windows)


def _between(period: DayPeriod, windows: LightResponseWindows, options: DayOptions) -> _Fluxes:
    """Return the fluxes between windows."""
    around = windows_around(windows, period.size)
    if around is None:
        return _nothing(period, windows)
    drivers = (period.sw_in, period.vpd, period.ta)
    gpp, reco = predicted(windows, around, *drivers)
    gpp_sd, reco_sd = np.full(period.size, np.nan), np.full(period.size, np.nan)
    if options.uncertainty != "none":
        gpp_sd, reco_sd = predicted_sd(windows, around, *drivers)
    if options.variant == "keenan-2019":
        nightly = night_respiration(windows, period.term)
        if nightly is not None:
            reco = np.where(period.night, nightly.reco, reco)
            if options.uncertainty != "none":
                reco_sd = np.where(period.night, nightly.gpp, reco_sd)
    return _Fluxes(reco, gpp, reco_sd, gpp_sd, quality_of(windows, around, period.per_day), windows)


def _nothing(period: DayPeriod, windows: LightResponseWindows | None) -> _Fluxes:
    missing = np.full(period.size, np.nan)
    return _Fluxes(missing, missing, missing, missing, np.full(period.size, -1, np.int8), windows)
