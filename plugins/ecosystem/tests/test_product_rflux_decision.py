"""The product ``rflux-decision``: what is kept, what is told, and what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from icos_ecosystem.products.rflux_decision import PRODUCT, STREAM, RfluxDecisionOptions
from icos_ecosystem.rflux.decision import REJECTED_OUTLIER, REJECTED_SEVERE
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, FLUX_WORDS
from icos_ecosystem.vocabulary.rflux import RFLUX_WORDS

from icos_core.components import Outcome
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.testing import example_context

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import ProductResult


def fluxes(count: int = 14) -> xr.Dataset:
    hour = np.arange(48 * count) / 2.0
    sun = np.maximum(0.0, np.sin((hour - 6.0) / 12.0 * np.pi))
    random = np.random.default_rng(2)
    values: dict[str, Any] = {
        "FC": 4.0 - 20.0 * sun + random.normal(0.0, 0.3, hour.size),
        "H": 300.0 * sun + random.normal(0.0, 5.0, hour.size),
    }
    values["RF_M98_Fc"] = np.ones(hour.size)
    values["FC"][[100, 333]] += 30.0
    values["RF_M98_Fc"][[100, 200]] = (2.5, 9.0)
    time = np.datetime64("2024-06-01", "ns") + np.arange(hour.size) * np.timedelta64(30, "m")
    return make_stream(time, values, (*FLUX_WORDS, *RFLUX_WORDS))


def derived(stream: xr.Dataset, **options: Any) -> ProductResult:
    return PRODUCT.derive({FLUX_STREAM: stream}, RfluxDecisionOptions.model_validate(options), example_context())


def test_what_is_kept() -> None:
    stream = fluxes()
    result = derived(stream)
    made = result.streams[STREAM]
    code = made["FC_decision"].values
    assert (code[100], code[200]) == (REJECTED_OUTLIER, REJECTED_SEVERE)
    np.testing.assert_array_equal(np.isnan(made["FC"].values), np.isin(code, [REJECTED_OUTLIER, REJECTED_SEVERE]))
    assert made["FC"].values[333] == stream["FC"].values[333]
    assert "TAU" not in made
    [table] = result.tables
    assert [row[0] for row in table.rows] == ["FC", "H"]
    assert sum(table.rows[0][1:]) == stream.sizes["time"]
    assert result.problems == ()


def test_rows_that_are_not_there_change_nothing() -> None:
    whole = fluxes()
    whole["FC"].values[50:60] = np.nan
    kept = np.r_[0:50, 60 : whole.sizes["time"]]
    one, other = (derived(stream).streams[STREAM]["FC_decision"].values for stream in (whole, whole.isel(time=kept)))
    np.testing.assert_array_equal(one[kept], other)


def test_bad_values_take_no_part() -> None:
    stream = fluxes()
    level = np.ones(stream.sizes["time"], dtype=np.int8)
    level[[10, 200]] = 4
    apply_flags(stream, [Outcome(variable="FC", name="range", level=level)])
    code = derived(stream).streams[STREAM]["FC_decision"].values
    assert (code[10], code[200]) == (-1, REJECTED_SEVERE)


def test_too_few_days_are_named() -> None:
    result = derived(fluxes(9))
    assert result.streams == {}
    assert [str(problem) for problem in result.problems] == [
        "rflux-decision: FC has 9 days, 10 are needed",
        "rflux-decision: H has 9 days, 10 are needed",
    ]
    assert derived(fluxes(9), minimum_days=8).streams


def test_an_hour_without_values_is_named() -> None:
    stream = fluxes()
    stream["H"].values[12::48] = np.nan
    result = derived(stream)
    assert "FC" in result.streams[STREAM]
    assert "H: a seasonal decomposition needs two periods and a value in each phase: phase 12 of 48 has no value" in str(result.problems[0])


def test_no_fluxes() -> None:
    assert PRODUCT.derive({}, RfluxDecisionOptions(), example_context()).problems
