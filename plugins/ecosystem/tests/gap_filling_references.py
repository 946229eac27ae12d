"""What the peers made of a year at Tharandt, and series of invented weather."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from icos_ecosystem.gap_filling.marginal_distribution import Driver

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ecosystem.gap_filling.marginal_distribution import Filled

__all__ = ["PEERS", "Table", "assert_equals", "drivers_of", "invented_weather", "table"]

Table = pd.DataFrame
PEERS = "ecosystem_post/reference"
FIELDS = ("estimate", "sd", "count", "method", "window", "quality")


def table(path: Path, **options: object) -> Table:
    """Read a table in which -9999 and NA are missing."""
    return pd.read_csv(path, na_values=[-9999], **options)  # type: ignore[call-overload,no-any-return]


def drivers_of(half_hours: Table) -> list[Driver]:
    """Return the three drivers that both peers take."""
    radiation, temperature, deficit = (half_hours[name].to_numpy(np.float64) for name in ("SW_IN", "TA", "VPD"))
    return [
        Driver(values=radiation, tolerance=20.0, tolerance_to=50.0),
        Driver(values=temperature, tolerance=2.5),
        Driver(values=deficit, tolerance=5.0),
    ]


def assert_equals(found: Filled, reference: Table, columns: tuple[str, ...], tolerance: float) -> None:
    """Assert that estimates equal columns of estimate, sd, count, method, window and quality; the last four exactly."""
    for field, column in zip(FIELDS, columns, strict=True):
        expected = reference[column].to_numpy(np.float64)
        np.testing.assert_allclose(getattr(found, field), expected, rtol=0, atol=tolerance if field in FIELDS[:2] else 0, err_msg=column)


def invented_weather(days: int, per_day: int, seed: int = 1, *, missing: float = 0.3) -> tuple[np.ndarray, list[Driver]]:
    """Return a flux with gaps and its three drivers with a few; radiation of nights is slightly negative."""
    draw = np.random.default_rng(seed)
    rows = days * per_day
    hour = np.arange(rows) % per_day * 24.0 / per_day
    day = np.arange(rows) // per_day
    cloud = np.repeat(draw.uniform(0.2, 1.0, days), per_day)
    radiation = 800.0 * cloud * np.maximum(np.sin((hour - 6.0) / 12.0 * np.pi), 0.0) + draw.normal(-1.0, 1.0, rows)
    temperature = 10.0 + 8.0 * np.sin(day / 365.0 * 2 * np.pi) + 4.0 * np.sin((hour - 9.0) / 12.0 * np.pi) + draw.normal(0, 1.5, rows)
    deficit = np.maximum(2.0 + 0.3 * temperature + 0.004 * radiation + draw.normal(0, 1, rows), 0.0)
    flux = 3.0 - radiation / (radiation + 600.0) * 20.0 + 0.1 * temperature + draw.normal(0, 1.5, rows)
    flux[draw.random(rows) < missing] = np.nan
    for each in (radiation, temperature, deficit):
        each[draw.random(rows) < 0.03] = np.nan
    return flux, [
        Driver(values=radiation, tolerance=20.0, tolerance_to=50.0),
        Driver(values=temperature, tolerance=2.5),
        Driver(values=deficit, tolerance=5.0),
    ]
