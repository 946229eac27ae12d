"""Times of files and rows: formats of names, start, middle and end, and grids without accumulated error."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.readers.raw_clock import (
    ClockOptions,
    common_step,
    regular_times,
    span_from_name,
    stamp_of_name,
    start_from_name,
    to_interval_start,
)
from pydantic import ValidationError

from icos_core.exceptions import InputError
from icos_core.raw_text.instrument_clock import INVALID


def moment(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


def test_the_two_traps() -> None:
    # The name of DE-HoH's file is the end of its half hour, that of Finse's the start.
    name = Path("DE-HoH_EC_201907301200_v01.csv")
    options = ClockOptions(frequency=20.0, file_time="end", name_format="??????????YYYYMMDDhhmm*")
    assert start_from_name(name, options, 36000) == moment("2019-07-30T11:30")
    name = Path("2018-07-20T083000.csv")
    options = ClockOptions(frequency=10.0, name_format="YYYY-MM-DDThhmmss*")
    assert start_from_name(name, options, 18000) == moment("2018-07-20T08:30")


@pytest.mark.parametrize(
    ("name", "name_format", "expected"),
    [
        ("W20163281404.slt", "?YYYYDOYhhmm*", "2016-11-23T14:04"),
        ("TOA5_6843.ts_Above_2012_06_07_1245.dat", "*_YYYY_MM_DD_hhmm*", "2012-06-07T12:45"),
        ("2016-12-11T200000_AIU-1359.ghg", "YYYY-MM-DDThhmmss*", "2016-12-11T20:00"),
        ("site_190730.raw", "site_YYMMDD.raw", "2019-07-30"),
        ("x_850730", "x_YYMMDD", "1985-07-30"),
        ("201907302400.csv", "YYYYMMDDhhmm*", "2019-07-31"),
        ("2020366.csv", "YYYYDOY*", "2020-12-31"),
        ("a+b(1)_20190730", "a+b(1)_YYYYMMDD", "2019-07-30"),
    ],
)
def test_formats_of_names(name: str, name_format: str, expected: str) -> None:
    assert stamp_of_name(name, ClockOptions(name_format=name_format)) == moment(expected)
    assert stamp_of_name(name, ClockOptions(name_format=name_format, utc_offset=1.5)) == moment(expected) - 5400 * 10**9


@pytest.mark.parametrize(
    ("name", "name_format", "message"),
    [
        ("20190730.csv", "YYYYMMDDhhmm*", "does not have the format name_format = 'YYYYMMDDhhmm"),
        ("20190231.csv", "YYYYMMDD*", "no time that there is"),
        ("2019366.csv", "YYYYDOY*", "no time that there is"),
        ("201907302401.csv", "YYYYMMDDhhmm*", "no time that there is"),
        ("201907301260.csv", "YYYYMMDDhhmm*", "no time that there is"),
        ("99990101.csv", "YYYYMMDD*", "no time that there is"),
        ("0000.csv", None, "name_format says where it stands"),
    ],
)
def test_names_without_a_time(name: str, name_format: str | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        stamp_of_name(name, ClockOptions(name_format=name_format))


@pytest.mark.parametrize(
    ("name_format", "message"), [("YYYY", "holds no day"), ("MMDDhhmm", "holds no day"), ("YYYYMMDDMM", "has MM twice")]
)
def test_formats_that_cannot_be(name_format: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ClockOptions(name_format=name_format)


def test_a_file_may_be_shorter_than_it_should() -> None:
    options: dict[str, Any] = {"frequency": 10.0, "name_format": "YYYYMMDDhhmm*"}
    name = Path("201907301200.csv")
    # Without a stated duration the rows tell, with one they do not.
    assert start_from_name(name, ClockOptions(**options, file_time="end"), 6000) == moment("2019-07-30T11:50")
    assert start_from_name(name, ClockOptions(**options, file_time="end", file_duration="30 min"), 6000) == moment("2019-07-30T11:30")
    assert start_from_name(name, ClockOptions(**options, file_time="middle", file_duration="30 min"), 6000) == moment("2019-07-30T11:45")
    with pytest.raises(InputError, match="frequency or file_duration is needed"):
        start_from_name(name, ClockOptions(name_format="YYYYMMDDhhmm*", file_time="end"), 1)


def test_span_from_the_name_alone() -> None:
    options = ClockOptions(frequency=10.0, name_format="YYYYMMDDhhmm*", file_duration=timedelta(minutes=30))
    span = span_from_name(Path("201907301200.csv"), options)
    assert span is not None
    assert span.start == np.datetime64("2019-07-30T12:00")
    assert span.end == np.datetime64("2019-07-30T12:29:59.9")
    assert span_from_name(Path("201907301200.csv"), ClockOptions(frequency=10.0, name_format="YYYYMMDDhhmm*")) is None


@given(st.fractions(min_value=Fraction(1, 10), max_value=200, max_denominator=64), st.integers(0, 400_000))
def test_grids_are_exact(frequency: Fraction, index: int) -> None:
    step = 10**9 / Fraction(repr(float(frequency))).limit_denominator(10**6)
    found = int(regular_times(7, index + 1, float(frequency))[-1]) - 7
    assert abs(Fraction(found) - index * step) <= Fraction(1, 2)


def test_a_day_at_7_8125_hertz_ends_where_it_should() -> None:
    # 128 ms a row: every step is exact, as is the sum.
    times = regular_times(0, 675_000, 7.8125)
    assert (np.diff(times) == 128_000_000).all()
    assert times[-1] == 674_999 * 128_000_000


@pytest.mark.parametrize(("row_time", "expected"), [("start", 0), ("middle", -25_000_000), ("end", -50_000_000)])
def test_starts_of_intervals(row_time: str, expected: int) -> None:
    times = moment("2019-07-30T12:00") + np.arange(4) * 50_000_000
    for options in (ClockOptions(row_time=row_time, frequency=20.0), ClockOptions(row_time=row_time)):
        np.testing.assert_array_equal(to_interval_start(times, options), times + expected)
    shifted = to_interval_start(times, ClockOptions(row_time=row_time, frequency=20.0, utc_offset=-3.0))
    np.testing.assert_array_equal(shifted, times + expected + 3 * 3600 * 10**9)


def test_intervals_of_slow_tables() -> None:
    times = np.array([moment("2019-07-30T12:30"), INVALID])
    found = to_interval_start(times, ClockOptions(row_time="end", interval="30 min"))
    np.testing.assert_array_equal(found, [moment("2019-07-30T12:00"), INVALID])
    found = to_interval_start(times, ClockOptions(row_time="end", interval="30 min"), Fraction(10**9))
    assert found[0] == moment("2019-07-30T12:29:59")


def test_the_most_common_step() -> None:
    assert common_step(np.array([0, 10, 20, 30, 35, 100, 90, INVALID])) == 10
    assert common_step(np.array([5])) == common_step(np.array([5, 5])) == 0
