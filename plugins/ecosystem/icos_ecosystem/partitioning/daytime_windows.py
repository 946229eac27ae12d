"""The windows of a period of day-time partitioning: their records, their fits, and how sure these are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_ecosystem.partitioning import daytime_oneflux, daytime_reddyproc
from icos_ecosystem.partitioning.daytime_results import FITTED, LightResponseWindows
from icos_ecosystem.partitioning.e0_smoothing import smooth_by_year
from icos_ecosystem.partitioning.least_squares import covariance_of_fit
from icos_ecosystem.partitioning.window_fits import bootstrapped_covariance, ranges_of, residual_variance, weighted_records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.partitioning.daytime_results import FittedWindows

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["DayOptions", "DayPeriod", "windows_of"]

_LOWEST_SHARE = 0.3
_SD_SHARE, _LEAST_SD = 0.2, 0.7
_BORROWED_SHARE = 0.9
_FEWEST_SENSITIVITIES, _SHARE_OF_SENSITIVITIES = 5, 0.1
_SHORTEST_DAYS = 8


@dataclass(frozen=True, kw_only=True)
class DayOptions:
    """What may be chosen.

    Attributes
    ----------
    convention
        Whose windows, weights, searches and limits: ONEFlux's or REddyProc's.
    settings
        With REddyProc's: its usual ones, or those that follow Lasslop et al. (2010) more closely: no lower bound of the standard
        deviations, temperature sensitivities not smoothed over time, parameters at the middle of windows.
    variant
        ``lasslop-2010``: one reference respiration for day and night; ``keenan-2019``: by night that of the nights.
    search
        ``peer``: fits end where those of the convention's program do; ``converged``: at the minimum of the cost.
    uncertainty
        Covariance of parameters from the curvature of the cost, from fits to resampled records, or none.
    bootstraps, seed
        Number of resamplings and seed of their random numbers.
    fixed_e0, fixed_e0_sd
        Temperature sensitivity [K] that holds instead of one from the nights, and its standard deviation.
    """

    convention: Literal["oneflux", "reddyproc"] = "oneflux"
    settings: Literal["default", "lasslop"] = "default"
    variant: Literal["lasslop-2010", "keenan-2019"] = "lasslop-2010"
    search: Literal["peer", "converged"] = "peer"
    uncertainty: Literal["hessian", "bootstrap", "none"] = "hessian"
    bootstraps: int = 30
    seed: int = 0
    fixed_e0: float | None = None
    fixed_e0_sd: float = 0.0

    @property
    def converged(self) -> bool:
        """Whether searches go on to the minimum."""
        return self.search == "converged"

    @property
    def usual(self) -> bool:
        """Whether REddyProc's usual settings hold."""
        return self.settings == "default"


@dataclass(frozen=True, kw_only=True, eq=False)
class DayPeriod:
    """What all members share of a period.

    Attributes
    ----------
    name
        For messages.
    rows
        Its records.
    per_day
        Records of a day.
    sw_in, vpd, ta, term
        (n,) radiation [W m-2], vapour pressure deficit [hPa], air temperature [degree_C] and its term in the exponent [K-1].
    day, night
        (n,) which records are day and night, with the weather that fits need.
    """

    name: str
    rows: slice
    per_day: int
    sw_in: FloatArray
    vpd: FloatArray
    ta: FloatArray
    term: FloatArray
    day: BoolArray
    night: BoolArray

    @property
    def size(self) -> int:
        """Number of records."""
        return self.term.size

    def records(self, which: IntArray, nee: FloatArray, sd: FloatArray) -> FloatArray:
        """Return (m, 6) records as fits want them."""
        columns = (self.sw_in[which], self.vpd[which], self.term[which], which, nee[which], sd[which])
        return np.ascontiguousarray(np.stack(columns, axis=1), np.float64)


def windows_of(
    period: DayPeriod, nee: FloatArray, sd: FloatArray, options: DayOptions, *, nightly: bool = True
) -> LightResponseWindows | str:
    """Return the windows of a period, or in words why there are none.

    Parameters
    ----------
    period
        What is known of its records.
    nee, sd
        (n,) measured net ecosystem exchange, NaN where there is none, and its standard deviation [umol m-2 s-1].
    options
        What may be chosen.
    nightly
        Whether to find the reference respiration of the nights where fits do not need it.
    """
    if period.size // period.per_day < _SHORTEST_DAYS:
        return f"{period.size // period.per_day} days are too short a period for windows"
    measured = np.isfinite(nee)
    day, night = np.flatnonzero(period.day & measured), np.flatnonzero(period.night & measured)
    if day.size == 0:
        return "no flux by day was measured with radiation and temperature"
    if options.convention == "oneflux":
        return _oneflux(period, nee, sd, day, night, options, nightly=nightly)
    return _reddyproc(period, nee, sd, day, night, options)


def _oneflux(
    period: DayPeriod, nee: FloatArray, sd: FloatArray, day: IntArray, night: IntArray, options: DayOptions, *, nightly: bool
) -> LightResponseWindows:
    first, end, night_first, night_end, centre = daytime_oneflux.window_rows(period.size // period.per_day, period.per_day)
    by_night = period.records(night, nee, sd)
    by_night[:, 0] = 0.0
    by_day = period.records(day, nee, sd)
    everything = np.flatnonzero((period.day | period.night) & np.isfinite(nee))
    day_ranges, night_ranges = ranges_of(day, first, end), ranges_of(night, night_first, night_end)
    found = daytime_oneflux.fit_windows(
        by_night,
        night_ranges,
        by_day,
        day_ranges,
        nee[everything],
        ranges_of(everything, first, end),
        fixed=None if options.fixed_e0 is None else (options.fixed_e0, options.fixed_e0_sd),
        converged=options.converged,
    )
    known = daytime_reddyproc.forward_filled(found.sensitivity[:, 0])
    respiration = np.full(known.size, np.nan)
    if nightly:
        respiration = daytime_reddyproc.night_respirations(period.ta[night], nee[night], night_ranges, known)
    fits = _Fits(found, by_day, day_ranges, 0.0, daytime_oneflux.FEWEST, daytime_oneflux.PRIOR_WEIGHT)
    return LightResponseWindows(
        first=first,
        end=end,
        centre=centre,
        position=centre,
        day_count=np.diff(day_ranges, axis=1)[:, 0],
        night_count=np.diff(night_ranges, axis=1)[:, 0],
        parameters=found.parameters,
        covariance=_covariance(fits, options),
        sensitivity=found.sensitivity[:, 0],
        sensitivity_sd=found.sensitivity[:, 1],
        night_respiration=np.where(np.isfinite(found.sensitivity[:, 0]), respiration, np.nan),
        outcome=found.outcome,
        assumed=found.assumed,
    )


def _reddyproc(
    period: DayPeriod, nee: FloatArray, sd: FloatArray, day: IntArray, night: IntArray, options: DayOptions
) -> LightResponseWindows | str:
    rows = daytime_reddyproc.window_rows(period.size // period.per_day, period.per_day)
    ta, flux = period.ta[night], nee[night]
    night_ranges = tuple(ranges_of(night, *each) for each in zip(rows.night_first, rows.night_end, strict=True))
    if options.fixed_e0 is None:
        e0, e0_sd = daytime_reddyproc.night_sensitivities(ta, flux, night_ranges, converged=options.converged)
        count = int(np.isfinite(e0).sum())
        if count < _FEWEST_SENSITIVITIES and count < _SHARE_OF_SENSITIVITIES * e0.size:
            short = f"{count} of {e0.size} windows have a temperature sensitivity of the night"
            return f"{short}, {_FEWEST_SENSITIVITIES} are needed; fixed_e0 helps"
        e0, e0_sd = _over_time(e0, e0_sd, rows, period.per_day, smooth=options.usual)
    else:
        e0, e0_sd = np.full(rows.centre.size, options.fixed_e0), np.full(rows.centre.size, options.fixed_e0_sd)
    respiration = daytime_reddyproc.night_respirations(ta, flux, night_ranges[0], e0)
    if not np.isfinite(respiration).any():
        respiration = np.full(respiration.size, daytime_oneflux.RESPIRATION_GUESS)
    day_ranges = ranges_of(day, rows.first, rows.end)
    by_day = period.records(day, nee, sd)
    lowest_share = 0.0
    if options.usual:
        missing = ~np.isfinite(by_day[:, 5])
        by_day[missing, 5] = np.maximum(_LEAST_SD, np.abs(_SD_SHARE * by_day[missing, 4]))
        lowest_share = _LOWEST_SHARE
    found, position = daytime_reddyproc.fit_windows(
        by_day,
        day_ranges,
        rows.first,
        e0,
        respiration,
        lowest_share=lowest_share,
        converged=options.converged,
        needs_minimum=not options.usual and not options.converged,
    )
    found.sensitivity[:, 1] = e0_sd
    fits = _Fits(found, by_day, day_ranges, lowest_share, daytime_reddyproc.FEWEST, daytime_reddyproc.PRIOR_WEIGHT)
    return LightResponseWindows(
        first=rows.first,
        end=rows.end,
        centre=rows.centre,
        position=position if options.usual else rows.centre,
        day_count=np.diff(day_ranges, axis=1)[:, 0],
        night_count=np.diff(night_ranges[0], axis=1)[:, 0],
        parameters=found.parameters,
        covariance=_covariance(fits, options),
        sensitivity=e0,
        sensitivity_sd=e0_sd,
        night_respiration=respiration,
        outcome=found.outcome,
        assumed=found.assumed,
    )


def _over_time(
    e0: FloatArray, e0_sd: FloatArray, rows: daytime_reddyproc.WindowRows, per_day: int, *, smooth: bool
) -> tuple[FloatArray, FloatArray]:
    """Return temperature sensitivity and standard deviation of all windows: smoothed, or those of the window before."""
    if smooth:
        return smooth_by_year(e0, e0_sd, (rows.centre / per_day).astype(np.float64), rows.night_first[0] // per_day + 1)
    missing = np.isnan(e0)
    spread = np.where(missing, np.quantile(e0_sd[~missing], _BORROWED_SHARE), e0_sd)
    start = e0.copy()
    if missing[0]:
        start[0] = np.median(e0[~missing])
    return daytime_reddyproc.forward_filled(start), spread


@dataclass(frozen=True, eq=False)
class _Fits:
    """What is needed to tell how sure fits are."""

    found: FittedWindows
    records: FloatArray
    ranges: IntArray
    lowest_share: float
    fewest: int
    prior_weight: FloatArray


def _covariance(fits: _Fits, options: DayOptions) -> FloatArray:
    """Return (w, 5, 5) the covariance of the parameters of each window; NaN where it is not asked for or there is no fit.

    That from the curvature is scaled by the variance of the weighted residuals, except for what the sensitivity contributes.
    """
    found = fits.found
    covariance = np.full((found.outcome.size, 5, 5), np.nan)
    if options.uncertainty == "none":
        return covariance
    random = np.random.default_rng(options.seed)
    free = found.free
    for window in np.flatnonzero(found.outcome == FITTED):
        records = fits.records[slice(*fits.ranges[window])]
        parameters, used = found.parameters[window], free[window]
        sd = float(found.sensitivity[window, 1]) if np.isfinite(found.sensitivity[window, 1]) else 0.0
        sampled = None
        if options.uncertainty == "bootstrap":
            sensitivity = parameters[4] + sd * random.standard_normal(options.bootstraps)
            picks = random.random((options.bootstraps, records.shape[0]))
            fit = (parameters, used, found.prior[window], fits.prior_weight)
            sampled = bootstrapped_covariance(records, *fit, sensitivity, picks, fits.lowest_share, fits.fewest)
        if sampled is not None:
            covariance[window] = sampled
            continue
        data, _ = weighted_records(records, float(parameters[4]), fits.lowest_share, fits.fewest)
        scale = residual_variance(float(found.cost[window]), data.shape[0], used)
        covariance_of_fit(data, parameters, used, fits.prior_weight, sd * sd / scale if scale > 0.0 else 0.0, False, covariance[window])
        covariance[window] *= scale
    return covariance
