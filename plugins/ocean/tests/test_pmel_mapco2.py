"""Reader `pmel-mapco2`: real messages, and every way in which a message can be written or damaged."""

import re

import numpy as np
import pytest
from icos_ocean.readers.pmel_mapco2 import READER
from icos_ocean.simulators.pmel_mapco2 import SIMULATOR, write_files
from icos_ocean.simulators.pmel_mapco2_signals import simulate_cycles
from icos_ocean.vocabulary import RUN_TYPES
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS
from pydantic import ValidationError
from surviving_readers import assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

CONTEXT = example_context()
MINUTES = (0, 1, 2, 3, 4, 5, 16, 17, 18, 18)
POSITION = "08/15/2016 00:05:03 2127.5063 N 15747.9014 W 0040 1.1 2016/02/07 12:38:33 2016/02/07 12:38:34 I 0030"
SYSTEM = "10.4 10.1 00.877898 00.714991 00.000000 FF02 00.000 0.000 00.00000 0.0000 00.0000 0.0000 000.0 0.00 000.0 0.00 000 000 000.0"
DRY = "SW_xCO2(dry) 0407.70 Atm_xCO2(dry) 0395.50 "


def reading(minute, wet="0402.47", humidity="70"):
    return f"{minute:02d} 29.10 0.025 101.23 00.01 {wet} 00.55 20.85 0.0 {humidity} 0.2 28.1 0.02 03359000 00225 03265821 00271"


def block(start="2016/08/15 00:00:00", position=POSITION, system=SYSTEM, minutes=MINUTES, dry=DRY, word="NORM"):
    lines = [f"{word} 03345 10752 {start}    CRIMP 0006 06.09 03/27/2015", position, system, *map(reading, minutes), dry]
    return [line for line in lines if line is not None]


@pytest.fixture
def read(tmp_path):
    """Read lines as one file of messages."""

    def _read(*lines, **options):
        path = tmp_path / "messages.txt"
        path.write_bytes("\n".join([*lines, ""]).encode("latin-1"))
        validated = READER.options(**options)
        result = READER.read(path, validated, CONTEXT)
        assert_result_fits(READER, result, validated)
        assert_span_covers(READER, path, result, validated, CONTEXT)
        return result

    return _read


def values(result, name):
    return result.streams["mapco2"][name].values


def messages(result):
    return [str(problem) for problem in result.problems]


def clocks(result):
    return [str(moment)[11:19] for moment in values(result, "time")]


# --- the real messages ---


@pytest.fixture
def real_file(real_data):
    return real_data / "ocean/mapco2_pymapco2/C0006_2016_08_15.txt"


@pytest.mark.realdata
def test_real_messages_are_accounted_for(real_file):
    result = READER.read(real_file, READER.options(), CONTEXT)
    assert_result_fits(READER, result, READER.options())
    lines = real_file.read_text(encoding="latin-1").splitlines()
    assert result.tally.seen == len(lines) == 146
    assert result.tally.kept == sum(re.match(r"(0[0-5]|1[678]) ", line) is not None for line in lines) == 80
    counted = result.tally.by_type
    assert counted["NORM first line"] == sum(line.startswith("NORM") for line in lines)
    assert all(counted[point] == 8 for point in CYCLE_POINTS)
    for name, first, last in (
        ("Seafet Data", "Seafet Data", "End Seafet Data"),
        ("PH", "PH", "END PH"),
        ("SBE16 DATA", "SBE16 DATA", "END SBE16"),
    ):
        assert counted[f"block {name}"] == lines.index(last) - lines.index(first) + 1
    assert not messages(result)


@pytest.mark.realdata
def test_real_messages_hold_what_they_say(real_file):
    stream = READER.read(real_file, READER.options(), CONTEXT).streams["mapco2"]
    lines = [line.split() for line in real_file.read_text(encoding="latin-1").splitlines()]
    points = [fields for fields in lines if len(fields) == 17 and len(fields[0]) == 2]
    columns = np.array([[float(cell) for cell in fields] for fields in points]).T
    for name, column, factor in (
        ("analyser_temperature", 1, 1),
        ("analyser_pressure", 3, 10),
        ("analyser_pressure_deviation", 4, 10),
        ("xco2_wet", 5, 1),
        ("oxygen", 7, 1),
        ("relative_humidity", 9, 1),
        ("humidity_temperature", 11, 1),
        ("detector_reference_deviation", 16, 1),
    ):
        np.testing.assert_allclose(stream[name].values, columns[column] * factor, rtol=1e-12)
    dry = stream["xco2_dry"].values.reshape(8, 10)
    assert np.isnan(dry[:, [0, 1, 2, 3, 4, 5, 6, 8]]).all()
    np.testing.assert_allclose(dry[0, [7, 9]], [407.70, 395.50])
    assert stream["latitude"].values[0] == pytest.approx(21 + 27.5063 / 60, abs=1e-9)
    assert stream["longitude"].values[0] == pytest.approx(-(157 + 47.9014 / 60), abs=1e-9)
    # The date of the run counts, not those of February that follow the position.
    assert str(stream["time"].values[0])[:19] == "2016-08-15T00:00:00"
    assert str(stream["time"].values[-1])[:19] == "2016-08-15T21:18:30"
    # What the sensors in the sea wrote is zero throughout: none are there.
    assert not {"sst", "salinity"} & set(stream.data_vars)


@pytest.mark.realdata
def test_real_messages_are_recognised(real_file):
    assert READER.guess(real_file).confidence > 0.9


# --- how messages are written ---


def test_each_reading_has_its_own_time(read):
    result = read(*block())
    assert clocks(result)[6:] == ["00:16:00", "00:17:00", "00:18:00", "00:18:30"]
    assert values(result, "cycle_point").tolist() == list(range(10))
    words = [next(word for word, code in RUN_TYPES.items() if code == each) for each in values(result, "run_type").tolist()]
    assert words == ["FLUSH", "ZERO", "ZERO", "FLUSH", "SPAN", "SPAN", "FLUSH", "EQU", "FLUSH", "ATM"]
    assert clocks(read(*block(), same_minute_delay="40 s"))[-1] == "00:18:40"


def test_other_minutes_of_other_firmware(read):
    """The minutes that the format's own description shows."""
    result = read(*block(minutes=(1, 2, 3, 4, 5, 7, 17, 18, 20, 21)))
    assert clocks(result)[5:] == ["00:07:00", "00:17:00", "00:18:00", "00:20:00", "00:21:00"]


def test_state_of_the_system(read):
    stream = read(*block()).streams["mapco2"]
    found = {
        name: float(stream[name].values[0])
        for name in ("supply_voltage", "transmitter_voltage", "zero_coefficient", "span_errors", "zero_errors")
    }
    assert found == {
        "supply_voltage": 10.4,
        "transmitter_voltage": 10.1,
        "zero_coefficient": 0.877898,
        "span_errors": 255,
        "zero_errors": 2,
    }


def test_firmware_with_one_span_coefficient(read):
    older = SYSTEM.replace("00.000000 ", "")
    stream = read(*block(system=older)).streams["mapco2"]
    assert np.isnan(stream["secondary_span_coefficient"].values).all()
    assert stream["span_errors"].values[0] == 255


def test_sensors_in_the_sea(read):
    system = SYSTEM.replace("FF02 00.000 0.000 00.00000 0.0000 00.0000", "0000 26.512 0.001 05.40000 0.0000 35.1200")
    stream = read(*block(system=system), sea_sensors=True).streams["mapco2"]
    assert stream["sst"].values[0] == 26.512
    assert stream["salinity"].values[0] == 35.12
    assert "sst" not in read(*block(system=system)).streams["mapco2"]
    assert "sst" not in read(*block(), sea_sensors=True).streams["mapco2"]


def test_southern_and_eastern_hemispheres(read):
    stream = read(*block(position=POSITION.replace(" N ", " S ").replace(" W ", " E "))).streams["mapco2"]
    assert stream["latitude"].values[0] == pytest.approx(-(21 + 27.5063 / 60))
    assert stream["longitude"].values[0] == pytest.approx(157 + 47.9014 / 60)


def test_a_position_that_was_not_found(read):
    result = read(*block(position="00/00/0000 00:00:00 0000.0000 N 00000.0000 E 0240 0.0 0000/00/00 00:00:00 0000/00/00 00:00:00 I 0030"))
    assert np.isnan(values(result, "latitude")).all()
    assert result.tally.kept == 10


def test_clocks_that_differ_are_told(read):
    result = read(*block(position=POSITION.replace("00:05:03", "02:05:03")))
    assert any("125 min" in text for text in messages(result))


def test_a_damaged_reading_keeps_the_others(read):
    lines = block()
    lines[10] = lines[10][:40]  # the reading of water
    result = read(*lines)
    assert values(result, "cycle_point").tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    assert clocks(result)[-1] == "00:18:30"
    assert result.tally.rejected["damaged line"] == 1
    assert np.isfinite(values(result, "xco2_dry")).sum() == 1


def test_a_lost_line_is_known_by_the_minutes_of_the_others(read):
    lines = block()
    del lines[10]
    result = read(*lines)
    assert values(result, "cycle_point").tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 9]


def test_one_reading_of_two_in_a_minute_could_be_either(read):
    lines = block()
    del lines[12]
    result = read(*lines)
    assert values(result, "cycle_point").tolist() == list(range(8))
    assert result.tally.rejected["reading whose place in the cycle is not known"] == 1


def test_numbers_that_are_none(read):
    lines = block()
    lines[4] = reading(1, wet="4O2.47")
    result = read(*lines)
    assert np.isnan(values(result, "xco2_wet")[1])
    assert result.tally.damaged == {"xco2_wet": 1}
    assert read(*block(dry=DRY.replace("0407.70", "xxxx.xx"))).tally.damaged == {"xco2_dry": 1}


def test_a_cycle_without_a_time_is_left_out(read):
    result = read(*block(start="2016/08/xx 00:00:00"), *block(start="2016/08/15 03:00:00"))
    assert result.tally.kept == 10
    assert result.tally.rejected["no date and time"] == 10
    assert any("does not say when its cycle began" in text for text in messages(result))


def test_blocks_of_other_sensors_and_stray_lines(read):
    result = read("stray", *block(), "", "Met", "Seafet Data", "1 2 3", "End Seafet Data", *block(start="2016/08/15 03:00:00", word="FAST"))
    assert result.tally.kept == 20
    assert result.tally.rejected["block of another sensor"] == 3
    assert result.tally.rejected["outside of a block"] == 2
    assert read(*block(), "Met", "1", "End", other_blocks={"Met": "End"}).tally.by_type["block Met"] == 3


def test_a_block_that_another_interrupts(read):
    """A block of another sensor whose last line is lost ends where the next cycle begins."""
    result = read("PH", "*FEE70", *block())
    assert result.tally.kept == 10


def test_a_message_that_came_twice(read):
    result = read(*block(), *block())
    assert result.tally.kept == 10
    assert result.tally.rejected["the same row again"] == 10


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"time,co2\n2016-08-15,400\n")
    with pytest.raises(InputError, match="no line begins with the word of a cycle"):
        READER.read(path, READER.options(), CONTEXT)
    assert READER.guess(path) is None
    assert READER.guess(tmp_path / "not-there") is None


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"minutes": (0, 1, 2)}, "expected 10 minutes"),
        ({"minutes": (5, 4, *range(8))}, "expected 10 minutes"),
        ({"start_format": "yyyy"}, "no date format"),
        ({"other_blocks": {"PH": ""}}, "a first and a last line"),
        ({"same_minute_delay": "2 min"}, "less than"),
    ],
)
def test_mistakes_in_options(options, match):
    with pytest.raises(ValidationError, match=match):
        READER.options(**options)


def test_damaged_variants(tmp_path):
    options = SIMULATOR.options(mooring={"duration": "12 h"}, sea="message", files="one")
    (path,) = write_files(simulate_cycles(options, 1), tmp_path, options)
    assert_survives_damage(READER, READER.options(sea_sensors=True), path, path.read_bytes())
