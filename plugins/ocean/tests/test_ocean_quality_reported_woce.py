"""WOCE flags of a file become primary flags."""

import numpy as np
import xarray as xr
from icos_ocean.quality.reported_woce import TEST, ReportedWoceOptions
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.socat import WOCE_FLAGS

from icos_core.dataset import make_stream, set_variable
from icos_core.testing import QualityTestContract, example_context, example_stream, run_test


class TestReportedWoce(QualityTestContract):
    quality_test = TEST
    variables = ("fco2",)

    def stream(self) -> xr.Dataset:
        made = example_stream([VOCABULARY["fco2"]])
        set_variable(made, VOCABULARY["fco2_woce"], np.resize([2, 3, 4], made.sizes["time"]))
        return made


def test_each_flag() -> None:
    codes = np.array([*WOCE_FLAGS.values()], dtype=np.int8)
    time = np.datetime64("2024-01-01", "ns") + np.arange(codes.size) * np.timedelta64(1, "m")
    stream = make_stream(time, {"fco2": np.full(codes.size, 380.0), "fco2_woce": codes}, VOCABULARY.values())
    (outcome,) = TEST.test(stream, ["fco2"], ReportedWoceOptions(), example_context())
    expected = {"good": 1, "questionable": 3, "bad": 4}
    assert outcome.level.tolist() == [expected.get(word, 2) for word in WOCE_FLAGS]
    stream["fco2"].values[:] = np.nan
    (outcome,) = TEST.test(stream, ["fco2"], ReportedWoceOptions(), example_context())
    assert set(outcome.level.tolist()) == {2}


def test_without_flags_nothing_is_evaluated() -> None:
    (outcome,) = run_test(TEST, example_stream([VOCABULARY["fco2"]]), ("fco2",), ReportedWoceOptions(), example_context())
    assert set(outcome.level.tolist()) == {2}
