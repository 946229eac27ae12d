"""Logs of LDEO underway systems."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from icos_ocean.readers.ldeo_underway import READER
from icos_ocean.seawater_co2 import water_vapour_pressure
from icos_ocean.simulators.ship_sensors import SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES
from pydantic import ValidationError
from ship_logs import simulation

from icos_core.dataset import category_mask
from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, example_context

CONTEXT = example_context()
LINE = "2014213.00116\t 2733.40\t   41.52\t 1022.65\t   56.29\t  388.56\t  382.41\t   21.83\t   21.94\t    0.00\t  {}"


class TestLdeoUnderway(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = simulation("ldeo-underway")
    truth_tolerance = {"equilibrator_temperature": 0.2, "equilibrator_pressure": 5.0}
    header_lines = 0


class TestLdeoUnderwayWithoutLogger(TestLdeoUnderway):
    """The time tag has a resolution of 0.9 s: the times of the truth are not met."""

    simulator_options = simulation("ldeo-underway", time_stamp="none")

    def test_round_trip(self, tmp_path):
        with pytest.raises(AssertionError, match="times of the truth are missing"):
            super().test_round_trip(tmp_path)


def read(tmp_path, lines, **options):
    path = tmp_path / "pco2.log"
    path.write_text("\n".join([*lines, ""]), encoding="latin-1")
    return READER.read(path, READER.options(**options), CONTEXT)


def stamped(*sources):
    return [f"2014-08-01T00:11:{row:02d}.006Z {LINE.format(source)}" for row, source in enumerate(sources, start=27)]


def test_a_line_of_the_instrument(tmp_path):
    stream = read(tmp_path, stamped("Equil")).streams["underway"]
    assert stream["time"].values[0] == np.datetime64("2014-08-01T00:11:27.006", "ns")
    expected = {
        "run_type": RUN_TYPES["EQU"],
        "analyser_signal": 2733.40,
        "analyser_temperature": 41.52,
        "equilibrator_pressure": 1022.65,
        "analyser_flow": 56.29,
        "co2": 388.56,
        "pco2_reported": 382.41,
        "equilibrator_temperature": 21.94,
        "equilibrator_temperature_2": 21.83,
        "valve_position": 0.0,
    }
    assert {name: stream[name].values[0] for name in expected} == expected
    # 2014213.00116 is 1 August, 00:01:40.224
    assert stream["clock_difference"].values[0] == pytest.approx(11 * 60 + 27.006 - 100.224, abs=1e-6)


def test_the_other_clock_and_the_other_probe(tmp_path):
    stream = read(tmp_path, stamped("Equil"), clock="time-tag", equilibrator_temperature="rtd").streams["underway"]
    assert stream["time"].values[0] == np.datetime64("2014-08-01T00:01:40.224", "ns")
    assert stream["equilibrator_temperature"].values[0] == 21.83


def test_lines_without_a_logger(tmp_path):
    result = read(tmp_path, [LINE.format("Equil")], time_stamp="none", clock="time-tag")
    assert result.streams["underway"]["time"].values[0] == np.datetime64("2014-08-01T00:01:40.224", "ns")
    assert "clock_difference" not in result.streams["underway"]
    with pytest.raises(InputError, match=r"line 1: no line begins with a time such as .*; expected one .* time_stamp"):
        read(tmp_path, [LINE.format("Equil")])


def test_sources(tmp_path):
    sources = ("Equil", "ATMOS", "Nitrogen", "CC77922", "CC77923", "CC77923", "Test Gas")
    result = read(tmp_path, stamped(*sources), sources={"cc77922": "STD3"})
    stream = result.streams["underway"]
    expected = ["EQU", "ATM", "ZERO", "STD3", "UNK", "UNK", "UNK"]
    assert stream["run_type"].values.tolist() == [RUN_TYPES[word] for word in expected]
    assert dict(result.tally.by_type)["CC77923"] == 2
    told = [str(problem) for problem in result.problems]
    assert len(told) == 2
    assert "'CC77923' is not known; nearest: 'cc77922'; it is kept as UNK, name it in the option sources (2 lines)" in told[0]
    assert "'Test Gas'" in told[1]


def test_damaged_lines(tmp_path):
    good, short, word, tag, stamp = stamped("Equil", "Equil", "Equil", "Equil", "Equil")
    lines = [good, short.replace("\t  388.56", ""), word.replace("388.56", "38x.56"), tag.replace("2014213", "20l4213"), stamp[3:], ""]
    result = read(tmp_path, lines)
    assert dict(result.tally.rejected) == {"blank line": 1, "no valid time stamp": 1, "not the columns that are declared": 2}
    assert (result.tally.seen, result.tally.kept, dict(result.tally.damaged)) == (6, 2, {"vco2": 1})
    assert np.isnan(result.streams["underway"]["co2"].values).tolist() == [False, True]
    assert [problem.line for problem in result.problems] == [5, 2, 4, 3]


@pytest.mark.parametrize(("tag", "kept"), [("2016366.5", 1), ("2014366.5", 0), ("2014000.5", 0), ("1914213.5", 0)])
def test_days_of_the_year(tmp_path, tag, kept):
    good = LINE.format("Equil")
    result = read(tmp_path, [good, LINE.replace("2014213.00116", tag).format("Equil")], time_stamp="none", clock="time-tag")
    assert result.tally.kept == 1 + kept


def test_declared_columns(tmp_path):
    columns = ("time_tag", "-", "vco2", "temperature_sbe38", "source")
    stream = read(tmp_path, ["2014-08-01T00:11:27Z 2014213.1 7 388.5 21.9 Equil"], columns=columns).streams["underway"]
    assert sorted(map(str, stream.data_vars)) == ["clock_difference", "co2", "equilibrator_temperature", "run_type"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sources": {"X": "STDD1"}}, "no run type 'STDD1'; nearest: 'STD1'"),
        ({"columns": ["source", "vco3"]}, "no column 'vco3'; nearest: 'vco2'"),
        ({"columns": ["source", "vco2", "vco2"]}, "each column once"),
        ({"columns": ["source"]}, "source and vco2"),
        ({"columns": ["source", "vco2"], "clock": "time-tag"}, "needs the column time_tag"),
        ({"time_stamp": "none"}, "set clock = 'time-tag'"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ValidationError, match=message):
        READER.options(**options)


def test_guess(tmp_path):
    path = tmp_path / "pco2.log"
    lines = stamped("Equil", "CC77922", "Atmos", "CC22986")
    path.write_text("\n".join([*lines[:3], lines[3].replace("388.56", "241.31"), ""]), encoding="ascii")
    guess = READER.guess(path)
    assert (guess.confidence > 0.9, dict(guess.options)) == (True, {"sources": {"CC22986": "STD1", "CC77922": "STD2"}})
    assert any(each.startswith("sources: ") and "CC77922" in each for each in guess.unsure)
    path.write_text("\n".join([LINE.format("Equil")] * 3), encoding="ascii")
    assert READER.guess(path).options == {"time_stamp": "none", "clock": "time-tag"}
    for content in (b"", b"a,b\n1,2\n", b"2014-08-01T00:00:01Z 21.7\n", bytes(range(256))):
        path.write_bytes(content)
        assert READER.guess(path) is None
    assert READER.guess(tmp_path / "none") is None


@pytest.fixture
def real(real_data):
    path = real_data / "ocean" / "openrvdas_NBP1406" / "NBP1406_pco2-2014-08-01"
    return READER.read(path, READER.options(), CONTEXT)


@pytest.mark.realdata
def test_a_real_log_is_read_whole(real):
    assert (real.tally.seen, real.tally.kept) == (472, 472)
    cylinders = dict.fromkeys(("CA02231", "CA06630", "CA07252", "CC22986", "CC77922", "Nitrogen"), 12)
    assert dict(real.tally.by_type) == {"Atmos": 55, "Equil": 345, **cylinders}
    stream = real.streams["underway"]
    # The logger and the instrument disagree by almost ten minutes, and by no more than 3 s of it over the day.
    difference = stream["clock_difference"].values
    assert 586 < difference.min() < difference.max() < 589


@pytest.mark.realdata
def test_pco2_of_the_instrument_itself(real):
    """The reference: PCO2 = VCO2 (P - pH2O)/1013.25 + 0.069, sd 0.004, a check of columns and units only.

    0.069 µatm is what another formula of the vapour pressure makes; its temperature is that of the RTD, not of the SBE 38.
    """
    stream = real.streams["underway"]
    water = category_mask(stream, "run_type", ["EQU"])
    salinity = np.full(stream.sizes["time"], 36.6)
    vapour = water_vapour_pressure(stream["equilibrator_temperature_2"].values, salinity) * 1013.25
    computed = stream["co2"].values * (stream["equilibrator_pressure"].values - vapour) / 1013.25
    difference = (stream["pco2_reported"].values - computed)[water]
    assert difference.mean() == pytest.approx(0.069, abs=0.001)
    assert difference.std() < 0.005
    assert np.abs(difference).max() < 0.085


@pytest.mark.realdata
def test_guess_of_a_real_log(real_data):
    """The proposal is what the example's description says, or says that it cannot tell."""
    path = real_data / "ocean" / "openrvdas_NBP1406" / "NBP1406_pco2-2014-08-01"
    guess = READER.guess(path)
    assert guess.confidence > 0.9
    example = Path(__file__).parents[3] / "examples" / "nbp1406" / "station.toml"
    written = tomllib.loads(example.read_text(encoding="utf-8"))["input"][0]
    assert READER.options(**guess.options) == READER.options(**{key: written[key] for key in written if key not in ("reader", "files")})
    assert [each.split(":")[0] for each in guess.unsure] == ["equilibrator_temperature", "clock", "sources"]
    others = [each for each in path.parent.iterdir() if each != path]
    assert len(others) == 8
    assert [each.name for each in others if READER.guess(each) is not None] == []
