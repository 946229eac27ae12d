"""Lists of methods: the first is the result, the spread of all a term of the uncertainty."""

from typing import Annotated, Literal

import numpy as np
import pytest
from icos_ocean.calibration.method_spread import OneOrMore, method_spread, spread_uncertainty
from icos_ocean.temperature_correction import METHODS
from pydantic import BaseModel, ValidationError
from reported_mole_fractions import calibrated as calibrated_as_reported
from reported_mole_fractions import deployment
from small_cruise import calibrated, cruise, described_standards

from icos_core.components import Outcome

CORRECTIONS = ["takahashi-1993", "takahashi-2009", "humphreys-2024-fit"]
FORMS = ["measured-on-true", "true-on-measured"]


class Choice(BaseModel):
    method: Annotated[tuple[Literal["one", "other", "third"], ...], OneOrMore()] = ("one",)


@pytest.mark.parametrize(("given", "expected"), [("other", ("other",)), (["third", "one"], ("third", "one")), (("one",), ("one",))])
def test_one_name_or_a_list(given, expected):
    assert Choice(method=given).method == expected
    assert Choice.model_validate_json(Choice(method=given).model_dump_json()).method == expected


@pytest.mark.parametrize(
    ("given", "words"), [([], "at least one"), (["one", "one"], "at most once"), ("two", "'one', 'other' or 'third'"), (3, "tuple")]
)
def test_anything_else_is_refused(given, words):
    with pytest.raises(ValidationError, match=words):
        Choice(method=given)


def test_the_schema_for_editors_takes_both():
    one, several = Choice.model_json_schema()["properties"]["method"]["anyOf"]
    assert one["enum"] == several["items"]["enum"] == ["one", "other", "third"]
    assert (several["type"], several["minItems"], several["uniqueItems"]) == ("array", 1, True)


def test_spread_and_its_uncertainty():
    spread = method_spread([np.array([1.0, 5.0, np.nan]), np.array([3.0, 4.0, 1.0]), np.array([2.0, 4.5, 1.0])])
    np.testing.assert_array_equal(spread, [2.0, 1.0, np.nan])
    # The variance of a rectangular distribution of width 2 is 1/3.
    np.testing.assert_allclose(spread_uncertainty(spread)[:2] ** 2, [1 / 3, 1 / 12])


def total_of(found, name):
    terms = [found[each].values for each in found if each.startswith(f"{name}_uncertainty_") and "error_correlation" in found[each].attrs]
    return np.sqrt(np.sum(np.square(terms), axis=0))


@pytest.mark.parametrize("first", CORRECTIONS)
def test_corrections_of_temperature(first):
    stream, truth = cruise()
    listed = [first, *(each for each in CORRECTIONS if each != first)]
    found, result = calibrated(stream, temperature_correction=listed, barometer_height=10.0)
    single = {each: calibrated(stream, temperature_correction=each, barometer_height=10.0)[0] for each in CORRECTIONS}
    water = truth["water"]
    np.testing.assert_array_equal(found["fco2"].values, single[first]["fco2"].values)
    apart = np.ptp([each["fco2"].values[water] for each in single.values()], axis=0)
    assert apart.max() > 0.03
    np.testing.assert_allclose(found["fco2_spread_temperature_correction"].values[water], apart, rtol=1e-12)
    term = found["fco2_uncertainty_temperature_correction"]
    assert term.attrs["error_correlation"] == "common"
    np.testing.assert_allclose(term.values[water], apart / np.sqrt(12), rtol=1e-12)
    np.testing.assert_allclose(found["fco2_uncertainty"].values[water], total_of(found, "fco2")[water], rtol=1e-12)
    expected = np.hypot(single[first]["fco2_uncertainty"].values, term.values)
    np.testing.assert_allclose(found["fco2_uncertainty"].values[water], expected[water], rtol=1e-12)
    known = np.isfinite(found["delta_fco2"].values)
    np.testing.assert_array_equal(found["delta_fco2_uncertainty_temperature_correction"].values[known], term.values[known])
    np.testing.assert_allclose(found["delta_fco2_uncertainty"].values[known], total_of(found, "delta_fco2")[known], rtol=1e-12)
    [table] = [table for table in result.tables if table.title.startswith("Spread")]
    assert table.rows[0][:2] == ("temperature correction", ", ".join(listed))
    assert table.rows[0][3] == pytest.approx(apart.max(), abs=1e-4)


def test_forms_of_the_regression():
    """The gases lie off a line, so that the two forms differ visibly; water and air are moved together."""
    stream, truth = cruise()
    gases = described_standards(STD3={"xco2": 416.0})
    found, _ = calibrated(stream, standards=gases, standard_limit=20, regression=FORMS, barometer_height=10.0)
    single = [calibrated(stream, standards=gases, standard_limit=20, regression=form, barometer_height=10.0)[0] for form in FORMS]
    water = truth["water"]
    for name in ("fco2", "xco2", "xco2_air"):
        np.testing.assert_array_equal(found[name].values, single[0][name].values)
    apart = np.abs(single[0]["fco2"].values - single[1]["fco2"].values)
    assert apart[water].max() > 0.005
    np.testing.assert_allclose(found["fco2_spread_regression_form"].values[water], apart[water], rtol=1e-9)
    term = found["fco2_uncertainty_regression_form"].values
    np.testing.assert_allclose(term[water], apart[water] / np.sqrt(12), rtol=1e-9)
    np.testing.assert_allclose(found["fco2_uncertainty"].values[water], total_of(found, "fco2")[water], rtol=1e-12)
    for name in ("xco2", "xco2_air", "delta_fco2"):
        moved = np.abs(single[0][name].values - single[1][name].values) / np.sqrt(12)
        expected = np.hypot(single[0][f"{name}_uncertainty"].values, moved)
        known = np.isfinite(found[name].values) & (truth["water"] | (name == "xco2_air"))
        np.testing.assert_allclose(found[f"{name}_uncertainty"].values[known], expected[known], rtol=1e-6)
        if name == "delta_fco2":
            np.testing.assert_allclose(found["delta_fco2_uncertainty_regression_form"].values[known], moved[known], rtol=0.01, atol=1e-6)


def test_one_method_has_no_spread():
    stream, _ = cruise()
    found, result = calibrated(stream)
    assert not [name for name in found if "spread" in name or name.endswith(("_temperature_correction", "_regression_form"))]
    assert not [table for table in result.tables if table.title.startswith("Spread")]


@pytest.mark.parametrize("in_situ", [True, False])
def test_of_mole_fractions_as_reported(in_situ):
    stream, truth = deployment(in_situ=in_situ)
    found, _ = calibrated_as_reported(stream, temperature_correction=list(METHODS))
    spread = found["fco2_spread_temperature_correction"].values[truth["water"]]
    # Where nothing is corrected, the methods agree.
    assert (spread == 0).all() if in_situ else (spread > 0.1).all()


def test_a_bad_value_has_a_bad_spread():
    stream, truth = cruise()
    row = int(np.flatnonzero(truth["water"])[3])
    stream["sst"].values[row] = 200.0
    found, _ = calibrated(stream, temperature_correction=CORRECTIONS, fill={"sst": "0 s"}, outcomes=[bad("sst", row, stream)])
    assert found["fco2_flag"].values[row] == found["fco2_spread_temperature_correction_flag"].values[row] == 4


def bad(variable, row, stream):
    level = np.ones(stream.sizes["time"], dtype=np.int8)
    level[row] = 4
    return Outcome(variable=variable, name="range", level=level)
