"""How the time lag of each gas is found, by the method that the station asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Table
from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT
from icos_ecosystem.calibration.scheme import scheme_fluxes
from icos_ecosystem.calibration.turbulence import maximum_of
from icos_ecosystem.series.lag_optimisation import humidity_class, optimised_lag, optimised_lag_by_humidity, telling_lags
from icos_ecosystem.series.prewhitened_lag import BORROWED, CARRIED, CERTAIN, DEFAULT, NEAR, decide_lags
from icos_ecosystem.series.time_lags import FoundLag, covariance_maximum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.scheme import SchemeFluxes

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["LagSearch", "lag_search"]

_NARROW = 0.5
_RULES = {CERTAIN: "certain", NEAR: "near the last one", BORROWED: "of another gas", CARRIED: "carried on", DEFAULT: "by default"}


@dataclass(frozen=True, kw_only=True)
class LagSearch:
    """Finds lags in condensed half hours.

    Attributes
    ----------
    halves
        Condensed half hours.
    decided
        Gas → lags that do not depend on the rotation: of pre-whitening.
    windows
        Gas → (n,) default, first and last lag in rows, of the optimisation.
    tables
        What the report tells of the search.
    """

    halves: HalfHours
    decided: dict[str, FoundLag] = field(default_factory=dict)
    windows: dict[str, tuple[FloatArray, IntArray, IntArray]] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()

    def find(self, gas: str, covariance: FloatArray) -> FoundLag:
        """Return the lag of a gas in rows, given the (n, n_lags) covariance of the vertical wind with it."""
        halves = self.halves
        count = len(halves)
        method = halves.options.time_lag.method
        if gas in self.decided:
            return self.decided[gas]
        if gas in self.windows:
            default, first, last = self.windows[gas]
            return covariance_maximum(covariance, halves.layout.windows[gas][0], first, last, default)
        if method == "none":
            return FoundLag(np.zeros(count), np.zeros(count, dtype=bool))
        if method == "constant":
            return FoundLag(halves.gas_setup(gas).nominal.astype(np.float64), np.ones(count, dtype=bool))
        return maximum_of(halves, gas, covariance, default=method != "maximum")


def lag_search(halves: HalfHours, radiation: FloatArray) -> LagSearch:
    """Prepare the search: what has to be known of all half hours before the lag of one is."""
    method = halves.options.time_lag.method
    if method == "pre-whitened":
        return _prewhitened(halves)
    if method == "optimised":
        return _optimised(halves, radiation)
    return LagSearch(halves=halves)


def _prewhitened(halves: HalfHours) -> LagSearch:
    layout = halves.layout
    values = halves.values["prewhitened"]
    frequency = halves.setup.frequency
    decided, rows = {}, []
    for place, gas in enumerate(layout.gases):
        setup = halves.gas_setup(gas)
        lag, low, high = values[:, place, 0], values[:, place, 1], values[:, place, 2]
        found = decide_lags(lag, low, high, setup.nominal_lag, _borrowed(halves, gas), narrow=_NARROW)
        in_rows = np.rint(found.lag * frequency)
        kept = (in_rows >= layout.windows[gas][0]) & (in_rows <= layout.windows[gas][1])
        default = (found.rule == DEFAULT) | ~kept
        decided[gas] = FoundLag(np.where(kept, in_rows, setup.nominal.astype(np.float64)), default)
        rows.append((GAS_OUTPUT[gas][0], *(int(np.count_nonzero(found.rule == rule)) for rule in _RULES), int(np.count_nonzero(~kept))))
    columns = ("gas", *_RULES.values(), "outside of what is kept")
    return LagSearch(halves=halves, decided=decided, tables=(Table(title="Lags by pre-whitening", columns=columns, rows=tuple(rows)),))


def _borrowed(halves: HalfHours, gas: str) -> FloatArray:
    """Return certain lags [s] of another gas of the same analyser, NaN where there is none."""
    layout, values = halves.layout, halves.values["prewhitened"]
    mine = halves.gas_setup(gas).model
    found = np.full(len(halves), np.nan)
    for place, other in enumerate(layout.gases):
        if other != gas:
            certain = values[:, place, 2] - values[:, place, 1] < _NARROW
            together = certain & (halves.gas_setup(other).model == mine) & np.isnan(found)
            found = np.where(together, values[:, place, 0], found)
    return found


def _optimised(halves: HalfHours, radiation: FloatArray) -> LagSearch:
    """Return windows from the lags that strong fluxes of all half hours tell."""
    options = halves.options.time_lag

    def at_maximum(gas: str, covariance: FloatArray) -> FoundLag:
        return maximum_of(halves, gas, covariance, default=False)

    first = scheme_fluxes(halves, "double", "block", at_maximum, radiation)
    windows, rows = {}, []
    for gas in first.gases:
        lags = _telling(first, gas)
        if gas == "h2o":
            found = optimised_lag_by_humidity(
                lags, first.state.relative_humidity, classes=options.humidity_classes, range_factor=options.range_factor
            )
            place = humidity_class(first.state.relative_humidity, options.humidity_classes)
            chosen = [np.where(place >= 0, each[np.maximum(place, 0)], np.nan) for each in (found.default, found.minimum, found.maximum)]
            width = 100.0 / options.humidity_classes
            rows += [
                (
                    f"H2O, {width * k:g}–{width * (k + 1):g} %",
                    *_rounded(found.default[k], found.minimum[k], found.maximum[k]),
                    int(found.number[k]),
                )
                for k in range(options.humidity_classes)
            ]
        else:
            found = optimised_lag(lags, range_factor=options.range_factor)
            chosen = [np.broadcast_to(each, len(halves)) for each in (found.default, found.minimum, found.maximum)]
            rows.append((GAS_OUTPUT[gas][0], *_rounded(found.default, found.minimum, found.maximum), int(found.number)))
        windows[gas] = _in_rows(halves, gas, *chosen)
    columns = ("gas", "default (s)", "first (s)", "last (s)", "half hours")
    return LagSearch(halves=halves, windows=windows, tables=(Table(title="Optimised time lags", columns=columns, rows=tuple(rows)),))


def _telling(first: SchemeFluxes, gas: str) -> FloatArray:
    halves, options = first.halves, first.halves.options.time_lag
    setup = halves.gas_setup(gas)
    flux = first.corrected.latent_heat if gas == "h2o" else first.corrected.gases[gas]
    least = {"co2": options.minimum_co2_flux, "h2o": options.minimum_latent_heat}.get(gas, options.minimum_other_flux)
    frequency = halves.setup.frequency
    return telling_lags(
        first.turbulence.lags[gas].rows / frequency,
        flux,
        least,
        setup.first / frequency,
        setup.last / frequency,
        rejects_nothing=halves.options.eddypro_compatible,
    )


def _in_rows(
    halves: HalfHours, gas: str, default: FloatArray, minimum: FloatArray, maximum: FloatArray
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return default, first and last lag in rows, within what is kept; what is not known is as stated."""
    setup, frequency = halves.gas_setup(gas), halves.setup.frequency
    low, high = halves.layout.windows[gas]
    stated = (setup.nominal, setup.first, setup.last)
    found = [
        np.clip(np.where(np.isfinite(each), np.rint(each * frequency), rows), low, high)
        for each, rows in zip((default, minimum, maximum), stated, strict=True)
    ]
    return found[0], found[1].astype(np.int64), found[2].astype(np.int64)


def _rounded(*values: FloatArray) -> tuple[float | str, ...]:
    return tuple(round(float(each), 2) if np.isfinite(each) else "–" for each in values)
