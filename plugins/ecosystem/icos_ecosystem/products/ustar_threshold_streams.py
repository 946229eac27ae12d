"""Friction-velocity thresholds as streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from icos_core.dataset import attributes
from icos_ecosystem.half_hourly.streams import on_grid
from icos_ecosystem.ustar.pools import PERCENTILES
from icos_ecosystem.vocabulary.ustar import (
    BOOTSTRAP_STREAM,
    BOOTSTRAP_WORDS,
    CLASS_STREAM,
    CLASS_WORDS,
    TABLE_STREAM,
    TABLE_WORDS,
    THRESHOLD_STREAM,
    THRESHOLD_WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.components import Variable
    from icos_ecosystem.ustar.moving_point import MovingPoint
    from icos_ecosystem.ustar.threshold_estimate import Thresholds

__all__ = ["threshold_streams"]

_QUANTILES = ("05", "50", "95")
_COORDINATES: Mapping[str, Mapping[str, Any]] = {
    "year": {"long_name": "year"},
    "percentile": {"long_name": "percentile of the pooled thresholds", "units": "percent"},
    "year_season": {"long_name": "season: 1000 year + first month"},
    "bootstrap": {"long_name": "number of the bootstrap"},
    "temperature_class": {"long_name": "class of temperature, the coldest first"},
    "ustar_class": {"long_name": "class of friction velocity, the lowest first"},
}
_Found = dict[str, tuple[tuple[str, ...], Any]]


def threshold_streams(found: Thresholds, grid: xr.Dataset, method: str) -> dict[str, xr.Dataset]:
    """Return the streams that tell of thresholds, and the seasons and classes of the half hours of `grid`."""
    streams = {THRESHOLD_STREAM: _thresholds(found, method)}
    if found.bootstraps:
        streams[BOOTSTRAP_STREAM] = _bootstraps(found)
    records: dict[str, NDArray[np.generic]] = {"USTAR_SEASON": found.seasons.identifiers[found.seasons.index].astype(np.float64)}
    if found.classes is not None:
        streams[TABLE_STREAM] = _classes(found.classes, found.seasons.identifiers)
        records |= {
            "TEMPERATURE_CLASS": found.classes.class_of.astype(np.float64),
            "USTAR_CLASS": found.classes.bin_of.astype(np.float64),
        }
    return {**streams, CLASS_STREAM: on_grid(grid, records, CLASS_WORDS)}


def _thresholds(found: Thresholds, method: str) -> xr.Dataset:
    values: _Found = {"THRESHOLD_VUT": (("year", "percentile"), found.vut)}
    if np.isfinite(found.cut).any():
        values["THRESHOLD_CUT"] = (("percentile",), found.cut)
    of_all = (
        ("YEAR", ("year",), found.year, found.year_quantiles),
        ("SEASON", ("year_season",), found.season, found.season_quantiles),
        ("SINGLE", (), np.float64(found.single), found.single_quantiles),
    )
    for name, dims, own, quantiles in of_all:
        values[f"THRESHOLD_{name}"] = (dims, own)
        for number, short in enumerate(_QUANTILES):
            values[f"THRESHOLD_{name}_{short}"] = (dims, quantiles[..., number])
    values |= {
        "YEAR_ORIGIN": (("year",), found.origin),
        "YEAR_RECORDS": (("year",), found.year_records.astype(np.float64)),
        "SEASON_ESTIMATE": (("year_season",), found.season_estimate),
        "SEASON_RECORDS": (("year_season",), found.season_records.astype(np.float64)),
        "SEASON_YEAR": (("year_season",), found.seasons.year.astype(np.float64)),
    }
    axes = {"year": found.years, "percentile": np.array(PERCENTILES), "year_season": found.seasons.identifiers}
    return _dataset(values, axes, THRESHOLD_WORDS, {"method": method})


def _bootstraps(found: Thresholds) -> xr.Dataset:
    longest = max(each.shape[1] for each in found.bootstraps.values())
    values: _Found = {}
    for name, thresholds in found.bootstraps.items():
        padded = np.full((thresholds.shape[0], longest), np.nan)
        padded[:, : thresholds.shape[1]] = thresholds
        values[f"BOOTSTRAP_{name}"] = (("year", "bootstrap"), padded)
    return _dataset(values, {"year": found.years, "bootstrap": np.arange(longest)}, BOOTSTRAP_WORDS)


def _classes(classes: MovingPoint, identifiers: NDArray[np.int64]) -> xr.Dataset:
    of_class, of_bin = ("year_season", "temperature_class"), ("year_season", "temperature_class", "ustar_class")
    values: _Found = {
        "CLASS_THRESHOLD": (of_class, classes.thresholds),
        "CLASS_REASON": (of_class, classes.reasons),
        "CLASS_RECORDS": (of_class, classes.records.astype(np.float64)),
        "CLASS_USTAR": (of_bin, classes.ustar_means),
        "CLASS_NEE": (of_bin, classes.nee_means),
    }
    _, temperatures, frictions = classes.ustar_means.shape
    axes = {"year_season": identifiers, "temperature_class": np.arange(1, temperatures + 1), "ustar_class": np.arange(1, frictions + 1)}
    return _dataset(values, axes, TABLE_WORDS)


def _dataset(
    values: _Found, axes: Mapping[str, NDArray[Any]], words: Sequence[Variable], attrs: Mapping[str, str] | None = None
) -> xr.Dataset:
    by_name = {word.name: word for word in words}
    return xr.Dataset(
        {name: (dims, array, attributes(by_name[name])) for name, (dims, array) in values.items()},
        coords={name: (name, array, dict(_COORDINATES[name])) for name, array in axes.items()},
        attrs=dict(attrs or {}),
    )
