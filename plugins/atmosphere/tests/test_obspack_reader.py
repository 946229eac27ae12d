"""Reader `obspack`: netCDF in the layouts of ICOS, NOAA, AGAGE and OpenGHG."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import finished_files as files
import netCDF4
import numpy as np
import pytest
from icos_atmosphere.readers.obspack import READER, STREAM
from icos_atmosphere.readers.obspack_series import listed
from icos_atmosphere.vocabulary import ATC_FLAGS

from icos_core.components import ReadResult
from icos_core.exceptions import InputError
from icos_core.running.merging import merge
from icos_core.testing import ReaderContract, example_context
from icos_core.testing.comparison import assert_same_streams
from icos_core.testing.reader import read_or_refuse


def read(path: Path, **options: Any) -> ReadResult:
    return READER.read(path, READER.options(**options), example_context())


class NetcdfContract(ReaderContract):
    """The contract for files that are not cut by bytes: they are cut by writing fewer observations."""

    reader = READER
    is_text = False
    form: ClassVar[str]
    digest: ClassVar[str]

    def make_file(self, folder: Path) -> Path:
        path = files.icos_obspack(folder / "hours.nc", form=self.form)
        type(self).digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return path

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        # How many observations are left in a damaged file nobody can say.
        whole = hashlib.sha256(content).hexdigest() == type(self).digest
        return b"", [b""] * (files.HOURS if whole else 0)

    def test_chunk_invariance(self, raw: Path, good: tuple[bytes, Any]) -> None:
        whole = read(raw)
        for place in (1, 17, files.HOURS - 1):
            parts = [
                (path.name, read(path))
                for path in (
                    files.icos_obspack(raw.with_name("a.nc"), slice(0, place), self.form),
                    files.icos_obspack(raw.with_name("b.nc"), slice(place, None), self.form),
                )
            ]
            together = merge([(name, result.streams[STREAM]) for name, result in parts], STREAM).stream
            assert_same_streams({STREAM: together}, whole.streams, f"cut at {place}")
            assert sum(result.tally.seen for _, result in parts) == whole.tally.seen

    def test_complete_rows_of_a_truncated_file(self, raw: Path, good: tuple[bytes, Any]) -> None:
        # Binary files hold columns, not rows: what is left of a truncated one is refused by the library, or fills.
        raw.write_bytes(good[0][: 2 * len(good[0]) // 3])
        result = read_or_refuse(READER, raw, good[1], self.context(), "a truncated file")
        assert result is None or result.tally.balanced


class TestNetcdf4(NetcdfContract):
    form = "NETCDF4"


class TestNetcdf3(NetcdfContract):
    form = "NETCDF3_64BIT_OFFSET"


def test_icos(tmp_path: Path) -> None:
    result = read(files.icos_obspack(tmp_path / "co2_htm.nc"))
    stream = result.streams[STREAM]
    assert stream["time"].values.astype("M8[s]").tolist() == files.TIME.tolist()
    assert stream["co2"].values.tolist() == files.CO2.tolist()
    assert stream["co2_stdev"].values.tolist() == files.STDEV.tolist()
    assert stream["co2_n"].values.tolist() == files.COUNT.tolist()
    assert (stream["co2_ltr"].values == 0.0127).all()
    assert np.isnan(stream["co2_cmr"].values).all(), "-999.99 ppm in mol mol-1 is a code"
    assert (stream["co2_sttb"].values == -0.072).all()
    assert stream["co2_atc_flag"].values[:4].tolist() == [ATC_FLAGS[letter] for letter in "OUKR"]
    assert (stream["co2_provider_flag"].values == 0).all(), "1, the fill value, says that air is representative"
    assert (stream["co2_instrument"].values == 461).all()
    assert stream["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"
    assert stream["co2"].attrs["units"] == "umol mol-1"
    attrs = {key: stream.attrs[key] for key in ("line", "intake_height", "averaging_interval", "instrument_ids", "instrument_methods")}
    assert attrs == {
        "line": "150m",
        "intake_height": 150.0,
        "averaging_interval": "hour",
        "instrument_ids": [461],
        "instrument_methods": [""],
    }
    assert stream.attrs["instrument"] == "instrument 461"


def noaa(path: Path, heights: Sequence[float] = (22.0, 100.0, 300.0), **changes: Any) -> Path:
    """Write hours as NOAA lays them out: dimension obs, time in the middle, several heights, nanomol."""
    size = files.HOURS * len(heights)
    amount = {"units": "nanomol mol-1", "_FillValue": np.float32(-999.999)}
    time = {"units": "seconds since 1970-01-01T00:00:00Z", "comment": "Time-averaged values are reported at the middle of the interval."}
    flags = np.resize(np.array(["...", "..P", ".X.", "*..", "NA"]), size).tolist()
    variables: dict[str, Any] = {
        "time": (np.repeat(files.SECONDS + 1800, len(heights)).astype(np.int32), time),
        "value": (np.repeat(1500 + files.CO2, len(heights)).astype(np.float32), amount),
        "value_unc": (
            np.repeat(files.STDEV, len(heights)).astype(np.float32),
            {**amount, "comment": "This is the standard deviation of the reported mean value"},
        ),
        "intake_height": (np.resize(np.array(heights, dtype=np.float32), size), {"_FillValue": np.float32(-999.999)}),
        "qcflag": (files.characters(flags, 10), {}),
        "instrument": (files.characters(["TP2"] * size, 100), {}),
    }
    attributes = {
        "dataset_parameter": "ch4",
        "dataset_project": "tower-insitu",
        "dataset_platform": "fixed",
        "dataset_calibration_scale": "NOAA 2004A CH4",
        "dataset_data_frequency": 1,
        "dataset_data_frequency_unit": "hour",
    }
    variables |= changes.pop("variables", {})
    return files.write(path, size, "obs", {k: v for k, v in variables.items() if v}, attributes | changes)


def test_noaa_at_one_of_its_heights(tmp_path: Path) -> None:
    path = noaa(tmp_path / "ch4_bao.nc")
    with pytest.raises(InputError, match=r"22 m, 100 m, 300 m .*intake_height"):
        read(path)
    with pytest.raises(InputError, match=r"no air of 50 m .* but of 22 m, 100 m, 300 m"):
        read(path, intake_height=50)
    result = read(path, intake_height=100)
    stream = result.streams[STREAM]
    assert result.tally.seen == 3 * files.HOURS
    assert result.tally.rejected == {"other intake height": 2 * files.HOURS}
    assert stream["time"].values.astype("M8[s]").tolist() == files.TIME.tolist(), "the start of the hour, not its middle"
    np.testing.assert_allclose(stream["ch4"].values, 1500 + files.CO2, atol=1e-3)
    assert stream["ch4_stdev"].values.tolist() == files.STDEV.tolist()
    assert stream["ch4"].attrs["calibration_scale"] == "WMO CH4 X2004A"
    assert stream.attrs["instrument"] == "TP2"
    assert "ch4_instrument" not in stream
    assert "ch4_atc_flag" not in stream


def test_noaa_flags_are_bits(tmp_path: Path) -> None:
    stream = read(noaa(tmp_path / "ch4.nc", [22.0])).streams[STREAM]
    assert stream["ch4_provider_flag"].values[:5].tolist() == [0, 4, 2, 1, -1]
    words = stream["ch4_provider_flag"].attrs["flag_meanings"].split()
    assert [words[code + 1] for code in (0, 1, 2, 3, 4, -1)] == [
        "nothing_noted",
        "rejected",
        "not_background",
        "rejected_and_not_background",
        "commented",
        "not_stated",
    ]


def test_an_intake_that_was_moved_is_one_line(tmp_path: Path) -> None:
    half = np.where(np.arange(files.HOURS) < 20, 16.0, 16.46).astype(np.float32)
    path = noaa(tmp_path / "co2_brw.nc", [1.0], variables={"intake_height": (half, {})})
    stream = read(path, intake_height="all").streams[STREAM]
    assert stream.sizes["time"] == files.HOURS
    assert (stream.attrs["line"], stream.attrs["intake_height"]) == ("16.46m", 16.46)


def test_bounds_win_over_the_time_stamp(tmp_path: Path) -> None:
    both = np.stack([files.SECONDS, files.SECONDS + 3600], axis=1).astype(np.int32)
    time = {"units": "seconds since 1970-01-01", "bounds": "time_bnds"}
    changes = {"time": ((files.SECONDS + 1800).astype(np.int32), time), "time_bnds": (both, {})}
    stream = read(noaa(tmp_path / "ch4.nc", [22.0], variables=changes)).streams[STREAM]
    assert stream["time"].values.astype("M8[s]").tolist() == files.TIME.tolist()
    later = read(tmp_path / "ch4.nc", time_stamp="start").streams[STREAM]
    assert (later["time"].values - stream["time"].values == np.timedelta64(1800, "s")).all()


def test_start_time_is_the_start(tmp_path: Path) -> None:
    changes = {"start_time": (files.SECONDS.astype(np.int32), {"units": "seconds since 1970-01-01"})}
    stream = read(noaa(tmp_path / "ch4.nc", [22.0], variables=changes)).streams[STREAM]
    assert stream["time"].values.astype("M8[s]").tolist() == files.TIME.tolist()


def test_flasks_are_samples(tmp_path: Path) -> None:
    pairs = np.repeat(files.SECONDS[::2], 2).astype(np.int32)
    time = {"units": "seconds since 1970-01-01", "comment": "reported at the middle of the averaging interval"}
    result = read(noaa(tmp_path / "f.nc", [40.0], dataset_project="surface-flask", variables={"time": (pairs, time)}))
    stream = result.streams[STREAM]
    assert stream.attrs["averaging_interval"] == "sample"
    assert stream["time"].values[0].astype("M8[s]") == files.TIME[0]
    assert result.tally.rejected == {"same time, other values": files.HOURS // 2}
    assert any("same time" in problem.message for problem in result.problems)


def agage(path: Path, **changes: Any) -> Path:
    """Write minutes as AGAGE lays them out: letters as numbers of characters, counts as numbers with a point."""
    seconds = (files.SECONDS[0] + 30 + 60 * np.arange(files.HOURS)).astype(np.int32)
    amount = {"units": "ppb", "_FillValue": np.float32(np.nan)}
    rejected = np.where(np.arange(files.HOURS) == 7, ord("x"), 0).astype(np.int8)
    value = np.where(rejected != 0, np.nan, 1500 + files.CO2).astype(np.float32)
    variables: dict[str, Any] = {
        "time": (seconds, {"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian", "sampling_time_seconds": 60}),
        "inlet_height": (np.full(files.HOURS, 185, dtype=np.int32), {}),
        "mf": (value, amount),
        "mf_repeatability": (np.full(files.HOURS, 0.33, dtype=np.float32), amount),
        "mf_mean_stdev": (files.STDEV.astype(np.float32), amount),
        "mf_mean_N": (np.full(files.HOURS, 17.0, dtype=np.float32), {}),
        "data_flag": (rejected, {}),
        "git_pollution_flag": (np.where(np.arange(files.HOURS) < 3, ord("P"), ord("B")).astype(np.int8), {}),
    }
    attributes = {"species": "ch4", "calibration_scale": "NOAA-X2004A", "units": "ppb"}
    return files.write(path, files.HOURS, "time", variables, attributes | changes)


def test_agage(tmp_path: Path) -> None:
    stream = read(agage(tmp_path / "AGAGE-Picarro_TAC_ch4.nc")).streams[STREAM]
    assert stream.attrs["averaging_interval"] == "minute"
    assert stream.attrs["line"] == "185m"
    assert stream["ch4_provider_flag"].values[[0, 3, 7]].tolist() == [2, 0, 1]
    assert np.isnan(stream["ch4"].values).tolist() == [row == 7 for row in range(files.HOURS)]
    assert (stream["ch4_n"].values == 17).all()
    assert (stream["ch4_uncertainty_repeatability"].values == 0.33).all()
    assert stream["ch4"].attrs["calibration_scale"] == "WMO CH4 X2004A"


def openghg(path: Path, **changes: Any) -> Path:
    """Write hours as OpenGHG standardises them: 32-bit numbers in 64 bits, `unknown` units beside stated ones."""
    variables: dict[str, Any] = {
        "time": (files.SECONDS - files.SECONDS[0], {"units": "seconds since 2021-03-01", "sampling_period_seconds": "NOT_SET"}),
        "co2": (files.CO2.astype(np.float32).astype(np.float64), {"units": "unknown"}),
        "co2_variability": (files.STDEV.astype(np.float32).astype(np.float64), {"units": "unknown"}),
        "co2_number_of_observations": (files.COUNT, {}),
        "flag": (np.array(["O"] * files.HOURS, dtype=object), {}),
    }
    attributes = {"species": "co2", "units": "µmol mol-1", "sampling_height": "147.0", "inlet": "147m", "calibration_scale": "unknown"}
    variables |= changes.pop("variables", {})
    attributes = {key: value for key, value in (attributes | changes).items() if value}
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", files.HOURS)
        file.setncatts(attributes)
        for name, (values, attrs) in variables.items():
            variable: Any = file.createVariable(name, str if values.dtype == object else values.dtype, ("time",))
            variable.setncatts(attrs)
            variable[:] = values
    return path


def test_openghg(tmp_path: Path) -> None:
    stream = read(openghg(tmp_path / "toh.nc")).streams[STREAM]
    assert stream["co2"].values.tolist() == files.CO2.tolist()
    assert stream["co2"].attrs["calibration_scale"] == "unknown"
    assert (stream["co2_atc_flag"].values == ATC_FLAGS["O"]).all()
    assert (stream.attrs["averaging_interval"], stream.attrs["line"]) == ("hour", "147m"), "an hour is the usual step"


def test_what_the_file_leaves_open_is_stated(tmp_path: Path) -> None:
    path = openghg(tmp_path / "toh.nc", sampling_height="", inlet="", species="", calibration_scale="")
    with pytest.raises(InputError, match="intake_height states it"):
        read(path)
    stream = read(path, intake_height=10, calibration_scale="X2007", averaging_interval="day").streams[STREAM]
    assert stream["co2"].attrs["calibration_scale"] == "WMO CO2 X2007"
    assert (stream.attrs["line"], stream.attrs["averaging_interval"]) == ("10m", "day")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset_parameter": "sf6"}, r"holds 'sf6'; what is read is co2, ch4, co, n2o"),
        ({"dataset_platform": "mobile", "dataset_project": "aircraft-insitu"}, "aircraft-insitu: the air of a moving platform"),
        ({"dataset_data_frequency": 40.0, "dataset_data_frequency_unit": "minute"}, r"average over 2400 s.*averaging_interval"),
        ({"variables": {"value": None}}, r"no series of mole fractions: .*there are time"),
        ({"variables": {"time": None}}, "no series of mole fractions"),
        ({"variables": {"value": (np.ones(files.HOURS, dtype=np.float32), {"units": "ug m-3"})}}, r"value: 'ug m-3' is no unit"),
        ({"variables": {"time": (files.SECONDS, {"units": "seconds"})}}, "time has units 'seconds'"),
    ],
)
def test_refusals_say_why(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(files.icos_obspack(tmp_path / "co2_htm.nc", **changes))


def test_options_do_not_contradict_the_file(tmp_path: Path) -> None:
    path = files.icos_obspack(tmp_path / "co2_htm.nc")
    with pytest.raises(InputError, match=r"its scale is 'WMO CO2 X2019', the option calibration_scale says 'WMO CO2 X2007'"):
        read(path, calibration_scale="X2007")
    with pytest.raises(InputError, match=r"holds co2, and the option gas asks for ch4"):
        read(path, gas="ch4")


def test_packed_values_are_unpacked(tmp_path: Path) -> None:
    packed = (np.arange(files.HOURS) + 4000).astype(np.int16)
    packed[3] = -1
    attrs = {"units": "ppm", "scale_factor": 0.1, "add_offset": 0.0, "_FillValue": np.int16(-1)}
    stream = read(files.icos_obspack(tmp_path / "a.nc", variables={"value": (packed, attrs)})).streams[STREAM]
    np.testing.assert_allclose(stream["co2"].values[[0, 47]], [400.0, 404.7], rtol=1e-12)
    assert np.isnan(stream["co2"].values[3])


def test_guesses(tmp_path: Path) -> None:
    assert READER.guess is not None
    guess = READER.guess(noaa(tmp_path / "ch4_bao.nc"))
    assert guess is not None
    assert guess.options == {"intake_height": 300.0}
    assert any("22 m, 100 m, 300 m" in sentence for sentence in guess.unsure)
    assert listed(np.arange(400.0)).endswith("29 m and 370 heights more")
    open_ended = READER.guess(openghg(tmp_path / "toh.nc", sampling_height="", inlet="", calibration_scale=""))
    assert open_ended is not None
    assert [sentence.split(":")[0] for sentence in open_ended.unsure] == ["intake_height", "calibration_scale"]
