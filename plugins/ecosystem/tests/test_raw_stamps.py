"""Dates and times from bytes: every form that loggers write, row by row with or without a fraction, and what is none."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from icos_ecosystem.readers.raw_stamps import days_from_civil, parse_stamps, parse_times_of_day

from icos_core.raw_text.byte_fields import Pieces
from icos_core.raw_text.instrument_clock import INVALID, DateFormat


def pieces(*texts: str) -> Pieces:
    data = "\n".join(texts).encode("latin-1") + b"\n"
    lengths = np.array([len(text) for text in texts])
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]])
    return Pieces(np.frombuffer(data, dtype=np.uint8), starts, starts + lengths)


def parse(*texts: str, form: str = "yyyy-mm-dd") -> list[str | None]:
    found = parse_stamps(pieces(*texts), DateFormat.from_text(form))
    return [None if each == INVALID else str(np.datetime64(int(each), "ns"))[:23] for each in found.tolist()]


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2018-07-20 08:30:00", "yyyy-mm-dd", "2018-07-20T08:30:00.000"),
        ("2018-07-20T08:30:00.100000Z", "yyyy-mm-dd", "2018-07-20T08:30:00.100"),
        ('"2018-07-20 08:30:00.05"', "yyyy-mm-dd", "2018-07-20T08:30:00.050"),
        (" 2018/7/2  8:30 ", "yyyy-mm-dd", "2018-07-02T08:30:00.000"),
        ("20.07.2018 08:30:00,25", "dd.mm.yyyy", "2018-07-20T08:30:00.250"),
        ("07/20/18 08:30:00", "mm/dd/yy", "2018-07-20T08:30:00.000"),
        ("07/20/85", "mm/dd/yy", "1985-07-20T00:00:00.000"),
        ("20180720083000", "yyyymmdd", "2018-07-20T08:30:00.000"),
        ("201807200830", "yyyymmdd", "2018-07-20T08:30:00.000"),
        ("20180720 0830", "yyyymmdd", "2018-07-20T08:30:00.000"),
        ("2018-07-20", "yyyy-mm-dd", "2018-07-20T00:00:00.000"),
        ("2000-02-29 00:00:00", "yyyy-mm-dd", "2000-02-29T00:00:00.000"),
        ("2018-07-20 08:30:00.1234567891", "yyyy-mm-dd", "2018-07-20T08:30:00.123"),
    ],
)
def test_forms(text: str, form: str, expected: str) -> None:
    assert parse(text, form=form) == [expected]


@pytest.mark.parametrize(
    "text",
    ["", "x", "2018-02-30 00:00:00", "1900-01-01", "2018-13-01", "2018-07-20 24:00:00", "2018-07-20 08:60:00", "2018-07-20 08:30:60",
     "2018-07-20 08:30:00.", "20.07.2018", "2018-07-20 08:30:00+01:00", "2100-02-29", "9" * 41, "\xb2018-07-20"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert parse(text) == [None]


def test_rows_need_not_be_alike() -> None:
    texts = ["2018-07-20 08:30:00", "2018-07-20 08:30:00.1", "", "2018-07-20T08:30:01", "2018-7-20 08:30:02.25", "2018-07-20 08:30:0x"] * 30
    found = parse(*texts)
    ends = ["00.000", "00.100", None, "01.000", "02.250", None] * 30
    assert found == [None if end is None else f"2018-07-20T08:30:{end}" for end in ends]


def test_many_kinds_of_damage_in_one_length() -> None:
    # More layouts than are tried at once.
    texts = [f"2018-07-20{mark}08:30:{second:02d}" for second, mark in enumerate("abcdefghijklm T")]
    assert [each is not None for each in parse(*texts)] == [False] * 13 + [True, True]


def test_days_of_two_centuries() -> None:
    # Against the standard library, the days before and after each of them among them.
    first = date(1969, 12, 1).toordinal()
    days = [date.fromordinal(first) + timedelta(days=step) for step in range(0, 85_000, 11)]
    year, month, day = (np.array([getattr(each, part) for each in days]) for part in ("year", "month", "day"))
    expected = [each.toordinal() - date(1970, 1, 1).toordinal() if 1970 <= each.year <= 2199 else INVALID for each in days]
    np.testing.assert_array_equal(days_from_civil(year, month, day), expected)


def test_times_of_day() -> None:
    found = parse_times_of_day(pieces("08:30", "8:30:00.5", "083000", "24:00", "", "8.30"))
    hours = (found[:3] / 3.6e12).tolist()
    assert hours == pytest.approx([8.5, 8.5 + 0.5 / 3600, 8.5], rel=1e-15)
    assert (found[3:] == INVALID).all()
