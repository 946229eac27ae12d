"""What is found out about a Picarro log without being told."""

import gzip

import numpy as np
import pytest
from icos_atmosphere.picarro_format import log_bytes
from icos_atmosphere.readers.picarro import READER
from picarro_logs import G2301, G4301, columns, log


@pytest.fixture
def guess(tmp_path):
    def _guess(content, name="a.dat"):
        path = tmp_path / name
        path.write_bytes(content)
        return READER.guess(path)

    return _guess


def test_a_log_is_known_with_its_model_and_valve(guess):
    found = guess(log(60))
    assert found.confidence > 0.95
    assert found.options == {}
    assert "the gases of a G2301" in found.found
    assert "solenoid_valves: positions of the solenoid valves: 1, 4" in found.found
    assert not any(text.startswith("mpv_position") for text in found.found)
    assert found.unsure == ("extra_columns: not read unless it is asked for: wlm1_offset",)


@pytest.mark.parametrize(
    ("names", "model"),
    [
        (G4301, "G4301"),
        (G2301, "G2301"),
        (("CO2", "CH4"), "G2301"),
    ],
)
def test_models_are_told_by_their_columns(guess, names, model):
    assert f"the gases of a {model}" in guess(log(20, names=names)).found


@pytest.mark.parametrize(
    ("gases", "model"),
    [
        ("CO CO2 CO2_dry CH4 CH4_dry", "G2401"),
        ("N2O N2O_dry CO", "G5310"),
        ("N2O CO2 CH4 NH3", "G2508"),
        ("12CO2 13CO2 HP_12CH4", "G2201-i"),
    ],
)
def test_models_without_a_sample_of_their_own(guess, gases, model):
    made = columns(20, names=()) | dict.fromkeys(gases.split(), np.linspace(0.1, 0.2, 20))
    assert f"the gases of a {model}" in guess(log_bytes(made)).found


def test_a_clock_in_local_time_becomes_an_option(guess):
    made = columns(20)
    content = log_bytes({**made, "DATE": made["DATE"] + np.timedelta64(2, "h"), "TIME": made["TIME"] + np.timedelta64(2, "h")})
    found = guess(content)
    assert found.options == {"clock_ahead": "2 h"}
    assert any(text.startswith("clock_ahead: DATE and TIME are 2 h ahead of EPOCH_TIME") for text in found.unsure)


def test_large_and_compressed_files_are_looked_at_in_part(guess):
    content = log(1000)
    assert len(content) > 1 << 18
    assert guess(content).confidence == guess(gzip.compress(content)).confidence > 0.95


def test_files_saved_again_are_known_with_less_confidence(guess):
    again = b"\n".join(b"\t".join(line.split()) for line in log(20).splitlines()) + b"\n"
    assert 0.5 < guess(again).confidence < guess(log(20)).confidence


def test_siblings_headers_alone_and_similar_tables_are_not_claimed(guess):
    assert guess(log(20), "CFADS2502-DataLog_User_Sync.dat") is None
    assert guess(log(0)) is None
    assert guess(b"DATE TIME CO2\n2021-01-01 00:00:00 410.0\n").confidence < 0.5
