"""Global attributes for data discovery."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from icos_core.exporters.acdd import Discovery, global_attributes
from icos_core.exporters.deployments import Part
from icos_core.exporters.geometry import geometry_of
from icos_core.people import PersonFlag
from icos_core.station import Deployment, Station
from icos_core.testing import example_context, example_stream

FIXED = Station.model_validate(
    {
        "id": "TRS",
        "name": "Tower",
        "domain": "atmosphere",
        "platform": "fixed",
        "latitude": 48.5,
        "longitude": 13.25,
        "altitude": 320.0,
        "utc_offset": 1,
        "contact": {"institution": "Example Institute", "email": "data@example.org", "url": "https://example.org"},
    }
)


def attributes(stream: xr.Dataset, options: Discovery | None = None, deployment: Deployment | None = None, **changes) -> dict:
    context = replace(example_context(), **changes)
    part = Part(name="XX00", data=stream, deployment=deployment)
    return global_attributes(part, "underway", "XX00_underway", geometry_of(part, context.station), options or Discovery(), context)


def stream_at(seconds: list[float], **values: list[float]) -> xr.Dataset:
    time = np.datetime64("2024-02-28T23:00:00", "ns") + (np.array(seconds) * 1e9).astype("timedelta64[ns]")
    return xr.Dataset({name: ("time", np.array(column, dtype=float)) for name, column in values.items()}, coords={"time": time})


def test_a_station_with_a_vertical_dimension_is_a_profile() -> None:
    stream = stream_at([0, 60], x=[1, 2]).expand_dims(height=[10.0, 50.0]).transpose("time", "height")
    assert attributes(stream, station=FIXED)["featureType"] == "timeSeriesProfile"
    assert attributes(stream_at([0, 60], x=[1, 2]), station=FIXED)["featureType"] == "timeSeries"


def test_creator_is_an_institution() -> None:
    attrs = attributes(example_stream(("latitude", "longitude")))
    assert attrs["creator_type"] == attrs["publisher_type"] == "institution"
    assert attrs["creator_name"] == attrs["creator_institution"] == attrs["institution"] == "Example Institute"
    assert attrs["creator_url"] == "mailto:data@example.org"
    assert attributes(example_stream(("x",)), station=FIXED)["creator_url"] == "https://example.org"


def test_dates_are_those_of_the_newest_datum() -> None:
    stream = stream_at([0, 60, 120], x=[1, 2, 3])
    assert attributes(stream)["date_created"] == "2024-12-31T23:59:59Z"
    assert attributes(stream, newest=None)["date_created"] == "2024-02-28T23:02:00Z"


@pytest.mark.parametrize(
    ("seconds", "duration", "resolution"),
    [
        ([0, 103, 206], "PT3M26S", "PT1M43S"),
        ([0, 86400, 2 * 86400 + 3600], "P2DT1H", "P1DT30M"),
        ([0, 0.1, 0.2], "PT0.2S", "PT0.1S"),
        ([0], "PT0S", "PT0S"),
    ],
)
def test_durations_in_iso_8601(seconds: list[float], duration: str, resolution: str) -> None:
    attrs = attributes(stream_at(seconds, x=[0.0] * len(seconds)))
    assert attrs["time_coverage_start"] == "2024-02-28T23:00:00Z"
    assert (attrs["time_coverage_duration"], attrs["time_coverage_resolution"]) == (duration, resolution)


def test_interval_data_end_with_their_last_interval() -> None:
    stream = stream_at([0, 1800], x=[0, 1])
    time = stream["time"].values
    stream = stream.assign(time_bnds=(("time", "bounds"), np.stack([time, time + np.timedelta64(1800, "s")], axis=1)))
    assert attributes(stream)["time_coverage_end"] == "2024-02-29T00:00:00Z"


def test_box_around_a_track_with_gaps() -> None:
    attrs = attributes(stream_at([0, 60, 120], latitude=[10, np.nan, 12], longitude=[-3, -1, -2]))
    assert attrs["featureType"] == "trajectory"
    assert (attrs["geospatial_lat_min"], attrs["geospatial_lat_max"]) == (10, 12)
    assert (attrs["geospatial_lon_min"], attrs["geospatial_lon_max"]) == (-3, -1)
    assert attrs["geospatial_bounds"] == "POLYGON ((10.0 -3.0, 12.0 -3.0, 12.0 -1.0, 10.0 -1.0, 10.0 -3.0))"


def test_point_of_a_station() -> None:
    attrs = attributes(example_stream(("x",)), station=FIXED)
    assert attrs["featureType"] == "timeSeries"
    assert attrs["geospatial_bounds"] == "POINT (48.5 13.25)"
    assert (attrs["geospatial_vertical_min"], attrs["geospatial_vertical_positive"]) == (320.0, "up")


def test_depth_of_the_deployment() -> None:
    deployment = example_context().deployments[0].model_copy(update={"depth": 4.5, "investigators": "Other Institute"})
    attrs = attributes(example_stream(("latitude", "longitude")), deployment=deployment)
    assert (attrs["geospatial_vertical_max"], attrs["geospatial_vertical_positive"]) == (4.5, "down")
    assert (attrs["expocode"], attrs["contributor_name"]) == ("XX0020240101", "Other Institute")


def test_what_has_no_position_claims_none() -> None:
    attrs = attributes(example_stream(("x",)))
    assert not [key for key in attrs if key.startswith("geospatial")]
    assert "featureType" not in attrs


def test_positions_that_are_all_missing_claim_none() -> None:
    attrs = attributes(stream_at([0, 60], latitude=[np.nan, np.nan], longitude=[np.nan, np.nan]))
    assert not [key for key in attrs if key.startswith(("geospatial_lat", "geospatial_lon", "geospatial_bounds_crs"))]


def test_options_and_further_attributes_win() -> None:
    options = Discovery(title="Own title", keywords=("a", "b"), id_prefix="doi-", attributes={"acknowledgement": "Own", "answer": 42})
    attrs = attributes(example_stream(("x",)), options)
    assert (attrs["title"], attrs["keywords"], attrs["id"]) == ("Own title", "a, b", "doi-XX00_underway")
    assert (attrs["acknowledgement"], attrs["answer"]) == ("Own", 42)


def test_conventions_cannot_be_overridden() -> None:
    with pytest.raises(ValidationError, match="Conventions: set by the exporter"):
        Discovery(attributes={"Conventions": "CF-1.6"})


def test_manual_flags_tell_why_and_not_who() -> None:
    flag = PersonFlag(
        id="1",
        stream="underway",
        variable="x",
        start=np.datetime64("2024-02-28T23:00:30"),
        end=np.datetime64("2024-02-28T23:01:30"),
        flag=4,
        who="Somebody",
        when="2024-03-01",
        why="pump off",
    )
    elsewhere = replace(flag, id="2", stream="other"), replace(flag, id="3", start=flag.end, end=flag.end + np.timedelta64(1, "s"))
    attrs = attributes(stream_at([0, 60, 120], x=[0, 1, 2]), people_flags=(flag, *elsewhere))
    assert attrs["manual_flags"] == "x 2024-02-28T23:00:30Z/2024-02-28T23:01:30Z bad: pump off"


def test_many_sources_are_counted() -> None:
    attrs = attributes(example_stream(("x",)), sources=tuple(f"{number:03}.txt" for number in range(25)))
    assert attrs["history"].endswith("019.txt and 5 more that the manifest lists")
