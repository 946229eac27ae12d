"""Raw half hours of two towers as EddyPro takes them for its tests, for tests against its results."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from icos_ecosystem.series.despiking import THRESHOLDS, Despiked, despike_vickers_mahrt_together
from icos_ecosystem.series.raw_tests import ABSOLUTE_LIMITS, outside_limits, wind_outside_limits

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("u", "v", "w", "ts", "co2", "h2o")
FLUXNET_NAMES = ("U", "V", "W", "T_SONIC", "CO2", "H2O")


def hohes_holz(real_data: Path) -> dict[str, np.ndarray]:
    """Return the half hour of DE-HoH, 20 Hz."""
    return _series(real_data / "ecosystem_raw/rflux_DE-HoH/DE-HoH_EC_201907301200_v01.csv.gz", range(6))


@lru_cache(maxsize=1)
def finse(real_data: Path) -> list[dict[str, np.ndarray]]:
    """Return the 127 half hours of Finse, 10 Hz."""
    return [_series(file, range(1, 7)) for file in sorted((real_data / "ecosystem_raw/ec_analyze/raw").glob("*.csv.gz"))]


def _series(file: Path, columns: range) -> dict[str, np.ndarray]:
    """Return columns in single precision, temperature in K."""
    values = pd.read_csv(file, usecols=columns).to_numpy(np.float32).T
    series = {name: column.astype(float) for name, column in zip(NAMES, values, strict=True)}
    if np.nanmedian(series["ts"]) < 200:
        series["ts"] = series["ts"] + 273.15
    return series


def within_limits(series: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[int]]:
    """Return series without what is out of absolute limits, and how many samples these are."""
    outside = {name: outside_limits(x, *ABSOLUTE_LIMITS[name]) for name, x in series.items()}
    wind = wind_outside_limits(series["u"], series["v"], series["w"])
    outside |= {"u": wind, "v": wind, "w": wind}
    return {name: np.where(outside[name], np.nan, x) for name, x in series.items()}, [int(out.sum()) for out in outside.values()]


def despiked(series: dict[str, np.ndarray]) -> dict[str, Despiked]:
    """Return series despiked as EddyPro does."""
    kept, _ = within_limits(series)
    thresholds = [THRESHOLDS.get(name, 3.5) for name in kept]
    window = 6000 if kept["u"].size > 19000 else 3000
    results = despike_vickers_mahrt_together(list(kept.values()), thresholds, window=window, keep_after_missing=True)
    return dict(zip(kept, results, strict=True))
