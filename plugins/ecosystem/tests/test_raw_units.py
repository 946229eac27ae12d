"""Units as loggers write them: every spelling of one unit gives one conversion, and what is none of a variable's is refused."""

from __future__ import annotations

import pytest
from icos_ecosystem.readers.raw_units import UnitError, conversion, same_unit, usual_unit
from icos_ecosystem.vocabulary.measured import FAST, METEOROLOGY

CO2, H2O, CH4 = 0.04401, 0.01802, 0.01604  # kg mol-1, as EddyPro has them


@pytest.mark.parametrize(
    ("variable", "spellings", "factor", "offset"),
    [
        ("u", ("m s-1", "m/s", "m_sec", "M/S", "meters/second", "m/sec", "m s^-1", "[m/s]"), 1.0, 0.0),
        ("u", ("cm/s", "cm_sec", "cm s-1"), 0.01, 0.0),
        ("u", ("km/h",), 1 / 3.6, 0.0),
        ("sonic_temperature", ("K", "kelvin", "degK"), 1.0, 0.0),
        ("sonic_temperature", ("C", "Deg C", "degC", "deg_C", "°C", "celsius", "Celsius"), 1.0, 273.15),
        ("sonic_temperature", ("ckelvin",), 0.01, 0.0),
        ("sonic_temperature", ("ccelsius",), 0.01, 273.15),
        ("TA", ("fahrenheit", "degF"), 5 / 9, 273.15 - 32 * 5 / 9),
        ("co2_mixing_ratio", ("ppm", "umol/mol", "umol_mol", "µmol/mol", "μmol mol⁻¹", "umol mol-1", "umol CO2/mol", "ppmv"), 1.0, 0.0),
        ("co2_mole_fraction", ("mmol/mol", "mmol_mol", "ppt"), 1000.0, 0.0),
        ("h2o_mixing_ratio", ("ppt", "mmol/mol", "mmol_mol", "mmol H2O mol-1", "(mmol/mol)"), 1.0, 0.0),
        ("ch4_mixing_ratio", ("ppb", "nmol/mol", "nmol_mol", "nmol mol-1"), 0.001, 0.0),
        ("co2_molar_density", ("mmol/m^3", "mmol_m3", "mmol/m3", "mmol m-3", "mmol/m³", "(mmol/m^3)"), 1.0, 0.0),
        ("co2_molar_density", ("umol_m3", "umol/m^3"), 0.001, 0.0),
        ("co2_molar_density", ("mg/m^3", "mg_m3", "mg m-3", "mg/m3", "mg CO2 m-3"), 1e-6 / CO2 * 1e3, 0.0),
        ("h2o_molar_density", ("g/m^3", "g_m3", "g m-3", "g/m³"), 1e-3 / H2O * 1e3, 0.0),
        ("ch4_molar_density", ("ug_m3", "ug/m^3"), 1e-9 / CH4 * 1e3, 0.0),
        ("cell_pressure", ("kPa", "kpa", "KPA"), 1000.0, 0.0),
        ("PA", ("hPa", "hpa", "mbar", "mb", "mBar"), 100.0, 0.0),
        ("PA", ("mmHg", "torr"), 101325 / 760, 0.0),
        ("PA", ("MPa",), 1e6, 0.0),
        ("RH", ("%", "percent", "Percent"), 1.0, 0.0),
        ("SWC", ("m^3/m^3", "m3 m-3"), 100.0, 0.0),
        ("SW_IN", ("W m-2", "W/m^2", "W/m²", "w/m2"), 1.0, 0.0),
        ("PPFD_IN", ("umol m-2 s-1", "umol/m^2/s", "µmol m-2 s-1", "umol/s/m^2", "umol/(m^2 s)"), 1.0, 0.0),
        ("WD", ("Deg", "degrees", "deg", "degree"), 1.0, 0.0),
    ],
)
def test_spellings(variable: str, spellings: tuple[str, ...], factor: float, offset: float) -> None:
    for spelling in spellings:
        assert conversion(variable, spelling) == pytest.approx((factor, offset), rel=3e-7 if variable == "PA" else 1e-12), spelling
        assert same_unit(variable, spelling, spellings[0])


def test_round_factors_are_exact() -> None:
    # 1000.0000000000001 would show in the last digit of every pressure.
    assert conversion("cell_pressure", "kPa") == (1000.0, 0.0)
    assert conversion("co2_molar_density", "umol/m^3") == (0.001, 0.0)
    assert conversion("u", "cm/s") == (0.01, 0.0)


def test_every_variable_takes_its_own_unit() -> None:
    for word in (*FAST, *METEOROLOGY):
        assert conversion(word.name, usual_unit(word.name)) == (1.0, 0.0)


def test_codes_have_no_unit() -> None:
    assert conversion("sonic_diagnostic", "unitless") == conversion("li7200_diagnostic", "") == (1.0, 0.0)


def test_units_that_are_none() -> None:
    with pytest.raises(UnitError, match=r"'kPaa'.*nearest: 'kpa'"):
        conversion("cell_pressure", "kPaa")
    with pytest.raises(UnitError, match="'knot_s'"):
        conversion("u", "knot_s")
    with pytest.raises(UnitError, match="no variable 'co2_mixing_rat'; nearest: 'co2_mixing_ratio'"):
        conversion("co2_mixing_rat", "ppm")
    with pytest.raises(UnitError, match="temperature; expected K or degC"):
        conversion("TA", "kPa")
    with pytest.raises(UnitError, match="'m/s'"):
        conversion("PA", "m/s")


def test_traps() -> None:
    # A mass per volume is no mole fraction, and g/kg is no number although UDUNITS takes it for one.
    with pytest.raises(UnitError, match="the column is co2_molar_density"):
        conversion("co2_mixing_ratio", "mg/m^3")
    with pytest.raises(UnitError, match="mass per mass"):
        conversion("h2o_mixing_ratio", "g/kg")
    # Parts per thousand, not UDUNITS's parts per trillion.
    assert conversion("h2o_mixing_ratio", "ppt")[0] == 1.0
    assert not same_unit("u", "m/s", "cm/s")
