"""The product ``footprint-climatology``: which half hours count, what is told, and a year in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.products.footprint_climatology import PRODUCT, STREAM, FootprintClimatologyOptions
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, FLUX_WORDS
from pydantic import ValidationError

from icos_core.components import Outcome
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.station import Contact, Station
from icos_core.testing import example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Context, ProductResult

NEEDED = ("FC", "USTAR", "MO_LENGTH", "V_SIGMA", "WD", "WS", "NIGHT", "BADM_INST_HEIGHT_SA", "DISPLACEMENT_HEIGHT", "ROUGHNESS_LENGTH")


def tower() -> Context:
    contact = Contact(institution="Example Institute", email="data@example.org")
    place = {"latitude": 50.0, "longitude": 8.0, "altitude": 100.0, "utc_offset": 1.0}
    station = {"id": "XX-Exa", "name": "Example", "domain": "ecosystem", "platform": "fixed", "contact": contact}
    return example_context(station=Station.model_validate({**station, **place}))


def fluxes(rows: int = 96, **changes: Any) -> xr.Dataset:
    random = np.random.default_rng(5)
    hour = (np.arange(rows) / 2.0) % 24
    values = {
        "FC": -5.0 + 0.0 * hour,
        "USTAR": random.uniform(0.2, 0.6, rows),
        "MO_LENGTH": np.where((hour > 6) & (hour < 18), -60.0, 120.0),
        "V_SIGMA": random.uniform(0.4, 1.0, rows),
        "WD": random.uniform(0.0, 360.0, rows),
        "WS": random.uniform(1.5, 5.0, rows),
        "NIGHT": np.where((hour > 6) & (hour < 18), 0.0, 1.0),
        "BADM_INST_HEIGHT_SA": np.full(rows, 5.0),
        "DISPLACEMENT_HEIGHT": np.full(rows, 1.0),
        "ROUGHNESS_LENGTH": np.full(rows, 0.1),
    }
    start = np.datetime64("2024-01-31T00:00", "ns") + np.arange(rows) * np.timedelta64(30, "m")
    stream = make_stream(start, values | changes, FLUX_WORDS)
    apply_flags(stream, ())
    return stream


def derived(stream: xr.Dataset, **options: Any) -> ProductResult:
    chosen = FootprintClimatologyOptions.model_validate({"extent": 300.0, "resolution": 5.0, **options})
    return PRODUCT.derive({FLUX_STREAM: stream}, chosen, tower())


def used(result: ProductResult) -> int:
    return int(dict(result.tables[0].rows)["half hours used"])


def test_the_map_is_shares_of_the_flux() -> None:
    result = derived(fluxes())
    map_ = result.streams[STREAM]
    assert map_["footprint"].dims == ("y", "x")
    assert map_["footprint"].shape == (121, 121)
    assert map_["x"].values[[0, 60, -1]].tolist() == [-300.0, 0.0, 300.0]
    assert float(map_["footprint"].sum()) == pytest.approx(map_.attrs["covered_share"])
    assert 0.6 < map_.attrs["covered_share"] < 1.0
    assert float(map_["cumulated_footprint"].max()) == pytest.approx(map_.attrs["covered_share"])
    assert map_.attrs["half_hours"] == 96 == used(result)
    rows = dict(result.tables[0].rows)
    assert rows["share of the flux that the map covers (%)"] == round(100 * map_.attrs["covered_share"], 1)
    assert 0 < rows["area of 50 % of the flux (ha)"] < 36
    assert {str(name) for name in map_.data_vars} == {word.name for word in PRODUCT.provides(FootprintClimatologyOptions())[STREAM]}


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 96),
        ({"time_of_day": "night"}, 50),
        ({"time_of_day": "day"}, 46),
        # Local time is an hour later: the first half hours of February begin at 23:00 UTC.
        ({"months": [1]}, 46),
        ({"months": [2]}, 50),
        ({"months": [3, 1, 2]}, 96),
        ({"hours": [1, 2]}, 4),
        ({"hours": [23, 1]}, 8),
        ({"hours": [0, 24]}, 96),
    ],
)
def test_selections(options: dict[str, Any], count: int) -> None:
    assert used(derived(fluxes(), **options)) == count


@pytest.mark.parametrize(("worst", "count"), [("good", 24), ("not_evaluated", 48), ("questionable", 72)])
def test_flags_of_the_flux_decide(worst: str, count: int) -> None:
    stream = fluxes()
    level = np.resize(np.array([1, 2, 3, 4], dtype=np.int8), 96)
    apply_flags(stream, [Outcome(variable="FC", name="ssitc", level=level)])
    assert used(derived(stream, worst_flag=worst)) == count


def test_refusals_are_counted() -> None:
    values = fluxes()
    ustar, direction, length = values["USTAR"].values.copy(), values["WD"].values.copy(), values["MO_LENGTH"].values.copy()
    ustar[:3], direction[3:5], length[5] = 0.05, np.nan, -0.1
    rows = dict(derived(fluxes(USTAR=ustar, WD=direction, MO_LENGTH=length)).tables[0].rows)
    assert rows["half hours used"] == 90
    assert rows["half hours refused: friction velocity is too low"] == 3
    assert rows["half hours refused: something is missing"] == 2
    assert rows["half hours refused: too unstable"] == 1


def test_a_forest_needs_the_measured_wind() -> None:
    forest = fluxes(ROUGHNESS_LENGTH=np.full(96, 1.0))
    result = derived(forest)
    assert result.streams == {}
    [problem] = result.problems
    assert "no half hour is left (half hours refused: height is within the roughness sublayer: 96)" in problem.message
    assert used(derived(forest, wind_profile="measured")) == 96
    assert derived(forest, months=[7]).problems[0].message.endswith("(no half hour is selected)")


def test_the_boundary_layer_comes_from_the_option_or_the_stream() -> None:
    stream = fluxes()
    low = derived(stream, boundary_layer_height=20.0).streams[STREAM]["footprint"]
    high = derived(stream, boundary_layer_height=2000.0).streams[STREAM]["footprint"]
    assert float(low.sum()) < float(high.sum())
    with_height = stream.assign(PBLH=("time", np.full(96, 2000.0)))
    np.testing.assert_array_equal(derived(with_height).streams[STREAM]["footprint"], high)


def test_requirements_follow_the_options() -> None:
    def names(**options: Any) -> set[str]:
        return {
            each.name for each in PRODUCT.requires(FootprintClimatologyOptions.model_validate(options))[FLUX_STREAM] if not each.optional
        }

    assert "ROUGHNESS_LENGTH" in names()
    assert "WS" not in names()
    assert names(wind_profile="measured", time_of_day="day", flux="H") >= {"WS", "NIGHT", "H"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"extent": 1e5}, "extent / resolution is 20000, expected 1 to 1000"),
        ({"months": [13]}, "less than or equal to 12"),
        ({"shares": [80]}, "less than 1"),
        ({"flux": "NEE"}, "'FC'"),
        ({"time_of_day": "noon"}, "'all', 'day' or 'night'"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        FootprintClimatologyOptions.model_validate(options)


def test_a_month_of_half_hours_takes_a_twelfth_of_the_seconds_of_a_year() -> None:
    derived(fluxes(), extent=1000.0)
    begin = time.perf_counter()
    assert used(derived(fluxes(1460), extent=1000.0)) == 1460
    # Two seconds are 24 for a year; a machine at work on other things gets thrice that.
    assert time.perf_counter() - begin < 6.0


@pytest.mark.realdata
def test_finse(real_data: Path) -> None:
    table = fluxnet(real_data, "finse/express")
    start = np.array([np.datetime64(f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[8:10]}:{t[10:12]}") for t in table["TIMESTAMP_START"].astype(str)])
    stream = make_stream(start, {name: table[name].to_numpy(np.float64) for name in NEEDED}, FLUX_WORDS)
    apply_flags(stream, ())
    rows = dict(derived(stream, extent=1000.0, resolution=5.0).tables[0].rows)
    refusals = {key: value for key, value in rows.items() if "refused" in key}
    assert rows["half hours used"] + sum(refusals.values()) == 127
    # The model's own mean distance of 50 %, over half hours, is a few tens of metres: so is the reach of the area.
    assert 20 < rows["farthest cell of 50 % (m)"] < 300
