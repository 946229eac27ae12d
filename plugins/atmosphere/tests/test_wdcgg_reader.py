"""Reader `wdcgg`: the three layouts of the World Data Centre for Greenhouse Gases, and files as they are submitted."""

from pathlib import Path
from typing import Any

import finished_files as files
import numpy as np
import pytest
from icos_atmosphere.readers.wdcgg import READER, STREAM
from icos_atmosphere.readers.wdcgg_clock import utc_offset_of
from icos_atmosphere.vocabulary import ATC_FLAGS

from icos_core.components import ReadResult
from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, example_context


def read(path: Path, **options: Any) -> ReadResult:
    return READER.read(path, READER.options(**options), example_context())


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestVersion3(ReaderContract):
    reader = READER
    header_lines = 18

    def make_file(self, folder: Path) -> Path:
        return written(folder / "co2.txt", files.wdcgg_v3())


class TestSubmitted(ReaderContract):
    reader = READER
    options = {"gas": "co2", "averaging_interval": "hour"}

    def make_file(self, folder: Path) -> Path:
        return written(folder / "co2.txt", files.wdcgg_v3(header=False))

    def test_guess_knows_its_own_files(self, raw: Path, good: tuple[bytes, Any]) -> None:  # type: ignore[override]
        # Of a submission only the file's name says what gas it is of.
        assert READER.guess is not None
        assert READER.guess(raw) is None
        guess = READER.guess(written(raw.with_name("co2_htm_tower-insitu_150magl_162_hourly.txt"), good[0]))
        assert guess is not None
        assert guess.confidence > 0.5


class TestVersion2(ReaderContract):
    reader = READER
    header_lines = 13

    def make_file(self, folder: Path) -> Path:
        return written(folder / "ch4.txt", files.wdcgg_v2())


class TestGawReport188(ReaderContract):
    reader = READER
    header_lines = 11

    def make_file(self, folder: Path) -> Path:
        return written(folder / "ams137s00.lsce.as.cn.co2.nl.mo.dat", files.gaw_188())


def test_version_3(tmp_path: Path) -> None:
    result = read(written(tmp_path / "a.txt", files.wdcgg_v3()))
    stream = result.streams[STREAM]
    missing = np.arange(files.HOURS) % 11 == 5
    assert result.problems == ()
    assert stream["time"].values.astype("M8[s]").tolist() == files.TIME.tolist()
    assert stream["co2"].values[~missing].tolist() == files.CO2[~missing].tolist()
    assert np.isnan(stream["co2"].values).tolist() == missing.tolist()
    assert np.isnan(stream["co2_stdev"].values).tolist() == missing.tolist()
    assert [(stream[f"co2_{name}"].values == value).all() for name, value in (("cmr", 0.021), ("ltr", 0.013), ("sttb", -0.072))] == [
        True
    ] * 3
    assert stream["co2_n"].values.tolist() == files.COUNT.tolist()
    assert stream["co2_atc_flag"].values[:6].tolist() == [ATC_FLAGS[letter] for letter in "UORNKH"]
    assert stream["co2_provider_flag"].values[:6].tolist() == [0, 0, 0, 1, 1, 1]
    assert stream["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"
    assert {key: stream.attrs[key] for key in ("line", "intake_height", "averaging_interval", "instrument_ids", "instrument_methods")} == {
        "line": "150m",
        "intake_height": 150.0,
        "averaging_interval": "hour",
        "instrument_ids": [1],
        "instrument_methods": ["CRDS, Picarro G2401"],
    }


def test_as_submitted(tmp_path: Path) -> None:
    stream = read(written(tmp_path / "co2_htm_tower-insitu_150magl_162_hourly.txt", files.wdcgg_v3(header=False))).streams[STREAM]
    assert stream["co2"].values[0] == files.CO2[0]
    assert stream["co2"].attrs["calibration_scale"] == "unknown"
    assert stream.attrs["averaging_interval"] == "hour"


def test_other_methods_of_uncertainty_are_not_those_of_icos(tmp_path: Path) -> None:
    stream = read(written(tmp_path / "a.txt", files.wdcgg_v3().replace(b"0.021 1 10", b"0.021 1 3"))).streams[STREAM]
    assert "co2_cmr" not in stream
    assert "co2_ltr" in stream


def test_version_2(tmp_path: Path) -> None:
    stream = read(written(tmp_path / "a.txt", files.wdcgg_v2())).streams[STREAM]
    np.testing.assert_array_equal(stream["ch4"].values, np.round(1900 + files.CO2, 3))
    assert stream["ch4_stdev"].values.tolist() == files.STDEV.tolist()
    assert stream["ch4_provider_flag"].values[:3].tolist() == [0, 2, 0]
    assert "ch4_atc_flag" not in stream, "P is a letter of the contributor"
    assert stream["ch4"].attrs["calibration_scale"] == "WMO CH4 X2004A"
    assert stream.attrs["instrument_methods"] == ["GC-FID"]
    assert stream.attrs["line"] == "20m"


def test_letters_of_others_are_not_those_of_icos(tmp_path: Path) -> None:
    """H is invalid with ICOS; a contributor whose H is valid means something else."""
    content = files.wdcgg_v3().replace(b" H 3 1 18 158", b" H 1 1 18 158")
    assert "co2_atc_flag" not in read(written(tmp_path / "a.txt", content)).streams[STREAM]


def test_gaw_report_188(tmp_path: Path) -> None:
    result = read(written(tmp_path / "ams.dat", files.gaw_188()))
    stream = result.streams[STREAM]
    missing = np.arange(files.HOURS) % 11 == 5
    assert result.problems == ()
    assert stream["time"].values[[0, 13]].astype("M8[D]").tolist() == [np.datetime64(day).item() for day in ("1981-01-01", "1982-02-01")]
    assert stream["co2"].values[~missing].tolist() == files.CO2[~missing].tolist()
    assert np.isnan(stream["co2_stdev"].values).tolist() == missing.tolist()
    assert stream["co2_n"].values[5] == 0
    assert (stream.attrs["line"], stream.attrs["averaging_interval"]) == ("65m", "month")
    assert stream["co2"].attrs["calibration_scale"] == "WMO CO2 X2007"


def test_a_remark_may_have_blanks(tmp_path: Path) -> None:
    content = files.gaw_188().replace(b"0 -99999999\r\n", b"0 calm and clear\r\n", 1)
    assert read(written(tmp_path / "ams.dat", content)).tally.kept == files.HOURS


@pytest.mark.parametrize(("zone", "hours"), [("UTC+09:00", 9), ("Local time (UTC-3)", -3), ("UTC", 0)])
def test_local_time_becomes_utc(tmp_path: Path, zone: str, hours: int) -> None:
    stream = read(written(tmp_path / "a.txt", files.wdcgg_v2(zone=zone))).streams[STREAM]
    assert stream["time"].values[0].astype("M8[s]") == files.TIME[0] - np.timedelta64(hours, "h")


def test_a_time_zone_that_is_not_understood(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", files.wdcgg_v2(zone="local standard time"))
    with pytest.raises(InputError, match=r"time zone 'local standard time' is not understood; the option utc_offset"):
        read(path)
    assert read(path, utc_offset=5.5).streams[STREAM]["time"].values[0].astype("M8[s]") == files.TIME[0] - np.timedelta64(330, "m")
    with pytest.raises(InputError, match=r"its time zone is 'UTC\+01:00', and the option utc_offset says 2 h"):
        read(written(tmp_path / "b.txt", files.wdcgg_v2(zone="UTC+01:00")), utc_offset=2)
    assert [utc_offset_of(text) for text in ("GMT+5:30", "UTC", "CET")] == [5.5, 0.0, None]


def test_scales_that_differ_are_all_named(tmp_path: Path) -> None:
    lines = files.wdcgg_v2().decode().splitlines()
    lines[20:] = [line.removesuffix(" 1 1 88 3").removesuffix(" 2 1 88 3") + " 1 2 88 38" for line in lines[20:]]
    gas = read(written(tmp_path / "a.txt", "\n".join(lines) + "\n")).streams[STREAM]["ch4"]
    assert gas.attrs["calibration_scale"] == "WMO CH4 X2004A; TU-87"
    assert gas.attrs["calibration_scale_of_instruments"] == "1: WMO CH4 X2004A; 2: TU-87"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dataset_parameter : co2", "dataset_parameter : hfc134a", r"holds 'hfc134a'; what is read is co2, ch4, co, n2o"),
        ("value:units : ppm", "value:units : permil", r"'permil' is no unit"),
        (" nvalue ", " count ", r"has no column 'nvalue'"),
        ("VARIABLE ORDER", "VARIABLES", r"has no column 'st_year'"),
    ],
)
def test_refusals_say_why(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(written(tmp_path / "a.txt", files.wdcgg_v3().decode().replace(old, new)))


def test_header_lines_are_counted(tmp_path: Path) -> None:
    result = read(written(tmp_path / "a.txt", files.wdcgg_v3().replace(b"header_lines : 18", b"header_lines : 20")))
    assert [problem.message for problem in result.problems] == ["the header states 20 lines of the header, there are 18"]
    assert result.tally.kept == files.HOURS


def test_damaged_rows_are_accounted_for(tmp_path: Path) -> None:
    lines = files.wdcgg_v3().decode().splitlines()
    lines[18] = lines[18].replace("2021 03", "2021 13")
    lines[19] = lines[19] + " 7"
    lines[20] = " ".join(lines[20].split()[:-3])
    lines[21] = lines[21].replace(f"{files.CO2[3]:.3f}", "4l2.1")
    lines.insert(25, "   ")
    result = read(written(tmp_path / "a.txt", "\n".join(lines) + "\n"))
    assert result.tally.rejected == {"blank line": 1, "no time": 1, "too few fields": 1, "too many fields": 1}
    assert result.tally.seen == files.HOURS + 1
    assert result.tally.damaged == {"value": 1}
    assert {problem.line for problem in result.problems} == {19, 20, 21, 22}
