"""Exporter `obspack`: read again by xarray and netCDF4 from the formats' description, and by the reader."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import finished_hours as hours
import netCDF4
import numpy as np
import pytest
import xarray as xr
from icos_atmosphere.exporters.obspack import EXPORTER
from icos_atmosphere.readers.obspack import READER
from icos_atmosphere.vocabulary import ATC_FLAGS

from icos_core.components import Streams
from icos_core.exceptions import DataError, ExportRefused
from icos_core.people import PersonFlag
from icos_core.testing import ExporterContract, example_context

NAME = "co2_exa_tower-insitu_466_allvalid-150magl"
ROWS = hours.KEPT


def export(folder: Path, given: Streams, context: Any = None, **options: Any) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return list(EXPORTER.export(given, folder, EXPORTER.options(**options), context or hours.context()))


def one(folder: Path, **options: Any) -> Path:
    (path,) = export(folder, {"hourly/150m": hours.hourly()}, **options)
    return path


def decimals(values: Any, factor: float) -> np.ndarray[Any, Any]:
    """Return 32-bit numbers as the Carbon Portal reads them: `float(str())`, times a factor."""
    return np.array([float(str(np.float32(value))) * factor for value in values])


def texts(variable: Any) -> list[str]:
    return [b"".join(row).rstrip(b"\0").decode() for row in variable[:].tolist()]


def open_plain(path: Path) -> netCDF4.Dataset:
    file = netCDF4.Dataset(path)
    file.set_auto_mask(False)
    return file


class ObspackContract(ExporterContract):
    exporter = EXPORTER

    def context(self) -> Any:
        return hours.context()

    def streams(self) -> dict[str, xr.Dataset]:
        return {
            "hourly/150m": xr.merge(
                [hours.hourly("co2"), hours.hourly("ch4").drop_vars("time_bnds")], combine_attrs="override", join="exact", compat="override"
            ),
            "hourly/50m": hours.hourly("co2", line="50m", height=50.0),
            "daily/150m": hours.hourly().assign_attrs(averaging_interval="day"),
        }

    def reread(self, paths: Sequence[Path], streams: Streams) -> None:
        names = {path.name for path in paths}
        assert names == {
            f"{gas}_exa_tower-insitu_466_allvalid-{height}magl.nc" for gas, height in (("co2", 150), ("ch4", 150), ("co2", 50))
        }
        for path in paths:
            gas, line = path.name.partition("_")[0], "50m" if "-50magl" in path.name else "150m"
            read = READER.read(path, READER.options(), example_context())
            stream, given = read.streams["obspack"], streams[f"hourly/{line}"].isel(time=ROWS)
            assert read.problems == ()
            np.testing.assert_array_equal(stream["time"].values, given["time"].values)
            assert stream[gas].values.tolist() == np.round(given[gas].values, 3).tolist()
            assert stream[gas].attrs["calibration_scale"] == given[gas].attrs["calibration_scale"]
            assert (stream.attrs["line"], stream.attrs["averaging_interval"]) == (line, "hour")
            np.testing.assert_allclose(stream[f"{gas}_uncertainty"].values, given[f"{gas}_uncertainty"].values, rtol=1e-7)


class TestIcos(ObspackContract):
    pass


class TestNoaa(ObspackContract):
    options = {"flavour": "noaa"}


def test_every_variable_of_the_icos_layout(tmp_path: Path) -> None:
    given = hours.hourly().isel(time=ROWS)
    with open_plain(one(tmp_path, first_number=201)) as file:
        assert {name: len(dimension) for name, dimension in file.dimensions.items()} == {
            "time": ROWS.size,
            "nv": 2,
            "string_of_20chars": 20,
            "calendar_components": 6,
            "string_of_200chars": 200,
            "dim_concerns": 6,
        }
        seconds = given["time"].values.astype("M8[s]").astype(int)
        assert file["time"].dtype == np.int32
        assert file["time"][:].tolist() == file["start_time"][:].tolist() == seconds.tolist()
        assert file["time_bnds"][:].tolist() == [[second, second + 3600] for second in seconds]
        assert "beginning of the averaging interval" in file["time"].comment
        assert texts(file["datetime"])[:2] == ["2021-03-01T00:00:00Z", "2021-03-01T01:00:00Z"]
        assert file["time_components"][-1].tolist() == [2021, 3, 2, 5, 0, 0]
        np.testing.assert_allclose(file["time_decimal"][0], 2021 + 59 / 365, rtol=1e-15)
        assert file["value"].dtype == np.float32
        np.testing.assert_allclose(decimals(file["value"][:], 1e6), np.round(given["co2"].values, 3), rtol=1e-14)
        deviation = decimals(file["value_std_dev"][:], 1e6)
        assert np.isnan(deviation).tolist() == [row == 1 for row in ROWS], "one value has no spread"
        np.testing.assert_allclose(deviation[0], 0.123, rtol=1e-14)
        assert file["nvalue"][:2].tolist() == [55, 1]
        np.testing.assert_allclose(decimals(file["icos_LTR"][:], 1e6), 0.0127279, rtol=1e-7)
        np.testing.assert_allclose(decimals(file["icos_SMR"][:], 1e6), 0.0215, rtol=1e-7)
        bias = decimals(file["icos_STTB"][:], 1e6)
        np.testing.assert_allclose(bias[ROWS < 20], -0.0724, rtol=1e-7)
        assert np.isnan(bias[ROWS >= 20]).all()
        assert b"".join(file["qc_flag"][:]) == b"U" * ROWS.size
        assert file["instrument"][:].tolist() == np.where(ROWS < 15, 461, 530).tolist()
        assert set(file["quality_id"][:].tolist()) == {-9}
        assert set(file["icos_datalevel"][:].tolist()) == {1}
        assert file["obs_flag"][:].tolist() == [int(row != hours.SPIKE) for row in ROWS]
        for name, value in (("latitude", 56.0976), ("longitude", 13.4189), ("altitude", 265.0), ("intake_height", 150.0)):
            assert set(file[name][:].tolist()) == {float(np.float32(value))}
        assert not file["assimilation_concerns"][:].any()
        assert file["obs_num"][:].tolist() == list(range(1, ROWS.size + 1))
        assert file["obspack_num"][:].tolist() == list(range(201, 201 + ROWS.size))
        assert texts(file["obspack_id"])[-1] == f"obspack_co2_466_ICOS_v1.0_2021-03-02~{NAME}~{200 + ROWS.size}"


def test_the_noaa_layout_says_where_in_the_hour_its_time_is(tmp_path: Path) -> None:
    given = hours.hourly().isel(time=ROWS)
    with open_plain(one(tmp_path, flavour="noaa")) as file:
        assert len(file.dimensions["obs"]) == ROWS.size
        assert "time" not in file.dimensions
        seconds = given["time"].values.astype("M8[s]").astype(int)
        assert file["time"][:].tolist() == (seconds + 1800).tolist()
        assert file["time"].getncattr("_FillValue") == -999999999
        assert "middle of the averaging interval" in file["time"].comment
        assert file["time_bnds"][:].tolist() == [[second, second + 3600] for second in seconds]
        assert set(file["time_interval"][:].tolist()) == {3600}
        assert file["time_components"][0].tolist() == [2021, 3, 1, 0, 0, 0]
        assert file["altitude"].getncattr("_FillValue") == np.float32(-1e34)
        assert file["value_std_dev"][1] == np.float32(-1e34)
        assert set(texts(file["qcflag"])) == {"..P"}
        assert set(texts(file["instrument"])) == {"461", "530"}
        assert set(file["CT_sampling_strategy"][:].tolist()) == {2}
        assert set(file["elevation"][:].tolist()) == {115.0}
        assert texts(file["obs_id"])[0] == f"{NAME}_1"
        assert len(file.dimensions["string_of_200chars"]) == 200
        np.testing.assert_allclose(decimals(file["value"][:], 1e6), np.round(given["co2"].values, 3), rtol=1e-14)


def test_global_attributes(tmp_path: Path) -> None:
    path = one(
        tmp_path,
        country="SE",
        wigos_id="0-20008-0-EXA",
        citations=("First (2021)", "Second (2021)"),
        lab_number=424,
        attributes={"dataset_num": 7},
    )
    assert path.name == "co2_exa_tower-insitu_424_allvalid-150magl.nc"
    with xr.open_dataset(path) as data:
        attrs = data.attrs
    expected = {
        "site_code": "EXA",
        "site_country": "SE",
        "site_latitude": 56.0976,
        "site_elevation": 115.0,
        "site_utc2lst": 1.0,
        "site_oscar_id": "0-20008-0-EXA",
        "dataset_name": "co2_exa_tower-insitu_424_allvalid-150magl",
        "dataset_num": 7,
        "dataset_parameter": "co2",
        "dataset_calibration_scale": "WMO CO2 X2019",
        "dataset_creation_date": "2021-03-02T06:00:00Z",
        "dataset_start_date": "2021-03-01T00:00:00Z",
        "dataset_stop_date": "2021-03-02T05:00:00Z",
        "dataset_intake_ht": "150",
        "dataset_provider_citation_total": "2",
        "dataset_provider_citation_2": "Second (2021)",
        "lab_1_number": 424,
        "provider_1_email": "data@example.org",
        "obspack_name": "obspack_co2_466_ICOS_v1.0_2021-03-02",
        "Conventions": "CF-1.7",
    }
    assert {key: attrs[key] for key in expected} == expected
    assert "site_url" not in attrs


@pytest.mark.parametrize("letters", [("U",), ("U", "N"), ("O", "R")])
def test_only_rows_with_the_letters_that_are_asked_for(tmp_path: Path, letters: tuple[str, ...]) -> None:
    def flag(number: str, first: int, value: int) -> PersonFlag:
        start = hours.TIME[first]
        return PersonFlag(
            id=number,
            stream="hourly/150m",
            variable="co2",
            start=start,
            end=start + np.timedelta64(2, "h"),
            flag=value,
            who="",
            when="",
            why="",
        )

    people = (flag("1", 10, 1), flag("2", 12, 4))
    stream = hours.hourly(people=people)
    expected = ["U"] * hours.HOURS
    expected[hours.BAD] = "N"
    expected[10:12], expected[12:14] = ["O", "O"], ["K", "K"]
    (path,) = export(tmp_path, {"hourly/150m": stream}, flags=letters)
    with open_plain(path) as file:
        found = [letter.decode() for letter in file["qc_flag"][:]]
    assert found == [letter for row, letter in enumerate(expected) if letter in letters and row != hours.MISSING]


def test_a_finished_product_goes_out_as_it_came_in(tmp_path: Path) -> None:
    """Letters, levels and instruments of a file that was read stand in the file that is written."""
    stream = READER.read(one(tmp_path / "first", data_level=2), READER.options(), example_context()).streams["obspack"]
    letters = np.resize([ATC_FLAGS["O"], ATC_FLAGS["R"], ATC_FLAGS["K"]], stream.sizes["time"]).astype(np.int8)
    stream["co2_atc_flag"] = ("time", letters, stream["co2_atc_flag"].attrs)
    (path,) = export(tmp_path / "second", {"obspack": stream}, hours.context(level="final"))
    again = READER.read(path, READER.options(), example_context()).streams["obspack"]
    kept = stream.isel(time=np.flatnonzero(letters != ATC_FLAGS["K"]))
    for name in ("co2", "co2_stdev", "co2_ltr", "co2_sttb", "co2_atc_flag", "co2_instrument", "co2_n"):
        np.testing.assert_array_equal(again[name].values, kept[name].values, name)


def test_what_is_not_calibrated_is_refused_after_the_rest_was_written(tmp_path: Path) -> None:
    streams = {"hourly/150m": hours.hourly(), "hourly/50m": hours.hourly("ch4", line="50m", height=50.0, scale="none")}
    with pytest.raises(ExportRefused, match=r"CH4 of 'hourly/50m' is not written: it is not calibrated \(its scale is none\)"):
        export(tmp_path, streams)
    assert [path.name for path in tmp_path.glob("*")] == [f"{NAME}.nc"]
    with pytest.raises(ExportRefused, match="the height of its inlet is not stated"):
        export(tmp_path, {"a": hours.hourly().assign_attrs(intake_height=np.nan)})


def test_two_series_of_one_kind_are_told_apart_by_an_option(tmp_path: Path) -> None:
    streams = {"hourly/150m": hours.hourly(), "obspack": hours.hourly()}
    with pytest.raises(DataError, match=r"'hourly/150m' and 'obspack' are both CO2 by hour at 150 m; the option streams"):
        export(tmp_path, streams)
    assert len(export(tmp_path, streams, streams=["obspack"])) == 1
    with pytest.raises(DataError, match=r"'hourly/150' is no series by hour; .* nearest: 'hourly/150m'"):
        export(tmp_path, streams, streams=["hourly/150"])


def test_numbers_go_on_from_file_to_file(tmp_path: Path) -> None:
    streams = {"hourly/150m": hours.hourly(), "hourly/50m": hours.hourly(line="50m", height=50.0)}
    ends = []
    for path in export(tmp_path, streams):
        with open_plain(path) as file:
            ends.append((int(file["obspack_num"][0]), int(file["obspack_num"][-1])))
    assert ends == [(1, ROWS.size), (ROWS.size + 1, 2 * ROWS.size)]


def test_times_that_32_bits_cannot_hold(tmp_path: Path) -> None:
    stream = hours.hourly().drop_vars("time_bnds")
    late = stream.assign_coords(time=("time", stream["time"].values + np.timedelta64(365 * 20, "D"), {}))
    with pytest.raises(DataError, match="2038-01-19"):
        export(tmp_path, {"hourly/150m": late})


def test_names_that_are_too_long(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="longer than the 100 characters"):
        export(tmp_path, {"hourly/150m": hours.hourly()}, flavour="noaa", selection="a" * 90)


def test_check_names_what_the_station_lacks() -> None:
    assert EXPORTER.check is not None
    assert EXPORTER.check(EXPORTER.options(), hours.context()) == []
    assert [sentence.split(":")[0] for sentence in EXPORTER.check(EXPORTER.options(), example_context())] == [
        "station.latitude",
        "station.longitude",
        "station.altitude",
    ]


def test_what_follows_from_the_data_cannot_be_overwritten() -> None:
    with pytest.raises(ValueError, match="dataset_calibration_scale: set by the exporter"):
        EXPORTER.options(attributes={"dataset_calibration_scale": "WMO CO2 X2019"})


@pytest.mark.realdata
def test_solar_time_is_that_of_published_files(real_data: Path) -> None:
    """Within half a minute of what NOAA's own files have, at three longitudes and in all seasons."""
    from icos_atmosphere.exporters.obspack_solar_time import calendar_components, solar_time

    folder = real_data / "atmosphere/openghg/proc_test_data/NOAA"
    for name in (
        "ch4_bao_tower-insitu_1_ccgg_all.nc",
        "ch4_esp_surface-flask_2_representative.nc",
        "ch4_spf_surface-flask_1_ccgg_Event.nc",
    ):
        with open_plain(folder / name) as file:
            time = file["time"][:].astype("M8[s]")
            for longitude in np.unique(file["longitude"][:]):
                rows = file["longitude"][:] == longitude
                ours = calendar_components(solar_time(time[rows], float(longitude))).astype(np.int64)
                theirs = file["solartime_components"][:][rows].astype(np.int64)
                seconds = [
                    [np.datetime64("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*row)).astype(int) for row in table]
                    for table in (ours, theirs)
                ]
                assert np.abs(np.subtract(*seconds)).max() <= 30
                parts = [np.datetime64(moment) for moment in time[rows]]
                assert calendar_components(np.array(parts)).tolist() == file["time_components"][:][rows].tolist()


@pytest.mark.realdata
def test_a_published_file_comes_out_bit_by_bit(real_data: Path, tmp_path: Path) -> None:
    """What is read from the ICOS ObsPack of Hyltemossa is written with the same bits, whatever 32-bit numbers did on the way."""
    published = real_data / "atmosphere/icos_cp/co2_htm_tower-insitu_424_allvalid-150magl_small.nc"
    stream = READER.read(published, READER.options(), example_context()).streams["obspack"]
    (path,) = export(tmp_path, {"obspack": stream}, site="htm", lab_number=424, data_level=0)
    assert path.name == published.name.replace("_small", "")
    with open_plain(path) as ours, open_plain(published) as theirs:
        assert not set(theirs.variables) - set(ours.variables)
        for name in (
            *("time", "time_components", "value", "value_std_dev", "nvalue", "latitude", "longitude", "altitude", "intake_height"),
            *("qc_flag", "quality_id", "instrument", "icos_datalevel", "icos_LTR", "icos_STTB", "obs_flag", "obs_num"),
        ):
            assert ours[name].dtype == theirs[name].dtype
            assert ours[name].dimensions == theirs[name].dimensions
            np.testing.assert_array_equal(ours[name][:], theirs[name][:], name)
        np.testing.assert_allclose(ours["time_decimal"][:], theirs["time_decimal"][:], rtol=0, atol=5e-9)
        repeatability = theirs["icos_SMR"][:]
        expected = np.where(repeatability < 0, np.nan, repeatability)
        np.testing.assert_array_equal(ours["icos_SMR"][:], expected, "-999.99 ppm is no repeatability")
