"""What a calibrated data set shows of the criteria that data centres judge it by: counts and figures, no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import NOT_EVALUATED, category_words

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Evidence", "evidence_of"]

_HOUR = np.timedelta64(3600, "s")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the rows show; figures are NaN where nothing says anything.

    Attributes
    ----------
    rows
        Rows with fCO2 that is good or not evaluated.
    flagged
        Share of all rows with fCO2 that is questionable or bad.
    equilibrated
        Whether a mole fraction was measured in air that is in equilibrium with the water.
    standards
        Mole fractions of standard gases that are not zero, µmol mol⁻¹, in order.
    interval
        Longest time between two runs of standard gases during which water was measured, h.
    outside
        Share of the rows whose mole fraction is outside the range of the standards.
    beyond
        How far the furthest of them is outside, relative to the width of the range.
    warming
        Share of the rows with both temperatures in which the equilibrator is 1 °C or more from the sea.
    uncertainty
        Root mean square of the standard uncertainty of fCO2, µatm.
    """

    rows: int
    flagged: float
    equilibrated: bool
    standards: tuple[float, ...]
    interval: float
    outside: float
    beyond: float
    warming: float
    uncertainty: float


def evidence_of(data: xr.Dataset, warming_limit: float = 1.0) -> Evidence:
    """Look at one deployment of a calibrated stream.

    Parameters
    ----------
    data
        Rows of the deployment, with flags.
    warming_limit
        Difference of equilibrator and sea-surface temperature from which a row counts for `Evidence.warming`, °C.
    """
    fco2 = data["fco2"].values
    known = np.isfinite(fco2)
    good = known & (_flag(data, "fco2") <= NOT_EVALUATED)
    standards, interval = _standards(data, known)
    outside, beyond = _outside(data, good, standards)
    return Evidence(
        rows=int(good.sum()),
        flagged=1.0 - good.sum() / known.sum() if known.any() else np.nan,
        equilibrated="xco2" in data and "equilibrator_temperature" in data and bool(np.isfinite(data["xco2"].values[good]).any()),
        standards=standards,
        interval=interval,
        outside=outside,
        beyond=beyond,
        warming=_warming(data, good, warming_limit),
        uncertainty=_root_mean_square(data["fco2_uncertainty"].values[good]) if "fco2_uncertainty" in data else np.nan,
    )


def _flag(data: xr.Dataset, name: str) -> NDArray[np.int8]:
    flag = f"{name}_flag"
    found: NDArray[np.int8] = data[flag].values if flag in data else np.full(data.sizes["time"], NOT_EVALUATED, dtype=np.int8)
    return found


def _share(rows: NDArray[np.bool_]) -> float:
    return float(rows.mean()) if rows.size else np.nan


def _warming(data: xr.Dataset, good: NDArray[np.bool_], limit: float) -> float:
    if "delta_temperature" not in data:
        return np.nan
    difference = data["delta_temperature"].values[good]
    return _share(np.abs(difference[np.isfinite(difference)]) >= limit)


def _root_mean_square(values: FloatArray) -> float:
    values = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(values**2))) if values.size else np.nan


def _standards(data: xr.Dataset, water: NDArray[np.bool_]) -> tuple[tuple[float, ...], float]:
    if "standard_xco2" not in data or "run_type" not in data:
        return (), np.nan
    assigned = data["standard_xco2"].values
    setting = [code for word, code in category_words(data, "run_type").items() if word[-1:] in {"z", "s"}]
    gas = np.isfinite(assigned) & (assigned > 0.0) & ~np.isin(data["run_type"].values, setting)
    if not gas.any() or not water.any():
        return tuple(np.unique(assigned[gas]).tolist()), np.nan
    time = data["time"].values
    runs, samples = time[gas], time[water]
    before = np.searchsorted(runs, samples) - 1
    inside = (before >= 0) & (before + 1 < runs.size)
    gaps = (runs[before[inside] + 1] - runs[before[inside]]) / _HOUR
    # Before the first and after the last run the way to the nearest one is what there is.
    edges = np.abs(samples[~inside] - np.where(before[~inside] < 0, runs[0], runs[-1])) / _HOUR
    return tuple(np.unique(assigned[gas]).tolist()), float(max(gaps.max(initial=0.0), edges.max(initial=0.0)))


def _outside(data: xr.Dataset, good: NDArray[np.bool_], standards: tuple[float, ...]) -> tuple[float, float]:
    if len(standards) < 2 or "xco2" not in data:
        return np.nan, np.nan
    xco2 = data["xco2"].values[good & np.isfinite(data["xco2"].values)]
    if not xco2.size:
        return np.nan, np.nan
    distance = np.maximum(np.maximum(standards[0] - xco2, xco2 - standards[-1]), 0.0)
    return _share(distance > 0.0), float(distance.max() / (standards[-1] - standards[0]))
