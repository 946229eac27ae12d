"""Joining one input onto another: nearest, linear, mean; limits; angles; good values only."""

from datetime import timedelta

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE
from icos_core.exceptions import DataError
from icos_core.running.joins import is_circular, join

EPOCH = np.datetime64("2024-01-01", "ns")


def target(*seconds):
    time = EPOCH + (np.array(seconds, dtype="f8") * 1e9).astype("i8").astype("m8[ns]")
    return xr.Dataset({"sst": ("time", np.zeros(len(seconds)))}, coords={"time": ("time", time)})


def source(rows, flags=None, name="pressure", **attrs):
    """Return a stream of second → value."""
    stream = target(*rows).drop_vars("sst").assign({name: ("time", np.array(list(rows.values()), dtype="f8"), {"units": "hPa"} | attrs)})
    return stream if flags is None else stream.assign({f"{name}_flag": ("time", np.array(flags, dtype="i1"))})


def brought(method, limit, onto, stream):
    joined, names = join(onto, stream, method, timedelta(seconds=limit))
    (name,) = names
    return joined[name].values, joined[f"{name}_source"].values


def test_nearest():
    """Of 3 s and 8 s, within 2.5 s; at 5.5 s both are equally close, and the earlier one is taken."""
    values, kind = brought("nearest", 2.5, target(0, 0.5, 3, 5, 5.5, 6, 8, 10.5, 11), source({3: 1.0, 8: 3.0}))
    np.testing.assert_array_equal(values, [np.nan, 1, 1, 1, 1, 3, 3, 3, np.nan])
    np.testing.assert_array_equal(kind, [1, 1, 0, 1, 1, 1, 0, 1, 1])


def test_linear():
    """Between 3 s and 8 s, and no further."""
    values, kind = brought("linear", 5, target(2, 3, 5, 7, 8, 9), source({3: 1.0, 8: 3.0}))
    np.testing.assert_allclose(values, [np.nan, 1, 1.8, 2.6, 3, np.nan], rtol=1e-15)
    np.testing.assert_array_equal(kind, [1, 0, 1, 1, 0, 1])


def test_linear_asks_for_both_neighbours_within_the_limit():
    values, _ = brought("linear", 4, target(3.9, 4, 5, 7, 7.1), source({3: 1.0, 8: 3.0}))
    np.testing.assert_allclose(values, [np.nan, 1.4, 1.8, 2.6, np.nan], rtol=1e-15)


def test_mean():
    """Of all values within 5 s, those at the limit among them."""
    values, kind = brought("mean", 5, target(-3, -2, 3, 8, 12, 13, 13.1), source({3: 1.0, 8: 3.0}))
    np.testing.assert_allclose(values, [np.nan, 1, 2, 2, 3, 3, np.nan], rtol=1e-15)
    np.testing.assert_array_equal(kind, [1, 1, 1, 1, 1, 1, 1])


def test_a_mean_of_one_value_of_that_very_time_is_measured():
    values, kind = brought("mean", 1, target(3, 4), source({3: 0.1, 8: 3.0}))
    np.testing.assert_array_equal(values, [0.1, 0.1])
    np.testing.assert_array_equal(kind, [0, 1])


@pytest.mark.parametrize("method", ["nearest", "linear", "mean"])
@settings(deadline=None)
@given(data=st.data())
def test_against_a_plain_loop(method, data):
    seconds = st.lists(st.integers(0, 40), unique=True, max_size=12).map(sorted)
    rows = {second: data.draw(st.floats(-100, 100)) for second in data.draw(seconds)}
    wanted = data.draw(seconds)
    limit = data.draw(st.integers(1, 20))
    values, kind = brought(method, limit, target(*wanted), source(rows))
    for second, value, flag in zip(wanted, values, kind, strict=True):
        expected = {"nearest": loop_nearest, "linear": loop_linear, "mean": loop_mean}[method](rows, second, limit)
        if expected is None:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)
        alone = [other for other in rows if abs(other - second) <= limit] == [second]
        assert flag == (0 if second in rows and (method != "mean" or alone) else 1)


def loop_nearest(rows, second, limit):
    near = sorted((abs(other - second), other) for other in rows if abs(other - second) <= limit)
    return rows[near[0][1]] if near else None


def loop_linear(rows, second, limit):
    if second in rows:
        return rows[second]
    before = max((other for other in rows if other < second), default=None)
    after = min((other for other in rows if other > second), default=None)
    if before is None or after is None or second - before > limit or after - second > limit:
        return None
    return rows[before] * (after - second) / (after - before) + rows[after] * (second - before) / (after - before)


def loop_mean(rows, second, limit):
    near = [value for other, value in rows.items() if abs(other - second) <= limit]
    return sum(near) / len(near) if near else None


@pytest.mark.parametrize("method", ["nearest", "linear", "mean"])
def test_nothing_to_join(method):
    onto = target(0, 1)
    for stream in (source({}), source({0: np.nan, 1: np.nan}), source({0: 1.0}, [BAD])):
        values, kind = brought(method, 5, onto, stream)
        assert np.isnan(values).all()
        assert kind.tolist() == [1, 1]
    values, kind = brought(method, 5, target(), source({0: 1.0}))
    assert values.shape == kind.shape == (0,)


@pytest.mark.parametrize("method", ["nearest", "linear", "mean"])
def test_only_good_values_are_used(method):
    rows = {0: 1.0, 1: 99.0, 2: 98.0, 3: 97.0, 4: np.nan, 5: 1.0}
    values, kind = brought(method, 10, target(2), source(rows, [GOOD, QUESTIONABLE, BAD, BAD, MISSING, NOT_EVALUATED]))
    np.testing.assert_allclose(values, [1.0])
    assert kind.tolist() == [1]


def test_each_variable_has_its_own_good_rows():
    stream = source({0: 1.0, 2: 3.0}).assign(speed=("time", [np.nan, 5.0]))
    joined, names = join(target(0), stream, "nearest", timedelta(seconds=5))
    assert names == ("pressure", "speed")
    assert (joined["pressure"].item(), joined["pressure_source"].item()) == (1.0, 0)
    assert (joined["speed"].item(), joined["speed_source"].item()) == (5.0, 1)


ANGLE = {"units": "degree", "standard_name": "wind_from_direction"}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(350, 10, 352.5), (10, 350, 7.5), (0, 90, 11.25), (359, 1, 359.25), (180, 181, 180.125), (-170, 170, -172.5), (170, -170, 172.5)],
)
def test_angles_take_the_shorter_way(start, end, expected):
    """An eighth of the way."""
    values, _ = brought("linear", 60, target(1), source({0: start, 8: end}, **ANGLE))
    np.testing.assert_allclose(values, [expected], rtol=1e-14)


@settings(deadline=None)
@given(angle=st.floats(0, 359.9), width=st.floats(-170, 170), share=st.integers(0, 8))
def test_interpolated_angles_turn_evenly(angle, width, share):
    end = (angle + width) % 360
    assume(end < 360)  # the remainder of the tiniest negative angle is rounded up
    values, _ = brought("linear", 60, target(share), source({0: angle, 8: end}, **ANGLE))
    assert 0 <= values[0] < 360
    difference = (values[0] - (angle + width * share / 8) + 180) % 360 - 180
    assert difference == pytest.approx(0, abs=1e-9)


def test_mean_of_angles():
    values, _ = brought("mean", 60, target(1), source({0: 350.0, 2: 20.0}, **ANGLE))
    np.testing.assert_allclose(values, [5.0], atol=1e-12)
    values, _ = brought("mean", 60, target(1), source({0: -10.0, 2: -30.0}, standard_name="longitude", units="degrees_east"))
    np.testing.assert_allclose(values, [-20.0], atol=1e-12)


def test_opposite_angles_have_no_mean():
    values, _ = brought("mean", 60, target(1), source({0: 90.0, 2: 270.0}, **ANGLE))
    assert np.isnan(values).all()


@pytest.mark.parametrize("method", ["nearest", "linear", "mean"])
def test_an_angle_as_measured_is_not_touched(method):
    """Through sine and cosine it would come back changed in the last digits."""
    angles = [0.1, 123.4567, 359.99, 360.0]
    for angle in angles:
        values, kind = brought(method, 1, target(5), source({5: angle}, **ANGLE))
        assert (values[0], kind[0]) == (angle, 0)


@pytest.mark.parametrize("method", ["linear", "mean"])
def test_angles_around_north_stay_below_360(method):
    values, _ = brought(method, 60, target(1), source({0: 0.0, 2: 1e-15}, **ANGLE))
    assert 0 <= values[0] < 360


def test_what_is_an_angle():
    for attrs, expected in [
        ({"units": "degree"}, True),
        ({"units": "degrees_east", "standard_name": "longitude"}, True),
        ({"units": "degrees_north", "standard_name": "latitude"}, False),
        ({"units": "degree_C"}, False),
    ]:
        assert is_circular(source({0: 1.0}, **attrs), "pressure") is expected


def test_limits_are_exact():
    """1.001 s is no number of nanoseconds in floating point."""
    limit = timedelta(seconds=1.001)
    onto = xr.Dataset(coords={"time": ("time", EPOCH + np.array([1_001_000_000, 1_001_000_001], "m8[ns]"))})
    joined, _ = join(onto, source({0: 7.0}), "nearest", limit)
    np.testing.assert_array_equal(joined["pressure"], [7.0, np.nan])


def test_attributes_and_target_are_kept():
    onto, stream = target(0), source({0: 1.0}, long_name="air pressure")
    joined, _ = join(onto, stream, "nearest", timedelta(seconds=1))
    assert joined["pressure"].attrs == {"units": "hPa", "long_name": "air pressure"}
    assert joined["pressure_source"].attrs["long_name"] == "source of air pressure"
    assert joined["pressure_source"].attrs["flag_meanings"] == "measured interpolated"
    assert list(onto.data_vars) == ["sst"]
    xr.testing.assert_identical(joined[["sst"]], onto)


def test_a_name_in_both_streams():
    with pytest.raises(DataError, match=r"'sst' is in both streams .* rename it"):
        join(target(0), source({0: 1.0}, name="sst"), "nearest", timedelta(seconds=1))


def test_further_dimensions():
    stream = source({0: 1.0}).assign(profile=(("time", "depth"), [[1.0, 2.0]]))
    with pytest.raises(DataError, match=r"'profile' has the dimensions"):
        join(target(0), stream, "nearest", timedelta(seconds=1))
