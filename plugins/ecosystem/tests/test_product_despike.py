"""Spikes in half-hourly fluxes: against ONEFlux's qc_auto, a slow search, and the product ``despike``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icos_ecosystem.half_hourly.flux_despiking import MISSING, is_night, spike_levels
from icos_ecosystem.products.despike import PRODUCT, DespikeOptions
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from pydantic import ValidationError
from tharandt import despiked_by_qc_auto, tharandt

from icos_core.dataset import make_stream
from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import ProductResult

    Array = NDArray[np.float64]

BLOCK = 13 * 48


def slow_levels(flux: Array, night: Sequence[bool], block: int, limits: Sequence[float], beside: float) -> list[int]:
    """Return levels record by record, as a person would."""
    n = len(flux)
    levels = [0] * n
    whole = max(n // block, 1)
    for wanted in (True, False):
        member = [any(night[j] is wanted for j in (i - 1, i, i + 1) if 0 <= j < n) for i in range(n)]
        member[n - 1] = member[n - 2]
        for k in range(whole):
            first, last = k * block, n if k == whole - 1 else (k + 1) * block
            change = {}
            for i in range(first + 1, last - 1):
                near = (i - 1, i, i + 1)
                if all(member[j] and flux[j] == flux[j] for j in near):
                    change[i] = (flux[i] - flux[i - 1]) - (flux[i + 1] - flux[i])
            if not change:
                continue
            middle = np.median(list(change.values()))
            scale = np.median([abs(d - middle) for d in change.values()])
            for i, d in change.items():
                passed = sum(d > middle + z * scale / 0.6745 or d < middle - z * scale / 0.6745 for z in limits)
                levels[i] = max(levels[i], passed)
    for i in range(1, n - 1):
        for gap, other in ((i - 1, i + 1), (i + 1, i - 1)):
            if np.isnan(flux[gap]) and abs(flux[i] - flux[other]) > beside:
                levels[i] = max(levels[i], 1)
    return [MISSING if np.isnan(value) else level for value, level in zip(flux, levels, strict=True)]


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), size=st.integers(3, 200), block=st.integers(3, 80), gaps=st.floats(0.0, 0.5))
def test_levels_are_those_of_a_slow_search(seed: int, size: int, block: int, gaps: float) -> None:
    random = np.random.default_rng(seed)
    flux = np.round(random.standard_t(2, size), 1)
    flux[random.random(size) < gaps] = np.nan
    night = random.random(size) < 0.5
    found = spike_levels(flux, night, block=block, limits=(1.0, 2.0, 4.0), beside_gap=1.5)
    assert found.tolist() == slow_levels(flux, night.tolist(), block, (1.0, 2.0, 4.0), 1.5)


@pytest.fixture(scope="module")
def night(folder: Path) -> NDArray[np.bool_]:
    potential = despiked_by_qc_auto(folder, "nee")["SW_IN_POT"]
    return is_night(potential, tharandt(folder)["SW_IN"], np.full(potential.size, np.nan))


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "table", "removed"), [("NEE", "nee", 140), ("LE", "energy", 427), ("H", "energy", 200)])
def test_what_qc_auto_removed(folder: Path, night: NDArray[np.bool_], name: str, table: str, removed: int) -> None:
    """The same records of Tharandt, none more and none less."""
    flux, left = tharandt(folder)[name], despiked_by_qc_auto(folder, table)[name]
    gone = np.isfinite(flux) & np.isnan(left)
    assert gone.sum() == removed
    levels = spike_levels(flux, night, block=BLOCK, beside_gap=6.0 if name == "NEE" else 100.0)
    np.testing.assert_array_equal(levels >= 2, gone)
    np.testing.assert_array_equal(levels == MISSING, np.isnan(flux))


def test_night_is_told_by_photons_then_radiation_then_the_sun() -> None:
    nan = np.nan
    night = is_night(
        np.array([0.0, 12.0, 12.1, nan, 500.0, 0.0, 500.0, nan]),
        np.array([nan, nan, nan, nan, 11.9, 12.0, 0.0, 0.0]),
        np.array([nan, nan, nan, nan, nan, nan, 25.0, 24.9]),
    )
    assert night.tolist() == [True, True, False, False, True, False, False, True]


def test_a_spike_and_its_neighbours() -> None:
    flux = np.tile([1.0, 1.2, 0.9, 1.1], 12)
    flux[20] += 9.0
    levels = spike_levels(flux, np.zeros(48, bool), block=BLOCK)
    # A neighbour's second difference is half as large.
    assert levels[19:22].tolist() == [3, 3, 3]
    assert np.count_nonzero(levels) == 3


@pytest.mark.parametrize("at", [4, 6])
def test_beside_a_gap_the_neighbour_decides(at: int) -> None:
    flux = np.array([1.0, 1.0, 1.0, 1.0, 1.0, np.nan, 1.0, 1.0, 1.0, 1.0])
    flux[at] = 7.1
    found = spike_levels(flux, np.ones(10, bool), block=10, beside_gap=6.0)
    assert np.flatnonzero(found == 1).tolist() == [at]
    # Neighbours of the far value have second differences where the median of their size is zero.
    assert found[5] == MISSING
    assert spike_levels(flux, np.ones(10, bool), block=10, beside_gap=6.2)[at] == 0
    assert spike_levels(flux, np.ones(10, bool), block=10)[at] == 0


def test_of_nothing_and_of_little() -> None:
    assert spike_levels(np.full(100, np.nan), np.ones(100, bool), block=30).tolist() == [MISSING] * 100
    assert spike_levels(np.array([1.0, 9.0]), np.ones(2, bool), block=30).tolist() == [0, 0]
    assert spike_levels(np.array([1.0]), np.ones(1, bool), block=30).tolist() == [0]
    assert spike_levels(np.empty(0), np.ones(0, bool), block=30).size == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"block": 2}, "three intervals"), ({"limits": (4.0, 4.0)}, "rise"), ({"limits": ()}, "rise"), ({"flux": np.zeros(3)}, "one shape")],
)
def test_wrong_arguments_are_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        spike_levels(**({"flux": np.zeros(9), "night": np.zeros(9, bool), "block": 9} | changes))


def grid(years: int = 1, minutes: int = 30, **changes: Array) -> xr.Dataset:
    step = np.timedelta64(minutes, "m")
    time = np.arange(np.datetime64("2023-01-01T00:00", "m"), np.datetime64(f"{2023 + years}-01-01T00:00", "m"), step).astype(
        "datetime64[ns]"
    )
    random = np.random.default_rng(2)
    sun = np.maximum(-np.cos(2.0 * np.pi * (np.arange(time.size) + 0.5) * minutes / 1440), 0.0)
    values = {
        "NEE": 3.0 - 12.0 * sun + 0.5 * random.standard_normal(time.size),
        "LE": 200.0 * sun + 5.0 * random.standard_normal(time.size),
        "SW_IN_POT": 1200.0 * sun,
    }
    stream = make_stream(time, values | changes, GRID_WORDS)
    return stream.assign(time_bnds=(("time", "nv"), np.stack([time, time + step], axis=1)))


def derived(of_grid: xr.Dataset, **options: Any) -> ProductResult:
    return PRODUCT.derive({GRID_STREAM: of_grid}, DespikeOptions.model_validate(options), example_context())


@pytest.mark.parametrize("minutes", [30, 60])
def test_the_product_removes_what_is_judged_a_spike(minutes: int) -> None:
    given = grid(minutes=minutes)
    given["NEE"][300] += 40.0
    result = derived(given)
    found = result.streams[DESPIKED_STREAM]
    assert result.problems == ()
    assert set(found.data_vars) == {"NEE", "LE", "NEE_SPIKE", "LE_SPIKE", "time_bnds"}
    assert found["NEE_SPIKE"].values[300] == 3
    assert np.isnan(found["NEE"].values[300])
    for name in ("NEE", "LE"):
        kept = found[f"{name}_SPIKE"].values < 2
        np.testing.assert_array_equal(found[name].values, np.where(kept, given[name].values, np.nan))
    expected = spike_levels(given["LE"].values, given["SW_IN_POT"].values <= 12.0, block=13 * 1440 // minutes, beside_gap=100.0)
    np.testing.assert_array_equal(found["LE_SPIKE"].values, expected)
    assert found["NEE"].attrs["units"] == "umol m-2 s-1"


def test_every_year_is_judged_on_its_own() -> None:
    both = derived(grid(2)).streams[DESPIKED_STREAM]["NEE_SPIKE"].values
    first = grid(2)
    first["NEE"][365 * 48 :] = np.nan
    one = derived(first).streams[DESPIKED_STREAM]["NEE_SPIKE"].values
    np.testing.assert_array_equal(both[: 365 * 48], one[: 365 * 48])
    assert (one[365 * 48 :] == MISSING).all()


def test_options_of_what_is_sought_and_removed() -> None:
    given = grid()
    strict = derived(given, variables=["NEE"], remove_from=1).streams[DESPIKED_STREAM]
    np.testing.assert_array_equal(np.isnan(strict["NEE"].values), strict["NEE_SPIKE"].values >= 1)
    np.testing.assert_array_equal(strict["LE"].values, given["LE"].values)
    assert "LE_SPIKE" not in strict
    off = derived(given, method="off").streams[DESPIKED_STREAM]
    assert set(off.data_vars) == {"NEE", "LE", "time_bnds"}
    np.testing.assert_array_equal(off["NEE"].values, given["NEE"].values)
    assert off.attrs["method"] == "off"
    few = derived(given, limits=[8.0, 10.0, 20.0]).streams[DESPIKED_STREAM]
    assert (few["NEE_SPIKE"].values > 0).sum() < (strict["NEE_SPIKE"].values > 0).sum()


def test_without_fluxes_there_is_a_reason() -> None:
    size = 365 * 48
    result = derived(grid(NEE=np.full(size, np.nan), LE=np.full(size, np.nan)))
    assert result.streams == {}
    assert "no value of NEE, LE, H" in result.problems[0].message
    assert PRODUCT.derive({}, DespikeOptions(), example_context()).problems == result.problems


def test_without_radiation_all_is_day() -> None:
    given = grid().drop_vars("SW_IN_POT")
    result = derived(given)
    assert "day and night were judged together" in result.problems[0].message
    found = result.streams[DESPIKED_STREAM]["LE_SPIKE"].values
    expected = spike_levels(given["LE"].values, np.zeros(365 * 48, bool), block=BLOCK, beside_gap=100.0)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("wrong", [{"limits": [4.0, 4.0, 7.0]}, {"variables": ["FC"]}, {"remove_from": 4}, {"beside_gap": {"NEE": -1.0}}])
def test_wrong_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DespikeOptions.model_validate(wrong)


def test_what_the_product_provides() -> None:
    names = [word.name for word in PRODUCT.provides(DespikeOptions(variables=("H",)))[DESPIKED_STREAM]]
    assert names == ["NEE", "LE", "H", "H_SPIKE"]
