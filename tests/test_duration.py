"""Lengths of time."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from icos_core.duration import Duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(60, 60), (0.5, 0.5), ("60 s", 60), ("60s", 60), ("5 min", 300), ("1.5 h", 5400), ("1 d", 86400), ("-250 ms", -0.25), (" 2 h ", 7200)],
)
def test_reads(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["5 mins", "", "min", "5", True, None, [], "1e3 s", 1e300, float("nan"), "99999999999999 d"])
def test_refuses(text):
    with pytest.raises(ValueError, match="a length of time"):
        parse_duration(text)


def test_written_out_as_seconds_and_read_again():
    adapter = TypeAdapter(Duration)
    written = adapter.dump_python(timedelta(minutes=5), mode="json")
    assert written == 300.0
    assert adapter.validate_python(written) == timedelta(minutes=5)
    assert adapter.dump_python(timedelta(minutes=5)) == timedelta(minutes=5)
