"""What is known of the models."""

import pytest
from icos_atmosphere.readers.picarro_models import MODELS, model_of
from icos_atmosphere.vocabulary import VOCABULARY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("G2301", "G2301"),
        ("g2401", "G2401"),
        ("Picarro G2401", "G2401"),
        ("G2401-m", "G2401"),
        ("G2201i", "G2201-i"),
        ("G2201-i", "G2201-i"),
        ("PICARRO G4301", "G4301"),
    ],
)
def test_spelling_of_a_model_is_free(written, meant):
    assert model_of(written) is MODELS[meant]


def test_nothing_is_assumed_of_an_unknown_model():
    model = model_of("Los Gatos 913-0015")
    assert model.name == model.method == "Los Gatos 913-0015"
    assert model.renewed_by("co2_dry") is None
    assert model.nominal_status is None
    assert model.cavity_pressure_range is None
    assert model.cavity_temperature_range is None
    assert model.valve == "mpv_position"


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_models_speak_of_words_of_the_vocabulary(model):
    assert set(model.fresh) <= set(VOCABULARY)
    assert model.valve is None or model.valve in VOCABULARY
    assert model.method == f"Cavity ring-down spectrometer, Picarro {model.name}"


def test_a_g2301_renews_dry_values_with_water():
    model = model_of("G2301")
    assert [model.renewed_by(word) for word in ("co2_wet", "ch4_wet", "co2_dry", "ch4_dry", "h2o_reported")] == [
        (1,),
        (2,),
        (3,),
        (3,),
        (3,),
    ]
    assert model.cavity_pressure_range == pytest.approx((139.9, 140.1))
    assert model.cavity_temperature_range == pytest.approx((44.98, 45.02))
