"""The ocean's vocabulary."""

import re

from icos_ocean.vocabulary import CALIBRATED, MEASURED, POSITION, RUN_TYPES, UNCERTAINTY_TERMS, VOCABULARY

from icos_core.units import convertible


def test_the_names_that_exports_promise():
    names = {variable.name for variable in CALIBRATED}
    assert names >= {
        *("sst", "salinity", "equilibrator_temperature", "equilibrator_pressure", "xco2", "pco2", "fco2", "xco2_air", "fco2_air"),
        *("latitude", "longitude", "fco2_uncertainty", *(f"fco2_uncertainty_{term}" for term in UNCERTAINTY_TERMS)),
    }


def test_every_word_is_described():
    for variable in VOCABULARY.values():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", variable.name)
        assert variable.long_name, variable.name
        if variable.flag_values:
            assert len(variable.flag_values) == len(variable.flag_meanings)
            assert all(re.fullmatch(r"[A-Za-z0-9_.+@-]+", word) for word in variable.flag_meanings)
            assert (variable.units, variable.dtype) == ("", "int8")
        else:
            assert convertible(variable.units, variable.units), variable.name
        if variable.units == "degree_C":
            assert variable.attributes["units_metadata"].startswith("temperature: ")


def test_a_word_means_the_same_in_both_stages():
    measured = {variable.name: variable for variable in MEASURED}
    for variable in CALIBRATED:
        if variable.name in measured:
            assert variable == measured[variable.name]
    assert all(variable in MEASURED for variable in POSITION)


def test_run_types_are_a_category_of_the_vocabulary():
    run_type = VOCABULARY["run_type"]
    assert dict(zip(run_type.flag_meanings, run_type.flag_values, strict=True)) == dict(RUN_TYPES)
