"""Covariances of a half hour: at every lag, in parts, and as functions of the lag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.layout import WIND
from icos_ecosystem.packed_doubles import pack
from icos_ecosystem.series.correlation_functions import covariance_functions
from icos_ecosystem.series.detrending import fluctuations
from icos_ecosystem.series.lagged_covariance import lagged_covariances, wind_covariances
from icos_ecosystem.series.time_lags import covariance_maximum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.raw_series import RawPeriod

    FloatArray = NDArray[np.float64]

__all__ = ["INTERVALS", "correlations", "gas_covariance", "lagged_statistics", "own_lags", "subrecords"]

INTERVALS = 6
"""Parts of a half hour, of which stationarity is judged."""


def lagged_statistics(
    period: RawPeriod, layout: Layout, options: EddyCovarianceOptions, wind: FloatArray
) -> dict[str, NDArray[np.generic]]:
    """Return covariances of the wind with every scalar at every lag of its window, whole, in parts and for each way of detrending."""
    n_columns = len(layout.columns)
    covariance = np.full((1 + INTERVALS, 3, n_columns), np.nan)
    of_shifted = np.full((3, n_columns), np.nan)
    others = {name: np.full((3, n_columns), np.nan) for name in layout.detrendings}
    rows = max(round(options.detrending.time_constant.total_seconds() * period.frequency), 1)
    winds = {name: np.stack([fluctuations(each, name, rows) for each in wind]) for name in layout.detrendings}
    for scalar in layout.scalars:
        if scalar not in period.series or not np.isfinite(period.series[scalar]).any():
            continue
        values, columns = period.series[scalar], layout.slice_of(scalar)
        found = lagged_covariances(wind, values, *layout.windows[scalar], INTERVALS)
        covariance[:, :, columns] = found.covariance
        of_shifted[:, columns] = np.stack([found.mean, found.variance, found.detrended_variance])
        for name in layout.detrendings:
            if name == "linear":
                others[name][:, columns] = found.detrended
            else:
                own = lagged_covariances(winds[name], fluctuations(values, name, rows), *layout.windows[scalar], 1)
                others[name][:, columns] = own.covariance[0]
    made: dict[str, NDArray[np.generic]] = {"lagged": covariance, "shifted": of_shifted}
    for name in layout.detrendings:
        made[f"lagged_{name}"] = others[name]
        made[f"wind_covariance_{name}"] = wind_covariances(winds[name], 1)[0]
    return made


def own_lags(
    made: Mapping[str, NDArray[np.generic]], layout: Layout, limits: Mapping[str, tuple[int, int, int]], vertical: FloatArray
) -> dict[str, int]:
    """Return the lag in rows at which cospectra are taken: of the covariance maximum after double rotation, with default."""
    lags = dict.fromkeys(layout.scalars, 0)
    lagged = np.asarray(made["lagged"], dtype=np.float64)[0]
    for gas, (nominal, first, last) in limits.items():
        of_gas = vertical @ lagged[:, layout.slice_of(gas)]
        found = covariance_maximum(
            of_gas[np.newaxis], layout.windows[gas][0], np.array([first]), np.array([last]), np.array([float(nominal)])
        )
        lags[gas] = int(found.rows[0]) if np.isfinite(found.rows[0]) else nominal
    return lags


def correlations(free: Mapping[str, FloatArray], layout: Layout) -> dict[str, NDArray[np.generic]]:
    """Return packed auto- and cross-covariance functions, of which random errors are made."""
    names, rows = layout.spectral_series, layout.correlation_rows
    series = np.stack([free[name] for name in names])
    autos = [*((i, j) for i in range(3) for j in range(3)), *((3 + i, 3 + j) for i, j in layout.scalar_pairs)]
    crosses = [(i, place) for place in range(3, len(names)) for i in range(3)]
    return {
        "auto_covariance": pack(covariance_functions(series, autos, 0, rows)),
        "cross_covariance": pack(covariance_functions(series, crosses, -rows - layout.reach, rows + layout.reach)),
    }


def subrecords(free: Mapping[str, FloatArray], layout: Layout) -> FloatArray:
    """Return covariances of the wind with itself and with aligned scalars in 36 sub-records."""
    parts = INTERVALS * INTERVALS
    found = np.full((parts, 3, 3 + len(layout.scalars)), np.nan)
    wind = np.stack([free[name] for name in WIND])
    found[:, :, :3] = wind_covariances(wind, parts)[1:]
    for place, scalar in enumerate(layout.scalars):
        if scalar in free and np.isfinite(free[scalar]).any():
            found[:, :, 3 + place] = lagged_covariances(wind, free[scalar], 0, 0, parts).covariance[1:, :, 0]
    return found


def gas_covariance(layout: Layout, free: Mapping[str, FloatArray]) -> FloatArray:
    """Return covariances of gases with each other, each at its own lag."""
    series = [free[gas] for gas in layout.gases]
    found = np.full((len(series), len(series)), np.nan)
    for i, left in enumerate(series):
        for j, right in enumerate(series):
            fine = np.isfinite(left) & np.isfinite(right)
            if fine.sum() > 1:
                found[i, j] = np.mean(left[fine] * right[fine]) - left[fine].mean() * right[fine].mean()
    return found
