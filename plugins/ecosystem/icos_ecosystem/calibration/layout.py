"""What a condensed half hour holds, by the options and the same for all: series, windows of lags, ways of detrending."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, pi
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.instruments import analyser_geometry, is_open_path
from icos_ecosystem.series.time_lags import LagWindow, closed_path_window, lag_in_rows, open_path_window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.station_tables import GasAnalyser

__all__ = ["CELL", "WIND", "Layout", "layout_of", "window_of_gas"]

WIND = ("u", "v", "w")
CELL = ("tc", "pc")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Shape of condensed half hours.

    Attributes
    ----------
    series
        Wind, sonic temperature, gases, and cell temperature and pressure where covariances with them are of use.
    windows
        Scalar → first and last lag in rows that are kept.
    detrendings
        Ways to take off the mean state beside block averaging.
    correlation_rows
        Longest lag in rows of covariance functions; nil where there are none.
    mixed
        Whether covariance functions of scalars with each other are kept, as the uncertainty of open paths needs them.
    frequency, rows
        Rows per second and in a half hour, of the fastest set-up.
    """

    series: tuple[str, ...]
    windows: Mapping[str, tuple[int, int]]
    detrendings: tuple[str, ...]
    correlation_rows: int
    mixed: bool
    frequency: float
    rows: int

    @property
    def spectral_series(self) -> tuple[str, ...]:
        """Series of which spectra and covariance functions are made."""
        return tuple(name for name in self.series if name not in CELL)

    @property
    def scalar_pairs(self) -> tuple[tuple[int, int], ...]:
        """Places among the scalars of spectra, of each with itself or with all, whose covariance functions are kept."""
        count = len(self.spectral_series) - len(WIND)
        return tuple((i, j) for i in range(count) for j in range(count) if self.mixed or i == j)

    @property
    def reach(self) -> int:
        """Longest lag in rows of any window."""
        return max(max(abs(low), abs(high)) for low, high in self.windows.values())

    @property
    def scalars(self) -> tuple[str, ...]:
        """Series beside the wind."""
        return self.series[len(WIND) :]

    @property
    def gases(self) -> tuple[str, ...]:
        """Gases among the series."""
        return tuple(name for name in self.scalars if name not in {"ts", *CELL})

    @property
    def columns(self) -> tuple[tuple[str, int], ...]:
        """Scalar and lag of every column of lagged covariances."""
        return tuple((name, lag) for name in self.scalars for lag in range(self.windows[name][0], self.windows[name][1] + 1))

    def slice_of(self, scalar: str) -> slice:
        """Return the columns of a scalar."""
        begin = 0
        for name in self.scalars:
            size = self.windows[name][1] - self.windows[name][0] + 1
            if name == scalar:
                return slice(begin, begin + size)
            begin += size
        raise KeyError(scalar)


def window_of_gas(gas: str, analyser: GasAnalyser) -> LagWindow:
    """Return the nominal lag of a gas and the window in which it is sought, as stated or from the set-up."""
    stated = analyser.lags.get(gas)  # type: ignore[call-overload]
    if is_open_path(analyser):
        usual = open_path_window(float(np.hypot(analyser.northward_separation, analyser.eastward_separation)), analyser.vertical_separation)
    else:
        geometry = analyser_geometry(analyser)
        cell = pi * (geometry.horizontal_path / 2.0) ** 2 * geometry.vertical_path
        tube = pi * (analyser.tube_diameter / 2.0) ** 2 * analyser.tube_length
        usual = closed_path_window(gas, tube, cell, analyser.flow_rate)
    if stated is None:
        return usual
    own = (stated.nominal, stated.minimum, stated.maximum)
    return LagWindow(*(given if given is not None else found for given, found in zip(own, usual, strict=True)))


def layout_of(options: EddyCovarianceOptions) -> Layout:
    """Return the layout that all half hours of a station share."""
    gases = tuple(gas for gas in options.measured_gases if gas in options.wanted_gases or gas == "h2o")
    windows = {gas: _rows_of_gas(gas, options) for gas in gases}
    closed = any(not is_open_path(each) for each in options.gas_analyser)
    cell: tuple[str, ...] = ()
    if closed and windows:
        cell = CELL
        # Density terms need vapour, and of what is not converted row by row the cell, at the lags of all gases.
        everywhere = (min(low for low, _ in windows.values()), max(high for _, high in windows.values()))
        converted = options.raw.point_by_point and "h2o" in windows
        windows |= dict.fromkeys(CELL, everywhere if options.density.wpl and not converted else (0, 0))
        if "h2o" in windows:
            windows["h2o"] = everywhere
    frequency = max(each.frequency for each in options.sonic)
    return Layout(
        series=(*WIND, "ts", *gases, *cell),
        windows={"ts": (0, 0), **windows},
        detrendings=tuple(each for each in options.detrendings if each != "block"),
        mixed=options.density.wpl and any(is_open_path(each) for each in options.gas_analyser),
        frequency=frequency,
        rows=round(options.averaging_period.total_seconds() * frequency),
        correlation_rows=ceil(options.random_uncertainty.maximum_lag * frequency) if options.random_uncertainty.method != "none" else 0,
    )


def _rows_of_gas(gas: str, options: EddyCovarianceOptions) -> tuple[int, int]:
    found = [
        (lag_in_rows(window.minimum, sonic.frequency), lag_in_rows(window.maximum, sonic.frequency))
        for analyser in options.gas_analyser
        if gas in analyser.gases
        for sonic in options.sonic
        for window in [window_of_gas(gas, analyser)]
    ]
    if options.time_lag.method == "pre-whitened":
        # Pre-whitening looks to either side; air comes late only through a tube.
        reach = ceil(options.time_lag.maximum_lag * max(each.frequency for each in options.sonic))
        open_path = any(is_open_path(each) for each in options.gas_analyser if gas in each.gases)
        found.append((-reach if open_path else 0, reach))
    # The nominal lag may be stated outside the window, and no lag at all may be asked for.
    nominal = [
        lag_in_rows(window_of_gas(gas, analyser).nominal, sonic.frequency)
        for analyser in options.gas_analyser
        if gas in analyser.gases
        for sonic in options.sonic
    ]
    return min(0, *nominal, *(low for low, _ in found)), max(0, *nominal, *(high for _, high in found))
