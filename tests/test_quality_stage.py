"""Which tests run on which variables of which streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.exceptions import DataError
from icos_core.plugins import installed_plugins
from icos_core.quality.gross_range import RangeOptions
from icos_core.running.quality_stage import run_tests
from icos_core.station import QualitySpec
from icos_core.testing import example_context

if TYPE_CHECKING:
    import xarray as xr

WORDS = (
    Variable(name="salinity", units="1"),
    Variable(name="conductivity", units="S m-1"),
    Variable(name="port", dtype="int8", flag_values=(1, 2), flag_meanings=("water", "air")),
)


def stream(**values: Any) -> xr.Dataset:
    time = np.datetime64("2024-01-01", "ns") + np.arange(4) * np.timedelta64(1, "m")
    return make_stream(time, values, WORDS)


def spec(*variables: str, stage: str = "measured", **changes: Any) -> QualitySpec:
    options = RangeOptions(bad_outside=(0.0, 42.0))
    given = {"test": "range", "label": "range", "variables": variables, "stage": stage, "options": options, "is_default": True}
    return QualitySpec(**{**given, **changes})


def found(data: xr.Dataset, specs: list[QualitySpec], stage: Any, **arguments: Any) -> list[str]:
    outcomes = run_tests("main", data, specs, stage, installed_plugins(), example_context(), **arguments)
    return [outcome.variable for outcome in outcomes]


def test_a_variable_that_a_calibrator_made_has_its_tests_of_measured_data_after_calibration() -> None:
    """A reader announces salinity, its files have conductivity: what the calibrator computes is tested when it is there."""
    specs = [spec("salinity", "conductivity")]
    measured = stream(conductivity=np.full(4, 4.0))
    calibrated = stream(conductivity=np.full(4, 4.0), salinity=np.full(4, 35.0))
    assert found(measured, specs, "measured") == ["conductivity"]
    assert found(calibrated, specs, "calibrated", before={"conductivity"}) == ["salinity"]
    assert found(calibrated, specs, "calibrated", before={"conductivity", "salinity"}) == []
    # Condensed rows are others than those that were tested, and have no such history.
    assert found(calibrated, specs, "calibrated") == []
    assert found(calibrated, [spec("salinity", stage="calibrated")], "measured") == []


def test_a_usual_test_passes_over_a_stream_without_the_category_that_it_goes_by() -> None:
    data = stream(salinity=np.full(4, 35.0))
    usual = spec("salinity", where={"port": ("water",)})
    assert found(data, [usual], "measured") == []
    assert found(stream(salinity=np.full(4, 35.0), port=np.ones(4)), [usual], "measured") == ["salinity"]
    own = spec("salinity", where={"port": ("water",)}, is_default=False)
    with pytest.raises(DataError, match="where names 'port', which the stream does not have"):
        found(data, [own], "measured")
