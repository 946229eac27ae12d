"""What a component requires is there and in its units."""

import numpy as np
import pytest

from icos_core.components import Requirement, Variable
from icos_core.dataset import make_stream
from icos_core.exceptions import DataError
from icos_core.running.requirements import prepare

WORDS = (Variable(name="conductivity", units="S m-1"), Variable(name="pressure", units="Pa"), Variable(name="salinity", units="1"))
NEEDED = Requirement(name="salinity", units="1", alternatives=(Requirement(name="conductivity", units="mS cm-1"),))


def stream(**values):
    time = np.datetime64("2024-01-01", "ns") + np.arange(2) * np.timedelta64(1, "s")
    return make_stream(time, {name: np.full(2, value) for name, value in values.items()}, WORDS)


def test_choices_are_the_variable_and_its_alternatives_with_their_units():
    requirement = Requirement(name="pressure", units="hPa", alternatives=("air_pressure", Requirement(name="depth", units="m")))
    assert [(each.name, each.units) for each in requirement.choices] == [("pressure", "hPa"), ("air_pressure", "hPa"), ("depth", "m")]


def test_an_alternative_is_handed_over_in_its_own_units():
    given = {"log": stream(conductivity=4.2914)}
    prepared = prepare(given, {"*": (NEEDED,)}, "calibrator 'c'")["log"]
    np.testing.assert_allclose(prepared["conductivity"].values, 42.914)
    assert prepared["conductivity"].attrs["units"] == "mS cm-1"
    assert given["log"]["conductivity"].attrs["units"] == "S m-1"
    both = prepare({"log": stream(conductivity=4.2914, salinity=35.0)}, {"log": (NEEDED,)}, "calibrator 'c'")["log"]
    assert both["salinity"].values.tolist() == [35.0, 35.0]


def test_an_alternative_that_cannot_be_converted_is_an_error():
    wrong = Requirement(name="salinity", units="1", alternatives=(Requirement(name="pressure", units="K"),))
    with pytest.raises(DataError, match="pressure"):
        prepare({"log": stream(pressure=1e5)}, {"*": (wrong,)}, "calibrator 'c'")


def test_what_no_stream_has_is_named():
    with pytest.raises(DataError, match="calibrator 'c' requires 'salinity', which no stream has"):
        prepare({"log": stream(pressure=1e5)}, {"*": (NEEDED,)}, "calibrator 'c'")
