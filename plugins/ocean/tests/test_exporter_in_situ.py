"""Files for Copernicus and OceanSITES, read back from the file alone and compared with the stream."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import netCDF4
import numpy as np
import pytest
from calibrated_underway import calibrated_underway
from icos_ocean.exporters import cmems_instac, oceansites
from icos_ocean.exporters.table_2_flags import table_2_flags, worse
from icos_ocean.vocabulary import RUN_TYPES

from icos_core.station import Station
from icos_core.testing import ExporterContract, example_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from icos_core.components import Context, Streams

BUOY = Station.model_validate(
    {
        "id": "1199",
        "name": "Example Buoy",
        "domain": "ocean",
        "platform": "buoy",
        "latitude": 51.58,
        "longitude": 2.99,
        "contact": {"institution": "Example Institute", "email": "data@example.org", "url": "https://example.org"},
    }
)
MICROSECONDS = 1e-6 / 86400.0


@pytest.fixture(scope="module")
def stream() -> xr.Dataset:
    """Two days of a ship, with bad, questionable and missing values."""
    made: xr.Dataset = calibrated_underway(cycles=30)
    words = {"flag_values": [0, 1], "flag_meanings": "measured interpolated"}
    made["sst_source"] = ("time", np.zeros(made.sizes["time"], dtype=np.int8), words)
    made["sst_flag"] = ("time", np.ones(made.sizes["time"], dtype=np.int8))
    made["sst_source"].values[20] = 1
    made["salinity"].values[21] = np.nan
    return made


def anchored(stream: xr.Dataset) -> tuple[xr.Dataset, Context]:
    without = stream.drop_vars([name for name in stream.variables if str(name).startswith(("latitude", "longitude"))])
    return without, replace(example_context(), station=BUOY, deployments=())


def water(stream: xr.Dataset) -> xr.Dataset:
    return stream.isel(time=np.flatnonzero(stream["run_type"].values == RUN_TYPES["EQU"]))


def moments(file: netCDF4.Dataset) -> np.ndarray:
    """Decode time by the text of its unit, without the writer's constants."""
    assert file["TIME"].units == "days since 1950-01-01T00:00:00Z"
    return np.asarray(file["TIME"][:], dtype="f8")


def days_since_1950(time: np.ndarray) -> np.ndarray:
    return (time - np.datetime64("1950-01-01", "ns")) / np.timedelta64(1, "D")


class InSituContract(ExporterContract):
    def streams(self) -> dict[str, xr.Dataset]:
        return {"underway": calibrated_underway(cycles=3)}

    def reread(self, paths: Sequence[Path], streams: Streams) -> None:
        samples = water(streams["underway"])
        found: dict[str, list[np.ndarray]] = {"TIME": [], "FCO2": []}
        for path in paths:
            with netCDF4.Dataset(path) as file:
                found["TIME"].append(moments(file))
                found["FCO2"].append(np.ma.filled(file["FCO2"][:, 0].astype("f8"), np.nan))
        np.testing.assert_allclose(np.concatenate(found["TIME"]), days_since_1950(samples["time"].values), rtol=0, atol=MICROSECONDS)
        np.testing.assert_allclose(np.concatenate(found["FCO2"]), samples["fco2"].values, rtol=0, atol=0.000501)


class TestCmems(InSituContract):
    exporter = cmems_instac.EXPORTER


class TestOceanSites(InSituContract):
    exporter = oceansites.EXPORTER


def test_one_file_a_day_for_copernicus(stream: xr.Dataset, tmp_path: Path) -> None:
    paths = cmems_instac.export({"underway": stream}, tmp_path, cmems_instac.CmemsInstacOptions(platform_code="LAKB5"), example_context())
    assert [path.name for path in paths] == ["GL_TS_TS_LAKB5_20240701.nc", "GL_TS_TS_LAKB5_20240702.nc"]
    found = []
    for path in paths:
        with netCDF4.Dataset(path) as file:
            assert file.data_model == "NETCDF4_CLASSIC"
            assert set(file.dimensions) == {"TIME", "DEPTH", "LATITUDE", "LONGITUDE", "POSITION"}
            assert {len(file.dimensions[name]) for name in ("TIME", "LATITUDE", "LONGITUDE", "POSITION")} == {file["TIME"].size}
            assert file.id == path.stem
            found.append(moments(file))
            assert len({int(day) for day in found[-1]}) == 1
    expected = days_since_1950(water(stream)["time"].values)
    np.testing.assert_allclose(np.concatenate(found), expected, rtol=0, atol=MICROSECONDS)


@pytest.mark.parametrize(("name", "variable"), [("TEMP", "sst"), ("PSAL", "salinity"), ("FCO2", "fco2")])
def test_values_of_copernicus_are_thousandths(stream: xr.Dataset, tmp_path: Path, name: str, variable: str) -> None:
    path, *_ = cmems_instac.export({"underway": stream}, tmp_path, cmems_instac.CmemsInstacOptions(), example_context())
    with netCDF4.Dataset(path) as file:
        assert file[name].dtype == np.int32
        assert (file[name].scale_factor, int(file[name]._FillValue)) == (0.001, -2147483647)
        values = file[name][:, 0].filled(np.nan)
    expected = water(stream)[variable].values[: values.size]
    np.testing.assert_allclose(values, expected, rtol=0, atol=0.000501)


def test_flags_of_copernicus(stream: xr.Dataset, tmp_path: Path) -> None:
    path, *_ = cmems_instac.export({"underway": stream}, tmp_path, cmems_instac.CmemsInstacOptions(), example_context())
    samples = water(stream)
    with netCDF4.Dataset(path) as file:
        flags = {name: file[f"{name}_QC"][:, 0].filled(-127) for name in ("TEMP", "PSAL", "FCO2")}
        assert file["FCO2_QC"].conventions == "Copernicus Marine In Situ reference table 2"
        assert file["FCO2_QC"].flag_meanings.split()[8] == "interpolated_value"
        assert (file["TIME_QC"][:] == 1).all()
    size = flags["FCO2"].size
    primary = samples["fco2_flag"].values[:size]
    assert {(int(ours), int(theirs)) for ours, theirs in zip(primary, flags["FCO2"], strict=True)} >= {(2, 0), (3, 2), (4, 4)}
    times = samples["time"].values[:size]
    assert flags["TEMP"][times == stream["time"].values[20]] == 8
    assert flags["PSAL"][times == stream["time"].values[21]] == 9


@pytest.mark.parametrize(("code", "expected"), [(1, 1), (2, 0), (3, 3), (4, 4), (9, 9)])
def test_table_2(code: int, expected: int) -> None:
    made = calibrated_underway(cycles=1)
    made["sst_flag"] = ("time", np.full(made.sizes["time"], code, dtype=np.int8))
    assert set(table_2_flags(made, "sst", 3).tolist()) == {expected}
    assert set(table_2_flags(made, "nothing").tolist()) == {9}


@pytest.mark.parametrize(("left", "right", "expected"), [(8, 4, 4), (1, 0, 0), (8, 1, 8), (9, 4, 9), (2, 3, 3), (7, 1, 7), (0, 2, 2)])
def test_the_worse_of_two_flags(left: int, right: int, expected: int) -> None:
    pair = np.array([[left, right], [right, left]], dtype=np.int8)
    assert worse(*pair).tolist() == [expected, expected]


def test_a_bad_longitude_beside_an_interpolated_latitude_is_a_bad_position(stream: xr.Dataset, tmp_path: Path) -> None:
    made = stream.copy(deep=True)
    made["latitude_source"] = made["sst_source"].copy(data=np.ones(made.sizes["time"], dtype=np.int8))
    for name, flag in (("latitude", 1), ("longitude", 4)):
        made[f"{name}_flag"] = ("time", np.full(made.sizes["time"], flag, dtype=np.int8))
    path, *_ = cmems_instac.export({"underway": made}, tmp_path, cmems_instac.CmemsInstacOptions(), example_context())
    with netCDF4.Dataset(path) as file:
        assert set(file["POSITION_QC"][:].tolist()) == {4}


def test_numbers_beyond_32_bits_are_missing(stream: xr.Dataset, tmp_path: Path) -> None:
    made = stream.copy(deep=True)
    row = int(np.flatnonzero(made["run_type"].values == RUN_TYPES["EQU"])[0])
    made["sst"].values[row] = 3e6
    path, *_ = cmems_instac.export({"underway": made}, tmp_path, cmems_instac.CmemsInstacOptions(), example_context())
    with netCDF4.Dataset(path) as file:
        assert file["TEMP"][:, 0].mask[0]
        assert file["TEMP_QC"][0, 0] == 9
    made["sst"].values[row] = 1e300
    (path,) = oceansites.export({"underway": made}, tmp_path, oceansites.OceanSitesOptions(), example_context())
    with netCDF4.Dataset(path) as file:
        assert file["TEMP"][:, 0].mask[0]


def test_a_buoy_for_copernicus(stream: xr.Dataset, tmp_path: Path) -> None:
    data, context = anchored(stream)
    path, *_ = cmems_instac.export({"buoy": data}, tmp_path, cmems_instac.CmemsInstacOptions(depth=1.5), context)
    assert path.name == "GL_TS_MO_1199_20240701.nc"
    with netCDF4.Dataset(path) as file:
        assert file["LATITUDE"][:].tolist() == pytest.approx([51.58], abs=1e-5)
        assert file["POSITION_QC"][:].tolist() == [7]
        assert set(file["DEPH"][:, 0].tolist()) == {1.5}
        assert (file.data_type, file.cdm_data_type) == ("OceanSITES time-series data", "timeSeries")


def test_levels_and_depth_of_copernicus(stream: xr.Dataset, tmp_path: Path) -> None:
    context = replace(example_context(), level="final")
    path, *_ = cmems_instac.export({"underway": stream}, tmp_path, cmems_instac.CmemsInstacOptions(), context)
    with netCDF4.Dataset(path) as file:
        assert (file.data_mode, file["FCO2"].data_mode) == ("D", "D")
        depth = context.deployments[0].depth
        assert file["DEPH"][:].mask.all() if depth is None else set(file["DEPH"][:, 0].tolist()) == {depth}
        assert file.date_update == f"{np.datetime_as_string(context.newest, 's')}Z"


NAMES = {"TEMP": "sst", "PSAL": "salinity", "FCO2": "fco2", "FCO2_AIR": "fco2_air", "FCO2_UNCERTAINTY": "fco2_uncertainty"}


def test_oceansites_of_a_ship(stream: xr.Dataset, tmp_path: Path) -> None:
    (path,) = oceansites.export({"underway": stream}, tmp_path, oceansites.OceanSitesOptions(), example_context())
    samples = water(stream)
    with netCDF4.Dataset(path) as file:
        assert file["LATITUDE"].dimensions == ("TIME",)
        np.testing.assert_allclose(moments(file), days_since_1950(samples["time"].values), rtol=0, atol=MICROSECONDS)
        for name, variable in NAMES.items():
            values = np.ma.filled(file[name][:, 0].astype("f8"), np.nan)
            np.testing.assert_allclose(values, samples[variable].values, rtol=1e-6, err_msg=name)
        assert file["FCO2"].ancillary_variables.split() == ["FCO2_QC", "FCO2_UNCERTAINTY"]
        assert all(other in file.variables for other in file["FCO2"].ancillary_variables.split())
        np.testing.assert_allclose(file["LATITUDE"][:], samples["latitude"].values, rtol=1e-6)
        assert (file.id, file.format_version, file.data_mode) == (path.stem, "1.4", "R")
        flags = file["FCO2_QC"][:, 0]
    assert {(int(ours), int(theirs)) for ours, theirs in zip(samples["fco2_flag"].values, flags, strict=True)} >= {(2, 0), (3, 3), (4, 4)}


def test_oceansites_of_a_buoy(stream: xr.Dataset, tmp_path: Path) -> None:
    data, context = anchored(stream)
    (path,) = oceansites.export({"buoy": data}, tmp_path, oceansites.OceanSitesOptions(depth=1.0), context)
    assert path.name == "OS_1199_20240701_R_CO2.nc"
    with netCDF4.Dataset(path) as file:
        assert file["LONGITUDE"].dimensions == ("LONGITUDE",)
        assert file["LONGITUDE"][:].tolist() == pytest.approx([2.99], abs=1e-5)
        assert file["DEPTH"][:].tolist() == [1.0]
        assert (file.data_type, file.cdm_data_type, file.creator_url) == ("OceanSITES time-series data", "Station", "https://example.org")


def test_a_ship_without_water_has_no_file(stream: xr.Dataset, tmp_path: Path) -> None:
    dry = stream.isel(time=np.flatnonzero(stream["run_type"].values != RUN_TYPES["EQU"]))
    for exporter in (cmems_instac.EXPORTER, oceansites.EXPORTER):
        assert exporter.export({"underway": dry}, tmp_path, exporter.options(), example_context()) == ()


def complaints(path: Path, test: str) -> set[str]:
    checker = Path(sys.executable).with_name("compliance-checker")
    if not checker.exists():
        pytest.skip("compliance-checker is not installed")
    report = path.with_suffix(".json")
    command = [str(checker), f"--test={test}", "--criteria=strict", "--format=json_new", f"--output={report}", str(path)]
    subprocess.run(command, capture_output=True, check=False)
    results = json.loads(report.read_text())[str(path)][test]
    return {
        message
        for priority in ("high_priorities", "medium_priorities", "low_priorities")
        for result in results[priority]
        if result["value"][0] < result["value"][1]
        for message in result["msgs"]
    }


@pytest.mark.parametrize("fixed", [False, True], ids=["ship", "buoy"])
def test_strict_cf_of_oceansites(stream: xr.Dataset, tmp_path: Path, fixed: bool) -> None:
    data, context = anchored(stream) if fixed else (stream, example_context())
    (path,) = oceansites.export({"underway": data}, tmp_path, oceansites.OceanSitesOptions(), context)
    assert complaints(path, "cf:1.11") == set()


FORMAT_OF_COPERNICUS = {
    "must be strictly monotonic": "positions of a ship stand along dimensions LATITUDE and LONGITUDE, not along TIME",
    "are not a subset of dimensions for variable": "as before: the conventions of the format name LATITUDE and LONGITUDE as coordinates",
    "spatio-temporal dimensions are not in the recommended order": "the depth is called DEPH along a dimension DEPTH",
}
"""What CF has against the format itself, and why."""


@pytest.mark.parametrize("fixed", [False, True], ids=["ship", "buoy"])
def test_cf_of_copernicus_but_for_the_format_itself(stream: xr.Dataset, tmp_path: Path, fixed: bool) -> None:
    data, context = anchored(stream) if fixed else (stream, example_context())
    path, *_ = cmems_instac.export({"underway": data}, tmp_path, cmems_instac.CmemsInstacOptions(), context)
    assert {message for message in complaints(path, "cf:1.6") if not any(known in message for known in FORMAT_OF_COPERNICUS)} == set()
