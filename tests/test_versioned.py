"""Values that change with time."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from icos_core.versioned import Options, Versioned, moments, overlaps, valid_within


class Gain(Versioned):
    name: str = "a"
    value: float = 1.0


class Calibration(Options):
    gains: tuple[Gain, ...] = ()
    by_port: dict[str, Gain] = {}
    nested: tuple[tuple[Gain, ...], ...] = ()
    scale: float = 2.0


def day(number):
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number)


def day64(number):
    return np.datetime64("2024-01-01", "ns") + np.timedelta64(number, "D")


def test_mistyped_keys_are_refused():
    with pytest.raises(ValidationError, match="valid_form"):
        Gain(valid_form=day(0))


def test_ends_in_order():
    for end in (0, 1):
        with pytest.raises(ValidationError, match="valid_from must be before valid_to"):
            Gain(valid_from=day(1), valid_to=day(end))


def test_a_bare_number_is_no_time():
    with pytest.raises(ValidationError, match="a time with its offset"):
        Gain(valid_from=2024)


def test_times_need_an_offset():
    with pytest.raises(ValidationError):
        Gain(valid_from=datetime(2024, 1, 1))  # noqa: DTZ001  # that is the mistake


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(None, None, [1, 1, 1, 1]), (1, None, [0, 1, 1, 1]), (None, 2, [1, 1, 0, 0]), (1, 2, [0, 1, 0, 0]), (7, 9, [0, 0, 0, 0])],
)
def test_covers_from_the_start_to_before_the_end(start, end, expected):
    gain = Gain(valid_from=None if start is None else day(start), valid_to=None if end is None else day(end))
    time = np.array([day64(number) for number in range(4)])
    assert gain.covers(time).astype(int).tolist() == expected


def test_covers_in_other_time_zones():
    gain = Gain(valid_from=datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    assert gain.covers(np.array(["2023-12-31T23:59:59", "2024-01-01T00:00:00"], "M8[ns]")).tolist() == [False, True]


@pytest.mark.parametrize("year", [9999, 2300, 1])
def test_years_beyond_what_nanoseconds_can_hold(year):
    """People write 9999-12-31 for "until further notice"; as nanoseconds it would be the year 1816."""
    moment = datetime(year, 12, 31, tzinfo=UTC)
    time = np.array([day64(0)])
    assert Gain(valid_to=moment).covers(time).item() is (year > 2024)
    assert Gain(valid_from=moment).covers(time).item() is (year < 2024)
    assert bool(valid_within(Calibration(gains=(Gain(valid_to=moment),)), day64(0), day64(1))["gains"]) is (year > 2024)


def test_overlaps_of_one_key():
    first, second, other = Gain(valid_to=day(2)), Gain(valid_from=day(1)), Gain(name="b", valid_from=day(1))
    assert list(overlaps([first, second, other], key=lambda gain: gain.name)) == [(first, second)]
    assert list(overlaps([first, Gain(valid_from=day(2))], key=lambda gain: gain.name)) == []


def test_only_what_is_valid_is_part_of_a_key():
    options = Calibration(
        gains=(Gain(value=1, valid_to=day(1)), Gain(value=2, valid_from=day(1), valid_to=day(3)), Gain(value=3, valid_from=day(3))),
        by_port={"in": Gain(value=4, valid_to=day(1)), "out": Gain(value=5)},
        nested=((Gain(value=6, valid_from=day(5)),),),
    )
    within = valid_within(options, day64(1), day64(3))
    assert [gain["value"] for gain in within["gains"]] == [2]
    assert list(within["by_port"]) == ["out"]
    assert within["nested"] == [[]]
    assert within["scale"] == 2.0


times = st.none() | st.integers(0, 9)


@settings(deadline=None)
@given(data=st.data())
def test_between_moments_nothing_changes(data):
    """Intervals that the same moments surround, by the rule that the planning of periods uses, see the same options."""
    gains = []
    for value in range(data.draw(st.integers(0, 4))):
        start, end = data.draw(st.tuples(times, times).filter(lambda pair: None in pair or pair[0] < pair[1]))
        gains.append(Gain(value=value, valid_from=None if start is None else day(start), valid_to=None if end is None else day(end)))
    options = Calibration(gains=tuple(gains))
    borders = np.array(sorted(moments(options)), dtype="M8[ns]")
    seen = {}
    for start in range(-1, 10):
        for end in range(start + 1, 11):
            begin, until = day64(start), day64(end)
            stretch = (int(np.searchsorted(borders, begin, side="right")), int(np.searchsorted(borders, until, side="left")))
            assert seen.setdefault(stretch, valid_within(options, begin, until)) == valid_within(options, begin, until)
            # What a row of the interval may use is there.
            inside = np.arange(begin, until, np.timedelta64(6, "h"))
            used = [gain.value for gain in gains if gain.covers(inside).any()]
            assert used == [gain["value"] for gain in valid_within(options, begin, until)["gains"]]


def test_moments_of_everything():
    options = Calibration(gains=(Gain(valid_from=day(1)),), by_port={"in": Gain(valid_to=day(2))}, nested=((Gain(valid_from=day(3)),),))
    assert moments(options) == {day64(1), day64(2), day64(3)}
    assert moments(Calibration()) == set()
