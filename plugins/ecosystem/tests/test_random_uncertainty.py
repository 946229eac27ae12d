"""Random errors of a raw half hour against EddyPro's, and of made series against formulas and their spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.flux_quality import friction_velocity_stationarity, stationarity
from icos_ecosystem.instruments.cross_wind import cross_wind_correction
from icos_ecosystem.instruments.sonic_models import of_eddypro
from icos_ecosystem.random_uncertainty import (
    finkelstein_sims,
    integral_time_scale,
    mahrt,
    mann_lenschow,
    non_stationarity_ratio,
    per_pair,
)
from icos_ecosystem.series.despiking import despike_vickers_mahrt_together

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE, LAGS = 20, 400
# EddyPro's lags of DE-HoH in samples.
ALIGNED = {"ts": 0, "co2": 3, "h2o": 4}
FLUX = {"u": "TAU", "ts": "H", "co2": "FC", "h2o": "FH2O"}


def lagged(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Covariances of x with y 0 … LAGS samples later, one lag after the other."""
    pairs = [(x[: x.size - lag], y[lag:]) for lag in range(LAGS + 1)]
    return np.array([np.mean(a * b) - a.mean() * b.mean() for a, b in pairs])


def half_hour(real_data: Path, *, cross_wind: bool = False) -> dict[str, np.ndarray]:
    """DE-HoH, despiked, twice rotated, lags aligned."""
    table = pd.read_csv(real_data / "ecosystem_raw" / "rflux_DE-HoH" / "DE-HoH_EC_201907301200_v01.csv.gz")
    raw = [table[name].to_numpy(np.float32).astype(np.float64) for name in ("U", "V", "W", "T_SONIC", "CO2", "H2O")]
    u, v, w, ts, co2, h2o = (x for x, _, _ in despike_vickers_mahrt_together(raw, [3.5, 3.5, 5.0, 3.5, 3.5, 3.5], window=6000))
    if cross_wind:
        ts = ts + cross_wind_correction(u, v, w, of_eddypro("hs_50_1"))
    yaw = np.arctan2(v.mean(), u.mean())
    u, v = u * np.cos(yaw) + v * np.sin(yaw), v * np.cos(yaw) - u * np.sin(yaw)
    pitch = np.arctan2(w.mean(), u.mean())
    u, w = u * np.cos(pitch) + w * np.sin(pitch), w * np.cos(pitch) - u * np.sin(pitch)
    return {"w": w, "u": u, "v": v} | {name: x[ALIGNED[name] :] for name, x in {"ts": ts, "co2": co2, "h2o": h2o}.items()}


@pytest.mark.realdata
def test_finkelstein_sims_is_eddypros(real_data: Path) -> None:
    series = half_hour(real_data)
    whole = fluxnet(real_data, "DE-HoH/adv_m97_ba_dr_vm97_alltests").iloc[0]
    short = fluxnet(real_data, "DE-HoH/adv_km01_cw_foken9").iloc[0]
    for name, flux in FLUX.items():
        x = series[name]
        w = series["w"][: x.size]
        functions = [each[np.newaxis] for each in (lagged(series["w"], series["w"]), lagged(x, x), lagged(w, x), lagged(x, w))]

        def error(method: str, functions: list[np.ndarray] = functions) -> float:
            m = np.round(RATE * integral_time_scale(functions[2], RATE, method))
            return float(finkelstein_sims(*functions, m, 36000)[0])

        def factor(row: pd.Series, name: str = name, flux: str = flux) -> float:
            if name == "u":
                return float(row["AIR_DENSITY"])
            covariance = {"ts": "W_T_SONIC_COV", "co2": "W_CO2_MEAS_COV", "h2o": "W_H2O_MEAS_COV"}[name]
            return abs(float(row[f"{flux}_UNCORR"] / row[covariance]))

        # Six digits of factors and of the lag's end, where EddyPro has w but no gas: agreement is to five.
        printed = float(whole[f"{flux}_RANDUNC_HF"])
        assert factor(whole) * error("full") == pytest.approx(printed, rel=2e-5), name
        if name == "ts":
            # That run corrected the sonic temperature for cross-wind.
            x = half_hour(real_data, cross_wind=True)["ts"]
            functions[1:] = [each[np.newaxis] for each in (lagged(x, x), lagged(w, x), lagged(x, w))]
        printed = float(short[f"{flux}_RANDUNC_HF"])
        assert factor(short) * error("one-over-e") == pytest.approx(printed, rel=2e-5), name


@pytest.mark.realdata
def test_ratios_of_stationarity_are_eddypros(real_data: Path) -> None:
    series = half_hour(real_data)
    row = fluxnet(real_data, "DE-HoH/adv_m97_ba_dr_vm97_alltests").iloc[0]
    w = series["w"]

    def parts(name: str, count: int) -> np.ndarray:
        length = 36000 // count
        cuts = [slice(i * length, min((i + 1) * length, series[name].size)) for i in range(count)]
        return np.array([np.mean(w[cut] * series[name][cut]) - w[cut].mean() * series[name][cut].mean() for cut in cuts])

    for name, flux in FLUX.items():
        assert non_stationarity_ratio(parts(name, 36).reshape(1, 6, 6))[0] == pytest.approx(row[f"{flux}_NSR"], rel=1e-3), name
        if name != "u":
            assert stationarity(parts(name, 1), parts(name, 6)[np.newaxis])[0] == row[f"{flux}_SS"]
    uw, vw = ((parts(name, 1), parts(name, 6)[np.newaxis]) for name in ("u", "v"))
    assert friction_velocity_stationarity(uw[0], vw[0], uw[1], vw[1])[0] == row["TAU_SS"]


def test_covariances_per_pair() -> None:
    random = np.random.default_rng(4)
    x, y = random.normal(size=(2, 500))
    sums = np.array([(x[: 500 - lag] * y[lag:]).sum() for lag in range(20)])
    counted = np.array([(x[: 500 - lag] * y[lag:]).mean() for lag in range(20)])
    np.testing.assert_allclose(per_pair(sums[np.newaxis] / 500, [500])[0], counted)
    np.testing.assert_array_equal(per_pair([1.0, 1.0, 1.0], 2), [1.0, 2.0, np.nan])


def decaying(scale: float, sign: float = 1.0) -> np.ndarray:
    return sign * np.exp(-np.arange(LAGS + 1) / RATE / scale)


def test_time_scales_of_an_exponential() -> None:
    covariance = np.stack([decaying(2.0, 3.0), decaying(2.0, -3.0)])
    step = 1.0 / RATE
    whole = step * (1.0 - np.exp(-(LAGS + 1) * step / 2.0)) / (1.0 - np.exp(-step / 2.0))
    np.testing.assert_allclose(integral_time_scale(covariance, RATE), whole)
    np.testing.assert_allclose(integral_time_scale(covariance, RATE, "first-crossing"), whole)
    # 40 lags are above 1/e, or 41: the one at 1/e is a matter of rounding.
    shorter = step * (1.0 - np.exp(-40.5 * step / 2.0)) / (1.0 - np.exp(-step / 2.0))
    np.testing.assert_allclose(integral_time_scale(covariance, RATE, "one-over-e"), shorter, rtol=0.01)


def test_time_scale_to_the_first_crossing() -> None:
    covariance = np.array([[1.0, 0.5, 0.2, -0.1, 0.3], [0.0, 0.5, 0.2, 0.1, 0.1], [np.nan, 1.0, 1.0, 1.0, 1.0]])
    np.testing.assert_allclose(integral_time_scale(covariance, 10.0, "first-crossing")[:1], 0.17)
    np.testing.assert_allclose(integral_time_scale(covariance, 10.0)[:1], 0.21)
    # No correlation at lag 0: the fallback; no covariance at all: nothing.
    np.testing.assert_array_equal(integral_time_scale(covariance, 10.0, fallback=[1.0, 2.0, 3.0])[1:], [2.0, np.nan])


def test_a_time_scale_too_long_falls_back() -> None:
    covariance = np.array([[0.01, 1.0, 1.0, 1.0]])
    assert integral_time_scale(covariance, 10.0, fallback=4.0)[0] == 4.0
    assert np.isnan(integral_time_scale(covariance, 10.0)[0])


def test_an_unknown_way_to_integrate_is_named() -> None:
    with pytest.raises(ValueError, match=r"'first-crosing'.*first-crossing"):
        integral_time_scale(np.ones((1, 3)), 10.0, "first-crosing")


def test_finkelstein_sims_of_white_noise_and_of_sums_written_out() -> None:
    lag = np.arange(LAGS + 1)
    white = (lag == 0) * 1.0
    # Uncorrelated white noise: the error of a mean of N products of unit variance.
    assert finkelstein_sims(white, white, 0 * white, 0 * white, 100, 900) == pytest.approx(1 / 30)
    random = np.random.default_rng(3)
    functions = [random.uniform(0.1, 1.0, (4, LAGS + 1)) for _ in range(4)]
    m = np.array([0, 3, LAGS, 10 * LAGS])
    found = finkelstein_sims(*functions, m, [10.0, 20.0, 30.0, 40.0])
    for row, n in enumerate((10.0, 20.0, 30.0, 40.0)):
        ww, xx, later, earlier = (each[row] for each in functions)
        total = ww[0] * xx[0] + later[0] * earlier[0]
        total += 2 * sum(ww[i] * xx[i] + later[i] * earlier[i] for i in range(1, min(m[row], LAGS) + 1))
        assert found[row] == pytest.approx(np.sqrt(total / n))
    assert np.isnan(finkelstein_sims(*functions, np.nan, 10.0)).all()


def ar_covariances(periods: int) -> tuple[np.ndarray, Callable[[int], np.ndarray]]:
    """Covariances of many periods of two autoregressive series of correlation 0.5, and their true covariance functions."""
    n, phi = 3000, 0.9
    random = np.random.default_rng(1)
    noise = random.normal(size=(2, periods, n + 200))
    noise[1] = 0.5 * noise[0] + np.sqrt(0.75) * noise[1]
    series = np.zeros_like(noise)
    for i in range(1, n + 200):
        series[..., i] = phi * series[..., i - 1] + noise[..., i]
    w, x = series[..., 200:] - series[..., 200:].mean(axis=-1, keepdims=True)
    variance = 1.0 / (1.0 - phi**2)
    return np.mean(w * x, axis=-1), lambda lags: variance * phi ** np.arange(lags)


def test_finkelstein_sims_is_the_spread_of_many_periods() -> None:
    found, truth = ar_covariances(600)
    auto = truth(200)
    error = finkelstein_sims(auto, auto, 0.5 * auto, 0.5 * auto, 150, 3000)
    assert found.std(ddof=1) == pytest.approx(error, rel=3.0 / np.sqrt(2 * 600))


def test_mann_lenschow_formula_and_missing() -> None:
    found = mann_lenschow([-2.0, 1.0, np.nan], [-0.5, 0.0, 0.3], 9.0, 1800.0)
    np.testing.assert_allclose(found, [2.0 * np.sqrt(1.25 / 0.25) * np.sqrt(18.0 / 1800.0), np.nan, np.nan])


def test_mahrt_is_the_spread_of_means_of_independent_parts() -> None:
    random = np.random.default_rng(2)
    parts = random.normal(1.0, 0.6, (4000, 6, 6))
    assert mahrt(parts).mean() == pytest.approx(parts.mean(axis=(1, 2)).std(), rel=0.06)
    np.testing.assert_allclose(mahrt(parts, single_record=True), mahrt(parts) * np.sqrt(6))
    assert np.isnan(non_stationarity_ratio(np.ones((1, 6, 6)))[0])
    # Without a trend the spread between records is what the spread within makes it.
    assert np.median(non_stationarity_ratio(parts)) == pytest.approx(1.0, abs=0.1)
