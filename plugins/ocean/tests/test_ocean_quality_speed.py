"""Quality test ``speed``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icos_ocean.quality.speed import TEST, SpeedOptions, great_circle_distance, speeds
from icos_ocean.vocabulary import POSITION
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import example_context, run_test

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = math.nan


def levels(latitude: Sequence[float], longitude: Sequence[float], seconds: Sequence[float] | None = None, **options: Any) -> list[int]:
    steps = np.arange(len(latitude)) * 60.0 if seconds is None else np.asarray(seconds)
    time = np.datetime64("2024-01-01", "ns") + np.round(steps * 1e9).astype("timedelta64[ns]")
    stream = make_stream(time, {"latitude": latitude, "longitude": longitude}, POSITION)
    outcomes = run_test(TEST, stream, (), SpeedOptions.model_validate(options), example_context())
    assert [outcome.variable for outcome in outcomes] == ["latitude", "longitude"]
    assert outcomes[0].level.tolist() == outcomes[1].level.tolist()
    level: list[int] = outcomes[0].level.tolist()
    return level


def distance(*degrees: float) -> float:
    return float(great_circle_distance(*(np.array([each]) for each in degrees))[0])


def test_distances_on_the_sphere() -> None:
    degree = 2 * math.pi * 6371008.8 / 360
    assert distance(10, 20, 11, 20) == pytest.approx(degree, rel=1e-12)
    assert distance(0, 0, 0, 1) == pytest.approx(degree, rel=1e-12)
    assert distance(60, 0, 60, 1) == pytest.approx(degree / 2, rel=1e-4)
    assert distance(0, 0, 0, 180) == pytest.approx(180 * degree, rel=1e-12)
    assert distance(90, 0, -90, 77) == pytest.approx(180 * degree, rel=1e-12)
    assert distance(5, 179.9, 5, -179.9) == pytest.approx(distance(5, 0, 5, 0.2), rel=1e-9)
    assert distance(5, 359.9, 5, -0.1) == pytest.approx(0.0, abs=1e-3)
    assert distance(50, 7, 50, 7 + 1e-6) == pytest.approx(1e-6 * degree * math.cos(math.radians(50)), rel=1e-6)


def test_one_minute_of_latitude_per_hour_is_a_knot() -> None:
    """The nautical mile was a minute of latitude; the sphere of mean radius has 1853.25 m there."""
    time = np.array([0, 3600], dtype=np.int64) * 10**9
    latitude, longitude = np.array([10.0, 10.0 + 12 / 60]), np.array([20.0, 20.0])
    assert speeds(latitude, longitude, time, 1)[1] == pytest.approx(12 * 1853.25 / 1852, rel=1e-5)


def test_a_single_bad_position_is_flagged_and_not_its_neighbours() -> None:
    latitude = [70.0, 70.003, 71.006, 70.009, 70.012]
    assert levels(latitude, [19.0] * 5) == [2, 1, 4, 1, 1]
    latitude[2] = 70.02
    assert levels(latitude, [19.0] * 5) == [2, 1, 3, 1, 1]


def test_where_the_track_stays_away_the_jumps_are_flagged() -> None:
    assert levels([70.0, 70.0, 75.0, 75.0, 70.0, 70.0], [19.0] * 6) == [2, 1, 4, 1, 4, 1]


def test_positions_that_are_missing_or_not_on_the_globe_are_passed_over() -> None:
    assert levels([70.0, 0.0, NAN, 999.0, 70.01], [19.0, 0.0, 19.0, 19.0, 19.0]) == [2, 2, 2, 2, 1]


def test_the_date_line_and_the_pole_are_no_jump() -> None:
    assert levels([5.0, 5.0, 5.0], [179.998, -179.998, -179.994]) == [2, 1, 1]
    assert levels([5.0, 5.0], [359.999, 0.001]) == [2, 1]
    assert levels([89.999, 89.999], [0.0, 180.0]) == [2, 1]


def test_rounded_coordinates_are_no_speed() -> None:
    """A thousandth of a degree in a second would be 216 knots."""
    latitude, longitude = [60.000, 60.001, 60.001, 60.002], [5.0, 5.001, 5.001, 5.001]
    assert levels(latitude, longitude, [0, 1, 2, 3]) == [2, 1, 1, 1]
    assert levels(latitude, longitude, [0, 1, 2, 3], tolerance=0) == [2, 4, 1, 4]


def test_after_a_long_gap_nothing_is_evaluated() -> None:
    assert levels([0.5, 80.0], [0.0, 0.0], [0, 86400]) == [2, 4]
    assert levels([0.5, 80.0], [0.0, 0.0], [0, 86401]) == [2, 2]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_positions(count: int) -> None:
    assert levels([70.0] * count, [19.0] * count) == [2] * count


def test_limits_in_knots() -> None:
    track = [70.0, 70.0 + 10 / 60], [19.0, 19.0]
    assert levels(*track, [0, 1800]) == [2, 1]
    assert levels(*track, [0, 1800], questionable=19) == [2, 3]
    assert levels(*track, [0, 1800], questionable=15, bad=19) == [2, 4]
    with pytest.raises(ValidationError, match="must not be below"):
        SpeedOptions.model_validate({"bad": 30})
    assert all(field.description for field in SpeedOptions.model_fields.values())


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002)), min_size=8, max_size=40),
    st.integers(2, 5),
    st.floats(0.5, 20),
    st.floats(0, 360),
)
def test_one_wrong_position_anywhere_flags_that_row_alone(steps: list[tuple[float, float]], at: int, far: float, turn: float) -> None:
    latitude = 50 + np.cumsum([north for north, _ in steps])
    longitude = (turn + np.cumsum([east for _, east in steps]) + 180) % 360 - 180
    latitude[at] += far
    found = levels(latitude.tolist(), longitude.tolist())
    assert found == [2] + [4 if row == at else 1 for row in range(1, len(steps))]


@pytest.mark.parametrize("seed", range(10))
def test_agrees_with_ioos_qc_on_straight_tracks(seed: int) -> None:
    """They flag every later position, here one that comes back from a detour is excused; on a straight track nothing comes back."""
    argo = pytest.importorskip("ioos_qc.argo")
    random = np.random.default_rng(seed)
    along = np.cumsum(random.exponential(0.015, 100))
    latitude, longitude = 30 + 0.6 * along, -20 + 0.8 * along
    seconds = np.cumsum(random.integers(30, 300, 100))
    time = np.datetime64("2024-01-01", "s") + seconds.astype("timedelta64[s]")
    metres_per_second = np.array([23.4, 45.6]) * 1852 / 3600
    theirs = np.ma.getdata(argo.speed_test(longitude, latitude, time, *metres_per_second)).tolist()
    knots = speeds(latitude, longitude, seconds.astype(np.int64) * 10**9, 1)[1:]
    between = (np.abs(knots / 23.4 - 1) < 0.006) | (np.abs(knots / 45.6 - 1) < 0.006)
    ours = levels(latitude.tolist(), longitude.tolist(), seconds.tolist(), questionable=23.4, bad=45.6, tolerance=0)
    assert {1, 3, 4} <= set(theirs)
    # They take distances on the ellipsoid: within 0.6 % of a limit the two may differ.
    assert [one for one, near in zip(ours[1:], between, strict=True) if not near] == [
        one for one, near in zip(theirs[1:], between, strict=True) if not near
    ]
