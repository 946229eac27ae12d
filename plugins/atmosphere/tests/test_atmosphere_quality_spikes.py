"""Quality tests ``spike-sd`` and ``spike-rebs``: marks on minutes, nothing on other streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.quality import spike_rebs, spike_sd
from icos_atmosphere.spikes import spikes_rebs, spikes_sd
from minute_series import polluted_minutes, series
from pydantic import ValidationError

from icos_core.dataset import GOOD, NOT_EVALUATED
from icos_core.flags import apply_flags
from icos_core.quality.series import nanoseconds
from icos_core.testing import QualityTestContract, example_context, run_test

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Outcome, QualityTest

BOTH = pytest.mark.parametrize("test", [spike_sd.TEST, spike_rebs.TEST], ids=["sd", "rebs"])


def outcomes(test: QualityTest, stream: xr.Dataset, **options: Any) -> dict[str, Outcome]:
    gases = [name for name in ("co2", "ch4", "co", "n2o") if name in stream]
    found = run_test(test, stream, gases, test.options.model_validate(options), example_context())
    return {outcome.variable: outcome for outcome in found}


@BOTH
def test_spikes_are_marked_and_flags_stay(test: QualityTest) -> None:
    stream = polluted_minutes()
    found = outcomes(test, stream)
    name = test.name.replace("-", "_")
    for gas, outcome in found.items():
        missing = np.isnan(stream[gas].values)
        assert outcome.name == name
        assert outcome.mark is not None
        assert outcome.mark.sum() > 20
        assert (outcome.level[~missing] == GOOD).all()
        assert (outcome.level[missing] == NOT_EVALUATED).all()
        assert not outcome.mark[missing].any()
    apply_flags(stream, list(found.values()))
    assert set(np.unique(stream["co2_flag"].values)) == {1, 9}
    masks = dict(
        zip(stream["co2_tests"].attrs["flag_meanings"].split(), np.atleast_1d(stream["co2_tests"].attrs["flag_masks"]), strict=True)
    )
    assert ((stream["co2_tests"].values & masks[name]) > 0).tolist() == found["co2"].mark.tolist()


@BOTH
def test_only_minutes_have_spikes(test: QualityTest) -> None:
    stream = polluted_minutes()
    assert outcomes(test, stream.assign_attrs(averaging_interval="hour")) == {}
    del stream.attrs["averaging_interval"]
    assert outcomes(test, stream) == {}


def test_thresholds_are_those_of_the_gas() -> None:
    values = polluted_minutes()["co2"].values
    stream = series(dict.fromkeys(("co2", "ch4", "co", "n2o"), values))
    kept = np.isfinite(values)
    time = nanoseconds(stream)[kept]
    for test, find, usual in (
        (spike_sd.TEST, spikes_sd, {"co2": 1.0, "ch4": 1.0, "co": 3.0, "n2o": 3.0}),
        (spike_rebs.TEST, spikes_rebs, {"co2": 3.0, "ch4": 3.0, "co": 8.0, "n2o": 8.0}),
    ):
        found, stated = outcomes(test, stream), outcomes(test, stream, **{"alpha" if test is spike_sd.TEST else "beta": 5.0})
        for gas, threshold in usual.items():
            for outcome, value in ((found[gas], threshold), (stated[gas], 5.0)):
                assert outcome.mark is not None
                assert outcome.mark[kept].tolist() == find(time, values[kept], value).spike.tolist()


def test_options_reach_the_methods() -> None:
    stream = polluted_minutes()
    kept = np.isfinite(stream["co2"].values)
    time, values = nanoseconds(stream)[kept], stream["co2"].values[kept]
    found = outcomes(spike_sd.TEST, stream, alpha=0.5, window="4 h", reset_gap="3 min", min_count=100)["co2"]
    expected = spikes_sd(time, values, 0.5, window=14_400.0, reset_gap=180.0, min_count=100)
    assert found.mark is not None
    assert found.mark[kept].tolist() == expected.spike.tolist()
    found = outcomes(spike_rebs.TEST, stream, beta=2.0, bandwidth="20 min", b=3.0, maxit=[1, 3], scale="all", window="8 h", min_count=200)
    expected = spikes_rebs(time, values, 2.0, bandwidth=1200.0, b=3.0, maxit=(1, 3), scale="all", window=28_800.0, min_count=200)
    assert found["co2"].mark is not None
    assert found["co2"].mark[kept].tolist() == expected.spike.tolist()


@BOTH
def test_numbers_of_damaged_files_raise_nothing(test: QualityTest) -> None:
    stream = polluted_minutes()
    stream["co2"].values[100] = 1e308
    stream["co2"].values[101] = -1e308
    stream["co2"].values[102] = np.inf
    assert outcomes(test, stream)["co2"].level[102] == NOT_EVALUATED


@pytest.mark.parametrize(
    ("test", "options", "words"),
    [
        (spike_sd.TEST, {"alpha": -1.0}, "greater than or equal to 0"),
        (spike_sd.TEST, {"window": 0}, "above zero"),
        (spike_rebs.TEST, {"b": 0.0}, "greater than 0"),
        (spike_rebs.TEST, {"maxit": [2]}, "maxit"),
        (spike_rebs.TEST, {"scale": "positive"}, "'negative' or 'all'"),
    ],
)
def test_mistakes_are_named(test: QualityTest, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        test.options.model_validate(options)


class TestSpikeSd(QualityTestContract):
    quality_test = spike_sd.TEST
    options = {"window": "2 h", "min_count": 10}
    variables = ("co2", "ch4")

    def stream(self) -> xr.Dataset:
        return polluted_minutes()


class TestSpikeRebs(QualityTestContract):
    quality_test = spike_rebs.TEST
    options = {"window": "2 h", "min_count": 10, "bandwidth": "20 min"}
    variables = ("co2", "ch4")

    def stream(self) -> xr.Dataset:
        return polluted_minutes()
