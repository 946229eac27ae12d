"""Quality test ``rflux``: from statistics and LI-COR flags to primary flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.quality.rflux import TEST, RfluxOptions
from icos_ecosystem.rflux.flags import FLUXES
from icos_ecosystem.vocabulary.fluxes import FLUX_WORDS
from icos_ecosystem.vocabulary.rflux import RFLUX_STATISTICS, RFLUX_WORDS, rflux_name
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import QualityTestContract, example_context, run_test

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Outcome


def half_hours(values: dict[str, Any]) -> xr.Dataset:
    rows = len(next(iter(values.values())))
    time = np.datetime64("2024-06-01", "ns") + np.arange(rows) * np.timedelta64(30, "m")
    return make_stream(time, values, (*FLUX_WORDS, *RFLUX_WORDS))


def judged(values: dict[str, Any], **options: Any) -> dict[str, Outcome]:
    outcomes = run_test(TEST, half_hours(values), tuple(FLUXES), RfluxOptions.model_validate(options), example_context())
    return {outcome.variable: outcome for outcome in outcomes}


def test_severe_is_bad_and_moderate_is_marked() -> None:
    values = {"H": [10.0, 20.0, 30.0, np.nan], "RF_M98_H": [1.0, 2.5, 3.5, 3.5], "RF_KID_w": [1.0, 1.0, 40.0, 1.0]}
    outcome = judged(values)["H"]
    assert outcome.level.tolist() == [1, 1, 4, 2]
    assert outcome.mark is not None
    assert outcome.mark.tolist() == [False, True, True, False]
    assert judged(values, moderate="questionable")["H"].level.tolist() == [1, 3, 4, 2]
    assert judged(values, leave_out=["M98"])["H"].level.tolist() == [1, 1, 1, 2]


def test_without_statistics_nothing_is_said() -> None:
    assert judged({"H": [5000.0]}) == {}


def test_range_and_turbulence() -> None:
    values = {"FC": [80.0, 1.0, 1.0], "TAU": [-0.1, -0.1, 0.2], "W_ITC": [10.0, -40.0, 120.0], "RF_FMR_H": [0.0, 0.0, 0.0]}
    found = judged(values)
    assert found["FC"].level.tolist() == [4, 1, 4]
    assert found["TAU"].level.tolist() == [1, 1, 4]
    assert found["TAU"].mark is not None
    assert found["TAU"].mark.tolist() == [False, True, False]


def test_flags_of_the_analyser_concern_its_gases() -> None:
    values = {
        "FC": [1.0] * 4,
        "H": [1.0] * 4,
        "INST_LI7200_CHOPPER": [0.0, 3.0, 0.0, np.nan],
        "INST_LI7200_T_IN": [5.0, 0.0, 5.0, 0.0],
        "INST_LI7200_T_OUT": [0.0, 0.0, 5.0, 0.0],
        "RF_FMR_H": [0.0] * 4,
    }
    found = judged(values)
    assert found["FC"].level.tolist() == [1, 4, 4, 1]
    assert found["H"].level.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(("frequency", "level"), [(20.0, 1), (10.0, 4)])
def test_counts_are_of_the_sampling_frequency(frequency: float, level: int) -> None:
    found = judged({"H": [1.0], "RF_HF10_w": [200.0], "BADM_INST_SAMPLING_INT": [frequency]})
    assert found["H"].level.tolist() == [level]


def test_the_dip_may_count() -> None:
    values = {"H": [1.0], "RF_DIP_ts": [0.0]}
    assert judged(values)["H"].level.tolist() == [1]
    assert judged(values, severe_dip=0.01)["H"].level.tolist() == [4]


def test_mistakes_are_named() -> None:
    with pytest.raises(ValidationError, match="'M98'"):
        RfluxOptions.model_validate({"leave_out": ["M99"]})


class TestRflux(QualityTestContract):
    quality_test = TEST
    variables = tuple(FLUXES)

    def stream(self) -> xr.Dataset:
        random = np.random.default_rng(0)
        values: dict[str, Any] = {name: np.where(random.random(200) < 0.1, np.nan, random.normal(0.0, 1.0, 200)) for name in FLUXES}
        values |= {rflux_name(name): random.uniform(0.0, 60.0, 200) for name in RFLUX_STATISTICS}
        return half_hours(values)
