"""Daily and monthly means: whose calendar, which rows, and what becomes of flags, marks and uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_atmosphere.products import daily_means, hourly_means, monthly_means
from icos_atmosphere.vocabulary import UNCERTAINTY_TERMS
from pydantic import ValidationError
from sampled_air import HOUR, START, blocks, minute_stream, times_of, tower, wandering_air

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED
from icos_core.flags import apply_flags, decode_bits

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Product

DAY = np.timedelta64(1, "D")


def run(product: Product, streams: dict[str, xr.Dataset], utc_offset: float = 1.0, **options: object) -> dict[str, xr.Dataset]:
    result = product.derive(streams, product.options.model_validate(options), tower(utc_offset))
    for name, stream in result.streams.items():
        apply_flags(stream, [each for each in result.outcomes if each.stream == name])
    assert result.problems == ()
    return dict(result.streams)


def hourly(values: dict[str, np.ndarray], start: np.datetime64 = START, line: str = "150m", *outcomes: Outcome) -> xr.Dataset:
    count = next(iter(values.values())).size
    stream = minute_stream(start + np.arange(count) * HOUR, values, line=line, averaging_interval="hour")
    apply_flags(stream, outcomes)
    return stream


def daily(values: dict[str, np.ndarray], utc_offset: float = 1.0, **options: object) -> xr.Dataset:
    (made,) = run(daily_means.PRODUCT, {"hourly/150m": hourly(values)}, utc_offset, **options).values()
    return made


@pytest.mark.parametrize(("offset", "first"), [(0.0, 24), (1.0, 23), (5.5, 18.5), (-8.0, 8)])
def test_days_are_those_of_local_standard_time(offset: float, first: float) -> None:
    values = np.arange(72.0)
    made = daily({"co2": values}, offset)
    begin = START + np.timedelta64(round((first - 24) * 3600), "s")
    assert made["time"].values[0] == begin
    np.testing.assert_array_equal(made["time_bnds"].values[:, 1] - made["time_bnds"].values[:, 0], DAY)
    hours = START + np.arange(72) * HOUR
    for row, start in enumerate(made["time"].values):
        own = values[(hours >= start) & (hours < start + DAY)]
        assert made["co2"].values[row] == pytest.approx(own.mean())
        assert made["co2_n"].values[row] == own.size
        assert made["co2_stdev"].values[row] == pytest.approx(np.std(own, ddof=1) if own.size > 1 else np.nan, nan_ok=True)
    assert made["co2_n"].values.sum() == 72
    assert made.attrs["averaging_interval"] == "day"
    assert made.attrs["line"] == "150m"


def test_hours_of_the_afternoon() -> None:
    values = np.arange(72.0)
    streams = run(daily_means.PRODUCT, {"hourly/150m": hourly({"co2": values})}, hours=[12, 18])
    made = streams["daily/150m_12to18"]
    # 12:00 local standard time is 11:00 UTC.
    assert list(made["time"].values) == [START + (11 + 24 * day) * HOUR for day in range(3)]
    assert made["co2"].values == pytest.approx([13.5, 37.5, 61.5])
    assert made["co2_n"].values.tolist() == [6, 6, 6]
    np.testing.assert_array_equal(made["time_bnds"].values[:, 1] - made["time_bnds"].values[:, 0], 6 * HOUR)
    assert made.attrs["selection"] == "12:00 to 18:00 local standard time"


def test_hours_of_the_night_are_of_the_day_on_which_they_begin() -> None:
    values = np.arange(72.0)
    streams = run(daily_means.PRODUCT, {"hourly/150m": hourly({"co2": values})}, hours=[22, 2], label="night")
    made = streams["daily/150m_night"]
    assert list(made["time"].values) == [START + (21 + 24 * day) * HOUR for day in range(-1, 3)]
    assert made["co2"].values == pytest.approx([0.0, 22.5, 46.5, 70.0])  # 23 to 1 h UTC at the ends of the data
    assert made["co2_n"].values.tolist() == [1, 4, 4, 3]


def test_hours_that_are_bad_have_no_part() -> None:
    level = np.full(24, GOOD, dtype=np.int8)
    level[[3, 4]] = BAD
    values = np.where(level == BAD, 999.0, 410.0)
    stream = hourly({"co2": values}, START, "150m", Outcome(variable="co2", name="target_bias", level=level))
    made = run(daily_means.PRODUCT, {"hourly/150m": stream}, 0.0)["daily/150m"]
    assert made["co2"].values == pytest.approx([410.0])
    assert made["co2_n"].values.tolist() == [22]
    assert made["co2_flag"].values.tolist() == [GOOD]


def test_a_day_with_untested_hours_is_not_called_good() -> None:
    level = np.full(48, GOOD, dtype=np.int8)
    level[30] = NOT_EVALUATED
    provisional = Outcome(variable="co2", name="provisional_calibration", level=level, mark=np.arange(48) == 3)
    spike = Outcome(variable="co2", name="spike_sd", level=level, mark=np.arange(48) == 3)
    bias = Outcome(variable="co2", name="target_bias", level=level, mark=np.arange(48) == 3)
    stream = hourly({"co2": np.full(48, 410.0)}, START, "150m", provisional, spike, bias)
    made = run(daily_means.PRODUCT, {"hourly/150m": stream}, 0.0)
    assert made["daily/150m"]["co2_flag"].values.tolist() == [GOOD, NOT_EVALUATED]
    marks = decode_bits(made["daily/150m"], "co2_tests")
    assert marks["provisional_calibration"].tolist() == [True, False]
    assert not {"spike_sd", "target_bias"} & set(marks)  # tests of products say themselves what they say of days


def test_days_with_too_few_hours_have_no_value() -> None:
    values = np.full(72, 410.0)
    values[24:44] = np.nan
    values[48:] = np.nan
    values[71] = 410.0
    made = daily({"co2": values}, 0.0, minimum=4)
    assert made["co2_n"].values.tolist() == [24, 4, 0]
    assert made["co2_flag"].values.tolist() == [NOT_EVALUATED, NOT_EVALUATED, MISSING]


def test_means_without_spikes_are_of_the_hours_without() -> None:
    values = {"co2": np.array([410.0, 430.0, 411.0]), "co2_without_spikes": np.array([410.0, 412.0, np.nan])}
    made = daily(values, 0.0)
    assert made["co2"].values == pytest.approx([417.0])
    assert made["co2_without_spikes"].values == pytest.approx([411.0])
    assert made["co2_without_spikes_n"].values.tolist() == [2]


def test_what_stands_beside_is_averaged_and_the_instrument_is_named_where_it_is_one() -> None:
    both = np.repeat([530, 115], [30, 18])
    values = {
        "co2": np.full(48, 410.0),
        "co2_instrument": both,
        "co2_sttb": np.arange(48.0),
        "co2_raw": np.arange(48.0),
        "h2o": np.arange(48.0),
    }
    made = daily(values, 0.0)
    assert made["co2_instrument"].values.tolist() == [530, -1]
    assert made["co2_sttb"].values == pytest.approx([11.5, 35.5])
    assert made["co2_raw_stdev"].values == pytest.approx([np.std(np.arange(24), ddof=1)] * 2)
    assert made["h2o"].values == pytest.approx([11.5, 35.5])
    assert made["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"


def monthly(streams: dict[str, xr.Dataset], utc_offset: float = 1.0, **options: object) -> dict[str, xr.Dataset]:
    days = run(daily_means.PRODUCT, streams, utc_offset)
    return run(monthly_means.PRODUCT, {**streams, **days}, utc_offset, **options)


def test_months_are_those_of_local_standard_time_and_means_of_days() -> None:
    start = np.datetime64("2024-01-31T12:00", "ns")
    values = np.arange(30 * 24.0)
    values[30:60] = np.nan
    (made,) = monthly({"hourly/150m": hourly({"co2": values}, start)}).values()
    assert list(made["time"].values) == [np.datetime64(text, "ns") for text in ("2023-12-31T23:00", "2024-01-31T23:00", "2024-02-29T23:00")]
    assert made["time_bnds"].values[0, 1] == made["time"].values[1]
    # 11 hours until 23:00 UTC are 31 January.
    whole = values[11 : 11 + 29 * 24].reshape(29, 24)
    days = np.array([np.nanmean(day) for day in whole if np.isfinite(day).any()])
    assert made["co2"].values[:2] == pytest.approx([5.0, days.mean()])
    assert made["co2_n"].values.tolist() == [1, days.size, 1]
    assert made["co2_stdev"].values[1] == pytest.approx(days.std(ddof=1))
    assert made.attrs["averaging_interval"] == "month"


def test_months_of_chosen_hours_keep_their_label() -> None:
    days = run(daily_means.PRODUCT, {"hourly/150m": hourly({"co2": np.arange(72.0)})}, hours=[12, 18], label="afternoon")
    made = run(monthly_means.PRODUCT, days)
    assert list(made) == ["monthly/150m_afternoon"]
    assert made["monthly/150m_afternoon"].attrs["selection"] == "12:00 to 18:00 local standard time"


def test_finished_series_serve_where_this_station_makes_none() -> None:
    finished, own = (hourly({"co2": np.full(24, value)}) for value in (400.0, 410.0))
    made = run(daily_means.PRODUCT, {"icos_atc_release/150m": finished}, 0.0)
    assert made["daily/150m"]["co2"].values == pytest.approx([400.0])
    result = daily_means.PRODUCT.derive(
        {"icos_atc_release/150m": finished, "hourly/150m": own}, daily_means.DailyMeansOptions(), tower(0.0)
    )
    assert result.streams["daily/150m"]["co2"].values == pytest.approx([410.0])
    assert [str(each) for each in result.problems] == ["daily-means: 150m is of hourly/150m; icos_atc_release/150m left out"]


def test_days_are_not_made_of_hours_on_different_scales() -> None:
    stream = hourly({"co2": np.full(72, 410.0), "co2_instrument": np.repeat([115, 530], [30, 42])})
    stream["co2"].attrs |= {"calibration_scale": "unknown", "calibration_scale_of_instruments": "530: WMO X2019; 115: WMO X2007"}
    result = daily_means.PRODUCT.derive({"icos_atc_release/150m": stream}, daily_means.DailyMeansOptions(), tower(0.0))
    assert result.streams["daily/150m"]["co2_n"].values.tolist() == [24, 0, 24]
    assert [str(each) for each in result.problems] == ["daily/150m: 1 days of CO2 have no value, as their rows are on different scales"]
    assert result.streams["daily/150m"]["co2"].attrs["calibration_scale_of_instruments"] == "530: WMO X2019; 115: WMO X2007"
    stream["co2"].attrs["calibration_scale_of_instruments"] = "530: WMO X2019; 115: WMO CO2 X2019"
    (made,) = run(daily_means.PRODUCT, {"icos_atc_release/150m": stream}, 0.0).values()
    assert made["co2_n"].values.tolist() == [24, 24, 24]
    assert made["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hours": [12, 25]}, "first hour"),
        ({"hours": [12, 12]}, "first hour"),
        ({"label": "afternoon"}, "nothing to label"),
        ({"hours": [20, 4], "minimum": 9}, "8 hours"),
    ],
)
def test_options_are_checked(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        daily_means.DailyMeansOptions.model_validate(options)


SIZES = {"fit": 0.03, "repeatability": 0.02, "long_term_repeatability": 0.05, "assignment": 0.02, "representativeness": 0.3}
HOURS, DAYS = 24 * 30, 30


def drawn_errors(rng: np.random.Generator) -> np.ndarray:
    """Errors of a month of hours, each kind with the correlation that it is said to have."""
    independent = rng.normal(0, np.hypot(SIZES["repeatability"], SIZES["representativeness"]), HOURS)
    from_day_to_day = np.repeat(rng.normal(0, SIZES["long_term_repeatability"], DAYS), 24)
    return independent + from_day_to_day + rng.normal(0, np.hypot(SIZES["fit"], SIZES["assignment"]))


def hours_of_april(errors: np.ndarray) -> dict[str, xr.Dataset]:
    values = {"co2": 410.0 + errors, "co2_uncertainty": np.full(HOURS, np.sqrt(sum(size**2 for size in SIZES.values())))}
    values |= {f"co2_uncertainty_{term}": np.full(HOURS, size) for term, size in SIZES.items()}
    return {"hourly/150m": hourly(values, np.datetime64("2024-04-01T00:00", "ns"))}


def test_propagation_to_days_and_months_agrees_with_drawn_errors() -> None:
    """10,000 months of errors, averaged as the products do it: hours, then days."""
    rng = np.random.default_rng(4)
    days = np.array([drawn_errors(rng).reshape(DAYS, 24).mean(axis=1) for _ in range(10_000)])
    streams = hours_of_april(np.zeros(HOURS))
    of_days = run(daily_means.PRODUCT, streams, 0.0)["daily/150m"]
    (of_month,) = monthly(streams, 0.0).values()
    assert set(SIZES) == set(UNCERTAINTY_TERMS)
    assert of_days["co2_uncertainty"].values == pytest.approx(np.full(DAYS, days.std()), rel=0.02)
    assert of_month["co2_uncertainty"].values == pytest.approx([days.mean(axis=1).std()], rel=0.03)


def test_coverage_of_days_and_months_over_replicates() -> None:
    rng = np.random.default_rng(6)
    of_days, of_months = [], []
    for _ in range(400):
        streams = hours_of_april(drawn_errors(rng))
        days = run(daily_means.PRODUCT, streams, 0.0)
        (month,) = run(monthly_means.PRODUCT, days, 0.0).values()
        of_days.append(np.abs(days["daily/150m"]["co2"].values - 410.0) <= 1.96 * days["daily/150m"]["co2_uncertainty"].values)
        of_months.append(np.abs(month["co2"].values - 410.0) <= 1.96 * month["co2_uncertainty"].values)
    assert 0.93 <= np.mean(of_days) <= 0.97
    assert 0.93 <= np.mean(of_months) <= 0.97


def test_representativeness_of_a_day_is_an_upper_limit_where_air_has_a_mean() -> None:
    """What one hour's sample misses the next one has more of: taken for independent, the errors of a day are never too small."""
    rng = np.random.default_rng(8)
    rows = blocks(240, range(20))
    covered = []
    for _ in range(400):
        air = wandering_air(rng, 240, sd=2.0, minutes=60.0)
        minutes = {"co2": air.ravel()[rows], "co2_uncertainty": np.zeros(rows.size)}
        streams = run(hourly_means.PRODUCT, {"picarro/150m": minute_stream(times_of(rows), minutes)}, 0.0)
        (days,) = run(daily_means.PRODUCT, streams, 0.0).values()
        covered.append(np.abs(days["co2"].values - air.reshape(10, 1440).mean(axis=1)) <= 1.96 * days["co2_uncertainty"].values)
    assert np.mean(covered) >= 0.95
