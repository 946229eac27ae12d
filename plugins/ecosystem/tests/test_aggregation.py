"""Days, weeks, months and years: of leap years and hours, with missing records, against pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.aggregation.calendar_means import (
    GRAMS_PER_DAY,
    day_means,
    good_fraction,
    mostly_measured,
    period_means,
    period_means_of_valid,
    period_sums,
)
from icos_ecosystem.aggregation.night_day import parts_of_day
from icos_ecosystem.aggregation.periods import COARSE, WEEKS, periods_of
from icos_ecosystem.aggregation.random_uncertainty_of_means import random_uncertainty_of_means, records_with_uncertainty
from icos_ecosystem.half_hourly.site_calendar import SiteCalendar, whole_years

YEARS = {24: whole_years(2023, 2025, 24), 48: whole_years(2023, 2024, 48)}


def labels(calendar: SiteCalendar, resolution: str) -> np.ndarray:
    """Return a label for each day, from the calendar's words alone."""
    days = pd.DatetimeIndex(calendar.start[:: calendar.per_day].astype("datetime64[s]"))
    week = np.minimum((days.day_of_year - 1) // 7, 51)
    made = {"dd": np.arange(days.size), "ww": days.year * 100 + week, "mm": days.year * 100 + days.month, "yy": days.year}
    return np.asarray(made[resolution])


@pytest.fixture(scope="module", params=[24, 48])
def calendar(request: pytest.FixtureRequest) -> SiteCalendar:
    return YEARS[request.param]


@pytest.fixture(scope="module")
def series(calendar: SiteCalendar) -> np.ndarray:
    values = np.random.default_rng(1).normal(2.0, 5.0, calendar.size)
    values[np.random.default_rng(2).random(calendar.size) < 0.002] = np.nan
    values[2000:2400] = np.nan
    return values


@pytest.mark.parametrize("resolution", COARSE)
def test_periods_cover_the_days(calendar: SiteCalendar, resolution: Any) -> None:
    periods = periods_of(calendar, resolution)
    names, first, length = np.unique(labels(calendar, resolution), return_index=True, return_counts=True)
    assert periods.size == names.size
    np.testing.assert_array_equal(periods.first, first)
    np.testing.assert_array_equal(periods.length, length)
    assert periods.days == calendar.days


def test_the_last_week_takes_what_is_left() -> None:
    periods = periods_of(YEARS[24], "ww")
    assert periods.length.reshape(-1, WEEKS)[:, -1].tolist() == [8, 9, 8]
    assert (periods.length.reshape(-1, WEEKS)[:, :-1] == 7).all()


@pytest.mark.parametrize("resolution", COARSE)
def test_means_and_sums_where_nothing_may_be_missing(calendar: SiteCalendar, series: np.ndarray, resolution: Any) -> None:
    frame = pd.Series(series).groupby(calendar.day).agg(lambda each: each.mean(skipna=False))
    expected = frame.groupby(labels(calendar, resolution)).agg(lambda each: each.mean(skipna=False))
    periods = periods_of(calendar, resolution)
    days = day_means(np.stack([series, 2.0 * series]), calendar.per_day)
    found = period_means(days, periods)
    np.testing.assert_allclose(found, np.stack([expected, 2.0 * expected]), rtol=1e-12)
    np.testing.assert_allclose(period_sums(days, periods)[0], expected * periods.length, rtol=1e-12)


@pytest.mark.parametrize("resolution", COARSE)
def test_means_of_what_is_there(calendar: SiteCalendar, series: np.ndarray, resolution: Any) -> None:
    days = day_means(series, calendar.per_day)
    expected = pd.Series(days).groupby(labels(calendar, resolution)).mean()
    np.testing.assert_allclose(period_means_of_valid(days, periods_of(calendar, resolution)), expected, rtol=1e-12)


@pytest.mark.parametrize("resolution", COARSE)
def test_variables_that_are_not_filled_need_half_of_their_records(calendar: SiteCalendar, series: np.ndarray, resolution: Any) -> None:
    series = series.copy()
    series[calendar.per_day * 3 : calendar.per_day * 3 + calendar.per_day // 2] = np.nan
    series[calendar.per_day * 31 : calendar.per_day * 50] = np.nan
    days = pd.Series(series).groupby(calendar.day)
    share = days.count() / calendar.per_day
    mean = days.mean().where(share > 0.5)
    by = labels(calendar, resolution)
    covered = share.where(share > 0.5, 0.0).groupby(by).mean()
    expected = mean.groupby(by).mean().where(covered > 0.5)
    found, found_share = mostly_measured(series, calendar.per_day, periods_of(calendar, resolution))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(found_share, covered.where(covered > 0.5), rtol=1e-12)
    if resolution == "mm":
        assert np.isnan(found[1])


@pytest.mark.parametrize("resolution", COARSE)
def test_random_uncertainty_is_that_of_all_records(calendar: SiteCalendar, series: np.ndarray, resolution: Any) -> None:
    by = labels(calendar, resolution)[calendar.day]
    groups = pd.Series(np.abs(series)).groupby(by)
    expected = np.sqrt((pd.Series(series) ** 2).groupby(by).sum()) / groups.count().where(groups.count() > 0)
    found = random_uncertainty_of_means(np.abs(series), calendar.per_day, periods_of(calendar, resolution))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_array_equal(records_with_uncertainty(series, calendar.per_day), pd.Series(series).groupby(calendar.day).count())


def test_night_and_day(calendar: SiteCalendar, series: np.ndarray) -> None:
    # A polar year: nights of a whole day, and none.
    potential = np.maximum(0.0, 400.0 * (2.0 * np.sin(calendar.day_of_year / 58.0) - np.cos(calendar.hour / 3.82)))
    quality = np.random.default_rng(3).integers(-1, 4, calendar.size).astype(np.int8)
    parts = parts_of_day(potential, calendar.per_day)
    for part, chosen in zip(parts, (potential == 0.0, potential > 0.0), strict=True):
        np.testing.assert_array_equal(part.chosen, chosen)
        days = pd.Series(np.where(chosen, series, np.nan)).groupby(calendar.day)
        np.testing.assert_array_equal(part.count, pd.Series(chosen).groupby(calendar.day).sum())
        np.testing.assert_allclose(part.means(series), days.mean(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(part.spread(series), days.std(), rtol=1e-9)
        good = pd.Series(np.where(chosen, (quality == 0) | (quality == 1), np.nan)).groupby(calendar.day).mean()
        np.testing.assert_allclose(part.good_fraction(quality), good, rtol=1e-12)
    assert (parts[0].count == 0).any()
    assert (parts[0].count == calendar.per_day).any()


def test_quality_is_the_share_of_good_records(calendar: SiteCalendar) -> None:
    quality = np.random.default_rng(4).integers(-1, 4, (3, calendar.size)).astype(np.int8)
    for row, found in zip(quality, good_fraction(quality, calendar.per_day), strict=True):
        expected = pd.Series((row == 0) | (row == 1)).groupby(calendar.day).mean()
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_flux_over_a_day() -> None:
    assert pytest.approx(1.03772448, rel=1e-12) == GRAMS_PER_DAY
