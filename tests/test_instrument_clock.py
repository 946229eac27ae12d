"""Dates and times of instruments."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates, parse_times

EPOCH = date(1970, 1, 1)


def days(year, month, day):
    return (date(year, month, day) - EPOCH).days


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("dd/mm/yy", "06/07/19"),
        ("dd/mm/yy", "6.7.19"),
        ("dd/mm/yy", "060719"),
        ("DD/MM/YYYY", "06-07-2019"),
        ("dd.mm.yyyy", "06/07/2019"),
        ("dd.mm.yyyy", " 06.07.2019 "),
        ("mm/dd/yy", "07/06/19"),
        ("mm/dd/yyyy", "7/6/2019"),
        ("yyyy-mm-dd", "2019-07-06"),
        ("yyyymmdd", "20190706"),
        ("yy/mm/dd", "19/07/06"),
        ("ddmmyyyy", "06072019"),
    ],
)
def test_dates_of_every_order(text, written):
    assert DateFormat.from_text(text).days(written) == days(2019, 7, 6)


@pytest.mark.parametrize("text", ["dd/mm", "dd/mm/yyy", "mm/mm/yy", "d/m/y", "HH:MM", "", "dd/yy/mm"])
def test_what_is_no_date_format(text):
    with pytest.raises(ValueError, match=r"no date format.*nearest"):
        DateFormat.from_text(text)


def test_two_digit_years_follow_posix():
    assert DateFormat.from_text("dd/mm/yy").days("01/01/69") == days(2069, 1, 1)
    assert DateFormat.from_text("dd/mm/yy").days("01/01/70") == days(1970, 1, 1)


@pytest.mark.parametrize(
    "written", ["", "-", "00/00/00", "31/02/19", "06/07/2019", "06/07", "06/07/19/01", "٠٦/07/19", "06:07:19", "1e1/1/19"]
)
def test_what_is_no_date(written):
    assert DateFormat.from_text("dd/mm/yy").days(written) == INVALID


@pytest.mark.parametrize("written", ["01/01/0019", "01/01/1969", "01/01/2200", "01/01/9999"])
def test_years_of_no_instrument(written):
    assert DateFormat.from_text("dd/mm/yyyy").days(written) == INVALID


def test_a_date_contradicts_the_format_only_if_it_is_one_in_another():
    declared = DateFormat.from_text("dd/mm/yy")
    assert declared.contradicted_by("07/25/19")
    assert declared.contradicted_by("25/07/2019")
    assert declared.contradicted_by("2019-07-25")
    assert not declared.contradicted_by("25/07/19")
    assert not declared.contradicted_by("99/99/99")
    assert not declared.contradicted_by("H")


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.sampled_from(["dd/mm/yy", "mm.dd.yyyy", "yyyy-mm-dd", "yy mm dd"]))
def test_every_date_is_read_as_it_was_written(day, text):
    separator = next((mark for mark in "/.- " if mark in text), "")
    parts = {"d": f"{day:%d}", "m": f"{day:%m}", "y": f"{day.year:04d}" if "yyyy" in text else f"{day.year % 100:02d}"}
    written = separator.join(parts[letter] for letter in dict.fromkeys(text.replace(separator, "")))
    assert DateFormat.from_text(text).days(written) == (day - EPOCH).days


def test_times_of_day():
    texts = ["11:04:09", "1:04:09", "11:04", "110409", "11:04:09.5", "110409.25", " 23:59:59", "00:00:00"]
    seconds = [39849, 3849, 39840, 39849, 39849.5, 39849.25, 86399, 0]
    np.testing.assert_array_equal(parse_times(texts), [int(second * 1e9) for second in seconds])


def test_what_is_no_time():
    texts = [
        "",
        "24:00:00",
        "23:60:00",
        "23:59:60",
        "11.04.09",
        "11:04:0",
        "H",
        "-1:00:00",
        "11:04:09x",
        "١١:04:09",
        "0/:00:00",
        "1104",
        "11:04:09:1",
    ]
    assert (parse_times(texts) == INVALID).all()
    assert parse_times([]).shape == (0,)


@given(st.lists(st.timedeltas(timedelta(0), timedelta(seconds=86399)), min_size=1))
def test_every_time_is_read_as_it_was_written(moments):
    seconds = [int(moment.total_seconds()) for moment in moments]
    texts = [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in seconds]
    np.testing.assert_array_equal(parse_times(texts), np.array(seconds) * 1_000_000_000)


@given(st.lists(st.text(max_size=12), min_size=1))
def test_no_text_raises(texts):
    assert parse_times(texts).shape == (len(texts),)
    assert parse_dates(texts, DateFormat.from_text("dd/mm/yy")).shape == (len(texts),)
