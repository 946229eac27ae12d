"""Type words of General Oceanics files."""

import pytest
from icos_ocean.readers.general_oceanics_options import GeneralOceanicsOptions
from icos_ocean.readers.general_oceanics_types import REASONS, Rejection, TypeWords
from icos_ocean.vocabulary import RUN_TYPES


@pytest.mark.parametrize(
    ("word", "run_type", "draining"),
    [
        ("EQU", "EQU", 0),
        (" equ ", "EQU", 0),
        ("EQU-DRAIN", "EQU", 1),
        ("ATM - Drain", "ATM", 1),
        ("STD1", "STD1", 0),
        ("STD4s", "STD4s", 0),
        ("std1Z-DRAIN", "STD1z", 1),
        ("UNK", "UNK", 0),
        ("UNK9", "UNK9", 0),
    ],
)
def test_run_types(word, run_type, draining):
    assert TypeWords(GeneralOceanicsOptions()).meaning(word) == (Rejection.KEPT, RUN_TYPES[run_type], draining)


@pytest.mark.parametrize("word", ["FILTER", "WAKE UP", "wake  up", "GO TO SLEEP", "SHUT DOWN", "EMERGENCY STOP", "IGN"])
def test_housekeeping(word):
    assert TypeWords(GeneralOceanicsOptions()).meaning(word).fate == Rejection.HOUSEKEEPING


@pytest.mark.parametrize("word", ["EQ", "STD0", "STD10", "-DRAIN", "FILTER-DRAIN", "DRAIN", "EQU-DRAINED", "7"])
def test_unknown_words(word):
    assert TypeWords(GeneralOceanicsOptions()).meaning(word).fate == Rejection.UNKNOWN_TYPE


def test_a_station_has_words_of_its_own():
    words = TypeWords(GeneralOceanicsOptions(run_types={"Sea Water": "EQU"}, housekeeping=("PURGE", "ATM")))
    assert words.meaning("SEA WATER-DRAIN") == (Rejection.KEPT, RUN_TYPES["EQU"], 1)
    assert words.meaning("purge").fate == Rejection.HOUSEKEEPING
    assert words.meaning("ATM").fate == Rejection.HOUSEKEEPING


def test_codes_are_published_once():
    assert len(set(RUN_TYPES.values())) == len(RUN_TYPES)
    assert all(0 < code < 128 for code in RUN_TYPES.values())
    assert set(REASONS) == set(Rejection) - {Rejection.KEPT}
