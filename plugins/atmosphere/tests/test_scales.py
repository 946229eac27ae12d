"""Calibration scales: published values, spellings, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.scales import CURRENT, NONE, UNKNOWN, conversion, convert_scale, normalised_scale
from icos_atmosphere.vocabulary import GASES

HALL = {350.0: 350.1345, 380.0: 380.1582, 400.0: 400.1740, 420.0: 420.1898, 450.0: 450.2135, 500.0: 500.2530}
"""X2007 → X2019 by X2019 = 1.00079 X2007 - 0.142 (Hall et al. 2021), µmol/mol."""


def test_table_of_the_scale_of_2019() -> None:
    before, after = np.array(list(HALL)), np.array(list(HALL.values()))
    found = convert_scale(before, "co2", "X2007", "X2019")
    assert found == pytest.approx(after, abs=5.1e-5)  # the table has four digits
    assert convert_scale(after, "co2", "X2019", "X2007") == pytest.approx(before, abs=5.1e-5)
    # "0.18 ppm greater at 400" in the abstract of the paper.
    assert convert_scale(np.array([400.0]), "co2", "X2007", "X2019")[0] - 400.0 == pytest.approx(0.18, abs=0.01)


@given(st.floats(300.0, 600.0))
def test_there_and_back(value: float) -> None:
    there = convert_scale(np.array([value]), "co2", "WMO CO2 X2007", "WMO CO2 X2019")
    assert convert_scale(there, "co2", "WMO CO2 X2019", "WMO CO2 X2007")[0] == pytest.approx(value, rel=1e-14)


def test_methane_of_australia_on_the_scale_of_tohoku() -> None:
    assert convert_scale(np.array([1800.0]), "ch4", "CSIRO-94", "TU-87")[0] == pytest.approx(1800.0 * 1.0119, rel=1e-14)
    assert conversion("ch4", "TU-87", "CSIRO-94").factor == pytest.approx(1.0 / 1.0119, rel=1e-14)


def test_the_same_scale_changes_nothing() -> None:
    values = np.array([400.1, np.nan])
    found = convert_scale(values, "co2", "WMOX2019", "WMO CO2 X2019")
    np.testing.assert_array_equal(found, values)
    assert conversion("n2o", "X2006A", "WMO N2O X2006A")[:2] == (1.0, 0.0)


def test_values_are_left_alone() -> None:
    values = np.array([400.0])
    convert_scale(values, "co2", "X2007", "X2019")
    assert values.tolist() == [400.0]


@pytest.mark.parametrize(
    ("text", "gas", "scale"),
    [
        ("WMOX2007", "co2", "WMO CO2 X2007"),
        ("WMO X2007", "co2", "WMO CO2 X2007"),
        ("X2007", "co2", "WMO CO2 X2007"),
        ("WMO CO2 X2007", "co2", "WMO CO2 X2007"),
        ("  wmo   co2 x2019 ", "co2", "WMO CO2 X2019"),
        ("WMO-CO2-X2019", "co2", "WMO CO2 X2019"),
        ("NOAA_CO2_X2019", "co2", "WMO CO2 X2019"),
        ("WMO X2004A", "ch4", "WMO CH4 X2004A"),
        ("x2004a", "ch4", "WMO CH4 X2004A"),
        ("X2014A", "co", "WMO CO X2014A"),
        ("NOAA-2006A", "n2o", "NOAA-2006A"),
        ("WMO N2O X2006A", "n2o", "WMO N2O X2006A"),
        ("TU-87", "ch4", "TU-87"),
        ("SIO  05", "co2", "SIO 05"),
        ("Unknown", "ch4", UNKNOWN),
        ("undefined", "ch4", UNKNOWN),
        ("", "ch4", UNKNOWN),
        ("None", "co2", NONE),
        ("uncalibrated", "co2", NONE),
    ],
)
def test_spellings(text: str, gas: str, scale: str) -> None:
    assert normalised_scale(text, gas) == scale
    assert normalised_scale(scale, gas) == scale


def test_current_scales_are_spelt_as_they_are_normalised() -> None:
    assert set(CURRENT) == set(GASES)
    for gas, scale in CURRENT.items():
        assert normalised_scale(scale, gas) == scale


@pytest.mark.parametrize(
    ("gas", "source", "target", "words"),
    [
        ("ch4", "X2004", "X2004A", r"CH4 from WMO CH4 X2004 to WMO CH4 X2004A is known \(known: CSIRO-94 to TU-87 and back\)"),
        ("co", "X2004", "X2014A", "CO from WMO CO X2004 to WMO CO X2014A is known; assign the cylinders on the scale that is wanted"),
        ("n2o", "X2006", "X2006A", "N2O from WMO N2O X2006 to WMO N2O X2006A is known; assign"),
        ("co2", "none", "X2019", r"CO2 from none to WMO CO2 X2019 is known \(known: WMO CO2 X2007 to WMO CO2 X2019 and back\)"),
        ("co2", "unknown", "X2019", "from unknown to"),
        ("co2", "X2005", "X2019", "from WMO CO2 X2005 to"),
        ("ch4", "X2007", "X2019", "from WMO CH4 X2007 to"),
    ],
)
def test_conversions_that_nobody_published_are_refused(gas: str, source: str, target: str, words: str) -> None:
    """The reference says of CH4, CO and N2O: no official one-line function; of the unknown nothing is assumed."""
    with pytest.raises(ValueError, match=words):
        convert_scale(np.array([400.0]), gas, source, target)
