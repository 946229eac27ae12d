"""What is known of the models of all makers."""

import pytest
from icos_atmosphere.analyser_models import model_of, unknown_model


@pytest.mark.parametrize(
    ("name", "method", "valve", "status", "every_row"),
    [
        ("UGGA", "Off-axis integrated cavity output spectrometer, Los Gatos/ABB UGGA", None, None, True),
        ("LGR N2O/CO", "Off-axis integrated cavity output spectrometer, Los Gatos/ABB LGR N2O/CO", None, None, True),
        ("LI-7810", "Optical feedback cavity-enhanced absorption spectrometer, LI-COR LI-7810", None, 0, True),
        ("MIRA Ultra", "Mid-infrared laser absorption spectrometer, Aeris MIRA Ultra", "inlet_number", None, True),
        ("Picarro G2401", "Cavity ring-down spectrometer, Picarro G2401", "mpv_position", 963, False),
        ("something else", "something else", "mpv_position", None, False),
    ],
)
def test_models(name, method, valve, status, every_row):
    model = model_of(name)
    assert (model.method, model.valve, model.nominal_status, model.every_row) == (method, valve, status, every_row)


def test_a_mistyped_model_is_told():
    assert "nearest: 'G2401'" in unknown_model("G2402")
    assert unknown_model("Picarro G2401-m") is None
    assert unknown_model("LI-7810") is None
