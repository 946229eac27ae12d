"""Words of the result streams: the columns of EddyPro's table in its order, units that UDUNITS knows, hints."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import cf_units
import pytest
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS, FLUX_WORDS, SPECTRA_WORDS, word

from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from pathlib import Path

FIRST_COLUMNS = ("TIMESTAMP_START", "TIMESTAMP_END", "DOY_START", "DOY_END", "FILENAME_HF")


@pytest.mark.realdata
@pytest.mark.parametrize("station", ["DE-HoH/adv_fratini12_pf/eddypro_DE-HoH", "gebesee_ghg/mixing_ratio/eddypro_gebesee"])
def test_the_words_are_the_columns_of_eddypro_in_its_order(real_data: Path, station: str) -> None:
    with (real_data / "ecosystem_raw" / "eddypro_reference" / f"{station}_fluxnet.csv").open() as file:
        columns = next(csv.reader(file))
    custom = re.compile(r"CUSTOM_.*_MEAN")
    ours = [re.sub(r"NONE(?![A-Z])", "N2O", column) for column in columns if column not in FIRST_COLUMNS and not custom.fullmatch(column)]
    assert ours == [each.name for each in EDDYPRO_WORDS]


def test_no_word_stands_twice_and_every_one_is_explained() -> None:
    words = (*FLUX_WORDS, *SPECTRA_WORDS)
    assert len({each.name for each in words}) == len(words)
    assert all(each.long_name for each in words)


def test_units_are_known_to_udunits() -> None:
    units = {each.units for each in (*FLUX_WORDS, *SPECTRA_WORDS) if each.dtype == "float64"}
    assert "" not in units
    assert [text for text in units if cf_units.Unit(text).is_unknown()] == []


def test_codes_have_a_word_each_and_minus_one_for_not_stated() -> None:
    codes = [each for each in FLUX_WORDS if each.dtype == "int8"]
    assert codes
    for each in codes:
        assert each.flag_values[0] == -1
        assert each.flag_meanings[0] == "not_stated"
        assert len(each.flag_values) == len(each.flag_meanings) == len(set(each.flag_meanings))
        assert all(re.fullmatch(r"[\w.+@-]+", meaning) for meaning in each.flag_meanings)


def test_units_of_fluxnet() -> None:
    units = {name: word(name).units for name in ("FC", "FH2O", "FCH4", "FN2O", "PA_EP", "T_SONIC", "VPD_EP", "TDEW", "PA", "TA")}
    assert units == {
        "FC": "umol m-2 s-1",
        "FH2O": "mmol m-2 s-1",
        "FCH4": "nmol m-2 s-1",
        "FN2O": "nmol m-2 s-1",
        "PA_EP": "kPa",
        "T_SONIC": "degree_C",
        "VPD_EP": "hPa",
        "TDEW": "degree_C",
        "PA": "kPa",
        "TA": "degree_C",
    }


def test_an_unknown_word_is_told_with_the_nearest() -> None:
    with pytest.raises(DataError, match="'CO2_TLAG_USE' is no word of the flux table; nearest: 'CO2_TLAG_USED'"):
        word("CO2_TLAG_USE")
