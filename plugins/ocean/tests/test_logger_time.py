"""The time that a logger puts in front of a line."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ocean.readers.logger_time import FORMS, form_of, logger_times

from icos_core.raw_text.byte_fields import Pieces
from icos_core.raw_text.instrument_clock import INVALID

WRITTEN = {
    "iso": lambda time: f"{time:%Y-%m-%dT%H:%M:%S.%f}Z",
    "scs": lambda time: f"{time:%m/%d/%Y,%H:%M:%S.%f}",
    "rvdas": lambda time: f"{time:%y+%j:%H:%M:%S.%f}",
    "unix": lambda time: f"{(time - datetime(1970, 1, 1)) // timedelta(microseconds=1) / 1e6:.6f}",  # noqa: DTZ001  # UTC throughout
}


def pieces(texts):
    data = np.frombuffer("\n".join([*texts, ""]).encode("latin-1"), dtype=np.uint8)
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    return Pieces(data, ends - [len(text) for text in texts], ends)


def read(text, form):
    time, rest = logger_times(pieces([text]), form)
    return int(time[0]), rest.text(0)


@pytest.mark.parametrize("form", WRITTEN)
@given(time=st.datetimes(datetime(2001, 9, 10), datetime(2068, 12, 31)))  # noqa: DTZ001
def test_times_are_read_as_written(form, time):
    found, rest = read(f"{WRITTEN[form](time)} $GPZDA,1", form)
    assert abs(found - int(np.datetime64(time, "ns").astype(np.int64))) <= (500 if form == "unix" else 0)
    assert rest == "$GPZDA,1"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2014-08-01T00:00:01Z,x", "iso"),
        ("2014-08-01 00:00:01 x", "iso"),
        ("2014-08-01T00:00:01+00:00\tx", "iso"),
        ("08/01/2014,00:00:01,x", "scs"),
        ("14+213:00:00:01 x", "rvdas"),
        ("1406851201 x", "unix"),
    ],
)
def test_forms(text, form):
    assert read(text, form) == (1_406_851_201_000_000_000, "x")
    assert form_of(pieces([text])) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2014-02-30T00:00:01Z x", "iso"),
        ("2014-13-01T00:00:01Z x", "iso"),
        ("2014-08-01T24:00:01Z x", "iso"),
        ("2014-08-01T00:60:01Z x", "iso"),
        ("2014-08-01T00:00:61Z x", "iso"),
        ("2014-08-01T00:00:01+02:00 x", "iso"),
        ("2014-08-01T00:00:01Zx", "iso"),
        ("2014-08-01T00:00", "iso"),
        ("0014-08-01T00:00:01Z x", "iso"),
        ("13/01/2014,00:00:01,x", "scs"),
        ("14+000:00:00:01 x", "rvdas"),
        ("14+366:00:00:01 x", "rvdas"),
        ("14068512010 x", "unix"),
        ("", "iso"),
        ("$GPZDA,1", "iso"),
    ],
)
def test_what_is_no_time(text, form):
    assert read(text, form) == (INVALID, text)


def test_the_last_day_of_a_leap_year():
    assert read("16+366:00:00:00 x", "rvdas")[0] == int(np.datetime64("2016-12-31", "ns").astype(np.int64))


def test_examples_are_of_their_form():
    for form, example in FORMS.items():
        assert form_of(pieces([f"{example} 1.0"] * 3)) == form
    assert form_of(pieces(["21.8, 5.1"])) == "none"
    assert form_of(pieces([])) == "none"


def test_a_time_alone_leaves_nothing():
    assert read("2014-08-01T00:00:01Z", "iso")[1] == ""
