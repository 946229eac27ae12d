"""Options of the calibrator fco2: what is refused, and with which words."""

from datetime import timedelta
from typing import get_args

import pytest
from icos_ocean.calibration.fco2_options import FCO2Options
from icos_ocean.temperature_correction import METHODS
from pydantic import ValidationError
from small_cruise import described_standards


def options(**changes):
    return FCO2Options.model_validate({"standards": described_standards(), **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"standard": []}, "standard"),
        ({"standards": []}, "at least two gases"),
        ({"standards": [{"run_type": "STD2", "xco2": 1}, {"run_type": "STD3", "role": "zero", "xco2": 0}]}, "at least two gases"),
        ({"standards": [*described_standards(), {"run_type": "STD2", "xco2": 231.0}]}, "STD2 is given twice for the same time"),
        ({"standards": [*described_standards(), {"run_type": "STD4s", "xco2": 510.0}]}, "sets the analyser"),
        ({"standards": [*described_standards(), {"run_type": "EQU", "xco2": 510.0}]}, "is a run type of samples"),
        ({"standards": [*described_standards(), {"run_type": "STD1", "role": "nought", "xco2": 0}]}, "'standard', 'zero' or 'span'"),
        ({"air_run_types": ["EQU"]}, "run type of water samples"),
        ({"pressure_sources": ["analyser", "analyser"]}, "at most once"),
        ({"pressure_sources": ["barometer"]}, "ambient-differential"),
        ({"differential_unit": "psi"}, "hPa"),
        ({"temperature_correction": "takahashi-1994"}, "takahashi-1993"),
        ({"temperature_correction": "humphreys-2024-parametrised", "temperature_coefficient": 0.04}, "computes its coefficient"),
        ({"fill": {"sst": "five minutes"}}, "5 min"),
        ({"fill": {"conductivity": "5 min"}}, "conductivity"),
        ({"fill": {"sst": "-5 min"}}, "greater than or equal"),
        ({"uncertainty": {"temperature_correlation": 1.5}}, "less than or equal to 1"),
        ({"uncertainty": {"drift": "guess"}}, "estimate"),
        ({"minimum_standards": 1}, "greater than or equal to 2"),
    ],
)
def test_mistakes_are_named(changes, words):
    with pytest.raises(ValidationError) as caught:
        options(**changes)
    assert words in str(caught.value)


def test_a_cylinder_may_follow_another():
    first = {"run_type": "STD2", "xco2": 230.0, "valid_to": "2024-05-02T00:00:00Z"}
    second = {"run_type": "STD2", "xco2": 231.0, "valid_from": "2024-05-02T00:00:00Z"}
    tables = [first, second, *described_standards()[1:]]
    assert len(options(standards=tables).fitted) == 4


def test_zero_gases_enter_the_regression_only_when_asked_and_gases_that_set_the_analyser_never():
    tables = [
        *described_standards(),
        {"run_type": "STD1", "role": "zero", "xco2": 0},
        {"run_type": "STD1z", "role": "zero", "xco2": 0},
        {"run_type": "STD4s", "role": "span", "xco2": 510},
    ]
    assert [gas.run_type for gas in options(standards=tables).fitted] == ["STD2", "STD3", "STD4"]
    assert [gas.run_type for gas in options(standards=tables, use_zero_in_fit=True).fitted] == ["STD2", "STD3", "STD4", "STD1"]


def test_every_method_of_temperature_correction_is_offered():
    assert get_args(get_args(FCO2Options.model_fields["temperature_correction"].annotation)[0]) == tuple(METHODS)


def test_limits_of_filling():
    filling = options(fill={"sst": "10 min"}).fill
    assert (filling.limit("sst"), filling.limit("salinity"), filling.limit("co2")) == (
        timedelta(minutes=10),
        timedelta(minutes=5),
        timedelta(0),
    )


@pytest.mark.parametrize(
    ("sign", "unit", "factor"), [("add", "hPa", 1), ("subtract", "mbar", -1), ("add", "Pa", 0.01), ("subtract", "kPa", -10)]
)
def test_sign_and_unit_of_the_differential_pressure(sign, unit, factor):
    assert options(differential_sign=sign, differential_unit=unit).differential_factor == factor


def test_every_option_is_described_and_survives_json():
    schema = FCO2Options.model_json_schema()
    tables = [schema, *schema["$defs"].values()]
    assert all("description" in entry for table in tables for entry in table["properties"].values())
    stated = options(uncertainty={"drift": "estimate"}, fill={"sst": "90 s"})
    assert FCO2Options.model_validate_json(stated.model_dump_json()) == stated
