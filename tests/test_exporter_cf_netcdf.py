"""The exporter ``cf-netcdf``: re-read with xarray and netCDF4, judged by compliance-checker."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from icos_core.components import Cascade, Context, Outcome, Streams, Variable
from icos_core.exceptions import DataError, ExportRefused
from icos_core.exporters.cf_netcdf import EXPORTER, CfNetcdfOptions
from icos_core.flags import apply_flags
from icos_core.station import Station
from icos_core.testing import ExporterContract, assert_same_stream, example_context, example_stream

ON_SCALE = {"units_metadata": "temperature: on_scale"}
POSITION = (
    Variable(name="latitude", units="degrees_north", long_name="latitude", standard_name="latitude"),
    Variable(name="longitude", units="degrees_east", long_name="longitude", standard_name="longitude"),
)
MEASURED = (
    Variable(name="temperature", units="degree_C", standard_name="air_temperature", attributes=ON_SCALE),
    Variable(name="temperature_uncertainty", units="degree_C", long_name="standard uncertainty of the temperature"),
    Variable(name="co2", units="umol mol-1", standard_name="mole_fraction_of_carbon_dioxide_in_dry_air"),
    Variable(name="co2_source", dtype="int8", flag_values=(0, 1), flag_meanings=("measured", "interpolated")),
    Variable(name="port", dtype="int8", flag_values=(1, 2), flag_meanings=("air", "cylinder")),
    Variable(name="flow", units="L min-1", long_name="flow through the analyser"),
)
NO_STANDARD_NAME = {"flow"}
"""What CF has no standard name for."""
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
        "contact": {"institution": "Example Institute", "email": "data@example.org"},
    }
)


def flagged_stream(words: tuple[Variable, ...] = (*POSITION, *MEASURED), rows: int = 300) -> xr.Dataset:
    stream = example_stream(words, rows)
    level = np.resize(np.array([1, 1, 3, 4], dtype=np.int8), rows)
    outcomes = [Outcome(variable=variable, name=name, level=level) for variable in ("temperature", "co2") for name in ("range", "spike")]
    apply_flags(stream, outcomes, (), [Cascade(source="temperature", target="co2")])
    return stream


def at_fixed_station(**changes) -> Context:
    return replace(example_context(), station=FIXED, deployments=(), **changes)


def export(stream: xr.Dataset, folder: Path, context: Context | None = None, **options) -> Path:
    (path,) = EXPORTER.export({"underway": stream}, folder, CfNetcdfOptions(**options), context or example_context())
    return path


def reread(path: Path) -> xr.Dataset:
    with xr.open_dataset(path) as opened:
        return opened.load()


class TestTrajectory(ExporterContract):
    exporter = EXPORTER

    def streams(self) -> dict[str, xr.Dataset]:
        return {"underway": flagged_stream()}

    def reread(self, paths: list[Path], streams: Streams) -> None:
        (path,) = paths
        assert path.name == "XX0020240101_underway.nc"
        stream, found = streams["underway"], reread(path)
        assert found.attrs["featureType"] == "trajectory"
        assert found["trajectory"].values.item() == b"XX0020240101"
        assert found["trajectory"].attrs["cf_role"] == "trajectory_id"
        for name in stream.variables:
            np.testing.assert_array_equal(found[name].values, stream[name].values, err_msg=str(name))
            assert name == "time" or found[name].dtype == stream[name].dtype
        for name in ("temperature", "co2"):
            for suffix in ("_flag", "_tests", "_evaluated"):
                assert found[f"{name}{suffix}"].attrs["flag_meanings"] == stream[f"{name}{suffix}"].attrs["flag_meanings"]


class TestTimeSeries(ExporterContract):
    exporter = EXPORTER

    def context(self) -> Context:
        return at_fixed_station()

    def streams(self) -> dict[str, xr.Dataset]:
        return {"co2/150m": flagged_stream(MEASURED)}

    def reread(self, paths: list[Path], streams: Streams) -> None:
        (path,) = paths
        assert path.name == "TRS_co2-150m.nc"
        found = reread(path)
        assert found.attrs["featureType"] == "timeSeries"
        assert found["station_id"].values.item() == b"TRS"
        assert [float(found[name]) for name in ("latitude", "longitude", "altitude")] == [48.5, 13.25, 320.0]
        np.testing.assert_array_equal(found["co2"].values, streams["co2/150m"]["co2"].values)


@pytest.mark.parametrize("fixed", [False, True], ids=["trajectory", "timeSeries"])
def test_compliance_checker_has_nothing_to_say(tmp_path: Path, fixed: bool) -> None:
    """Strict cf:1.11 and acdd:1.3; only standard names of variables on the list may be missing."""
    checker = Path(sys.executable).with_name("compliance-checker")
    if not checker.exists():
        pytest.skip("compliance-checker is not installed")
    stream = flagged_stream(MEASURED) if fixed else flagged_stream()
    path = export(stream, tmp_path, at_fixed_station() if fixed else None)
    report = tmp_path / "report.json"
    tests = ("--test=cf:1.11", "--test=acdd:1.3", "--criteria=strict")
    command = [str(checker), *tests, "--format=json_new", f"--output={report}", str(path)]
    subprocess.run(command, capture_output=True, check=False)
    results = json.loads(report.read_text())[str(path)]
    assert {test: result["scored_points"] for test, result in results.items()} == {
        "cf:1.11": results["cf:1.11"]["possible_points"],
        "acdd:1.3": results["acdd:1.3"]["possible_points"] - len(NO_STANDARD_NAME),
    }
    complaints = [
        (result["name"], result["msgs"])
        for each in results.values()
        for priority in ("high_priorities", "medium_priorities", "low_priorities")
        for result in each[priority]
        if result["value"][0] < result["value"][1]
    ]
    allowed = [(f'variable "{name}" missing the following attributes:', ["standard_name"]) for name in sorted(NO_STANDARD_NAME)]
    assert sorted(complaints) == allowed


def test_coordinates_have_no_fill_value_and_quantities_do(tmp_path: Path) -> None:
    with netCDF4.Dataset(export(flagged_stream(), tmp_path)) as file:
        assert file.Conventions == "CF-1.11, ACDD-1.3"
        for name in ("time", "latitude", "longitude", "depth"):
            assert "_FillValue" not in file[name].ncattrs()
        assert np.isnan(file["co2"]._FillValue)
        assert "_FillValue" not in file["co2_flag"].ncattrs()
        assert file["co2_flag"].dtype == file["co2_flag_origin"].dtype == np.int8
        assert file["co2_tests"].dtype == file["co2_evaluated"].dtype == np.int32


def test_ancillary_variables_are_those_in_the_file(tmp_path: Path) -> None:
    stream = flagged_stream()
    stream["co2"].attrs["ancillary_variables"] = "co2_flag no_such_variable"
    with netCDF4.Dataset(export(stream, tmp_path)) as file:
        assert file["co2"].ancillary_variables.split() == ["co2_flag", "co2_flag_origin", "co2_tests", "co2_evaluated", "co2_source"]
        assert file["temperature"].ancillary_variables.split()[0] == "temperature_uncertainty"
        assert file["temperature_uncertainty"].standard_name == "air_temperature standard_error"
        assert file["co2"].coordinates == "latitude longitude depth trajectory"


def test_whole_seconds_are_float64_and_fractions_int64(tmp_path: Path) -> None:
    stream = flagged_stream()
    with netCDF4.Dataset(export(stream, tmp_path)) as file:
        assert (file["time"].dtype, file["time"].units) == (np.float64, "seconds since 1970-01-01T00:00:00Z")
    stream = stream.assign_coords(time=("time", stream["time"].values + np.timedelta64(1_000_100, "ns"), stream["time"].attrs))
    path = export(stream, tmp_path)
    with netCDF4.Dataset(path) as file:
        assert (file["time"].dtype, file["time"].units) == (np.int64, "nanoseconds since 1970-01-01T00:00:00Z")
    np.testing.assert_array_equal(reread(path)["time"].values, stream["time"].values)


def test_interval_data_and_further_dimensions(tmp_path: Path) -> None:
    stream = flagged_stream(MEASURED, 10)
    time = stream["time"].values
    bounds = np.stack([time, time + np.timedelta64(1_800_500, "ms")], axis=1)
    stream = stream.assign(time_bnds=(("time", "bounds"), bounds)).assign_coords(height=("height", [10.0, 50.0], {"units": "m"}))
    stream["time"].attrs["bounds"] = "time_bnds"
    stream["wind"] = (("time", "height"), np.arange(20.0).reshape(10, 2), {"units": "m s-1", "standard_name": "wind_speed"})
    path = export(stream, tmp_path, at_fixed_station())
    with netCDF4.Dataset(path) as file:
        assert file["time"].bounds == "time_bnds"
        assert file["time_bnds"].ncattrs() == []
    found = reread(path)
    np.testing.assert_array_equal(found["time_bnds"].values, bounds)
    np.testing.assert_array_equal(found["wind"].values, stream["wind"].values)
    assert found["height"].values.tolist() == [10.0, 50.0]


def test_products_without_time(tmp_path: Path) -> None:
    product = xr.Dataset(
        {"threshold": ("season", [0.1, np.nan, 0.3, 0.2], {"units": "m s-1"}), "note": ("season", ["a", "b", "ü", ""])},
        coords={"season": ["winter", "spring", "summer", "autumn"]},
    )
    found = reread(export(product, tmp_path))
    assert "featureType" not in found.attrs
    np.testing.assert_array_equal(found["threshold"].values, product["threshold"].values)
    assert found["note"].values.tolist() == ["a", "b", "ü", ""]
    assert found["season"].values.tolist() == product["season"].values.tolist()


def test_missing_times_truths_and_durations(tmp_path: Path) -> None:
    stream = flagged_stream(MEASURED, 3)
    filled = np.array(["2024-01-01", "NaT", "2024-01-02"], dtype="datetime64[ns]")
    stream = stream.assign(filled=("time", filled), night=("time", [True, False, True]), lag=("time", filled - filled[0]))
    found = reread(export(stream, tmp_path, at_fixed_station()))
    np.testing.assert_array_equal(found["filled"].values, filled)
    assert found["night"].values.tolist() == [1, 0, 1]
    assert found["lag"].attrs.get("units", found["lag"].encoding.get("units")) is not None


def test_each_deployment_is_a_file(tmp_path: Path) -> None:
    stream = flagged_stream()
    end = stream["time"].values[100].astype("datetime64[us]").item().replace(tzinfo=UTC)
    context = replace(example_context(), deployments=(example_context().deployments[0].model_copy(update={"end": end}),))
    paths = EXPORTER.export({"underway": stream}, tmp_path, CfNetcdfOptions(), context)
    assert [path.name for path in paths] == ["XX0020240101_underway.nc", "XX00_outside-deployments_underway.nc"]
    first, rest = (reread(path) for path in paths)
    assert (first.sizes["time"], rest.sizes["time"]) == (100, 200)
    assert rest["trajectory"].values.item() == b"XX00_outside-deployments"


def test_a_stream_without_rows_is_a_file_without_rows(tmp_path: Path) -> None:
    found = reread(export(flagged_stream().isel(time=slice(0, 0)), tmp_path))
    assert found.sizes["time"] == 0
    assert "time_coverage_start" not in found.attrs


def test_compression_changes_the_size_and_nothing_else(tmp_path: Path) -> None:
    stream = flagged_stream(rows=5000)
    sizes, found = [], []
    for level in (0, 1):
        path = export(stream, tmp_path, compression=level)
        sizes.append(path.stat().st_size)
        found.append(reread(path))
    assert sizes[1] < 0.8 * sizes[0]
    assert_same_stream(found[0], found[1], "compression")


def test_a_failure_in_the_second_file_leaves_no_first(tmp_path: Path) -> None:
    broken = flagged_stream().assign(broken=("time", np.zeros(300, dtype=complex)))
    with pytest.raises(DataError, match="broken: netCDF has no type for complex128"):
        EXPORTER.export({"good": flagged_stream(), "worse": broken}, tmp_path, CfNetcdfOptions(), example_context())
    assert list(tmp_path.iterdir()) == []


def test_streams_are_chosen_by_name(tmp_path: Path) -> None:
    streams = {"first": flagged_stream(), "second": flagged_stream()}
    paths = EXPORTER.export(streams, tmp_path, CfNetcdfOptions(streams=("second",), label="v2"), example_context())
    assert [path.name for path in paths] == ["XX0020240101_second_v2.nc"]
    with pytest.raises(ExportRefused, match="nearest: 'second'"):
        EXPORTER.export(streams, tmp_path, CfNetcdfOptions(streams=("secnd", "first")), example_context())
    assert (tmp_path / "XX0020240101_first.nc").is_file()
