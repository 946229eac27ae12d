"""How fast a gas analyser is where it stands: cut-off frequencies from ensembles of binned spectra of gas and temperature.

A sampling line damps a gas like a low-pass filter of first order. Its cut-off frequency comes from the ratio of the gas's spectrum to
that of temperature, which nothing damps: for water vapour in classes of relative humidity, for other gases in groups of months.
Spectra here are n S(n) / variance in the bins of the established programs, shape (n_periods, n_bins), with the number of lines in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ecosystem.spectral.cut_off_fit import HUMIDITY_CLASSES, fit_cut_off, remove_noise
from icos_ecosystem.spectral.transfer_functions import first_order_power

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = [
    "ALL_MONTHS",
    "LIMITS",
    "AssessmentLimits",
    "AssessmentOptions",
    "Classes",
    "Ensemble",
    "assess_gas",
    "assess_water_vapour",
    "humidity_class",
    "usable_periods",
]

ALL_MONTHS = (tuple(range(1, 13)),)
"""One group of months: the whole year."""


@dataclass(frozen=True, kw_only=True)
class AssessmentLimits:
    """Sizes of uncorrected fluxes between which a half hour's spectra enter.

    Parameters
    ----------
    smallest_flux, largest_flux
        Of the gas, in its unit; for water vapour the latent heat flux [W m-2].
    smallest_heat_flux, largest_heat_flux
        Sensible heat flux [W m-2].
    smallest_friction_velocity, largest_friction_velocity
        [m s-1].
    """

    smallest_flux: float
    largest_flux: float
    smallest_heat_flux: float = 20.0
    largest_heat_flux: float = 1000.0
    smallest_friction_velocity: float = 0.2
    largest_friction_velocity: float = 5.0


LIMITS = {
    "co2": AssessmentLimits(smallest_flux=2.0, largest_flux=100.0),
    "h2o": AssessmentLimits(smallest_flux=20.0, largest_flux=1000.0),
    "ch4": AssessmentLimits(smallest_flux=0.01, largest_flux=20.0),
    "n2o": AssessmentLimits(smallest_flux=0.01, largest_flux=20.0),
}
"""Usual limits: CO2, CH4 and N2O in umol m-2 s-1, water vapour in W m-2."""


@dataclass(frozen=True, kw_only=True)
class AssessmentOptions:
    """How ensembles are made and fitted.

    Parameters
    ----------
    least_periods
        A class with fewer half hours has no cut-off of its own.
    lowest_frequency, highest_frequency
        Between which the filter is fitted [Hz].
    noise_above
        White and coloured noise is a line through S(n) above this frequency [Hz], subtracted first; None leaves the spectrum.
    """

    least_periods: int = 10
    lowest_frequency: float = 0.005
    highest_frequency: float = 2.0
    noise_above: float | None = 1.0


class Ensemble(NamedTuple):
    """Mean spectra of a class, n S(n) / variance, shape (n_bins,): as measured, without noise, and the filter on temperature's."""

    temperature: FloatArray
    gas: FloatArray
    without_noise: FloatArray
    fitted: FloatArray


class Classes(NamedTuple):
    """What each class has: factor Fn [-], cut-off [Hz] and number of half hours, shape (n_classes,), and the ensembles."""

    factor: FloatArray
    cut_off: FloatArray
    periods: IntArray
    ensembles: tuple[Ensemble | None, ...]


def usable_periods(
    *, friction_velocity: FloatArray, heat_flux: FloatArray, flux: FloatArray, spectrum: FloatArray, limits: AssessmentLimits
) -> BoolArray:
    """Return which half hours are strong enough, and have a spectrum that nowhere exceeds the variance, shape (n_periods,).

    Parameters
    ----------
    friction_velocity, heat_flux, flux
        Before spectral correction, in the units of `AssessmentLimits`, shape (n_periods,).
    spectrum
        Of the gas, n S(n) / variance, shape (n_periods, n_bins).
    limits
        The limits.

    Notes
    -----
    EddyPro has limits for stable half hours too; in its results it is these, of unstable ones, that choose from all half hours.
    """
    between = (
        (friction_velocity, limits.smallest_friction_velocity, limits.largest_friction_velocity),
        (np.abs(heat_flux), limits.smallest_heat_flux, limits.largest_heat_flux),
        (np.abs(flux), limits.smallest_flux, limits.largest_flux),
    )
    strong = np.logical_and.reduce([(value > low) & (value < high) for value, low, high in between])
    there = np.isfinite(spectrum).any(axis=1)
    return np.asarray(strong & there & ~(spectrum > 1.0).any(axis=1))


def humidity_class(relative_humidity: FloatArray) -> IntArray:
    """Return the class of `HUMIDITY_CLASSES` of each relative humidity [%], -1 outside 5 to 95 %."""
    position = (np.asarray(relative_humidity, dtype=np.float64) - 5.0) / 10.0
    inside = (position >= 0.0) & (position < len(HUMIDITY_CLASSES))
    return np.where(inside, np.where(inside, position, 0.0).astype(np.int64), -1)


def assess_water_vapour(
    *,
    frequency: FloatArray,
    lines: FloatArray,
    temperature: FloatArray,
    gas: FloatArray,
    relative_humidity: FloatArray,
    usable: BoolArray,
    options: AssessmentOptions,
) -> Classes:
    """Return factor and cut-off of each of the nine classes of relative humidity.

    Parameters
    ----------
    frequency, lines
        Middle [Hz] and number of lines of each bin, shape (n_bins,).
    temperature, gas
        n S(n) / variance of temperature and water vapour, shape (n_periods, n_bins).
    relative_humidity
        [%], shape (n_periods,).
    usable
        Of `usable_periods`, shape (n_periods,).
    options
        How.

    Notes
    -----
    A class with too few half hours takes what the next class above has, else the next one below.
    """
    classes = humidity_class(relative_humidity)
    members = [usable & (classes == i) for i in range(len(HUMIDITY_CLASSES))]
    own = _assess(frequency, lines, temperature, gas, members, options)
    valid = np.flatnonzero(np.isfinite(own.cut_off))
    if not len(valid):
        return own
    following = np.searchsorted(valid, np.arange(len(members)))
    taken = valid[np.minimum(following, len(valid) - 1)]
    return own._replace(factor=own.factor[taken], cut_off=own.cut_off[taken])


def assess_gas(
    *,
    frequency: FloatArray,
    lines: FloatArray,
    temperature: FloatArray,
    gas: FloatArray,
    month: IntArray,
    usable: BoolArray,
    options: AssessmentOptions,
    groups: Sequence[Sequence[int]] = ALL_MONTHS,
) -> Classes:
    """Return factor and cut-off of a gas for each of the twelve months.

    Parameters
    ----------
    frequency, lines, temperature, gas, usable, options
        As in `assess_water_vapour`.
    month
        1 … 12 of each half hour, shape (n_periods,).
    groups
        Months whose half hours make one ensemble. A month in no group has no cut-off.
    """
    members = [usable & np.isin(month, group) for group in groups]
    own = _assess(frequency, lines, temperature, gas, members, options)
    group_of = np.array([next((i for i, group in enumerate(groups) if number in group), -1) for number in range(1, 13)])
    known = group_of >= 0
    return Classes(
        factor=np.where(known, own.factor[group_of], np.nan),
        cut_off=np.where(known, own.cut_off[group_of], np.nan),
        periods=np.where(known, own.periods[group_of], 0),
        ensembles=own.ensembles,
    )


def _assess(
    frequency: FloatArray,
    lines: FloatArray,
    temperature: FloatArray,
    gas: FloatArray,
    members: Sequence[BoolArray],
    options: AssessmentOptions,
) -> Classes:
    factors, cut_offs, ensembles = [], [], []
    for chosen in members:
        factor, cut_off, ensemble = np.nan, np.nan, None
        if chosen.sum() >= max(options.least_periods, 1):
            mean_temperature, mean_gas = temperature[chosen].mean(axis=0), gas[chosen].mean(axis=0)
            quiet = mean_gas
            if options.noise_above is not None:
                quiet = remove_noise(frequency=frequency, lines=lines, spectrum=mean_gas, above=options.noise_above)
            factor, cut_off = fit_cut_off(
                frequency=frequency,
                lines=lines,
                temperature=mean_temperature,
                gas=quiet,
                lowest_frequency=options.lowest_frequency,
                highest_frequency=options.highest_frequency,
            )
            fitted = factor * first_order_power(frequency, cut_off) * mean_temperature
            ensemble = Ensemble(temperature=mean_temperature, gas=mean_gas, without_noise=quiet, fitted=fitted)
        factors.append(factor)
        cut_offs.append(cut_off)
        ensembles.append(ensemble)
    return Classes(
        factor=np.array(factors),
        cut_off=np.array(cut_offs),
        periods=np.array([int(chosen.sum()) for chosen in members]),
        ensembles=tuple(ensembles),
    )
