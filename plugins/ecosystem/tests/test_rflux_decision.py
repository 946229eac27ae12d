"""Outliers and decisions: classes written out, made-up days, and a month of a real station."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.rflux.decision import (
    KEPT,
    KEPT_MODERATE,
    KEPT_OUTLIER,
    MISSING,
    REJECTED_OUTLIER,
    REJECTED_SEVERE,
    decide,
    flux_outliers,
    laplace_outliers,
)
from icos_ecosystem.rflux.flags import evaluate
from icos_ecosystem.rflux.robust_scale import qn_scale

if TYPE_CHECKING:
    from pathlib import Path


def days(count: int = 20) -> np.ndarray:
    hour = np.arange(48 * count) / 2.0
    sun = np.maximum(0.0, np.sin((hour - 6.0) / 12.0 * np.pi))
    return np.asarray(4.0 - 20.0 * sun + np.random.default_rng(2).normal(0.0, 0.3, hour.size) * (1.0 + 2.0 * sun))


def test_one_class_is_a_laplace_distribution() -> None:
    residual = np.random.default_rng(0).laplace(3.0, 2.0, 4000)
    found = laplace_outliers(residual, np.random.default_rng(1).normal(size=4000), classes=1)
    np.testing.assert_array_equal(found, np.abs(residual - np.median(residual)) > -qn_scale(residual) * np.log(0.01))


def test_classes_of_the_signal() -> None:
    random = np.random.default_rng(4)
    signal = np.arange(1000.0)
    residual = random.laplace(0.0, np.where(signal < 500.0, 0.1, 10.0))
    residual[[100, 900]] = 5.0
    found = laplace_outliers(residual, signal)
    assert found[100]
    assert not found[900]
    assert not laplace_outliers([np.nan, 1.0], [1.0, np.nan]).any()


def test_small_classes_are_all_outliers() -> None:
    assert laplace_outliers(np.arange(50.0), np.arange(50.0)).all()
    assert not laplace_outliers(np.zeros(100), np.arange(100.0)).any()


def test_spikes_in_made_up_days() -> None:
    flux = days()
    flux[[100, 333, 700]] += (30.0, -40.0, 25.0)
    flux[400:420] = np.nan
    found = flux_outliers(flux)
    assert found[[100, 333, 700]].all()
    assert not found[400:420].any()
    assert found.mean() < 0.05


def test_decisions() -> None:
    flux = days()
    flux[[100, 333]] += (30.0, -40.0)
    flux[500] = np.nan
    severe, moderate = np.zeros((2, flux.size), dtype=bool)
    severe[[10, 500]] = True
    moderate[[10, 100, 600]] = True
    found = decide(flux, severe, moderate)
    assert found[[10, 100, 333, 500]].tolist() == [REJECTED_SEVERE, REJECTED_OUTLIER, KEPT_OUTLIER, MISSING]
    assert found[600] == KEPT_MODERATE
    assert np.mean(found == KEPT) > 0.95


def test_a_spike_with_a_severe_error_hides_no_other() -> None:
    flux = days()
    severe = np.arange(flux.size) % 7 == 0
    np.testing.assert_array_equal(
        decide(np.where(severe, 900.0, flux), severe, np.zeros(flux.size))[~severe], decide(flux, severe, np.zeros(flux.size))[~severe]
    )


@pytest.mark.realdata
def test_july_at_hohes_holz(real_data: Path) -> None:
    """The month has placeholders for some statistics; range, missing data, differences and Mahrt's ratio are real."""
    table = np.genfromtxt(real_data / "ecosystem_raw" / "rflux_DE-HoH" / "ecworkset_example.csv.gz", delimiter=",", names=True)
    names = {"CO2flux": "FC", "Tau": "TAU", "itc_w": "ITC_w"}
    columns = {names.get(name, name): np.where(table[name] == -9999.0, np.nan, table[name]) for name in table.dtype.names}
    errors = evaluate({name: column for name, column in columns.items() if not name.startswith(("TIMESTAMP", "DDI", "DIP", "AL1"))}, 20.0)
    stamps = pd.to_datetime(table["TIMESTAMP"].astype(np.int64).astype(str), format="%Y%m%d%H%M")
    place = ((stamps - stamps.min()) / pd.Timedelta("30min")).to_numpy().astype(int)
    for flux in ("FC", "H", "LE"):
        values = np.full(place.max() + 1, np.nan)
        values[place] = columns[flux]
        severe, moderate = np.zeros((2, values.size), dtype=bool)
        severe[place], moderate[place] = errors[flux].severe, errors[flux].moderate
        begin = time.process_time()
        found = decide(values, severe, moderate)
        assert time.process_time() - begin < 8.0
        assert np.sum(found == MISSING) == np.isnan(values).sum()
        assert np.mean(np.isin(found, [KEPT, KEPT_MODERATE])) > 0.5
        assert 0.0 < np.mean(np.isin(found, [KEPT_OUTLIER, REJECTED_OUTLIER])) < 0.15
