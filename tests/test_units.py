"""Units are converted by UDUNITS, and never guessed."""

import numpy as np
import pytest
import xarray as xr

from icos_core.exceptions import DataError
from icos_core.units import convert, convertible, require_units


@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        ("degree_C", "K", 25.0, 298.15),
        ("K", "degree_C", 273.15, 0.0),
        ("hPa", "Pa", 1013.25, 101325.0),
        ("umol mol-1", "1e-6", 400.0, 400.0),
        ("ppm", "umol mol-1", 400.0, 400.0),
        ("m s-1", "knot", 0.514444444444444, 1.0),
        ("1e-3", "1", 35.0, 0.035),
        ("V", "mV", 1.0, 1000.0),
    ],
)
def test_conversions(source, target, value, expected):
    np.testing.assert_allclose(convert(np.array([value, np.nan]), source, target), [expected, np.nan], rtol=1e-12, atol=1e-12)
    assert convert(value, source, target) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_same_units_need_no_copy():
    values = np.array([1.0])
    assert convert(values, "no such unit", "no such unit") is values


def test_what_is_converted_is_left_alone():
    values = np.array([1.0, 2.0])
    values.flags.writeable = False
    np.testing.assert_array_equal(convert(values, "V", "mV"), [1000.0, 2000.0])
    np.testing.assert_array_equal(values, [1.0, 2.0])


def test_other_kinds_of_quantity():
    assert not convertible("m", "s")
    with pytest.raises(DataError, match="cannot convert 'm' to 's'"):
        convert(1.0, "m", "s")
    with pytest.raises(DataError, match="cannot convert 'no unit' to 'K'"):
        convert(1.0, "", "K")
    with pytest.raises(DataError, match="'furlongs per fortnite' is no unit that UDUNITS knows"):
        convert(1.0, "furlongs per fortnite", "m s-1")


def stream(**attrs):
    time = np.array(["2024-01-01"], "M8[ns]")
    return xr.Dataset(
        {
            "sst": ("time", [25.0], {"units": "degree_C", "long_name": "temperature"} | attrs),
            "sst_uncertainty": ("time", [0.5], {"units": "degree_C"}),
            "sst_uncertainty_sensor": ("time", [0.25], {"units": "degree_C", "error_correlation": "common"}),
            "sst_flag": ("time", np.array([1], "i1")),
        },
        coords={"time": ("time", time)},
    )


def test_uncertainties_are_differences():
    converted = require_units(stream(), "sst", "K")
    assert converted["sst"].item() == pytest.approx(298.15)
    assert converted["sst_uncertainty"].item() == pytest.approx(0.5)
    assert converted["sst_uncertainty_sensor"].item() == pytest.approx(0.25)
    assert {converted[name].attrs["units"] for name in ("sst", "sst_uncertainty", "sst_uncertainty_sensor")} == {"K"}
    assert converted["sst"].attrs["long_name"] == "temperature"
    assert converted["sst_uncertainty_sensor"].attrs["error_correlation"] == "common"


def test_uncertainties_scale():
    converted = require_units(stream(), "sst", "degree_F")
    assert converted["sst"].item() == pytest.approx(77.0)
    assert converted["sst_uncertainty"].item() == pytest.approx(0.9)


def test_the_stream_itself_where_nothing_is_to_do():
    given = stream()
    assert require_units(given, "sst", "degree_C") is given


def test_the_message_names_the_variable():
    with pytest.raises(DataError, match="sst: cannot convert 'm' to 'K'"):
        require_units(stream(units="m"), "sst", "K")
    without = stream()
    del without["sst"].attrs["units"]
    with pytest.raises(DataError, match="sst: cannot convert 'no unit' to 'K'"):
        require_units(without, "sst", "K")
