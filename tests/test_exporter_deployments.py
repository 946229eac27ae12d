"""Streams cut by deployment."""

import numpy as np
import xarray as xr

from icos_core.exporters.deployments import OUTSIDE, split
from icos_core.station import Deployment
from icos_core.testing import example_context

STATION = example_context().station


def stream(hours: int) -> xr.Dataset:
    time = np.datetime64("2024-01-01T00:00:00", "ns") + np.arange(hours) * np.timedelta64(1, "h")
    return xr.Dataset({"x": ("time", np.arange(float(hours)))}, coords={"time": time})


def deployment(expocode: str, start: str, end: str) -> Deployment:
    return Deployment.model_validate({"expocode": expocode, "start": f"2024-01-01T{start}:00Z", "end": f"2024-01-01T{end}:00Z"})


def test_one_part_without_deployments() -> None:
    (part,) = split(stream(3), STATION, ())
    assert (part.label, part.deployment, part.data.sizes["time"]) == ("XX00", None, 3)


def test_intervals_are_half_open_and_no_row_is_lost() -> None:
    parts = split(stream(24), STATION, (deployment("A", "02:00", "05:00"), deployment("B", "05:00", "07:00")))
    assert [part.label for part in parts] == ["A", "B", f"XX00_{OUTSIDE}"]
    assert parts[0].data["x"].values.tolist() == [2, 3, 4]
    assert parts[1].data["x"].values.tolist() == [5, 6]
    assert parts[2].data["x"].values.tolist() == [0, 1, *range(7, 24)]


def test_a_deployment_without_rows_has_no_part() -> None:
    parts = split(stream(3), STATION, (deployment("A", "00:00", "12:00"), deployment("B", "12:00", "13:00")))
    assert [part.label for part in parts] == ["A"]


def test_offsets_of_time_zones_count() -> None:
    east = Deployment.model_validate({"expocode": "E", "start": "2024-01-01T02:00:00+02:00", "end": "2024-01-01T04:00:00+02:00"})
    parts = split(stream(3), STATION, (east,))
    assert parts[0].data["x"].values.tolist() == [0, 1]


def test_an_empty_stream_is_one_empty_part() -> None:
    (part,) = split(stream(0), STATION, (deployment("A", "02:00", "05:00"),))
    assert (part.label, part.data.sizes["time"]) == ("XX00", 0)


def test_what_does_not_run_along_time_is_whole() -> None:
    table = xr.Dataset({"x": ("month", np.arange(12.0))})
    (part,) = split(table, STATION, (deployment("A", "02:00", "05:00"),))
    assert part.data.identical(table)


def test_a_grid_is_whole() -> None:
    """The month of a cell begins before the cruise that it holds."""
    time = np.array(["2024-01-01T00:00", "2024-02-01T00:00"], dtype="M8[ns]")
    cells = {"time": time, "latitude": [50.5], "longitude": [-10.5, -9.5]}
    grid = xr.Dataset({"x": (("time", "latitude", "longitude"), np.zeros((2, 1, 2)))}, coords=cells)
    (part,) = split(grid, STATION, (deployment("A", "02:00", "05:00"),))
    assert part.data.identical(grid)
