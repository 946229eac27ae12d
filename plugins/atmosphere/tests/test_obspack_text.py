"""Reader `obspack` on text files of NOAA."""

import gzip
from pathlib import Path
from typing import Any

import finished_files as files
import numpy as np
import pytest
from icos_atmosphere.readers.obspack import READER, STREAM

from icos_core.components import ReadResult
from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, example_context

HEADER_LINES = 13
EVENTS = """# number_of_header_lines: 3
# comment: flasks
# data_fields: sample_site_code sample_year sample_month sample_day sample_hour sample_minute sample_seconds sample_id sample_method \
parameter_formula analysis_group_abbr analysis_value analysis_uncertainty analysis_flag analysis_instrument analysis_year analysis_month \
analysis_day analysis_hour analysis_minute analysis_seconds sample_latitude sample_longitude sample_altitude sample_elevation \
sample_intake_height event_number
POC 1989 12 15 11 30 00  3100-70 T       co     CCGG   140.790  -999.990 W..  R2 1990 02 19 08 39 00  25.0 -128.8  20.00  0.00  20.00 100568
POC 1989 12 15 11 30 00  3100-70 T       co     CCGG   140.810  -999.990 ...  R2 1990 02 19 08 50 00  25.0 -128.8  20.00  0.00  20.00 100568
POC 1990 01 16 21 10 05  3068-70 T       co     CCGG   142.560     2.400 ..P  V4 1990 02 19 10 35 00  25.0 -153.6  20.00  0.00  20.00 100614
"""


def read(path: Path, **options: Any) -> ReadResult:
    return READER.read(path, READER.options(**options), example_context())


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestNoaaText(ReaderContract):
    reader = READER
    header_lines = HEADER_LINES

    def make_file(self, folder: Path) -> Path:
        return written(folder / "co2_brw.txt", files.noaa_text())


def test_daily_means(tmp_path: Path) -> None:
    result = read(written(tmp_path / "co2_brw.txt", files.noaa_text()))
    stream = result.streams[STREAM]
    missing = np.arange(files.HOURS) % 11 == 5
    assert result.problems == ()
    assert stream["time"].values[[0, -1]].astype("M8[s]").tolist() == [np.datetime64(day, "s") for day in ("2020-01-15", "2020-03-02")]
    assert stream["co2"].values[~missing].tolist() == files.CO2[~missing].tolist()
    assert np.isnan(stream["co2"].values[missing]).all()
    assert np.isnan(stream["co2_stdev"].values[missing]).all()
    assert stream["co2_n"].values[missing].tolist() == [0] * missing.sum()
    assert stream["co2_provider_flag"].values[:4].tolist() == [0, 4, 2, 1]
    assert (stream.attrs["line"], stream.attrs["averaging_interval"]) == ("16m", "day")
    assert stream["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"


def test_packed_text(tmp_path: Path) -> None:
    packed = read(written(tmp_path / "a.txt.gz", gzip.compress(files.noaa_text())))
    assert packed.tally == read(written(tmp_path / "a.txt", files.noaa_text())).tally
    with pytest.raises(InputError, match="packed with gzip, and damaged"):
        read(written(tmp_path / "b.txt.gz", gzip.compress(files.noaa_text())[:200]))


def test_flasks(tmp_path: Path) -> None:
    result = read(written(tmp_path / "co_poc_event.txt", EVENTS), calibration_scale="WMO CO X2014A")
    stream = result.streams[STREAM]
    assert result.tally.seen == 3
    assert result.tally.rejected == {"same time, other values": 1}
    assert result.problems[0].line == 5
    assert stream["time"].values.astype("M8[s]").tolist() == [
        np.datetime64("1989-12-15T11:30", "s"),
        np.datetime64("1990-01-16T21:10:05", "s"),
    ]
    assert stream["co"].values.tolist() == [140.79, 142.56]
    assert stream["co_provider_flag"].values.tolist() == [1, 4]
    assert np.isnan(stream["co_uncertainty"].values).tolist() == [True, False]
    assert stream.attrs["averaging_interval"] == "sample"
    assert stream.attrs["instrument"] == "R2, V4"
    assert stream["co"].attrs["calibration_scale"] == "WMO CO X2014A"


def test_a_header_that_counts_wrongly_is_told(tmp_path: Path) -> None:
    result = read(written(tmp_path / "a.txt", files.noaa_text().replace(b"header_lines : 13", b"header_lines : 12")))
    assert [problem.message for problem in result.problems] == ["the header states 12 lines of the header, there are 13"]
    assert result.tally.kept == files.HOURS


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("micromol mol-1", "ug m-3", r"'ug m-3' is no unit of mole fractions"),
        ("dataset_parameter : co2", "dataset_parameter : co2c13", r"holds 'co2c13'"),
        (" qcflag", " remark", r"neither netCDF nor a text file of NOAA: no column 'qcflag'"),
        ("dataset_data_frequency_unit : day", "dataset_data_frequency_unit : week", None),
    ],
)
def test_what_is_not_understood(tmp_path: Path, old: str, new: str, message: str | None) -> None:
    path = written(tmp_path / "a.txt", files.noaa_text().decode().replace(old, new))
    if message is None:
        assert read(path).streams[STREAM].attrs["averaging_interval"] == "day", "the usual step"
        return
    with pytest.raises(InputError, match=message):
        read(path)
