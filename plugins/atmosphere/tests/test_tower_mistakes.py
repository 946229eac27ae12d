"""Descriptions of towers with mistakes: every one is listed, with key, line, what was expected and the nearest valid name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from cells import START, cells_of, cylinder, sequence, station
from click.testing import CliRunner
from icos_atmosphere.calibration.accounting import complaints
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.fresh_readings import Needed, needed_readings
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR
from icos_atmosphere.scales import CURRENT, gas_of_scale

from icos_core.cli import main
from icos_core.describing.description import load_description
from icos_core.exceptions import DescriptionError
from icos_core.people import PersonFlag
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

HEAD = """\
[station]
id = "EXA"
name = "Example Tower"
domain = "atmosphere"
platform = "fixed"
latitude = 50.0
longitude = 8.5
altitude = 120.0
utc_offset = 1.0
contact = { institution = "Example Institute", email = "data@example.org" }

[[input]]
reader = "picarro"
files = "raw/*.dat"

[[calibrate]]
calibrator = "mole-fraction"
"""
INSTRUMENT = """\
[[calibrate.instruments]]
stream = "picarro"
model = "G2401"
"""
LINE = """\
[[calibrate.lines]]
name = "150m"
height = 150.0
"""
PORT = """\
[[calibrate.ports]]
port = 1
line = "150m"
"""
THREE = (cylinder("CAL1", 380.0), cylinder("CAL2", 400.0), cylinder("CAL3", 440.0))


def icos_check(folder: Path, *tables: str) -> tuple[int, dict[str, str]]:
    """Write a description; return the exit status of ``icos check``, and line of the text that is wrong → what is said of it."""
    (folder / "raw").mkdir(exist_ok=True)
    (folder / "raw" / "a.dat").touch()
    text = "".join((HEAD, *tables))
    path = folder / "station.toml"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(path)])
    lines = text.splitlines()
    told = re.findall(r"^ +line (\d+): calibrate\[0\]\.?(.*)$", result.output, re.MULTILINE)
    return result.exit_code, {f"{number}: {lines[int(number) - 1]}": sentence for number, sentence in told}


def test_ten_mistakes_are_all_told(tmp_path: Path) -> None:
    """Of tables by themselves and of what goes together, at once."""
    status, told = icos_check(
        tmp_path,
        'scales = { co2 = "WMO CO2 X2019", ch4 = "WMO CO2 X2019", co = "none" }\n',
        'stabilisation = { cylindre = "10 min" }\n',
        INSTRUMENT,
        LINE,
        "buffer_volume = 8.0\n",
        PORT.replace("150m", "105m"),
        "[[calibrate.ports]]\nport = 7\ncylinder = 'CAL1'\n",
        "[[calibrate.ports]]\nport = 7\ncylinder = 'CAL02'\n",
        "[[calibrate.cylinders]]\nname = 'CAL1'\nrole = 'calibraton'\n",
        "[[calibrate.cylinders]]\nname = 'CAL2'\nrole = 'calibration'\nco2 = { value = 400.0, scale = 'X2007' }\n",
        "[[calibrate.water]]\ngas = 'n2o'\nform = 'factory'\n",
        "[[calibrate.events]]\ntime = 2024-03-01T00:00:00Z\nstream = 'picaro'\n",
    )
    assert status == 2
    assert told == {
        '18: scales = { co2 = "WMO CO2 X2019", ch4 = "WMO CO2 X2019", co = "none" }': (
            "scales.ch4: 'WMO CO2 X2019' – this scale is one of CO2; CH4 has others, such as 'WMO CH4 X2004A'"
        ),
        '19: stabilisation = { cylindre = "10 min" }': (
            "stabilisation.cylindre – expected one of the keys ambient, cylinder; did you mean 'cylinder'?"
        ),
        "23: [[calibrate.lines]]": "lines[0].buffer_flow: a buffer needs the flow through it",
        '29: line = "105m"': "ports[0].line: '105m' – expected '150m'; did you mean '150m'?",
        "33: [[calibrate.ports]]": (
            "ports[2]: two tables of port 7 are valid at the same time, ports[1] is the other: set valid_from and valid_to"
        ),
        "35: cylinder = 'CAL02'": "ports[2].cylinder: 'CAL02' – expected 'CAL1' or 'CAL2'; did you mean 'CAL2'?",
        "38: role = 'calibraton'": (
            "cylinders[0].role: 'calibraton' – expected 'calibration', 'short-term-target', 'long-term-target' or 'working-standard'; "
            "did you mean 'calibration'?"
        ),
        "42: co2 = { value = 400.0, scale = 'X2007' }": (
            "cylinders[1].co2.scale: 'X2007' – the CO2 of CAL2 is on WMO CO2 X2007, the calibration on WMO CO2 X2019: assign it on that "
            "scale, or say convert = true"
        ),
        "44: gas = 'n2o'": "water[0].gas: 'n2o' – expected 'co2', 'ch4' or 'co'",
        "48: stream = 'picaro'": "events[0].stream: 'picaro' – expected 'picarro'; did you mean 'picarro'?",
    }


def test_too_few_cylinders_are_told_at_the_scale(tmp_path: Path) -> None:
    status, told = icos_check(tmp_path, 'scales = { co2 = "WMO CO2 X2019" }\n', INSTRUMENT, LINE, PORT, "cylinder = 'CAL1'\n")
    few = "a calibration needs 3 cylinders of the role calibration with CO2, there are 0; 'none' gives uncalibrated values"
    assert status == 2
    assert list(told.values()) == [f"scales.co2: 'WMO CO2 X2019' – {few}", "ports[0]: a port leads to either a line or a cylinder"]


def test_without_cylinders_none_can_be_named(tmp_path: Path) -> None:
    status, told = icos_check(
        tmp_path, "scales = { co2 = 'none' }\n", INSTRUMENT, LINE, PORT, "[[calibrate.ports]]\nport = 2\ncylinder = 'CAL1'\n"
    )
    assert (status, list(told.values())) == (2, ["ports[1].cylinder: 'CAL1' – expected the name of a cylinder; there is none"])


def test_a_cylinder_on_another_scale_is_refused_by_its_name(tmp_path: Path) -> None:
    """By ``icos check``, with all three ways out of it open."""
    other = "[[calibrate.cylinders]]\nname = 'CAL3'\nrole = 'calibration'\nco2 = { value = 440.0, scale = 'WMO CO2 X2007'%s }\n"
    tables = [
        'scales = { co2 = "WMO CO2 X2019" }\n',
        INSTRUMENT,
        LINE,
        PORT,
        *(
            f"[[calibrate.cylinders]]\nname = 'CAL{n}'\nrole = 'calibration'\nco2 = {{ value = {value}, scale = 'WMO CO2 X2019' }}\n"
            for n, value in ((1, 380.0), (2, 400.0))
        ),
    ]
    status, told = icos_check(tmp_path, *tables, other % "")
    other_scale = "the CO2 of CAL3 is on WMO CO2 X2007, the calibration on WMO CO2 X2019: assign it on that scale, or say convert = true"
    assert (status, list(told.values())) == (2, [f"cylinders[2].co2.scale: 'WMO CO2 X2007' – {other_scale}"])
    assert icos_check(tmp_path, *tables, other % ", convert = true") == (0, {})
    assert icos_check(tmp_path, *tables, other.replace("X2007", "X2019") % "") == (0, {})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scales": {"ch4": "WMO CO2 X2019"}}, "this scale is one of CO2; CH4 has others, such as 'WMO CH4 X2004A'"),
        ({"scales": {"co2": "unknown"}}, "a scale must be stated, such as 'WMO CO2 X2019'; 'none' gives uncalibrated values"),
        ({"slope_range": [1.1, 0.9]}, "the smallest and the largest slope, such as [0.9, 1.1]"),
        ({"limits": {"n2o": {"drift": 0.1}}}, "n2o is not among the gases of scales (co2)"),
        ({"scales": {"co2": "none", "n2o": "none"}}, "no instrument measures N2O by its model; the key gases of [[calibrate.instruments]]"),
        (
            {"instruments": [{"stream": "picarro", "model": "G5310"}]},
            "it measures none of the gases of scales (co2), unless the key gases says so",
        ),
        ({"instruments": [{"stream": "picarro", "model": "G2401", "gases": ["ch4"]}]}, "Input should be 'co2'"),
        ({"maximum_gap": "0 s"}, "maximum_gap\n  Input should be greater than "),
    ],
)
def test_options_that_make_no_sense(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        station(THREE, **changes)


@pytest.mark.parametrize(
    ("scale", "sentence"),
    [
        ("WMO CH4 X2004A", "this scale is one of CH4; CO2 has others"),
        ("SIO CH4 05", "this scale is one of CH4; CO2 has others"),
        ("undefined", "a scale must be stated"),
        ("none", "CAL4 is on no scale, the calibration on WMO CO2 X2019: state its scale, or leave its CO2 out"),
        ("WMO CO2 X2005", "CAL4: no conversion of CO2 from WMO CO2 X2005 to WMO CO2 X2019 is known"),
    ],
)
def test_scales_of_cylinders(scale: str, sentence: str) -> None:
    fourth = {"name": "CAL4", "role": "calibration", "co2": {"value": 420.0, "scale": scale, "convert": True}}
    with pytest.raises(ValueError, match=re.escape(sentence)):
        station((*THREE, fourth))


def refusal(reading: Callable[[int, NDArray[np.float64]], NDArray[np.float64]], flags: Sequence[PersonFlag] = ()) -> str:
    """Return what is told of a calibration sequence of cylinders that are read so."""
    analyser = analyser_of("picarro", cells_of(sequence(0.0, (2, 3, 4)), reading), station(THREE), flags)
    told = [str(problem) for problem in complaints(analyser)]
    assert told[-1] == "picarro: no calibration of CO2 was accepted: it has no values"
    assert len(told) == 2
    return told[0].removeprefix("picarro: calibration 0 (2024-01-01T00:00:00Z) of CO2 is not used: ")


def test_a_sequence_that_is_not_used_says_why() -> None:
    """What stands behind it, too: another unit, injections that drift or that a person spoke against."""
    values = np.array([380.0, 400.0, 440.0])
    assert refusal(lambda port, hours: np.full(hours.shape, 1e3 * values[port - 2])) == (
        "slope 0.00100 outside 0.9 to 1.1 (assigned values are in umol mol-1)"
    )
    assert refusal(lambda port, hours: np.full(hours.shape, 0.8 * values[port - 2])) == "slope 1.25000 outside 0.9 to 1.1"

    def drifting(port: int, hours: NDArray[np.float64]) -> NDArray[np.float64]:
        return values[port - 2] + (0.4 * (hours % 0.5) if port == 3 else 0.0)

    assert refusal(drifting) == "2 cylinders, 3 are needed (2 of its injections still drift)"
    bad = PersonFlag(
        id="F0001",
        stream="picarro/injections",
        variable="co2_measured",
        start=START,
        end=START + np.timedelta64(1, "D"),
        flag=4,
        who="Institute",
        when="2024-02-01T00:00:00Z",
        why="a leak",
    )
    flagged = refusal(lambda port, hours: np.full(hours.shape, values[port - 2]), [bad])
    assert flagged == "0 cylinders, 3 are needed (6 of its injections are flagged by a person)"


def test_the_gas_that_a_scale_names() -> None:
    assert {gas: gas_of_scale(scale) for gas, scale in CURRENT.items()} == {gas: gas for gas in CURRENT}
    spelt = ("X2019", "NOAA_co2_X2019", "WMOCO2X2019", "TU-87", "NOAA N2O 2006A", "CO2 and CH4", "NOAA co-op", "")
    assert [gas_of_scale(text) for text in spelt] == [None, "co2", "co2", None, "n2o", None, None, None]


def test_what_a_correction_starts_from_is_required() -> None:
    """What is not needed may be absent; a table with an end leaves times over in which the analyser's own dry value is taken."""
    own = {"gas": "co2", "form": "quadratic", "a": -0.012, "b": -0.0003}
    early, late = {**own, "valid_to": "2024-02-01T00:00:00Z"}, {**own, "valid_from": "2024-02-01T00:00:00Z"}
    cases: list[tuple[list[dict[str, object]], Needed]] = [
        ([], Needed(dry=True, wet=False, humidity=False)),
        ([own], Needed(dry=False, wet=True, humidity=True)),
        ([{"gas": "co2", "form": "none"}], Needed(dry=False, wet=True, humidity=False)),
        ([{"gas": "co2", "form": "analyser"}], Needed(dry=True, wet=False, humidity=False)),
        ([late], Needed(dry=True, wet=True, humidity=True)),
        ([early, late], Needed(dry=False, wet=True, humidity=True)),
        ([{**own, "stream": "picarro"}], Needed(dry=False, wet=True, humidity=True)),
    ]
    for water, needed in cases:
        options = station(THREE, water=water)
        assert needed_readings(options, "co2", "picarro") == needed, water
        required = {each.name: not each.optional for each in CALIBRATOR.requires(options)["picarro"]}
        assert (required["co2_dry"], required["co2_wet"], required["h2o_reported"]) == needed, water


def test_a_reader_that_lacks_what_a_correction_needs_is_refused(tmp_path: Path) -> None:
    """Of GCWerks' exports, which hold dry values only, before a byte of data is read."""
    path = tmp_path / "station.toml"
    tables = "scales = { co2 = 'none' }\n" + INSTRUMENT.replace("picarro", "gcwerks") + LINE + PORT
    tables += "[[calibrate.water]]\ngas = 'co2'\nform = 'factory'\n"
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.dat").touch()
    path.write_text((HEAD + tables).replace('"picarro"', '"gcwerks-export"'), encoding="utf-8")
    with pytest.raises(DescriptionError, match="co2_wet"):
        load_description(path, installed_plugins())


def test_the_schema_knows_the_tables() -> None:
    result = CliRunner().invoke(main, ["schema"])
    assert result.exit_code == 0
    known = json.loads(result.output)["$defs"]["MoleFractionOptions"]
    assert set(known["required"]) == {"scales", "instruments", "lines", "ports"}
    assert known["additionalProperties"] is False
    assert {"cylinders", "water", "events", "stabilisation"} < set(known["properties"])


def test_the_calibrator_is_described_with_its_tables() -> None:
    result = CliRunner().invoke(main, ["describe", "calibrator", "mole-fraction"], terminal_width=240)
    assert result.exit_code == 0
    for name in ("scales", "instruments[].valve_reading", "ports[].stabilisation", "cylinders[].co2.convert", "water[].form", "ltr_window"):
        assert re.search(rf"^ *{re.escape(name)} ", result.output, re.MULTILINE), name
