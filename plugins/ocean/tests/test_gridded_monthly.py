"""The product ``gridded-monthly``: which rows count, the calendar, and netCDF that compliance-checker accepts."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from icos_ocean.products.gridded_monthly import PRODUCT
from icos_ocean.products.gridded_monthly_words import grid_words
from icos_ocean.vocabulary.socat import DATASET_FLAGS, EXPOCODE, FCO2REC, WORDS

from icos_core.components import Outcome
from icos_core.dataset import make_stream
from icos_core.exporters.cf_netcdf import EXPORTER
from icos_core.flags import apply_flags
from icos_core.station import Station
from icos_core.testing import example_context

CONTEXT = example_context(deployments=())
STATISTICS = ("count", "mean", "sd", "minimum", "maximum", "mean_weighted", "sd_weighted")


def rows(times, latitude, longitude, fco2, **more) -> xr.Dataset:
    words = [*(WORDS[name] for name in ("latitude", "longitude", "sst", "salinity", "dataset_quality")), EXPOCODE, FCO2REC]
    values = {"latitude": latitude, "longitude": longitude, "fco2rec": fco2, **more}
    stream = make_stream(np.array(times, dtype="datetime64[ns]"), {name: np.asarray(array) for name, array in values.items()}, words)
    apply_flags(stream, ())
    return stream


def derive(stream, context=CONTEXT, **options):
    result = PRODUCT.derive({"socat_fco2rec": stream}, PRODUCT.options(**options), context)
    grid = result.streams["gridded_monthly"]
    assert {str(name) for name in grid.data_vars} - {"time_bnds", "latitude_bnds", "longitude_bnds"} <= {
        word.name for word in PRODUCT.provides(PRODUCT.options(**options))["gridded_monthly"]
    }
    return grid, dict(result.tables[0].rows)


@pytest.fixture(scope="module")
def track() -> xr.Dataset:
    random = np.random.default_rng(1)
    size = 3000
    time = np.datetime64("2024-01-20", "ns") + np.arange(size) * np.timedelta64(20, "m")
    longitude = (np.linspace(170.0, 200.0, size) + 180.0) % 360.0 - 180.0
    stream = make_stream(
        time,
        {
            "latitude": np.linspace(-3.0, 8.0, size),
            "longitude": longitude,
            "expocode": np.where(np.arange(size) % 3 == 0, 1, 2) * 10**12,
            "fco2rec": random.normal(370, 10, size),
            "sst": np.where(np.arange(size) % 7 == 0, np.nan, 25.0),
            "salinity": random.normal(35, 0.1, size),
        },
        [*(WORDS[name] for name in ("latitude", "longitude", "sst", "salinity")), EXPOCODE, FCO2REC],
    )
    apply_flags(stream, ())
    return stream


def test_the_grid_of_a_track(track):
    grid, account = derive(track)
    assert grid["fco2rec_mean"].dims == ("time", "latitude", "longitude")
    assert grid["time"].values.astype("datetime64[D]").astype(str).tolist() == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert grid["time_bnds"].values[-1].astype("datetime64[D]").astype(str).tolist() == ["2024-03-01", "2024-04-01"]
    np.testing.assert_array_equal(grid["longitude_bnds"].values.mean(axis=1), grid["longitude"].values)
    assert (np.diff(grid["longitude"].values) == 1.0).all()
    assert grid["fco2rec_count"].values.sum() == account["rows gridded"] == 3000
    assert grid["sst_count"].values.sum() == np.isfinite(track["sst"].values).sum()
    assert set(np.unique(grid["cruise_count"].values).tolist()) <= {0, 1, 2}
    assert (grid["cruise_count"].values == 2).any()
    counted = grid["fco2rec_count"].values > 0
    assert counted.sum() == account["cells with data"]
    np.testing.assert_array_equal(np.isfinite(grid["fco2rec_mean"].values), counted)
    total = np.nansum(grid["fco2rec_mean"].values * grid["fco2rec_count"].values)
    assert total == pytest.approx(track["fco2rec"].values.sum())
    assert np.nanmax(np.abs(grid["longitude_offset"].values)) <= 0.5


def test_only_good_rows_count():
    stream = rows(["2024-01-01", "2024-01-02", "2024-01-03"], [0.5] * 3, [0.5] * 3, [1.0, 2.0, 9.0], sst=[10.0, 11.0, 12.0])
    apply_flags(stream, [Outcome(variable="fco2rec", name="test", level=np.array([1, 3, 4], dtype=np.int8))])
    grid, account = derive(stream)
    assert (grid["fco2rec_mean"].values.item(), grid["sst_mean"].values.item()) == (1.0, 10.0)
    assert account["rows left out for their flag"] == 2
    grid, _ = derive(stream, worst_flag="questionable")
    assert grid["fco2rec_mean"].values.item() == 1.5
    apply_flags(stream, [Outcome(variable="sst", name="test", level=np.array([4, 1, 1], dtype=np.int8))])
    grid, _ = derive(stream)
    assert (grid["fco2rec_count"].values.item(), grid["sst_count"].values.item()) == (1, 0)


def test_a_bad_position_does_not_count():
    stream = rows(["2024-01-01", "2024-01-02"], [0.5, np.nan], [0.5, 0.5], [1.0, 2.0])
    _, account = derive(stream)
    assert account["rows left out for their position"] == 1


def test_flags_of_data_sets():
    quality = np.array([DATASET_FLAGS[flag] for flag in ("unknown", "A", "D", "E")], dtype=np.int8)
    times = [f"2024-01-0{day}" for day in range(1, 5)]
    stream = rows(times, [0.5] * 4, [0.5] * 4, [1.0, 2.0, 3.0, 4.0], dataset_quality=quality)
    grid, account = derive(stream)
    assert grid["fco2rec_count"].values.item() == 3
    assert account["rows left out for their flag of the data set"] == 1
    grid, _ = derive(stream, dataset_flags=["E"])
    assert grid["fco2rec_count"].values.item() == 2


def test_months_of_ships_are_those_of_utc_and_of_fixed_stations_local():
    stream = rows(["2024-01-31T23:30", "2024-02-01T00:30"], [0.5] * 2, [0.5] * 2, [1.0, 2.0])
    grid, _ = derive(stream)
    assert grid.sizes["time"] == 2
    fixed = Station.model_validate(
        {**CONTEXT.station.model_dump(), "platform": "fixed", "latitude": 0.5, "longitude": 0.5, "altitude": 0.0, "utc_offset": 1.0}
    )
    grid, _ = derive(stream, replace(CONTEXT, station=fixed))
    assert grid.sizes["time"] == 1
    assert str(grid["time"].values[0])[:16] == "2024-01-31T23:00"


def test_every_month_and_the_whole_globe():
    stream = rows(["2023-11-05", "2024-02-05"], [0.5] * 2, [0.5] * 2, [1.0, 2.0])
    grid, _ = derive(stream)
    assert grid.sizes == {"time": 2, "latitude": 1, "longitude": 1, "bnds": 2}
    grid, _ = derive(stream, every_month=True, extent="globe", cell_size=5.0)
    assert grid.sizes == {"time": 4, "latitude": 36, "longitude": 72, "bnds": 2}
    assert np.isfinite(grid["fco2rec_mean"].values).sum() == 2


def test_what_can_be_left_out():
    stream = rows(["2024-01-05"], [0.5], [0.5], [1.0])
    grid, _ = derive(stream, cruise_weighted=False, position_offsets=False)
    names = {"cruise_count", *(f"fco2rec_{each}" for each in ("count", "mean", "sd", "minimum", "maximum"))}
    assert {str(name) for name in grid.data_vars} == names | {"time_bnds", "latitude_bnds", "longitude_bnds"}


def test_other_variables_of_other_streams():
    stream = rows(["2024-01-05"], [0.5], [0.5], [1.0], sst=[12.0])
    result = PRODUCT.derive({"ship": stream}, PRODUCT.options(stream="ship", variables=["sst"]), CONTEXT)
    assert result.streams["gridded_monthly"]["sst_mean"].values.item() == 12.0
    requirements = PRODUCT.requires(PRODUCT.options(stream="ship", variables=["sst", "wind_speed"]))["ship"]
    assert [(each.name, each.optional) for each in requirements] == [
        ("sst", False),
        ("latitude", False),
        ("longitude", False),
        ("wind_speed", True),
    ]


def test_nothing_to_grid():
    stream = rows(["2024-01-05"], [0.5], [0.5], [np.nan])
    grid, account = derive(stream)
    assert (account["rows gridded"], account["cells with data"]) == (0, 0)
    assert grid.sizes["time"] == 0


@pytest.mark.parametrize("options", [{"cell_size": 0.7}, {"dataset_flags": ["Z"]}, {"worst_flag": "bad"}, {"variables": []}])
def test_options_that_cannot_be(options):
    with pytest.raises(ValueError, match=r"cell_size|dataset_flags|worst_flag|variables"):
        PRODUCT.options(**options)


def test_every_statistic_has_a_word():
    names = {word.name for word in grid_words({"sst": {}})}
    assert names == {"cruise_count", "latitude_offset", "longitude_offset", *(f"sst_{each}" for each in STATISTICS)}


def test_the_file_complies_with_cf(track, tmp_path: Path):
    checker = Path(sys.executable).with_name("compliance-checker")
    if not checker.exists():
        pytest.skip("compliance-checker is not installed")
    grid, _ = derive(track)
    (path,) = EXPORTER.export({"gridded_monthly": grid}, tmp_path, EXPORTER.options(), CONTEXT)
    report = tmp_path / "report.json"
    command = [str(checker), "--test=cf:1.11", "--criteria=strict", "--format=json_new", f"--output={report}", str(path)]
    subprocess.run(command, capture_output=True, check=False)
    result = json.loads(report.read_text())[str(path)]["cf:1.11"]
    assert result["scored_points"] == result["possible_points"]
    with xr.open_dataset(path) as file:
        assert file["fco2rec_sd"].attrs["cell_methods"] == "time: latitude: longitude: standard_deviation"
        assert file["fco2rec_count"].attrs["standard_name"] == "number_of_observations"
        for name in ("time", "latitude", "longitude"):
            assert file[name].attrs.get("bounds", file[name].encoding.get("bounds")) == f"{name}_bnds"
        np.testing.assert_array_equal(file["fco2rec_mean"].values, grid["fco2rec_mean"].values)
        np.testing.assert_array_equal(file["time_bnds"].values, grid["time_bnds"].values)
