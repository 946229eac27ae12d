"""Lags by pre-whitening: series of known lag, real half hours, and the decision from one half hour to the next."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.series import prewhitened_lag as module
from icos_ecosystem.series.prewhitened_lag import (
    BORROWED,
    CARRIED,
    CERTAIN,
    DEFAULT,
    NEAR,
    decide_lags,
    highest_density_interval,
    prewhitened_lag,
)
from scipy.signal import lfilter

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ecosystem.series.prewhitened_lag import Lag


def lag_of(*series: np.ndarray, frequency: float = 20.0, seed: int = 0, lag_max: float = 10.0) -> Lag:
    return prewhitened_lag(*series, frequency, lag_max=lag_max, random=np.random.default_rng(seed))


def known(rows: int, noise: float, size: int = 36_000, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wind, scalar that comes `rows` samples late, temperature."""
    random = np.random.default_rng(seed)

    def turbulence(count: int) -> np.ndarray:
        return np.asarray(lfilter([1.0], [1.0, -0.9], random.normal(size=count)))

    shared = turbulence(size + 400)
    wind, scalar, heat = shared + turbulence(size + 400), shared, shared + turbulence(size + 400)
    late = 200 - rows
    return wind[200 : 200 + size], scalar[late : late + size] + noise * turbulence(size), heat[200 : 200 + size]


@pytest.mark.parametrize("rows", [-30, 0, 5, 6, 7, 130])
def test_known_lags(rows: int) -> None:
    found = lag_of(*known(rows, noise=1.0))
    assert found.lag == pytest.approx(rows / 20.0)
    assert found.low <= found.lag <= found.high
    assert found.high - found.low < 0.5
    assert found.correlation > 0.05


def test_smoothing_alone_leaves_two_samples_open() -> None:
    found = prewhitened_lag(*known(12, noise=1.0), 20.0, refined=False, random=np.random.default_rng(0))
    assert found.lag == pytest.approx(0.6, abs=0.1001)


def test_small_flux() -> None:
    found = [lag_of(*known(17, noise=8.0, seed=seed)) for seed in range(6)]
    assert np.median([each.lag for each in found]) == pytest.approx(0.85, abs=0.1)
    assert all(each.low <= 0.95 and each.high >= 0.75 for each in found)


def test_no_flux_is_seen_as_such() -> None:
    random = np.random.default_rng(5)
    wind, scalar, heat = (lfilter([1.0], [1.0, -0.9], random.normal(size=36_000)) for _ in range(3))
    found = lag_of(wind, scalar, heat)
    assert found.high - found.low > 2.0


def test_downward_flux_and_drift() -> None:
    wind, scalar, heat = known(8, noise=0.5)
    found = lag_of(wind, -scalar + np.cumsum(np.full(36_000, 0.01)), heat)
    assert found.lag == pytest.approx(0.4)
    assert found.correlation < -0.05


def test_sums_of_blocks_are_plain_sums() -> None:
    random = np.random.default_rng(2)
    partner, scalar = random.normal(size=(2, 95))
    found = module._products_of_blocks(partner, scalar, 4, 20)
    padded = np.concatenate([np.zeros(4), scalar, np.zeros(4)])
    plain = [
        [sum(partner[t] * (padded[t + 4 + lag] if t + lag < 95 else 0.0) for t in range(20 * k, 20 * k + 20)) for lag in range(-4, 5)]
        for k in range(4)
    ]
    # The last block's partners end where the scalar does.
    np.testing.assert_allclose(found, plain, atol=1e-12)


def test_gaps_and_repeatability() -> None:
    wind, scalar, heat = known(10, noise=1.0)
    scalar[5000:5300] = np.nan
    assert lag_of(wind, scalar, heat) == lag_of(wind, scalar, heat)
    assert lag_of(wind, scalar, heat).lag == pytest.approx(0.5)


def test_what_cannot_be_told() -> None:
    wind, scalar, heat = known(10, noise=1.0)
    for broken in (np.full(36_000, 3.0), np.where(np.arange(36_000) < 20_000, np.nan, scalar)):
        assert np.isnan(lag_of(wind, broken, heat)).all()
    assert np.isnan(lag_of(wind[:900], scalar[:900], heat[:900])).all()


def test_time_needed() -> None:
    series = known(10, noise=1.0)
    lag_of(*series)
    begin = time.process_time()
    lag_of(*series)
    assert time.process_time() - begin < 1.0


def test_interval_is_the_shortest() -> None:
    assert highest_density_interval([1.0, 2.0, 3.0, 4.0, 100.0], 0.8) == (1.0, 4.0)
    sample = np.random.default_rng(0).exponential(size=4000)
    low, high = highest_density_interval(sample)
    assert low < 0.01
    assert high == pytest.approx(-np.log(0.05), rel=0.1)


def test_rules_in_turn() -> None:
    nan = np.nan
    lag = [3.0, 0.5, 0.9, 2.0, 2.0, nan, 1.5, 1.45]
    low = [0.0, 0.4, 0.0, 0.0, 0.0, nan, 1.4, 0.0]
    high = [9.0, 0.6, 9.0, 9.0, 9.0, nan, 1.6, 9.0]
    borrowed = [nan, nan, nan, nan, 0.7, nan, nan, nan]
    decided = decide_lags(lag, low, high, default=0.25, borrowed=borrowed)
    np.testing.assert_allclose(decided.lag, [0.25, 0.5, 0.9, 0.9, 0.7, 0.9, 1.5, 1.45])
    assert decided.rule.tolist() == [DEFAULT, CERTAIN, NEAR, CARRIED, BORROWED, CARRIED, CERTAIN, NEAR]
    assert np.isnan(decide_lags([nan], [nan], [nan]).lag).all()


@pytest.mark.parametrize(("width", "rule"), [(0.5, DEFAULT), (np.nextafter(0.5, 0.0), CERTAIN)])
def test_edge_of_a_narrow_interval(width: float, rule: int) -> None:
    assert decide_lags([1.0], [0.0], [width]).rule.tolist() == [rule]


def test_edge_of_a_near_lag() -> None:
    step = np.nextafter(1.5, 2.0)
    assert decide_lags([1.0, 1.5], [1.0, 0.0], [1.1, 9.0]).rule.tolist() == [CERTAIN, NEAR]
    assert decide_lags([1.0, step], [1.0, 0.0], [1.1, 9.0]).rule.tolist() == [CERTAIN, CARRIED]


@pytest.mark.realdata
def test_hohes_holz(real_data: Path) -> None:
    raw = pd.read_csv(real_data / "ecosystem_raw" / "rflux_DE-HoH" / "DE-HoH_EC_201907301200_v01.csv.gz")
    wind, heat = raw["W"].to_numpy(float), raw["T_SONIC"].to_numpy(float)
    # EddyPro's maxima of the covariance: 0.15 and 0.20 s.
    for gas, maximum in (("CO2", 0.15), ("H2O", 0.20)):
        found = lag_of(wind, raw[gas].to_numpy(float), heat)
        assert found.lag == pytest.approx(maximum, abs=0.101)
        assert found.high - found.low <= 0.1


@pytest.mark.realdata
@pytest.mark.parametrize("start", ["200000", "203000"])
def test_gebesee(real_data: Path, start: str) -> None:
    """Lags of water vapour by the maximum of the covariance were 1.60 and 2.55 s; pre-whitening tells that they are not known."""
    name = f"2016-12-11T{start}_AIU-1359"
    with zipfile.ZipFile(real_data / "ecosystem_raw" / "ClimateDataIO" / f"{name}.ghg") as archive:
        lines = archive.read(f"{name}.data").decode().splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("DATAH"))
    raw = pd.read_csv(io.StringIO("\n".join(lines[head:])), sep="\t")
    wind, heat = raw["Aux 3 - W (m/s)"].to_numpy(float), raw["Aux 4 - SOS (m/s)"].to_numpy(float) ** 2 / 403.0
    carbon, water = (
        lag_of(wind, raw[f"{gas} {unit}"].to_numpy(float), heat) for gas, unit in (("CO2", "dry(umol/mol)"), ("H2O", "dry(mmol/mol)"))
    )
    assert carbon.high - carbon.low <= 0.1
    assert water.high - water.low > 0.5
