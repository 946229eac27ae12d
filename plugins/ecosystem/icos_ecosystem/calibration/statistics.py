"""Statistics of one half hour, from which fluxes follow by algebra for every choice of rotation, lag and correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.high_pass import high_pass_filter
from icos_ecosystem.calibration.layout import CELL, WIND
from icos_ecosystem.packed_doubles import pack
from icos_ecosystem.series.correlation_functions import covariance_functions
from icos_ecosystem.series.detrending import fluctuations
from icos_ecosystem.series.lagged_covariance import lagged_covariances, wind_covariances
from icos_ecosystem.series.raw_tests import (
    Discontinuity,
    HigherMoments,
    Resolution,
    attack_angle_share,
    discontinuity,
    higher_moments,
    resolution_and_drop_outs,
)
from icos_ecosystem.series.symmetric_products import WIND_PAIRS
from icos_ecosystem.series.time_lags import covariance_maximum, shifted
from icos_ecosystem.series.wind_moments import wind_moments
from icos_ecosystem.spectral.nodes import condense
from icos_ecosystem.spectral.turbulence_spectra import bin_edges, binned, co_spectrum, filled, transform, transform_length
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.raw_period import RawPeriod

    FloatArray = NDArray[np.float64]

__all__ = ["INTERVALS", "QUARTILES", "TEST_NUMBERS", "statistics_of"]

INTERVALS = 6
QUARTILES = (25.0, 50.0, 75.0)
TEST_NUMBERS = (*Resolution._fields, *HigherMoments._fields, *Discontinuity._fields)
"""What raw tests measure of each series."""


def statistics_of(
    period: RawPeriod, layout: Layout, options: EddyCovarianceOptions, limits: Mapping[str, tuple[int, int, int]]
) -> dict[str, NDArray[np.generic]]:
    """Return everything that is kept of a half hour, by name, with the axes that :mod:`icos_ecosystem.calibration.condensed` declares.

    Parameters
    ----------
    period
        The conditioned rows.
    layout
        Which series, lags and detrendings are kept.
    options
        The station.
    limits
        Gas → nominal, first and last admissible lag in rows, for the lag at which cospectra are taken.
    """
    wind = period.wind
    mean = _means(period, layout)
    made: dict[str, NDArray[np.generic]] = {
        "mean": mean,
        "plane_mean": _plane_mean(period),
        "wind_covariance": wind_covariances(wind, INTERVALS),
    }
    made |= _lagged(period, layout, options, wind)
    rotation, _, _ = double_rotation(mean[np.newaxis, : len(WIND)])
    lags = _own_lags(made, layout, limits, rotation[0, 2])
    aligned = {name: shifted(_series(period, name), lags.get(name, 0)) for name in layout.series}
    method, rows = options.detrending.method, max(round(options.detrending.time_constant.total_seconds() * period.frequency), 1)
    free = {name: fluctuations(each, method, rows) for name, each in aligned.items() if name not in CELL}
    made |= _levels(period, layout, aligned if options.eddypro_compatible else period.series, rotation[0])
    made |= _shapes(layout, free)
    made["unchanged"] = _unchanged(layout, aligned)
    made |= _tests(period, layout, quirks=options.eddypro_compatible)
    made["own_lag"] = np.array([float(lags[name]) for name in layout.scalars])
    made["gas_covariance"] = _gas_covariance(layout, free)
    if layout.correlation_rows:
        unaligned = {name: fluctuations(_series(period, name), method, rows) for name in layout.spectral_series}
        made |= _correlations(unaligned, layout)
    made["subrecord_covariance"] = _subrecords(free, layout)
    if options.spectra.binned or options.in_situ:
        made |= _spectra(period, layout, options, free)
    return made


def _series(period: RawPeriod, name: str) -> FloatArray:
    return period.series[name] if name in period.series else np.full(period.expected, np.nan)


def _means(period: RawPeriod, layout: Layout) -> FloatArray:
    return np.array([_mean(_series(period, name)) for name in layout.series])


def _plane_mean(period: RawPeriod) -> FloatArray:
    """Return the mean wind for planes, which rows outside absolute limits never enter."""
    left_out = period.implausible if period.implausible is not None else np.zeros(period.expected, dtype=bool)
    return np.array([_mean(np.where(left_out, np.nan, each)) for each in period.wind])


def _levels(period: RawPeriod, layout: Layout, gaps_of: Mapping[str, FloatArray], rotation: FloatArray) -> dict[str, NDArray[np.generic]]:
    """Return counts, quartiles and gaps of series, and what the wind's direction and strength were."""
    wind = period.wind
    valid, gap = np.zeros(len(layout.series)), np.zeros(len(layout.series))
    quartiles = np.full((len(layout.series), len(QUARTILES)), np.nan)
    turned = rotation @ wind
    for place, name in enumerate(layout.series):
        values = _series(period, name)
        valid[place] = np.count_nonzero(np.isfinite(values))
        along = turned[place] if place < len(WIND) else values
        if name not in CELL:
            quartiles[place] = _percentiles(along)
            gap[place] = _longest_gap(gaps_of.get(name, values))
    u, v, w = wind
    speed = np.sqrt(u * u + v * v + w * w)
    fine = np.isfinite(u) & np.isfinite(v)
    length = np.hypot(u[fine], v[fine])
    with np.errstate(invalid="ignore", divide="ignore"):
        sine, cosine = (float(np.nanmean(each[fine] / length)) if fine.any() else np.nan for each in (v, u))
    return {
        "valid": valid,
        "quartiles": quartiles,
        "longest_gap": gap,
        "wind_angle": np.array([np.degrees(np.arctan2(sine, cosine)), _angular_deviation(sine, cosine)]),
        "wind_maximum": np.array(np.nanmax(speed) if np.isfinite(speed).any() else np.nan),
        "wind_trend": np.array([_trend(each) for each in (u, v, w)]),
    }


def _percentiles(values: FloatArray) -> FloatArray:
    """Return the quartiles of what is there, between neighbours linearly."""
    kept = values[np.isfinite(values)]
    if not kept.size:
        return np.full(len(QUARTILES), np.nan)
    place = np.array(QUARTILES) / 100.0 * (kept.size - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, kept.size - 1)
    ordered = np.partition(kept, np.unique(np.concatenate([low, high])))
    quartiles: FloatArray = ordered[low] + (place - low) * (ordered[high] - ordered[low])
    return quartiles


def _mean(values: FloatArray) -> float:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if kept.size else np.nan


def _angular_deviation(sine: float, cosine: float) -> float:
    """Return the standard deviation of angles after Yamartino (1984), J. Climate Appl. Meteor. 23, 1362, in degrees."""
    rest = np.sqrt(max(0.0, 1.0 - (sine * sine + cosine * cosine)))
    return float(np.degrees(np.arcsin(rest) * (1.0 + (2.0 / np.sqrt(3.0) - 1.0) * rest**3)))


def _longest_gap(values: FloatArray) -> float:
    missing = np.isnan(values)
    if not missing.any():
        return 0.0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    return float((edges[1::2] - edges[::2]).max())


def _trend(values: FloatArray) -> float:
    """Return by how much the linear trend changes a series from its first row to its last."""
    places = np.flatnonzero(np.isfinite(values)).astype(np.float64)
    if places.size < 2:
        return np.nan
    places -= places.mean()
    return float(places @ values[np.isfinite(values)] / (places @ places) * (values.size - 1))


def _shapes(layout: Layout, free: Mapping[str, FloatArray]) -> dict[str, NDArray[np.generic]]:
    """Return moments of order two to four of series and of their differences from row to row."""
    wind = np.stack([free[name] for name in WIND])
    third, fourth = wind_moments(wind)
    steps = np.diff(wind, axis=1)
    _, step_fourth = wind_moments(steps)
    of_scalars = np.full((len(layout.scalars), 5), np.nan)
    for place, name in enumerate(layout.scalars):
        if name in CELL:
            continue
        values = free[name]
        change = np.diff(values)
        of_scalars[place] = [*_central(values), *_central(change)[::2]]
    return {
        "wind_third": third,
        "wind_fourth": fourth,
        "step_covariance": _covariance(steps),
        "step_fourth": step_fourth,
        "scalar_moments": of_scalars,
    }


def _unchanged(layout: Layout, aligned: Mapping[str, FloatArray]) -> FloatArray:
    """Return how often all wind components, and each scalar, repeat the value before."""
    wind = np.stack([aligned[name] for name in WIND])
    repeats = [(np.diff(wind, axis=1) == 0.0).all(axis=0), *(np.diff(aligned[name]) == 0.0 for name in layout.scalars)]
    return np.array([float(np.count_nonzero(each)) for each in repeats])


def _covariance(series: FloatArray) -> FloatArray:
    fine = np.isfinite(series).all(axis=0)
    if fine.sum() < 2:
        return np.full((len(series), len(series)), np.nan)
    covariance: FloatArray = np.cov(series[:, fine], bias=True)
    return covariance


def _central(values: FloatArray) -> tuple[float, float, float]:
    """Return the second, third and fourth central moment."""
    kept = values[np.isfinite(values)]
    if kept.size == 0:
        return np.nan, np.nan, np.nan
    centred = kept - kept.mean()
    squares = centred * centred
    return float(squares.mean()), float((squares @ centred) / kept.size), float((squares @ squares) / kept.size)


def _tests(period: RawPeriod, layout: Layout, *, quirks: bool) -> dict[str, NDArray[np.generic]]:
    numbers = np.full((len(layout.series), len(TEST_NUMBERS)), np.nan)
    for place, name in enumerate(layout.series):
        if name not in period.despiked or name in CELL:
            continue
        values = period.despiked[name]
        filling = resolution_and_drop_outs(values, window=max(period.expected // 15, 2))
        shape = higher_moments(values)
        jump = discontinuity(values, window=max(period.expected // 6, 2), signed_difference=quirks, deviation_for_variance=quirks)
        numbers[place] = [*filling, *shape, *jump]
    counts = np.array(
        [[period.spikes.get(name, 0), period.spike_rows.get(name, 0), period.limit_rows.get(name, 0)] for name in layout.series]
    )
    u, v, w = (period.despiked[name] for name in WIND)
    return {"test_numbers": numbers, "test_counts": counts.astype(np.float64), "attack_angles": np.array(attack_angle_share(u, v, w))}


def _lagged(period: RawPeriod, layout: Layout, options: EddyCovarianceOptions, wind: FloatArray) -> dict[str, NDArray[np.generic]]:
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


def _gas_covariance(layout: Layout, free: Mapping[str, FloatArray]) -> FloatArray:
    """Return covariances of gases with each other, each at its own lag."""
    series = [free[gas] for gas in layout.gases]
    found = np.full((len(series), len(series)), np.nan)
    for i, left in enumerate(series):
        for j, right in enumerate(series):
            fine = np.isfinite(left) & np.isfinite(right)
            if fine.sum() > 1:
                found[i, j] = np.mean(left[fine] * right[fine]) - left[fine].mean() * right[fine].mean()
    return found


def _own_lags(
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


def _correlations(free: Mapping[str, FloatArray], layout: Layout) -> dict[str, NDArray[np.generic]]:
    names, rows = layout.spectral_series, layout.correlation_rows
    series = np.stack([free[name] for name in names])
    autos = [*((i, j) for i in range(3) for j in range(3)), *((3 + i, 3 + j) for i, j in layout.scalar_pairs)]
    crosses = [(i, place) for place in range(3, len(names)) for i in range(3)]
    return {
        "auto_covariance": pack(covariance_functions(series, autos, 0, rows)),
        "cross_covariance": pack(covariance_functions(series, crosses, -rows - layout.reach, rows + layout.reach)),
    }


def _subrecords(free: Mapping[str, FloatArray], layout: Layout) -> FloatArray:
    """Return covariances of the wind with itself and with aligned scalars in 36 sub-records."""
    parts = INTERVALS * INTERVALS
    found = np.full((parts, 3, 3 + len(layout.scalars)), np.nan)
    wind = np.stack([free[name] for name in WIND])
    found[:, :, :3] = wind_covariances(wind, parts)[1:]
    for place, scalar in enumerate(layout.scalars):
        if scalar in free and np.isfinite(free[scalar]).any():
            found[:, :, 3 + place] = lagged_covariances(wind, free[scalar], 0, 0, parts).covariance[1:, :, 0]
    return found


def _spectra(
    period: RawPeriod, layout: Layout, options: EddyCovarianceOptions, free: Mapping[str, FloatArray]
) -> dict[str, NDArray[np.generic]]:
    length = transform_length(period.expected)
    names = layout.spectral_series
    ready = [filled(free[name]) for name in names]
    made: dict[str, NDArray[np.generic]] = {}
    frequencies = np.arange(1.0, length // 2 + 1.0) * (period.frequency / length)
    transforms, scale = transform(ready, length, options.spectra.taper)
    autos = [*WIND_PAIRS, *((place, place) for place in range(3, len(names)))]
    crosses = [(i, place) for place in range(3, len(names)) for i in range(3)]
    pairs = np.stack([co_spectrum(transforms[i], transforms[j], scale, period.frequency) for i, j in (*autos, *crosses)])
    edges = bin_edges(options.spectra.bins, period.expected / period.frequency, period.frequency)
    bins = binned(pairs, frequencies, edges)
    made["spectrum_variance"] = np.array([np.var(each[:length]) for each in ready])
    absent = [name not in period.series for name in names]
    for place, (i, j) in enumerate((*autos, *crosses)):
        if absent[i] or absent[j]:
            bins.values[place] = np.nan
    made |= {"spectrum": bins.values, "spectrum_lines": bins.count.astype(np.float64), "spectrum_frequency": bins.frequency}
    high_pass = high_pass_filter(options, options.detrending.method, period.frequency)
    transforms, scale = transform(ready[:4], length, "none")
    whole = np.stack([co_spectrum(transforms[i], transforms[3], scale, period.frequency) for i in range(3)])
    lines = whole * (period.frequency / length)
    made["cospectrum_nodes"] = condense(lines)
    # What taking off the mean state took is given back line by line: its transfer function is too rough for nodes.
    made["cospectrum_nodes_full"] = condense(lines / high_pass.transfer(frequencies))
    made["cospectrum_mean"] = np.array([ready[i][:length].mean() * ready[3][:length].mean() for i in range(3)])
    return made
