"""Logs of Sea-Bird SBE 45 thermosalinographs."""

import numpy as np
import pytest
from icos_ocean.practical_salinity import salinity_from_conductivity
from icos_ocean.readers.sea_bird_sbe45 import READER
from icos_ocean.simulators.ship_sensors import SIMULATOR
from pydantic import ValidationError
from ship_logs import simulation

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, example_context

CONTEXT = example_context()
STREAM = "thermosalinograph"
REMOTE = ("temperature", "conductivity", "salinity", "sound_speed", "remote_temperature")


class TestSeaBird(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = simulation("sea-bird-sbe45")
    truth_tolerance = {"sst": 1e-4, "salinity": 3e-4}
    header_lines = 0


class TestSeaBirdWithLabels(TestSeaBird):
    simulator_options = simulation("sea-bird-sbe45", labels=True, time_stamp="rvdas")


class TestSeaBirdOfAnotherLogger(TestSeaBird):
    simulator_options = simulation("sea-bird-sbe45", time_stamp="unix")


def read(tmp_path, lines, **options):
    path = tmp_path / "tsg.log"
    path.write_text("\n".join([*lines, ""]), encoding="latin-1")
    return READER.read(path, READER.options(**options), CONTEXT)


def stamped(*lines):
    return [f"2014-08-01T00:00:{row:02d}Z {line}" for row, line in enumerate(lines)]


def test_a_line_of_the_instrument(tmp_path):
    stream = read(tmp_path, ["2014-08-01T00:00:01.873000Z 21.8054,  5.17647,  36.5878, 1528.105"]).streams[STREAM]
    assert stream["time"].values[0] == np.datetime64("2014-08-01T00:00:01.873", "ns")
    expected = {"conductivity_cell_temperature": 21.8054, "conductivity": 5.17647, "salinity": 36.5878, "sound_speed": 1528.105}
    assert {str(name): values.item() for name, values in stream.data_vars.items()} == expected


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (("temperature",), "21.8054"),
        (("temperature", "conductivity"), "21.8054,5.17647"),
        (("temperature", "salinity", "conductivity"), "21.8054, 36.5878,  5.17647"),
        (REMOTE, "21.8054,  5.17647,  36.5878, 1528.105,  21.7652"),
        (("temperature", "-", "salinity"), "21.8054,  X,  36.5878"),
        (REMOTE, "t1= 21.8054, c1= 5.17647, s= 36.5878, sv=1528.105, t2= 21.7652"),
        (REMOTE, "T2= 21.7652, S=36.5878, SV= 1528.105, t1=21.8054, c1 = 5.17647"),
        (("temperature", "salinity"), "t1= 21.8054, c1= 5.17647, s= 36.5878, sv=1528.105"),
    ],
)
def test_what_is_sent_is_declared(tmp_path, columns, line):
    values = {
        "temperature": ("conductivity_cell_temperature", 21.8054),
        "conductivity": ("conductivity", 5.17647),
        "salinity": ("salinity", 36.5878),
        "sound_speed": ("sound_speed", 1528.105),
        "remote_temperature": ("sst", 21.7652),
    }
    result = read(tmp_path, stamped(line, line), columns=columns)
    assert (result.tally.kept, result.problems) == (2, ())
    found = {str(name): array.values[1] for name, array in result.streams[STREAM].data_vars.items()}
    assert found == dict(values[name] for name in columns if name != "-")


def test_conductivity_in_other_units(tmp_path):
    stream = read(tmp_path, stamped("21.8054, 51.7647, 36.5878, 1528.105"), conductivity_units="mS cm-1").streams[STREAM]
    assert stream["conductivity"].values[0] == pytest.approx(5.17647, rel=1e-12)
    assert stream["conductivity"].attrs["units"] == "S m-1"


def test_damaged_lines(tmp_path):
    good = "21.8054,  5.17647,  36.5878, 1528.105"
    lines = stamped(
        good, "21.8054,  5.17647,  36.5878", good.replace("36.5878", "36.58.8"), good + ", 1", "error", good.replace("5.17647", "")
    )
    result = read(tmp_path, [*lines, "", "x" + lines[0], f"{lines[0][:-3]}"])
    assert result.tally.seen == 9
    assert result.tally.kept == 3
    assert dict(result.tally.rejected) == {
        "blank line": 1,
        "no valid time stamp": 1,
        "not the columns that are declared": 3,
        "same time, other values": 1,
    }
    assert dict(result.tally.damaged) == {"salinity": 1}
    assert [str(problem).split(":")[0] for problem in result.problems] == [f"tsg.log, line {line}" for line in (8, 2, 4, 5, 3, 9)]


def test_a_file_of_something_else(tmp_path):
    with pytest.raises(InputError, match=r"tsg.log, line 1: no line of an SBE 45: expected 4 numbers: temperature, conductivity, salinity"):
        read(tmp_path, stamped("$GPGLL,2200.097,S,01756.346,W"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["temperature", "salt"]}, "no column 'salt'; nearest: 'salinity'"),
        ({"columns": ["-"]}, "at least one"),
        ({"columns": ["salinity", "salinity"]}, "each column once"),
        ({"time_stamp": "none"}, "no time of their own"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ValidationError, match=message):
        READER.options(**options)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("21.8054,  5.17647,  36.5878, 1528.105", {}),
        ("21.8054,  5.17647,  36.5878", {"columns": ["temperature", "conductivity", "salinity"]}),
        ("21.8054,  51.7647,  36.5878, 1528.105", {"conductivity_units": "mS cm-1"}),
        ("21.8054, 36.5878,  5.17647", {"columns": ["temperature", "salinity", "conductivity"]}),
        ("21.8054,  5.17647,  36.5878, 1528.105, 21.7", {"columns": ["temperature", "conductivity", "salinity", "sound_speed", "-"]}),
        ("t1= 21.8054, c1= 5.17647, s= 36.5878, sv=1528.105", {}),
        ("t1= 21.8054, c1= 5.17647", {"columns": ["temperature", "conductivity"]}),
        ("21.8054,  5.17647", None),
        ("21.8054,  5.17647,  35.5878, 1528.105", None),
        ("$GPGLL,2200.097,S,01756.346,W", None),
        ("", None),
    ],
)
def test_guess(tmp_path, line, options):
    path = tmp_path / "tsg.log"
    path.write_text("\n".join(stamped(line, line, line)), encoding="ascii")
    guess = READER.guess(path)
    assert (None if guess is None else dict(guess.options)) == options


@pytest.mark.realdata
def test_salinity_of_ten_thousand_real_lines(real_data):
    """Practical salinity from conductivity and temperature agrees with the instrument's own, whose digits are 1e-4, to 2e-4."""
    largest, lines = 0.0, 0
    for number in (1, 2):
        path = real_data / "ocean" / "openrvdas_NBP1406" / f"NBP1406_tsg{number}-2014-08-01"
        assert READER.guess(path).options == {}
        result = READER.read(path, READER.options(), CONTEXT)
        stream = result.streams[STREAM]
        assert (result.tally.seen, result.tally.kept, result.problems) == (5000, 5000, ())
        computed = salinity_from_conductivity(stream["conductivity"].values * 10, stream["conductivity_cell_temperature"].values)
        largest = max(largest, float(np.abs(computed - stream["salinity"].values).max()))
        lines += stream.sizes["time"]
    assert lines == 10_000
    assert largest <= 2e-4


@pytest.mark.realdata
def test_no_other_real_log_is_taken_for_one(real_data):
    others = [path for path in (real_data / "ocean" / "openrvdas_NBP1406").iterdir() if "_tsg" not in path.name]
    assert len(others) == 7
    assert [path.name for path in others if READER.guess(path) is not None] == []
