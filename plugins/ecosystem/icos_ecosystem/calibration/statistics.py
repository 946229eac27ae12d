"""Statistics of one half hour, from which fluxes follow by algebra for every choice of rotation, lag and correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.high_pass import high_pass_filter
from icos_ecosystem.calibration.lagged_statistics import INTERVALS, correlations, gas_covariance, lagged_statistics, own_lags, subrecords
from icos_ecosystem.calibration.layout import CELL, WIND
from icos_ecosystem.calibration.level_statistics import levels, means, plane_mean
from icos_ecosystem.series.detrending import fluctuations
from icos_ecosystem.series.lagged_covariance import wind_covariances
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
from icos_ecosystem.series.time_lags import shifted
from icos_ecosystem.series.wind_moments import wind_moments
from icos_ecosystem.spectral.nodes import condense
from icos_ecosystem.spectral.turbulence_spectra import bin_edges, binned, co_spectrum, filled, transform, transform_length
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.raw_series import RawPeriod

    FloatArray = NDArray[np.float64]

__all__ = ["TEST_NUMBERS", "statistics_of"]

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
    mean = means(period, layout)
    made: dict[str, NDArray[np.generic]] = {
        "mean": mean,
        "plane_mean": plane_mean(period),
        "wind_covariance": wind_covariances(wind, INTERVALS),
    }
    made |= lagged_statistics(period, layout, options, wind)
    rotation, _, _ = double_rotation(mean[np.newaxis, : len(WIND)])
    lags = own_lags(made, layout, limits, rotation[0, 2])
    aligned = {name: shifted(period.of(name), lags.get(name, 0)) for name in layout.series}
    method, rows = options.detrending.method, max(round(options.detrending.time_constant.total_seconds() * period.frequency), 1)
    free = {name: fluctuations(each, method, rows) for name, each in aligned.items() if name not in CELL}
    made |= levels(period, layout, aligned if options.eddypro_compatible else period.series, rotation[0])
    made |= _shapes(layout, free)
    made["unchanged"] = _unchanged(layout, aligned)
    made |= _tests(period, layout, quirks=options.eddypro_compatible)
    made["own_lag"] = np.array([float(lags[name]) for name in layout.scalars])
    made["gas_covariance"] = gas_covariance(layout, free)
    if layout.correlation_rows:
        unaligned = {name: fluctuations(period.of(name), method, rows) for name in layout.spectral_series}
        made |= correlations(unaligned, layout)
    made["subrecord_covariance"] = subrecords(free, layout)
    if options.spectra.binned or options.in_situ:
        made |= _spectra(period, layout, options, free)
    return made


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
    # No product of matrices: how BLAS adds up hangs, in the last bit, on where in memory an array lies.
    return float(squares.mean()), float((squares * centred).mean()), float((squares * squares).mean())


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
