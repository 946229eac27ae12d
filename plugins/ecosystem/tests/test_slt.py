"""Reader `slt`: every number against the description of the format, times from header and name, analog inputs, and what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.readers.slt import READER
from icos_ecosystem.readers.slt_configuration import configuration_beside, parse_configuration
from pydantic import ValidationError
from slt_files import NAME, slt_file, turbulent_records

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

    from icos_core.components import ReadResult

CONTEXT = example_context()
CO2 = {"variable": "co2_molar_density", "unit": "mmol/m³", "minimum": 10, "maximum": 40}
H2O = {"variable": "h2o_molar_density", "unit": "mmol/m3", "minimum": 0, "maximum": 3000}
OPTIONS = {"frequency": 10.0, "channels": {"1": CO2, "2": H2O}}
CONFIGURATION = (
    "\ufeff[Settings for EddyMeas]\nSonic: Gill R3/HS\nSample frequency: 10 hz\nAverage time: 30 min\n"
    "CO2, 10 , 40 , mmol/m³ , 0 , E\nH2O, 0 , 3000 , mmol/m³ , 0 , E\nNH3, 0 , 100 , ppb , 8 , E\nCH4, 1, 4, ppm, 0, E\n"
    "[Settings for EddyFlux]\nMeasurement height: 31 m\n"
)


class TestSlt(ReaderContract):
    reader = READER
    options = OPTIONS
    is_text = False

    def make_file(self, folder: Path) -> Path:
        path = folder / NAME
        path.write_bytes(slt_file(turbulent_records()))
        return path

    def split(self, content: bytes) -> tuple[bytes, list[bytes]]:
        length = content[0] if content else 0
        return content[:length], [content[at : at + length] for at in range(length, len(content), length)] if length else []

    def test_chunk_invariance(self, raw: Path, good: tuple[bytes, BaseModel]) -> None:
        """A part of a file that dates itself only in its header is dated by the header's time: the rows of two parts are those of one."""
        header, records = self.split(good[0])
        whole = self.reader.read(raw, good[1], self.context()).streams["eddy"]
        late = slt_file(np.frombuffer(b"".join(records[60:]), dtype="<i2").reshape(-1, header[0] // 2), date=(23, 11, 20, 16, 14, 31))
        raw.write_bytes(late)
        part = self.reader.read(raw, good[1], self.context()).streams["eddy"]
        for name in whole.data_vars:
            np.testing.assert_array_equal(part[name].values, whole[name].values[60:])


def read(folder: Path, content: bytes, name: str = NAME, **options: Any) -> ReadResult:
    path = folder / name
    path.write_bytes(content)
    validated = READER.options.model_validate(OPTIONS | options)
    result = READER.read(path, validated, CONTEXT)
    assert_result_fits(READER, result, validated)
    assert_span_covers(READER, path, result, validated, CONTEXT)
    return result


def test_every_number_by_hand(tmp_path: Path) -> None:
    records = np.array([[119, -83, -17, 17199, -18280, -14606], [-1, 0, 1, 17200, -25000, 25000]], dtype=np.int16)
    result = read(tmp_path, slt_file(records))
    stream = result.streams["eddy"]
    expected = {
        "u": [1.19, -0.01],
        "v": [-0.83, 0.0],
        "w": [-0.17, 0.01],
        "speed_of_sound": [343.98, 344.0],
        # (-18280 + 25000) / 10 = 672 mV of 5000 mV, on 10 … 40; (-14606 + 25000) / 10 = 1039.4 mV, on 0 … 3000.
        "co2_molar_density": [10 + 30 * 672 / 5000, 10.0],
        "h2o_molar_density": [3000 * 1039.4 / 5000, 3000.0],
    }
    assert set(stream.data_vars) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(stream[name].values, values, rtol=1e-13, atol=1e-15)
    times = np.array(["2016-11-23T14:30:00.0", "2016-11-23T14:30:00.1"], dtype="datetime64[ns]")
    np.testing.assert_array_equal(stream["time"].values, times)
    assert (result.tally.seen, result.tally.kept, result.problems) == (2, 2, ())


def test_low_resolution_is_millivolts(tmp_path: Path) -> None:
    records = np.array([[0, 0, 0, 17200, 672, 672]], dtype=np.int16)
    stream = read(tmp_path, slt_file(records, masks=(0, 2))).streams["eddy"]
    assert stream["co2_molar_density"].item() == pytest.approx(10 + 30 * 672 / 5000, rel=1e-14)
    forced = {"1": CO2 | {"high_resolution": True}}
    stream = read(tmp_path, slt_file(records, masks=(0, 2)), channels=forced).streams["eddy"]
    assert stream["co2_molar_density"].item() == pytest.approx(10 + 30 * (672 + 25000) / 10 / 5000, rel=1e-14)


def test_sonic_temperature_in_place_of_the_speed_of_sound(tmp_path: Path) -> None:
    records = np.array([[0, 0, 0, 2013, 0, 0]], dtype=np.int16)
    stream = read(tmp_path, slt_file(records), fourth_column="sonic_temperature").streams["eddy"]
    assert stream["sonic_temperature"].item() == pytest.approx(293.28, rel=1e-15)


def test_other_ranges_and_units(tmp_path: Path) -> None:
    """A range of ±5 V, a fraction in ppm and a diagnostic word."""
    records = np.array([[0, 0, 0, 17200, 25000, -24998]], dtype=np.int16)
    channels = {
        "1": {"variable": "ch4_mole_fraction", "unit": "ppb", "minimum": 0, "maximum": 10_000},
        "2": {"variable": "li7500_diagnostic", "minimum": -5000, "maximum": 5000},
    }
    stream = read(tmp_path, slt_file(records), channels=channels, analog_range=[-5000.0, 5000.0]).streams["eddy"]
    assert stream["ch4_mole_fraction"].item() == pytest.approx(10.0, rel=1e-14)
    assert stream["li7500_diagnostic"].item() == 0


def test_time_of_name_and_header(tmp_path: Path) -> None:
    content = slt_file(turbulent_records(3))
    with pytest.raises(InputError, match=r"W20163281500.slt: the header says 2016-11-23T14:30, the name 2016-11-23T15:00"):
        read(tmp_path, content, "W20163281500.slt")
    by_name = read(tmp_path, content, "W20163281500.slt", time_from="name", utc_offset=1.0).streams["eddy"]["time"].values
    assert by_name[0] == np.datetime64("2016-11-23T14:00")
    by_header = read(tmp_path, content, "W20163281500.slt", time_from="header").streams["eddy"]["time"].values
    assert by_header[0] == np.datetime64("2016-11-23T14:30")
    ended = slt_file(turbulent_records(18_000))
    by_end = read(tmp_path, ended, "W20163281500.slt", file_time="end").streams["eddy"]["time"].values
    assert by_end[0] == np.datetime64("2016-11-23T14:30")
    assert read(tmp_path, content, "renamed.slt").streams["eddy"]["time"].values[0] == np.datetime64("2016-11-23T14:30")


def test_variants_without_a_date_take_that_of_the_name(tmp_path: Path) -> None:
    """EddySoft has the mask in its header, EdiSol does not."""
    records = np.array([[100, 0, 0, 17200, 672, 672]], dtype=np.int16)
    content = slt_file(records, date=(0,) * 6)
    for variant, millivolts in (("eddysoft", (672 + 25000) / 10), ("edisol", 672)):
        stream = read(tmp_path, content, variant=variant).streams["eddy"]
        assert stream["time"].values[0] == np.datetime64("2016-11-23T14:30")
        assert stream["co2_molar_density"].item() == pytest.approx(10 + 30 * millivolts / 5000, rel=1e-14)
        with pytest.raises(InputError, match="name_format"):
            read(tmp_path, content, "renamed.slt", variant=variant)
    with pytest.raises(InputError, match=r"no \.slt file of eddymeas"):
        read(tmp_path, content)


def test_a_record_too_many_and_one_cut_off(tmp_path: Path) -> None:
    content = slt_file(turbulent_records(101))
    assert read(tmp_path, content).tally.kept == 101
    result = read(tmp_path, content + b"\x01\x02\x03", file_duration="10 s")
    assert dict(result.tally.rejected) == {"beyond the time of the file": 1, "incomplete record": 1}
    assert result.streams["eddy"]["time"].values[-1] == np.datetime64("2016-11-23T14:30:09.9")
    assert "last 3 bytes" in str(result.problems[0])


def test_inputs_that_are_not_there_or_not_named(tmp_path: Path) -> None:
    content = slt_file(turbulent_records(3))
    with pytest.raises(InputError, match=r"channels.4: the file has 3 analog inputs"):
        read(tmp_path, content, channels={"4": CO2})
    assert "3 analog inputs are not read" in str(read(tmp_path, content, channels={}).problems[0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": {"0": CO2}}, "expected the number of an analog input"),
        ({"channels": {"1": CO2, "2": CO2}}, "comes from input 1 already"),
        ({"channels": {"1": CO2 | {"variable": "u", "unit": "m/s"}}}, "comes from the anemometer already"),
        ({"channels": {"1": CO2 | {"variable": "co2_molar_densty"}}}, "nearest: 'co2_molar_density'"),
        ({"channels": {"1": CO2 | {"unit": "mmol/mol"}}}, "unit"),
        ({"channels": {"1": CO2 | {"unit": None}}}, "unit is needed"),
        ({"channels": {"1": CO2 | {"maximum": 10}}}, "are the same"),
        ({"analog_range": [5.0, 5.0]}, "both ends are the same"),
        ({"variant": "edisol", "time_from": "header"}, "not relied upon"),
        ({"name_format": "?hhmm.slt"}, "no day"),
    ],
)
def test_mistakes_in_options(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        READER.options.model_validate(OPTIONS | changes)


def test_configuration() -> None:
    found = parse_configuration(CONFIGURATION.encode())
    assert found.number("sample frequency") == 10
    assert found.number("measurement height") == 31
    assert found.settings["sonic"] == "Gill R3/HS"
    assert [(each.name, each.unit, each.minimum, each.maximum, each.delay) for each in found.inputs[:3]] == [
        ("CO2", "mmol/m³", 10, 40, 0),
        ("H2O", "mmol/m³", 0, 3000, 0),
        ("NH3", "ppb", 0, 100, 8),
    ]
    assert [each.variable for each in found.inputs] == ["co2_molar_density", "h2o_molar_density", None, None]
    latin = parse_configuration(CONFIGURATION.removeprefix("\ufeff").encode("cp1252"))
    assert latin == found


def test_guess_takes_the_configuration_in_force(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(slt_file(turbulent_records(20, 4)))
    alone = READER.guess(path)
    assert alone is not None
    assert alone.options == {"frequency": 10.0}
    (tmp_path / "W20163280900.cfg").write_text("Sample frequency: 20 hz\n", encoding="utf-8")
    (tmp_path / "W20163281404.cfg").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "W20163281431.cfg").write_text("Sample frequency: 20 hz\n", encoding="utf-8")
    assert configuration_beside(path) == ("W20163281404.cfg", parse_configuration(CONFIGURATION.encode()))
    guess = READER.guess(path)
    assert guess is not None
    assert guess.confidence > 0.9
    options = READER.options.model_validate(guess.options)
    assert guess.options["frequency"] == 10
    assert guess.options["file_duration"] == "30 min"
    assert {key: channel.variable for key, channel in options.channels.items()} == {"1": "co2_molar_density", "2": "h2o_molar_density"}
    assert any("NH3 (ppb), CH4 (ppm)" in sentence for sentence in guess.unsure)
