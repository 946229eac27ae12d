"""Times as membrane sensors and their loggers write them."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ocean.readers.stamped_time import parse_stamps

from icos_core.raw_text.instrument_clock import INVALID


def nanoseconds(text):
    return np.datetime64(text, "ns").astype(np.int64)


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        (b"2014/02/17 00:58:14", "2014-02-17T00:58:14"),
        (b"2014/02/17 00:58:14.840", "2014-02-17T00:58:14.840"),
        (b"2014/02/17 00:58:14.000001", "2014-02-17T00:58:14.000001"),
        (b"2014,02,17,00,58,14", "2014-02-17T00:58:14"),
        (b"2014,2,7,0,58,4", "2014-02-07T00:58:04"),
        (b"2016/02/29 23:59:59", "2016-02-29T23:59:59"),
    ],
)
def test_times(stamp, moment):
    assert parse_stamps([stamp]).tolist() == [nanoseconds(moment)]


@pytest.mark.parametrize(
    "stamp", [b"", b"2014/02/30 00:58:14", b"2014/13/01 00:58:14", b"3765/07/27 01:00:11", b"2014/02/17 24:00:00", b"2014,2,30,0,0,0", b"x"]
)
def test_what_is_no_time(stamp):
    assert parse_stamps([stamp]).tolist() == [INVALID]


@given(st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)), min_size=1))  # noqa: DTZ001  # as they are written
def test_any_time(moments):
    whole = [moment.replace(microsecond=0) for moment in moments]
    expected = [nanoseconds(moment.isoformat()) for moment in whole]
    assert parse_stamps([f"{moment:%Y,%m,%d,%H,%M,%S}".encode() for moment in whole]).tolist() == expected
    fractions = parse_stamps([f"{moment:%Y/%m/%d %H:%M:%S.%f}".encode() for moment in moments])
    assert fractions.tolist() == [nanoseconds(moment.isoformat()) for moment in moments]


def test_none():
    assert parse_stamps([]).size == 0
