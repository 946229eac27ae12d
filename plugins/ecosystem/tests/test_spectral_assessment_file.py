"""EddyPro's spectral assessments: read, written back byte for byte, and what is wrong with damaged ones."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.spectral.assessed_filters import ClassFilters, SpectralAssessment
from icos_ecosystem.spectral.assessment_file import read_spectral_assessment, spectral_assessment_text
from icos_ecosystem.spectral.factors import IbromModel

from icos_core.exceptions import InputError

FILES = (
    "rflux_DE-HoH/spectral_assessment.txt",
    "eddypro_reference/finse/icos_pf_fratini/eddypro_spectral_analysis/eddypro_finse_spectral_assessment.txt",
)


@pytest.fixture
def assessment():
    return SpectralAssessment(
        water_vapour=ClassFilters(factor=np.linspace(0.8, 1.2, 9), cut_off=np.linspace(0.6, 0.1, 9), periods=np.arange(9)),
        exponents=np.array([-5.25, 3.5, -1.0625]),
        gases={"co2": ClassFilters(factor=np.full(12, 1.0), cut_off=np.linspace(1.0, 2.1, 12))},
        model=IbromModel(unstable=(0.01, 0.005), stable=(0.02, 0.01)),
    )


@pytest.mark.realdata
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_eddypro_comes_back_byte_for_byte(real_data, name):
    path = real_data / "ecosystem_raw" / name
    assert spectral_assessment_text(read_spectral_assessment(path)) == path.read_text(encoding="ascii")


@pytest.mark.realdata
def test_the_numbers_of_a_station(real_data):
    found = read_spectral_assessment(real_data / "ecosystem_raw" / FILES[0])
    assert found.water_vapour.cut_off[2] == 0.56039
    assert found.water_vapour.periods.tolist() == [0, 26, 118, 165, 179, 128, 50, 2, 0]
    assert found.exponents.tolist() == [-20.782512, 13.040339, -2.622372]
    assert list(found.gases) == ["co2"]
    assert found.model == IbromModel(unstable=(0.0030457, 0.0008648), stable=(0.0049239, 0.0011642))


def test_what_is_written_is_read_again(tmp_path, assessment):
    path = tmp_path / "assessment.txt"
    path.write_text(spectral_assessment_text(assessment), encoding="ascii")
    found = read_spectral_assessment(path)
    np.testing.assert_allclose(found.water_vapour.cut_off, assessment.water_vapour.cut_off, atol=5e-6)
    np.testing.assert_array_equal(found.water_vapour.periods, assessment.water_vapour.periods)
    np.testing.assert_array_equal(found.exponents, assessment.exponents)
    np.testing.assert_allclose(found.gases["co2"].cut_off, assessment.gases["co2"].cut_off, atol=5e-6)
    assert list(found.gases) == ["co2"]
    assert found.model == assessment.model


def test_what_is_unknown_stays_unknown(tmp_path):
    nothing = SpectralAssessment(
        water_vapour=ClassFilters(factor=np.full(9, np.nan), cut_off=np.full(9, np.nan)), exponents=np.full(3, np.nan)
    )
    path = tmp_path / "assessment.txt"
    path.write_text(spectral_assessment_text(nothing), encoding="ascii")
    found = read_spectral_assessment(path)
    assert np.isnan(found.water_vapour.cut_off).all()
    assert np.isnan(found.exponents).all()
    assert found.gases == {}
    assert found.model is None


def test_each_half_hour_has_the_cut_off_of_its_month_or_humidity(assessment):
    month, humidity = np.array([1, 12]), np.array([30.0, np.nan])
    np.testing.assert_allclose(assessment.cut_off("co2", month=month, relative_humidity=humidity), [1.0, 2.1])
    expected = np.exp(-5.25 * 0.09 + 3.5 * 0.3 - 1.0625)
    np.testing.assert_allclose(assessment.cut_off("h2o", month=month, relative_humidity=humidity), [expected, np.nan])
    with pytest.raises(KeyError, match=r"no cut-off of 'co3'.*knows h2o, co2; nearest: 'co2'"):
        assessment.cut_off("co3", month=month, relative_humidity=humidity)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("RH class  25 - 35%", "RH klass  25 - 35%", "missing: class of relative humidity that starts at 25"),
        ("March ", "Mars  ", "missing: month of co2, number 3"),
        ("exp1", "exp0", "no exponents of water vapour"),
        ("   -5.250000", "   -5.25O000", "line 63: expected 3 numbers, found '-5.25O000"),
        ("CO2            TFP", "                  ", "line 19: January stands before the name of a gas"),
    ],
)
def test_damage_is_told_with_its_place(tmp_path, assessment, old, new, message):
    path = tmp_path / "assessment.txt"
    text = spectral_assessment_text(assessment)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="ascii")
    with pytest.raises(InputError) as caught:
        read_spectral_assessment(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_spectral_assessment(tmp_path / "nowhere.txt")
