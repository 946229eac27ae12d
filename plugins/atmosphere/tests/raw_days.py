"""The raw rows of the two days of a G2301 by pandas, independent of the suite's own reader."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    "EPOCH_TIME",
    "CavityPressure",
    "CavityTemp",
    "species",
    "OutletValve",
    "solenoid_valves",
    "CH4",
    "CH4_dry",
    "CO2",
    "CO2_dry",
    "H2O",
    "h2o_reported",
)


@cache
def raw_days(real_data: Path) -> pd.DataFrame:
    """Return all rows of 1 and 2 January 2021 in order of time."""
    files = sorted((real_data / "atmosphere" / "pycrds_g2301_raw").rglob("*.dat.gz"))
    rows = pd.concat([pd.read_csv(path, sep=r"\s+", usecols=COLUMNS) for path in files])
    return rows.sort_values("EPOCH_TIME", kind="stable", ignore_index=True)
