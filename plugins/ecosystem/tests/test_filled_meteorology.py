"""Meteorology filled from a reanalysis: the table, its refinement, the fit; long-wave radiation against ONEFlux's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.gap_filling.meteorology import DOWNSCALINGS, FEWEST_COMMON, Downscaling, calculated_long_wave, fill_from_reanalysis
from icos_ecosystem.gap_filling.reanalysis_table import REANALYSIS_COLUMNS, read_reanalysis, refined
from icos_ecosystem.half_hourly.site_calendar import whole_years

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

CALENDAR = whole_years(2021, 2021, 48)


def write(path: Path, minutes: int, stamp: str = "TIMESTAMP_START", first: str = "2021-01-01", days: int = 365, **columns: float) -> Path:
    """Write a table whose columns are what is given, or the number of the row's hour where that is NaN."""
    start = pd.date_range(first, periods=days * 1440 // minutes, freq=f"{minutes}min")
    shown = start + pd.Timedelta(minutes=minutes if stamp == "TIMESTAMP_END" else 0)
    hours = (start - pd.Timestamp("2021-01-01")) / pd.Timedelta(hours=1)
    table = pd.DataFrame({stamp: shown.strftime("%Y%m%d%H%M")})
    for name, value in columns.items():
        table[name] = hours if np.isnan(value) else value
    table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(("stamp", "minutes"), [("TIMESTAMP_START", 60), ("TIMESTAMP_END", 60), ("TIMESTAMP_END", 180)])
def test_straight_lines_between_the_middles(tmp_path: Path, stamp: str, minutes: int) -> None:
    found = read_reanalysis(write(tmp_path / "era.csv", minutes, stamp, TA=np.nan, P_ERA=1.2), CALENDAR)
    assert set(found) == {"TA", "P"}
    # A row's value, the hour at which it starts, stands at its middle.
    middle = (np.arange(CALENDAR.size) + 0.5) / 2.0
    inner = slice(minutes // 30, -minutes // 30)
    np.testing.assert_allclose(found["TA"][inner], middle[inner] - minutes / 120.0, atol=1e-9)
    assert found["TA"][0] == 0.0
    np.testing.assert_allclose(found["P"], 1.2 * 30.0 / minutes)


def test_rows_in_utc_and_of_another_length(tmp_path: Path) -> None:
    path = write(tmp_path / "era.csv", 60, TA=np.nan, P=1.0)
    hourly = whole_years(2021, 2021, 24)
    found = read_reanalysis(path, hourly, times="utc", utc_offset=2.0)
    np.testing.assert_array_equal(found["TA"][2:], np.arange(8758.0))
    assert np.isnan(found["TA"][:2]).all()
    quarters = read_reanalysis(write(tmp_path / "fine.csv", 15, TA=np.nan, P=1.0), hourly)
    np.testing.assert_allclose(quarters["TA"], np.arange(8760) + 0.375)
    np.testing.assert_allclose(quarters["P"], 4.0)
    half_hours = read_reanalysis(path, CALENDAR, times="utc", utc_offset=5.5)
    assert np.isnan(half_hours["TA"][:11]).all()
    np.testing.assert_allclose(half_hours["TA"][12:14], [0.25, 0.75])


def test_missing_rows_and_values_stay_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "era.csv", 60, TA=np.nan)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[6] = lines[6].split(",")[0] + ",-9999"
    del lines[11]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_reanalysis(path, CALENDAR)["TA"]
    assert np.flatnonzero(np.isnan(found)).tolist() == [10, 11, 20, 21]
    # Beside what is missing, values are level.
    assert found[9] == 4.0
    assert found[12] == 6.0


def test_radiation_is_spread_by_the_sun() -> None:
    sun = np.maximum(np.sin(2.0 * np.pi * (CALENDAR.hour - 6.0) / 24.0), 0.0) * 1000.0
    coarse = (0.6 * sun).reshape(-1, 12).mean(axis=1)
    offset = np.arange(coarse.size) * 360.0
    made = refined(coarse, offset, 360, CALENDAR, "sun", sun)
    np.testing.assert_allclose(made, 0.6 * sun, atol=1e-9)


def test_the_file_in_use(tmp_path: Path) -> None:
    sun = np.maximum(np.sin(2.0 * np.pi * (CALENDAR.hour - 6.0) / 24.0), 0.0) * 1000.0
    path = write(tmp_path / "era.csv", 180, SW_IN_ERA=100.0, LW_IN_ERA=300.0)
    with_sun = read_reanalysis(path, CALENDAR, potential_radiation=sun)["SW_IN"]
    by_day = with_sun.reshape(-1, 6)
    np.testing.assert_allclose(by_day.mean(axis=1), 100.0)
    np.testing.assert_array_equal(read_reanalysis(path, CALENDAR)["SW_IN"], 100.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no comma-separated table"),
        ("TIMESTAMP_START,TA\n202101010000,1\n", "fewer than two rows"),
        ("TIMESTAMP_STRT,TA\n202101010000,1\n202101010030,1\n", "no column TIMESTAMP_START or TIMESTAMP_END; nearest: 'TIMESTAMP_START'"),
        ("TIMESTAMP_START,T\n202101010000,1\n202101010030,1\n", "none of the columns TA, SW_IN, .*; it has TIMESTAMP_START, T"),
        ("TIMESTAMP_START,TA\n202101010000,1\n20210101,1\n", "line 3: TIMESTAMP_START is '20210101', expected YYYYMMDDHHMM"),
        ("TIMESTAMP_START,TA\n202101010000,1\n202101010030,warm\n", "line 3: TA is 'warm', expected a number"),
        ("TIMESTAMP_START,TA\n202101010030,1\n202101010000,1\n", "line 3: TIMESTAMP_START is not after the one before"),
        ("TIMESTAMP_START,TA\n202101010000,1\n202101020000,1\n", "1440 to 1440 minutes apart, expected evenly spaced ones up to six hours"),
        ("TIMESTAMP_START,TA\n202101010000,1\n202101010030,1\n202101010115,1\n", "30 to 45 minutes apart"),
        ("TIMESTAMP_START,TA\n199901010000,1\n199901010030,1\n", "has rows from 1999-01-01T00:00:00 .*none of them in 2021 to 2021"),
    ],
)
def test_mistakes_of_the_table_are_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "era.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_reanalysis(path, CALENDAR)


def test_other_stamps_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "era.csv"
    path.write_text("TIMESTAMP, TA\n2021-01-01 00:00, 1\n2021-01-01 00:30, \n", encoding="utf-8")
    assert read_reanalysis(path, CALENDAR)["TA"][:2].tolist() == [1.0, pytest.approx(np.nan, nan_ok=True)]
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_reanalysis(tmp_path / "none.csv", CALENDAR)


def test_the_fit_brings_back_what_is_hidden() -> None:
    random = np.random.default_rng(4)
    n = 2000
    reanalysis = random.normal(10.0, 5.0, n)
    truth = 2.0 + 0.9 * reanalysis
    values, quality = truth.copy(), np.zeros(n, dtype=np.int8)
    quality[100:110], values[100:110] = 1, -50.0
    quality[200:210], values[200:210] = 2, -50.0
    quality[300:310], values[300:310] = -1, np.nan
    reanalysis[305:] = np.nan
    made = fill_from_reanalysis(values, quality, reanalysis)
    assert (made.intercept, made.slope, made.r2) == (pytest.approx(2.0), pytest.approx(0.9), pytest.approx(1.0))
    assert np.flatnonzero(made.replaced).tolist() == [*range(200, 210), *range(300, 305)]
    filled, replaced = made[0], made.replaced
    np.testing.assert_allclose(filled[replaced], truth[replaced])
    np.testing.assert_array_equal(made.quality, np.where(made.replaced, 2, quality))
    np.testing.assert_array_equal(filled[~replaced], values[~replaced])
    strict = fill_from_reanalysis(values, quality, reanalysis, worst_quality=0)
    assert strict.replaced[100:110].all()
    np.testing.assert_allclose(made.downscaled[:300], truth[:300])


def test_fits_through_the_origin() -> None:
    random = np.random.default_rng(4)
    reanalysis = np.where(random.random(500) < 0.5, 0.0, random.gamma(1.0, 2.0, 500))
    site = 0.7 * np.roll(reanalysis, 1)
    nothing = np.zeros(500, dtype=np.int8)
    rain = fill_from_reanalysis(site, nothing, reanalysis, downscaling=DOWNSCALINGS["P"])
    assert (rain.intercept, rain.slope) == (0.0, pytest.approx(site.sum() / reanalysis.sum()))
    assert rain.r2 < 0.1
    wind = fill_from_reanalysis(site, nothing, reanalysis, downscaling=DOWNSCALINGS["WS"])
    [[slope], *_] = np.linalg.lstsq(reanalysis[:, np.newaxis], site, rcond=None)
    assert (wind.intercept, wind.slope) == (0.0, pytest.approx(slope))
    deficit = fill_from_reanalysis(site - 1.0, nothing, reanalysis, downscaling=DOWNSCALINGS["VPD"])
    assert deficit.downscaled.min() == 0.0
    assert set(DOWNSCALINGS) == set(REANALYSIS_COLUMNS)


@pytest.mark.parametrize("fit", ["line", "proportion", "ratio"])
def test_nothing_to_fit(fit: str) -> None:
    n = 200
    varying, missing, constant = np.arange(float(n)), np.full(n, np.nan), np.full(n, 3.0)
    none = np.full(n, -1, dtype=np.int8)
    few = np.where(np.arange(n) < FEWEST_COMMON - 1, 0, -1).astype(np.int8)
    cases = ((varying, few), (missing, few * 0), (constant, few * 0), (varying, none))
    for reanalysis, quality in cases:
        values = np.where(quality == 0, 5.0, np.nan)
        made = fill_from_reanalysis(values, quality, reanalysis, downscaling=Downscaling(fit=fit))
        assert not made.replaced.any()
        assert np.isnan([made.intercept, made.slope, made.r2]).all()
        np.testing.assert_array_equal(made[0], values)
    with pytest.raises(ValueError, match="must have one shape"):
        fill_from_reanalysis(varying, none[1:], varying)


def test_long_wave_needs_its_weather() -> None:
    calendar = whole_years(2021, 2021, 24)
    n = calendar.size
    air, deficit = np.full(n, 15.0), np.full(n, 5.0)
    sun = np.where((calendar.hour >= 6) & (calendar.hour < 18), 500.0, 0.0)
    clear = calculated_long_wave(air, deficit, 0.9 * sun, sun, calendar)
    overcast = calculated_long_wave(air, deficit, 0.1 * sun, sun, calendar)
    np.testing.assert_allclose(overcast, 1.22 * clear)
    missing = np.full(n, np.nan)
    for absent in ((missing, deficit, sun), (air, missing, sun), (air, deficit, missing)):
        assert np.isnan(calculated_long_wave(*absent, sun, calendar)).all()
    # Polar night: the share of the other days holds.
    sun[: 30 * 24] = 0.0
    np.testing.assert_allclose(calculated_long_wave(air, deficit, 0.9 * sun, sun, calendar), clear)


@pytest.mark.realdata
def test_long_wave_against_oneflux(real_data: Path) -> None:
    folder = real_data / "ecosystem_post/reference/oneflux_qc_auto_DE-Tha"
    weather = pd.read_csv(folder / "DE-Tha_qca_meteo_1998.csv.gz", skiprows=10).replace(-9999, np.nan)
    theirs = pd.read_csv(folder / "DE-Tha_qca_synth_allvars_1998.csv.gz").replace(-9999, np.nan)
    columns = (theirs["Ta_f"], theirs["VPD_f"], theirs["Rg_f"], weather["SW_IN_POT"])
    ours = calculated_long_wave(*(column.to_numpy() for column in columns), whole_years(1998, 1998, 48))
    # Both the inputs and the result are printed with six digits.
    np.testing.assert_allclose(ours, theirs["LWin_calc"], rtol=5e-6, equal_nan=True)
    assert np.isfinite(ours).sum() > 17_000
