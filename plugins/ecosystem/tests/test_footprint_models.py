"""The choice of a footprint model: what applies, what is fallen back on, and that it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.footprint.hsieh import hsieh
from icos_ecosystem.footprint.kljun_2015 import distance_of_share, footprint_shape, peak_distance
from icos_ecosystem.footprint.models import HSIEH, KLJUN_2004, KLJUN_2015, KORMANN_MEIXNER, NO_MODEL, fetch_of_models
from icos_ecosystem.vocabulary.fluxes import EDDYPRO_WORDS

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "height": 4.0,
    "roughness": 0.1,
    "friction_velocity": np.array([0.3, 0.1, np.nan]),
    "sigma_w": 0.4,
    "wind_speed": 2.5,
    "stability": np.array([0.1, 0.1, np.nan]),
}


@pytest.mark.realdata
def test_eddypro_falls_back_where_we_say_so(real_data: Path) -> None:
    table = fluxnet(real_data, "finse/express")
    found = fetch_of_models(
        "kljun-2004",
        height=table["BADM_INST_HEIGHT_SA"] - table["DISPLACEMENT_HEIGHT"],
        roughness=table["ROUGHNESS_LENGTH"],
        friction_velocity=table["USTAR"],
        sigma_w=table["W_SIGMA"],
        wind_speed=table["WS"],
        stability=table["ZL"],
        fallback="kormann-meixner",
        eddypro_steps=True,
    )
    np.testing.assert_array_equal(found.model, table["FOOTPRINT_MODEL"])
    assert found.fallbacks == 9
    names = ("MAX", "OFFSET", "10", "30", "50", "70", "80", "90")
    for name, distance in zip(names, found.fetch, strict=True):
        np.testing.assert_allclose(distance, table[f"FETCH_{name}"], rtol=1e-5)


def test_without_a_fallback_there_is_no_footprint() -> None:
    found = fetch_of_models("kljun-2004", **CASES)
    assert found.model.tolist() == [KLJUN_2004, NO_MODEL, NO_MODEL]
    assert found.fallbacks == 0
    assert np.isfinite(found.fetch.x70).tolist() == [True, False, False]


@pytest.mark.parametrize(("fallback", "code"), [("kormann-meixner", KORMANN_MEIXNER), ("hsieh", HSIEH)])
def test_with_one_there_is_where_inputs_are(fallback: str, code: int) -> None:
    found = fetch_of_models("kljun-2004", **CASES, fallback=fallback)
    assert found.model.tolist() == [KLJUN_2004, code, NO_MODEL]
    assert found.fallbacks == 1


def test_other_models_have_no_limits_but_their_inputs() -> None:
    assert fetch_of_models("kormann-meixner", **CASES).model.tolist() == [1, 1, NO_MODEL]
    found = fetch_of_models("hsieh", **CASES)
    assert found.model.tolist() == [2, 2, NO_MODEL]
    # One number and many are computed on different ways through the processor: the last digit may differ.
    np.testing.assert_allclose(found.fetch.x90[:2], np.full(2, hsieh(4.0, 0.1, 40.0).x90), rtol=2e-15)
    # Neutral air: the Obukhov length is infinite, not missing.
    assert np.isfinite(fetch_of_models("hsieh", **(CASES | {"stability": 0.0})).fetch.peak).all()


def test_the_model_of_2015_has_its_own_inputs_and_limits() -> None:
    found = fetch_of_models("kljun-2015", **CASES, sigma_v=0.6, boundary_layer=800.0)
    assert found.model.tolist() == [KLJUN_2015, NO_MODEL, NO_MODEL]
    shape = footprint_shape(4.0, 800.0, [40.0], 0.3, 0.6, roughness=0.1)
    assert found.fetch.peak[0] == pytest.approx(peak_distance(shape)[0])
    assert found.fetch.x80[0] == pytest.approx(distance_of_share(shape, 0.8)[0])
    assert fetch_of_models("kljun-2015", **CASES, fallback="kljun-2004").model.tolist() == [KLJUN_2004, NO_MODEL, NO_MODEL]


def test_codes_are_those_of_the_vocabulary() -> None:
    word = {each.name: each for each in EDDYPRO_WORDS}["FOOTPRINT_MODEL"]
    meanings = dict(zip(word.flag_values, word.flag_meanings, strict=True))
    assert meanings[KLJUN_2004] == "kljun_2004"
    assert meanings[KORMANN_MEIXNER] == "kormann_meixner_2001"
    assert meanings[HSIEH] == "hsieh_2000"
    assert meanings[NO_MODEL] == "none"


def test_a_fallback_on_itself_changes_nothing() -> None:
    assert fetch_of_models("kljun-2004", **CASES, fallback="kljun-2004").fallbacks == 0
