"""The monthly grid against pandas, and its edges."""

import numpy as np
import pandas as pd
import pytest
from icos_ocean.monthly_grid import cells_of, cruises_per_cell, dense, offsets, summarise

START = np.datetime64("2020-01-01", "ns")


def drawn(size=20_000, seed=1, west=165.0, width=30.0):
    random = np.random.default_rng(seed)
    time = START + random.integers(0, 400 * 86_400, size).astype("timedelta64[s]")
    latitude, longitude = random.uniform(-4.0, 5.0, size), random.uniform(west, west + width, size)
    values, cruise = random.normal(350, 30, size), random.integers(0, 4, size)
    values[random.random(size) < 0.1] = np.nan
    return time, latitude, (longitude + 180.0) % 360.0 - 180.0, values, cruise


@pytest.mark.parametrize("size", [1.0, 2.5])
@pytest.mark.parametrize("whole_globe", [False, True])
def test_against_pandas(size, whole_globe):
    time, latitude, longitude, values, cruise = drawn()
    cells = cells_of(time, latitude, longitude, size=size, whole_globe=whole_globe)
    frame = pd.DataFrame(
        {
            "month": time.astype("datetime64[M]").astype("datetime64[ns]"),
            "south": np.floor(latitude / size),
            "west": np.floor(longitude % 360.0 / size),
            "value": values,
            "cruise": cruise,
        }
    )
    expected = frame.groupby(["month", "south", "west"])["value"].agg(["count", "mean", "std", "min", "max"])
    per_cruise = frame.dropna().groupby(["month", "south", "west", "cruise"])["value"]
    weighted = per_cruise.mean().groupby(level=[0, 1, 2]).mean().reindex(expected.index)
    found = summarise(cells, values, cruise)
    order = np.lexsort(
        (cells.longitude[cells.column] % 360.0, cells.latitude[cells.row], cells.month.astype("datetime64[ns]").astype(np.int64))
    )
    for array, column in (
        (found.count, expected["count"]),
        (found.mean, expected["mean"]),
        (found.sd, expected["std"]),
        (found.minimum, expected["min"]),
        (found.maximum, expected["max"]),
        (found.mean_weighted, weighted),
        (cruises_per_cell(cells, cruise), frame.groupby(["month", "south", "west"])["cruise"].nunique()),
    ):
        np.testing.assert_allclose(array[order], column.to_numpy(), rtol=1e-10)
    np.testing.assert_allclose(
        cells.latitude[cells.row][order], (expected.index.get_level_values("south").to_numpy() + 0.5) * size, rtol=0, atol=1e-9
    )


def test_the_box_is_not_cut_at_the_date_line():
    time, latitude, longitude, *_ = drawn()
    cells = cells_of(time, latitude, longitude)
    assert cells.longitude.size == 30
    assert (np.diff(cells.longitude) == 1.0).all()
    assert -180.0 <= cells.longitude.mean() <= 180.0
    whole = cells_of(time, latitude, longitude, whole_globe=True)
    assert (whole.longitude[0], whole.longitude[-1], whole.latitude[0], whole.latitude[-1]) == (-179.5, 179.5, -89.5, 89.5)


def test_a_track_around_the_globe():
    longitude = np.arange(-180.0, 180.0, 1.0) + 0.3
    cells = cells_of(np.full(360, START), np.zeros(360), longitude)
    assert cells.longitude.size == 360


def test_edges_belong_to_the_cell_north_and_east_of_them():
    latitude, longitude = np.array([10.0, 90.0, -90.0, 10.0]), np.array([20.0, 0.0, 0.0, -180.0])
    cells = cells_of(np.full(4, START), latitude, longitude, whole_globe=True)
    centres = [(cells.latitude[cells.row[cell]], cells.longitude[cells.column[cell]]) for cell in cells.cell]
    assert centres == [(10.5, 20.5), (89.5, 0.5), (-89.5, 0.5), (10.5, -179.5)]


def test_each_cruise_counts_once():
    values, cruise = np.array([1.0, 1.0, 1.0, 5.0]), np.array([7, 7, 7, 9])
    cells = cells_of(np.full(4, START), np.full(4, 0.5), np.full(4, 0.5))
    found = summarise(cells, values, cruise)
    assert (found.mean[0], found.mean_weighted[0]) == (2.0, 3.0)
    assert found.sd[0] == pytest.approx(2.0)
    # Half of the weight lies at 1, half at 5, both 2 from the mean.
    assert found.sd_weighted[0] == pytest.approx(2.0)


def test_one_value_has_no_spread():
    cells = cells_of(np.full(2, START), np.array([0.5, 3.5]), np.full(2, 0.5))
    found = summarise(cells, np.array([1.0, np.nan]), np.zeros(2, dtype=int))
    assert found.count.tolist() == [1, 0]
    assert np.isnan([found.sd[0], found.sd_weighted[0], found.mean[1], found.minimum[1], found.maximum[1], found.mean_weighted[1]]).all()


def test_where_the_rows_are_in_their_cell():
    cells = cells_of(np.full(2, START), np.array([10.6, 10.8]), np.array([179.9, 179.7]))
    north, east = offsets(cells, np.array([10.6, 10.8]), np.array([-180.1, 179.7]))
    assert north[0] == pytest.approx(0.2)
    assert east[0] == pytest.approx(0.3)


def test_cells_spread_over_the_grid():
    time = np.array(["2020-03-31T23:59:59", "2020-04-01", "2020-04-30"], dtype="datetime64[ns]")
    cells = cells_of(time, np.array([0.5, 0.5, 1.5]), np.array([0.5, 2.5, 0.5]))
    found = summarise(cells, np.array([1.0, 2.0, 3.0]), np.zeros(3, dtype=int))
    months = np.array(["2020-03", "2020-04"], dtype="datetime64[M]")
    grid = dense(cells, months, {"mean": found.mean, "count": found.count})
    nothing = np.nan
    np.testing.assert_array_equal(grid["mean"][0], [[1.0, nothing, nothing], [nothing] * 3])
    np.testing.assert_array_equal(grid["mean"][1], [[nothing, nothing, 2.0], [3.0, nothing, nothing]])
    assert grid["count"].sum() == 3


def test_no_rows_give_no_cells():
    none = np.empty(0)
    cells = cells_of(none.astype("datetime64[ns]"), none, none)
    found = summarise(cells, none, none.astype(int))
    assert (cells.count, cells.latitude.size, cells.longitude.size, found.mean.size) == (0, 0, 0, 0)
