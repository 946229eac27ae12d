"""Trend, seasonal cycle and annual increase of daily means that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.products import daily_means, growth_rate
from pydantic import ValidationError
from sampled_air import minute_stream, tower
from scipy.signal import lfilter

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED
from icos_core.flags import apply_flags

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import ProductResult

DAY, HOUR = np.timedelta64(1, "D"), np.timedelta64(1, "h")
FIRST = np.datetime64("2020-01-01", "ns")


def known(days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Trend (growing by 2 a year at first, by 0.5 more each year) and seasonal cycle, at days since 2020-01-01 00:00 local time."""
    years = days / 365.25
    moments = FIRST + (days * 86_400e9).astype("timedelta64[ns]")
    begin = moments.astype("datetime64[Y]")
    part = (moments - begin) / ((begin + 1).astype("M8[ns]") - begin.astype("M8[ns]"))
    return 410.0 + 2.0 * years + 0.25 * years**2, 8.0 * np.sin(2 * np.pi * part) + 3.0 * np.cos(4 * np.pi * part)


def daily(values: np.ndarray, first_day: int = 0, name: str = "150m", **attrs: Any) -> dict[str, xr.Dataset]:
    """Return daily means of a station one hour ahead of UTC."""
    start = FIRST + (first_day + np.arange(values.size)) * DAY - HOUR
    stream = minute_stream(start, {"co2": values}, averaging_interval="day", **attrs)
    apply_flags(stream, ())
    return {f"daily/{name}": stream}


def derived(streams: dict[str, xr.Dataset], **options: object) -> ProductResult:
    return growth_rate.PRODUCT.derive(streams, growth_rate.GrowthRateOptions.model_validate(options), tower(1.0))


COUNT = 366 + 365 * 3
MIDDLES = np.arange(COUNT) + 0.5


def test_curves_of_known_days() -> None:
    trend, cycle = known(MIDDLES)
    result = derived(daily(trend + cycle))
    assert result.problems == ()
    made = result.streams["trend/150m"]
    assert made.sizes["time"] == COUNT
    assert made["time"].values[0] == np.datetime64("2019-12-31T23:00", "ns")
    np.testing.assert_allclose(made["co2_function"].values, trend + cycle, atol=1e-8)
    np.testing.assert_allclose(made["co2_trend"].values, trend, atol=1e-8)
    np.testing.assert_allclose(made["co2_cycle"].values, cycle, atol=1e-8)
    np.testing.assert_allclose(made["co2_growth"].values, 2.0 + 0.5 * MIDDLES / 365.25, atol=1e-8)
    assert made["co2_growth"].attrs["units"] == "umol mol-1 year-1"
    assert made["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"


def test_years_are_those_of_the_station_and_their_increase_is_from_new_year_to_new_year() -> None:
    trend, cycle = known(MIDDLES)
    values = trend + cycle
    values[400:410] = np.nan
    result = derived(daily(values))
    made = result.streams["growth/150m"]
    assert list(made["time"].values) == [np.datetime64(f"{year - 1}-12-31T23:00", "ns") for year in range(2020, 2024)]
    assert made["time_bnds"].values[0, 1] == made["time"].values[1]
    new_years_days = np.array([0, 366, 731, 1096, 1461])
    # The fit is exact but for days that lie beyond it by half a day, where the trend goes straight on: 0.25 (0.5 / 365.25)².
    assert made["co2_increase"].values == pytest.approx(np.diff(known(new_years_days)[0]), abs=1e-6)
    assert made["co2_n"].values.tolist() == [366, 355, 365, 365]
    of_days = np.split(trend + cycle, new_years_days[1:-1])
    assert made["co2"].values == pytest.approx([each.mean() for each in of_days], abs=1e-6)
    (table,) = result.tables
    assert table.rows[1][:5] == ("150m", "CO2", 2021, round(float(of_days[1].mean()), 2), 355)
    assert table.rows[1][5] == round(float(np.diff(known(new_years_days)[0])[1]), 2)
    assert table.rows[1][-1] == "ppm"


def test_coverage_of_annual_increases_over_replicates() -> None:
    """400 series of three years with weather of a few days: pooled coverage of the annual increase."""
    rng = np.random.default_rng(3)
    middles = MIDDLES[: 366 + 365 * 2]
    trend, cycle = known(middles)
    increases = np.diff(known(np.array([0, 366, 731, 1096]))[0])
    covered, errors = [], []
    for _ in range(400):
        noise = lfilter([0.8], [1.0, -0.6], rng.normal(0, 1.5, middles.size + 50))[50:]
        made = derived(daily(trend + cycle + noise)).streams["growth/150m"]
        errors.append(made["co2_increase"].values - increases)
        covered.append(np.abs(errors[-1]) <= 1.96 * made["co2_increase_uncertainty"].values)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.abs(np.mean(errors, axis=0)).max() <= 4 * np.std(errors) / np.sqrt(400)


def test_less_than_two_years_tell_no_growth() -> None:
    trend, cycle = known(MIDDLES)
    result = derived(daily((trend + cycle)[:700]))
    assert result.streams == {}
    assert result.tables == ()
    (problem,) = result.problems
    assert str(problem).startswith("growth-rate: CO2 of 150m: daily means from 2020-01-01 to 2021-11-30 are 1.9 years, 2 are needed")
    assert [str(each) for each in derived(daily(np.full(900, np.nan))).problems] == ["growth-rate: CO2 of 150m: there is no daily mean"]


def test_parts_of_years_at_the_ends_have_curves_but_no_annual_figure() -> None:
    trend, cycle = known(MIDDLES)
    result = derived(daily((trend + cycle)[100:1300], first_day=100))
    assert result.streams["trend/150m"].sizes["time"] == 1200
    assert [row[2] for row in result.tables[0].rows] == [2021, 2022]


def test_bad_days_are_not_fitted_and_labels_are_kept() -> None:
    trend, cycle = known(MIDDLES)
    values = trend + cycle
    level = np.full(COUNT, GOOD, dtype=np.int8)
    level[[50, 700]] = BAD
    level[5] = NOT_EVALUATED
    values[[50, 700]] = 900.0
    streams = daily(values, name="150m_12to18", selection="12:00 to 18:00 local standard time")
    apply_flags(streams["daily/150m_12to18"], [Outcome(variable="co2", name="hours", level=level)])
    made = derived(streams).streams["trend/150m_12to18"]
    assert np.flatnonzero(np.isnan(made["co2"].values)).tolist() == [50, 700]
    np.testing.assert_allclose(made["co2_trend"].values, trend, atol=1e-8)
    assert made.attrs["selection"] == "12:00 to 18:00 local standard time"


def test_means_without_spikes_are_fitted_where_that_is_asked_for() -> None:
    trend, cycle = known(MIDDLES)
    streams = daily(trend + cycle + 1.0)
    streams["daily/150m"]["co2_without_spikes"] = ("time", trend + cycle)
    assert derived(streams).streams["trend/150m"]["co2_trend"].values == pytest.approx(trend + 1.0)
    assert derived(streams, without_spikes=True).streams["trend/150m"]["co2_trend"].values == pytest.approx(trend)


def test_a_change_of_scale_is_no_growth() -> None:
    trend, cycle = known(MIDDLES)
    (stream,) = daily(trend + cycle).values()
    stream["co2_instrument"] = ("time", np.repeat(np.array([115, 530], dtype=np.int32), [700, COUNT - 700]))
    stream["co2"].attrs["calibration_scale_of_instruments"] = "530: WMO X2019; 115: WMO X2007"
    (problem,) = derived({"icos_atc_release/150m": stream}).problems
    assert "CO2 of 150m: days are on different scales, WMO CO2 X2007, WMO CO2 X2019" in str(problem)


def test_hours_become_days_become_growth() -> None:
    hours = (np.arange(COUNT * 24) + 0.5) / 24
    trend, cycle = known(hours)
    stream = minute_stream(FIRST - HOUR + np.arange(hours.size) * HOUR, {"co2": trend + cycle}, averaging_interval="hour")
    apply_flags(stream, ())
    days = daily_means.PRODUCT.derive({"hourly/150m": stream}, daily_means.DailyMeansOptions(), tower(1.0)).streams
    for each in days.values():
        apply_flags(each, ())
    made = derived(days).streams["growth/150m"]
    assert made["co2_increase"].values == pytest.approx(np.diff(known(np.array([0, 366, 731, 1096, 1461]))[0]), abs=0.01)


def test_options_are_checked() -> None:
    with pytest.raises(ValidationError, match="minimum_years"):
        growth_rate.GrowthRateOptions.model_validate({"minimum_years": 1.0})
