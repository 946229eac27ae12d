"""Tables of instruments: names, EddyPro's words, and the numbers that EddyPro prints for three of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from icos_ecosystem.instruments import gas_analyser_models, sonic_models
from icos_ecosystem.instruments.licor_diagnostics import DIAGNOSTIC_BITS
from icos_ecosystem.instruments.licor_diagnostics import SONIC_MODELS as WITH_DIAGNOSTIC

if TYPE_CHECKING:
    from pathlib import Path


def test_diagnostic_words_are_known() -> None:
    assert {model.diagnostic for model in sonic_models.SONIC_MODELS.values()} - {None} == set(WITH_DIAGNOSTIC)
    assert {model.diagnostic for model in gas_analyser_models.GAS_ANALYSER_MODELS.values()} - {None} == set(DIAGNOSTIC_BITS)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("hs_50_1", "gill-hs-50"),
        ("csat3_1", "csi-csat3"),
        ("csat3b_2", "csi-csat3b"),
        ("WMPRO_1", "gill-windmaster-pro"),
        ("r3_50_1", "gill-r3-50"),
        ("usa1_fast_1", "metek-usa1-fast"),
        ("81000_1", "young-81000"),
        ("generic_anemometer_1", "other"),
    ],
)
def test_eddypro_words_of_anemometers(word: str, name: str) -> None:
    assert sonic_models.of_eddypro(word) is sonic_models.of_model(name)


@pytest.mark.parametrize(
    ("word", "name"), [("li7200_1", "licor-li7200"), ("li7500rs_2", "licor-li7500rs"), ("open_path_krypton_1", "csi-kh20")]
)
def test_eddypro_words_of_analysers(word: str, name: str) -> None:
    assert gas_analyser_models.of_eddypro(word) is gas_analyser_models.of_model(name)


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'gill-hs50' is not known.*nearest: 'gill-hs-50'"):
        sonic_models.of_model("gill-hs50")
    with pytest.raises(ValueError, match=r"'hs50_1' is not known.*nearest: 'hs_50_1'"):
        sonic_models.of_eddypro("hs50_1")
    with pytest.raises(ValueError, match=r"'licor-7200' is not known.*nearest: 'licor-li7200"):
        gas_analyser_models.of_model("licor-7200")
    with pytest.raises(ValueError, match=r"'li7201_1' is not known.*nearest: 'li7200_1'"):
        gas_analyser_models.of_eddypro("li7201_1")


@pytest.mark.realdata
def test_numbers_are_those_that_eddypro_prints(real_data: Path) -> None:
    reference = real_data / "ecosystem_raw/eddypro_reference"
    for file in (
        "DE-HoH/express/eddypro_DE-HoH_fluxnet.csv",
        "finse/express/eddypro_finse_fluxnet.csv.gz",
        "gebesee_ghg/express/eddypro_gebesee_fluxnet.csv",
    ):
        row = pd.read_csv(reference / file).iloc[0]
        for model, end in (
            (sonic_models.of_eddypro(row["BADM_INST_MODEL_SA"]), "SA"),
            (gas_analyser_models.of_eddypro(row["BADM_INST_MODEL_GA_CO2"]), "GA_CO2"),
        ):
            printed = [row[f"VPATH_{end}"] / 100, row[f"HPATH_{end}"] / 100, row[f"RESPONSE_TIME_{end}"]]
            assert [model.vertical_path, model.horizontal_path, model.time_constant] == pytest.approx(printed, rel=1e-5)
