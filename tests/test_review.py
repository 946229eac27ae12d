"""Which automatic flags no person has looked at, in the words that ``icos flag add`` takes."""

from datetime import timedelta

import numpy as np
import xarray as xr

from icos_core.running.review import unreviewed

START = np.datetime64("2024-01-01T00:00", "ns")


def stream(flags, origin=None, name="sst", step=60):
    time = START + np.arange(len(flags)) * np.timedelta64(step, "s")
    return xr.Dataset(
        {
            name: ("time", np.zeros(len(flags))),
            f"{name}_flag": ("time", np.array(flags, "i1")),
            f"{name}_flag_origin": ("time", np.array(origin or [0] * len(flags), "i1")),
        },
        coords={"time": ("time", time)},
    )


def test_stretches_are_half_open():
    rows = unreviewed({"measured": {"underway": stream([1, 3, 3, 1, 4, 2, 9, 4])}}).rows
    assert rows == (
        ("underway", "sst", "2024-01-01T00:01:00Z", "2024-01-01T00:03:00Z", "questionable", 2),
        ("underway", "sst", "2024-01-01T00:04:00Z", "2024-01-01T00:05:00Z", "bad", 1),
        ("underway", "sst", "2024-01-01T00:07:00Z", "2024-01-01T00:07:01Z", "bad", 1),
    )


def test_a_stretch_covers_its_rows_and_no_others():
    """What is listed, taken as a person's flag, meets exactly the rows that were counted."""
    flags = np.random.default_rng(1).choice([1, 2, 3, 4, 9], size=500)
    given = stream(list(flags))
    covered = np.zeros(500, dtype=bool)
    time = given["time"].values
    for _, _, start, end, word, count in unreviewed({"measured": {"s": given}}).rows:
        rows = (time >= np.datetime64(start[:-1])) & (time < np.datetime64(end[:-1]))
        assert rows.sum() == count
        assert set(flags[rows]) == {{"questionable": 3, "bad": 4}[word]}
        covered |= rows
    np.testing.assert_array_equal(covered, np.isin(flags, [3, 4]))


def test_flags_of_people_and_what_follows_from_others_are_not_listed():
    assert unreviewed({"measured": {"s": stream([4, 4, 4], [1, 2, 0])}}).rows == (
        ("s", "sst", "2024-01-01T00:02:00Z", "2024-01-01T00:02:01Z", "bad", 1),
    )


def test_what_a_later_stage_carries_on_is_listed_once():
    early, late = stream([1, 4, 4, 1, 1]), stream([1, 4, 4, 1, 4])
    rows = unreviewed({"measured": {"s": early}, "calibrated": {"s": late, "other": stream([3])}}).rows
    assert [(row[0], row[2][11:19], row[5]) for row in rows] == [("s", "00:01:00", 2), ("s", "00:04:00", 1), ("other", "00:00:00", 1)]


def test_rows_of_other_times_are_listed_though_the_name_is_the_same():
    rows = unreviewed({"measured": {"s": stream([4], step=60)}, "calibrated": {"s": stream([1, 4], step=1800)}}).rows
    assert [row[2] for row in rows] == ["2024-01-01T00:00:00Z", "2024-01-01T00:30:00Z"]


def test_times_are_those_of_the_instrument():
    (row,) = unreviewed({"measured": {"s": stream([4, 1])}}, {"s": timedelta(minutes=-10)}).rows
    assert row[2:4] == ("2024-01-01T00:10:00Z", "2024-01-01T00:11:00Z")


def test_fractions_of_a_second():
    given = stream([4, 1])
    given = given.assign_coords(time=START + np.array([1, 2], "m8[ns]"))
    (row,) = unreviewed({"measured": {"s": given}}).rows
    assert row[2:4] == ("2024-01-01T00:00:00.000000001Z", "2024-01-01T00:00:00.000000002Z")


def test_streams_without_time_or_flags():
    assert unreviewed({"product": {"p": xr.Dataset({"mean": ((), 1.0)})}, "measured": {"s": stream([4]).drop_vars("sst_flag")}}).rows == ()
