"""Reader `icos-bm`: one sensor of each variable, profiles by height, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ec_text_files import BM_NAME, BM_OPTIONS, icos_bm
from icos_ecosystem.readers.icos_bm import READER
from icos_ecosystem.readers.icos_bm_options import Sensor, sensor_of
from pydantic import ValidationError

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ReadResult

CONTEXT = example_context()
HEIGHTS = {"CO2_1_1_1": 0.5, "CO2_1_2_1": 8.0}


class TestContract(ReaderContract):
    reader = READER
    options = BM_OPTIONS

    def make_file(self, folder: Path) -> Path:
        path = folder / BM_NAME
        path.write_bytes(icos_bm())
        return path


class TestProfile(TestContract):
    options = {**BM_OPTIONS, "heights": HEIGHTS}


def read(folder: Path, content: bytes | str, **options: Any) -> ReadResult:
    path = folder / BM_NAME
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    validated = READER.options.model_validate(BM_OPTIONS | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def row(header: str, cells: str) -> str:
    return f"TIMESTAMP,{header}\n20230701120020,{cells}\n"


def test_values_units_and_times(tmp_path: Path) -> None:
    found = read(tmp_path, row("TA_1_1_1,RH_1_1_1,PA_1_1_1,SW_IN_1_1_1,P_1_1_1", "20.5,80,100.1,-2.5,0.2")).streams["meteo"]
    assert {str(name): found[name].item() for name in found.data_vars} == pytest.approx(
        {"TA": 293.65, "RH": 80, "PA": 100_100, "SW_IN": -2.5, "P": 0.2}
    )
    # The stamp is the end of the 20 s.
    assert found["time"].to_numpy() == np.datetime64("2023-07-01T12:00")
    found = read(tmp_path, row("PA", "1001"), units={"PA": "hPa"}, row_time="start", utc_offset=1.0).streams["meteo"]
    assert found["PA"].item() == pytest.approx(100_100)
    assert found["time"].to_numpy() == np.datetime64("2023-07-01T11:00:20")


def test_which_of_several_sensors(tmp_path: Path) -> None:
    def temperature(header: str, **options: Any) -> float:
        return float(read(tmp_path, row(header, "1,2,3"), **options).streams["meteo"]["TA"].item() - 273.15)

    assert temperature("TA_1_2_1,TA_1_1_1,TA_1_1_2") == pytest.approx(2)
    assert temperature("TA_2_3_1,TA_1_2_1,TA_1_3_1") == pytest.approx(1)
    assert temperature("TA_1_2_1,TA_1_1_1,TA_1_1_2", sensors={"TA": "1_1_2"}) == pytest.approx(3)
    assert temperature("ta_1_02_1,TA,X_1_1_1", sensors={"ta": "1_2_1"}) == pytest.approx(1)
    with pytest.raises(InputError, match="sensors: no column TA_4_1_1; those of TA stand at 1_2_1, 1_1_1"):
        read(tmp_path, row("TA_1_2_1,TA_1_1_1", "1,2"), sensors={"TA": "4_1_1"})


def test_profile(tmp_path: Path) -> None:
    header, cells = "CO2_1_2_1,CO2_1_1_1,CH4_1_1_1,TA_1_2_1,H2O_9_9_9", "400,410,1900,15,9"
    found = read(tmp_path, row(header, cells), heights={"CO2_1_1_1": 0.5, "CH4_1_1_1": 0.5, "1_2_1": 8.0, "1_5_1": 20.0})
    profile = found.streams["profile"]
    assert profile["height"].values.tolist() == [0.5, 8.0, 20.0]
    assert profile["CO2"].dims == ("time", "height")
    np.testing.assert_array_equal(profile["CO2"].values, [[410, 400, np.nan]])
    np.testing.assert_allclose(profile["CH4"].values, [[1.9, np.nan, np.nan]])
    np.testing.assert_allclose(profile["TA"].values, [[np.nan, 288.15, np.nan]])
    assert "H2O" not in profile
    # The same thermometer is meteorology, too.
    assert found.streams["meteo"]["TA"].item() == pytest.approx(288.15)


def test_a_storage_file_has_no_meteorology(tmp_path: Path) -> None:
    found = read(tmp_path, row("CO2_1_1_1,CO2_1_2_1", "410,400"), heights=HEIGHTS)
    assert list(found.streams) == ["profile"]
    with pytest.raises(InputError, match="no column of meteorology such as 'TA_1_1_1', and none that heights names"):
        read(tmp_path, row("CO2_1_1_1,CO2_1_2_1", "410,400"))
    with pytest.raises(InputError, match="'CO2_1_1_1' and 'CO2_1_2_1' are the same level, 1 m"):
        read(tmp_path, row("CO2_1_1_1,CO2_1_2_1", "410,400"), heights={"CO2_1_1_1": 1.0, "CO2_1_2_1": 1.0})


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    lines = icos_bm(5).decode().splitlines()
    lines[2] = "2023070100004x" + lines[2][14:]
    lines.insert(4, lines[0])
    lines.insert(5, lines[1])
    found = read(tmp_path, "\n".join(lines))
    assert dict(found.tally.rejected) == {"header line again": 1, "no valid date and time": 1, "the same row again": 1}
    assert (found.tally.seen, found.tally.kept) == (7, 4)
    assert "expected yyyymmdd and hhmmss" in str(found.problems[0])
    assert "cut off" in str(found.problems[1])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("TA_1_2_3", Sensor("TA", "1_2_3")),
        ("SW_IN_01_1_1", Sensor("SW_IN", "1_1_1")),
        ("ta", Sensor("TA", "1_1_1")),
        ("TIMESTAMP", None),
        ("TA_1_2", None),
        ("", None),
    ],
)
def test_names_of_columns(header: str, expected: Sensor | None) -> None:
    assert sensor_of(header) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sensors": {"TAA": "1_1_1"}}, "no variable 'TAA'; nearest: 'TA'"),
        ({"sensors": {"TA": "1_1"}}, "'1_1' is no position"),
        ({"units": {"TT": "K"}}, "no variable 'TT'"),
        ({"units": {"PA": "K"}}, "PA: unit 'K'"),
        ({"heights": {"SWC_1_1_1": 1.0}}, "neither a position such as '1_2_1' nor a column of a profile"),
        ({"heights": {"CO2": "low"}}, "valid number"),
        ({"names_line": 2}, "the header has 1 lines"),
    ],
)
def test_descriptions_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        READER.options.model_validate(options)


def test_what_a_guess_says(tmp_path: Path) -> None:
    path = tmp_path / BM_NAME
    path.write_bytes(icos_bm())
    assert READER.guess is not None
    guess = READER.guess(path)
    assert guess is not None
    assert guess.confidence == 0.95
    assert any("CO2_1_1_1, CO2_1_2_1 are levels of a profile" in each for each in guess.unsure)
