"""Time lags: EddyPro's windows and the lags it found, a twin of the search, series that are shifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_input import despiked, hohes_holz
from eddypro_results import fluxnet
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.series.lagged_covariance import lagged_covariances
from icos_ecosystem.series.time_lags import closed_path_window, covariance_maximum, lag_in_rows, open_path_window, shifted
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    from pathlib import Path


def row_window(table_row: dict[str, float], gas: str) -> tuple[float, float, float]:
    return table_row[f"{gas}_TLAG_NOMINAL"], table_row[f"{gas}_TLAG_MIN"], table_row[f"{gas}_TLAG_MAX"]


@pytest.mark.realdata
@pytest.mark.parametrize("run", ["DE-HoH/express", "finse/express"])
def test_windows_of_a_closed_path_are_eddypros(real_data: Path, run: str) -> None:
    row = fluxnet(real_data, run).iloc[0]
    for gas in ("CO2", "H2O"):
        tube = np.pi / 4 * (row[f"BADM_INST_GA_CP_TUBE_IN_DIAM_GA_{gas}"] / 1e3) ** 2 * row[f"BADM_INST_GA_CP_TUBE_LENGTH_GA_{gas}"] / 100
        cell = np.pi / 4 * (row[f"HPATH_GA_{gas}"] / 100) ** 2 * row[f"VPATH_GA_{gas}"] / 100
        found = closed_path_window(gas.lower(), tube, cell, row[f"BADM_INST_GA_CP_TUBE_FLOW_RATE_GA_{gas}"])
        np.testing.assert_allclose(found, row_window(row.to_dict(), gas), rtol=1e-5, atol=1e-6)


@pytest.mark.realdata
def test_the_lag_of_a_half_hour_is_eddypros(real_data: Path) -> None:
    raw = {name: each.values for name, each in despiked(hohes_holz(real_data)).items()}
    row = fluxnet(real_data, "DE-HoH/express").iloc[0]
    wind = np.stack([raw[name] for name in "uvw"])
    up = double_rotation(wind.mean(axis=1)[np.newaxis])[0][0, 2]
    for gas in ("CO2", "H2O"):
        nominal, first, last = (lag_in_rows(each, 20.0) for each in row_window(row.to_dict(), gas))
        covariance = up @ lagged_covariances(wind, raw[gas.lower()], first, last).covariance[0]
        found = covariance_maximum(covariance[np.newaxis], first, np.array([first]), np.array([last]), np.array([float(nominal)]))
        assert found.rows[0] / 20.0 == pytest.approx(row[f"{gas}_TLAG_USED"])
        assert not found.default[0]


def test_a_path_without_flow_has_no_lag() -> None:
    assert closed_path_window("co2", 1e-5, 1e-5, 0.0) == (0.0, 0.0, 0.3)


def test_water_may_come_later_and_a_window_begins_at_nil() -> None:
    co2, h2o = (closed_path_window(gas, 2e-4, 0.0, 12.0) for gas in ("co2", "h2o"))
    assert co2.nominal == h2o.nominal == pytest.approx(1.0)
    assert (co2.minimum, co2.maximum, h2o.maximum) == (0.0, pytest.approx(3.3), pytest.approx(11.3))
    assert closed_path_window("ch4", 1e-3, 0.0, 12.0).minimum == pytest.approx(3.0)


def test_an_open_path_is_reached_from_either_side() -> None:
    found = open_path_window(0.3, 0.4)
    assert found.nominal == 0.0
    assert (found.minimum, found.maximum) == (pytest.approx(-1.3), pytest.approx(1.3))


@pytest.mark.parametrize(("lag", "rows"), [(0.0, 0), (0.124, 2), (0.125, 3), (-0.125, -3), (-0.124, -2), (1.6, 32)])
def test_halves_of_a_row_go_away_from_nil(lag: float, rows: int) -> None:
    assert lag_in_rows(lag, 20.0) == rows


@given(st.integers(0, 2**32 - 1))
def test_the_maximum_is_that_of_a_loop(seed: int) -> None:
    random = np.random.default_rng(seed)
    covariance = np.round(random.normal(size=(6, 12)), 1)
    covariance[random.random((6, 12)) < 0.1] = np.nan
    minimum = random.integers(-4, 2, 6)
    maximum = minimum + random.integers(0, 6, 6)
    default = random.integers(-4, 8, 6).astype(float)
    found = covariance_maximum(covariance, -4, minimum, maximum, default)
    plain = covariance_maximum(covariance, -4, minimum, maximum)
    for i in range(6):
        best, size = None, -1.0
        for lag in range(minimum[i], min(maximum[i], 7) + 1):
            value = covariance[i, lag + 4]
            if np.isfinite(value) and abs(value) > size:
                best, size = lag, abs(value)
        if best is None:
            assert np.isnan(found.rows[i])
            assert np.isnan(plain.rows[i])
            continue
        assert plain.rows[i] == best
        at_end = best in {minimum[i], maximum[i]}
        assert found.default[i] == at_end
        assert found.rows[i] == (default[i] if at_end else best)


@given(lag=st.integers(-12, 12))
def test_a_shifted_series_holds_what_comes_later(lag: int) -> None:
    x = np.arange(5.0)
    expected = [x[i + lag] if 0 <= i + lag < 5 else np.nan for i in range(5)]
    np.testing.assert_array_equal(shifted(x, lag), expected)
