"""Pairs of measurements against every pair measured."""

import numpy as np
import pytest
from icos_ocean import cruise_crossovers
from icos_ocean.cruise_crossovers import EARTH_RADIUS, Track, near_pairs

DAY = 86_400_000_000_000


def vectors(track):
    phi, turn = np.radians(track.latitude), np.radians(track.longitude)
    return np.stack([np.cos(phi) * np.cos(turn), np.cos(phi) * np.sin(turn), np.sin(phi)], axis=1)


def every_pair(left, right, distance, drift):
    """Return row pairs and their distances by chords in space, all measured."""
    chord = np.linalg.norm(vectors(left)[:, None] - vectors(right)[None], axis=2)
    kilometres = 2 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1))
    days = (right.time[None] - left.time[:, None]) / DAY
    equivalent = np.sqrt(kilometres**2 + (drift * days) ** 2)
    return {(i, j): equivalent[i, j] for i, j in np.argwhere(equivalent <= distance).tolist()}


def found_pairs(left, right, distance=80.0, drift=30.0):
    found = {}
    for pairs in near_pairs(left, right, distance, drift):
        for i, j, equivalent in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.equivalent.tolist(), strict=True):
            assert (i, j) not in found
            found[i, j] = equivalent
    return found


def drawn(size, seed, latitudes, longitudes, days=10.0):
    random = np.random.default_rng(seed)
    time = random.integers(-int(days * DAY), int(days * DAY), size)
    return Track(time, random.uniform(*latitudes, size), random.uniform(*longitudes, size))


PLACES = {
    "middle": ((60.0, 63.0), (-3.0, 3.0)),
    "equator": ((-2.0, 2.0), (-2.0, 2.0)),
    "date line": ((-3.0, 3.0), (178.0, 182.0)),
    "date line in the north": ((80.0, 83.0), (170.0, 190.0)),
    "north pole": ((88.0, 90.0), (-180.0, 360.0)),
    "south pole": ((-90.0, -88.0), (0.0, 360.0)),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("distance", "drift"), [(80.0, 30.0), (25.0, 5.0), (300.0, 100.0)])
def test_the_pairs_are_all_that_there_are(place, distance, drift):
    left, right = drawn(250, 1, *PLACES[place]), drawn(300, 2, *PLACES[place])
    expected = every_pair(left, right, distance, drift)
    found = found_pairs(left, right, distance, drift)
    assert found.keys() == expected.keys()
    assert len(found) > 10
    np.testing.assert_allclose([found[pair] for pair in expected], list(expected.values()), rtol=0, atol=1e-4)


@pytest.mark.parametrize("place", ["date line", "north pole"])
def test_conventions_of_longitude_do_not_matter(place):
    left, right = drawn(200, 1, *PLACES[place]), drawn(200, 2, *PLACES[place])
    turned = Track(left.time, left.latitude, (left.longitude + 180.0) % 360.0 - 180.0)
    assert found_pairs(left, right).keys() == found_pairs(turned, right).keys()


def test_on_the_pole_itself_longitude_says_nothing():
    time = np.array([0])
    left = Track(time, np.array([90.0]), np.array([12.0]))
    right = Track(time, np.array([89.5]), np.array([-170.0]))
    ((pair, distance),) = found_pairs(left, right).items()
    assert pair == (0, 0)
    assert distance == pytest.approx(EARTH_RADIUS * np.radians(0.5))


def test_time_counts_as_distance():
    here = np.array([10.0])
    track = [Track(np.array([int(days * DAY)]), here, here) for days in (0.0, 2.0, 2.66, 2.67)]
    (pairs,) = near_pairs(track[0], track[1])
    assert (pairs.kilometres[0], pairs.days[0], pairs.equivalent[0]) == (0.0, 2.0, 60.0)
    assert found_pairs(track[0], track[2])
    assert not found_pairs(track[0], track[3])


def test_pieces_hold_whole_rows(monkeypatch):
    left, right = drawn(200, 1, *PLACES["equator"]), drawn(400, 2, *PLACES["equator"])
    whole = found_pairs(left, right)
    monkeypatch.setattr(cruise_crossovers, "_CANDIDATES", 100)
    monkeypatch.setattr(cruise_crossovers, "_ROWS", 30)
    rows = [set(pairs.left.tolist()) for pairs in near_pairs(left, right)]
    assert len(rows) > 10
    assert sum(map(len, rows)) == len(set.union(*rows))
    assert found_pairs(left, right) == whole


def test_nothing_crosses_nothing():
    some, none = drawn(5, 1, (0.0, 1.0), (0.0, 1.0)), Track(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    assert not list(near_pairs(none, some))
    assert not list(near_pairs(some, none))
