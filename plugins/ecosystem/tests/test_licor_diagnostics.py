"""Diagnostic words: examples of the manuals, each bit alone, and the words of half hours that another program counted."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_ecosystem.instruments.licor_diagnostics import (
    DIAGNOSTIC_BITS,
    REJECTING_BITS,
    SONIC_MODELS,
    flagged_records,
    rejected_records,
    signal_strength,
    sonic_rejects,
)

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ecosystem.instruments.licor_diagnostics import Analyser

GOOD = {"li7200": 8191, "li7500": 255, "li7700": 0}
ANALYSERS: tuple[Analyser, ...] = ("li7200", "li7500", "li7700")


@pytest.mark.parametrize("analyser", ANALYSERS)
def test_a_good_word_and_no_word_flag_nothing(analyser: Analyser) -> None:
    words = np.array([GOOD[analyser], -1], dtype=np.int32)
    assert set(flagged_records(words, analyser).values()) == {0}
    assert not rejected_records(words, analyser).any()


@pytest.mark.parametrize("analyser", ANALYSERS)
def test_each_bit_alone_is_counted_under_its_name(analyser: Analyser) -> None:
    for name, place in DIAGNOSTIC_BITS[analyser].items():
        words = np.array([GOOD[analyser], GOOD[analyser] ^ (1 << place)] * 3, dtype=np.int32)
        counts = flagged_records(words, analyser)
        assert {key for key, count in counts.items() if count} == {f"INST_{analyser.upper()}_{name}"}
        assert sum(counts.values()) == 3
        assert rejected_records(words, analyser).tolist() == [False, name in REJECTING_BITS[analyser]] * 3
        assert rejected_records(words, analyser, [name]).tolist() == [False, True] * 3


def test_places_of_bits_are_those_of_the_manuals() -> None:
    """A word as the LI-7500 manual takes it apart, 125: the chopper is not right; and each value that the LI-7700 manual lists."""
    counts = flagged_records(np.array([125]), "li7500")
    assert counts == {"INST_LI7500_CHOPPER": 1, "INST_LI7500_DETECTOR": 0, "INST_LI7500_PLL": 0, "INST_LI7500_SYNC": 0}
    for value, name in ((32768, "NOT_READY"), (16384, "NO_SIGNAL"), (8192, "RE_UNLOCKED"), (512, "MOTOR_SPINNING"), (1, "BOX_CONNECTED")):
        assert flagged_records(np.array([value]), "li7700")[f"INST_LI7700_{name}"] == 1


def test_signal_strength_is_per_cent() -> None:
    np.testing.assert_allclose(signal_strength([8191, 8176, -1], "li7200"), [100.0, 0.0, np.nan], rtol=1e-15)
    np.testing.assert_array_equal(signal_strength([255, 240], "li7500", old_firmware=True), [100.0, 6.25])
    with pytest.raises(ValueError, match="no signal strength"):
        signal_strength([0], "li7700")


def test_csat3_flags_are_the_highest_four_bits() -> None:
    """The counter runs in the lowest six bits; 61503 and 61440 are the words of no data and of a lost trigger."""
    good = np.arange(64)
    assert not sonic_rejects(good, "csat3").any()
    assert sonic_rejects([61503, 61440, 1 << 12, 1 << 13, 1 << 14, 1 << 15], "csat3").all()


def test_words_of_other_sonic_anemometers() -> None:
    assert sonic_rejects([0, 1, 6, 10], "gill_hs").tolist() == [True, False, False, False]
    assert sonic_rejects([0, 1, 2, 4, 8, 9, 10, 11], "gill_wm").tolist() == [False, True, True, True, True, True, False, False]
    assert sonic_rejects([0, 0x80, 1, 0x20, 0x100, 0x81], "csat3b").tolist() == [False, False, True, True, True, True]
    assert sonic_rejects([0, 3], "young_81000").tolist() == [False, True]
    for model in SONIC_MODELS:
        assert not sonic_rejects([-1], model).any()


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="nearest: 'li7200'"):
        flagged_records([0], "li7201")  # type: ignore[arg-type]  # that is the mistake
    with pytest.raises(ValueError, match="nearest: 'CHOPPER'"):
        rejected_records([0], "li7500", ["chopper"])
    with pytest.raises(ValueError, match="nearest: 'csat3'"):
        sonic_rejects([0], "csat-3")


@pytest.mark.realdata
def test_counts_are_those_of_eddypro(real_data: Path) -> None:
    """The half hour of Hohes Holz: no bit flagged, strength 100 %; the anemometer's status address runs from 1 to 10."""
    folder = real_data / "ecosystem_raw"
    with gzip.open(folder / "rflux_DE-HoH/DE-HoH_EC_201907301200_v01.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    with (folder / "eddypro_reference/DE-HoH/adv_fratini12_pf/eddypro_DE-HoH_fluxnet.csv").open() as file:
        (expected,) = csv.DictReader(file)
    words = np.array([int(row["GA_DIAG"]) for row in rows], dtype=np.int32)
    counts = flagged_records(words, "li7200")
    assert counts == {name: float(expected[name]) for name in counts}
    assert not rejected_records(words, "li7200").any()
    assert signal_strength(words, "li7200").mean() == pytest.approx(float(expected["INST_LI7200_AGC_OR_RSSI"]), rel=1e-6)
    assert not sonic_rejects([int(row["SA_DIAG"]) for row in rows], "gill_hs").any()
