"""Means, quartiles, gaps and trends of the series of a half hour, and where the wind came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.layout import CELL, WIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.raw_series import RawPeriod

    FloatArray = NDArray[np.float64]

__all__ = ["QUARTILES", "levels", "means", "plane_mean"]

QUARTILES = (25.0, 50.0, 75.0)


def means(period: RawPeriod, layout: Layout) -> FloatArray:
    """Return the mean of each series, of what is there."""
    return np.array([_mean(period.of(name)) for name in layout.series])


def plane_mean(period: RawPeriod) -> FloatArray:
    """Return the mean wind for planes, which rows outside absolute limits never enter."""
    left_out = period.implausible if period.implausible is not None else np.zeros(period.expected, dtype=bool)
    return np.array([_mean(np.where(left_out, np.nan, each)) for each in period.wind])


def levels(period: RawPeriod, layout: Layout, gaps_of: Mapping[str, FloatArray], rotation: FloatArray) -> dict[str, NDArray[np.generic]]:
    """Return counts, quartiles and gaps of series, and what the wind's direction and strength were."""
    wind = period.wind
    valid, gap = np.zeros(len(layout.series)), np.zeros(len(layout.series))
    quartiles = np.full((len(layout.series), len(QUARTILES)), np.nan)
    turned = rotation @ wind
    for place, name in enumerate(layout.series):
        values = period.of(name)
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
