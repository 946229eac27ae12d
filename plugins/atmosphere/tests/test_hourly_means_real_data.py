"""Hourly means of thinned minutes of real air, against the whole hours that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.interval_means import means
from icos_atmosphere.products.hourly_means import PRODUCT
from sampled_air import minute_stream, tower

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {"co2": "CO2_dry", "ch4": "CH4_dry"}
VISITS = [
    [*range(20)],
    [*range(20, 40)],
    [*range(40, 60)],
    [*range(5)],
    [*range(30, 40)],
    [*range(5), *range(20, 25), *range(40, 45)],
    [*range(10, 15), *range(40, 45)],
]


@pytest.mark.realdata
def test_coverage_in_the_air_of_a_city(real_data: Path) -> None:
    """Two days of one line without a break: every whole hour is known, and is thinned as if lines took turns."""
    parts = [
        pd.read_csv(path, sep=r"\s+", usecols=["EPOCH_TIME", "species", "solenoid_valves", *COLUMNS.values()])
        for path in sorted((real_data / "atmosphere" / "pycrds_g2301_raw").rglob("*.dat.gz"))
    ]
    rows = pd.concat(parts).query("species == 3 and solenoid_valves == 1").sort_values("EPOCH_TIME")
    minute, group = np.unique((rows["EPOCH_TIME"] // 60).to_numpy(dtype=np.int64), return_inverse=True)
    hours, count = np.unique(minute // 60, return_counts=True)
    whole = hours[count == 60]
    assert whole.size == 43
    covered = []
    for gas, column in COLUMNS.items():
        value = means(rows[column].to_numpy(), group, minute.size).mean
        truth = np.array([value[minute // 60 == hour].mean() for hour in whole])
        for visits in VISITS:
            kept = np.isin(minute % 60, visits)
            thinned = minute_stream(minute[kept].astype("M8[m]"), {gas: value[kept]})
            made = PRODUCT.derive({"picarro/150m": thinned}, PRODUCT.options(), tower()).streams["hourly/150m"]
            part = made.sel(time=whole.astype("M8[h]").astype("M8[ns]"))
            error = part[gas].to_numpy() - truth
            covered.append(np.abs(error) <= 1.96 * part[f"{gas}_uncertainty_representativeness"].to_numpy())
    # Of each way 43 hours, which are far from stationary.
    assert np.mean(covered, axis=1).min() >= 0.90
    assert 0.93 <= np.mean(covered) <= 0.97
