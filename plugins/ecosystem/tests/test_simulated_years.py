"""Simulated years from tables to the FLUXNET product: against the truth, as a user runs it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.simulators.half_hourly_years import SIMULATOR, HalfHourlyYearsSimulation, simulate
from icos_ecosystem.simulators.site_exchange import as_measured, site_exchange
from icos_ecosystem.simulators.site_weather import persistent, site_weather

import icos_core
from icos_core.dataset import usable

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

CARBON = 12.0107e-6


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    options = HalfHourlyYearsSimulation(interval="60 min", years=2, first_year=2023)
    first, again, other = (simulate(tmp_path / name, options, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert [path.name for path in first.files] == ["ES-Sim_HR_2023.csv", "ES-Sim_HR_2024.csv"]
    assert [path.read_bytes() for path in first.files] == [path.read_bytes() for path in again.files]
    assert first.files[0].read_bytes() != other.files[0].read_bytes()
    stamps = [row["TIMESTAMP_START"] for row in csv.DictReader(first.files[1].read_text().splitlines())]
    assert len(stamps) == 366 * 24
    assert (stamps[0], stamps[-1]) == ("202401010000", "202412312300")
    half_hours, years = first.truth["fluxnet/hh"], first.truth["fluxnet/yy"]
    second = half_hours["NEE_VUT_REF"].to_numpy()[365 * 24 :]
    assert years["NEE_VUT_REF"].to_numpy()[1] == pytest.approx(second.sum() * CARBON * 3600.0)
    np.testing.assert_allclose(half_hours["NEE_VUT_REF"], half_hours["RECO_NT_VUT_REF"] - half_hours["GPP_DT_VUT_REF"])


def test_states_last_as_long_as_is_said() -> None:
    made = persistent(np.random.default_rng(1), 400_000, 20.0)
    assert made.std() == pytest.approx(1.0, abs=0.02)
    assert np.corrcoef(made[:-20], made[20:])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.02)


@pytest.mark.parametrize(("latitude", "month"), [(51.0, 7), (-35.0, 1)])
def test_summer_is_where_it_belongs(latitude: float, month: int) -> None:
    options = HalfHourlyYearsSimulation(interval="60 min", latitude=latitude)
    weather = site_weather(options, np.random.default_rng(1))
    monthly = [weather.temperature[weather.calendar.month == each].mean() for each in range(1, 13)]
    assert abs(int(np.argmax(monthly)) + 1 - month) in (0, 1, 11)
    assert (weather.radiation[weather.potential == 0.0] == 0.0).all()


def test_what_a_tower_misses() -> None:
    options = HalfHourlyYearsSimulation(interval="60 min", noise=0.0, spikes=0.0, gaps=0.0, outages=0, weather_outages=0)
    random = np.random.default_rng(1)
    weather = site_weather(options, random)
    exchange = site_exchange(options, weather)
    seen = as_measured(options, weather, exchange, random)["NEE"]
    calm = (weather.potential == 0.0) & (weather.friction_velocity < options.ustar_threshold)
    there = np.isfinite(seen)
    np.testing.assert_allclose(seen[there & ~calm], exchange.net[there & ~calm])
    share = (0.15 + 0.85 * weather.friction_velocity / options.ustar_threshold)[there & calm]
    np.testing.assert_allclose(seen[there & calm], exchange.net[there & calm] * share)
    assert 0.02 < np.mean(~there) < 0.04


class Years:
    """A run of two simulated years and the truth."""

    def __init__(self, folder: Path) -> None:
        self.made = simulate(folder, HalfHourlyYearsSimulation(years=2, interval="60 min"), 1)
        description = self.made.description.read_text().replace('product = "method-spread"', 'product = "method-spread"\nlearned = false')
        self.made.description.write_text(description + '\n[[export]]\nexporter = "cf-netcdf"\n')
        self.run = icos_core.run(self.made.description, folder / "output", jobs=1)

    def product(self, name: str) -> xr.Dataset:
        return self.run.tree[f"/product/{name}"].to_dataset()

    def table(self, part: str) -> pd.DataFrame:
        [path] = [path for path in self.run.paths if f"FULLSET_{part}_" in path.name]
        return pd.read_csv(path, na_values=[-9999])


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Years:
    return Years(tmp_path_factory.mktemp("years"))


def test_annual_sums_are_near_the_truth(years: Years) -> None:
    """Within 15 % of respiration: of one draw of noise and outages the day-time method's sums scatter by 4 % around the truth."""
    truth, made = years.made.truth["fluxnet/yy"], years.product("fluxnet/yy")
    assert years.run.status == 0
    for name in ("NEE_VUT_REF", "RECO_NT_VUT_REF", "GPP_NT_VUT_REF", "RECO_DT_VUT_REF", "GPP_DT_VUT_REF"):
        difference = usable(made, name) - truth[name].to_numpy()
        assert (np.abs(difference) < 0.15 * truth["RECO_NT_VUT_REF"].to_numpy()).all(), (name, difference)
    spread = years.product("method-spread")
    for flux in ("NEE", "GPP", "RECO"):
        assert (usable(spread, f"{flux}_SPREAD_TOTAL") > 0.0).all()


def test_half_hours_are_the_truth_without_bias(years: Years) -> None:
    truth, made = years.made.truth["fluxnet/hh"], years.product("fluxnet/hh")
    filled = usable(made, "NEE_VUT_REF_QC") > 0
    difference = usable(made, "NEE_VUT_REF") - truth["NEE_VUT_REF"].to_numpy()
    assert np.isfinite(difference).all()
    assert abs(difference[filled].mean()) < 0.15
    assert difference[filled].std() < 1.0
    measured = ~filled
    ratio = difference[measured] / usable(made, "NEE_VUT_REF_RANDUNC")[measured]
    assert 0.6 < np.nanstd(ratio) < 1.4


def test_the_threshold_is_found(years: Years) -> None:
    thresholds = years.run.tree["/product/ustar-thresholds"].to_dataset()
    vut = thresholds["THRESHOLD_VUT"].sel(percentile=50.0).to_numpy()
    assert ((vut > 0.15) & (vut < 0.4)).all()
    assert "THRESHOLD_CUT" not in thresholds


def test_files_hold_what_the_streams_hold(years: Years) -> None:
    for part in ("HR", "DD", "WW", "MM", "YY"):
        table, stream = years.table(part), years.product(f"fluxnet/{part.lower().replace('hr', 'hh')}")
        for name in ("NEE_VUT_REF", "GPP_NT_VUT_50", "RECO_DT_VUT_REF", "LE_CORR", "TA_F"):
            np.testing.assert_allclose(table[name], usable(stream, name), rtol=1e-5, err_msg=f"{part} {name}")
    assert len(years.table("WW")) == 104
    assert not any("CUT" in name for name in years.table("YY"))
    assert any(path.suffix == ".nc" and "method-spread" in path.name for path in years.run.paths)


def test_the_energy_balance_is_closed(years: Years) -> None:
    made = years.product("fluxnet/hh")
    grid = years.product("half-hourly")
    available = usable(grid, "NETRAD") - usable(grid, "G")
    both = np.isfinite(available + usable(made, "LE_CORR") + usable(made, "H_CORR"))
    closed = (usable(made, "LE_CORR") + usable(made, "H_CORR"))[both].sum() / available[both].sum()
    assert closed == pytest.approx(1.0, abs=0.05)


def test_the_demo_offers_a_year() -> None:
    assert SIMULATOR.demo
    assert SIMULATOR.options().years == 1
