"""Statistics of one half hour, from which fluxes follow by algebra for every choice of rotation, lag and correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.layout import WIND
from icos_ecosystem.correlation_functions import covariance_functions
from icos_ecosystem.detrending import fluctuations
from icos_ecosystem.lagged_covariance import lagged_covariances, wind_covariances
from icos_ecosystem.packed_doubles import pack
from icos_ecosystem.raw_tests import (
    Discontinuity,
    HigherMoments,
    Resolution,
    attack_angle_share,
    discontinuity,
    higher_moments,
    resolution_and_drop_outs,
)
from icos_ecosystem.spectral_filters import HighPass
from icos_ecosystem.spectral_nodes import condense
from icos_ecosystem.symmetric_products import WIND_PAIRS
from icos_ecosystem.time_lags import covariance_maximum, shifted
from icos_ecosystem.turbulence_spectra import bin_edges, binned, co_spectrum, filled, transform, transform_length
from icos_ecosystem.wind_moments import wind_moments
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
    made: dict[str, NDArray[np.generic]] = {
        "wind_covariance": wind_covariances(wind, INTERVALS),
        **_levels(period, layout),
        **_shapes(period, layout),
        **_tests(period, layout, quirks=options.eddypro_compatible),
    }
    made |= _lagged(period, layout, options, wind)
    lags = _own_lags(made, layout, limits)
    made["own_lag"] = np.array([float(lags[name]) for name in layout.scalars])
    made["gas_covariance"] = _gas_covariance(period, layout, lags)
    if layout.correlation_rows:
        made |= _correlations(period, layout)
    if options.random_uncertainty.method == "mahrt":
        made["subrecord_covariance"] = _subrecords(period, layout, wind)
    if options.spectra.binned or options.in_situ:
        made |= _spectra(period, layout, options, lags)
    return made


def _series(period: RawPeriod, name: str) -> FloatArray:
    return period.series[name] if name in period.series else np.full(period.expected, np.nan)


def _levels(period: RawPeriod, layout: Layout) -> dict[str, NDArray[np.generic]]:
    mean, valid, quartiles = (np.full(len(layout.series), np.nan) for _ in range(3))
    quartiles = np.full((len(layout.series), len(QUARTILES)), np.nan)
    gap = np.zeros(len(layout.series))
    rotation, _, _ = double_rotation(np.array([[_mean(_series(period, name)) for name in WIND]]))
    turned = rotation[0] @ period.wind
    for place, name in enumerate(layout.series):
        values = _series(period, name)
        kept = values[np.isfinite(values)]
        valid[place] = kept.size
        if kept.size:
            mean[place] = kept.mean()
            along = turned[place] if place < len(WIND) else kept
            quartiles[place] = np.percentile(along[np.isfinite(along)], QUARTILES) if np.isfinite(along).any() else np.nan
        gap[place] = _longest_gap(values)
    u, v, w = period.wind
    speed = np.sqrt(u * u + v * v + w * w)
    fine = np.isfinite(u) & np.isfinite(v)
    angle = np.arctan2(v[fine], u[fine])
    sine, cosine = (float(np.mean(each(angle))) if angle.size else np.nan for each in (np.sin, np.cos))
    return {
        "mean": mean,
        "valid": valid,
        "quartiles": quartiles,
        "longest_gap": gap,
        "wind_angle": np.array([np.degrees(np.arctan2(sine, cosine)), _angular_deviation(sine, cosine)]),
        "wind_maximum": np.array(np.nanmax(speed) if np.isfinite(speed).any() else np.nan),
        "wind_trend": np.array([_trend(each) for each in (u, v, w)]),
    }


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


def _shapes(period: RawPeriod, layout: Layout) -> dict[str, NDArray[np.generic]]:
    """Return moments of order two to four of series and of their differences from row to row."""
    third, fourth = wind_moments(period.wind)
    steps = np.diff(period.wind, axis=1)
    _, step_fourth = wind_moments(steps)
    of_scalars = np.full((len(layout.scalars), 5), np.nan)
    unchanged = np.zeros(1 + len(layout.scalars))
    unchanged[0] = np.count_nonzero((steps == 0.0).all(axis=0))
    for place, name in enumerate(layout.scalars):
        values = _series(period, name)
        change = np.diff(values)
        unchanged[1 + place] = np.count_nonzero(change == 0.0)
        of_scalars[place] = [*_central(values), *_central(change)[::2]]
    return {
        "wind_third": third,
        "wind_fourth": fourth,
        "step_covariance": _covariance(steps),
        "step_fourth": step_fourth,
        "scalar_moments": of_scalars,
        "unchanged": unchanged,
    }


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
        if name not in period.despiked or name in {"tc", "pc"}:
            continue
        values = period.despiked[name]
        filling = resolution_and_drop_outs(values, window=max(period.expected // 15, 2))
        shape = higher_moments(values)
        jump = discontinuity(
            values, window=max(period.expected // 6, 2), signed_difference=quirks, deviation_for_variance=quirks
        )
        numbers[place] = [*filling, *shape, *jump]
    counts = np.array([[period.spikes.get(name, 0), period.spike_rows.get(name, 0), period.limit_rows.get(name, 0)] for name in layout.series])
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


def _gas_covariance(period: RawPeriod, layout: Layout, lags: Mapping[str, int]) -> FloatArray:
    """Return covariances of gases with each other, each at its own lag."""
    aligned = [shifted(_series(period, gas), lags[gas]) for gas in layout.gases]
    found = np.full((len(aligned), len(aligned)), np.nan)
    for i, left in enumerate(aligned):
        for j, right in enumerate(aligned):
            fine = np.isfinite(left) & np.isfinite(right)
            if fine.sum() > 1:
                found[i, j] = np.mean(left[fine] * right[fine]) - left[fine].mean() * right[fine].mean()
    return found


def _own_lags(made: Mapping[str, NDArray[np.generic]], layout: Layout, limits: Mapping[str, tuple[int, int, int]]) -> dict[str, int]:
    """Return the lag in rows at which cospectra are taken: of the covariance maximum after double rotation, with default."""
    lags = dict.fromkeys(layout.scalars, 0)
    mean = np.asarray(made["mean"], dtype=np.float64)[np.newaxis, : len(WIND)]
    rotation, _, _ = double_rotation(mean)
    lagged = np.asarray(made["lagged"], dtype=np.float64)[0]
    for gas, (nominal, first, last) in limits.items():
        of_gas = rotation[0, 2] @ lagged[:, layout.slice_of(gas)]
        found = covariance_maximum(
            of_gas[np.newaxis], layout.windows[gas][0], np.array([first]), np.array([last]), np.array([float(nominal)])
        )
        lags[gas] = int(found.rows[0]) if np.isfinite(found.rows[0]) else nominal
    return lags


def _correlations(period: RawPeriod, layout: Layout) -> dict[str, NDArray[np.generic]]:
    names = layout.spectral_series
    series = np.stack([_series(period, name) for name in names])
    rows = layout.correlation_rows
    autos = [*WIND_PAIRS, *((place, place) for place in range(3, len(names)))]
    crosses = [(i, place) for place in range(3, len(names)) for i in range(3)]
    auto = covariance_functions(series, autos, 0, rows)
    # Of two components of the wind both orders count alike in everything that is asked of them.
    turned = covariance_functions(series, [(j, i) for i, j in autos], 0, rows)
    return {
        "auto_covariance": pack(0.5 * (auto + turned)),
        "cross_covariance": pack(covariance_functions(series, crosses, -rows - layout.reach, rows + layout.reach)),
    }


def _subrecords(period: RawPeriod, layout: Layout, wind: FloatArray) -> FloatArray:
    """Return covariances of 36 sub-records at every lag, for the uncertainty after Mahrt (1998)."""
    found = np.full((INTERVALS * INTERVALS, 3, len(layout.columns)), np.nan)
    for scalar in layout.scalars:
        if scalar in period.series and np.isfinite(period.series[scalar]).any():
            of_scalar = lagged_covariances(wind, period.series[scalar], *layout.windows[scalar], INTERVALS * INTERVALS)
            found[:, :, layout.slice_of(scalar)] = of_scalar.covariance[1:]
    return found


def _spectra(period: RawPeriod, layout: Layout, options: EddyCovarianceOptions, lags: Mapping[str, int]) -> dict[str, NDArray[np.generic]]:
    length = transform_length(period.expected)
    names = layout.spectral_series
    ready = [_aligned(_series(period, name), lags.get(name, 0)) for name in names]
    made: dict[str, NDArray[np.generic]] = {}
    frequencies = np.arange(1, length // 2 + 1) * (period.frequency / length)
    if options.spectra.binned:
        transforms, scale = transform(ready, length, options.spectra.taper)
        autos = [*WIND_PAIRS, *((place, place) for place in range(3, len(names)))]
        crosses = [(i, place) for place in range(3, len(names)) for i in range(3)]
        pairs = np.stack([co_spectrum(transforms[i], transforms[j], scale, period.frequency) for i, j in (*autos, *crosses)])
        edges = bin_edges(options.spectra.bins, period.expected / period.frequency, period.frequency)
        bins = binned(pairs, frequencies, edges)
        absent = [name not in period.series for name in names]
        for place, (i, j) in enumerate((*autos, *crosses)):
            if absent[i] or absent[j]:
                bins.values[place] = np.nan
        made |= {"spectrum": bins.values, "spectrum_lines": bins.count.astype(np.float64), "spectrum_frequency": bins.frequency}
    if options.in_situ:
        transforms, scale = transform(ready[:4], length, "none")
        whole = np.stack([co_spectrum(transforms[i], transforms[3], scale, period.frequency) for i in range(3)])
        made["cospectrum_nodes"] = condense(whole * (period.frequency / length))
    return made


def _aligned(values: FloatArray, lag: int) -> FloatArray:
    """Return the fluctuations of a series shifted by a lag, gaps filled."""
    return filled(fluctuations(shifted(values, lag), "block", 1))
