"""Night-time partitioning: respiration of the night, extended to the day by temperature (Reichstein et al. 2005).

References
----------
Reichstein, M. et al. (2005), On the separation of net ecosystem exchange into assimilation and ecosystem respiration: review and improved
algorithm, Glob. Change Biol. 11, 1424, doi:10.1111/j.1365-2486.2005.001002.x
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_ecosystem.partitioning import night_fits as fit
from icos_ecosystem.partitioning import nighttime_oneflux, nighttime_reddyproc
from icos_ecosystem.partitioning.lloyd_taylor import temperature_term
from icos_ecosystem.partitioning.night_windows import OUTCOMES
from icos_ecosystem.partitioning.nighttime_results import NighttimeMembers, NighttimePartition, WindowParameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.partitioning.night_windows import NightRules, Period, Site, Windows

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "NightOptions",
    "partition_nighttime",
    "partition_nighttime_members",
]

_RULES: dict[str, NightRules] = {"oneflux": nighttime_oneflux.RULES, "reddyproc": nighttime_reddyproc.RULES}
_HIGHEST_E0 = {"TA": 350.0, "TS": 550.0}
_WHOLE_PERIOD_LIMITS = (0.0, 450.0)
_FEWEST_FOR_SENSITIVITY, _FEWEST_FOR_RESPIRATION = 6, 2
_FEWEST_OF_PERIOD = 5


@dataclass(frozen=True, kw_only=True)
class NightOptions:
    """What may be chosen.

    Attributes
    ----------
    convention
        Whose windows, fits and night: ONEFlux's or REddyProc's.
    night
        ``sun``: dark and the sun below the horizon; ``radiation``: dark alone (polar summers).
    fixed_e0
        Temperature sensitivity [K] that holds instead of one from the data.
    least_e0, greatest_e0
        Limits of a window's temperature sensitivity [K]; the upper one is 350 with air and 550 with soil temperature by default.
    temperature_range
        Range of temperature that a window needs [K].
    temperature
        Whose temperature it is: the air's or the soil's.
    """

    convention: Literal["oneflux", "reddyproc"] = "oneflux"
    night: Literal["sun", "radiation"] = "sun"
    fixed_e0: float | None = None
    least_e0: float = 30.0
    greatest_e0: float | None = None
    temperature_range: float = 5.0
    temperature: Literal["TA", "TS"] = "TA"

    @property
    def limits(self) -> tuple[float, float]:
        """Limits of a window's temperature sensitivity [K]."""
        return self.least_e0, _HIGHEST_E0[self.temperature] if self.greatest_e0 is None else self.greatest_e0


@dataclass(frozen=True, kw_only=True, eq=False)
class _Nights:
    """What all members share of a period: the nights with a measured temperature."""

    period: Period
    records: IntArray
    term: FloatArray
    temperature: FloatArray
    sensitivity: IntArray
    respiration: IntArray
    whole: IntArray


def partition_nighttime(
    nee: FloatArray,
    measured: BoolArray,
    temperature: FloatArray,
    sw_in: FloatArray,
    calendar: SiteCalendar,
    site: Site,
    options: NightOptions | None = None,
    *,
    temperature_measured: BoolArray | None = None,
) -> NighttimePartition:
    r"""Part net ecosystem exchange into respiration and gross primary production.

    Parameters
    ----------
    nee
        (n,) net ecosystem exchange, filtered and filled [umol m-2 s-1]; NaN where missing.
    measured
        (n,) where it was measured: only these values enter fits.
    temperature
        (n,) temperature of air or soil, filled [degree_C].
    sw_in
        (n,) incoming short-wave radiation as measured [W m-2]; NaN where missing.
    calendar
        Of the n records.
    site
        Where the tower stands.
    options
        What may be chosen; the defaults where None.
    temperature_measured
        (n,) where the temperature was measured; everywhere it is not missing where None.

    Raises
    ------
    ValueError
        For an array of another length than the calendar.

    Notes
    -----
    .. math:: R = R_{ref} \exp\left(E_0 \left(\frac{1}{T_{ref} - T_0} - \frac{1}{T - T_0}\right)\right), \qquad GPP = R - NEE

    with :math:`T_{ref}` = 15 and :math:`T_0` = -46.02 degrees Celsius (Lloyd and Taylor 1994). :math:`E_0` is estimated in windows of two
    weeks, so that seasons do not feign a response to temperature, and the mean of the three surest within limits holds for a period: the
    calendar year (ONEFlux), the whole record (REddyProc). With it :math:`R_{ref}` is fitted in windows of about a week, stands at the mean
    position of their values, is interpolated linearly and held at the ends.

    Where too few windows give a sensitivity, ONEFlux's convention fits all nights of the year together, within 0 and 450 K. There ONEFlux
    leaves out a tenth of the *year's records*, which is half of the nights or more; here it is a tenth of the nights.
    """
    calendar.check({"nee": nee, "measured": measured, "temperature": temperature, "sw_in": sw_in})
    choice = options or NightOptions()
    rules = _RULES[choice.convention]
    found: list[WindowParameters] = []
    e0, rref = np.full(nee.size, np.nan), np.full(nee.size, np.nan)
    problems: list[str] = []
    for nights in _nights(temperature, temperature_measured, sw_in, calendar, site, choice):
        rows = nights.period.rows
        value, rref[rows] = _period(nee, measured, nights, choice, rules, problems, found)
        e0[rows] = value
    reco = rref * np.exp(e0 * temperature_term(temperature))
    joined = {name: np.concatenate([getattr(each, name) for each in found]) for name in WindowParameters.__dataclass_fields__}
    return NighttimePartition(reco=reco, gpp=reco - nee, e0=e0, rref=rref, parameters=WindowParameters(**joined), problems=tuple(problems))


def partition_nighttime_members(
    nee: FloatArray,
    measured: BoolArray,
    temperature: FloatArray,
    sw_in: FloatArray,
    calendar: SiteCalendar,
    site: Site,
    options: NightOptions | None = None,
    *,
    temperature_measured: BoolArray | None = None,
) -> NighttimeMembers:
    """Part several versions of the net ecosystem exchange, as :func:`partition_nighttime` does each.

    Parameters
    ----------
    nee, measured
        (members, n).
    temperature, sw_in, calendar, site, options, temperature_measured
        As for :func:`partition_nighttime`, the same for all.

    Raises
    ------
    ValueError
        For an array of another length than the calendar.
    """
    calendar.check({"nee": nee, "measured": measured, "temperature": temperature, "sw_in": sw_in})
    choice = options or NightOptions()
    rules = _RULES[choice.convention]
    shared = _nights(temperature, temperature_measured, sw_in, calendar, site, choice)
    term = temperature_term(temperature)
    reco = np.full(nee.shape, np.nan)
    e0 = np.full((nee.shape[0], len(shared)), np.nan)
    problems = []
    for member in range(nee.shape[0]):
        told: list[str] = []
        for number, nights in enumerate(shared):
            rows = nights.period.rows
            e0[member, number], rref = _period(nee[member], measured[member], nights, choice, rules, told, None)
            reco[member, rows] = rref * np.exp(e0[member, number] * term[rows])
        problems.append(tuple(told))
    return NighttimeMembers(reco=reco, gpp=reco - nee, e0=e0, problems=tuple(problems))


def _nights(
    temperature: FloatArray,
    temperature_measured: BoolArray | None,
    sw_in: FloatArray,
    calendar: SiteCalendar,
    site: Site,
    options: NightOptions,
) -> tuple[_Nights, ...]:
    rules = _RULES[options.convention]
    usable = np.isfinite(temperature) & rules.night(calendar, sw_in, site, options.night)
    if temperature_measured is not None:
        usable &= temperature_measured
    shared = []
    for period in rules.periods(calendar):
        records = np.flatnonzero(usable[period.rows])
        kept = temperature[period.rows][records]
        shared.append(
            _Nights(
                period=period,
                records=records,
                term=temperature_term(kept),
                temperature=kept,
                sensitivity=_ranges(records, period.sensitivity),
                respiration=_ranges(records, period.respiration),
                whole=np.array([[0, records.size]], dtype=np.int64),
            )
        )
    return tuple(shared)


def _ranges(records: IntArray, windows: Windows) -> IntArray:
    return np.ascontiguousarray(np.stack([np.searchsorted(records, windows.first), np.searchsorted(records, windows.end)], axis=1))


def _period(
    nee: FloatArray,
    measured: BoolArray,
    nights: _Nights,
    options: NightOptions,
    rules: NightRules,
    problems: list[str],
    found: list[WindowParameters] | None,
) -> tuple[float, FloatArray]:
    """Return temperature sensitivity and (rows,) reference respiration of a period; add to what is told of problems and windows."""
    period = nights.period
    flux = np.where(measured[period.rows][nights.records], nee[period.rows][nights.records], np.nan)
    e0 = _sensitivity(flux, nights, options, rules, problems, found)
    rows = period.rows.stop - period.rows.start
    if np.isnan(e0):
        return e0, np.full(rows, np.nan)
    growth = np.exp(e0 * nights.term)
    fits = fit.respiration_fits(growth, flux, nights.records, nights.respiration, _FEWEST_FOR_RESPIRATION)
    count, position, rref, _ = fits.T
    outcome = np.where(np.isnan(rref), OUTCOMES.index("too_few_values"), OUTCOMES.index("used")).astype(np.int8)
    if rules.least_respiration is None:
        outcome[rref < 0.0] = OUTCOMES.index("not_positive")
        stands = np.where(rref < 0.0, np.nan, rref)
    else:
        outcome[rref < rules.least_respiration] = OUTCOMES.index("not_positive")
        stands = np.maximum(rref, rules.least_respiration)
    if found is not None:
        found.append(_respiration_windows(period, fits, e0, outcome))
    fitted = count > _FEWEST_FOR_RESPIRATION
    where, last = np.unique(rules.centre(position[fitted])[::-1], return_index=True)
    at_centre = stands[fitted][::-1][last]
    known = np.isfinite(at_centre)
    if not known.any():
        problems.append(f"{period.name}: no window of nights has a reference respiration")
        return e0, np.full(rows, np.nan)
    return e0, np.interp(np.arange(rows), where[known], at_centre[known])


def _sensitivity(
    flux: FloatArray,
    nights: _Nights,
    options: NightOptions,
    rules: NightRules,
    problems: list[str],
    found: list[WindowParameters] | None,
) -> float:
    """Return the temperature sensitivity of a period."""
    period = nights.period
    if options.fixed_e0 is not None:
        return options.fixed_e0
    needs = (_FEWEST_FOR_SENSITIVITY, options.temperature_range, rules.within_cost)
    fits = fit.sensitivity_fits(nights.term, nights.temperature, flux, nights.sensitivity, *needs)
    choice = rules.choose(fits[:, fit.E0], fits[:, fit.E0_SE], options.limits)
    if found is not None:
        found.append(_sensitivity_windows(nights, flux, fits, choice.outcome, options.temperature_range))
    if np.isfinite(choice.e0):
        return choice.e0
    if not np.isfinite(flux).any():
        problems.append(f"{period.name}: no night has a measured flux and temperature")
        return np.nan
    valid = int((choice.outcome == OUTCOMES.index("valid")).sum())
    short = f"{period.name}: {valid} of {choice.outcome.size} windows have a valid temperature sensitivity, {choice.fewest} are needed"
    if not rules.whole_period:
        problems.append(f"{short}; a smaller temperature_range or a fixed_e0 helps")
        return np.nan
    whole = fit.sensitivity_fits(nights.term, nights.temperature, flux, nights.whole, _FEWEST_OF_PERIOD, 0.0, rules.within_cost)
    if np.isnan(whole[0, fit.E0]):
        problems.append(f"{short}, and all nights together have none")
        return np.nan
    e0 = float(np.clip(whole[0, fit.E0], *_WHOLE_PERIOD_LIMITS))
    problems.append(f"{short}; that of all nights together, {e0:.1f} K, is taken")
    return e0


def _sensitivity_windows(
    nights: _Nights, flux: FloatArray, fits: FloatArray, outcome: NDArray[np.int8], temperature_range: float
) -> WindowParameters:
    period = nights.period
    count = fits[:, fit.COUNT].astype(np.int64)
    told = outcome.copy()
    told[np.isnan(fits[:, fit.E0])] = OUTCOMES.index("fit_failed")
    told[fits[:, fit.T_RANGE] < temperature_range] = OUTCOMES.index("too_small_range_of_temperature")
    told[count <= _FEWEST_FOR_SENSITIVITY] = OUTCOMES.index("too_few_values")
    has = np.isfinite(flux)
    sums = np.concatenate([[0.0], np.cumsum(np.where(has, nights.records, 0.0))])
    total = sums[nights.sensitivity[:, 1]] - sums[nights.sensitivity[:, 0]]
    start = period.rows.start
    return WindowParameters(
        kind=np.zeros(count.size, dtype=np.int8),
        first=period.sensitivity.first + start,
        end=period.sensitivity.end + start,
        centre=start + np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0),
        count=count,
        temperature_range=fits[:, fit.T_RANGE],
        e0=fits[:, fit.E0],
        e0_se=fits[:, fit.E0_SE],
        rref=fits[:, fit.RREF],
        rref_se=fits[:, fit.RREF_SE],
        outcome=told,
    )


def _respiration_windows(period: Period, fits: FloatArray, e0: float, outcome: NDArray[np.int8]) -> WindowParameters:
    count, position, rref, rref_se = fits.T
    start = period.rows.start
    nothing = np.full(count.size, np.nan)
    return WindowParameters(
        kind=np.ones(count.size, dtype=np.int8),
        first=period.respiration.first + start,
        end=period.respiration.end + start,
        centre=position + start,
        count=count.astype(np.int64),
        temperature_range=nothing,
        e0=np.full(count.size, e0),
        e0_se=nothing,
        rref=rref,
        rref_se=rref_se,
        outcome=outcome,
    )
