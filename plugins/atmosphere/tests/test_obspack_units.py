"""Decimal numbers behind the binary ones of a file, and the times beside them."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.readers.obspack_time import SAMPLE, decoded, interval_of_length, interval_of_steps, starts
from icos_atmosphere.readers.obspack_units import in_power_of_ten, power_of_units

from icos_core.raw_text.instrument_clock import INVALID


def shifted(value: np.float32, power: int) -> float:
    return float(Decimal(str(value)).scaleb(power))


@given(st.lists(st.floats(min_value=2.0**-60, max_value=2.0**60, width=32), min_size=1), st.sampled_from([-9, -6, 0, 3, 6, 9]))
def test_the_shortest_decimal_is_shifted_exactly(values: list[float], power: int) -> None:
    narrow = np.array([*values, *(-value for value in values)], dtype=np.float32)
    expected = [shifted(value, power) for value in narrow]
    assert in_power_of_ten(narrow, power).tolist() == expected


def test_no_noise_of_32_bits() -> None:
    values = np.array([4.1234e-4, 4.12447e-4, -7.2e-8, 0.0, np.nan], dtype=np.float32)
    assert in_power_of_ten(values, 6)[:4].tolist() == [412.34, 412.447, -0.072, 0.0]
    assert np.isnan(in_power_of_ten(values, 6)[4])
    assert float(values[0]) * 1e6 != 412.34


def test_numbers_of_64_bits_keep_their_digits() -> None:
    values = np.array([4.12345678901e-4, 1.9e-6])
    assert in_power_of_ten(values, 6).tolist() == [412.345678901, 1.9]
    assert in_power_of_ten(values, 0).tolist() == values.tolist()


def test_numbers_of_32_bits_kept_in_64_are_such() -> None:
    assert in_power_of_ten(np.array([419.56399536132812]), 0).tolist() == [419.564]


@pytest.mark.parametrize(
    ("units", "power"),
    [("mol mol-1", 0), ("µmol mol-1", -6), ("μmol mol-¹", -6), ("micromol mol-1", -6), ("1e-6", -6), ("nanomol  mol-1", -9), ("ppt", -12)],
)
def test_units(units: str, power: int) -> None:
    assert power_of_units(units) == power


def test_unknown_units_are_named_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'ug m-3' is no unit of mole fractions"):
        power_of_units("ug m-3")
    with pytest.raises(ValueError, match=r"nearest: 'nmol mol-1'"):
        power_of_units("nmol mol-2")


@pytest.mark.parametrize(
    ("units", "number"),
    [
        ("seconds since 1970-01-01T00:00:00Z", 86400 * 18000 + 3600),
        ("seconds since 2019-04-14", 3600),
        ("minutes since 2019-04-14 00:30:00", 30),
        ("hours since 2019-4-13 UTC", 25),
        ("days since 2019-04-14T00:00:00+00:00", 1 / 24),
    ],
)
def test_times_in_cf_units(units: str, number: float) -> None:
    expected = np.datetime64("2019-04-14T01:00:00", "ns").astype(np.int64)
    assert decoded(np.array([number]), units, "standard").tolist() == [expected]


def test_times_that_are_none() -> None:
    assert decoded(np.array([np.nan, 1e30, -1e30]), "days since 1970-01-01", "").tolist() == [INVALID] * 3


@pytest.mark.parametrize(("units", "calendar"), [("fortnights since 1970-01-01", ""), ("seconds since 1970-01-01 +02:00", ""), ("s", "")])
def test_units_of_time_that_are_not_understood(units: str, calendar: str) -> None:
    with pytest.raises(ValueError, match="expected those of CF"):
        decoded(np.zeros(1), units, calendar)


def test_other_calendars_are_refused() -> None:
    with pytest.raises(ValueError, match="360_day"):
        decoded(np.zeros(1), "days since 1970-01-01", "360_day")


def ns(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


@pytest.mark.parametrize(
    ("stamp", "interval", "given_time", "start"),
    [
        ("start", "hour", "2020-02-01T03:00", "2020-02-01T03:00"),
        ("middle", "hour", "2020-02-01T03:30", "2020-02-01T03:00"),
        ("end", "hour", "2020-02-01T04:00", "2020-02-01T03:00"),
        ("middle", "day", "2020-02-01T12:00", "2020-02-01T00:00"),
        ("middle", "month", "2020-02-15T12:00", "2020-02-01T00:00"),
        ("end", "month", "2020-03-01T00:00", "2020-02-01T00:00"),
        ("middle", SAMPLE, "2020-02-01T03:30", "2020-02-01T03:30"),
    ],
)
def test_starts_of_intervals(stamp: str, interval: str, given_time: str, start: str) -> None:
    time = np.array([ns(given_time), INVALID])
    assert starts(time, stamp, interval).tolist() == [ns(start), INVALID]


def test_lengths_of_intervals() -> None:
    assert [interval_of_length(seconds) for seconds in (60, 3600, 86400, 30.5 * 86400, 2400)] == ["minute", "hour", "day", "month", None]
    hours = np.array([*(second * 10**9 for second in (0, 3600, 7200, 20 * 3600)), INVALID])
    assert interval_of_steps(hours) == "hour"
    assert interval_of_steps(hours[:1]) is None
