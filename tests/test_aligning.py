"""Channels in files of their own become rows, whatever the order and the borders of the files."""

from datetime import timedelta

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from icos_core.running.aligning import align, merge_channels, reach_of
from icos_core.running.merging import cut

EPOCH = np.datetime64("2024-01-01", "ns")
SECOND = np.timedelta64(1, "s")
NAMES = ("gas", "pressure", "signal", "temperature")


def moments(seconds):
    return EPOCH + np.round(np.asarray(seconds, dtype="f8") * 1000).astype("i8") * np.timedelta64(1, "ms")


def channel(name, seconds, values=None):
    """A channel whose values are its own times, so that every value is known again."""
    values = np.asarray(seconds if values is None else values, dtype="f8")
    if name == "gas":
        attrs = {"flag_values": np.array([0, 1], "i1"), "flag_meanings": "air cylinder"}
        return xr.Dataset({"gas": ("time", (values % 2).astype("i1"), attrs)}, coords={"time": ("time", moments(seconds))})
    return xr.Dataset({name: ("time", values, {"units": "1"})}, coords={"time": ("time", moments(seconds))})


def aligned(tolerance, **channels):
    ordered = [channel(name, channels[name]) for name in sorted(channels)]
    stream, told = align(ordered, timedelta(seconds=tolerance), "log")
    assert told == []
    return stream


def seconds_of(stream):
    return ((stream["time"].values - EPOCH) / SECOND).tolist()


def test_rows_of_several_channels_have_the_time_of_the_earliest():
    stream = aligned(1, pressure=[0.2, 10.2, 20.0], signal=[0.0, 10.3, 20.9], temperature=[0.4, 10.0, 20.5])
    assert seconds_of(stream) == [0.0, 10.0, 20.0]
    assert stream["temperature"].values.tolist() == [0.4, 10.0, 20.5]
    assert stream["pressure"].values.tolist() == [0.2, 10.2, 20.0]


def test_a_row_that_lacks_a_channel_is_missing_there():
    stream = aligned(1, gas=[0, 20], pressure=[0, 10, 20], signal=[10, 30])
    assert seconds_of(stream) == [0, 10, 20, 30]
    np.testing.assert_array_equal(stream["pressure"], [0, 10, 20, np.nan])
    np.testing.assert_array_equal(stream["signal"], [np.nan, 10, np.nan, 30])
    assert stream["gas"].values.tolist() == [0, -1, 0, -1]
    assert stream["gas"].attrs["flag_values"].tolist() == [0, 1, -1]
    assert stream["gas"].attrs["flag_meanings"] == "air cylinder missing"
    assert stream["gas"].dtype == np.int8


def test_the_word_for_missing_is_declared_whether_it_is_needed_or_not():
    """Periods of one station have to agree on the words."""
    assert aligned(1, gas=[0, 1])["gas"].attrs["flag_meanings"] == "air cylinder missing"


def test_the_tolerance_is_included_and_holds_within_a_row():
    assert seconds_of(aligned(1, pressure=[0], signal=[1])) == [0]
    assert seconds_of(aligned(1, pressure=[0], signal=[1.001])) == [0, 1.001]
    # Each is near the first, but they are too far from each other.
    assert seconds_of(aligned(1, pressure=[10], signal=[9.2], temperature=[10.6])) == [9.2, 10.6]
    assert seconds_of(aligned(0, pressure=[0, 10], signal=[0, 10.5])) == [0, 10, 10.5]


def test_channels_keep_in_step_where_the_tolerance_is_as_long_as_the_interval():
    second = np.arange(100.0)
    stream = aligned(1, pressure=second, signal=second + 0.3, temperature=second[1:] + 0.1)
    assert seconds_of(stream) == second.tolist()
    np.testing.assert_array_equal(stream["signal"], second + 0.3)
    np.testing.assert_array_equal(stream["temperature"], [np.nan, *(second[1:] + 0.1)])


def test_a_variable_in_two_channels_is_filled_from_either():
    """A logger that wrote all in one file on some days, and two rows of one time that differ."""
    both = xr.merge([channel("pressure", [0, 10, 20], [1, 2, np.nan]), channel("signal", [0, 10, 20], [4, 5, 6])])
    parts = [("both", both), ("one", channel("pressure", [10, 20, 30], [7, 3, 4]))]
    merged = merge_channels(parts, "log", timedelta(seconds=15))
    assert seconds_of(merged.stream) == [0, 10, 20, 30]
    np.testing.assert_array_equal(merged.stream["pressure"], [1, 7, 3, 4])
    np.testing.assert_array_equal(merged.stream["signal"], [4, 5, 6, np.nan])
    assert merged.conflicts == 1
    assert [problem.message for problem in merged.problems] == ["log: another pressure of 2024-01-01T00:00:10Z was kept"]
    before = merge_channels(parts, "log", timedelta(seconds=15), window=(EPOCH, EPOCH + 10 * SECOND))
    assert before.conflicts == 0


times = st.lists(st.integers(0, 240).map(lambda quarter: quarter / 4), unique=True, min_size=1, max_size=25).map(sorted)


@st.composite
def channels(draw):
    names = draw(st.lists(st.sampled_from(NAMES[1:]), unique=True, min_size=1))
    return [channel(name, draw(times)) for name in sorted(names)]


@settings(deadline=None)
@given(given_channels=channels(), tolerance=st.sampled_from([0.0, 0.25, 1.0, 5.0]))
def test_every_value_is_in_one_row_and_rows_hold_together(given_channels, tolerance):
    stream, _ = align(given_channels, timedelta(seconds=tolerance), "log")
    time = np.array(seconds_of(stream))
    assert (np.diff(time) > 0).all()
    table = np.array([stream[str(name)].values for name in stream.data_vars])
    for each in given_channels:
        name = str(next(iter(each.data_vars)))
        values = stream[name].values
        assert sorted(values[~np.isnan(values)]) == each[name].values.tolist()
    np.testing.assert_array_equal(np.nanmin(table, axis=0), time)
    assert (np.nanmax(table, axis=0) - time <= tolerance).all()


@settings(deadline=None)
@given(given_channels=channels(), tolerance=st.sampled_from([0.25, 1.0, 5.0]), data=st.data())
def test_cuts_and_order_of_files_make_no_difference(given_channels, tolerance, data):
    pieces = []
    for number, each in enumerate(given_channels):
        border = data.draw(st.integers(0, each.sizes["time"]))
        halves = [each.isel(time=slice(None, border)), each.isel(time=slice(border, None))]
        pieces += [(f"{number}-{half}.txt", piece) for half, piece in enumerate(halves)]
    limit = timedelta(seconds=tolerance)
    merged = merge_channels(data.draw(st.permutations(pieces)), "log", limit)
    whole, _ = align(given_channels, limit, "log")
    xr.testing.assert_identical(merged.stream, whole)


@settings(deadline=None)
@given(given_channels=channels(), tolerance=st.sampled_from([0.25, 1.0]), start=st.integers(0, 60), length=st.integers(1, 30))
def test_a_stretch_gives_the_rows_of_the_whole(given_channels, tolerance, start, length):
    """Periods see the rows of their time and of the reach around it."""
    limit = timedelta(seconds=tolerance)
    first, last = EPOCH + start * SECOND, EPOCH + (start + length) * SECOND
    reach = np.timedelta64(reach_of(limit, len(given_channels)), "ns")
    parts = [(str(number), cut(each, first - reach, last + reach)) for number, each in enumerate(given_channels)]
    parts = [part for part in parts if part[1].sizes["time"]]
    whole = cut(align(given_channels, limit, "log")[0], first, last)
    if not parts:
        assert whole.sizes["time"] == 0
        return
    stretch = cut(merge_channels(parts, "log", limit).stream, first, last)
    assert stretch["time"].values.tolist() == whole["time"].values.tolist()
    for name in whole.data_vars:
        np.testing.assert_array_equal(stretch[name] if name in stretch else np.full(whole.sizes["time"], np.nan), whole[name])


def test_reach():
    assert reach_of(timedelta(seconds=5), 3) == timedelta(seconds=30)


@pytest.mark.parametrize("count", [200_000])
def test_many_rows(count):
    second = np.arange(float(count))
    stream = aligned(0.5, pressure=second, signal=second + 0.25, temperature=second[::2] + 0.1)
    assert stream.sizes["time"] == count
